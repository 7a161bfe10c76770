"""The map of the invented district: a coast, and small areas that cover the land without gaps or overlaps.

Worked out in kilometres on a flat grid, then laid on longitude and latitude in the middle of the Atlantic Ocean, far
from any land, so that nobody can take it for a place.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Geometries = NDArray[np.object_]

# The corner of the flat grid: 53.9 degrees north, 33.3 degrees west, more than 800 km from the nearest land, Greenland.
WEST, SOUTH = -33.3, 53.9
_KM_PER_DEGREE = 111.32
_KM_PER_DEGREE_EAST = _KM_PER_DEGREE * float(np.cos(np.radians(54.07)))
_DECIMALS = 6  # of a degree: about 10 cm

_SHORE = [
    (44.6, 38.2), (45.6, 36.0), (46.2, 33.5), (46.0, 31.0), (45.9, 29.0), (45.1, 27.0), (45.7, 25.0), (44.0, 23.9),
    (43.4, 22.0), (43.6, 20.4), (42.8, 19.5), (41.5, 19.0), (42.8, 18.7), (43.8, 18.3), (43.3, 17.0), (43.1, 15.2),
    (43.8, 13.0), (44.4, 11.0), (43.3, 9.4), (43.6, 7.2), (43.8, 5.6), (43.0, 3.8), (42.2, 1.6), (42.8, -0.4),
]  # fmt: skip
_INLAND = [
    (34.0, -0.8), (26.0, 0.4), (18.0, -0.6), (10.0, 0.6), (3.0, 1.5), (0.8, 8.0), (-0.3, 16.0), (0.9, 24.0),
    (0.2, 31.0), (2.6, 37.5), (10.0, 38.6), (18.0, 37.9), (27.0, 38.8), (36.0, 38.0), (44.6, 38.2),
]  # fmt: skip

# How a ward's areas lie: (share of them in the built-up core, radius of the core in km, reach of the rest in km).
_SPREAD = {"pit_village": (0.7, 0.75, 2.6), "village": (0.35, 0.4, 3.6), "resort_back": (0.7, 0.7, 1.8)}
_TOWN = (1.0, 0.72, 0.0)


def draw_outline(rng: np.random.Generator) -> shapely.Polygon:
    """Return the land: an invented shore in the east, invented borders elsewhere, in kilometres."""
    shore = _roughen(np.array(_SHORE), rng, amount=0.14, finest=0.25)
    inland = _roughen(np.array([_SHORE[-1], *_INLAND]), rng, amount=0.07, finest=0.6)
    land = shapely.make_valid(shapely.Polygon(np.vstack([shore, inland[1:-1]])))
    pieces = shapely.get_parts(land)
    # Where two banks of the estuary touch, the water behind them becomes land.
    return shapely.Polygon(pieces[int(np.argmax(shapely.area(pieces)))].exterior)


def _roughen(line: FloatArray, rng: np.random.Generator, *, amount: float, finest: float) -> FloatArray:
    # Midpoint displacement, as coasts are drawn since Mandelbrot: each half a little off the straight line.
    while True:
        step = np.diff(line, axis=0)
        length = np.hypot(step[:, 0], step[:, 1])
        if length.max() < finest:
            return line
        across = np.column_stack([-step[:, 1], step[:, 0]]) * rng.uniform(-amount, amount, (len(step), 1))
        middle = (line[:-1] + line[1:]) / 2 + across
        long = np.flatnonzero(length >= finest)
        line = np.insert(line, long + 1, middle[long], axis=0)


def scatter(
    centres: FloatArray, kinds: list[str], counts: list[int], land: shapely.Polygon, rng: np.random.Generator
) -> tuple[FloatArray, IntArray]:
    """Return one point for each small area, and the number of the ward that it belongs to.

    A point lies on land and is nearer to its own ward's centre than to any other, so that wards hang together.
    """
    points, wards = [], []
    inside = land.buffer(-0.12)
    for ward, (centre, kind, count) in enumerate(zip(centres, kinds, counts, strict=True)):
        share, radius, reach = _SPREAD.get(kind, _TOWN)
        core = max(1, round(share * count))
        turn = rng.uniform(0, 2 * np.pi)
        for i in range(count):
            angle = turn + i * np.pi * (3 - np.sqrt(5))  # the sunflower's angle spreads points evenly
            if i < core:
                wanted = radius * np.sqrt((i + 0.5) / core)
            else:
                wanted = radius + (reach - radius) * np.sqrt((i - core + 1) / (count - core))
            points.append(_place(ward, centre, wanted, angle, centres, inside, rng))
            wards.append(ward)
    return np.array(points), np.array(wards, dtype=np.int64)


def _place(
    ward: int,
    centre: FloatArray,
    distance: float,
    angle: float,
    centres: FloatArray,
    inside: shapely.Geometry,
    rng: np.random.Generator,
) -> FloatArray:
    shapely.prepare(inside)
    for attempt in range(400):
        # Each attempt wanders a little further and comes a little nearer, so that one always succeeds.
        r = distance * (0.995**attempt) * rng.uniform(0.85, 1.15)
        a = angle + rng.normal(0, 0.12 + 0.01 * attempt)
        x, y = centre[0] + r * np.cos(a), centre[1] + r * np.sin(a)
        gaps = np.hypot(centres[:, 0] - x, centres[:, 1] - y)
        if int(np.argmin(gaps)) == ward and shapely.contains_xy(inside, x, y):
            return np.array([x, y])
    raise ValueError(f"no land was found for a small area of ward {ward + 1}: move its centre in places.toml")


def tessellate(points: FloatArray, land: shapely.Polygon) -> Geometries:
    """Return one polygon for each point, in longitude and latitude; together they cover the land once.

    The cells are those of the nearest point (Voronoi). A piece that the shore cuts off from its point goes to the
    neighbour with which it shares most border. Straight borders are then bent, all in the same way, by a smooth
    displacement of the whole map.
    """
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=land.buffer(5), ordered=True)
    )
    lines = shapely.union_all([*shapely.boundary(cells), land.boundary])
    faces = shapely.get_parts(shapely.polygonize([lines]))
    middles = shapely.point_on_surface(faces)
    shapely.prepare(land)
    faces, middles = faces[shapely.contains(land, middles)], middles[shapely.contains(land, middles)]
    tree = shapely.STRtree(shapely.points(points))
    owner = tree.nearest(middles)
    at_home = shapely.contains(faces, shapely.points(points)[owner])
    return _bend(_join_faces(faces, owner, at_home, len(points)))


def _join_faces(faces: Geometries, owner: IntArray, at_home: NDArray[np.bool_], count: int) -> Geometries:
    owner = owner.copy()
    for orphan in np.flatnonzero(~at_home):
        border = shapely.length(shapely.intersection(faces[orphan].boundary, shapely.boundary(faces)))
        owner[orphan] = owner[int(np.argmax(np.where(at_home, border, -1.0)))]
    return np.array([shapely.coverage_union_all(faces[owner == i]) for i in range(count)], dtype=object)


def _bend(cells: Geometries) -> Geometries:
    fine = shapely.segmentize(cells, 0.25)

    def move(xy: FloatArray) -> FloatArray:
        x, y = xy[:, 0], xy[:, 1]
        east = x + 0.10 * np.sin(2.1 * y + 0.7) + 0.07 * np.sin(4.3 * y + 1.3 * x) + 0.25 * np.sin(0.55 * y + 0.2 * x)
        north = y + 0.10 * np.sin(2.3 * x + 0.1) + 0.07 * np.sin(4.1 * x - 1.1 * y) + 0.25 * np.sin(0.5 * x - 0.3 * y)
        return np.round(to_degrees(np.column_stack([east, north])), _DECIMALS)

    return np.array(shapely.normalize(shapely.transform(fine, move)), dtype=object)


def to_degrees(km: FloatArray) -> FloatArray:
    """Return kilometres east and north as longitude and latitude."""
    return np.column_stack([WEST + km[:, 0] / _KM_PER_DEGREE_EAST, SOUTH + km[:, 1] / _KM_PER_DEGREE])


def to_km(degrees: FloatArray) -> FloatArray:
    """Return longitude and latitude as kilometres east and north."""
    return (degrees - [WEST, SOUTH]) * [_KM_PER_DEGREE_EAST, _KM_PER_DEGREE]


def merge(cells: Geometries, group: IntArray) -> Geometries:
    """Return the union of the cells of each group, numbered from 0."""
    groups = range(int(group.max()) + 1)
    return np.array([shapely.normalize(shapely.coverage_union_all(cells[group == g])) for g in groups], dtype=object)


def neighbours(cells: Geometries) -> IntArray:
    """Return each pair of cells that share a border, the smaller number first."""
    left, right = shapely.STRtree(cells).query(cells, predicate="intersects")
    pairs = np.column_stack([left, right])[left < right]
    shared = shapely.length(shapely.intersection(cells[pairs[:, 0]], cells[pairs[:, 1]]))
    return np.asarray(pairs[shared > 0], dtype=np.int64)
