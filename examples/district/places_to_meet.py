"""Where people of the invented district meet: lists of places, the centre of each area, and sites that could be had.

Coordinates are metres on an invented grid whose corner is at 600000 east, 800000 north. Read as British National Grid
that is the open North Sea, where there is no land: the checks of Homeground hold, and nobody can take it for a place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely

from examples.district import land
from examples.district.land import FloatArray, IntArray

__all__ = ["GRID", "KINDS", "Ground", "candidates", "centroids", "on_the_grid", "places_to_meet"]

GRID = "invented grid in metres, corner 600000 east 800000 north (no real place)"


@dataclass(frozen=True)
class Ground:
    """What is known of the areas of 2021.

    Attributes
    ----------
    keys : polars.DataFrame
        Codes and names of area, ward and authority.
    shapes : ndarray of shapely.Polygon
        In longitude and latitude.
    people : ndarray of int
    need : ndarray of float
        Hidden community need: more of it means fewer places to meet.
    urban : ndarray of float
    """

    keys: pl.DataFrame
    shapes: land.Geometries
    people: IntArray
    need: FloatArray
    urban: FloatArray


# File: title of one, places per area where need is at its mean, how much need takes away (log), words of names.
KINDS = {
    "libraries": (0.10, 0.75, ("Library",)),
    "halls": (0.28, 0.85, ("Village Hall", "Church Hall", "Parish Rooms", "Institute", "Drill Hall")),
    "community-centres": (0.17, 0.85, ("Community Centre", "Neighbourhood Centre", "Welfare")),
    "parks": (0.40, 0.45, ("Park", "Recreation Ground", "Green", "Gardens")),
    "pubs": (0.45, 0.55, ("Miners' Rest", "Lamp and Anchor", "Plough", "Railway Tavern", "Fisherman's Arms")),
    "surgeries": (0.14, 0.20, ("Surgery", "Medical Practice", "Health Centre")),
    "warm-spaces": (0.12, -0.15, ("Warm Space", "Open Kitchen", "Drop-in")),
}


def on_the_grid(degrees: FloatArray) -> FloatArray:
    """Return longitude and latitude of the invented map as metres on the invented grid."""
    return np.asarray(np.round(land.to_km(degrees) * 1000 + [600_000, 800_000]))


def centroids(ground: Ground, rng: np.random.Generator) -> pl.DataFrame:
    """Return the point that most people of each area live near, with how many live there."""
    points = _inside(ground.shapes, np.arange(len(ground.shapes)), rng, towards=0.8)
    grid = on_the_grid(points)
    renamed = ground.keys.select(
        area_code=pl.nth(0), area_name=pl.nth(1), larger_area="invented_authority_code",
        larger_area_name="invented_authority_name",
    )  # fmt: skip
    return renamed.with_columns(
        easting=pl.Series(grid[:, 0].astype(int)), northing=pl.Series(grid[:, 1].astype(int)),
        people=pl.Series(ground.people), grid=pl.lit(GRID),
    )  # fmt: skip


def _inside(shapes: land.Geometries, of: IntArray, rng: np.random.Generator, *, towards: float) -> FloatArray:
    """Return a point inside the shape of each number in `of`, drawn `towards` its middle."""
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes[of]))
    box = shapely.bounds(shapes[of])
    found = middle.copy()
    left = np.arange(len(of))
    for _ in range(30):
        drawn = rng.uniform(box[left, :2], box[left, 2:])
        drawn = towards * middle[left] + (1 - towards) * drawn
        ok = shapely.contains_xy(shapes[of[left]], drawn[:, 0], drawn[:, 1])
        found[left[ok]] = drawn[ok]
        left = left[~ok]
    return np.asarray(np.round(found, 6))


def places_to_meet(ground: Ground, kind: str, rng: np.random.Generator) -> pl.DataFrame:
    """Return the places of one kind: fewer where need is greater; a few closed, doubled or without a point."""
    mean, slope, words = KINDS[kind]
    often = mean * np.exp(-slope * ground.need + 0.15 * ground.urban)
    of = np.repeat(np.arange(len(ground.people)), rng.poisson(often))
    points = _inside(ground.shapes, of, rng, towards=0.3)
    grid = on_the_grid(points).astype(int)
    ward = ground.keys["invented_ward_name"].gather(of)
    word = [words[i] for i in rng.integers(0, len(words), len(of))]
    many: dict[str, int] = {}
    names = []
    for place, what in zip(ward, word, strict=True):
        name = f"{place} {what}"
        many[name] = many.get(name, 0) + 1
        names.append(name if many[name] == 1 else f"{name} {many[name]}")
    closed = rng.random(len(of)) < 0.04
    gone = rng.random(len(of)) < 0.02
    table = pl.DataFrame(
        {
            "invented_place": [f"invented-{kind}-{i + 1:03d}" for i in range(len(of))],
            "name": names,
            "easting": pl.Series(grid[:, 0]),
            "northing": pl.Series(grid[:, 1]),
            "hours_a_week": rng.integers(4, 60, len(of)),
            "status": np.where(closed, "closed", "open"),
            "invented_area_code_2021": ground.keys.to_series(0).gather(of),
            "grid": [GRID] * len(of),
        }
    )
    lost = pl.Series(gone)
    table = table.with_columns(
        pl.when(~lost).then(pl.col(axis)).otherwise(None).alias(axis) for axis in ("easting", "northing")
    )
    return pl.concat([table, table.head(1)])  # one stands there twice, as in real lists


def candidates(ground: Ground, rng: np.random.Generator) -> pl.DataFrame:
    """Return sites that could be had, with what they would cost: cheaper where places are needed."""
    of = np.sort(rng.choice(len(ground.people), 90, replace=False))
    grid = on_the_grid(_inside(ground.shapes, of, rng, towards=0.5)).astype(int)
    cost = np.round(np.exp(rng.normal(11.9, 0.35, len(of)) - 0.15 * ground.need[of]), -3).astype(int)
    sort = np.array(["former chapel", "empty shop", "school wing", "closed library", "pit baths", "church room"])
    return pl.DataFrame(
        {
            "invented_site": [
                f"{name}, {what}"
                for name, what in zip(
                    ground.keys.to_series(1).gather(of), sort[rng.integers(0, len(sort), len(of))], strict=True
                )
            ],
            "easting": pl.Series(grid[:, 0]),
            "northing": pl.Series(grid[:, 1]),
            "cost": cost,
            "invented_area_code_2021": ground.keys.to_series(0).gather(of),
            "grid": [GRID] * len(of),
        }
    )
