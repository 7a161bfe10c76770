"""The two-step floating catchment: how much of a place is left for each person who shares it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from homeground.errors import BadSpecification
from homeground.understand.reaching.pairs import Pairs

__all__ = ["Catchment", "Fading", "fade", "two_step"]

FloatArray = NDArray[np.float64]
Fading = Literal["none", "gaussian", "steps"]
# Luo and Qi (2009): three rings of a catchment, each a third of its width.
_RINGS = (1.0, 0.68, 0.22)


@dataclass(frozen=True)
class Catchment:
    """Both steps of a floating catchment.

    Attributes
    ----------
    people : ndarray of shape (n_places,)
        First step: how many people share each place (faded by distance).
    per_1000 : ndarray of shape (n_places,)
        What each place offers to 1,000 of them; 0 where nobody lives within the catchment.
    reached : ndarray of shape (n_areas,)
        Second step: what the places within reach of each area offer to 1,000 people, added up.
    """

    people: FloatArray
    per_1000: FloatArray
    reached: FloatArray


def fade(cost: FloatArray, width: float, how: Fading) -> FloatArray:
    """Return how much a place counts at each distance: 1 next door, 0 beyond the catchment.

    Parameters
    ----------
    cost : ndarray
        Kilometres or minutes.
    width : float
        Of the catchment, in the same unit.
    how : {'none', 'gaussian', 'steps'}
        ``none``: 1 throughout (Luo and Wang 2003); ``gaussian``: falls smoothly to 0 at the edge (Dai 2010); ``steps``:
        1, 0.68 and 0.22 in three rings (Luo and Qi 2009).

    Examples
    --------
    >>> fade(np.array([0.0, 1.0, 2.0, 2.1]), 2.0, "gaussian").round(3)
    array([1.   , 0.701, 0.   , 0.   ])
    >>> fade(np.array([0.5, 1.0, 2.0]), 2.0, "steps")
    array([1.  , 0.68, 0.22])
    """
    if how not in get_args(Fading):
        raise BadSpecification(f"there is no fading '{how}'", remedy=f"Use one of {', '.join(get_args(Fading))}.")
    within = cost <= width * (1 + 1e-12)
    if how == "none":
        weight = np.ones(len(cost))
    elif how == "gaussian":
        edge = np.exp(-0.5)
        weight = (np.exp(-0.5 * (cost / width) ** 2) - edge) / (1 - edge)
    else:
        ring = np.minimum((3 * cost / width * (1 - 1e-12)).astype(np.int64), 2)
        weight = np.array(_RINGS)[np.maximum(ring, 0)]
    return np.where(within, np.maximum(weight, 0.0), 0.0)


def two_step(pairs: Pairs, people: FloatArray, supply: FloatArray, *, width: float, how: Fading = "none") -> Catchment:
    """Return the floating catchment of areas and places.

    Parameters
    ----------
    pairs : Pairs
        At least all pairs within `width`.
    people : ndarray of shape (n_areas,)
        NaN adds nobody.
    supply : ndarray of shape (n_places,)
        What each place offers (1, desks, courts, hours); NaN offers nothing.
    width : float
        Of the catchment, in the unit of the pairs.
    how : {'none', 'gaussian', 'steps'}
        See `fade`.

    Returns
    -------
    Catchment
        Added up over people, `reached` gives back the supply that anybody can reach.

    Source
    ------
    Luo, W. and Wang, F. (2003), Environment and Planning B 30: 865-884; the same sums as PySAL's ``access``.

    Examples
    --------
    >>> pairs = Pairs(np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([1.0, 1.5, 0.5]))
    >>> two_step(pairs, np.array([100.0, 300.0]), np.array([2.0, 3.0]), width=2.0).reached
    array([ 5., 15.])
    """
    weight = fade(pairs.cost, width, how)
    living = np.where(np.isfinite(people), people, 0.0)
    offered = np.where(np.isfinite(supply), supply, 0.0)
    # With no pairs at all bincount forgets that it was given weights, and counts in whole numbers.
    sharing = np.bincount(pairs.place, living[pairs.area] * weight, len(supply)).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        per_1000 = np.where(sharing > 0, 1000 * offered / sharing, 0.0)
    reached = np.bincount(pairs.area, per_1000[pairs.place] * weight, len(people)).astype(np.float64)
    return Catchment(sharing, per_1000, reached)
