"""Choose the places with the greatest double need, and say of every other place why it is not among them.

Two rankings go in, one row for every area comes out. Nothing is dropped: an area that lacks a rank, was excluded, is
too small or fell to a cap keeps its row and is told the reason in plain words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground import stats
from homeground.areas import AreaKey, check_codes
from homeground.errors import BadSpecification, BadValue, MissingColumns, UnknownArea, WrongBoundaries
from homeground.find.rules import Rule, combined_need, cut, select
from homeground.provenance import Note, Source
from homeground.stats import FloatArray
from homeground.tables import check_areas, listed, numbers

__all__ = ["NOT_PLACED", "OTHER_DEPRIVED", "Cohort", "check_same_boundaries", "cohort"]

NOT_PLACED = "not placed"
OTHER_DEPRIVED = "other deprived"

_Mask = NDArray[np.bool_]


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
    title, label, rest : str
        What the list, its places and the other places are called.
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
    title: str = ""
    label: str = "left behind"
    rest: str = "rest of England"
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def people(self) -> int | None:
        """How many people live in the chosen areas; None where that is not known for every one of them."""
        chosen = self.table.filter("selected")["population"]
        return None if chosen.null_count() or not len(chosen) else int(chosen.sum())


@dataclass
class _Work:
    """The state of one choice: arrays in the order of the codes, and what has been said so far."""

    table: pl.DataFrame
    deprivation: FloatArray
    need: FloatArray
    n_deprivation: int
    n_need: int
    rule: Rule
    reasons: dict[int, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def say(self, rows: NDArray[np.int64], text: str, kind: str) -> None:
        """Keep a note about the areas in these rows."""
        self.notes.append(Note(text, areas=tuple(self.table["area_code"].gather(rows).to_list()), kind=kind))

    def few(self, rows: NDArray[np.int64]) -> str:
        """Return some of the areas in these rows, in words."""
        return listed(self.table["area_code"].gather(rows).to_list())


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
    title, label, rest : str
        What the list, its places and the other places are called.
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
    ranked = _ranking(deprivation, "deprivation"), _ranking(need, "need")
    everywhere = _all_areas(areas, *ranked, kind=kind, year=boundary_year)
    uncovered = _beyond(everywhere, *ranked, unlisted=unlisted)
    work = _lay_side_by_side(everywhere, *ranked, rule, n_deprivation, n_need)
    unplaced = _note_gaps(work, gaps or {})
    may = _eligible(work, ~unplaced, minimum_population, exclude)
    chosen = _choose(work, may, cap, _cap_column(everywhere, cap, cap_by))
    deprived = work.deprivation <= cut(Rule(share=other_deprived_share), work.n_deprivation)
    place = np.where(chosen, label, np.where(deprived, OTHER_DEPRIVED, rest))
    table = _table(work, chosen, np.where(unplaced, NOT_PLACED, place), boundary_year)
    if uncovered:
        text = f"{len(uncovered):,} areas have a rank but are not on the list of areas: {listed(uncovered)}."
        work.notes.append(Note(text, areas=uncovered, kind="missing"))
    return Cohort(
        table=table,
        selected=tuple(table.filter("selected")["area_code"].to_list()),
        unplaced=tuple(table.filter(pl.Series(unplaced))["area_code"].to_list()),
        uncovered=uncovered,
        rule=rule,
        n_deprivation=work.n_deprivation,
        n_need=work.n_need,
        title=title,
        label=label,
        rest=rest,
        notes=(*notes, *work.notes),
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


def _ranking(table: pl.DataFrame, what: str) -> pl.DataFrame:
    check_areas(table)
    codes = table["area_code"].cast(pl.String)
    if "rank" in table.columns:
        ranks = numbers(table, "rank")
        low = np.flatnonzero(ranks < 1)
        if len(low):
            raise BadValue(
                f"the {what} rank {ranks[low[0]]:g} is below 1",
                remedy="Ranks begin at 1, the most need.",
                row=int(low[0]) + 2,
                column="rank",
            )
    elif "score" in table.columns:
        ranks = stats.rank(numbers(table, "score"))
    else:
        raise MissingColumns(
            f"the {what} table has neither 'rank' nor 'score'",
            remedy="Give a column rank (1 is the most need) or score.",
        )
    if not np.isfinite(ranks).any():
        raise BadValue(f"no area has a {what} rank", remedy="Check the column that was chosen.")
    return pl.DataFrame({"area_code": codes, what: pl.Series(ranks, nan_to_null=True)})


def _all_areas(
    areas: pl.DataFrame | None, deprivation: pl.DataFrame, need: pl.DataFrame, *, kind: str, year: int | None
) -> pl.DataFrame:
    if areas is None:
        check_same_boundaries(deprivation["area_code"], need["area_code"])
        codes = pl.concat([deprivation["area_code"], need["area_code"]]).unique()
        areas = pl.DataFrame({"area_code": codes})
    check_areas(areas)
    if year is not None:
        for codes in (areas["area_code"], deprivation["area_code"], need["area_code"]):
            check_codes(codes, AreaKey(kind, year), official=False)
    return areas.with_columns(pl.col("area_code").cast(pl.String)).sort("area_code")


def check_same_boundaries(deprivation: pl.Series, need: pl.Series) -> None:
    """Raise `WrongBoundaries` if two lists of area codes are of different boundaries.

    They are when fewer than half of the shorter list are in the other, or when both are LSOA codes, each list has
    codes that the other lacks, and only one of them reaches into a later generation of codes.

    Examples
    --------
    >>> check_same_boundaries(pl.Series(["a", "b"]), pl.Series(["c", "d", "e"]))
    Traceback (most recent call last):
    ...
    homeground.errors.WrongBoundaries: only 0 of 2 areas are in both rankings (first that is not: a). Use two rankings
    \
of the same areas and boundary year, or convert one: homeground data convert.
    """
    only_one = deprivation.filter(~deprivation.is_in(need.to_list()))
    only_two = need.filter(~need.is_in(deprivation.to_list()))
    shorter = min(len(deprivation), len(need))
    shared = len(deprivation) - len(only_one)
    remedy = "Use two rankings of the same areas and boundary year, or convert one: homeground data convert."
    if 2 * shared < shorter:
        first = (only_one if len(only_one) else only_two)[0]
        raise WrongBoundaries(
            f"only {shared:,} of {shorter:,} areas are in both rankings (first that is not: {first})", remedy=remedy
        )
    if len(only_one) and len(only_two):
        years = _generation(deprivation), _generation(need)
        if None not in years and years[0] != years[1]:
            raise WrongBoundaries(
                f"the deprivation ranking has the LSOA codes of {years[0]} and the need ranking those of {years[1]}: "
                f"{len(only_one):,} and {len(only_two):,} areas are in one only",
                remedy=remedy,
            )


def _generation(codes: pl.Series) -> int | None:
    for year in (2001, 2011, 2021):
        try:
            check_codes(codes, AreaKey("lsoa", year))
        except WrongBoundaries:
            continue
        except BadValue:
            return None
        return year
    return None


def _beyond(areas: pl.DataFrame, deprivation: pl.DataFrame, need: pl.DataFrame, *, unlisted: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for table, what in ((deprivation, "deprivation"), (need, "need")):
        strangers = table.join(areas, on="area_code", how="anti")["area_code"].to_list()
        if strangers and unlisted == "refuse":
            row = int((table["area_code"] == strangers[0]).arg_true()[0]) + 2
            raise UnknownArea(
                f"{len(strangers):,} of {table.height:,} areas of the {what} ranking are not on the list of areas "
                f"(first: {strangers[0]})",
                remedy="Correct the codes, or use rankings of the boundary year of the list.",
                row=row,
            )
        found.update(dict.fromkeys(strangers))
    return tuple(sorted(found))


def _lay_side_by_side(
    areas: pl.DataFrame,
    deprivation: pl.DataFrame,
    need: pl.DataFrame,
    rule: Rule,
    n_deprivation: int | None,
    n_need: int | None,
) -> _Work:
    joined = areas.join(deprivation, on="area_code", how="left", maintain_order="left")
    joined = joined.join(need, on="area_code", how="left", maintain_order="left")
    sizes = []
    for table, what, n in ((deprivation, "deprivation", n_deprivation), (need, "need", n_need)):
        size = int(table[what].count()) if n is None else n
        highest = float(table[what].max())  # type: ignore[arg-type]
        if highest > size:
            row = int(table[what].arg_max() or 0) + 2
            raise BadValue(
                f"the {what} rank {highest:g} is out of range: {size:,} areas are ranked",
                remedy=f"If this is a part of a larger ranking, say how many areas that ranks (n_{what}).",
                row=row,
                column="rank",
            )
        sizes.append(size)
    columns = [joined[what].cast(pl.Float64).to_numpy() for what in ("deprivation", "need")]
    return _Work(joined, columns[0], columns[1], sizes[0], sizes[1], rule)


def _note_gaps(work: _Work, gaps: Mapping[str, str]) -> _Mask:
    lacks = np.isnan(work.deprivation), np.isnan(work.need)
    unplaced = np.asarray(lacks[0] | lacks[1])
    rows = np.flatnonzero(unplaced)
    for row in rows:
        missing = " and ".join(what for what, gap in zip(("deprivation", "need"), lacks, strict=True) if gap[row])
        known = gaps.get(work.table["area_code"][int(row)], "")
        work.reasons[int(row)] = f"no {missing} rank" + (f": {known}" if known else "")
    if len(rows) == len(unplaced):
        raise WrongBoundaries(
            "no area has both a deprivation rank and a need rank",
            remedy="Use two rankings of the same areas and boundary year.",
        )
    if len(rows):
        text = f"{len(rows):,} of {len(unplaced):,} areas could not be placed: {work.few(rows)}."
        work.say(rows, text, "missing")
    return unplaced


def _eligible(work: _Work, placed: _Mask, minimum: float | None, exclude: Sequence[str]) -> _Mask:
    may = placed.copy()
    codes = work.table["area_code"]
    wanted = list(dict.fromkeys(str(code).strip() for code in exclude))
    known = set(codes.to_list()) if wanted else set()
    unknown = [code for code in wanted if code not in known]
    if unknown:
        raise UnknownArea(
            f"{len(unknown):,} of {len(wanted):,} excluded areas are not on the list of areas (first: {unknown[0]})",
            remedy="Correct the code, or use codes of the boundary year of the list.",
        )
    out = np.flatnonzero(codes.is_in(wanted).to_numpy() & may)
    for row in out:
        work.reasons[int(row)] = "excluded: it is on the list of exclusions"
    if len(out):
        work.say(out, f"{len(out):,} areas were excluded as asked.", "excluded")
    may[out] = False
    if minimum is not None:
        _leave_out_small(work, may, minimum)
    return may


def _leave_out_small(work: _Work, may: _Mask, minimum: float) -> None:
    if "population" not in work.table.columns:
        raise BadSpecification(
            "a minimum population is asked for, but the number of people is not known",
            remedy="Give the areas a column 'population', or a data set with it.",
        )
    people = numbers(work.table, "population")
    small = np.flatnonzero(may & (people < minimum))
    unknown = np.flatnonzero(may & np.isnan(people))
    for row in small:
        work.reasons[int(row)] = (
            f"below the minimum population: {people[row]:,.0f} people, {minimum:,.0f} are asked for"
        )
    for row in unknown:
        work.reasons[int(row)] = f"its number of people is not known, and at least {minimum:,.0f} are asked for"
    if len(small):
        work.say(
            small, f"{len(small):,} areas have fewer than {minimum:,.0f} people and were not considered.", "excluded"
        )
    if len(unknown):
        text = f"For {len(unknown):,} areas the number of people is not known; they were not considered: "
        work.say(unknown, f"{text}{work.few(unknown)}.", "missing")
    may[small] = may[unknown] = False


def _cap_column(areas: pl.DataFrame, cap: int | None, cap_by: str | None) -> str | None:
    if cap is None:
        if cap_by is not None:
            raise BadSpecification(f"a cap by '{cap_by}' is asked for, but no cap", remedy="Say how many: cap = 2.")
        return None
    column = cap_by or "larger_area"
    if column not in areas.columns:
        has = [name for name in areas.columns if name not in ("area_code", "area_name", "population")]
        raise BadSpecification(
            f"the areas have no column '{column}' to cap by",
            remedy=f"They have: {listed(has, most=8)}." if has else "Give the areas a column with the larger area.",
        )
    return column


def _choose(work: _Work, may: _Mask, cap: int | None, cap_by: str | None) -> _Mask:
    sizes = {"n_deprivation": work.n_deprivation, "n_need": work.n_need}
    score = combined_need(work.deprivation, work.need, rule=work.rule, **sizes)
    if work.rule.rule == "worst-on-both":
        may = may & select(work.deprivation, work.need, rule=work.rule, **sizes)
        wanted = int(may.sum())
    else:
        wanted = cut(work.rule, int(np.isfinite(score).sum()))
    # In order of need; a stable sort leaves areas that are level in the order of their codes.
    order = np.argsort(-score[may], kind="stable")
    line = np.flatnonzero(may)[order]
    allowed = _within_cap(work, line, cap, cap_by)
    taken = line[allowed][:wanted]
    chosen = np.zeros(len(may), dtype=bool)
    chosen[taken] = True
    last = np.flatnonzero(allowed)[len(taken) - 1] if len(taken) else -1
    _say_capped(work, line[: last + 1][~allowed[: last + 1]], cap, cap_by)
    if work.rule.rule != "worst-on-both":
        _say_level(work, line[allowed], score, len(taken))
        if len(taken) < wanted:
            text = f"Only {len(taken):,} of the {wanted:,} places asked for could be filled."
            work.notes.append(Note(text))
    if not len(taken):
        work.notes.append(Note("No area was chosen: the rule takes none of those that could be chosen."))
    return chosen


def _within_cap(work: _Work, line: NDArray[np.int64], cap: int | None, cap_by: str | None) -> _Mask:
    if cap is None or cap_by is None:
        return np.ones(len(line), dtype=bool)
    groups = work.table[cap_by].gather(line)
    place = pl.select(pl.int_range(pl.len()).over(groups).alias("place")).to_series() if len(line) else groups
    alone = groups.is_null()
    if alone.any():
        rows = line[alone.to_numpy()]
        work.say(rows, f"{len(rows):,} areas have no '{cap_by}', so the cap does not hold for them.", "missing")
    return np.asarray((place < cap) | alone, dtype=bool)


def _say_capped(work: _Work, rows: NDArray[np.int64], cap: int | None, cap_by: str | None) -> None:
    if cap is None or cap_by is None or not len(rows):
        return
    for row in rows:
        where = work.table[cap_by][int(row)]
        work.reasons[int(row)] = f"over the cap: {cap} in {where} with more need were chosen"
    work.say(rows, f"{len(rows):,} areas were left out by the cap of {cap} for each '{cap_by}'.", "excluded")


def _say_level(work: _Work, line: NDArray[np.int64], score: FloatArray, taken: int) -> None:
    if not 0 < taken < len(line) or score[line[taken - 1]] != score[line[taken]]:
        return
    level = line[score[line] == score[line[taken]]]
    text = f"{len(level):,} areas are level at the edge of the list; those whose codes come first were taken."
    work.say(level, text, "assumed")


def _table(work: _Work, chosen: _Mask, place: NDArray[np.str_], year: int | None) -> pl.DataFrame:
    given = work.table
    blank = pl.lit(None)
    known = {name: pl.col(name) if name in given.columns else blank for name in ("area_name", "larger_area")}
    known["larger_area_name"] = pl.col("larger_area_name") if "larger_area_name" in given.columns else blank
    people = numbers(given, "population") if "population" in given.columns else np.full(given.height, np.nan)
    reasons = [work.reasons.get(row) for row in range(given.height)]
    score = combined_need(
        work.deprivation, work.need, rule=work.rule, n_deprivation=work.n_deprivation, n_need=work.n_need
    )
    standing = {"area_code", "area_name", "deprivation", "need", "larger_area", "larger_area_name", "population"}
    return given.select(
        "area_code",
        known["area_name"].cast(pl.String).alias("area_name"),
        _ranks(work.deprivation).alias("deprivation_rank"),
        _ranks(work.need).alias("need_rank"),
        pl.Series("selected", chosen),
        pl.Series("cohort", place.tolist(), dtype=pl.String),
        pl.Series("reason", reasons, dtype=pl.String),
        known["larger_area"].cast(pl.String).alias("larger_area"),
        known["larger_area_name"].cast(pl.String).alias("larger_area_name"),
        pl.Series("population", people, nan_to_null=True).round().cast(pl.Int64),
        pl.Series("combined_need", score, nan_to_null=True),
        pl.lit(year, dtype=pl.Int64).alias("boundary_year"),
        *[pl.col(name) for name in given.columns if name not in standing],
    )


def _ranks(values: FloatArray) -> pl.Series:
    series = pl.Series(values, nan_to_null=True)
    known = series.drop_nulls()
    return series if (known != known.floor()).any() else series.cast(pl.Int64)
