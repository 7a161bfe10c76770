"""How far sorters agree: a published answer, a slow version, and the borders."""

from __future__ import annotations

import itertools
import random

import polars as pl
import pytest

from homeground.errors import BadTable
from homeground.listen.agreement import agreement


def table(rows: list[tuple[object, object, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["thing", "sorter", "theme"], orient="row")


def test_the_published_example_comes_out() -> None:
    """Krippendorff 2011, example C: four observers, twelve units, gaps; alpha for names is 0.743."""
    seen = {
        "A": "1 2 3 3 2 1 4 1 2 . . .", "B": "1 2 3 3 2 2 4 1 2 5 . 3", "C": ". 3 3 3 2 3 4 2 2 5 1 .",
        "D": "1 2 3 3 2 4 4 1 2 5 1 .",
    }  # fmt: skip
    rows = [(unit, who, v) for who, values in seen.items() for unit, v in enumerate(values.split()) if v != "."]
    assert agreement(table(rows)) == pytest.approx(0.743, abs=0.0005)


def test_a_slow_version_agrees() -> None:
    """Counted pair by pair, as the definition says."""
    random.seed(4)
    rows = [(t, s, random.choice("abc")) for t in range(30) for s in "xyz" if random.random() < 0.8]
    values = {t: [v for thing, _, v in rows if thing == t] for t in range(30)}
    paired = {t: v for t, v in values.items() if len(v) > 1}
    total = sum(map(len, paired.values()))
    seen = sum(sum(a != b for a, b in itertools.permutations(v, 2)) / (len(v) - 1) for v in paired.values()) / total
    flat = [v for values in paired.values() for v in values]
    chance = sum(a != b for a, b in itertools.permutations(flat, 2)) / (total * (total - 1))
    assert agreement(table(rows)) == pytest.approx(1 - seen / chance)


def test_all_agreed_is_one_and_nothing_shared_is_an_error() -> None:
    """Even when there is one theme alone; what one sorter alone put away says nothing."""
    assert agreement(table([(1, "a", "x"), (1, "b", "x"), (2, "a", "y")])) == 1.0
    with pytest.raises(BadTable, match="sorted by two"):
        agreement(table([(1, "a", "x"), (2, "b", "x")]))
