"""How a part's score is transformed on its way up, and how parts are brought together."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from homeground import stats
from homeground.errors import BadSpecification
from homeground.stats import FloatArray

__all__ = ["combine", "transform"]


def transform(
    raw: FloatArray,
    kind: str,
    *,
    ties: stats.Ties = "min",
    scale: tuple[float, float] = (0.0, 100.0),
    ranks: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray | None]:
    """Return a part's score as it goes up, and its ranks where they are known or were needed.

    Parameters
    ----------
    raw : ndarray of shape (n,)
        Higher is more need. Ignored when `ranks` are given.
    kind : {'none', 'exponential-rank', 'rank-to-normal', 'percentile', 'z', 'min-max'}
    ranks : ndarray of shape (n,), optional
        Finished ranks, for a part that holds them.

    Examples
    --------
    >>> transform(np.array([3.0, 1.0]), "percentile")
    (array([100.,  50.]), array([1., 2.]))
    """
    if kind == "z":
        return stats.z_score(raw), None
    if kind == "min-max":
        return stats.min_max(raw, low=scale[0], high=scale[1]), None
    if kind == "none" and ranks is None:
        return raw, None
    if ranks is None:
        ranks = stats.rank(raw, ties=ties)
    n = int(np.isfinite(ranks).sum())
    if kind == "none":
        # A rank that nobody transforms goes up turned round, so that higher is more need.
        return n + 1.0 - ranks, ranks
    return _by_rank(ranks, n, kind), ranks


_OF_RANK = {
    "exponential-rank": stats.exponential_of_rank,
    "rank-to-normal": stats.normal_of_rank,
    "percentile": stats.percentile_of_rank,
}


@lru_cache(maxsize=8)
def _table_by_rank(n: int, kind: str) -> FloatArray:
    # Tied ranks can be halves, so the table runs in steps of a half: 1, 1.5, 2 …
    return _OF_RANK[kind](np.arange(2, 2 * n + 1) / 2.0, n)


def _by_rank(ranks: FloatArray, n: int, kind: str) -> FloatArray:
    known = np.isfinite(ranks)
    doubled = ranks * 2.0
    place = np.where(known, doubled, 2.0).astype(np.int64) - 2
    if not np.array_equal(np.where(known, doubled, 2.0), place + 2.0):
        return _OF_RANK[kind](ranks, n)
    out = _table_by_rank(n, kind)[place]
    return out if known.all() else np.where(known, out, np.nan)


def combine(
    stack: FloatArray,
    weights: FloatArray,
    *,
    how: str = "arithmetic",
    power: float | None = None,
    total: bool = False,
    may_skip: NDArray[np.bool_] | None = None,
    where: str = "index",
) -> FloatArray:
    """Return the weighted mean (or sum) of the rows of `stack`.

    Parameters
    ----------
    stack : ndarray of shape (n_parts, n_areas)
    weights : ndarray of shape (n_parts,)
    how : {'arithmetic', 'geometric', 'harmonic', 'power'}
    power : float, optional
        The exponent of the generalised mean: 1 arithmetic, 0 geometric, -1 harmonic.
    total : bool
        Sum with the weights as they stand instead of the mean (arithmetic only).
    may_skip : ndarray of bool of shape (n_parts,), optional
        Parts that an area may lack: the weights of the others are scaled up. Lacking another makes the score NaN.

    Raises
    ------
    BadSpecification
        If a value is too low for the mean that is asked for (geometric needs zero or more, harmonic more than zero).

    Examples
    --------
    >>> combine(np.array([[1.0, 4.0], [4.0, 4.0]]), np.array([1.0, 1.0]), how="geometric")
    array([2., 4.])
    """
    exponent = {"arithmetic": 1.0, "geometric": 0.0, "harmonic": -1.0}.get(how, power)
    assert exponent is not None
    if exponent != 1.0:
        lowest = float(np.nanmin(stack))
        if lowest < 0 or (lowest == 0 and exponent < 0):
            raise BadSpecification(
                f"'{where}' asks for a {how} mean, but a part has the value {lowest:g}",
                remedy="Transform the parts to a scale above zero first, e.g. transform = 'percentile'.",
            )
    w = np.asarray(weights, dtype=np.float64)[:, None]
    gaps = np.isnan(stack)
    if gaps.any() and may_skip is not None and may_skip.any():
        skipped = gaps & may_skip[:, None]
        w = np.where(skipped, 0.0, w)
        # A total keeps its scale when a part is skipped: the weights left are stretched to the whole.
        w = w * (weights.sum() / np.where(w.sum(axis=0) > 0, w.sum(axis=0), np.nan))
        stack = np.where(skipped, 1.0, stack)
    if exponent == 1.0:
        scored = w[:, 0] @ stack if w.shape[1] == 1 else (w * stack).sum(axis=0)
        return np.asarray(scored) if total else np.asarray(scored) / float(np.sum(weights))
    share = w / float(np.sum(weights))
    if exponent == 0.0:
        with np.errstate(divide="ignore"):
            return np.asarray(np.exp((share * np.log(stack)).sum(axis=0)))
    return np.asarray((share * stack**exponent).sum(axis=0) ** (1.0 / exponent))
