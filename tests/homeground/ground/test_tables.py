"""What a table must look like, and how it is told when it does not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeground import stats
from homeground.areas import AreaKey, area_key, check_codes
from homeground.errors import BadTable, BadValue, DuplicateAreas, MissingColumns, WrongBoundaries
from homeground.tables import check_areas, check_ranks, numbers, require_columns


def test_a_missing_column_names_the_nearest_heading():
    """The reader is pointed at the heading they probably meant."""
    with pytest.raises(MissingColumns, match="nearest heading is 'Income rate'"):
        require_columns(pl.DataFrame({"Income rate": [1]}), ["Income Rate"], file="a.csv")


def test_text_in_numbers_is_told_with_file_row_and_column():
    """Row 3 of the spreadsheet is row 3 of the message."""
    with pytest.raises(BadValue) as caught:
        numbers(pl.DataFrame({"rate": ["1.5", "many"]}), "rate", file="need.csv")
    assert str(caught.value).startswith("need.csv, row 3, column 'rate': 'many' is not a number")


@pytest.mark.parametrize("cell", ["inf", "-inf", "1e999", "0x10", "1;5", "twelve", "1.2.3"])
def test_what_is_not_a_finite_number_is_refused(cell):
    """Nothing is guessed: infinity, hexadecimal and words are all refused."""
    with pytest.raises(BadValue, match="row 2"):
        numbers(pl.DataFrame({"rate": [cell]}), "rate")


def test_missing_codes_are_gaps_only_when_declared():
    """A colon is a gap where the publisher says so, and an error elsewhere."""
    table = pl.DataFrame({"rate": [":", "3"]})
    assert np.isnan(numbers(table, "rate", missing_codes=[":"])[0])
    with pytest.raises(BadValue):
        numbers(table, "rate")


def test_empty_tables_blank_codes_and_repeats_are_refused():
    """Every row names one area, once."""
    with pytest.raises(BadTable, match="no rows"):
        check_areas(pl.DataFrame({"area_code": []}, schema={"area_code": pl.String}))
    with pytest.raises(BadValue, match="row 3"):
        check_areas(pl.DataFrame({"area_code": ["a", " "]}))
    with pytest.raises(DuplicateAreas, match="row 4"):
        check_areas(pl.DataFrame({"area_code": ["a", "b", "a"]}))


@given(
    st.lists(st.integers(0, 8).map(float), min_size=1, max_size=40).map(np.array), st.sampled_from(["min", "average"])
)
def test_every_real_ranking_is_accepted_with_its_ties_declared(values, ties):
    """A ranking made by the published convention passes, and one tie fewer declared does not."""
    ranks = stats.rank(values, ties=ties)
    repeats = len(ranks) - len(np.unique(ranks))
    check_ranks(ranks, column="Rank", tied=repeats)
    if repeats:
        with pytest.raises(BadValue, match="second time"):
            check_ranks(ranks, column="Rank", tied=repeats - 1)


@pytest.mark.parametrize(
    ("ranks", "words"),
    [
        ([1, 2, 5], "out of range"),
        ([0, 1, 2], "out of range"),
        ([1, 2, 2.5], "does not follow"),
        ([1, np.nan, 2], "missing"),
        ([1, 1, 2], "does not follow"),
    ],
)
def test_a_ranking_that_does_not_add_up_is_refused(ranks, words):
    """Out of range, skipped, blank or badly tied: each is told."""
    with pytest.raises(BadValue, match=words):
        check_ranks(np.array(ranks, float), column="Rank", tied=5)


def test_a_rank_that_was_blanked_is_told_where_it_is_missing():
    """A hole in a ranking is met at the hole, not at the last area; areas that were never ranked are fine."""
    with pytest.raises(BadValue, match="row 3, column 'Rank': the rank is missing"):
        check_ranks(np.array([1.0, np.nan, 3.0]), column="Rank", missing_allowed=True)
    check_ranks(np.array([1.0, np.nan, 2.0]), column="Rank", missing_allowed=True)


@pytest.mark.parametrize(
    ("heading", "kind", "year"),
    [
        ("LSOA code (2011)", "lsoa", 2011),
        ("LSOA21CD", "lsoa", 2021),
        ("lsoa21_code", "lsoa", 2021),
        ("Local Authority District code (2019)", "authority", 2019),
        ("WD17CD", "ward", 2017),
        ("ward17_code", "ward", 2017),
        ("MSOA21CD", "msoa", 2021),
    ],
)
def test_headings_say_what_their_codes_are(heading, kind, year):
    """Kind and boundary year are read from the headings that publishers use."""
    assert area_key(heading) == AreaKey(kind, year)


def test_mixed_boundary_years_are_an_error():
    """A code created in 2021 cannot stand in a table of 2011."""
    with pytest.raises(WrongBoundaries, match="E01034000 is not an LSOA of 2011"):
        check_codes(pl.Series(["E01000001", "E01034000"]), AreaKey("lsoa", 2011))


def test_another_kind_of_area_is_an_error():
    """Wards in a table of LSOAs are told by code and row."""
    with pytest.raises(WrongBoundaries, match="E05000026 is a ward, not an LSOA"):
        check_codes(pl.Series(["E01000001", "E05000026"]), AreaKey("lsoa", 2021))
