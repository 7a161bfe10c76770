"""Is it changing? Editions of one figure side by side where they may be compared, else the reason why not."""

from __future__ import annotations

from typing import Any

import polars as pl

from homeground.understand.profiling.figures import Measure
from homeground.understand.profiling.saying import change_sentence

__all__ = ["OVER_TIME", "changes", "over_time"]

#: The columns of a profile that `over_time` looks at.
OVER_TIME = ("indicator", "series", "edition", "value", "state")


def over_time(table: pl.DataFrame, measures: tuple[Measure, ...]) -> pl.DataFrame:
    """Return every edition of every series with a figure for the place.

    Parameters
    ----------
    table : polars.DataFrame
        ``indicator``, ``series``, ``edition``, ``value``, ``state``: all editions.

    Returns
    -------
    polars.DataFrame
        ``indicator`` (the newest edition's), ``edition``, ``value``, ``comparable`` with the newest, ``reason``.
    """
    by_id = {measure.id: measure for measure in measures}
    series: dict[str, list[dict[str, Any]]] = {}
    known = table.filter((pl.col("series") != "") & (pl.col("state") == "known"))
    for row in known.select("series", "edition", "indicator", "value").iter_rows(named=True):
        series.setdefault(row["series"], []).append(row)
    rows = []
    for group in series.values():
        if len(group) < 2:
            continue
        editions = sorted(group, key=lambda row: str(row["edition"]))
        newest = by_id[editions[-1]["indicator"]]
        refused = dict(newest.breaks)
        for row in editions:
            reason = refused.get(row["edition"], "")
            told = {"indicator": newest.id, "edition": row["edition"], "value": row["value"]}
            rows.append(told | {"comparable": not reason, "reason": reason})
    schema = {"indicator": pl.String, "edition": pl.String, "value": pl.Float64}
    schema |= {"comparable": pl.Boolean, "reason": pl.String}
    return pl.DataFrame(rows, schema=schema)


def changes(newest: pl.DataFrame, history: pl.DataFrame, measures: tuple[Measure, ...]) -> pl.DataFrame:
    """Return ``indicator``, ``change_sentence`` and ``no_trend_because``: one of the last two is ''."""
    by_id = {measure.id: measure for measure in measures}
    editions: dict[str, list[dict[str, Any]]] = {}
    for row in history.iter_rows(named=True):
        editions.setdefault(row["indicator"], []).append(row)
    rows = []
    for row in newest.select("indicator", "value").iter_rows(named=True):
        measure = by_id[row["indicator"]]
        before = [other for other in editions.get(measure.id, ()) if other["edition"] != measure.edition]
        fit = [other for other in before if other["comparable"]]
        said, refused = "", ""
        if row["value"] is not None and fit:
            last = fit[-1]
            said = change_sentence(measure, last["value"], last["edition"], row["value"])
        elif before:
            last = before[-1]
            refused = f"The figure of {last['edition']} cannot be set beside this one: {last['reason']}."
        elif row["value"] is not None:
            refused = "There is only one edition of this figure."
        rows.append({"indicator": measure.id, "change_sentence": said, "no_trend_because": refused})
    schema = {"indicator": pl.String, "change_sentence": pl.String, "no_trend_because": pl.String}
    return pl.DataFrame(rows, schema=schema)
