"""The quick kernel of the certainty draws against a slow and plain one, and the exact arithmetic it stands on."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr
from scipy.stats import kstest

from homeground import stats
from homeground.find.cohort import cohort
from homeground.find.doubting.doubt import CertaintySpec, Edition, Noise, Normalisation, RuleChoice, Threshold, Weights
from homeground.find.doubting.draws import blocks, run_blocks
from homeground.find.doubting.exact import Exact, Sorter
from homeground.find.doubting.model import Leg, ListModel, index_model
from homeground.find.doubting.normals import normal_table, normals
from homeground.find.doubting.picking import choose
from homeground.find.doubting.plan import make_plan
from homeground.find.index import build
from homeground.find.rules import Rule
from homeground.method import parse_method
from tests.homeground.find.invented import (
    areas_list,
    indicators_method,
    indicators_table,
    lookup,
    need_table,
    wards_list,
)
from tests.homeground.find.slowly import draw_all

EVERYTHING = {
    "weights": Weights(concentration=30, levels=("domains", "indicators")),
    "noise": Noise(stated=0.3),
    "threshold": Threshold(low=0.2, high=0.4),
    "rule": RuleChoice(),
    "normalisation": Normalisation(of=("need",)),
}
CASES = {
    "weights": (wards_list, {"weights": Weights()}),
    "weights of indicators": (wards_list, {"weights": Weights(of=("deprivation",), levels=("indicators",))}),
    "published noise": (areas_list, {"noise": Noise()}),
    "stated noise": (areas_list, {"noise": Noise(published=False, stated=0.2)}),
    "noise of named parts": (areas_list, {"noise": Noise(published=False, parts={"poor": 0.3, "crime": 0.1})}),
    "normalisation": (wards_list, {"normalisation": Normalisation()}),
    "threshold": (areas_list, {"threshold": Threshold(low=0.1, high=0.3)}),
    "rule": (wards_list, {"rule": RuleChoice(choices=("worst-on-both", "sum", "product", "worst-of-two"))}),
    "everything": (wards_list, EVERYTHING),
}


def members_and_sizes(editions, spec, *, bands=False):
    """Return how often each place is on the list and the size of each list, as the quick kernel finds them."""
    plan = make_plan(spec, editions, on=spec.sources, name="all", bands=bands)
    tally = run_blocks(plan, 0, blocks(spec.draws))
    return tally.members, tally.all_sizes()


def check_agreement(editions, spec):
    """Hold the quick kernel to the slow one, with and without the tally of ranks."""
    slow, _ = draw_all(editions, spec)
    for bands in (False, True):
        members, sizes = members_and_sizes(editions, spec, bands=bands)
        assert np.array_equal(sizes, slow.sum(axis=1))
        assert np.array_equal(members, slow.sum(axis=0))
    return slow


@pytest.mark.parametrize("name", CASES)
def test_the_quick_draws_are_the_slow_draws(name):
    """Every source alone and all together: the same places, draw by draw, from the same random numbers."""
    make, doubt = CASES[name]
    slow = check_agreement({"one": make()}, CertaintySpec(draws=70, seed=3, **doubt))
    assert len({row.tobytes() for row in slow}) > 1, "the case varies nothing"


@pytest.mark.parametrize("by", ["mean-score", "keep-rank", "mean-exponential"])
def test_all_ways_to_the_places_agree(by):
    """Scores averaged, ranks kept, ranks averaged on the exponential scale."""
    check_agreement(
        {"one": wards_list(by=by)}, CertaintySpec(draws=40, weights=Weights(), noise=Noise(of=("deprivation",)))
    )


def test_a_way_of_two_steps_agrees():
    """Areas to wards to districts: the wards are ranked on the way."""
    model = wards_list()
    pairs = pl.DataFrame({"from_code": list(model.places), "to_code": [f"D{i % 12}" for i in range(40)]})
    table = indicators_table()
    built = build(parse_method(indicators_method()), table)
    places = pairs["to_code"].unique().sort()
    legs = (Leg(lookup(), "mean-score"), Leg(pairs, "mean-exponential"))
    districts = ListModel(tuple(places.to_list()), index_model(built, places, *legs, table=table), rule=Rule(count=4))
    check_agreement(
        {"one": districts}, CertaintySpec(draws=40, weights=Weights(), noise=Noise(), threshold=Threshold())
    )


@pytest.mark.parametrize(
    "combine", [{"combine": "geometric"}, {"combine": "harmonic"}, {"combine": "power", "power": 2.0}]
)
def test_means_that_do_not_add_up_agree(combine):
    """Geometric, harmonic and quadratic means of the domains, with weights and noise."""
    model = areas_list(score="mean", **combine)
    check_agreement({"one": model}, CertaintySpec(draws=40, weights=Weights(), noise=Noise(stated=0.1)))


def test_areas_without_a_part_agree():
    """A part that an area lacks: its other parts are stretched, in every draw; a place left out stays out."""
    table = indicators_table().with_columns(
        ill=pl.when(pl.col("area_code").str.ends_with("7")).then(None).otherwise("ill"),
        ill_error=pl.when(pl.col("area_code").str.ends_with("7")).then(None).otherwise("ill_error"),
    )
    for policy in ("reweight", "leave-out"):
        method = indicators_method()
        method["parts"]["health"]["missing"] = policy
        built = build(parse_method(method), table)
        model = index_model(built, table["area_code"], table=table)
        slow = check_agreement(
            {"one": ListModel(tuple(table["area_code"].to_list()), model, rule=Rule(share=0.25))},
            CertaintySpec(draws=40, weights=Weights(levels=("domains", "indicators")), noise=Noise()),
        )
        sevens = table["area_code"].str.ends_with("7").to_numpy()
        assert slow[:, sevens].any() == (policy == "reweight")


def test_exclusions_and_caps_hold_in_every_draw():
    """An excluded place is in no draw, and no larger area has more places than its cap."""
    model = wards_list()
    eligible = np.arange(40) % 9 != 0
    groups = np.arange(40) % 5
    for rule in (Rule(share=0.5), Rule("sum", count=12)):
        capped = ListModel(model.places, model.deprivation, model.need, rule, eligible, 2, groups)
        slow = check_agreement({"one": capped}, CertaintySpec(draws=40, weights=Weights()))
        assert not slow[:, ~eligible].any()
        assert max(np.bincount(groups[row], minlength=5).max() for row in slow) <= 2


def test_editions_are_drawn_with_their_own_figures():
    """Two editions of the same wards: every draw is a whole list of one of the two."""
    editions = {"old": wards_list(0), "new": wards_list(10)}
    slow = check_agreement(editions, CertaintySpec(draws=60, edition=Edition(), weights=Weights(concentration=1e12)))
    points = {editions[name].point()[2].tobytes() for name in editions}
    assert {row.tobytes() for row in slow} == points


def test_the_first_draws_of_a_long_run_are_those_of_a_short_one():
    """More draws add to what there is: a run can be made longer without becoming another."""
    short, long = (CertaintySpec(draws=draws, seed=5, **EVERYTHING) for draws in (23, 50))
    few, many = (members_and_sizes({"one": wards_list()}, spec)[1] for spec in (short, long))
    assert np.array_equal(few, many[:23])


def test_blocks_can_be_done_in_any_order():
    """Whoever does them, in whatever order: the tallies add up to the same."""
    plan = make_plan(
        CertaintySpec(draws=90, **EVERYTHING), {"one": wards_list()}, on=tuple(EVERYTHING), name="all", bands=True
    )
    whole = run_blocks(plan, 0, blocks(90))
    pieces = [run_blocks(plan, first, first + 1) for first in reversed(range(blocks(90)))]
    total = pieces[0]
    for piece in pieces[1:]:
        total.add(piece)
    assert np.array_equal(whole.members, total.members)
    assert np.array_equal(whole.all_sizes(), total.all_sizes())
    for one, two in zip(whole.ranks, total.ranks, strict=True):
        assert np.array_equal(one, two)


def test_collapsing_the_noise_changes_no_probability():
    """One normal number for each area and domain does what one for each indicator does, to the error of the draws.

    Every indicator is perturbed by itself and the whole index built again, as anybody would do it.
    """
    table, draws = indicators_table(areas=60), 600
    method = indicators_method()
    del method["parts"]["crime"]
    method["index"]["parts"] = ["money", "health"]
    recipe = parse_method(method)
    built = build(recipe, table)
    model = index_model(built, table["area_code"], table=table)
    members, _ = members_and_sizes(
        {"one": ListModel(tuple(table["area_code"].to_list()), model, rule=Rule(share=0.2))},
        CertaintySpec(draws=4000, seed=1, noise=Noise()),
    )
    plain = parse_method(
        {
            "name": "perturbed",
            "index": method["index"],
            "parts": {
                **method["parts"],
                "poor": {"column": "poor", "weight": 0.7},
                "out_of_work": {"column": "out_of_work", "weight": 0.3},
                "health": {"column": "ill", "transform": "exponential-rank", "weight": 0.3},
            },
        }
    )
    rng = np.random.default_rng(2)
    counted = np.zeros(60)
    for _ in range(draws):
        columns = {"area_code": table["area_code"]}
        for name in ("poor", "out_of_work"):
            raw = built.raw[name]
            moved = raw + model.errors[name] * rng.standard_normal(60)
            columns[name] = pl.Series((moved - raw.mean()) / raw.std())
        columns["ill"] = pl.Series(built.raw["health"] + model.errors["health"] * rng.standard_normal(60))
        counted += build(plain, pl.DataFrame(columns)).table["rank"].to_numpy() <= 12
    p, q = members / 4000, counted / draws
    error = np.sqrt(np.maximum(q * (1 - q), 0.01) / draws + np.maximum(p * (1 - p), 0.01) / 4000)
    assert ((p > 0.05) & (p < 0.95)).sum() > 5
    assert np.abs((p - q) / error).max() < 4.5


def test_choosing_on_arrays_is_choosing_on_tables():
    """Exclusions, minimum population and caps: `choose` takes the places that `find cohort` takes."""
    rng = np.random.default_rng(0)
    for trial in range(12):
        codes = [f"P{i:02d}" for i in range(50)]
        ranks = [rng.permutation(50) + 1.0 for _ in range(2)]
        areas = pl.DataFrame(
            {
                "area_code": codes,
                "population": rng.integers(50, 150, 50),
                "larger_area": rng.integers(0, 6, 50).astype(str),
            }
        )
        rule = [Rule(share=0.5), Rule("sum", share=0.3), Rule("product", count=9), Rule("worst-of-two", count=20)][
            trial % 4
        ]
        cap = [None, 2][trial % 2]
        tables = [pl.DataFrame({"area_code": codes, "rank": rank}) for rank in ranks]
        found = cohort(*tables, rule=rule, areas=areas, minimum_population=60, exclude=["P03", "P17"], cap=cap)
        eligible = (areas["population"] >= 60).to_numpy() & ~np.isin(codes, ["P03", "P17"])
        ours = choose(
            *ranks, rule=rule, n_deprivation=50, n_need=50, eligible=eligible, cap=cap,
            larger_area=areas["larger_area"].cast(int).to_numpy(),
        )  # fmt: skip
        assert tuple(np.array(codes)[ours]) == found.selected


@given(st.integers(1, 300), st.integers(0, 10_000), st.sampled_from(["min", "max", "average", "first"]))
def test_the_packed_sort_is_the_plain_rank(n, seed, ties):
    """With gaps and with ties, by every rule for them."""
    rng = np.random.default_rng(seed)
    values = np.round(rng.standard_normal(n), int(rng.integers(0, 4)))
    values[rng.random(n) < 0.1] = np.nan
    order, found, gaps = Sorter(n).ranked(values, ties=ties)
    ranks = np.full(n, np.nan)
    ranks[order] = np.arange(1.0, len(order) + 1) if found is None else found
    assert np.array_equal(ranks, stats.rank(values, ties=ties), equal_nan=True)
    assert np.array_equal(np.sort(gaps), np.flatnonzero(np.isnan(values)))


@pytest.mark.parametrize("ties", ["min", "max", "average", "first"])
@pytest.mark.parametrize("by", ["keep-rank", "mean-exponential"])
def test_areas_that_are_level_stay_level_in_every_draw(ties, by):
    """Areas with the same figures: they share a rank and a score in every draw, by the rule of the method."""
    few = indicators_table(areas=40)
    table = pl.concat([few, few]).with_columns(area_code=pl.Series([f"A{i:04d}" for i in range(80)]))
    method = indicators_method(ties=ties)
    del method["parts"]["crime"]
    method["index"]["parts"] = ["money", "health"]
    built = build(parse_method(method), table)
    pairs = pl.DataFrame({"from_code": table["area_code"], "to_code": [f"W{i % 40 // 2}" for i in range(80)]})
    legs, places = (
        ((), table["area_code"]) if by == "keep-rank" else ((Leg(pairs, by),), pairs["to_code"].unique().sort())
    )
    model = ListModel(tuple(places.to_list()), index_model(built, places, *legs, table=table), rule=Rule(count=15))
    slow = check_agreement({"one": model}, CertaintySpec(draws=48, weights=Weights(levels=("domains", "indicators"))))
    if by == "keep-rank" and ties != "first":
        assert np.array_equal(slow[:, :40], slow[:, 40:])


@settings(max_examples=30)
@given(st.integers(1, 60), st.integers(1, 400), st.integers(0, 10_000))
def test_exact_products_do_not_depend_on_the_order_of_addition(k, n, seed):
    """The same bits with the rows in any order and the columns in any pieces; and the product that it should be."""
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((k, n)) * 10.0 ** rng.integers(-3, 4)
    weights = rng.dirichlet(np.ones(k), size=5)
    found = Exact.of(matrix).weighted(weights)
    turned = rng.permutation(k)
    assert np.array_equal(found, Exact.of(matrix[turned]).weighted(weights[:, turned]))
    one_by_one = np.hstack([Exact(Exact.of(matrix).values[:, [i]]).weighted(weights) for i in range(n)])
    assert np.array_equal(found, one_by_one)
    assert np.abs(found - weights @ matrix).max() <= 1e-7 * np.abs(matrix).max()


def test_normal_numbers_from_the_table_are_normal():
    """Moments, tails, distance from the normal distribution; neighbours in a stream have nothing in common."""
    table = normal_table()
    assert np.array_equal(table, -table[::-1]) and (np.diff(table) > 0).all()
    below = (np.arange(65_536) + 1) / 65_536
    assert np.abs(ndtr(table) - (below - 0.5 / 65_536)).max() < 1 / 65_536
    assert (table**4).mean() == pytest.approx(3, abs=0.002)
    drawn = np.empty(400_001)
    normals(np.random.Generator(np.random.SFC64(3)), drawn)
    assert kstest(drawn, "norm").pvalue > 0.001
    for lag in (1, 2, 3, 4, 5):
        assert abs(np.corrcoef(drawn[:-lag], drawn[lag:])[0, 1]) < 0.007


def test_need_table_is_a_ranking():
    """Guard the cases above: the invented ranks are whole rankings."""
    table = need_table()
    for name in ("civic", "connected", "engaged"):
        assert sorted(table[name].to_list()) == list(range(1, 41))
