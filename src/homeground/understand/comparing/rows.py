"""The rows of a comparison: means of each cohort, differences, how alike neighbours are, and the verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.provenance import Note
from homeground.stats import FloatArray
from homeground.understand.comparing.clusters import (
    Cells,
    Estimate,
    estimate,
    of_all,
    similarity,
    wild_p,
)
from homeground.understand.comparing.columns import Laid, Measure, check_level
from homeground.understand.comparing.near import Moran, Neighbours, morans_i, nearest
from homeground.understand.comparing.saying import (
    CANNOT_TELL,
    CLEAR,
    NO_FIGURES,
    NOT_COMPARED,
    difference_sentence,
    way,
)

__all__ = [
    "COHORT_COLUMNS",
    "COLUMNS",
    "LIKENESS_COLUMNS",
    "alike",
    "cohort_means",
    "differences",
    "refusal",
    "told",
    "with_verdicts",
]

_NEIGHBOURS = 8


def told(table: pl.DataFrame, measure: Measure, values: FloatArray, weights: FloatArray) -> Iterator[Note]:
    """Return how many areas have no figure, a suppressed one, or one that nobody can be weighed by."""
    codes = table["area_code"].cast(pl.String)
    gap = ~np.isfinite(values)
    held = _held(table, measure) & gap
    title = measure.title or measure.name
    for mask, what, kind in (
        (gap & ~held, "have no figure", "missing"),
        (held, "have a figure that the publisher holds back", "missing"),
        (~gap & ~(weights > 0), "have a figure but nobody to weigh it by, and do not count", "excluded"),
    ):
        if mask.any():
            areas = tuple(codes.filter(pl.Series(mask)).to_list())
            yield Note(f"{title}: {len(areas):,} of {len(values):,} areas {what}.", areas=areas, kind=kind)


def _held(table: pl.DataFrame, measure: Measure) -> NDArray[np.bool_]:
    if not measure.suppressed:
        return np.zeros(table.height, dtype=bool)
    return table[measure.suppressed].cast(pl.Boolean).fill_null(value=False).to_numpy()


def refusal(values: FloatArray, laid: Laid, cells: Cells, cluster: str) -> str:
    """Return why an indicator cannot be compared between these areas, '' when it can."""
    if not cells.areas.any():
        return "there are no figures"
    known = values[np.isfinite(values)]
    if known.size and known.min() == known.max():
        return f"every area has the same figure ({known[0]:g})"
    if check_level(values, laid.clusters):
        return (
            f"its figures are of larger areas ({cluster}): the areas of one share it, so there is nothing to "
            "compare below that level"
        )
    return ""


def _contrasts(laid: Laid, cells: Cells, whole: str) -> Iterator[tuple[str, int | None, FloatArray]]:
    own = np.array([1.0, 0.0, 0.0, 0.0])
    for group in (1, 2):
        against = own.copy()
        against[group] = -1.0
        yield laid.names[group], group, against
    yield whole, None, own - of_all(cells)


def differences(
    measure: Measure,
    laid: Laid,
    cells: Cells,
    why: str,
    *,
    level: float,
    signs: FloatArray | None,
    whole: str,
) -> list[dict[str, Any]]:
    """Return the differences of one indicator; what is refused has a reason (`why`) and no difference."""
    about: dict[str, Any] = {
        "indicator": measure.name,
        "title": measure.title or measure.name,
        "theme": measure.theme,
        "unit": measure.unit,
        "higher_is": measure.higher_is,
        "label": laid.names[0],
    }
    if not cells.areas.any():
        return [
            {**about, "comparison": name, "reason": why, "verdict": NO_FIGURES} for name in (*laid.names[1:3], whole)
        ]
    rows = []
    everybody = float(of_all(cells) @ np.nan_to_num(cells.means))
    for name, group, contrast in _contrasts(laid, cells, whole):
        here: dict[str, Any] = {**about, "comparison": name, "reason": why}
        lacking = next((laid.names[g] for g in (0, group or 0) if cells.areas[g] == 0), "")
        if lacking:
            said = why or f"no area that is {lacking} has a figure"
            rows.append({**here, "reason": said, "verdict": NO_FIGURES})
            continue
        here |= {
            "left_behind": float(cells.means[0]),
            "other": everybody if group is None else float(cells.means[group]),
        }
        if why:
            rows.append({**here, "verdict": NOT_COMPARED})
            continue
        found = estimate(cells, contrast, level=level)
        drawn = wild_p(cells, contrast, signs) if signs is not None else float("nan")
        rows.append({**here, **_figures(found), "p_bootstrap": drawn, "reason": _alone(found, cells, laid)})
    return rows


def _alone(found: Estimate, cells: Cells, laid: Laid) -> str:
    if np.isfinite(found.standard_error):
        return ""
    lone = [laid.names[g] for g in range(3) if cells.areas[g] and (cells.cell_weight[:, g] > 0).sum() == 1]
    return (
        f"all {lone[0] if lone else laid.names[0]} areas lie in one cluster, so nobody can say how far it could be off"
    )


def _figures(found: Estimate) -> dict[str, float]:
    naive = found.standard_error_naive
    return {
        "difference": found.difference,
        "low": found.low,
        "high": found.high,
        "standard_error": found.standard_error,
        "df": found.df,
        "p_value": found.p_value,
        "standard_error_cr1": found.standard_error_cr1,
        "standard_error_naive": naive,
        "p_naive": found.p_naive,
        "inflation": found.standard_error / naive if naive > 0 else float("nan"),
    }


def cohort_means(
    table: pl.DataFrame,
    measure: Measure,
    laid: Laid,
    cells: Cells,
    values: FloatArray,
    weighed: str,
    *,
    level: float,
    whole: str,
) -> list[dict[str, Any]]:
    """Return what each cohort comes to in one indicator, and how many areas stand behind it."""
    held = _held(table, measure)
    rows = []
    groups = [(name, g) for g, name in enumerate(laid.names) if (laid.groups == g).any()]
    for name, group in [*groups, (whole, None)]:
        within = laid.groups == group if group is not None else np.ones(len(values), dtype=bool)
        known = within & np.isfinite(cells.residuals)
        mass = cells.cell_weight.sum(axis=1) if group is None else cells.cell_weight[:, group]
        contrast = of_all(cells) if group is None else np.eye(4)[group]
        found = estimate(cells, contrast, level=level) if known.any() else None
        gap = within & ~np.isfinite(values)
        rows.append(
            {
                "indicator": measure.name,
                "cohort": name,
                "mean": found.difference if found else None,
                "low": found.low if found else None,
                "high": found.high if found else None,
                "median": float(np.median(values[known])) if known.any() else None,
                "areas": int(known.sum()),
                "missing": int((gap & ~held).sum()),
                "suppressed": int((gap & held).sum()),
                "weight": float(mass.sum()),
                "weighed": weighed,
                "clusters": int((mass > 0).sum()),
                "effective_clusters": float(mass.sum() ** 2 / (mass**2).sum()) if mass.any() else None,
            }
        )
    return rows


def alike(
    name: str,
    laid: Laid,
    cells: Cells,
    spots: tuple[FloatArray, FloatArray] | None,
    graphs: dict[bytes, Neighbours],
) -> dict[str, Any]:
    """Return how alike areas of a cluster, and neighbours, are in what the cohorts leave unexplained.

    `graphs` keeps the neighbours for the next indicator with the same areas.
    """
    moran = Moran(float("nan"), float("nan"))
    if spots is not None:
        use = np.isfinite(cells.residuals) & np.isfinite(spots[0]) & np.isfinite(spots[1])
        if int(use.sum()) > _NEIGHBOURS:
            key = np.packbits(use).tobytes()
            if key not in graphs:
                graphs[key] = nearest(spots[0][use], spots[1][use], k=_NEIGHBOURS)
            moran = morans_i(cells.residuals[use], graphs[key])
    alike = similarity(cells.residuals, laid.clusters)
    return {"indicator": name, "similarity": alike, "moran_i": moran.i, "moran_z": moran.z}


def with_verdicts(rows: list[dict[str, Any]], raised: FloatArray, level: float) -> list[dict[str, Any]]:
    """Return the rows with corrected p-values (`raised`), a verdict, the way it goes and a sentence."""
    done = []
    for row, adjusted in zip(rows, raised, strict=True):
        # The bootstrap may take a clear difference back, never make one.
        sure = adjusted < 1 - level and not row.get("p_bootstrap", np.nan) >= 1 - level
        verdict = row.get("verdict") or (CLEAR if sure else CANNOT_TELL)
        numbers = {name: row.get(name, float("nan")) for name in ("difference", "low", "high")}
        sentence = difference_sentence(
            row["title"],
            unit=row["unit"],
            label=row["label"],
            other=row["comparison"],
            ours=row.get("left_behind", float("nan")),
            theirs=row.get("other", float("nan")),
            verdict=verdict,
            higher_is=row["higher_is"],
            level=level,
            reason=row["reason"] if verdict in (NOT_COMPARED, NO_FIGURES) else "",
            **numbers,
        )
        goes = way(numbers["difference"], row["higher_is"])
        known = {name: row.get(name) for name in COLUMNS}
        done.append({**known, "p_adjusted": float(adjusted), "verdict": verdict, "way": goes, "sentence": sentence})
    return done


_TEXT = ("indicator", "title", "theme", "unit", "higher_is", "comparison")
_NUMBERS = (
    "left_behind", "other", "difference", "low", "high", "standard_error", "df", "p_value", "p_adjusted", "p_bootstrap",
    "standard_error_cr1", "standard_error_naive", "p_naive", "inflation",
)  # fmt: skip
COLUMNS: dict[str, Any] = {
    **dict.fromkeys(_TEXT, pl.String),
    **dict.fromkeys(_NUMBERS, pl.Float64),
    **dict.fromkeys(("verdict", "way", "reason", "sentence"), pl.String),
}
COHORT_COLUMNS: dict[str, Any] = {
    **dict.fromkeys(("indicator", "cohort"), pl.String),
    **dict.fromkeys(("mean", "low", "high", "median"), pl.Float64),
    **dict.fromkeys(("areas", "missing", "suppressed"), pl.Int64),
    "weight": pl.Float64,
    "weighed": pl.String,
    "clusters": pl.Int64,
    "effective_clusters": pl.Float64,
}
LIKENESS_COLUMNS: dict[str, Any] = {
    "indicator": pl.String, "similarity": pl.Float64, "moran_i": pl.Float64, "moran_z": pl.Float64
}  # fmt: skip
