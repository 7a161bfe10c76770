"""Choose the places with the greatest double need, and say of every other place why it is not among them.

Two rankings go in, one row for every area comes out. Nothing is dropped: an area that lacks a rank, was excluded, is
too small or fell to a cap keeps its row and is told the reason in plain words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.errors import BadSpecification
from homeground.find.beside import SideBySide, lay_side_by_side, note_gaps
from homeground.find.choosing import cap_column, choose, eligible
from homeground.find.rules import Rule, cut
from homeground.provenance import Note, Source
from homeground.stats import FloatArray
from homeground.tables import numbers

__all__ = ["NOT_PLACED", "OTHER_DEPRIVED", "Cohort", "cohort"]

NOT_PLACED = "not placed"
OTHER_DEPRIVED = "other deprived"


@dataclass(frozen=True)
class Cohort:
    """A list of places, with every place that is not on it.

    Attributes
    ----------
    table : polars.DataFrame
        One row per area, in the order of the codes: ``area_code``, ``area_name``, ``deprivation_rank`` and
        ``need_rank`` (1 is the most need), ``selected``, ``cohort`` (the label of the list, 'other deprived', the
        label of the rest, or 'not placed'), ``reason`` (why an area could not be placed, or was left out although it
        is on the list of areas; null otherwise), ``larger_area``, ``larger_area_name``, ``population``,
        ``combined_need`` (higher is more need; what the rule puts areas in order by) and ``boundary_year``; then any
        further columns of the list of areas.
    selected : tuple of str
        Codes of the chosen areas.
    unplaced : tuple of str
        Codes of areas on the list that lack one of the two ranks. They are rows of `table`.
    uncovered : tuple of str
        Codes of areas that have a rank but are not on the list of areas. They are no rows of `table`.
    rule : Rule
    n_deprivation, n_need : int
        How many areas each ranking ranks.
    name, title, label, rest : str
        The name of the cohort file, and what the list, its places and the other places are called.
    kind : str
        What the areas are: ``lsoa``, ``ward`` …, or ``area``.
    boundary_year : int or None
    notes : tuple of Note
    sources : tuple of Source
    """

    table: pl.DataFrame
    selected: tuple[str, ...]
    unplaced: tuple[str, ...]
    uncovered: tuple[str, ...]
    rule: Rule
    n_deprivation: int
    n_need: int
    name: str = ""
    title: str = ""
    label: str = "left behind"
    rest: str = "rest of England"
    kind: str = "area"
    boundary_year: int | None = None
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def people(self) -> int | None:
        """How many people live in the chosen areas; None where that is not known for every one of them."""
        chosen = self.table.filter("selected")["population"]
        return None if chosen.null_count() or not len(chosen) else int(chosen.sum())


def cohort(
    deprivation: pl.DataFrame,
    need: pl.DataFrame,
    *,
    rule: Rule,
    areas: pl.DataFrame | None = None,
    n_deprivation: int | None = None,
    n_need: int | None = None,
    minimum_population: float | None = None,
    exclude: Sequence[str] = (),
    cap: int | None = None,
    cap_by: str | None = None,
    other_deprived_share: float = 0.1,
    gaps: Mapping[str, str] | None = None,
    unlisted: Literal["refuse", "report"] = "refuse",
    kind: str = "area",
    boundary_year: int | None = None,
    name: str = "",
    title: str = "",
    label: str = "left behind",
    rest: str = "rest of England",
    notes: Sequence[Note] = (),
    sources: Sequence[Source] = (),
) -> Cohort:
    """Return the places that the rule takes from two rankings, and what every other place is.

    Parameters
    ----------
    deprivation, need : polars.DataFrame
        ``area_code`` and ``rank`` (1 is the most need; null where there is none) or, without it, ``score`` (higher is
        more need), which is then ranked.
    rule : Rule
        Which places are taken, and how many. Ties: see `homeground.find.rules`; codes decide.
    areas : polars.DataFrame, optional
        The areas there are: ``area_code``, and where known ``area_name``, ``larger_area``, ``larger_area_name``,
        ``population`` (people) and columns of your own. The areas of either ranking when left out.
    n_deprivation, n_need : int, optional
        How many areas each ranking ranks, where that is more than the ranks at hand.
    minimum_population : float, optional
        Areas with fewer people are not chosen. Areas whose number of people is not known are not chosen either.
    exclude : sequence of str
        Codes of areas that are not to be chosen, because they are funded already, say.
    cap : int, optional
        At most this many are chosen in one larger area, those with the highest combined need first. With
        'worst-on-both' the list gets shorter; with the other rules the next areas in order move up.
    cap_by : str, optional
        Column of `areas` with the larger area; ``larger_area`` when left out.
    other_deprived_share : float
        The worst share of the deprivation ranking (0 to 1) that makes an area 'other deprived' when it is not chosen.
    gaps : mapping of str to str, optional
        Why an area has no rank, where that is known.
    unlisted : {'refuse', 'report'}
        What to do when a ranking has areas that `areas` lacks.
    kind, boundary_year : str, int, optional
        What the areas are (``lsoa``, ``ward`` …) and of which year: the codes are held to it.
    name, title, label, rest : str
        What the cohort file, the list, its places and the other places are called.
    notes, sources : sequence
        Carried into the result.

    Returns
    -------
    Cohort

    Raises
    ------
    MissingColumns, DuplicateAreas, BadValue
        If a table is not what it should be; the message names row and column.
    UnknownArea
        If areas are excluded or ranked that are not on the list of areas.
    WrongBoundaries
        If the two rankings are of different boundaries.
    BadSpecification
        If an option makes no sense.

    Examples
    --------
    >>> deprivation = pl.DataFrame({"area_code": ["a", "b", "c", "d"], "rank": [1, 2, 3, 4]})
    >>> need = pl.DataFrame({"area_code": ["a", "b", "c"], "rank": [2, 3, 1]})
    >>> found = cohort(deprivation, need, rule=Rule(share=0.5), n_need=4, other_deprived_share=0.5)
    >>> found.table.select("area_code", "selected", "cohort", "reason").rows()
    [('a', True, 'left behind', None), ('b', False, 'other deprived', None), \
('c', False, 'rest of England', None), ('d', False, 'not placed', 'no need rank')]
    >>> found.unplaced
    ('d',)
    """
    _check_options(minimum_population, cap, other_deprived_share, (label, rest))
    laid = lay_side_by_side(
        deprivation,
        need,
        areas=areas,
        n_deprivation=n_deprivation,
        n_need=n_need,
        unlisted=unlisted,
        kind=kind,
        year=boundary_year,
    )
    unplaced = note_gaps(laid, gaps or {})
    may = eligible(laid, ~unplaced, minimum_population, exclude)
    chosen = choose(laid, rule, may, cap=cap, cap_by=cap_column(laid.table, cap, cap_by))
    deprived = laid.deprivation <= cut(Rule(share=other_deprived_share), laid.n_deprivation)
    place = np.where(chosen, label, np.where(deprived, OTHER_DEPRIVED, rest))
    table = _table(laid, rule, chosen, np.where(unplaced, NOT_PLACED, place), boundary_year)
    return Cohort(
        table=table,
        selected=tuple(table.filter("selected")["area_code"].to_list()),
        unplaced=tuple(table.filter(pl.Series(unplaced))["area_code"].to_list()),
        uncovered=laid.uncovered,
        rule=rule,
        n_deprivation=laid.n_deprivation,
        n_need=laid.n_need,
        name=name,
        title=title,
        label=label,
        rest=rest,
        kind=kind,
        boundary_year=boundary_year,
        notes=(*notes, *laid.notes),
        sources=tuple(dict.fromkeys(sources)),
    )


def _check_options(minimum: float | None, cap: int | None, share: float, labels: tuple[str, str]) -> None:
    if minimum is not None and not (np.isfinite(minimum) and minimum >= 0):
        raise BadSpecification(f"a minimum population of {minimum:g} makes no sense", remedy="Give a number from 0.")
    if cap is not None and (isinstance(cap, bool) or cap != int(cap) or cap < 1):
        raise BadSpecification(f"a cap of {cap} leaves no place", remedy="Give a whole number from 1.")
    Rule(share=share)
    taken = [OTHER_DEPRIVED, NOT_PLACED]
    if labels[0] == labels[1] or any(word in taken or not word.strip() for word in labels):
        raise BadSpecification(
            f"the labels '{labels[0]}' and '{labels[1]}' cannot be told apart from each other or from '{taken[0]}' "
            f"and '{taken[1]}'",
            remedy="Give each its own word.",
        )


def _table(
    laid: SideBySide, rule: Rule, chosen: NDArray[np.bool_], place: NDArray[np.str_], year: int | None
) -> pl.DataFrame:
    given = laid.table
    blank = pl.lit(None)
    known = {name: pl.col(name) if name in given.columns else blank for name in ("area_name", "larger_area")}
    known["larger_area_name"] = pl.col("larger_area_name") if "larger_area_name" in given.columns else blank
    people = numbers(given, "population") if "population" in given.columns else np.full(given.height, np.nan)
    reasons = [laid.reasons.get(row) for row in range(given.height)]
    standing = {"area_code", "area_name", "larger_area", "larger_area_name", "population"}
    return given.select(
        "area_code",
        known["area_name"].cast(pl.String).alias("area_name"),
        _ranks(laid.deprivation).alias("deprivation_rank"),
        _ranks(laid.need).alias("need_rank"),
        pl.Series("selected", chosen),
        pl.Series("cohort", place.tolist(), dtype=pl.String),
        pl.Series("reason", reasons, dtype=pl.String),
        known["larger_area"].cast(pl.String).alias("larger_area"),
        known["larger_area_name"].cast(pl.String).alias("larger_area_name"),
        pl.Series("population", people, nan_to_null=True).round().cast(pl.Int64),
        pl.Series("combined_need", laid.score(rule), nan_to_null=True),
        pl.lit(year, dtype=pl.Int64).alias("boundary_year"),
        *[pl.col(name) for name in given.columns if name not in standing],
    )


def _ranks(values: FloatArray) -> pl.Series:
    series = pl.Series(values, nan_to_null=True)
    known = series.drop_nulls()
    return series if (known != known.floor()).any() else series.cast(pl.Int64)
