"""Draw areas as one small picture: inline SVG, made here from boundaries, with nothing to fetch and no script.

What an area is shows twice, by fill and by shape or pattern, so that nobody needs colour to read it. Areas too small to
see are drawn as a mark. The picture repeats what a table says; it never says more.
"""

from __future__ import annotations

import contextlib
import html
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from homeground import words
from homeground.errors import BadTable, MissingExtra, WrongBoundaries
from homeground.find.reporting.map_labels import MARK, UNITS, name_larger_areas
from homeground.tables import listed, require_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    _Geometries = NDArray[Any]

__all__ = ["KINDS", "MAP_STYLE", "Drawing", "around", "draw", "legend", "usable_boundaries"]

#: How an area can be drawn, from the bottom of the picture to the top, and what that means to a reader.
KINDS: dict[str, str] = {
    "rest": "Everywhere else",
    "unplaced": "Could not be placed",
    "deprived": "High deprivation, not on the list",
    "near": "Just outside the list",
    "edge": "On the list, near the edge",
    "listed": "On the list",
}

_CROWD = 3_000  # with more areas than this, names that a pointer would show are left out

MAP_STYLE = """
.map{display:block;width:100%;height:auto;max-width:36rem;background:var(--map-sea);border:1px solid var(--line)}
.map path,.map circle,.map rect{vector-effect:non-scaling-stroke}
.map .land{fill:var(--map-land);stroke:var(--map-line);stroke-width:.7}
.map .rest{fill:var(--map-land);stroke:var(--map-line);stroke-width:.7}
.map .unplaced{stroke:var(--map-line);stroke-width:.7}
.map .deprived{stroke:var(--map-ink);stroke-width:.7}
.map .near{fill:var(--map-land);stroke:var(--map-listed);stroke-width:1.3}
.map path.near{stroke-dasharray:3 2}
.map .edge{fill:var(--map-edge);stroke:var(--map-halo);stroke-width:.8}
.map path.edge{stroke:var(--map-listed);stroke-width:1.6}
.map .listed{fill:var(--map-listed);stroke:var(--map-halo);stroke-width:.8}
.map .hatch{stroke:var(--map-hatch);stroke-width:15;vector-effect:none}
.map .spot{fill:var(--map-hatch)}
.map .ground{fill:var(--map-land)}
.map text{font:600 115px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:var(--map-ink);
stroke:var(--map-sea);stroke-width:36px;stroke-linejoin:round;paint-order:stroke}
.map .lead{stroke:var(--map-ink);stroke-width:.8;fill:none}
.legend{list-style:none;margin:.6rem 0;padding:0;display:flex;flex-wrap:wrap;gap:.3rem 1.4rem}
.legend li{display:flex;align-items:center;gap:.5rem;margin:0}
.legend svg{width:1.5rem;height:1.5rem;flex:none;max-width:none;border:0;background:none}
:root{--map-sea:#fff;--map-land:#f1ece1;--map-line:#8b8578;--map-ink:#1d2021;--map-listed:#12436d;--map-edge:#f46a25;
--map-hatch:#4b5257;--map-halo:#fff}
@media screen and (prefers-color-scheme:dark){:root{--map-sea:#16191b;--map-land:#262c2f;--map-line:#737b80;
--map-ink:#f1efe9;--map-listed:#8cc3f0;--map-edge:#ff9a5c;--map-hatch:#b9bfc2;--map-halo:#16191b}}
@media print{.map{max-width:13cm;break-inside:avoid;
print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
"""Style rules the picture and its legend need; a page puts them in its one style element."""


@dataclass(frozen=True)
class Drawing:
    """A picture of areas, and what could not be drawn.

    Attributes
    ----------
    svg : str
        The picture: one ``<svg>`` element, safe to put in a page as it is.
    kinds : mapping of str to (int, int)
        Which of `KINDS` are in it, for the legend: how many are drawn with their outline, and how many as a mark.
    shapes, marks : int
        How many areas are drawn with their outline, and how many as a mark because they are too small to see.
    missing : tuple of str
        Codes of areas that have no boundary, or one that cannot be drawn.
    mended : int
        How many boundaries crossed themselves and were mended before drawing.
    """

    svg: str
    kinds: Mapping[str, tuple[int, int]]
    shapes: int
    marks: int
    missing: tuple[str, ...]
    mended: int


@dataclass(frozen=True)
class _Sheet:
    """The piece of paper: how coordinates become drawing units."""

    left: float
    top: float
    across: float  # drawing units for one unit of longitude (or metre) eastwards
    down: float
    width: int
    height: int
    offset: tuple[float, float] = (0.0, 0.0)

    def place(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        x = (points[:, 0] - self.left) * self.across + self.offset[0]
        y = (self.top - points[:, 1]) * self.down + self.offset[1]
        return np.column_stack([x, y])


def draw(
    areas: pl.DataFrame,
    *,
    title: str,
    description: str,
    outlines: pl.DataFrame | None = None,
    crs: str | None = None,
    labels: int = 0,
    name: str = "map",
    width: int = 420,
    most_bytes: int = 1_200_000,
) -> Drawing:
    """Return a picture of `areas`, each in the manner of its kind.

    Parameters
    ----------
    areas : polars.DataFrame
        ``area_code``, ``kind`` (one of `KINDS`), ``geometry`` (well-known binary; null where there is none) and, where
        they are known, ``label`` (what a pointer held over the area says) and ``larger_area`` (for `labels`).
    title, description : str
        What a screen reader says instead of the picture. Any text is safe.
    outlines : polars.DataFrame, optional
        ``geometry`` of the larger areas drawn beneath, in the same coordinates.
    crs : str, optional
        Coordinates of both tables, such as ``EPSG:4326`` or ``EPSG:27700``. When it is not said, numbers that fit
        degrees are taken as degrees and others as metres.
    labels : int
        Name this many larger areas on the picture, those with the most areas on the list first.
    name : str
        Begins every id in the picture; give each picture of a page its own.
    width : int
        Pixels across at which letters and marks have their natural size; the picture scales to its column.
    most_bytes : int
        Outlines are drawn more coarsely until they fit.

    Returns
    -------
    Drawing

    Raises
    ------
    BadTable
        If there is nothing to draw, or `geometry` does not hold well-known binary.
    WrongBoundaries
        If the coordinates cannot be in `crs`, or the outlines are in other coordinates than the areas.
    MissingExtra
        If the part that reads boundaries is not installed.

    Notes
    -----
    Degrees of longitude are shortened by the cosine of the middle latitude (an equirectangular projection), which keeps
    shapes true enough at the size of a country.

    Examples
    --------
    >>> import shapely
    >>> square = shapely.box(0, 52, 1, 53).wkb
    >>> square = pl.DataFrame({"area_code": ["X01000001"], "kind": ["listed"], "geometry": [square]})
    >>> picture = draw(square, title="One area", description="A square.")
    >>> picture.kinds, picture.shapes, picture.missing
    ({'listed': (1, 0)}, 1, ())
    """
    shapely = _shapely()
    require_columns(areas, ["area_code", "kind", "geometry"])
    shapes, mended = _read(areas["geometry"])
    usable = np.array([shape is not None for shape in shapes], dtype=bool)
    missing = tuple(areas["area_code"].cast(pl.String).filter(pl.Series(~usable)).to_list())
    if not usable.any():
        raise BadTable(
            f"none of the {areas.height:,} areas has a boundary that can be drawn",
            remedy="Give the boundaries of the same areas and the same year.",
        )
    present, shapes = areas.filter(pl.Series(usable)), shapes[usable]
    beneath = np.empty(0, dtype=object)
    if outlines is not None and outlines.height:
        beneath, _ = _read(outlines["geometry"])
        beneath = beneath[np.array([shape is not None for shape in beneath], dtype=bool)]
    degrees = _in_degrees(shapely, shapes, crs)
    if len(beneath) and not _overlap(shapely, shapes, beneath):
        raise WrongBoundaries(
            "the larger areas do not lie where the areas lie",
            remedy="Give both sets of boundaries in the same coordinates (EPSG:4326).",
        )
    everything = np.concatenate([shapes, beneath]) if len(beneath) else shapes
    sheet = _lay_out(shapely.total_bounds(everything), degrees=degrees, width=width * UNITS)
    shapes, beneath = (shapely.transform(group, sheet.place) for group in (shapes, beneath))
    land, paths = _within(shapely, beneath, shapes, most_bytes)
    middle, bounds = shapely.get_coordinates(shapely.point_on_surface(shapes)), shapely.bounds(shapes)
    body, kinds, counts = _areas(present, paths, middle, bounds, name)
    texts = name_larger_areas(present, middle, bounds, (sheet.width, sheet.height), most=labels)
    svg = _frame(sheet, name, title, description, _defs(name, kinds) + land + body + texts)
    return Drawing(svg, kinds, counts[0], counts[1], missing, mended)


def legend(
    kinds: Mapping[str, tuple[int, int]], *, meanings: Mapping[str, str] | None = None, name: str = "map"
) -> str:
    """Return the legend of a picture as a list: every kind with its sign and its words.

    Parameters
    ----------
    kinds : mapping
        From `Drawing.kinds`.
    meanings : mapping, optional
        What to say instead of the words in `KINDS`.
    name : str
        The `name` the picture was drawn with: the signs use its patterns.

    Examples
    --------
    >>> "On the list" in legend({"listed": (1, 0)})
    True
    """
    items = []
    for kind in reversed(KINDS):
        if kind not in kinds:
            continue
        said = _safe((meanings or KINDS).get(kind, KINDS[kind]))
        shapes, marks = kinds[kind]
        sign = f'<path class="{kind}" d="M8 18h84v64H8z"{_fill(kind, name)}/>'
        if marks > shapes:
            sign = _classed(_mark(kind, 50, 50), kind)
        frame = '<svg class="map" viewBox="0 0 100 100" aria-hidden="true" focusable="false">'
        items.append(f"<li>{frame}{sign}</svg><span>{said}</span></li>")
    return f'<ul class="legend">{"".join(items)}</ul>'


def usable_boundaries(boundaries: pl.DataFrame) -> pl.DataFrame:
    """Return ``area_code`` and ``geometry`` as plain well-known binary, whatever wrapper the file put round it.

    Raises
    ------
    MissingColumns, BadTable
        If a column is missing, or `geometry` holds something else.

    Examples
    --------
    >>> usable_boundaries(pl.DataFrame({"area_code": ["X1"], "geometry": [b"\\x01"], "more": [1]})).columns
    ['area_code', 'geometry']
    """
    require_columns(boundaries, ["area_code", "geometry"])
    return pl.DataFrame(
        {
            "area_code": boundaries["area_code"].cast(pl.String).str.strip_chars(),
            "geometry": pl.Series("geometry", _binary(boundaries["geometry"])),
        }
    )


def around(areas: pl.DataFrame, outlines: pl.DataFrame) -> list[tuple[int, ...]]:
    """Return for each area the rows of `outlines` that its middle lies in: none, one, or several where they overlap.

    Parameters
    ----------
    areas, outlines : polars.DataFrame
        ``geometry`` (well-known binary), in the same coordinates.

    Examples
    --------
    >>> import shapely
    >>> boxes = [shapely.box(0, 0, 1, 1).wkb, shapely.box(1, 0, 2, 1).wkb]
    >>> around(pl.DataFrame({"geometry": [boxes[1], None]}), pl.DataFrame({"geometry": boxes}))
    [(1,), ()]
    """
    shapely = _shapely()
    shapes, _ = _read(areas["geometry"])
    beneath, _ = _read(outlines["geometry"])
    found: list[list[int]] = [[] for _ in range(len(shapes))]
    for area, outline in shapely.STRtree(beneath).query(shapely.point_on_surface(shapes), predicate="within").T:
        found[area].append(int(outline))
    return [tuple(sorted(rows)) for rows in found]


def _safe(text: str) -> str:
    return html.escape(words.clean(text))


def _shapely() -> Any:
    try:
        import shapely
    except ImportError as error:
        raise MissingExtra.named("geo", for_what="draw a map") from error
    return shapely


def _binary(column: pl.Series) -> pl.Series:
    if column.dtype not in (pl.Binary, pl.Null) and hasattr(column, "ext"):
        # Not every column has a storage beneath; polars has no one error for that, and the next lines say what it is.
        with contextlib.suppress(Exception):
            column = column.ext.storage()
    if column.dtype == pl.Null:
        return column.cast(pl.Binary)
    if column.dtype != pl.Binary:
        raise BadTable(
            f"the column 'geometry' holds {str(column.dtype).lower()}, not boundaries in well-known binary",
            remedy="Read the boundaries from GeoParquet, GeoPackage, GeoJSON or a Shapefile.",
        )
    return column


def _read(column: pl.Series) -> tuple[_Geometries, int]:
    """Return shapes, None where there is nothing to draw, and how many were mended."""
    shapely = _shapely()
    raw = np.array(_binary(column).to_list(), dtype=object)
    with np.errstate(invalid="ignore"):  # endless coordinates are looked for below
        shapes = shapely.from_wkb(raw, on_invalid="ignore")
    corners, owner = shapely.get_coordinates(shapes, return_index=True)
    endless = np.unique(owner[~np.isfinite(corners).all(axis=1)])
    shapes[endless] = None
    shapes[shapely.is_empty(shapes)] = None
    shapes = shapely.force_2d(shapes)
    crossed = np.array([shape is not None for shape in shapes], dtype=bool) & ~shapely.is_valid(shapes)
    shapes[crossed] = shapely.make_valid(shapes[crossed])
    shapes[shapely.is_empty(shapes)] = None
    return shapes, int(crossed.sum())


def _in_degrees(shapely: Any, shapes: _Geometries, crs: str | None) -> bool:
    left, bottom, right, top = shapely.total_bounds(shapes)
    fits = left >= -180.0 and right <= 180.0 and bottom >= -90.0 and top <= 90.0
    if crs is None:
        return bool(fits)
    said = crs.strip().upper().endswith((":4326", ":4258", ":4277", ":4269", "CRS84", "WGS 84"))
    if said and not fits:
        raise WrongBoundaries(
            f"the boundaries are said to be in degrees ({crs}) but reach from {left:g} to {right:g}",
            remedy="Say which coordinates they are in, for example EPSG:27700 for British National Grid.",
        )
    return said


def _overlap(shapely: Any, shapes: _Geometries, beneath: _Geometries) -> bool:
    a, b = shapely.total_bounds(shapes), shapely.total_bounds(beneath)
    return bool(a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3])


def _lay_out(bounds: NDArray[np.float64], *, degrees: bool, width: int) -> _Sheet:
    left, bottom, right, top = (float(value) for value in bounds)
    shorter = math.cos(math.radians((top + bottom) / 2)) if degrees else 1.0
    shorter = max(shorter, 0.05)
    wide, high = (right - left) * shorter, top - bottom
    margin = 12 * UNITS
    inner = width - 2 * margin
    tall = int(min(max(inner * high / wide if wide > 0 else inner, 0.35 * inner), 1.5 * inner))
    scale = min(inner / wide if wide > 0 else math.inf, tall / high if high > 0 else math.inf)
    if not math.isfinite(scale):
        scale = 1.0
    offset = (margin + (inner - wide * scale) / 2, margin + (tall - high * scale) / 2)
    return _Sheet(left, top, scale * shorter, scale, width, tall + 2 * margin, offset)


def _within(shapely: Any, beneath: _Geometries, shapes: _Geometries, most_bytes: int) -> tuple[str, list[str]]:
    """Return the drawn larger areas and the path of each area, coarse enough to fit."""
    tolerance = 0.35 * UNITS
    while True:
        below = "".join(_path(shapely, shape) for shape in shapely.simplify(beneath, tolerance))
        paths = [_path(shapely, shape) for shape in shapely.simplify(shapes, tolerance)]
        if tolerance > 30 * UNITS or len(below) + sum(map(len, paths)) <= most_bytes:
            return (f'<path class="land" d="{below}"/>' if below else ""), paths
        tolerance *= 1.6


def _path(shapely: Any, shape: Any) -> str:
    """Return the rings of a shape as path data in whole drawing units; '' if nothing of it is left at this size."""
    steps: list[str] = []
    for polygon in shapely.get_parts(shapely.get_parts(shape)):
        if shapely.get_dimensions(polygon) != 2:
            continue
        for ring in [polygon.exterior, *polygon.interiors]:
            corners = np.rint(shapely.get_coordinates(ring)).astype(np.int64)[:-1]
            if len(corners) < 3 or np.ptp(corners, axis=0).max() < 0.5 * UNITS:
                continue
            moves = np.diff(corners, axis=0)
            moves = moves[(moves != 0).any(axis=1)]
            if len(moves) < 2:
                continue
            line = "".join(f"{x} {y} " for x, y in moves).replace(" -", "-").rstrip()
            steps.append(f"M{corners[0, 0]} {corners[0, 1]}l{line}z")
    return "".join(steps)


def _areas(
    present: pl.DataFrame, paths: list[str], middle: NDArray[np.float64], bounds: NDArray[np.float64], name: str
) -> tuple[str, dict[str, tuple[int, int]], tuple[int, int]]:
    kinds = present["kind"].to_list()
    labels = present["label"].to_list() if "label" in present.columns else [None] * present.height
    size = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    crowded = present.height > _CROWD
    if crowded:  # marks that would lie on top of each other are drawn once
        middle = np.round(middle / MARK) * MARK
    layers: dict[str, list[str]] = {kind: [] for kind in KINDS}
    marked = dict.fromkeys(KINDS, 0)
    for kind, label, path, across, (x, y) in zip(kinds, labels, paths, size, middle, strict=True):
        if kind not in layers:
            raise BadTable(f"'{kind}' is not a kind of area on a map", remedy=f"Use {listed(KINDS, most=6)}.")
        said = f"<title>{_safe(str(label))}</title>" if label and not crowded else ""
        small = kind in ("listed", "edge", "near") and across < 2 * MARK
        if small or not path:
            layers[kind].append(_mark(kind, x, y, said))
            marked[kind] += 1
        else:
            layers[kind].append(f'<path d="{path}">{said}</path>' if said else f'<path d="{path}"/>')
    drawn = {kind: (len(items) - marked[kind], marked[kind]) for kind, items in layers.items() if items}
    if crowded:
        layers = {kind: list(dict.fromkeys(items)) for kind, items in layers.items()}
    body = "".join(
        f"<g{_fill(kind, name)}>" + "".join(_classed(item, kind) for item in items) + "</g>"
        for kind, items in layers.items()
        if items
    )
    marks = sum(marked.values())
    return body, drawn, (present.height - marks, marks)


def _classed(item: str, kind: str) -> str:
    name, rest = item.split(" ", 1)
    return f'{name} class="{kind}" {rest}'


def _mark(kind: str, x: float, y: float, said: str = "") -> str:
    x, y = round(x), round(y)
    if kind == "edge":
        side = round(MARK * 1.7)
        inside = f'rect x="{x - side // 2}" y="{y - side // 2}" width="{side}" height="{side}"'
    elif kind == "near":
        inside = f'circle cx="{x}" cy="{y}" r="{round(MARK * 0.75)}"'
    else:
        inside = f'circle cx="{x}" cy="{y}" r="{MARK}"'
    return f"<{inside}>{said}</{inside.split(' ', 1)[0]}>" if said else f"<{inside}/>"


def _fill(kind: str, name: str) -> str:
    pattern = {"deprived": "hatch", "unplaced": "spots"}.get(kind)
    return f' fill="url(#{name}-{pattern})"' if pattern else ""


def _defs(name: str, kinds: Collection[str]) -> str:
    hatch = (
        f'<pattern id="{name}-hatch" width="45" height="45" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)">'
        '<rect class="ground" width="45" height="45"/><path class="hatch" d="M0 0V45"/></pattern>'
    )
    spots = (
        f'<pattern id="{name}-spots" width="50" height="50" patternUnits="userSpaceOnUse">'
        '<rect class="ground" width="50" height="50"/><circle class="spot" cx="25" cy="25" r="9"/></pattern>'
    )
    parts = (hatch if "deprived" in kinds else "") + (spots if "unplaced" in kinds else "")
    return f"<defs>{parts}</defs>" if parts else ""


def _frame(sheet: _Sheet, name: str, title: str, description: str, body: str) -> str:
    return (
        f'<svg class="map" viewBox="0 0 {sheet.width} {sheet.height}" role="img" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-description" focusable="false">'
        f'<title id="{name}-title">{_safe(title)}</title><desc id="{name}-description">{_safe(description)}</desc>'
        f"{body}</svg>"
    )
