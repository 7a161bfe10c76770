"""The thread from somebody's words on: what they said, the themes it became part of, what was agreed, what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from homeground_web.listen import queries
from homeground_web.listen.models import Conversation, Priority, Sorting, Typed

__all__ = ["Became", "became_of", "is_being_typed", "priorities_by_theme"]


@dataclass(frozen=True)
class Became:
    """A theme that somebody's words are part of, and what was agreed about it."""

    theme: Any
    priorities: tuple[Priority, ...]


def became_of(conversation: Conversation) -> list[Became]:
    """Return the themes that everybody sees and this conversation is part of, with the priorities that came of them."""
    sorting = queries.shown_sorting(conversation.campaign.place)
    if sorting is None or not sorting.shown:
        return []
    own = set(conversation.points.filter(sorting=sorting).values_list("pk", flat=True))
    mine = {one["number"] for one in sorting.shown["themes"] if own & set(one["points"])}
    agreed = priorities_by_theme(sorting)
    return [
        Became(theme, tuple(agreed.get(theme.number, ())))
        for theme in queries.shown_themes(sorting)
        if theme.number in mine
    ]


def priorities_by_theme(sorting: Sorting | None) -> dict[int, list[Priority]]:
    """Return for each theme of a sorting the priorities that came of it, the newest meeting's first."""
    rows = Priority.objects.filter(sorting=sorting).select_related("meeting").prefetch_related("deeds")
    found: dict[int, list[Priority]] = {}
    for one in rows.order_by("-meeting__held", "place_in_order") if sorting else ():
        for theme in one.themes:
            found.setdefault(theme, []).append(one)
    return found


def is_being_typed(receipt: str) -> bool:
    """Return whether a paper form of this code was typed once."""
    return Typed.objects.filter(receipt=receipt).exists()
