"""From lists of places and where people live to what is within reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from homeground.errors import BadSpecification, MissingColumns
from homeground.journey.living import Living, chosen_areas
from homeground.provenance import Note, Source
from homeground.sources import readers
from homeground.sources.datasets import matching_key
from homeground.sources.opening import checksum
from homeground.sources.points import Points, read_points
from homeground.tables import listed
from homeground.understand.access import Access, access
from homeground.understand.reaching.catchment import Fading

__all__ = ["PlaceList", "gather_places", "measure_access", "read_list", "read_travel_times"]


@dataclass(frozen=True)
class PlaceList:
    """A file of places and how it is read; see `homeground.sources.points.read_points`.

    Attributes
    ----------
    path : Path
    kind : str
        '' for the file's name.
    kind_column, name_column, id_column, status_column, supply_column, x_column, y_column : str or None
        Headings.
    postcodes : Path or None
    swap : bool
    """

    path: Path
    kind: str = ""
    kind_column: str | None = None
    name_column: str | None = None
    id_column: str | None = None
    status_column: str | None = None
    supply_column: str | None = None
    x_column: str | None = None
    y_column: str | None = None
    postcodes: Path | None = None
    swap: bool = False


def read_list(item: PlaceList, *, kind: str, kind_column: str | None = None, keep: Sequence[str] = ()) -> Points:
    """Return the places of one file, read as `item` says, with the columns of `keep` beside them."""
    return read_points(
        item.path,
        kind=kind,
        kind_column=kind_column,
        name_column=item.name_column,
        status_column=item.status_column,
        x_column=item.x_column,
        y_column=item.y_column,
        postcodes=item.postcodes,
        swap=item.swap,
        keep=keep,
    )


def gather_places(lists: Sequence[PlaceList]) -> tuple[pl.DataFrame, list[Note], list[Source]]:
    """Return the places of several files in one table.

    Parameters
    ----------
    lists : sequence of PlaceList

    Returns
    -------
    tuple of polars.DataFrame, list of Note, list of Source
        ``place``, ``kind``, ``easting``, ``northing``, ``file``, ``row``, and ``place_id``, ``supply`` where asked for.

    Raises
    ------
    BadSpecification
        If there is no file, or one stands there twice under the same kind.
    """
    if not lists:
        raise BadSpecification("no list of places is given", remedy="Give --places KIND=FILE.")
    tables: list[pl.DataFrame] = []
    notes: list[Note] = []
    sources: list[Source] = []
    seen: set[tuple[Path, str]] = set()
    for item in lists:
        if (item.path.absolute(), item.kind) in seen:
            raise BadSpecification("this list of places is given twice", remedy="Give it once.", file=item.path)
        seen.add((item.path.absolute(), item.kind))
        keep = [name for name in (item.id_column, item.supply_column) if name is not None]
        found = read_list(item, kind=item.kind, kind_column=item.kind_column, keep=keep)
        names = {item.id_column: "place_id", item.supply_column: "supply"}
        table = found.table.rename({name: names[name] for name in keep})
        tables.append(table.with_columns(pl.lit(item.path.name).alias("file")))
        notes += found.notes
        sources.append(found.source)
    return pl.concat(tables, how="diagonal"), notes, sources


_FROM = ("from", "origin", "fromid", "originid", "areacode", "fromcode", "source")
_TO = ("to", "destination", "toid", "destinationid", "place", "placeid", "tocode", "target")
_COST = {
    "min": ("minutes", "min", "mins", "traveltime", "time", "duration", "travelminutes", "traveltimep50", "timemin"),
    "km": ("km", "distancekm", "distance", "kilometres"),
}


def read_travel_times(path: Path, *, unit: str | None = None) -> tuple[pl.DataFrame, str, Source]:
    """Return a table of travel times as supplied: ``from``, ``to``, ``cost``, its unit and where it is from.

    Parameters
    ----------
    path : Path
        With headings such as ``from``, ``to`` and ``minutes`` or ``km``.
    unit : {'km', 'min'}, optional
        Where the heading does not say it.

    Raises
    ------
    MissingColumns
        If one of the three is not there.
    """
    reading = readers.read(path, infer=False)
    by_key = {matching_key(name): name for name in reversed(reading.table.columns)}
    start = next((by_key[key] for key in _FROM if key in by_key), None)
    end = next((by_key[key] for key in _TO if key in by_key), None)
    cost = next(((by_key[key], kind) for kind in _COST for key in _COST[kind] if key in by_key), None)
    if start is None or end is None or cost is None:
        lacking = [name for name, got in (("from", start), ("to", end), ("minutes", cost)) if got is None]
        raise MissingColumns(
            f"the travel times lack the column {listed([repr(name) for name in lacking])}",
            remedy="Give a table with the columns from (area code), to (place), and minutes or km.",
            file=path,
        )
    table = reading.table.select(pl.col(start).alias("from"), pl.col(end).alias("to"), pl.col(cost[0]).alias("cost"))
    return table, unit or cost[1], Source(id="", title=path.name, file=path.name, sha256=checksum(path))


def measure_access(
    lists: Sequence[PlaceList],
    living: Living,
    *,
    within: Sequence[float] = (),
    catchment: float | None = None,
    fading: Fading = "none",
    travel_times: Path | None = None,
    unit: str | None = None,
    called: str = "place on these lists",
    only: Sequence[str] = (),
) -> Access:
    """Return what is within reach of where people live.

    Parameters
    ----------
    lists : sequence of PlaceList
    living : Living
        Of `homeground.journey.living.where_people_live`.
    within, catchment, fading, called : optional
        See `homeground.understand.access.access`; without `within` 0.8 and 2 km, or 15 and 30 minutes.
    travel_times : Path, optional
        See `read_travel_times`; straight lines when left out.
    unit : {'km', 'min'}, optional
        Of the travel times, where their heading does not say it.
    only : sequence of str
        Tell of these areas only; see `homeground.journey.living.chosen_areas`.
    """
    places, notes, sources = gather_places(lists)
    travel, measured = None, "km"
    if travel_times is not None:
        travel, measured, source = read_travel_times(travel_times, unit=unit)
        sources.append(source)
    else:
        text = "Distances are straight lines from where people live on average; the way on foot is longer."
        notes.append(Note(text, kind="estimated"))
    codes = chosen_areas(living.table, only) if only else None
    return access(
        living.table,
        places,
        within=within or ((0.8, 2.0) if measured == "km" else (15.0, 30.0)),
        catchment=catchment,
        fading=fading,
        travel=travel,
        unit=measured,
        called=called,
        only=codes,
        notes=(*living.notes, *notes),
        sources=(*living.sources, *sources),
    )
