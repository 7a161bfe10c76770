"""Summaries for larger areas: sums worked by hand and laws."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeground.errors import BadValue
from homeground.find.summaries import summarise


def index_of(n):
    """An index of n areas in order of need."""
    return pl.DataFrame(
        {"area_code": [f"a{i}" for i in range(n)], "score": [float(n - i) for i in range(n)], "rank": range(1, n + 1)}
    )


def test_the_five_measures_worked_by_hand():
    """Ten areas in two authorities of five; 100 people each but 300 in the worst."""
    people = pl.Series([300] + [100] * 9)
    out = summarise(index_of(10), pl.Series(["A", "B"] * 5), people).table
    a = out.row(by_predicate=pl.col("area_code") == "A", named=True)
    # A holds ranks 1 3 5 7 9: scores and reversed ranks 10 8 6 4 2, people 300 100 100 100 100.
    assert (a["areas"], a["people"]) == (5, 700)
    assert a["average_score"] == pytest.approx((10 * 300 + (8 + 6 + 4 + 2) * 100) / 700)
    assert a["average_rank"] == a["average_score"]
    assert a["proportion"] == pytest.approx(1 / 5)
    # Percentiles 10, 30, 50, 70, 90: weights 1, .05, 0, 0, 0.
    assert a["extent"] == pytest.approx((300 + 0.05 * 100) / 700)
    # A tenth of 700 people is 70, all in the worst area.
    assert a["local_concentration"] == pytest.approx(10)


def test_local_concentration_splits_the_last_area():
    """A tenth of 1,000 is 100: 60 people of the worst area and 40 of the 140 of the next."""
    out = summarise(index_of(3), pl.Series(["A"] * 3), pl.Series([60, 140, 800])).table
    assert out["local_concentration"][0] == pytest.approx((3 * 60 + 2 * 40) / 100)


def test_areas_without_people_or_larger_area_are_listed():
    """Left out of the sums, and said."""
    found = summarise(index_of(3), pl.Series(["A", None, "A"]), pl.Series([10, 10, 0]))
    assert found.table["areas"].to_list() == [1]
    assert found.notes[0].areas == ("a1", "a2")


def test_a_negative_population_is_refused():
    """With its row."""
    with pytest.raises(BadValue, match=r"row 3.*below zero"):
        summarise(index_of(2), pl.Series(["A", "A"]), pl.Series([10, -1]))


@given(st.integers(0, 2**32 - 1))
def test_measures_lie_within_their_bounds(seed):
    """Shares between 0 and 1, means between the lowest and the highest score."""
    rng = np.random.default_rng(seed)
    n = 120
    out = summarise(index_of(n), pl.Series(rng.choice(["A", "B", "C"], n)), pl.Series(rng.integers(1, 3000, n))).table
    for share in ("proportion", "extent"):
        assert out[share].min() >= 0
        assert out[share].max() <= 1
    for mean in ("average_score", "average_rank", "local_concentration"):
        assert out[mean].min() >= 1
        assert out[mean].max() <= n
    assert (out["local_concentration"] >= out["average_rank"]).all()
    assert out["people"].sum() > 0
