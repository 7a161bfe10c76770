"""From a cohort file and a folder, or from finished tables, to one page for people with its data files beside it."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from homeground import __version__
from homeground.areas import kind_of
from homeground.cohort_file import CohortFile
from homeground.errors import BadSpecification, MissingExtra
from homeground.find.certainty import Certainty
from homeground.find.cohort import Cohort
from homeground.find.doubt import CertaintySpec, Threshold, Weights
from homeground.find.listing import Terms, report_table
from homeground.find.report import HOW_SURE, THE_MAP, About, Absent, Download, Reruns, render_report
from homeground.find.rules import RuleName
from homeground.journey.certainty import certainty_of, preset_list
from homeground.journey.cohort import build_cohort
from homeground.journey.gathering import code_heading
from homeground.provenance import Note, Source
from homeground.sources import presets
from homeground.sources.datasets import datasets
from homeground.sources.folder import Opened, Scan, open_dataset, open_file, scan
from homeground.sources.writers import known_format, write_table, write_text
from homeground.tables import check_areas, require_columns

__all__ = ["FORMATS", "Material", "Written", "from_preset", "from_tables", "write_report"]

FORMATS: Mapping[str, str] = {"csv": "CSV", "parquet": "Parquet", "gpkg": "GeoPackage", "xlsx": "Excel (XLSX)"}
"""Formats that can be written beside the page, and what they are called there."""

_WORKBOOK = 5_000  # a workbook holds all areas up to here; beyond, those that the page names


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


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes
    ----------
    page : Path
    size : int
        Bytes of the page.
    downloads : tuple of Download
        The files beside it.
    absent : tuple of Absent
        What is not there, why, and what to type.
    table : polars.DataFrame
        What the data files hold: one row per area, with ``how_sure`` and ``sentence``.
    """

    page: Path
    size: int
    downloads: tuple[Download, ...]
    absent: tuple[Absent, ...]
    table: pl.DataFrame


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
            cautions=tuple(_cautions(there, sources)),
            invented=_invented(sources),
        ),
        terms=_terms(made, found),
        certainty=sure.table if sure else None,
        reruns=Reruns(sure.spec.draws, sure.spec.seed, sure.spec.sources, sure.size) if sure else None,
        boundaries=_plain(shapes),
        outlines=_plain(outlines) if shapes and outlines and same_crs(shapes, outlines) else None,
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
    boundaries, outlines : Path, optional
        Boundaries of the areas, and of larger areas to draw beneath them.
    boundary_code_column : str, optional
        Heading of the area codes in `boundaries`; found by itself where the heading says so.
    title : str
        Name of the list; the name of the file when left out.
    deprivation_of, need_of : int, optional
        How many areas each ranking ranks, when the table has only some of them.

    Raises
    ------
    BadTable, MissingColumns
        With the file, row and column where it went wrong, and what to do.
    """
    read = open_file(cohort)
    sure = open_file(certainty) if certainty else None
    shapes = open_file(boundaries) if boundaries else None
    beneath = open_file(outlines) if outlines else None
    table = read.table
    if "area_code" not in table.columns:
        table = table.rename({code_heading(table, file=read.file): "area_code"})
    require_columns(table, ["selected"], file=read.file)
    check_areas(table, file=read.file)
    kinds = {kind_of(code) for code in table["area_code"].cast(pl.String).to_list()}
    kind = kinds.pop() if len(kinds) == 1 else None
    years = table["boundary_year"].drop_nulls().unique().to_list() if "boundary_year" in table.columns else []
    terms = Terms.of(
        kind or "area",
        int(years[0]) if len(years) == 1 else None,
        n_deprivation=deprivation_of,
        n_need=need_of,
        larger_many=_larger(table),
    )
    opened = [one for one in (read, sure, shapes, beneath) if one is not None]
    return Material(
        cohort=table,
        about=About(
            title=title or cohort.stem, version=__version__, invented=_invented([one.source for one in opened])
        ),
        terms=terms,
        certainty=sure.table if sure is not None else None,
        boundaries=_plain(shapes, boundary_code_column),
        outlines=_plain(beneath, need_code=False)
        if shapes is not None and beneath is not None and same_crs(shapes, beneath)
        else None,
        crs=shapes.crs if shapes is not None else "",
        notes=tuple(dict.fromkeys(note for one in opened for note in one.notes)),
        sources=tuple(one.source for one in opened),
    )


def write_report(
    material: Material,
    out: Path,
    *,
    formats: Sequence[str] = tuple(FORMATS),
    made_on: dt.date,
    command: str = "",
    contact: str = "",
) -> Written:
    """Write the page and its data files.

    Parameters
    ----------
    material : Material
        From `from_preset` or `from_tables`.
    out : Path
        The page; its name must end in .html. The data files lie beside it under the same name.
    formats : sequence of str
        Of `FORMATS`.
    made_on : datetime.date
        The day to print on the page.
    command : str
        The line that makes the page again.
    contact : str
        Whom to tell when something is wrong.

    Returns
    -------
    Written

    Raises
    ------
    BadSpecification, CannotWrite
        If a format is unknown, or a file cannot be written there.
    """
    paths, absent = plan_files(out, formats)
    material = replace(material, about=replace(material.about, made_on=made_on, command=command, contact=contact))
    table = report_table(material.cohort, terms=material.terms, certainty=material.certainty)
    downloads = []
    for kind, path in paths.items():
        if kind == "gpkg" and material.boundaries is None:
            absent.append(
                Absent(FORMATS[kind], "no boundaries are at hand", "Give boundaries of the same areas and year.")
            )
            continue
        held, holds = _for_format(table, kind, material.terms)
        write_table(
            held,
            path,
            title=material.about.title,
            sources=material.sources,
            notes=material.notes,
            boundaries=material.boundaries if kind == "gpkg" else None,
            crs=material.crs or "EPSG:4326",
            descriptions=_MEANINGS,
        )
        downloads.append(Download(path.name, FORMATS[kind], path.stat().st_size, holds))
    if material.boundaries is not None and importlib.util.find_spec("shapely") is None:
        error = MissingExtra.named("geo", for_what="draw a map")
        absent.append(Absent(THE_MAP, error.problem, error.remedy))
        material = replace(material, boundaries=None)
    missing = (*material.absent, *absent)
    page = render_report(
        material.cohort,
        about=material.about,
        terms=material.terms,
        certainty=material.certainty,
        reruns=material.reruns,
        boundaries=material.boundaries,
        outlines=material.outlines,
        crs=material.crs or None,
        notes=material.notes,
        sources=material.sources,
        attributions=material.attributions,
        downloads=downloads,
        absent=missing,
    )
    write_text(out, page)
    return Written(out, len(page.encode()), tuple(downloads), missing, table)


def plan_files(out: Path, formats: Sequence[str]) -> tuple[dict[str, Path], list[Absent]]:
    """Return where each data file will lie, and those that an extra is missing for; raise what would go wrong later.

    Examples
    --------
    >>> plan_files(Path("page.html"), ["csv"])[0]["csv"].name
    'page.csv'
    >>> plan_files(Path("page.txt"), [])
    Traceback (most recent call last):
    ...
    homeground.errors.BadSpecification: page.txt: a page is an HTML file. Give it a name that ends in .html.
    """
    if out.suffix.lower() not in (".html", ".htm"):
        raise BadSpecification("a page is an HTML file", remedy="Give it a name that ends in .html.", file=out)
    unknown = [kind for kind in formats if kind not in FORMATS]
    if unknown:
        raise BadSpecification(
            f"'{unknown[0]}' is no format for the data", remedy=f"Use {', '.join(FORMATS)}, or none."
        )
    paths, absent = {}, []
    for kind in dict.fromkeys(formats):
        path = out.with_suffix(f".{kind}")
        try:
            known_format(path)
        except MissingExtra as error:
            absent.append(Absent(FORMATS[kind], error.problem, error.remedy))
            continue
        paths[kind] = path
    return paths, absent


def _for_format(table: pl.DataFrame, kind: str, terms: Terms) -> tuple[pl.DataFrame, str]:
    everything = f"{terms.counted(table.height)}, one row each"
    if kind == "gpkg":
        return table, f"{everything}, with boundaries, for a map program"
    if kind != "xlsx" or table.height <= _WORKBOOK:
        return table, everything
    named = pl.col("selected") | pl.col("reason").is_not_null() | pl.col("how_sure").is_not_null()
    few = table.filter(named)
    return few, f"the {terms.counted(few.height)} that this page names; all are in the other files"


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


def same_crs(one: Opened, other: Opened) -> bool:
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


def _cautions(there: Scan, sources: Iterable[Source]) -> Iterator[str]:
    held_back = {entry.dataset.id for entry in there.found if not entry.dataset.redistributable}
    for source in dict.fromkeys(sources):
        if source.id in held_back:
            yield (
                f"The licence of “{source.title}” does not let others pass its figures on. Ask {source.publisher} "
                "before you publish this page or its data."
            )


def _attributions(there: Scan) -> dict[str, str]:
    return {entry.dataset.id: entry.dataset.attribution for entry in there.found if entry.dataset.attribution}


_MEANINGS = {
    "area_code": "code of the area",
    "area_name": "name of the area",
    "deprivation_rank": "rank by deprivation; 1 is the most deprived",
    "need_rank": "rank by community need; 1 is the most need",
    "selected": "whether the area is on the list",
    "cohort": "the list, other deprived, the rest, or not placed",
    "reason": "why the area could not be placed, or was left out",
    "larger_area": "code of the larger area it lies in",
    "larger_area_name": "name of the larger area",
    "population": "people who live there",
    "combined_need": "what the rule puts areas in order by; higher is more need",
    "boundary_year": "year of the boundaries behind the codes",
    "probability": "share of the re-runs, 0 to 1, in which the area is on the list",
    "probability_error": "standard error of the probability, from the number of re-runs",
    "deprivation_rank_low": "rank by deprivation at the 5th percentile of the re-runs",
    "deprivation_rank_high": "rank by deprivation at the 95th percentile of the re-runs",
    "need_rank_low": "rank by community need at the 5th percentile of the re-runs",
    "need_rank_high": "rank by community need at the 95th percentile of the re-runs",
    "how_sure": "the probability in words; Just outside and Now and then are for areas that are not on the list",
    "sentence": "what the page says of the area",
}
