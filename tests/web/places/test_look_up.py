"""Looking a place up: by postcode, by name, by a name that is nearly right, by a spot."""

from __future__ import annotations

import pytest
from django.test import Client

from homeground_web.places import queries
from homeground_web.places.loading import fold
from homeground_web.places.models import Area, Postcode

pytestmark = pytest.mark.django_db


def test_a_postcode_leads_to_the_ward_it_lies_in_however_it_is_typed(client: Client) -> None:
    """Small letters, blanks and none: the same ward."""
    for typed in ("XQ1 1AA", "xq11aa", " xq1  1aa "):
        answer = client.post("/look-up", {"q": typed})
        assert (answer.status_code, answer["Location"]) == (302, "/places/ZW001")


def test_a_postcode_is_kept_nowhere(client: Client) -> None:
    """Neither in a cookie nor in the address one is led to."""
    assert 'action="/look-up" method="post"' in client.get("/").content.decode()
    answer = client.post("/look-up", {"q": "XQ1 1AA"})
    assert not answer.cookies
    assert "XQ1" not in answer["Location"]
    assert "no-store" in answer["Cache-Control"]


def test_a_name_leads_to_its_place_or_to_a_choice(client: Client) -> None:
    """The whole name stands first, and the kind that residents know before the small areas."""
    areas = queries.search(queries.current(), "Sandgrove").areas  # type: ignore[arg-type]
    assert areas[0].name == "Sandgrove"
    assert areas[0].kind == "ward"
    assert "Which place do you mean?" in client.get("/look-up", {"q": "sandgrove"}).content.decode()


def test_a_name_that_is_nearly_right_finds_what_is_close(client: Client) -> None:
    """A letter too few or wrong is no hindrance, and the page says that it guessed."""
    page = client.get("/look-up", {"q": "Sangrove"}).content.decode()
    assert "These are close" in page
    assert "Sandgrove" in page


@pytest.mark.parametrize("typed", ["zzzzzzzz", "%", "'; drop table", "\N{ARABIC LETTER ALEF}" * 5, "x" * 5000])
def test_what_is_not_there_is_said_without_fault(client: Client, typed: str) -> None:
    """Whatever is typed gets a page that says what to try."""
    answer = client.get("/look-up", {"q": typed})
    assert answer.status_code == 404
    assert "We found no such place" in answer.content.decode()


def test_an_unknown_postcode_is_told_as_such(client: Client) -> None:
    """It is not repeated on the page."""
    page = client.get("/look-up", {"q": "ZZ99 9ZZ"}).content.decode()
    assert "We do not know that postcode" in page
    assert "ZZ99" not in page


def test_a_spot_leads_to_the_place_around_it(client: Client) -> None:
    """The middle of a ward leads to that ward."""
    ward = Area.objects.get(code="ZW022")
    answer = client.get("/near-me", {"lat": f"{ward.lat:.3f}", "lon": f"{ward.lon:.3f}"})
    assert answer["Location"] == "/places/ZW022"


@pytest.mark.parametrize("spot", [{}, {"lat": "x", "lon": "1"}, {"lat": "nan", "lon": "1"}, {"lat": "91", "lon": "0"}])
def test_a_spot_that_is_none_is_refused_in_words(client: Client, spot: dict[str, str]) -> None:
    """And the person is told what else to do."""
    answer = client.get("/near-me", spot)
    assert answer.status_code == 400
    assert "Type the name of your place" in answer.content.decode()


def test_names_are_folded_as_people_type_them() -> None:
    """Accents, signs and blanks do not count."""
    assert fold("  St. Mary's & Ynys-Môn ") == "st marys and ynys mon"


def test_every_postcode_of_the_file_is_there() -> None:
    """Those in use, each once."""
    assert Postcode.objects.count() == queries.current().summary["postcodes"] > 1000  # type: ignore[union-attr]
