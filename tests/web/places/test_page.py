"""The page of a place: what somebody with an old phone reads."""

from __future__ import annotations

import gzip

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from homeground_web.places.models import Area

pytestmark = pytest.mark.django_db


def test_the_page_says_what_matters_in_words(client: Client) -> None:
    """Name, people, three sentences, how sure, themes, places like it, where to say that something is wrong."""
    area = Area.objects.filter(node="ward21", probability__gt=0.05, probability__lt=0.95)[0]
    page = client.get(f"/places/{area.code}").content.decode()
    for words in (
        area.name, "people live here", "things that matter", "How sure are we?", "times in 100", "Work and money",
        "Show the numbers", "Places like this one", "Something wrong?", "Last updated on",
    ):  # fmt: skip
        assert words in page, words
    assert "Invented" in page


def test_an_unknown_code_is_no_page(client: Client) -> None:
    """404, in words."""
    answer = client.get("/places/E99999999")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


@pytest.mark.parametrize("code", ["ZW022", "ZL0001", "ZA01"])
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, code: str
) -> None:
    """A page asks the database a dozen times or so, whatever the place."""
    with django_assert_max_num_queries(20):
        assert client.get(f"/places/{code}").status_code == 200


def test_a_page_that_was_made_is_given_again_without_asking_the_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """And somebody who has it already gets only 'nothing changed'."""
    first = client.get("/places/ZW022")
    with django_assert_num_queries(0):
        second = client.get("/places/ZW022")
    assert second.content == first.content
    assert client.get("/places/ZW022", headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_the_first_page_asks_the_database_little(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Eight questions at most, however many places there are."""
    with django_assert_max_num_queries(8):
        assert client.get("/").status_code == 200


def test_a_kept_page_is_the_same_packed_or_not(client: Client) -> None:
    """Its length is that of the bytes that are sent, and either tag is known again."""
    plain = client.get("/places/ZW022")
    packed = client.get("/places/ZW022", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.content) == plain.content
    assert packed["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain
    assert int(packed["Content-Length"]) == len(packed.content) < len(plain.content) == int(plain["Content-Length"])
    for first in (plain, packed):
        again = client.get("/places/ZW022", headers={"If-None-Match": first["ETag"], "Accept-Encoding": "gzip"})
        assert again.status_code == 304
