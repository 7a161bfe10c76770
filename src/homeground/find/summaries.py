"""Summaries of an index for larger areas: five ways to say how much need an authority holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from homeground import stats
from homeground.errors import BadValue
from homeground.provenance import Note
from homeground.stats import FloatArray, IntArray
from homeground.tables import numbers, require_columns

__all__ = ["Summaries", "summarise"]


_MEASURES = ("average_score", "average_rank", "proportion", "extent", "local_concentration")


@dataclass(frozen=True)
class Summaries:
    """An index summed up for larger areas.

    Attributes
    ----------
    table : polars.DataFrame
        One row per larger area, worst average score first: ``area_code``, ``area_name`` (where given), ``areas`` (how
        many),
        ``people``, then the five measures, each followed by its rank (1 is the most need):

        - ``average_score``: mean score, weighted by people;
        - ``average_rank``: mean of reversed ranks (n is the most need), weighted by people;
        - ``proportion``: share (0 to 1) of areas among the worst tenth nationally, not weighted;
        - ``extent``: share (0 to 1) of people in the worst three tenths, weighted 1 for percentiles 1 to 10, then .95
          at the
          11th falling evenly to .05 at the 30th;
        - ``local_concentration``: mean reversed rank of the worst areas that hold exactly a tenth of the people.
    notes : tuple of Note
        Areas left out because they have no score, no people or no larger area.
    """

    table: pl.DataFrame
    notes: tuple[Note, ...] = ()


def summarise(
    table: pl.DataFrame, larger_area: pl.Series, population: pl.Series, *, names: pl.Series | None = None
) -> Summaries:
    """Sum an index up for larger areas, as the Indices of Deprivation do for authorities.

    Parameters
    ----------
    table : polars.DataFrame
        An index: ``area_code, score, rank`` (rank 1 is the most need).
    larger_area : polars.Series
        The larger area of each row.
    population : polars.Series
        People in each area: the denominators of the edition itself.
    names : polars.Series, optional
        The name of the larger area of each row.

    Returns
    -------
    Summaries

    Raises
    ------
    BadValue
        If a number of people is below zero.

    Source
    ------
    MHCLG, English Indices of Deprivation 2019: technical report, section 3.8. Recomputed against File 10 of 2019:
    average score within .0006, proportion and extent within .00005.

    Examples
    --------
    >>> index = pl.DataFrame({"area_code": ["a", "b"], "score": [30.0, 10.0], "rank": [1, 2]})
    >>> summarise(index, pl.Series(["A", "A"]), pl.Series([100, 300])).table["average_score"].to_list()
    [15.0]
    """
    require_columns(table, ["area_code", "score", "rank"])
    people = numbers(population.rename("population").to_frame(), "population")
    below = np.flatnonzero(people < 0)
    if len(below):
        raise BadValue(
            f"{people[below[0]]:g} people: a population cannot be below zero",
            row=int(below[0]) + 2,
            column="population",
        )
    scores, ranks = numbers(table, "score"), numbers(table, "rank")
    known = np.isfinite(scores) & np.isfinite(people) & (people > 0) & larger_area.is_not_null().to_numpy()
    codes = larger_area.cast(pl.String).filter(pl.Series(known))
    order = codes.unique().sort()
    lookup = dict(zip(order.to_list(), range(len(order)), strict=True))
    groups = np.array([lookup[code] for code in codes.to_list()], dtype=np.int64)
    # n is over all ranked areas of the index, also those whose people are not known.
    n = int(np.isfinite(ranks).sum())
    measured = _measures(scores[known], ranks[known], people[known], groups, n)
    columns: dict[str, pl.Series] = {"area_code": order}
    if names is not None:
        named = pl.DataFrame({"code": codes, "name": names.cast(pl.String).filter(pl.Series(known))}).unique("code")
        columns["area_name"] = order.to_frame("code").join(named, on="code", how="left", maintain_order="left")["name"]
    columns["areas"] = pl.Series(np.bincount(groups, minlength=len(order)))
    columns["people"] = pl.Series(np.bincount(groups, weights=people[known], minlength=len(order)).astype(np.int64))
    for name in _MEASURES:
        columns[name] = pl.Series(measured[name])
        columns[f"{name}_rank"] = pl.Series(stats.rank(measured[name]).astype(np.int64))
    out = pl.DataFrame([series.alias(name) for name, series in columns.items()])
    notes = []
    if not known.all():
        left_out = tuple(table["area_code"].filter(pl.Series(~known)).to_list())
        text = f"{len(left_out):,} of {table.height:,} areas are left out: no score, no people or no larger area."
        notes.append(Note(text, areas=left_out, kind="missing"))
    return Summaries(out.sort("average_score_rank", "area_code"), tuple(notes))


def _measures(
    scores: FloatArray, ranks: FloatArray, people: FloatArray, groups: IntArray, n: int
) -> dict[str, FloatArray]:
    reversed_rank = n + 1.0 - ranks
    count = np.bincount(groups).astype(np.float64)
    return {
        "average_score": stats.group_mean(scores, groups, people),
        "average_rank": stats.group_mean(reversed_rank, groups, people),
        "proportion": np.bincount(groups, weights=stats.decile(ranks, n) == 1) / count,
        "extent": stats.group_mean(_extent_weight(ranks, n), groups, people),
        "local_concentration": _local_concentration(reversed_rank, people, groups),
    }


def _extent_weight(ranks: FloatArray, n: int) -> FloatArray:
    percentile = np.ceil(ranks * 100.0 / n - 1e-9)
    fading = 0.95 - (percentile - 11.0) * (0.90 / 19.0)
    return np.where(percentile <= 10, 1.0, np.where(percentile <= 30, fading, 0.0))


def _local_concentration(reversed_rank: FloatArray, people: FloatArray, groups: IntArray) -> FloatArray:
    order = np.lexsort((-reversed_rank, groups))
    g, r, p = groups[order], reversed_rank[order], people[order]
    total = np.bincount(g, weights=p)
    running = np.cumsum(p)
    before_group = np.concatenate([[0.0], np.cumsum(total)[:-1]])
    already = running - p - before_group[g]
    # How many of this area's people still fit into the worst tenth: all, some (the last one is split) or none.
    counted = np.clip(0.1 * total[g] - already, 0.0, p)
    return np.asarray(np.bincount(g, weights=r * counted) / np.bincount(g, weights=counted))
