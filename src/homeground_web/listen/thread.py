"""The thread from somebody's words on: what they said, the themes it became part of, what was agreed, what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from homeground_web.listen import queries
from homeground_web.listen.models import Conversation, Priority, Sorting, Typed

__all__ = ["Became", "became_of", "is_being_typed", "priorities_of"]


@dataclass(frozen=True)
class Became:
    """A theme that somebody's words are part of, and what was agreed about it."""

    theme: Any
    points: tuple[Any, ...]
    priorities: tuple[Priority, ...]


def became_of(conversation: Conversation) -> list[Became]:
    """Return the themes that everybody sees and this conversation is part of, with the priorities that came of them."""
    sorting = queries.shown_sorting(conversation.campaign.place)
    if sorting is None or not sorting.shown:
        return []
    own = {point.pk: point for point in conversation.points.filter(sorting=sorting).select_related("conversation")}
    numbers = {one["number"]: [own[pk] for pk in one["points"] if pk in own] for one in sorting.shown["themes"]}
    return [
        Became(theme, tuple(numbers[theme.number]), tuple(priorities_of(sorting, theme.number)))
        for theme in queries.shown_themes(sorting)
        if numbers.get(theme.number)
    ]


def priorities_of(sorting: Sorting, theme: int) -> list[Priority]:
    """Return the priorities that came of a theme, the newest meeting's first."""
    rows = Priority.objects.filter(sorting=sorting).select_related("meeting").prefetch_related("deeds")
    return [one for one in rows.order_by("-meeting__held", "place_in_order") if theme in one.themes]


def is_being_typed(receipt: str) -> bool:
    """Return whether a paper form of this code was typed once."""
    return Typed.objects.filter(receipt=receipt).exists()
