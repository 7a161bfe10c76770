"""What is within reach of one place, beside groups of places: the figures, and the part of its report that tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from homeground.document.tree import Block, Bullets, Chart, DataTable, Paragraph, Section
from homeground.drawing import compare
from homeground.understand.access import ANY, Access
from homeground.understand.profile_report import Chapter
from homeground.understand.reaching.comparing import EVERYWHERE, singular
from homeground.understand.side_by_side import GROUPS, all_of, bars, named
from homeground.words import capital, clean, count

__all__ = ["reach_chapter", "reach_here"]

_MEANINGS = {
    "who": "the place, or the group of places beside it",
    "kind": "kind of place to meet; any: all kinds together",
    "people": "people who live there",
    "mean_km": "kilometres to the nearest one in a straight line, the mean over people; higher is worse",
    "nearest": "which one is nearest to any part of the place",
    "places": "how many there are in it",
    "beyond_near": "people with none within the nearer of two reaches",
    "beyond_far": "people with none within the further one",
}


def reach_here(found: Access, shares: Mapping[str, float], groups: Mapping[str, str]) -> pl.DataFrame:
    """Return what is within reach of a place and of the groups beside it.

    Parameters
    ----------
    found : Access
        In kilometres, over the areas in which people are counted; its table may have a ``cohort``.
    shares : mapping of str to float
        For each of those areas that lie in the place the share (0 to 1) of its people who live in it.
    groups : mapping of str to str
        For each cohort which of `homeground.understand.side_by_side.GROUPS` it is.

    Returns
    -------
    polars.DataFrame
        ``who``, ``kind`` (`homeground.understand.access.ANY` last), ``people``, ``mean_km`` (higher is worse),
        ``nearest`` (of the place alone), ``places``, ``beyond_near``, ``beyond_far``.
    """
    near, far = found.within[0], found.within[-1]
    own = pl.DataFrame(
        {"area_code": list(shares), "inside": list(shares.values())},
        schema={"area_code": pl.String, "inside": pl.Float64},
    )
    mine = found.table.join(own, on="area_code").with_columns(
        _people=pl.col("population").cast(pl.Float64).fill_null(0.0) * pl.col("inside")
    )
    rows = []
    for kind in found.kinds:
        known = mine.filter(pl.col(f"nearest_km_{kind}").is_not_null() & (pl.col("_people") > 0))
        closest = mine.sort(f"nearest_km_{kind}", "area_code", nulls_last=True)[f"nearest_place_{kind}"]
        home = found.places if kind == ANY else found.places.filter(pl.col("kind") == kind)
        total = float(known["_people"].sum())
        mean = float((known["_people"] * known[f"nearest_km_{kind}"]).sum()) / total if total else None
        lacking = [
            float(mine.filter(pl.col(f"within_{reach:g}km_{kind}") == 0)["_people"].sum()) for reach in (near, far)
        ]
        inside = home.join(own.filter(pl.col("inside") > 0.5), on="area_code", how="semi").height
        rows.append(("place", kind, float(mine["_people"].sum()), mean, closest.first(), inside, *lacking))
    for row in found.beside.filter(pl.col("of").is_in([EVERYWHERE, "cohort"])).iter_rows(named=True):
        group = "whole" if row["of"] == EVERYWHERE else groups.get(row["group"])
        if group:
            beyond = (row[f"beyond_{reach:g}km"] for reach in (near, far))
            rows.append((group, row["kind"], row["people"], row["mean_nearest_km"], None, row["places"], *beyond))
    schema: dict[str, Any] = {
        "who": pl.Enum(list(GROUPS)), "kind": pl.Enum(list(found.kinds)), "people": pl.Float64, "mean_km": pl.Float64,
        "nearest": pl.String, "places": pl.Int64, "beyond_near": pl.Float64, "beyond_far": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").sort("who", "kind")


def reach_chapter(
    here: pl.DataFrame,
    *,
    place: str,
    whole: str,
    within: tuple[float, float],
    files: Sequence[str],
    notes: Sequence[str] = (),
    pictures: str = "",
) -> Chapter:
    """Return the part of a report that tells what is within reach of a place.

    Parameters
    ----------
    here : polars.DataFrame
        As `reach_here` returns it.
    place, whole : str
        Its name, and what all places together are called.
    within : tuple of float
        The two reaches, in kilometres.
    files : sequence of str
        The names of the lists of places that it rests on.
    notes : sequence of str
    pictures : str
        The folder where the chart lies as a picture, '' where there is none.
    """
    place, whole = clean(place), clean(whole)
    called = named(here["who"].unique().to_list(), place=place, whole=whole)
    rows = {(row["who"], row["kind"]): row for row in here.iter_rows(named=True)}
    kinds = list(dict.fromkeys(kind for _, kind in rows))
    if len(kinds) == 2:  # of one kind alone, any kind says the same again
        kinds.remove(ANY)
    main = kinds[-1]
    blocks: list[Block] = [Paragraph(_sentences(rows, called, main))]
    gaps = [_gap(rows["place", kind], kind, within[1]) for kind in kinds]
    blocks.append(Bullets(tuple(gaps)))
    chart = _chart(rows, called, main, pictures)
    blocks += [chart] if chart is not None else []
    names = "; ".join(clean(name) for name in files)
    how = (
        "Distances are straight lines from where people live on average; the way on foot is longer. This rests on "
        f"{count(len(files), 'list')} of places: {names}. A place that is on none of them is not counted."
    )
    blocks.append(Paragraph(how, quiet=True))
    inner = [Section("What is within reach: the numbers", _tables(rows, called, kinds, within), anchor="reach-numbers")]
    if notes:
        told = Bullets(tuple(clean(text) for text in notes))
        inner.append(Section("What a careful reader should know about distances", (told,), anchor="reach-notes"))
    section = Section("What is within reach", tuple(blocks), tuple(inner), anchor="within-reach")
    return Chapter(section, "Within reach", here, _MEANINGS)


_Rows = Mapping[tuple[str, str], Mapping[str, Any]]


def _one(kind: str) -> str:
    return "place to meet" if kind == ANY else singular(kind)


def _title(kind: str) -> str:
    return "Any place to meet" if kind == ANY else capital(kind.replace("-", " "))


def _far(km: float | None) -> str:
    if km is None:
        return "not known"
    metres = 1000 * km
    return f"{round(metres, -1):,.0f} m" if metres < 1000 else f"{metres / 1000:,.1f} km"


def _sentences(rows: _Rows, called: Mapping[str, str], kind: str) -> str:
    mine = rows["place", kind]
    if mine["mean_km"] is None:
        return f"How far people here have to the nearest {_one(kind)} is not known."
    text = f"People here have {_far(mine['mean_km'])} to the nearest {_one(kind)} on average."
    if mine["nearest"]:
        text += f" The nearest of all is {clean(mine['nearest'])}."
    others = [f"{_far(rows[who, kind]['mean_km'])} in {name}" for who, name in called.items() if who != "place"]
    if others:
        text += f" That compares with {all_of(others)}."
    return text


def _gap(row: Mapping[str, Any], kind: str, reach: float) -> str:
    beyond, people = row["beyond_far"], row["people"]
    one = _one(kind)
    if round(beyond) == 0:
        return f"Nobody is more than {reach:g} km from the nearest {one}."
    if round(beyond) >= round(people):
        return f"All {people:,.0f} people are more than {reach:g} km from any {one}."
    return f"{beyond:,.0f} of {people:,.0f} people are more than {reach:g} km from any {one}."


def _chart(rows: _Rows, called: Mapping[str, str], kind: str, pictures: str) -> Chart | None:
    values: dict[str, float | None] = {who: rows[who, kind]["mean_km"] for who in called}
    mine, all_ = values["place"], values.get("whole")
    if mine is None:
        return None
    drawn = bars(called, values, _far)
    title = f"{called['place']}: {_far(mine)} to the nearest {_one(kind)}"
    if all_ is not None:
        way = "As far as" if _far(mine) == _far(all_) else "Further than" if mine > all_ else "Less far than"
        title = f"{way} in {called['whole']}: {_far(mine)} to the nearest {_one(kind)} against {_far(all_)}"
    heading = "How far on average"
    table = DataTable(
        f"How far the nearest {_one(kind)} is", ("Place", heading),
        tuple((capital(name), _far(values[who])) for who, name in called.items()), frozenset({heading}),
        folded="Show the numbers",
    )  # fmt: skip
    caption = f"How far people have to the nearest {_one(kind)} in a straight line, on average. Higher is worse."
    address = f"{pictures}/within-reach.svg" if pictures else ""
    below = (caption, "Source: lists of places.")
    return Chart("within-reach", compare(title, drawn), caption, table, below, address)


def _tables(
    rows: _Rows, called: Mapping[str, str], kinds: Sequence[str], within: tuple[float, float]
) -> tuple[Block, ...]:
    titles = tuple(capital(name) for name in called.values())
    far = tuple((_title(kind), *(_far(rows[who, kind]["mean_km"]) for who in called)) for kind in kinds)
    none = tuple(f"None within {reach:g} km" for reach in within)
    people = tuple(
        (
            _title(kind), f"{rows['place', kind]['places']:,}",
            *(f"{rows['place', kind][what]:,.0f}" for what in ("beyond_near", "beyond_far")),
            clean(rows["place", kind]["nearest"]) or "not known",
        )
        for kind in kinds
    )  # fmt: skip
    heads = ("Kind", "Here", *none, "Nearest of all")
    return (
        DataTable("How far the nearest one is, on average", ("Kind", *titles), far, frozenset(titles)),
        DataTable("How many there are here, and how many people have none", heads, people, frozenset(heads[1:4])),
    )
