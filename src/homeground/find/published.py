"""How near an index comes to a published one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from homeground.errors import BadTable
from homeground.tables import check_areas

__all__ = ["Check", "check"]


@dataclass(frozen=True)
class Check:
    """How near an index comes to a published one.

    Attributes
    ----------
    areas : int
        Areas in both.
    max_abs_error, mean_abs_error : float or None
        Of the score, over areas in both. None when scores were not compared.
    equal_ranks, equal_deciles : float or None
        Share (0 to 1) of areas in both with the same rank, the same decile.
    only_here, only_published : tuple of str
        Areas that only one of the two has.
    worst : polars.DataFrame
        The ten areas furthest apart: ``area_code, score, published_score, rank, published_rank``.
    """

    areas: int
    max_abs_error: float | None
    mean_abs_error: float | None
    equal_ranks: float | None
    equal_deciles: float | None
    only_here: tuple[str, ...]
    only_published: tuple[str, ...]
    worst: pl.DataFrame


def check(table: pl.DataFrame, published: pl.DataFrame) -> Check:
    """Compare an index with a published one, area by area.

    Parameters
    ----------
    table : polars.DataFrame
        ``area_code`` and any of ``score, rank, decile``.
    published : polars.DataFrame
        The same columns, as published. Columns that either lacks are not compared.

    Raises
    ------
    BadTable
        If the two have no area or no column in common.

    Examples
    --------
    >>> ours = pl.DataFrame({"area_code": ["a", "b"], "score": [1.0, 2.5], "rank": [2, 1]})
    >>> theirs = pl.DataFrame({"area_code": ["b", "a"], "score": [2.0, 1.0], "rank": [1, 2]})
    >>> found = check(ours, theirs)
    >>> found.max_abs_error, found.equal_ranks
    (0.5, 1.0)
    """
    for side in (table, published):
        check_areas(side)
    shared = [name for name in ("score", "rank", "decile") if name in table.columns and name in published.columns]
    if not shared:
        raise BadTable("there is nothing to compare", remedy="Both need a score, a rank or a decile.")
    right = published.select("area_code", *[pl.col(name).alias(f"published_{name}") for name in shared])
    both = table.select("area_code", *shared).join(right, on="area_code", how="inner")
    if both.height == 0:
        raise BadTable(
            "the two tables have no area in common",
            remedy="Compare the same edition and boundary year.",
        )
    error = None
    if "score" in shared:
        error = np.abs(both["score"].to_numpy() - both["published_score"].to_numpy())
        both = both.with_columns(_apart=pl.Series(error, nan_to_null=True))
    else:
        both = both.with_columns(_apart=(pl.col(shared[0]) - pl.col(f"published_{shared[0]}")).abs().cast(pl.Float64))
    worst = both.sort("_apart", descending=True, nulls_last=True).head(10).drop("_apart")
    return Check(
        areas=both.height,
        max_abs_error=None if error is None else float(np.nanmax(error)),
        mean_abs_error=None if error is None else float(np.nanmean(error)),
        equal_ranks=_share_equal(both, "rank") if "rank" in shared else None,
        equal_deciles=_share_equal(both, "decile") if "decile" in shared else None,
        only_here=tuple(table.join(published, on="area_code", how="anti")["area_code"].to_list()),
        only_published=tuple(published.join(table, on="area_code", how="anti")["area_code"].to_list()),
        worst=worst,
    )


def _share_equal(both: pl.DataFrame, name: str) -> float:
    return float(both[name].cast(pl.Float64).eq_missing(both[f"published_{name}"].cast(pl.Float64)).mean() or 0.0)  # type: ignore[arg-type]
