"""What a place has been given: the numbers of the page are those of `homeground understand grants`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from homeground.journey.grants import Choices, build_grants
from homeground_web.jobs.work import Refused
from homeground_web.places.models import Area, Load
from homeground_web.runs.models import PlaceResult, Run
from homeground_web.shell.wording import money
from homeground_web.understand import giving, queries
from homeground_web.understand.giving_words import given_here

pytestmark = pytest.mark.django_db

FILES = tuple(f"invented-grants-{name}" for name in ("lottery.json", "community.csv", "council.csv", "trust.xlsx"))


def area_of(code: str, node: str) -> Area:
    """The loaded area."""
    return Area.objects.get(load__state=Load.State.CURRENT, node=node, code=code)


def row_of(code: str, node: str = "ward21") -> tuple[dict[str, Any], Run]:
    """What is stored of an area, and the run."""
    found = queries.row_of(area_of(code, node), giving.KIND)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def verb(district_folder: Path) -> Any:
    """What the library says of the same files."""
    found = build_grants(
        [district_folder / name for name in FILES], choices=Choices(keep_good=True), data=district_folder,
        preset=str(district_folder / "district-left-behind-wards.toml"),
        postcodes=district_folder / "invented-postcodes.csv", today=dt.date(2026, 1, 1),
    )  # fmt: skip
    assert found.grants is not None
    return found.grants


def test_every_ward_has_the_figures_of_the_verb(verb: Any) -> None:
    """Pounds a head and grants for 10,000 people, in all series, of all 90 wards."""
    for expected in verb.table.iter_rows(named=True):
        stored, _run = row_of(expected["area_code"])
        for name in ("recipient_gbp_per_head", "best_gbp_per_head", "low_gbp_per_head", "high_grants_per_10000"):
            assert stored[name] == pytest.approx(expected[name], abs=1e-6), (expected["area_code"], name)


def test_the_groups_are_those_of_the_verb(verb: Any) -> None:
    """Left-behind places, other deprived places, all places: to the penny."""
    _row, run = row_of("ZW022")
    told = {group["cohort"]: group["best"][0] for group in run.summary["groups"]}
    expected = verb.by_cohort.filter(verb.by_cohort["series"] == "best")
    assert told == pytest.approx(dict(expected.select("cohort", "gbp_per_head").iter_rows()))


def test_the_page_says_it_in_a_sentence_first(client: Client, verb: Any) -> None:
    """The figure of the place stands in words before the chart, and again in the table."""
    value = verb.table.filter(verb.table["area_code"] == "ZW022")["best_gbp_per_head"][0]
    page = client.get("/places/ZW022").content.decode()
    section = page[page.index('id="given"') :]
    assert section.index(f"funders gave {money(value)} a head here") < section.index("<figure")
    assert money(value, 2) in section


def test_the_page_names_the_files_and_what_could_not_be_placed(client: Client) -> None:
    """A reader can see what it rests on, and what is wrong with that."""
    page = client.get("/places/ZW022").content.decode()
    for words in (*FILES, "could not be put in any place", "things in the files are not as they should be"):
        assert words in page, words


def test_areas_without_a_list_are_set_beside_the_finest_list(client: Client) -> None:
    """A council area has no list of its own: it stands beside left-behind neighbourhoods."""
    _row, run = row_of("ZA01", "authority21")
    _fine, lists = row_of("ZL0001", "area21")
    assert run.summary["beside"] == [
        group for group in lists.summary["groups"] if group["group"] in ("left-behind", "other-deprived")
    ]


def test_a_place_is_read_in_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Its row and what all rows have in common come together."""
    area = area_of("ZW022", "ward21")
    with django_assert_num_queries(1):
        queries.row_of(area, giving.KIND)


def test_what_is_wrong_with_the_files_is_kept() -> None:
    """As a table with the run, as many rows as are told."""
    from homeground_web.runs import store

    _row, run = row_of("ZW022")
    kept = run.files.get(name="problems.parquet")
    assert queries.analysis.figures_at(store.path_of(kept.sha256)).height == run.summary["problems"] > 0


def test_nothing_given_and_nothing_known_are_told_apart() -> None:
    """Nought is a figure; no figure is said to be none."""
    row, run = row_of("ZW022")
    nought = given_here("Here", row | {"best_gbp_per_head": 0.0, "best_grants_per_10000": 0.0}, run.summary)
    unknown = given_here(
        "Here", row | {"best_gbp_per_head": None, "recipient_gbp_per_head": None}, run.summary
    )  # fmt: skip
    assert "no grant in these files reached this place" in nought.sentences[0]
    assert unknown.sentences == ("How much a head was given here is not known.",)
    assert unknown.chart is None


def test_a_place_without_a_row_says_that_nothing_is_known(client: Client) -> None:
    """In plain words, and the rest of the page stands."""
    PlaceResult.objects.filter(run__kind="given ward21", code="ZW022").delete()
    assert "The files of grants say nothing about this place" in client.get("/places/ZW022").content.decode()
    Run.objects.filter(kind__startswith="given ").delete()
    assert "No files of grants have been loaded here" in client.get("/places/ZW021").content.decode()


def test_a_file_that_the_plan_names_and_is_not_there_is_refused(tmp_path: Path) -> None:
    """A pattern may find nothing; a name may not."""
    assert giving.files_of(tmp_path, ("**/*.parquet",)) == []
    with pytest.raises(Refused, match=r"The plan names gone\.csv for grants, which is not in the folder"):
        giving.files_of(tmp_path, ("gone.csv",))


def test_what_is_not_known_is_no_nought_in_the_table() -> None:
    """Files that do not say where groups work leave the least unknown: a dash, in a sentence too."""
    row, run = row_of("ZW022")
    summed = run.summary | {"places_of_work_known": False}
    told = given_here("Here", row | {"low_gbp_per_head": 0.0}, summed)
    assert {line[3] for line in told.numbers} == {"–"}
    assert "what surely arrived here is not known" in told.series[-1]
    assert told.chart is not None
    assert told.chart.rows[0].low is None


def test_real_terms_are_told_where_prices_are_known() -> None:
    """The invented grants reach a year beyond the price index, which is told; without an index that is said."""
    row, run = row_of("ZW022")
    real = given_here("Here", row | {"best_real_gbp_per_head": 71.4}, run.summary)
    assert run.summary["price_year"] == 2024
    assert row["best_real_gbp_per_head"] > row["best_gbp_per_head"]
    assert any("pounds of 2025 count as they were paid" in note for note in run.notes)
    plain = given_here("Here", row | {"best_real_gbp_per_head": None}, run.summary | {"price_year": None})
    assert plain.cautions[0] == "These are pounds as they were paid. They are not corrected for rising prices."
    assert real.cautions[0] == "In the prices of 2024 that is £71 a head."


def test_a_cold_spot_and_a_lone_giver_are_told() -> None:
    """What a reader would miss in the figures alone."""
    row, run = row_of("ZW022")
    told = given_here("Here", row | {"cold_spot": True, "largest_share": 0.93, "funders": 5}, run.summary)
    assert "It got clearly fewer than half the grants that places of like need got." in told.cautions
    assert "One of them gave 93 of every 100 pounds." in told.cautions
