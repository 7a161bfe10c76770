"""Who may be chosen, and who is: exclusions, minimum population, caps, and the order of need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.errors import BadSpecification, UnknownArea
from homeground.find.beside import SideBySide, counted
from homeground.find.rules import Rule, cut
from homeground.provenance import Note
from homeground.stats import FloatArray
from homeground.tables import listed, numbers

__all__ = ["cap_column", "choose", "eligible"]

_Mask = NDArray[np.bool_]


def eligible(laid: SideBySide, placed: _Mask, minimum: float | None, exclude: Sequence[str]) -> _Mask:
    """Return which of the placed areas may be chosen, and keep the reason for each that may not.

    Raises
    ------
    UnknownArea
        If an area is excluded that is not on the list.
    BadSpecification
        If a minimum population is asked for and nobody knows how many people there are.
    """
    may = placed.copy()
    codes = laid.table["area_code"]
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
        laid.reasons[int(row)] = "excluded: it is on the list of exclusions"
    if len(out):
        laid.say(out, f"{counted(len(out), 'area was', 'areas were')} excluded as asked.", "excluded")
    may[out] = False
    if minimum is not None:
        _leave_out_small(laid, may, minimum)
    return may


def _leave_out_small(laid: SideBySide, may: _Mask, minimum: float) -> None:
    if "population" not in laid.table.columns:
        raise BadSpecification(
            "a minimum population is asked for, but the number of people is not known",
            remedy="Give the areas a column 'population', or a data set with it.",
        )
    people = numbers(laid.table, "population")
    small = np.flatnonzero(may & (people < minimum))
    unknown = np.flatnonzero(may & np.isnan(people))
    for row in small:
        what = f"{people[row]:,.0f} people, {minimum:,.0f} are asked for"
        laid.reasons[int(row)] = f"below the minimum population: {what}"
    for row in unknown:
        laid.reasons[int(row)] = f"its number of people is not known, and at least {minimum:,.0f} are asked for"
    if len(small):
        have = counted(len(small), "area has", "areas have")
        laid.say(small, f"{have} fewer than {minimum:,.0f} people and could not be chosen.", "excluded")
    if len(unknown):
        of = counted(len(unknown), "area", "areas")
        text = f"The number of people is not known of {of}, which could not be chosen: {laid.few(unknown)}."
        laid.say(unknown, text, "missing")
    may[small] = may[unknown] = False


def cap_column(areas: pl.DataFrame, cap: int | None, cap_by: str | None) -> str | None:
    """Return the column that a cap goes by, None without a cap; raise `BadSpecification` if there is none."""
    if cap is None:
        if cap_by is not None:
            raise BadSpecification(f"a cap by '{cap_by}' is asked for, but no cap", remedy="Say how many: cap = 2.")
        return None
    column = cap_by or "larger_area"
    if column not in areas.columns:
        has = [name for name in areas.columns if name not in ("area_code", "area_name", "population")]
        raise BadSpecification(
            f"the areas have no column '{column}' to cap by",
            remedy=f"They have: {listed(has, most=8)}." if has else "Name the column with the larger area (cap by).",
        )
    return column


def choose(laid: SideBySide, rule: Rule, may: _Mask, *, cap: int | None, cap_by: str | None) -> _Mask:
    """Return which of the areas that may be chosen are chosen, in the order of combined need."""
    score = laid.score(rule)
    if rule.rule == "worst-on-both":
        may = may & laid.within(rule)
        wanted = int(may.sum())
    else:
        wanted = cut(rule, int(np.isfinite(score).sum()))
    # In order of need; a stable sort leaves areas that are level in the order of their codes.
    order = np.argsort(-score[may], kind="stable")
    line = np.flatnonzero(may)[order]
    allowed = _within_cap(laid, line, cap, cap_by)
    taken = line[allowed][:wanted]
    chosen = np.zeros(len(may), dtype=bool)
    chosen[taken] = True
    # Where places are left over, everyone whom the cap kept out would have had one; else those ahead of the last
    # taken.
    reach = int(np.flatnonzero(allowed)[wanted - 1]) if 0 < wanted == len(taken) else len(line)
    _say_capped(laid, line[:reach][~allowed[:reach]], cap, cap_by)
    if rule.rule != "worst-on-both":
        _say_level(laid, line[allowed], score, len(taken))
        if len(taken) < wanted:
            text = f"Only {len(taken):,} of the {wanted:,} places asked for could be filled."
            laid.notes.append(Note(text))
    if not len(taken):
        laid.notes.append(Note("No area was chosen: the rule takes none of those that could be chosen."))
    return chosen


def _within_cap(laid: SideBySide, line: NDArray[np.int64], cap: int | None, cap_by: str | None) -> _Mask:
    if cap is None or cap_by is None:
        return np.ones(len(line), dtype=bool)
    groups = laid.table[cap_by].gather(line)
    place = pl.DataFrame({"group": groups}).select(place=pl.int_range(pl.len()).over("group"))["place"]
    alone = groups.is_null()
    if alone.any():
        rows = line[alone.to_numpy()]
        have = counted(len(rows), "area has", "areas have")
        laid.say(rows, f"{have} no '{cap_by}', so the cap does not hold there.", "missing")
    return np.asarray((place < cap) | alone, dtype=bool)


def _say_capped(laid: SideBySide, rows: NDArray[np.int64], cap: int | None, cap_by: str | None) -> None:
    if cap is None or cap_by is None or not len(rows):
        return
    for row in rows:
        where = laid.table[cap_by][int(row)]
        laid.reasons[int(row)] = f"over the cap of {cap}: other areas of {where} have more need"
    were = counted(len(rows), "area was", "areas were")
    laid.say(rows, f"{were} left out by the cap of {cap} for each '{cap_by}'.", "excluded")


def _say_level(laid: SideBySide, line: NDArray[np.int64], score: FloatArray, taken: int) -> None:
    if not 0 < taken < len(line) or score[line[taken - 1]] != score[line[taken]]:
        return
    level = line[score[line] == score[line[taken]]]
    text = f"{len(level):,} areas are level at the edge of the list; those whose codes come first were taken."
    laid.say(level, text, "assumed")
