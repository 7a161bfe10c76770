"""Places like this one: near in both indices, in size and in how rural they are."""

from __future__ import annotations

import numpy as np
import polars as pl

from homeground.understand.profiling.figures import Figures, FloatArray
from homeground.understand.profiling.standing import Standings

__all__ = ["RURAL", "nearest", "traits"]

_LEVEL = 1e-9  # distances closer than this are level
RURAL = "rural"
"""The series of indicators that say which share of people live in rural areas."""


def traits(figures: Figures, standings: Standings) -> tuple[tuple[str, ...], FloatArray]:
    """Return what places are likened by, each brought to the same spread: names, and an array of shape (areas, traits).

    Both indices as position among all areas, the logarithm of the people, and the share of people in rural areas; what
    is not known is left out. Each trait is divided by its standard deviation and counts the same.
    """
    if "traits" not in standings.made:
        standings.made["traits"] = _traits(figures, standings)
    found: tuple[tuple[str, ...], FloatArray] = standings.made["traits"]
    return found


def _traits(figures: Figures, standings: Standings) -> tuple[tuple[str, ...], FloatArray]:
    names, columns = [], []
    for index in ("deprivation", "need"):
        found = [(m.edition, place) for place, m in enumerate(standings.measures) if m.index == index]
        if found:
            names.append("deprivation" if index == "deprivation" else "community need")
            columns.append(standings.values[:, max(found)[1]])
    people = figures.people_of(standings.node)
    if np.isfinite(people).sum() > 1:
        names.append("number of people")
        columns.append(np.log(np.where(people > 0, people, np.nan)))
    rural = [place for place, m in enumerate(standings.measures) if m.series == RURAL]
    if rural:
        names.append("how rural it is")
        columns.append(standings.values[:, rural[-1]])
    if not columns:
        return (), np.empty((len(figures.codes[standings.node]), 0))
    table = np.column_stack(columns)
    with np.errstate(invalid="ignore"):
        spread = np.nanstd(table, axis=0)
    return tuple(names), table / np.where(spread > 0, spread, 1.0)


def nearest(
    figures: Figures, standings: Standings, own: FloatArray, *, k: int, without: frozenset[int]
) -> pl.DataFrame:
    """Return the `k` areas nearest to a place: ``area_code``, ``area_name``, ``distance`` (in standard deviations).

    Ties go to the smaller code. Source: the straight-line distance of standardised traits, as in CIPFA's models of near
    neighbours; weights are equal.

    Parameters
    ----------
    own : ndarray of shape (traits,)
        The place's own traits, as `traits` gives them.
    without : frozenset of int
        Areas that are the place itself.
    """
    _, table = traits(figures, standings)
    codes, names = figures.codes[standings.node], figures.names[standings.node]
    empty = pl.DataFrame(schema={"area_code": pl.String, "area_name": pl.String, "distance": pl.Float64})
    if table.shape[1] == 0 or not np.isfinite(own).all():
        return empty
    far = np.sqrt(((table - own) ** 2).sum(axis=1))
    far[list(without)] = np.nan
    there = np.flatnonzero(np.isfinite(far))
    if len(there) > k > 0:  # only those that can be among the first are put in order
        there = there[far[there] <= np.partition(far[there], k - 1)[k - 1] + _LEVEL]
    order = sorted(there.tolist(), key=lambda place: (round(float(far[place]), 12), codes[place]))[:k]
    return pl.DataFrame(
        {
            "area_code": [codes[place] for place in order],
            "area_name": [names[place] for place in order],
            "distance": [float(far[place]) for place in order],
        },
        schema=empty.schema,
    )
