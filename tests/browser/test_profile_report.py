"""The report of a place in a real browser: without scripts, on a phone, in the dark, by keyboard, by axe's rules."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from homeground.journey.profile_report import write_profile
from tests.homeground.understand.told import a_profile, hostile

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=["plain", "hostile"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a report on this machine: of a made-up place, and of one with names that try to break out."""
    found = a_profile() if request.param == "plain" else hostile()
    page = tmp_path_factory.mktemp("page") / "place.html"
    write_profile(found, page, made_on=dt.date(2026, 3, 1), contact="the data team")
    return page.as_uri()


@pytest.fixture
def view(chromium: Any, request: pytest.FixtureRequest) -> Any:
    """Return a page of Chromium, with JavaScript off unless the test asks for it, and a list of what it asked for."""

    def open_at(
        address: str, *, width: int = 1200, scripts: bool = False, dark: bool = False, paper: bool = False
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            bypass_csp=False,
        )
        request.addfinalizer(context.close)
        page = context.new_page()
        page.asked = []
        page.on("request", lambda wanted: page.asked.append(wanted.url))
        if paper:
            page.emulate_media(media="print")
        page.goto(address)
        return page

    return open_at


def test_the_page_is_read_without_scripts_and_asks_for_nothing(view: Any, address: str) -> None:
    """With JavaScript off the whole page is there; the file itself is all that is asked for."""
    page = view(address)
    assert page.locator("h1").count() == 1
    assert page.locator("h2:visible").count() >= 6
    assert [url for url in page.asked if not url.startswith("data:")] == [address]


def test_a_name_that_looks_like_a_script_runs_nowhere(view: Any, address: str) -> None:
    """With JavaScript on, the title is still the title."""
    page = view(address, scripts=True)
    assert page.title() != "broken"
    assert page.locator("script").count() == 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1200])
def test_axe_finds_nothing_to_complain_about(view: Any, axe: str, address: str, width: int, dark: bool) -> None:
    """No violation of WCAG 2.2 AA or of good practice, with every part of the page opened."""
    page = view(address, scripts=True, width=width, dark=dark)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    page.evaluate(axe)
    found = page.evaluate("axe.run({resultTypes: ['violations', 'incomplete']})")
    told = [f"{one['id']}: {one['help']} {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
    assert told == []
    assert len(found["passes"]) > 10


@pytest.mark.parametrize("width", [320, 390, 640, 1200])
def test_nothing_makes_the_page_scroll_sideways(view: Any, address: str, width: int) -> None:
    """At 320 px (which is 1280 px at 400 %), with names of 300 letters and everything opened."""
    page = view(address, scripts=True, width=width)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        ".slice(0, 3).map(e => e.outerHTML.slice(0, 200))"
    )


def test_twice_the_text_size_still_fits(view: Any, address: str) -> None:
    """Letters at 200 % on a screen of 640 px: nothing is cut off at the side."""
    page = view(address, scripts=True, width=640)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_the_keyboard_reaches_every_link_and_every_part_that_opens(view: Any, address: str) -> None:
    """Tab goes to each link and summary in the order of the page, each can be seen, and Enter opens a part."""
    page = view(address, scripts=True)
    wanted = page.evaluate(
        "[...document.querySelectorAll('a[href], summary, [tabindex=\"0\"]')].filter(e => e.checkVisibility()).length"
    )
    seen = set()
    for _ in range(wanted + 2):
        page.keyboard.press("Tab")
        place = page.evaluate(
            "[...document.querySelectorAll('a[href], summary, [tabindex=\"0\"]')].indexOf(document.activeElement)"
        )
        if place >= 0:
            seen.add(place)
            box = page.evaluate("document.activeElement.getBoundingClientRect().toJSON()")
            assert box["width"] > 1
            assert box["height"] > 1
    assert len(seen) >= wanted
    closed = page.query_selector("details:not([open]) > summary")
    if closed is not None:
        closed.focus()
        page.keyboard.press("Enter")
        assert closed.evaluate("summary => summary.parentElement.open")


def test_parts_that_open_are_large_enough_for_a_thumb(view: Any, address: str) -> None:
    """At least 44 px high."""
    page = view(address, scripts=True, width=390)
    small = page.evaluate(
        "[...document.querySelectorAll('summary')].filter(e => e.getBoundingClientRect().height < 43.5).length"
    )
    assert small == 0


@pytest.mark.parametrize("width", [320, 1200])
def test_the_words_of_a_chart_stay_inside_it_and_apart(view: Any, address: str, width: int) -> None:
    """No label is cut at the side of the page, none lies on another, and all are as large as text."""
    page = view(address, scripts=True, width=width)
    told = page.evaluate(
        """[...document.querySelectorAll('svg.drawing')].flatMap(svg => {
          const boxes = [...svg.querySelectorAll('text')].map(t => [t.getBoundingClientRect(), t.textContent]);
          const cut = boxes.filter(([b]) => b.left < -1 || b.right > innerWidth + 1).map(([, t]) => 'cut: ' + t);
          const small = boxes.filter(([b]) => b.height < 14).map(([, t]) => 'small: ' + t);
          const over = boxes.flatMap(([a, t], i) => boxes.slice(i + 1)
            .filter(([b]) => a.left < b.right - 1 && b.left < a.right - 1)
            .filter(([b]) => a.top < b.bottom - 5 && b.top < a.bottom - 5)
            .map(([, u]) => 'over: ' + t + ' / ' + u));
          return [...cut, ...small, ...over];
        })"""
    )
    assert told == []


def test_on_paper_every_part_is_open_and_nothing_is_cut(view: Any, address: str, tmp_path: Path) -> None:
    """A4: the places inside closed parts are printed too."""
    page = view(address, scripts=True, paper=True, width=794)
    hidden = page.evaluate(
        "[...document.querySelectorAll('details > :not(summary)')]"
        ".filter(e => e.getBoundingClientRect().height === 0).length"
    )
    assert hidden == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 794
    assert len(page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)) > 5_000
