"""Drawing areas: every area has its place on the paper, or is counted as one that could not be drawn."""

from __future__ import annotations

import math
import re

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from homeground.errors import BadTable, DuplicateAreas, HomegroundError, MissingColumns, WrongBoundaries
from homeground.find.map import KINDS, around, draw, legend, usable_boundaries

BOWTIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


def areas(*shapes: object, kind: str = "listed") -> pl.DataFrame:
    """Return one area per shape (a geometry, bytes, or None)."""
    blobs = [shape.wkb if isinstance(shape, shapely.Geometry) else shape for shape in shapes]
    codes = [f"X{number:08}" for number in range(len(blobs))]
    return pl.DataFrame(
        {"area_code": codes, "kind": [kind] * len(blobs), "geometry": pl.Series(blobs, dtype=pl.Binary)}
    )


def drawn(*shapes: object, kind: str = "listed", **options: object):
    """Draw the shapes."""
    return draw(areas(*shapes, kind=kind), title="A map", description="Of areas.", **options)  # type: ignore[arg-type]


def corners(svg: str) -> list[tuple[float, float]]:
    """Return the corners of the first path, by adding up its steps the slow way."""
    data = re.search(r'<path class="listed" d="M(-?\d+) (-?\d+)l([^z]*)z', svg)
    assert data is not None
    x, y = int(data[1]), int(data[2])
    found = [(x, y)]
    steps = [int(number) for number in re.findall(r"-?\d+", data[3])]
    for dx, dy in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + dx, y + dy
        found.append((x, y))
    return found


def test_degrees_of_longitude_are_shortened_by_the_cosine_of_the_latitude() -> None:
    """A box of one degree by one degree at 60 degrees north is half as wide as it is high."""
    points = corners(drawn(shapely.box(0, 59.5, 1, 60.5)).svg)
    wide = max(x for x, _ in points) - min(x for x, _ in points)
    high = max(y for _, y in points) - min(y for _, y in points)
    assert wide / high == pytest.approx(math.cos(math.radians(60)), abs=0.01)


def test_metres_are_drawn_as_they_are() -> None:
    """A square of the national grid is a square on the paper."""
    points = corners(drawn(shapely.box(400_000, 300_000, 410_000, 310_000), crs="EPSG:27700").svg)
    assert max(x for x, _ in points) - min(x for x, _ in points) == max(y for _, y in points) - min(
        y for _, y in points
    )


def test_north_is_up_and_east_is_right() -> None:
    """The first corner of the northern area lies higher on the paper than that of the southern one."""
    north, south = re.findall(r'd="M(\d+) (\d+)', drawn(shapely.box(0, 52, 1, 53), shapely.box(3, 50, 4, 51)).svg)
    assert int(north[1]) < int(south[1])
    assert int(north[0]) < int(south[0])


def test_what_cannot_be_drawn_is_counted_and_the_rest_is_drawn() -> None:
    """Missing, empty, broken and endless boundaries are named; a bow tie is mended."""
    with np.errstate(invalid="ignore"):
        endless = shapely.Polygon([(0, 0), (float("nan"), 1), (1, 1)])
    picture = drawn(shapely.box(0, 0, 1, 1), None, shapely.Polygon(), b"\x01nonsense", endless, BOWTIE)
    assert picture.missing == ("X00000001", "X00000002", "X00000003", "X00000004")
    assert picture.mended == 1
    assert picture.shapes + picture.marks + len(picture.missing) == 6


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(0.5, 0.5),
        shapely.LineString([(0, 0), (1, 1)]),
        shapely.GeometryCollection([shapely.Point(0, 0), shapely.box(0, 0, 1, 1)]),
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)]),
        shapely.box(0, 0, 4, 4).difference(shapely.box(1, 1, 2, 2)),
    ],
    ids=["point", "line", "collection", "parts", "hole"],
)
def test_every_sort_of_geometry_can_be_seen(shape: shapely.Geometry) -> None:
    """Each is drawn as a shape or as a mark."""
    picture = drawn(shapely.box(-3, -3, 10, 10), shape)
    assert picture.shapes + picture.marks == 2
    assert picture.missing == ()


def test_a_place_too_small_to_see_becomes_a_mark() -> None:
    """A place on the list of a thousandth of the width is a circle; the same place off the list is not enlarged."""
    land, tiny = shapely.box(0, 0, 10, 10), shapely.box(5, 5, 5.01, 5.01)
    both = pl.concat([areas(land, kind="rest"), areas(tiny).with_columns(area_code=pl.lit("X9"))])
    picture = draw(both, title="t", description="d")
    assert picture.kinds == {"rest": (1, 0), "listed": (0, 1)}
    assert '<circle class="listed"' in picture.svg


def test_every_kind_differs_in_more_than_colour() -> None:
    """Without style rules each kind still has a shape, a pattern or a class of its own in picture and legend."""
    table = pl.concat(
        [
            areas(shapely.box(place, 0, place + 0.9, 1), kind=kind).with_columns(area_code=pl.lit(kind))
            for place, kind in enumerate(KINDS)
        ]
    )
    picture = draw(table, title="t", description="d", name="m")
    assert list(picture.kinds) == list(KINDS)
    signs = legend(picture.kinds, name="m")
    for kind, said in KINDS.items():
        assert f'class="{kind}"' in picture.svg
        assert said in signs
    for pattern in ("m-hatch", "m-spots"):
        assert picture.svg.count(f'id="{pattern}"') == 1
        assert f"url(#{pattern})" in picture.svg
        assert f"url(#{pattern})" in signs


def test_numbers_that_are_no_degrees_are_refused_when_degrees_are_said() -> None:
    """The message says what they reach to and what to write instead."""
    with pytest.raises(WrongBoundaries, match=r"400000.*EPSG:27700"):
        drawn(shapely.box(400_000, 300_000, 410_000, 310_000), crs="EPSG:4326")


def test_outlines_elsewhere_are_refused() -> None:
    """Areas in degrees over authorities in metres would be a picture of nothing."""
    with pytest.raises(WrongBoundaries, match="do not lie where"):
        drawn(shapely.box(0, 52, 1, 53), outlines=areas(shapely.box(400_000, 300_000, 410_000, 310_000)))


@pytest.mark.parametrize(
    ("table", "error"),
    [
        (pl.DataFrame({"area_code": ["a"], "kind": ["listed"]}), MissingColumns),
        (pl.DataFrame({"area_code": ["a"], "kind": ["listed"], "geometry": ["POINT(0 0)"]}), BadTable),
        (areas(shapely.box(0, 0, 1, 1), kind="purple"), BadTable),
        (areas(None), BadTable),
    ],
    ids=["no geometry", "text", "unknown kind", "nothing to draw"],
)
def test_a_table_that_cannot_be_drawn_is_refused(table: pl.DataFrame, error: type[HomegroundError]) -> None:
    """Each with an error of the family, and a remedy."""
    with pytest.raises(error) as caught:
        draw(table, title="t", description="d")
    assert caught.value.remedy


def test_boundaries_without_a_code_are_refused() -> None:
    """Boundaries that name no area cannot be matched."""
    with pytest.raises(MissingColumns):
        usable_boundaries(pl.DataFrame({"geometry": [b"x"]}))


def test_names_cannot_become_markup() -> None:
    """Whatever stands in titles and labels is text; what looks like a reference to a pattern stays words."""
    table = areas(shapely.box(0, 0, 1, 1)).with_columns(
        label=pl.lit("<script>alert(1)</script> url(#m-hatch) \u202e\x00 “"), larger_area=pl.lit('"><b>')
    )
    picture = draw(table, title="<i>t", description="</svg><script>", labels=3, name="m")
    assert "<script" not in picture.svg
    assert "<b>" not in picture.svg
    assert "\x00" not in picture.svg
    assert "\u202e" not in picture.svg
    assert "alert(1)&lt;/script&gt; url(#m-hatch)" in picture.svg


def test_a_detailed_map_is_drawn_more_coarsely_until_it_fits() -> None:
    """The outline of 20,000 corners comes down under the limit and is still there."""
    ring = [(math.cos(a) * (2 + math.sin(40 * a)), math.sin(a) * (2 + math.sin(40 * a))) for a in
            (2 * math.pi * n / 20_000 for n in range(20_000))]  # fmt: skip
    free, tight = drawn(shapely.Polygon(ring)), drawn(shapely.Polygon(ring), most_bytes=1_000)
    assert len(tight.svg) < 2_200 < len(free.svg)
    assert tight.shapes == 1


def test_each_area_finds_the_larger_area_around_it() -> None:
    """By hand: two boxes side by side, one area in each, one nowhere, one without a boundary."""
    larger = areas(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))
    small = areas(shapely.box(0.1, 0.1, 0.2, 0.2), shapely.box(1.5, 0.5, 1.6, 0.6), shapely.box(7, 7, 8, 8), None)
    assert around(small, larger) == [(0,), (1,), (), ()]


@settings(max_examples=30, deadline=None)
@given(
    boxes=st.lists(
        st.tuples(st.floats(-179, 178), st.floats(-85, 84), st.floats(1e-9, 1), st.floats(1e-9, 1)),
        min_size=1,
        max_size=6,
    )
)
def test_nothing_is_drawn_outside_the_paper(boxes: list[tuple[float, float, float, float]]) -> None:
    """Every start of a path and every mark lies within the view box, whatever the areas."""
    picture = drawn(*(shapely.box(x, y, x + w, y + h) for x, y, w, h in boxes))
    frame = re.search(r'viewBox="0 0 (\d+) (\d+)"', picture.svg)
    assert frame is not None
    wide, high = int(frame[1]), int(frame[2])
    starts = re.findall(r"M(-?\d+) (-?\d+)|cx=\"(-?\d+)\" cy=\"(-?\d+)\"", picture.svg)
    assert len(starts) >= len(boxes)
    for start in starts:
        x, y = (int(number) for number in start if number)
        assert -1 <= x <= wide + 1
        assert -1 <= y <= high + 1


def test_boundaries_with_an_area_twice_are_refused_by_the_page() -> None:
    """Two shapes for one code would hide one of them."""
    from homeground.find.report import About, render_report

    twice = pl.DataFrame({"area_code": ["a", "a"], "geometry": [shapely.box(0, 0, 1, 1).wkb] * 2})
    cohort = pl.DataFrame({"area_code": ["a"], "selected": [True]})
    with pytest.raises(DuplicateAreas):
        render_report(cohort, about=About("t"), boundaries=twice)
