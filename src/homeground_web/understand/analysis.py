"""The stair from UNDERSTAND on the web down to the library: profiles of every place, packed, and read back."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from homeground.document.tree import Block, Bullets, DataTable, Paragraph, Section
from homeground.errors import HomegroundError
from homeground.find.cohort import OTHER_DEPRIVED
from homeground.journey.access import PlaceList, measure_access
from homeground.journey.grants import Choices, build_grants
from homeground.journey.living import Living, where_people_live
from homeground.journey.profile import Desk
from homeground.journey.profile_report import check_report, write_profile
from homeground.journey.shelf import node_of
from homeground.provenance import Note, Source
from homeground.sources import presets
from homeground.sources.indicator_blocks import THEMES
from homeground.sources.writers import write_table
from homeground.understand.everywhere import Everywhere, Guide, Read, everywhere
from homeground.understand.profile_report import Chapter
from homeground.understand.profiling.figures import Measure
from homeground.understand.profiling.intervals import HOW
from homeground.words import clean
from homeground_web.places.analysis import desk_of, source_told

__all__ = [
    "GIVEN",
    "HOW",
    "SERIES",
    "THEMES",
    "AllOf",
    "Everywhere",
    "Given",
    "Guide",
    "HomegroundError",
    "Measure",
    "OwnProfile",
    "OwnRead",
    "Reach",
    "Read",
    "Reported",
    "Said",
    "all_of",
    "columns_at",
    "figures_at",
    "given_of",
    "guide_at",
    "newest",
    "own_profile",
    "own_read",
    "pack",
    "pack_rows",
    "preset_of",
    "reach_of",
    "read_row",
    "report_of",
    "what_is_missing",
    "write",
    "write_figures",
    "written",
]


@dataclass(frozen=True)
class AllOf:
    """Every place of a kind, and what they rest on."""

    found: Everywhere
    sources: list[dict[str, Any]]
    notes: list[str]


def all_of(desk: Desk, node: str) -> AllOf:
    """Return the figures of every place of a kind."""
    found = everywhere(desk.figures, desk.standings_of(node))
    used = dict.fromkeys(measure.source_id for measure in found.guide.measures)
    sources = [source_told(desk.figures.sources[id]) for id in used if id in desk.figures.sources]
    return AllOf(found, sources, [note.text for note in desk.figures.notes])


def pack(found: Everywhere) -> Iterator[tuple[str, bytes]]:
    """Yield the code of each place and its figures, packed."""
    for row, code in enumerate(found.codes):
        yield code, found.packed(row)


def write_figures(found: Everywhere, path: Path) -> None:
    """Write the figures of all places as one Parquet table; see `Everywhere.table` for its columns."""
    found.table().write_parquet(path)


@lru_cache(maxsize=4)
def figures_at(path: Path) -> pl.DataFrame:
    """Return the stored figures of all places of a kind; what is stored never changes, so it is read once."""
    return pl.read_parquet(path)


@lru_cache(maxsize=16)
def guide_at(path: Path) -> Guide:
    """Return the guide in a stored file; it is the same whenever it is read, so it is read once."""
    return Guide.from_json(path.read_text(encoding="utf-8"))


SERIES = ("recipient", "best", "low", "high")
"""By where recipients are registered; by the best place known; what is sure at least; what is possible at most."""
_OF_SERIES = ("gbp", "grants", "gbp_per_head", "grants_per_10000", "real_gbp_per_head")
GIVEN = (*(f"{series}_{what}" for series in SERIES for what in _OF_SERIES),
         "funders", "largest_share", "cold_spot", "cohort")  # fmt: skip
"""The columns of an area's stored row of grants, in their order."""
_GROUPS = {"left-behind": 0, "other-deprived": 1, "rest": 2, "whole": 3}


@dataclass(frozen=True)
class Given:
    """What the areas of a kind were given; see `homeground.understand.grants.Grants` for the columns.

    ``areas`` has a row for each area with the columns of `GIVEN`; ``summary`` what all areas have in common.
    """

    areas: pl.DataFrame
    by_cohort: pl.DataFrame
    by_year: pl.DataFrame
    people: pl.DataFrame
    problems: pl.DataFrame
    summary: dict[str, Any]
    sources: list[dict[str, Any]]
    notes: list[str]


def preset_of(folder: Path, asked: Sequence[str], node: str) -> str | None:
    """Return the list of places that is made for a kind of area, None where there is none."""
    for preset in asked:
        path = str(folder / preset) if preset.endswith(".toml") else preset
        areas = presets.load(path).areas
        if node_of(areas.kind, areas.year) == node:
            return path
    return None


def given_of(
    desk: Desk, node: str, files: Sequence[Path], *, preset: str | None, postcodes: Path | None, today: dt.date
) -> Given:
    """Return what the areas of a kind were given.

    Parameters
    ----------
    files : sequence of Path
        360Giving files, or tables already summed by area, year and funder.
    preset : str, optional
        The list of these areas, whose groups are set beside each other.
    postcodes : Path, optional
    today : date
        Awards dated later are told.
    """
    with tempfile.TemporaryDirectory() as folder:
        people = Path(folder) / "people.csv"
        figures = desk.figures
        lived = pl.DataFrame({"area_code": figures.codes[node], "population": figures.people_of(node)})
        lived = lived.fill_nan(None)
        lived.write_csv(people)
        ground: dict[str, Any] = {"preset": preset} if preset else {"population": people, "level": _level(node)}
        made = build_grants(
            files, choices=Choices(keep_good=True), data=desk.data, postcodes=postcodes, today=today, **ground
        )
    found = made.grants
    assert found is not None  # good rows are kept whatever the others are
    areas = found.table.with_columns(
        pl.lit(None, dtype=pl.Float64).alias(name) for name in GIVEN if name not in found.table.columns
    ).select("area_code", *GIVEN)
    groups = _groups(found.by_cohort, areas, preset)
    years = found.by_year["year"].drop_nulls().unique().sort().to_list()
    lost = found.placed.get("E", {"grants": 0.0, "money": 0.0})
    summary = {
        "columns": list(GIVEN), "groups": groups, "whole": desk.figures.whole,
        "years": [years[0], years[-1]] if years else [], "by_year": _by_year(found.by_year, groups),
        "price_year": made.price_year, "files": list(made.files), "awards": made.good, "rows": made.rows,
        "problems": made.problems.height, "errors": made.errors, "not_placed": lost,
        "counted_gbp": found.counted_pence / 100, "places_of_work_known": bool(found.ledger.width),
    }  # fmt: skip
    return Given(
        areas, found.by_cohort, found.by_year, lived, made.problems, summary,
        [source_told(source) for source in found.sources], list(dict.fromkeys(note.text for note in found.notes)),
    )  # fmt: skip


def _level(node: str) -> str | None:
    return None if node.startswith("area") else node


def _groups(table: pl.DataFrame, areas: pl.DataFrame, preset: str | None) -> list[dict[str, Any]]:
    """Return the groups of areas with what they were given: those of a list first, all areas together last."""
    own = set(areas["cohort"].drop_nulls().to_list()) if preset else set()
    label = presets.load(preset).label if preset else ""
    found: dict[str, dict[str, Any]] = {}
    whole = next((name for name in table["cohort"].unique(maintain_order=True) if name not in own), "")
    for row in table.iter_rows(named=True):
        name = row["cohort"]
        group = "left-behind" if name == label else "other-deprived" if name == OTHER_DEPRIVED else "rest"
        group = "whole" if name == whole else group
        told = found.setdefault(name, {"cohort": name, "group": group, "areas": row["areas"]})
        told[row["series"]] = [row["gbp_per_head"], row["grants_per_10000"]]
    return sorted(found.values(), key=lambda row: _GROUPS[row["group"]])


def _by_year(table: pl.DataFrame, groups: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Return rows of cohort, year, pounds a head and grants for 10,000 people, by the best place known."""
    there = table.filter(pl.col("series") == "best")
    there = there if there.height else table.filter(pl.col("series") == "recipient")
    names = [group["cohort"] for group in groups]
    rows = there.filter(pl.col("cohort").is_in(names) & pl.col("year").is_not_null()).sort("cohort", "year")
    return [list(row) for row in rows.select("cohort", "year", "gbp_per_head", "grants_per_10000").iter_rows()]


@dataclass(frozen=True)
class Reach:
    """What is within reach of the areas of a kind; see `homeground.understand.access.Access`.

    ``areas`` has a row for each area with the columns that ``summary["columns"]`` names; ``beside`` the groups.
    """

    areas: pl.DataFrame
    beside: pl.DataFrame
    summary: dict[str, Any]
    sources: list[dict[str, Any]]
    notes: list[str]


def reach_of(desk: Desk, nodes: Sequence[str], lists: Mapping[str, Path], centroids: Path | None) -> dict[str, Reach]:
    """Return by kind of area what is within reach on foot.

    Areas that have a centre are measured from it. Larger ones have the means of the small areas in them, weighted by
    people: a straight line from the middle of a ward would say little.

    Parameters
    ----------
    lists : mapping of str to Path
        Lists of places to meet, by kind.
    centroids : Path, optional
        Where people live within each area; the official ones of the folder when left out.
    """
    living = where_people_live(data=desk.data, centroids=centroids)
    fine = desk.node_with(living.table["area_code"].to_list())
    places = [PlaceList(path, kind=kind) for kind, path in lists.items()]
    found = {}
    for node in nodes:
        if node != fine and not (
            desk.figures.leads(node, fine) and len(desk.figures.codes[node]) < living.table.height
        ):
            continue
        table = _grouped(desk, living.table, fine, node)
        made = measure_access(places, Living(table, living.notes, living.sources), called="place to meet")
        areas = _from_centre(made.table, made.kinds) if node == fine else _added_up(made.beside, made.kinds)
        beside = made.beside.filter(pl.col("of") != "authority")
        summary = {
            "columns": areas.columns[1:], "kinds": list(made.kinds), "whole": desk.figures.whole,
            "centre": node == fine,
            "groups": _reach_groups(beside, desk.figures.cohorts.get(node, desk.figures.cohorts.get(fine))),
            "places": made.places.height, "gaps": list(made.gaps), "files": [path.name for path in lists.values()],
        }  # fmt: skip
        found[node] = Reach(
            areas, beside, summary, [source_told(source) for source in made.sources],
            list(dict.fromkeys(note.text for note in made.notes)),
        )  # fmt: skip
    return found


def _grouped(desk: Desk, table: pl.DataFrame, fine: str, node: str) -> pl.DataFrame:
    """Return small areas with the larger area of `node` that holds most of each, and the group of places it is in."""
    figures = desk.figures
    within = table.select("area_code", here=pl.col("area_code"))
    if node != fine:
        codes = desk.larger_of(node, fine)
        within = pl.DataFrame({"area_code": figures.codes[fine], "here": codes}, schema_overrides={"here": pl.String})
    listed = figures.cohorts.get(node)
    by = "here" if listed is not None else "area_code"
    listed = figures.cohorts.get(fine) if listed is None else listed
    own = table.drop("cohort", "larger_area", "larger_area_name", strict=False)
    joined = own.join(within, on="area_code", how="left", maintain_order="left")
    if listed is not None:
        groups = listed.select(pl.col("area_code").alias(by), "cohort")
        joined = joined.join(groups, on=by, how="left", maintain_order="left")
    return joined.rename({"here": "larger_area_name"})


def _from_centre(table: pl.DataFrame, kinds: Sequence[str]) -> pl.DataFrame:
    return table.select(
        "area_code", "population",
        *(f"{what}_{kind}" for kind in kinds for what in ("nearest_km", "nearest_place", "within_0.8km", "within_2km")),
    )  # fmt: skip


def _added_up(beside: pl.DataFrame, kinds: Sequence[str]) -> pl.DataFrame:
    rows = beside.filter(pl.col("of") == "authority")
    first = rows.filter(pl.col("kind") == kinds[0])
    found = first.select(area_code="group", population="people")
    wanted = ("mean_nearest_km", "places", "beyond_0.8km", "beyond_2km", "share_beyond_2km")
    for kind in kinds:
        mine = rows.filter(pl.col("kind") == kind)
        mine = mine.select(area_code="group", **{f"{name}_{kind}": pl.col(name) for name in wanted})
        found = found.join(mine, on="area_code", how="left", maintain_order="left")
    return found


def _reach_groups(beside: pl.DataFrame, listed: pl.DataFrame | None) -> list[dict[str, Any]]:
    """Return for each group of places, all last, by kind: mean distance in km and the share of people beyond 2 km."""
    named = {}
    if listed is not None:
        named = dict(listed.select("cohort", "group").drop_nulls().unique().iter_rows())
    found: dict[str, dict[str, Any]] = {}
    for row in beside.iter_rows(named=True):
        group = "whole" if row["of"] == "everywhere" else named.get(row["group"], "rest")
        told = found.setdefault(row["group"], {"cohort": row["group"], "group": group, "kinds": {}})
        told["kinds"][row["kind"]] = [row["mean_nearest_km"], row["share_beyond_2km"]]
    return sorted(found.values(), key=lambda row: _GROUPS[row["group"]])


def pack_rows(table: pl.DataFrame) -> Iterator[tuple[str, bytes]]:
    """Yield each row of a table as its code, which stands first, and the other values as bytes."""
    for code, *values in table.iter_rows():
        plain = [round(value, 6) if isinstance(value, float) else value for value in values]
        yield code, json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def read_row(columns: Sequence[str], body: bytes) -> dict[str, Any]:
    """Return a row that `pack_rows` packed, by the names of its columns."""
    return dict(zip(columns, json.loads(body), strict=True))


@dataclass(frozen=True)
class OwnProfile:
    """The figures of a neighbourhood of one's own: tables by name, and what else its page says."""

    tables: dict[str, pl.DataFrame]
    about: dict[str, Any]
    sources: list[dict[str, Any]]
    notes: list[str]


@dataclass(frozen=True)
class OwnRead:
    """A stored `OwnProfile`, with what a page of a place asks for."""

    name: str
    table: pl.DataFrame
    beside: pl.DataFrame
    over_time: pl.DataFrame
    headlines: tuple[str, ...]


def own_profile(folder: Path, presets: tuple[str, ...], asked: Path, name: str) -> OwnProfile:
    """Return the profile of the place that a table of codes or an outline makes up."""
    found = desk_of(folder, presets).profile(str(asked), name=name)
    return OwnProfile(
        {"table": found.table, "beside": found.beside, "over_time": found.over_time},
        {"name": name, "headlines": list(found.headlines), "among": found.among},
        [source_told(source) for source in found.sources], [note.text for note in found.notes],
    )  # fmt: skip


def own_read(stored: Mapping[str, Path], about: str) -> OwnRead:
    """Return a stored profile."""
    told = json.loads(stored[about].read_text(encoding="utf-8"))
    table, beside, over_time = (pl.read_parquet(stored[f"{name}.parquet"]) for name in ("table", "beside", "over_time"))
    return OwnRead(told["name"], table, beside, over_time, tuple(told["headlines"]))


@lru_cache(maxsize=16)
def columns_at(path: Path, columns: tuple[str, ...]) -> pl.DataFrame:
    """Return some columns of a stored table; of a wide one the others are not read."""
    return pl.read_parquet(path, columns=list(columns))


def write(
    table: pl.DataFrame, path: Path, *, title: str, sources: Sequence[Mapping[str, Any]], notes: Sequence[str] = (),
    descriptions: Mapping[str, str] | None = None, outlines: pl.DataFrame | None = None,
) -> list[Path]:  # fmt: skip
    """Write a table in the format of the path's ending, with its sources and notes; return all files written.

    A CSV file has its description beside it (CSV on the Web); text that a spreadsheet would run is made harmless.
    """
    return write_table(
        table, path, title=title, sources=_sources(sources), notes=[Note(text) for text in notes],
        descriptions=descriptions, boundaries=outlines,
    )  # fmt: skip


def _sources(told: Sequence[Mapping[str, Any]]) -> tuple[Source, ...]:
    known = {field.name for field in fields(Source)}
    return tuple(Source(**{key: value for key, value in source.items() if key in known}) for source in told)


def written(table: pl.DataFrame, name: str, **told: Any) -> dict[str, bytes]:
    """Return the files that `write` makes of a table, by name; the format by the ending of `name`."""
    with tempfile.TemporaryDirectory() as folder:
        return {path.name: path.read_bytes() for path in write(table, Path(folder) / name, **told)}


def newest(guide: Guide) -> tuple[Measure, ...]:
    """Return the newest edition of each figure, in the order of the guide."""
    last: dict[str, Measure] = {}
    for measure in guide.measures:
        key = measure.series or measure.id
        if key not in last or measure.edition > last[key].edition:
            last[key] = measure
    kept = {measure.id for measure in last.values()}
    return tuple(measure for measure in guide.measures if measure.id in kept)


@dataclass(frozen=True)
class Reported:
    """What a report rests on."""

    sources: list[dict[str, Any]]
    notes: list[str]


@dataclass(frozen=True)
class Said:
    """A part of a report in plain words: paragraphs, points, tables to read (caption, headings, rows), and numbers."""

    title: str
    anchor: str
    sheet: str
    paragraphs: tuple[str, ...]
    points: tuple[str, ...]
    tables: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], ...]
    rests_on: tuple[str, ...]
    notes: Sequence[str]
    numbers: list[dict[str, Any]]
    meanings: Mapping[str, str]
    sources: Sequence[Mapping[str, Any]]


def _chapter(said: Said) -> Chapter:
    blocks: list[Block] = [Paragraph(clean(text)) for text in said.paragraphs]
    if said.points:
        blocks.append(Bullets(tuple(clean(text) for text in said.points)))
    for caption, headings, rows in said.tables:
        cells = tuple(tuple(clean(cell) for cell in row) for row in rows)
        heads = tuple(clean(heading) for heading in headings)
        blocks.append(DataTable(clean(caption), heads, cells, frozenset(heads[1:])))
    blocks += [Paragraph(clean(text), quiet=True) for text in said.rests_on]
    notes = Bullets(tuple(clean(text) for text in said.notes))
    inner = (Section("What a careful reader should know", (notes,), anchor=f"{said.anchor}-notes"),)
    section = Section(said.title, tuple(blocks), inner if said.notes else (), anchor=said.anchor)
    return Chapter(section, said.sheet, pl.DataFrame(said.numbers, infer_schema_length=None), said.meanings)


def report_of(
    folder: Path, presets: tuple[str, ...], asked: str, kind: str | None, name: str, out: Path, day: dt.datetime,
    more: Sequence[Said] = (),
) -> Reported:  # fmt: skip
    """Write the report of a place, `more` of what is known in it; the ending of `out` says in which format."""
    found = desk_of(folder, presets).profile(asked, kind=kind, name="" if kind else name)
    others = _sources([source for said in more for source in said.sources])
    found = replace(found, sources=tuple(dict.fromkeys((*found.sources, *others))))
    write_profile(found, out, made_on=day.date(), more=tuple(_chapter(said) for said in more))
    return Reported([source_told(source) for source in found.sources], [note.text for note in found.notes])


def what_is_missing(ending: str) -> str:
    """Return which line to type before reports of a kind can be made; '' when they can."""
    try:
        check_report(Path(tempfile.gettempdir()) / f"report.{ending}")
    except HomegroundError as error:
        return str(error)
    return ""
