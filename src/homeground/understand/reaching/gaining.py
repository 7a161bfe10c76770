"""Who gains from a choice of sites: before and after, site by site and group by group."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.words import clean

__all__ = ["by_group", "by_site", "sentences"]

FloatArray = NDArray[np.float64]
_EDGE = 1 + 1e-12


def by_site(
    candidates: pl.DataFrame,
    chosen: list[int],
    ways: NDArray[np.floating],
    before: FloatArray,
    served: NDArray[np.int64],
    people: FloatArray,
    within: float,
) -> pl.DataFrame:
    """Return the chosen sites, the one that newly brings most people within reach first.

    Each person is counted at one site, so that the column adds up to all who gain. Ties go to the first.
    """
    missing = before > within * _EDGE
    left = list(chosen)
    rows = []
    while left:
        gains = [float(people[missing & (ways[at] <= within * _EDGE)].sum()) for at in left]
        at = left.pop(int(np.argmax(gains)))
        missing = missing & ~(ways[at] <= within * _EDGE)
        rows.append((at, max(gains), float(people[served == at].sum())))
    order = [at for at, _, _ in rows]
    kept = [name for name in ("site", "site_name", "easting", "northing", "cost_gbp") if name in candidates.columns]
    table = candidates.select(kept)[order]
    return table.select(
        pl.Series("order", np.arange(1, len(order) + 1)),
        pl.all(),
        pl.Series("people_gained", [gain for _, gain, _ in rows], dtype=pl.Float64),
        pl.Series("people_nearest", [near for _, _, near in rows], dtype=pl.Float64),
    )


def sentences(table: pl.DataFrame, within: float) -> list[str]:
    """Return a sentence for each chosen site.

    Examples
    --------
    >>> sentences(pl.DataFrame({"site": ["Mill Lane"], "people_gained": [3100.0], "people_nearest": [5000.0]}), 1.0)
    ['A place at Mill Lane would bring 3,100 people within 1 km.']
    """
    told = []
    for row in table.iter_rows(named=True):
        name = clean(row.get("site_name") or row["site"], most=60)
        gained, near = row["people_gained"], row["people_nearest"]
        if gained > 0:
            told.append(f"A place at {name} would bring {gained:,.0f} people within {within:g} km.")
        elif near > 0:
            told.append(
                f"A place at {name} would be the nearest for {near:,.0f} people, none of them newly within reach."
            )
        else:
            told.append(f"A place at {name} would bring nobody nearer.")
    return told


def by_group(areas: pl.DataFrame, within: float) -> pl.DataFrame:
    """Return what changes for everybody and for each cohort.

    Examples
    --------
    >>> areas = pl.DataFrame({"population": [10.0], "before_km": [3.0], "after_km": [0.5]})
    >>> by_group(areas, 1.0).select("people_within_before", "people_within_after", "mean_km_after").row(0)
    (0.0, 10.0, 0.5)
    """
    groups = [("everywhere", areas)]
    if "cohort" in areas.columns and areas["cohort"].null_count() < areas.height:
        names = areas["cohort"].drop_nulls().unique().sort().to_list()
        groups += [(str(name), areas.filter(pl.col("cohort") == name)) for name in names]
    rows = []
    for name, table in groups:
        people = table["population"].to_numpy()
        row: dict[str, object] = {"group": name, "areas": table.height, "people": float(people.sum())}
        for when in ("before", "after"):
            way = table[f"{when}_km"].cast(pl.Float64).fill_null(np.inf).to_numpy()
            known = np.isfinite(way[people > 0]).all() and people.sum() > 0
            there = np.where(people > 0, way, 0.0)
            row[f"people_within_{when}"] = float(people[way <= within * _EDGE].sum())
            row[f"mean_km_{when}"] = float((people * there).sum() / people.sum()) if known else None
            row[f"longest_km_{when}"] = float(there.max()) if known else None
        rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)
