"""Neighbourhoods of one's own: made of areas or an outline, worked out, changed, and their stages and log."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from homeground_web.audit.models import Entry
from homeground_web.people.models import Membership, Phase
from homeground_web.places import queries
from homeground_web.places.models import Area, Place
from homeground_web.shell.models import Feedback

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(member: Callable[..., Client]) -> Client:
    """Somebody from the council, for the whole site."""
    return member("council_officer", email="officer@example.org")


def begin(client: Client, capture: Any, **told: Any) -> Any:
    """Begin a new place; wait for its job."""
    with capture(execute=True):
        return client.post(reverse("our-new"), {"name": "Our patch", **told})


def at(view: str, place: Place) -> str:
    """Return the address of a page of a place."""
    return reverse(view, kwargs={"slug": place.slug})


def test_a_place_of_two_wards_has_their_people_and_its_own_figures(
    officer: Client, django_capture_on_commit_callbacks: Any
) -> None:
    """By name or by code; whoever made it looks after it; its page tells what life is like."""
    begin(officer, django_capture_on_commit_callbacks, areas="Sturbeck Farm\nZW022")
    place = Place.objects.get()
    areas = Area.objects.filter(load=queries.current(), code__in=["ZW088", "ZW022"], node="ward21")
    assert place.population == pytest.approx(sum(area.population or 0 for area in areas))
    assert (place.made, place.estimated_share, place.outline is not None) == ("union", 0.0, True)
    assert Membership.objects.filter(place=place, role="liaison_officer").count() == 1
    page = officer.get(at("our", place)).content.decode()
    assert "Sturbeck Farm" in page
    assert "Life here" in page


def test_a_drawn_place_takes_a_share_of_the_areas_it_cuts(
    officer: Client, district_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    """What is an estimate is told."""
    drawn = (district_folder / "invented-outline.geojson").read_bytes()
    begin(officer, django_capture_on_commit_callbacks, outline=SimpleUploadedFile("drawn.geojson", drawn))
    place = Place.objects.get()
    assert place.made == "drawn"
    assert 0 < place.estimated_share < 1
    shares = list(place.parts.values_list("share", flat=True))
    assert any(0 < share < 1 for share in shares)
    assert "an estimate" in officer.get(at("our", place)).content.decode()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"areas": ""}, "one of the two"),
        ({"areas": "Nowhere at all"}, "no area we know"),
        ({"areas": "ZW022\nZL0001"}, "of one kind"),
        ({"outline": SimpleUploadedFile("x.geojson", b"not json")}, "not GeoJSON"),
        ({"outline": SimpleUploadedFile("x.geojson", b"[" * 5000)}, "not GeoJSON"),
        ({"outline": SimpleUploadedFile("x.geojson", b"[1]")}, "not GeoJSON"),
        ({"areas": "ZW022", "name": ""}, "required"),
    ],
)
def test_a_place_that_cannot_be_is_refused(officer: Client, told: dict[str, Any], said: str) -> None:
    """With what to do; nothing is made."""
    answer = officer.post(reverse("our-new"), {"name": "Our patch", **told})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Place.objects.exists()


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "Point", "coordinates": [-32.6, 54.0]},
        {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Nonsense"},
    ],
)
def test_an_outline_without_a_place_in_it_says_so(
    officer: Client, shape: dict[str, Any], django_capture_on_commit_callbacks: Any
) -> None:
    """A point, the wrong end of the world, nothing: the job's page tells, and how to try again."""
    told = json.dumps({"type": "Feature", "properties": {}, "geometry": shape}).encode()
    put = begin(officer, django_capture_on_commit_callbacks, outline=SimpleUploadedFile("x.geojson", told))
    page = officer.get(put.url).content.decode()
    assert "It did not work" in page
    assert "Error:" not in page  # words, not the name of an exception


def test_a_place_is_seen_by_all_only_when_it_is_public(
    officer: Client, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    """Before that by its own people alone."""
    begin(officer, django_capture_on_commit_callbacks, areas="ZW022")
    place = Place.objects.get()
    assert client.get(at("our", place)).status_code == 404
    officer.post(at("our-edit", place), {"name": "Our patch", "is_public": "on"})
    assert client.get(at("our", place)).status_code == 200
    assert "Our patch" in client.get(reverse("ours")).content.decode()


def test_what_a_page_says_is_changed_and_the_log_keeps_no_contact(member: Callable[..., Client], place: Place) -> None:
    """The contact stands on the page; the log only says that it changed."""
    chair = member("chair", place=place)
    told = {
        "name": "Our patch", "about": "There is a green.", "languages": "English, Polish",
        "contact_name": "Pat Example", "contact_email": "pat@example.org", "partners": "The Hall; meals on Mondays; https://example.org/hall",
        "is_public": "on",
    }  # fmt: skip
    assert chair.post(at("our-edit", place), told).status_code == 302
    page = chair.get(at("our", place)).content.decode()
    assert all(words in page for words in ("Pat Example", "There is a green.", "Polish", "meals on Mondays"))
    entry = Entry.objects.get(verb="changed")
    assert set(entry.after["fields"]) == {
        "about", "languages", "contact_name", "contact_email", "partners",
    }  # fmt: skip
    assert "Pat" not in json.dumps([entry.before, entry.after])


def test_a_partner_with_a_wrong_address_is_told(member: Callable[..., Client], place: Place) -> None:
    """No script gets into a link."""
    chair = member("chair", place=place)
    answer = chair.post(at("our-edit", place), {"name": "Our patch", "partners": "X; y; javascript:alert(1)"})
    assert answer.status_code == 400
    assert not place.partners.exists()


def test_words_are_checked_while_writing_and_nothing_is_saved(member: Callable[..., Client], place: Place) -> None:
    """The plain word stands beside."""
    chair = member("chair", place=place)
    told = {"name": "Our patch", "about": "We utilise the hall.", "wish": "check"}
    assert "say “use”" in chair.post(at("our-edit", place), told).content.decode()
    place.refresh_from_db()
    assert place.about == ""


def test_stages_open_and_close(member: Callable[..., Client], place: Place) -> None:
    """From a day to a day, and at once; each in the log."""
    chair = member("chair", place=place)
    today = date.today()  # noqa: DTZ011  a day, as somebody types it
    assert (
        chair.post(at("our-stages", place), {"wish": "open", "stage": "listen", "opens": str(today)}).status_code == 302
    )
    assert "Open now" in chair.get(at("our-stages", place)).content.decode()
    chair.post(at("our-stages", place), {"wish": "close", "phase": Phase.objects.get().pk})
    assert "Closed." in chair.get(at("our-stages", place)).content.decode()
    wrong = {"wish": "open", "stage": "plan", "opens": str(today), "closes": str(today - timedelta(days=1))}
    assert chair.post(at("our-stages", place), wrong).status_code == 400
    verbs = list(Entry.objects.filter(place_id=place.pk).order_by("id").values_list("verb", flat=True))
    assert verbs == ["opened a stage", "closed a stage"]


def test_the_log_is_read_by_the_board_and_taken_away_as_csv(
    member: Callable[..., Client], client: Client, place: Place
) -> None:
    """By the board, not by residents nor by strangers."""
    chair = member("chair", place=place, email="chair@example.org")
    chair.post(at("our-edit", place), {"name": "=HYPERLINK(1)", "is_public": "on"})
    board = member("board_member", place=place, email="board@example.org")
    page = board.get(at("our-log", place)).content.decode()
    assert "fields: name" in page
    whole = b"".join(board.get(at("our-log-csv", place))).decode().splitlines()  # type: ignore[arg-type]
    assert whole[0] == "when,who,what,to,before,after"
    assert len(whole) == 2
    assert member("resident", place=place, email="r@example.org").get(at("our-log", place)).status_code == 403
    assert client.get(at("our-log", place)).status_code == 302


def test_the_log_asks_the_database_little(
    member: Callable[..., Client], place: Place, django_assert_max_num_queries: Any
) -> None:
    """However long it is."""
    from homeground_web.audit import log

    chair = member("chair", place=place)
    for number in range(60):
        log.write("tried", place, user=chair.user, place_id=place.pk, after={"n": number})  # type: ignore[attr-defined]
    with django_assert_max_num_queries(12):
        assert chair.get(at("our-log", place)).status_code == 200


def test_readers_words_reach_the_board_and_are_answered(
    member: Callable[..., Client], client: Client, place: Place
) -> None:
    """About the place's page and its areas' pages, not about others."""
    for page in ("/places/ZW022", "/our/our-patch", "/places/ZW088"):
        client.post(reverse("feedback"), {"page": page, "text": f"About {page}"})
    board = member("board_member", place=place)
    told = board.get(at("our-feedback", place)).content.decode()
    assert "About /places/ZW022" in told
    assert "About /our/our-patch" in told
    assert "About /places/ZW088" not in told
    said = Feedback.objects.get(page="/places/ZW022")
    board.post(at("our-feedback", place), {"feedback": said.pk, "answer": "We asked the council."})
    assert "We asked the council." in board.get(at("our-feedback", place)).content.decode()
    other = Feedback.objects.get(page="/places/ZW088")
    assert board.post(at("our-feedback", place), {"feedback": other.pk, "answer": "x"}).status_code == 404
