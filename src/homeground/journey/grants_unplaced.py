"""What can be said of grants when nobody says which areas to look at: by the codes that the funders gave."""

from __future__ import annotations

import polars as pl

from homeground.areas import kind_of

__all__ = ["by_code", "by_nobody"]

_SERIES = ("recipient", "best", "low", "high")


def by_code(ledger: pl.DataFrame, locations: pl.DataFrame) -> pl.DataFrame:
    """Return what each area code that stands in the files was given, without people and without moving anything.

    Parameters
    ----------
    ledger : polars.DataFrame
        ``award``, ``counts_pence``.
    locations : polars.DataFrame
        ``award``, ``role``, ``geo_code``.

    Returns
    -------
    polars.DataFrame
        ``area_code``, ``boundary_kind`` (by the form of the code, '' where it has none), ``best_gbp``, ``best_grants``:
        a grant for several areas is shared equally. ``recipient_gbp`` and ``recipient_grants`` are by the code of the
        recipient's own place, null where no file gives one. A last row without a code has what names no area.
    """
    parts = []
    for prefix, role in (("best", "beneficiary"), ("recipient", "recipient")):
        named = locations.filter((pl.col("role") == role) & pl.col("geo_code").is_not_null())
        named = named.select("award", area_code="geo_code").unique(maintain_order=True)
        shared = ledger.filter(pl.col("counts_pence") > 0).join(named, on="award", how="left")
        one = 1.0 / pl.len().over("award")
        told = shared.select("area_code", gbp=pl.col("counts_pence") / 100 * one, grants=one)
        parts.append(
            told.group_by("area_code").agg(
                pl.col("gbp").sum().round(2).alias(f"{prefix}_gbp"), pl.col("grants").sum().alias(f"{prefix}_grants")
            )
        )
        if not named.height:  # nobody says where recipients are: that is not the same as nothing
            parts[-1] = parts[-1].filter(pl.col("area_code").is_not_null())
    joined = parts[0].join(parts[1], on="area_code", how="full", coalesce=True, nulls_equal=True)
    kinds = [kind_of(code) or "" if code else "" for code in joined["area_code"].to_list()]
    made = joined.with_columns(boundary_kind=pl.Series(kinds, dtype=pl.String)).sort("area_code", nulls_last=True)
    return made.select(
        "area_code", "boundary_kind", "recipient_gbp", "recipient_grants", "best_gbp", "best_grants"
    )  # fmt: skip


def by_nobody(ledger: pl.DataFrame, by_area: pl.DataFrame) -> pl.DataFrame:
    """Return all grants together in the shape of the table of cohorts: nobody said which places to compare.

    Parameters
    ----------
    ledger : polars.DataFrame
        ``counts_pence``.
    by_area : polars.DataFrame
        As `by_code` gives it: what names a place is in the series 'best' and 'low', everything in 'high'.
    """
    counted = ledger.filter(pl.col("counts_pence") > 0)
    placed = by_area.filter(pl.col("area_code").is_not_null())
    told = bool(placed["recipient_gbp"].count())
    money = [placed["recipient_gbp"].sum() if told else None, *[placed["best_gbp"].sum()] * 2]
    number = [placed["recipient_grants"].sum() if told else None, *[placed["best_grants"].sum()] * 2]
    rows = len(_SERIES)
    return pl.DataFrame(
        {
            "cohort": ["all grants"] * rows,
            "series": _SERIES,
            "areas": pl.Series([None] * rows, dtype=pl.Int64),
            "population": pl.Series([None] * rows, dtype=pl.Float64),
            "gbp": [*money, float(counted["counts_pence"].sum()) / 100],
            "gbp_per_head": pl.Series([None] * rows, dtype=pl.Float64),
            "grants": [*number, float(counted.height)],
            "grants_per_10000": pl.Series([None] * rows, dtype=pl.Float64),
        }
    )
