"""A good choice of sites, quickly: the best next one, again and again, then exchanges until none helps.

Greedy start and vertex substitution (Teitz and Bart 1968) with the bookkeeping of Resende and Werneck (2007). Ties go
to the site that stands first. What it finds is an upper bound; `bounding` says how far from the best it can be.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from homeground.understand.reaching.task import Task, allowed, blocks, nearest_two, value_of

__all__ = ["exchange", "find"]

FloatArray = NDArray[np.float64]
_NOTHING = 1e-12


def find(
    task: Task, *, seed: int = 0, starts: int = 3, late: Callable[[], bool] = lambda: False
) -> tuple[list[int], float]:
    """Return the best choice found, and its sum.

    Parameters
    ----------
    task : Task
    seed : int
        Of the further starts.
    starts : int
        How many starts from choices at random, besides the greedy ones.
    late : callable
        Whether time is up: then no further start or exchange is made.

    Examples
    --------
    >>> cost = np.array([[0.0, 4.0, 9.0], [4.0, 0.0, 4.0], [9.0, 4.0, 0.0]])
    >>> find(Task(cost, np.full(3, 9.0), np.ones(3), 1, np.inf))
    ([1], 8.0)
    """
    priced = np.isfinite(task.budget)
    tries = [_greedy(task, per_pound=False), *([_greedy(task, per_pound=True)] if priced else [])]
    rng = np.random.default_rng(seed)
    tries += [_at_random(task, rng) for _ in range(starts)]
    best: tuple[list[int], float] | None = None
    for start in tries:
        if best is not None and late():
            break
        chosen, value = exchange(task, start, late=late)
        if best is None or value < best[1] - _NOTHING * max(1.0, abs(best[1])):
            best = chosen, value
    assert best is not None
    return sorted(best[0]), best[1]


def _gains(task: Task, least: FloatArray) -> FloatArray:
    gain = np.empty(task.cost.shape[0])
    for some in blocks(task):
        gain[some] = np.maximum(least - task.cost[some], 0.0).sum(axis=1, dtype=np.float64)
    return gain


def _left(task: Task, chosen: list[int]) -> float:
    return task.budget + 1e-9 * max(1.0, abs(task.budget)) - float(task.spend[np.array(chosen, dtype=np.int64)].sum())


def _greedy(task: Task, *, per_pound: bool) -> list[int]:
    chosen: list[int] = []
    least = task.base.copy()
    while len(chosen) < task.most:
        gain = _gains(task, least)
        gain[chosen] = -np.inf
        gain[task.spend > (_left(task, chosen) if np.isfinite(task.budget) else np.inf)] = -np.inf
        at = int((gain / np.maximum(task.spend, 1e-9)).argmax() if per_pound else gain.argmax())
        if not gain[at] > 0:
            break
        chosen.append(at)
        least = np.minimum(least, task.cost[at])
    return chosen


def _at_random(task: Task, rng: np.random.Generator) -> list[int]:
    chosen: list[int] = []
    for at in rng.permutation(task.cost.shape[0]).tolist():
        if len(chosen) == task.most:
            break
        if allowed(task, [*chosen, at]):
            chosen.append(at)
    return chosen


def exchange(task: Task, start: list[int], *, late: Callable[[], bool] = lambda: False) -> tuple[list[int], float]:
    """Return `start` after every addition and exchange that helps, the best first and while there is time; its sum."""
    chosen = list(start)
    while not late():
        least, second, at = nearest_two(task, chosen)
        gain, saved = _moves(task, least, second, at, len(chosen))
        gain[chosen] = -np.inf
        room = _left(task, chosen) if np.isfinite(task.budget) else np.inf
        if len(chosen) < task.most:
            open_ = np.where(task.spend <= room, gain, -np.inf)
            add = int(open_.argmax())
            if open_[add] > _NOTHING * max(1.0, float(least.sum())):
                chosen.append(add)
                continue
        if not chosen:
            return chosen, float(least.sum())
        # What it would cost to give a site up: those it serves go to their second.
        loss = np.bincount(at[at >= 0], (second - least)[at >= 0], len(chosen))
        profit = gain[None, :] - loss[:, None] + saved
        if np.isfinite(task.budget):
            profit[task.spend[None, :] > room + task.spend[chosen][:, None]] = -np.inf
        out, in_ = np.unravel_index(int(profit.argmax()), profit.shape)
        if not profit[out, in_] > _NOTHING * max(1.0, float(least.sum())):
            return chosen, value_of(task, chosen)
        chosen[int(out)] = int(in_)
    return chosen, value_of(task, chosen)


def _moves(
    task: Task, least: FloatArray, second: FloatArray, at: NDArray[np.int64], n: int
) -> tuple[FloatArray, FloatArray]:
    """Return what each site would gain, and what of the loss of each chosen one it would make good."""
    gain = np.empty(task.cost.shape[0])
    saved = np.zeros((n, task.cost.shape[0]))
    served = np.flatnonzero(at >= 0)
    whose = np.zeros((len(served), n))
    whose[np.arange(len(served)), at[served]] = 1.0
    for some in blocks(task):
        cost = task.cost[some]
        gain[some] = np.maximum(least - cost, 0.0).sum(axis=1, dtype=np.float64)
        if n:
            good = np.maximum(second[served] - np.maximum(cost[:, served], least[served]), 0.0)
            saved[:, some] = (good @ whose).T
    return gain, saved
