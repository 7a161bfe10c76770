"""Carry a ranking from the areas it was published for to the areas the list is about.

Three ways, each for its purpose. *Keep the rank* when areas were only renumbered, split or merged (LSOA 2011 to
2021): a rank among 32,844 stays a rank among 32,844. *Mean score* when larger areas are wanted and the index has a
score worth averaging (LSOA to ward). *Mean exponential* when larger areas are wanted and the extremes are to weigh
most (LSOA to MSOA, or to neighbourhoods drawn by hand): a few streets in deep need are not averaged away by a
comfortable majority.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from homeground import stats
from homeground.areas import convert
from homeground.errors import BadSpecification, UnknownArea
from homeground.provenance import Note
from homeground.tables import check_areas, listed, require_columns

__all__ = ["Carried", "CarriedBy", "carry"]

CarriedBy = Literal["keep-rank", "mean-score", "mean-exponential"]


@dataclass(frozen=True)
class Carried:
    """A ranking of other areas, and what it took to get there.

    Attributes
    ----------
    table : polars.DataFrame
        ``area_code``, ``rank`` (1 is the most need) and, where means were taken, ``score`` (higher is more need).
    n : int
        How many areas the ranking ranks: what a share of it is a share of.
    uncovered : tuple of str
        Areas that should have a rank and to which nothing leads.
    beyond : tuple of str
        Areas that the lookup leads to and that were not asked for. They take no part in the ranking.
    unmatched : tuple of str
        Old areas that the lookup does not have.
    notes : tuple of Note
    """

    table: pl.DataFrame
    n: int
    uncovered: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def carry(
    table: pl.DataFrame,
    lookup: pl.DataFrame,
    *,
    by: CarriedBy,
    n: int | None = None,
    weights: pl.DataFrame | None = None,
    targets: pl.Series | None = None,
    unmatched: Literal["refuse", "report"] = "refuse",
    of: str = "areas",
) -> Carried:
    """Return a ranking carried to other areas through a lookup.

    Parameters
    ----------
    table : polars.DataFrame
        ``area_code`` and ``rank`` (1 is the most need) or ``score`` (higher is more need), as `by` asks.
    lookup : polars.DataFrame
        ``from_code``, ``to_code``: one row per pair; many-to-many is understood.
    by : {'keep-rank', 'mean-score', 'mean-exponential'}
        ``keep-rank``: every new area has the rank of the old one it comes from; where it comes from several, the mean
        of their ranks, weighted by people, to the nearest whole rank (halves go to the better rank, the larger
        number). ``mean-score``: mean score weighted by people, then ranked among the new areas. ``mean-exponential``:
        the same with each old rank on the exponential 0-100 scale.
    n : int, optional
        How many areas the old ranking ranks; the ranks at hand when left out.
    weights : polars.DataFrame, optional
        ``area_code`` (old areas) and ``people``. Without it old areas count equally.
    targets : polars.Series, optional
        The new areas that are wanted. Ranks are among these, and those that nothing leads to are listed.
    unmatched : {'refuse', 'report'}
        What to do with old areas that the lookup lacks.
    of : str
        What the areas are called in messages ("wards").

    Returns
    -------
    Carried

    Raises
    ------
    UnknownArea
        If the lookup lacks old areas and `unmatched` is 'refuse'.
    MissingColumns, DuplicateAreas, BadSpecification
        If the table is not what `by` needs.

    Examples
    --------
    >>> old = pl.DataFrame({"area_code": ["a", "b", "c"], "rank": [1, 2, 3]})
    >>> lookup = pl.DataFrame({"from_code": ["a", "b", "c"], "to_code": ["W", "W", "V"]})
    >>> carry(old, lookup, by="mean-exponential").table.select("area_code", "rank").rows()
    [('V', 2), ('W', 1)]
    >>> carry(old, lookup, by="keep-rank").table.rows()
    [('V', 3), ('W', 2)]
    """
    check_areas(table)
    require_columns(lookup, ["from_code", "to_code"])
    require_columns(table, ["score" if by == "mean-score" else "rank"])
    pairs = lookup.select("from_code", "to_code").drop_nulls().unique(maintain_order=True)
    strangers = tuple(table.join(pairs, left_on="area_code", right_on="from_code", how="anti")["area_code"].to_list())
    if strangers and unmatched == "refuse":
        raise UnknownArea(
            f"{len(strangers):,} of {table.height:,} areas are not in the lookup (first: {strangers[0]})",
            remedy="Use the lookup of the same boundary year.",
        )
    people, notes = _with_people(table, weights)
    if by == "keep-rank":
        n = int(table["rank"].count()) if n is None else n
        moved, more = _keep_rank(people, pairs, of)
    else:
        moved = _mean(people, pairs, by, n, targets)
        n, more = moved.height if targets is None else len(targets), []
    uncovered, beyond = _compare(moved, targets)
    if targets is not None:
        moved = moved.filter(~pl.col("area_code").is_in(list(beyond)))
    return Carried(moved, n, uncovered, beyond, strangers, (*notes, *more))


def _with_people(table: pl.DataFrame, weights: pl.DataFrame | None) -> tuple[pl.DataFrame, list[Note]]:
    if weights is None:
        return table.with_columns(people=pl.lit(1.0)), []
    check_areas(weights)
    require_columns(weights, ["people"])
    joined = table.join(weights.select("area_code", "people"), on="area_code", how="left", maintain_order="left")
    unknown = joined.filter(pl.col("people").is_null())["area_code"].to_list()
    if len(unknown) == joined.height:
        raise BadSpecification(
            "the figures for people are of other areas than the ranking",
            remedy="Give people by the areas, and of the boundary year, of the ranking.",
        )
    notes = []
    if unknown:
        text = (
            f"For {len(unknown):,} areas no number of people is known; they do not count in means: {listed(unknown)}."
        )
        notes.append(Note(text, areas=tuple(unknown), kind="missing"))
    return joined.with_columns(pl.col("people").fill_null(0.0)), notes


def _keep_rank(table: pl.DataFrame, pairs: pl.DataFrame, of: str) -> tuple[pl.DataFrame, list[Note]]:
    joined = table.join(pairs, left_on="area_code", right_on="from_code").filter(pl.col("rank").is_not_null())
    weight = pl.col("people") / pl.len().over("area_code")
    mean = (pl.col("rank") * pl.col("_w")).sum() / pl.col("_w").sum()
    plain = pl.col("rank").cast(pl.Float64).mean()
    moved = (
        joined.with_columns(_w=weight.cast(pl.Float64), _parts=pl.len().over("area_code"))
        .group_by("to_code")
        .agg(
            _old=pl.len(),
            _split=(pl.col("_parts") > 1).any(),
            _only=pl.col("rank").first().cast(pl.Float64),
            _mean=pl.when(pl.col("_w").sum() > 0).then(mean).otherwise(plain),
        )
        .sort("to_code")
    )
    whole = (pl.col("_mean") + 0.5).floor()
    moved = moved.with_columns(rank=pl.when(pl.col("_old") == 1).then("_only").otherwise(whole))
    notes = []
    merged = moved.filter(pl.col("_old") > 1)["to_code"].to_list()
    split = moved.filter((pl.col("_old") == 1) & pl.col("_split"))["to_code"].to_list()
    if merged:
        text = (
            f"{len(merged):,} {of} come from several older ones and have the mean of their ranks, weighted by people."
        )
        notes.append(Note(text, areas=tuple(merged), kind="estimated"))
    if split:
        text = f"{len(split):,} {of} are parts of an older one that was split, and have its rank."
        notes.append(Note(text, areas=tuple(split), kind="estimated"))
    return moved.select(area_code="to_code", rank=_whole_if_whole(moved["rank"])), notes


def _mean(
    table: pl.DataFrame, pairs: pl.DataFrame, by: CarriedBy, n: int | None, targets: pl.Series | None
) -> pl.DataFrame:
    if by == "mean-exponential":
        ranks = table["rank"].cast(pl.Float64).to_numpy()
        size = int(np.isfinite(ranks).sum()) if n is None else n
        if np.nanmax(ranks, initial=0.0) > size:
            raise BadSpecification(
                f"there is a rank of {np.nanmax(ranks):g}, but {size:,} areas are ranked",
                remedy="Say how many areas the ranking has: n = …",
            )
        table = table.with_columns(score=pl.Series(stats.exponential_of_rank(ranks, size), nan_to_null=True))
    moved = convert(
        table.select("area_code", "score", "people"), pairs, means=("score",), weight="people", unmatched="report"
    )
    means = moved.table.select("area_code", "score").filter(pl.col("score").is_not_null())
    wanted = means if targets is None else means.filter(pl.col("area_code").is_in(targets.to_list()))
    ranked = wanted.with_columns(rank=_whole_if_whole(pl.Series(stats.rank(wanted["score"].to_numpy()))))
    # Areas that nobody asked for keep their score and have no rank, so that they can be told.
    return means.join(ranked.select("area_code", "rank"), on="area_code", how="left").select(
        "area_code", "rank", "score"
    )


def _compare(moved: pl.DataFrame, targets: pl.Series | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if targets is None:
        return (), ()
    reached = moved["area_code"]
    uncovered = targets.filter(~targets.is_in(reached.to_list()))
    beyond = reached.filter(~reached.is_in(targets.to_list()))
    return tuple(uncovered.to_list()), tuple(beyond.to_list())


def _whole_if_whole(ranks: pl.Series) -> pl.Series:
    known = ranks.drop_nulls()
    return ranks if (known != known.floor()).any() else ranks.cast(pl.Int64)
