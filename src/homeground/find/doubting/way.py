"""How figures get from the areas of an index to the places of a list, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from homeground import stats
from homeground.stats import FloatArray, IntArray

__all__ = ["Way"]


@dataclass(frozen=True)
class Way:
    """How an index over areas reaches the places of a list: pairs of area and place, with shares.

    Attributes
    ----------
    by : {'keep-rank', 'mean-score', 'mean-exponential'}
        As in `homeground.find.levels.carry`.
    place, area : ndarray of int of shape (n_pairs,)
        Row number of the place and of the area, in the order of places. A place may have several areas, or none.
    share : ndarray of shape (n_pairs,)
        Share of the area in the place; the shares of a place add up to 1.
    n_places : int
    n_from : int
        How many areas are ranked at the start of the way.
    """

    by: Literal["keep-rank", "mean-score", "mean-exponential"]
    place: IntArray
    area: IntArray
    share: FloatArray
    n_places: int
    n_from: int

    @cached_property
    def one_to_one(self) -> bool:
        """Whether no place has more than one area."""
        return not self._several.any()

    @cached_property
    def _several(self) -> NDArray[np.bool_]:
        return np.bincount(self.place, minlength=self.n_places) > 1

    @cached_property
    def _starts(self) -> IntArray:
        return np.flatnonzero(np.append(True, self.place[1:] != self.place[:-1]))

    def mean(self, values: FloatArray) -> FloatArray:
        """Return the mean of `values` (by area) in each place, NaN for a place without areas.

        Examples
        --------
        >>> way = Way("mean-score", np.array([0, 0, 1]), np.array([0, 1, 2]), np.array([0.25, 0.75, 1.0]), 3, 3)
        >>> way.mean(np.array([4.0, 8.0, 1.0]))
        array([ 7.,  1., nan])
        """
        out = np.full(self.n_places, np.nan)
        if len(self.place):
            starts = self._starts
            out[self.place[starts]] = np.add.reduceat(values[self.area] * self.share, starts)
        return out

    def of_ranks(self, ranks: FloatArray) -> FloatArray:
        """Return the rank of each place from the rank of each area; not for a way that takes means of scores."""
        if self.by == "mean-exponential":
            return stats.rank(self.mean(stats.exponential_of_rank(ranks, self.n_from)))
        means = self.mean(ranks)
        return means if self.one_to_one else np.where(self._several, np.floor(means + 0.5), means)
