"""Rankings carried from one set of areas to another."""

from __future__ import annotations

from collections import defaultdict

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeground.errors import BadSpecification, DuplicateAreas, MissingColumns, UnknownArea
from homeground.find.levels import carry
from homeground.stats import exponential_of_rank


def table(**columns):
    return pl.DataFrame(columns)


def lookup(*pairs):
    return pl.DataFrame({"from_code": [a for a, _ in pairs], "to_code": [b for _, b in pairs]})


OLD = table(area_code=["a", "b", "c", "d"], rank=[1, 2, 3, 4], score=[40.0, 30.0, 20.0, 10.0])
PEOPLE = table(area_code=["a", "b", "c", "d"], people=[100, 300, 200, 200])


def test_a_part_of_a_split_area_has_its_rank():
    """Area a became A1 and A2: both are still first of four."""
    moved = carry(OLD, lookup(("a", "A1"), ("a", "A2"), ("b", "b"), ("c", "c"), ("d", "d")), by="keep-rank")
    assert dict(moved.table.select("area_code", "rank").iter_rows()) == {"A1": 1, "A2": 1, "b": 2, "c": 3, "d": 4}
    assert moved.n == 4
    assert [(note.kind, note.areas) for note in moved.notes] == [("estimated", ("A1", "A2"))]


def test_a_merged_area_has_the_mean_rank_of_its_people():
    """100 people at rank 1 and 300 at rank 2: 1.75, which is nearest to 2."""
    pairs = lookup(("a", "AB"), ("b", "AB"), ("c", "c"), ("d", "d"))
    moved = carry(OLD, pairs, by="keep-rank", weights=PEOPLE)
    assert dict(moved.table.select("area_code", "rank").iter_rows()) == {"AB": 2, "c": 3, "d": 4}
    assert [note.areas for note in moved.notes] == [("AB",)]


def test_half_of_a_split_area_brings_half_of_its_people():
    """A2 is half of a (150 of 300 people at rank 1) and all of b (150 people at rank 4): 2.5, taken as 3."""
    old = table(area_code=["a", "b", "c", "d"], rank=[1, 4, 2, 3])
    people = table(area_code=["a", "b", "c", "d"], people=[300, 150, 1, 1])
    pairs = lookup(("a", "A1"), ("a", "A2"), ("b", "A2"), ("c", "c"), ("d", "d"))
    moved = carry(old, pairs, by="keep-rank", weights=people)
    assert dict(moved.table.select("area_code", "rank").iter_rows()) == {"A1": 1, "A2": 3, "c": 2, "d": 3}


def test_half_a_rank_goes_to_the_larger_number():
    """Ranks 1 and 2 of equally many people make 1.5: taken as 2, the lesser need, so that nobody gains by rounding."""
    moved = carry(OLD, lookup(("a", "AB"), ("b", "AB"), ("c", "c"), ("d", "d")), by="keep-rank")
    assert moved.table.filter(pl.col("area_code") == "AB")["rank"].to_list() == [2]


def test_a_rank_keeps_the_number_of_areas_it_is_among():
    """A rank among 32,844 is not made anew among 33,755."""
    moved = carry(OLD, lookup(*[(code, code) for code in "abcd"]), by="keep-rank", n=32_844)
    assert moved.n == 32_844
    assert moved.table["rank"].to_list() == [1, 2, 3, 4]


def test_the_mean_score_is_weighted_by_people_and_ranked_anew():
    """W: (100 x 40 + 200 x 20) / 300 = 26.67; V: (300 x 30 + 200 x 10) / 500 = 22."""
    pairs = lookup(("a", "W"), ("c", "W"), ("b", "V"), ("d", "V"))
    moved = carry(OLD, pairs, by="mean-score", weights=PEOPLE)
    assert moved.table["area_code"].to_list() == ["V", "W"]
    assert moved.table["score"].to_list() == pytest.approx([22.0, 80 / 3])
    assert moved.table["rank"].to_list() == [2, 1]
    assert moved.n == 2


def test_the_exponential_mean_lets_the_extremes_weigh_most():
    """Ranks 1 and 10 beat ranks 3 and 4, although their mean rank is worse."""
    old = table(area_code=list("abcd"), rank=[1, 10, 3, 4])
    pairs = lookup(("a", "W"), ("b", "W"), ("c", "V"), ("d", "V"))
    assert dict(carry(old, pairs, by="mean-exponential", n=10).table.select("area_code", "rank").iter_rows()) == {
        "W": 1,
        "V": 2,
    }


def test_areas_that_nothing_leads_to_are_listed_and_still_count():
    """Three wards are wanted, the lookup reaches two of them and a fourth: the shares are of three."""
    pairs = lookup(("a", "W"), ("b", "V"), ("c", "elsewhere"), ("d", "V"))
    moved = carry(OLD, pairs, by="mean-score", targets=pl.Series(["V", "W", "Z"]))
    assert moved.uncovered == ("Z",)
    assert moved.beyond == ("elsewhere",)
    assert moved.n == 3
    assert dict(moved.table.select("area_code", "rank").iter_rows()) == {"W": 1, "V": 2}


def test_an_old_area_without_a_way_is_an_error_or_is_told():
    """Never is it dropped in silence."""
    pairs = lookup(("a", "W"), ("b", "W"))
    with pytest.raises(UnknownArea, match=r"2 of 4 areas are not in the lookup \(first: c\)"):
        carry(OLD, pairs, by="mean-score")
    assert carry(OLD, pairs, by="mean-score", unmatched="report").unmatched == ("c", "d")


def test_areas_whose_people_nobody_counted_are_told():
    """Area b has no number of people: it does not count in the mean, and stands in a note."""
    people = table(area_code=["a", "c", "d"], people=[100, 200, 200])
    moved = carry(OLD, lookup(("a", "W"), ("b", "W"), ("c", "V"), ("d", "V")), by="mean-score", weights=people)
    assert dict(moved.table.select("area_code", "score").iter_rows()) == {"W": 40.0, "V": 15.0}
    assert [note.areas for note in moved.notes] == [("b",)]


def test_people_of_other_areas_are_refused():
    """Weights of another boundary year would weigh nothing at all."""
    with pytest.raises(BadSpecification, match="of other areas"):
        carry(OLD, lookup(("a", "W")), by="mean-score", weights=table(area_code=["x"], people=[1]), unmatched="report")


def test_what_is_missing_is_said():
    """A score to average, a rank to keep, a code that stands once."""
    pairs = lookup(("a", "W"), ("b", "W"), ("c", "W"), ("d", "W"))
    with pytest.raises(MissingColumns, match="score"):
        carry(OLD.drop("score"), pairs, by="mean-score")
    with pytest.raises(MissingColumns, match="rank"):
        carry(OLD.drop("rank"), pairs, by="keep-rank")
    with pytest.raises(DuplicateAreas):
        carry(pl.concat([OLD, OLD]), pairs, by="keep-rank")
    with pytest.raises(BadSpecification, match="n = "):
        carry(OLD, pairs, by="mean-exponential", n=2)


@st.composite
def moves(draw):
    """A ranking, people, and a lookup that splits and merges at will."""
    n = draw(st.integers(1, 12))
    codes = [f"o{i}" for i in range(n)]
    ranks = draw(st.permutations(range(1, n + 1)))
    people = draw(st.lists(st.integers(1, 50), min_size=n, max_size=n))
    pairs = {(code, f"n{draw(st.integers(0, 5))}") for code in codes for _ in range(draw(st.integers(1, 3)))}
    return codes, list(ranks), people, sorted(pairs)


@given(moves(), st.sampled_from(["mean-score", "mean-exponential"]))
def test_means_are_those_of_adding_up_by_hand(given_moves, by):
    """The slow, obvious sum over every pair gives the same scores, and the ranks follow the scores."""
    codes, ranks, people, pairs = given_moves
    n = len(codes)
    scores = exponential_of_rank(pl.Series(ranks).to_numpy(), n) if by == "mean-exponential" else [-r for r in ranks]
    parts = defaultdict(int)
    for old, _ in pairs:
        parts[old] += 1
    top, below = defaultdict(float), defaultdict(float)
    for old, new in pairs:
        i = codes.index(old)
        top[new] += scores[i] * people[i] / parts[old]
        below[new] += people[i] / parts[old]
    old = table(area_code=codes, rank=ranks, score=[float(-r) for r in ranks])
    moved = carry(old, lookup(*pairs), by=by, weights=table(area_code=codes, people=people)).table
    expected = {new: top[new] / below[new] for new in top}
    assert dict(moved.select("area_code", "score").iter_rows()) == pytest.approx(expected)
    by_rank = moved.sort("rank")["score"].to_list()
    assert by_rank == sorted(by_rank, reverse=True)


@given(moves())
def test_a_kept_rank_lies_among_the_ranks_it_comes_from(given_moves):
    """No area becomes better or worse off than every part of it was."""
    codes, ranks, people, pairs = given_moves
    old = table(area_code=codes, rank=ranks)
    moved = carry(old, lookup(*pairs), by="keep-rank", weights=table(area_code=codes, people=people))
    for new, rank in moved.table.select("area_code", "rank").iter_rows():
        parts = [ranks[codes.index(a)] for a, b in pairs if b == new]
        assert min(parts) <= rank <= max(parts)
