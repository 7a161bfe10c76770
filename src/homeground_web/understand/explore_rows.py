"""The explorer's answer: areas that fit what is asked, in order, and the five steps a map is coloured by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl

from homeground_web.understand import analysis
from homeground_web.understand.explore_asked import PER_PAGE, Asked

__all__ = ["COLUMNS", "FADED", "UNKNOWN", "Answer", "answer", "breaks_of", "steps_text"]

COLUMNS = ("area_code", "area_name", "authority_code", "authority_name", "people")
STEPS = 5
UNKNOWN, FADED = "x", "-"
_BY = {"name": "area_name", "council": "authority_name", "people": "people", "sure": "probability"}


@dataclass(frozen=True)
class Answer:
    """What fits.

    Attributes
    ----------
    table : polars.DataFrame
        All areas that fit, in order: `COLUMNS`, ``group``, ``probability``, then the figure under its id, with
        ``__low``, ``__high``, ``__rank`` and ``__state``.
    whole : polars.DataFrame
        All areas of the kind, in the order of their codes.
    page, pages : int
    """

    table: pl.DataFrame
    whole: pl.DataFrame
    page: int
    pages: int

    @property
    def shown(self) -> pl.DataFrame:
        """The rows of the page."""
        return self.table.slice((self.page - 1) * PER_PAGE, PER_PAGE)


def answer(figures: Path, standing: Path | None, asked: Asked) -> Answer:
    """Return the areas that fit what is asked.

    Parameters
    ----------
    figures : Path
        Of a table as `Everywhere.table` makes it; only the columns that are needed are read.
    standing : Path or None
        Of a table with ``area_code``, ``group`` and ``probability``.
    asked : Asked
        A page beyond the last gives the last. Level values are put in the order of their codes.
    """
    whole = _whole(figures, standing, asked.figure)
    table = whole.filter(_fits(asked))
    by = _BY.get(asked.sort, asked.figure)
    key = pl.col(by).str.to_lowercase() if table.schema[by] == pl.String else pl.col(by)
    table = table.sort([key, "area_code"], descending=[asked.order == "down", False], nulls_last=True)
    pages = max(1, math.ceil(table.height / PER_PAGE))
    return Answer(table, whole, min(asked.page, pages), pages)


@lru_cache(maxsize=16)  # what is stored never changes
def _whole(figures: Path, standing: Path | None, figure: str) -> pl.DataFrame:
    columns = [*COLUMNS, figure, *(f"{figure}__{part}" for part in ("low", "high", "rank", "state"))]
    table = analysis.columns_at(figures, tuple(columns))
    if standing is None:
        nothing = {"group": pl.lit(None, dtype=pl.String), "probability": pl.lit(None, dtype=pl.Float64)}
        known = table.select("area_code", **nothing)
    else:
        known = analysis.columns_at(standing, ("area_code", "group", "probability"))
    joined = table.join(known, on="area_code", how="left", maintain_order="left").sort("area_code")
    return joined.select(*COLUMNS, "group", "probability", *columns[len(COLUMNS) :])


def _fits(asked: Asked) -> pl.Expr:
    fits = pl.lit(value=True)
    if asked.council:
        fits &= pl.col("authority_code") == asked.council
    if asked.group != "everywhere":
        fits &= pl.col("group") == asked.group
    for column, least, most in (
        (asked.figure, asked.least, asked.most),
        ("people", asked.people_least, asked.people_most),
        ("probability", None if asked.sure is None else asked.sure / 100, None),
    ):
        if least is not None:
            fits &= pl.col(column).fill_null(-math.inf) >= least
        if most is not None:
            fits &= pl.col(column).fill_null(math.inf) <= most
    return fits


def breaks_of(values: pl.Series) -> tuple[float, ...]:
    """Return the limits of five steps with about as many areas in each: least, four between, most; () when none.

    Examples
    --------
    >>> breaks_of(pl.Series([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]))
    (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
    """
    known = values.drop_nulls().to_numpy()
    if not len(known):
        return ()
    return tuple(float(value) for value in np.quantile(known, np.linspace(0, 1, STEPS + 1)))


def steps_text(found: Answer, figure: str, breaks: Sequence[float]) -> str:
    """Return a letter for each area in the order of codes: 1 to 5, 'x' without a figure, '-' when it does not fit.

    A value on a limit belongs to the step above it.
    """
    values = found.whole[figure].to_numpy()
    between = np.asarray(breaks[1:-1])
    letters = np.char.add("", (np.searchsorted(between, np.nan_to_num(values), side="right") + 1).astype("U1"))
    letters[~np.isfinite(values)] = UNKNOWN
    letters[~found.whole["area_code"].is_in(found.table["area_code"].implode()).to_numpy()] = FADED
    return "".join(letters.tolist())
