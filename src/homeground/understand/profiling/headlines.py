"""The three sentences that matter: the largest and surest differences, and at least one strength."""

from __future__ import annotations

import polars as pl

from homeground.words import clean

__all__ = ["headlines"]


def headlines(table: pl.DataFrame, *, most: int = 3) -> tuple[str, ...]:
    """Return up to `most` sentences about a place.

    The rule: only figures of the place itself that have a good and a bad way, and whose difference from England is not
    within their limits. Two of the worst standings, of different themes, then the best one as the strength (any
    standing in the better half); where there is no strength, the sentence says what is nearest to one.

    Parameters
    ----------
    table : polars.DataFrame
        As `homeground.understand.profile.Profile.table`, with ``sure``.
    """
    fit = table.filter(
        (pl.col("state") == "known")
        & (pl.col("higher_is") != "")
        & pl.col("percentile").is_not_null()
        & (pl.col("level_name") == "")
        & pl.col("sure").fill_null(value=True)
        & ~pl.col("unit").str.starts_with("(")
    ).with_columns(_far=(pl.col("percentile") - 50).abs())
    worst = fit.filter(pl.col("percentile") > 50).sort(["_far", "indicator"], descending=[True, False])
    best = fit.filter(pl.col("percentile") <= 50).sort(["_far", "indicator"], descending=[True, False])
    strength = best.head(1) if best.height else fit.sort(["percentile", "indicator"]).head(1)
    chosen: list[dict[str, object]] = []
    for row in worst.iter_rows(named=True):
        if len(chosen) < most - 1 and row["theme"] not in [other["theme"] for other in chosen]:
            chosen.append(row)
    for row in strength.iter_rows(named=True):
        if row["indicator"] not in [other["indicator"] for other in chosen]:
            chosen.append(row)
    for row in best.tail(-1).iter_rows(named=True):
        if len(chosen) < most and row["theme"] not in [other["theme"] for other in chosen]:
            chosen.append(row)
    return tuple(clean(row["sentence"]) for row in chosen[:most])
