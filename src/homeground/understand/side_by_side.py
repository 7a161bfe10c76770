"""A place beside groups of places, as parts of its report set them: who they are, in words and as bars."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from homeground.drawing import Row
from homeground.words import a_few, capital

__all__ = ["GROUPS", "all_of", "bars", "named"]

GROUPS: Mapping[str, str] = {
    "place": "",
    "left-behind": "left-behind places",
    "other-deprived": "other deprived places",
    "whole": "",
}
"""Who is set side by side, and how they are called within a sentence; place and whole have names of their own."""


def named(there: Collection[str], *, place: str, whole: str) -> dict[str, str]:
    """Return those of `GROUPS` that are there, each with what it is called.

    Examples
    --------
    >>> named({"whole", "place"}, place="Ashby", whole="England")
    {'place': 'Ashby', 'whole': 'England'}
    """
    return {who: GROUPS[who] or (place if who == "place" else whole) for who in GROUPS if who in there}


def all_of(items: list[str]) -> str:
    """Return all items as "a, b and c".

    Examples
    --------
    >>> all_of(["£1 in Hull", "£2 in Leeds", "£3 in Bury", "£4 in England"])
    '£1 in Hull, £2 in Leeds, £3 in Bury and £4 in England'
    """
    return a_few(items, most=len(items))


def bars(
    called: Mapping[str, str],
    values: Mapping[str, float | None],
    says: Callable[[float | None], str],
    limits: tuple[float | None, float | None] = (None, None),
) -> list[Row]:
    """Return a bar for each, the place first in its own colour and with its limits.

    Examples
    --------
    >>> [row.label for row in bars({"place": "Ashby", "whole": "all places"}, {"place": 1.0, "whole": None}, str)]
    ['Ashby', 'All places']
    """
    return [
        Row(capital(name), values[who], says(values[who]), *limits, colour=1)
        if who == "place"
        else Row(capital(name), values[who], says(values[who]))
        for who, name in called.items()
    ]
