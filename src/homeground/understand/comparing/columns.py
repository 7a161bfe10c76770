"""What goes into a comparison: areas with cohort and cluster, and the figures of each indicator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from homeground.errors import BadSpecification, BadTable, BadValue
from homeground.stats import FloatArray, IntArray
from homeground.tables import check_areas, listed, numbers, require_columns

__all__ = ["NOT_PLACED", "Laid", "Measure", "check_level", "figures_of", "lay_out"]

NOT_PLACED = "not placed"
_FIRST_ROW = 2


@dataclass(frozen=True)
class Measure:
    """One indicator: where its figures stand and how to read them.

    Attributes
    ----------
    name : str
        Its name in results; also the column of its values, unless `column` or a numerator and a denominator are given.
    title, theme, unit : str
        For people.
    higher_is : {'worse', 'better', ''}
        Which way is good; '' where neither is.
    column : str
        Column of the values ('' for `name`).
    numerator, denominator : str
        Columns of counts, instead of values: the figure is one over the other, times `per`, and areas count by the
        denominator, so that the mean of a cohort is its total numerator over its total denominator.
    per : float
        100 for per cent, 1000 for a rate per 1,000.
    weight : str
        Column by which areas count in means ('' for the population, or equally where that is not known).
    suppressed : str
        Column that is true where the publisher holds the figure back ('' when there is none).
    source_id : str
        The data set in the catalogue.
    """

    name: str
    title: str = ""
    theme: str = ""
    unit: str = ""
    higher_is: Literal["worse", "better", ""] = ""
    column: str = ""
    numerator: str = ""
    denominator: str = ""
    per: float = 1.0
    weight: str = ""
    suppressed: str = ""
    source_id: str = ""


@dataclass(frozen=True)
class Laid:
    """The areas of a comparison as numbers.

    Attributes
    ----------
    groups : ndarray of shape (n,)
        0 left behind, 1 other deprived, 2 the rest, 3 not placed.
    clusters : ndarray of shape (n,)
        Numbers of the clusters, in the order of their codes.
    cluster_codes : tuple of str
    names : tuple of str
        What the four groups are called.
    population : ndarray of shape (n,)
        NaN where not known; all NaN where the table has none.
    """

    groups: IntArray
    clusters: IntArray
    cluster_codes: tuple[str, ...]
    names: tuple[str, str, str, str]
    population: FloatArray


def lay_out(table: pl.DataFrame, *, names: tuple[str, str, str], cluster: str) -> Laid:
    """Return the areas of `table` as numbers, checked.

    Raises
    ------
    MissingColumns, DuplicateAreas, BadValue
        If the table lacks a column, repeats an area, names an unknown cohort, lacks a cluster, or has a negative number
        of people.
    BadTable
        If no area is left behind, none is anything else, or all lie in one cluster.
    """
    require_columns(table, ["area_code", "cohort", cluster])
    check_areas(table)
    words = (*names, NOT_PLACED)
    cohort = table["cohort"].cast(pl.String).fill_null(NOT_PLACED)
    unknown = (~cohort.is_in(list(words))).arg_true()
    if len(unknown):
        found = sorted(set(cohort.gather(unknown).to_list()))
        raise BadValue(
            f"'{cohort[int(unknown[0])]}' is no cohort of this comparison ({len(unknown):,} areas have one of: "
            f"{listed(found)})",
            remedy=f"The cohorts are called {listed([repr(word) for word in words], most=4)}.",
            row=int(unknown[0]) + _FIRST_ROW,
            column="cohort",
        )
    groups = cohort.replace_strict({word: place for place, word in enumerate(words)}, return_dtype=pl.Int64).to_numpy()
    for place, word in ((0, names[0]), (None, "anything else")):
        if not ((groups == 0) if place == 0 else (groups != 0)).any():
            raise BadTable(f"no area is {word}", remedy="A comparison needs areas of both kinds: check the list.")
    codes = table[cluster].cast(pl.String)
    blank = (codes.is_null() | (codes.str.strip_chars() == "")).arg_true()
    if len(blank):
        raise BadValue(
            f"{table['area_code'][int(blank[0])]} lies in no cluster ({len(blank):,} such areas)",
            remedy="Give every area the code of its authority, or leave it out.",
            row=int(blank[0]) + _FIRST_ROW,
            column=cluster,
        )
    known, numbered = np.unique(codes.to_numpy().astype(str), return_inverse=True)
    if len(known) < 2:
        raise BadTable(
            f"all areas lie in one cluster ({known[0]})",
            remedy="How far a difference could be off shows only between clusters: take smaller ones (MSOAs, say).",
            column=cluster,
        )
    return Laid(groups, numbered.astype(np.int64), tuple(known.tolist()), words, _people(table))


def _people(table: pl.DataFrame) -> FloatArray:
    if "population" not in table.columns:
        return np.full(table.height, np.nan)
    people = numbers(table, "population")
    return _not_negative(people, "population", "people")


def _not_negative(values: FloatArray, column: str, what: str) -> FloatArray:
    below = np.flatnonzero(values < 0)
    if len(below):
        row = int(below[0])
        raise BadValue(
            f"{values[row]:g} {what}", remedy="A number is nought or more.", row=row + _FIRST_ROW, column=column
        )
    return values


def figures_of(table: pl.DataFrame, measure: Measure, laid: Laid) -> tuple[FloatArray, FloatArray, str]:
    """Return the values and weights of an indicator, and what it is weighted by in words."""
    if bool(measure.numerator) != bool(measure.denominator):
        raise BadSpecification(
            f"the indicator '{measure.name}' has a numerator or a denominator only", remedy="Name both, or a column."
        )
    if measure.numerator:
        above, below = numbers(table, measure.numerator), numbers(table, measure.denominator)
        _not_negative(below, measure.denominator, "in the denominator")
        with np.errstate(invalid="ignore", divide="ignore"):
            values = np.where(below > 0, measure.per * above / below, np.nan)
        return values, below, "weighted by the denominator"
    values = measure.per * numbers(table, measure.column or measure.name)
    if measure.weight:
        weights = _not_negative(numbers(table, measure.weight), measure.weight, "as a weight")
        return values, weights, f"weighted by {measure.weight}"
    if np.isfinite(laid.population).any():
        return values, laid.population, "weighted by people"
    return values, np.ones(len(values)), "all areas count equally"


def check_level(values: FloatArray, clusters: IntArray) -> bool:
    """Return whether an indicator has one figure for a whole cluster: it belongs to the clusters, not to these areas.

    So it is if all clusters with several known areas have one figure each (and not all the same), or nine tenths of
    them do, with figures that mostly differ: some clusters may have been merged since. An indicator that is nought
    nearly everywhere is none of these.
    """
    known = np.isfinite(values)
    v, c = values[known], clusters[known]
    if not len(v):
        return False
    of_cluster = np.full(int(c.max()) + 1, np.nan)
    of_cluster[c] = v
    several = np.bincount(c) > 1
    varies = np.bincount(c, weights=v != of_cluster[c]) > 0
    one = several & ~varies
    if one.sum() < 2 or v.min() == v.max():
        return False
    if one.sum() == several.sum():
        return True
    return bool(one.sum() >= 0.9 * several.sum() and 2 * len(np.unique(of_cluster[one])) >= one.sum())
