"""Text tables: comma, semicolon, tab or bar between the cells; UTF-8, UTF-16 or Windows-1252; plain or gzipped."""

from __future__ import annotations

import codecs
import contextlib
import csv
import gzip
import io
import itertools
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

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

__all__ = ["Beginning", "begin", "read_delimited"]

_HEAD_BYTES = 1 << 18
_CHUNK = 1 << 22
# Text above this is refused: it would not fit beside its table in the memory of a small server.
_MOST_TEXT = 1 << 30
_MOST_UNPACKED = 1 << 29
_SEPARATORS = ",;\t|"
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True)
class Beginning:
    """How a text table starts.

    Attributes
    ----------
    names : list of str
        Headings, as they stand (without blanks around them).
    separator : str
    lines : int
        Lines of text up to and with the headings.
    row : int
        The row of the headings as a spreadsheet counts it.
    """

    names: list[str]
    separator: str
    lines: int
    row: int
    encoding: str = "utf-8"
    odd_line_ends: bool = False
    first: list[str] = field(default_factory=list)


def begin(path: Path) -> Beginning:
    """Return the headings of a text table and where its rows start, reading only the beginning of the file."""
    with _translated(path), _opened(path) as file:
        head = file.read(_HEAD_BYTES)
    whole = len(head) < _HEAD_BYTES
    if not head.strip(b"\0\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise BadTable("the file is empty", remedy="Download or export it again.", file=path)
    encoding = _UTF16.get(head[:2], "utf-8")
    if encoding == "utf-8" and b"\0" in head:
        at = head.index(b"\0")
        if at > head.find(b"\n") >= 0 and head.isascii():  # a table, but for some signs
            line = head[:at].count(b"\n") + 1
            raise BadTable("a sign that is no text (NUL) stands here", file=path, row=line, remedy=_NO_NUL)
        raise BadTable("the file is not text, nor any other kind of table that is read here", file=path, remedy=_KINDS)
    if not whole:  # the last line may be cut in two
        head = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1] or head
    text = _mixed(head) if encoding == "utf-8" else head.decode(encoding, errors="replace")
    text = text.lstrip("\ufeff")
    odd = "\n" not in text and "\r" in text
    return _first_rows(text.replace("\r", "\n") if odd else text, path, encoding, odd=odd)


_NO_NUL = "Take it out, or export the file again as CSV."
_KINDS = "Kinds that are read: CSV, Parquet, XLSX, GeoPackage, GeoJSON, zipped Shapefile."


def _first_rows(text: str, path: Path, encoding: str, *, odd: bool) -> Beginning:
    best: tuple[tuple[bool, bool, int, int], Beginning] | None = None
    for separator in _SEPARATORS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        rows, ends = [], []
        with contextlib.suppress(csv.Error):  # with the wrong separator a line may well make no sense
            for row in itertools.islice(reader, 25):
                rows.append([cell.strip() for cell in row])
                ends.append(reader.line_num)
        if not rows:
            continue
        at = heading_row(rows)
        width, below = len(rows[at]), [row for row in rows[at:] if row]
        alike = sum(1 for row in below if len(row) == width) / len(below)
        # The right separator gives rows of one width, from as near the top as can be, and as wide as can be.
        merit = (width > 1, alike >= 0.9, -at, width)
        if best is None or merit > best[0]:
            first = rows[at + 1] if at + 1 < len(rows) else []
            best = merit, Beginning(rows[at], separator, ends[at], at + 1, encoding, odd, first)
    if best is None:
        raise BadTable("the first line is not a row of headings", remedy="Check that this is a CSV file.", file=path)
    return best[1]


def read_delimited(path: Path, columns: Sequence[str] | None, *, infer: bool) -> Reading:
    """Return the table in a text file; see `readers.read`."""
    start = begin(path)
    names = check_headings(start.names, path, row=start.row, wanted=columns, first=start.first)
    if not names:
        raise BadTable("the first line is not a row of headings", remedy="Check that this is a CSV file.", file=path)
    chosen = pick(names, columns, path)
    content, notes = _content(path, start)
    # The last column comes along: an empty cell in it may be a row that was cut short.
    read = sorted({*chosen, len(names) - 1})
    table = _quick(content, start, read)
    if table is None or table[:, -1].null_count():
        table = _careful(content, start, len(start.names), read, path)
    table = table.select([str(index) for index in chosen]).rename({str(index): names[index] for index in chosen})
    table, blank = without_blank_tail(table)
    if blank:
        notes.append(Note(f"{blank:,} blank rows at the end of {path.name} were left out.", kind="info"))
    if start.separator == ";":
        _refuse_commas(table, path, start.row + 1)
    table = without_nameless(table) if columns is None else table
    return Reading(typed(table) if infer else table, start.row + 1, tuple(notes))


def _quick(content: Path | bytes, start: Beginning, read: list[int]) -> pl.DataFrame | None:
    try:
        table = pl.read_csv(
            content,
            has_header=False,
            skip_lines=start.lines,
            separator=start.separator,
            schema={f"column_{index + 1}": pl.String for index in range(len(start.names))},
            infer_schema=False,
            columns=read,
            raise_if_empty=False,
        )
    except pl.exceptions.PolarsError:
        return None  # ragged rows or odd quotes: the careful reader copes, or says where
    return table.select(pl.all().replace("", None)).rename({f"column_{index + 1}": str(index) for index in read})


def _careful(content: Path | bytes, start: Beginning, width: int, read: list[int], path: Path) -> pl.DataFrame:
    """Read cell by cell: slower, but it knows the row of every fault."""
    _check_quotes(content, start, path)
    cells: list[list[str | None]] = [[] for _ in read]
    with _translated(path), _lines(content, start) as lines:
        for row, record in enumerate(csv.reader(lines, delimiter=start.separator), start=start.row + 1):
            if len(record) != width and record and not _only_blanks_more(record, width):
                raise BadTable(
                    f"the row has {len(record):,} cells where the headings have {width:,}",
                    remedy="A cell that holds the separator needs quotes around it; an empty cell needs its separator.",
                    file=path,
                    row=row,
                )
            for place, index in enumerate(read):
                cells[place].append((record[index] or None) if record else None)
    return pl.DataFrame(
        {str(index): pl.Series(values, dtype=pl.String) for index, values in zip(read, cells, strict=True)}
    )


@contextlib.contextmanager
def _lines(content: Path | bytes, start: Beginning) -> Iterator[Iterator[str]]:
    file = content.open("rb") if isinstance(content, Path) else io.BytesIO(content)
    with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        yield itertools.islice(text, start.lines, None)


def _only_blanks_more(record: list[str], width: int) -> bool:
    return len(record) > width and not any(cell.strip() for cell in record[width:])


def _check_quotes(content: Path | bytes, start: Beginning, path: Path) -> None:
    row = start.row
    with _lines(content, start) as lines:
        try:
            for _ in csv.reader(lines, delimiter=start.separator, strict=True):
                row += 1
        except csv.Error as error:  # other odd quotes are read as spreadsheets read them
            if "unexpected end" in str(error) or "field larger" in str(error):
                raise BadTable(
                    "a quotation mark is opened here and never closed",
                    remedy="Close it, or take it out.",
                    file=path,
                    row=row + 1,
                ) from None


def _refuse_commas(table: pl.DataFrame, path: Path, first_row: int) -> None:
    """Refuse numbers such as 0,45: with semicolons between cells a comma may be a decimal point or mark thousands."""
    for name in table.columns:
        odd = table[name].str.contains(r"^\s*-?\d+,\d+\s*$").arg_true()
        if len(odd):
            raise BadTable(
                f"'{table[name][int(odd[0])]}' has a comma: a decimal point, or thousands?",
                remedy="Save the file with a point in decimals and nothing between thousands.",
                file=path,
                row=int(odd[0]) + first_row,
                column=name,
            )


def _content(path: Path, start: Beginning) -> tuple[Path | bytes, list[Note]]:
    """Return what to parse, as UTF-8: the file itself where that will do."""
    packed = _is_gzip(path)
    size = path.stat().st_size
    if not packed and size > _MOST_TEXT:
        raise BadTable(
            f"the file holds {shown_size(size)} of text; tables up to {shown_size(_MOST_TEXT)} are read",
            remedy="Keep the columns and rows you need, or save it as Parquet.",
            file=path,
        )
    if not packed and start.encoding == "utf-8" and not start.odd_line_ends and _is_utf8(path):
        return path, []
    with _translated(path):
        data = _unpacked(path)
    if start.encoding != "utf-8":
        text = data.decode(start.encoding, errors="replace").lstrip("\ufeff")
        return (text.replace("\r", "\n") if start.odd_line_ends else text).encode(), []
    data, notes = _as_utf8(data, path)
    return (data.replace(b"\r", b"\n") if start.odd_line_ends else data), notes


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with _translated(path), path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _as_utf8(data: bytes, path: Path) -> tuple[bytes, list[Note]]:
    """Return `data` as UTF-8: lines that are not are read as Windows-1252, which Excel still writes."""
    with contextlib.suppress(UnicodeDecodeError):
        data.decode("utf-8")
        return data, []
    lines, odd = data.split(b"\n"), []
    for index, line in enumerate(lines):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            odd.append(index + 1)
            try:
                lines[index] = line.decode("cp1252").encode()
            except UnicodeDecodeError as error:
                raise BadTable(
                    f"the byte 0x{line[error.start]:02x} is neither UTF-8 nor Windows-1252",
                    remedy="Save the file as 'CSV UTF-8', or download it again.",
                    file=path,
                    row=index + 1,
                ) from None
    told = f"{len(odd):,} rows of {path.name} are" if len(odd) > 1 else f"1 row of {path.name} is"
    which = listed([f"row {row}" for row in odd])
    return b"\n".join(lines), [Note(f"{told} not UTF-8 ({which}); read as Windows-1252.", kind="assumed")]


def _mixed(head: bytes) -> str:
    return b"\n".join(
        line if _decodes(line) else line.decode("cp1252", errors="replace").encode() for line in head.split(b"\n")
    ).decode("utf-8", errors="replace")


def _decodes(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if _is_gzip(path):
        with gzip.open(path) as packed:
            yield packed  # type: ignore[misc]  # a GzipFile reads as any binary file does
    else:
        with path.open("rb") as file:
            yield file


def _unpacked(path: Path) -> bytes:
    whole = io.BytesIO()
    with _opened(path) as file:
        while chunk := file.read(_CHUNK):
            if whole.tell() + len(chunk) > _MOST_UNPACKED:
                raise BadTable(
                    f"the file unpacks to more than {shown_size(_MOST_UNPACKED)} of text",
                    remedy="Unpack it yourself and check what it is; keep the columns you need, or save it as Parquet.",
                    file=path,
                )
            whole.write(chunk)
    return whole.getvalue()


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except EOFError:
        raise BadTable(
            "the gzip file ends too early", remedy="Download it again: it is not whole.", file=path
        ) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise BadTable(f"the gzip file is damaged ({error})", remedy="Download it again.", file=path) from None
    except csv.Error as error:
        what = re.sub(r"\s*\(.*", "", str(error))
        raise BadTable(f"the rows cannot be told apart ({what})", remedy="Check its quotes.", file=path) from None
    except OSError as error:
        raise BadTable(f"the file cannot be read ({error.strerror or error})", remedy=_LOOK, file=path) from None


_LOOK = "Check that it exists and that you may read it."
