"""Whether a specification of certainty draws fits the methods: it refuses to vary a step that they do not have.

Every source of doubt that is switched on must be able to change something, in every index it is about. What cannot is
an error that names the source and the method and says what to do, never a silent run without it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

import numpy as np

from homeground.errors import BadSpecification
from homeground.find.doubting.doubt import CertaintySpec, IndexRole
from homeground.find.doubting.model import IndexModel, ListModel
from homeground.find.rules import Rule, cut
from homeground.method import Method
from homeground.stats import FloatArray
from homeground.tables import listed

__all__ = ["check_fits", "noise_of", "threshold_range"]


def check_fits(spec: CertaintySpec, editions: Mapping[str, ListModel]) -> None:
    """Raise `BadSpecification` unless every source of doubt in `spec` can change something in every edition.

    Parameters
    ----------
    spec : CertaintySpec
    editions : mapping of str to ListModel
        The list in each edition at hand; the first is the one that is asked about.
    """
    if not spec.sources:
        raise BadSpecification(
            "nothing is in doubt: no source is switched on",
            remedy="Switch on at least one: weights, noise, normalisation, threshold, rule or edition.",
        )
    used = _editions(spec, editions)
    for name, model in used.items():
        for role, index in _indices(model):
            _check_weights(spec, model, role, index)
            _check_noise(spec, model, role, index)
            _check_normalisation(spec, model, role, index)
        _check_roles(spec, model)
        _check_line(spec, model)
        _check_threshold(spec, model)
        _check_rule(spec, model, name)


def _editions(spec: CertaintySpec, editions: Mapping[str, ListModel]) -> Mapping[str, ListModel]:
    first = next(iter(editions))
    if spec.edition is None:
        return {first: editions[first]}
    wanted = spec.edition.choices or tuple(editions)
    unknown = [name for name in wanted if name not in editions]
    if unknown:
        near = difflib.get_close_matches(unknown[0], list(editions), n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise BadSpecification(
            f"the edition '{unknown[0]}' is not at hand",
            remedy=f"There are: {listed(editions, most=8)}.{hint}",
        )
    if set(wanted) <= {first}:
        raise BadSpecification(
            f"the edition is in doubt, but '{first}' is the only one to draw from",
            remedy="Name another edition and give its figures, or leave the edition out.",
        )
    return {name: editions[name] for name in dict.fromkeys((first, *wanted))}


def _indices(model: ListModel) -> Iterator[tuple[IndexRole, IndexModel]]:
    yield "deprivation", model.deprivation
    if model.need is not None:
        yield "need", model.need


def _check_roles(spec: CertaintySpec, model: ListModel) -> None:
    for name in ("weights", "noise", "normalisation"):
        doubt = getattr(spec, name)
        if doubt is None or model.need is not None:
            continue
        if "deprivation" not in doubt.of or ("of" in doubt.model_fields_set and "need" in doubt.of):
            raise BadSpecification(
                f"'{name}' is about the need index, and the list has one index only",
                remedy="Write of = ['deprivation'], or leave 'of' out.",
            )


def _else(model: ListModel, role: IndexRole) -> str:
    """Return the way out that there is where the list has two indices."""
    if model.need is None:
        return ""
    other = "need" if role == "deprivation" else "deprivation"
    return f" If it is about the other index only, write of = ['{other}']."


def _check_weights(spec: CertaintySpec, model: ListModel, role: IndexRole, index: IndexModel) -> None:
    if spec.weights is None or role not in spec.weights.of:
        return
    method = index.built.method
    if "domains" in spec.weights.levels and len(method.index.parts) < 2:
        raise BadSpecification(
            f"the weights of the domains are in doubt, but '{method.name}' ({role}) has one part, "
            f"'{method.index.parts[0]}'",
            remedy=f"Leave the weights out.{_else(model, role)}",
        )
    if "indicators" in spec.weights.levels:
        nodes = [name for name in method.order() if method.parts[name].parts]
        if not nodes:
            raise BadSpecification(
                f"the weights of the indicators are in doubt, but '{method.name}' ({role}) is composed of finished "
                "parts and has no node below its domains",
                remedy=f"Write levels = ['domains'], or use a method with indicators.{_else(model, role)}",
            )
        if all(len(method.parts[name].parts) < 2 for name in nodes):
            raise BadSpecification(
                f"the weights of the indicators are in doubt, but every domain of '{method.name}' ({role}) has one "
                "part",
                remedy=f"Write levels = ['domains'].{_else(model, role)}",
            )


def noise_of(spec: CertaintySpec, role: IndexRole, index: IndexModel) -> dict[str, FloatArray]:
    """Return the standard deviation of the noise of every part that has some, in the unit of its raw score.

    For a part that holds ranks the unit is the normal score of the rank.
    """
    doubt, method = spec.noise, index.built.method
    if doubt is None or role not in doubt.of:
        return {}
    found: dict[str, FloatArray] = {}
    if doubt.published:
        found |= {name: error for name, error in index.errors.items() if bool((error > 0).any())}
    if doubt.stated is not None:
        for name in method.index.parts:
            if not any(part in found for part in _below(method, name)):
                found[name] = _stated(index, name, doubt.stated)
    for name, size in doubt.parts.items():
        if name in method.parts:
            found[name] = _stated(index, name, size)
    return found


def _below(method: Method, name: str) -> list[str]:
    return [name] + [part for child in method.parts[name].parts for part in _below(method, child)]


def _stated(index: IndexModel, name: str, size: float) -> FloatArray:
    raw = index.built.raw[name]
    if index.built.method.parts[name].holds == "rank":
        return np.full(len(raw), size)
    return np.where(np.isfinite(raw), size * float(np.nanstd(raw)), 0.0)


def _check_noise(spec: CertaintySpec, model: ListModel, role: IndexRole, index: IndexModel) -> None:
    doubt, method = spec.noise, index.built.method
    if doubt is None or role not in doubt.of:
        return
    unknown = [name for name in doubt.parts if name not in method.parts]
    if unknown and not any(name in method.parts for name in doubt.parts):
        near = difflib.get_close_matches(unknown[0], list(method.parts), n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise BadSpecification(
            f"noise is stated for the part '{unknown[0]}', which '{method.name}' ({role}) does not have",
            remedy=f"Its parts are: {listed(method.parts, most=12)}.{hint}",
        )
    if not noise_of(spec, role, index):
        raise BadSpecification(
            f"the indicators' noise is in doubt, but '{method.name}' ({role}) gives no error for any of its parts: no "
            "numerator and denominator, no standard_error",
            remedy="State a size yourself, stated = 0.15 under [noise] or --vary noise=0.15, or leave the noise out."
            + _else(model, role),
        )


def _check_normalisation(spec: CertaintySpec, model: ListModel, role: IndexRole, index: IndexModel) -> None:
    doubt, method = spec.normalisation, index.built.method
    if doubt is None or role not in doubt.of:
        return
    parts = {name: method.parts[name] for name in method.index.parts}
    raw = [name for name, part in parts.items() if part.transform == "none"]
    if raw:
        which = "has none" if len(raw) == len(parts) else f"has none for '{raw[0]}'"
        raise BadSpecification(
            f"the normalisation is in doubt, but '{method.name}' ({role}) {which}: its parts are combined as they "
            "stand",
            remedy=f"Give the parts a transform in the method, or leave the normalisation out.{_else(model, role)}",
        )
    ranked = [name for name, part in parts.items() if part.holds == "rank"]
    for choice in doubt.choices:
        if ranked and choice in ("z", "min-max"):
            raise BadSpecification(
                f"'{choice}' needs scores, but the part '{ranked[0]}' of '{method.name}' ({role}) holds only ranks",
                remedy=f"Draw from exponential-rank, rank-to-normal and percentile.{_else(model, role)}",
            )
        if method.index.combine != "arithmetic" and choice in ("z", "rank-to-normal"):
            raise BadSpecification(
                f"'{choice}' gives values below zero, of which the {method.index.combine} mean of '{method.name}' "
                f"({role}) cannot be taken",
                remedy="Draw from exponential-rank, percentile and min-max.",
            )
    if len(parts) < 2 and index.ways[0].by == "keep-rank":
        raise BadSpecification(
            f"the normalisation is in doubt, but '{method.name}' ({role}) has one part: its ranks are the same on "
            "any scale",
            remedy=f"Leave the normalisation out.{_else(model, role)}",
        )
    if all(part.transform == choice for part in parts.values() for choice in doubt.choices):
        raise BadSpecification(
            f"the normalisation is in doubt, but '{doubt.choices[0]}' is what '{method.name}' ({role}) uses already",
            remedy="Name another scale to draw from.",
        )


def threshold_range(spec: CertaintySpec, rule: Rule) -> tuple[float, float]:
    """Return between which shares (or counts) the threshold is drawn.

    Examples
    --------
    >>> from homeground.find.doubting.doubt import Threshold
    >>> low, high = threshold_range(CertaintySpec(threshold=Threshold()), Rule())
    >>> round(low, 3), round(high, 3)
    (0.08, 0.12)
    """
    base = float(rule.count if rule.count is not None else rule.share or 0.1)
    if spec.threshold is None:
        return base, base
    low, high = spec.threshold.low, spec.threshold.high
    if low is None or high is None:
        low, high = 0.8 * base, 1.2 * base
        if rule.count is not None:
            return float(np.floor(low)), float(np.ceil(high))
        return low, min(high, 1.0)
    return low, high


def _check_line(spec: CertaintySpec, model: ListModel) -> None:
    """Refuse a list that takes every place: whatever the figures, nothing is left out."""
    if spec.threshold is not None or spec.rule is not None or model.cap is not None:
        return
    both = model.rule.rule == "worst-on-both"
    ranked = [int(np.isfinite(index.ranks).sum()) for index in model.indices]
    taken = [cut(model.rule, index.n if both else min(ranked)) for index in model.indices]
    if all(one >= (index.n if both else min(ranked)) for one, index in zip(taken, model.indices, strict=True)):
        raise BadSpecification(
            f"the list takes all of its {min(ranked):,} places, whatever the figures are",
            remedy="Take a smaller share or count.",
        )


def _check_threshold(spec: CertaintySpec, model: ListModel) -> None:
    if spec.threshold is None:
        return
    low, high = threshold_range(spec, model.rule)
    counted = model.rule.count is not None
    if counted and (low < 1 or low != int(low) or high != int(high)):
        raise BadSpecification(
            f"the threshold runs from {low:g} to {high:g}, but the list takes a count ({model.rule.count})",
            remedy="Give whole numbers from 1, e.g. low = 200, high = 250.",
        )
    if not counted and high > 1:
        raise BadSpecification(
            f"the threshold runs to {high:g}, but the list takes a share (0 to 1)",
            remedy=f"For {high:g} % write {high / 100:g}." if high <= 100 else "For the worst tenth write 0.1.",
        )
    sizes = [index.n for index in model.indices]
    edges = [{cut(_at(model.rule, value), n) for value in (low, high)} for n in sizes]
    if all(len(edge) == 1 for edge in edges):
        raise BadSpecification(
            f"the threshold is in doubt, but {low:g} and {high:g} both take {edges[0].pop():,} of {sizes[0]:,} areas",
            remedy="Give a wider range, or leave the threshold out.",
        )


def _at(rule: Rule, value: float) -> Rule:
    return Rule(rule.rule, count=int(value)) if rule.count is not None else Rule(rule.rule, share=value)


def _check_rule(spec: CertaintySpec, model: ListModel, edition: str) -> None:
    if spec.rule is None:
        return
    if model.need is None:
        raise BadSpecification(
            "the rule is in doubt, but the list has one index, and rules join two",
            remedy="Leave the rule out, or give a second index.",
        )
    if set(spec.rule.choices) == {model.rule.rule}:
        raise BadSpecification(
            f"the rule is in doubt, but '{model.rule.rule}' is the only one to draw from",
            remedy="Name another rule: worst-on-both, sum, product or worst-of-two.",
        )
    if not model.point()[2].any():
        raise BadSpecification(
            f"rules are compared at equal size, but the list of '{edition}' has no place",
            remedy="Widen the list first, or leave the rule out.",
        )
