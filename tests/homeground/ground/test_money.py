"""Money to the penny."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeground.errors import BadSpecification
from homeground.money import WHOLE, Deflator, in_pounds, parts_of_whole, split_pence

SUMS = st.lists(
    st.tuples(st.integers(0, 10**15), st.lists(st.floats(0, 1e6), min_size=1, max_size=9)), min_size=1, max_size=6
)


@given(SUMS)
def test_parts_add_up_to_one_and_pence_to_the_sum(sums: list[tuple[int, list[float]]]) -> None:
    """Whatever the weights, nothing is lost or made by splitting."""
    rows = [(str(i), pence, f"{j:02}", w) for i, (pence, ws) in enumerate(sums) for j, w in enumerate(ws)]
    table = pl.DataFrame(rows, schema=["g", "pence", "area_code", "weight"], orient="row")
    parts = parts_of_whole(table, by="g")
    assert parts.group_by("g").agg(pl.col("parts").sum())["parts"].unique().to_list() == [WHOLE]
    split = parts.with_columns(got=split_pence(parts, by=["g"]))
    back = split.group_by("g").agg(pl.col("got").sum(), pl.col("pence").first())
    assert back["got"].to_list() == back["pence"].to_list()
    assert int(split["got"].min()) >= 0  # type: ignore[arg-type]


@given(st.integers(0, 10**14), st.lists(st.integers(1, 50), min_size=1, max_size=8))
def test_no_part_is_a_penny_or_more_away_from_its_share(pence: int, weights: list[int]) -> None:
    """The slow, obvious version: exact fractions."""
    table = pl.DataFrame(
        {"g": "x", "pence": pence, "area_code": [f"{i}" for i in range(len(weights))], "weight": weights}
    )
    parts = parts_of_whole(table, by="g")
    for part, got in zip(parts["parts"].to_list(), split_pence(parts, by=["g"]).to_list(), strict=True):
        assert abs(got * WHOLE - pence * part) < WHOLE


def test_an_amount_with_pence_is_said_exactly() -> None:
    """Floats cannot say these."""
    assert in_pounds(9007199254740993) == "90071992547409.93"


def test_a_year_beyond_the_deflator_says_how_to_supply_one() -> None:
    """The message names the option."""
    with pytest.raises(BadSpecification, match="--deflator FILE"):
        Deflator({2020: 100.0}, "made up").factor(2031, 2020)
