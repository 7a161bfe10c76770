"""The open interface: its answers equal the pages' figures, page by page, and wrong questions are told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from homeground_web.places import queries as places
from homeground_web.places.models import Area
from homeground_web.runs.models import Run
from homeground_web.understand import queries as figures_of

pytestmark = pytest.mark.django_db

V1 = "/api/v1"


def told(client: Client, path: str, status: int = 200) -> Any:
    """Return what an address answers."""
    answer = client.get(V1 + path)
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def all_pages(client: Client, path: str) -> list[dict[str, Any]]:
    """Follow `next` to the end."""
    found, here = [], V1 + path
    while here:
        answer = client.get(here)
        assert answer.status_code == 200
        page = json.loads(answer.content)
        found += page["items"]
        here = page["next"]
    return found


def test_pages_hold_every_area_once_in_the_order_of_codes(client: Client) -> None:
    """90 wards in pages of seven."""
    codes = [one["code"] for one in all_pages(client, "/areas?kind=ward21&limit=7")]
    load = places.current()
    assert codes == sorted(Area.objects.filter(load=load, node="ward21").values_list("code", flat=True))


def test_areas_are_found_by_group_council_name_and_certainty(client: Client) -> None:
    """Each filter alone and together."""
    listed = all_pages(client, "/areas?kind=ward21&group=left-behind")
    assert len(listed) == 11
    assert {one["group"] for one in listed} == {"left-behind"}
    sure = all_pages(client, "/areas?kind=ward21&sure_at_least=0.9")
    assert all(one["probability"] >= 0.9 for one in sure)
    assert [one["name"] for one in all_pages(client, "/areas?name=sturbeck%20farm")] == ["Sturbeck Farm"]
    council = listed[0]["authority_code"]
    assert {one["authority_code"] for one in all_pages(client, f"/areas?authority={council}")} == {council}


def test_figures_of_an_area_equal_those_of_its_page(client: Client) -> None:
    """Value, limits, rank and sentence, and what they compare with."""
    area = places.area_of(places.current(), "ZW022")  # type: ignore[arg-type]
    found = figures_of.profile_of(area)
    assert found is not None
    table = found[0].table
    answer = told(client, "/areas/ZW022/figures")
    assert answer["held_back"] == 0
    assert [one["id"] for one in answer["items"]] == table["indicator"].to_list()
    for name in ("value", "low", "high", "rank", "sentence"):
        assert [one[name] for one in answer["items"]] == table[name].to_list()
    assert "england" in answer["items"][0]["compared_with"]


def test_one_figure_of_all_areas_equals_each_areas_own(client: Client) -> None:
    """The same numbers from the other side."""
    one = told(client, "/areas/ZW022/figures")["items"][0]
    by_code = {row["code"]: row for row in all_pages(client, f"/figures/{one['id']}?kind=ward21&limit=50")}
    assert len(by_code) == 90
    assert by_code["ZW022"]["value"] == one["value"]
    assert by_code["ZW022"]["rank"] == one["rank"]


def test_a_publishers_no_is_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures that may not be passed on are counted, and not given."""
    from homeground_web.api import analysis

    figure = told(client, "/figures")["items"][0]
    monkeypatch.setattr(analysis, "held_back", lambda: frozenset({figure["source_id"]}))
    from django.core.cache import caches

    caches["pages"].clear()
    answer = told(client, "/areas/ZW022/figures")
    assert answer["held_back"] > 0
    assert figure["source_id"] not in {one["source_id"] for one in answer["items"]}
    assert "pass" in told(client, f"/figures/{figure['id']}", 404)["detail"]


def test_an_outline_is_geojson(client: Client) -> None:
    """In degrees."""
    feature = told(client, "/areas/ZW022/outline")
    assert feature["type"] == "Feature"
    assert feature["geometry"]["type"] in ("Polygon", "MultiPolygon")


def test_a_list_tells_its_members_and_a_run_what_it_rests_on(client: Client) -> None:
    """From the list to the command that makes it again."""
    lists = told(client, "/lists")["items"]
    wards = next(one for one in lists if one["kind"] == "ward21")
    assert wards["members"] == len(all_pages(client, "/lists/ward21?limit=4")) == 11
    run = told(client, f"/runs/{wards['run']}")
    assert run["command"].startswith("homeground find certainty")
    assert run["inputs"]
    assert len(all_pages(client, "/runs?limit=3")) == Run.objects.filter(state="published").count()


def test_nothing_of_a_neighbourhood_that_is_not_public_is_told(
    client: Client, member: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """Neither its profile nor its report stands among the results or the changes."""
    officer = member("council_officer")
    with django_capture_on_commit_callbacks(execute=True):
        officer.post(reverse("our-new"), {"name": "Secret patch", "areas": "ZW022\nZW088"})
    for path in ("/runs?limit=1000", "/changes?limit=1000"):
        assert "Secret patch" not in json.dumps(told(client, path))
    run = Run.objects.get(kind__startswith="own ")
    assert client.get(f"{V1}/runs/{run.pk}").status_code == 404


def test_changes_are_told_in_their_order_without_people(client: Client) -> None:
    """The load that was shown; as a feed too."""
    changes = all_pages(client, "/changes?limit=1")
    assert [one["what"] for one in changes] == ["data shown"]
    assert told(client, f"/changes?after={changes[-1]['id']}")["items"] == []
    feed = client.get(reverse("data-changes"))
    assert feed.headers["Content-Type"].startswith("application/atom+xml")
    assert "data shown" in feed.content.decode()


@pytest.mark.parametrize(
    ("path", "status", "where"),
    [
        ("/areas?colour=red", 422, "query.colour"),
        ("/areas?limit=0", 422, "query.limit"),
        ("/areas?limit=many", 422, "query.limit"),
        ("/areas?limit=1&limit=2", 422, "query.limit"),
        ("/areas?sure_at_least=2", 422, "query.sure_at_least"),
        ("/areas?sure_at_least=nan", 422, "query.sure_at_least"),
        ("/areas?after=%00", 422, "query.after"),
        ("/areas?kind=moon25", 404, ""),
        ("/areas/NOWHERE", 404, ""),
        ("/figures/nothing", 404, ""),
        ("/lists/moon25", 404, ""),
        ("/runs/999999", 404, ""),
        ("/runs/99999999999999999999", 422, "path.number"),
    ],
)
def test_a_wrong_question_is_told(client: Client, path: str, status: int, where: str) -> None:
    """As a problem: what is wrong, where, and what to do."""
    answer = client.get(V1 + path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert problem["status"] == status
    assert problem["detail"]
    if where:
        assert where in [one["where"] for one in problem["wrong"]]


def test_nothing_can_be_written_and_no_postcode_is_asked(client: Client) -> None:
    """Every operation is a question, and none takes what says where somebody lives."""
    paths = told(client, "/openapi.json")
    assert paths["openapi"].startswith("3.1")
    assert {method for operations in paths["paths"].values() for method in operations} == {"get"}
    assert "postcode" not in json.dumps(paths)
    assert client.post(V1 + "/areas").status_code == 405


def test_answers_are_kept_and_open_to_other_sites(client: Client) -> None:
    """An ETag, a minute, and every origin; who has it gets 'nothing changed'."""
    first = client.get(V1 + "/areas?limit=5")
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get(V1 + "/areas?limit=5", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_who_asks_too_often_is_told_how_long_to_wait(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question that has to be worked out counts; another address is not held up."""
    caches_cleared = [client.get(f"{V1}/areas?limit={number}", REMOTE_ADDR="10.0.0.1") for number in range(1, 140)]
    last = caches_cleared[-1]
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) >= 1
    assert client.get(f"{V1}/areas?limit=150", REMOTE_ADDR="10.0.0.2").status_code == 200


@pytest.mark.parametrize("path", ["/areas?kind=area21&limit=200", "/lists/area21?limit=200", "/runs"])
def test_a_page_asks_the_database_little(client: Client, path: str, django_assert_max_num_queries: Any) -> None:
    """However long it is."""
    with django_assert_max_num_queries(12):
        assert client.get(V1 + path).status_code == 200
