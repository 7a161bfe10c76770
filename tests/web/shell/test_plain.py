"""How plain our own pages are, and the page that checks a text."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from homeground.plain import Reading, read
from tests.web.pages import KINDS, address_of, furnish

pytestmark = pytest.mark.django_db

OLDEST = 11
OPEN = [name for name, kind in KINDS.items() if kind.status == 200]
# What the official index, and so the group of places beside the list, is called.
CALLED_SO = {"deprivation", "deprived"}
_BLOCK = re.compile(r"</(p|li|h\d|td|th|dt|dd|label|caption|summary|figcaption|legend|a|button)>")
_FROM_DATA = re.compile(r'<(\w+)[^>]* lang="en"[^>]*>.*?</\1>', re.DOTALL)  # notes, files and commands, as they are
_TABLES = re.compile(r"<(table|svg|script|style|pre|code|select)\b.*?</\1>", re.DOTALL)


@pytest.fixture(scope="module")
def seen(django_db_setup: None, django_db_blocker: Any) -> dict[str, tuple[int, Reading]]:
    """Each page as somebody sees it who may, read once: its status, and what was found."""
    from homeground_web.people.models import User

    found = {}
    with django_db_blocker.unblock(), transaction.atomic():
        furnish()
        officer, anyone = Client(), Client()
        officer.force_login(
            User.objects.create_superuser("officer@example.org"), backend="django.contrib.auth.backends.ModelBackend"
        )
        for kind in OPEN:
            answer = (anyone if KINDS[kind].who == "anyone" else officer).get(address_of(KINDS[kind]))
            words = words_of(answer.content.decode()) if answer.status_code == 200 else ""
            found[kind] = (answer.status_code, read(words))
        transaction.set_rollback(True)
    return found


def words_of(page: str) -> str:
    """Return the words of a page's main part, a line for each sentence's block; tables and drawings left out."""
    main = page.split("<main", 1)[1].split("</main>", 1)[0].split(">", 1)[1]
    text = re.sub(r"<[^>]+>", " ", _BLOCK.sub("\n", _FROM_DATA.sub(" ", _TABLES.sub(" ", main))))
    lines = (" ".join(line.split()) for line in html.unescape(text).split("\n"))
    return "\n".join(line for line in lines if line)


@pytest.mark.parametrize("kind", OPEN)
def test_our_own_pages_can_be_read_at_eleven(seen: dict[str, tuple[int, Reading]], kind: str) -> None:
    """Reading age 11 at most; headings and links count as sentences, tables do not."""
    status, found = seen[kind]
    assert status == 200
    if found.age is not None:
        assert found.age <= OLDEST, [one.text for one in found.findings]


@pytest.mark.parametrize("kind", OPEN)
def test_our_own_pages_have_no_words_of_the_trade(seen: dict[str, tuple[int, Reading]], kind: str) -> None:
    """Each has a plainer one; what data sets call themselves is not ours to change."""
    status, found = seen[kind]
    assert status == 200
    assert {one.text.lower() for one in found.findings if one.kind == "word of the trade"} <= CALLED_SO


def test_a_text_is_read_and_not_kept(client: Client) -> None:
    """The age, the plain word, the long sentence; the words are marked."""
    text = "We will utilise the transport corridor. " + "It is a long way to go for all of us here today. " * 3
    page = client.post("/plain-words", {"text": text}).content.decode()
    assert "<mark>utilise</mark> (use)" in page
    assert "road" in page
    assert client.post("/plain-words", {"text": text}).headers["Cache-Control"].startswith("max-age=0")


@pytest.mark.parametrize("text", ["", " \n ", "a" * 50_001])
def test_nothing_and_too_much_are_told(client: Client, text: str) -> None:
    """With what to do."""
    answer = client.post("/plain-words", {"text": text})
    assert answer.status_code == 400
    assert "There is a problem" in answer.content.decode()


def test_a_hostile_text_comes_back_as_words(client: Client) -> None:
    """Nothing of it is taken for HTML."""
    page = client.post("/plain-words", {"text": "<script>alert(1)</script> utilise \u202e"}).content.decode()
    assert "<script>alert" not in page
