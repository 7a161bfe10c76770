"""Which places lie within reach of which areas, and the nearest one: straight lines, or travel times as supplied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.errors import BadSpecification, BadValue, UnknownArea
from homeground.provenance import Note
from homeground.tables import listed, numbers, require_columns

__all__ = ["Pairs", "nearest", "straight_pairs", "travel_pairs"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
# 24 bytes each: above this a laptop would swap.
_MOST_PAIRS = 40_000_000


@dataclass(frozen=True)
class Pairs:
    """Pairs of an area and a place, with what it costs to get from one to the other.

    Attributes
    ----------
    area, place : ndarray of int of shape (n_pairs,)
        Row numbers, from 0, in the tables of areas and places.
    cost : ndarray of shape (n_pairs,)
        Kilometres, or minutes.
    """

    area: IntArray
    place: IntArray
    cost: FloatArray

    def where(self, keep: NDArray[np.bool_]) -> Pairs:
        """Return the pairs that `keep` marks."""
        return Pairs(self.area[keep], self.place[keep], self.cost[keep])


def _tree(xy: FloatArray) -> Any:
    from scipy.spatial import cKDTree

    return cKDTree(xy)


def straight_pairs(areas: FloatArray, places: FloatArray, km: float) -> Pairs:
    """Return all pairs of an area and a place no more than `km` apart, in a straight line.

    Parameters
    ----------
    areas, places : ndarray of shape (n, 2)
        Eastings and northings, in metres.
    km : float

    Raises
    ------
    BadSpecification
        If there are more pairs than memory has room for.

    Examples
    --------
    >>> found = straight_pairs(np.array([[0.0, 0.0], [9e3, 0.0]]), np.array([[0.0, 1e3], [3e3, 0.0]]), 2.0)
    >>> found.area, found.place, found.cost
    (array([0]), array([0]), array([1.]))
    """
    if not len(areas) or not len(places):
        none = np.empty(0, dtype=np.int64)
        return Pairs(none, none, np.empty(0))
    here, there = _tree(areas), _tree(places)
    metres = km * 1000 * (1 + 1e-12)  # what stands exactly on the edge is within reach
    count = int(here.count_neighbors(there, metres))
    if count > _MOST_PAIRS:
        raise BadSpecification(
            f"{count:,} pairs of an area and a place lie within {km:g} km of each other, more than fit in memory",
            remedy="Ask for a shorter reach, or for fewer places.",
        )
    found = here.sparse_distance_matrix(there, metres, output_type="ndarray")
    order = np.lexsort((found["j"], found["i"]))
    return Pairs(found["i"][order], found["j"][order], found["v"][order] / 1000)


def nearest(areas: FloatArray, places: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return for each area the row of its nearest place and how many kilometres away that is.

    Of places equally near, the one that stands first in the table is named.

    Examples
    --------
    >>> nearest(np.array([[0.0, 0.0]]), np.array([[0.0, 2e3], [1e3, 0.0], [1e3, 0.0]]))
    (array([1]), array([1.]))
    """
    if not len(places):
        return np.full(len(areas), -1), np.full(len(areas), np.nan)
    spots, first = np.unique(places, axis=0, return_index=True)
    most = min(4, len(spots))
    metres, at = _tree(spots).query(areas, k=np.arange(1, most + 1))
    tied = metres <= metres[:, :1]
    row = np.where(tied, first[at], len(places)).min(axis=1)
    return row.astype(np.int64), metres[:, 0] / 1000


def travel_pairs(
    travel: pl.DataFrame, area_codes: pl.Series, place_ids: pl.Series, *, file: str | None = None
) -> tuple[Pairs, list[Note]]:
    """Return the pairs of a table of travel times as supplied, and what in it could not be used.

    Parameters
    ----------
    travel : polars.DataFrame
        ``from`` (area code), ``to`` (name or number of a place), ``cost``. A pair that is not listed, or has no cost,
        is out of reach; of repeated pairs the quickest counts.
    area_codes, place_ids : polars.Series
        In the order of the tables.
    file : str, optional
        For messages.

    Raises
    ------
    BadValue
        If a cost is negative.
    UnknownArea
        If no pair names a known area and a known place.
    """
    require_columns(travel, ["from", "to", "cost"], file=file)
    cost = numbers(travel, "cost", file=file)
    if (cost < 0).any():
        at = int(np.flatnonzero(cost < 0)[0])
        raise BadValue(
            f"a journey cannot take {cost[at]:g}", remedy="Correct the cell.", file=file, row=at + 2, column="cost"
        )
    area = _position(travel["from"], area_codes)
    place = _position(travel["to"], place_ids)
    known = (area >= 0) & (place >= 0)
    notes = []
    for column, found, what in (("from", area, "areas"), ("to", place, "places")):
        lost = travel.filter(pl.Series(found < 0))[column].unique(maintain_order=True).to_list()
        if lost:
            text = f"Travel times: {len(lost):,} {what} are not known here and were passed over ({listed(lost)})."
            notes.append(Note(text, kind="excluded"))
    if not known.any():
        raise UnknownArea(
            "no row of the travel times names both a known area and a known place",
            remedy="The columns must hold area codes and the names (or numbers) of places as in the list of places.",
            file=file,
        )
    gaps = int((known & np.isnan(cost)).sum())
    if gaps:
        notes.append(Note(f"Travel times: {gaps:,} pairs have no time and count as out of reach.", kind="missing"))
    known &= np.isfinite(cost)
    order = np.lexsort((cost[known], place[known], area[known]))
    pairs = Pairs(area[known][order], place[known][order], cost[known][order])
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(pairs.area) != 0) | (np.diff(pairs.place) != 0)
    if not first.all():
        text = f"Travel times: {int((~first).sum()):,} pairs are listed again; the quickest counts."
        notes.append(Note(text, kind="assumed"))
    without = len(area_codes) - len(np.unique(pairs.area))
    if without:
        text = f"Travel times: {without:,} of {len(area_codes):,} areas have no journey listed to any of the places."
        notes.append(Note(text, kind="missing"))
    return pairs.where(first), notes


def _position(names: pl.Series, known: pl.Series) -> IntArray:
    """Return at which row of `known` each name stands (the first, where several do), -1 where none does."""
    there = pl.DataFrame({"name": known.cast(pl.String)}).with_row_index("at")
    there = there.unique("name", keep="first", maintain_order=True)
    asked = pl.DataFrame({"name": names.cast(pl.String).str.strip_chars()})
    found = asked.join(there, on="name", how="left", maintain_order="left")["at"]
    return found.cast(pl.Int64).fill_null(-1).to_numpy()
