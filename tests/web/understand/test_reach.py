"""What is within reach: the numbers of the page are those of `homeground understand access`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.test import Client

from homeground.journey.access import PlaceList, measure_access
from homeground.journey.living import where_people_live
from homeground_web.places.models import Area, Load
from homeground_web.runs.models import PlaceResult, Run
from homeground_web.understand import queries, reaching
from homeground_web.understand.reaching_words import METRES_A_MINUTE, reach_here

pytestmark = pytest.mark.django_db

KINDS = ("libraries", "halls", "community-centres", "warm-spaces")


def row_of(code: str, node: str) -> tuple[dict[str, Any], Run]:
    """What is stored of an area, and the run."""
    area = Area.objects.get(load__state=Load.State.CURRENT, node=node, code=code)
    found = queries.row_of(area, reaching.KIND)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def verb(district_folder: Path) -> Any:
    """What the library says of the same lists."""
    living = where_people_live(data=district_folder, centroids=district_folder / "invented-centroids-2021.csv")
    return measure_access(
        [PlaceList(district_folder / f"invented-{kind}.csv", kind=kind) for kind in KINDS], living
    )  # fmt: skip


def test_every_small_area_has_the_figures_of_the_verb(verb: Any) -> None:
    """The nearest of each kind, its name, how many within reach: of all 600."""
    rows = {result.code: result for result in PlaceResult.objects.filter(run__kind="reach area21")}
    assert len(rows) == verb.table.height
    for expected in verb.table.sample(40, seed=1).iter_rows(named=True):
        stored, _run = row_of(expected["area_code"], "area21")
        for kind in (*KINDS, "any"):
            assert stored[f"nearest_km_{kind}"] == pytest.approx(expected[f"nearest_km_{kind}"], abs=1e-6)
            assert stored[f"nearest_place_{kind}"] == expected[f"nearest_place_{kind}"]
            assert stored[f"within_2km_{kind}"] == expected[f"within_2km_{kind}"]


def test_a_ward_has_the_sum_of_its_small_areas(verb: Any, district_folder: Path) -> None:
    """People beyond 2 km added up by hand, for every ward."""
    lookup = pl.read_csv(district_folder / "invented-lookup-2021.csv")
    inside = verb.table.join(lookup, left_on="area_code", right_on="invented_area_code_2021")
    for (ward,), rows in inside.group_by("invented_ward_code"):
        stored, _run = row_of(str(ward), "ward21")
        for kind in KINDS:
            beyond = rows.filter(pl.col(f"within_2km_{kind}") == 0)["population"].sum()
            assert stored[f"beyond_2km_{kind}"] == pytest.approx(beyond), (ward, kind)


def test_the_page_says_the_nearest_by_its_name(client: Client, verb: Any) -> None:
    """With metres, minutes and how minutes are counted."""
    expected = verb.table.filter(pl.col("area_code") == "ZL0001").row(0, named=True)
    page = client.get("/places/ZL0001").content.decode()
    section = page[page.index('id="within-reach"') :]
    assert f"The nearest place to meet is {expected['nearest_place_any']}" in section
    assert f"about {round(1000 * expected['nearest_km_any'] / METRES_A_MINUTE)} minutes on foot" in section
    assert "We count 80 metres a minute" in section


def test_a_kind_that_is_missing_within_two_kilometres_is_said() -> None:
    """The gap stands in a sentence."""
    row, run = row_of("ZL0001", "area21")
    told = reach_here("Here", row | {"within_2km_libraries": 0}, run.summary)
    assert told.sentences[-1] == "Within 2 km there are none of these: libraries."


def test_people_beyond_reach_are_said_for_a_larger_area() -> None:
    """Of the kind that most people lack."""
    row, run = row_of("ZA01", "authority21")
    lacking = {f"beyond_2km_{kind}": 0.0 for kind in KINDS} | {"beyond_2km_halls": 2400.0, "population": 7200.0}
    told = reach_here("Here", row | lacking, run.summary)
    assert told.sentences[-1] == "Halls are furthest: 2,400 of 7,200 people live more than 2 km from any."


def test_without_lists_it_is_said_that_nothing_is_known(client: Client) -> None:
    """In plain words."""
    Run.objects.filter(kind__startswith="reach ").delete()
    assert "No lists of places to meet have been loaded here" in client.get("/places/ZL0001").content.decode()
