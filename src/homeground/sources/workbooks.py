"""Workbooks (XLSX): headings from the beginning of each sheet, tables through calamine, and a guard against bombs."""

from __future__ import annotations

import logging
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree as ET

import polars as pl

from homeground.errors import BadTable
from homeground.provenance import Note
from homeground.sources.cells import (
    Reading,
    check_headings,
    heading_row,
    pick,
    shown_size,
    typed,
    without_blank_tail,
    without_nameless,
)
from homeground.tables import listed

__all__ = ["check_unpacked", "read_workbook", "sheets"]

_MOST_UNPACKED = 300 << 20
_MOST_CELLS = 30_000_000
_HEAD_ROWS = 25
_MOST_STRINGS = 100_000
_CHUNK = 1 << 22
# A cell reference with a column past ZZ or a row past 99,999: calamine fills everything in between.
_FAR = re.compile(rb'r="([A-Z]{3}|[A-Z]{1,2}(?=\d{6}))(\d{1,7})"')
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ET.ParseError,
    KeyError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)
_ALWAYS_READ = ("xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_AGAIN = "Download it again, or save it again as XLSX."


def sheets(path: Path, *, only: str | None = None, fewest: int = 2) -> list[tuple[str, list[str], int]]:
    """Return ``(sheet, headings, row of the headings)`` for each sheet that holds a table of at least `fewest` columns.

    Only the first rows are unpacked, so that a large workbook costs no more than a small one.
    """
    found = []
    try:
        with zipfile.ZipFile(path) as book:
            wanted = [(name, part, _first_cells(book, part)) for name, part in _parts(book) if only in (None, name)]
            texts = _shared(book, {cell for _, _, rows in wanted for row in rows for kind, cell in row if kind == "s"})
    except _BROKEN as error:
        raise BadTable(f"the workbook is damaged ({error})", remedy=_AGAIN, file=path) from None
    for name, _, rows in wanted:
        cells = [[texts.get(cell, "") if kind == "s" else cell for kind, cell in row] for row in rows]
        cells = [[cell.strip() for cell in row] for row in cells]
        if sum(1 for row in cells if any(row)) > 1 and max((sum(map(bool, row)) for row in cells), default=0) >= fewest:
            at = heading_row(cells)
            found.append((name, cells[at], at + 1))
    return found


def read_workbook(
    path: Path, layer: str | None, columns: Sequence[str] | None, *, infer: bool, narrow: bool = False
) -> Reading:
    """Return one sheet of a workbook; see `readers.read`."""
    import fastexcel  # slow to load, and needed by workbooks alone

    known = sheets(path, only=layer) or (sheets(path, only=layer, fewest=1) if narrow else [])
    if layer is not None and not known:
        others = listed([name for name, _, _ in sheets(path)], most=12)
        raise BadTable(f"there is no table on a sheet '{layer}'", remedy=f"Sheets with tables: {others}.", file=path)
    if not known:
        raise BadTable(
            "no sheet of the workbook holds a table", remedy="Check that this is the file you meant.", file=path
        )
    if layer is None and len(known) > 1:
        raise BadTable(
            f"the workbook has {len(known)} sheets with tables: {listed([name for name, _, _ in known], most=12)}",
            remedy="Say which one to use, or save that sheet as CSV.",
            file=path,
        )
    name, raw, row = known[0]
    errors = _guard(path, name)
    names = check_headings(raw, path, row=row, wanted=columns)
    chosen = pick(names, columns, path)
    try:
        table = _load(fastexcel.read_excel(path), name, row, chosen)
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        raise BadTable(f"the sheet '{name}' cannot be read ({_short(error)})", remedy=_AGAIN, file=path) from None
    table = table.select(pl.col(str(place)).alias(names[place]) for place in chosen)
    table, _ = without_blank_tail(table.with_columns(pl.selectors.string().replace("", None)))
    notes = []
    if errors:
        which = f"{errors:,} cells" if errors > 1 else "1 cell"
        text = f"{which} of the sheet '{name}' of {path.name} with an error such as #N/A: read as missing."
        notes.append(Note(text, kind="missing"))
    table = without_nameless(table) if columns is None else table
    return Reading(typed(table) if infer else table, row + 1, tuple(notes))


def _load(book: Any, name: str, row: int, places: Sequence[int]) -> pl.DataFrame:
    """Return the rows below `row`; columns are called by their place in the sheet, counted from 0."""

    def wanted(column: Any) -> bool:
        return column.absolute_index in places

    # An empty column has no type to tell: calamine's warning about it would reach people.
    logging.getLogger("fastexcel").setLevel(logging.ERROR)
    sheet = book.load_sheet(name, header_row=None, skip_rows=row, schema_sample_rows=None, use_columns=wanted)
    found = {column.absolute_index: position for position, column in enumerate(sheet.selected_columns)}
    table = sheet.to_polars()
    cells = {place: table.to_series(found[place]) for place in places if place in found}
    # Numbers among text come as text cut to nine decimals: fetch those once more as numbers.
    cut = [place for place, series in cells.items() if series.dtype == pl.String and _cut(series).any()]
    if cut:
        kinds = dict.fromkeys(cut, "float")
        again = book.load_sheet(name, header_row=None, skip_rows=row, dtypes=kinds, use_columns=wanted).to_polars()
        for place in cut:
            whole = again.to_series(found[place]).cast(pl.String)
            cells[place] = pl.select(pl.when(_cut(cells[place])).then(whole).otherwise(cells[place])).to_series()
    empty = pl.Series([None] * table.height, dtype=pl.String)
    return pl.DataFrame({str(place): _whole(cells.get(place, empty)) for place in places})


def _cut(series: pl.Series) -> pl.Series:
    return series.str.contains(r"\.\d{9}$").fill_null(value=False)


def _whole(series: pl.Series) -> pl.Series:
    """Return numbers without fractions as whole numbers: a workbook knows no difference."""
    if series.dtype == pl.Null:
        return series.cast(pl.String)
    if series.dtype != pl.Float64:
        return series
    known = series.drop_nulls()
    fits = (known == known.round(0)) & (known.abs() < 2**53)
    return series.cast(pl.Int64) if len(known) and fits.all() else series


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:200]


def _parts(book: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet and where it lies in the archive."""
    relations = {entry.get("Id"): entry.get("Target", "") for entry in _tree(book, "xl/_rels/workbook.xml.rels")}
    for entry in _tree(book, "xl/workbook.xml").iter():
        if entry.tag.endswith("}sheet"):
            link = next((value for key, value in entry.attrib.items() if key.endswith("}id")), None)
            target = relations.get(link, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if "worksheets/" in part and part in book.namelist():
                yield entry.get("name", ""), part


def _tree(book: zipfile.ZipFile, part: str) -> ET.Element:
    with book.open(part) as file:
        elements = list(_elements(file, 4 << 20))
    if not elements:
        raise ET.ParseError(f"{part} is empty")
    return elements[-1]


def _elements(file: IO[bytes], most: int) -> Iterator[ET.Element]:
    """Yield the elements of at most so many bytes, each when it ends: an archive may claim anything."""
    parser: Any = ET.XMLPullParser(events=("end",))
    while most > 0 and (data := file.read(min(1 << 16, most))):
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:  # entities can grow without bounds; workbooks have none
            raise ET.ParseError("it defines entities")
        most -= len(data)
        parser.feed(data)
        for _, element in parser.read_events():
            yield element


def _first_cells(book: zipfile.ZipFile, part: str) -> list[list[tuple[str, str]]]:
    """Return ``(kind, text)`` for the cells of the first rows; kind 's' is a number in the list of shared texts."""
    rows: list[list[tuple[str, str]]] = []
    with book.open(part) as file:
        for element in _elements(file, 8 << 20):
            tag = element.tag.rpartition("}")[2]
            if tag != "row":
                continue
            number = int(element.get("r") or len(rows) + 1)
            if number > _HEAD_ROWS:
                break
            rows.extend([] for _ in range(number - len(rows) - 1))
            rows.append(_cells(element))
            element.clear()
            if len(rows) >= _HEAD_ROWS:
                break
    return rows


def _cells(row: ET.Element) -> list[tuple[str, str]]:
    cells: list[tuple[str, str]] = []
    for cell in row:
        if not cell.tag.endswith("}c"):
            continue
        place = _column(cell.get("r")) if cell.get("r") else len(cells)
        if place > 16_383:
            break
        cells.extend(("", "") for _ in range(place - len(cells)))
        kind = cell.get("t") or ""
        if kind == "inlineStr":
            text = "".join(part.text or "" for part in cell.iter() if part.tag.endswith("}t"))
        else:
            text = next((part.text or "" for part in cell if part.tag.endswith("}v")), "")
        cells.append(("s" if kind == "s" else "", text))
    return cells


def _column(reference: str | None) -> int:
    place = 0
    for letter in (reference or "").rstrip("0123456789"):
        place = place * 26 + ord(letter) - 64
    return max(place - 1, 0)


def _shared(book: zipfile.ZipFile, wanted: set[str]) -> dict[str, str]:
    """Return the shared texts that are wanted, reading no further than the last of them."""
    numbers = {int(number) for number in wanted if number.isdigit()}
    if not numbers or "xl/sharedStrings.xml" not in book.namelist():
        return {}
    last, texts, count = max(numbers), {}, 0
    with book.open("xl/sharedStrings.xml") as file:
        for element in _elements(file, 64 << 20):
            if not element.tag.endswith("}si"):
                continue
            if count in numbers:
                texts[str(count)] = "".join(part.text or "" for part in element.iter() if part.tag.endswith("}t"))
            element.clear()
            count += 1
            if count > min(last, _MOST_STRINGS):
                break
    return texts


def check_unpacked(path: Path) -> None:
    """Refuse a workbook whose first sheet unpacks to more than memory holds, however small the file looks.

    Raises
    ------
    BadTable
        If it does, if a cell stands far off, or if the workbook is damaged.
    """
    try:
        with zipfile.ZipFile(path) as book:
            first = next((name for name, _ in _parts(book)), None)
    except _BROKEN as error:
        raise BadTable(f"the workbook is damaged ({error})", remedy=_AGAIN, file=path) from None
    if first is not None:
        _guard(path, first)


def _guard(path: Path, name: str) -> int:
    """Refuse a workbook that unpacks to more than memory holds, however small it looks; count its cells with errors."""
    unpacked, errors, furthest = 0, 0, (0, 0)
    try:
        with zipfile.ZipFile(path) as book:
            part = dict(_parts(book))[name]
            for inside in (part, *_ALWAYS_READ):
                for chunk in _chunks(book, inside):
                    unpacked += len(chunk)
                    if unpacked > _MOST_UNPACKED:
                        raise BadTable(
                            f"the workbook unpacks to more than {shown_size(_MOST_UNPACKED)}",
                            remedy="Keep the sheet and columns you need, or save them as CSV.",
                            file=path,
                        )
                    if inside == part:
                        furthest = _furthest(chunk, furthest)
                        errors += chunk.count(b' t="e"')
    except _BROKEN as error:
        raise BadTable(f"the workbook is damaged ({error})", remedy=_AGAIN, file=path) from None
    if furthest[0] * furthest[1] > _MOST_CELLS:
        raise BadTable(
            f"a cell of the sheet '{name}' stands far off ({furthest[1]:,} rows by {furthest[0]:,} columns)",
            remedy="Delete it, or save the sheet as CSV.",
            file=path,
        )
    return errors


def _chunks(book: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield a part in pieces, none of which ends within a tag of usual length."""
    if part not in book.namelist():
        return
    with book.open(part) as file:
        rest = b""
        while chunk := file.read(_CHUNK):
            piece, cut, rest = (rest + chunk).rpartition(b">")
            if not cut or len(rest) > _CHUNK:
                piece, rest = rest, b""
            yield piece + cut
        yield rest


def _furthest(data: bytes, so_far: tuple[int, int]) -> tuple[int, int]:
    columns, rows = so_far
    for match in _FAR.finditer(data):
        columns = max(columns, _column(match[1].decode()) + 1, 1)
        rows = max(rows, int(match[2]))
    return columns, rows
