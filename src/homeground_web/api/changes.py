"""The change feed: what the public sees differently since, read from the log; no person stands in it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from homeground_web.audit.models import Entry
from homeground_web.places.models import Load
from homeground_web.runs.models import Run

__all__ = ["changes_after", "newest"]

_SEEN = Q(object_kind="places.load", verb="moved", after__state="current") | Q(
    object_kind="runs.run", verb="moved", after__state__in=("published", "withdrawn")
)


def changes_after(number: int, many: int) -> list[dict[str, Any]]:
    """Return changes after a number, oldest first."""
    return _told(list(Entry.objects.filter(_SEEN, pk__gt=number).order_by("pk")[:many]))


def newest(many: int) -> list[dict[str, Any]]:
    """Return the newest changes, newest first."""
    return _told(list(Entry.objects.filter(_SEEN).order_by("-pk")[:many]))


def _told(entries: list[Entry]) -> list[dict[str, Any]]:
    of = {"places.load": Load, "runs.run": Run}
    titles: dict[tuple[str, str], str] = {}
    for kind, model in of.items():
        numbers = {entry.object_id for entry in entries if entry.object_kind == kind}
        for pk, title in model.objects.filter(pk__in=numbers).values_list("pk", "title"):  # type: ignore[attr-defined]
            titles[kind, str(pk)] = title
    return [
        {
            "id": entry.pk, "when": entry.when, "what": _what(entry),
            "title": titles.get((entry.object_kind, entry.object_id), ""),
        }
        for entry in entries
    ]  # fmt: skip


def _what(entry: Entry) -> str:
    if entry.object_kind == "places.load":
        return "data shown"
    return "result published" if entry.after["state"] == "published" else "result withdrawn"
