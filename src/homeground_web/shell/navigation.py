"""What stands in the navigation: the stages that exist, in the order of the eight stages. Apps register their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

__all__ = ["STAGES", "Door", "Entry", "doors", "entries", "footer", "register", "register_door", "register_footer"]

STAGES = ("find", "understand", "listen", "plan", "fund", "decide", "measure", "learn")


@dataclass(frozen=True)
class Entry:
    """One entry: the stage it belongs to, its words and the name of its address."""

    stage: str
    title: Any = field(compare=False)
    view: str
    order: int = 0


_ENTRIES: dict[str, Entry] = {}


def register(entry: Entry) -> None:
    """Add an entry; its stage is one of `STAGES`."""
    if entry.stage not in STAGES:
        raise ValueError(f"'{entry.stage}' is no stage. The stages are {', '.join(STAGES)}.")
    _ENTRIES[entry.view] = entry


def entries(request: HttpRequest) -> list[dict[str, Any]]:
    """Return title, address, and whether the reader is there."""
    ordered = sorted(_ENTRIES.values(), key=lambda entry: (STAGES.index(entry.stage), entry.order))
    found = []
    for entry in ordered:
        address = reverse(entry.view)
        found.append({"title": entry.title, "href": address, "here": request.path.startswith(address)})
    return found


@dataclass(frozen=True)
class Door:
    """A page for people with a role: shown on their account's page."""

    title: Any = field(compare=False)
    view: str
    is_open: Callable[[HttpRequest], bool] = field(compare=False)


_DOORS: dict[str, Door] = {}


def register_door(door: Door) -> None:
    """Add a page for people with a role."""
    _DOORS[door.view] = door


def doors(request: HttpRequest) -> list[dict[str, Any]]:
    """Return title and address of the pages that are open to the one who asks."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return [{"title": door.title, "href": reverse(door.view)} for door in _DOORS.values() if door.is_open(request)]


_FOOTER: dict[str, tuple[int, Any]] = {}


def register_footer(view: str, title: Any, order: int = 0) -> None:
    """Add a page to the foot of every page: one about the site, not about a stage."""
    _FOOTER[view] = (order, title)


def footer() -> list[dict[str, Any]]:
    """Return title and address of the pages about the site."""
    ordered = sorted(_FOOTER.items(), key=lambda item: (item[1][0], item[0]))
    return [{"title": title, "href": reverse(view)} for view, (_, title) in ordered]
