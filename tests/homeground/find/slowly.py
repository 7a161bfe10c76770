"""The certainty draws once more, slowly and plainly: one draw after the other, one step after the other.

Only the random numbers are shared with `homeground.find.doubting.draws` (the same streams, in the same order).
Everything else is done with the plain functions of `homeground.stats` and `homeground.find.rules`: no collapsing into
matrices, no sorting of packed numbers, no shortcuts at the line.
"""

from __future__ import annotations

import numpy as np

from homeground import stats
from homeground.find.doubting.draws import BLOCK
from homeground.find.doubting.fit import noise_of, threshold_range
from homeground.find.doubting.normals import normals
from homeground.find.doubting.picking import choose
from homeground.find.index import combine, transform
from homeground.find.rules import Rule

WEIGHTS, NOISE, NORMALISATION, THRESHOLD, RULE, EDITION = range(6)


def stream(seed, block, *key):
    """Return the random numbers of one purpose in one block."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(block, *key))))


def noise_for(numbers, values):
    """Return one normal number for each value."""
    error = np.empty(len(values))
    normals(numbers, error)
    return error


def draw_all(editions, spec):
    """Return which places are on the list in each draw, and the ranks of both indices."""
    names = (spec.edition.choices or tuple(editions)) if spec.edition else (next(iter(editions)),)
    models = [editions[name] for name in names]
    lists, ranks = [], []
    for block in range(-(-spec.draws // BLOCK)):
        count = min(BLOCK, spec.draws - block * BLOCK)
        edition = stream(spec.seed, block, EDITION).integers(len(models), size=count)
        height = stream(spec.seed, block, THRESHOLD).random(count)
        which = stream(spec.seed, block, RULE).random(count)
        made = {}
        for number, model in enumerate(models):
            rows = np.flatnonzero(edition == number)
            indices = [
                index_draws(spec, role, index, block, number, place, len(rows))
                for place, (role, index) in enumerate(zip(("deprivation", "need"), model.indices, strict=False))
            ]
            for at, row in enumerate(rows):
                made[row] = (model, [draws[at] for draws in indices])
        for row in range(count):
            model, found = made[row]
            rule = rule_of(spec, model, height[row], which[row])
            sizes = {"n_deprivation": model.deprivation.n, "n_need": model.need.n if model.need else 0}
            lists.append(
                choose(
                    found[0],
                    found[1] if len(found) > 1 else None,
                    rule=rule,
                    **sizes,
                    eligible=model.eligible,
                    cap=model.cap,
                    larger_area=model.larger_area,
                )
            )
            ranks.append(found)
    return np.array(lists), ranks


def rule_of(spec, model, height, which):
    """Return the rule of one draw."""
    given = model.rule.count if model.rule.count is not None else model.rule.share
    low, high = threshold_range(spec, model.rule)
    at = given
    if spec.threshold is not None:
        whole = model.rule.count is not None
        at = np.floor(low + height * (high + 1 - low)) if whole else low + height * (high - low)
    name = model.rule.rule
    if spec.rule is not None:
        name = spec.rule.choices[int(which * len(spec.rule.choices))]
    if name == model.rule.rule:
        return Rule(name, count=int(at)) if model.rule.count is not None else Rule(name, share=min(at, 1))
    deprivation, need, chosen = model.point()
    size = int(chosen.sum())
    if name == "worst-on-both":
        worse = np.maximum(deprivation / model.deprivation.n, need / model.need.n)
        return Rule(name, share=min(np.sort(worse)[size - 1] * at / given, 1))
    return Rule(name, count=max(round(size * at / given), 1))


def index_draws(spec, role, index, block, edition, place, count):  # noqa: C901 (one draw, top to bottom)
    """Return the ranks of the places by one index in each draw of a block."""
    if not count:
        return []
    built, method = index.built, index.built.method
    site = {name: number for number, name in enumerate(method.order())} | {"index": len(method.order())}
    weights = spec.weights if spec.weights and role in spec.weights.of else None
    scales = spec.normalisation if spec.normalisation and role in spec.normalisation.of else None
    noise = noise_of(spec, role, index)
    choice = stream(spec.seed, block, NORMALISATION, edition, place).integers(
        len(scales.choices) if scales else 1, size=count
    )
    drawn, errors = {}, {}
    for name in (*method.order(), "index"):
        parts = method.index.parts if name == "index" else method.parts[name].parts
        level = "domains" if name == "index" else "indicators"
        if parts:
            given = np.array([built.weights[name][part] for part in parts])
            drawn[name] = [given] * count
            if weights and level in weights.levels and len(parts) > 1:
                shape = weights.concentration_of(len(parts)) * given / given.sum()
                rows = stream(spec.seed, block, WEIGHTS, edition, place, site[name]).dirichlet(shape, size=count)
                drawn[name] = [row * given.sum() for row in rows]
        errors[name] = stream(spec.seed, block, NOISE, edition, place, site[name])
    ranks = []
    for draw in range(count):
        kind = scales.choices[choice[draw]] if scales else None

        def score(name, draw=draw, kind=kind):
            """Return the score of a node and the variance of the noise of its own linear indicators."""
            node = method.index if name == "index" else method.parts[name]
            values, variance = [], 0.0
            share = drawn[name][draw] / drawn[name][draw].sum()
            for part, weight in zip(node.parts, share, strict=True):
                value, spread = up(part, kind if name == "index" else None, linear=node.combine == "arithmetic")
                values.append(value)
                variance = variance + (weight * spread) ** 2
            skip = np.array([method.parts[part].missing == "reweight" for part in node.parts])
            total = node.score == "sum"
            found = combine(
                np.vstack(values), drawn[name][draw], how=node.combine, power=node.power, total=total, may_skip=skip
            )
            if name == "index" and np.any(variance > 0):
                found = found + noise_for(errors["index"], found) * np.sqrt(variance) * (
                    drawn[name][draw].sum() if total else 1
                )
            return found, variance

        def up(name, kind, *, linear):
            """Return a part's score as it goes up, and the deviation of linear noise that is left to the node above."""
            part, own = method.parts[name], noise.get(name)
            scale = kind or part.transform
            variance = 0.0 if own is None else own**2
            if part.parts:
                raw, below = score(name)
                variance = variance + below
            elif part.holds == "rank":
                raw = stats.normal_of_rank(built.ranks[name], int(np.isfinite(built.ranks[name]).sum()))
            else:
                raw = built.raw[name]
                if own is not None and linear and kind is None and scale in ("none", "z", "min-max"):
                    slope = {
                        "none": 1.0,
                        "z": 1 / np.nanstd(raw),
                        "min-max": (part.scale[1] - part.scale[0]) / (np.nanmax(raw) - np.nanmin(raw)),
                    }[scale]
                    return built.values[name], own * slope
            if np.any(variance > 0):
                raw = raw + noise_for(errors[name], raw) * np.sqrt(variance)
            return transform(raw, scale, ties=method.index.ties, scale=part.scale)[0], 0.0

        ranks.append(places(index, score("index")[0]))
    return ranks


def places(index, scores):
    """Return the rank of each place from the score of each area."""
    first, *others = index.ways
    found = (
        stats.rank(first.mean(scores))
        if first.by == "mean-score"
        else first.of_ranks(stats.rank(scores, ties=index.built.method.index.ties))
    )
    for way in others:
        found = way.of_ranks(found)
    return found
