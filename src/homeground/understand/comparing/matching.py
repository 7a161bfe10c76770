"""How far some areas moved against others that started at the same place: matched means, and how far they could be off.

Both ways hold regression to the mean fixed, for those compared started equally far from it. Fine bins compare an area
with the others whose starting value falls in the same narrow bin; local lines fit a straight line through the others
within reach of each starting value, which also allows for where in the bin they stood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeground.stats import FloatArray, IntArray

__all__ = ["Matched", "by_bins", "by_local_lines", "clustered"]

Mask = NDArray[np.bool_]
_STEPS = 20


@dataclass(frozen=True)
class Matched:
    """A matched difference of means.

    Attributes
    ----------
    difference : float
        Mean over the areas in question of (end value less what the others that started alike came to); NaN when none
        could be matched.
    influence : ndarray of shape (n,)
        What each area adds to the error of `difference`; adds up to nought (by local lines: nearly).
    areas, others, unmatched : int
        How many areas in question and others took part, and how many in question started where no other did.
    """

    difference: float
    influence: FloatArray
    areas: int
    others: int
    unmatched: int


def by_bins(start: FloatArray, end: FloatArray, ours: Mask, others: Mask, *, width: float) -> Matched:
    """Return the matched difference with starting values cut into bins of `width`, from nought up.

    Parameters
    ----------
    start, end : ndarray of shape (n,)
    ours, others : ndarray of bool of shape (n,)
        The areas in question and those to compare with; an area is at most one of the two.
    width : float
    """
    bins = np.floor(start / width + 1e-9).astype(np.int64)
    n_bins = int(bins.max(initial=0)) + 1
    there = np.bincount(bins[others], minlength=n_bins)
    used = ours & (there[bins] > 0)
    here = np.bincount(bins[used], minlength=n_bins)
    n = int(used.sum())
    if n == 0:
        return Matched(float("nan"), np.zeros(len(start)), 0, 0, int(ours.sum()))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(bins[others], weights=end[others], minlength=n_bins) / there
        pull = here / there
    gap = end - mean[bins]
    difference = float(gap[used].mean())
    influence = np.zeros(len(start))
    influence[used] = (gap[used] - difference) / n
    influence[others] = -pull[bins[others]] * gap[others] / n
    taking_part = others & (here[bins] > 0)
    return Matched(difference, influence, n, int(taking_part.sum()), int(ours.sum()) - n)


def by_local_lines(start: FloatArray, end: FloatArray, ours: Mask, others: Mask, *, reach: float) -> Matched:
    """Return the matched difference with a line through the others within `reach` of each starting value.

    Others count the less the further away they started (Epanechnikov: ``1 - (distance / reach) squared``). Where they
    all started at one value, their mean stands for the line.
    """
    order = np.flatnonzero(others)[np.argsort(start[others], kind="stable")]
    x, y = start[order], end[order]
    points, place, times = np.unique(start[ours], return_inverse=True, return_counts=True)
    fitted = np.full(len(points), np.nan)
    pull = np.zeros(len(order))
    first, last = np.searchsorted(x, points - reach, side="right"), np.searchsorted(x, points + reach, side="left")
    for at, (point, lo, hi) in enumerate(zip(points, first, last, strict=True)):
        if hi <= lo:
            continue
        share = _line(x[lo:hi] - point, reach)
        fitted[at] = share @ y[lo:hi]
        pull[lo:hi] += share * times[at]
    used = np.flatnonzero(ours)[np.isfinite(fitted[place])]
    n = len(used)
    if n == 0:
        return Matched(float("nan"), np.zeros(len(start)), 0, 0, int(ours.sum()))
    gap = end[used] - fitted[place][np.isfinite(fitted[place])]
    difference = float(gap.mean())
    influence = np.zeros(len(start))
    influence[used] = (gap - difference) / n
    taking_part = pull != 0
    influence[order[taking_part]] = -pull[taking_part] * (y - _smooth(x, y, reach, taking_part))[taking_part] / n
    return Matched(difference, influence, n, int(taking_part.sum()), int(ours.sum()) - n)


def _line(away: FloatArray, reach: float) -> FloatArray:
    """Return how much each neighbour counts in the value at nought of a weighted straight line; adds up to 1."""
    w = 1.0 - (away / reach) ** 2
    s0, s1, s2 = w.sum(), w @ away, w @ away**2
    spread = s0 * s2 - s1**2
    if spread <= 1e-9 * s0 * s0 * reach * reach:
        return np.asarray(w / s0)
    return np.asarray(w * (s2 - s1 * away) / spread)


def _smooth(x: FloatArray, y: FloatArray, reach: float, wanted: Mask) -> FloatArray:
    """Return the fitted line of the others at those of their own starting values that are wanted; `x` is sorted.

    Fitted at steps of a twentieth of the reach and read off between them: it serves the error only, and is smooth.
    """
    out = np.full(len(x), np.nan)
    if not wanted.any():
        return out
    step = reach / _STEPS
    grid = np.unique(np.floor(x[wanted] / step)[:, None] + np.arange(2)) * step
    first, last = np.searchsorted(x, grid - reach, side="right"), np.searchsorted(x, grid + reach, side="left")
    line = [_line(x[lo:hi] - at, reach) @ y[lo:hi] for at, lo, hi in zip(grid, first, last, strict=True)]
    out[wanted] = np.interp(x[wanted], grid, line)
    return out


def clustered(influence: FloatArray, clusters: IntArray) -> float:
    """Return the standard error that the influence of each area gives when areas of one cluster err together (CR1).

    With every area its own cluster it is the standard error as if they were independent.
    """
    parts = influence != 0
    if not parts.any():
        return float("nan")
    known, numbered = np.unique(clusters[parts], return_inverse=True)
    among = len(known)
    if among < 2:
        return float("nan")
    sums = np.bincount(numbered, weights=influence[parts])
    return float(np.sqrt(among / (among - 1) * (sums @ sums)))
