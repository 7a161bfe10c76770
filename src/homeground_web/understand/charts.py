"""Charts as rows: words and figures are text, so that they keep their size on a phone; only the dots are drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Row", "Rows", "rows"]

_ROOM = 3.0  # per cent left free at either end, so that no dot is cut


@dataclass(frozen=True)
class Row:
    """One row: who it is, the figure in words, where the dot and its limits lie (per cent of the width)."""

    name: str
    said: str
    x: float
    low: float | None
    high: float | None
    series: int
    main: bool


@dataclass(frozen=True)
class Rows:
    """A chart of at most four rows, and what it says to those who do not see it."""

    rows: tuple[Row, ...]
    said: str


def rows(title: str, told: Sequence[tuple[str, str, float | None, float | None, float | None]]) -> Rows | None:
    """Return a chart of (name, figure in words, value, low, high), the place itself first; None if nothing is known."""
    known = [(place, row) for place, row in enumerate(told[:4]) if row[2] is not None and math.isfinite(row[2])]
    if not known:
        return None
    values = [value for _, row in known for value in row[2:5] if value is not None]
    least, most = min(0.0, *values), max(0.0, *values)
    if most == least:
        most = least + 1.0

    def at(value: float) -> float:
        return round(_ROOM + (100 - 2 * _ROOM) * (value - least) / (most - least), 2)

    drawn = []
    for place, (name, said, value, low, high) in known:
        assert value is not None
        both = low is not None and high is not None
        left, right = (at(low), at(high)) if both else (None, None)  # type: ignore[arg-type]
        drawn.append(Row(name, said, at(value), left, right, place + 1, place == 0))
    return Rows(tuple(drawn), f"{title}: " + ", ".join(f"{row.name} {row.said}" for row in drawn))
