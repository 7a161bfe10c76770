"""Opening a file as the data set it was recognised as: cells checked and typed by the catalogue, for rooms to take."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from homeground.areas import AreaKey, area_key, check_codes
from homeground.errors import BadTable, BadValue, DuplicateAreas, HomegroundError
from homeground.provenance import Note, Source
from homeground.sources import readers
from homeground.sources.cells import Reading
from homeground.sources.datasets import Column, Dataset, matching_key
from homeground.tables import check_areas, check_ranks, listed, numbers, require_columns

__all__ = ["Opened", "as_described", "checksum", "odd_names", "open_known"]

_EXACT = ("index", "indicators", "summary")
_WHOLE = ("rank", "decile", "count", "people")
_FLAGS = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}
# What UTF-8 looks like when it is read as another encoding: box drawings (code page 437), Ã©, â€™.
_MOJIBAKE = r"[\u{2500}-\u{257f}]|Ã[\u{80}-\u{bf}]|â€|\u{fffd}"


@dataclass(frozen=True)
class Opened:
    """A table that was read and checked.

    Attributes
    ----------
    table : polars.DataFrame
        Headings as in the catalogue. Codes and names are text; scores and values 64-bit floats; ranks, deciles, counts
        and people whole numbers (floats where the publisher gives halves); missing is null.
    dataset : Dataset or None
        None for a table that no catalogue file describes: then headings stay as they are.
    source : Source
        With the file's checksum.
    file : str
        The path as given, for messages.
    notes : tuple of Note
        What a reader must be told: odd encodings, rows without a figure, a duplicate file that was not used.
    crs : str
        Coordinate system of the column ``geometry``, such as ``EPSG:4326``; '' without geometry.
    """

    table: pl.DataFrame
    dataset: Dataset | None
    source: Source
    file: str
    notes: tuple[Note, ...] = ()
    crs: str = ""


def open_known(path: Path, known: Dataset, layer: str, columns: Sequence[str] | None) -> Opened:
    """Return the data set `known` from the file it was recognised in, checked against the catalogue.

    Parameters
    ----------
    path : Path
    known : Dataset
    layer : str
        Sheet or layer, '' where the file holds one table or all sheets are to be joined.
    columns : sequence of str or None
        Headings of the catalogue; all when None.

    Raises
    ------
    BadTable
        If it is damaged, cut short or wrong, naming file, row and column.
    """
    layers = readers.headings(path)
    if known.joined and not layer and len(layers) > 1:
        table, notes, crs = _joined(path, known, layers, columns)
    else:
        there = next((names for name, names in layers if name == layer), layers[0][1])
        headings, names = _wanted(known, there, columns, path)
        reading = readers.read(path, layer=layer or None, columns=headings, infer=False)
        (table, notes), crs = as_described(reading, known, names, str(path)), reading.crs
    source = Source(
        id=known.id,
        title=known.title,
        publisher=known.publisher,
        period=known.period,
        licence=known.licence,
        address=known.address,
        file=path.name,
        sha256=checksum(path),
    )
    return Opened(table, known, source, str(path), tuple(notes), crs)


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _wanted(
    known: Dataset, there: Sequence[str], columns: Sequence[str] | None, path: Path
) -> tuple[list[str], list[str]]:
    """Return the file's headings to read and the catalogue's names for them, the columns that name a row first."""
    by_key: dict[str, list[str]] = {}
    for heading in there:
        by_key.setdefault(matching_key(heading), []).append(heading)
    headings: dict[str, str] = {}
    for column in known.columns:
        if column.name in there:
            headings[column.name] = column.name
            continue
        keys = dict.fromkeys(matching_key(name) for name in (column.name, *column.aliases))
        near = [heading for key in keys for heading in by_key.get(key, [])]
        if len(set(near)) > 1 and (columns is None or column.name in columns):
            raise BadTable(
                f"{len(near)} headings could be '{column.name}': {listed([repr(heading) for heading in near])}",
                remedy="Rename all but one.",
                file=path,
            )
        if near:
            headings[column.name] = near[0]
    if columns is None:
        named = set(headings.values())
        others = {heading: heading for heading in there if heading not in named}
        return [*headings.values(), *others.values()], [*headings, *others]
    asked = dict.fromkeys([*known.keys, *([known.area_column] if known.area_column else [])])
    asked |= dict.fromkeys(known.column(name).name for name in columns)
    missing = [name for name in asked if name not in headings]
    if missing:
        require_columns(pl.DataFrame(schema=dict.fromkeys(dict.fromkeys(there), pl.String)), missing, file=path)
    return [headings[name] for name in asked], list(asked)


def _joined(
    path: Path, known: Dataset, layers: list[tuple[str, list[str]]], columns: Sequence[str] | None
) -> tuple[pl.DataFrame, list[Note], str]:
    """Return the sheets of a workbook side by side, each checked by itself, joined by area code."""
    code = known.area_column
    needed = None if columns is None else [known.column(name).name for name in columns]
    whole: pl.DataFrame | None = None
    notes: list[Note] = []
    for layer, there in layers:
        headings, here = _wanted(known, there, None, path)
        taken = () if whole is None else whole.columns
        wanted = {
            name: heading
            for name, heading in zip(here, headings, strict=True)
            if name == code or (name not in taken and (needed is None or name in needed))
        }
        if code not in wanted or (whole is not None and len(wanted) == 1):
            continue
        reading = readers.read(path, layer=layer, columns=list(wanted.values()), infer=False)
        part, told = as_described(reading, known, list(wanted), str(path))
        notes += told
        if whole is not None and set(part[code]) != set(whole[code]):
            raise BadTable(
                f"the sheet '{layer}' has other areas than the first sheet",
                remedy="Download the workbook again.",
                file=path,
            )
        whole = part if whole is None else whole.join(part, on=code, how="left", maintain_order="left")
    assert whole is not None  # the data set was recognised by its area code
    if needed is not None:
        require_columns(whole, needed, file=path)
        whole = whole.select(list(dict.fromkeys([code, *needed])))
    return whole, list(dict.fromkeys(notes)), ""


def as_described(
    reading: Reading, dataset: Dataset, names: Sequence[str], file: str
) -> tuple[pl.DataFrame, list[Note]]:
    """Return the table with the catalogue's headings and types, checked, and what a reader must be told.

    Parameters
    ----------
    reading : Reading
        Its columns stand in the order of `names`.
    names : sequence of str
        The catalogue's names of the columns that were read.

    Raises
    ------
    BadTable
        Naming file, row and column: wrong row count, text in numbers, codes that are blank, repeated, malformed or of
        another boundary year, ranks that do not run from 1 to n.
    """
    shift = reading.first_row - 2
    declared = {column.name: column for column in dataset.columns}
    table = reading.table.rename(dict(zip(reading.table.columns, names, strict=True)))
    try:
        table = table.with_columns(
            [_column(table, declared[name], dataset, file) for name in names if name in declared]
        )
        _check_keys(table, dataset, file)
        notes = _check_rows(table, dataset, file)
        for name in names:
            if name in declared:
                _check_column(table, declared[name], dataset, file)
    except HomegroundError as error:
        if not shift or error.row is None:
            raise
        raise type(error)(
            error.problem, remedy=error.remedy, file=error.file, row=error.row + shift, column=error.column
        ) from None
    return table, [*reading.notes, *notes, *odd_names(table, file, first_row=reading.first_row), *_gaps(table, dataset)]


def _column(table: pl.DataFrame, column: Column, dataset: Dataset, file: str) -> pl.Series:
    series = table[column.name]
    if column.holds in ("code", "name", "text", "date"):
        return series.cast(pl.String).str.strip_chars().replace("", None)
    if column.holds == "geometry":
        return series
    if column.holds == "flag":
        return _flag(series, dataset, file)
    values = pl.Series(column.name, numbers(table, column.name, missing_codes=dataset.missing_codes, file=file))
    values = values.fill_nan(None)
    if column.holds in _WHOLE and (values.is_null() | (values == values.round(0))).all():
        return values.cast(pl.Int64)
    return values


def _flag(series: pl.Series, dataset: Dataset, file: str) -> pl.Series:
    if series.dtype == pl.Boolean:
        return series
    text = series.cast(pl.String).str.strip_chars().str.to_lowercase()
    gap = text.is_null() | (text == "") | text.is_in(list(dataset.missing_codes))
    odd = (~gap & ~text.is_in(list(_FLAGS))).arg_true()
    if len(odd):
        raise BadValue(
            f"'{series[int(odd[0])]}' is neither true nor false",
            remedy="Write True or False, or leave the cell empty.",
            file=file,
            row=int(odd[0]) + 2,
            column=series.name,
        )
    return text.replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean).alias(series.name)


def _check_rows(table: pl.DataFrame, dataset: Dataset, file: str) -> list[Note]:
    """Refuse half a file; tell a small difference, or more areas, where publishers reissue a table now and then."""
    expected = [count for count in (dataset.rows, *dataset.other_rows) if count is not None]
    if not expected or table.height in expected:
        return []
    nearest = min(expected, key=lambda count: abs(count - table.height))
    if dataset.kind in _EXACT or table.height < 0.99 * nearest:
        fewer = "only " if table.height < nearest else ""
        raise BadTable(
            f"the file has {fewer}{table.height:,} rows where {dataset.id} has {nearest:,}",
            remedy="Download it again; if you cut it on purpose, give it a catalogue file of its own.",
            file=file,
        )
    text = f"{file} has {table.height:,} rows; {dataset.id} had {nearest:,} when it was described."
    return [Note(text, kind="info")]


def _check_keys(table: pl.DataFrame, dataset: Dataset, file: str) -> None:
    keys = [name for name in dataset.keys if name in table.columns]
    if len(keys) < len(dataset.keys) or not keys:
        return
    if len(keys) == 1:
        check_areas(table, keys[0], file=file)
        return
    for name in keys:
        blank = table[name].is_null().arg_true()
        if len(blank):
            raise BadValue(
                f"{len(blank):,} rows have nothing here" if len(blank) > 1 else "there is nothing here",
                remedy="Fill the cell, or delete the row.",
                file=file,
                row=int(blank[0]) + 2,
                column=name,
            )
    repeated = table.select(keys).is_duplicated() & ~table.select(pl.struct(keys).is_first_distinct()).to_series()
    again = repeated.arg_true()
    if len(again):
        row = table.row(int(again[0]), named=True)
        raise DuplicateAreas(
            f"{' and '.join(str(row[name]) for name in keys)} stand here a second time; {len(again):,} "
            f"{'rows repeat' if len(again) > 1 else 'row repeats'} another",
            remedy="Keep one row for each.",
            file=file,
            row=int(again[0]) + 2,
        )


def _check_column(table: pl.DataFrame, column: Column, dataset: Dataset, file: str) -> None:
    series = table[column.name]
    if column.holds == "code":
        _check_area_codes(series, column, dataset, file)
        return
    if column.holds == "rank" and dataset.kind == "index" and dataset.keys == (dataset.area_column,):
        ranks = series.cast(pl.Float64).to_numpy()
        if np.isfinite(ranks).any():
            check_ranks(ranks, column=column.name, tied=column.tied, missing_allowed=True, file=file)
    below, above = {"decile": (1, 10), "people": (0, None), "count": (0, None)}.get(column.holds, (None, None))
    if below is None:
        return
    outside = (series < below) if above is None else ((series < below) | (series > above))
    wrong = outside.fill_null(value=False).arg_true()
    if len(wrong):
        raise BadValue(
            f"{series[int(wrong[0])]} cannot be a {'number of people' if column.holds == 'people' else column.holds}"
            + (f" ({len(wrong):,} such cells)" if len(wrong) > 1 else ""),
            remedy="Correct the cell, or leave it empty if there is no figure.",
            file=file,
            row=int(wrong[0]) + 2,
            column=column.name,
        )


def _check_area_codes(series: pl.Series, column: Column, dataset: Dataset, file: str) -> None:
    if not dataset.official_codes:
        return
    if column.name == dataset.area_column:
        check_codes(series, AreaKey(dataset.area_kind, dataset.boundary_year), file=file)
        return
    said = area_key(column.name)
    # Lookups write a country where Wales has no region.
    if said is not None and said.kind != "region":
        check_codes(series.drop_nulls() if series.null_count() else series, said, file=file)


def odd_names(table: pl.DataFrame, file: str, *, first_row: int = 2) -> list[Note]:
    """Return a note on names that were encoded wrongly before they reached us; they are kept as they stand.

    Examples
    --------
    >>> odd_names(pl.DataFrame({"name": ["Leeds", "Llandyg├íi"]}), "wards.csv")[0].text
    "1 name in wards.csv looks mis-encoded ('Llandyg├íi', row 3); it is kept as it stands."
    """
    found: list[tuple[str, int]] = []
    for name, dtype in table.schema.items():
        if dtype == pl.String:
            places = table[name].str.contains(_MOJIBAKE).fill_null(value=False).arg_true()
            found += [(str(table[name][int(place)]), int(place) + first_row) for place in places]
    if not found:
        return []
    first, row = found[0]
    file = re.split(r"[\\/]", file)[-1]
    one = len(found) == 1
    return [
        Note(
            f"{len(found):,} {'name' if one else 'names'} in {file} {'looks' if one else 'look'} mis-encoded "
            f"('{first}', row {row}); {'it is' if one else 'they are'} kept as {'it stands' if one else 'they stand'}.",
            kind="info",
        )
    ]


def _gaps(table: pl.DataFrame, dataset: Dataset) -> list[Note]:
    """Tell where figures are missing: counted, not skipped."""
    figures = {
        column.name for column in dataset.columns if column.holds not in ("code", "name", "text", "date", "geometry")
    }
    gaps = [
        f"'{name}' for {table[name].null_count():,}"
        for name in table.columns
        if name in figures and table[name].null_count()
    ]
    if not gaps:
        return []
    return [Note(f"{dataset.id} has no figure in {listed(gaps, most=4)} of {table.height:,} rows.", kind="missing")]
