"""When kept pages go stale: each change of what the public sees moves a token on."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest, HttpResponse

__all__ = ["invented", "last_invented", "move_on", "public", "token"]

_LOOK_AGAIN = 1.0  # seconds
_seen: dict[str, Any] = {"until": 0.0, "token": "", "invented": False}


def _look() -> dict[str, Any]:
    now = time.monotonic()
    if now >= _seen["until"]:
        from homeground_web.shell.models import Freshness

        found = Freshness.objects.filter(pk=1).values_list("number", "invented").first() or (0, False)
        _seen.update(token=str(found[0]), invented=found[1], until=now + _LOOK_AGAIN)
    return _seen


def token() -> str:
    """Return the token of what the public sees now; another worker's change is noticed within a second."""
    return str(_look()["token"])


def invented() -> bool:
    """Return whether what the public sees is invented; every page says so then."""
    return bool(settings.INVENTED or _look()["invented"])


def last_invented() -> bool:
    """Return what `invented` said last, without asking the database: for the page that says we failed."""
    return bool(settings.INVENTED or _seen["invented"])


def move_on(*, invented: bool | None = None) -> None:
    """Let every kept page be made anew; with `invented`, say from now on whether the data are."""
    from homeground_web.shell.models import Freshness

    Freshness.objects.get_or_create(pk=1)
    values: dict[str, Any] = {"number": F("number") + 1}
    if invented is not None:
        values["invented"] = invented
    Freshness.objects.filter(pk=1).update(**values)
    _seen["until"] = 0.0


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view whose page is the same for everybody who is not signed in, so that it may be kept."""

    @wraps(view)
    def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.is_public = not (hasattr(request, "user") and request.user.is_authenticated)  # type: ignore[attr-defined]
        return response

    return marked
