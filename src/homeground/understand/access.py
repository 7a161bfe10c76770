"""What is within reach: the nearest place of each kind, how many there are, and how many people share them.

Straight lines from where people live on average (population-weighted centres) unless travel times are supplied. Further
away and fewer are worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.errors import BadSpecification, BadTable, BadValue
from homeground.provenance import Note, Source
from homeground.tables import check_areas, check_people, listed, numbers, require_columns
from homeground.understand.reaching.catchment import Fading, two_step
from homeground.understand.reaching.comparing import beside, gap_sentences
from homeground.understand.reaching.pairs import Pairs, nearest, straight_pairs, travel_pairs

__all__ = ["ANY", "Access", "access"]

FloatArray = NDArray[np.float64]
#: The kind that stands for all kinds together.
ANY = "any"


@dataclass(frozen=True)
class Access:
    """What is within reach of each area.

    Attributes
    ----------
    table : polars.DataFrame
        One row per area: ``area_code``, ``area_name`` …, ``population``; then for each kind of place K (and ``any``,
        all kinds together): ``nearest_km_K`` (lower is better), ``nearest_place_K``,
        ``within_0.8km_K`` (how many, higher is better) and ``catchment_K`` (what is left for 1,000 people of those who
        share it, higher is better). With travel times ``min`` stands for ``km`` where they are minutes.
    beside : polars.DataFrame
        One row per kind and group of areas (everywhere, each cohort, each authority): people-weighted means, and how
        many people are beyond each reach.
    places : polars.DataFrame
        The places, with how many people share each (``people_sharing``) and the area it was counted in.
    gaps : tuple of str
        The gaps in sentences.
    kinds : tuple of str
    unit : {'km', 'min'}
    within : tuple of float
    catchment : float
    notes : tuple of Note
    sources : tuple of Source
    """

    table: pl.DataFrame
    beside: pl.DataFrame
    places: pl.DataFrame
    gaps: tuple[str, ...]
    kinds: tuple[str, ...]
    unit: str
    within: tuple[float, ...]
    catchment: float
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()


def access(
    areas: pl.DataFrame,
    places: pl.DataFrame,
    *,
    within: Sequence[float] = (0.8, 2.0),
    catchment: float | None = None,
    fading: Fading = "none",
    travel: pl.DataFrame | None = None,
    unit: str = "km",
    called: str = "place on these lists",
    only: Sequence[str] | None = None,
    notes: Sequence[Note] = (),
    sources: Sequence[Source] = (),
) -> Access:
    """Return what is within reach of each area.

    Parameters
    ----------
    areas : polars.DataFrame
        ``area_code``, ``easting``, ``northing`` (metres; may be left out when `travel` is given), ``population`` (null
        where not known); ``area_name``, ``larger_area_name`` and ``cohort`` are carried along and compared.
    places : polars.DataFrame
        ``place``, ``kind``, ``easting``, ``northing``; ``supply`` (what it offers; 1 when left out); ``place_id``
        (what `travel` calls it; ``place`` when left out).
    within : sequence of float
        Reaches, in the unit.
    catchment : float, optional
        Width of the floating catchment; the widest reach when left out.
    fading : {'none', 'gaussian', 'steps'}
        How a place counts less with distance; see `homeground.understand.reaching.catchment.fade`.
    travel : polars.DataFrame, optional
        ``from``, ``to``, ``cost``: taken as it is. A pair that is not listed is out of reach.
    unit : {'km', 'min'}
        Of `within`, `catchment` and `travel`.
    called : str
        What a place of any kind is called in a sentence ("public place to meet").
    only : sequence of str, optional
        Tell of these areas only. The sums are made over all, since people next door share the same places.
    notes, sources : optional
        What is to travel with the result.

    Returns
    -------
    Access

    Raises
    ------
    BadTable, BadValue, DuplicateAreas
        If a table is malformed, a population or supply is negative.
    BadSpecification
        If a reach is not a number above nought, or wider than memory allows.

    Examples
    --------
    >>> areas = pl.DataFrame(
    ...     {"area_code": ["A", "B"], "easting": [0.0, 5e3], "northing": [0.0, 0.0], "population": [1000, 2400]}
    ... )
    >>> halls = pl.DataFrame({"place": ["Hut"], "kind": ["halls"], "easting": [500.0], "northing": [0.0]})
    >>> found = access(areas, halls)
    >>> found.table.select("area_code", "nearest_km_halls", "within_2km_halls", "catchment_halls").rows()
    [('A', 0.5, 1, 1.0), ('B', 4.5, 0, 0.0)]
    >>> found.gaps[0]
    '2,400 of 3,400 people are more than 2 km from any hall.'
    """
    reaches, width = _reaches(within, catchment, unit)
    people, told = _people(areas)
    supply = _supply(places, told)
    if travel is not None:
        ids = places["place_id"] if "place_id" in places.columns else places["place"]
        pairs, more = travel_pairs(travel, areas["area_code"], ids)
        told += more
        here = there = None
    else:
        here, there = _points(areas, "area"), _points(places, "place")
        pairs = straight_pairs(here, there, max(*reaches, width))
    kinds = tuple(dict.fromkeys(places["kind"].to_list()))
    if ANY in kinds:
        raise BadSpecification(f"no kind of place may be called '{ANY}'", remedy="It stands for all kinds together.")
    columns: dict[str, pl.Series] = {}
    sharing = np.zeros(places.height)
    for kind in (*kinds, ANY):
        chosen = np.ones(places.height, dtype=bool) if kind == ANY else (places["kind"] == kind).to_numpy()
        some = pairs.where(chosen[pairs.place])
        found = two_step(some, people, np.where(chosen, supply, 0.0), width=width, how=fading)
        if kind != ANY:
            sharing = np.where(chosen, found.people, sharing)
        columns |= _columns(kind, some, found.reached, chosen, (here, there), places, len(people), reaches, unit)
    table = _carried(areas, people).with_columns(**columns)
    home = _home(pairs, places.height, here, there, max(*reaches, width))
    counted = places.with_columns(
        people_sharing=pl.Series(sharing),
        area_code=areas["area_code"].cast(pl.String).gather(pl.Series(np.where(home >= 0, home, 0))),
    )
    counted = counted.with_columns(area_code=pl.when(pl.Series(home >= 0)).then("area_code"))
    lonely = int((sharing == 0).sum())
    if lonely:
        text = (
            f"{lonely:,} of {places.height:,} places have nobody living within {width:g} {unit} (or outside the areas)."
        )
        told.append(Note(text, kind="info"))
    if only is not None:
        table = _only(table, only)
    compared = beside(table, counted, kinds=(*kinds, ANY), within=reaches, unit=unit)
    gaps = gap_sentences(compared, within=reaches, unit=unit, called=called)
    return Access(
        table,
        compared,
        counted,
        gaps,
        (*kinds, ANY),
        unit,
        reaches,
        width,
        (*notes, *told),
        tuple(dict.fromkeys(sources)),
    )


def _reaches(within: Sequence[float], catchment: float | None, unit: str) -> tuple[tuple[float, ...], float]:
    if unit not in ("km", "min"):
        raise BadSpecification(f"there is no unit '{unit}'", remedy="Use km or min.")
    for reach in (*within, *([] if catchment is None else [catchment])):
        if not np.isfinite(reach) or reach <= 0:
            raise BadSpecification(f"a reach cannot be {reach:g} {unit}", remedy="Give a number above nought.")
    if not within:
        raise BadSpecification("no reach is given", remedy="Give at least one, such as 0.8.")
    reaches = tuple(sorted(dict.fromkeys(float(reach) for reach in within)))
    return reaches, float(catchment) if catchment is not None else reaches[-1]


def _people(areas: pl.DataFrame) -> tuple[FloatArray, list[Note]]:
    check_areas(areas)
    require_columns(areas, ["population"])
    people = numbers(areas, "population")
    check_people(areas.with_columns(population=pl.Series(people)))
    notes = []
    unknown = areas["area_code"].filter(pl.Series(np.isnan(people))).to_list()
    if unknown:
        text = f"{len(unknown):,} areas have no known population and count nobody: {listed(unknown)}."
        notes.append(Note(text, areas=tuple(unknown), kind="missing"))
    empty = areas["area_code"].filter(pl.Series(people == 0)).to_list()
    if empty:
        notes.append(Note(f"{len(empty):,} areas have no people: {listed(empty)}.", areas=tuple(empty), kind="info"))
    return people, notes


def _supply(places: pl.DataFrame, told: list[Note]) -> FloatArray:
    require_columns(places, ["place", "kind"])
    if places.height == 0:
        raise BadTable("there are no places", remedy="Give a file with at least one place.")
    if "supply" not in places.columns:
        return np.ones(places.height)
    supply = numbers(places, "supply")
    if (supply < 0).any():
        at = int(np.flatnonzero(supply < 0)[0])
        raise BadValue(
            f"the place '{places['place'][at]}' cannot offer {supply[at]:g}",
            remedy="Correct the cell, or leave it empty if it is not known.",
            column="supply",
        )
    unknown = int(np.isnan(supply).sum())
    if unknown:
        text = f"{unknown:,} of {places.height:,} places do not say what they offer: they add nothing to catchments."
        told.append(Note(text, kind="missing"))
    return supply


def _points(table: pl.DataFrame, what: str) -> FloatArray:
    require_columns(table, ["easting", "northing"])
    xy = np.column_stack([numbers(table, "easting"), numbers(table, "northing")])
    wrong = np.flatnonzero(~np.isfinite(xy).all(axis=1))
    if len(wrong):
        raise BadValue(
            f"{len(wrong):,} {what}s have no coordinates (first in row {int(wrong[0]) + 2})",
            remedy="Leave them out, or give their coordinates.",
        )
    return xy


def _columns(
    kind: str,
    pairs: Pairs,
    reached: FloatArray,
    chosen: NDArray[np.bool_],
    points: tuple[FloatArray | None, FloatArray | None],
    places: pl.DataFrame,
    n: int,
    reaches: tuple[float, ...],
    unit: str,
) -> dict[str, pl.Series]:
    """Return what the table says of one kind of place."""
    here, there = points
    names = places["place"].to_numpy()
    row, cost = np.full(n, -1), np.full(n, np.nan)
    if here is not None and there is not None:
        at, cost = nearest(here, there[chosen])
        row = np.flatnonzero(chosen)[at]
    elif len(pairs.area):
        order = np.lexsort((pairs.place, pairs.cost, pairs.area))
        first = order[np.unique(pairs.area[order], return_index=True)[1]]
        row[pairs.area[first]], cost[pairs.area[first]] = pairs.place[first], pairs.cost[first]
    named = np.where(row >= 0, names[row], None)
    found = {
        f"nearest_{unit}_{kind}": pl.Series(cost).fill_nan(None),
        f"nearest_place_{kind}": pl.Series(named, dtype=pl.String),
    }
    for reach in reaches:
        close = pairs.cost <= reach * (1 + 1e-12)
        found[f"within_{reach:g}{unit}_{kind}"] = pl.Series(np.bincount(pairs.area[close], minlength=n))
    found[f"catchment_{kind}"] = pl.Series(reached)
    return found


def _carried(areas: pl.DataFrame, people: FloatArray) -> pl.DataFrame:
    names = ["area_code", "area_name", "larger_area", "larger_area_name", "cohort", "boundary_kind", "boundary_year"]
    known = np.isfinite(people)
    whole = bool((people[known] == np.round(people[known])).all())
    population = pl.Series("population", people).fill_nan(None).cast(pl.Int64 if whole else pl.Float64)
    return areas.select(name for name in names if name in areas.columns).with_columns(population)


def _home(
    pairs: Pairs, n_places: int, here: FloatArray | None, there: FloatArray | None, width: float
) -> NDArray[np.int64]:
    """Return the area whose centre is nearest to each place, -1 where none is within the catchment."""
    if here is not None and there is not None:
        row, km = nearest(there, here)
        return np.where(km <= width, row, -1)
    home = np.full(n_places, -1)
    if len(pairs.place):
        order = np.lexsort((pairs.area, pairs.cost, pairs.place))
        first = order[np.unique(pairs.place[order], return_index=True)[1]]
        home[pairs.place[first]] = pairs.area[first]
    return home


def _only(table: pl.DataFrame, codes: Sequence[str]) -> pl.DataFrame:
    kept = table.filter(pl.col("area_code").is_in(list(codes)))
    if kept.height == 0:
        raise BadSpecification("none of the areas asked for is among those known", remedy="Check their codes.")
    return kept
