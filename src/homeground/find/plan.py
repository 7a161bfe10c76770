"""A list laid out for quick repetition: arrays only, everything that does not vary worked out beforehand.

What is linear is collapsed. Where a node is a weighted mean of indicators on a linear scale, the noise of its
indicators adds up to one normal error for each area: its variance is ``sum (w_i a_i s_i)**2``. That is exact, and
sixty normal numbers become one. What goes through ranks is ranked afresh in every draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from homeground import stats
from homeground.find.combining import transform
from homeground.find.doubt import CertaintySpec, IndexRole, SourceName
from homeground.find.exact import Exact
from homeground.find.fit import noise_of, threshold_range
from homeground.find.model import IndexModel, ListModel, Way
from homeground.find.rules import Rule
from homeground.method import Index as Root
from homeground.method import Part
from homeground.stats import FloatArray, IntArray

__all__ = ["IndexPlan", "ListPlan", "NodePlan", "PartPlan", "Plan", "Step", "make_plan", "rank_bins"]

_EXPONENT = {"arithmetic": 1.0, "geometric": 0.0, "harmonic": -1.0}
_LINEAR = ("none", "z", "min-max")


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
    """

    site: int
    steps: tuple[Step, ...]
    base: FloatArray | None = None
    noise: FloatArray | None = None
    node: NodePlan | None = None
    skip: bool = False


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
    values : tuple of ndarray of shape (len(still), n)
        Their scores, one array for each normalisation.
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
    values: tuple[FloatArray, ...]
    exact: tuple[Exact, ...] = ()
    spread: Exact | None = None
    present: Exact | None = None
    moving: tuple[tuple[int, PartPlan], ...] = ()

    @property
    def varies(self) -> bool:
        """Whether two draws can differ."""
        return bool(self.concentration is not None or self.moving or self.spread is not None or len(self.values) > 1)


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


def make_plan(
    spec: CertaintySpec, editions: Mapping[str, ListModel], *, on: tuple[SourceName, ...], name: str, bands: bool
) -> Plan:
    """Return the plan in which the sources `on` vary and everything else is held."""
    spec = spec.model_copy(update={str(source): None for source in spec.sources if source not in on})
    names = (spec.edition.choices or tuple(editions)) if spec.edition is not None else (next(iter(editions)),)
    lists = tuple(_list_plan(spec, editions[edition]) for edition in names)
    n_places = len(editions[names[0]].places)
    largest = max(max(index.n for index in plan.indices) for plan in lists)
    return Plan(name, lists, n_places, spec.draws, spec.seed, bands, rank_bins(max(largest, n_places)))


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


def _list_plan(spec: CertaintySpec, model: ListModel) -> ListPlan:
    roles: tuple[IndexRole, ...] = ("deprivation", "need")
    indices = tuple(_index_plan(spec, role, index) for role, index in zip(roles, model.indices, strict=False))
    given = float(model.rule.count if model.rule.count is not None else model.rule.share or 0.1)
    return ListPlan(
        indices,
        _rules(spec, model),
        threshold_range(spec, model.rule),
        given,
        model.rule.count is not None,
        model.eligible,
        model.cap,
        model.larger_area,
    )


def _rules(spec: CertaintySpec, model: ListModel) -> tuple[Rule, ...]:
    if spec.rule is None:
        return (model.rule,)
    deprivation, need, chosen = model.point()
    assert need is not None and model.need is not None
    size = int(chosen.sum())
    rules = []
    for name in spec.rule.choices:
        if name == model.rule.rule:
            rules.append(model.rule)
        elif name == "worst-on-both":
            # The share at which both lists together leave as many places as the given rule takes.
            worse = np.maximum(deprivation / model.deprivation.n, need / model.need.n)
            worse = worse if model.eligible is None else np.where(model.eligible, worse, np.nan)
            rules.append(Rule(name, share=min(float(np.sort(worse)[size - 1]), 1.0)))
        else:
            rules.append(Rule(name, count=size))
    return tuple(rules)


def _index_plan(spec: CertaintySpec, role: IndexRole, index: IndexModel) -> IndexPlan:
    method = index.built.method
    build = _Builder(spec, role, index)
    root = build.node("index", method.index, build.choices, len(method.order()))
    way, carried = index.ways[0], False
    if root.varies and way.by == "mean-score" and not root.moving and root.spread is None and root.exponent == 1.0:
        # A mean of weighted means is the weighted mean of means: the way to the places is gone once, not in every draw.
        values = tuple(np.vstack([way.mean(row) for row in values]) for values in root.values)
        exact = tuple(Exact.of(matrix) for matrix in values) if root.exact else ()
        carried = root.present is None
        root = replace(root, values=values, exact=exact) if carried else root
    return IndexPlan(root, index.ways, index.n, index.built.table.height, index.ranks, method.index.ties, carried)


class _Builder:
    """Lays out one index for one specification."""

    def __init__(self, spec: CertaintySpec, role: IndexRole, index: IndexModel) -> None:
        self.index, self.built, self.method = index, index.built, index.built.method
        self.noise = noise_of(spec, role, index)
        self.weights = spec.weights if spec.weights is not None and role in spec.weights.of else None
        drawn = spec.normalisation is not None and role in spec.normalisation.of
        self.choices = spec.normalisation.choices if drawn and spec.normalisation is not None else (None,)
        self.site = {name: number for number, name in enumerate(self.method.order())}

    def node(self, name: str, node: Root | Part, choices: tuple[str | None, ...], site: int) -> NodePlan:
        used = self.built.weights[name]
        weights = np.array([used[child] for child in node.parts])
        exponent = _EXPONENT.get(node.combine, node.power if node.power is not None else 1.0)
        plans = [self.part(child, choices, linear=exponent == 1.0) for child in node.parts]
        still = tuple(i for i, plan in enumerate(plans) if not isinstance(plan, PartPlan))
        moving = tuple((i, plan) for i, plan in enumerate(plans) if isinstance(plan, PartPlan))
        values, errors = [], []
        for choice in range(len(choices)):
            rows = [plans[i].values[choice] for i in still]  # type: ignore[union-attr]
            values.append(np.vstack(rows) if rows else np.empty((0, self.built.table.height)))
        errors = [plans[i].error for i in still]  # type: ignore[union-attr]
        present = None
        skips = np.array([self.method.parts[node.parts[i]].missing == "reweight" for i in still], dtype=bool)
        if any(self.method.parts[child].missing == "reweight" for child in node.parts):
            has = np.ones_like(values[0])
            has[skips] = np.isfinite(values[0][skips])
            values = [np.where(has > 0, matrix, 1.0 if exponent != 1.0 else 0.0) for matrix in values]
            present = Exact.of(has)
        level = "domains" if name == "index" else "indicators"
        drawn = self.weights is not None and level in self.weights.levels and len(weights) > 1
        noisy = any(error is not None for error in errors)
        zeros = np.zeros(self.built.table.height)
        spread = Exact.of(np.vstack([zeros if e is None else e**2 for e in errors])) if noisy else None
        return NodePlan(
            site=site,
            weights=weights / weights.sum(),
            total=float(weights.sum()) if node.score == "sum" else 1.0,
            exponent=exponent,
            concentration=self.weights.concentration_of(len(weights)) if drawn and self.weights is not None else None,
            still=still,
            values=tuple(values),
            exact=tuple(Exact.of(matrix) for matrix in values) if drawn and exponent == 1.0 else (),
            spread=spread,
            present=present,
            moving=moving,
        )

    def part(self, name: str, choices: tuple[str | None, ...], *, linear: bool) -> PartPlan | _Still:
        part, noise = self.method.parts[name], self.noise.get(name)
        own = choices == (None,)
        node = None
        if part.parts:
            below = self.node(name, part, (None,), self.site[name])
            node = below if below.varies else None
        if node is None and noise is None:
            return _Still(tuple(self._value(name, choice) for choice in choices))
        if node is None and part.is_leaf and linear and own and part.holds != "rank" and part.transform in _LINEAR:
            assert noise is not None
            return _Still((self.built.values[name],), noise * self._slope(name))
        base = None if node is not None else self._raw(name)
        return PartPlan(self.site[name], self._steps(part, choices), base, noise, node, part.missing == "reweight")

    def _value(self, name: str, choice: str | None) -> FloatArray:
        part = self.method.parts[name]
        if choice is None or choice == part.transform:
            return self.built.values[name]
        ranks = self.built.ranks[name] if part.holds == "rank" else None
        ties = self.method.index.ties
        return transform(self.built.raw[name], choice, ties=ties, scale=part.scale, ranks=ranks)[0]

    def _raw(self, name: str) -> FloatArray:
        if self.method.parts[name].holds != "rank":
            return self.built.raw[name]
        ranks = self.built.ranks[name]
        return stats.normal_of_rank(ranks, int(np.isfinite(ranks).sum()))

    def _slope(self, name: str) -> float:
        """Return how far the score goes up with one unit of the raw score, on a linear scale."""
        part, raw = self.method.parts[name], self.built.raw[name]
        if part.transform == "z":
            spread = float(np.nanstd(raw))
            return 1.0 / spread if spread > 0 else 0.0
        if part.transform == "min-max":
            width = float(np.nanmax(raw) - np.nanmin(raw))
            return (part.scale[1] - part.scale[0]) / width if width > 0 else 0.0
        return 1.0

    def _steps(self, part: Part, choices: tuple[str | None, ...]) -> tuple[Step, ...]:
        kinds = [part.transform if choice is None else choice for choice in choices]
        # A finished rank that nobody transforms goes up turned round.
        return tuple(Step("turned-rank" if k == "none" and part.holds == "rank" else k, part.scale) for k in kinds)


@dataclass(frozen=True)
class _Still:
    """A part whose score does not vary (or only by linear noise with the standard deviation `error`)."""

    values: tuple[FloatArray, ...]
    error: FloatArray | None = None
