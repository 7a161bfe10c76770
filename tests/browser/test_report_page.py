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
