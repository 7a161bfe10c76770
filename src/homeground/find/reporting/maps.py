"""The maps of a report: one of everywhere, and a small one of each larger area."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from homeground import words
from homeground.errors import BadTable, MissingExtra
from homeground.find.map import KINDS, Drawing, around, draw, usable_boundaries
from homeground.find.reporting.listing import Listing
from homeground.find.reporting.saying import says_where
from homeground.tables import check_areas, listed

__all__ = ["Maps", "draw_maps", "map_notes", "meanings"]

_MOST_SHAPES = 1_500  # with more areas than this, only places on the list and near it are drawn
_MOST_PLACES = 3_000  # with more places on the list than this there are no small maps
_SMALL = 260  # pixels across of a small map
_SMALL_BYTES = 8_000


@dataclass(frozen=True)
class Maps:
    """The maps of a page, or why there are none.

    Attributes
    ----------
    whole : Drawing or None
        The map of everywhere.
    small : mapping of str to str
        By name of the larger area: its own map, as ``<svg>``.
    why, remedy : str
        Why there is no map, and what to do; '' where none was asked for.
    """

    whole: Drawing | None = None
    small: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    remedy: str = ""


def draw_maps(
    listing: Listing,
    boundaries: pl.DataFrame | None,
    *,
    title: str,
    outlines: pl.DataFrame | None = None,
    crs: str | None = None,
) -> Maps:
    """Return the maps of a list.

    Parameters
    ----------
    listing : Listing
    boundaries : polars.DataFrame or None
        ``area_code`` and ``geometry`` (well-known binary).
    title : str
        What the list is called.
    outlines : polars.DataFrame, optional
        ``geometry`` of larger areas. Where there are too many areas to draw them all, those on the list and just
        outside are drawn over these, and each larger area gets a small map of its own.
    crs : str, optional
        Coordinates of both.

    Raises
    ------
    BadTable, DuplicateAreas, WrongBoundaries
        If the boundaries are no boundaries, name an area twice, or cannot lie where they are said to.

    Examples
    --------
    >>> from homeground.find.reporting.listing import Terms, make_listing
    >>> listing = make_listing(pl.DataFrame({"area_code": ["a"], "selected": [True]}), terms=Terms())
    >>> draw_maps(listing, pl.DataFrame({"area_code": ["b"], "geometry": [b""]}), title="One").why
    'none of the areas of the list has a boundary in the table that was given'
    """
    if boundaries is None:
        return Maps()
    shapes = usable_boundaries(boundaries)
    check_areas(shapes)
    areas = listing.table.join(shapes, on="area_code", how="left", maintain_order="left")
    if not areas["geometry"].count():
        why = "none of the areas of the list has a boundary in the table that was given"
        return Maps(why=why, remedy="Give the boundaries of the same areas and year.")
    areas = areas.with_columns(
        label=pl.struct(areas.columns).map_elements(_hover, return_dtype=pl.String),
        larger_area=pl.col("larger").map_elements(words.short_name, return_dtype=pl.String),
    )
    many = areas["geometry"].count() > _MOST_SHAPES
    near = areas.filter(pl.col("kind").is_in(["listed", "edge", "near"]))
    if many and not near["geometry"].count():
        return Maps(why="no place on the list, or near it, has a boundary", remedy="")
    try:
        whole = draw(
            near if many else areas,
            title=f"Map: {title}",
            description=_described(listing),
            outlines=outlines if many else None,
            crs=crs,
            labels=8,
        )
    except (MissingExtra, BadTable) as error:
        # A page without a map is still a page; it says what is not there.
        return Maps(why=error.problem, remedy=error.remedy)
    small = _small_maps(near, outlines, crs) if many and outlines is not None else {}
    return Maps(whole, small)


def meanings(listing: Listing) -> dict[str, str]:
    """Return what each kind of area on the map means."""
    said = dict(KINDS)
    if listing.knows_doubt:
        said["listed"] = "On the list, in at least 75 of 100 re-runs"
        said["edge"] = "On the list, in fewer than 75 of 100 re-runs"
        said["near"] = "Not on the list, but in at least 25 of 100 re-runs"
    return said


def map_notes(picture: Drawing | None, listing: Listing) -> Iterator[str]:
    """Yield what must be said under the map: what is enlarged, missing, or was mended."""
    if picture is None:
        return
    if picture.marks:
        yield "A place too small to see at this size is drawn as a mark."
    if picture.missing:
        yield f"{listing.terms.counted(len(picture.missing))} could not be drawn: {listed(picture.missing)}."
    if picture.mended:
        yield f"{words.count(picture.mended, 'boundary', 'boundaries')} crossed themselves and were mended first."


def _hover(row: dict[str, Any]) -> str:
    where = f", {row['larger']}" if row["larger"] else ""
    sure = f": {words.in_100(row['probability'])}" if row["probability"] is not None else ""
    return f"{words.clean(row['name'], most=80)}{words.clean(where, most=60)}{sure}"


def _described(listing: Listing) -> str:
    where = " ".join(says_where(listing))
    return f"{listing.terms.counted(listing.listed.height)} on the list. {where} The table below names every one."


def _small_maps(areas: pl.DataFrame, outlines: pl.DataFrame, crs: str | None) -> dict[str, str]:
    """Return a map of each larger area with its places inside the outlines they lie in."""
    chosen = areas.filter(pl.col("larger").is_not_null() & pl.col("geometry").is_not_null())
    if not 1 < areas["listed"].sum() <= _MOST_PLACES or chosen["larger"].n_unique() < 2:
        return {}
    beneath = usable_boundaries(outlines)
    chosen = chosen.with_columns(around=pl.Series(around(chosen, beneath), dtype=pl.List(pl.Int64)))
    found: dict[str, str] = {}
    for (larger,), held in chosen.group_by("larger", maintain_order=True):
        rows = sorted(set(held["around"].explode().drop_nulls().to_list()))
        if not held["listed"].any() or not 1 <= len(rows) <= 3:
            continue
        name = str(larger)
        places = words.count(int(held["listed"].sum()), "place")
        found[name] = draw(
            held,
            title=f"Map of {name}",
            description=f"{places} on the list, inside the boundary.",
            outlines=beneath[rows],
            crs=crs,
            name=f"map-{len(found)}",
            width=_SMALL,
            most_bytes=_SMALL_BYTES,
        ).svg
    return found
