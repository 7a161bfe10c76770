"""What changed between two editions: data, method and boundaries add up, and the real lists come out."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeground.errors import BadSpecification, MissingColumns, UnknownArea
from homeground.find.change import change, shapley
from homeground.find.doubting.exchange import EditionData, with_domain
from homeground.find.rules import Rule
from homeground.journey.change import change_between
from homeground.method import parse_method
from tests.homeground.find.invented import indicators_method, indicators_table


def recipe(weight: float, **more: object) -> dict:
    """Return a method of two parts taken as they stand."""
    return {
        "name": "two things",
        "index": {"parts": ["a", "b"]},
        "parts": {"a": {"column": "a", "weight": weight}, "b": {"column": "b", "weight": 1 - weight}, **more},
    }


def edition(name: str, weight: float, table: dict, **more: object) -> EditionData:
    """Return one edition of it."""
    return EditionData(name, parse_method(recipe(weight)), pl.DataFrame(table), **more)


OLD = {"area_code": ["x", "y", "z"], "a": [4.0, 0.0, 3.0], "b": [0.0, 2.0, 2.5]}
NEW = {"area_code": ["x", "y", "z"], "a": [8.0, 0.0, 1.0], "b": [0.0, 2.0, 2.5]}


def test_data_and_method_by_hand():
    """Area x: the figure rises by 4 (worth 2 by the old weight, 1 by the new: 1.5), the weight falls by a quarter.

    The fall is worth -1 on the old figure and -2 on the new: -1.5. Area y: the weight of b rises, by a quarter of 2.
    """
    found = change(edition("old", 0.5, OLD), edition("new", 0.25, NEW), rule=Rule(count=1))
    table = found.table
    assert table["score_change"].to_list() == [0.0, 0.5, 2.125 - 2.75]
    assert table["score_data"].to_list() == pytest.approx([1.5, 0.0, -0.75])
    assert table["score_method"].to_list() == pytest.approx([-1.5, 0.5, 0.125])
    assert table["score_boundary"].to_list() == [0.0, 0.0, 0.0]
    assert table["move"].to_list() == ["stays out", "stays out", "stays"]


def test_boundaries_by_hand():
    """One old area is split in two and two are merged; the new figures are the old ones on the new map.

    The merged area has the mean of its old ones by people: (10 * 100 + 4 * 300) / 400 = 5.5. No score moves. Ranks do:
    the split area was 2nd (behind m1) and its halves are 1st. Put back on the old map the new figures make it 1st too,
    for they know of no 10: half of the move is data, half boundaries.
    """
    old = {"area_code": ["s", "m1", "m2", "k"], "a": [6.0, 10.0, 4.0, 1.0], "b": [6.0, 10.0, 4.0, 1.0]}
    new = {"area_code": ["s1", "s2", "m", "k"], "a": [6.0, 6.0, 5.5, 1.0], "b": [6.0, 6.0, 5.5, 1.0]}
    pairs = pl.DataFrame({"from_code": ["s", "s", "m1", "m2", "k"], "to_code": ["s1", "s2", "m", "m", "k"]})
    people = pl.DataFrame({"area_code": ["s", "m1", "m2", "k"], "people": [200, 100, 300, 50]})
    found = change(edition("old", 0.5, old, people=people), edition("new", 0.5, new), lookup=pairs)
    assert found.table["score_from"].to_list() == found.table["score_to"].to_list() == [6.0, 6.0, 5.5, 1.0]
    # Of the old ranks 2, 1, 3 and 4 the merged area has the mean by people, 2.5, which is nearest 3.
    assert found.table["rank_from"].to_list() == [2.0, 2.0, 3.0, 4.0]
    assert found.table["rank_to"].to_list() == [1.0, 1.0, 3.0, 4.0]
    assert found.table["rank_data"].to_list() == [-0.5, -0.5, -0.5, 0.0]
    assert found.table["rank_boundary"].to_list() == [-0.5, -0.5, 0.5, 0.0]


@given(st.lists(st.floats(-100, 100), min_size=8, max_size=8))
def test_effects_are_the_mean_over_all_orders(values):
    """Exchange three things one after the other in all six orders: the mean effect of each, adding up to the whole."""
    causes = ("data", "method", "boundary")
    sets = [frozenset(c for bit, c in enumerate(causes) if number >> bit & 1) for number in range(8)]
    outcome = {chosen: np.array([value]) for chosen, value in zip(sets, values, strict=True)}
    by_order = dict.fromkeys(causes, 0.0)
    for order in permutations(causes):
        so_far = frozenset()
        for cause in order:
            by_order[cause] += float((outcome[so_far | {cause}] - outcome[so_far])[0]) / 6
            so_far |= {cause}
    effects = shapley(causes, outcome)
    assert {cause: float(effect[0]) for cause, effect in effects.items()} == pytest.approx(by_order, abs=1e-9)
    whole = outcome[frozenset(causes)] - outcome[frozenset()]
    assert sum(effects.values())[0] == pytest.approx(whole[0], abs=1e-9)


def test_an_invented_change_adds_up_in_every_area():
    """Counts, standard errors and ranks, other weights and other boundaries at once: exactly the whole change."""
    table, later = indicators_table(0), indicators_table(5)
    heavier = indicators_method()
    heavier["parts"]["money"]["weight"], heavier["parts"]["crime"]["weight"] = 0.4, 0.299
    # Every fourth old area is split in two, every fifth pair is merged: new codes throughout.
    old_codes = table["area_code"].to_list()
    pairs = []
    for number, code in enumerate(old_codes):
        pairs += [(code, f"B{number:04d}")] if number % 4 else [(code, f"B{number:04d}"), (code, f"B{number:04d}x")]
    pairs = [(old, new if int(old[1:]) % 10 != 9 else f"B{int(old[1:]) - 1:04d}") for old, new in pairs]
    lookup = pl.DataFrame(pairs, schema=["from_code", "to_code"], orient="row").unique(maintain_order=True)
    codes = lookup["to_code"].unique(maintain_order=True)
    wide = indicators_table(5, areas=len(codes)).with_columns(area_code=codes)
    assert len(codes) != len(old_codes) and later.height
    found = change(
        EditionData("old", parse_method(indicators_method()), table, people=table.select("area_code", "people")),
        EditionData("new", parse_method(heavier), wide, people=wide.select("area_code", "people")),
        lookup=lookup,
        rule=Rule(share=0.2),
    )
    for what in ("score", "rank"):
        parts = sum(found.table[f"{what}_{cause}"] for cause in found.causes)
        assert (parts - found.table[f"{what}_change"]).abs().max() < 1e-9
        assert all(found.table[f"{what}_{cause}"].abs().max() > 0 for cause in found.causes)
    moved = found.table["selected_to"].cast(int) - found.table["selected_from"].cast(int)
    parts = sum(found.table[f"selected_{cause}"] for cause in found.causes)
    assert (parts - moved).abs().max() < 1e-9
    assert found.reasons["areas"].sum() == len(found.joins) + len(found.leaves) > 0
    assert found.table.filter(pl.col("move").is_in(["joins", "leaves"]))["sentence"].null_count() == 0


def test_a_new_method_that_the_old_figures_do_not_fit_is_not_forced_on_them():
    """A part that only the new edition measures: the split is boundary against the rest, and full is refused."""
    more = {"c": {"column": "c", "weight": 0.2}}
    method = recipe(0.5, **more)
    method["index"]["parts"] = ["a", "b", "c"]
    new = EditionData("new", parse_method(method), pl.DataFrame({**NEW, "c": [1.0, 2.0, 3.0]}))
    found = change(edition("old", 0.5, OLD), new)
    assert found.causes == ("data_and_method", "boundary")
    assert found.table["score_data_and_method"].to_list() == found.table["score_change"].to_list()
    assert any("lack 1 of the 3 parts" in note.text and "c" in note.text for note in found.notes)
    with pytest.raises(BadSpecification, match="lack 1 of the 3 parts"):
        change(edition("old", 0.5, OLD), new, split="full")


def test_polarity_goes_with_the_figures_and_weights_with_the_method():
    """The new edition measures the same thing turned round: exchanging figures does not turn need upside down."""
    turned = recipe(0.5)
    turned["parts"]["a"] |= {"column": "a_better", "higher_is": "better"}
    new = {"area_code": OLD["area_code"], "a_better": [-v for v in OLD["a"]], "b": OLD["b"]}
    found = change(edition("old", 0.5, OLD), EditionData("new", parse_method(turned), pl.DataFrame(new)))
    assert found.table["score_change"].abs().max() == 0
    assert found.table["score_data"].abs().max() == found.table["score_method"].abs().max() == 0


WRONG = {
    "no lookup": (
        {"area_code": ["p", "q", "r"]}, None, UnknownArea, "3 of 3 areas of 'old' are not areas of 'new'",
    ),
    "a lookup that leads nowhere": (
        {"area_code": ["p", "q", "r"]}, {"from_code": ["x", "y"], "to_code": ["p", "q"]}, UnknownArea,
        "leads nowhere for 1 of 3 areas of 'old' .first: z.",
    ),
    "a lookup without its columns": (
        {"area_code": ["p", "q", "r"]}, {"LSOA11": ["x"], "LSOA21": ["p"]}, MissingColumns, "from_code",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_boundaries_that_do_not_meet_are_refused(name):
    """With how many areas, the first of them, and what to give."""
    codes, pairs, error, words = WRONG[name]
    new = edition("new", 0.5, {**NEW, **codes})
    with pytest.raises(error, match=words):
        change(edition("old", 0.5, OLD), new, lookup=None if pairs is None else pl.DataFrame(pairs))


def test_two_indices_are_not_two_editions():
    """Without a part in common there is nothing that could have changed."""
    other = {"name": "other", "index": {"parts": ["c"], "weights": "equal"}, "parts": {"c": {"column": "a"}}}
    with pytest.raises(BadSpecification, match="no part in common"):
        change(edition("old", 0.5, OLD), EditionData("new", parse_method(other), pl.DataFrame(NEW)))


def test_a_domain_can_be_taken_apart():
    """The part keeps its weight, title and transform; its own parts get its name in front of theirs."""
    whole = parse_method(recipe(0.5, a={"column": "a", "transform": "percentile", "weight": 0.5}))
    made = with_domain(whole, "a", parse_method(recipe(0.3)))
    assert made.leaves() == ("a_a", "a_b", "b")
    assert (float(made.parts["a"].weight), made.parts["a"].transform) == (0.5, "percentile")
    with pytest.raises(BadSpecification, match="no finished part 'money'"):
        with_domain(whole, "money", whole)


# The real editions.


@pytest.fixture(scope="module")
def real(england):
    """IMD 2019 to IMD 2025, with the Community Needs Index 2023."""
    return change_between("left-behind-lsoas-2023", "left-behind-lsoas-2025", data=england)


def test_the_lists_of_2023_and_2025_and_who_moved(real):
    """1,305 and 1,262 LSOAs, 1,156 in both: 106 join and 149 leave."""
    assert (real.table["selected_from"].sum(), real.table["selected_to"].sum()) == (1305, 1262)
    assert (len(real.joins), len(real.leaves)) == (106, 149)
    assert real.causes == ("data", "method", "boundary")
    assert real.reasons["areas"].sum() == 255


def test_the_real_change_adds_up_and_starts_from_the_published_scores(real, england):
    """In all 33,755 LSOAs; the ends are the published scores of both editions, to the error of the formula."""
    for what in ("score", "rank"):
        parts = sum(real.table[f"{what}_{cause}"] for cause in real.causes)
        assert (parts - real.table[f"{what}_change"]).abs().max() < 1e-8
    published = pl.read_parquet(england / "iod2025" / "iod2025_file7_lsoa21.parquet").select(
        area_code="LSOA code (2021)", published="Index of Multiple Deprivation (IMD) Score"
    )
    joined = real.table.join(published, on="area_code")
    assert (joined["score_to"] - joined["published"]).abs().max() <= 0.005


def test_the_weights_of_living_environment_are_the_method_that_changed(real):
    """From two thirds and a third to 70 and 30: method moves scores a little, data much more, boundaries some."""
    effect = {cause: real.table[f"score_{cause}"].abs().mean() for cause in real.causes}
    assert 0.02 < effect["method"] < 0.2 < effect["data"]
    assert 0 < effect["boundary"] < effect["data"] / 5
    said = " ".join(note.text for note in real.notes)
    assert "Living environment was made from its published sub-domains" in said
    assert "Whatever changed inside finished parts counts as data" in said


def test_without_taking_domains_apart_no_method_changed(england):
    """The formula that joins the seven domains is the same in both editions: its effect is nought everywhere."""
    found = change_between("iod2019", "iod2025", data=england, inside=False)
    assert found.table["score_method"].abs().max() < 1e-9
    assert found.table["score_data"].abs().mean() > 1
