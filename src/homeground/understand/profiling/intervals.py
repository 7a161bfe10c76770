"""How far a figure may be from the truth: intervals of 95 in 100, by the way the figure came about."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

__all__ = ["HOW", "between_areas", "poisson", "wilson"]

FloatArray = NDArray[np.float64]
_Z = 1.959963984540054

HOW = {
    "none": "a complete count: no sampling error",
    "wilson": "95 in 100, as if those counted were a sample (Wilson)",
    "poisson": "95 in 100, for a small count (exact Poisson)",
    "published": "as the publisher gives them",
    "model": "a model: its limits are not published",
}
"""What each kind of interval is, in words."""


def wilson(above: FloatArray, below: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the limits of shares (0 to 1) by Wilson's score interval; never outside 0 to 1.

    Source: Wilson (1927), as used by the Office for Health Improvement and Disparities for its profiles.

    Examples
    --------
    >>> low, high = wilson(np.array([0.0, 50.0]), np.array([20.0, 100.0]))
    >>> np.round(low, 3), np.round(high, 3)
    (array([0.   , 0.404]), array([0.161, 0.596]))
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(above / below, 0.0, 1.0)
        middle = share + _Z**2 / (2 * below)
        half = _Z * np.sqrt(share * (1 - share) / below + _Z**2 / (4 * below**2))
        scale = 1 + _Z**2 / below
        return np.maximum((middle - half) / scale, 0.0), np.minimum((middle + half) / scale, 1.0)


def poisson(above: FloatArray, below: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the limits of rates by the exact interval for a count.

    Source: Garwood (1936).

    Examples
    --------
    >>> low, high = poisson(np.array([0.0, 10.0]), np.array([1.0, 1.0]))
    >>> np.round(low, 2), np.round(high, 2)
    (array([0. , 4.8]), array([ 3.69, 18.39]))
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(above > 0, gammaincinv(np.maximum(above, 1e-12), 0.025), 0.0)
        high = gammaincinv(above + 1, 0.975)
        return low / below, high / below


def between_areas(above: FloatArray, below: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the quotient of the sums over many areas and its limits, from how the areas differ.

    Parameters
    ----------
    above, below : ndarray of shape (areas, k)
        NaN where there is no figure.

    Returns
    -------
    tuple of ndarray of shape (k,)
        Quotient, low and high; low and high are NaN for fewer than two areas.

    Source: the linearised variance of a ratio of sums (Cochran 1977, section 6.3), areas taken as drawn independently.

    Examples
    --------
    >>> value, low, high = between_areas(np.array([[1.0], [3.0]]), np.array([[10.0], [10.0]]))
    >>> value.round(2), low.round(2), high.round(2)
    (array([0.2]), array([0.]), array([0.4]))
    """
    known = np.isfinite(above) & np.isfinite(below)
    above, below = np.where(known, above, 0.0), np.where(known, below, 0.0)
    n, top, bottom = known.sum(axis=0), above.sum(axis=0), below.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = top / bottom
        left = np.where(known, above - value * below, 0.0)
        half = _Z * np.sqrt(n / (n - 1.0) * (left**2).sum(axis=0)) / bottom
        half = np.where(n > 1, half, np.nan)
        return value, value - half, value + half
