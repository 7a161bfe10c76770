"""One question of where to put places, as numbers: what each area costs from each site, and what may be chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Task", "allowed", "blocks", "nearest_two", "value_of"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
# Numbers that are worked on at a time: they stay in the processor's own memory.
_BLOCK = 1 << 18


@dataclass(frozen=True)
class Task:
    """Choose at most `most` sites so that the sum over areas of the least cost is least.

    Attributes
    ----------
    cost : ndarray of shape (n_sites, n_areas)
        Already weighted by people.
    base : ndarray of shape (n_areas,)
        What an area costs with no new site: its way to the nearest place there is; where there is none, more than its
        way to the furthest candidate, so that any choice undercuts it.
    spend : ndarray of shape (n_sites,)
        What each site costs to build.
    most : int
    budget : float
        ``inf`` where there is none.
    """

    cost: NDArray[np.floating]
    base: FloatArray
    spend: FloatArray
    most: int
    budget: float


def blocks(task: Task) -> Iterator[slice]:
    """Yield slices of sites, each a handful of memory."""
    sites, areas = task.cost.shape
    step = max(1, _BLOCK // max(areas, 1))
    for start in range(0, sites, step):
        yield slice(start, min(start + step, sites))


def value_of(task: Task, chosen: IntArray | list[int]) -> float:
    """Return the sum that a choice gives.

    Examples
    --------
    >>> task = Task(np.array([[1.0, 5.0], [4.0, 0.0]]), np.array([6.0, 6.0]), np.ones(2), 1, np.inf)
    >>> value_of(task, [0]), value_of(task, [1]), value_of(task, [])
    (6.0, 4.0, 12.0)
    """
    return float(nearest_two(task, chosen)[0].sum())


def nearest_two(task: Task, chosen: IntArray | list[int]) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return for each area its least and second least cost, and which of `chosen` gives the least (-1: none)."""
    areas = len(task.base)
    if not len(chosen):
        return task.base.copy(), task.base.copy(), np.full(areas, -1)
    some = task.cost[np.asarray(chosen)].astype(np.float64)
    at = some.argmin(axis=0)
    least = some[at, np.arange(areas)]
    some[at, np.arange(areas)] = np.inf
    second = np.minimum(some.min(axis=0), task.base)
    outside = task.base <= least
    at = np.where(outside, -1, at)
    return np.where(outside, task.base, least), np.where(outside, np.minimum(least, second), second), at


def allowed(task: Task, chosen: IntArray | list[int]) -> bool:
    """Return whether a choice keeps to the number and the budget."""
    return len(chosen) <= task.most and float(task.spend[np.asarray(chosen, dtype=np.int64)].sum()) <= _rim(task.budget)


def _rim(budget: float) -> float:
    return budget + 1e-9 * max(1.0, abs(budget)) if np.isfinite(budget) else budget
