"""What every answer forbids a browser, and what strangers may not make our pages do."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.web.conftest import WARD

PAGES = ["/", f"/places/{WARD}", "/feedback", "/no-such-page"]
_FETCHED = re.compile(rb"""<(?:script|link|img|iframe|source|form)\b[^>]*\b(?:src|href|action)=["'](?:https?:)?//""")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_lets_only_this_site_give_scripts_and_styles(client: Client, page: str) -> None:
    """By its policy, without a hole for inline ones."""
    policy = client.get(page).headers["Content-Security-Policy"]
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} <= set(policy.split("; "))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ],
)
def test_every_page_carries_the_security_headers(client: Client, page: str, header: str, says: str) -> None:
    """Of each kind of page."""
    assert client.get(page).headers[header] == says


@pytest.mark.parametrize("page", PAGES)
def test_no_page_fetches_anything_from_another_host(client: Client, page: str) -> None:
    """No picture, font, style or script."""
    assert not _FETCHED.search(client.get(page).content)


def test_a_form_sent_from_elsewhere_is_refused(db: None) -> None:
    """Without the token that our own page gave."""
    answer = Client(enforce_csrf_checks=True).post("/feedback", {"page": "/", "text": "Hello"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)", "/\\example.org"]
)
def test_a_choice_of_language_never_leads_to_another_site(client: Client, elsewhere: str) -> None:
    """Whatever stands behind next."""
    assert client.get("/language/cy", {"next": elsewhere}).headers["Location"] == "/"


@pytest.mark.parametrize(
    "address", ["/?q=%00", "/places/%00", "/compare?place=ZW001&place=%00", "/explore?people_to=%00", "/explore?%00=1"]
)
def test_an_address_with_a_nul_is_refused_in_words(client: Client, address: str) -> None:
    """No text holds one, and not every database can be asked for one."""
    answered = client.get(address)
    assert answered.status_code == 400
    assert "We did not understand that" in answered.content.decode()


def test_a_form_with_a_nul_is_refused_in_words(client: Client) -> None:
    """On any page that takes forms."""
    answered = client.post("/compare", {"place": "ZW001\x00", "q": "Sturbeck"})
    assert answered.status_code == 400
    assert "Nothing was kept" in answered.content.decode()
