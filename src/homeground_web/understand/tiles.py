"""Files of map tiles, given in the parts that a browser asks for (HTTP Range)."""

from __future__ import annotations

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from homeground_web.people.gate import needs
from homeground_web.runs import store
from homeground_web.runs.giving import give
from homeground_web.runs.models import Run, RunFile
from homeground_web.understand.map_files import MAP

__all__ = ["tiles"]

_KIND = "application/vnd.pmtiles"


@require_safe
@needs("read")
def tiles(request: HttpRequest, sha: str) -> HttpResponseBase:
    """Give a file of tiles, or the part of it that is asked for; its name is its hash, so it never changes."""
    if not _is_map(sha) or not store.path_of(sha).is_file():
        raise Http404
    return give(request, sha, _KIND, keep="public, max-age=31536000, immutable")


@lru_cache(maxsize=64)
def _known(sha: str) -> bool:
    return RunFile.objects.filter(sha256=sha, name=MAP, run__state=Run.State.PUBLISHED).exists()


def _is_map(sha: str) -> bool:
    """Return whether a stored file is a published map; what is not one may become one, so only a yes is kept."""
    known = _known(sha)
    if not known:
        _known.cache_clear()
    return known
