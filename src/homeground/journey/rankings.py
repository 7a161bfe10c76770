"""The two rankings of a list, read, checked and carried to its areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from homeground import stats
from homeground.areas import AreaKey, area_key, check_codes
from homeground.cohort_file import CohortRanking, CohortStep
from homeground.errors import BadValue, MissingColumns, UnknownArea, WrongBoundaries
from homeground.find.beside import check_same_boundaries
from homeground.find.levels import Carried, carry
from homeground.journey.gathering import OWN_HEADINGS, Desk, Listing, counts, told_of
from homeground.provenance import Note
from homeground.sources.folder import Opened
from homeground.tables import check_areas, check_ranks, listed, numbers

__all__ = ["Side", "areas_of", "arrived", "check_one_kind", "side_of"]


@dataclass(frozen=True)
class Side:
    """One of the two rankings, on its way to the areas of the list.

    Attributes
    ----------
    what : str
        ``deprivation`` or ``need``.
    table : polars.DataFrame
        ``area_code``, ``rank`` (1 is the most need) and, where it has one, ``score``.
    n : int
        How many areas are ranked.
    opened : Opened or None
        The table it was read from; None for an index that was built.
    key : AreaKey or None
        What its areas are and of which boundary year, where the catalogue or the heading says so.
    gaps : mapping of str to str
        Why an area of the list has no rank, where that is known.
    beyond : tuple of str
        Areas that a lookup leads to and that are not on the list.
    notes : tuple of Note
    """

    what: str
    table: pl.DataFrame
    n: int
    opened: Opened | None = None
    key: AreaKey | None = None
    gaps: Mapping[str, str] = field(default_factory=dict)
    beyond: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def side_of(desk: Desk, what: str, listing: Listing | None) -> Side:
    """Return one ranking, carried to the areas of the list."""
    wanted: CohortRanking = getattr(desk.made, what)
    side = _built(desk, what, wanted) if wanted.method else _as_read(desk, what, wanted)
    for place, step in enumerate(wanted.carried):
        last = place == len(wanted.carried) - 1
        side = _carried(desk, side, step, listing if last else None)
    if listing is not None and not wanted.carried:
        _check_listed(side, wanted, listing)
    return side


def _built(desk: Desk, what: str, wanted: CohortRanking) -> Side:
    # Only a cohort file that names a method needs the index engine, and the time to import it.
    from homeground.journey.index import build_index

    assert wanted.method is not None
    built = build_index(wanted.method, data=desk.data)
    desk.add(built.sources, built.notes)
    table = built.table.select("area_code", "rank", "score")
    return Side(what, table, int(table["rank"].count()))


def _as_read(desk: Desk, what: str, wanted: CohortRanking) -> Side:
    opened = desk.open(wanted)
    assert wanted.column is not None
    code = desk.codes(opened, wanted.code)
    check_areas(opened.table, code, file=opened.file)
    missing = opened.dataset.missing_codes if opened.dataset else ()
    values = numbers(opened.table, wanted.column, missing_codes=missing, file=opened.file)
    if not np.isfinite(values).any():
        raise BadValue("the column is empty", remedy="Choose another.", file=opened.file, column=wanted.column)
    key = _key(opened, code)
    columns = {"area_code": opened.table[code].cast(pl.String).str.strip_chars()}
    check_areas(pl.DataFrame(columns), file=opened.file)
    if key is not None:
        check_codes(columns["area_code"], key, file=opened.file, official=False)
    if wanted.holds == "score":
        scores = values if wanted.higher_is == "worse" else -values
        ranks = stats.rank(scores)
        columns["score"] = pl.Series(scores, nan_to_null=True)
    else:
        ranks = values
        _check_read_ranks(values, wanted, opened)
    columns["rank"] = pl.Series(ranks, nan_to_null=True)
    n = wanted.ranked or int(np.isfinite(values).sum())
    return Side(what, pl.DataFrame(columns), n, opened, key)


def _carried(desk: Desk, side: Side, step: CohortStep, listing: Listing | None) -> Side:
    pairs, opened = desk.lookup(step)
    weights = None if step.weight is None else desk.people(step.weight, side.opened)
    if listing is not None and desk.made.areas.starts_with:
        pairs = pairs.filter(pl.col("to_code").str.starts_with(desk.made.areas.starts_with))
    plural = desk.made.areas.plural if listing is not None else "areas"
    with told_of(side.opened.file if side.opened else None):
        moved = carry(
            side.table,
            pairs,
            by=step.by,
            n=side.n,
            weights=weights,
            targets=None if listing is None else listing.table["area_code"],
            of=plural,
        )
    return arrived(side, moved, lookup=step.dataset or Path(opened.file).name, plural=plural)


def arrived(side: Side, moved: Carried, *, lookup: str, plural: str) -> Side:
    """Return a ranking after a step, with what the step left out in words."""
    notes = list(moved.notes)
    if moved.beyond:
        text = f"{len(moved.beyond):,} {plural} that {lookup} leads to are not on the list: {listed(moved.beyond)}."
        notes.append(Note(text, areas=moved.beyond, kind="missing"))
    gaps = dict.fromkeys(moved.uncovered, f"no area leads to it in {lookup}")
    return replace(
        side,
        table=moved.table,
        n=moved.n,
        key=None,
        gaps={**side.gaps, **gaps},
        beyond=(*side.beyond, *moved.beyond),
        notes=(*side.notes, *notes),
    )


def areas_of(desk: Desk, sides: Sequence[Side]) -> Listing:
    """Return the areas of the two rankings, with the names and people that stand beside the ranks."""
    areas = desk.made.areas
    codes = pl.concat([side.table["area_code"] for side in sides]).unique().sort()
    table = pl.DataFrame({"area_code": codes})
    key = sides[0].key if sides[0].key == sides[1].key else None
    people = areas.population.column if areas.population else "population"
    named = dict(zip(OWN_HEADINGS, (areas.name, areas.larger_area, areas.larger_area_name, people), strict=True))
    named |= {heading: heading for heading in desk.also}
    for target, heading in named.items():
        column = _beside(desk, sides, target, heading)
        if column is not None and target not in table.columns:
            table = table.join(column, on="area_code", how="left", maintain_order="left")
    if areas.population is not None and "population" not in table.columns:
        raise MissingColumns(
            f"neither table has the column '{people}'", remedy="Name the heading of the number of people."
        )
    kind, year = (areas.kind, areas.year) if key is None or areas.year else (key.kind, key.year)
    return Listing(table, kind, year, areas.plural, table["area_code"])


def _beside(desk: Desk, sides: Sequence[Side], target: str, heading: str | None) -> pl.DataFrame | None:
    found: pl.DataFrame | None = None
    for side in sides:
        opened = side.opened
        if opened is None:
            continue
        known = opened.dataset.name_column if opened.dataset and target == "area_name" else ""
        name = next((name for name in (heading, target, known) if name and name in opened.table.columns), None)
        code = desk.codes(opened, getattr(desk.made, side.what).code)
        if name is None or name == code:
            continue
        values = opened.table[name].rename(target)
        if target == "population":
            values = pl.Series(target, counts(opened, name), nan_to_null=True)
        part = pl.DataFrame([opened.table[code].cast(pl.String).str.strip_chars().alias("area_code"), values])
        if found is None:
            found = part
        else:
            found = found.join(part, on="area_code", how="full", coalesce=True, suffix="_2")
            found = found.select("area_code", pl.coalesce(target, f"{target}_2").alias(target))
    return found


def check_one_kind(sides: Sequence[Side]) -> None:
    """Raise `WrongBoundaries` if two rankings that nothing carries to one list are of different areas.

    What the catalogue or the headings say of kind and boundary year counts first, then the codes.
    """
    one, two = (side.key for side in sides)
    file = sides[1].opened.file if sides[1].opened else None
    if one is not None and two is not None and (one.kind, one.year) != (two.kind, two.year) and one.year and two.year:
        raise WrongBoundaries(
            f"the need ranking is by {two.kind} of {two.year}, the deprivation ranking by {one.kind} of {one.year}",
            remedy="Use two rankings of the same areas and boundary year, or convert one: homeground data convert.",
            file=file,
        )
    with told_of(file):
        check_same_boundaries(sides[0].table["area_code"], sides[1].table["area_code"])


def _key(opened: Opened, code: str) -> AreaKey | None:
    known = opened.dataset
    if known is not None and code == known.area_column and known.boundary_year:
        return AreaKey(known.area_kind, known.boundary_year)
    return area_key(code)


def _check_read_ranks(values: stats.FloatArray, wanted: CohortRanking, opened: Opened) -> None:
    assert wanted.column is not None
    tied = wanted.tied
    if opened.dataset is not None and any(wanted.column == column.name for column in opened.dataset.columns):
        tied = max(tied, opened.dataset.column(wanted.column).tied)
    if wanted.ranked is None:
        try:
            check_ranks(values, column=wanted.column, tied=tied, missing_allowed=True, file=opened.file)
        except BadValue as error:
            if opened.dataset is not None:
                raise
            hint = f"{error.remedy} If the column holds scores, say so: --holds score."
            raise BadValue(error.problem, remedy=hint, file=error.file, row=error.row, column=error.column) from None
        return
    known = np.isfinite(values)
    outside = np.flatnonzero(known & ((values < 1) | (values > wanted.ranked)))
    if len(outside):
        raise BadValue(
            f"the rank {values[outside[0]]:g} is out of range: it is to be one of {wanted.ranked:,} ranks",
            remedy="Correct the rank, or the number of areas that are ranked.",
            file=opened.file,
            row=int(outside[0]) + 2,
            column=wanted.column,
        )
    ranks = pl.Series(values, nan_to_null=True)
    repeats = np.flatnonzero((~ranks.is_first_distinct() & ranks.is_not_null()).to_numpy())
    if len(repeats) > tied:
        raise BadValue(
            f"the rank {values[repeats[0]]:g} stands here a second time; {len(repeats):,} ranks repeat another where "
            f"{tied:,} ties were declared",
            remedy="Declare the ties that the publisher states, or correct the column.",
            file=opened.file,
            row=int(repeats[0]) + 2,
            column=wanted.column,
        )


def _check_listed(side: Side, wanted: CohortRanking, listing: Listing) -> None:
    codes = side.table["area_code"]
    strangers = (~codes.is_in(listing.table["area_code"].to_list())).arg_true()
    if not len(strangers):
        return
    year = f" of {listing.year}" if listing.year else ""
    what = (
        f"{len(strangers):,} of {len(codes):,} areas are not among the {listing.plural}{year} of the list "
        f"(first: {codes[int(strangers[0])]})"
    )
    where = {"file": side.opened.file if side.opened else wanted.method, "row": int(strangers[0]) + 2}
    if len(strangers) * 100 > len(codes):
        raise WrongBoundaries(what, remedy="Use the file of the same boundary year.", **where)  # type: ignore[arg-type]
    raise UnknownArea(what, remedy="Correct the codes.", **where)  # type: ignore[arg-type]
