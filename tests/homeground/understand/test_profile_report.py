"""The report of a place: what it says, in which order, and that no name breaks out of it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import polars as pl
import pytest

from homeground.document.as_html import to_html
from homeground.document.as_typst import to_typst
from homeground.document.tree import Callout, Chart, Document, Section, drawings, words
from homeground.understand.profile_report import draft
from homeground.understand.reporting.picking import charted
from tests.homeground.understand.told import HOSTILE, a_profile, hostile

DAY = dt.date(2026, 3, 1)


def said(document: Document) -> str:
    """Everything the document says as one text."""
    return "\n".join(words(document))


def test_the_report_says_everything_a_resident_is_owed() -> None:
    """Name, people, authority, headlines, list, themes, gaps, likeness, parts, sources, whom to tell, and when."""
    text = said(draft(a_profile(), made_on=DAY, contact="the data team"))
    for piece in (
        "Sandhaven", "A ward in Exshire. About 2,000 people live here.", "It has a hall.", "'left behind'",
        "Health", "Work and money", "Hidden to protect people.", "Missing.", "Moorend", "25% of its people",
        "Office of Examples", "may not be passed on", "Tell the data team.", "Made on 1 March 2026",
        "1 area has no people.",
    ):  # fmt: skip
        assert piece in text, piece


def test_every_figure_has_its_sentence() -> None:
    """Whether it has a chart or not, and whether it is known or not."""
    found = a_profile()
    text = said(draft(found))
    for row in found.table.iter_rows(named=True):
        assert row["sentence"].removeprefix(f"{row['title']}: ")[1:] in text


def test_missing_hidden_and_zero_look_different() -> None:
    """Three cells of the table of numbers, three words."""
    numbers = [
        section
        for part in draft(a_profile()).sections
        for section in part.sections
        if section.title == "Health: the numbers"
    ]
    here = {row[0]: row[2] for row in numbers[0].blocks[0].rows}
    assert (here["Nobody ill"], here["Rare illness"], here["Old illness"]) == (
        "0%",
        "hidden to protect people",
        "no figure",
    )


def test_a_refused_comparison_gives_its_reason() -> None:
    """Where editions may not be compared, no line is drawn and the reason stands there."""
    document = draft(a_profile())
    assert "The figure of 2019 cannot be set beside this one: it was redrawn." in said(document)
    assert [chart.name for chart in drawings(document) if chart.name.endswith("over-time")] == ["health-2025-over-time"]


def test_every_chart_has_a_title_made_from_its_figures_and_a_table() -> None:
    """The finding in the title; the nearest places only in the table; limits of the place drawn."""
    charts = {chart.name: chart for chart in drawings(draft(a_profile()))}
    assert charts["health-2025"].drawing.title == "Sandhaven stands at 16 of 100, England at 13"
    assert charts["jobs"].drawing.title == "Lower in Exshire than in England: 4.5% against 13%"
    assert "most like it" not in charts["health-2025"].drawing.alt
    assert any("most like it" in row[0] for row in charts["health-2025"].table.rows)
    assert all("Higher is" in chart.caption for chart in charts.values())


def test_the_charts_of_a_theme_are_the_index_and_the_furthest_from_the_middle() -> None:
    """Worked by hand: of four figures, the position and the one at 1 of 100; a hidden one never."""
    rows = a_profile().table.filter(pl.col("theme") == "health").to_dicts()
    assert charted(rows) == {"health-2025", "none"}
    assert charted(rows, most=1) == {"health-2025"}


@pytest.mark.parametrize(
    ("cohort", "words_of_it"),
    [
        ("left behind", "is on the list of places that need help first"),
        ("other deprived", "other deprived places"),
        ("rest of England", "among the rest of England"),
        ("", "No list was made"),
    ],
)
def test_the_list_it_counts_among_is_said(cohort: str, words_of_it: str) -> None:
    """Left behind, other deprived, neither, or no list at all."""
    assert words_of_it in said(draft(replace(a_profile(), cohort=cohort)))


def test_figures_that_may_be_passed_on_carry_no_warning() -> None:
    """The warning is for the Community Needs Index, not for everybody."""

    def warned(document: Document) -> bool:
        return any(isinstance(block, Callout) for part in document.sections for block in part.blocks)

    found = a_profile()
    assert warned(draft(found))
    assert not warned(draft(replace(found, table=found.table.with_columns(quality=pl.lit("")))))


def test_no_name_breaks_out_of_page_or_source() -> None:
    """A style sheet's end, a formula, a turned direction, signs of typst, an address that runs: text, all of it."""
    document = draft(hostile(), made_on=DAY, pictures="x-charts")
    page, source = to_html(document), to_typst(document)
    assert "<script" not in page
    assert {link for link in re.findall(r'href="([^"]*)"', page) if ":" in link} <= {"data:,"}
    assert page.count("</style>") == 1
    assert "\u202e" not in page + source
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', '""', source)
    assert "panic" not in outside
    assert "script" not in outside
    for chart in drawings(document):
        assert "<script" not in chart.drawing.alone(below=HOSTILE)


def test_the_same_profile_gives_the_same_bytes() -> None:
    """Nothing depends on the moment."""
    assert to_html(draft(a_profile(), made_on=DAY)) == to_html(draft(a_profile(), made_on=DAY))


def test_headings_go_down_one_step_at_a_time() -> None:
    """Sections hold parts, parts hold none: h1, h2, h3."""

    def depth(section: Section) -> int:
        return 1 + max((depth(inner) for inner in section.sections), default=0)

    document = draft(a_profile())
    assert max(depth(section) for section in document.sections) == 2
    assert all(isinstance(chart, Chart) for chart in drawings(document))
