"""A list laid out for quick repetition: arrays only, everything that does not vary worked out beforehand.

What is linear is collapsed. Where a node is a weighted mean of indicators on a linear scale, the noise of its
indicators adds up to one normal error for each area: its variance is ``sum (w_i a_i s_i)**2``. That is exact, and
sixty normal numbers become one. What goes through ranks is ranked afresh in every draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from homeground import stats
from homeground.find.combining import transform
from homeground.find.doubting.doubt import CertaintySpec, IndexRole, SourceName
from homeground.find.doubting.exact import Exact
from homeground.find.doubting.fit import noise_of, threshold_range
from homeground.find.doubting.layout import IndexPlan, ListPlan, NodePlan, PartPlan, Plan, Step, rank_bins
from homeground.find.doubting.model import IndexModel, ListModel
from homeground.find.rules import Rule
from homeground.method import Index as Root
from homeground.method import Part
from homeground.stats import FloatArray

__all__ = ["make_plan"]

_EXPONENT = {"arithmetic": 1.0, "geometric": 0.0, "harmonic": -1.0}
_LINEAR = ("none", "z", "min-max")


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
        carried = root.present is None
        if carried and root.exact:
            rows = [[way.mean(row) for row in exact.values] for exact in root.exact]
            root = replace(root, exact=tuple(Exact.of(np.vstack(matrix)) for matrix in rows))
        elif carried:
            root = replace(root, values=tuple(np.vstack([way.mean(row) for row in values]) for values in root.values))
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
        exact = tuple(Exact.of(matrix) for matrix in values) if drawn and exponent == 1.0 and still else ()
        return NodePlan(
            site=site,
            weights=weights / weights.sum(),
            total=float(weights.sum()) if node.score == "sum" else 1.0,
            exponent=exponent,
            concentration=self.weights.concentration_of(len(weights)) if drawn and self.weights is not None else None,
            still=still,
            choices=len(choices),
            values=() if exact else tuple(values),
            exact=exact,
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
        inside = None if node is None or node.spread is None else node.spread.values.sum(axis=0)
        alone = any(error is not None and bool((error > 0).all()) for error in (noise, inside))
        return PartPlan(
            site=self.site[name],
            steps=self._steps(part, choices),
            base=None if node is not None else self._raw(name),
            noise=noise,
            node=node,
            skip=part.missing == "reweight",
            level=not alone,
        )

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
