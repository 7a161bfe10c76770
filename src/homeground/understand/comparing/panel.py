"""A panel of ranks made ready: national percentiles, and the areas that can be followed from edition to edition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from homeground.areas import convert
from homeground.errors import BadSpecification, BadTable, DuplicateAreas
from homeground.tables import listed, require_columns

__all__ = ["Followed", "follow", "percentiles"]


@dataclass(frozen=True)
class Followed:
    """Areas followed over editions.

    Attributes
    ----------
    table : polars.DataFrame
        ``area_code, edition, domain, percentile``, for areas of the list that have the overall index in every edition.
    editions : tuple of str
        Those followed, in order.
    areas, lost : int
        How many areas of the list can be followed, and how many cannot.
    unchanged : tuple of str
        The codes that can be followed without a lookup.
    """

    table: pl.DataFrame
    editions: tuple[str, ...]
    areas: int
    lost: int
    unchanged: tuple[str, ...]


def percentiles(panel: pl.DataFrame) -> pl.DataFrame:
    """Return a panel with national percentiles: ``100 (rank - 1) / (n - 1)``, 0 for the most deprived of n areas.

    Raises
    ------
    DuplicateAreas
        If an area stands twice in one edition and domain.

    Examples
    --------
    >>> ranks = {"edition": [2019] * 3, "vintage": [2011] * 3, "area_code": ["a", "b", "c"], "domain": ["imd"] * 3}
    >>> percentiles(pl.DataFrame({**ranks, "rank": [3, 1, 2]}))["percentile"].to_list()
    [100.0, 0.0, 50.0]
    """
    require_columns(panel, ["edition", "vintage", "area_code", "domain", "rank"])
    made = panel.filter(pl.col("rank").is_not_null()).select(
        pl.col("edition", "vintage", "area_code", "domain").cast(pl.String), pl.col("rank").cast(pl.Float64)
    )
    again = made.select("edition", "domain", "area_code").is_duplicated()
    if again.any():
        first = made.filter(again).row(0, named=True)
        raise DuplicateAreas(
            f"{first['area_code']} stands more than once in the edition {first['edition']}, domain {first['domain']} "
            f"({int(again.sum()):,} such rows)",
            remedy="Keep one row for each area, edition and domain.",
        )
    n = pl.len().over("edition", "domain")
    return made.with_columns(percentile=100.0 * (pl.col("rank") - 1) / (n - 1), ranked=n)


def follow(
    panel: pl.DataFrame,
    codes: pl.Series,
    *,
    domain: str,
    editions: Sequence[str] | None,
    lookups: Mapping[str, pl.DataFrame],
) -> Followed:
    """Return the areas of a list that can be followed through the editions.

    Without lookups these are the areas that kept their code: a code is never given again to another area, so the same
    code is the same place. With a lookup from each older boundary year, the others are carried to the areas of the
    list: a part of a split area has its percentile, a merged area the mean of its parts.

    Parameters
    ----------
    panel : polars.DataFrame
        As from `percentiles`.
    codes : polars.Series
        The areas of the list.
    domain : str
        The overall index.
    editions : sequence of str, optional
        Those to follow; all that have the overall index when left out.
    lookups : mapping of str to polars.DataFrame
        Boundary year to ``from_code, to_code`` (areas of the list).
    """
    there = panel.filter(pl.col("domain") == domain)["edition"].unique().sort().to_list()
    if not there:
        known = panel["domain"].unique().sort().to_list()
        raise BadSpecification(f"the panel has no domain '{domain}'", remedy=f"It has: {listed(known, most=12)}.")
    wanted = there if editions is None else [str(edition) for edition in editions]
    unknown = [edition for edition in wanted if edition not in there]
    if unknown:
        raise BadSpecification(
            f"the panel has no edition {unknown[0]} of '{domain}'", remedy=f"It has: {listed(there, most=12)}."
        )
    panel = panel.filter(pl.col("edition").is_in(wanted))
    unchanged = _in_all(panel, codes, domain, len(wanted))
    if lookups:
        panel = _carried(panel, lookups)
    kept = _in_all(panel, codes, domain, len(wanted)) if lookups else unchanged
    if not len(kept):
        raise BadTable(
            "no area of the list is in every edition of the panel",
            remedy="List and panel must have boundaries of the same kind; lookups carry older ones.",
        )
    table = panel.filter(pl.col("area_code").is_in(kept.to_list())).select(
        "area_code", "edition", "domain", "percentile"
    )
    return Followed(table, tuple(wanted), len(kept), len(codes) - len(kept), tuple(unchanged.to_list()))


def _in_all(panel: pl.DataFrame, codes: pl.Series, domain: str, editions: int) -> pl.Series:
    """Return the areas of the list that have the overall index in all editions."""
    whole = panel.filter((pl.col("domain") == domain) & pl.col("area_code").is_in(codes.to_list()))
    return whole.group_by("area_code").agg(pl.col("edition").n_unique()).filter(edition=editions)["area_code"]


def _carried(panel: pl.DataFrame, lookups: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    parts = []
    for (edition, vintage, domain), part in panel.group_by("edition", "vintage", "domain", maintain_order=True):
        if str(vintage) not in lookups:
            parts.append(part.select("area_code", "edition", "domain", "percentile"))
            continue
        moved = convert(
            part.select("area_code", "percentile"), lookups[str(vintage)], means=("percentile",), unmatched="report"
        )
        parts.append(
            moved.table.select(
                "area_code",
                pl.lit(str(edition)).alias("edition"),
                pl.lit(str(domain)).alias("domain"),
                "percentile",
            )
        )
    return pl.concat(parts).filter(pl.col("percentile").is_not_null())
