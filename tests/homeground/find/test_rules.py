"""The rules that choose places from two rankings."""

from __future__ import annotations

import pickle
from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeground import stats
from homeground.errors import BadSpecification
from homeground.find.rules import Rule, combined_need, cut, select

RULES = ["worst-on-both", "sum", "product", "worst-of-two"]


@st.composite
def rankings(draw):
    """Two rankings of the same areas, with ties and gaps, and how many areas each of them ranks."""
    n = draw(st.integers(1, 40))
    columns, sizes = [], []
    for _ in range(2):
        values = np.array(draw(st.lists(st.integers(0, 15), min_size=n, max_size=n)), dtype=float)
        ties = draw(st.sampled_from(["min", "average", "first"]))
        ranks = stats.rank(values, ties=ties)
        for gap in draw(st.sets(st.integers(0, n - 1), max_size=3)):
            ranks[gap] = np.nan
        columns.append(ranks)
        sizes.append(n + draw(st.integers(0, 20)))
    return columns[0], columns[1], sizes[0], sizes[1]


def slowly(deprivation, need, rule, n_d, n_n):
    """Choose one area after another, as one would with pencil and paper."""
    with_both = [i for i in range(len(need)) if deprivation[i] == deprivation[i] and need[i] == need[i]]
    if rule.rule == "worst-on-both":
        return {i for i in with_both if deprivation[i] <= cut(rule, n_d) and need[i] <= cut(rule, n_n)}

    def order(i):
        d, n = Fraction(deprivation[i]), Fraction(need[i])
        if rule.rule == "product":
            return d * n
        if rule.rule == "worst-of-two":
            return min(d / n_d, n / n_n)
        one = stats.exponential_of_rank(deprivation[i : i + 1], n_d)[0]
        return -(one + stats.exponential_of_rank(need[i : i + 1], n_n)[0])

    return set(sorted(with_both, key=lambda i: (order(i), i))[: cut(rule, len(with_both))])


@given(rankings(), st.sampled_from(RULES), st.floats(0.01, 1))
def test_the_quick_choice_is_the_pencil_and_paper_choice(given_ranks, name, share):
    """All four rules, with ties, halves, gaps and rankings of different lengths."""
    deprivation, need, n_d, n_n = given_ranks
    rule = Rule(name, share=share)
    taken = select(deprivation, need, rule=rule, n_deprivation=n_d, n_need=n_n)
    assert set(np.flatnonzero(taken)) == slowly(deprivation, need, rule, n_d, n_n)


@given(rankings(), st.sampled_from(RULES), st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_longer_list_keeps_every_place_of_a_shorter_one(given_ranks, name, one, two):
    """Nobody falls off the list because more places are taken."""
    deprivation, need, n_d, n_n = given_ranks
    short, long = (
        select(deprivation, need, rule=Rule(name, share=share), n_deprivation=n_d, n_need=n_n)
        for share in sorted((one, two))
    )
    assert not (short & ~long).any()


@given(rankings(), st.sampled_from(RULES))
def test_whoever_is_chosen_has_no_less_need_than_whoever_is_not(given_ranks, name):
    """The score that is reported is the score that decides."""
    deprivation, need, n_d, n_n = given_ranks
    rule = Rule(name, share=0.3)
    sizes = {"n_deprivation": n_d, "n_need": n_n}
    taken = select(deprivation, need, rule=rule, **sizes)
    score = combined_need(deprivation, need, rule=rule, **sizes)
    assert np.array_equal(np.isnan(score), np.isnan(deprivation) | np.isnan(need))
    left = ~taken & ~np.isnan(score)
    # With two rankings of different length the two cuts are rounded apart, so one place may be level with another.
    if taken.any() and left.any() and (name != "worst-on-both" or n_d == n_n):
        assert score[taken].min() >= score[left].max() - 1e-9


@given(rankings(), st.sampled_from(RULES))
def test_a_place_without_a_rank_is_never_chosen(given_ranks, name):
    """Not even when all places are taken."""
    deprivation, need, n_d, n_n = given_ranks
    taken = select(deprivation, need, rule=Rule(name, share=1.0), n_deprivation=n_d, n_need=n_n)
    assert np.array_equal(taken, ~(np.isnan(deprivation) | np.isnan(need)))


@pytest.mark.parametrize("name", RULES)
def test_nothing_that_is_given_is_changed(name):
    """Ranks belong to the caller."""
    deprivation, need = np.array([1.0, 2.0, np.nan]), np.array([2.0, 1.0, 3.0])
    before = deprivation.copy(), need.copy()
    select(deprivation, need, rule=Rule(name), n_deprivation=5, n_need=5)
    assert np.array_equal(deprivation, before[0], equal_nan=True)
    assert np.array_equal(need, before[1])


def test_the_published_cuts():
    """The worst tenth of 32,844 LSOAs ends at rank 3,284, of 33,755 at 3,375, of 7,433 wards at 743."""
    assert [cut(Rule(), n) for n in (32_844, 33_755, 7_433)] == [3_284, 3_375, 743]


def test_no_area_is_lost_to_binary_rounding():
    """29 % of 100 areas are 29, although 0.29 x 100 is 28.999999999999996 to a computer."""
    wrong = [
        (n, k)
        for n in range(1, 400)
        for k in range(1, 101)
        if cut(Rule(share=k / 100), n) != floor(Fraction(k, 100) * n)
    ]
    assert wrong == []


def test_a_third_of_three_is_one():
    """A share that was computed misses the whole number by a hair; it still counts."""
    assert [cut(Rule(share=1 / 3), 3), cut(Rule(share=2 / 3), 3), cut(Rule(share=1 / 7 + 1 / 7), 7)] == [1, 2, 2]


def test_sum_is_on_the_exponential_scale():
    """Worked by hand on 10 areas: X(1) = 100, X(3) = 35.86, X(5) = 20.63, so 1 and 5 come before 3 and 3."""
    score = combined_need([1, 3], [5, 3], rule=Rule("sum"), n_deprivation=10, n_need=10)
    assert score.tolist() == pytest.approx([120.63, 71.71], abs=0.01)


def test_a_count_larger_than_the_ranking_takes_all():
    """Asking for 50 places of 3 gives 3."""
    for name in RULES:
        assert select([1, 2, 3], [3, 2, 1], rule=Rule(name, count=50)).all()


def test_a_share_too_small_for_one_place_takes_none():
    """A tenth of 5 areas is none: a list is not padded."""
    for name in RULES:
        assert not select([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], rule=Rule(name)).any()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"rule": "median"}, "not a rule"),
        ({"share": 0}, "above 0"),
        ({"share": 1.5}, "above 0 and up to 1"),
        ({"share": 10}, "For 10 % write 0.1"),
        ({"share": float("nan")}, "above 0"),
        ({"share": True}, "above 0"),
        ({"share": "0.1"}, "above 0"),
        ({"count": 0}, "takes no place"),
        ({"count": 2.5}, "takes no place"),
        ({"share": 0.1, "count": 3}, "both a share"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(arguments, said):
    """The message says what to write instead."""
    with pytest.raises(BadSpecification, match=said):
        Rule(**arguments)


@pytest.mark.parametrize(
    ("deprivation", "need", "said"),
    [
        ([1, 2], [1, 2, 3], "same order"),
        ([0, 1], [1, 2], "run from 0 to 1"),
        ([1, 3], [1, 2], "n_deprivation"),
        ([1, np.inf], [1, 2], "inf"),
    ],
)
def test_ranks_beyond_their_ranking_are_refused(deprivation, need, said):
    """A rank of 3 among 2 areas means that the length of the ranking is wrong."""
    for name in RULES:
        with pytest.raises(BadSpecification, match=said):
            select(deprivation, need, rule=Rule(name, count=1))


def test_a_rule_crosses_process_boundaries():
    """Draws of a certainty run in other processes."""
    assert pickle.loads(pickle.dumps(Rule("sum", count=3))) == Rule("sum", count=3)
