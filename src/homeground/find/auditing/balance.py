"""Audit, tests 5 to 7: does each part count as much as its weight says, does one rule, what if one is taken out?"""

from __future__ import annotations

import numpy as np
import polars as pl

from homeground import stats
from homeground.find.auditing.material import Material, NotDone
from homeground.find.auditing.variation import Choice, Remaker
from homeground.stats import FloatArray

__all__ = ["FEWEST", "contributions", "dominance", "effective_weights", "main_effect", "removal"]

_NEAR = (0.05, 0.10)  # 'about the same rank': within this share of all places
_GROUPS = 100  # equal groups for the main effect, fewer when there are few areas
_PER_GROUP = 8
FEWEST = 2 * _PER_GROUP  # areas below which a main effect is mostly chance


def main_effect(part: FloatArray, score: FloatArray) -> float:
    """Return the share of the score's variance that knowing the part alone removes (its correlation ratio).

    Areas are put in up to 100 equal groups by the part; the variance between the groups' mean scores over the whole
    variance, less what chance alone would give (Kelley's correction). Unlike a squared correlation it also sees a
    bent relation.

    Parameters
    ----------
    part, score : ndarray of shape (n_areas,)
        Without gaps. Equal values of the part are never parted.

    Returns
    -------
    float
        0 (tells nothing) to 1 (tells all); NaN when either is the same everywhere, or with fewer than 16 areas.

    Source
    ------
    Paruolo, Saisana, Saltelli, Ratings and rankings: voodoo or science?, J. R. Statist. Soc. A 176 (2013); Becker and
    others, Weights and importance in composite indicators, Ecological Indicators 80 (2017), who fit splines where
    this takes groups.

    Examples
    --------
    >>> bent = np.linspace(-1, 1, 800)
    >>> round(main_effect(bent, bent**2), 2), round(float(np.corrcoef(bent, bent**2)[0, 1]) ** 2, 2)
    (1.0, 0.0)
    """
    n = len(part)
    if n < FEWEST or part.min() == part.max() or score.min() == score.max():
        return float("nan")
    groups = min(_GROUPS, max(n // _PER_GROUP, 2))
    place = stats.rank(part, ties="average", highest_first=False)
    _, group = np.unique(np.floor((place - 0.5) * groups / n), return_inverse=True)
    size = np.bincount(group)
    if len(size) < 2 or len(size) >= n:
        return float("nan")
    mean = np.bincount(group, weights=score) / size
    between = float((size * (mean - score.mean()) ** 2).sum())
    whole = float(((score - score.mean()) ** 2).sum())
    ratio = between / whole
    corrected = 1.0 - (1.0 - ratio) * (n - 1) / (n - len(size))
    return max(corrected, 0.0)


_TOO_FEW = f"not possible: it takes {FEWEST} areas or more"
_WEIGHTS = {
    "node": pl.String,
    "part": pl.String,
    "title": pl.String,
    "weight": pl.Float64,
    "nominal": pl.Float64,
    "correlation": pl.Float64,
    "linear_effect": pl.Float64,
    "main_effect": pl.Float64,
    "effective": pl.Float64,
    "ratio": pl.Float64,
    "variance_share": pl.Float64,
    "index_effect": pl.Float64,
}


def effective_weights(material: Material) -> tuple[pl.DataFrame, list[NotDone]]:
    """Return how much each part counts in its node, beside what its weight says.

    Returns
    -------
    table : polars.DataFrame
        One row per part of every node: ``node, part, title, weight`` (as in the method), ``nominal`` (its share of the
        node's weights), ``correlation`` (Pearson with the node's score), ``linear_effect`` (its square),
        ``main_effect`` (see `main_effect`), ``effective`` (main effect as a share of the node's), ``ratio``
        (effective over nominal: 1 is as intended), ``variance_share`` (``weight x covariance with the score /
        variance of the score``: adds up to 1 in a node of arithmetic means, may be negative; null elsewhere) and
        ``index_effect`` (main effect on the whole index).
    not_done : list of NotDone
        Parts that are the same everywhere count for nothing and have no row; nor have any with fewer than 16 areas.
    """
    rows: list[dict[str, object]] = []
    not_done = []
    for node, found in material.nodes():
        if len(found.parts) < 2:
            not_done.append(NotDone("effective_weights", node, "not possible: one part has all the weight"))
        score, weights = material.node_score(node), material.index.weights[node]
        total = sum(weights.values())
        effects: list[float] = []
        fresh: list[dict[str, object]] = []
        for name in found.parts:
            value = material.value(name)
            both = np.isfinite(value) & np.isfinite(score)
            part, target = value[both], score[both]
            effect = main_effect(part, target)
            if not np.isfinite(effect):
                why = "not possible: it hardly varies, or its group does" if len(part) >= FEWEST else _TOO_FEW
                not_done.append(NotDone("effective_weights", name, why))
                continue
            effects.append(effect)
            correlation = float(np.corrcoef(part, target)[0, 1])
            share = weights[name] * float(np.cov(part, target)[0, 1]) / float(target.var(ddof=1))
            scale = 1.0 if found.score == "sum" else total
            fresh.append(
                {
                    "node": node,
                    "part": name,
                    "title": material.title(name),
                    "weight": weights[name],
                    "nominal": weights[name] / total,
                    "correlation": correlation,
                    "linear_effect": correlation**2,
                    "main_effect": effect,
                    "variance_share": share / scale if found.combine == "arithmetic" and both.all() else None,
                    "index_effect": _on_index(material, value),
                }
            )
        for row, effect in zip(fresh, effects, strict=True):
            row["effective"] = effect / sum(effects) if sum(effects) > 0 else None
            row["ratio"] = row["effective"] / row["nominal"] if sum(effects) > 0 else None  # type: ignore[operator]
        rows += fresh
    return pl.DataFrame(rows, schema=_WEIGHTS), not_done


def _on_index(material: Material, value: FloatArray) -> float | None:
    known = np.isfinite(value)
    effect = main_effect(value[known], material.score[known])
    return effect if np.isfinite(effect) else None


def contributions(material: Material) -> tuple[pl.DataFrame | None, list[NotDone]]:
    """Return, for each area, which part of the index adds most to its score.

    Returns
    -------
    table : polars.DataFrame or None
        ``area_code, area_name, rank, largest_part, largest_share`` (0 to 1 of the score) and ``worst_tenth_parts``
        (in how many parts the area is in the worst tenth), in order of rank. Where values can be below zero,
        contributions are counted from the lowest value of each part. None where parts do not simply add up.
    not_done : list of NotDone
    """
    node = material.method.index
    if node.combine != "arithmetic":
        why = f"not possible: parts are combined by a {node.combine} mean, so that they do not add up"
        return None, [NotDone("contributions", "", why)]
    if len(node.parts) < 2:
        return None, [NotDone("contributions", "", "not possible: the index has one part")]
    added = _added(material)
    total = added.sum(axis=0)
    largest = added.argmax(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(total > 0, added.max(axis=0) / total, np.nan)
    worst = sum((material.place(name) <= material.top).astype(np.int64) for name in node.parts)
    table = material.areas.with_columns(
        rank=pl.Series(material.rank),
        largest_part=pl.Series([node.parts[i] for i in largest]),
        largest_share=pl.Series(share, nan_to_null=True),
        worst_tenth_parts=pl.Series(np.asarray(worst)),
    )
    return table.sort("rank", maintain_order=True), []


def _added(material: Material) -> FloatArray:
    node, weights = material.method.index, material.index.weights["index"]
    values = np.vstack([material.value(name) for name in node.parts])
    if np.nanmin(values) < 0:
        values = values - np.nanmin(values, axis=1)[:, None]
    return np.asarray(np.nan_to_num(values * np.array([weights[name] for name in node.parts])[:, None]))


_RULE = {
    "part": pl.String,
    "title": pl.String,
    "spearman": pl.Float64,
    "within_5": pl.Float64,
    "within_10": pl.Float64,
    "shared_worst_tenth": pl.Float64,
    "largest_in": pl.Float64,
    "largest_in_worst_tenth": pl.Float64,
    "highest_share": pl.Float64,
    "only_this_part": pl.Int64,
    "falls_out": pl.Int64,
}


def dominance(material: Material) -> tuple[pl.DataFrame, list[NotDone]]:
    """Return how far each part of the index would give the same ranking by itself, and which areas rest on one part.

    Returns
    -------
    table : polars.DataFrame
        One row per part directly under the index: ``spearman`` with the index; ``within_5``, ``within_10`` (share of
        areas whose rank by the part alone is within 5 %, 10 % of all places of their rank), ``shared_worst_tenth``
        (share of the worst tenth that is also the part's worst tenth), ``largest_in`` and ``largest_in_worst_tenth``
        (share of all areas, of the worst tenth, to whose score the part adds most), ``highest_share`` (the most it
        adds to any one score, 0 to 1), ``only_this_part`` (areas in the worst tenth of the index and, among parts, of
        this one alone) and ``falls_out`` (areas of the worst tenth that would leave it if the part, for them, were at
        its median).
    not_done : list of NotDone
    """
    node = material.method.index
    per_area, _ = contributions(material)
    not_done: list[NotDone] = []
    added = _added(material) if per_area is not None else None
    worst = material.rank <= material.top
    places = np.vstack([material.place(name) for name in node.parts])
    in_part = places <= material.top
    lonely = worst & (in_part.sum(axis=0) == 1)
    index_place = stats.rank(material.score, ties="average")
    rows = []
    for i, name in enumerate(node.parts):
        if not np.isfinite(places[i]).all() or places[i].min() == places[i].max():
            not_done.append(NotDone("dominance", name, "not possible: the part is the same everywhere, or has gaps"))
            continue
        apart = np.abs(places[i] - index_place) / material.n
        largest = added.argmax(axis=0) == i if added is not None else None
        rows.append(
            {
                "part": name,
                "title": material.title(name),
                "spearman": _correlation(places[i], index_place),
                "within_5": float((apart <= _NEAR[0]).mean()),
                "within_10": float((apart <= _NEAR[1]).mean()),
                "shared_worst_tenth": float(in_part[i][worst].mean()),
                "largest_in": float(largest.mean()) if largest is not None else None,
                "largest_in_worst_tenth": float(largest[worst].mean()) if largest is not None else None,
                "highest_share": _highest(added, i) if added is not None else None,
                "only_this_part": int((lonely & in_part[i]).sum()),
                "falls_out": _falls_out(material, name, worst) if added is not None else None,
            }
        )
    return pl.DataFrame(rows, schema=_RULE).sort("spearman", descending=True, maintain_order=True), not_done


def _correlation(a: FloatArray, b: FloatArray) -> float | None:
    return float(np.corrcoef(a, b)[0, 1]) if b.min() < b.max() else None


def _highest(added: FloatArray, i: int) -> float:
    total = added.sum(axis=0)
    return float((added[i] / np.where(total > 0, total, np.inf)).max())


def _falls_out(material: Material, name: str, worst: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    # The others stay where they are: the area leaves when its score drops below that of the last in the worst tenth.
    node, weights = material.method.index, material.index.weights["index"]
    scale = 1.0 if node.score == "sum" else sum(weights.values())
    value = material.value(name)
    lowered = material.score - weights[name] / scale * (value - np.median(value))
    return int((worst & (lowered < material.score[worst].min())).sum())


_REMOVAL = {
    "part": pl.String,
    "title": pl.String,
    "node": pl.String,
    "kind": pl.String,
    "weight_in_index": pl.Float64,
    "mean_rank_shift": pl.Float64,
    "mean_rank_shift_share": pl.Float64,
    "largest_rank_shift": pl.Float64,
    "decile_changed": pl.Float64,
    "left_worst_tenth": pl.Int64,
    "turnover": pl.Float64,
    "unscored": pl.Int64,
}


def removal(material: Material, remaker: Remaker) -> tuple[pl.DataFrame, list[NotDone]]:
    """Return what leaving each part out does to the ranks. Weights of its siblings are scaled up, not estimated again.

    Returns
    -------
    table : polars.DataFrame
        One row per part, the greatest shift first: ``part, title, node, kind`` (``part of the index``, ``node`` or
        ``indicator``), ``weight_in_index`` (its weight times those of the nodes above it), ``mean_rank_shift`` (mean
        places moved), ``mean_rank_shift_share`` (of all places), ``largest_rank_shift``, ``decile_changed`` (share of
        areas), ``left_worst_tenth`` (areas), ``turnover`` (share of the worst tenth that is replaced) and
        ``unscored`` (areas that only this part could score; they are left out of the row's other figures).
    not_done : list of NotDone
        Parts without which nothing is left.
    """
    above, rows, not_done = material.above(), [], []
    deciles = stats.decile(material.rank)
    worst = material.rank <= material.top
    for name in material.parts():
        if remaker.removed(name) is None:
            not_done.append(NotDone("removal", name, "not possible: without it nothing of the index is left"))
            continue
        ranks = remaker.rank(Choice(without=name))
        known = np.isfinite(ranks)
        shift = np.abs(ranks - material.rank)[known]
        left = int((worst & known & (ranks > material.top)).sum())
        kind = "indicator" if material.method.parts[name].is_leaf else "node"
        rows.append(
            {
                "part": name,
                "title": material.title(name),
                "node": above[name],
                "kind": "part of the index" if above[name] == "index" else kind,
                "weight_in_index": _weight_in_index(material, name),
                "mean_rank_shift": float(shift.mean()),
                "mean_rank_shift_share": float(shift.mean()) / material.n,
                "largest_rank_shift": float(shift.max()),
                "decile_changed": float((stats.decile(ranks) != deciles)[known].mean()),
                "left_worst_tenth": left,
                "turnover": left / max(int(worst.sum()), 1),
                "unscored": int((~known).sum()),
            }
        )
    table = pl.DataFrame(rows, schema=_REMOVAL)
    return table.sort("mean_rank_shift", descending=True, maintain_order=True), not_done


def _weight_in_index(material: Material, name: str) -> float:
    above, weight = material.above(), 1.0
    while name != "index":
        node = above[name]
        weights = material.index.weights[node]
        weight *= weights[name] / sum(weights.values())
        name = node
    return weight
