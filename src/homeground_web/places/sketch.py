"""The small map of a place: its outline and its neighbours, drawn by the server."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import shapely

__all__ = ["Sketch", "sketch"]

_WIDTH, _HEIGHT, _ROOM = 300.0, 240.0, 0.18
_HALF_PIXEL = 0.5


@dataclass(frozen=True)
class Sketch:
    """A drawing: paths of the place and of its neighbours, in a box of `width` by `height`."""

    width: float
    height: float
    here: str
    around: tuple[str, ...]


def sketch(place: bytes | None, neighbours: Iterable[bytes | None]) -> Sketch | None:
    """Return the drawing of an outline (WKB, degrees) among its neighbours; None without an outline."""
    if place is None:
        return None
    own = shapely.from_wkb(bytes(place))
    west, south, east, north = own.bounds
    squeeze = math.cos(math.radians((south + north) / 2))  # a degree of longitude is shorter than one of latitude
    wide, high = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min(_WIDTH * (1 - 2 * _ROOM) / wide, _HEIGHT * (1 - 2 * _ROOM) / high)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2

    def place_in(points: Any) -> Any:
        moved = points.copy()
        moved[:, 0] = (points[:, 0] - middle_x) * squeeze * scale + _WIDTH / 2
        moved[:, 1] = _HEIGHT / 2 - (points[:, 1] - middle_y) * scale
        return moved

    window = shapely.box(-2, -2, _WIDTH + 2, _HEIGHT + 2)
    paths = []
    for outline in neighbours:
        if outline is not None:
            shape = shapely.simplify(shapely.transform(shapely.from_wkb(bytes(outline)), place_in), _HALF_PIXEL)
            path = _path(shapely.intersection(shapely.make_valid(shape), window))
            if path:
                paths.append(path)
    drawn = _path(shapely.simplify(shapely.transform(own, place_in), _HALF_PIXEL))
    return Sketch(_WIDTH, _HEIGHT, drawn, tuple(paths))


def _path(shape: Any) -> str:
    parts = []
    for polygon in shapely.get_parts(shape):
        if polygon.geom_type != "Polygon" or polygon.is_empty:
            continue
        for ring in (polygon.exterior, *polygon.interiors):
            points = [f"{x:.0f} {y:.0f}" for x, y in ring.coords[:-1]]
            parts.append("M" + "L".join(dict.fromkeys(points)) + "Z")
    return "".join(parts)
