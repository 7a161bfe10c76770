"""From files of grants and lists of places to what the report of one place says of them."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from homeground.errors import BadTable, MissingDataset
from homeground.journey.access import PlaceList, measure_access
from homeground.journey.atlas import Ground, build_ground
from homeground.journey.cohort import build_cohort
from homeground.journey.grants import Choices, GrantsOfFiles, build_grants
from homeground.journey.living import Living, where_people_live
from homeground.journey.profile import Desk
from homeground.journey.shelf import node_of
from homeground.provenance import Source
from homeground.understand.given_here import HERE, funders_point, given_chapter, given_here, of_place
from homeground.understand.profile import Place, shares_of
from homeground.understand.profile_report import Chapter
from homeground.understand.reach_here import reach_chapter, reach_here
from homeground.words import count

__all__ = ["Told", "chapter_of_grants", "chapter_of_places"]

_REACHES = (0.8, 2.0)


@dataclass(frozen=True)
class Told:
    """A part of the report of a place, and the sources it rests on."""

    chapter: Chapter
    sources: tuple[Source, ...]


def chapter_of_grants(
    desk: Desk,
    place: Place,
    files: Sequence[Path],
    *,
    presets: Sequence[str] = (),
    cohort: Path | None = None,
    postcodes: Path | None = None,
    today: dt.date,
    pictures: str = "",
) -> Told:
    """Return what a place was given, beside the groups that its figures are set beside.

    Grants land in the areas of the list that a place is set beside. Those of a place that holds only a part of an area
    are split by people, as its other figures are.

    Parameters
    ----------
    desk : Desk
    place : Place
        As the profile has it.
    files : sequence of Path
        360Giving files, or tables already summed by area, year and funder. Grants that break the standard are left out
        and counted; a file that is none is an error.
    presets, cohort
        The lists that the desk was made with.
    postcodes : Path, optional
        A lookup in the layout of the ONS Postcode Directory.
    today : date
        Awards dated later are told.
    pictures : str
        The folder where charts lie as pictures, '' where there is none.
    """
    node, shares = _landing(desk, place)
    ground, groups = _ground(desk, node, presets, cohort)
    there = set(ground.table["area_code"].to_list())
    if not there.intersection(shares):
        raise MissingDataset(
            f"none of the areas of {place.name} is among those that grants can be put in",
            remedy="Leave --grants out, or give the folder with the lookups for these areas.",
        )
    made = build_grants(
        files, choices=Choices(keep_good=True), data=desk.data, postcodes=postcodes, today=today,
        ground=_cut(ground, shares),
    )  # fmt: skip
    _refuse_unread(made)
    found = made.grants
    assert found is not None  # good rows are kept whatever the others are
    here = given_here(found, groups, whole=ground.whole, called=desk.figures.whole)
    notes = [note.text for note in found.notes]
    if made.errors:
        notes.append(
            f"The {count(made.errors, 'problem')} of the files, one by one: homeground understand grants FILES."
        )
    chapter = given_chapter(
        here, place=place.name, files=made.files, notes=list(dict.fromkeys(notes)), more=_of_one(found.table, shares),
        price_year=made.price_year, pictures=pictures,
    )  # fmt: skip
    asked = [*(f"--grants {path.name}" for path in files), *([f"--postcodes {postcodes.name}"] if postcodes else [])]
    return Told(replace(chapter, asked=" ".join(asked)), found.sources)


def chapter_of_places(
    desk: Desk, place: Place, lists: Sequence[PlaceList], *, centroids: Path | None = None, pictures: str = ""
) -> Told:
    """Return what is within reach of a place, beside the groups that its figures are set beside.

    Parameters
    ----------
    desk : Desk
    place : Place
    lists : sequence of PlaceList
    centroids : Path, optional
        Where people live within each area; the official ones of the folder when left out.
    pictures : str
        The folder where charts lie as pictures, '' where there is none.
    """
    living = where_people_live(data=desk.data, centroids=centroids)
    codes = set(living.table["area_code"].to_list())
    fine = desk.node_with(codes)
    shares = {code: share for code, share in _shares_in(desk, place, fine).items() if code in codes}
    if not shares:
        raise BadTable(
            f"no area of {place.name} has a centre in the file of where people live",
            remedy="Give the centres of its areas: --centroids FILE.",
            file=centroids,
        )
    table, groups = _with_groups(desk, living.table, fine)
    found = measure_access(lists, Living(table, living.notes, living.sources), within=_REACHES, called="place to meet")
    chapter = reach_chapter(
        reach_here(found, shares, groups), place=place.name, whole=desk.figures.whole, within=_REACHES,
        files=[item.path.name for item in lists], notes=[note.text for note in found.notes], pictures=pictures,
    )  # fmt: skip
    asked = [f"--places {f'{item.kind}=' if item.kind else ''}{item.path.name}" for item in lists]
    asked += [f"--centroids {centroids.name}"] if centroids else []
    return Told(replace(chapter, asked=" ".join(asked)), found.sources)


def _refuse_unread(made: GrantsOfFiles) -> None:
    """Refuse a file that is none, or of which nothing can be used: 'no grant reached this place' would be untrue."""
    whole = made.problems.filter(pl.col("rule") == "file")
    if whole.height:
        row = whole.row(0, named=True)
        raise BadTable(row["problem"], remedy=row["remedy"], file=row["file"])
    if made.rows and not made.good:
        raise BadTable(
            f"none of {count(made.rows, 'grant')} can be used", file="; ".join(made.files),
            remedy="See what is wrong with each: homeground understand grants FILES.",
        )  # fmt: skip


def _landing(desk: Desk, place: Place) -> tuple[str, dict[str, float]]:
    """Return the kind of area that grants land in, and the share of each that lies in the place."""
    _, base = desk.groups_of(place.node)
    node = base if base is not None and desk.figures.leads(place.node, base) else place.node
    return node, _shares_in(desk, place, node)


def _shares_in(desk: Desk, place: Place, node: str) -> dict[str, float]:
    """Return the share of the people of each area of `node` who live in the place; those with none are left out."""
    figures = desk.figures
    row = np.asarray((shares_of(figures, place) @ figures.between(place.node, node)).todense()).ravel()
    # A lookup is a sum of shares: what is a whole up to rounding is a whole.
    row = np.where(row > 1 - 1e-9, 1.0, row)
    return {figures.codes[node][at]: float(row[at]) for at in np.flatnonzero(row > 1e-9)}


def _ground(desk: Desk, node: str, presets: Sequence[str], cohort: Path | None) -> tuple[Ground, dict[str, str]]:
    """Return the areas of `node` ready for grants, and which of the groups each of their cohorts is."""
    figures = desk.figures
    listed = figures.cohorts.get(node)
    groups = {} if listed is None else dict(listed.select("cohort", "group").drop_nulls().unique().iter_rows())
    if listed is not None and cohort is None:
        for preset in presets:
            try:
                made = build_cohort(preset, data=desk.data)
            except MissingDataset:
                continue
            if node_of(made.kind, made.boundary_year) == node:
                ground = build_ground(data=desk.data, preset=preset)
                assert ground is not None
                # How the list came about is told with the figures, and not again here.
                own = [note for note in ground.notes if note not in made.notes]
                return replace(ground, notes=own), groups
    kind, year = figures.kinds[node], figures.years[node]
    people = pl.DataFrame({"area_code": figures.codes[node], "population": figures.people_of(node)}).fill_nan(None)
    if listed is not None:
        people = people.join(listed.select("area_code", "cohort"), on="area_code", how="left", maintain_order="left")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "areas.csv"
        table = people.with_columns(boundary_year=pl.lit(year, dtype=pl.Int64))
        if "cohort" not in table.columns:
            table = table.with_columns(cohort=pl.lit("not placed"))
        table.write_csv(path)
        ground = build_ground(data=desk.data, cohort=path, level=None if kind == "area" else node)
    assert ground is not None
    return ground, groups


def _cut(ground: Ground, shares: Mapping[str, float]) -> Ground:
    """Return the areas with those of the place apart, and every code leading to both in proportion."""
    table = of_place(ground.table, shares)
    ways = ground.crosswalk.table.join(
        table.select("of", new="area_code", inside="inside", here=pl.col("cohort").str.starts_with(HERE)),
        left_on="area_code",
        right_on="of",
        how="left",
    )
    inside = pl.col("inside").fill_null(1.0)
    here = pl.col("here").fill_null(value=False)
    # The part within is rounded; the part without is what is left, so that nothing is lost.
    within = (pl.col("parts") * pl.when(here).then(inside).otherwise(1 - inside)).round().cast(pl.Int64)
    parts = pl.when(inside == 1).then("parts").when(here).then(within).otherwise(pl.col("parts") - within)
    split = ways.select("code", area_code=pl.coalesce("new", "area_code"), parts=parts.cast(pl.Int64))
    assert int(split["parts"].sum()) == int(ground.crosswalk.table["parts"].sum())
    return replace(
        ground, table=table.drop("inside", "of"), people_by_year=None,
        crosswalk=replace(ground.crosswalk, table=split.filter(pl.col("parts") > 0)),
    )  # fmt: skip


def _of_one(table: pl.DataFrame, shares: Mapping[str, float]) -> list[str]:
    """Return what is said of a place that is one area: a cold spot, and how many gave."""
    mine = table.filter(pl.col("cohort").fill_null("").str.starts_with(HERE))
    if mine.height != 1 or list(shares.values()) != [1.0]:
        return []
    row = mine.row(0, named=True)
    said = [row["cold_spot_sentence"]] if row["cold_spot"] else []
    return [*said, funders_point(row["funders"], row["largest_share"])] if row["funders"] else said


def _with_groups(desk: Desk, table: pl.DataFrame, fine: str) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return small areas with the group of the list that each is in."""
    own = table.drop("cohort", strict=False)
    listed, base = desk.groups_of(fine)
    if listed is None or base is None or not desk.figures.leads(base, fine):
        return own, {}
    groups = dict(listed.select("cohort", "group").drop_nulls().unique().iter_rows())
    of_area = dict(listed.select("area_code", "cohort").iter_rows())
    cohorts = pl.DataFrame(
        {
            "area_code": desk.figures.codes[fine],
            "cohort": [of_area.get(code) for code in desk.larger_of(base, fine)],
        },
        schema={"area_code": pl.String, "cohort": pl.String},
    )
    return own.join(cohorts, on="area_code", how="left", maintain_order="left"), groups
