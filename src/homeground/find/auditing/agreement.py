"""Audit, tests 3 and 4: parts beside each other. Do two say the same? Does one contradict? Is it one thing?"""

from __future__ import annotations

import numpy as np
import polars as pl

from homeground import stats
from homeground.find.auditing.material import Material, NotDone
from homeground.stats import FloatArray

__all__ = ["ALPHA", "DOUBLE", "INFLATION", "correlations", "cronbach_alpha", "inflation", "own_domain", "reliability"]

DOUBLE = 0.92  # correlation above which two parts say the same (JRC audits)
INFLATION = 10.0  # variance inflation above which a part is nearly a sum of the others
ALPHA = 0.7  # Nunnally's rule of thumb


def correlations(material: Material) -> tuple[pl.DataFrame, list[NotDone]]:
    """Return how closely each two parts agree: all parts of one node, and all indicators with each other.

    Returns
    -------
    table : polars.DataFrame
        One row per pair: ``part_a, part_b, title_a, title_b, level`` (``same node``, or ``different nodes``), ``node``,
        ``pearson`` (of values as they go up), ``spearman``, ``areas`` (with both) and ``flag``: ``same`` (a correlation
        above .92), ``contrary`` (below zero, in one node, beyond chance) or ''. Strongest first.
    not_done : list of NotDone
        Parts that are the same everywhere have no correlation.
    """
    not_done, usable = [], []
    for name in material.parts():
        known = material.value(name)
        known = known[np.isfinite(known)]
        if len(known) < 3 or known.min() == known.max():
            not_done.append(NotDone("correlations", name, "not possible: the part is the same everywhere"))
        else:
            usable.append(name)
    pairs = _pairs(material, usable)
    pearson, spearman, areas = _matrices(material, usable)
    above, at = material.above(), {name: i for i, name in enumerate(usable)}
    rows = []
    for a, b in pairs:
        i, j = at[a], at[b]
        together = above[a] == above[b]
        rows.append(
            {
                "part_a": a,
                "part_b": b,
                "title_a": material.title(a),
                "title_b": material.title(b),
                "level": "same node" if together else "different nodes",
                "node": above[a] if together else "",
                "pearson": float(pearson[i, j]),
                "spearman": float(spearman[i, j]),
                "areas": int(areas[i, j]),
                "flag": _pair_flag(float(pearson[i, j]), float(spearman[i, j]), int(areas[i, j]), together=together),
            }
        )
    table = pl.DataFrame(rows, schema=_PAIRS)
    return table.sort(pl.col("spearman").abs(), descending=True, maintain_order=True), not_done


_PAIRS = {
    "part_a": pl.String,
    "part_b": pl.String,
    "title_a": pl.String,
    "title_b": pl.String,
    "level": pl.String,
    "node": pl.String,
    "pearson": pl.Float64,
    "spearman": pl.Float64,
    "areas": pl.Int64,
    "flag": pl.String,
}


def _pairs(material: Material, usable: list[str]) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    leaves = list(material.method.leaves())
    for group in [*(list(node.parts) for _, node in material.nodes()), leaves]:
        kept = [name for name in group if name in usable]
        for i, a in enumerate(kept):
            for b in kept[i + 1 :]:
                if (b, a) not in found:
                    found[a, b] = None
    return list(found)


def _pair_flag(pearson: float, spearman: float, areas: int, *, together: bool) -> str:
    if max(pearson, spearman) > DOUBLE:
        return "same"
    # Two standard errors of a correlation of nothing, so that chance is not called a contradiction.
    return "contrary" if together and spearman < -2.0 / np.sqrt(max(areas - 1, 1)) else ""


def _matrices(material: Material, names: list[str]) -> tuple[FloatArray, FloatArray, FloatArray]:
    values = [material.value(name) for name in names]
    size = len(names)
    areas = np.full((size, size), float(material.n))
    pearson, spearman = np.eye(size), np.eye(size)
    whole = [i for i in range(size) if np.isfinite(values[i]).all()]
    if len(whole) > 1:
        block = np.ix_(whole, whole)
        pearson[block] = np.corrcoef(np.vstack([values[i] for i in whole]))
        spearman[block] = np.corrcoef(np.vstack([material.place(names[i]) for i in whole]))
    for i in range(size):
        for j in range(i):
            if i in whole and j in whole:
                continue
            both = np.isfinite(values[i]) & np.isfinite(values[j])
            areas[i, j] = areas[j, i] = both.sum()
            a, b = values[i][both], values[j][both]
            pearson[i, j] = pearson[j, i] = _correlation(a, b)
            ranks = stats.rank(a, ties="average"), stats.rank(b, ties="average")
            spearman[i, j] = spearman[j, i] = _correlation(*ranks)
    return pearson, spearman, areas


def _correlation(a: FloatArray, b: FloatArray) -> float:
    if len(a) < 3 or a.min() == a.max() or b.min() == b.max():
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def own_domain(material: Material) -> pl.DataFrame:
    """Return how each part below a node goes with its own node (without itself) and with the others of that level.

    Returns
    -------
    polars.DataFrame
        One row per part two levels or more down: ``part, title, node, own`` (Spearman with the rest of its own node),
        ``other_node, other`` (the highest with another node of that level), ``with_index``, and ``flag``: ``belongs
        elsewhere`` (another node is more than .05 closer), ``contrary`` (own below zero) or ''. Empty when the index
        has one level.
    """
    above, rows = material.above(), []
    places = {name: material.place(name) for name in material.parts()}
    index_place = stats.rank(material.score, ties="average")
    for name in material.parts():
        node = above[name]
        if node == "index":
            continue
        level = _siblings(material, above[node])
        own = _spearman(places[name], _rest_of(material, node, name))
        others = {other: _spearman(places[name], places[other]) for other in level if other != node}
        others = {other: value for other, value in others.items() if np.isfinite(value)}
        nearest = max(others, key=lambda other: others[other]) if others else None
        away = others[nearest] if nearest is not None else float("nan")
        rows.append(
            {
                "part": name,
                "title": material.title(name),
                "node": node,
                "own": own if np.isfinite(own) else None,
                "other_node": nearest,
                "other": away if nearest is not None else None,
                "with_index": _spearman(places[name], index_place),
                "flag": "contrary" if own < 0 else "belongs elsewhere" if away > own + 0.05 else "",
            }
        )
    return pl.DataFrame(rows, schema=_OWN)


_OWN = {
    "part": pl.String,
    "title": pl.String,
    "node": pl.String,
    "own": pl.Float64,
    "other_node": pl.String,
    "other": pl.Float64,
    "with_index": pl.Float64,
    "flag": pl.String,
}


def _siblings(material: Material, node: str) -> tuple[str, ...]:
    return material.method.index.parts if node == "index" else material.method.parts[node].parts


def _rest_of(material: Material, node: str, name: str) -> FloatArray:
    # A part is in its own node: without taking it out, agreement would be partly with itself.
    others = [child for child in material.method.parts[node].parts if child != name]
    if not others:
        return np.full(material.n, np.nan)
    weights = material.index.weights[node]
    total = sum(weights[child] * material.value(child) for child in others)
    return stats.rank(np.asarray(total), ties="average")


def _spearman(a: FloatArray, b: FloatArray) -> float:
    both = np.isfinite(a) & np.isfinite(b)
    return _correlation(a[both], b[both])


def inflation(material: Material) -> tuple[pl.DataFrame, list[NotDone]]:
    """Return how far each part is a sum of its siblings (variance inflation).

    Returns
    -------
    table : polars.DataFrame
        ``node, part, title, vif`` (1 is independent of the others; infinite is an exact sum of them, written as null
        with the flag), ``explained`` (share of its variance that the siblings explain, 0 to 1) and ``flag``: ``sum of
        others`` when the vif is above 10.
    not_done : list of NotDone
    """
    rows, not_done = [], []
    for node, found in material.nodes():
        values, names = _complete(material, found.parts)
        varying = [i for i in range(len(names)) if values.shape[1] > 1 and values[i].min() < values[i].max()]
        if len(varying) < 2 or values.shape[1] <= len(varying) + 1:
            not_done.append(
                NotDone("inflation", node, "not possible: fewer than two parts that vary, or too few areas")
            )
            continue
        matrix = np.atleast_2d(np.corrcoef(values[varying]))
        # An exact sum makes the matrix singular; its rank tells so before the inverse is trusted.
        singular = np.linalg.matrix_rank(matrix) < len(varying)
        for place, i in enumerate(varying):
            vif = _vif(matrix, place) if singular else float(np.linalg.inv(matrix)[place, place])
            known = bool(np.isfinite(vif))
            rows.append(
                {
                    "node": node,
                    "part": names[i],
                    "title": material.title(names[i]),
                    "vif": vif if known else None,
                    "explained": 1.0 - 1.0 / vif if known else 1.0,
                    "flag": "sum of others" if not known or vif > INFLATION else "",
                }
            )
    columns = {"node": pl.String, "part": pl.String, "title": pl.String, "vif": pl.Float64, "explained": pl.Float64}
    return pl.DataFrame(rows, schema={**columns, "flag": pl.String}), not_done


def _vif(matrix: FloatArray, place: int) -> float:
    others = [i for i in range(len(matrix)) if i != place]
    towards = matrix[place, others]
    coefficients = np.linalg.lstsq(matrix[np.ix_(others, others)], towards, rcond=None)[0]
    left = 1.0 - float(coefficients @ towards)
    return 1.0 / left if left > 1e-9 else float("inf")


def _complete(material: Material, parts: tuple[str, ...]) -> tuple[FloatArray, tuple[str, ...]]:
    values = np.vstack([material.value(name) for name in parts])
    return values[:, np.isfinite(values).all(axis=0)], parts


def cronbach_alpha(values: FloatArray, *, standardised: bool = True) -> float:
    """Return Cronbach's alpha of the rows of `values`: how far they measure one thing, 1 for perfectly.

    Parameters
    ----------
    values : ndarray of shape (n_parts, n_areas)
        Two parts or more, without gaps.
    standardised : bool
        Give every part the same spread first: ``k r / (1 + (k - 1) r)`` with r the mean correlation. Otherwise
        ``k / (k - 1) (1 - sum of variances / variance of the sum)``.

    Examples
    --------
    >>> cronbach_alpha(np.array([[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]]), standardised=False)  # r = .5, equal variances
    0.666...
    """
    k = len(values)
    if not standardised:
        total = float(values.sum(axis=0).var(ddof=1))
        parts = float(values.var(axis=1, ddof=1).sum())
        return k / (k - 1) * (1 - parts / total) if total > 0 else float("nan")
    matrix = np.corrcoef(values)
    mean = float((matrix.sum() - k) / (k * (k - 1)))
    below = 1 + (k - 1) * mean
    return k * mean / below if below > 0 else float("nan")


def reliability(material: Material) -> tuple[pl.DataFrame, list[NotDone]]:
    """Return Cronbach's alpha of each node, and what it would be without each of its parts.

    Returns
    -------
    table : polars.DataFrame
        One row per node (``part`` is '') and per part: ``node, part, title, parts, areas`` (with all parts), ``alpha``
        (standardised; without the part, in its row), ``alpha_raw`` (from values as they go up), ``mean_correlation``,
        ``gain`` (alpha without the part less alpha of the node; above zero: the node hangs together better without it).
    not_done : list of NotDone
        Nodes with fewer than two parts that vary. A node of two parts has no alpha without one of them (null).
    """
    rows: list[dict[str, object]] = []
    not_done = []
    for node, found in material.nodes():
        values, names = _complete(material, found.parts)
        varying = [i for i in range(len(names)) if values.shape[1] > 2 and values[i].min() < values[i].max()]
        if len(varying) < 2:
            not_done.append(NotDone("reliability", node, "not possible: fewer than two parts that vary"))
            continue
        kept = values[varying]
        whole = _alpha_row(material, node, "", kept, None)
        rows.append(whole)
        rows += [
            _alpha_row(material, node, names[i], np.delete(kept, place, axis=0), whole)
            for place, i in enumerate(varying)
        ]
    return pl.DataFrame(rows, schema=_ALPHA), not_done


_ALPHA = {
    "node": pl.String,
    "part": pl.String,
    "title": pl.String,
    "parts": pl.Int64,
    "areas": pl.Int64,
    "alpha": pl.Float64,
    "alpha_raw": pl.Float64,
    "mean_correlation": pl.Float64,
    "gain": pl.Float64,
}


def _alpha_row(
    material: Material, node: str, part: str, values: FloatArray, whole: dict[str, object] | None
) -> dict[str, object]:
    row: dict[str, object] = {
        "node": node,
        "part": part,
        "title": material.title(part or node),
        "parts": len(values),
        "areas": values.shape[1],
    }
    if len(values) > 1:
        alpha, raw = cronbach_alpha(values), cronbach_alpha(values, standardised=False)
        row["alpha"] = alpha if np.isfinite(alpha) else None
        row["alpha_raw"] = raw if np.isfinite(raw) else None
        k = len(values)
        row["mean_correlation"] = float((np.corrcoef(values).sum() - k) / (k * (k - 1)))
        before = whole["alpha"] if whole else None
        if isinstance(before, float) and np.isfinite(alpha):
            row["gain"] = alpha - before
    return row
