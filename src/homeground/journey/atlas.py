"""The areas that money is placed in: which, with how many people, in which cohort, and how codes lead to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from homeground.areas import AreaKey, area_key, check_codes, kind_of
from homeground.errors import BadSpecification, BadValue, MissingColumns, WrongBoundaries
from homeground.find.cohort import NOT_PLACED, OTHER_DEPRIVED
from homeground.journey.cohort import build_cohort
from homeground.journey.crosswalk import Crosswalk, build_crosswalk
from homeground.journey.gathering import code_heading
from homeground.provenance import Note, Source
from homeground.sources.folder import Opened, Scan, open_dataset, open_file, scan
from homeground.sources.postcodes import open_postcodes
from homeground.tables import check_areas, numbers
from homeground.understand.grants import Atlas

__all__ = ["Ground", "atlas_of", "build_ground", "parse_level"]

_LEVEL = re.compile(r"^(lsoa|msoa|ward|wd|lad|ltla|authority)(\d\d)?(\d\d)?$")
_KINDS = {"wd": "ward", "lad": "authority", "ltla": "authority"}
# Where the folder says how many people live in areas of a kind and year: data set, heading, and a year to choose.
_PEOPLE = {
    ("ward", 2017): ("population-ward17", "population_mid2017"),
    ("lsoa", 2011): ("population-lsoa11", "total_population"),
    ("lsoa", 2021): ("census2021-lsoa21", "total_residents"),
    ("authority", 2021): ("population-lad21", "total_population"),
}
_NAMES = ("area_name", "name")


@dataclass
class Ground:
    """Areas with people, cohort and need, and what was read for them.

    Attributes
    ----------
    table : polars.DataFrame
        ``area_code``, ``area_name``, ``boundary_kind``, ``boundary_year``, ``population``, ``cohort``, ``need``,
        ``need_decile``.
    kind, year : str, int or None
    whole : str
        What all areas together are called.
    people_by_year : polars.DataFrame or None
        ``area_code``, ``year``, ``population``, where several years were given.
    crosswalk : Crosswalk
    notes, sources
    """

    table: pl.DataFrame
    kind: str
    year: int | None
    whole: str
    crosswalk: Crosswalk
    people_by_year: pl.DataFrame | None = None
    notes: list[Note] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)


def parse_level(level: str) -> AreaKey:
    """Return what a level says: ``ward17`` is wards of 2017.

    Examples
    --------
    >>> parse_level("ward17"), parse_level("lad2024")
    (AreaKey(kind='ward', year=2017), AreaKey(kind='authority', year=2024))
    """
    match = _LEVEL.match(level.strip().lower())
    if not match:
        raise BadSpecification(
            f"the level '{level}' is not known", remedy="Say ward17, lsoa21, msoa21, lad24 or the like."
        )
    kind = _KINDS.get(match[1], match[1])
    year = int(match[2] + match[3]) if match[3] else 2000 + int(match[2]) if match[2] else None
    return AreaKey(kind, year)


def build_ground(
    *,
    data: Path | None = None,
    preset: str | None = None,
    cohort: Path | None = None,
    level: str | None = None,
    population: Path | None = None,
    left_behind_column: str | None = None,
) -> Ground | None:
    """Return the areas that were asked for, None when nothing says which.

    Parameters
    ----------
    data : Path, optional
        Folder with the official files.
    preset : str, optional
        A cohort file or the name of a shipped one.
    cohort : Path, optional
        A finished table with ``area_code`` and ``cohort``.
    level : str, optional
        ``ward17``, ``lsoa21`` …; without a cohort all areas of that level count as one.
    population : Path, optional
        ``area_code``, ``population`` and, for several years, ``year``.
    left_behind_column : str, optional
        A heading of the preset's list of areas that marks the published list (true or false): it takes the place of the
        preset's own choice.
    """
    key = parse_level(level) if level else None
    folder = scan(data) if data else None
    if preset and cohort:
        raise BadSpecification("--preset and --cohort are both given", remedy="Give one of them.")
    if preset:
        base = _from_preset(preset, data, folder, left_behind_column)
    elif cohort:
        base = _from_table(cohort, key)
    elif key is not None or population is not None:
        base = (pl.DataFrame(), key.kind if key else "area", key.year if key else None, "all areas", [], [])
    else:
        return None
    table, kind, year, whole, notes, sources = base
    if key is not None and key.kind != kind:
        raise WrongBoundaries(
            f"the cohort is of {kind} areas, and --level asks for {level}", remedy="Give a cohort of that level."
        )
    if key is not None and key.year is not None and year is not None and key.year != year:
        raise WrongBoundaries(
            f"the cohort has the boundaries of {year}, and --level asks for {level}",
            remedy="Give a cohort of that boundary year, or convert it first: homeground data convert.",
        )
    year = year or (key.year if key else None)
    people, by_year = _people(population, folder, kind, year, notes, sources)
    table = _together(table, people, kind, year, whole, notes)
    ways = build_crosswalk(table.select("area_code", "population", "need"), kind=kind, year=year, folder=folder)
    table = table.join(ways.regions, on="area_code", how="left", maintain_order="left")
    return Ground(table, kind, year, whole, ways, by_year, [*notes, *ways.notes], [*sources, *ways.sources])


_Base = tuple[pl.DataFrame, str, int | None, str, list[Note], list[Source]]


def _from_preset(preset: str, data: Path | None, folder: Scan | None, flag: str | None) -> _Base:
    found = build_cohort(preset, data=data)
    table = found.table.select("area_code", "area_name", "population", "cohort", rank="deprivation_rank")
    notes, whole = list(found.notes), "England" if found.rest.endswith("England") else "all areas"
    if flag is not None:
        opened = _with_heading(folder, flag)
        code = opened.dataset.area_column if opened.dataset else code_heading(opened.table, file=opened.file)
        marked = opened.table.filter(_true(pl.col(flag)))[code].cast(pl.String)
        listed = pl.col("area_code").is_in(marked.implode())
        others = (pl.col("rank") <= round(0.1 * found.n_deprivation)) & ~listed
        table = table.with_columns(
            cohort=pl.when(listed).then(pl.lit(found.label)).when(others.fill_null(value=False))
            .then(pl.lit(OTHER_DEPRIVED)).otherwise(pl.lit(found.rest))
        )  # fmt: skip
        n = int(table["area_code"].is_in(marked.implode()).sum())
        text = f"The {n:,} places marked in '{flag}' are the list; the preset's own choice has {len(found.selected):,}."
        notes.append(Note(text, kind="assumed"))
    return table, found.kind, found.boundary_year, whole, notes, list(found.sources)


def _true(column: pl.Expr) -> pl.Expr:
    return (
        column.cast(pl.String)
        .str.strip_chars()
        .str.to_lowercase()
        .is_in(["true", "1", "yes", "y"])
        .fill_null(value=False)
    )


def _with_heading(folder: Scan | None, heading: str) -> Opened:
    for entry in folder.found if folder else ():
        if any(column.name == heading for column in entry.dataset.columns):
            assert folder is not None
            return open_dataset(folder, entry.dataset.id)
    raise MissingColumns(
        f"no file of the data folder has the column '{heading}'",
        remedy="Give the heading that marks the published list, such as 'Left Behind Area?'.",
        file=folder.folder if folder else None,
    )


def _from_table(path: Path, key: AreaKey | None) -> _Base:
    opened = open_file(path)
    table = opened.table
    code = code_heading(table, file=opened.file)
    check_areas(table, code, file=opened.file)
    if "cohort" not in table.columns:
        raise MissingColumns(
            "a cohort table needs the columns area_code and cohort",
            remedy="Make one: homeground find cohort --out FILE.",
            file=path,
        )
    first = str(table[code][0])
    kind = kind_of(first) or (key.kind if key else "area")
    said = area_key(code)
    year = said.year if said else None
    if "boundary_year" in table.columns and table["boundary_year"].drop_nulls().n_unique() == 1:
        year = int(table["boundary_year"].drop_nulls()[0])
    check_codes(
        table[code].rename(code), AreaKey(kind, year or (key.year if key else None)), file=opened.file, official=False
    )
    columns: dict[str, pl.Expr] = {
        "area_code": pl.col(code).cast(pl.String),
        "cohort": pl.col("cohort").cast(pl.String),
    }
    name = next((heading for heading in _NAMES if heading in table.columns), None)
    if name:
        columns["area_name"] = pl.col(name).cast(pl.String)
    if "population" in table.columns:
        columns["population"] = pl.Series(_not_negative(table, "population", opened.file))  # type: ignore[assignment]
    if "deprivation_rank" in table.columns:
        columns["rank"] = pl.col("deprivation_rank").cast(pl.Float64)
    return table.select(**columns), kind, year, "all areas", list(opened.notes), [opened.source]


def _not_negative(table: pl.DataFrame, column: str, file: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    values = numbers(table, column, file=file)
    wrong = np.flatnonzero(values < 0)
    if len(wrong):
        row = int(wrong[0])
        raise BadValue(
            f"{values[row]:g} people",
            remedy="A number of people is nought or more.",
            file=file,
            row=row + 2,
            column=column,
        )
    return values


def _people(
    path: Path | None, folder: Scan | None, kind: str, year: int | None, notes: list[Note], sources: list[Source]
) -> tuple[pl.DataFrame | None, pl.DataFrame | None]:
    """Return ``area_code``, ``population`` (and names), and the same by year where a file gives several."""
    if path is not None:
        return _own_people(path, notes, sources)
    known = _PEOPLE.get((kind, year)) if year is not None else None
    if known is None or folder is None or not folder.has(known[0]):
        return None, None
    opened = open_dataset(folder, known[0])
    assert opened.dataset is not None
    sources.append(opened.source)
    table = opened.table
    if "mid_year" in table.columns:
        latest = int(table["mid_year"].max())  # type: ignore[arg-type]
        table = table.filter(pl.col("mid_year") == latest)
        notes.append(Note(f"People are those of mid-{latest}, for all years.", kind="assumed"))
    else:
        notes.append(Note(f"People are those of '{opened.source.title}', for all years.", kind="assumed"))
    name = opened.dataset.name_column
    columns = {"area_code": pl.col(opened.dataset.area_column), "population": pl.col(known[1]).cast(pl.Float64)}
    if name and name in table.columns:
        columns["area_name"] = pl.col(name)
    return table.select(**columns), None


def _own_people(path: Path, notes: list[Note], sources: list[Source]) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    opened = open_file(path)
    table = opened.table
    code = code_heading(table, file=opened.file)
    heading: str | None = next((name for name in ("population", "people", "residents") if name in table.columns), None)
    if heading is None and opened.dataset is not None:
        heading = next((column.name for column in opened.dataset.columns if column.holds == "people"), None)
    if heading is None:
        raise MissingColumns("no column says how many people there are", remedy="Call it population.", file=path)
    values = _not_negative(table, heading, opened.file)
    sources.append(opened.source)
    own = pl.DataFrame({"area_code": table[code].cast(pl.String), "population": values})
    when = next((name for name in ("year", "mid_year") if name in table.columns), None)
    if when is None:
        check_areas(own, file=opened.file)
        notes.append(Note(f"People are those of {path.name}, for all years.", kind="assumed"))
        return own, None
    own = own.with_columns(year=table[when].cast(pl.Int32, strict=False))
    mean = own.group_by("area_code", maintain_order=True).agg(pl.col("population").mean())
    text = (
        f"People are those of each year in {path.name} (of the nearest year where it lacks one), their mean in totals."
    )
    notes.append(Note(text))
    return mean, own


def _together(
    table: pl.DataFrame, people: pl.DataFrame | None, kind: str, year: int | None, whole: str, notes: list[Note]
) -> pl.DataFrame:
    """Return one row for each area that either the cohort or the count of people knows."""
    if table.width == 0:
        if people is None:
            raise BadSpecification(
                "it is not known which areas there are", remedy="Give --preset, --cohort or --population."
            )
        table = people.with_columns(cohort=pl.lit(whole))
    elif people is not None:
        more = people.join(table.select("area_code"), on="area_code", how="anti")
        rest = "rest of England" if "rest of England" in set(table["cohort"].to_list()) else NOT_PLACED
        if more.height:
            text = f"{more.height:,} areas have people but are not on the cohort's list: they count as '{rest}'."
            notes.append(Note(text, areas=tuple(more["area_code"].to_list()), kind="assumed"))
        own = table.drop("population", strict=False)
        joined = own.join(people.select("area_code", "population"), on="area_code", how="left", maintain_order="left")
        table = pl.concat([joined, more.with_columns(cohort=pl.lit(rest))], how="diagonal_relaxed")
    for name, dtype in (("area_name", pl.String), ("population", pl.Float64), ("rank", pl.Float64)):
        if name not in table.columns:
            table = table.with_columns(pl.lit(None, dtype=dtype).alias(name))
    table = table.sort("area_code").with_columns(pl.col("population").cast(pl.Float64), pl.col("rank").cast(pl.Float64))
    unknown = table.filter(pl.col("population").is_null())["area_code"].to_list()
    if unknown:
        text = f"{len(unknown):,} areas have no count of people: no figures a head."
        notes.append(Note(text, areas=tuple(unknown), kind="missing"))
    n = pl.col("rank").count()
    place = pl.col("rank").rank("ordinal")
    return table.with_columns(
        boundary_kind=pl.lit(kind),
        boundary_year=pl.lit(year, dtype=pl.Int32),
        # The most deprived area weighs 1, the least 1/n; an area without a rank weighs as the middle.
        need=pl.when(n > 0).then(((n - place + 1) / n).fill_null(0.5)).otherwise(1.0),
        need_decile=((place - 1) * 10 // n + 1).cast(pl.Int32),
    )


def atlas_of(ground: Ground, wanted: pl.Series, postcodes: Path | None) -> Atlas:
    """Return the atlas of `ground`, with the postcodes that the awards name."""
    made = Atlas(
        ground.table, ground.crosswalk.table, ground.crosswalk.codes, ground.crosswalk.names, None, ground.whole
    )
    if postcodes is None:
        return made
    found = open_postcodes(postcodes, wanted)
    ground.notes.extend(found.notes)
    ground.sources.append(found.source)
    known = ground.crosswalk.codes["code"].implode()
    # The finest column that the crosswalk knows; else what stands there, which may lie in another nation.
    best = [pl.when(pl.col(name).is_in(known)).then(pl.col(name)) for name in found.areas]
    foreign = pl.coalesce(*found.areas)
    other = pl.when(foreign.str.contains(r"^[WSN]\d{8}$")).then(pl.lit("outside"))
    table = found.table.select("postcode", code=pl.coalesce(*best, other)).drop_nulls()
    return replace(made, postcodes=table)
