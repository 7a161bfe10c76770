"""The sampling error of indicators."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from homeground.errors import BadValue
from homeground.find.doubting.sampling import sampling_errors
from homeground.find.index import build
from homeground.method import parse_method


def errors(part: dict, columns: dict, **areas: str):
    """Return the sampling errors of an index of one part."""
    data = {"name": "one", "areas": areas, "index": {"parts": ["x"], "weights": "equal"}, "parts": {"x": part}}
    method = parse_method(data)
    table = pl.DataFrame({"area_code": [f"A{i}" for i in range(len(next(iter(columns.values()))))], **columns})
    return sampling_errors(build(method, table), table)


RATE = {"numerator": "poor", "denominator": "people"}


def test_counts_have_the_binomial_error():
    """50 of 100: the square root of .25 / 100; a count of nought is not certain."""
    found = errors(RATE, {"poor": [50, 0], "people": [100, 100]}).by_part["x"]
    nought = 0.5 / 101
    assert found == pytest.approx([0.05, np.sqrt(nought * (1 - nought) / 100)])


def test_the_error_is_in_the_unit_of_the_rate():
    """Per 1,000, the error is a thousand times that of the share."""
    found = errors({**RATE, "per": 1000}, {"poor": [50, 40], "people": [100, 100]}).by_part["x"]
    assert found[0] == pytest.approx(50.0)


def test_counts_beyond_their_denominator_have_the_poisson_error():
    """120 offences among 100 people are no share; the reader is told."""
    found = errors(RATE, {"poor": [120, 8], "people": [100, 100]})
    assert found.by_part["x"] == pytest.approx([np.sqrt(120.5) / 100, np.sqrt(8.5) / 100])
    assert "Poisson" in found.notes[0].text


def test_a_standard_error_is_taken_as_it_stands():
    """The column is in the unit of the figure."""
    found = errors({"column": "v", "standard_error": "e"}, {"v": [1.0, 2.0], "e": [0.1, 0.2]})
    assert found.by_part["x"] == pytest.approx([0.1, 0.2])


def test_the_error_follows_the_slope_of_a_logarithm():
    """With outliers = log the figure enters as ln(x - min + 1), and its error over x - min + 1."""
    part = {"column": "v", "standard_error": "e", "outliers": {"treatment": "log"}}
    found = errors(part, {"v": [1.0, 4.0], "e": [0.1, 0.2]})
    assert found.by_part["x"] == pytest.approx([0.1, 0.2 / 4.0])


def test_a_shrunk_figure_is_surer_than_its_own_counts():
    """What was pulled towards the larger area has the posterior error, never more than its own."""
    rng = np.random.default_rng(0)
    people = rng.integers(50, 500, 60)
    poor = rng.binomial(people, rng.beta(8, 24, 60))
    columns = {"poor": poor, "people": people, "town": [f"T{i % 3}" for i in range(60)]}
    plain = errors(RATE, columns).by_part["x"]
    shrunk = errors({**RATE, "shrink": True}, columns, larger_area="town").by_part["x"]
    assert (shrunk > 0).all()
    assert (shrunk < plain * 1.05).mean() > 0.95
    small, large = people < 120, people > 350
    assert (shrunk / plain)[small].mean() < (shrunk / plain)[large].mean()


def test_a_figure_that_was_filled_in_is_as_unsure_as_its_column():
    """It is not a measurement, and the reader is told which areas it is about."""
    found = errors({**RATE, "missing": "median"}, {"poor": [10, 30, None, 60], "people": [100, 100, 100, 100]})
    raw = np.array([0.1, 0.3, 0.3, 0.6])
    assert found.by_part["x"][2] == pytest.approx(raw.std())
    assert found.notes[0].areas == ("A2",)


def test_ranks_and_bare_columns_have_no_error():
    """Nothing is made up: what has neither counts nor a standard error is listed."""
    found = errors({"column": "v"}, {"v": [1.0, 2.0]})
    assert found.without == ("x",) and not found.by_part


def test_an_error_below_zero_is_refused():
    """With its row and column."""
    with pytest.raises(BadValue, match=r"row 3, column 'e'.*below zero"):
        errors({"column": "v", "standard_error": "e"}, {"v": [1.0, 2.0], "e": [0.1, -0.2]})
