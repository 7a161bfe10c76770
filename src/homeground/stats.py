"""The arithmetic that every room shares: rank, decile, standardise, shrink, seed.

NumPy arrays in, NumPy arrays out. Missing values are NaN; a missing value stays missing and takes no rank. Unless a
docstring says otherwise, a higher value means more need, and rank 1 is the most need.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FloatArray",
    "IntArray",
    "Ties",
    "decile",
    "exponential_of_rank",
    "group_mean",
    "min_max",
    "normal_of_rank",
    "percentile_of_rank",
    "random_streams",
    "rank",
    "shrink_rates",
    "shrink_values",
    "z_score",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Ties = Literal["min", "average", "max", "first"]

_STEEPNESS = 23.0  # the constant of the Indices of Deprivation: the worst tenth spans half of the 0-100 scale


def rank(values: FloatArray, *, ties: Ties = "min", highest_first: bool = True) -> FloatArray:
    """Return the rank of each value, 1 for the most need.

    Parameters
    ----------
    values : ndarray of shape (n,)
        NaN takes no rank.
    ties : {'min', 'average', 'max', 'first'}
        What equal values get: the smallest, mean or largest of the ranks they span, or one each in the order given.
    highest_first : bool
        Whether the highest value gets rank 1.

    Returns
    -------
    ndarray of shape (n,)
        1 to the number of values that are not NaN.

    Examples
    --------
    >>> rank(np.array([5.0, 9.0, 5.0, np.nan]))
    array([ 2.,  1.,  2., nan])
    """
    values = np.asarray(values, dtype=np.float64)
    present = np.isfinite(values)
    out = np.full(values.shape, np.nan)
    kept = values[present] if not present.all() else values
    out[present] = _rank_complete(-kept if highest_first else kept, ties)
    return out


def _rank_complete(ascending: FloatArray, ties: Ties) -> FloatArray:
    # A stable sort is many times slower than a quick one and is needed only where equal values are told apart by order.
    order = np.argsort(ascending, kind="stable" if ties == "first" else "quicksort")
    n = len(ascending)
    out = np.empty(n)
    position = np.arange(1, n + 1, dtype=np.float64)
    if ties != "first":
        sorted_values = ascending[order]
        new_run = np.empty(n, dtype=bool)
        new_run[:1] = True
        np.not_equal(sorted_values[1:], sorted_values[:-1], out=new_run[1:])
        if not new_run.all():
            starts = np.flatnonzero(new_run)
            lengths = np.diff(np.append(starts, n))
            first = starts + 1.0
            last = starts + lengths
            value = {"min": first, "max": last.astype(np.float64), "average": (first + last) / 2}[ties]
            position = np.repeat(value, lengths)
    out[order] = position
    return out


def decile(ranks: FloatArray, n: int | None = None) -> IntArray:
    """Return the tenth that each rank falls in: 1 is the tenth with the most need.

    The rule of the Indices of Deprivation, ``ceil(rank / n * 10)``. A missing rank gets 0.

    Examples
    --------
    >>> decile(np.array([1.0, 3284.0, 3285.0, 32844.0]), 32844)
    array([ 1,  1,  2, 10])
    """
    ranks = np.asarray(ranks, dtype=np.float64)
    n = int(np.isfinite(ranks).sum()) if n is None else n
    # Exact in whole numbers where ranks are whole: 3284 of 32840 must not become 11 by a rounding error.
    tenth = np.ceil(np.nan_to_num(ranks) * 10.0 / max(n, 1) - 1e-9)
    return np.clip(tenth, 0, 10).astype(np.int64)


def exponential_of_rank(ranks: FloatArray, n: int) -> FloatArray:
    """Return each rank on the exponential 0-100 scale of the Indices of Deprivation (100 is the most need).

    ``X = -23 ln(1 - R (1 - exp(-100/23)))`` with ``R = (n + 1 - rank) / n``, so that rank 1 gets exactly 100.
    Half of the scale belongs to the worst tenth: high need in one domain is not cancelled by low need in another.

    Source
    ------
    Ministry of Housing, Communities and Local Government, English Indices of Deprivation 2019: technical report,
    chapter 3; recomputed on the published 2019 and 2025 files.

    Examples
    --------
    >>> exponential_of_rank(np.array([1.0, 10.0]), 10).round(3)
    array([100.  ,   2.39])
    """
    share = (n + 1.0 - np.asarray(ranks, dtype=np.float64)) / n
    return np.asarray(-_STEEPNESS * np.log1p(-share * -np.expm1(-100.0 / _STEEPNESS)))


def normal_of_rank(ranks: FloatArray, n: int) -> FloatArray:
    """Return each rank as a standard normal score (rank-to-normal transformation); the most need is highest.

    ``z = -Phi^-1((rank - 0.5) / n)``, the form that the factor domains of the Indices of Deprivation 2025 use.

    Examples
    --------
    >>> normal_of_rank(np.array([1.0, 2.0, 3.0]), 3).round(3)
    array([ 0.967, -0.   , -0.967])
    """
    from scipy.special import ndtri

    return np.asarray(-ndtri((np.asarray(ranks, dtype=np.float64) - 0.5) / n), dtype=np.float64)


def percentile_of_rank(ranks: FloatArray, n: int) -> FloatArray:
    """Return each rank as a percentile, 100 for the most need and 100/n for the least.

    Examples
    --------
    >>> percentile_of_rank(np.array([1.0, 4.0]), 4)
    array([100.,  25.])
    """
    return 100.0 * (n + 1.0 - np.asarray(ranks, dtype=np.float64)) / n


def z_score(values: FloatArray) -> FloatArray:
    """Return values less their mean, in (population) standard deviations. A constant gives zeros.

    Examples
    --------
    >>> z_score(np.array([1.0, 3.0]))
    array([-1.,  1.])
    """
    spread = float(np.nanstd(values))
    centred = values - np.nanmean(values)
    return centred / spread if spread > 0 else np.where(np.isnan(values), np.nan, 0.0)


def min_max(values: FloatArray, *, low: float = 0.0, high: float = 100.0) -> FloatArray:
    """Return values stretched to run from `low` to `high`. A constant gives `low`.

    Examples
    --------
    >>> min_max(np.array([2.0, 4.0, 3.0]))
    array([  0., 100.,  50.])
    """
    floor, ceiling = float(np.nanmin(values)), float(np.nanmax(values))
    if ceiling <= floor:
        return np.where(np.isnan(values), np.nan, low)
    return low + (values - floor) * ((high - low) / (ceiling - floor))


def group_mean(values: FloatArray, groups: IntArray, weights: FloatArray | None = None) -> FloatArray:
    """Return the (weighted) mean of `values` in each group, NaN for a group with no weight.

    Parameters
    ----------
    values : ndarray of shape (n,)
        NaN is left out of the mean.
    groups : ndarray of shape (n,)
        Group numbers from 0; -1 belongs to no group.
    weights : ndarray of shape (n,), optional
        Equal when left out.

    Returns
    -------
    ndarray of shape (n_groups,)

    Examples
    --------
    >>> group_mean(np.array([1.0, 3.0, 10.0]), np.array([0, 0, 1]), np.array([3.0, 1.0, 1.0]))
    array([ 1.5, 10. ])
    """
    n_groups = int(groups.max(initial=-1)) + 1
    use = np.isfinite(values) & (groups >= 0)
    w = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
    use &= np.isfinite(w)
    total = np.bincount(groups[use], weights=values[use] * w[use], minlength=n_groups)
    weight = np.bincount(groups[use], weights=w[use], minlength=n_groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(weight > 0, total / weight, np.nan)


def shrink_rates(numerator: FloatArray, denominator: FloatArray, groups: IntArray) -> FloatArray:
    """Return rates pulled towards the rate of the larger area, the more so the less each can be trusted.

    Empirical Bayes on the logit scale ('shrinkage'): ``m = ln((r+.5)/(n-r+.5))`` with sampling variance
    ``s2 = (n+1)(n+2) / (n (r+1)(n-r+1))``; the larger area's logit ``M`` and the spread ``t2`` of its areas give the
    weight ``w = (1/s2) / (1/s2 + 1/t2)``; the result is ``w m + (1-w) M``, back-transformed.

    Parameters
    ----------
    numerator, denominator : ndarray of shape (n,)
        Counts, ``0 <= numerator <= denominator``. An area with no one in the denominator takes the larger area's rate.
    groups : ndarray of shape (n,)
        The larger area of each area, numbered from 0. An area alone in its group keeps its own rate.

    Returns
    -------
    ndarray of shape (n,)
        Rates between 0 and 1.

    Source
    ------
    The structure is that of the technical reports of the Indices of Deprivation (2000 to 2025); the algebra follows
    Noble and others. Scotland dropped shrinkage after an evaluation, which is why it is a switch.

    Examples
    --------
    >>> shrink_rates(np.array([0.0, 50.0, 60.0]), np.array([4.0, 100.0, 100.0]), np.array([0, 0, 0])).round(2)
    array([0.2, 0.5, 0.6])
    """
    r, n = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    known = np.isfinite(r) & np.isfinite(n) & (n > 0)
    n_groups = int(groups.max(initial=-1)) + 1
    own = np.where(known, np.log((r + 0.5) / (n - r + 0.5)), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = (n + 1) * (n + 2) / (n * (r + 1) * (n - r + 1))
    total_r = np.bincount(groups[known], weights=r[known], minlength=n_groups)
    total_n = np.bincount(groups[known], weights=n[known], minlength=n_groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        target = np.log((total_r + 0.5) / (total_n - total_r + 0.5))
    shrunk = _shrink(own, variance, target, groups, known)
    shrunk = np.where(~known & (n == 0), target[groups], shrunk)
    return 1.0 / (1.0 + np.exp(-shrunk))


def shrink_values(values: FloatArray, standard_error: FloatArray, groups: IntArray) -> FloatArray:
    """Return values pulled towards the mean of the larger area by their standard errors (normal empirical Bayes).

    Same idea as `shrink_rates`, for an indicator that comes with a standard error instead of counts. The target is the
    precision-weighted mean of the larger area.

    Examples
    --------
    >>> shrink_values(np.array([0.0, 10.0]), np.array([0.001, 0.001]), np.array([0, 0])).round(3)
    array([ 0., 10.])
    """
    values = np.asarray(values, dtype=np.float64)
    variance = np.asarray(standard_error, dtype=np.float64) ** 2
    known = np.isfinite(values) & np.isfinite(variance) & (variance > 0)
    precision = np.where(known, 1.0 / np.where(known, variance, 1.0), 0.0)
    target = group_mean(values, groups, precision)
    return np.where(known, _shrink(values, variance, target, groups, known), values)


def _shrink(
    own: FloatArray, variance: FloatArray, target: FloatArray, groups: IntArray, known: NDArray[np.bool_]
) -> FloatArray:
    n_groups = len(target)
    towards = target[groups]
    count = np.bincount(groups[known], minlength=n_groups)
    squares = np.bincount(groups[known], weights=(own[known] - towards[known]) ** 2, minlength=n_groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        between = (squares / (count - 1))[groups]
        weight = between / (between + variance)
    # Alone in its group an area has nothing to lean on; a group without spread is one rate for all.
    weight = np.where(count[groups] <= 1, 1.0, np.where(between <= 0, 0.0, weight))
    return weight * own + (1.0 - weight) * towards


def random_streams(seed: int, count: int) -> list[np.random.SeedSequence]:
    """Return `count` independent streams that depend on `seed` and their place only, never on who runs them.

    Examples
    --------
    >>> first = np.random.default_rng(random_streams(7, 2)[0]).integers(100)
    >>> again = np.random.default_rng(random_streams(7, 5)[0]).integers(100)
    >>> bool(first == again)
    True
    """
    return np.random.SeedSequence(seed).spawn(count)
