"""Whether neighbours are alike in what the groups leave unexplained: Moran's I on the nearest neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from homeground.stats import FloatArray, IntArray

__all__ = ["Moran", "Neighbours", "morans_i", "nearest"]


@dataclass(frozen=True)
class Moran:
    """How alike neighbours are.

    Attributes
    ----------
    i : float
        Near 0 for no pattern, near 1 for neighbours that are all alike.
    z : float
        How many standard errors `i` is above what chance would give (normal approximation).
    """

    i: float
    z: float


@dataclass(frozen=True)
class Neighbours:
    """Who is near to whom.

    Attributes
    ----------
    rows : ndarray of shape (n, k)
        Row numbers of the k nearest others of each area; each counts 1/k.
    s1, s2 : float
        Sums of the weights that the variance of Moran's I needs.
    """

    rows: IntArray
    s1: float
    s2: float


def nearest(x: FloatArray, y: FloatArray, *, k: int) -> Neighbours:
    """Return the `k` nearest other areas of each area, by straight line.

    Areas that stand on the same spot are told apart by their order; an area is never its own neighbour.
    There must be more than `k` areas.
    """
    from scipy.spatial import cKDTree

    spots = np.column_stack([x, y])
    n = len(spots)
    _, found = cKDTree(spots).query(spots, k=k + 1)
    own = found == np.arange(n)[:, None]
    own[~own.any(axis=1), -1] = True  # more than k others on the same spot: the last of them goes
    rows = np.asarray(found[~own].reshape(n, k), dtype=np.int64)
    return Neighbours(rows, *_sums(rows))


def morans_i(residuals: FloatArray, neighbours: Neighbours) -> Moran:
    """Return Moran's I of residuals, each neighbour counting equally.

    Source
    ------
    A. D. Cliff and J. K. Ord (1981), Spatial Processes; variance under normality.
    """
    n, s1, s2 = len(residuals), neighbours.s1, neighbours.s2
    e = residuals - residuals.mean()
    square = float(e @ e)
    if not square > 0:
        return Moran(float("nan"), float("nan"))
    i = float(e @ e[neighbours.rows].mean(axis=1)) / square
    expected = -1.0 / (n - 1)
    variance = (n * n * s1 - n * s2 + 3.0 * n * n) / ((n * n - 1.0) * n * n) - expected**2
    return Moran(i, (i - expected) / float(np.sqrt(variance)))


def _sums(rows: IntArray) -> tuple[float, float]:
    """Return S1 and S2 of the weights, each 1/k."""
    n, k = rows.shape
    named, other = np.repeat(np.arange(n), k), rows.ravel()
    pairs = np.sort(np.minimum(named, other) * n + np.maximum(named, other))
    both = 2 * int((pairs[1:] == pairs[:-1]).sum())  # ordered pairs that name each other
    # Half the sum of (w_ij + w_ji) squared: a pair that names each other counts 2/k twice, the others 1/k twice.
    s1 = (n * k + both) / k**2
    received = np.bincount(other, minlength=n) / k
    return float(s1), float(((1.0 + received) ** 2).sum())
