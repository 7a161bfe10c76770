"""Differences between groups of areas, with errors that know that areas of one cluster are alike.

The model is the smallest there is: each group has its own (weighted) mean. Everything else is about how far those means
could be off when areas of one cluster, such as an authority, share what happens to them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from homeground.stats import FloatArray, IntArray

__all__ = ["Cells", "Estimate", "estimate", "gather", "holm", "of_all", "similarity", "step_up", "wild_p"]

_WHOLE = 1.0 - 1e-9  # a share of a group above this is the whole group


@dataclass(frozen=True)
class Cells:
    """The areas of one indicator, gathered by cluster and group.

    Attributes
    ----------
    means : ndarray of shape (n_groups,)
        Weighted mean of each group, NaN for one without areas.
    weight, areas : ndarray of shape (n_groups,)
        Total weight and number of areas of each group.
    cell_weight, cell_residual : ndarray of shape (n_clusters, n_groups)
        Sum of the weights, and of weight times (value less mean of the group), in each cluster and group.
    square : ndarray of shape (n_groups,)
        Sum of the squares of weight times residual: the error if areas were independent.
    residuals : ndarray of shape (n,)
        Value less mean of its group; NaN where the area does not count.
    """

    means: FloatArray
    weight: FloatArray
    areas: IntArray
    cell_weight: FloatArray
    cell_residual: FloatArray
    square: FloatArray
    residuals: FloatArray

    @property
    def present(self) -> IntArray:
        """Numbers of the groups that have areas."""
        return np.flatnonzero(self.areas > 0).astype(np.int64)


@dataclass(frozen=True)
class Estimate:
    """A difference of means and how far it could be off.

    Attributes
    ----------
    difference : float
    standard_error : float
        Cluster-robust (CR2, Bell and McCaffrey); NaN where a group lies in one cluster.
    standard_error_cr1, standard_error_naive : float
        With the plain small-sample factor (CR1), and as if areas were independent (HC1).
    df : float
        Degrees of freedom by Satterthwaite.
    low, high : float
        95 % interval (or the level asked for).
    p_value, p_naive : float
        Two-sided, against no difference.
    """

    difference: float
    standard_error: float
    standard_error_cr1: float
    standard_error_naive: float
    df: float
    low: float
    high: float
    p_value: float
    p_naive: float


def gather(
    values: FloatArray, weights: FloatArray, groups: IntArray, clusters: IntArray, *, n_groups: int, n_clusters: int
) -> Cells:
    """Return the areas gathered by cluster and group.

    Parameters
    ----------
    values, weights : ndarray of shape (n,)
        An area counts if its value is known, its weight above nought, and its group not negative.
    groups, clusters : ndarray of shape (n,)
        Numbers from 0.
    """
    use = np.isfinite(values) & np.isfinite(weights) & (weights > 0) & (groups >= 0)
    y, w, g, c = values[use], weights[use], groups[use], clusters[use]
    weight = _sums(g, w, n_groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = _sums(g, w * y, n_groups) / weight
    left = y - means[g]
    pull = w * left
    cell = c * n_groups + g
    shape = (n_clusters, n_groups)
    residuals = np.full(len(values), np.nan)
    residuals[use] = left
    return Cells(
        means=means,
        weight=weight,
        areas=np.bincount(g, minlength=n_groups).astype(np.int64),
        cell_weight=_sums(cell, w, n_clusters * n_groups).reshape(shape),
        cell_residual=_sums(cell, pull, n_clusters * n_groups).reshape(shape),
        square=_sums(g, pull**2, n_groups),
        residuals=residuals,
    )


def _sums(place: IntArray, values: FloatArray, length: int) -> FloatArray:
    return np.asarray(np.bincount(place, weights=values, minlength=length), dtype=np.float64)


def of_all(cells: Cells) -> FloatArray:
    """Return the share of each group in the weight of all: with it the group means make the mean of everybody."""
    whole = float(cells.weight.sum())
    return cells.weight / whole if whole > 0 else np.zeros(len(cells.weight))


def estimate(cells: Cells, contrast: FloatArray, *, level: float = 0.95) -> Estimate:
    """Return the value of a contrast of the group means, with cluster-robust errors.

    Parameters
    ----------
    cells : Cells
    contrast : ndarray of shape (n_groups,)
        How often each group mean counts: ``[1, -1, 0]`` is the first less the second.
    level : float
        How sure the interval is to be (0 to 1).

    Source
    ------
    R. M. Bell and D. F. McCaffrey (2002), Bias reduction in standard errors for linear regression with multi-stage
    samples; J. E. Pustejovsky and E. Tipton (2018), Small-sample methods for cluster-robust variance estimation. With
    group means as the whole model the adjustment of a cluster is one number for each group: ``1 / sqrt(1 - h)``, where
    ``h`` is the cluster's share of the weight of the group.
    """
    from scipy.special import stdtrit

    here = cells.present
    size, of = cells.weight[here], contrast[here]
    difference = float(of @ cells.means[here])
    share = cells.cell_weight[:, here] / size
    pull = cells.cell_residual[:, here] * (of / size)
    alone = share >= _WHOLE
    with np.errstate(divide="ignore"):
        stretch = np.where(alone, 1.0, 1.0 / np.sqrt(np.where(alone, 1.0, 1.0 - share)))
    n, k, among = int(cells.areas.sum()), len(here), int((cells.cell_weight.sum(axis=1) > 0).sum())
    cr1 = _root(pull.sum(axis=1) @ pull.sum(axis=1) * _factor(among, n, k))
    naive = _root(float((of / size) ** 2 @ cells.square[here]) * (n / (n - k) if n > k else np.nan))
    if bool((alone.any(axis=0) & (np.abs(of) > _WHOLE / 2)).any()) or among < 2:
        nothing = float("nan")
        return Estimate(
            difference, nothing, nothing, naive, nothing, nothing, nothing, nothing, _p(difference, naive, n - k)
        )
    robust = _root(float(((pull * stretch).sum(axis=1) ** 2).sum()))
    df = _satterthwaite(share, stretch, of**2 / size)
    reach = float(stdtrit(df, 0.5 + level / 2)) * robust
    return Estimate(
        difference, robust, cr1, naive, df, difference - reach, difference + reach,
        _p(difference, robust, df), _p(difference, naive, n - k),
    )  # fmt: skip


def _factor(clusters: int, n: int, k: int) -> float:
    return clusters / (clusters - 1) * (n - 1) / (n - k) if clusters > 1 and n > k else float("nan")


def _root(variance: float) -> float:
    return float(np.sqrt(variance))


def _p(difference: float, error: float, df: float) -> float:
    from scipy.special import stdtr

    if not (error > 0 and df > 0):
        return float("nan")
    return float(2 * stdtr(df, -abs(difference) / error))


def _satterthwaite(share: FloatArray, stretch: FloatArray, size: FloatArray) -> float:
    """Return degrees of freedom: the variance is a sum of squares, and this says of how many it is as good as.

    With independent areas the squares have the covariance ``diag(d) - Z Z'``; no matrix of all clusters is needed.
    """
    d = (size * stretch**2 * share).sum(axis=1)
    z = stretch * share * np.sqrt(size)
    own = (z**2).sum(axis=1)
    trace = float(d.sum() - own.sum())
    squared = float(d @ d - 2 * d @ own + ((z.T @ z) ** 2).sum())
    return max(trace**2 / squared, 1.0) if squared > 0 else 1.0


def wild_p(cells: Cells, contrast: FloatArray, signs: FloatArray) -> float:
    """Return the p-value of the wild cluster bootstrap with no difference imposed.

    Every cluster keeps its residuals and has their sign drawn; the share of draws whose t is as far from nought as the
    one observed is the p-value. It asks nothing of the number of clusters but that they are exchangeable in sign.

    Parameters
    ----------
    cells : Cells
    contrast : ndarray of shape (n_groups,)
    signs : ndarray of shape (draws, n_clusters)
        One draw for each cluster, of mean 0 and variance 1.

    Source
    ------
    A. C. Cameron, J. B. Gelbach and D. L. Miller (2008), Bootstrap-based improvements for inference with clustered
    errors.
    """
    here = cells.present
    size, of = cells.weight[here], contrast[here]
    mass, pulled = cells.cell_weight[:, here], cells.cell_residual[:, here]
    difference = float(of @ cells.means[here])
    step = of / size
    observed = _root(float(((pulled * step).sum(axis=1) ** 2).sum()))
    if not observed > 0:
        return float("nan")
    # The means nearest to those observed that show no difference; residuals are taken from them.
    moved = step * difference / float(of @ step)
    under_null = pulled + mass * moved
    drawn = signs @ under_null / size
    parts = signs * (under_null * step).sum(axis=1) - drawn @ (mass * step).T
    spread = np.sqrt((parts**2).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        far = np.abs(drawn @ of) / spread >= abs(difference) / observed * (1 - 1e-12)
    return float((1 + int(far.sum())) / (1 + len(signs)))


def similarity(residuals: FloatArray, clusters: IntArray) -> float:
    """Return how alike areas of one cluster are: the intraclass correlation of residuals (analysis of variance).

    0 means that a neighbour tells nothing; 1 that areas of a cluster are all the same. NaN with one cluster.
    """
    use = np.isfinite(residuals)
    e = residuals[use] - residuals[use].mean() if use.any() else residuals[use]
    size = np.bincount(clusters[use])
    counts = size[size > 0].astype(np.float64)
    n, groups = float(len(e)), len(counts)
    if groups < 2 or n <= groups:
        return float("nan")
    sums = np.bincount(clusters[use], weights=e)[size > 0]
    between = float((sums**2 / counts).sum())
    within = (float(e @ e) - between) / (n - groups)
    between /= groups - 1
    typical = (n - float((counts**2).sum()) / n) / (groups - 1)
    whole = between + (typical - 1) * within
    return (between - within) / whole if whole > 0 else float("nan")


def holm(p_values: FloatArray) -> FloatArray:
    """Return p-values raised so that all statements together are wrong no more often than each was allowed to be.

    NaN stays NaN and does not count as a test.

    Source
    ------
    S. Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    out = np.full(len(p_values), np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    m = len(order)
    raised = (m - np.arange(m)) * p_values[order]
    out[order] = np.minimum(np.maximum.accumulate(raised), 1.0)
    return out


def step_up(p_values: FloatArray) -> FloatArray:
    """Return p-values raised so that, of the differences called clear, the share that is none is held down.

    Source
    ------
    Y. Benjamini and Y. Hochberg (1995), Controlling the false discovery rate.
    """
    out = np.full(len(p_values), np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    m = len(order)
    raised = p_values[order] * m / (np.arange(m) + 1)
    out[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return out
