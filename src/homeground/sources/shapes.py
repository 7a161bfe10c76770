"""Tables with shapes: GeoPackage and GeoJSON, written through GDAL without a data-frame library between."""

from __future__ import annotations

import contextlib
import io
import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.errors import BadSpecification, BadTable, DuplicateAreas, MissingExtra
from homeground.provenance import Note
from homeground.tables import require_columns

__all__ = ["Layer", "to_geojson", "to_geopackage", "without_boundary"]

# Well-known binary: the number of a shape's kind, and the kind that holds one or many of it.
_MANY = {1: "Point", 2: "MultiLineString", 3: "MultiPolygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}
_MOMENT = "2000-01-01T00:00:00.000Z"  # GeoPackage stores when it was written; the same table must give the same bytes


@dataclass(frozen=True)
class Layer:
    """A table and the shapes of its areas.

    Attributes
    ----------
    table : polars.DataFrame
        ``area_code`` and plain columns.
    boundaries : polars.DataFrame or None
        ``area_code``, ``geometry`` (WKB).
    crs : str
        Coordinate system of the shapes, such as ``EPSG:4326``.
    name : str
        Name of the layer.
    """

    table: pl.DataFrame
    boundaries: pl.DataFrame | None
    crs: str
    name: str


def without_boundary(table: pl.DataFrame, boundaries: pl.DataFrame | None) -> list[Note]:
    """Return a note that lists the areas that have no shape, or none when all have one.

    Examples
    --------
    >>> without_boundary(pl.DataFrame({"area_code": ["X1"]}), None)[0].text
    'No boundaries were given, so the file has no shapes.'
    """
    require_columns(table, ["area_code"])
    if boundaries is None:
        return [Note("No boundaries were given, so the file has no shapes.", kind="missing")]
    require_columns(boundaries, ["area_code", "geometry"])
    has = boundaries.filter(pl.col("geometry").is_not_null())["area_code"].cast(pl.String)
    codes = table["area_code"].cast(pl.String)
    lacking = codes.filter(~codes.is_in(has.implode()))
    if lacking.is_empty():
        return []
    verb = "area has" if len(lacking) == 1 else "areas have"
    text = f"{len(lacking):,} of {table.height:,} {verb} no boundary: kept in the file with an empty shape."
    return [Note(text, areas=tuple(str(code) for code in lacking), kind="missing")]


def to_geopackage(layer: Layer, about: Mapping[str, Any]) -> bytes:
    """Return the bytes of a GeoPackage with one layer; what travels with it lies in its table ``gpkg_metadata``."""
    lower = [name.lower() for name in layer.table.columns]
    repeated = next((name for place, name in enumerate(layer.table.columns) if name.lower() in lower[:place]), None)
    if repeated is not None:
        raise BadTable(
            f"the column '{repeated}' differs from another only in capital letters, which a GeoPackage cannot hold",
            remedy="Rename one of them.",
        )
    options = {
        "FID": _free("fid", lower),
        "GEOMETRY_NAME": _free("geom", lower),
        "IDENTIFIER": about["title"],
        "DESCRIPTION": _in_words(about),
    }
    metadata = {key: value if isinstance(value, str) else _json(value) for key, value in about.items()}
    return _through_gdal(layer, "GPKG", layer_options=options, layer_metadata=metadata)


def to_geojson(layer: Layer, about: Mapping[str, Any]) -> bytes:
    """Return the bytes of a GeoJSON file (RFC 7946: degrees); what travels with it stands at its top."""
    content = _through_gdal(layer, "GeoJSON", layer_options={"RFC7946": "YES"})
    start = b'"type": "FeatureCollection",\n'
    if start not in content[:200]:
        raise AssertionError("GDAL has changed how it begins a GeoJSON file")
    members = "".join(f"{_json(key)}: {_json(value)},\n" for key, value in about.items())
    return content.replace(start, start + members.encode(), 1)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _free(name: str, taken: list[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _in_words(about: Mapping[str, Any]) -> str:
    parts = []
    for source in about["sources"]:
        words = [source.get(key, "") for key in ("title", "publisher", "period", "licence", "address")]
        parts.append("Source: " + ", ".join(word for word in words if word) + ".")
    parts += [note["text"] for note in about["notes"]]
    return " ".join(parts)


def _through_gdal(layer: Layer, driver: str, **options: Any) -> bytes:
    try:
        from pyogrio import raw
        from pyogrio.errors import CRSError, DataSourceError, FeatureError, GeometryError
    except ImportError:
        raise MissingExtra.named("geo", for_what=f"write {driver}") from None
    shapes = _shapes(layer)
    columns = [_field(layer.table[name]) for name in layer.table.columns]
    kind, promote = _kind(shapes)
    buffer = io.BytesIO()
    try:
        with _clock_stopped():
            raw.write(
                buffer,
                shapes,
                [values for values, _ in columns],
                layer.table.columns,
                field_mask=[mask for _, mask in columns],
                layer=layer.name or "results",
                driver=driver,
                geometry_type=kind,
                crs=layer.crs,
                promote_to_multi=promote,
                **options,
            )
    except CRSError as error:
        raise BadSpecification(
            f"the coordinate system '{layer.crs}' is not known ({error})", remedy="Use a name such as 'EPSG:27700'."
        ) from None
    except (DataSourceError, FeatureError, GeometryError) as error:
        raise BadTable(
            f"the shapes cannot be written ({error})", remedy="Check that the geometry column holds well-known binary."
        ) from None
    return buffer.getvalue()


def _shapes(layer: Layer) -> NDArray[np.object_]:
    """Return one WKB per row of the table, None where the area has no boundary."""
    codes = layer.table.select(pl.col("area_code").cast(pl.String))
    if layer.boundaries is None:
        return np.full(codes.height, None, dtype=object)
    known = layer.boundaries.select(pl.col("area_code").cast(pl.String), "geometry")
    if known["geometry"].dtype != pl.Binary:
        raise BadTable(
            f"the column 'geometry' holds {known['geometry'].dtype}, not shapes", remedy="Give WKB (binary)."
        )
    repeated = known.filter(known["area_code"].is_duplicated())
    if repeated.height:
        raise DuplicateAreas(
            f"the area {repeated['area_code'][0]} has more than one boundary", remedy="Keep one shape for each area."
        )
    joined = codes.join(known, on="area_code", how="left", maintain_order="left")
    shapes = np.empty(codes.height, dtype=object)
    shapes[:] = joined["geometry"].to_list()
    return shapes


def _kind(shapes: NDArray[np.object_]) -> tuple[str, bool]:
    """Return the kind of shape that the layer declares, and whether single shapes must be wrapped to fit it."""
    kinds = set()
    for shape in shapes:
        if shape is None:
            continue
        if len(shape) < 5 or shape[0] not in (0, 1):
            raise BadTable("a boundary is not well-known binary", remedy="Give the geometry column as WKB.")
        kinds.add(int(struct.unpack("<I" if shape[0] else ">I", shape[1:5])[0]))
    many = {_MANY.get(kind, "Unknown") for kind in kinds}
    name = many.pop() if len(many) == 1 else "Unknown"
    return name, name.startswith("Multi")


def _field(series: pl.Series) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Return a column as GDAL takes it, and where it is missing."""
    missing = series.is_null().to_numpy()
    if series.dtype == pl.Boolean:
        return series.fill_null(value=False).to_numpy(), missing
    if series.dtype.is_integer():
        try:
            return series.cast(pl.Int64).fill_null(0).to_numpy(), missing
        except pl.exceptions.InvalidOperationError:
            raise BadTable(
                f"the column '{series.name}' holds whole numbers that are too large for a map file",
                remedy="Write .csv or .parquet, or turn the column into text.",
            ) from None
    if series.dtype.is_float():
        return series.to_numpy(), missing
    text = np.empty(len(series), dtype=object)
    text[:] = series.cast(pl.String).to_list()
    return text, missing


@contextlib.contextmanager
def _clock_stopped() -> Iterator[None]:
    from pyogrio import get_gdal_config_option, set_gdal_config_options

    before = get_gdal_config_option("OGR_CURRENT_DATE")
    set_gdal_config_options({"OGR_CURRENT_DATE": _MOMENT})
    try:
        yield
    finally:
        set_gdal_config_options({"OGR_CURRENT_DATE": before})
