"""GeoPackage, GeoJSON and zipped Shapefile: headings without any extra, tables through pyogrio."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from homeground.errors import BadTable, MissingExtra
from homeground.sources.cells import Reading, check_headings, pick, shown_size
from homeground.tables import listed

__all__ = ["geojson_headings", "geopackage_layers", "inside_zip", "read_features", "shapefile_headings"]

_HEAD = 1 << 22
_MOST_FILE = 1 << 30
_MOST_UNPACKED = 1 << 30
_AGAIN = "Download it again: it may not be whole."
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def geopackage_layers(path: Path) -> list[tuple[str, list[str]]]:
    """Return ``(layer, headings)`` of a GeoPackage; its geometry column is called ``geometry``."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            layers = [
                str(name)
                for (name,) in base.execute(
                    "select table_name from gpkg_contents where data_type in ('features', 'attributes')"
                )
            ]
            geometry = dict(base.execute("select table_name, column_name from gpkg_geometry_columns"))
            found = []
            for layer in layers:
                quoted = layer.replace('"', '""')
                rows = base.execute(f'pragma table_info("{quoted}")').fetchall()  # a table name cannot be a parameter
                names = [str(row[1]) for row in rows if not row[5]]
                found.append((layer, ["geometry" if name == geometry.get(layer) else name for name in names]))
            return found
    except sqlite3.Error as error:
        raise BadTable(f"the GeoPackage cannot be read ({error})", remedy=_AGAIN, file=path) from None


def geojson_headings(path: Path) -> list[str] | None:
    """Return the headings of a GeoJSON file from its first feature, or None for JSON of another kind."""
    with path.open("rb") as file:
        head = file.read(_HEAD).decode("utf-8-sig", errors="replace")
    if '"FeatureCollection"' not in head and '"Feature"' not in head:
        return None
    # Before the features others may have properties too, such as the coordinate system.
    start = max(head.find('"features"'), 0)
    for match in re.compile(r'"properties"\s*:\s*(?=\{)').finditer(head, start):
        with contextlib.suppress(json.JSONDecodeError, RecursionError):
            properties, _ = json.JSONDecoder().raw_decode(head, match.end())
            return [*properties, "geometry"]
    return ["geometry"]


def inside_zip(path: Path) -> list[str]:
    """Return the names in a zip archive.

    Raises
    ------
    BadTable
        If the archive is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except _BROKEN_ZIP as error:
        raise BadTable(f"the zip archive is damaged ({error})", remedy=_AGAIN, file=path) from None


def shapefile_headings(path: Path) -> list[tuple[str, list[str]]]:
    """Return ``(layer, headings)`` for each Shapefile in a zip archive, from the head of its table of attributes."""
    found = []
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if not name.lower().endswith(".dbf"):
                    continue
                with archive.open(name) as file:
                    head = file.read(32)
                    fields = file.read(max(int.from_bytes(head[8:10], "little") - 33, 0))
                names = [
                    fields[at : at + 11].split(b"\0")[0].decode("utf-8", errors="replace")
                    for at in range(0, len(fields) - 31, 32)
                ]
                found.append((name[: -len(".dbf")], [*names, "geometry"]))
    except _BROKEN_ZIP as error:
        raise BadTable(f"the zip archive is damaged ({error})", remedy=_AGAIN, file=path) from None
    return found


def read_features(path: Path, layer: str | None, columns: Sequence[str] | None, kind: str) -> Reading:
    """Return the features of one layer, geometry as WKB in ``geometry``; see `readers.read`."""
    try:
        import pyogrio  # an optional part, and slow to load
    except ImportError:
        raise MissingExtra.named("geo", for_what="read maps (GeoPackage, GeoJSON, Shapefile)") from None
    _guard(path, kind)
    layers = {"geopackage": geopackage_layers, "shapefile": shapefile_headings}.get(kind)
    known = layers(path) if layers else [("", geojson_headings(path) or [])]
    chosen_layer = _choose([name for name, _ in known], layer, path)
    target: Any = path
    if kind == "shapefile":
        target = f"/vsizip/{path.absolute()}/{chosen_layer}.shp"
    try:
        info = pyogrio.read_info(target, layer=chosen_layer if kind == "geopackage" else None)
        fields = [str(field) for field in info["fields"]]
        with_shapes = info["geometry_type"] is not None
        names = check_headings([*fields, *(["geometry"] if with_shapes else [])], path, row=1, wanted=columns)
        places = pick(names, columns, path)
        meta, _, shapes, values = pyogrio.raw.read(
            target,
            layer=chosen_layer if kind == "geopackage" else None,
            columns=[fields[place] for place in places if place < len(fields)],
            read_geometry=len(fields) in places,
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        if isinstance(error, BadTable):
            raise
        raise BadTable(
            f"the map cannot be read ({str(error).splitlines()[0][:200]})", remedy=_AGAIN, file=path
        ) from None
    by_name = {str(name): value for name, value in zip(meta["fields"], values, strict=True)}
    series = []
    for place in places:
        if place == len(fields):
            series.append(pl.Series("geometry", list(shapes), dtype=pl.Binary))
        else:
            series.append(_series(names[place], by_name[fields[place]]))
    return Reading(pl.DataFrame(series), crs=str(meta["crs"] or "") if shapes is not None else "")


def _series(name: str, values: Any) -> pl.Series:
    if values.dtype == object:
        return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)
    return pl.Series(name, values).fill_nan(None) if values.dtype.kind == "f" else pl.Series(name, values)


def _choose(known: Sequence[str], layer: str | None, path: Path) -> str:
    if not known:
        raise BadTable("there is no layer in it", remedy="Check that this is the file you meant.", file=path)
    if layer is None:
        if len(known) > 1:
            raise BadTable(
                f"the file has {len(known)} layers: {listed(known, most=12)}", remedy="Say which one to use.", file=path
            )
        return known[0]
    if layer not in known:
        raise BadTable(f"there is no layer '{layer}'", remedy=f"Layers: {listed(known, most=12)}.", file=path)
    return layer


def _guard(path: Path, kind: str) -> None:
    size = path.stat().st_size
    if size > _MOST_FILE:
        raise BadTable(
            f"the file holds {shown_size(size)}; maps up to {shown_size(_MOST_FILE)} are read",
            remedy="Use generalised boundaries, or keep the areas you need.",
            file=path,
        )
    if kind != "shapefile":
        return
    try:
        with zipfile.ZipFile(path) as archive:
            total = 0
            for name in archive.namelist():
                with archive.open(name) as file:
                    while chunk := file.read(1 << 22):
                        total += len(chunk)
                        if total > _MOST_UNPACKED:
                            raise BadTable(
                                f"the archive unpacks to more than {shown_size(_MOST_UNPACKED)}",
                                remedy="Unpack it yourself and check what it is; use generalised boundaries.",
                                file=path,
                            )
    except _BROKEN_ZIP as error:
        raise BadTable(f"the zip archive is damaged ({error})", remedy=_AGAIN, file=path) from None
