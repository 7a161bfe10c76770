"""How far people who sort the same things agree, beyond what chance would give: Krippendorff's alpha."""

from __future__ import annotations

from collections import Counter

import polars as pl

from homeground.errors import BadTable
from homeground.tables import require_columns

__all__ = ["agreement"]


def agreement(sorted_by: pl.DataFrame) -> float:
    """Return how far sorters agree about where things belong.

    Parameters
    ----------
    sorted_by : polars.DataFrame
        ``thing``, ``sorter``, ``theme``: a row for each thing that a sorter put somewhere. What only one sorter put
        anywhere says nothing about agreement and is left out.

    Returns
    -------
    float
        Krippendorff's alpha for names without an order: 1 when all agree, 0 when they agree as often as chance would,
        below 0 when they agree less often. Higher is better; from about .8 people sort alike, below about .67 they do
        not. 1.0 where everybody put everything under one theme.

    Raises
    ------
    BadTable
        If nothing was sorted by two.

    Source
    ------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability.

    Examples
    --------
    >>> things, sorters = [1, 1, 2, 2, 3, 3], ["a", "b"] * 3
    >>> themes = ["buses", "buses", "park", "park", "park", "buses"]
    >>> agreement(pl.DataFrame({"thing": things, "sorter": sorters, "theme": themes}))
    0.4444444444444444
    """
    require_columns(sorted_by, ["thing", "sorter", "theme"])
    by_thing: dict[object, Counter[object]] = {}
    for thing, _sorter, theme in sorted_by.select("thing", "sorter", "theme").unique(maintain_order=True).iter_rows():
        if theme is not None:
            by_thing.setdefault(thing, Counter())[theme] += 1
    shared = [counts for counts in by_thing.values() if counts.total() > 1]
    if not shared:
        raise BadTable("nothing was sorted by two people", remedy="Let a second person sort some of the same things.")
    every: Counter[object] = Counter()
    differ = 0.0
    for counts in shared:
        many = counts.total()
        every.update(counts)
        differ += (many * many - sum(n * n for n in counts.values())) / (many - 1)
    total = every.total()
    chance = (total * total - sum(n * n for n in every.values())) / (total - 1)
    return 1.0 if chance == 0 else 1.0 - differ / chance
