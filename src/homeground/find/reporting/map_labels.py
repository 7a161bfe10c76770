"""Names on a map: each beside a place it belongs to, where it hides no other place and no other name."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from homeground import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MARK", "UNITS", "name_larger_areas"]

UNITS = 10
"""Drawing units in a pixel: whole numbers keep the page small and are still finer than the eye."""
MARK = 32
"""Radius of a mark, in drawing units."""

_HIGH = 11.5 * UNITS  # height of letters
_LETTER = 0.66  # mean width of a letter, in parts of its height
_LONGEST = 24

_Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Spot:
    """Where a name can stand: its box, the side of its place it stands on (1 right, -1 left), its middle height."""

    box: _Box
    side: int
    level: float


def name_larger_areas(
    present: pl.DataFrame,
    middle: NDArray[np.float64],
    bounds: NDArray[np.float64],
    paper: tuple[int, int],
    *,
    most: int,
) -> str:
    """Return the names of the larger areas with the most areas on the list, where there is room for them.

    Parameters
    ----------
    present : polars.DataFrame
        ``kind`` and, where they are known, ``larger_area``: one row per area on the map.
    middle : ndarray of shape (n, 2)
        A point inside each area, in drawing units.
    bounds : ndarray of shape (n, 4)
        Left, top, right and bottom of each, in drawing units.
    paper : (int, int)
        Width and height.
    most : int
        How many names at most.

    Returns
    -------
    str
        ``<text>`` elements, with a thin line where a name stands apart from its place; '' where there are none.

    Examples
    --------
    >>> areas = pl.DataFrame({"kind": ["listed"], "larger_area": ["Pitherdale"]})
    >>> where = np.array([[2000.0, 2000.0]]), np.array([[1990.0, 1990.0, 2010.0, 2010.0]])
    >>> name_larger_areas(areas, *where, (4200, 4200), most=1)
    '<text x="2051" y="2040" text-anchor="start">Pitherdale</text>'
    """
    if not most or "larger_area" not in present.columns:
        return ""
    listed = present["kind"].is_in(["listed", "edge"]).to_numpy()
    boxes = bounds[listed]
    taken: list[_Box] = []
    found: list[str] = []
    for name, x, y in _places(present, middle, most).iter_rows():
        if len(found) == most or len(name) > _LONGEST:
            continue
        spot = _room(x, y, len(name) * _LETTER * _HIGH, boxes, taken, paper)
        if spot is not None:
            taken.append(spot.box)
            found.append(_label(name, x, y, spot))
    return "".join(found)


def _places(present: pl.DataFrame, middle: NDArray[np.float64], most: int) -> pl.DataFrame:
    """Return name and place of twice as many larger areas as are wanted, those with the most on the list first."""
    points = present.select(
        pl.col("larger_area").cast(pl.String), "kind", x=pl.Series(middle[:, 0]), y=pl.Series(middle[:, 1])
    ).filter(pl.col("kind").is_in(["listed", "edge"]) & pl.col("larger_area").is_not_null())
    # A name leads to a place that is on the list: the one nearest to the middle of them all.
    off = sum((pl.col(at) - pl.col(at).median().over("larger_area")) ** 2 for at in ("x", "y"))
    return (
        points.with_columns(n=pl.len().over("larger_area"), off=off)
        .sort("off", "x", "y")
        .unique("larger_area", keep="first", maintain_order=True)
        .sort(["n", "larger_area"], descending=[True, False])
        .head(most * 2)
        .select("larger_area", "x", "y")
    )


def _room(
    x: float, y: float, wide: float, boxes: NDArray[np.float64], taken: Sequence[_Box], paper: tuple[int, int]
) -> _Spot | None:
    """Return the nearest spot where a name of this width hides the fewest places and no other name."""
    best, least = None, 4.0
    for far in (1.6, 4.0, 7.0, 11.0, 15.0, 20.0):
        for turn in (0.0, 25.0, -25.0, 50.0, -50.0):
            for side in (1, -1):
                near = x + side * far * MARK * math.cos(math.radians(turn))
                level = y - far * MARK * math.sin(math.radians(turn))
                left = near if side > 0 else near - wide
                box = (left, level - _HIGH * 0.6, left + wide, level + _HIGH * 0.6)
                inside = box[0] > 0 and box[1] > 0 and box[2] < paper[0] and box[3] < paper[1]
                if not inside or any(_touch(box, other) for other in taken):
                    continue
                cost = _hidden(box, boxes) + far / 7.0
                if cost < least:
                    best, least = _Spot(box, side, level), cost
    return best


def _hidden(box: _Box, boxes: NDArray[np.float64]) -> int:
    """Return how many places a name in this box would hide."""
    across = (boxes[:, 2] > box[0] - MARK) & (boxes[:, 0] < box[2] + MARK)
    return int((across & (boxes[:, 3] > box[1] - MARK / 2) & (boxes[:, 1] < box[3] + MARK / 2)).sum())


def _label(name: str, x: float, y: float, spot: _Spot) -> str:
    at = spot.box[0] if spot.side > 0 else spot.box[2]
    lead = ""
    if math.hypot(at - x, spot.level - y) > 1.8 * MARK:
        lead = f'<path class="lead" d="M{x:.0f} {y:.0f}L{at - 12 * spot.side:.0f} {spot.level:.0f}"/>'
    anchor = "start" if spot.side > 0 else "end"
    said = html.escape(words.clean(name))
    return f'{lead}<text x="{at:.0f}" y="{spot.level + _HIGH * 0.35:.0f}" text-anchor="{anchor}">{said}</text>'


def _touch(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
