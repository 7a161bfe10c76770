"""How far people who sort the same things agree, beyond what chance would give: Krippendorff's alpha."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.optimize import linear_sum_assignment

from homeground.errors import BadTable
from homeground.tables import require_columns

__all__ = ["agreement", "called_alike"]


def called_alike(names: Mapping[int, int], others: Mapping[int, int]) -> dict[int, int]:
    """Return `others` with its heaps called by the names of those that hold most of the same things.

    Two who sort without knowing of each other call the same heap by different names, which is no disagreement.

    Parameters
    ----------
    names, others : mapping of int to int
        For each thing the heap that it stands in, 0 or more; in `others` any numbers of its own.

    Returns
    -------
    dict of int to int
        A heap without a counterpart gets a number below nought.

    Source
    ------
    The assignment with most things in common (Kuhn 1955), as scipy solves it.

    Examples
    --------
    >>> called_alike({1: 8, 2: 8, 3: 9}, {1: 2, 2: 2, 3: 1, 4: 5})
    {1: 8, 2: 8, 3: 9, 4: -1}
    """
    mine, theirs = sorted(set(names.values())), sorted(set(others.values()))
    shared = np.zeros((len(mine), len(theirs)))
    for thing, heap in others.items():
        if thing in names:
            shared[mine.index(names[thing]), theirs.index(heap)] += 1
    pairs = zip(*linear_sum_assignment(-shared), strict=True)
    called = {theirs[column]: mine[row] for row, column in pairs if shared[row, column]}
    left = (heap for heap in theirs if heap not in called)
    called |= {heap: -number for number, heap in enumerate(left, start=1)}
    return {thing: called[heap] for thing, heap in others.items()}


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
