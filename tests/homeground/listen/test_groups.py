"""Opinion groups by the published method: the reference's directions, and what must always hold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeground.errors import BadTable, BadValue
from homeground.listen.groups import find_groups

API = ("25ptpt-3gp-no-strict-with-meta", "above-100-ptpts", "below-100-ptpts")
EXPORTS = (
    "15-per-hour-seattle", "american-assembly.bowling-green", "austria-climate.2vkxcncppn.2022-07-07",
    "austria-climate.7z7ejpbmv5.2022-08-08", "bg2050-volunteers", "brexit-consensus", "london.youth.policing",
    "scoop-hivemind.affordable-housing", "scoop-hivemind.biodiversity", "scoop-hivemind.freshwater", "vtaiwan.uberx",
)  # fmt: skip


def camps(people: int = 12, statements: int = 8) -> pl.DataFrame:
    """Return the votes of two camps that disagree on everything but the last statement, on which all agree."""
    rows = [
        (person, statement, 1 if statement == statements - 1 or (person % 2 == statement % 2) else -1)
        for person in range(people)
        for statement in range(statements)
    ]
    return pl.DataFrame(rows, schema=["person", "statement", "vote"], orient="row")


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    """Return how much two directions agree, whatever their sign."""
    return float(abs(one @ other) / (np.linalg.norm(one) * np.linalg.norm(other)))


@pytest.mark.parametrize("name", API)
def test_the_directions_equal_those_of_the_polis_server(real_data: Path, name: str) -> None:
    """As Polis itself computed them, for three conversations."""
    folder = real_data / "polis" / "api-with-reference-math" / name
    votes, reference = (json.loads((folder / f"{part}.json").read_text()) for part in ("votes", "math-pca2"))
    statement, person = ("tid", "pid") if "tid" in votes[0] else ("statement_id", "participant_id")
    table = pl.DataFrame(
        [(row[person], row[statement], row["vote"]) for row in votes],
        schema=["person", "statement", "vote"],
        orient="row",
    )
    found = find_groups(table, rejected=tuple(reference["mod-out"] or ()))
    rows = {row["statement"]: (row["direction_1"], row["direction_2"]) for row in found.statements.to_dicts()}
    ours = np.array([rows.get(one, (0.0, 0.0)) for one in reference["tids"]]).T
    for mine, theirs in zip(ours, np.array(reference["pca"]["comps"]), strict=True):
        assert cosine(mine, theirs) >= 0.999


@pytest.mark.parametrize("name", EXPORTS)
def test_the_share_explained_equals_the_references(real_data: Path, name: str) -> None:
    """Eleven exported conversations, against red-dwarf 0.4.0."""
    from homeground.journey.listening import groups_of

    folder = real_data / "polis" / name
    expected = json.loads((real_data / "polis" / "expected" / f"{name}.json").read_text())
    found, _ = groups_of(folder / "participants-votes.csv", statements=folder / "comments.csv")
    assert found.explained == pytest.approx(expected["pca_explained_variance_ratio"], abs=2e-5)
    assert found.people["group"].drop_nulls().len() == expected["clustered_participants"]


def test_camps_are_told_apart_and_what_they_share_comes_first() -> None:
    """The statement all agree on is shared; one that splits them divides."""
    found = find_groups(camps())
    assert found.people["group"].to_list() == [0, 1] * 6
    assert found.statements.sort("shared")["statement"].to_list()[-1] == 7
    assert found.statements.sort("divides")["statement"].to_list()[0] == 7
    marks = {(row["group"], row["statement"]): row["stands_for"] for row in found.by_group.to_dicts()}
    assert marks[0, 0] == "agree" and marks[1, 0] == "disagree" and marks[0, 7] is None


def test_the_last_vote_on_a_statement_counts() -> None:
    """People change their minds."""
    votes = pl.concat([camps(), pl.DataFrame({"person": [0], "statement": [0], "vote": [-1]})])
    assert find_groups(votes).statements.filter(statement=0)["disagree"].item() == 7


def test_who_saw_few_statements_stands_in_no_group_and_that_is_told() -> None:
    """One vote says too little."""
    votes = pl.concat([camps(), pl.DataFrame({"person": [99], "statement": [0], "vote": [1]})])
    found = find_groups(votes)
    assert found.people.filter(person=99)["group"].item() is None
    assert any("1 of 13 people" in note.text for note in found.notes)


def test_a_vote_that_is_none_says_where() -> None:
    """Row and column."""
    with pytest.raises(BadValue, match="row 3, column 'vote': a vote is 2"):
        find_groups(pl.DataFrame({"person": [1, 2], "statement": [1, 1], "vote": [1, 2]}))


def test_too_few_people_are_refused() -> None:
    """Two people are no groups."""
    with pytest.raises(BadTable, match="too few"):
        find_groups(camps(people=2))


@given(st.permutations(range(96)), st.integers(0, 3))
def test_the_order_of_the_rows_changes_nothing(order: list[int], seed: int) -> None:
    """Nor does the seed, where the edges are clear."""
    assert find_groups(camps()[order], seed=seed).people.equals(find_groups(camps()).people)
