"""Opening a file of what people said: a table with a column of text, or a plain text with a note on each line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from homeground.errors import BadSpecification, BadTable, MissingColumns
from homeground.provenance import Note
from homeground.sources.cells import pick
from homeground.sources.readers import read
from homeground.tables import listed

__all__ = ["Said", "open_said"]

_LIKELY = ("text", "note", "notes", "comment", "comments", "said", "answer", "response", "words")
_LARGEST = 200_000_000  # bytes of a plain text


@dataclass(frozen=True)
class Said:
    """What people said, as it stands in a file.

    Attributes
    ----------
    notes : polars.DataFrame
        ``note`` (the row, from 0: of a table without its headings, of a plain text the line) and ``text``; null where
        there is none.
    table : polars.DataFrame
        The whole table, as text.
    column : str
        The heading of the text.
    told : tuple of Note
        What was odd about the file.
    """

    notes: pl.DataFrame
    table: pl.DataFrame
    column: str
    told: tuple[Note, ...]


def open_said(path: Path, column: str | None = None) -> Said:
    """Return what people said.

    Parameters
    ----------
    path : Path
        CSV, TSV, XLSX or Parquet with a column of text; or ``.txt`` with a note on each line.
    column : str, optional
        The heading of the text; needed unless it is called text, note, comment, answer or the like.

    Raises
    ------
    MissingColumns, BadSpecification, BadTable
        If the column is not there, cannot be guessed, or holds no text.
    """
    path = Path(path)
    if path.suffix.lower() == ".txt":
        table, column = _lines(path), "text"
        told: tuple[Note, ...] = ()
    else:
        reading = read(path, infer=False, narrow=True)
        table, told = reading.table, reading.notes
        column = _column(table, column, path)
    text = table[column].cast(pl.String, strict=False)
    if text.is_null().all() or not text.drop_nulls().str.contains(r"\p{L}").any():
        raise BadTable(
            "no cell of this column holds words",
            file=path,
            column=column,
            remedy="Name the column that holds what was said.",
        )
    notes = pl.DataFrame({"note": pl.int_range(table.height, eager=True), "text": text})
    return Said(notes, table.with_columns(text.alias(column)), column, tuple(told))


def _column(table: pl.DataFrame, wanted: str | None, path: Path) -> str:
    if wanted is not None:
        return table.columns[pick(table.columns, [wanted], path)[0]]
    likely = [name for name in table.columns if name.strip().lower() in _LIKELY]
    if len(likely) == 1:
        return likely[0]
    if not table.columns:
        raise MissingColumns("the table has no columns", file=path)
    raise BadSpecification(
        f"which column holds what was said? There are {listed([repr(name) for name in table.columns], most=8)}",
        file=path, remedy="Name it with --text-column.",
    )  # fmt: skip


def _lines(path: Path) -> pl.DataFrame:
    if path.stat().st_size > _LARGEST:
        raise BadTable("this text is over 200 MB", file=path, remedy="Cut it into parts.")
    data = path.read_bytes()
    if b"\0" in data:
        raise BadTable("this is no plain text", file=path, remedy="Save it as UTF-8 text, or as CSV with a heading.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    return pl.DataFrame({"text": [line.strip() or None for line in text.splitlines()]}, schema={"text": pl.String})
