"""The choice of sites solved to the end by the solver HiGHS, and what it proves on the way.

One variable says for each site whether it is chosen, one for each area what it pays. What an area pays is held up by
cuts: if nothing nearer than a stated cost is chosen it pays at least that. Only cuts that are needed are made, first on
the relaxed question, then on the whole one (Benders' decomposition; Duran-Mateluna, Ales and Elloumi 2023). Every cut
holds for every choice, so the solver's bound holds too. Sites that the bound has ruled out are left out beforehand.
Every solve starts cold, and its answer is checked with our own sums before it is believed.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeground.errors import MissingExtra
from homeground.understand.reaching.bounding import Bounded
from homeground.understand.reaching.heuristic import exchange
from homeground.understand.reaching.task import Task, allowed, nearest_two

__all__ = ["Program", "prove", "solve"]

FloatArray = NDArray[np.float64]
# Solvers work to a tolerance: what they call proven gives way by this share, so that the bound stays one.
_TRUST = 1e-7
_MOST_ROUNDS = 60


@dataclass
class Program:
    """A program as HiGHS takes it: minimise ``price @ x`` so that ``low <= A x <= high``.

    Attributes
    ----------
    price, lower, upper : ndarray of shape (n_columns,)
    whole : int
        How many columns, from the first, are 0 or 1.
    row, column, value : ndarray
        The entries of ``A``.
    low, high : ndarray of shape (n_rows,)
    """

    price: FloatArray
    lower: FloatArray
    upper: FloatArray
    whole: int
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: FloatArray
    low: FloatArray
    high: FloatArray


def solve(
    program: Program, *, seconds: float, seed: int = 0, gap: float = 0.0
) -> tuple[FloatArray | None, float, bool]:
    """Return an answer (or None), the bound, and whether it is known that there is no answer.

    Raises
    ------
    MissingExtra
        If ``homeground[sites]`` is not installed.

    Examples
    --------
    >>> one = np.ones(1)
    >>> solve(Program(one, 0 * one, one, 1, np.array([0]), np.array([0]), one, 0.5 * one, one), seconds=5)
    (array([1.]), 1.0, False)
    """
    try:
        import highspy
    except ImportError:
        raise MissingExtra.named("sites", for_what="prove where places should go") from None
    n, rows = len(program.price), len(program.low)
    order = np.argsort(program.row, kind="stable")
    lp: Any = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n, rows
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.price, program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.low, program.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(program.row, minlength=rows))]).astype(np.int32)
    lp.a_matrix_.index_ = program.column[order].astype(np.int32)
    lp.a_matrix_.value_ = program.value[order]
    if program.whole:
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger] * program.whole + [kinds.kContinuous] * (n - program.whole)
    highs = _silent(highspy)
    for name, value in (("time_limit", max(seconds, 0.01)), ("mip_rel_gap", gap), ("mip_abs_gap", 0.0)):
        highs.setOptionValue(name, value)
    highs.setOptionValue("random_seed", seed)
    highs.passModel(lp)
    highs.run()
    status, known = highs.getModelStatus(), highspy.HighsModelStatus
    if status in (known.kInfeasible, known.kUnboundedOrInfeasible):
        return None, np.inf, True
    info = highs.getInfo()
    found = np.array(highs.getSolution().col_value)
    usable = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible and len(found) == n
    bound = float(info.mip_dual_bound) if program.whole else float(info.objective_function_value)
    if not program.whole and status != known.kOptimal:
        bound = -np.inf
    return (found if usable else None), bound, False


def _silent(highspy: Any) -> Any:
    with _banner_away():
        highs = highspy.Highs()
    for name, value in (("output_flag", False), ("log_to_console", False), ("threads", 1)):
        highs.setOptionValue(name, value)
    return highs


@contextlib.contextmanager
def _banner_away() -> Iterator[None]:
    """Let the solver greet nobody: it prints its name before it can be told not to, past Python's own output."""
    sys.stdout.flush()
    try:
        kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # no standard output at all: then nobody is greeted anyway
        yield
        return
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def prove(
    task: Task, best: Bounded, *, gap: float, seconds: float, late: Callable[[], bool] = lambda: False, seed: int = 0
) -> Bounded:
    """Return the best choice and a bound after the solver had its time.

    Parameters
    ----------
    task : Task
    best : Bounded
        Of `homeground.understand.reaching.bounding.lagrangian`.
    gap : float
        Stop when (value - bound) / value is no more than this.
    seconds : float
        For one solve.
    late : callable
        Whether time is up.
    seed : int
        Of the solver.

    Examples
    --------
    >>> cost = np.array([[0.0, 4.0, 9.0], [4.0, 0.0, 4.0], [9.0, 4.0, 0.0]])
    >>> none = np.zeros(3, dtype=bool)
    >>> task = Task(cost, np.full(3, 9.0), np.ones(3), 1, np.inf)
    >>> prove(task, Bounded([0], 13.0, 0.0, none, none, np.full(3, 4.0)), gap=0.0, seconds=10).chosen
    [1]
    """
    best = replace(best, chosen=list(best.chosen))
    left = np.flatnonzero(~best.never)
    if not len(left):
        best.bound = best.value  # nothing is left that could be better
        return best
    cuts = _Cuts(task, left, best)
    cuts.add(np.minimum(best.price, task.base))
    cuts.add(nearest_two(task, best.chosen)[0])
    whole = False
    for _ in range(_MOST_ROUNDS):
        if best.value - best.bound <= gap * best.value or late():
            break
        found, bound, nothing = solve(cuts.program(whole=whole), seconds=seconds, seed=seed, gap=gap / 2)
        if nothing:
            best.bound = best.value
            break
        if np.isfinite(bound):
            told = bound * cuts.unit
            # What was ruled out is no better than the best known: the true least is the lesser of the two.
            best.bound = min(best.value, max(best.bound, told - _TRUST * abs(told)))
        if found is None:
            break
        if whole:
            _check(task, best, left[found[: len(left)] > 0.5].tolist())
        added = cuts.add(cuts.violated(found))
        if whole and not added:
            break
        whole = whole or not added
    if best.value - best.bound <= 2 * _TRUST * abs(best.value):
        best.bound = best.value
    return best


def _check(task: Task, best: Bounded, chosen: list[int]) -> None:
    """Keep a choice of the solver's if it is allowed and better by our own sums."""
    if not allowed(task, chosen):
        return
    chosen, value = exchange(task, chosen)
    if value < best.value:
        best.chosen, best.value = sorted(chosen), value


class _Cuts:
    """The program with the cuts made so far: a column for each site left, then one for what each area pays."""

    def __init__(self, task: Task, left: NDArray[np.int64], best: Bounded) -> None:
        self.task = task
        self.cost = task.cost[left].astype(np.float64).T
        self.order = np.argsort(self.cost, axis=1, kind="stable")
        self.rising = np.take_along_axis(self.cost, self.order, axis=1)
        self.spend = task.spend[left]
        self.always = best.always[left]
        # Solvers like numbers near one.
        self.unit = max(best.value, 1e-9) / max(len(task.base), 1)
        self.area: list[NDArray[np.int64]] = []
        self.least: list[FloatArray] = []

    def add(self, least: FloatArray) -> int:
        """Add for each area the cut 'nothing nearer than `least` chosen: it pays at least that'; NaN adds none."""
        rows = np.flatnonzero(np.isfinite(least) & (least > 0))
        self.area.append(rows)
        self.least.append(least[rows])
        return len(rows)

    def violated(self, found: FloatArray) -> FloatArray:
        """Return for each area the cut that `found` breaks most, NaN where it breaks none."""
        chosen, pays = found[: self.cost.shape[1]], found[self.cost.shape[1] :] * self.unit
        share = np.clip(chosen, 0.0, 1.0)[self.order]
        so_far = np.cumsum(share, axis=1)
        # The cost at which the shares chosen add up to a whole place.
        at = np.argmax(so_far >= 1 - 1e-9, axis=1)
        enough = so_far[:, -1] >= 1 - 1e-9
        rows = np.arange(len(at))
        least = np.minimum(np.where(enough, self.rising[rows, at], np.inf), self.task.base)
        owed = least - (share * np.maximum(least[:, None] - self.rising, 0.0)).sum(axis=1)
        return np.where(owed > pays + 1e-7 * self.unit, least, np.nan)

    def program(self, *, whole: bool) -> Program:
        """Return the program, with sites whole or in shares."""
        areas, sites = self.cost.shape
        area, least = np.concatenate(self.area), np.concatenate(self.least)
        slope = np.maximum(least[:, None] - self.cost[area], 0.0) / self.unit
        row, column = np.nonzero(slope)
        n = len(area)
        rows = [row, np.arange(n), np.full(sites, n)]
        columns = [column, sites + area, np.arange(sites)]
        values = [slope[row, column], np.ones(n), np.ones(sites)]
        low, high = np.append(least / self.unit, 0.0), np.append(np.full(n, np.inf), float(self.task.most))
        if np.isfinite(self.task.budget):
            rows.append(np.full(sites, n + 1))
            columns.append(np.arange(sites))
            values.append(self.spend)
            low, high = np.append(low, 0.0), np.append(high, self.task.budget)
        return Program(
            np.append(np.zeros(sites), np.ones(areas)),
            np.append(self.always.astype(np.float64), np.zeros(areas)),
            np.append(np.ones(sites), np.full(areas, np.inf)),
            sites if whole else 0,
            np.concatenate(rows),
            np.concatenate(columns),
            np.concatenate(values),
            low,
            high,
        )
