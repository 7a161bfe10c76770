"""What all readers share: choosing the row of headings and the columns, and telling numbers from text."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from homeground.errors import BadTable
from homeground.provenance import Note
from homeground.sources.datasets import matching_key
from homeground.tables import listed, require_columns

__all__ = [
    "Reading",
    "check_headings",
    "heading_row",
    "pick",
    "shown_size",
    "typed",
    "without_blank_tail",
    "without_nameless",
]

_CODE = re.compile(r"^[EWSNK]\d{8}$")
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]\d+)?$"
_LEADING_ZERO = r"^[+-]?0\d"


@dataclass(frozen=True)
class Reading:
    """A table as it stands in a file.

    Attributes
    ----------
    table : polars.DataFrame
    first_row : int
        The row of the first area as a spreadsheet counts it: 2, or more where lines stand above the headings.
    notes : tuple of Note
    crs : str
        Coordinate system of ``geometry``, such as ``EPSG:4326``.
    """

    table: pl.DataFrame
    first_row: int = 2
    notes: tuple[Note, ...] = ()
    crs: str = ""


def heading_row(rows: Sequence[Sequence[str]]) -> int:
    """Return which of the first rows holds the headings: the first that is about as full as rows of the table are.

    Titles and notes above the headings fill one cell or two.

    Examples
    --------
    >>> heading_row([["Table 1: need", "", ""], ["", "", ""], ["code", "name", "need"], ["X1", "", "3"]])
    2

    One row that is wider than all others has a fault, and is no heading:

    >>> heading_row([["id", "said"], ["1", "a"], ["2", "b", "c", "d"], ["3", "e"], ["4", "f"]])
    0
    """
    filled = [sum(1 for cell in row if cell) for row in rows]
    there = [count for count in filled if count]
    common = statistics.mode(there) if there else 0
    if len(there) > 4 and common > 1 and sum(count > common for count in there) == 1:
        filled = [min(count, common) for count in filled]
    full = [count for count in filled if 2 * count > max(filled, default=0)]
    usual = statistics.median(full) if full else 0
    return next((at for at, count in enumerate(filled) if count and count >= 0.75 * usual), 0)


def check_headings(
    names: Sequence[str], file: Path, *, row: int, wanted: Sequence[str] | None = None, first: Sequence[str] = ()
) -> list[str]:
    """Return the headings, each once, blank ones named after their place.

    Raises
    ------
    BadTable
        If the row holds figures, or a heading stands twice among those wanted.
    """
    cleaned = [name.strip().lstrip("\ufeff") for name in names]
    while cleaned and not cleaned[-1] and not any(cell.strip() for cell in first[len(cleaned) - 1 :]):
        cleaned.pop()  # a spreadsheet often leaves separators at the end of every line
    if any(_CODE.match(name) for name in cleaned):
        code = next(name for name in cleaned if _CODE.match(name))
        raise BadTable(
            f"the area {code} stands where headings belong",
            remedy="Put a row of headings above the figures.",
            file=file,
            row=row,
        )
    named = [name or f"column {place}" for place, name in enumerate(cleaned, start=1)]
    wanted_keys = None if wanted is None else {matching_key(name) for name in wanted}
    seen: dict[str, int] = {}
    for place, name in enumerate(named, start=1):
        if name in seen and (wanted_keys is None or matching_key(name) in wanted_keys):
            raise BadTable(
                f"the heading '{name}' stands twice (columns {seen[name]} and {place})",
                remedy="Rename one of them, or take one out.",
                file=file,
                row=row,
                column=name,
            )
        if name in seen:
            named[place - 1] = f"{name} (column {place})"
        seen.setdefault(name, place)
    return named


def pick(names: Sequence[str], columns: Sequence[str] | None, file: Path) -> list[int]:
    """Return the places of the columns asked for: by exact heading, else by the same letters and digits."""
    if columns is None:
        return list(range(len(names)))
    exact = {name: place for place, name in enumerate(names)}
    loose: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        loose.setdefault(matching_key(name), []).append(place)
    places, missing = [], []
    for column in columns:
        near = loose.get(matching_key(column), [])
        if column in exact:
            places.append(exact[column])
        elif len(near) == 1:
            places.append(near[0])
        elif near:
            raise BadTable(
                f"{len(near)} headings could be '{column}': {listed([repr(names[place]) for place in near])}",
                remedy="Rename all but one.",
                file=file,
            )
        else:
            missing.append(column)
    if missing:
        require_columns(pl.DataFrame(schema=dict.fromkeys(dict.fromkeys(names), pl.String)), missing, file=file)
    return list(dict.fromkeys(places))


def typed(table: pl.DataFrame) -> pl.DataFrame:
    """Return `table` with columns of text that hold nothing but numbers as numbers, ``true`` and ``false`` as booleans.

    A column in which any number starts with a nought (``007``) stays text: it holds codes.

    Examples
    --------
    >>> typed(pl.DataFrame({"code": ["01", "2"], "need": ["1", "2.5"], "word": ["=1+1", "3"]})).dtypes
    [String, Float64, String]
    """
    return table.with_columns([_typed(table[name]) for name in table.columns if table[name].dtype == pl.String])


def _typed(series: pl.Series) -> pl.Series:
    text = series.str.strip_chars()
    known = text.drop_nulls()
    known = known.filter(known != "")
    if not len(known):
        return series
    if known.str.to_lowercase().is_in(["true", "false"]).all():
        return (text.str.to_lowercase() == "true").alias(series.name)
    if not known.str.contains(_NUMBER).all() or known.str.contains(_LEADING_ZERO).any():
        return series
    text = text.replace("", None)
    if known.str.contains(r"^[+-]?\d{1,18}$").all():
        return text.str.strip_prefix("+").cast(pl.Int64)
    return text.str.strip_prefix("+").cast(pl.Float64)


def without_blank_tail(table: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Return `table` without the rows at its end that hold nothing, and how many those were."""
    if not table.width or not table.height:
        return table, 0
    filled = table.select(
        pl.any_horizontal(
            pl.col(name).str.strip_chars().fill_null("") != "" if dtype == pl.String else pl.col(name).is_not_null()
            for name, dtype in table.schema.items()
        )
    ).to_series()
    last = filled.arg_true()
    keep = int(last[-1]) + 1 if len(last) else 0
    return table.head(keep), table.height - keep


def without_nameless(table: pl.DataFrame) -> pl.DataFrame:
    """Return `table` without columns that have neither a heading nor a cell."""
    empty = [
        name for name in table.columns if re.fullmatch(r"column \d+", name) and table[name].null_count() == table.height
    ]
    return table.drop(empty)


def shown_size(size: int) -> str:
    """Return a number of bytes in words.

    Examples
    --------
    >>> shown_size(3_500_000_000), shown_size(1 << 29)
    ('3.3 GB', '512 MB')
    """
    for unit, power in (("GB", 30), ("MB", 20), ("kB", 10)):
        if size >= 1 << power:
            return f"{size / (1 << power):.1f}".removesuffix(".0") + f" {unit}"
    return f"{size} bytes"
