"""The parts of a profile: intervals, standing, headlines and words, each against a published or slower answer."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as distributions
from statsmodels.stats.proportion import proportion_confint

from homeground.understand.profiling.figures import Measure
from homeground.understand.profiling.headlines import headlines
from homeground.understand.profiling.intervals import between_areas, poisson, wilson
from homeground.understand.profiling.saying import figure, parts_sentence, position, sentence
from homeground.understand.profiling.standing import ordered

COUNTS = st.integers(0, 400).flatmap(lambda above: st.tuples(st.just(above), st.integers(max(above, 1), 500)))


@given(COUNTS)
def test_limits_of_a_share_are_those_of_statsmodels(counts: tuple[int, int]):
    """Wilson's interval, as another library has it."""
    above, below = counts
    low, high = wilson(np.array([float(above)]), np.array([float(below)]))
    expected = proportion_confint(above, below, alpha=0.05, method="wilson")
    np.testing.assert_allclose((low[0], high[0]), np.clip(expected, 0, 1), atol=1e-12)


def test_limits_of_a_share_are_the_published_ones():
    """Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20 and 1 of 29, method 3."""
    low, high = wilson(np.array([81.0, 15.0, 0.0, 1.0]), np.array([263.0, 148.0, 20.0, 29.0]))
    np.testing.assert_allclose(low, [0.2553, 0.0624, 0.0, 0.0061], atol=5e-5)
    np.testing.assert_allclose(high, [0.3662, 0.1605, 0.1611, 0.1718], atol=5e-5)


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.025, 5.572), (10, 4.795, 18.390)])
def test_limits_of_a_small_count_are_the_published_ones(count: int, low: float, high: float):
    """Exact Poisson limits for 95 in 100, as printed in tables since Garwood (1936)."""
    found = poisson(np.array([float(count)]), np.array([1.0]))
    np.testing.assert_allclose(np.concatenate(found), [low, high], atol=6e-4)


@given(st.integers(0, 200), st.floats(0.1, 1000.0))
def test_poisson_limits_hold_the_count_and_leave_out_what_is_too_far(count: int, people: float):
    """At each limit a count as far away or farther comes up once in 40."""
    low, high = (float(limit[0] * people) for limit in poisson(np.array([float(count)]), np.array([people])))
    assert low <= count <= high
    assert distributions.poisson.cdf(count, high) == pytest.approx(0.025, abs=1e-9)
    if count:
        assert distributions.poisson.sf(count - 1, low) == pytest.approx(0.025, abs=1e-9)


def test_limits_of_a_group_are_those_of_a_slow_sum():
    """The linearised variance of a ratio, area by area, as in Cochran (1977)."""
    generator = np.random.default_rng(3)
    below = generator.uniform(50, 500, 40)
    above = below * generator.beta(2, 5, 40)
    value, low, high = between_areas(above[:, None], below[:, None])
    ratio = sum(above) / sum(below)
    spread = sum((one - ratio * whole) ** 2 for one, whole in zip(above, below, strict=True)) * 40 / 39
    half = 1.959963984540054 * spread**0.5 / sum(below)
    assert (value[0], low[0], high[0]) == pytest.approx((ratio, ratio - half, ratio + half))


def test_areas_without_a_figure_count_neither_above_nor_below():
    """And a group of one area has a value without limits."""
    value, low, _ = between_areas(np.array([[np.nan], [3.0]]), np.array([[10.0], [10.0]]))
    assert value[0] == pytest.approx(0.3)
    assert np.isnan(low[0])


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.data(), st.sampled_from(["worse", "better", ""]))
def test_rank_and_percentile_are_those_of_scipy(values: list[int], data: st.DataObject, way: str):
    """Ties share the best rank and count half, as scipy's 'mean' percentile has it."""
    chosen = data.draw(st.sampled_from(values))
    others = np.array([float(value) for value in values])
    rank, of, better = ordered(others, float(chosen), way)
    sign = 1.0 if way == "better" else -1.0
    assert rank == distributions.rankdata(sign * others, method="min")[values.index(chosen)]
    assert of == len(values)
    assert better == pytest.approx(distributions.percentileofscore(-sign * others, -sign * chosen, kind="mean"))


def test_nothing_is_ranked_among_nothing():
    """No figure, or none of others: no rank, and the share is not made up."""
    assert ordered(np.array([1.0, 2.0]), float("nan"), "worse") == (None, 2, None)
    assert ordered(np.array([np.nan]), 1.0, "worse") == (None, 0, None)


def told(**columns: list[object]) -> pl.DataFrame:
    """Return a table of figures with what the headlines ask for."""
    n = len(columns["percentile"])
    plain: dict[str, list[object]] = {
        "indicator": [f"i{place}" for place in range(n)],
        "theme": [f"t{place}" for place in range(n)],
        "sentence": [f"s{place}" for place in range(n)],
        "unit": ["per cent"] * n,
        "state": ["known"] * n,
        "higher_is": ["worse"] * n,
        "level_name": [""] * n,
        "sure": [True] * n,
    }
    return pl.DataFrame(plain | columns, schema_overrides={"sure": pl.Boolean, "percentile": pl.Float64})


def test_headlines_are_the_two_worst_standings_and_the_best_one():
    """By hand: 99 and 90 are the worst, 3 is the strength."""
    assert headlines(told(percentile=[60.0, 99.0, 3.0, 90.0, 20.0])) == ("s1", "s3", "s2")


def test_headlines_leave_out_what_may_be_chance_what_is_not_known_and_what_is_not_of_the_place():
    """A difference within its limits, a hidden figure, the whole authority's figure, one without a good way."""
    table = told(
        percentile=[99.0, 98.0, 97.0, 96.0, 70.0, 30.0],
        sure=[False, None, None, True, True, True],
        state=["known", "suppressed", "known", "known", "known", "known"],
        level_name=["", "", "Exshire", "", "", ""],
        higher_is=["worse", "worse", "worse", "", "worse", "worse"],
    )
    assert headlines(table) == ("s4", "s5")


def test_headlines_leave_out_scales_that_only_the_publisher_knows():
    """A figure such as 'at 129 (England is about 100)' is no sentence that matters to a reader."""
    assert headlines(told(percentile=[99.0, 80.0, 5.0], unit=["(England is about 100)", "per cent", "km"])) == (
        "s1",
        "s2",
    )


def test_headlines_are_of_different_themes():
    """Three kinds of crime are one thing to a reader."""
    table = told(percentile=[99.0, 98.0, 80.0, 5.0], theme=["crime", "crime", "homes", "health"])
    assert headlines(table) == ("s0", "s2", "s3")


@given(st.lists(st.integers(0, 100), min_size=3, max_size=12))
def test_headlines_hold_a_strength_whatever_the_standings(percentiles: list[int]):
    """The best standing is always named, or what comes nearest to one; no sentence stands there twice."""
    found = headlines(told(percentile=list(percentiles)))
    named = [percentiles[int(sentence[1:])] for sentence in found]
    assert 1 <= len(found) <= 3
    assert len(set(found)) == len(found)
    assert min(percentiles) in named


SHARE = Measure("a", "Renting", "housing", "share", "x", unit="per cent", higher_is="worse", says="{value} rent.")


def test_a_sentence_says_the_figure_england_the_standing_and_which_way_is_worse():
    """All four, in one breath."""
    said = sentence(SHARE, 34.2, england=20.0, sure=True, rank=3, of=400, better=93.4, kind="ward", level="")
    assert said == ("34% rent. That is more than in England (20%). About 93 in 100 wards do better. Higher is worse.")


def test_a_difference_within_its_limits_is_not_made_much_of():
    """Neither more nor less: too small to be sure of."""
    said = sentence(SHARE, 34.2, england=33.0, sure=False, rank=3, of=400, better=93.4, kind="ward", level="")
    assert "the difference is too small to be sure of" in said
    assert "more than" not in said


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (9.96, "per cent", "10.0%"),
        (0.0, "per cent", "0%"),
        (0.034, "km", "0.034 km"),
        (1234.5, "patients", "1,234 patients"),
        (-0.63, "", "\N{MINUS SIGN}0.63"),
        (7.7667, "pounds a head", "£7.77 a head"),
    ],
)
def test_figures_are_rounded_as_a_person_would_say_them(value: float, unit: str, words: str):
    """Two figures that matter, thousands with a comma, money in pounds and pence."""
    assert figure(value, Measure("a", "A", "housing", "value", "x", unit=unit)) == words


def test_position_never_says_all_or_none():
    """99 in 100 and 1 in 100 are the ends: nobody is told that all others do better."""
    assert position(99.98, "worse", "ward") == "About 99 in 100 wards do better."
    assert position(0.01, "worse", "ward") == "It does better than about 99 in 100 wards."


def test_what_a_part_rests_on_is_told_for_hidden_and_missing_apart():
    """And nothing is said where everything is known."""
    assert parts_sentence(0.25, 0.1) == (
        "It rests on a part of the place: 25% of the people live where it is hidden and 10% live where there is "
        "no figure."
    )
    assert parts_sentence(0.0, 0.0) == ""


def test_few_places_are_counted_and_not_told_in_100():
    """Of nine regions one is number 2: 'about 94 in 100 regions' would be nonsense."""
    position_of = Measure("a", "Deprivation", "economy", "rank", "x", unit="deprivation")
    said = sentence(position_of, 40.0, england=50.0, sure=None, rank=2, of=9, better=83.0, kind="region", level="")
    assert said.startswith("Deprivation: number 2 of 9 regions, where number 1 has the most deprivation.")
