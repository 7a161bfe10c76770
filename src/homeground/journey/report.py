"""From a cohort file and a folder, or from finished tables, to one page for people with its data files beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from homeground.errors import BadSpecification, MissingExtra
from homeground.find.report import THE_MAP, Absent, Download, draft_report, finish_report
from homeground.find.reporting.listing import Terms, report_table
from homeground.journey.report_material import Material, from_preset, from_tables
from homeground.sources.writers import known_format, write_table, write_text

__all__ = ["FORMATS", "Material", "Written", "from_preset", "from_tables", "plan_files", "write_report"]

FORMATS: Mapping[str, str] = {"csv": "CSV", "parquet": "Parquet", "gpkg": "GeoPackage", "xlsx": "Excel (XLSX)"}
"""Formats that can be written beside the page, and what they are called there."""

_WORKBOOK = 5_000  # a workbook holds all areas up to here; beyond, those that the page names


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
    about = replace(material.about, made_on=made_on, command=command, contact=contact)
    # What is wrong with a table shows here, before anything is written.
    table = report_table(material.cohort, terms=material.terms, certainty=material.certainty)
    draft = draft_report(
        material.cohort,
        about=about,
        terms=material.terms,
        certainty=material.certainty,
        boundaries=material.boundaries,
        outlines=material.outlines,
        crs=material.crs or None,
    )
    downloads, without = _write_data(material, table, paths)
    missing = [*material.absent, *absent, *without]
    if draft.maps.why:
        missing.append(Absent(THE_MAP, draft.maps.why, draft.maps.remedy))
    page = finish_report(
        draft,
        reruns=material.reruns,
        notes=material.notes,
        sources=material.sources,
        attributions=material.attributions,
        downloads=downloads,
        absent=missing,
    )
    write_text(out, page)
    return Written(out, len(page.encode()), tuple(downloads), tuple(missing), table)


def _write_data(
    material: Material, table: pl.DataFrame, paths: Mapping[str, Path]
) -> tuple[list[Download], list[Absent]]:
    """Write the data files; return them, and those that could not be made."""
    downloads, without = [], []
    for kind, path in paths.items():
        if kind == "gpkg" and material.boundaries is None:
            why = "no boundaries are at hand"
            without.append(Absent(FORMATS[kind], why, "Give boundaries of the same areas and year."))
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
    return downloads, without


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
