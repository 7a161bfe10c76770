"""Up to four places side by side, in words first."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from homeground_web.places.models import Area

pytestmark = pytest.mark.django_db


def page(client: Client, *codes: str) -> str:
    answered = client.get("/compare", {"place": list(codes)})
    assert answered.status_code == 200
    return answered.content.decode()


def names(*codes: str) -> list[str]:
    return [Area.objects.get(node="ward21", code=code).name for code in codes]


def test_two_places_stand_side_by_side_in_words(client: Client) -> None:
    """A sentence for each place, 'better than most' and the like, who is highest, and a chart."""
    html = page(client, "ZW022", "ZW001")
    for words in (
        *names("ZW022", "ZW001"),
        "better than most in",
        "worse than most",
        "Highest in",
        "They differ most in",
    ):
        assert words in html, words


def test_the_figures_are_those_of_each_place_s_own_file(client: Client) -> None:
    """Value and rank, figure by figure."""
    text = client.get("/compare.csv", {"place": ["ZW022", "ZW001"]}).content.decode()
    rows = {(row["area_code"], row["indicator"]): row for row in csv.DictReader(io.StringIO(text))}
    for code in ("ZW022", "ZW001"):
        figures = client.get(f"/places/{code}.json").json()["figures"]
        for figure in figures:
            row = rows[code, figure["indicator"]]
            assert (float(row["value"]), int(row["rank"])) == (figure["value"], figure["rank"])


def test_better_than_most_means_that_few_do_better(client: Client) -> None:
    """The words of a cell follow from its place among all areas."""
    records = client.get("/compare.json", {"place": ["ZW022"]}).json()["records"]
    judged = [row for row in records if row["higher_is"] in ("better", "worse")]
    better = sum(row["percentile"] <= 40 for row in judged)
    assert page(client, "ZW022").count("<br>better than most") == better


def test_a_fifth_place_is_left_out_and_told(client: Client) -> None:
    """The first four stay."""
    html = page(client, "ZW001", "ZW002", "ZW003", "ZW004", "ZW005")
    assert "You chose 5 places. Four can be compared" in html
    assert all(name in html for name in names("ZW001", "ZW002", "ZW003", "ZW004"))
    assert names("ZW005")[0] not in html


@pytest.mark.parametrize("code", ["E99999999", "<script>alert(1)</script>", "x" * 5000])
def test_a_code_that_nobody_knows_is_told(client: Client, code: str) -> None:
    """The other places are compared all the same."""
    html = page(client, "ZW001", code)
    assert "There is no place with the code" in html
    assert names("ZW001")[0] in html
    assert "<script>alert" not in html


def test_a_place_named_twice_counts_once(client: Client) -> None:
    """In small letters too."""
    assert "Choose another place" in page(client, "ZW001", "zw001")


def test_places_of_different_kinds_carry_a_word_of_care(client: Client) -> None:
    """Ranks among wards are not ranks among councils."""
    assert "areas of different kinds" in page(client, "ZW001", "ZA01")


def test_a_place_is_taken_out_by_a_link(client: Client) -> None:
    """Without a script."""
    assert 'href="/compare?place=ZW001"' in page(client, "ZW022", "ZW001")


def test_a_place_is_added_by_its_name_and_what_was_typed_stands_in_no_address(client: Client) -> None:
    """One place of that name: at once."""
    [name] = names("ZW001")
    answered = client.post("/compare/add", {"place": "ZW022", "q": "ZW001"})
    assert (answered.status_code, answered["Location"]) == (302, "/compare?place=ZW022&place=ZW001")
    told = client.post("/compare/add", {"place": "ZW022", "q": name})
    assert told.status_code in (200, 302)
    assert "ZW001" in (told.headers.get("Location") or told.content.decode())


def test_a_name_that_nobody_knows_is_told(client: Client) -> None:
    """And the places that were chosen stay."""
    html = client.post("/compare/add", {"place": "ZW022", "q": "Qqqqqq"}).content.decode()
    assert "We found no place of that name" in html
    assert names("ZW022")[0] in html


def test_nothing_chosen_says_what_to_do(client: Client) -> None:
    """A page for a person; a reason for a machine."""
    assert "Choose up to four places" in page(client)
    assert client.get("/compare.csv").status_code == 400


def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Four places ask as often as one."""
    with django_assert_max_num_queries(7):
        page(client, "ZW001", "ZW002", "ZL0001", "ZA01")


def test_the_page_of_a_place_and_the_explorer_lead_here(client: Client) -> None:
    """With the place already chosen."""
    assert 'href="/compare?place=ZW022"' in client.get("/places/ZW022").content.decode()
    assert 'action="/compare"' in client.get("/explore").content.decode()
