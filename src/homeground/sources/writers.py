"""Tables and pages to files: the ending chooses the format, and source, period and licence travel with every one.

Every file is made whole in memory, then put in its place in one step (`homeground.sources.whole`). The same table gives
the same bytes.
"""

from __future__ import annotations

import gzip
import importlib.util
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from homeground import __version__
from homeground.errors import BadSpecification, BadTable, BadValue, MissingExtra
from homeground.provenance import Note, Source
from homeground.sources.shapes import Layer, to_geojson, to_geopackage, without_boundary
from homeground.sources.sheets import to_workbook, to_xlsx
from homeground.sources.whole import check_target, put_whole

__all__ = ["FORMATS", "known_format", "write_table", "write_text", "write_workbook", "writing_csv", "writing_notes"]

FORMATS: Mapping[str, str] = {
    ".csv": "csv",
    ".csv.gz": "csv.gz",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".json": "json",
    ".xlsx": "xlsx",
    ".gpkg": "gpkg",
    ".geojson": "geojson",
}
"""The endings that `write_table` knows, and the name of the format that each stands for."""

_EXTRAS = {
    "xlsx": ("sheets", "gptables", "write an XLSX workbook"),
    "gpkg": ("geo", "pyogrio", "write a GeoPackage"),
    "geojson": ("geo", "pyogrio", "write GeoJSON"),
}
_BULK = 5_000
# What spreadsheets take for the start of a formula, also in the wide form that East Asian settings accept. A plain
# number with a sign is none. Text with an apostrophe there already gets another: taking one off gives it back.
_FORMULA = r"^'*[=+\-@\t\r＝＋－＠]"
_SIGNED_NUMBER = r"^[+-]?[\d.,\s]*$"


def known_format(path: Path | str) -> str:
    """Return the name of the format that the ending of `path` stands for; raise early what would go wrong late.

    Parameters
    ----------
    path : Path or str
        Where a table is to be written. Capital letters in the ending do not matter. Nothing is written.

    Returns
    -------
    str
        ``csv``, ``csv.gz``, ``tsv``, ``parquet``, ``json``, ``xlsx``, ``gpkg`` or ``geojson``.

    Raises
    ------
    BadSpecification
        If the ending is none of these; the message names those there are.
    CannotWrite
        If `path` is a folder, a read-only file, or lies where nothing may be written.
    MissingExtra
        If the format needs an optional part that is not installed.

    Examples
    --------
    >>> known_format("wards.csv"), known_format("WARDS.CSV.GZ")
    ('csv', 'csv.gz')
    >>> known_format("wards.docx")
    Traceback (most recent call last):
    ...
    homeground.errors.BadSpecification: wards.docx: the ending '.docx' stands for no format that can be written. \
Use one of .csv, .csv.gz, .tsv, .parquet, .json, .xlsx, .gpkg, .geojson.
    """
    path = Path(path)
    check_target(path)
    name = path.name.lower()
    endings = [ending for ending in FORMATS if name.endswith(ending) and name != ending]
    if not endings:
        ending = path.suffix
        what = f"the ending '{ending}' stands for no format that can be written" if ending else "the name has no ending"
        raise BadSpecification(what, remedy=f"Use one of {', '.join(FORMATS)}.", file=path)
    kind = FORMATS[max(endings, key=len)]
    if kind in _EXTRAS:
        extra, package, for_what = _EXTRAS[kind]
        if importlib.util.find_spec(package) is None:
            raise MissingExtra.named(extra, for_what=for_what)
    return kind


def write_text(path: Path | str, text: str) -> None:
    """Write `text` to `path` as UTF-8, whole or not at all.

    Raises
    ------
    CannotWrite
        If it cannot be written; what stood there before is as it was.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_text(Path(folder, "new", "page.html"), "<p>Trefŵr")
    ...     Path(folder, "new", "page.html").read_text(encoding="utf-8")
    '<p>Trefŵr'
    """
    put_whole([(Path(path), text.encode("utf-8", errors="replace"))])


def write_table(
    table: pl.DataFrame,
    path: Path | str,
    *,
    title: str,
    sources: Sequence[Source] = (),
    notes: Sequence[Note] = (),
    boundaries: pl.DataFrame | None = None,
    crs: str = "EPSG:4326",
    descriptions: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write a table in the format that the ending of `path` stands for, with its sources and notes.

    Parameters
    ----------
    table : polars.DataFrame of shape (n_rows, n_columns)
        At least one column. NaN is written as missing. Lists of text become one text, joined by ``"; "``.
    path : Path or str
        See `known_format`. A missing folder is made; a file that is there is replaced.
    title : str
        What the table is, in one line, for people.
    sources : sequence of Source
        The publications that the figures rest on; each is named once.
    notes : sequence of Note
        What a reader must be told; `writing_notes` adds to them.
    boundaries : polars.DataFrame, optional
        ``area_code`` and ``geometry`` (WKB), for ``.gpkg`` and ``.geojson``. Areas that it lacks are kept, with an
        empty shape and a note; areas that only it has are left out.
    crs : str
        The coordinate system of `boundaries`.
    descriptions : mapping of str to str, optional
        What a column is: meaning, unit, which way is good.

    Returns
    -------
    list of Path
        Every file written: for CSV and TSV also the description beside it (``<name>-metadata.json``, CSV on the Web).

    Raises
    ------
    BadSpecification, CannotWrite, MissingExtra
        As `known_format`.
    BadValue
        If a number is infinite, naming row and column.
    BadTable
        If the table has no columns, or one that the format cannot hold.

    Examples
    --------
    >>> import tempfile
    >>> wards = pl.DataFrame({"area_code": ["X01"], "score": [1.5]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = write_table(
    ...         wards, Path(folder, "wards.csv"), title="Wards", descriptions={"score": "higher is worse"}
    ...     )
    ...     print([file.name for file in files], files[0].read_text())
    ['wards.csv', 'wards.csv-metadata.json'] area_code,score
    X01,1.5
    <BLANKLINE>
    """
    path = Path(path)
    kind = known_format(path)
    flat = _flat(table)
    told = (*notes, *writing_notes(table, path, boundaries=boundaries))
    about = _about(flat, title=title, sources=sources, notes=told, descriptions=descriptions or {})
    layer = Layer(flat, boundaries, crs, name=path.name.partition(".")[0])
    make: dict[str, Callable[[], list[tuple[Path, bytes]]]] = {
        "csv": lambda: _to_csv(flat, path, about, ","),
        "csv.gz": lambda: _to_csv(flat, path, about, ","),
        "tsv": lambda: _to_csv(flat, path, about, "\t"),
        "parquet": lambda: [(path, _to_parquet(flat, about))],
        "json": lambda: [(path, _to_json(flat, about))],
        "xlsx": lambda: [(path, to_xlsx(flat, about))],
        "gpkg": lambda: [(path, to_geopackage(layer, about))],
        "geojson": lambda: [(path, to_geojson(layer, about))],
    }
    return put_whole(make[kind]())


def writing_csv(
    table: pl.DataFrame,
    path: Path,
    *,
    title: str,
    sources: Sequence[Source] = (),
    notes: Sequence[Note] = (),
    descriptions: Mapping[str, str] | None = None,
) -> list[tuple[Path, bytes]]:
    """Return what `write_table` would write as CSV, to be put on the disk together with other files.

    Examples
    --------
    >>> [path.name for path, _ in writing_csv(pl.DataFrame({"a": [1]}), Path("a.csv"), title="A")]
    ['a.csv', 'a.csv-metadata.json']
    """
    flat = _flat(table)
    told = (*notes, *writing_notes(table, path))
    return _to_csv(
        flat, path, _about(flat, title=title, sources=sources, notes=told, descriptions=descriptions or {}), ","
    )


def write_workbook(
    tables: Mapping[str, tuple[str, pl.DataFrame]],
    path: Path,
    *,
    title: str,
    sources: Sequence[Source] = (),
    notes: Sequence[Note] = (),
    descriptions: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write several tables as one workbook: cover, contents, notes, columns, then a sheet for each table.

    Parameters
    ----------
    tables : mapping of str to (str, polars.DataFrame)
        Name of the sheet, then its title and its table.
    path : Path
        Must end in .xlsx.

    Raises
    ------
    BadSpecification, CannotWrite, MissingExtra
        As `known_format`.
    """
    known_format(path)
    flat = {label: (called, _flat(table)) for label, (called, table) in tables.items()}
    every = [pl.DataFrame(schema=table.schema) for _, table in flat.values()]
    columns: dict[str, pl.DataType] = {name: dtype for table in every for name, dtype in table.schema.items()}
    about = _about(
        pl.DataFrame(schema=columns), title=title, sources=sources, notes=notes, descriptions=descriptions or {}
    )
    return put_whole([(path, to_workbook(flat, about))])


def writing_notes(table: pl.DataFrame, path: Path | str, *, boundaries: pl.DataFrame | None = None) -> tuple[Note, ...]:
    """Return what is to be told of writing `table` to `path`: commands say it, and `write_table` puts it in the file.

    Examples
    --------
    >>> [note.text for note in writing_notes(pl.DataFrame({"area_name": ["=1+1"]}), "names.csv")]
    ['1 cell of text begins as a formula would and has an apostrophe before it, so that no spreadsheet runs it. \
Take one apostrophe off to get the text back.']
    """
    name = Path(path).name.lower()
    notes = []
    if name.endswith((".csv", ".csv.gz", ".tsv")):
        flat = _flat(table)
        cells = sum(int(_risky(flat[column]).sum()) for column in table.columns)
        cells += int(_risky(pl.Series(table.columns, dtype=pl.String)).sum())
        if cells:
            begins = (
                "cell of text begins as a formula would and has"
                if cells == 1
                else "cells of text begin as a formula would and have"
            )
            notes.append(
                Note(
                    f"{cells:,} {begins} an apostrophe before it, so that no spreadsheet runs it. "
                    "Take one apostrophe off to get the text back."
                )
            )
    if name.endswith(".xlsx") and table.height > _BULK:
        notes.append(
            Note(f"{table.height:,} rows are many for a workbook; CSV or Parquet is quicker to write and to open.")
        )
    if name.endswith((".gpkg", ".geojson")):
        notes.extend(without_boundary(table, boundaries))
    return tuple(notes)


def _flat(table: pl.DataFrame) -> pl.DataFrame:
    """Return `table` with plain columns only: numbers, truth values, dates and text."""
    if table.width == 0:
        raise BadTable("the table has no columns, so there is nothing to write", remedy="Choose at least one column.")
    return table.select(_flat_column(table[name]) for name in table.columns)


def _flat_column(series: pl.Series) -> pl.Series:
    kind = series.dtype
    if kind.is_float():
        infinite = series.is_infinite().fill_null(value=False).arg_true()
        if len(infinite):
            raise BadValue(
                f"{series[int(infinite[0])]} is not a figure that can be written",
                remedy="Find out which division by zero made it.",
                row=int(infinite[0]) + 2,
                column=series.name,
            )
        return series.cast(pl.Float64).fill_nan(None)
    if kind.is_decimal():
        return series.cast(pl.Float64)
    if kind.is_integer() or kind in (pl.Boolean, pl.String, pl.Date):
        return series
    if isinstance(kind, pl.List):
        return series.cast(pl.List(pl.String)).list.join("; ")
    if kind.is_nested() or kind in (pl.Object, pl.Binary):
        raise BadTable(
            f"the column '{series.name}' holds {kind}, which no plain file can hold", remedy="Leave the column out."
        )
    return series.cast(pl.String)


def _about(
    table: pl.DataFrame,
    *,
    title: str,
    sources: Sequence[Source],
    notes: Sequence[Note],
    descriptions: Mapping[str, str],
) -> dict[str, Any]:
    """Return what travels with every format, as plain data."""
    return {
        "title": title,
        "sources": [_given(vars(source)) for source in dict.fromkeys(sources)],
        "notes": [{"text": n.text, "kind": n.kind, "areas": list(n.areas)} for n in dict.fromkeys(notes)],
        "columns": [
            _given({"name": name, "type": _type(dtype), "description": descriptions.get(name, "")})
            for name, dtype in table.schema.items()
        ],
        "made_with": f"Homeground {__version__}",
    }


def _given(entries: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entries.items() if value}


def _type(dtype: pl.DataType) -> str:
    if dtype.is_integer():
        return "integer"
    return {pl.Float64: "number", pl.Boolean: "boolean", pl.Date: "date"}.get(type(dtype), "string")


def _json(value: Any, *, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)


def _to_csv(table: pl.DataFrame, path: Path, about: dict[str, Any], separator: str) -> list[tuple[Path, bytes]]:
    guarded = table.select(_guarded(table[name]) for name in table.columns)
    headings = _guarded(pl.Series(table.columns, dtype=pl.String)).to_list()
    buffer = io.BytesIO()
    guarded.rename(dict(zip(table.columns, headings, strict=True))).write_csv(buffer, separator=separator)
    content = buffer.getvalue()
    if path.name.lower().endswith(".gz"):
        content = gzip.compress(content, compresslevel=6, mtime=0)
    beside = path.with_name(path.name + "-metadata.json")
    sidecar = _json(_csv_on_the_web(path.name, about, separator, headings), indent=1) + "\n"
    return [(path, content), (beside, sidecar.encode())]


def _risky(series: pl.Series) -> pl.Series:
    if series.dtype != pl.String:
        return pl.Series([False])
    return (series.str.contains(_FORMULA) & ~series.str.contains(_SIGNED_NUMBER)).fill_null(value=False)


def _guarded(series: pl.Series) -> pl.Series:
    risky = _risky(series)
    if not risky.any():
        return series
    return pl.select(pl.when(risky).then("'" + series).otherwise(series).alias(series.name)).to_series()


def _csv_on_the_web(name: str, about: dict[str, Any], separator: str, headings: list[str]) -> dict[str, Any]:
    """Return the description of a CSV file in the W3C's vocabulary, which tools look for beside it."""
    columns = [
        _given(
            {
                "name": _variable(column["name"]),
                "titles": heading,
                "datatype": column["type"],
                "dc:description": column.get("description"),
            }
        )
        for column, heading in zip(about["columns"], headings, strict=True)
    ]
    schema: dict[str, Any] = {"columns": columns}
    licences = list(dict.fromkeys(source["licence"] for source in about["sources"] if "licence" in source))
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": name,
        "dc:title": about["title"],
        "dc:source": [_dublin_core(source) for source in about["sources"]],
        "dc:rights": licences,
        "dc:provenance": about["made_with"],
        "notes": about["notes"],
        "dialect": {"encoding": "utf-8", "delimiter": separator, "header": True, "lineTerminators": ["\n"]},
        "tableSchema": schema,
    }


def _dublin_core(source: Mapping[str, str]) -> dict[str, str]:
    words = {
        "id": "dc:identifier",
        "title": "dc:title",
        "publisher": "dc:publisher",
        "period": "dc:temporal",
        "licence": "dc:rights",
        "address": "schema:url",
        "file": "schema:name",
        "sha256": "schema:sha256",
    }
    return {words[key]: value for key, value in source.items()}


def _variable(heading: str) -> str:
    """Return a heading as a name that CSV on the Web allows: letters, digits, underscores, the rest as %XX."""
    plain = "".join(
        letter
        if letter.isascii() and (letter.isalnum() or letter == "_")
        else "".join(f"%{b:02X}" for b in letter.encode())
        for letter in heading
    )
    return f"column{plain}" if plain.startswith("_") else plain


def _to_parquet(table: pl.DataFrame, about: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    licences = dict.fromkeys(source["licence"] for source in about["sources"] if "licence" in source)
    periods = dict.fromkeys(source["period"] for source in about["sources"] if "period" in source)
    metadata = {
        key: value if isinstance(value, str) else _json(value)
        for key, value in {**about, "licence": "; ".join(licences), "period": "; ".join(periods)}.items()
    }
    table.write_parquet(buffer, metadata=metadata)
    return buffer.getvalue()


def _to_json(table: pl.DataFrame, about: dict[str, Any]) -> bytes:
    records = ",\n".join(table.write_ndjson().splitlines()) if table.height else ""
    head = _json(about, indent=1).removesuffix("\n}")
    return f'{head},\n "records": [\n{records}\n ]\n}}\n'.encode()
