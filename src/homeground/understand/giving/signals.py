"""Signals of capacity: how many funders an area has, and how much hangs on the largest."""

from __future__ import annotations

import polars as pl

from homeground.money import WHOLE
from homeground.understand.giving.series import steady_sum

__all__ = ["signals"]


def signals(made: pl.DataFrame, crosswalk: pl.DataFrame) -> pl.DataFrame:
    """Return ``area_code``, ``funders``, ``largest_share``, ``hhi`` by the best place known.

    ``largest_share`` is the share of the largest funder; ``hhi`` the sum of squared shares of funders, from nearly
    nought (many alike) to 1 (one alone): higher is more dependent. Only money known to be for the area, or of a
    recipient there, counts: money for a whole authority says nothing of who funds one of its areas.

    Parameters
    ----------
    made : polars.DataFrame
        As `homeground.understand.giving.series.events` returns it.
    crosswalk : polars.DataFrame
        ``code``, ``area_code``, ``parts``.
    """
    thin = made.select("placing", "method", "code", "funder", "pence")
    near = thin.filter((pl.col("placing") == "best") & pl.col("method").is_in(["A", "C", "D"]))
    sums = near.group_by("code", "funder").agg(pl.col("pence").sum())
    joined = sums.join(crosswalk, on="code").select(
        "area_code", "funder", pence=pl.col("pence") * (pl.col("parts") / WHOLE)
    )
    joined = joined.group_by("area_code", "funder").agg(steady_sum(pl.col("pence")))
    share = pl.col("pence") / steady_sum(pl.col("pence"))
    return (
        joined.filter(pl.col("pence") > 0)
        .group_by("area_code")
        .agg(funders=pl.len().cast(pl.Int64), largest_share=share.max(), hhi=steady_sum(share**2))
    )
