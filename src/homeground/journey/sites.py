"""From where people live, what is there and what could be, to where the next places should go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from homeground.errors import BadSpecification, BadValue, MissingColumns
from homeground.journey.access import PlaceList, gather_places, read_list
from homeground.journey.gathering import code_heading
from homeground.journey.living import Living, chosen_areas
from homeground.provenance import Note, Source
from homeground.sources.folder import open_file
from homeground.tables import check_areas, numbers, require_columns
from homeground.understand.sites import Aim, Sites, sites

__all__ = ["choose_sites"]


def choose_sites(
    living: Living,
    *,
    most: int,
    existing: Sequence[PlaceList] = (),
    candidates: PlaceList | None = None,
    cost_column: str | None = None,
    need: Path | None = None,
    need_column: str | None = None,
    favour: Mapping[str, float] | None = None,
    only: Sequence[str] = (),
    aim: Aim = "mean",
    within: float = 1.0,
    budget: float | None = None,
    gap: float = 0.01,
    seconds: float = 60.0,
    seed: int = 0,
) -> Sites:
    """Return where the next places should go.

    Parameters
    ----------
    living : Living
        Of `homeground.journey.living.where_people_live`.
    most, aim, within, budget, gap, seconds, seed
        See `homeground.understand.sites.sites`.
    existing : sequence of PlaceList
        What is there already, and stays.
    candidates : PlaceList, optional
        Where places may go; the centres of the areas when left out.
    cost_column : str, optional
        Heading of the costs in pounds, in the file of candidates.
    need, need_column : optional
        A table of areas and the heading of how much a person there counts (nought or more).
    favour : mapping of str to float, optional
        How many times people of a cohort count.
    only : sequence of str
        Serve these areas only; see `homeground.journey.living.chosen_areas`.
    """
    notes, sources = list(living.notes), list(living.sources)
    areas = living.table
    if need is not None:
        areas = _with_need(areas, need, need_column, notes, sources)
    if favour:
        areas = _favoured(areas, favour)
    if only:
        areas = areas.filter(pl.col("area_code").is_in(chosen_areas(living.table, only)))
    there = None
    if existing:
        there, more, of = gather_places(existing)
        notes += more
        sources += of
    else:
        notes.append(Note("No list of places that are there was given: the sites are chosen as if there were none."))
    if candidates is None:
        named = areas["area_name"] if "area_name" in areas.columns else areas["area_code"]
        options = areas.select(site="area_code", easting="easting", northing="northing").with_columns(
            site_name=named.fill_null("")
        )
        notes.append(Note("Every centre of an area is a candidate; whether there is a building is not known."))
    else:
        options = _candidates(candidates, cost_column, areas, notes, sources)
    notes.append(Note("Distances are straight lines; the way on foot is longer.", kind="estimated"))
    return sites(
        areas,
        options,
        most=most,
        existing=there,
        aim=aim,
        within=within,
        budget=budget,
        gap=gap,
        seconds=seconds,
        seed=seed,
        notes=notes,
        sources=sources,
    )


def _with_need(
    areas: pl.DataFrame, path: Path, column: str | None, notes: list[Note], sources: list[Source]
) -> pl.DataFrame:
    opened = open_file(path)
    if column is None:
        raise BadSpecification("it is not said which column holds the need", remedy="Add --need-column HEADING.")
    require_columns(opened.table, [column], file=path)
    code = code_heading(opened.table, file=opened.file)
    values = numbers(opened.table, column, file=path)
    if (values < 0).any():
        at = int(np.flatnonzero(values < 0)[0])
        raise BadValue(
            f"a need cannot be {values[at]:g}: people would count against themselves",
            remedy="Give a column that is nought or more, such as a rate or a score from 0 to 100.",
            file=path,
            row=at + 2,
            column=column,
        )
    table = pl.DataFrame({"area_code": opened.table[code].cast(pl.String), "need": pl.Series(values).fill_nan(None)})
    check_areas(table, file=path)
    sources.append(opened.source)
    notes.append(Note(f"People count in proportion to '{column}' of {path.name}.", kind="assumed"))
    return areas.join(table, on="area_code", how="left", maintain_order="left")


def _favoured(areas: pl.DataFrame, favour: Mapping[str, float]) -> pl.DataFrame:
    if "cohort" not in areas.columns:
        raise BadSpecification("no cohorts are known to favour one", remedy="Add --preset NAME or --cohort FILE.")
    names = areas["cohort"].drop_nulls().unique().sort().to_list()
    lower = {str(name).lower(): str(name) for name in names}
    wanted = {}
    for group, times in favour.items():
        if group.lower() not in lower:
            raise BadSpecification(f"there is no cohort '{group}'", remedy=f"There are: {', '.join(names)}.")
        if not np.isfinite(times) or times < 0:
            raise BadSpecification(f"people cannot count {times:g} times", remedy="Give a number, nought or more.")
        wanted[lower[group.lower()]] = float(times)
    times_of = pl.col("cohort").cast(pl.String).replace_strict(wanted, default=1.0, return_dtype=pl.Float64)
    base = pl.col("need") if "need" in areas.columns else pl.lit(1.0)
    return areas.with_columns(need=base * times_of.fill_null(1.0))


def _candidates(
    item: PlaceList, cost_column: str | None, areas: pl.DataFrame, notes: list[Note], sources: list[Source]
) -> pl.DataFrame:
    found = read_list(item, kind="candidates", keep=[cost_column] if cost_column else [])
    notes += found.notes
    sources.append(found.source)
    table = found.table.rename({"place": "site"})
    if cost_column:
        try:
            cost = numbers(table, cost_column, file=item.path)
        except MissingColumns as error:
            raise error.at(file=item.path) from None
        if (cost < 0).any():
            at = int(np.flatnonzero(cost < 0)[0])
            raise BadValue(
                f"the site '{table['site'][at]}' cannot cost {cost[at]:,.0f}",
                remedy="Correct the cell.",
                file=item.path,
                row=int(table["row"][at]),
                column=cost_column,
            )
        table = table.drop(cost_column).with_columns(cost_gbp=pl.Series(cost).fill_nan(None))
    far = _far(table, areas)
    if far:
        notes.append(Note(f"{far:,} of {table.height:,} candidates lie more than 20 km from all areas.", kind="info"))
    return table


def _far(table: pl.DataFrame, areas: pl.DataFrame) -> int:
    from homeground.understand.reaching.pairs import nearest

    there = table.select("easting", "northing").to_numpy()
    here = areas.select("easting", "northing").cast(pl.Float64).to_numpy()
    return int((nearest(there, here)[1] > 20).sum())
