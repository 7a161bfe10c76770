"""Vary the choices of an index: every re-run against building it anew, Sobol indices, and bands of ranks."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import sobol_indices

from homeground.errors import BadSpecification
from homeground.find.auditing import sensitivity as module
from homeground.find.auditing.sensitivity import power_of_two, sensitivity, varied, worst_tenth
from homeground.find.auditing.variation import Choice, prepare
from homeground.find.index import build
from homeground.method import parse_method

TRANSFORMS = ["exponential-rank", "rank-to-normal", "percentile", "z", "min-max"]


def make(*, leaf="z", node="percentile", combine="arithmetic", n=60, seed=1, weights=(3, 2, 1)):
    """Return the data of a method with two groups and a column, and its table."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal(n)
    columns = {name: common + rng.standard_normal(n) for name in ("a", "b", "c", "d", "e")}
    parts = {name: {"column": name, "transform": leaf, "weight": 1 + i} for i, name in enumerate("abcd")}
    parts["first"] = {"parts": ["a", "b"], "transform": node, "weight": weights[0]}
    parts["second"] = {"parts": ["c", "d"], "transform": node, "weight": weights[1]}
    parts["e"] = {"column": "e", "transform": node, "weight": weights[2]}
    data = {"name": "t", "index": {"parts": ["first", "second", "e"], "combine": combine}, "parts": parts}
    return data, pl.DataFrame({"area_code": [f"X{i:03d}" for i in range(n)], **columns})


@pytest.mark.parametrize("leaf", TRANSFORMS)
@pytest.mark.parametrize("node", TRANSFORMS)
def test_with_no_choice_changed_the_index_comes_out_as_it_was(leaf, node):
    """The re-run stands on the same arithmetic as the build: not one rank may differ."""
    data, table = make(leaf=leaf, node=node)
    index = build(parse_method(data), table)
    assert np.array_equal(prepare(index).rank(Choice()), index.table["rank"].to_numpy())
    assert np.array_equal(prepare(index).score(Choice()), index.table["score"].to_numpy())


@pytest.mark.parametrize("kind", ["percentile", "rank-to-normal", "min-max"])
def test_another_normalisation_agrees_with_building_the_method_so(kind):
    """The slow way: write the other transform everywhere into the method, and build."""
    data, table = make(leaf="z", node="z")
    remaker = prepare(build(parse_method(data), table))
    assert kind in remaker.normalisations
    other = {**data, "parts": {name: {**part, "transform": kind} for name, part in data["parts"].items()}}
    expected = build(parse_method(other), table).table["rank"].to_numpy()
    assert np.array_equal(remaker.rank(Choice(normalisation=kind)), expected)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_other_weights_agree_with_building_the_method_so(seed):
    """Multiply every weight, write them into the method, and build."""
    data, table = make()
    remaker = prepare(build(parse_method(data), table))
    multipliers = np.random.default_rng(seed).uniform(0.75, 1.25, len(remaker.slots))
    parts = {name: dict(part) for name, part in data["parts"].items()}
    for (_, part), multiplier in zip(remaker.slots, multipliers, strict=True):
        parts[part]["weight"] = float(data["parts"][part]["weight"] * multiplier)
    expected = build(parse_method({**data, "parts": parts}), table).table["rank"].to_numpy()
    assert np.array_equal(remaker.rank(Choice(multipliers=multipliers)), expected)


@pytest.mark.parametrize(("name", "power"), [("geometric", 0.0), ("quadratic", 2.0)])
def test_another_mean_agrees_with_a_slow_version(name, power):
    """Parts moved together onto 1 to 100, then the weighted mean area by area."""
    data, table = make(node="z")
    index = build(parse_method(data), table)
    values = np.vstack([index.values[part] for part in ("first", "second", "e")])
    low, high = values.min(), values.max()
    expected = []
    for area in range(table.height):
        scaled = [1 + 99 * (value - low) / (high - low) for value in values[:, area]]
        if power:
            expected.append((sum(w * x**power for w, x in zip((3, 2, 1), scaled, strict=True)) / 6) ** (1 / power))
        else:
            expected.append(np.prod([x ** (w / 6) for w, x in zip((3, 2, 1), scaled, strict=True)]))
    assert prepare(index).score(Choice(combine=name)) == pytest.approx(expected)


def test_parts_that_hold_ranks_are_never_given_a_scale_that_needs_values():
    """Ranks can be turned into percentiles or normal scores, not into z scores or a stretched scale."""
    rng = np.random.default_rng(2)
    parts = {name: {"column": name, "holds": "rank", "transform": "exponential-rank"} for name in "ab"}
    method = parse_method({"name": "t", "index": {"parts": ["a", "b"], "weights": "equal"}, "parts": parts})
    table = pl.DataFrame(
        {"area_code": [f"X{i}" for i in range(20)], "a": rng.permutation(20) + 1, "b": rng.permutation(20) + 1}
    )
    assert prepare(build(method, table)).normalisations == ("percentile", "rank-to-normal")


def test_a_source_that_the_method_does_not_have_is_not_varied():
    """No normalisation, no normalisation to vary; one part, nothing to weigh, combine or leave out."""
    data, table = make(leaf="none", node="none")
    names = [source.name for source in varied(prepare(build(parse_method(data), table)))]
    assert names == ["weights", "combine", "left_out"]
    one = parse_method({"name": "t", "index": {"parts": ["a"], "weights": "equal"}, "parts": {"a": {"column": "a"}}})
    remaker = prepare(build(one, table))
    assert varied(remaker) == ()
    assert sensitivity(remaker, samples=8) is None


def test_identical_parts_leave_no_choice_that_matters():
    """Whatever the weights, the scale, the mean or the part left out: the order is the same."""
    data, table = make(leaf="z", node="z")
    same = table.with_columns(pl.col("a").alias(name) for name in "bcde")
    found = sensitivity(prepare(build(parse_method(data), same)), samples=16)
    assert found.mean_rank_shift == (0.0, 0.0, 0.0)
    assert found.turnover == (0.0, 0.0, 0.0)
    assert found.bands["width"].to_list() == [0.0] * 60
    assert found.indices["total"].null_count() == found.indices.height
    assert found.areas.height == 0


def test_a_choice_made_alone_explains_everything():
    """One source of variation only: its first-order and its total index are near one."""
    parts = {"g": {"parts": ["a", "b"], "weights": "equal"}} | {name: {"column": name} for name in "ab"}
    method = parse_method({"name": "t", "index": {"parts": ["g"], "weights": "equal"}, "parts": parts})
    _, table = make(n=200)
    remaker = prepare(build(method, table))
    assert [source.name for source in varied(remaker)] == ["weights", "left_out"]
    values = np.random.default_rng(3).standard_normal((3, 256))
    a, b = values[:1], values[1:2]
    first, total = module._indices(a, b, np.stack([b]))  # AB is B where the only source is swapped
    assert first[0, 0] == pytest.approx(1.0, abs=0.25)
    assert total[0, 0] == pytest.approx(1.0, abs=0.25)
    assert module._indices(a, b, np.stack([a]))[1][0, 0] == 0.0


def test_sobol_indices_come_from_scipy_and_find_the_answer_of_a_known_function():
    """Of y = 3 u + v: nine tenths and one tenth of the variance, from the same kind of design."""
    from scipy.stats import qmc

    points = qmc.Sobol(4, rng=np.random.default_rng(4)).random(1024)
    a, b = points[:, :2], points[:, 2:]
    swapped = np.repeat(a[None], 2, axis=0)
    swapped[0, :, 0], swapped[1, :, 1] = b[:, 0], b[:, 1]
    f = lambda x: 3 * x[..., 0] + x[..., 1]  # noqa: E731
    first, total = module._indices(f(a)[None], f(b)[None], f(swapped)[:, None, :])
    assert first[0] == pytest.approx([0.9, 0.1], abs=0.02)
    assert total[0] == pytest.approx([0.9, 0.1], abs=0.02)


def test_membership_over_all_areas_is_the_index_of_all_areas_as_one():
    """Weighting each area by its variance is the same as giving SciPy all areas as one long outcome."""
    data, table = make(n=64)
    remaker = prepare(build(parse_method(data), table))
    sources = varied(remaker)
    design, pool = module._design(remaker, len(sources), 32, 5, 0.25)
    outcome = module._run(remaker, sources, design, pool, None)
    rows, _ = module._by_area(remaker, sources, outcome)
    worst = np.unpackbits(outcome.worst, axis=2)[:, :, :64].astype(float)
    share = worst[:2].mean(axis=(0, 1))
    centred = (worst - share)[:, :, (share > 0) & (share < 1)]
    long = centred.transpose(0, 2, 1).reshape(len(worst), -1)
    long = np.stack([long, long], axis=1)  # SciPy wants two outcomes or more to keep its shape
    size = 1 << (long.shape[2] - 1).bit_length()  # and a power of two: areas that never come or go change no share
    long = np.pad(long, ((0, 0), (0, 0), (0, size - long.shape[2])))
    found = sobol_indices(func={"f_A": long[0], "f_B": long[1], "f_AB": long[2:]}, n=size)
    assert [row[2] for row in rows] == pytest.approx(found.first_order[0])
    assert [row[5] for row in rows] == pytest.approx(found.total_order[0])


def test_bands_agree_with_a_slow_version():
    """Each re-run on its own, ranks kept whole, percentiles by numpy; and what a band must obey."""
    data, table = make(n=47)
    remaker = prepare(build(parse_method(data), table))
    found = sensitivity(remaker, samples=32, seed=6)
    sources = varied(remaker)
    design, pool = module._design(remaker, len(sources), 32, 6, 0.25)
    ranks = np.array(
        [remaker.rank(module._choice(remaker, sources, point, pool)) for point in design[:2].reshape(64, -1)]
    )
    for name, percentile in (("low_rank", 5), ("median_rank", 50), ("high_rank", 95)):
        expected = np.percentile(ranks, percentile, axis=0, method="nearest")
        assert found.bands[name].to_list() == pytest.approx(expected)
    assert found.bands["share_in_worst_tenth"].to_list() == pytest.approx((ranks <= 4).mean(axis=0))
    base = remaker.index.table["rank"].to_numpy()
    assert found.mean_rank_shift[0] == pytest.approx(np.abs(ranks - base).mean())
    assert found.turnover[0] == pytest.approx(((ranks > 4) & (base <= 4)).sum(axis=1).mean() / 4)


def test_the_same_seed_gives_the_same_figures_and_another_seed_others():
    """Random numbers start where they are told, with two threads too; intervals as well."""
    data, table = make()
    remaker = prepare(build(parse_method(data), table))
    one, again, other = (sensitivity(remaker, samples=16, seed=seed) for seed in (0, 0, 1))
    assert one.indices.equals(again.indices)
    assert one.bands.equals(again.bands)
    assert one.areas.equals(again.areas)
    assert not one.indices.equals(other.indices)


def test_intervals_hold_the_estimate_and_shrink_with_the_sample():
    """Bootstrap intervals of the two outcomes that have them."""
    data, table = make(n=150)
    remaker = prepare(build(parse_method(data), table))
    widths = []
    for samples in (32, 512):
        known = sensitivity(remaker, samples=samples).indices.drop_nulls("total_low")
        assert ((known["total_low"] <= known["total"]) & (known["total"] <= known["total_high"])).all()
        widths.append(float((known["total_high"] - known["total_low"]).mean()))
    assert widths[1] < widths[0] / 2


def test_an_area_that_only_the_part_left_out_could_score_stays_where_it_was():
    """Two columns that share no area: no re-run may lose one."""
    half = pl.int_range(0, 40) < 20
    _, table = make(n=40)
    table = table.with_columns(
        a=pl.when(half).then(pl.col("a")).otherwise(None), b=pl.when(half).then(None).otherwise(pl.col("b"))
    )
    parts = {name: {"column": name, "transform": "percentile", "missing": "reweight"} for name in "ab"}
    method = parse_method({"name": "t", "index": {"parts": ["a", "b"], "weights": "equal"}, "parts": parts})
    found = sensitivity(prepare(build(method, table)), samples=16)
    assert found.bands.height == 40
    assert found.bands["high_rank"].max() <= 40


def test_samples_are_raised_to_a_power_of_two():
    """The design needs one; what is asked for is the least that is done."""
    assert [power_of_two(n) for n in (1, 8, 9, 500, 512, 513)] == [1, 8, 16, 512, 512, 1024]
    data, table = make()
    found = sensitivity(prepare(build(parse_method(data), table)), samples=9)
    assert (found.samples, found.runs) == (16, 16 * 6)


def test_a_sample_too_small_or_too_large_is_refused():
    """Four say nothing; a million would not fit."""
    data, table = make()
    remaker = prepare(build(parse_method(data), table))
    for samples, problem in ((4, "too small"), (10_000_000, "too much memory")):
        with pytest.raises(BadSpecification, match=problem):
            sensitivity(remaker, samples=samples)


def test_the_worst_tenth_is_a_tenth_rounded_down_and_never_empty():
    """The published cut of 32,844 areas is 3,284."""
    assert [worst_tenth(n) for n in (32_844, 33_755, 7_433, 19, 9, 3)] == [3_284, 3_375, 743, 1, 1, 1]
