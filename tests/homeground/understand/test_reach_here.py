"""What is within reach of one place: means over its people, who has none, and the chapter that tells it."""

from __future__ import annotations

import polars as pl
import pytest

from homeground.document.tree import Bullets, Document, Paragraph, check
from homeground.understand.access import access
from homeground.understand.reach_here import reach_chapter, reach_here

AREAS = pl.DataFrame(
    {
        "area_code": ["a", "b", "c"], "easting": [0.0, 3000.0, 9000.0], "northing": [0.0, 0.0, 0.0],
        "population": [100, 300, 600], "cohort": ["left behind", "other", "other"],
    }
)  # fmt: skip
PLACES = pl.DataFrame(
    {
        "place": ["Hut", "Shelf"], "kind": ["halls", "libraries"], "easting": [500.0, 9000.0], "northing": [0.0, 0.0],
    }
)  # fmt: skip
GROUPS = {"left behind": "left-behind"}


def test_distances_are_means_over_the_people_of_the_place() -> None:
    """100 people have 0.5 km to the hut, 150 (half of b) have 2.5 km: 1.7 km on average, and 150 are beyond 2 km."""
    here = reach_here(access(AREAS, PLACES), {"a": 1.0, "b": 0.5}, GROUPS)
    mine = here.filter((pl.col("who") == "place") & (pl.col("kind") == "halls")).row(0, named=True)
    assert (mine["people"], mine["beyond_near"], mine["beyond_far"]) == (250.0, 150.0, 150.0)
    assert mine["mean_km"] == pytest.approx(1.7)
    assert (mine["nearest"], mine["places"]) == ("Hut", 1)
    group = here.filter((pl.col("who") == "left-behind") & (pl.col("kind") == "halls")).row(0, named=True)
    assert (group["people"], group["mean_km"]) == (100.0, 0.5)
    whole = here.filter((pl.col("who") == "whole") & (pl.col("kind") == "any"))["mean_km"].item()
    assert whole == pytest.approx((100 * 0.5 + 300 * 2.5 + 600 * 0) / 1000)


def test_the_chapter_says_who_has_none() -> None:
    """A sentence for each kind: all, some, nobody; the groups beside; the document can be drawn."""
    here = reach_here(access(AREAS, PLACES), {"a": 1.0, "b": 1.0}, GROUPS)
    told = {"place": "Ashby", "whole": "England", "within": (0.8, 2.0), "files": ["halls.csv", "libraries.csv"]}
    chapter = reach_chapter(here, **told)  # type: ignore[arg-type]
    first = chapter.section.blocks[0]
    assert isinstance(first, Paragraph)
    assert first.text == (
        "People here have 2.0 km to the nearest place to meet on average. The nearest of all is Hut. That compares "
        "with 500 m in left-behind places and 800 m in England."
    )
    points = next(block for block in chapter.section.blocks if isinstance(block, Bullets)).items
    assert points == (
        "300 of 400 people are more than 2 km from any hall.",
        "All 400 people are more than 2 km from any library.",
        "300 of 400 people are more than 2 km from any place to meet.",
    )
    check(Document("Ashby", "A place.", (chapter.section,)))


def test_of_one_kind_of_place_any_kind_is_not_said_again() -> None:
    """One sentence, one row, and nobody without."""
    here = reach_here(access(AREAS, PLACES.head(1)), {"a": 1.0}, GROUPS)
    chapter = reach_chapter(here, place="Ashby", whole="England", within=(0.8, 2.0), files=["halls.csv"])
    points = next(block for block in chapter.section.blocks if isinstance(block, Bullets)).items
    assert points == ("Nobody is more than 2 km from the nearest hall.",)


def test_where_nobody_lives_no_distance_is_made_up() -> None:
    """No people, no mean."""
    here = reach_here(access(AREAS.with_columns(population=pl.lit(0)), PLACES), {"a": 1.0}, {})
    chapter = reach_chapter(here, place="Ashby", whole="England", within=(0.8, 2.0), files=["halls.csv"])
    first = chapter.section.blocks[0]
    assert isinstance(first, Paragraph)
    assert first.text == "How far people here have to the nearest place to meet is not known."
