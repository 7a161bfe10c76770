"""What every answer carries, and pages that are the same for everybody, kept ready."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request

from homeground_web.shell import freshness

__all__ = ["NoNul", "PublicPages", "SecurityHeaders"]

Answer = Callable[[HttpRequest], HttpResponse]
_KEEP = 600
_LONGEST_QUERY = 500
_PACKED = re.compile(r"\bgzip\b")


class SecurityHeaders:
    """Say what a browser may not do with our pages."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers."""
        response = self.answer(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), payment=(), geolocation=(self)")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class NoNul:
    """Refuse addresses and forms that hold a NUL: no text does, and PostgreSQL cannot be asked for one.

    The API is let through: its own description says which texts it takes, and it answers in its own form.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the address."""
        if not request.path.startswith("/api/"):
            _refuse_nul(request.path, *_texts(request.GET))
        return self.answer(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """Look at the form, which the guard against forged forms has read by now."""
        if request.method == "POST":
            _refuse_nul(*_texts(request.POST))


def _texts(given: QueryDict) -> Iterator[str]:
    for name, values in given.lists():
        yield name
        yield from (value for value in values if isinstance(value, str))


def _refuse_nul(*texts: str) -> None:
    if any("\0" in text for text in texts):
        raise BadRequest("a NUL in what was sent")


class PublicPages:
    """Keep pages that a view marked with `freshness.public`, for readers who are not signed in.

    A page is kept until new data are swapped in, or ten minutes. It carries an ETag, so a reader who comes back gets a
    short 'nothing changed'. It is kept packed, as nearly all ask for it: packed once, and small in memory.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer from what is kept, else ask the view and keep it when it may be."""
        if request.method not in ("GET", "HEAD") or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return self.answer(request)
        key = self._key(request)
        kept = caches["pages"].get(key) if key else None
        if kept is None:
            response = self.answer(request)
            if (
                not getattr(response, "is_public", False)
                or response.status_code != 200
                or response.cookies
                or response.has_header("Content-Encoding")
            ):
                return response
            content, headers = response.content, dict(response.headers)
            tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
            kept = (gzip.compress(content, 6, mtime=0), headers, tag)
            if key:
                caches["pages"].set(key, kept, _KEEP)
        return self._give(request, *kept)

    def _give(self, request: HttpRequest, packed: bytes, headers: dict[str, str], tag: str) -> HttpResponse:
        if tag in request.headers.get("If-None-Match", ""):
            response: HttpResponse = HttpResponseNotModified()
            response.headers["ETag"] = tag
        elif _PACKED.search(request.headers.get("Accept-Encoding", "")):
            response = HttpResponse(packed, headers=headers)
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Length"] = str(len(packed))
            response.headers["ETag"] = f"W/{tag}"  # the same page in other bytes
            patch_vary_headers(response, ("Accept-Encoding",))
        else:
            response = HttpResponse(gzip.decompress(packed), headers=headers)
            response.headers["ETag"] = tag
        response.headers["Cache-Control"] = "public, max-age=60"
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    def _key(self, request: HttpRequest) -> str:
        """Return what makes the page the one it is; '' when it is not worth keeping."""
        query = request.META.get("QUERY_STRING", "")
        if len(query) > _LONGEST_QUERY:
            return ""
        parts = (freshness.token(), get_language_from_request(request), request.get_host(), request.path, query)
        return "page:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()
