"""Lists of places: any table or map with points, to one shape that the rooms take.

Coordinates are recognised by their headings, degrees are brought to British National Grid metres, closed places and
repeats are left out by stated rules, and everything that was left out is counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from homeground.errors import BadTable
from homeground.provenance import Note, Source
from homeground.sources import readers
from homeground.sources.cells import Reading, pick
from homeground.sources.coordinates import Located, locate
from homeground.sources.opening import checksum
from homeground.sources.osm import is_osm, read_osm
from homeground.sources.placewords import closed_words, heading_for, status_heading, year_heading
from homeground.tables import listed

__all__ = ["Points", "read_points", "slug"]


@dataclass(frozen=True)
class Points:
    """Places read from one file.

    Attributes
    ----------
    table : polars.DataFrame
        ``place`` (name), ``kind`` (slug), ``easting``, ``northing`` (metres, EPSG:27700), ``row`` (as a spreadsheet
        counts it), then the columns that were asked to be kept.
    rows : int
        How many rows the file has.
    notes : tuple of Note
    source : Source
    """

    table: pl.DataFrame
    rows: int
    notes: tuple[Note, ...]
    source: Source


def slug(words: str) -> str:
    """Return a word that can stand in a heading: small letters, digits and hyphens.

    Examples
    --------
    >>> slug("Community Hubs (2023)"), slug("Llyfrgelloedd / Libraries")
    ('community-hubs-2023', 'llyfrgelloedd-libraries')
    """
    return re.sub(r"[^0-9a-zà-öø-ÿŵŷ]+", "-", words.lower()).strip("-") or "places"


def read_points(
    path: Path,
    *,
    kind: str = "",
    kind_column: str | None = None,
    name_column: str | None = None,
    status_column: str | None = None,
    x_column: str | None = None,
    y_column: str | None = None,
    postcodes: Path | None = None,
    swap: bool = False,
    keep: Sequence[str] = (),
    together: bool = True,
) -> Points:
    """Return the places in a file.

    Parameters
    ----------
    path : Path
        CSV, XLSX, Parquet, GeoJSON, GeoPackage, zipped Shapefile or an OpenStreetMap extract.
    kind : str
        What kind of place all of them are; '' takes the file's name (OpenStreetMap: the kind each tag stands for).
    kind_column, name_column, status_column : str, optional
        Headings of the kind, the name, and whether it is open; name and status are found by themselves.
    x_column, y_column, postcodes, swap : optional
        See `homeground.sources.coordinates.locate`.
    keep : sequence of str
        Headings of further columns, kept as text.
    together : bool
        Count a place once that stands in the file twice: same kind and name, within the same 10 metres.

    Raises
    ------
    BadTable, MissingColumns, BadInput
        If the file is not a list of places in Great Britain.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "halls.csv")
    ...     _ = file.write_text("name,lat,lon\\nSt Ann's,53.7,-2.0\\nSt Ann's,53.7,-2.0\\nThe Hut,,\\n")
    ...     halls = read_points(file)
    >>> halls.table.select("place", "kind").rows()
    [("St Ann's", 'halls')]
    >>> halls.notes[0].text
    'halls.csv: 1 of 3 rows is used; left out: 1 without coordinates; 1 that stands there twice.'
    """
    reading, of_osm = _open(Path(path))
    table = reading.table
    kept = [table.columns[pick(table.columns, [name], path)[0]] for name in keep]
    found = locate(reading, path, x_column=x_column, y_column=y_column, postcodes=postcodes, swap=swap)
    own_kind = kind_column or ("kind" if of_osm and not kind else None)
    kinds = _text(table, own_kind, path) if own_kind else pl.Series([kind or _of_file(path)] * table.height)
    places = pl.DataFrame(
        {
            "place": _names(table, name_column, path, reading.first_row),
            "kind": kinds.fill_null("").map_elements(slug, return_dtype=pl.String),
            "easting": pl.Series(found.easting).fill_nan(None),
            "northing": pl.Series(found.northing).fill_nan(None),
            "row": pl.Series(np.arange(table.height) + reading.first_row),
        }
    ).with_columns(table[name].alias(new) for name, new in zip(kept, keep, strict=True))
    open_ = ~_closed(table, status_column, path, found)
    places, why = _drop(places, open_, found, together=together)
    notes = [*reading.notes, *found.notes, *_told(path, table, places, why)]
    if of_osm:
        notes.append(Note(f"{path.name}: © OpenStreetMap contributors, Open Database Licence.", kind="info"))
    licence = "Open Database Licence v1.0" if of_osm else ""
    source = Source(id="", title=path.name, licence=licence, file=path.name, sha256=checksum(path))
    return Points(places, table.height, tuple(notes), source)


def _open(path: Path) -> tuple[Reading, bool]:
    if path.suffix.lower() == ".shp":
        raise BadTable(
            "a Shapefile is several files", remedy="Zip it with the files beside it (.dbf, .shx, .prj).", file=path
        )
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(1000)
        if is_osm(head):
            return Reading(read_osm(path), first_row=1, crs="EPSG:4326"), True
    reading = readers.read(path, infer=False)
    if readers.format_of(path) == "geojson":
        reading = Reading(reading.table, 1, reading.notes, reading.crs)
    return reading, False


def _of_file(path: Path) -> str:
    return path.name.partition(".")[0]


def _text(table: pl.DataFrame, column: str, path: Path) -> pl.Series:
    found = table.columns[pick(table.columns, [column], path)[0]]
    return table[found].cast(pl.String).str.strip_chars()


def _names(table: pl.DataFrame, column: str | None, path: Path, first_row: int) -> pl.Series:
    heading = column or heading_for("name", table.columns)
    if heading is None:
        text = [name for name, dtype in table.schema.items() if dtype == pl.String]
        heading = text[0] if text else None
    rows = pl.Series([f"row {at + first_row}" for at in range(table.height)], dtype=pl.String)
    if heading is None:
        return rows
    named = _text(table, heading, path).replace("", None)
    return named.fill_null(rows)


def _closed(table: pl.DataFrame, column: str | None, path: Path, found: Located) -> pl.Series:
    """Return which places are closed, by the rule of ``standards/places-to-meet.toml``, and say by which."""
    heading = column or status_heading(table.columns)
    if heading is not None:
        status = _text(table, heading, path).fill_null("").str.to_lowercase()
        shut = pl.Series([text.startswith(closed_words()) for text in status], dtype=pl.Boolean)
        if shut.any():
            words = listed(sorted(set(_text(table, heading, path).filter(shut).to_list())), most=4)
            found.notes.append(
                Note(f"{path.name}: places whose '{heading}' is {words} were left out.", kind="excluded")
            )
        unknown = int(status.str.contains("unknown").sum())
        if unknown:
            text = f"{path.name}: {unknown:,} places whose '{heading}' is unknown were kept."
            found.notes.append(Note(text, kind="assumed"))
        return shut
    year = year_heading(table.columns)
    if year is None:
        return pl.Series([False] * table.height, dtype=pl.Boolean)
    said = _text(table, year, path).fill_null("").str.to_lowercase()
    shut = ~said.is_in(["", "na", "n/a", "no", "false", "0", "-"])
    if shut.any():
        found.notes.append(Note(f"{path.name}: places with something under '{year}' were left out.", kind="excluded"))
    return shut


def _drop(
    places: pl.DataFrame, open_: pl.Series, found: Located, *, together: bool
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the places that are open, on the map and there once, and how many are not, by reason."""
    here = places["easting"].is_not_null()
    why = {"closed": int((~open_).sum())}
    reasons = pl.Series(found.why.astype(object), dtype=pl.String).filter(open_ & ~here)
    why |= dict(reasons.value_counts(sort=True).iter_rows())
    places = places.filter(open_ & here)
    if together:
        spot = [(pl.col(axis) / 10).round().alias(axis) for axis in ("easting", "northing")]
        name = pl.col("place").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")
        first = places.select("kind", name, *spot).is_duplicated()
        if first.any():
            keys = places.select("kind", name, *spot).with_row_index()
            keep = keys.unique(["kind", "place", "easting", "northing"], keep="first")["index"].sort()
            places = places[keep]
    twice = int((open_ & here).sum()) - places.height
    why["that stand there twice" if twice != 1 else "that stands there twice"] = twice
    return places, {reason: count for reason, count in why.items() if count}


def _told(path: Path, table: pl.DataFrame, places: pl.DataFrame, why: dict[str, int]) -> list[Note]:
    if places.height == 0:
        raise BadTable(
            f"no place is left of {table.height:,} rows", remedy="Left out: " + listed(_counts(why)) + ".", file=path
        )
    if not why:
        return []
    verb = "is" if places.height == 1 else "are"
    text = f"{path.name}: {places.height:,} of {table.height:,} rows {verb} used; left out: {'; '.join(_counts(why))}."
    return [Note(text, kind="excluded")]


def _counts(why: dict[str, int]) -> list[str]:
    return [f"{count:,} {reason}" for reason, count in why.items()]
