"""Where the figures of a page come from: every run that it shows, with sources, licences, date and command."""

from __future__ import annotations

import pytest
from django.test import Client

from homeground_web.places.models import Area, Load
from homeground_web.runs.models import Run
from homeground_web.understand.sources import sources_of

pytestmark = pytest.mark.django_db


def test_every_run_that_the_page_shows_is_named_with_its_sources(client: Client) -> None:
    """The list, life here, what was given, what is within reach: in the order of the page."""
    area = Area.objects.get(load__state=Load.State.CURRENT, node="ward21", code="ZW022")
    made = sources_of(area)
    assert [one["run"].kind for one in made] == ["list ward21", "profile ward21", "given ward21", "reach ward21"]
    page = client.get("/places/ZW022").content.decode()
    section = page[page.index('id="sources"') :]
    for one in made:
        assert one["sure"] in section
        assert one["run"].command in section
        assert all(source["title"] in section for source in one["run"].sources)
    assert "Licence: Invented for demonstration" in section
    assert f"with Homeground {made[0]['run'].library_version}" in section


def test_a_run_that_is_not_published_is_not_named() -> None:
    """What the public may not see is not told of."""
    area = Area.objects.get(load__state=Load.State.CURRENT, node="ward21", code="ZW022")
    Run.objects.filter(kind="given ward21").update(state=Run.State.WITHDRAWN)
    assert "given ward21" not in [one["run"].kind for one in sources_of(area)]


def test_the_panels_stand_in_the_order_of_the_page(client: Client) -> None:
    """How sure, life, given, within reach, places like it, sources, and the foot last."""
    page = client.get("/places/ZW022").content.decode()
    names = ("sure", "life", "given", "within-reach", "nearest", "sources", "foot-title")
    at = [page.index(f'id="{name}"') for name in names]
    assert at == sorted(at)
