"""Rank, decile, transform and shrink: laws, hand-worked sums and slow versions."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from homeground import stats

values_with_ties = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=60).map(np.array)


@given(values_with_ties, st.sampled_from(["min", "average", "max", "first"]))
def test_rank_agrees_with_pandas(values, ties):
    """Every way of ranking ties gives what pandas gives."""
    expected = pd.Series(values).rank(ascending=False, method=ties).to_numpy()
    assert np.array_equal(stats.rank(values, ties=ties), expected)


@given(values_with_ties, st.integers(0, 59))
def test_a_missing_value_takes_no_rank_and_no_place(values, at):
    """The other areas are ranked as if the missing one were not there."""
    at = at % len(values)
    with_gap = np.insert(values, at, np.nan)
    ranked = stats.rank(with_gap)
    assert np.isnan(ranked[at])
    assert np.array_equal(np.delete(ranked, at), stats.rank(values))


@given(st.integers(1, 4000))
def test_deciles_hold_equal_numbers(n):
    """The ten tenths differ by one area at most, and the worst rank is in the first."""
    sizes = np.bincount(stats.decile(np.arange(1.0, n + 1), n), minlength=11)[1:]
    assert sizes.sum() == n
    assert sizes.max() - sizes.min() <= 1


@given(st.integers(1, 5000), st.data())
def test_decile_is_exact_in_whole_numbers(n, data):
    """The tenth is ceil(10 r / n) in exact arithmetic, for any r and n."""
    r = data.draw(st.integers(1, n))
    assert stats.decile(np.array([float(r)]), n)[0] == -(-10 * r // n)


def test_exponential_is_the_published_formula():
    """X = -23 ln(1 - R (1 - exp(-100/23))) with R = (n + 1 - rank) / n."""
    n = 32844
    for rank in (1, 2, 500, 32843, 32844):
        share = (n + 1 - rank) / n
        expected = -23 * math.log(1 - share * (1 - math.exp(-100 / 23)))
        assert stats.exponential_of_rank(np.array([float(rank)]), n)[0] == pytest.approx(expected, abs=1e-9)


def test_half_of_the_exponential_scale_is_the_worst_tenth():
    """The area at the edge of the worst tenth scores about 50 of 100."""
    assert stats.exponential_of_rank(np.array([1001.0]), 10000)[0] == pytest.approx(50, abs=1)


def test_normal_scores_agree_with_scipy_and_add_up_to_nothing():
    """Normal scores are the quantiles of the ranks and are balanced round zero."""
    ranks = np.arange(1.0, 1001)
    scores = stats.normal_of_rank(ranks, 1000)
    assert scores == pytest.approx(norm.ppf((1000 - ranks + 0.5) / 1000), abs=1e-12)
    assert scores.sum() == pytest.approx(0, abs=1e-9)


def test_min_max_and_z_of_a_constant_do_not_divide_by_zero():
    """A column that is the same everywhere says nothing, and says so without an error."""
    assert stats.min_max(np.array([3.0, 3.0])).tolist() == [0.0, 0.0]
    assert stats.z_score(np.array([3.0, 3.0])).tolist() == [0.0, 0.0]


def shrink_one_by_one(r, n, groups):
    """The shrinkage written out area by area, as the technical report puts it."""
    out = []
    for i, group in enumerate(groups):
        members = [j for j, other in enumerate(groups) if other == group]
        logit = {j: math.log((r[j] + 0.5) / (n[j] - r[j] + 0.5)) for j in members}
        total_r, total_n = sum(r[j] for j in members), sum(n[j] for j in members)
        big = math.log((total_r + 0.5) / (total_n - total_r + 0.5))
        if len(members) == 1:
            out.append(1 / (1 + math.exp(-logit[i])))
            continue
        s2 = (n[i] + 1) * (n[i] + 2) / (n[i] * (r[i] + 1) * (n[i] - r[i] + 1))
        t2 = sum((logit[j] - big) ** 2 for j in members) / (len(members) - 1)
        w = 0.0 if t2 == 0 else (1 / s2) / (1 / s2 + 1 / t2)
        z = w * logit[i] + (1 - w) * big
        out.append(1 / (1 + math.exp(-z)))
    return out


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0, 1), st.integers(0, 3)), min_size=1, max_size=30))
def test_shrinkage_agrees_with_the_sum_written_out(rows):
    """The fast shrinkage gives what the report's algebra gives, area by area."""
    n = [row[0] for row in rows]
    r = [round(row[0] * row[1]) for row in rows]
    _, groups = np.unique([row[2] for row in rows], return_inverse=True)
    found = stats.shrink_rates(np.array(r, float), np.array(n, float), groups)
    assert found == pytest.approx(shrink_one_by_one(r, n, groups.tolist()), abs=1e-9)


def test_an_area_with_nobody_takes_the_rate_of_its_larger_area():
    """No one in the denominator: nothing is known, so the larger area speaks."""
    shrunk = stats.shrink_rates(np.array([0.0, 20.0, 40.0]), np.array([0.0, 100.0, 100.0]), np.array([0, 0, 0]))
    assert shrunk[0] == pytest.approx(60.5 / 201, abs=1e-3)


def test_small_numbers_are_pulled_further_than_large_ones():
    """3 of 4 says less than 300 of 400: the small area moves further towards the larger area."""
    few_many = stats.shrink_rates(
        np.array([3.0, 300.0, 100.0, 120.0]), np.array([4.0, 400.0, 400.0, 400.0]), np.array([0, 0, 0, 0])
    )
    assert few_many[0] < few_many[1] < 0.75


def test_streams_depend_on_seed_and_place_only():
    """Stream 3 of seed 7 is the same whoever asks for however many."""
    few, many = stats.random_streams(7, 4), stats.random_streams(7, 40)
    draw = [np.random.default_rng(stream[3]).integers(0, 2**62) for stream in (few, many)]
    assert draw[0] == draw[1]
    assert np.random.default_rng(few[2]).integers(0, 2**62) != draw[0]
