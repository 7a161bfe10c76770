"""Why a place is on the list or not, and what would change that, on the page of the place."""

from __future__ import annotations

import html

import pytest
from django.test import Client

from homeground.journey.certainty import explain_place, preset_list
from homeground_web.find import queries
from homeground_web.places.models import Area, Load
from homeground_web.runs.models import Run

pytestmark = pytest.mark.django_db
_ASKED = "Why, and what would change that"


def _page(client: Client, code: str) -> str:
    return html.unescape(client.get(f"/places/{code}").content.decode())


def _wards() -> list[Area]:
    return list(Area.objects.filter(load__state=Load.State.CURRENT, node="ward21", probability__isnull=False))


def test_a_place_on_the_list_is_told_what_the_library_says(client: Client) -> None:
    """Every sentence but the first, which says where it stands: the page says that itself."""
    load = Load.objects.get(state=Load.State.CURRENT)
    preset = next(name for name in load.plan["presets"] if "ward" in name)
    ready = preset_list(f"{load.folder}/{preset}", data=load.folder)
    ward = next(area for area in _wards() if area.group == "left-behind")
    said = explain_place(ready, ward.code).sentences[1:]
    page = _page(client, ward.code)
    assert _ASKED in page
    assert len(said) >= 4
    assert all(f"<li>{sentence}</li>" in page for sentence in said)


def test_every_place_on_the_list_or_now_and_then_on_it_is_told(client: Client) -> None:
    """And no other: what is far from the list would need to become another place."""
    run = Run.objects.get(load__state=Load.State.CURRENT, kind="list ward21")
    close = {area.code for area in _wards() if area.group == "left-behind" or (area.probability or 0) >= 0.05}
    assert {area.code for area in _wards() if queries.why(run, area.code)} == close
    far = next(area.code for area in _wards() if area.code not in close)
    assert _ASKED not in _page(client, far)
