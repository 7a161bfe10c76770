"""What one place was given: the sums of its areas and of parts of them, beside groups, and the chapter of it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from homeground.document.tree import Bullets, Chart, DataTable, Document, Paragraph, check
from homeground.understand.given_here import given_chapter, given_here, of_place
from homeground.understand.grants import Atlas, Grants, summed_grants

AREAS = pl.DataFrame(
    {"area_code": ["a", "b", "c"], "population": [100.0, 300.0, 600.0], "cohort": ["left behind", "other", "other"]}
)
SUMS = pl.DataFrame(
    {
        "code": ["a", "b", "b", "c", None], "year": [2014, 2014, 2015, 2015, 2015], "funder": ["F", "F", "G", "G", "G"],
        "pence": [5_000, 9_000, 3_000, 60_000, 700], "grants": [1, 2, 1, 5, 1],
    }
)  # fmt: skip
GROUPS = {"left behind": "left-behind"}


def landed(shares: dict[str, float]) -> Grants:
    """Return the grants over the areas with those of a place apart; each code leads to both halves by people."""
    areas = of_place(AREAS, shares)
    crosswalk = areas.select(
        code="of", area_code="area_code", parts=(pl.col("inside") * 1_000_000_000).round().cast(pl.Int64)
    )
    codes = AREAS.select(code="area_code", size=pl.lit("small"), authority=pl.lit(None, dtype=pl.String))
    return summed_grants(SUMS, atlas=Atlas(areas.drop("of", "inside"), crosswalk, codes), draws=2)


def row(found: Grants, who: str, series: str = "recipient") -> dict[str, object]:
    """Return the sums of one of those side by side."""
    sums = given_here(found, GROUPS, whole="all areas").sums
    return sums.filter((pl.col("who") == who) & (pl.col("series") == series)).row(0, named=True)


def test_a_place_of_whole_areas_has_their_pounds_and_people() -> None:
    """Ashby is a and b: 170 pounds, 400 people, four grants."""
    mine = row(landed({"a": 1.0, "b": 1.0}), "place")
    assert (mine["gbp"], mine["people"], mine["grants"]) == (170.0, 400.0, 4.0)
    assert (mine["gbp_per_head"], mine["grants_per_10000"]) == (0.425, 100.0)


def test_a_group_keeps_those_of_its_areas_that_lie_in_the_place() -> None:
    """The list has one area, which is the place: both have the same figure, and all together what the table has."""
    found = landed({"a": 1.0})
    assert row(found, "left-behind")["gbp_per_head"] == row(found, "place")["gbp_per_head"] == 0.5
    whole = row(found, "whole")
    assert (whole["gbp"], whole["people"]) == (770.0, 1000.0)


def test_of_an_area_that_lies_partly_in_the_place_its_people_decide() -> None:
    """A third of b: a third of its people, grants and pounds, to the penny; the rest stays outside."""
    found = landed({"b": 1 / 3})
    mine = row(found, "place")
    assert (mine["gbp"], mine["people"]) == (40.0, pytest.approx(100))
    assert mine["grants"] == pytest.approx(1.0, abs=1e-8)
    assert row(found, "whole")["gbp"] == 770.0
    assert found.table["population"].sum() == pytest.approx(1000)


def test_the_bounds_hold_what_could_not_be_placed() -> None:
    """At most: with a tenth of the seven pounds of nowhere, as a tenth of all people live there. At least: nothing."""
    found = landed({"a": 1.0})
    assert row(found, "place", "high")["gbp"] == pytest.approx(50.7)
    assert row(found, "place", "low")["gbp"] == 0.0


def test_years_themes_and_funders_add_up_to_the_place() -> None:
    """The same money cut three ways; the funder who gave most stands first."""
    here = given_here(landed({"b": 1.0}), GROUPS, whole="all areas")
    for cut in (here.by_year, here.by_theme):
        assert cut.filter(pl.col("who") == "place")["gbp"].sum() == 120.0
    assert here.by_funder.rows() == [("F", 90.0, 2.0), ("G", 30.0, 1.0)]


def test_what_is_known_in_part_is_not_known() -> None:
    """A sum over cohorts of which one has no figure has none either, and the chapter says so."""
    found = landed({"a": 1.0, "b": 1.0})
    lacking = pl.when(pl.col("cohort") == "here: left behind").then(None).otherwise("gbp")
    hidden = replace(found, by_cohort=found.by_cohort.with_columns(gbp=lacking))
    assert row(hidden, "place")["gbp"] is None
    here = given_here(hidden, GROUPS, whole="all areas")
    first = given_chapter(here, place="Ashby", files=["g.csv"]).section.blocks[0]
    assert isinstance(first, Paragraph)
    assert first.text == "How much this place was given is not known from these files."


def test_the_chapter_says_in_sentences_what_its_tables_hold() -> None:
    """Pounds a head, the groups beside, the bounds, the funders; the document can be drawn."""
    here = given_here(landed({"b": 1.0}), GROUPS, whole="all areas", called="all places together")
    chapter = given_chapter(here, place="Ashby", files=["g.csv"], notes=["Mind the gap."], more=["One point."])
    blocks = chapter.section.blocks
    words = " ".join(block.text for block in blocks if isinstance(block, Paragraph))
    assert "The files tell of 3 grants, £120.00 in all from 2014 to 2015: £0.40 a head." in words
    assert "That compares with £0.50 in left-behind places and £0.77 in all places together." in words
    assert "For every 10,000 people there were 100.0 grants here, 90.0 in all places together." in words
    points = next(block for block in blocks if isinstance(block, Bullets)).items
    assert "What surely arrived here is at least £0.00 a head, and at most £0.41." in points
    assert points[-1] == "One point."
    chart = next(block for block in blocks if isinstance(block, Chart))
    assert [cell for _, cell in chart.table.rows] == ["£0.40", "£0.50", "£0.77"]
    tables = [block for block in chapter.section.sections[0].blocks if isinstance(block, DataTable)]
    assert ("2015", "£0.10", "£0.00", "£0.63") in tables[2].rows
    assert chapter.section.sections[1].title == "What a careful reader should know about grants"
    check(Document("Ashby", "A place.", (chapter.section,)))
    assert chapter.table.height == 12


def test_where_no_grant_arrived_anywhere_no_noughts_are_compared() -> None:
    """One sentence is enough."""
    found = landed({"a": 1.0})
    nothing = replace(found, by_cohort=found.by_cohort.with_columns(gbp=pl.lit(0.0), grants=pl.lit(0.0)))
    first = given_chapter(given_here(nothing, GROUPS, whole="all areas"), place="Ashby", files=["g.csv"])
    assert isinstance(first.section.blocks[0], Paragraph)
    assert first.section.blocks[0].text == "No grant of these files reached this place, or any place of all areas."
