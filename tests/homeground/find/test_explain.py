"""Why a place is on the list: contributions that add up, smallest changes that are exact, contrasts."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeground.errors import BadSpecification, UnknownArea
from homeground.find.doubting.model import ListModel
from homeground.find.explain import explain
from homeground.find.index import build
from homeground.find.rules import Rule
from homeground.journey.certainty import explain_place, preset_list
from homeground.method import parse_method
from tests.homeground.find.invented import areas_list, two_part_list, wards_list


def five() -> ListModel:
    """Five places with the scores 10, 4.5, 5, 4.5 and 0, of which two are taken."""
    return two_part_list([10, 7, 3, 5, 0], [10, 2, 7, 4, 0], Rule(count=2))


def test_five_places_by_hand():
    """The third place (3 and 7, score 5) is in; the first one out has 4.5.

    It would be out below 2 on the first part or below 6 on the second. With w on the first part it has 7 - 4w and the
    second place 2 + 5w, so it is out when w passes 5/9.
    """
    found = explain(five(), "P2").indices[0]
    assert (found.score, found.rank, found.last_rank, found.inside) == (5.0, 2.0, 2, True)
    assert (found.line, found.line_code) == (4.5, "P1")
    assert found.parts["contribution"].to_list() == [1.5, 3.5]
    assert found.parts["above_average"].to_list() == [-1.0, pytest.approx(3.5 - 2.3)]
    assert found.parts["above_line"].to_list() == [-2.0, 2.5]
    assert found.changes["value_needed"].to_list() == [2.0, 6.0]
    assert found.weights["weight_needed"].to_list() == [pytest.approx(5 / 9), pytest.approx(4 / 9)]


def test_a_place_that_is_out_is_told_what_would_bring_it_in():
    """The second place (7 and 2) has 4.5 and needs 5: 8 on the first part or 3 on the second, or w of 5/9."""
    found = explain(five(), "P1")
    index = found.indices[0]
    assert not found.selected and not index.inside and index.line == 5.0 and index.line_code == "P2"
    assert index.changes["value_needed"].to_list() == [8.0, 3.0]
    assert index.changes["possible"].to_list() == [True, True]
    assert index.weights["weight_needed"][0] == pytest.approx(5 / 9)
    assert found.sentences[0] == "P1 is not on the list. It is 3rd of 5 for deprivation (1st is the most need)."


def test_what_no_single_part_can_do_is_said():
    """The last place has nothing on either part: even the most of one leaves it behind, and no weight helps."""
    index = explain(two_part_list([10, 9, 8, 0], [10, 9, 8, 0], Rule(count=2)), "P3").indices[0]
    assert not index.changes["possible"].any() and not index.weights["possible"].any()
    said = " ".join(explain(two_part_list([10, 9, 8, 0], [10, 9, 8, 0], Rule(count=2)), "P3").sentences)
    assert "No single part could make P3 come into the worst 2" in said
    assert "No weight of any one part" in said


@pytest.mark.parametrize("make", [wards_list, areas_list])
def test_contributions_and_contrasts_add_up_exactly(make):
    """The parts add up to the score, to the distance from the average place, from the line, from another place."""
    model = make()
    for code, other in zip(model.places[:12], model.places[12:24], strict=True):
        found = explain(model, code, against=other)
        for index in found.indices:
            parts = index.parts
            assert parts["contribution"].sum() == pytest.approx(index.score, abs=1e-9)
            assert parts["above_line"].sum() == pytest.approx(index.score - index.line, abs=1e-9)
            assert (parts["contribution"] - parts["average"]).sum() == pytest.approx(parts["above_average"].sum())
            back = next(i for i in explain(model, other).indices if i.role == index.role)
            assert index.contrast["difference"].sum() == pytest.approx(index.score - back.score, abs=1e-9)


def changed(parts: np.ndarray, weights: tuple[float, float], taken: int) -> np.ndarray:
    """Return which places two plain parts with these weights take."""
    table = pl.DataFrame({"area_code": [str(i) for i in range(parts.shape[1])], "a": parts[0], "b": parts[1]})
    method = parse_method(
        {
            "name": "two",
            "index": {"parts": ["a", "b"]},
            "parts": {
                "a": {"column": "a", "weight": float(weights[0])},
                "b": {"column": "b", "weight": float(weights[1])},
            },
        }
    )
    return build(method, table).table["rank"].to_numpy() <= taken


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 14), st.integers(0, 13))
def test_the_smallest_change_is_where_a_place_changes_sides(seed, n, which):
    """Just short of the value or weight that is told the place stays where it is, just past it it has moved."""
    rng = np.random.default_rng(seed)
    parts = rng.uniform(0, 10, (2, n))
    taken, row = n // 3, which % n
    weights = (0.5, 0.5)
    now = changed(parts, weights, taken)[row]
    found = explain(two_part_list(list(parts[0]), list(parts[1]), Rule(count=taken)), f"P{row}").indices[0]
    assert found.inside == now
    tiny = 1e-7
    for number, change in enumerate(found.changes.iter_rows(named=True)):
        gap = change["value_needed"] - change["value"]
        for step, moved in ((gap - np.sign(gap) * tiny, False), (gap + np.sign(gap) * tiny, True)):
            tried = parts.copy()
            tried[number, row] += step
            assert changed(tried, weights, taken)[row] == (now != moved)
    for number, change in enumerate(found.weights.iter_rows(named=True)):
        if not change["possible"]:
            for w in np.linspace(0.001, 0.999, 25):
                pair = (w, 1 - w) if number == 0 else (1 - w, w)
                assert changed(parts, pair, taken)[row] == now
            continue
        needed = change["weight_needed"]
        side = np.sign(needed - 0.5)
        for w, moved in ((needed - side * tiny, False), (needed + side * tiny, True)):
            pair = (w, 1 - w) if number == 0 else (1 - w, w)
            assert changed(parts, pair, taken)[row] == (now != moved)


def test_a_needed_rank_is_a_rank_that_does_it():
    """On the exponential scale: the place with that rank on the part is in, one rank further it is not."""
    model = wards_list()
    scores = model.need.built.table["score"].to_numpy()
    for row, code in enumerate(model.places[:15]):
        index = explain(model, code).indices[1]
        for change, weight in zip(index.changes.iter_rows(named=True), index.parts["weight"], strict=True):
            if not change["possible"]:
                continue
            ladder = np.sort(model.need.built.values[change["part"]])[::-1]

            def is_inside(rank, change=change, weight=weight, ladder=ladder, row=row, index=index):
                score = index.score + weight * (ladder[int(rank) - 1] - change["value"])
                return (np.delete(scores, row) > score).sum() + 1 <= index.last_rank

            needed = change["rank_needed"]
            assert is_inside(needed) != index.inside
            one_short = needed + (-1 if index.inside else 1)
            assert not 1 <= one_short <= 40 or is_inside(one_short) == index.inside


@pytest.mark.parametrize("rule", [Rule("sum", count=9), Rule("product", share=0.3), Rule("worst-of-two", count=11)])
def test_the_last_rank_that_will_do_holds_under_every_rule(rule):
    """With that rank, the others making room, the place is on the list; with the next it is not."""
    model = wards_list(rule=rule)
    deprivation, need, _ = model.point()
    for code in model.places[:10]:
        index = explain(model, code).indices[0]
        row = list(model.places).index(code)

        def on_the_list(rank, row=row):
            others = np.delete(deprivation, row)
            order = np.argsort(np.argsort(others)) + 1.0
            moved = np.insert(np.where(order >= rank, order + 1, order), row, rank)
            return model.select(moved, need, rule=rule)[row]

        if index.last_rank is None:
            assert not on_the_list(1)
            continue
        assert on_the_list(index.last_rank)
        assert index.last_rank == 40 or not on_the_list(index.last_rank + 1)
        assert index.weights.height == 0 and "moves the line too" in index.notes[0].text


def test_ranks_that_were_averaged_are_not_taken_apart():
    """No exact explanation is made up for a mean of ranks: the other index is explained, and a note says why."""
    found = explain(wards_list(by="mean-exponential"), "W003")
    assert [index.role for index in found.indices] == ["need"]
    assert "averaged" in found.notes[0].text


def test_a_mean_that_does_not_add_up_is_refused():
    """Contributions to a geometric mean do not add up: the error names the method."""
    with pytest.raises(BadSpecification, match="'invented deprivation' takes the geometric mean"):
        explain(areas_list(combine="geometric", score="mean"), "A0003")


@pytest.mark.parametrize(
    ("codes", "error", "words"),
    [
        (("W999", None), UnknownArea, "W999 is not on the list of 40 places"),
        (("W001", "nowhere"), UnknownArea, "nowhere is not on the list"),
        (("W001", "W001"), BadSpecification, "contrasted with itself"),
    ],
)
def test_a_place_that_is_not_there_cannot_be_explained(codes, error, words):
    """The code is named, and what to do."""
    with pytest.raises(error, match=words):
        explain(wards_list(), codes[0], against=codes[1])


def test_an_excluded_place_is_told_that_its_ranks_do_not_matter():
    """It is not on the list whatever its figures."""
    model = wards_list()
    eligible = np.ones(40, dtype=bool)
    eligible[5] = False
    found = explain(ListModel(model.places, model.deprivation, model.need, model.rule, eligible), "W005")
    assert any("excluded" in note.text for note in found.notes)


def test_a_real_ward_at_the_edge(england):
    """Holmewood and Heath is the last ward in by deprivation (743rd of 7,433): three ranks of one domain would do."""
    ready = preset_list("left-behind-wards-2019", data=england)
    code = next(code for code, name in ready.names.items() if name == "Holmewood and Heath")
    line = explain_place(ready, code).indices[0].line_code
    assert ready.names[line] == "Broadheath"
    found = explain_place(ready, code, against=line)
    index = found.indices[0]
    assert (index.rank, index.last_rank, index.n) == (743, 743, 7433)
    assert index.contrast["difference"].sum() == pytest.approx(index.score - index.line)
    smallest = (
        index.changes.with_columns(by=(pl.col("rank_needed") - pl.col("rank")).abs()).sort("by").row(0, named=True)
    )
    assert smallest["possible"] and smallest["by"] <= 5
    assert "Holmewood and Heath is on the list." in found.sentences[0]
