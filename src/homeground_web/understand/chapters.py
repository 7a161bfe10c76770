"""Parts of a report beside the figures of areas: what the place was given, and what is within reach, as on its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation

from homeground_web.places.models import Area
from homeground_web.understand import giving, queries, reaching
from homeground_web.understand.analysis import SERIES, Said
from homeground_web.understand.giving_words import beside, given_here, group_title
from homeground_web.understand.reaching_words import METRES_A_MINUTE, kind_title, reach_here

__all__ = ["chapters"]

_GIVEN = {
    "place": "the place, or the group of places beside it",
    "recipient_gbp_per_head": "pounds a head, by where the group that got a grant is registered",
    "best_gbp_per_head": "pounds a head, by the best place known for each grant",
    "low_gbp_per_head": "pounds a head that surely arrived",
    "high_gbp_per_head": "pounds a head at most",
    "recipient_grants_per_10000": "grants for 10,000 people, by where the group that got a grant is registered",
    "best_grants_per_10000": "grants for 10,000 people, by the best place known for each grant",
}
_REACH = {
    "kind": "kind of place to meet",
    "place": "the place, or the group of places beside it",
    "nearest_km": "kilometres to the nearest one in a straight line, from where people live on average",
}


def chapters(area: Area) -> list[Said]:
    """Return what is known of an area beside its figures, in English, as reports are."""
    with translation.override("en"):
        return [said for said in (_given(area), _reach(area)) if said is not None]


def _given(area: Area) -> Said | None:
    found = queries.row_of(area, giving.KIND)
    if found is None:
        return None
    row, run = found
    summary: Mapping[str, Any] = run.summary
    told = given_here(area.name, row, summary)
    # Two tables, as a sheet of paper is narrow: pounds in four series, then grants in two.
    grants = [(place, *cells[-2:]) for place, *cells in (told.headings, *told.numbers)]
    tables = [
        (f"Pounds a head, {told.period}", told.headings[:-2], tuple(row[:-2] for row in told.numbers)),
        (f"Grants for 10,000 people, {told.period}", grants[0], tuple(grants[1:])),
    ]
    if told.by_year:
        tables.append(("Pounds a head in groups of places, year by year", told.year_headings, told.by_year))
    least_known = summary["places_of_work_known"]
    numbers: list[dict[str, Any]] = [
        {"place": area.name, **{name: row[name] for name in _GIVEN if name != "place"}},
        *(
            {
                "place": title,
                **{f"{one}_gbp_per_head": group[one][0] if one in group else None for one in SERIES},
                **{f"{one}_grants_per_10000": group[one][1] if one in group else None for one in ("recipient", "best")},
            }
            for title, group in beside(summary)
        ),
    ]
    if not least_known:  # then the least is not nought but not known
        numbers = [{**one, "low_gbp_per_head": None} for one in numbers]
    files = (
        f"{summary['awards']:,} grants are in the files that this rests on: {'; '.join(summary['files'])}. Other "
        "funders and years would give other figures."
    )
    return Said(
        "What the place has been given", "given", "Given", (" ".join(told.sentences), *told.cautions), told.series,
        tuple(tables), (files,), run.notes, numbers, _GIVEN, run.sources,
    )  # fmt: skip


def _reach(area: Area) -> Said | None:
    found = queries.row_of(area, reaching.KIND)
    if found is None:
        return None
    row, run = found
    summary: Mapping[str, Any] = run.summary
    told = reach_here(area.name, row, summary)
    far = "nearest_km" if summary["centre"] else "mean_nearest_km"
    groups = [group for group in summary["groups"] if group["group"] != "rest"]
    numbers = [
        {"kind": kind_title(kind), "place": place, "nearest_km": km}
        for kind in summary["kinds"]
        for place, km in (
            (area.name, row[f"{far}_{kind}"]),
            *((group_title(group["group"], summary), group["kinds"][kind][0]) for group in groups),
        )
    ]
    how = (
        "These are straight lines from where people live on average. The way on foot is longer. "
        f"{METRES_A_MINUTE} metres are counted for a minute."
    )
    files = (
        f"{summary['places']:,} places are on the lists that this rests on: {'; '.join(summary['files'])}. A place "
        "that is on none of them is not counted."
    )
    tables = (
        ("Each kind of place to meet", told.headings, told.rows),
        ("Kilometres to the nearest place to meet", told.number_headings, told.numbers),
    )
    return Said(
        "What is within reach", "within-reach", "Within reach", (" ".join(told.sentences),), (), tables,
        (how, files), run.notes, numbers, _REACH, run.sources,
    )  # fmt: skip
