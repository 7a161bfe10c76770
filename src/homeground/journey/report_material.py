"""From a cohort file and a folder, or from finished tables, to everything that a report is made of."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from homeground import __version__
from homeground.areas import kind_of
from homeground.cohort_file import CohortFile
from homeground.errors import BadSpecification, MissingExtra, WrongBoundaries
from homeground.find.certainty import Certainty
from homeground.find.cohort import Cohort
from homeground.find.doubting.doubt import CertaintySpec, Threshold, Weights
from homeground.find.report import HOW_SURE, THE_MAP, About, Absent, Reruns
from homeground.find.reporting.listing import Terms, make_listing
from homeground.find.rules import RuleName
from homeground.journey.certainty import certainty_of, preset_list
from homeground.journey.cohort import build_cohort
from homeground.journey.gathering import code_heading, told_of
from homeground.provenance import Note, Source
from homeground.sources import presets
from homeground.sources.datasets import datasets
from homeground.sources.folder import Opened, Scan, open_dataset, open_file, scan
from homeground.sources.origin import origin_of
from homeground.tables import check_areas, require_columns

__all__ = ["Material", "from_preset", "from_tables"]


@dataclass(frozen=True)
class Material:
    """Everything a page is made of, read and computed, before anything is written.

    Attributes
    ----------
    cohort : polars.DataFrame
        One row per area, as `homeground.find.cohort` makes it.
    about : About
    terms : Terms
    certainty : polars.DataFrame or None
    reruns : Reruns or None
    boundaries, outlines : polars.DataFrame or None
        ``area_code``, ``geometry``.
    crs : str
        Coordinates of both.
    notes, sources : tuple
    attributions : mapping of str to str
        What a licence asks to be said, by source id.
    unplaced : tuple of str
    absent : tuple of Absent
        What could not be had, and what to type.
    """

    cohort: pl.DataFrame
    about: About
    terms: Terms
    certainty: pl.DataFrame | None = None
    reruns: Reruns | None = None
    boundaries: pl.DataFrame | None = None
    outlines: pl.DataFrame | None = None
    crs: str = ""
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()
    attributions: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[Absent, ...] = ()


def from_preset(
    preset: CohortFile | str | Path,
    *,
    data: Path,
    draws: int | None = 200,
    seed: int = 0,
    spec: CertaintySpec | None = None,
    rule: RuleName | None = None,
    share: float | None = None,
    count: int | None = None,
    level: str | None = None,
    minimum_population: float | None = None,
    exclude: Sequence[str | Path] = (),
    cap: int | None = None,
    cap_by: str | None = None,
) -> Material:
    """Return what a page about a list needs: the list, how sure it is, and boundaries, from a folder of files.

    Parameters
    ----------
    preset : CohortFile, str or Path
        As for `homeground.journey.cohort.build_cohort`.
    data : Path
        Folder with the data sets that it names; recognised by their headings.
    draws : int or None
        How often the list is made again to see how sure it is, with the weights and the line in doubt; None leaves that
        out.
    seed : int
        Start of the random numbers.
    spec : CertaintySpec, optional
        What is in doubt, instead of the weights and the line; it brings its own draws and seed.
    rule, share, count, level, minimum_population, exclude, cap, cap_by : optional
        In place of what the cohort file says; see `homeground.journey.cohort.build_cohort`.

    Raises
    ------
    BadSpecification, MissingDataset, BadTable
        With the file, row and column where it went wrong, and what to do.
    """
    made = preset if isinstance(preset, CohortFile) else presets.load(preset)
    choices: dict[str, Any] = {
        "rule": rule,
        "share": share,
        "count": count,
        "level": level,
        "minimum_population": minimum_population,
        "exclude": exclude,
        "cap": cap,
        "cap_by": cap_by,
    }
    found, sure, absent = _list_and_doubt(made, data, draws, seed, spec, choices)
    there = scan(data)
    shapes = _boundaries(there, found.table["area_code"], found.kind, found.boundary_year)
    outlines = _outlines(there, found.table)
    opened = [one for one in (shapes, outlines) if one is not None]
    absent += [] if shapes is not None else [_no_boundaries(found.kind, found.boundary_year)]
    told = [*found.notes, *(sure.notes if sure else ()), *(note for one in opened for note in one.notes)]
    sources = (*found.sources, *(sure.sources if sure else ()), *(one.source for one in opened))
    return Material(
        cohort=found.table,
        about=About(
            title=found.title,
            # What a cohort file says of itself holds for its own rule only.
            description="" if any(choices.values()) else " ".join(made.description.split()),
            reference="" if any(choices.values()) else made.reference,
            version=__version__,
            cautions=tuple(_cautions(_held_back(there), sources)),
            invented=_invented(sources),
        ),
        terms=_terms(made, found),
        certainty=sure.table if sure else None,
        reruns=Reruns(sure.spec.draws, sure.spec.seed, sure.spec.sources, sure.size) if sure else None,
        boundaries=_plain(shapes),
        outlines=_plain(outlines) if shapes and outlines and _same_crs(shapes, outlines) else None,
        crs=shapes.crs if shapes else "",
        notes=tuple(dict.fromkeys(told)),
        sources=tuple(dict.fromkeys(sources)),
        attributions=_attributions(there),
        absent=tuple(absent),
    )


def _terms(made: CohortFile, found: Cohort) -> Terms:
    return Terms.of(
        found.kind,
        found.boundary_year,
        plural=made.areas.plural if found.kind == made.areas.kind else "",
        where=made.rest.removeprefix("rest of ") if made.rest.startswith("rest of ") else "",
        deprivation=made.deprivation.title or "deprivation",
        need=made.need.title or "community need",
        n_deprivation=found.n_deprivation,
        n_need=found.n_need,
        rule=found.rule,
        larger_many=_larger(found.table),
    )


def _list_and_doubt(
    made: CohortFile,
    data: Path,
    draws: int | None,
    seed: int,
    spec: CertaintySpec | None,
    choices: Mapping[str, Any],
) -> tuple[Cohort, Certainty | None, list[Absent]]:
    """Return the list, and how sure it is; where that cannot be told, None and why."""
    if draws is None and spec is None:
        return build_cohort(made, data=data, **choices), None, []
    try:
        ready = preset_list(made, data=data, noise=spec is not None and spec.noise is not None, **choices)
    except MissingExtra as error:
        if spec is not None:
            raise
        return build_cohort(made, data=data, **choices), None, [Absent(HOW_SURE, error.problem, error.remedy)]
    assert ready.found is not None
    if spec is not None:
        return ready.found, certainty_of(ready, spec), []
    assert draws is not None
    # A ranking without a method behind it has no weights to vary: then the other one is varied alone, or the line only.
    weights = Weights(), Weights(of=("deprivation",)), Weights(of=("need",)), None
    for one in weights:
        with contextlib.suppress(BadSpecification):
            doubt = CertaintySpec(draws=draws, seed=seed, weights=one, threshold=Threshold())
            return ready.found, certainty_of(ready, doubt), []
    why = Absent(HOW_SURE, "nothing in this list can be varied", "Say what is in doubt: --vary or --spec.")
    return ready.found, None, [why]


def from_tables(
    cohort: Path,
    *,
    certainty: Path | None = None,
    data: Path | None = None,
    boundaries: Path | None = None,
    boundary_code_column: str | None = None,
    outlines: Path | None = None,
    title: str = "",
    deprivation_of: int | None = None,
    need_of: int | None = None,
) -> Material:
    """Return what a page needs from tables that are finished already.

    Parameters
    ----------
    cohort : Path
        One row per area: ``area_code``, ``selected`` and the other columns that ``find cohort`` writes.
    certainty : Path, optional
        ``area_code``, ``probability`` and the other columns that ``find certainty`` writes.
    data : Path, optional
        Folder in which boundaries are looked for.
    boundaries, outlines : Path, optional
        Boundaries of the areas, and of larger areas to draw beneath them, instead.
    boundary_code_column : str, optional
        Heading of the area codes in `boundaries`; found by itself where the heading says so.
    title : str
        Name of the list; the name of the file when left out.
    deprivation_of, need_of : int, optional
        How many areas each ranking ranks, when the table has only some of them.

    Raises
    ------
    BadTable, MissingColumns, WrongBoundaries
        With the file, row and column where it went wrong, and what to do.
    """
    read = open_file(cohort)
    sure = open_file(certainty) if certainty else None
    table = read.table
    with told_of(read.file):
        if "area_code" not in table.columns:
            table = table.rename({code_heading(table, file=read.file): "area_code"})
        make_listing(table, terms=Terms())
    if sure is not None:
        with told_of(sure.file):
            make_listing(table, terms=Terms(), certainty=sure.table)
    kind, year = _kind_and_year(table)
    there = scan(data) if data else None
    codes = table["area_code"].cast(pl.String)
    shapes = open_file(boundaries) if boundaries else _boundaries(there, codes, kind, year) if there else None
    beneath = open_file(outlines) if outlines else _outlines(there, table) if there else None
    plain = _plain(shapes, boundary_code_column if boundaries else None)
    if boundaries and plain is not None:
        _check_same_areas(codes, plain, boundaries)
    terms = Terms.of(
        kind,
        year,
        n_deprivation=deprivation_of,
        n_need=need_of,
        larger_many=_larger(table),
    )
    opened = [one for one in (read, sure, shapes, beneath) if one is not None]
    origins = [origin_of(path) for path in (cohort, certainty) if path is not None]
    earlier = [source for origin in origins for source in origin.sources]
    told = [note for origin in origins for note in origin.notes] + [note for one in opened for note in one.notes]
    sources = tuple(dict.fromkeys([*earlier, *(one.source for one in opened)]))
    held_back = {known.id for known in datasets().values() if not known.redistributable}
    return Material(
        cohort=table,
        about=About(
            title=title or origins[0].title or cohort.stem,
            version=__version__,
            cautions=tuple(_cautions(held_back, sources)),
            invented=_invented(sources),
        ),
        terms=terms,
        certainty=sure.table if sure is not None else None,
        boundaries=plain,
        outlines=_plain(beneath, need_code=False)
        if shapes is not None and beneath is not None and _same_crs(shapes, beneath)
        else None,
        crs=shapes.crs if shapes is not None else "",
        notes=tuple(dict.fromkeys(told)),
        sources=sources,
        attributions={known.id: known.attribution for known in datasets().values() if known.attribution},
    )


def _kind_and_year(table: pl.DataFrame) -> tuple[str, int | None]:
    kinds = {kind_of(code) for code in table["area_code"].cast(pl.String).to_list()}
    kind = kinds.pop() if len(kinds) == 1 else None
    years = table["boundary_year"].drop_nulls().unique().to_list() if "boundary_year" in table.columns else []
    whole = [int(year) for year in years if str(year).isdecimal()]
    return kind or "area", whole[0] if len(years) == len(whole) == 1 else None


def _check_same_areas(codes: pl.Series, shapes: pl.DataFrame, file: Path) -> None:
    if not codes.str.strip_chars().is_in(shapes["area_code"].to_list()).any():
        raise WrongBoundaries(
            f"none of the {len(codes):,} areas of the list has a boundary here "
            f"(the first here: {shapes['area_code'][0]}, the first of the list: {codes[0]})",
            remedy="Give the boundaries of the same areas and year, or name the column of their codes: "
            "--boundary-code-column HEADING.",
            file=file,
        )


def _larger(table: pl.DataFrame) -> str:
    codes = (
        table["larger_area"].drop_nulls().cast(pl.String).unique() if "larger_area" in table.columns else pl.Series([])
    )
    kinds = {kind_of(code) for code in codes.to_list()}
    return {"authority": "local authorities", "region": "regions"}.get(
        kinds.pop() or "" if len(kinds) == 1 else "", "larger areas"
    )


def _boundaries(there: Scan, codes: pl.Series, kind: str, year: int | None) -> Opened | None:
    """Return the boundaries that have the most of the areas: those of the same kind and year are tried first."""
    wanted = set(codes.to_list())
    best: tuple[int, Opened] | None = None
    known = [entry.dataset for entry in there.found if entry.dataset.kind == "boundaries" and entry.dataset.area_column]
    for dataset in sorted(known, key=lambda one: (one.area_kind != kind, one.boundary_year != year, one.id)):
        if best is not None and dataset.area_kind != kind:
            break
        opened = open_dataset(there, dataset.id)
        covered = len(wanted.intersection(opened.table[dataset.area_column].to_list()))
        if 2 * covered >= len(wanted) and (best is None or covered > best[0]):
            best = covered, opened
        if covered == len(wanted):
            break
    return best[1] if best else None


def _outlines(there: Scan, table: pl.DataFrame) -> Opened | None:
    """Return the boundaries of the larger areas, those that know the most of their codes."""
    codes = set(table["larger_area"].drop_nulls().to_list()) if "larger_area" in table.columns else set()
    best: tuple[int, Opened] | None = None
    for entry in there.found:
        known = entry.dataset
        if known.kind != "boundaries" or known.area_kind != "authority" or not known.area_column:
            continue
        opened = open_dataset(there, known.id)
        covered = len(codes.intersection(opened.table[known.area_column].to_list()))
        if covered and (best is None or covered > best[0]):
            best = covered, opened
    return best[1] if best else None


def _same_crs(one: Opened, other: Opened) -> bool:
    """Return whether two tables of boundaries are in the same coordinates, as far as their files say."""
    return not one.crs or not other.crs or one.crs == other.crs


def _plain(opened: Opened | None, column: str | None = None, *, need_code: bool = True) -> pl.DataFrame | None:
    """Return ``area_code`` and ``geometry`` of a table of boundaries."""
    if opened is None:
        return None
    table = opened.table
    require_columns(table, ["geometry"], file=opened.file)
    if opened.dataset is not None and opened.dataset.area_column and column is None:
        column = opened.dataset.area_column
    if column is None and not need_code:
        column = next((name for name in table.columns if name != "geometry"), "geometry")
    column = code_heading(table, wanted=column, file=opened.file)
    shapes = table.select(area_code=pl.col(column).cast(pl.String), geometry="geometry")
    if need_code:
        check_areas(shapes, file=opened.file)
    return shapes


def _no_boundaries(kind: str, year: int | None) -> Absent:
    fits = [known.id for known in datasets().values() if known.kind == "boundaries" and known.area_kind == kind]
    dated = [known.id for known in datasets().values() if known.id in fits and known.boundary_year == year] or fits
    remedy = f"Type: homeground data pull {dated[0]}" if dated else "Give the boundaries of the areas."
    return Absent(THE_MAP, "the folder holds no boundaries of these areas", remedy)


def _invented(sources: Iterable[Source]) -> bool:
    return any("invented" in f"{source.title} {source.licence}".lower() for source in sources)


def _held_back(there: Scan) -> set[str]:
    return {entry.dataset.id for entry in there.found if not entry.dataset.redistributable}


def _cautions(held_back: set[str], sources: Iterable[Source]) -> Iterator[str]:
    for source in dict.fromkeys(sources):
        if source.id in held_back:
            yield (
                f"The licence of “{source.title}” does not let others pass its figures on. Ask {source.publisher} "
                "before you publish this page or its data."
            )


def _attributions(there: Scan) -> dict[str, str]:
    return {entry.dataset.id: entry.dataset.attribution for entry in there.found if entry.dataset.attribution}
