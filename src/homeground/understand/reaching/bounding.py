"""How good any choice of sites can be at best: a lower bound by Lagrangian relaxation.

Each area may pay a price for going unserved or being served twice; at any prices the relaxed question is solved by
picking the sites that earn most, and its answer is a bound that no choice can beat. Subgradient steps raise it
(Cornuejols, Fisher and Nemhauser 1977; Beasley 1993). A bound is proven whatever the prices, so a slip of the search
cannot make it wrong, only weak.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeground.understand.reaching.heuristic import exchange
from homeground.understand.reaching.task import Task, allowed, blocks, nearest_two, value_of

__all__ = ["Bounded", "lagrangian"]

FloatArray = NDArray[np.float64]
_PATIENCE = 20
# Below this the steps are too small to move the bound.
_SMALLEST_STEP = 1e-3
# Sums of single-precision numbers: the bound gives way by this share, so that it stays one.
_SLACK = {"float32": 1e-5, "float64": 1e-12}


@dataclass
class Bounded:
    """The best choice known and the bound.

    Attributes
    ----------
    chosen : list of int
    value : float
    bound : float
        No choice is below it.
    never, always : ndarray of bool of shape (n_sites,)
        Sites that no choice better than `chosen` contains, and that every such choice contains.
    price : ndarray of shape (n_areas,)
        The prices of the best bound.
    """

    chosen: list[int]
    value: float
    bound: float
    never: NDArray[np.bool_]
    always: NDArray[np.bool_]
    price: FloatArray


def lagrangian(
    task: Task, chosen: list[int], value: float, *, gap: float, rounds: int = 400, late: Callable[[], bool]
) -> Bounded:
    """Return a bound, and any better choice met on the way.

    Parameters
    ----------
    task : Task
    chosen, value : list of int, float
        The best choice so far.
    gap : float
        Stop when (value - bound) / value is no more than this.
    rounds : int
    late : callable
        Whether time is up.

    Examples
    --------
    >>> cost = np.array([[0.0, 4.0, 9.0], [4.0, 0.0, 4.0], [9.0, 4.0, 0.0]])
    >>> task = Task(cost, np.full(3, 9.0), np.ones(3), 1, np.inf)
    >>> bool(abs(lagrangian(task, [1], 8.0, gap=0.0, late=lambda: False).bound - 8) < 0.1)
    True
    """
    sites = task.cost.shape[0]
    best = Bounded(list(chosen), value, 0.0, np.zeros(sites, dtype=bool), np.zeros(sites, dtype=bool), np.empty(0))
    least, second, _ = nearest_two(task, chosen)
    best.price = price = np.minimum((least + second) / 2, task.base)
    mu, step, waited, seen = 0.0, 1.5, 0, {tuple(sorted(chosen))}
    slack = _SLACK[str(task.cost.dtype)]
    for _ in range(rounds):
        if best.value - best.bound <= gap * best.value + 1e-12 or late() or step < _SMALLEST_STEP:
            break
        earned = _earned(task, price)
        open_, bound = _relaxed(task, price, earned, mu)
        bound -= slack * abs(bound)
        if bound > best.bound:
            waited = 0 if bound > best.bound * (1 + 1e-6) else waited + 1
            best.bound, best.price = bound, price
        else:
            waited += 1
        if waited >= _PATIENCE:
            step, waited = step / 2, 0
        _try(task, best, open_, seen, late)
        _fix(task, best, bound, earned + mu * task.spend, open_)
        price, mu = _next(task, price, mu, open_, step * (1.02 * best.value - bound))
    best.bound = min(best.bound, best.value)
    return best


def _earned(task: Task, price: FloatArray) -> FloatArray:
    """Return what each site earns at these prices: a number not above nought."""
    earned = np.empty(task.cost.shape[0])
    for some in blocks(task):
        earned[some] = np.minimum(task.cost[some] - price, 0.0).sum(axis=1, dtype=np.float64)
    return earned


def _relaxed(task: Task, price: FloatArray, earned: FloatArray, mu: float) -> tuple[list[int], float]:
    net = earned + mu * task.spend
    order = np.argsort(net, kind="stable")[: task.most]
    open_ = order[net[order] < 0]
    bound = float(price.sum() + np.minimum(task.base - price, 0.0).sum() + net[open_].sum())
    return open_.tolist(), bound - (mu * task.budget if mu else 0.0)


def _try(task: Task, best: Bounded, open_: list[int], seen: set[tuple[int, ...]], late: Callable[[], bool]) -> None:
    """Keep the relaxed choice, after exchanges, if it is the best yet."""
    key = tuple(sorted(open_))
    if not open_ or key in seen or not allowed(task, open_):
        return
    seen.add(key)
    value = value_of(task, open_)
    if value > 1.02 * best.value:  # too far off for exchanges to be worth their time
        return
    chosen, value = exchange(task, open_, late=late)
    if value < best.value:
        best.chosen, best.value = sorted(chosen), value


def _fix(task: Task, best: Bounded, bound: float, net: FloatArray, open_: list[int]) -> None:
    """Mark the sites that cannot be in a better choice, and those that must."""
    inside = np.zeros(len(net), dtype=bool)
    inside[open_] = True
    full = len(open_) == task.most
    weakest = float(net[open_].max()) if full else 0.0
    others = np.minimum(net[~inside].min(initial=0.0), 0.0)
    margin = best.value * (1 + 1e-9)
    best.never |= ~inside & (bound + net - weakest > margin)
    best.always |= inside & (bound - net + others > margin)


def _next(task: Task, price: FloatArray, mu: float, open_: list[int], push: float) -> tuple[FloatArray, float]:
    served = (task.base < price).astype(np.float64)
    if open_:
        served += (task.cost[open_] < price).sum(axis=0)
    slope = 1.0 - served
    if not np.isfinite(task.budget):
        size = max(float((slope**2).sum()), 1.0)
        return np.clip(price + push / size * slope, 0.0, task.base), 0.0
    # The price of money is stepped on the same footing as those of areas: in shares of what a site may cost.
    share = max(task.budget, 1e-9) / task.most / np.sqrt(len(price))
    over = (float(task.spend[np.array(open_, dtype=np.int64)].sum()) - task.budget) / share
    size = max(float((slope**2).sum()) + over**2, 1.0)
    moved = np.clip(price + push / size * slope, 0.0, task.base)
    return moved, max(0.0, mu + push / size * over / share)
