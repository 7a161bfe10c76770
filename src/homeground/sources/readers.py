"""Reading tables: CSV, gzipped CSV, Parquet, GeoParquet, XLSX, GeoPackage, GeoJSON and zipped Shapefile.

What a file is shows in its first bytes, not in its name. Every fault of a file ends in one error that names the file,
the row as a spreadsheet counts it, the column and the remedy.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from homeground.errors import BadTable
from homeground.sources import delimited, geofiles, workbooks
from homeground.sources.cells import Reading, check_headings, pick

__all__ = ["Reading", "format_of", "headings", "read", "read_table", "row_count"]

_READ = "Kinds that are read: CSV, Parquet, XLSX, GeoPackage, GeoJSON, zipped Shapefile."
_MOST_CELLS = 200_000_000
# Damage deep inside a file makes the reader panic rather than raise.
_PARQUET_FAULTS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


def format_of(path: Path) -> str:
    """Return what a file is: ``csv``, ``csv.gz``, ``parquet``, ``xlsx``, ``geopackage``, ``geojson`` or ``shapefile``.

    Raises
    ------
    BadTable
        If it is none of these, is empty or cannot be read.
    """
    head = _first_bytes(path)
    for start, kind in _STARTS.items():
        if head.startswith(start):
            return kind or _zipped(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadTable("this is an old or a password-protected workbook", remedy="Save it as XLSX or CSV.", file=path)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"{", b"[")):
        return "geojson"
    if text.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise BadTable("this is a web page, not a table", remedy="Download the file itself, not its page.", file=path)
    return "csv"


_STARTS = {
    b"PAR1": "parquet",
    b"\x1f\x8b": "csv.gz",
    b"SQLite format 3\0": "geopackage",
    b"PK\x03\x04": "",
}


def _first_bytes(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise BadTable("this is a folder, not a file", remedy="Give the name of a file in it.", file=path)
        if not stat.S_ISREG(mode):  # opening a pipe would wait for ever
            raise BadTable("this is not a file (a pipe or a device)", remedy="Save the table as a file.", file=path)
        with path.open("rb") as file:
            head = file.read(64)
    except FileNotFoundError:
        raise BadTable("the file does not exist", remedy="Check the path.", file=path) from None
    except OSError as error:
        what = f"the file cannot be read ({error.strerror or error})"
        raise BadTable(what, remedy="Check that you may read it.", file=path) from None
    if not head:
        raise BadTable("the file is empty", remedy="Download or export it again.", file=path)
    return head


def _zipped(path: Path) -> str:
    names = geofiles.inside_zip(path)
    if "xl/workbook.xml" in names:
        return "xlsx"
    if any(name.lower().endswith(".shp") for name in names):
        return "shapefile"
    if any(name.startswith("xl/") or name == "content.xml" for name in names):
        raise BadTable("this kind of workbook is not read", remedy="Save it as XLSX or CSV.", file=path)
    raise BadTable("the zip archive holds neither a workbook nor a Shapefile", remedy="Unpack it first.", file=path)


def headings(path: Path) -> list[tuple[str, list[str]]]:
    """Return ``(layer or sheet, headings)`` for each table in a file, reading no more than its beginning.

    The layer is '' for a file that holds one table. A map has the heading ``geometry`` besides its attributes.

    Raises
    ------
    BadTable
        If the file is no table, or is damaged where its headings stand.
    """
    path = Path(path)
    kind = format_of(path)
    if kind == "parquet":
        return [("", list(_schema(path)))]
    if kind == "xlsx":
        return [(name, [cell for cell in names if cell]) for name, names, _ in workbooks.sheets(path)]
    if kind == "geopackage":
        return geofiles.geopackage_layers(path)
    if kind == "shapefile":
        return geofiles.shapefile_headings(path)
    if kind == "geojson":
        found = geofiles.geojson_headings(path)
        if found is None:
            raise BadTable("this JSON file is not GeoJSON", remedy=_READ, file=path)
        return [("", found)]
    return [("", [name for name in delimited.begin(path).names if name])]


def read_table(path: Path, *, layer: str | None = None, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Return one table of a file, all of it or the columns asked for; a geometry is WKB bytes in ``geometry``.

    Parameters
    ----------
    path : Path
    layer : str, optional
        Sheet or layer; needed only where a file has several.
    columns : sequence of str, optional
        Headings, exact or with other blanks, dots and capitals. The table has them in this order, as the file spells
        them.

    Raises
    ------
    BadTable, MissingColumns
        Naming file, row and column.
    MissingExtra
        If a map is read and ``homeground[geo]`` is not installed.
    """
    return read(path, layer=layer, columns=columns).table


def read(
    path: Path,
    *,
    layer: str | None = None,
    columns: Sequence[str] | None = None,
    infer: bool = True,
    narrow: bool = False,
) -> Reading:
    """Return the table, where its rows start and what a reader must be told.

    With ``infer=False`` the cells of CSV and XLSX files stay text. With ``narrow`` a sheet of one column is one too.
    """
    path = Path(path)
    kind = format_of(path)
    layer = layer or None
    if kind == "parquet":
        return _parquet(path, columns)
    if kind == "xlsx":
        reading = workbooks.read_workbook(path, layer, columns, infer=infer, narrow=narrow)
    elif kind in ("geopackage", "geojson", "shapefile"):
        if kind == "geojson" and geofiles.geojson_headings(path) is None:
            raise BadTable("this JSON file is not GeoJSON", remedy=_READ, file=path)
        reading = geofiles.read_features(path, layer, columns, kind)
    else:
        reading = delimited.read_delimited(path, columns, infer=infer)
    if reading.table.height == 0:
        raise BadTable(
            "the file has headings but no rows", remedy="Check that the download or export is complete.", file=path
        )
    return reading


def row_count(path: Path) -> int | None:
    """Return how many rows a Parquet file has; None for other kinds, which would have to be read."""
    if format_of(path) != "parquet":
        return None
    try:
        return int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())
    except _PARQUET_FAULTS as error:
        raise _damaged(path, error) from None


def _schema(path: Path) -> dict[str, Any]:
    try:
        return dict(pl.read_parquet_schema(path))
    except _PARQUET_FAULTS as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: BaseException) -> BadTable:
    what = str(error).splitlines()[0][:160]
    return BadTable(f"the Parquet file is damaged or not whole ({what})", remedy="Download it again.", file=path)


def _parquet(path: Path, columns: Sequence[str] | None) -> Reading:
    schema = _schema(path)
    names = check_headings(list(schema), path, row=1, wanted=columns)
    chosen = [list(schema)[place] for place in pick(names, columns, path)]
    rows = row_count(path) or 0
    if rows == 0:
        raise BadTable("the file has headings but no rows", remedy="Check that the download is complete.", file=path)
    if rows * max(len(chosen), 1) > _MOST_CELLS:
        raise BadTable(
            f"the file has {rows:,} rows and {len(chosen):,} columns, more than are read at once",
            remedy="Keep the rows and columns you need.",
            file=path,
        )
    try:
        table = pl.scan_parquet(path, glob=False).select(chosen).collect()
    except _PARQUET_FAULTS as error:
        raise _damaged(path, error) from None
    crs = ""
    for name, dtype in table.schema.items():
        if isinstance(dtype, pl.BaseExtension):
            table = table.with_columns(table[name].ext.storage().alias(name))
            crs = _crs(path)
        elif dtype in (pl.Categorical, pl.Enum):
            table = table.with_columns(pl.col(name).cast(pl.String))
    return Reading(table, crs=crs or (_crs(path) if "geometry" in chosen else ""))


def _crs(path: Path) -> str:
    """Return the coordinate system that a GeoParquet file states; without one it is longitude and latitude."""
    try:
        geo = json.loads(pl.read_parquet_metadata(path).get("geo", "{}"))
        columns = geo.get("columns", {})
        told = columns.get(geo.get("primary_column", "geometry"), {}).get("crs", {})
        authority = (told or {}).get("id", {})
        return f"{authority['authority']}:{authority['code']}" if authority else "EPSG:4326" if columns else ""
    except (ValueError, AttributeError, TypeError, KeyError):
        return ""
