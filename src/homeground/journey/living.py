"""Where people live: the centre of each area, how many people, and which cohort and authority it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from homeground.errors import (
    BadSpecification,
    BadTable,
    BadValue,
    MissingColumns,
    MissingDataset,
    UnknownArea,
    WrongBoundaries,
)
from homeground.journey.cohort import build_cohort
from homeground.journey.gathering import code_heading
from homeground.provenance import Note, Source
from homeground.sources import readers
from homeground.sources.cells import pick
from homeground.sources.coordinates import locate
from homeground.sources.datasets import Dataset, matching_key
from homeground.sources.folder import Scan, open_dataset, open_file, scan
from homeground.sources.opening import checksum
from homeground.tables import check_areas, check_people, listed, numbers

__all__ = ["Living", "chosen_areas", "where_people_live"]

_CENTRES = "centroids-lsoa21"
_PEOPLE = "iod2025-file7"
_HOW = "Give --data with the folder of official files, or --centroids FILE."


@dataclass
class Living:
    """Areas with their centres and people.

    Attributes
    ----------
    table : polars.DataFrame
        ``area_code``, ``area_name``, ``larger_area``, ``larger_area_name``, ``cohort`` (where known), ``easting``,
        ``northing``, ``population``.
    notes : list of Note
    sources : list of Source
    """

    table: pl.DataFrame
    notes: list[Note] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)


def where_people_live(
    *,
    data: Path | None = None,
    centroids: Path | None = None,
    population: Path | None = None,
    population_column: str | None = None,
    area_column: str | None = None,
    preset: str | None = None,
    cohort: Path | None = None,
) -> Living:
    """Return the areas, their centres and people.

    Parameters
    ----------
    data : Path, optional
        Folder with ``centroids-lsoa21`` and ``iod2025-file7`` (people, names, districts).
    centroids : Path, optional
        Areas of your own: codes and coordinates, and people where the file has them.
    population : Path, optional
        Codes and people, in place of those in the other files.
    population_column, area_column : str, optional
        Headings, where they are not found by themselves.
    preset, cohort : optional
        A shipped list of places (needs `data`), or a table of ``find cohort``.

    Raises
    ------
    MissingDataset, MissingColumns, BadTable, WrongBoundaries
        Saying which file, and what to do.
    """
    there = scan(data) if data is not None else None
    found = _own(centroids, area_column) if centroids is not None else _official(there)
    if population is not None:
        _with_people(found, population, population_column, area_column)
    elif centroids is not None:
        _people_beside(found, centroids, population_column, there)
    if "population" not in found.table.columns:
        raise MissingColumns(
            "it is not known how many people live in each area",
            remedy="Give --population FILE, or --population-column HEADING.",
            file=centroids,
        )
    if preset is not None and cohort is not None:
        raise BadSpecification("--preset and --cohort are both given", remedy="Give one of them.")
    if preset is not None:
        made = build_cohort(preset, data=data)
        found.sources += made.sources
        _with_cohort(found, made.table.select("area_code", "cohort"), preset)
    elif cohort is not None:
        opened = open_file(cohort)
        code = code_heading(opened.table, file=opened.file)
        if "cohort" not in opened.table.columns:
            raise MissingColumns(
                "the table has no column 'cohort'", remedy="Write it with: homeground find cohort --out.", file=cohort
            )
        found.sources.append(opened.source)
        _with_cohort(found, opened.table.select(area_code=pl.col(code).cast(pl.String), cohort="cohort"), cohort.name)
    return found


def _official(there: Scan | None) -> Living:
    if there is None:
        raise MissingDataset("it is not said where people live", remedy=_HOW)
    centres = open_dataset(there, _CENTRES)
    table = centres.table.select(area_code="LSOA21CD", easting="bng_easting", northing="bng_northing")
    if table.null_count().sum_horizontal().item():
        raise BadTable("some areas have no centre", remedy="Download the file again.", file=centres.file)
    found = Living(table, list(centres.notes), [centres.source])
    if there.has(_PEOPLE):
        columns = {
            "LSOA code (2021)": "area_code",
            "LSOA name (2021)": "area_name",
            "Local Authority District code (2024)": "larger_area",
            "Local Authority District name (2024)": "larger_area_name",
            "Total population: mid 2022": "population",
        }
        people = open_dataset(there, _PEOPLE, columns=list(columns))
        found.sources.append(people.source)
        found.table = table.join(people.table.rename(columns), on="area_code", how="left", maintain_order="left")
    return found


def _own(path: Path, area_column: str | None) -> Living:
    reading = readers.read(path, infer=False)
    code = code_heading(reading.table, wanted=area_column, file=str(path))
    placed = locate(reading, path)
    lost = np.flatnonzero(np.isnan(placed.easting))
    if len(lost):
        raise BadValue(
            f"{len(lost):,} areas have no centre ({placed.why[lost[0]]})",
            remedy="Give every area its coordinates, or take its row out.",
            file=path,
            row=int(lost[0]) + reading.first_row,
        )
    table = pl.DataFrame(
        {
            "area_code": reading.table[code].cast(pl.String).str.strip_chars(),
            "easting": placed.easting,
            "northing": placed.northing,
        }
    )
    check_areas(table, file=path)
    for name in ("area_name", "larger_area", "larger_area_name", "cohort"):
        if name in reading.table.columns:
            table = table.with_columns(reading.table[name].cast(pl.String))
    source = Source(id="", title=path.name, file=path.name, sha256=checksum(path))
    return Living(table, list(reading.notes), [source])


def _people_beside(found: Living, path: Path, column: str | None, there: Scan | None) -> None:
    """Take the people from the file of centres itself, or else from the folder where its areas are LSOAs of 2021."""
    reading = readers.read(path, infer=False)
    names = [column] if column else [name for name in reading.table.columns if _holds_people(name)]
    if names:
        heading = reading.table.columns[pick(reading.table.columns, names[:1], path)[0]]
        people = numbers(reading.table, heading, file=path)
        found.table = found.table.with_columns(population=pl.Series(people).fill_nan(None))
        check_people(found.table, file=path)
    elif there is not None and there.has(_PEOPLE):
        official = open_dataset(there, _PEOPLE, columns=["LSOA code (2021)", "Total population: mid 2022"])
        renamed = official.table.rename({"LSOA code (2021)": "area_code", "Total population: mid 2022": "population"})
        if found.table["area_code"].is_in(renamed["area_code"].to_list()).any():
            found.sources.append(official.source)
            found.table = found.table.join(renamed, on="area_code", how="left", maintain_order="left")


def _holds_people(heading: str) -> bool:
    key = matching_key(heading)
    return key in _HEADINGS or key.startswith("totalpopulation")


_HEADINGS = ("population", "people", "residents", "usualresidents", "totalpopulation", "pop")


def _with_people(found: Living, path: Path, column: str | None, area_column: str | None) -> None:
    opened = open_file(path)
    table = opened.table
    code = code_heading(table, wanted=area_column if area_column in table.columns else None, file=opened.file)
    heading = column or next((name for name in table.columns if _holds_people(name)), None)
    if heading is None and opened.dataset is not None:
        heading = _only_people(opened.dataset)
    if heading is None:
        raise MissingColumns(
            f"no heading says that it holds people (there are: {listed(table.columns, most=6)})",
            remedy="Say which one does: --population-column HEADING.",
            file=path,
        )
    people = pl.DataFrame(
        {
            "area_code": table[code].cast(pl.String).str.strip_chars(),
            "population": pl.Series(numbers(table, heading, file=path)).fill_nan(None),
        }
    )
    check_areas(people, file=path)
    check_people(people, file=path)
    if not people["area_code"].is_in(found.table["area_code"].to_list()).any():
        raise WrongBoundaries(
            f"none of its areas is among those with a centre (first: {people['area_code'][0]})",
            remedy="Use populations and centres of the same boundary year.",
            file=path,
        )
    found.sources.append(opened.source)
    kept = found.table.drop("population", strict=False)
    found.table = kept.join(people, on="area_code", how="left", maintain_order="left")


def _only_people(known: Dataset) -> str | None:
    names = [column.name for column in known.columns if column.holds == "people"]
    return names[0] if len(names) == 1 else None


def _with_cohort(found: Living, groups: pl.DataFrame, name: str) -> None:
    kept = found.table.drop("cohort", strict=False)
    found.table = kept.join(groups, on="area_code", how="left", maintain_order="left")
    without = found.table.filter(pl.col("cohort").is_null())["area_code"].to_list()
    if 2 * len(without) > found.table.height:
        raise WrongBoundaries(
            f"{len(without):,} of {found.table.height:,} areas are not in the list '{name}' (first: {without[0]})",
            remedy="Use a list of the same kind of areas and boundary year (LSOAs of 2021: left-behind-lsoas-2023).",
        )
    if without:
        text = f"{len(without):,} areas are not in the list '{name}' and are in no cohort: {listed(without)}."
        found.notes.append(Note(text, areas=tuple(without), kind="missing"))


def chosen_areas(table: pl.DataFrame, items: Sequence[str]) -> list[str]:
    """Return the codes of the areas that are asked for.

    Parameters
    ----------
    table : polars.DataFrame
        ``area_code``, and ``larger_area``, ``larger_area_name``, ``cohort`` where known.
    items : sequence of str
        Codes of areas, codes or names of authorities, names of cohorts, or files with codes.

    Raises
    ------
    UnknownArea
        If one of them is none of these.

    Examples
    --------
    >>> areas = pl.DataFrame({"area_code": ["A", "B"], "larger_area_name": ["Trafford", "Bury"]})
    >>> chosen_areas(areas, ["trafford"])
    ['A']
    """
    found: dict[str, None] = {}
    for item in items:
        mine: list[str] = []
        for column in ("area_code", "larger_area", "larger_area_name", "cohort"):
            if column in table.columns:
                same = table[column].cast(pl.String).str.to_lowercase() == item.strip().lower()
                mine = table.filter(same)["area_code"].to_list() or mine
        if not mine and Path(item).is_file():
            opened = open_file(Path(item))
            code = code_heading(opened.table, file=opened.file)
            codes = opened.table[code].cast(pl.String).str.strip_chars()
            mine = table.filter(pl.col("area_code").is_in(codes.to_list()))["area_code"].to_list()
            if len(mine) < codes.n_unique():
                raise UnknownArea(
                    f"{codes.n_unique() - len(mine):,} of {codes.n_unique():,} areas are not known here",
                    remedy="Use codes of the same boundary year.",
                    file=item,
                )
        if not mine:
            raise UnknownArea(
                f"'{item}' is no area, authority or cohort here, and no file",
                remedy="Give a code, the name of an authority, or a file of codes.",
            )
        found.update(dict.fromkeys(mine))
    return list(found)
