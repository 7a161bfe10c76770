"""The gate: may this person do this here, now? What is allowed is data, in ``matrix.toml``.

A view says what it needs with ``@needs("place.edit")``; a view without it fails a test. Actions ask again with `check`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, wraps
from pathlib import Path
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from homeground_web.people.models import Membership, Phase, Role

__all__ = [
    "Action",
    "Closed",
    "NotAllowed",
    "actions",
    "check",
    "is_open",
    "may",
    "needs",
    "of_other_views",
    "roles_of",
]


class NotAllowed(PermissionDenied):
    """Somebody may not do this here."""


class Closed(PermissionDenied):
    """It cannot be done now: the stage is not open in this place."""

    def __init__(self, stage: str, opens: datetime | None, closed: datetime | None) -> None:
        super().__init__(f"{stage} is not open")
        self.stage, self.opens, self.closed = stage, opens, closed


@dataclass(frozen=True)
class Action:
    """One row of the matrix."""

    name: str
    title: str
    who: tuple[str, ...] | str
    phase: str = ""


@cache
def actions() -> dict[str, Action]:
    """Return the matrix; a role or an entry that is not known is an error."""
    read = tomllib.loads(Path(__file__).with_name("matrix.toml").read_text(encoding="utf-8"))
    found = {}
    for name, entry in read["actions"].items():
        who = entry["who"]
        if not isinstance(who, str):
            who = tuple(str(Role(role)) for role in who)
        elif who not in ("anyone", "signed-in"):
            raise ValueError(f"matrix.toml, {name}: who is '{who}'. Write anyone, signed-in, or a list of roles.")
        found[name] = Action(name, entry["title"], who, entry.get("phase", ""))
    return found


@cache
def of_other_views() -> dict[str, str]:
    """Return by name what views need that cannot say so themselves."""
    read = tomllib.loads(Path(__file__).with_name("matrix.toml").read_text(encoding="utf-8"))
    return {name: actions()[action].name for name, action in read["views"].items()}


def roles_of(user: Any, place_id: int | None) -> frozenset[str]:
    """Return the roles of somebody in a place, those for the whole installation among them."""
    if not getattr(user, "is_authenticated", False):
        return frozenset()
    if user.is_superuser:
        return frozenset({str(Role.ADMINISTRATOR)})
    where = Q(place__isnull=True) if place_id is None else Q(place__isnull=True) | Q(place_id=place_id)
    return frozenset(Membership.objects.filter(where, user=user).values_list("role", flat=True))


def is_open(stage: str, place_id: int | None, now: datetime | None = None) -> bool:
    """Return whether a stage is open in a place."""
    now = now or timezone.now()
    running = Phase.objects.filter(place_id=place_id, stage=stage, opens__lte=now)
    return running.filter(Q(closes__isnull=True) | Q(closes__gt=now)).exists()


def may(user: Any, action: str, place_id: int | None = None, now: datetime | None = None) -> bool:
    """Return whether somebody may do something in a place, now."""
    try:
        check(user, action, place_id, now)
    except PermissionDenied:
        return False
    return True


def check(user: Any, action: str, place_id: int | None = None, now: datetime | None = None) -> None:
    """Raise unless somebody may do something in a place, now.

    Raises
    ------
    NotAllowed
        If none of their roles may.
    Closed
        If they may, but the stage is not open.
    """
    rule = actions()[action]
    if rule.who == "signed-in":
        if not getattr(user, "is_authenticated", False):
            raise NotAllowed
    elif rule.who != "anyone":
        roles = roles_of(user, place_id)
        if not roles & {*rule.who, str(Role.ADMINISTRATOR)}:
            raise NotAllowed
    if rule.phase and not is_open(rule.phase, place_id, now):
        coming = Phase.objects.filter(place_id=place_id, stage=rule.phase, opens__gt=now or timezone.now()).first()
        gone = Phase.objects.filter(place_id=place_id, stage=rule.phase, closes__lte=now or timezone.now()).last()
        raise Closed(rule.phase, coming.opens if coming else None, gone.closes if gone else None)


def needs(
    action: str, *, in_json: bool = False
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let a view be seen only by those who may do `action`; a view of a place has ``slug`` in its address.

    Somebody who is not signed in is asked to, where that could help; a script that asks is told so `in_json`.
    """
    rule = actions()[action]

    def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if rule.who == "anyone" and not rule.phase:
                return view(request, *args, **kwargs)
            try:
                check(request.user, action, _place_id(kwargs))
            except NotAllowed:
                signed_in = request.user.is_authenticated
                if in_json:
                    told = ("role", 403) if signed_in else ("sign-in", 401)
                    return JsonResponse({"why": told[0]}, status=told[1])
                if not signed_in:
                    return redirect_to_login(request.get_full_path())
                raise
            return view(request, *args, **kwargs)

        asked.action = action  # type: ignore[attr-defined]
        return asked

    return guarded


def _place_id(kwargs: dict[str, Any]) -> int | None:
    if "slug" not in kwargs:
        return None
    place = Membership._meta.get_field("place").related_model
    found = place.objects.filter(slug=kwargs["slug"]).values_list("pk", flat=True).first()
    return -1 if found is None else int(found)
