"""The report of a place in a real browser: without scripts, on a phone, in the dark, by keyboard, by axe's rules."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from homeground.journey.profile_report import write_profile
from tests.browser.report_rules import ReportRules
from tests.homeground.understand.told import a_profile, hostile

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=["plain", "hostile"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a report on this machine: of a made-up place, and of one with names that try to break out."""
    found = a_profile() if request.param == "plain" else hostile()
    page = tmp_path_factory.mktemp("page") / "place.html"
    write_profile(found, page, made_on=dt.date(2026, 3, 1), contact="the data team")
    return page.as_uri()


class TestRules(ReportRules):
    """As for every such page."""


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
