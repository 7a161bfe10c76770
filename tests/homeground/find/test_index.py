"""Build an index: sums worked by hand, laws, missing data, and what is refused."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeground import stats
from homeground.errors import (
    BadMethod,
    BadSpecification,
    BadTable,
    BadValue,
    DuplicateAreas,
    MissingColumns,
    WrongBoundaries,
)
from homeground.find.index import build
from homeground.find.published import check
from homeground.method import parse_method


def method(parts, **index):
    """A method over `parts` with everything directly under the index."""
    index.setdefault("weights", "equal")
    areas = index.pop("areas", {})
    return parse_method({"name": "test", "areas": areas, "index": {"parts": list(parts), **index}, "parts": parts})


TABLE = pl.DataFrame(
    {
        "area_code": ["a", "b", "c", "d"],
        "x": [1.0, 2.0, 3.0, 4.0],
        "y": [40.0, 30.0, 20.0, 10.0],
        "big": ["P", "P", "Q", "Q"],
    }
)


def test_an_index_worked_by_hand():
    """Two percentiles with weights 3 and 1: every figure can be checked on paper."""
    parts = {
        "x": {"column": "x", "transform": "percentile", "weight": 3},
        "y": {"column": "y", "transform": "percentile", "weight": 1},
    }
    built = build(method(parts, weights="given"), TABLE)
    # x gives 25, 50, 75, 100; y gives 100, 75, 50, 25; (3 x + y) / 4
    assert built.table["score"].to_list() == [43.75, 56.25, 68.75, 81.25]
    assert built.table["rank"].to_list() == [4, 3, 2, 1]
    assert built.table["decile"].to_list() == [10, 8, 5, 3]
    assert built.table["x_score"].to_list() == [25, 50, 75, 100]
    assert built.table["y_rank"].to_list() == [1, 2, 3, 4]
    assert built.table.columns[:4] == ["area_code", "score", "rank", "decile"]


def test_the_table_given_is_left_as_it_was():
    """Building changes nothing that was passed in."""
    before = TABLE.clone()
    build(method({"x": {"column": "x"}}), TABLE)
    assert TABLE.equals(before)


@given(st.permutations(range(4)))
def test_the_order_of_the_rows_does_not_matter(order):
    """Each area gets the same score wherever it stands in the table."""
    parts = {"x": {"column": "x", "transform": "exponential-rank"}, "y": {"column": "y", "transform": "z"}}
    straight = build(method(parts), TABLE).table
    shuffled = build(method(parts), TABLE[list(order)]).table
    assert shuffled.sort("area_code").equals(straight.sort("area_code"))


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["exponential-rank", "rank-to-normal", "percentile", "min-max"]))
def test_more_need_never_lowers_a_score(seed, transform):
    """Raising one indicator cannot improve an area's own rank (with z it can: an extreme shrinks all differences)."""
    rng = np.random.default_rng(seed)
    table = pl.DataFrame({"area_code": [f"a{i}" for i in range(20)], "x": rng.random(20), "y": rng.random(20)})
    parts = {"x": {"column": "x", "transform": transform}, "y": {"column": "y", "transform": transform}}
    before = build(method(parts), table).table["rank"][0]
    worse = table.with_columns(x=pl.when(pl.col("area_code") == "a0").then(2.0).otherwise("x"))
    assert build(method(parts), worse).table["rank"][0] <= before


def test_polarity_turns_an_indicator_round():
    """An indicator where higher is better counts the other way."""
    worse = build(method({"x": {"column": "x", "transform": "percentile"}}), TABLE).table["rank"]
    better = build(method({"x": {"column": "x", "transform": "percentile", "higher_is": "better"}}), TABLE).table[
        "rank"
    ]
    assert better.to_list() == worse.reverse().to_list()


@pytest.mark.parametrize(
    ("how", "power", "expected"),
    [
        ("arithmetic", None, 2.5),
        ("geometric", None, 2.0),
        ("harmonic", None, 1.6),
        ("power", 2, 8.5**0.5),
        ("power", 0, 2.0),
    ],
)
def test_every_mean_worked_by_hand(how, power, expected):
    """1 and 4 have the means 2.5, 2, 1.6 and the root of 8.5."""
    table = pl.DataFrame({"area_code": ["a"], "x": [1.0], "y": [4.0]})
    index = {"combine": how} | ({"power": power} if power is not None else {})
    built = build(method({"x": {"column": "x"}, "y": {"column": "y"}}, **index), table)
    assert built.table["score"][0] == pytest.approx(expected)


def test_any_depth_of_hierarchy_gives_the_same_as_the_sum_written_out():
    """A tree of four levels equals its arithmetic in one line."""
    parts = {
        "top": {"parts": ["mid", "y"], "weights": "equal", "transform": "min-max"},
        "mid": {"parts": ["low"], "weights": "equal", "transform": "z"},
        "low": {"parts": ["x", "x2"], "weights": "equal"},
        "x": {"column": "x", "transform": "percentile"},
        "x2": {"column": "x", "transform": "percentile"},
        "y": {"column": "y", "transform": "percentile"},
    }
    built = build(
        parse_method({"name": "deep", "index": {"parts": ["top"], "weights": "equal"}, "parts": parts}), TABLE
    )
    mid = stats.z_score(np.array([25.0, 50, 75, 100]))
    top = stats.min_max((mid + np.array([100.0, 75, 50, 25])) / 2)
    assert built.table["score"].to_numpy() == pytest.approx(top)
    assert list(built.values) == ["x", "x2", "low", "mid", "y", "top"]


def test_a_rate_is_its_counts_and_can_be_shrunk():
    """A numerator and a denominator make a rate; the switch shrinks it to the larger area."""
    table = pl.DataFrame(
        {"area_code": ["a", "b", "c"], "poor": [1, 50, 60], "people": [4, 100, 100], "big": ["P", "P", "P"]}
    )
    rate = {"numerator": "poor", "denominator": "people", "per": 100}
    plain = build(method({"poor": rate}), table)
    assert plain.table["score"].to_list() == [25.0, 50.0, 60.0]
    shrunk = build(method({"poor": {**rate, "shrink": True}}, areas={"larger_area": "big"}), table)
    expected = stats.shrink_rates(np.array([1.0, 50, 60]), np.array([4.0, 100, 100]), np.zeros(3, dtype=np.int64)) * 100
    assert shrunk.table["score"].to_numpy() == pytest.approx(expected)
    assert shrunk.table["score"][0] > 40


def test_published_ranks_are_taken_as_they_stand():
    """A column of ranks is transformed without being ranked again; direction and ties are declared."""
    table = pl.DataFrame({"area_code": ["a", "b", "c", "d"], "r": [1, 2, 2, 4]})
    built = build(method({"r": {"column": "r", "holds": "rank", "tied": 1, "transform": "exponential-rank"}}), table)
    assert built.table["score"].to_numpy() == pytest.approx(stats.exponential_of_rank(np.array([1.0, 2, 2, 4]), 4))
    assert built.table["r_rank"].to_list() == [1, 2, 2, 4]
    other = {"column": "r", "holds": "rank", "tied": 1, "rank_one_is": "least-need", "transform": "percentile"}
    turned = build(method({"r": other}), table)
    assert turned.table["rank"].to_list() == [4, 2, 2, 1]


class TestMissing:
    """Areas without a value: counted, listed, and treated as the method says."""

    TABLE = TABLE.with_columns(x=pl.Series([1.0, None, 3.0, 4.0]))

    def test_the_default_refuses_and_names_the_row(self):
        """Nothing is filled in unless the method says so."""
        with pytest.raises(BadValue, match="row 3, column 'x'"):
            build(method({"x": {"column": "x"}}), self.TABLE)

    def test_left_out_areas_keep_their_row_and_are_listed(self):
        """An area without a score has no rank, stands in the table and in a note."""
        built = build(method({"x": {"column": "x", "missing": "leave-out"}}), self.TABLE)
        assert built.table["score"].to_list() == [1.0, None, 3.0, 4.0]
        assert built.table["rank"].to_list() == [3, None, 2, 1]
        assert built.table["decile"][1] is None
        assert [note.areas for note in built.notes] == [("b",), ("b",)]

    @pytest.mark.parametrize(
        ("policy", "fill"), [("median", 3.0), ("mean", 8 / 3), ("zero", 0.0), ("larger-area", 1.0)]
    )
    def test_a_filled_area_is_told(self, policy, fill):
        """The value that was put in, and the area it was put in for, are on record."""
        built = build(method({"x": {"column": "x", "missing": policy}}, areas={"larger_area": "big"}), self.TABLE)
        assert built.table["score"][1] == pytest.approx(fill)
        assert built.notes[0].areas == ("b",)

    def test_reweighting_scores_an_area_on_what_it_has(self):
        """Without x, area b is scored on y alone."""
        parts = {"x": {"column": "x", "missing": "reweight"}, "y": {"column": "y"}}
        built = build(method(parts), self.TABLE)
        assert built.table["score"].to_list() == [20.5, 30.0, 11.5, 7.0]


class TestOutliers:
    """Extreme values: left alone, pulled in, cut or put on a logarithm."""

    VALUES = (*range(1, 30), 1000)
    TABLE = pl.DataFrame({"area_code": [f"a{i}" for i in range(30)], "x": [float(v) for v in VALUES]})

    def treat(self, **outliers):
        """Build with one treatment."""
        return build(method({"x": {"column": "x", "outliers": outliers}}), self.TABLE)

    def test_winsorising_pulls_the_extreme_to_its_neighbour(self):
        """1000 becomes 29, is counted and named."""
        built = self.treat(treatment="winsorise")
        assert built.table["score"][29] == 29.0
        assert built.notes[0].areas == ("a29",)

    def test_winsorising_leaves_well_behaved_values_alone(self):
        """Without skew nothing is touched."""
        even = self.TABLE.with_columns(x=pl.Series([float(i) for i in range(30)]))
        part = {"x": {"column": "x", "outliers": {"treatment": "winsorise"}}}
        assert build(method(part), even).table["score"].to_list() == even["x"].to_list()

    def test_winsorising_stops_at_the_number_allowed(self):
        """No more than `at_most` values are pulled in, however skewed the rest."""
        skewed = self.TABLE.with_columns(x=pl.Series([2.0**i for i in range(30)]))
        part = {"x": {"column": "x", "outliers": {"treatment": "winsorise", "at_most": 2}}}
        score = build(method(part), skewed).table["score"].to_list()
        assert score[27:] == [2.0**27] * 3

    @settings(max_examples=30)
    @given(st.integers(0, 10_000), st.integers(0, 12))
    def test_winsorising_agrees_with_the_rule_done_step_by_step(self, seed, at_most):
        """Pull in one value, measure skew and kurtosis again, until both are fine or the number allowed is reached."""
        values = np.exp(1.5 * np.random.default_rng(seed).standard_normal(40)) * np.random.default_rng(seed).choice(
            [-1, 1]
        )
        expected = values.copy()
        for _ in range(at_most):
            z = (expected - expected.mean()) / expected.std()
            skewness, excess = (z**3).mean(), (z**4).mean() - 3
            if not (abs(skewness) > 2 and excess > 3.5):
                break
            distinct = np.sort(values)
            count = int((expected != values).sum()) + 1
            expected = (
                np.clip(values, None, distinct[-1 - count]) if skewness > 0 else np.clip(values, distinct[count], None)
            )
        table = pl.DataFrame({"area_code": [f"a{i}" for i in range(40)], "x": values})
        rule = {"treatment": "winsorise", "at_most": at_most or 0.001}
        built = build(method({"x": {"column": "x", "outliers": rule}}), table)
        assert built.table["score"].to_numpy() == pytest.approx(expected)

    def test_clipping_and_logarithm(self):
        """Cut at a percentile; or logarithms of what is above the lowest."""
        assert self.treat(treatment="clip", high=50).table["score"].max() == pytest.approx(15.5)
        assert self.treat(treatment="log").table["score"].to_numpy() == pytest.approx(np.log(np.array(self.VALUES)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"index": {"parts": ["x", "nowhere"]}}, "does not exist"),
        (
            {"parts": {"x": {"parts": ["y"], "weights": "equal"}, "y": {"parts": ["x"], "weights": "equal"}}},
            "cycle: x -> y -> x",
        ),
        ({"parts": {"x": {"parts": ["x"], "weights": "equal"}}}, "cycle: x -> x"),
        ({"parts": {"x": {"column": "x", "transform": "logit"}}}, "unknown step"),
        ({"parts": {"x": {"column": "x", "colour": "red"}}}, "unknown entry 'parts.x.colour'.*Did you mean 'column'"),
        ({"parts": {"x": {"column": "x", "parts": ["y"]}, "y": {"column": "y"}}}, "either take a column or combine"),
        ({"parts": {"x": {}}}, "either take a column or combine"),
        ({"parts": {"x": {"column": "x"}, "y": {"column": "y"}}}, "'y' is used by no other"),
        ({"parts": {"x": {"numerator": "x"}}}, "half a rate"),
        ({"parts": {"x": {"column": "x", "shrink": True}}}, "nothing tells how sure"),
        ({"parts": {"x": {"numerator": "x", "denominator": "y", "shrink": True}}}, "no larger area"),
        ({"parts": {"x": {"column": "x", "holds": "rank", "transform": "z"}}}, "cannot use"),
        ({"index": {"parts": ["x"], "weights": "given"}}, "has no weight"),
        ({"index": {"parts": ["x"], "weights": "given"}, "parts": {"x": {"column": "x", "weight": "2/0"}}}, "fraction"),
        ({"index": {"parts": ["x"], "weights": "given"}, "parts": {"x": {"column": "x", "weight": -1}}}, "above zero"),
        ({"index": {"parts": ["x"], "combine": "power", "weights": "equal"}}, "by power without one"),
        ({"index": {"parts": [], "weights": "equal"}}, "combines no parts"),
        ({"index": {"parts": ["x", "x"], "weights": "equal"}}, "twice"),
        ({"index": {"parts": ["x"], "weights": "factor"}}, "asks for a factor of 1 parts"),
        ({"index": {"parts": ["x"], "weights": "equal", "combine": "power", "power": float("nan")}}, "power"),
        ({"index": {"parts": ["x"]}, "parts": {"x": {"column": "x", "weight": float("inf")}}}, "finite number"),
        ({"index": {"parts": ["x"]}, "parts": {"x": {"column": "x", "weight": True}}}, "finite number"),
        ({"parts": {"x": {"column": "x", "transform": "min-max", "scale": [1, 0]}}}, "lower end first"),
        ({"name": ""}, "name"),
        (
            {
                "parts": {"x": {"parts": ["p0"], "weights": "equal"}, "p1200": {"column": "x"}}
                | {f"p{i}": {"parts": [f"p{i + 1}"], "weights": "equal"} for i in range(1200)}
            },
            "nested more than 50 deep",
        ),
    ],
)
def test_a_method_that_makes_no_sense_is_refused_with_the_remedy(change, words):
    """Each fault names the part and is found before anything is computed."""
    data = {"name": "t", "index": {"parts": ["x"], "weights": "equal"}, "parts": {"x": {"column": "x"}}} | change
    with pytest.raises(BadMethod, match=words):
        parse_method(data, file="mine.toml")


@pytest.mark.parametrize(
    ("table", "error", "words"),
    [
        (TABLE.drop("x"), MissingColumns, "'x' is missing"),
        (pl.concat([TABLE, TABLE[:1]]), DuplicateAreas, "row 6"),
        (TABLE.with_columns(x=pl.Series(["1", "2", "three", "4"])), BadValue, "row 4, column 'x'"),
        (TABLE.head(0), BadTable, "no rows"),
    ],
)
def test_a_bad_table_is_refused_with_row_and_column(table, error, words):
    """Missing columns, repeats, words for numbers and emptiness."""
    with pytest.raises(error, match=words):
        build(method({"x": {"column": "x"}}), table)


def test_the_whole_edition_is_needed_where_the_method_says_so():
    """Ranks over part of the country are not the country's ranks."""
    with pytest.raises(BadTable, match="has 4 areas where 5 are expected"):
        build(method({"x": {"column": "x"}}, areas={"expected": 5}), TABLE)


def test_codes_of_another_year_are_refused():
    """A method for 2011 boundaries does not take codes made in 2021."""
    table = pl.DataFrame({"area_code": ["E01000001", "E01034001"], "x": [1, 2]})
    with pytest.raises(WrongBoundaries):
        build(method({"x": {"column": "x"}}, areas={"kind": "lsoa", "year": 2011}), table)


@pytest.mark.parametrize(("how", "values"), [("geometric", [-1.0, 2.0]), ("harmonic", [0.0, 2.0])])
def test_a_mean_that_cannot_be_taken_is_refused(how, values):
    """A geometric mean of a negative, a harmonic mean of zero."""
    table = pl.DataFrame({"area_code": ["a", "b"], "x": values})
    with pytest.raises(BadSpecification, match="scale above zero"):
        build(method({"x": {"column": "x"}}, combine=how), table)


def test_a_check_measures_scores_ranks_and_deciles_and_lists_what_is_apart():
    """Two areas shared, one on each side alone."""
    ours = pl.DataFrame(
        {"area_code": ["a", "b", "c"], "score": [1.0, 2.0, 9.0], "rank": [3, 2, 1], "decile": [10, 7, 4]}
    )
    theirs = pl.DataFrame(
        {"area_code": ["b", "a", "z"], "score": [2.5, 1.0, 0.0], "rank": [2, 1, 3], "decile": [7, 10, 1]}
    )
    found = check(ours, theirs)
    assert (found.areas, found.max_abs_error, found.mean_abs_error) == (2, 0.5, 0.25)
    assert (found.equal_ranks, found.equal_deciles) == (0.5, 1.0)
    assert (found.only_here, found.only_published) == (("c",), ("z",))
    assert found.worst["area_code"].to_list() == ["b", "a"]
