"""Heaps are what the steps say, and each step can be taken back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from homeground_web.listen.heaps import Heaps, Taken, heaps_after

PROPOSAL = Taken(1, "propose", {"themes": [
    {"number": 1, "terms": ["bus"], "central": 1, "points": [1, 2, 3]},
    {"number": 2, "terms": ["park"], "central": 4, "points": [4, 5]},
]})  # fmt: skip
HERE = range(1, 8)  # 6 and 7 stand in no heap


def after(*steps: tuple[str, dict[str, object]], here: object = HERE) -> Heaps:
    """Return the heaps after the proposal and some steps by person 9."""
    rows = [Taken(number, verb, told, 9) for number, (verb, told) in enumerate(steps, start=2)]
    return heaps_after([PROPOSAL, *rows], here)  # type: ignore[arg-type]


def told(heaps: Heaps) -> dict[int, tuple[str, dict[int, int | None], bool]]:
    """Return heaps as plain values."""
    return {n: (h.name, dict(sorted(h.points.items())), h.is_theme) for n, h in heaps.heaps.items()}


def test_a_proposal_is_confirmed_by_nobody() -> None:
    """And what stands in no heap is kept."""
    heaps = after()
    assert told(heaps) == {1: ("", {1: None, 2: None, 3: None}, True), 2: ("", {4: None, 5: None}, True)}
    assert heaps.loose == [6, 7] and heaps.next_number == 3


def test_each_verb_does_what_it_says() -> None:
    """Confirm, name, put, take, move, merge, split, no theme, new."""
    one = after(("confirm", {"theme": 1, "points": [1, 4]}), ("name", {"theme": 1, "name": "Buses"}))
    assert told(one)[1] == ("Buses", {1: 9, 2: None, 3: None}, True)
    two = after(("put", {"theme": 2, "points": [1, 6]}), ("take", {"theme": 1, "points": [2]}))
    assert told(two)[2][1] == {1: 9, 4: None, 5: None, 6: 9} and told(two)[1][1] == {1: None, 3: None}
    assert told(after(("move", {"theme": 1, "into": 2, "points": [3]})))[2][1] == {3: 9, 4: None, 5: None}
    merged = after(("confirm", {"theme": 2, "points": [4]}), ("merge", {"theme": 2, "into": 1}))
    assert told(merged) == {1: ("", {1: None, 2: None, 3: None, 4: 9, 5: None}, True)}
    parted = after(("split", {"theme": 1, "points": [1, 2], "into": 3, "name": "Late"}))
    assert told(parted)[3] == ("Late", {1: 9, 2: 9}, True) and told(parted)[1][1] == {3: None}
    assert after(("no-theme", {"theme": 2})).loose == [4, 5, 6, 7]
    assert told(after(("new", {"theme": 3, "name": "Hall", "points": [7]})))[3] == ("Hall", {7: 9}, True)


def test_a_step_is_taken_back_and_that_too() -> None:
    """The second undo brings the step to life again."""
    name = ("name", {"theme": 1, "name": "Buses"})
    assert after(name, ("undo", {"step": 2})).heaps[1].name == ""
    assert after(name, ("undo", {"step": 2}), ("undo", {"step": 3})).heaps[1].name == "Buses"


def test_what_was_erased_is_in_no_heap() -> None:
    """Steps that name it still count for the rest; numbers of heaps are never used twice."""
    heaps = after(("put", {"theme": 2, "points": [1, 6]}), here=[2, 3, 4, 6])
    assert told(heaps)[2][1] == {4: None, 6: 9} and told(heaps)[1][1] == {2: None, 3: None}
    gone = after(("split", {"theme": 1, "points": [1], "into": 3}), ("undo", {"step": 2}))
    assert 3 not in gone.heaps and gone.next_number == 4


def test_a_second_sorting_is_remembered() -> None:
    """Who, and which point they would have put where."""
    assert after(("second", {"answers": {"1": 2, "99": 1}})).seconds == [(9, {1: 2})]


_POINTS = st.lists(st.integers(1, 7), max_size=3, unique=True)
_THEME = st.integers(1, 4)
_STEP = st.one_of(
    st.tuples(st.sampled_from(["confirm", "put", "take"]), st.fixed_dictionaries({"theme": _THEME, "points": _POINTS})),
    st.tuples(st.just("name"), st.fixed_dictionaries({"theme": _THEME, "name": st.sampled_from("abc")})),
    st.tuples(st.sampled_from(["merge"]), st.fixed_dictionaries({"theme": _THEME, "into": _THEME})),
    st.tuples(
        st.sampled_from(["move", "split"]),
        st.fixed_dictionaries({"theme": _THEME, "into": _THEME, "points": _POINTS}),
    ),
    st.tuples(st.just("no-theme"), st.fixed_dictionaries({"theme": _THEME})),
    st.tuples(st.just("undo"), st.fixed_dictionaries({"step": st.integers(2, 9)})),
)  # fmt: skip


@given(steps=st.lists(_STEP, max_size=8))
def test_undoing_the_last_step_is_as_if_it_had_never_been(steps: list[tuple[str, dict[str, object]]]) -> None:
    """Whatever came before it."""
    step = ("put", {"theme": 1, "points": [5, 6]})
    undo = ("undo", {"step": len(steps) + 2})
    assert told(after(*steps, step, undo)) == told(after(*steps))


@given(steps=st.lists(_STEP, max_size=8))
def test_no_point_is_ever_lost(steps: list[tuple[str, dict[str, object]]]) -> None:
    """Each stands in a theme, or among those in none."""
    heaps = after(*steps)
    placed = {point for heap in heaps.themes() for point in heap.points}
    assert placed | set(heaps.loose) == set(HERE)
    assert not placed & set(heaps.loose)
