"""Charts that stand in a page and alone."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeground.drawing import PALETTE, Line, Point, Row, compare, over_years
from homeground.errors import BadSpecification

NUMBERS = st.one_of(st.none(), st.floats(-1e6, 1e6))
TEXTS = st.text(max_size=30)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_palette_is_the_official_one_and_can_be_seen_on_paper() -> None:
    """The four categories of the Analysis Function, each at least 3 to 1 against white, and the first two apart."""
    assert PALETTE == ("#12436d", "#28a197", "#801650", "#f46a25")
    assert [colour for colour in PALETTE if contrast(colour, "#ffffff") < 3] == []
    assert contrast(PALETTE[0], PALETTE[1]) >= 3


def test_contrast_agrees_with_the_known_extremes() -> None:
    """Black on white is 21 to 1, a colour on itself 1 to 1 (WCAG 2.2)."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#12436d", "#12436d") == pytest.approx(1)


def test_a_fifth_category_is_an_error() -> None:
    """In bars and in lines."""
    with pytest.raises(BadSpecification, match="at most four"):
        compare("Too many", [Row("a", 1, "1", colour=5)])
    line = Line("a", (Point(1, "1", 1, "1"),))
    with pytest.raises(BadSpecification, match="at most four"):
        over_years("Too many", [line] * 5)


def test_a_chart_of_nothing_is_an_error() -> None:
    """No row, or no point."""
    with pytest.raises(BadSpecification, match="at least one row"):
        compare("Nothing", [])
    with pytest.raises(BadSpecification, match="at least one point"):
        over_years("Nothing", [Line("a", ())])


def test_bars_are_as_long_as_their_figures() -> None:
    """By hand: 50 of 100 is half as long as 100, which fills the width for bars."""
    marks = compare("Half", [Row("a", 50, "50", colour=1), Row("b", 100, "100")]).marks
    half, whole = (mark.x2 for mark in marks if mark.kind == "rect")
    assert whole == pytest.approx(2 * half)
    below = compare("Below", [Row("a", -50, "-50", colour=1), Row("b", 50, "50")]).marks
    left, right = (mark for mark in below if mark.kind == "rect")
    assert left.x == pytest.approx(0)
    assert right.x == pytest.approx(left.x2)


def test_missing_and_zero_look_different() -> None:
    """A dashed box and words in italics, against a thin bar on the base."""
    gone, zero = compare("Gone", [Row("a", None, "hidden")]), compare("Zero", [Row("a", 0.0, "0")])
    assert {mark.css for mark in gone.marks if mark.kind == "rect"} == {"gone"}
    assert [mark.x2 for mark in zero.marks if mark.kind == "rect"] == [0.4]


def test_what_may_not_be_compared_is_not_joined() -> None:
    """Three points, the first of another kind: one line, and an open dot."""
    points = (Point(2010, "2010", 5, "5", comparable=False), Point(2015, "2015", 6, "6"), Point(2025, "2025", 7, "7"))
    marks = over_years("Up", [Line("a", points)]).marks
    assert sum(mark.css == "l1" for mark in marks) == 1
    assert [mark.css for mark in marks if mark.kind == "circle"] == ["open", "c1", "c1"]


@given(st.lists(st.tuples(TEXTS, NUMBERS, TEXTS), min_size=1, max_size=6), TEXTS)
def test_whatever_the_words_both_drawings_are_whole(rows: list[tuple[str, float | None, str]], title: str) -> None:
    """Well-formed XML, no mark outside its picture, all figures in the alternative text; the same each time."""
    drawing = compare(title, [Row(label, value, says) for label, value, says in rows])
    alone = drawing.alone(below=(title,))
    tree = ET.fromstring(re.sub("[\ufffe\uffff]", "", alone))
    assert tree.tag.endswith("svg")
    assert "<script" not in str(drawing.inline())
    assert all(-0.01 <= mark.x <= 100 and mark.y >= 0 for mark in drawing.marks)
    assert drawing.alone(below=(title,)) == alone


@given(st.lists(st.tuples(st.integers(1990, 2030), st.floats(-100, 100)), min_size=1, max_size=8))
def test_every_point_lies_in_the_picture(points: list[tuple[int, float]]) -> None:
    """Whatever the years and figures."""
    drawn = over_years("A", [Line("a", tuple(Point(at, str(at), value, str(value)) for at, value in points))])
    assert all(0 <= mark.x <= 100 and 0 <= mark.y <= drawn.height for mark in drawn.marks)
