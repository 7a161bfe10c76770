"""Where the rows of a table lie: columns of coordinates, shapes or postcodes to British National Grid metres.

Nothing is guessed in silence: a file whose points fall outside Great Britain is refused (with the reason that is most
likely), and a row without a place is counted.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground import tables
from homeground.errors import BadInput, BadTable, BadValue, MissingColumns, MissingExtra
from homeground.provenance import Note
from homeground.sources import grid
from homeground.sources.cells import Reading
from homeground.sources.placewords import heading_for
from homeground.sources.postcode_points import matching_postcode, postcode_points
from homeground.tables import listed

__all__ = ["Located", "locate"]

FloatArray = NDArray[np.float64]
_REASON = "<U60"
# What exports write for 'no figure'.
_NO_FIGURE = ("NA", "N/A", "n/a", "NULL", "null", "None", "nan", "NaN", "-", "#N/A")
_POINT = re.compile(r"^\s*(?:SRID=\d+;)?\s*POINT\s*Z?\s*\(\s*(\S+)\s+(\S+)(?:\s+\S+)?\s*\)\s*$", re.IGNORECASE)
_DEGREES = ("", "EPSG:4326", "OGC:CRS84", "EPSG:4258", "WGS 84")
_PLACES = "Give columns of longitude and latitude, of easting and northing, WKT, or a map with points."


@dataclass
class Located:
    """Where each row lies.

    Attributes
    ----------
    easting, northing : ndarray of shape (n,)
        Metres, EPSG:27700; NaN where the row has no place.
    how : str
        ``degrees``, ``metres``, ``shapes`` or ``postcodes``.
    notes : list of Note
    why : ndarray of str of shape (n,)
        Why a row has no place: 'without coordinates'; '' where it has one.
    """

    easting: FloatArray
    northing: FloatArray
    how: str
    notes: list[Note] = field(default_factory=list)
    why: NDArray[np.str_] = field(default_factory=lambda: np.array([], dtype=_REASON))


def locate(
    reading: Reading,
    path: Path,
    *,
    x_column: str | None = None,
    y_column: str | None = None,
    postcodes: Path | None = None,
    swap: bool = False,
) -> Located:
    """Return where each row of a table lies on the British National Grid.

    Parameters
    ----------
    reading : Reading
        The table as it stands in its file, and the coordinate system of its shapes.
    path : Path
        For messages.
    x_column, y_column : str, optional
        Headings of the coordinates, where they are not found by themselves.
    postcodes : Path, optional
        A lookup in the layout of the ONS Postcode Directory, for tables (or rows) that have a postcode only.
    swap : bool
        Take the column of longitudes for latitudes, and the other way round.

    Raises
    ------
    BadInput, MissingColumns
        If there are no coordinates, or most points fall outside Great Britain.
    """
    table = reading.table
    x, y, where = _raw(reading, path, x_column, y_column)
    if x is None or y is None:
        if postcodes is None:
            raise _nowhere(table.columns, path)
        empty = np.full(table.height, np.nan)
        found = Located(empty, empty.copy(), "postcodes", why=np.full(table.height, "", dtype=_REASON))
    else:
        if swap:
            x, y = y, x
        found = _on_the_grid(x, y, where, reading, path, swapped=swap)
    if postcodes is not None:
        _by_postcode(found, table, postcodes, path)
    if np.isnan(found.easting).all():
        raise BadTable(
            f"none of the {table.height:,} rows could be put on the map ({_counts(found.why)})",
            remedy=_PLACES if found.how != "postcodes" else "Check that the lookup covers these postcodes.",
            file=path,
        )
    return found


def _counts(why: NDArray[np.str_]) -> str:
    reasons, counts = np.unique(why, return_counts=True)
    return "; ".join(f"{count:,} {reason}" for reason, count in zip(reasons, counts, strict=True))


def _raw(
    reading: Reading, path: Path, x_column: str | None, y_column: str | None
) -> tuple[FloatArray | None, FloatArray | None, str]:
    """Return the two coordinates as they stand and where they were found: degrees, metres, unsaid, or shapes."""
    table = reading.table
    if (x_column is None) != (y_column is None):
        raise MissingColumns(
            "one coordinate column is named, the other is not", remedy="Name both: x and y.", file=path
        )
    if x_column is not None and y_column is not None:
        return _numbers(table, x_column, path), _numbers(table, y_column, path), "unsaid"
    if "geometry" in table.columns and table["geometry"].dtype == pl.Binary:
        x, y = _centres(table["geometry"])
        return x, y, "shapes"
    for first, second, kind in (
        ("longitude", "latitude", "degrees"),
        ("easting", "northing", "metres"),
        ("x", "y", "unsaid"),
    ):
        names = heading_for(first, table.columns), heading_for(second, table.columns)
        if names[0] is not None and names[1] is not None:
            return _numbers(table, names[0], path), _numbers(table, names[1], path), kind
        if names[0] is not None or names[1] is not None:
            there = names[0] or names[1]
            if kind != "unsaid":
                raise MissingColumns(
                    f"there is a column '{there}' but no column of its {second if names[0] else first}",
                    remedy=_PLACES,
                    file=path,
                )
    wkt = heading_for("wkt", table.columns)
    if wkt is not None:
        x, y = _from_wkt(table[wkt], path)
        return x, y, "unsaid"
    return None, None, ""


def _numbers(table: pl.DataFrame, column: str, path: Path) -> FloatArray:
    values: FloatArray = tables.numbers(table, column, missing_codes=_NO_FIGURE, file=path)
    return values


def _from_wkt(series: pl.Series, path: Path) -> tuple[FloatArray, FloatArray]:
    x, y = np.full(len(series), np.nan), np.full(len(series), np.nan)
    for at, text in enumerate(series.cast(pl.String).to_list()):
        if text is None or not text.strip() or text.strip().upper().endswith("EMPTY"):
            continue
        match = _POINT.match(text)
        if match is None:
            raise BadValue(
                f"'{text[:40]}' is not a point", remedy="Write POINT (x y).", file=path, row=at + 2, column=series.name
            )
        x[at], y[at] = float(match[1]), float(match[2])
    return x, y


def _centres(shapes: pl.Series) -> tuple[FloatArray, FloatArray]:
    """Return the point, or the middle of any other shape."""
    x, y = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
    others = []
    for at, shape in enumerate(shapes.to_list()):
        if shape is None:
            continue
        order = "<" if shape[:1] == b"\x01" else ">"
        if len(shape) >= 21 and struct.unpack(f"{order}I", shape[1:5])[0] in (1, 1001, 0x80000001):
            x[at], y[at] = struct.unpack(f"{order}dd", shape[5:21])
        else:
            others.append(at)
    if others:
        try:
            import shapely
        except ImportError:
            raise MissingExtra.named("geo", for_what="find the middle of shapes that are not points") from None
        held = shapes.to_list()
        middle = shapely.centroid(shapely.from_wkb([held[at] for at in others], on_invalid="ignore"))
        x[others], y[others] = shapely.get_x(middle), shapely.get_y(middle)
    return x, y


def _on_the_grid(x: FloatArray, y: FloatArray, where: str, reading: Reading, path: Path, *, swapped: bool) -> Located:
    known = np.isfinite(x) & np.isfinite(y)
    crs = reading.crs if where == "shapes" else ""
    degrees = _are_degrees(x, y, known, where, crs, path)
    nought = known & (x == 0) & (y == 0)
    if crs == "EPSG:3857":
        x, y = grid.from_web_mercator(x, y)
    with np.errstate(invalid="ignore"):
        inside = known & ~nought & (grid.in_degrees(x, y) if degrees else grid.inside_grid(x, y))
        turned = known & ~nought & ~inside & (grid.in_degrees(y, x) if degrees else grid.inside_grid(y, x))
    outside = known & ~nought & ~inside
    if 2 * outside.sum() > (known & ~nought).sum():
        raise _elsewhere(x, y, outside, turned, reading, path, swapped=swapped, degrees=degrees)
    why = np.where(known, "", "without coordinates").astype(_REASON)
    why[nought] = "at the coordinates (0, 0), which stand for 'not known'"
    why[outside] = "outside Great Britain"
    found = Located(np.full(len(x), np.nan), np.full(len(x), np.nan), where, why=why)
    east, north = grid.to_grid(x[inside], y[inside]) if degrees else (x[inside], y[inside])
    found.easting[inside], found.northing[inside] = east, north
    if outside.any():
        rows = listed([int(at) + reading.first_row for at in np.flatnonzero(outside)])
        also = (
            f"; {int(turned.sum()):,} of them would lie inside with the two coordinates swapped" if turned.any() else ""
        )
        found.notes.append(
            Note(f"{path.name}: points outside Great Britain were left out (row {rows}){also}.", kind="excluded")
        )
    return found


def _are_degrees(x: FloatArray, y: FloatArray, known: NDArray[np.bool_], where: str, crs: str, path: Path) -> bool:
    """Return whether the coordinates are degrees; raise when they are not what their heading or file says."""
    if crs and crs not in _DEGREES and crs not in ("EPSG:27700", "EPSG:3857"):
        raise BadInput(
            f"the map is in the coordinate system {crs[:60]}",
            remedy="Save it in EPSG:27700 (British National Grid) or EPSG:4326 (degrees).",
            file=path,
        )
    if crs:
        return crs != "EPSG:27700"
    small = np.abs(np.where(known, x, 0)).max(initial=0) <= 180 and np.abs(np.where(known, y, 0)).max(initial=0) <= 180
    if where == "degrees" and not small:
        at = int(np.flatnonzero(known & ((np.abs(x) > 180) | (np.abs(y) > 180)))[0])
        raise BadValue(
            f"longitude and latitude cannot be {x[at]:g} and {y[at]:g}: these are metres, or digits are missing",
            remedy="Name the columns easting and northing if they are metres on the British National Grid.",
            file=path,
            row=at + 2,
        )
    if where == "metres" and small and known.any() and not ((x == 0) | (y == 0) | ~known).all():
        raise BadInput(
            "the columns are named for metres, but hold degrees",
            remedy="Name them longitude and latitude.",
            file=path,
        )
    return bool(small)


def _elsewhere(
    x: FloatArray,
    y: FloatArray,
    outside: NDArray[np.bool_],
    turned: NDArray[np.bool_],
    reading: Reading,
    path: Path,
    *,
    swapped: bool,
    degrees: bool,
) -> BadInput:
    at = int(np.flatnonzero(outside)[0])
    n = int(outside.sum())
    known = int(np.isfinite(x + y).sum())
    what = f"{n:,} of {known:,} points fall outside Great Britain (first: x {x[at]:g}, y {y[at]:g})"
    remedy = "Check the columns and their coordinate system; only places in Great Britain can be used."
    if 2 * turned.sum() > n:
        what = f"these points fall outside Great Britain: columns swapped? {what[0].upper()}{what[1:]}"
        remedy = "Type --swap if the two columns hold each other's figures" + (
            ", or take --swap away." if swapped else ", or rename them."
        )
    elif not degrees and np.abs(y[at]) > 1_300_000:
        remedy = "They look like the metres of web maps (EPSG:3857): save them as longitude and latitude."
    return BadInput(what, remedy=remedy, file=path, row=at + reading.first_row)


def _by_postcode(found: Located, table: pl.DataFrame, postcodes: Path, path: Path) -> None:
    """Fill in the rows that have no coordinates and a known postcode."""
    column = heading_for("postcode", table.columns)
    without = np.isnan(found.easting)
    if column is None:
        if found.how == "postcodes":
            raise _nowhere(table.columns, path)
        return
    if not without.any():
        return
    lookup = postcode_points(postcodes, table[column])
    codes = table.select(matching_postcode(pl.col(column)).alias("postcode"))
    joined = codes.join(lookup, on="postcode", how="left", maintain_order="left")
    east, north = joined["easting"].to_numpy(), joined["northing"].to_numpy()
    with np.errstate(invalid="ignore"):
        usable = without & grid.inside_grid(east, north)
    found.easting[usable], found.northing[usable] = east[usable], north[usable]
    found.why[usable] = ""
    if found.how == "postcodes":
        blank = (codes["postcode"].fill_null("") == "").to_numpy()
        found.why[~usable] = "with a postcode that the lookup lacks"
        found.why[blank & ~usable] = "without a postcode"
    if usable.any():
        text = f"{path.name}: {int(usable.sum()):,} places stand at their postcode, not at their door."
        found.notes.append(Note(text, kind="estimated"))


def _nowhere(headings: Sequence[str], path: Path) -> MissingColumns:
    if heading_for("postcode", headings) is not None:
        return MissingColumns(
            "the table has postcodes but no coordinates",
            remedy="Add --postcodes FILE: a lookup in the layout of the ONS Postcode Directory.",
            file=path,
        )
    return MissingColumns(
        f"the table has no coordinates (its headings: {listed(list(headings), most=8)})", remedy=_PLACES, file=path
    )
