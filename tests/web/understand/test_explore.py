"""The explorer: whatever the address asks for is answered, and what cannot be met is told."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from homeground_web.places import queries as places
from homeground_web.places.models import Area
from homeground_web.understand import queries
from homeground_web.understand.explore_asked import Asked
from homeground_web.understand.explore_rows import answer, breaks_of, steps_text

pytestmark = pytest.mark.django_db

FIGURE = "invented-low-income-2025"


def page(client: Client, **asked: Any) -> str:
    answered = client.get("/explore", {"area": "ward21", "figure": FIGURE, **asked})
    assert answered.status_code == 200, answered.content.decode()[:2000]
    return answered.content.decode()


def codes(html: str) -> list[str]:
    return re.findall(r'name="place" value="(\w+)"', html)


def kind(node: str = "ward21") -> queries.Kind:
    load = places.current()
    assert load is not None
    return queries.kinds_of(load)[node]


def test_all_places_are_shown_when_nothing_is_asked_for(client: Client) -> None:
    """The kind that residents know, fifty rows, a sentence, and the way to the next page."""
    html = client.get("/explore").content.decode()
    assert "All 90 wards are shown." in html
    assert len(codes(html)) == 50
    assert 'rel="next"' in html


def test_pages_hold_every_place_once(client: Client) -> None:
    """Two pages of fifty and forty."""
    both = codes(page(client)) + codes(page(client, page="2"))
    assert sorted(both) == sorted(Area.objects.filter(node="ward21").values_list("code", flat=True))


def test_the_sentence_counts_what_fits(client: Client) -> None:
    """As many as the database has on the list."""
    many = Area.objects.filter(node="ward21", group="left-behind").count()
    html = page(client, group="left-behind")
    assert f"{many} of 90 wards fit what you ask for." in html
    assert len(codes(html)) == many


def test_the_figure_of_a_row_is_that_of_the_place_s_page(client: Client) -> None:
    """Figures of the explorer equal those of the place's own file."""
    first = codes(page(client))[0]
    rows = client.get("/explore.json", {"area": "ward21", "figure": FIGURE}).json()["records"]
    shown = next(row for row in rows if row["area_code"] == first)
    own = next(row for row in client.get(f"/places/{first}.json").json()["figures"] if row["indicator"] == FIGURE)
    assert (shown[FIGURE], shown[f"{FIGURE}__low"], shown[f"{FIGURE}__rank"]) == (own["value"], own["low"], own["rank"])


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({"council": "ZA01"}, lambda row: row["authority_code"] == "ZA01"),
        ({"from": "20", "to": "30.5"}, lambda row: row[FIGURE] is not None and 20 <= row[FIGURE] <= 30.5),
        ({"people_from": "9,000"}, lambda row: row["people"] >= 9000),
        ({"people_to": "9000"}, lambda row: row["people"] <= 9000),
        ({"sure": "50%"}, lambda row: row["probability"] is not None and row["probability"] >= 0.5),
        ({"group": "other-deprived", "to": "99"}, lambda row: row["group"] == "other-deprived"),
    ],
)  # fmt: skip
def test_a_wish_keeps_exactly_the_places_that_fit(client: Client, asked: dict[str, str], fits: Any) -> None:
    """Against every row of the whole table, one by one."""
    whole = client.get("/explore.json", {"area": "ward21", "figure": FIGURE}).json()["records"]
    found = client.get("/explore.json", {"area": "ward21", "figure": FIGURE, **asked}).json()["records"]
    assert {row["area_code"] for row in found} == {row["area_code"] for row in whole if fits(row)}
    assert 0 < len(found) < len(whole)


@pytest.mark.parametrize("order", ["up", "down"])
@pytest.mark.parametrize("sort", ["name", "council", "people", "figure", "sure"])
def test_rows_stand_in_order_and_level_ones_by_code(client: Client, sort: str, order: str) -> None:
    """The smaller code first, whichever way the column goes; those without a figure last."""
    column = {"name": "area_name", "council": "authority_name", "figure": FIGURE, "sure": "probability"}.get(sort, sort)
    rows = client.get("/explore.json", {"area": "ward21", "figure": FIGURE, "sort": sort, "order": order}).json()[
        "records"
    ]
    keys = [(row[column].lower() if isinstance(row[column], str) else row[column], row["area_code"]) for row in rows]
    expected = sorted(keys, key=lambda key: key[1])
    expected.sort(key=lambda key: key[0], reverse=order == "down")
    assert keys == expected


def test_the_heading_that_sorts_says_so_and_turns_round(client: Client) -> None:
    """aria-sort on one heading; its link asks for the other way."""
    html = page(client, sort="people", order="down")
    assert html.count("aria-sort=") == 1
    assert re.search(r'aria-sort="descending"><a [^>]*sort=people&amp;order=up', html)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("area", "nowhere21", "Choose a kind of area"),
        ("figure", "'; DROP TABLE runs_run; --", "Choose a figure"),
        ("council", "<script>", "Choose a council"),
        ("group", "everyone", "Choose which places"),
        ("sort", "__class__", "Choose a column"),
        ("order", "sideways", "Choose the order"),
        ("sure", "101", "Write 100 or less"),
        ("sure", "-1", "Write 0 or more"),
        ("from", "many", "is not a number"),
        ("to", "nan", "is not a number"),
        ("to", "1e999", "is not a number"),
        ("people_from", "1_000", "is not a number"),
        ("people_to", "9" * 5000, "is not a number"),
        ("page", "0", "is not the number of a page"),
        ("page", "-3", "is not the number of a page"),
        ("page", "²", "is not the number of a page"),
        ("page", "99", "There are 2 pages"),
    ],
)
def test_a_wish_that_cannot_be_met_is_told(client: Client, name: str, value: str, words: str) -> None:
    """400, with the reason and the page that comes nearest."""
    answered = client.get("/explore", {"area": "ward21", "figure": FIGURE, name: value})
    html = answered.content.decode()
    assert answered.status_code == 400
    assert words in html
    assert "Some of what you ask for was left out" in html
    assert "<script>" not in html.replace("<script type", "")
    assert codes(html)


def test_limits_the_wrong_way_round_are_told(client: Client) -> None:
    """And neither is used."""
    answered = client.get("/explore", {"from": "30", "to": "20"})
    assert answered.status_code == 400
    assert "Write the smaller number first" in answered.content.decode()


def test_nothing_that_fits_is_said_in_words(client: Client) -> None:
    """A page, not an error."""
    assert "None of the 90 wards fits all that you ask for." in page(client, people_from="999999999")


def test_parameters_that_nobody_knows_are_passed_over(client: Client) -> None:
    """Somebody's tracking marks break nothing."""
    assert client.get("/explore?utm_source=x&q=%ff").status_code == 200


@pytest.mark.parametrize("asked", [{}, {"area": "area21"}, {"area": "area21", "sort": "name", "page": "2"}])
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, asked: dict[str, str]
) -> None:
    """Rows come from the stored table, not from the database."""
    with django_assert_max_num_queries(8):
        assert client.get("/explore", asked).status_code == 200


def test_the_map_has_a_letter_for_each_place(client: Client) -> None:
    """In the order of the codes; those that do not fit have '-'."""
    told = client.get("/explore/colours.json", {"area": "ward21", "figure": FIGURE, "council": "ZA01"}).json()
    rows = Area.objects.filter(node="ward21").order_by("code").values_list("authority", flat=True)
    assert [letter == "-" for letter in told["steps"]] == [authority != "ZA01" for authority in rows]


def test_each_of_five_steps_has_about_as_many_places() -> None:
    """And a higher figure never has a lower step."""
    asked = Asked(node="ward21", figure=FIGURE)
    found = answer(kind().figures, kind().standing, asked)
    letters = steps_text(found, FIGURE, breaks_of(found.whole[FIGURE]))
    known = sorted((value, step) for value, step in zip(found.whole[FIGURE], letters, strict=True) if step in "12345")
    assert [step for _, step in known] == sorted(step for _, step in known)
    assert all(15 <= letters.count(step) <= 21 for step in "12345")


def test_a_place_without_a_figure_is_no_step() -> None:
    """Missing is 'x', which the map draws striped; it is not the lowest step."""
    whole = pl.DataFrame({"area_code": ["A", "B"], "v": [None, 1.0]}, schema={"area_code": pl.String, "v": pl.Float64})
    from homeground_web.understand.explore_rows import Answer

    assert steps_text(Answer(whole, whole, 1, 1), "v", breaks_of(whole["v"]))[0] == "x"


def test_explore_stands_in_the_navigation_and_on_the_first_page(client: Client) -> None:
    """Those without a postcode find the way."""
    html = client.get("/").content.decode()
    assert html.count('href="/explore') >= 2
    assert "Or find it on the map" in html


def test_a_kind_without_a_list_says_nothing_of_certainty(client: Client) -> None:
    """No column of 'not known', and no wish that could never be met."""
    html = client.get("/explore?area=authority21").content.decode()
    assert "How sure it is on the list" not in html
    assert 'name="group"' not in html
    assert "How sure it is on the list" in client.get("/explore?area=ward21").content.decode()
