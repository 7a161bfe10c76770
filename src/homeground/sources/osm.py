"""OpenStreetMap extracts (``.osm.pbf``, ``.osm``): the places in them that are social infrastructure."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import polars as pl

from homeground.errors import BadTable, MissingExtra
from homeground.sources.cells import shown_size
from homeground.sources.placewords import osm_tags

__all__ = ["is_osm", "read_osm"]

_TAG = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_LAYERS = ("points", "multipolygons")
_MOST = 2 << 30
_EXTRACT = "Cut an extract of your area, or save its places as GeoJSON."


def is_osm(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of an OpenStreetMap extract.

    Examples
    --------
    >>> is_osm(b'<?xml version="1.0"?><osm version="0.6">'), is_osm(b"name,lat,lon")
    (True, False)
    """
    return b"OSMHeader" in head[:64] or (head.lstrip().startswith(b"<") and b"<osm" in head[:1000])


def read_osm(path: Path) -> pl.DataFrame:
    """Return the places of an extract whose tags are in ``standards/places-to-meet.toml``.

    Parameters
    ----------
    path : Path

    Returns
    -------
    polars.DataFrame
        ``name`` (null where the map has none), ``kind``, ``osm_id``, ``geometry`` (WKB, degrees: a point, or an outline
        where the place was drawn as one).

    Raises
    ------
    MissingExtra
        If the part that reads maps is not installed.
    BadTable
        If the file is damaged, too large, or this machine's map library cannot read such extracts.
    """
    try:
        import pyogrio
    except ImportError:
        raise MissingExtra.named("geo", for_what="read OpenStreetMap extracts") from None
    if "OSM" not in pyogrio.list_drivers():
        raise BadTable(
            "the map library on this machine (GDAL) was built without OpenStreetMap support",
            remedy="Type: pip install --force-reinstall pyogrio. Or save the places as GeoJSON.",
            file=path,
        )
    size = path.stat().st_size
    if size > _MOST:
        raise BadTable(
            f"the extract holds {shown_size(size)}, more than {shown_size(_MOST)}", remedy=_EXTRACT, file=path
        )
    tags = osm_tags()
    keys = sorted({key for key, _ in tags})
    found = [_layer(path, layer, keys, tags) for layer in _LAYERS]
    return pl.concat(found)


def _layer(path: Path, layer: str, keys: list[str], tags: dict[tuple[str, str], str]) -> pl.DataFrame:
    import pyogrio

    try:
        fields = [str(name) for name in pyogrio.read_info(path, layer=layer)["fields"]]
        own = [key for key in keys if key in fields]
        where = [f"{key} IS NOT NULL" for key in own]
        where += [f"other_tags LIKE '%\"{key}\"=>%'" for key in keys if key not in own]
        wanted = [name for name in ("name", "osm_id", "osm_way_id", "other_tags", *own) if name in fields]
        with warnings.catch_warnings():
            # Outlines that the cut of an extract left open: GDAL closes them and warns; their centre is all we take.
            warnings.simplefilter("ignore", RuntimeWarning)
            meta, _, shapes, values = pyogrio.raw.read(path, layer=layer, columns=wanted, where=" OR ".join(where))
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        what = str(error).splitlines()[0][:200]
        raise BadTable(f"the extract cannot be read ({what})", remedy="Download it again.", file=path) from None
    by_name = dict(zip((str(name) for name in meta["fields"]), values, strict=True))
    ways = by_name.get("osm_way_id", by_name["osm_id"])
    rows = []
    for at in range(len(shapes)):
        held = {key: by_name[key][at] for key in own}
        held |= dict(_TAG.findall(by_name["other_tags"][at] or ""))
        kind = next((name for (key, value), name in tags.items() if held.get(key) == value), None)
        if kind is not None:
            rows.append((by_name["name"][at], kind, by_name["osm_id"][at] or ways[at], shapes[at]))
    schema = {"name": pl.String, "kind": pl.String, "osm_id": pl.String, "geometry": pl.Binary}
    return pl.DataFrame(rows, schema=schema, orient="row")
