"""A list laid out as plain arrays: all that a worker needs to draw it up again, and nothing that takes long to load."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from homeground import stats
from homeground.find.doubting.exact import Exact
from homeground.find.doubting.way import Way
from homeground.find.rules import Rule
from homeground.stats import FloatArray, IntArray

__all__ = ["IndexPlan", "ListPlan", "NodePlan", "PartPlan", "Plan", "Step", "rank_bins"]


@dataclass(frozen=True)
class Step:
    """One transform of a part's score on its way up."""

    kind: str
    scale: tuple[float, float] = (0.0, 100.0)


@dataclass(frozen=True)
class PartPlan:
    """A part that is computed afresh in every draw.

    Attributes
    ----------
    site : int
        Number of the part in the method; its random numbers depend on it.
    base : ndarray of shape (n,) or None
        Raw score of a part that takes a column (normal score where the column holds ranks).
    noise : ndarray of shape (n,) or None
        Standard deviation of what is added to the raw score.
    node : NodePlan or None
        Instead of `base`, what the part is made of.
    steps : tuple of Step
        One for each normalisation that may be drawn.
    skip : bool
        Whether an area may lack the part.
    level : bool
        Whether two areas may be level: not where every area has an error of its own.
    """

    site: int
    steps: tuple[Step, ...]
    base: FloatArray | None = None
    noise: FloatArray | None = None
    node: NodePlan | None = None
    skip: bool = False
    level: bool = True


@dataclass(frozen=True)
class NodePlan:
    """A combination of parts.

    Attributes
    ----------
    site : int
    weights : ndarray of shape (k,)
        Given weights, adding up to 1.
    total : float
        What the combination is multiplied by: the sum of the weights where they are not renormalised.
    exponent : float
        1 arithmetic, 0 geometric, -1 harmonic, or of the generalised mean.
    concentration : float or None
        Of the Dirichlet distribution the weights are drawn from; None where they are held.
    still : tuple of int
        Which parts do not vary by themselves.
    choices : int
        How many normalisations may be drawn.
    values : tuple of ndarray of shape (len(still), n)
        Their scores, one array for each normalisation; empty where there are exact ones.
    exact, spread : tuple of Exact, Exact or None
        The same scores, and the squared errors of those with linear noise, ready for exact products.
    present : Exact or None
        1 where an area has the part; kept where an area may lack one.
    moving : tuple of (int, PartPlan)
        The parts that are computed afresh.
    """

    site: int
    weights: FloatArray
    total: float
    exponent: float
    concentration: float | None
    still: tuple[int, ...]
    choices: int
    values: tuple[FloatArray, ...]
    exact: tuple[Exact, ...] = ()
    spread: Exact | None = None
    present: Exact | None = None
    moving: tuple[tuple[int, PartPlan], ...] = ()

    @property
    def varies(self) -> bool:
        """Whether two draws can differ."""
        return bool(self.concentration is not None or self.moving or self.spread is not None or self.choices > 1)


@dataclass(frozen=True)
class IndexPlan:
    """One index: its root, and the ways to the places.

    `carried` says that the scores of the root are already those at the end of the first way. `ranks` are those of
    the places as built: they stand where nothing of the index varies (`root.varies` is false). `ties` is what areas
    that are level get.
    """

    root: NodePlan
    ways: tuple[Way, ...]
    n: int
    n_areas: int
    ranks: FloatArray
    ties: stats.Ties = "min"
    carried: bool = False


@dataclass(frozen=True)
class ListPlan:
    """The list in one edition: its indices, the rules that may be drawn, and between what the threshold lies.

    `given` is the threshold of the list itself: a count where it is `counted`, else a share.
    """

    indices: tuple[IndexPlan, ...]
    rules: tuple[Rule, ...]
    thresholds: tuple[float, float]
    given: float
    counted: bool
    eligible: NDArray[np.bool_] | None = None
    cap: int | None = None
    larger_area: IntArray | None = None

    def rule(self, which: int, threshold: float) -> Rule:
        """Return the rule of a draw; all but the given threshold stretch or shrink in proportion."""
        rule = self.rules[which]
        if threshold == self.given:
            return rule
        if rule.count is not None:
            return Rule(rule.rule, count=max(round(rule.count * threshold / self.given), 1))
        assert rule.share is not None
        return Rule(rule.rule, share=min(rule.share * threshold / self.given, 1.0))


@dataclass(frozen=True)
class Plan:
    """Everything that a worker needs for one run.

    Attributes
    ----------
    name : str
        ``all``, or the name of the one source that varies.
    lists : tuple of ListPlan
        One for each edition that may be drawn.
    n_places, draws, seed : int
    bands : bool
        Whether ranks are tallied.
    """

    name: str
    lists: tuple[ListPlan, ...]
    n_places: int
    draws: int
    seed: int
    bands: bool
    bins: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def rank_bins(n: int) -> IntArray:
    """Return the bin of each rank from 0 to `n`: one each up to 64, then ever wider, each some 1.5 % of its rank.

    Examples
    --------
    >>> bins = rank_bins(1000)
    >>> int(bins[1]), int(bins[64]), bool(bins[999] == bins[1000])
    (1, 64, True)
    """
    ranks = np.arange(n + 1, dtype=np.float64)
    far = 64 + np.floor(np.log(np.maximum(ranks, 64.0) / 64.0) / np.log1p(0.015))
    return np.where(ranks <= 64, ranks, far + 1).astype(np.int64)
