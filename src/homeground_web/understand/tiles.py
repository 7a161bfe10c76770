"""Files of map tiles, given in the parts that a browser asks for (HTTP Range)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.http import StreamingHttpResponse as Streamed
from django.views.decorators.http import require_safe

from homeground_web.people.gate import needs
from homeground_web.runs import store
from homeground_web.runs.models import Run, RunFile
from homeground_web.understand.map_files import MAP

__all__ = ["tiles"]

_KIND = "application/vnd.pmtiles"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_CHUNK = 1 << 18


@require_safe
@needs("read")
def tiles(request: HttpRequest, sha: str) -> HttpResponseBase:
    """Give a file of tiles, or the part of it that is asked for; its name is its hash, so it never changes."""
    path = store.path_of(sha)
    if not _is_map(sha) or not path.is_file():
        raise Http404
    size, etag = path.stat().st_size, f'"{sha}"'
    asked = request.headers.get("Range", "")
    fresh = request.headers.get("If-Range", etag) == etag
    response: HttpResponseBase
    if etag in request.headers.get("If-None-Match", ""):
        response = HttpResponseNotModified()
    elif (part := _part(asked, size) if fresh else None) is None:
        response = Streamed(_read(path, 0, size), content_type=_KIND)
        response.headers["Content-Length"] = str(size)
    elif part[0] > part[1]:
        response = HttpResponse(status=416, content_type="text/plain; charset=utf-8")
        response.headers["Content-Range"] = f"bytes */{size}"
    else:
        first, last = part
        response = Streamed(_read(path, first, last - first + 1), status=206, content_type=_KIND)
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Content-Encoding"] = "identity"  # tiles are packed already, and parts of a file must stay parts
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@lru_cache(maxsize=64)
def _known(sha: str) -> bool:
    return RunFile.objects.filter(sha256=sha, name=MAP, run__state=Run.State.PUBLISHED).exists()


def _is_map(sha: str) -> bool:
    """Return whether a stored file is a published map; what is not one may become one, so only a yes is kept."""
    known = _known(sha)
    if not known:
        _known.cache_clear()
    return known


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """Return first and last byte of the one part that is asked for; None for all; first after last when there is none.

    Several parts at once, and what cannot be read, are answered with all, as RFC 9110 allows.
    """
    found = _RANGE.fullmatch(asked.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:  # the last so many bytes
        return (max(0, size - int(last)), size - 1) if int(last) else (1, 0)
    if last and int(last) < int(first):
        return None
    return (int(first), min(int(last) if last else size - 1, size - 1)) if int(first) < size else (1, 0)


def _read(path: Path, first: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as opened:
        opened.seek(first)
        while length > 0:
            chunk = opened.read(min(_CHUNK, length))
            if not chunk:
                return
            length -= len(chunk)
            yield chunk
