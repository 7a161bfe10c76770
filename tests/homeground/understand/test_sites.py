"""Where the next places should go: against brute force, the solver, and hand sums; every bound must hold."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeground.errors import BadSpecification, BadTable, BadValue
from homeground.understand.reaching.bounding import lagrangian
from homeground.understand.reaching.exact import prove
from homeground.understand.reaching.heuristic import exchange, find
from homeground.understand.reaching.task import Task, allowed, value_of
from homeground.understand.sites import sites

pytest.importorskip("highspy")

LINE = pl.DataFrame(
    {
        "area_code": ["A", "B", "C", "D"],
        "easting": [0.0, 1000.0, 5000.0, 9000.0],
        "northing": [0.0] * 4,
        "population": [100, 300, 200, 50],
        "cohort": ["rest", "rest", "left behind", "left behind"],
    }
)
CANDIDATES = LINE.select(site="area_code", easting="easting", northing="northing")


def never() -> bool:
    """Time is never up."""
    return False


def invented(seed, areas, candidates, *, costs=False):
    """Return made-up areas, candidates and places that are there."""
    rng = np.random.default_rng(seed)
    table = pl.DataFrame(
        {
            "area_code": [f"Z{i}" for i in range(areas)],
            "easting": rng.uniform(0, 9_000, areas).round(-2),
            "northing": rng.uniform(0, 9_000, areas).round(-2),
            "population": rng.integers(0, 2_000, areas) + (np.arange(areas) == 0),
        }
    )
    options = pl.DataFrame(
        {
            "site": [f"S{i}" for i in range(candidates)],
            "easting": rng.uniform(0, 9_000, candidates).round(-2),
            "northing": rng.uniform(0, 9_000, candidates).round(-2),
        }
    )
    if costs:
        options = options.with_columns(cost_gbp=pl.Series(rng.integers(1, 9, candidates) * 1000))
    there = pl.DataFrame({"easting": rng.uniform(0, 9_000, 2), "northing": rng.uniform(0, 9_000, 2)})
    return table, options, there if rng.random() < 0.5 else None


def by_hand(areas, options, there, choice, aim, within):
    """Return what a choice gives, the slow way: weighted mean km, people within reach, or longest km."""
    people = areas["population"].to_list()
    spots = [options.row(at, named=True) for at in choice] + ([] if there is None else there.to_dicts())
    ways = [
        min(np.hypot(row["easting"] - spot["easting"], row["northing"] - spot["northing"]) / 1000 for spot in spots)
        for row in areas.iter_rows(named=True)
    ]
    if aim == "mean":
        return sum(w * p for w, p in zip(ways, people, strict=True)) / sum(people)
    if aim == "reach":
        return sum(p for w, p in zip(ways, people, strict=True) if w <= within * (1 + 1e-12))
    return max(w for w, p in zip(ways, people, strict=True) if p > 0)


@pytest.mark.parametrize("aim", ["mean", "reach", "longest"])
@settings(max_examples=40)
@given(
    seed=st.integers(0, 100_000),
    n=st.integers(1, 12),
    m=st.integers(1, 7),
    most=st.integers(1, 4),
    priced=st.booleans(),
)
def test_the_best_of_all_choices_is_found_and_proven(aim, seed, n, m, most, priced):
    """Every choice is tried by hand: the objective is the best one, and the bound is not beyond it."""
    areas, options, there = invented(seed, n, m, costs=priced)
    most = min(most, m)
    budget = None
    if priced:
        budget = float(np.random.default_rng(seed).integers(int(options["cost_gbp"].min()), 20_000))
    found = sites(areas, options, most=most, existing=there, aim=aim, within=2.0, budget=budget, gap=0.0)
    values = [
        by_hand(areas, options, there, choice, aim, 2.0)
        for size in range(0 if there is not None else 1, most + 1)
        for choice in itertools.combinations(range(m), size)
        if budget is None or sum(options["cost_gbp"][at] for at in choice) <= budget
    ]
    best = max(values) if aim == "reach" else min(values)
    assert found.value == pytest.approx(best, rel=1e-9, abs=1e-9)
    assert found.proven
    assert found.gap == 0.0
    assert found.bound == pytest.approx(best, rel=1e-9, abs=1e-9)
    if found.chosen or there is not None:
        assert found.value == pytest.approx(by_hand(areas, options, there, found.chosen, aim, 2.0))


@settings(max_examples=60)
@given(st.integers(0, 100_000))
def test_a_bound_never_passes_the_best(seed):
    """Lagrangian prices alone, with and without a budget: below the best of all choices, whatever happens."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 20)), int(rng.integers(1, 8))
    most = int(rng.integers(1, m + 1))
    cost, spend = rng.uniform(0, 9, (m, n)).round(int(rng.integers(0, 3))), rng.uniform(0, 5, m).round(1)
    base = cost.max(axis=0) if rng.random() < 0.5 else rng.uniform(0, 9, n).round(1)
    budget = np.inf if rng.random() < 0.5 else float(max(spend.min(), rng.uniform(1, 8)))
    task = Task(cost, base, spend, most, budget)
    choices = [
        list(choice)
        for size in range(1, most + 1)
        for choice in itertools.combinations(range(m), size)
        if allowed(task, list(choice))
    ]
    best = min(value_of(task, choice) for choice in choices)
    chosen, value = find(task, seed=0)
    assert allowed(task, chosen)
    assert value >= best - 1e-9
    bounded = lagrangian(task, chosen, value, gap=0.0, late=never)
    assert bounded.bound <= best + 1e-9
    # What was ruled out is not in every best choice, and what must be in is in one that is better still.
    if bounded.value > best + 1e-9:
        optima = [choice for choice in choices if value_of(task, choice) < best + 1e-9]
        assert any(not bounded.never[choice].any() for choice in optima)


@pytest.mark.parametrize("seed", [1, 2])
def test_exact_and_quick_agree_on_a_middling_town(seed):
    """200 areas, 40 candidates: the solver's best is within the gap that the quick way had proven."""
    areas, options, _ = invented(seed, 200, 40)
    quick, best = sites(areas, options, most=5, gap=0.05), sites(areas, options, most=5, gap=0.0)
    assert best.proven
    assert best.value <= quick.value * (1 + 1e-12)
    assert quick.bound <= best.value * (1 + 1e-9)
    assert quick.gap <= 0.05


def test_exchanges_only_ever_help():
    """From any start to one that no single exchange betters."""
    rng = np.random.default_rng(3)
    task = Task(rng.uniform(0, 9, (12, 30)), np.full(30, 9.0), np.ones(12), 3, np.inf)
    chosen, value = exchange(task, [0, 1, 2])
    assert value <= value_of(task, [0, 1, 2])
    for out in range(3):
        for new in set(range(12)) - set(chosen):
            other = [new if at == out else site for at, site in enumerate(chosen)]
            assert value_of(task, other) >= value - 1e-9


def test_without_the_solver_being_right_the_answer_is_ours(monkeypatch):
    """A solver that lies about its answer changes nothing: what it says is checked with our own sums."""
    cost = np.array([[0.0, 4.0, 9.0], [4.0, 0.0, 4.0], [9.0, 4.0, 0.0]])
    task = Task(cost, np.full(3, 9.0), np.ones(3), 1, np.inf)
    start = lagrangian(task, [1], 8.0, gap=1.0, late=never)

    def lies(program, **_):
        return np.ones(len(program.price)), -np.inf, False

    monkeypatch.setattr("homeground.understand.reaching.exact.solve", lies)
    found = prove(task, start, gap=0.0, seconds=1)
    assert (found.chosen, found.value) == ([1], 8.0)


def test_the_same_seed_gives_the_same_choice():
    """Twice the same, to the last digit."""
    areas, options, there = invented(8, 80, 25)
    first, again = (sites(areas, options, most=4, existing=there, seed=5) for _ in range(2))
    assert first.table.equals(again.table)
    assert (first.value, first.bound) == (again.value, again.bound)


def test_ties_go_to_the_candidate_that_stands_first():
    """Two candidates on one spot."""
    areas = LINE.head(1)
    twice = pl.DataFrame({"site": ["first", "second"], "easting": [0.0, 0.0], "northing": [0.0, 0.0]})
    assert sites(areas, twice, most=1).table["site"].to_list() == ["first"]


def test_who_gains_is_told_place_by_place_and_group_by_group():
    """A hall stands at A; one more at C brings 200 people within 1 km, and the mean way from 2.54 to 0.77 km."""
    there = pl.DataFrame({"easting": [0.0], "northing": [0.0]})
    found = sites(LINE, CANDIDATES, most=1, existing=there)
    assert found.table["site"].to_list() == ["C"]
    assert found.table["sentence"][0] == "A place at C would bring 200 people within 1 km."
    assert found.table["people_nearest"][0] == 250
    rows = {row["group"]: row for row in found.gains.iter_rows(named=True)}
    everybody = rows["everywhere"]
    assert (everybody["people_within_before"], everybody["people_within_after"]) == (400.0, 600.0)
    assert everybody["mean_km_before"] == pytest.approx((300 + 1000 + 450) / 650)
    assert everybody["mean_km_after"] == pytest.approx((300 + 0 + 200) / 650)
    assert rows["left behind"]["longest_km_after"] == 4.0
    assert found.areas["nearest_site"].to_list() == [None, None, "C", "C"]


def test_gains_of_sites_add_up_to_all_who_gain():
    """Nobody is counted at two sites."""
    areas, options, there = invented(4, 100, 30)
    found = sites(areas, options, most=6, existing=there, aim="reach", within=1.5)
    row = found.gains.row(0, named=True)
    assert found.table["people_gained"].sum() == row["people_within_after"] - row["people_within_before"]
    assert found.value == row["people_within_after"]


def test_need_moves_the_choice_to_those_who_count_more():
    """Ten times the need at D outweighs three times the people at B."""
    assert sites(LINE, CANDIDATES, most=1).table["site"].to_list() == ["B"]
    needy = LINE.with_columns(need=pl.Series([1.0, 1.0, 1.0, 100.0]))
    assert sites(needy, CANDIDATES, most=1).table["site"].to_list() == ["D"]


def test_the_worst_served_come_first_when_that_is_the_aim():
    """One place between the ends; two places, one for each half."""
    one = sites(LINE, CANDIDATES, most=1, aim="longest")
    assert (one.table["site"].to_list(), one.value, one.proven) == (["C"], 5.0, True)
    assert sites(LINE, CANDIDATES, most=2, aim="longest").value == 4.0


def test_no_more_is_spent_than_there_is():
    """The best pair costs too much: the best that can be paid for is taken."""
    priced = CANDIDATES.with_columns(cost_gbp=pl.Series([10.0, 60.0, 50.0, 40.0]))
    found = sites(LINE, priced, most=2, budget=100.0, gap=0.0)
    assert found.spent_gbp <= 100
    assert sorted(found.table["site"].to_list()) == ["A", "C"]
    assert sites(LINE, priced, most=2, budget=110.0, gap=0.0).table["site"].sort().to_list() == ["B", "C"]


def test_when_time_is_up_the_answer_says_how_far_it_may_be():
    """The smallest of times: an answer that keeps its promise, proven or not."""
    areas, options, _ = invented(2, 150, 60)
    hasty, best = sites(areas, options, most=6, gap=0.0, seconds=1e-6), sites(areas, options, most=6, gap=0.0)
    assert hasty.bound <= best.value <= hasty.value * (1 + 1e-12)
    assert hasty.gap >= 0


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"most": 0}, BadSpecification, "0 places cannot be chosen"),
        ({"most": 5}, BadSpecification, "5 places are asked for, but there are 4 candidates"),
        ({"aim": "glory"}, BadSpecification, "no aim 'glory'"),
        ({"within": -1.0}, BadSpecification, "cannot be -1 km"),
        ({"gap": 2.0}, BadSpecification, "gap cannot be 2"),
        ({"seconds": 0.0}, BadSpecification, "cannot be 0 seconds"),
        ({"budget": 5.0}, BadSpecification, "no costs of sites"),
        ({"candidates": CANDIDATES.with_columns(cost_gbp=pl.lit(9.0)), "budget": 5.0}, BadSpecification, "pays for no"),
        ({"candidates": CANDIDATES.with_columns(cost_gbp=pl.lit(-9.0))}, BadValue, "'cost_gbp' of A cannot be -9"),
        (
            {"candidates": CANDIDATES.with_columns(cost_gbp=pl.lit(None, dtype=pl.Float64)), "budget": 5.0},
            BadValue,
            "cost",
        ),
        ({"candidates": CANDIDATES.clear()}, BadTable, "no candidates"),
        ({"areas": LINE.with_columns(population=pl.lit(0))}, BadTable, "nobody lives"),
        ({"areas": LINE.with_columns(population=pl.lit(-1))}, BadValue, "cannot be -1"),
        ({"areas": LINE.with_columns(need=pl.lit(-1.0))}, BadValue, "'need' of A"),
    ],
)
def test_what_makes_no_sense_is_refused(change, error, words):
    """Each with a remedy."""
    given_ = {"areas": LINE, "candidates": CANDIDATES, "most": 1, **change}
    with pytest.raises(error, match=words) as caught:
        sites(given_.pop("areas"), given_.pop("candidates"), **given_)
    assert caught.value.remedy


def test_a_question_too_large_for_memory_is_refused(monkeypatch):
    """Before anything is made."""
    monkeypatch.setattr("homeground.understand.sites._MOST_CELLS", 3)
    with pytest.raises(BadSpecification, match="more than 3"):
        sites(LINE, CANDIDATES, most=1)
    monkeypatch.setattr("homeground.understand.sites._MOST_CELLS", 30)
    monkeypatch.setattr("homeground.understand.sites._SINGLE", 3)
    found = sites(LINE, CANDIDATES, most=1)
    assert found.table["site"].to_list() == ["B"]


def test_the_solver_greets_nobody(capfd):
    """Its banner would spoil what --json prints."""
    sites(LINE, CANDIDATES, most=2, aim="longest")
    assert capfd.readouterr().out == ""


def test_without_the_solver_the_quick_bound_is_told(monkeypatch):
    """A core install gets an answer with an honest gap, and the line to type."""
    areas, options, _ = invented(2, 60, 20)
    best = sites(areas, options, most=4, gap=0.0)
    monkeypatch.setattr("homeground.understand.sites.importlib.util.find_spec", lambda _: None)
    found = sites(areas, options, most=4, gap=0.0)
    assert found.bound <= best.value * (1 + 1e-9)
    assert found.value >= best.value * (1 - 1e-9)
    assert any("homeground[sites]" in note.text for note in found.notes)
