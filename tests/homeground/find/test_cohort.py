"""The list of places, and what becomes of every place that is not on it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from homeground.errors import (
    BadSpecification,
    BadValue,
    DuplicateAreas,
    MissingColumns,
    UnknownArea,
    WrongBoundaries,
)
from homeground.find.cohort import cohort
from homeground.find.rules import Rule
from homeground.provenance import Note, Source

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "cohort.yaml").read_text())
COLUMNS = [
    "area_code", "area_name", "deprivation_rank", "need_rank", "selected", "cohort", "reason", "larger_area",
    "larger_area_name", "population", "combined_need", "boundary_year",
]  # fmt: skip


def ranking(**ranks):
    return pl.DataFrame({"area_code": list(ranks), "rank": list(ranks.values())})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_cases_that_anybody_can_read(case):
    """tests/cases/cohort.yaml: these places, these wishes, this list."""
    places = case["places"]
    asked = dict(case["asked"])
    rule = Rule(asked.pop("rule", "worst-on-both"), share=asked.pop("share", None), count=asked.pop("count", None))
    areas = pl.DataFrame(
        {
            "area_code": list(places),
            "population": [place[2] for place in places.values()],
            "district": [place[3] for place in places.values()],
        }
    )
    found = cohort(
        ranking(**{code: place[0] for code, place in places.items()}),
        ranking(**{code: place[1] for code, place in places.items()}),
        rule=rule,
        areas=areas,
        n_deprivation=case["ranked"],
        n_need=case["ranked"],
        **asked,
    )
    got = {row["area_code"]: [row["cohort"], row["reason"]] for row in found.table.iter_rows(named=True)}
    assert got == {code: [part[0], part[1] if len(part) > 1 else None] for code, part in case["expect"].items()}


def test_the_columns_that_scripts_rely_on_come_first():
    """And columns of one's own come last."""
    areas = pl.DataFrame({"area_code": ["a", "b"], "mine": ["x", "y"]})
    found = cohort(ranking(a=1, b=2), ranking(a=1, b=2), rule=Rule(share=0.5), areas=areas)
    assert found.table.columns == [*COLUMNS, "mine"]
    assert found.table.schema["deprivation_rank"] == pl.Int64
    assert found.table.schema["selected"] == pl.Boolean


def test_rows_are_in_the_order_of_the_codes_whatever_the_order_given():
    """Two people who sort their files differently get the same file."""
    one = cohort(ranking(b=1, a=2, c=3), ranking(c=1, b=2, a=3), rule=Rule("sum", count=2))
    two = cohort(ranking(c=3, a=2, b=1), ranking(a=3, b=2, c=1), rule=Rule("sum", count=2))
    assert one.table.equals(two.table)
    assert one.table["area_code"].to_list() == ["a", "b", "c"]


def test_scores_are_ranked_highest_first():
    """A table without ranks brings scores; higher is more need."""
    scores = pl.DataFrame({"area_code": ["a", "b"], "score": [1.0, 9.0]})
    assert cohort(scores, scores, rule=Rule(share=0.5)).selected == ("b",)


def test_names_people_and_labels_are_carried():
    """What is given of an area stands in its row."""
    areas = pl.DataFrame(
        {
            "area_code": ["a", "b"],
            "area_name": ["Ay", "Bee"],
            "larger_area": ["X", "X"],
            "larger_area_name": ["Ex", "Ex"],
            "population": [10, 20],
        }
    )
    found = cohort(
        ranking(a=1, b=2), ranking(a=1, b=2), rule=Rule(share=0.5), areas=areas, label="first", rest="the others",
        notes=[Note("said before")], sources=[Source("s", "S"), Source("s", "S")], boundary_year=2021,
    )  # fmt: skip
    assert found.table.select("area_name", "larger_area_name", "population", "cohort", "boundary_year").rows() == [
        ("Ay", "Ex", 10, "first", 2021),
        ("Bee", "Ex", 20, "the others", 2021),
    ]
    assert found.people == 10
    assert [note.text for note in found.notes] == ["said before"]
    assert len(found.sources) == 1


def test_the_number_of_people_is_not_guessed():
    """One chosen area without a count: no total."""
    areas = pl.DataFrame({"area_code": ["a", "b"], "population": [10, None]})
    assert cohort(ranking(a=1, b=2), ranking(a=1, b=2), rule=Rule(share=1.0), areas=areas).people is None


def test_an_empty_list_is_told():
    """A tenth of three areas is none: that is the answer, and it is said."""
    found = cohort(ranking(a=1, b=2, c=3), ranking(a=1, b=2, c=3), rule=Rule())
    assert found.selected == ()
    assert "No area was chosen" in found.notes[-1].text


def test_places_that_cannot_be_filled_are_told():
    """Three are asked for, the cap leaves two."""
    areas = pl.DataFrame({"area_code": ["a", "b", "c"], "larger_area": ["X", "X", "Y"]})
    found = cohort(
        ranking(a=1, b=2, c=3), ranking(a=1, b=2, c=3), rule=Rule("sum", count=3), areas=areas, cap=1
    )  # fmt: skip
    assert found.selected == ("a", "c")
    assert any("Only 2 of the 3 places" in note.text for note in found.notes)


def test_areas_without_a_larger_area_are_told_and_not_capped():
    """Nobody knows where they lie, so no cap can hold."""
    areas = pl.DataFrame({"area_code": ["a", "b", "c"], "larger_area": [None, None, "Y"]})
    found = cohort(ranking(a=1, b=2, c=3), ranking(a=1, b=2, c=3), rule=Rule("sum", count=2), areas=areas, cap=1)
    assert found.selected == ("a", "b")
    assert any(note.areas == ("a", "b") and note.kind == "missing" for note in found.notes)


def test_areas_that_are_level_at_the_edge_are_told():
    """The list says that it had to decide by the codes."""
    found = cohort(ranking(a=1, b=2, c=3), ranking(a=3, b=2, c=1), rule=Rule("product", count=1))
    assert found.selected == ("a",)
    assert any(note.areas == ("a", "c") and note.kind == "assumed" for note in found.notes)


def test_areas_that_are_not_on_the_list_are_an_error_or_are_told():
    """A mistyped code must not vanish."""
    areas = pl.DataFrame({"area_code": ["a", "b"]})
    with pytest.raises(UnknownArea, match=r"row 4.*1 of 3 areas of the need ranking.*first: x"):
        cohort(ranking(a=1, b=2), ranking(a=1, b=2, x=3), rule=Rule(), areas=areas)
    found = cohort(ranking(a=1, b=2), ranking(a=1, b=2, x=3), rule=Rule(), areas=areas, unlisted="report")
    assert found.uncovered == ("x",)
    assert found.table.height == 2


GOOD = ranking(a=1, b=2, c=3)


@pytest.mark.parametrize(
    ("deprivation", "options", "error", "said"),
    [
        (pl.DataFrame({"area_code": ["a", "a"], "rank": [1, 2]}), {}, DuplicateAreas, "second time"),
        (pl.DataFrame({"area_code": ["a", None], "rank": [1, 2]}), {}, BadValue, "area code is missing"),
        (pl.DataFrame({"area_code": [], "rank": []}), {}, ValueError, "no rows"),
        (pl.DataFrame({"area_code": ["a"], "position": [1]}), {}, MissingColumns, "neither 'rank' nor 'score'"),
        (pl.DataFrame({"code": ["a"], "rank": [1]}), {}, MissingColumns, "area_code"),
        (pl.DataFrame({"area_code": list("abc"), "rank": ["1", "two", "3"]}), {}, BadValue, "row 3.*'two'"),
        (ranking(a=0, b=1, c=2), {}, BadValue, "row 2.*below 1"),
        (ranking(a=1, b=2, c=4), {}, BadValue, "row 4.*out of range"),
        (ranking(a=None, b=None, c=None), {}, BadValue, "no area has a deprivation rank"),
        (ranking(x=1, y=2, z=3), {}, WrongBoundaries, "only 0 of 3"),
        (GOOD, {"exclude": ["q"]}, UnknownArea, "first: q"),
        (GOOD, {"minimum_population": 5}, BadSpecification, "population"),
        (GOOD, {"minimum_population": -1}, BadSpecification, "makes no sense"),
        (GOOD, {"minimum_population": float("nan")}, BadSpecification, "makes no sense"),
        (GOOD, {"cap": 0}, BadSpecification, "leaves no place"),
        (GOOD, {"cap": 1}, BadSpecification, "no column 'larger_area'"),
        (GOOD, {"cap": 1, "cap_by": "authority"}, BadSpecification, "no column 'authority'"),
        (GOOD, {"cap_by": "larger_area"}, BadSpecification, "no cap"),
        (GOOD, {"other_deprived_share": 0}, BadSpecification, "above 0"),
        (GOOD, {"rest": "left behind"}, BadSpecification, "told apart"),
        (GOOD, {"label": " "}, BadSpecification, "told apart"),
    ],
)
def test_what_cannot_be_right_is_refused(deprivation, options, error, said):
    """Each with the row where it stands, or the option, and what to do."""
    with pytest.raises(error, match=said):
        cohort(deprivation, GOOD, rule=Rule(), **options)


def test_two_boundary_years_are_refused():
    """LSOAs of 2011 on one side, of 2021 on the other: most codes are the same, so only the newest give it away."""
    same = [f"E0100{i}" for i in range(1000, 1020)]
    old = pl.DataFrame({"area_code": [*same, "E01033768"], "rank": list(range(1, 22))})
    new = pl.DataFrame({"area_code": [*same, "E01035762"], "rank": list(range(1, 22))})
    with pytest.raises(WrongBoundaries, match="only the need ranking has LSOA codes as late as 2021"):
        cohort(old, new, rule=Rule())
    with pytest.raises(WrongBoundaries, match="not an LSOA of 2011"):
        cohort(new, new, rule=Rule(), kind="lsoa", boundary_year=2011)


@st.composite
def choices(draw):
    """Rankings with gaps, districts, people, exclusions and caps, all at once."""
    n = draw(st.integers(2, 25))
    codes = [f"p{i:02d}" for i in range(n)]
    tables = []
    for _ in range(2):
        ranks = list(draw(st.permutations(range(1, n + 1))))
        for gap in draw(st.sets(st.integers(0, n - 1), max_size=n // 3)):
            ranks[gap] = None
        tables.append(pl.DataFrame({"area_code": codes, "rank": ranks}, schema_overrides={"rank": pl.Int64}))
    areas = pl.DataFrame(
        {
            "area_code": codes,
            "larger_area": draw(st.lists(st.sampled_from("XYZ"), min_size=n, max_size=n)),
            "population": draw(st.lists(st.integers(0, 100), min_size=n, max_size=n)),
        }
    )
    name = draw(st.sampled_from(["worst-on-both", "sum", "product", "worst-of-two"]))
    rule = Rule(name, share=draw(st.sampled_from([0.1, 0.3, 0.5, 1.0])))
    options = {
        "areas": areas,
        "exclude": draw(st.lists(st.sampled_from(codes), max_size=3)),
        "cap": draw(st.none() | st.integers(1, 3)),
        "minimum_population": draw(st.none() | st.integers(1, 60)),
        "n_deprivation": n,
        "n_need": n,
    }
    usable = tables[0]["rank"].is_not_null() & tables[1]["rank"].is_not_null()
    return (*tables, rule, options) if usable.any() else (tables[0], tables[0], rule, options)


@given(choices())
def test_every_place_is_told_what_it_is(given_choices):
    """One row for each area and one of four parts; whoever misses out by more than need is given a reason."""
    deprivation, need, rule, options = given_choices
    if not deprivation["rank"].count():
        return
    found = cohort(deprivation, need, rule=rule, **options)
    table = found.table
    assert table["area_code"].to_list() == sorted(options["areas"]["area_code"].to_list())
    parts = Counter(table["cohort"].to_list())
    assert set(parts) <= {"left behind", "other deprived", "rest of England", "not placed"}
    assert parts["left behind"] == len(found.selected) == table["selected"].sum()
    assert parts["not placed"] == len(found.unplaced)
    unplaced = table.filter(pl.col("cohort") == "not placed")
    assert unplaced["reason"].null_count() == 0
    assert (unplaced["deprivation_rank"].is_null() | unplaced["need_rank"].is_null()).all()
    assert table.filter("selected")["reason"].null_count() == len(found.selected)


@given(choices())
def test_the_choice_is_that_of_going_down_the_line(given_choices):
    """Slowly: in order of need, take each place that may be taken until the list is full."""
    deprivation, need, rule, options = given_choices
    if not deprivation["rank"].count():
        return
    plain = cohort(deprivation, need, rule=rule, areas=options["areas"], n_deprivation=options["n_deprivation"],
                   n_need=options["n_need"])  # fmt: skip
    wanted = len(plain.selected)
    rows = [row for row in plain.table.iter_rows(named=True) if row["combined_need"] is not None]
    if rule.rule == "worst-on-both":
        rows = [row for row in rows if row["selected"]]
    taken, full = [], Counter()
    for row in sorted(rows, key=lambda row: (-row["combined_need"], row["area_code"])):
        small = options["minimum_population"] is not None and row["population"] < options["minimum_population"]
        over = options["cap"] is not None and full[row["larger_area"]] >= options["cap"]
        if row["area_code"] in options["exclude"] or small or over or len(taken) == wanted:
            continue
        taken.append(row["area_code"])
        full[row["larger_area"]] += 1
    assert list(cohort(deprivation, need, rule=rule, **options).selected) == sorted(taken)
