"""Audit an index: each test worked by hand, against a slow and obvious version, and by the laws that it must keep."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from sklearn.linear_model import LinearRegression

from homeground.errors import BadSpecification, BadTable
from homeground.find.audit import TESTS, audit
from homeground.find.auditing.agreement import correlations, cronbach_alpha, inflation, own_domain, reliability
from homeground.find.auditing.balance import contributions, dominance, effective_weights, main_effect, removal
from homeground.find.auditing.columns import COLUMNS, FILES
from homeground.find.auditing.material import gather
from homeground.find.auditing.page import render_audit
from homeground.find.auditing.parts import coverage, distribution
from homeground.find.auditing.variation import prepare
from homeground.find.index import build
from homeground.method import parse_method


def flat(columns, *, transform="z", **index):
    """Build an index straight over columns, all treated alike; the part is named as its column."""
    index.setdefault("weights", "equal")
    own = index.pop("parts", {})
    parts = {name: {"column": name, "transform": transform, **own.get(name, {})} for name in columns}
    method = parse_method(
        {"name": "test", "title": "Test index", "index": {"parts": list(parts), **index}, "parts": parts}
    )
    n = len(next(iter(columns.values())))
    return build(method, pl.DataFrame({"area_code": [f"X{i:03d}" for i in range(n)], **columns}))


def two_groups(n=120, seed=3):
    """Build an index of two groups with three indicators each, correlated within and between."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal(n)
    columns = {"area_code": [f"X{i:03d}" for i in range(n)]}
    parts = {}
    for group in ("first", "second"):
        own = common + rng.standard_normal(n)
        names = [f"{group}_{i}" for i in range(3)]
        for name in names:
            columns[name] = own + rng.standard_normal(n)
            parts[name] = {"column": name, "transform": "z"}
        parts[group] = {"parts": names, "weights": "equal", "transform": "percentile"}
    method = parse_method(
        {"name": "groups", "index": {"parts": ["first", "second"], "weights": "equal"}, "parts": parts}
    )
    return build(method, pl.DataFrame(columns)), pl.DataFrame(columns)


def row(table, **where):
    """The one row of `table` with these values."""
    found = table.filter(*[pl.col(name) == value for name, value in where.items()])
    assert found.height == 1, found
    return found.row(0, named=True)


# Coverage


def test_coverage_counts_gaps_ties_and_the_commonest_value():
    """Twelve areas, two gaps, four zeros: counted on fingers, before the gaps are filled."""
    values = [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, None, None]
    index = flat({"x": values, "y": list(range(12))}, parts={"x": {"missing": "median"}})
    found = row(coverage(gather(index)), part="x")
    assert (found["areas"], found["gaps"], found["distinct"], found["tied_areas"]) == (12, 2, 7, 4)
    assert (found["mode"], found["mode_share"], found["flag"]) == (0.0, 0.4, "gaps")
    assert found["gap_share"] == pytest.approx(2 / 12)


def test_a_constant_part_is_flagged_and_named():
    """A column that is the same everywhere ranks nobody; every test that needs it to vary says so."""
    rng = np.random.default_rng(1)
    index = flat({"x": rng.random(40), "same": np.ones(40), "y": rng.random(40)})
    found = audit(index, samples=8)
    assert row(found.tables["coverage"], part="same")["flag"] == "same everywhere"
    assert any("‘same’ is the same in every area" in finding.text for finding in found.findings)
    missing = {item.test for item in found.not_done if item.part == "same"}
    assert {"distribution", "correlations", "effective_weights", "dominance"} <= missing


def test_a_column_that_piles_up_or_is_coarse_is_flagged():
    """Half of the areas at zero; and ten values for two hundred areas."""
    piled = np.where(np.arange(200) < 100, 0.0, np.arange(200))
    index = flat({"piled": piled, "coarse": np.arange(200) % 15, "fine": np.arange(200)})
    table = coverage(gather(index))
    assert dict(table.select("part", "flag").iter_rows()) == {"piled": "piled up", "coarse": "coarse", "fine": ""}


# Distribution


def test_skew_and_kurtosis_agree_with_scipy_before_and_after_treatment():
    """Winsorising changes what comes after, not what was read."""
    rng = np.random.default_rng(5)
    values = np.exp(1.5 * rng.standard_normal(300))
    index = flat({"x": values, "y": rng.random(300)}, parts={"x": {"outliers": {"treatment": "winsorise"}}})
    table, _ = distribution(gather(index))
    found = row(table, part="x")
    assert found["skew_before"] == pytest.approx(scipy_stats.skew(values))
    assert found["kurtosis_before"] == pytest.approx(scipy_stats.kurtosis(values))
    assert found["skew_after"] == pytest.approx(scipy_stats.skew(index.raw["x"]))
    assert found["outside_before"]
    assert abs(found["skew_after"]) < abs(found["skew_before"])
    assert found["treated_areas"] == int((index.raw["x"] != values).sum()) > 0


def test_far_out_values_ask_for_action_only_where_they_weigh_on_the_score():
    """The same lopsided column matters as a z score and does not once it is ranked."""
    values = np.exp(1.5 * np.random.default_rng(5).standard_normal(300))
    levels = {}
    for transform in ("z", "percentile"):
        found = audit(flat({"x": values, "y": np.arange(300)}, transform=transform), samples=8)
        levels[transform] = [finding.level for finding in found.findings if finding.test == "distribution"]
    assert levels == {"z": ["act"], "percentile": ["fine"]}


def test_parts_that_hold_ranks_are_listed_as_not_tested():
    """Ranks have no shape; the test says so for each part, in the result and on the page."""
    rng = np.random.default_rng(2)
    columns = {name: rng.permutation(50) + 1 for name in ("one", "two")}
    index = flat(columns, transform="exponential-rank", parts={name: {"holds": "rank"} for name in columns})
    found = audit(index, samples=8)
    listed = [(item.part, item.why) for item in found.not_done if item.test == "distribution"]
    assert [part for part, _ in listed] == ["one", "two"]
    assert all("the part holds ranks" in why for _, why in listed)
    assert "Not possible: the part holds ranks" in render_audit(found)
    assert found.tables["not_done"].height == len(found.not_done)


# Correlations


def test_correlations_agree_with_pandas_with_gaps_too():
    """Every pair, Pearson and Spearman, on the areas that have both."""
    rng = np.random.default_rng(7)
    x = rng.standard_normal(80)
    columns = {"x": x, "y": x + rng.standard_normal(80), "gappy": np.where(rng.random(80) < 0.2, np.nan, x**3)}
    index = flat(columns, parts={"gappy": {"missing": "reweight"}})
    table, _ = correlations(gather(index))
    frame = pd.DataFrame(columns)
    for method in ("pearson", "spearman"):
        expected = frame.corr(method=method)
        for pair in table.to_dicts():
            assert pair[method] == pytest.approx(expected.loc[pair["part_a"], pair["part_b"]])
    assert row(table, part_b="gappy", part_a="x")["areas"] == int(np.isfinite(columns["gappy"]).sum())


def test_a_duplicated_part_is_flagged_as_the_same():
    """The pair, the exact sum in the variance inflation, and the first thing said."""
    rng = np.random.default_rng(8)
    x = rng.random(60)
    index = flat({"x": x, "again": 2 * x + 1, "other": rng.random(60)})
    pairs, _ = correlations(gather(index))
    assert row(pairs, part_a="x", part_b="again")["flag"] == "same"
    sums, _ = inflation(gather(index))
    assert row(sums, part="x")["vif"] is None
    assert row(sums, part="other")["flag"] == ""
    assert "‘x’ and ‘again’ say nearly the same (correlation 1.00)" in audit(index, samples=8).findings[0].text


def test_a_reversed_indicator_is_flagged_as_contrary():
    """One of three runs backwards: against its neighbours, and against the rest of its group."""
    index, table = two_groups()
    index = build(index.method, table.with_columns(first_0=-pl.col("first_0")))
    assert row(own_domain(gather(index)), part="first_0")["flag"] == "contrary"
    pairs, _ = correlations(gather(index))
    assert row(pairs, part_a="first_0", part_b="first_1")["flag"] == "contrary"
    said = [finding for finding in audit(index, samples=8).findings if "against the rest of" in finding.text]
    assert [finding.level for finding in said] == ["act"]


def test_variance_inflation_agrees_with_a_regression():
    """1 / (1 - R squared) of each part on its siblings."""
    rng = np.random.default_rng(9)
    x, y = rng.standard_normal((2, 90))
    columns = {"x": x, "y": y, "mix": x + y + 0.5 * rng.standard_normal(90)}
    table, _ = inflation(gather(flat(columns)))
    for name, values in columns.items():
        others = np.column_stack([columns[other] for other in columns if other != name])
        fitted = LinearRegression().fit(others, values).score(others, values)
        assert row(table, part=name)["vif"] == pytest.approx(1 / (1 - fitted))
        assert row(table, part=name)["explained"] == pytest.approx(fitted)


# Reliability


def test_alpha_worked_by_hand():
    """Three parts: variances 1, 1 and 4, sum 1..: k/(k-1) (1 - sum of variances / variance of the sum)."""
    values = np.array([[1.0, 2.0, 3.0], [2.0, 1.0, 3.0], [2.0, 4.0, 6.0]])
    # sums 5, 7, 12: variance 13; variances 1 + 1 + 4 = 6; 3/2 (1 - 6/13) = 21/26
    assert cronbach_alpha(values, standardised=False) == pytest.approx(21 / 26)
    # correlations .5, 1, .5: mean 2/3; 3 (2/3) / (1 + 2 (2/3)) = 6/7
    assert cronbach_alpha(values) == pytest.approx(6 / 7)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 6), st.integers(0, 1000))
def test_alpha_of_identical_parts_is_one(k, seed):
    """However many times one thing is measured without error."""
    x = np.random.default_rng(seed).standard_normal(20)
    assert cronbach_alpha(np.vstack([x] * k)) == pytest.approx(1.0)


def test_alpha_without_a_part_is_alpha_of_the_others():
    """The odd part is found: alpha rises without it."""
    rng = np.random.default_rng(10)
    common = rng.standard_normal(100)
    columns = {f"p{i}": common + 0.5 * rng.standard_normal(100) for i in range(3)} | {"odd": rng.standard_normal(100)}
    table, _ = reliability(gather(flat(columns)))
    others = np.vstack([columns[f"p{i}"] for i in range(3)])
    assert row(table, part="odd")["alpha"] == pytest.approx(cronbach_alpha(others))
    assert row(table, part="odd")["gain"] > 0 > row(table, part="p0")["gain"]


# Effective weights


def test_variance_shares_worked_by_hand():
    """Two uncorrelated parts with weights 3 and 1 and equal spread: 9 and 1 tenths of the variance."""
    x, y = np.tile([-1.0, 1.0, -1.0, 1.0], 5), np.tile([-1.0, -1.0, 1.0, 1.0], 5)
    parts = {"x": {"weight": 3}, "y": {"weight": 1}}
    table, _ = effective_weights(gather(flat({"x": x, "y": y}, weights="given", parts=parts)))
    found = row(table, part="x")
    assert (found["nominal"], found["variance_share"]) == (pytest.approx(0.75), pytest.approx(0.9))
    assert found["linear_effect"] == pytest.approx(0.9)
    # In two groups the part is all that its group knows: 0.9, less a little for chance (19 of 18 degrees of freedom).
    assert found["main_effect"] == pytest.approx(1 - 0.1 * 19 / 18)
    assert table["variance_share"].sum() == pytest.approx(1.0)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 5), st.integers(20, 80), st.integers(0, 1000))
def test_identical_parts_with_equal_weights_have_equal_effective_weights(k, n, seed):
    """No part can count for more when all are the same."""
    x = np.random.default_rng(seed).standard_normal(n)
    table, _ = effective_weights(gather(flat({f"p{i}": x for i in range(k)})))
    assert table["effective"].to_list() == pytest.approx([1 / k] * k)
    assert table["ratio"].to_list() == pytest.approx([1.0] * k)
    assert table["variance_share"].to_list() == pytest.approx([1 / k] * k)


def test_main_effect_agrees_with_a_slow_version():
    """Group means by pandas, and the corrected correlation ratio from them."""
    rng = np.random.default_rng(11)
    part = rng.standard_normal(400)
    score = part**2 + rng.standard_normal(400)
    frame = pd.DataFrame({"score": score, "group": pd.qcut(part, 50, labels=False)})
    within = frame.groupby("group")["score"].transform(lambda values: values - values.mean())
    raw = 1 - (within**2).sum() / ((score - score.mean()) ** 2).sum()
    assert main_effect(part, score) == pytest.approx(1 - (1 - raw) * 399 / 350)


def test_main_effect_of_noise_is_near_nothing():
    """The correction takes away what chance alone would explain."""
    rng = np.random.default_rng(12)
    found = [main_effect(rng.standard_normal(500), rng.standard_normal(500)) for _ in range(20)]
    assert np.mean(found) < 0.05


# Dominance


def test_contributions_worked_by_hand():
    """Three areas, scores 60 % and 40 % of two parts that run from 0 to 100."""
    parts = {"x": {"weight": 0.6}, "y": {"weight": 0.4}}
    index = flat({"x": [0, 5, 10], "y": [10, 5, 0]}, transform="min-max", weights="given", score="sum", parts=parts)
    table, _ = contributions(gather(index))
    # the last area: 60 + 0; the middle: 30 + 20; the first: 0 + 40
    assert table["area_code"].to_list() == ["X002", "X001", "X000"]
    assert table["largest_part"].to_list() == ["x", "x", "y"]
    assert table["largest_share"].to_list() == pytest.approx([1.0, 0.6, 1.0])


def test_areas_that_rest_on_one_part_are_counted():
    """Twenty areas: of the two worst, one is worst on x alone and one on both."""
    x, y = np.arange(20.0), np.arange(20.0)[::-1].copy()
    y[19] = 30.0
    x[18] = 60.0
    table, _ = dominance(gather(flat({"x": x, "y": y})))
    found = {name: row(table, part=name)["only_this_part"] for name in ("x", "y")}
    # worst tenth of x: areas 18 and 19; of y: areas 19 and 0; of the sum: 18 and 19
    assert found == {"x": 1, "y": 0}
    assert row(table, part="x")["shared_worst_tenth"] == 1.0


def test_a_part_that_is_the_index_dominates():
    """One part with nearly all the weight gives the ranking by itself."""
    rng = np.random.default_rng(13)
    parts = {"x": {"weight": 0.999}, "y": {"weight": 0.001}}
    index = flat({"x": rng.random(100), "y": rng.random(100)}, weights="given", parts=parts)
    table, _ = dominance(gather(index))
    assert row(table, part="x")["within_5"] == 1.0
    assert any(f.test == "dominance" and f.level == "act" for f in audit(index, samples=8).findings)


# Removal


def test_removal_worked_by_hand():
    """Ten areas that x ranks one way and y the other: without y the order turns round."""
    parts = {"x": {"weight": 1}, "y": {"weight": 3}}
    index = flat({"x": np.arange(10.0), "y": np.arange(10.0)[::-1]}, weights="given", parts=parts)
    table, _ = removal(gather(index), prepare(index))
    found = row(table, part="y")
    # with y the ranks are 1..10, without it 10..1: shifts 9 7 5 3 1 1 3 5 7 9
    assert found["mean_rank_shift"] == 5.0
    assert (found["largest_rank_shift"], found["decile_changed"], found["left_worst_tenth"]) == (9.0, 1.0, 1)
    assert found["turnover"] == 1.0
    assert row(table, part="x")["mean_rank_shift"] == 0.0


def test_removal_agrees_with_building_the_index_without_the_part():
    """The slow way: write the method anew without each part, build, and compare ranks."""
    index, table = two_groups()
    found, _ = removal(gather(index), prepare(index))
    base = index.table["rank"].to_numpy()
    assert found.height == 8
    for name in found["part"]:
        data = index.method.model_dump(mode="json", exclude_defaults=True)
        gone = {name, *data["parts"][name].get("parts", ())}
        data["parts"] = {key: part for key, part in data["parts"].items() if key not in gone}
        for node in [data["index"], *data["parts"].values()]:
            if "parts" in node:
                node["parts"] = [part for part in node["parts"] if part not in gone]
        ranks = build(parse_method(data), table).table["rank"].to_numpy()
        assert row(found, part=name)["mean_rank_shift"] == pytest.approx(np.abs(ranks - base).mean())
        assert row(found, part=name)["left_worst_tenth"] == int(((base <= 12) & (ranks > 12)).sum())


def test_a_part_alone_in_its_group_takes_the_group_with_it():
    """Leaving out the only part of a group is leaving out the group; the last part of all cannot be left out."""
    data = {"name": "t", "index": {"parts": ["g", "b"], "weights": "equal"}}
    leaf = {"column": "a", "transform": "z"}
    parts = {"g": {"parts": ["a"], "weights": "equal", "transform": "z"}, "a": leaf, "b": {**leaf, "column": "b"}}
    rng = np.random.default_rng(14)
    table = pl.DataFrame({"area_code": [f"X{i}" for i in range(30)], "a": rng.random(30), "b": rng.random(30)})
    index = build(parse_method({**data, "parts": parts}), table)
    found, missing = removal(gather(index), prepare(index))
    assert row(found, part="a")["mean_rank_shift"] == row(found, part="g")["mean_rank_shift"] > 0
    assert missing == []
    alone = flat({"a": rng.random(30)})
    _, missing = removal(gather(alone), prepare(alone))
    assert [item.part for item in missing] == ["a"]


# The whole


def test_every_test_says_what_it_found_or_why_it_was_not_made():
    """No test is skipped in silence, whatever the index is made of."""
    rng = np.random.default_rng(15)
    ranks = {name: rng.permutation(40) + 1 for name in ("a", "b")}
    indices = [
        two_groups()[0],
        flat({"a": rng.random(40), "b": rng.random(40)}, transform="none"),
        flat({"a": rng.random(40)}),
        flat(ranks, transform="percentile", combine="geometric", parts={name: {"holds": "rank"} for name in ranks}),
        flat({"a": np.ones(40), "b": np.ones(40)}),
        flat({"a": rng.random(3), "b": rng.random(3)}),
    ]
    for index in indices:
        found = audit(index, samples=8)
        for name, _, tables in TESTS:
            said = [finding for finding in found.findings if finding.test == name]
            undone = [item for item in found.not_done if item.test in (name, *tables)]
            assert said or undone, (index.method.name, name)
        assert all(finding.text.endswith(".") and finding.todo for finding in found.findings)


def test_findings_come_in_the_order_in_which_they_matter():
    """What to change first, what holds last, and within each the greater before the smaller."""
    found = audit(two_groups()[0], samples=8).findings
    order = [("act", "look", "fine").index(finding.level) for finding in found]
    assert order == sorted(order)
    for level in ("act", "look", "fine"):
        sizes = [finding.size for finding in found if finding.level == level]
        assert sizes == sorted(sizes, reverse=True)


def test_every_table_and_column_is_explained():
    """A column that nobody explains is a column that nobody can check."""
    found = audit(two_groups()[0], samples=8)
    assert set(found.tables) == set(FILES)
    for name, table in found.tables.items():
        assert set(table.columns) <= set(COLUMNS), name


def test_areas_without_a_score_are_counted_and_said():
    """Three of forty areas lack a figure that the method needs."""
    rng = np.random.default_rng(16)
    x = rng.random(40)
    x[[3, 5, 8]] = np.nan
    found = audit(flat({"x": x, "y": rng.random(40)}, parts={"x": {"missing": "leave-out"}}), samples=8)
    assert (found.areas, found.scored) == (40, 37)
    assert any(finding.text.startswith("3 areas of 40 could not be scored") for finding in found.findings)
    assert found.tables["rank_bands"].height == 37


def test_too_few_areas_are_refused():
    """Two areas cannot be ranked in any way worth testing."""
    with pytest.raises(BadTable, match="2 areas of 2 can be scored"):
        audit(flat({"x": [1.0, 2.0], "y": [2.0, 1.0]}))


def test_a_weight_change_beyond_the_whole_is_refused():
    """Weights cannot be varied by all of themselves or by nothing."""
    for change in (0.0, 1.0, -0.5):
        with pytest.raises(BadSpecification, match="weights cannot be varied"):
            audit(flat({"x": [1.0, 2.0, 3.0], "y": [2.0, 1.0, 3.0]}), weight_change=change)


def test_the_audit_changes_nothing_that_it_was_given():
    """The index that was tested is as it was."""
    index, _ = two_groups()
    before = {name: values.copy() for name, values in index.values.items()}, index.table.clone()
    audit(index, samples=8)
    assert index.table.equals(before[1])
    assert all(np.array_equal(index.values[name], values) for name, values in before[0].items())


# The page


@pytest.fixture(scope="module")
def page():
    """The report of an index of two groups."""
    return render_audit(audit(two_groups()[0], samples=16), folder="audit-tables", command="homeground find audit")


def test_the_report_is_one_file_that_asks_for_nothing(page):
    """No script, no request, no outside style or picture."""
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    assert not re.search(r"""(src|href)=["'](?!#|data:,|https?://)[^"']""", page)
    assert not re.search(r"""src=["']https?:""", page)
    assert not re.search(r"@import|url\(", page)


def test_the_report_asks_finds_and_advises_for_every_test(page):
    """One heading per test; what it asks, what was found, what to do; the numbers behind it."""
    for number, (name, heading, _) in enumerate(TESTS, 1):
        section = page.split(f'<section id="{name}"')[1].split("</section>")[0]
        assert f"{number}. {heading}" in section
        assert "What it asks." in section
        assert ("What was found." in section and "What to do." in section) or 'class="inset"' in section
        assert "Show" in section
        assert "How it is worked out" in section


def test_charts_say_in_words_what_they_draw(page):
    """Each drawing has a name for those who do not see it, and a title that is a sentence."""
    drawings = re.findall(r'<svg class="chart"[^>]*>', page)
    assert len(drawings) >= 8
    assert all(re.search(r'role="img" aria-label="[^"]{8,}"', drawing) for drawing in drawings)
    assert page.count('class="chart-title"') == len(drawings)


def test_titles_from_a_method_file_cannot_become_markup():
    """A method file is somebody else's text."""
    hostile = "<img src=x onerror=alert(1)>\u202e\x1b[2J"
    rng = np.random.default_rng(17)
    index = flat({"x": rng.random(40), "y": rng.random(40)}, parts={"x": {"title": hostile}})
    found = audit(index, samples=8)
    text = render_audit(found, command=hostile)
    assert "<img" not in text
    assert "\u202e" not in text.split("<pre>")[0]
    assert not any("\x1b" in finding.text or "\u202e" in finding.text for finding in found.findings)


def test_the_same_seed_gives_the_same_bytes(page):
    """The page can be compared with one made elsewhere."""
    again = render_audit(audit(two_groups()[0], samples=16), folder="audit-tables", command="homeground find audit")
    assert again == page
    other = render_audit(
        audit(two_groups()[0], samples=16, seed=1), folder="audit-tables", command="homeground find audit"
    )
    assert other != page


# The real index


@pytest.fixture(scope="module")
def imd(england):
    """The audit of the English Index of Multiple Deprivation 2025."""
    from homeground.journey.audit import audit_index

    return audit_index("iod2025", data=england, samples=16)


def test_the_real_index_repeats_itself_on_income_and_employment(imd, england):
    """Spearman between the published ranks of the two domains, by pandas, passes .92."""
    table = pd.read_parquet(england / "iod2025" / "iod2025_file7_lsoa21.parquet")
    one, two = (f"{name} Rank (where 1 is most deprived)" for name in ("Income", "Employment"))
    expected = table[one].corr(table[two], method="spearman")
    found = row(imd.tables["correlations"], part_a="income", part_b="employment")
    assert found["spearman"] == pytest.approx(expected, abs=1e-6)
    assert found["flag"] == "same"
    assert imd.findings[0].text == f"‘Income’ and ‘Employment’ say nearly the same (correlation {expected:.2f})."


def test_the_real_index_has_seven_parts_that_hold_ranks(imd):
    """Their shape cannot be tested, and this is said for each."""
    assert [item.part for item in imd.not_done] == list(imd.method.index.parts)
    assert imd.tables["distribution"].height == 0
    assert imd.scored == 33_755


def test_barriers_count_for_less_than_their_weight_in_the_real_index(imd):
    """Weight 9.3 %; Pearson with the published score, by numpy, squared, is a thirtieth."""
    found = row(imd.tables["effective_weights"], part="barriers")
    assert found["nominal"] == pytest.approx(0.093 / 0.999)
    assert found["linear_effect"] < 0.05
    assert found["ratio"] < 0.2
    assert imd.tables["effective_weights"]["variance_share"].sum() == pytest.approx(1.0, abs=1e-9)
