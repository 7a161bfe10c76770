"""Words about a place in other languages: put by people, the original a click away."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from homeground_web.audit.models import Entry
from homeground_web.places.models import Place

pytestmark = pytest.mark.django_db

WELSH = {"Accept-Language": "cy"}


@pytest.fixture
def page(place: Place) -> str:
    """The page of a place that has words about it."""
    Place.objects.filter(pk=place.pk).update(about="There is a green.")
    return reverse("our", kwargs={"slug": place.slug})


def put(client: Client, page: str, text: str, language: str = "cy") -> int:
    """Put the words into another language; return how it was answered."""
    return client.post(f"{page}/in/{language}", {"about": text}).status_code


def test_a_reader_gets_the_words_in_their_language_and_the_original_a_click_away(
    member: Callable[..., Client], client: Client, place: Place, page: str
) -> None:
    """Said to be by a person; English readers see the original."""
    assert put(member("ambassador", place=place), page, "Mae yna faes glas.") == 302
    welsh = client.get(page, headers=WELSH).content.decode()
    assert "Mae yna faes glas." in welsh
    assert 'lang="cy"' in welsh
    assert f"{page}?original=yes" in welsh
    assert "There is a green." in client.get(f"{page}?original=yes", headers=WELSH).content.decode()
    assert "There is a green." in client.get(page).content.decode()


def test_without_a_translation_the_original_is_marked_with_its_language(client: Client, page: str) -> None:
    """So that it is read out rightly."""
    welsh = client.get(page, headers=WELSH).content.decode()
    assert '<p class="govuk-body hg-written" lang="en-gb" dir="auto">There is a green.' in welsh


def test_a_translation_of_older_words_says_so(
    member: Callable[..., Client], client: Client, place: Place, page: str
) -> None:
    """To readers and to those who can mend it."""
    ambassador = member("ambassador", place=place)
    put(ambassador, page, "Mae yna faes glas.")
    Place.objects.filter(pk=place.pk).update(about="There was a green.")
    assert "look at Cymraeg" in ambassador.get(page).content.decode()
    from django.utils.translation import override

    with override("cy"):
        from django.utils.translation import gettext

        said = gettext("The original has changed since.")
    assert said in client.get(page, headers=WELSH).content.decode()


def test_who_may_not_cannot_and_the_log_keeps_no_words(
    member: Callable[..., Client], client: Client, place: Place, page: str
) -> None:
    """A stranger signs in first, a funder is told no; the log keeps the language alone."""
    assert client.post(f"{page}/in/cy", {"about": "x"}).url.startswith("/accounts/login/")
    assert put(member("funder", place=place, email="f@example.org"), page, "x") == 403
    assert put(member("chair", place=place, email="c@example.org"), page, "Mae yna faes glas.") == 302
    entry = Entry.objects.get(verb="translated")
    assert entry.after == {"language": "cy"}
    assert "glas" not in json.dumps([entry.before, entry.after])


@pytest.mark.parametrize(("language", "text", "status"), [("en-gb", "x", 404), ("xx", "x", 404), ("cy", " ", 400)])
def test_nonsense_is_refused(
    member: Callable[..., Client], place: Place, page: str, language: str, text: str, status: int
) -> None:
    """The language of the original, one that nobody knows, no words."""
    assert put(member("chair", place=place), page, text, language) == status
    assert not place.texts.exists()
