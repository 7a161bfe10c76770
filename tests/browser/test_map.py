"""The map in a real browser, under the site's own strict rules: it draws, names a place, and leads to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_WIDE, _PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
_LONG = 60_000  # milliseconds: without a graphics card a map takes its time
_DRAWN = "[data-map][data-drawn]"


@pytest.fixture(scope="module")
def served(shown_site: Site) -> Iterator[str]:
    """The address of a site that shows the invented district."""
    with shown_site.served("--processes", "1", "--no-worker") as address:
        yield address


@pytest.fixture
def page(chromium: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page that keeps to the site's rules, with all that it asks for and complains of."""
    context = chromium.new_context(**getattr(request, "param", {"viewport": _WIDE}))
    made = context.new_page()
    made.asked, made.told = [], []
    made.on("request", lambda asked: made.asked.append(asked.url))
    made.on("console", lambda message: made.told.append(message.text) if message.type == "error" else None)
    made.on("pageerror", lambda error: made.told.append(str(error)))
    yield made
    context.close()


def test_the_map_draws_and_asks_nobody_else(page: Any, served: str) -> None:
    """Tiles come in parts, nothing from another host, nothing that the rules forbid."""
    page.goto(served + "/explore")
    page.locator("[data-canvas]").scroll_into_view_if_needed()
    page.wait_for_selector(_DRAWN, timeout=_LONG)
    assert page.told == []
    assert [url for url in page.asked if not url.startswith((served, "data:", "blob:"))] == []
    assert any(url.endswith(".pmtiles") for url in page.asked)


def test_a_place_on_the_map_leads_to_its_page(page: Any, served: str) -> None:
    """Its name is said first; then its page opens."""
    page.goto(served + "/explore?area=ward21&council=ZA01")
    canvas = page.locator("[data-canvas]")
    canvas.scroll_into_view_if_needed()
    page.wait_for_selector(_DRAWN, timeout=_LONG)
    page.wait_for_timeout(1500)
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5
    page.mouse.move(x, y)
    page.mouse.move(x + 3, y + 3)
    page.wait_for_function("!document.querySelector('[data-said]').textContent.startsWith('Point at')", timeout=_LONG)
    name = page.locator("[data-said]").inner_text()
    page.mouse.click(x + 3, y + 3)
    page.wait_for_url(re.compile(r"/places/ZW\d+"), timeout=_LONG)
    assert page.locator("h1").inner_text() == name


@pytest.mark.parametrize("page", [{"viewport": _PHONE}], indirect=True)
def test_a_phone_fetches_no_map_before_it_is_asked_for(page: Any, served: str) -> None:
    """A megabyte is money: a button stands there, and the map comes when it is pressed."""
    page.goto(served + "/explore?area=ward21")
    button = page.locator("[data-show]")
    button.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    assert not [url for url in page.asked if "map.js" in url or ".pmtiles" in url]
    button.click()
    page.wait_for_selector(_DRAWN, timeout=_LONG)
    assert any("map.js" in url for url in page.asked)


@pytest.mark.parametrize("page", [{"viewport": _WIDE, "java_script_enabled": False}], indirect=True)
def test_without_a_script_the_table_stands_alone(page: Any, served: str) -> None:
    """No empty box where a map would be; the form and the headings still work."""
    page.goto(served + "/explore?area=ward21")
    assert not page.locator("[data-map]").is_visible()
    page.select_option("#group", "left-behind")
    page.get_by_role("button", name="Show these places").click()
    assert "wards fit what you ask for" in page.locator("main").inner_text()
    page.get_by_role("link", name="People", exact=True).click()
    assert page.locator("th[aria-sort]").count() == 1
