"""Stored files given to a reader: whole, or the part that is asked for (HTTP Range), never held in memory whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.http import StreamingHttpResponse as Streamed

from homeground_web.runs.store import path_of

__all__ = ["give"]

_CHUNK = 1 << 18
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def give(request: HttpRequest, sha256: str, content_type: str, *, keep: str, name: str = "") -> HttpResponseBase:
    """Give a stored file, or the part of it that is asked for, so that a download that broke off can go on.

    Parameters
    ----------
    sha256
        Its hash, which is its ETag too.
    keep
        Who may keep it and for how long, as Cache-Control says it.
    name
        Under which name a browser saves it; without one it is shown.

    Raises
    ------
    FileNotFoundError
        If the store does not hold it.
    """
    path = path_of(sha256)
    size, etag = path.stat().st_size, f'"{sha256}"'
    fresh = request.headers.get("If-Range", etag) == etag
    part = _part(request.headers.get("Range", ""), size) if fresh else None
    response: HttpResponseBase
    if etag in request.headers.get("If-None-Match", ""):
        response = HttpResponseNotModified()
    elif part is None:
        response = Streamed(_read(path, 0, size), content_type=content_type)
        response.headers["Content-Length"] = str(size)
    elif part[0] > part[1]:
        response = HttpResponse(status=416, content_type="text/plain; charset=utf-8")
        response.headers["Content-Range"] = f"bytes */{size}"
    else:
        first, last = part
        response = Streamed(_read(path, first, last - first + 1), status=206, content_type=content_type)
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        response.headers["Content-Length"] = str(last - first + 1)
    if name:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Encoding"] = "identity"  # packed on the way, parts of a file would not stay parts
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = keep
    return response


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
