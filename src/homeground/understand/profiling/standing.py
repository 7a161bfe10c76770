"""How a place stands among all others of its kind, for every figure at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from homeground.understand.profiling.figures import Figures, FloatArray, Measure, Native, Sums
from homeground.understand.profiling.intervals import between_areas, poisson, wilson

__all__ = ["Group", "Standings", "group_of", "group_values", "limits", "ordered", "standings", "values_of"]

_CENT = 100.0  # told per so many, a count is a part of its whole


@dataclass(frozen=True)
class Group:
    """The figures of a group of places together: one row for each measure."""

    id: str
    title: str
    value: FloatArray
    low: FloatArray
    high: FloatArray
    areas: NDArray[np.intp]
    people: float


@dataclass(frozen=True)
class Standings:
    """Every figure of every area of one kind, and the groups it is set beside.

    Attributes
    ----------
    node : str
    measures : tuple of Measure
        The order of the columns below.
    values : ndarray of shape (areas, k)
        In the measure's own unit; NaN where there is no figure.
    sums : mapping of str to (Sums, slice)
        By native node, and which columns are its own.
    groups : tuple of Group
        England, left-behind places and other deprived places, as far as they are known.
    made : dict
        What was worked out for one place and serves the next: the traits of all areas, the figures of an authority.
    """

    node: str
    measures: tuple[Measure, ...]
    values: FloatArray
    sums: dict[str, tuple[Sums, slice]]
    groups: tuple[Group, ...]
    made: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


def values_of(sums: Sums | Native, measures: tuple[Measure, ...]) -> FloatArray:
    """Return the figures in their own units: the quotient of the sums, times what they are told per.

    A share of more than all is none: the count and the whole come from different sources and do not fit.
    """
    per = np.array([measure.per for measure in measures])
    parts = np.array([measure.kind == "share" and measure.per == _CENT for measure in measures], dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(sums.below > 0, sums.above / sums.below, np.nan)
    found[parts & (found > 1 + 1e-9)] = np.nan
    kept: FloatArray = found * per
    return kept


def limits(sums: Sums, measures: tuple[Measure, ...]) -> tuple[FloatArray, FloatArray]:
    """Return the limits of each figure; NaN where it is a complete count or a model without limits."""
    low, high = np.full_like(sums.above, np.nan), np.full_like(sums.above, np.nan)
    # A figure of a larger area rests on all who live there, not on the part that the place is of it.
    whole = np.where(sums.coarse, np.maximum(sums.covered, 1e-9), 1.0)
    for place, measure in enumerate(measures):
        above, below = sums.above[:, place] / whole, sums.below[:, place] / whole
        if measure.interval in ("wilson", "poisson"):
            one, two = (wilson if measure.interval == "wilson" else poisson)(above, below)
            low[:, place], high[:, place] = one * measure.per, two * measure.per
        elif measure.interval == "published":
            low[:, place], high[:, place] = sums.low[:, place], sums.high[:, place]
    return low, high


def standings(figures: Figures, node: str, *, cohort: pl.DataFrame | None, base: str | None = None) -> Standings:
    """Return every figure of every area of `node`, and the groups that places are set beside.

    Parameters
    ----------
    figures : Figures
    node : str
    cohort : polars.DataFrame, optional
        ``area_code`` of `base`, and ``group``: ``left-behind`` or ``other-deprived``; others are left out.
    base : str, optional
        The kind of area the cohort is of; `node` when left out.

    Examples
    --------
    >>> from homeground.understand.profile import _example
    >>> found = standings(_example(), "lsoa21", cohort=None)
    >>> found.values.ravel(), [group.title for group in found.groups]
    (array([40. , 12.5]), ['England'])
    """
    everywhere = sparse.csr_array(sparse.identity(len(figures.codes[node]), format="csr"))
    reached = {
        name: native for name, native in figures.natives.items() if native.measures and figures.leads(node, name)
    }
    measures: list[Measure] = []
    columns: list[FloatArray] = []
    sums: dict[str, tuple[Sums, slice]] = {}
    for name, native in reached.items():
        added = figures.sums(everywhere, node, name)
        sums[name] = (added, slice(len(measures), len(measures) + len(native.measures)))
        measures += native.measures
        columns.append(values_of(added, native.measures))
    values = np.hstack(columns) if columns else np.empty((len(figures.codes[node]), 0))
    return Standings(node, tuple(measures), values, sums, _groups(figures, list(reached), cohort, base or node))


def _groups(figures: Figures, natives: list[str], cohort: pl.DataFrame | None, base: str) -> tuple[Group, ...]:
    found = []
    if cohort is not None:
        for id in ("left-behind", "other-deprived"):
            there = cohort.filter(pl.col("group") == id)
            if there.height:
                rows = figures.place_in(base, there["area_code"].to_list())
                found.append(group_values(figures, natives, base, rows[rows >= 0], id, str(there["title"][0])))
    spine = figures.spine
    found.append(group_values(figures, natives, "", np.empty(0, dtype=np.intp), "england", "all places"))
    people = np.nansum(figures.natives[spine].people)
    return (*found[:-1], replace(found[-1], title=figures.whole, people=float(people)))


def group_of(figures: Figures, standings: Standings, rows: NDArray[np.intp], id: str, title: str) -> Group:
    """Return the figures of several areas together, as `group_values`, from what is known of each already."""
    parts = []
    for name, (added, _) in standings.sums.items():
        parts.append(_together(added.above[rows], added.below[rows], figures.natives[name]))
    return _group(parts, float(np.nansum(figures.people_of(standings.node)[rows])), id, title)


def group_values(figures: Figures, natives: list[str], base: str, rows: NDArray[np.intp], id: str, title: str) -> Group:
    """Return the figures of several areas of `base` together; of all there are when `base` is ''."""
    parts = []
    for name in natives:
        native = figures.natives[name]
        if base:
            chosen = sparse.csr_array(
                (np.ones(len(rows)), (np.arange(len(rows)), rows)), shape=(len(rows), len(figures.codes[base]))
            )
            added = figures.sums(chosen, base, name)
            above, below = added.above, added.below
        else:
            above, below = native.above, native.below
        parts.append(_together(above, below, native))
    return _group(parts, float(np.nansum(figures.people_of(base)[rows])) if base else 0.0, id, title)


def _together(above: FloatArray, below: FloatArray, native: Native) -> tuple[FloatArray, ...]:
    per = np.array([measure.per for measure in native.measures])
    value, low, high = between_areas(above, below)
    areas = (np.isfinite(above) & np.isfinite(below)).sum(axis=0)
    return value * per, low * per, high * per, areas.astype(np.float64)


def _group(parts: list[tuple[FloatArray, ...]], people: float, id: str, title: str) -> Group:
    stacked = [np.concatenate([part[place] for part in parts]) if parts else np.empty(0) for place in range(4)]
    return Group(id, title, stacked[0], stacked[1], stacked[2], stacked[3].astype(np.intp), people)


def ordered(values: FloatArray, value: float, higher_is: str) -> tuple[int | None, int, float | None]:
    """Return the rank of a figure among others (1 is the worst), of how many, and the share (per cent) that do better.

    Where neither way is good, 1 is the highest, and the share is of those below. Places with the same figure share the
    best rank, and count half in the share.

    Examples
    --------
    >>> ordered(np.array([5.0, 9.0, 7.0, np.nan]), 9.0, "worse")
    (1, 3, 83.33333333333333)
    """
    known = values[np.isfinite(values)]
    if not np.isfinite(value) or not len(known):
        return None, len(known), None
    ahead = int((known < value).sum() if higher_is == "better" else (known > value).sum())
    same = int((known == value).sum())
    behind = len(known) - ahead - same
    return ahead + 1, len(known), 100.0 * (behind + same / 2) / len(known)
