"""Where a visitor asks from, with and without proxies before the site."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from homeground_web.people.addresses import address_of

CLAIMED = "198.51.100.9, 203.0.113.7"


def test_without_proxies_nobody_is_believed(settings: Any) -> None:
    """Whatever address a visitor claims."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert address_of(RequestFactory().get("/", headers={"X-Forwarded-For": CLAIMED})) == "127.0.0.1"


@pytest.mark.parametrize(("proxies", "address"), [(1, "203.0.113.7"), (2, "198.51.100.9")])
def test_as_many_proxies_are_believed_as_there_are(settings: Any, proxies: int, address: str) -> None:
    """And no claim beyond them."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    assert address_of(RequestFactory().get("/", headers={"X-Forwarded-For": CLAIMED})) == address


def test_a_request_from_nowhere_has_none() -> None:
    """As Django's own commands and tests make them."""
    assert address_of(HttpRequest()) is None
