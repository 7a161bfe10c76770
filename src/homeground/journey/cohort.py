"""From a cohort file and a folder (or two tables) to the list of places, with every other place and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import polars as pl

from homeground.cohort_file import CohortFile, CohortLevel, parse_cohort_file
from homeground.errors import UnknownArea
from homeground.find.cohort import Cohort, cohort
from homeground.find.levels import carry
from homeground.find.rules import Rule, RuleName
from homeground.journey.gathering import OWN_HEADINGS, Desk, Listing
from homeground.journey.named_areas import excluded, exclusion_files, own_areas
from homeground.journey.rankings import Side, areas_of, arrived, check_one_kind, side_of
from homeground.provenance import Note
from homeground.sources import presets
from homeground.sources.folder import open_dataset, scan
from homeground.tables import listed

__all__ = ["boundaries_of", "build_cohort", "own_cohort"]


def own_cohort(
    deprivation: Path,
    need: Path,
    *,
    deprivation_column: str,
    need_column: str,
    deprivation_holds: Literal["rank", "score"] = "rank",
    need_holds: Literal["rank", "score"] = "rank",
    area_column: str | None = None,
    need_area_column: str | None = None,
    deprivation_of: int | None = None,
    need_of: int | None = None,
    tied: int = 0,
    name_column: str | None = None,
    population_column: str | None = None,
    rest: str = "rest of England",
) -> CohortFile:
    """Return the cohort file that stands for two tables of one's own.

    Parameters
    ----------
    deprivation, need : Path
        The tables; the same one twice if it has both columns.
    deprivation_column, need_column : str
        Headings of the two ranks or scores.
    deprivation_holds, need_holds : {'rank', 'score'}
        Rank 1 is the most need; a higher score is more need.
    area_column, need_area_column : str, optional
        Heading of the area codes, of `need` where it differs; found by itself where the heading says so.
    deprivation_of, need_of : int, optional
        How many areas the ranks are of, when a table has only some of them.
    tied : int
        How many rows may repeat the rank of another row.
    name_column, population_column : str, optional
        Headings of names and of people, in either table; ``area_name`` and ``population`` when left out.
    rest : str
        What places are called that are neither chosen nor deprived.

    Returns
    -------
    CohortFile

    Examples
    --------
    >>> own_cohort(Path("a.csv"), Path("b.csv"), deprivation_column="imd", need_column="cni").need.column
    'cni'
    """
    areas: dict[str, object] = {"name": name_column}
    if population_column:
        areas["population"] = {"column": population_column}
    return parse_cohort_file(
        {
            "name": "own-tables",
            "title": "Places chosen from two tables",
            "rest": rest,
            "areas": areas,
            "deprivation": {
                "title": deprivation_column,
                "file": str(deprivation.absolute()),
                "code": area_column,
                "column": deprivation_column,
                "holds": deprivation_holds,
                "ranked": deprivation_of,
                "tied": tied,
            },
            "need": {
                "title": need_column,
                "file": str(need.absolute()),
                "code": need_area_column or area_column,
                "column": need_column,
                "holds": need_holds,
                "ranked": need_of,
                "tied": tied,
            },
        }
    )


def build_cohort(
    preset: CohortFile | str | Path,
    *,
    data: Path | None = None,
    rule: RuleName | None = None,
    share: float | None = None,
    count: int | None = None,
    level: str | None = None,
    areas: Path | None = None,
    minimum_population: float | None = None,
    exclude: Iterable[str | Path] = (),
    cap: int | None = None,
    cap_by: str | None = None,
    other_deprived_share: float | None = None,
    rest: str | None = None,
) -> Cohort:
    """Return the list of places that a cohort file gives on the files of a folder.

    Parameters
    ----------
    preset : CohortFile, str or Path
        A cohort file, the name of a shipped one (``left-behind-wards-2019``), or the path of one.
    data : Path, optional
        Folder with the data sets that it names; recognised by their headings.
    rule, share, count, minimum_population, cap, cap_by, other_deprived_share, rest : optional
        In place of what the cohort file says; see `homeground.find.cohort.cohort`. The title then says so.
    level : str, optional
        Make the list for larger areas that the cohort file knows (``msoa``, ``ward``).
    areas : Path, optional
        A table of areas. With one column of codes the list is about these areas only, and ranks stay as they are.
        With a second column the areas are brought together to neighbourhoods named there, and these are ranked.
    exclude : iterable of str or Path
        Codes, or files with a column of codes, of areas that are not to be chosen.

    Returns
    -------
    Cohort

    Raises
    ------
    BadSpecification, MissingDataset, BadTable, WrongBoundaries, UnknownArea
        With the file, row and column where it went wrong, and what to do.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     table = Path(folder, "ours.csv")
    ...     _ = table.write_text("area_code,poor,alone\\na,1,2\\nb,2,1\\nc,3,3\\nd,4,4\\n")
    ...     ours = own_cohort(table, table, deprivation_column="poor", need_column="alone")
    ...     build_cohort(ours, share=0.5).selected
    ('a', 'b')
    """
    made = preset if isinstance(preset, CohortFile) else presets.load(preset)
    chosen = _rule(made, rule, share, count)
    desk = Desk(made, data, level=level, also=_also(made, cap_by))
    given = desk.areas()
    sides = [side_of(desk, "deprivation", given), side_of(desk, "need", given)]
    if given is None:
        check_one_kind(sides)
    listing = given or areas_of(desk, sides)
    if level is not None and level != listing.kind:
        listing, sides = _to_level(desk, listing, sides, desk.level(level))
    if areas is not None:
        listing, sides = _to_own_areas(desk, listing, sides, areas)
    left_out = excluded([*made.filters.exclude, *exclusion_files(made, data), *exclude], listing.known)
    filters = made.filters
    title = made.title or made.name
    if not isinstance(preset, CohortFile):
        title += _changes(
            rule=rule,
            share=share,
            count=count,
            level=level,
            areas=areas,
            cap=cap,
            minimum_population=minimum_population,
        )
    found = cohort(
        sides[0].table,
        sides[1].table,
        rule=chosen,
        areas=listing.table,
        n_deprivation=sides[0].n,
        n_need=sides[1].n,
        minimum_population=filters.minimum_population if minimum_population is None else minimum_population,
        exclude=[code for code in left_out if code in set(listing.table["area_code"].to_list())],
        cap=filters.cap if cap is None else cap,
        cap_by=cap_by or filters.cap_by,
        other_deprived_share=made.other_deprived_share if other_deprived_share is None else other_deprived_share,
        gaps={**sides[1].gaps, **sides[0].gaps},
        kind=listing.kind,
        boundary_year=listing.year,
        name=made.name,
        title=title,
        label=made.label,
        rest=rest or made.rest,
        notes=tuple(dict.fromkeys([*desk.notes, *sides[0].notes, *sides[1].notes])),
        sources=desk.sources,
    )
    beyond = sorted({*found.uncovered, *sides[0].beyond, *sides[1].beyond})
    return replace(found, uncovered=tuple(beyond))


def _rule(made: CohortFile, rule: RuleName | None, share: float | None, count: int | None) -> Rule:
    if share is None and count is None:
        share, count = made.rule.share, made.rule.count
    return Rule(rule or made.rule.rule, share=share, count=count)


def _changes(**options: object) -> str:
    """Return what was asked for otherwise than a preset says: a changed list must not pass for the published one."""
    said = []
    for name, value in options.items():
        if value is not None:
            shown = value.name if isinstance(value, Path) else f"{value:g}" if isinstance(value, float) else value
            said.append(f"{name.replace('_', ' ')} {shown}")
    return f" (changed: {', '.join(said)})" if said else ""


def _also(made: CohortFile, cap_by: str | None) -> list[str]:
    column = cap_by or made.filters.cap_by
    return [column] if column and column not in ("area_code", *OWN_HEADINGS) else []


def _to_level(desk: Desk, listing: Listing, sides: list[Side], level: CohortLevel) -> tuple[Listing, list[Side]]:
    table, pairs = desk.areas_of_level(level)
    # Only those larger areas that areas of the list lie in: a lookup may reach into another country.
    pairs = pairs.filter(pl.col("from_code").is_in(listing.table["area_code"].to_list()))
    table = table.filter(pl.col("area_code").is_in(pairs["to_code"].to_list()))
    larger = Listing(table, level.kind, level.year, level.plural, table["area_code"])
    return _together(listing, sides, larger, pairs, lookup=level.dataset or level.file or "")


def _to_own_areas(desk: Desk, listing: Listing, sides: list[Side], path: Path) -> tuple[Listing, list[Side]]:
    codes, groups, column = own_areas(path)
    unknown = (~codes.is_in(listing.table["area_code"].to_list())).arg_true()
    if len(unknown):
        raise UnknownArea(
            f"{len(unknown):,} of {len(codes):,} areas are not among the {listing.plural} of the list "
            f"(first: {codes[int(unknown[0])]})",
            remedy="Correct the codes, or use those of the boundary year of the list.",
            file=path,
            row=int(unknown[0]) + 2,
            column=codes.name,
        )
    if groups is None:
        few = listing.table.filter(pl.col("area_code").is_in(codes.to_list()))
        desk.notes.append(Note(f"The list is about {few.height:,} of {listing.table.height:,} {listing.plural}."))
        kept = [
            replace(side, table=side.table.filter(pl.col("area_code").is_in(codes.to_list())), gaps=side.gaps)
            for side in sides
        ]
        return replace(listing, table=few, known=listing.known), kept
    pairs = groups.select("from_code", "to_code")
    table = groups.select(area_code="to_code", area_name="to_name").unique("area_code", maintain_order=True)
    text = (
        f"{pairs.height:,} {listing.plural} were brought together to {table.height:,} areas of your own by '{column}'."
    )
    desk.notes.append(Note(text))
    own = Listing(table, "area", None, "areas", table["area_code"])
    return _together(listing, sides, own, pairs, lookup=path.name)


def _together(
    listing: Listing, sides: list[Side], larger: Listing, pairs: pl.DataFrame, *, lookup: str
) -> tuple[Listing, list[Side]]:
    """Bring areas together to larger ones.

    People are added up; the larger areas are ranked by the mean of the ranks on the exponential scale, weighted by
    people.
    """
    people = None
    table = larger.table
    if "population" in listing.table.columns and listing.table["population"].count():
        people = listing.table.select("area_code", people=pl.col("population").cast(pl.Float64))
        sums = people.join(pairs, left_on="area_code", right_on="from_code").group_by("to_code")
        added = sums.agg(population=pl.col("people").sum(), _unknown=pl.col("people").null_count())
        added = added.with_columns(population=pl.when(pl.col("_unknown") == 0).then("population"))
        table = table.join(added.drop("_unknown"), left_on="area_code", right_on="to_code", how="left")
    moved = []
    for side in sides:
        within = side.table.filter(pl.col("area_code").is_in(pairs["from_code"].to_list()))
        step = carry(
            within, pairs, by="mean-exponential", n=side.n, weights=people, targets=table["area_code"], of=larger.plural
        )
        notes = [*side.notes, *_rankless(within, pairs, side.what)]
        if people is None:
            notes.append(Note("The number of people is not known: in means all areas count equally.", kind="assumed"))
        moved.append(
            arrived(replace(side, gaps={}, beyond=(), notes=tuple(notes)), step, lookup=lookup, plural=larger.plural)
        )
    return replace(larger, table=table), moved


def _rankless(within: pl.DataFrame, pairs: pl.DataFrame, what: str) -> list[Note]:
    ranked = within.filter(pl.col("rank").is_not_null())["area_code"].to_list()
    without = tuple(pairs["from_code"].filter(~pairs["from_code"].is_in(ranked)).unique().sort().to_list())
    if not without:
        return []
    text = f"{len(without):,} areas have no {what} rank and do not count in the mean of the larger area"
    return [Note(f"{text}: {listed(without)}.", areas=without, kind="missing")]


def boundaries_of(found: Cohort, data: Path | None) -> tuple[pl.DataFrame, str] | None:
    """Return the shapes of a cohort's areas from a folder, None when it holds none.

    Parameters
    ----------
    found : Cohort
    data : Path or None
        Folder with boundary files of the kind and year of its areas.

    Returns
    -------
    tuple of polars.DataFrame and str, or None
        ``area_code`` and ``geometry`` (WKB), and their coordinate system.
    """
    if data is None:
        return None
    there = scan(data)
    for entry in there.found:
        known = entry.dataset
        if (known.kind, known.area_kind, known.boundary_year) != ("boundaries", found.kind, found.boundary_year):
            continue
        opened = open_dataset(there, known.id)
        if "geometry" not in opened.table.columns:
            continue
        codes = opened.table[known.area_column].cast(pl.String)
        # Some boundary files hold a part of the areas only, such as the published list itself.
        if 2 * int(found.table["area_code"].is_in(codes.to_list()).sum()) >= found.table.height:
            shapes = pl.DataFrame([codes.alias("area_code"), opened.table["geometry"]])
            return shapes, opened.crs or "EPSG:4326"
    return None
