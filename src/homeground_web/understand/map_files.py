"""What the explorer's map needs, as a part of a load: where each area stands, and its outline in tiles.

Tiles are one PMTiles file for a kind of area: a browser asks for the parts that it shows, and for nothing else. Each
outline carries the place of its area in the order of codes (``row``), so that any figure colours it by a short text.
"""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl
import shapely
from django.utils.translation import gettext_lazy as _

from homeground_web.places.loading import Loading, Step, register_step
from homeground_web.places.models import Area
from homeground_web.runs.actions import Computed, record
from homeground_web.runs.models import Run

__all__ = ["KIND", "LAYER", "MAP", "STANDING"]

KIND = "map"
LAYER = "areas"
STANDING = "standing.parquet"
MAP = "areas.pmtiles"
_ZOOMS = {"authority": (4, 9), "msoa": (4, 10), "ward": (4, 10)}
_FINEST = (4, 11)
_HALF_PIXEL = 0.5 * 360 / 4096  # degrees at zoom 0, for a tile of 4096 steps
_log = logging.getLogger(__name__)


def _run(loading: Loading) -> None:
    for node in loading.each("drawing the map"):
        _of(loading, node)


def _of(loading: Loading, node: str) -> None:
    began = time.monotonic()
    rows = list(
        Area.objects.filter(load=loading.load, node=node)
        .order_by("code")
        .values_list("code", "name", "group", "probability", "outline", "kind")
    )
    with tempfile.TemporaryDirectory() as folder:
        standing, tiles = Path(folder) / STANDING, Path(folder) / MAP
        _write_standing(rows, standing)
        files = {STANDING: (standing, "group and certainty of every area")}
        if _write_tiles(rows, tiles):
            files[MAP] = (tiles, "outlines of all areas, as PMTiles")
        record(
            Computed(
                kind=f"{KIND} {node}", title=f"Map of all areas ({node})", inputs=[], parameters={"node": node},
                sources=[], notes=[], summary={"areas": len(rows), "map": MAP in files},
                command="", seconds=time.monotonic() - began, files=files,
            ),
            load=loading.load,
            state=Run.State.PUBLISHED,
        )  # fmt: skip


def _write_standing(rows: list[tuple[Any, ...]], path: Path) -> None:
    pl.DataFrame(
        {
            "area_code": [row[0] for row in rows],
            "group": pl.Series([row[2] or None for row in rows], dtype=pl.String),
            "probability": pl.Series([row[3] for row in rows], dtype=pl.Float64),
        }
    ).write_parquet(path)


def _write_tiles(rows: list[tuple[Any, ...]], path: Path) -> bool:
    """Write the outlines as tiles; return whether there were any. Each area stays in sight at every zoom."""
    drawn = [(place, row) for place, row in enumerate(rows) if row[4] is not None]
    if not drawn:
        return False
    import geopandas as gpd  # type: ignore[import-untyped]
    from freestiler import freestile

    first, last = _ZOOMS.get(drawn[0][1][5], _FINEST)
    shapes = shapely.from_wkb([bytes(row[4]) for _, row in drawn])
    shapes = shapely.coverage_simplify(shapes, _HALF_PIXEL / 2**last)  # neighbours keep their common line
    frame = gpd.GeoDataFrame(
        {
            "row": [place for place, _ in drawn],
            "code": [row[0] for _, row in drawn],
            "name": [row[1] for _, row in drawn],
            "group": [row[2] for _, row in drawn],
        },
        geometry=list(shapes),
        crs="EPSG:4326",
    )
    freestile(frame, path, layer_name=LAYER, min_zoom=first, max_zoom=last, generate_ids=False, quiet=True)
    return True


register_step(Step("map", _("drawing the map"), order=60, weight=6, run=_run))
