"""Two rankings laid side by side on one list of areas, with every gap kept and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground import stats
from homeground.areas import AreaKey, check_codes
from homeground.errors import BadValue, MissingColumns, UnknownArea, WrongBoundaries
from homeground.find.rules import Rule, combined_need, select
from homeground.provenance import Note
from homeground.stats import FloatArray
from homeground.tables import check_areas, listed, numbers

__all__ = ["SideBySide", "check_same_boundaries", "counted", "lay_side_by_side", "note_gaps"]


@dataclass
class SideBySide:
    """Two rankings of the same areas, and what has been said of these areas so far.

    Attributes
    ----------
    table : polars.DataFrame
        The list of areas, in the order of the codes.
    deprivation, need : ndarray of shape (n_areas,)
        Ranks, NaN where there is none.
    n_deprivation, n_need : int
        How many areas each ranking ranks.
    uncovered : tuple of str
        Areas with a rank that are not on the list.
    reasons : dict of int to str
        Why the area in a row cannot be placed or chosen.
    notes : list of Note
    """

    table: pl.DataFrame
    deprivation: FloatArray
    need: FloatArray
    n_deprivation: int
    n_need: int
    uncovered: tuple[str, ...] = ()
    reasons: dict[int, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def score(self, rule: Rule) -> FloatArray:
        """Return what the rule puts the areas in order by; higher is more need."""
        return combined_need(
            self.deprivation, self.need, rule=rule, n_deprivation=self.n_deprivation, n_need=self.n_need
        )

    def within(self, rule: Rule) -> NDArray[np.bool_]:
        """Return which areas the rule takes, before anything is left out."""
        return select(self.deprivation, self.need, rule=rule, n_deprivation=self.n_deprivation, n_need=self.n_need)

    def say(self, rows: NDArray[np.int64], text: str, kind: str) -> None:
        """Keep a note about the areas in these rows."""
        self.notes.append(Note(text, areas=tuple(self.table["area_code"].gather(rows).to_list()), kind=kind))

    def few(self, rows: NDArray[np.int64]) -> str:
        """Return some of the areas in these rows, in words."""
        return listed(self.table["area_code"].gather(rows).to_list())


def counted(n: int, one: str, many: str) -> str:
    """Return a number with the right words behind it.

    Examples
    --------
    >>> counted(1, "area has", "areas have"), counted(1200, "area has", "areas have")
    ('1 area has', '1,200 areas have')
    """
    return f"{n:,} {one if n == 1 else many}"


def lay_side_by_side(
    deprivation: pl.DataFrame,
    need: pl.DataFrame,
    *,
    areas: pl.DataFrame | None = None,
    n_deprivation: int | None = None,
    n_need: int | None = None,
    unlisted: str = "refuse",
    kind: str = "area",
    year: int | None = None,
) -> SideBySide:
    """Return two rankings side by side, one row for each area of the list, in the order of the codes.

    Parameters
    ----------
    deprivation, need, areas, n_deprivation, n_need, unlisted, kind, year
        As for `homeground.find.cohort.cohort`.

    Examples
    --------
    >>> one = pl.DataFrame({"area_code": ["b", "a"], "rank": [1, 2]})
    >>> two = pl.DataFrame({"area_code": ["a", "b"], "score": [5.0, 3.0]})
    >>> laid = lay_side_by_side(one, two)
    >>> laid.deprivation, laid.need
    (array([2., 1.]), array([1., 2.]))
    """
    one, two = _ranking(deprivation, "deprivation"), _ranking(need, "need")
    everywhere = _all_areas(areas, one, two, kind=kind, year=year)
    uncovered = _beyond(everywhere, one, two, unlisted=unlisted)
    joined = everywhere.join(one, on="area_code", how="left", maintain_order="left")
    joined = joined.join(two, on="area_code", how="left", maintain_order="left")
    laid = SideBySide(
        table=everywhere,
        deprivation=joined["deprivation"].cast(pl.Float64).to_numpy(),
        need=joined["need"].cast(pl.Float64).to_numpy(),
        n_deprivation=_size(one, "deprivation", n_deprivation),
        n_need=_size(two, "need", n_need),
        uncovered=uncovered,
    )
    if uncovered:
        have = counted(len(uncovered), "area has a rank but is", "areas have a rank but are")
        text = f"{have} not on the list of areas: {listed(uncovered)}."
        laid.notes.append(Note(text, areas=uncovered, kind="missing"))
    return laid


def _size(table: pl.DataFrame, what: str, n: int | None) -> int:
    size = int(table[what].count()) if n is None else n
    highest = float(table[what].max())  # type: ignore[arg-type]
    if highest > size:
        raise BadValue(
            f"the {what} rank {highest:g} is out of range: {size:,} areas are ranked",
            remedy=f"If this is a part of a larger ranking, say how many areas that ranks (n_{what}).",
            row=int(table[what].arg_max() or 0) + 2,
            column="rank",
        )
    return size


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
        if 0 not in years and years[0] != years[1]:
            later = "need" if years[1] > years[0] else "deprivation"
            raise WrongBoundaries(
                f"only the {later} ranking has LSOA codes as late as {max(years)}; {len(only_one):,} areas are in the "
                f"deprivation ranking only, {len(only_two):,} in the need ranking only",
                remedy=remedy,
            )


def _generation(codes: pl.Series) -> int:
    """Return the earliest year whose LSOA codes these can be, 0 for other codes."""
    for year in (2001, 2011, 2021):
        try:
            check_codes(codes, AreaKey("lsoa", year))
        except WrongBoundaries:
            continue
        except BadValue:
            return 0
        return year
    return 0


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


def note_gaps(laid: SideBySide, gaps: Mapping[str, str]) -> NDArray[np.bool_]:
    """Return which areas lack a rank, and keep the reason of each: `gaps` says more where more is known."""
    lacks = np.isnan(laid.deprivation), np.isnan(laid.need)
    unplaced = np.asarray(lacks[0] | lacks[1])
    rows = np.flatnonzero(unplaced)
    for row in rows:
        missing = " and ".join(what for what, gap in zip(("deprivation", "need"), lacks, strict=True) if gap[row])
        known = gaps.get(laid.table["area_code"][int(row)], "")
        laid.reasons[int(row)] = f"no {missing} rank" + (f": {known}" if known else "")
    if len(rows) == len(unplaced):
        raise WrongBoundaries(
            "no area has both a deprivation rank and a need rank",
            remedy="Use two rankings of the same areas and boundary year.",
        )
    if len(rows):
        text = f"{len(rows):,} of {len(unplaced):,} areas could not be placed: {laid.few(rows)}."
        laid.say(rows, text, "missing")
    return unplaced
