"""Small invented lists of places for the certainty tests: areas in wards, an index with indicators, one of ranks."""

from __future__ import annotations

import numpy as np
import polars as pl

from homeground.find.doubting.model import Leg, ListModel, index_model
from homeground.find.index import build
from homeground.find.rules import Rule
from homeground.method import parse_method

WARDS, AREAS = 40, 160


def indicators_table(seed: int = 0, areas: int = AREAS) -> pl.DataFrame:
    """Return areas with counts, a column with a standard error, and a rank."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal(areas)
    people = rng.integers(300, 2000, areas)
    columns: dict[str, object] = {"area_code": [f"A{i:04d}" for i in range(areas)], "people": people}
    for name in ("poor", "out_of_work"):
        rate = 1 / (1 + np.exp(2 - 0.7 * common - 0.3 * rng.standard_normal(areas)))
        columns[name] = rng.binomial(people, rate)
    columns["ill"] = common + 0.6 * rng.standard_normal(areas)
    columns["ill_error"] = rng.uniform(0.05, 0.3, areas)
    columns["crime_rank"] = (-(common + rng.standard_normal(areas))).argsort().argsort() + 1
    return pl.DataFrame(columns)


def indicators_method(**index: object) -> dict:
    """Return a method with counts, a standard error and a rank, at two levels."""
    return {
        "name": "invented deprivation",
        "index": {"parts": ["money", "health", "crime"], "score": "sum", **index},
        "parts": {
            "money": {"parts": ["poor", "out_of_work"], "transform": "exponential-rank", "weight": 0.5},
            "poor": {"numerator": "poor", "denominator": "people", "transform": "z", "weight": 0.7},
            "out_of_work": {"numerator": "out_of_work", "denominator": "people", "transform": "z", "weight": 0.3},
            "health": {
                "column": "ill", "standard_error": "ill_error", "transform": "exponential-rank", "weight": 0.3,
            },
            "crime": {"column": "crime_rank", "holds": "rank", "transform": "exponential-rank", "weight": 0.199},
        },
    }  # fmt: skip


def need_table(seed: int = 1, wards: int = WARDS) -> pl.DataFrame:
    """Return wards with three ranks."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal(wards)
    columns: dict[str, object] = {"area_code": [f"W{i:03d}" for i in range(wards)]}
    for name in ("civic", "connected", "engaged"):
        columns[name] = (-(common + rng.standard_normal(wards))).argsort().argsort() + 1
    return pl.DataFrame(columns)


NEED = {
    "name": "invented need",
    "index": {"parts": ["civic", "connected", "engaged"], "weights": "equal", "score": "sum"},
    "parts": {
        name: {"column": name, "holds": "rank", "transform": "exponential-rank"}
        for name in ("civic", "connected", "engaged")
    },
}


def lookup(areas: int = AREAS, wards: int = WARDS) -> pl.DataFrame:
    """Return which ward each area lies in."""
    return pl.DataFrame(
        {"from_code": [f"A{i:04d}" for i in range(areas)], "to_code": [f"W{i % wards:03d}" for i in range(areas)]}
    )


def wards_list(seed: int = 0, rule: Rule | None = None, *, by: str = "mean-score", **index: object) -> ListModel:
    """Return a list of wards: deprivation carried from areas, need by ward."""
    table, ranks = indicators_table(seed), need_table(seed + 1)
    deprivation = build(parse_method(indicators_method(**index)), table)
    places = ranks["area_code"]
    people = table.select("area_code", "people")
    return ListModel(
        tuple(places.to_list()),
        index_model(deprivation, places, Leg(lookup(), by, people), table=table),
        index_model(build(parse_method(NEED), ranks), places),
        rule or Rule(share=0.3),
    )


def areas_list(seed: int = 0, rule: Rule | None = None, **index: object) -> ListModel:
    """Return a list of areas by the one index with indicators."""
    table = indicators_table(seed)
    built = build(parse_method(indicators_method(**index)), table)
    places = table["area_code"]
    return ListModel(tuple(places.to_list()), index_model(built, places, table=table), rule=rule or Rule(share=0.2))


def two_part_list(first: list[float], second: list[float], rule: Rule) -> ListModel:
    """Return a list by an index of two equal parts that are taken as they stand."""
    table = pl.DataFrame({"area_code": [f"P{i}" for i in range(len(first))], "first": first, "second": second})
    method = parse_method(
        {
            "name": "two parts",
            "index": {"parts": ["first", "second"], "weights": "equal"},
            "parts": {"first": {"column": "first"}, "second": {"column": "second"}},
        }
    )
    return ListModel(
        tuple(table["area_code"].to_list()), index_model(build(method, table), table["area_code"]), rule=rule
    )
