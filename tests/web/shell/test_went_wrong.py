"""The page that says we failed must be there when everything else is not."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from homeground_web.shell import freshness, views


def test_the_page_that_says_we_failed_needs_no_database() -> None:
    """Which may be what failed."""
    # Without the `db` fixture any look into the database is an error.
    response = views.went_wrong(RequestFactory().get("/"))
    assert response.status_code == 500
    assert b"Something went wrong on our side" in response.content


@pytest.mark.parametrize("invented", [True, False])
def test_the_page_that_says_we_failed_repeats_what_was_last_known(
    invented: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the data are invented."""
    monkeypatch.setitem(freshness._seen, "invented", invented)
    response = views.went_wrong(RequestFactory().get("/"))
    assert (b"No place on these pages is real" in response.content) is invented
