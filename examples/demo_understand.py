"""The second half of the demo: UNDERSTAND on the invented district, and a page that leads to all pages."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable
from pathlib import Path

Tell = Callable[[str], None]

_LISTS = ("libraries", "halls", "community-centres", "warm-spaces")
_PLACES = ("Sandgrove", "Netherwyke Village")
_TITLES = {
    "report.html": "Which places are left behind: the report",
    "audit-deprivation.html": "Audit of the index of deprivation",
    "audit-community-need.html": "Audit of the index of community need",
    "access.csv": "What is within reach of each area",
    "sites.csv": "Where three new places to meet should go",
    "grants/by_cohort.csv": "What was given, by kind of place",
    "differences.csv": "How left-behind places differ, indicator by indicator",
}


def understand(data: Path, results: Path, tell: Tell) -> Path:
    """Go through UNDERSTAND, write everything into `results`, and return the page that leads to all others."""
    preset = data / "district-left-behind.toml"
    _access(data, results, preset, tell)
    _sites(data, results, tell)
    _compare(data, results, preset, tell)
    _grants(data, results, preset, tell)
    profiles = _profiles(data, results, preset, tell)
    return _index(results, profiles)


def _access(data: Path, results: Path, preset: Path, tell: Tell) -> None:
    from homeground.journey.access import PlaceList, measure_access
    from homeground.journey.living import where_people_live
    from homeground.sources.writers import write_table

    tell("8. What is within reach? Libraries, halls, community centres and warm spaces, from where people live.")
    living = where_people_live(data=data, centroids=data / "invented-centroids-2021.csv", preset=str(preset))
    lists = [PlaceList(data / f"invented-{kind}.csv", kind=kind) for kind in _LISTS]
    found = measure_access(lists, living, called="place to meet")
    title = "What is within reach (invented; no real place)"
    write_table(found.table, results / "access.csv", title=title, notes=found.notes, sources=found.sources)
    for line in found.gaps:
        if line.startswith(("Left behind", "Other deprived", "Rest")) and "place to meet" in line:
            tell(f"   {line}")


def _sites(data: Path, results: Path, tell: Tell) -> None:
    from homeground.journey.access import PlaceList
    from homeground.journey.living import where_people_live
    from homeground.journey.sites import choose_sites
    from homeground.sources.writers import write_table

    tell("9. Where should three new places to meet go in Marlsea Coast, for £400,000?")
    found = choose_sites(
        where_people_live(centroids=data / "invented-centroids-2021.csv"),
        most=3,
        existing=[PlaceList(data / "invented-halls.csv", kind="halls")],
        candidates=PlaceList(data / "invented-sites.csv", kind="sites", name_column="invented_site"),
        cost_column="cost",
        budget=400_000,
        only=["Marlsea Coast"],
    )
    title = "Where three new places to meet should go (invented; no real place)"
    write_table(found.table, results / "sites.csv", title=title, notes=found.notes, sources=found.sources)
    for sentence in found.table["sentence"]:
        tell(f"   {sentence}")


def _compare(data: Path, results: Path, preset: Path, tell: Tell) -> None:
    from homeground.journey.compare import compare_cohorts
    from homeground.sources.writers import write_table

    tell("10. How do left-behind places differ from other deprived ones? Neighbours do not count as independent.")
    found = compare_cohorts(preset, data=data, draws=199)
    title = "How left-behind places differ (invented; no real place)"
    write_table(found.table, results / "differences.csv", title=title, notes=found.notes, sources=found.sources)
    beside = found.table.filter(found.table["comparison"] == "other deprived")
    clear = beside.filter(beside["verdict"] == "clear difference").height
    tell(f"   {beside.height} indicators, {clear} with a clear difference. With six authorities little can be sure:")
    tell(f"   {beside['sentence'][0]}")


def _grants(data: Path, results: Path, preset: Path, tell: Tell) -> None:
    from homeground.journey.grants import Choices, build_grants
    from homeground.journey.grants_out import write_folder
    from homeground.words import count

    tell("11. What were places given? Four files of five funders, each grant counted once, where it arrived.")
    files = [
        data / f"invented-grants-{name}" for name in ("lottery.json", "community.csv", "council.csv", "trust.xlsx")
    ]
    found = build_grants(
        files,
        choices=Choices(),
        data=data,
        preset=str(preset),
        postcodes=data / "invented-postcodes.csv",
        today=dt.datetime.now(tz=dt.UTC).date(),
    )
    write_folder(found, results / "grants")
    assert found.grants is not None  # the damaged file is not among these
    tell(f"   {count(found.good, 'grant')} in {count(len(found.files), 'file')}; pounds a head, less is worse:")
    for series, said in (("recipient", "where recipients are registered"), ("best", "the best place known")):
        rows = found.grants.by_cohort.filter(found.grants.by_cohort["series"] == series).iter_rows(named=True)
        heads = ", ".join(f"{row['cohort']} {row['gbp_per_head']:.2f}" for row in rows)
        tell(f"   by {said}: {heads}.")


def _profiles(data: Path, results: Path, preset: Path, tell: Tell) -> list[tuple[str, str]]:
    from homeground.errors import BadSpecification
    from homeground.journey.profile import prepare
    from homeground.journey.profile_report import check_report, write_profile

    tell("12. What is a place like? Two wards, and a neighbourhood that somebody drew across a border.")
    desk = prepare(data, presets=[str(preset)])
    try:
        check_report(results / "profile.html")
        ending = "html"
    except BadSpecification:  # this Homeground writes profiles as tables only
        ending = "csv"
    made = []
    for asked in (*_PLACES, str(data / "invented-outline.geojson")):
        found = desk.profile(asked)
        name = f"profile-{Path(asked).stem.lower().replace(' ', '-')}.{ending}"
        write_profile(found, results / name, data=data)
        made.append((name, f"What {found.place.name} is like"))
        tell(f"   {found.place.name}: {found.headlines[0] if found.headlines else 'nothing stands out.'}")
    return made


def _index(results: Path, profiles: list[tuple[str, str]]) -> Path:
    """Write the page that leads to all others."""
    links = [(name, title) for name, title in _TITLES.items() if (results / name).exists()]
    items = "\n".join(f'<li><a href="{name}">{html.escape(title)}</a></li>' for name, title in [*links, *profiles])
    page = results / "index.html"
    page.write_text(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>The invented district</title>'
        "<style>body{font:1.1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}</style>"
        "</head><body><main><h1>The invented district</h1>"
        "<p>Every place on these pages is invented: nothing here is about a real place.</p>"
        f"<ul>\n{items}\n</ul></main></body></html>\n",
        encoding="utf-8",
    )
    return page
