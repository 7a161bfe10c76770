"""The choice of sites that leaves nobody too far away: the longest way of all made as short as can be.

For one longest way after another, in halves, it is asked whether so many sites can bring everybody within it (a
covering question, for the solver HiGHS). Where they cannot, that is proven, and is the bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from homeground.understand.reaching.exact import Program, solve
from homeground.understand.reaching.task import Task, allowed, nearest_two

__all__ = ["farthest"]

FloatArray = NDArray[np.float64]
Answer = tuple[Literal["yes", "no", "unknown"], list[int]]


def farthest(
    task: Task, start: list[int], *, seconds: float, late: Callable[[], bool], seed: int = 0
) -> tuple[list[int], float, float]:
    """Return the best choice found, its longest way, and a length that no choice goes below.

    Parameters
    ----------
    task : Task
        With ways in place of weighted costs: ``cost`` and ``base`` in kilometres, for areas with people only.
    start : list of int
        A choice to begin from.
    seconds : float
        For one covering question.
    late : callable
        Whether time is up.
    seed : int
        Of the solver.

    Examples
    --------
    >>> ways = np.array([[0.0, 4.0, 9.0], [4.0, 0.0, 5.0], [9.0, 5.0, 0.0]])
    >>> farthest(Task(ways, np.full(3, 9.0), np.ones(3), 1, np.inf), [0], seconds=9, late=lambda: False)
    ([1], 5.0, 5.0)
    """
    best, longest = list(start), float(nearest_two(task, start)[0].max())
    lengths = np.unique(np.append(np.minimum(task.cost, task.base).ravel(), task.base))
    # No choice brings an area nearer than its own nearest candidate.
    low = int(np.searchsorted(lengths, float(np.minimum(task.cost.min(axis=0), task.base).max())))
    high = int(np.searchsorted(lengths, longest))
    unsure = False
    while low < high and not late():
        middle = (low + high) // 2
        answer, chosen = _within(task, float(lengths[middle]), seconds=seconds, seed=seed)
        if answer == "yes":
            best, longest = chosen, float(nearest_two(task, chosen)[0].max())
            high = min(middle, int(np.searchsorted(lengths, longest)))
        elif answer == "no":
            low = middle + 1
        else:
            unsure = True
            break
    return best, longest, longest if low >= high and not unsure else float(lengths[low])


def _within(task: Task, length: float, *, seconds: float, seed: int) -> Answer:
    """Return whether some choice brings every area within `length`, and one that does."""
    open_ = np.flatnonzero(task.base > length)
    if not len(open_):
        return "yes", []
    near = task.cost[:, open_] <= length
    if not near.any(axis=0).all():
        return "no", []
    # Areas with the same sites near them ask the same question.
    near = np.unique(near, axis=1)
    site, area = np.nonzero(near)
    sites, areas = near.shape
    rows, columns, values = [area], [site], [np.ones(len(site))]
    low, high = np.ones(areas), np.full(areas, np.inf)
    if np.isfinite(task.budget):
        rows.append(np.full(sites, areas))
        columns.append(np.arange(sites))
        values.append(task.spend)
        low, high = np.append(low, 0.0), np.append(high, task.budget)
    program = Program(
        np.ones(sites),
        np.zeros(sites),
        np.ones(sites),
        sites,
        np.concatenate(rows),
        np.concatenate(columns),
        np.concatenate(values),
        low,
        high,
    )
    found, bound, nothing = solve(program, seconds=seconds, seed=seed)
    if nothing or bound > task.most + 0.5:
        return "no", []
    chosen = [] if found is None else np.flatnonzero(found > 0.5).tolist()
    if chosen and allowed(task, chosen) and bool((nearest_two(task, chosen)[0] <= length).all()):
        return "yes", chosen
    return ("no", []) if bound > task.most + 1e-6 else ("unknown", [])
