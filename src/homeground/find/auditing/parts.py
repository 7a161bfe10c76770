"""Audit, tests 1 and 2: each part by itself. Is it there, does it tell areas apart, is it lopsided?"""

from __future__ import annotations

import numpy as np
import polars as pl

from homeground import stats
from homeground.find.auditing.material import Material, NotDone
from homeground.stats import FloatArray, IntArray

__all__ = ["GAPS", "KURTOSIS", "PILE_UP", "SKEW", "coverage", "distribution"]

GAPS = 0.05  # share of areas without a figure that is worth a word
PILE_UP = 0.10  # share of areas with one and the same value that is worth a word
SKEW, KURTOSIS = 2.0, 3.5  # both passed: treat the outliers (OECD/JRC handbook, and its ten-step guide)


def coverage(material: Material) -> pl.DataFrame:
    """Return how full each column is and how well it tells areas apart, over all areas of the table.

    Returns
    -------
    polars.DataFrame
        One row per part that takes a column: ``part, title, node, holds, areas, gaps, gap_share, distinct`` (different
        values), ``tied_areas`` (areas that share their value with another), ``mode`` (the commonest value, in the
        direction 'higher is more need'; a rank where the part holds ranks; null when no value stands twice),
        ``mode_share`` (0 to 1) and ``flag``: ``same everywhere``, ``gaps``, ``piled up``, ``coarse`` (most areas
        share their value, and there are fewer than a tenth as many values as areas) or ''.
    """
    above = material.above()
    rows = []
    for name in material.method.leaves():
        values = _as_read(material, name)
        known = values[np.isfinite(values)]
        found, counts = np.unique(known, return_counts=True)
        gap_share = 1.0 - len(known) / len(values)
        mode_share = float(counts.max() / len(known)) if len(known) else 0.0
        rows.append(
            {
                "part": name,
                "title": material.title(name),
                "node": above[name],
                "holds": material.method.parts[name].holds,
                "areas": len(values),
                "gaps": len(values) - len(known),
                "gap_share": gap_share,
                "distinct": len(found),
                "tied_areas": int(counts[counts > 1].sum()),
                "mode": float(found[counts.argmax()]) if len(known) and counts.max() > 1 else None,
                "mode_share": mode_share,
                "flag": _coverage_flag(counts, gap_share, mode_share),
            }
        )
    return pl.DataFrame(rows)


def _as_read(material: Material, name: str) -> FloatArray:
    if material.holds_ranks(name):
        return material.index.ranks[name]
    return material.index.untreated.get(name, material.index.raw[name])


def _coverage_flag(counts: IntArray, gap_share: float, mode_share: float) -> str:
    known, distinct = int(counts.sum()), len(counts)
    if distinct <= 1:
        return "same everywhere"
    if gap_share > GAPS:
        return "gaps"
    # With a handful of areas a single value is a tenth of them: that is no pile.
    if mode_share > PILE_UP and mode_share * known > 3:
        return "piled up"
    return "coarse" if counts[counts > 1].sum() > known / 2 and distinct < known / 10 else ""


_SHAPE = {
    "part": pl.String,
    "title": pl.String,
    "node": pl.String,
    "areas": pl.Int64,
    "mean": pl.Float64,
    "sd": pl.Float64,
    "lowest": pl.Float64,
    "median": pl.Float64,
    "highest": pl.Float64,
    "far_out": pl.Int64,
    "skew_before": pl.Float64,
    "kurtosis_before": pl.Float64,
    "outside_before": pl.Boolean,
    "treatment": pl.String,
    "treated_areas": pl.Int64,
    "skew_after": pl.Float64,
    "kurtosis_after": pl.Float64,
    "outside_after": pl.Boolean,
}


def distribution(material: Material) -> tuple[pl.DataFrame, list[NotDone]]:
    """Return how lopsided and far-flung each indicator is, before and after the method treats it.

    Returns
    -------
    table : polars.DataFrame
        One row per part that takes a column of values: ``mean, sd, lowest, median, highest`` as read (turned so that
        higher is more need), ``far_out`` (areas more than three quartile ranges beyond the quartiles; null when half
        of the areas are alike), ``skew_*`` and excess ``kurtosis_*`` before and after gaps are filled and outliers
        treated, ``outside_*`` (absolute skew above 2 *and* kurtosis above 3.5), ``treatment`` and ``treated_areas``.
    not_done : list of NotDone
        Parts that hold ranks, and parts that are the same everywhere.
    """
    above = material.above()
    rows, not_done = [], []
    for name in material.method.leaves():
        if material.holds_ranks(name):
            not_done.append(
                NotDone("distribution", name, "not possible: the part holds ranks, and ranks have no shape")
            )
            continue
        before, after = _as_read(material, name), material.index.raw[name]
        known = before[np.isfinite(before)]
        if len(known) == 0 or known.min() == known.max():
            not_done.append(NotDone("distribution", name, "not possible: the part is the same everywhere"))
            continue
        rule = material.method.parts[name].outliers.treatment
        changed = np.isfinite(before) & (before != after)
        rows.append(
            {
                "part": name,
                "title": material.title(name),
                "node": above[name],
                "areas": len(known),
                "mean": float(known.mean()),
                "sd": float(known.std()),
                "lowest": float(known.min()),
                "median": float(np.median(known)),
                "highest": float(known.max()),
                "far_out": _far_out(known),
                **_shape(known, "before"),
                "treatment": rule,
                "treated_areas": int(changed.sum()) if rule != "keep" else 0,
                **_shape(after[np.isfinite(after)], "after"),
            }
        )
    return pl.DataFrame(rows, schema=_SHAPE), not_done


def _far_out(values: FloatArray) -> int | None:
    low, high = np.percentile(values, [25, 75])
    if low == high:  # half of the areas are alike: there is no ruler to call the others far
        return None
    reach = 3.0 * (high - low)
    return int(((values < low - reach) | (values > high + reach)).sum())


def _shape(values: FloatArray, when: str) -> dict[str, float | bool]:
    centred = stats.z_score(values)
    skew, kurtosis = float((centred**3).mean()), float((centred**4).mean()) - 3.0
    return {
        f"skew_{when}": skew,
        f"kurtosis_{when}": kurtosis,
        f"outside_{when}": bool(abs(skew) > SKEW and kurtosis > KURTOSIS),
    }
