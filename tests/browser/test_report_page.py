"""The report in a real browser: without scripts, on a small phone, in the dark, by keyboard, and by axe's rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import shapely

from homeground.find.report import About, Absent, Download, Reruns, render_report
from homeground.find.reporting.listing import Terms
from homeground.find.rules import Rule
from homeground.provenance import Note, Source
from tests.browser.report_rules import ReportRules

pytestmark = pytest.mark.browser

_HARD = [
    "<script>document.title = 'broken'</script>",
    "a" * 300,
    "\u202egnirts desrever",
    "مدينة صغيرة",
    "Quotes \" and ' and & <b>",
]


def _district(n: int = 120) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return a list of invented places, every fifth on it; how sure; and their boundaries."""
    codes = [f"Z{number:08}" for number in range(n)]
    names = [
        _HARD[number // 5] if number % 5 == 0 and number // 5 < len(_HARD) else f"Place {number}" for number in range(n)
    ]
    cohort = pl.DataFrame(
        {
            "area_code": codes,
            "area_name": names,
            "deprivation_rank": [float(number + 1) if number != 7 else None for number in range(n)],
            "need_rank": [float(number + 1) for number in range(n)],
            "selected": [number % 5 == 0 for number in range(n)],
            "cohort": [
                "left behind" if number % 5 == 0 else "other deprived" if number < 20 else "rest" for number in range(n)
            ],
            "reason": ["no deprivation rank" if number == 7 else None for number in range(n)],
            "larger_area_name": [f"{chr(65 + number % 26)}-shire" if number else _HARD[1] for number in range(n)],
            "population": [1_500] * n,
        }
    )
    certainty = pl.DataFrame(
        {
            "area_code": codes,
            "probability": [1 - (number % 50) / 60 if number % 5 == 0 else 0.4 - number / 400 for number in range(n)],
            "probability_weights": [0.9] * n,
            "probability_threshold": [0.9] * n,
        }
    )
    boxes = [shapely.box(number % 12, 50 + number // 12, number % 12 + 1, 51 + number // 12).wkb for number in range(n)]
    return cohort, certainty, pl.DataFrame({"area_code": codes, "geometry": boxes})


@pytest.fixture(scope="module", params=["full", "bare", "empty"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a page on this machine: with everything, with as little as can be, and about an empty list."""
    cohort, certainty, boundaries = _district()
    if request.param == "full":
        text = render_report(
            cohort,
            about=About(
                _HARD[0], command="homeground find report --out " + "x" * 200, invented=True, cautions=("Ask.",)
            ),
            terms=Terms.of("ward", 2017, where="nowhere", n_deprivation=120, n_need=120, rule=Rule()),
            certainty=certainty,
            reruns=Reruns(200, 0, ("weights", "threshold"), (20, 30)),
            boundaries=boundaries,
            notes=[Note("A note.", areas=tuple(cohort["area_code"]), kind="missing"), Note("Another.")],
            sources=[
                Source("a", "Index A", "A publisher", "2025", "A licence", "https://example.org/", "a.csv", "f" * 64)
            ],
            downloads=[Download("report.csv", "CSV", 1_200_000, "all")],
            absent=[Absent("GeoPackage", "an extra is missing", "Type: pip install 'homeground[geo]'")],
        )
    elif request.param == "bare":
        text = render_report(cohort.select("area_code", "selected"), about=About("Codes only"))
    else:
        text = render_report(
            cohort.with_columns(selected=pl.lit(value=False)), about=About("None"), boundaries=boundaries
        )
    page = tmp_path_factory.mktemp("page") / "report.html"
    page.write_text(text, encoding="utf-8")
    return page.as_uri()


class TestRules(ReportRules):
    """As for every such page."""


def test_links_and_parts_that_open_are_large_enough_for_a_thumb(view: Any, address: str) -> None:
    """At least 24 px high everywhere, and 44 px for parts that open and the letters of the alphabet."""
    page = view(address, scripts=True, width=390)
    small = page.evaluate(
        "[...document.querySelectorAll('summary, .letters a')].filter(e => e.checkVisibility())"
        ".filter(e => e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 100))"
    )
    assert small == []


def test_on_paper_every_part_is_open_and_nothing_is_cut(view: Any, address: str, tmp_path: Path) -> None:
    """A4: the places inside closed parts are printed too."""
    page = view(address, scripts=True, paper=True, width=794)
    hidden = page.evaluate(
        "[...document.querySelectorAll('details > :not(summary)')].filter(e => !e.classList.contains('mini'))"
        ".filter(e => e.getBoundingClientRect().height === 0).length"
    )
    assert hidden == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 794
    assert len(page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)) > 5_000
