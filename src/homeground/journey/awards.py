"""Files of grants as one table of awards, and tables that are already summed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
import polars as pl

from homeground.areas import area_key
from homeground.errors import BadValue, HomegroundError
from homeground.provenance import Note, Source
from homeground.sources import readers
from homeground.sources.datasets import matching_key, recognise
from homeground.sources.folder import open_file
from homeground.tables import numbers

__all__ = ["Awards", "Summed", "read_awards", "read_summed", "summed_dataset"]

_KNOWN = "grants-360giving-2018"
# Headings of a table that is already summed, by what they hold.
_HEADINGS = {
    "year": ("year", "awardyear"),
    "funder": ("funder", "fundername", "fundingorgname"),
    "pounds": ("amountgbp", "gbp", "amount", "amountawarded"),
    "grants": ("grants", "numberofgrants", "count"),
}


@dataclass(frozen=True)
class Awards:
    """Awards of several files.

    Attributes
    ----------
    good : polars.DataFrame
        The awards that can be used.
    locations, problems, files : polars.DataFrame
    rows : int
        How many awards the files hold.
    sources : tuple of Source
    notes : tuple of Note
    totals : dict of str to str
        By currency, the exact amounts of all awards whose amount can be read, whether they can be used or not.
    """

    good: pl.DataFrame
    locations: pl.DataFrame
    problems: pl.DataFrame
    files: pl.DataFrame
    rows: int
    sources: tuple[Source, ...] = ()
    notes: tuple[Note, ...] = ()
    totals: dict[str, str] = field(default_factory=dict)

    PROBLEMS: ClassVar[dict[str, type[pl.DataType]]] = {
        "file": pl.String, "row": pl.Int64, "field": pl.String, "problem": pl.String, "remedy": pl.String,
        "kind": pl.String, "rule": pl.String,
    }  # fmt: skip


@dataclass(frozen=True)
class Summed:
    """A table that is already summed: ``code``, ``year``, ``funder``, ``pence``, ``grants``."""

    table: pl.DataFrame
    source: Source
    notes: tuple[Note, ...] = ()


def read_awards(files: Sequence[Path], *, mend: bool, today: dt.date) -> Awards:
    """Return the awards of 360Giving files: those that can be used, and what is wrong with the others."""
    from homeground.sources.giving import read_grants

    found = read_grants(list(files), on_problems="mend" if mend else "keep-good", today=today)
    totals = {currency: f"{amount:.2f}" for currency, amount in found.totals.items()}
    return Awards(
        found.awards, found.locations, found.problems, found.files, found.rows, found.sources, found.notes, totals
    )


def summed_dataset(path: Path) -> str | None:
    """Return what kind of summed table a file is, None when it is none.

    Its headings tell: an area code, a year, a funder, pounds and a number of grants, without an identifier of grants.
    """
    try:
        if readers.format_of(path) == "geojson":
            return None
        layers = readers.headings(path)
    except HomegroundError:
        return None  # the reader of awards says what is wrong with it
    if len(layers) != 1:
        return None
    headings = layers[0][1]
    known = recognise(headings)
    if known is not None and known.id == _KNOWN:
        return known.id
    has_code = any(name == "area_code" or area_key(name) is not None for name in headings)
    return "own" if has_code and all(_heading(headings, what) for what in _HEADINGS) else None


def _heading(headings: Sequence[str], what: str) -> str | None:
    return next((name for name in headings if matching_key(name) in _HEADINGS[what]), None)


def read_summed(path: Path) -> Summed:
    """Return a table that is already summed by area, year and funder, its pounds in pence.

    Raises
    ------
    BadValue
        If a year, an amount or a number of grants cannot be read, naming file, row and column.
    """
    opened = open_file(path)
    table, file = opened.table, opened.file
    if opened.dataset is not None and opened.dataset.id == _KNOWN:
        code, count = opened.dataset.area_column, "Identifier"
        year, funder, pounds = "Award Year", "Funding Org:Name", "Amount Awarded"
    else:
        headings = table.columns
        code = next(name for name in headings if name == "area_code" or area_key(name) is not None)
        year, funder, pounds, count = (str(_heading(headings, what)) for what in ("year", "funder", "pounds", "grants"))
    money = numbers(table, pounds, file=file)
    missing = int(np.isnan(money).sum())
    counts, years = numbers(table, count, file=file), numbers(table, year, file=file)
    for values, column in ((years, year), (counts, count)):
        wrong = (~((values >= 0) & (values == values.round()))).nonzero()[0]
        if len(wrong):
            row = int(wrong[0])
            raise BadValue(
                f"'{table[column][row]}' is not a whole number", remedy="Correct the cell.", file=file, row=row + 2,
                column=column,
            )  # fmt: skip
    if (money < 0).any():
        row = int((money < 0).nonzero()[0][0])
        raise BadValue(
            f"{money[row]:g} pounds", remedy="Sums are nought or more.", file=file, row=row + 2, column=pounds
        )
    made = pl.DataFrame(
        {
            "code": table[code].cast(pl.String).str.strip_chars(),
            "year": pl.Series(years).cast(pl.Int32),
            "funder": table[funder].cast(pl.String),
            "pence": pl.Series(money * 100).fill_nan(0.0).round(0).cast(pl.Int64),
            "grants": pl.Series(counts).cast(pl.Int64),
        }
    )
    notes = opened.notes
    if missing:
        notes = (*notes, Note(f"{missing:,} rows of {path.name} have no amount and count as nought.", kind="missing"))
    return Summed(made, opened.source, notes)
