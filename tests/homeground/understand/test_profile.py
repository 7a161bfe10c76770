"""A profile: every figure of a place, from small countries whose answers can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from homeground.errors import BadSpecification, MissingDataset, UnknownArea
from homeground.understand.profile import Place, Profile, place_of, profile, standings
from homeground.understand.profiling.figures import Bridge, Figures, Measure, Native
from homeground.understand.profiling.intervals import wilson
from homeground.understand.profiling.standing import group_of, group_values

NAN = float("nan")
RENTING = Measure(
    "renting", "Renting", "housing", "share", "lsoa21", unit="per cent", higher_is="worse", interval="wilson",
    per=100.0, says="{value} of homes are rented.", quality="Counted once.", edition="2021",
)  # fmt: skip
SHOP = Measure("shop", "Way to a shop", "connectivity", "value", "lsoa21", unit="km", higher_is="worse", edition="2021")
POOR = Measure(
    "poor-2025", "Deprivation", "economy", "rank", "lsoa21", higher_is="better", ranked=4, series="poor",
    edition="2025", index="deprivation",
)  # fmt: skip
POOR_BEFORE = replace(POOR, id="poor-2019", edition="2019")
GUESS = Measure(
    "doctors", "Patients for each doctor", "health", "value", "authority24", unit="patients", edition="2024"
)

# Four neighbourhoods in two wards in one authority: a1 and a2 make up A, b1 and b2 make up B.
CODES = ("a1", "a2", "b1", "b2")
PEOPLE = np.array([100.0, 300.0, 200.0, 400.0])


def native(
    measures: tuple[Measure, ...],
    above: list[list[float]],
    below: list[list[float]],
    hidden: list[list[bool]] | None = None,
) -> Native:
    """Return the neighbourhoods with these figures, one list for each measure."""
    up, down = np.array(above, dtype=float).T, np.array(below, dtype=float).T
    nothing = np.full_like(up, np.nan)
    kept = np.zeros(up.shape, dtype=bool) if hidden is None else np.array(hidden).T
    names = ("Ash Lane", "Birch Lane", "Cedar Lane", "Dale Lane")
    return Native("lsoa21", "lsoa", 2021, CODES, names, PEOPLE, measures, up, down, kept, nothing, nothing)


def country(lower: Native, *others: Native, bridges: tuple[Bridge, ...] | None = None) -> Figures:
    """Return the four neighbourhoods with their wards and their authority."""
    ward = pl.DataFrame({"from_code": CODES, "to_code": ["A", "A", "B", "B"], "share": [1.0] * 4})
    council = pl.DataFrame({"from_code": CODES, "to_code": ["X"] * 4, "share": [1.0] * 4})
    lookups = (
        (Bridge("lsoa21", "ward24", ward), Bridge("lsoa21", "authority24", council)) if bridges is None else bridges
    )
    return Figures(
        {entry.node: entry for entry in (lower, *others)},
        lookups,
        {"lsoa21": CODES, "ward24": ("A", "B"), "authority24": ("X",)},
        {"lsoa21": lower.names, "ward24": ("Alder", "Brook"), "authority24": ("Exshire",)},
        {"lsoa21": 2021, "ward24": 2024, "authority24": 2024},
        {"lsoa21": "lsoa", "ward24": "ward", "authority24": "authority"},
    )


def whole_country() -> Figures:
    """Return a country with a share, a distance and two editions of a ranking."""
    return country(
        native(
            (RENTING, SHOP, POOR, POOR_BEFORE),
            [
                [20.0, 30.0, 10.0, 40.0],
                list(PEOPLE * [1, 2, 3, 4]),
                list(PEOPLE * [12.5, 37.5, 62.5, 87.5]),
                list(PEOPLE * [37.5, 12.5, 62.5, 87.5]),
            ],
            [[50.0, 100.0, 50.0, 100.0], list(PEOPLE), list(PEOPLE), list(PEOPLE)],
        )
    )


def of(figures: Figures, node: str, shares: dict[str, float], **options: object) -> Profile:
    """Return the profile of a place among the areas of its own kind."""
    made = place_of(figures, node, shares)
    return profile(figures, made, among=standings(figures, node, cohort=None), **options)  # type: ignore[arg-type]


def row(found: Profile, indicator: str) -> dict[str, object]:
    """Return what a profile says of one indicator."""
    return found.table.row(by_predicate=pl.col("indicator") == indicator, named=True)


def test_a_share_of_a_ward_is_the_sum_of_its_parts_over_the_sum_of_their_wholes():
    """By hand: 20 + 30 of 50 + 100 homes are rented, which is a third; its limits are those of 50 in 150."""
    found = row(of(whole_country(), "ward24", {"A": 1.0}), "renting")
    low, high = wilson(np.array([50.0]), np.array([150.0]))
    assert found["value"] == pytest.approx(100 / 3)
    assert (found["low"], found["high"]) == pytest.approx((100 * low[0], 100 * high[0]))
    assert (found["rank"], found["ranked"], found["level"]) == (1, 2, "lsoa")


def test_a_value_of_a_ward_is_the_mean_of_its_people():
    """By hand: 100 people have 1 km and 300 have 2 km, so the mean person has 1.75 km."""
    found = row(of(whole_country(), "ward24", {"A": 1.0}), "shop")
    assert found["value"] == pytest.approx(1.75)
    assert found["low"] is None
    assert "complete count" in str(found["interval"])


def test_missing_hidden_and_zero_are_three_things():
    """A figure of nought is a figure; a hidden one says why; a missing one says that there is none."""
    figures = country(
        native((RENTING,), [[NAN, NAN, 0.0, 40.0]], [[50.0, NAN, 50.0, 100.0]], hidden=[[True, False, False, False]])
    )
    hidden, missing, zero = (of(figures, "lsoa21", {code: 1.0}) for code in ("a1", "a2", "b1"))
    assert (row(hidden, "renting")["value"], row(hidden, "renting")["state"]) == (None, "suppressed")
    assert (row(missing, "renting")["value"], row(missing, "renting")["state"]) == (None, "missing")
    assert (row(zero, "renting")["value"], row(zero, "renting")["state"]) == (0.0, "known")
    assert "recognised" in str(row(hidden, "renting")["sentence"])
    assert "no figure" in str(row(missing, "renting")["sentence"])
    assert str(row(zero, "renting")["sentence"]).startswith("0% of homes are rented.")
    assert row(zero, "renting")["rank"] == 2
    assert [note.text for note in hidden.notes] == ["1 figure of 1 is hidden to protect people: Renting."]
    assert [note.text for note in missing.notes] == ["1 figure of 1 is missing: Renting."]


def test_a_hidden_part_is_told_and_never_counted_as_nought():
    """Ward A rests on a2 alone: 30 of 100, not 30 of 150; that a quarter of its people are left out is said."""
    figures = country(
        native((RENTING,), [[NAN, 30.0, 10.0, 40.0]], [[50.0, 100.0, 50.0, 100.0]], [[True, False, False, False]])
    )
    found = row(of(figures, "ward24", {"A": 1.0}), "renting")
    assert found["value"] == pytest.approx(30.0)
    assert "25% of the people live where it is hidden" in str(found["quality"])


def test_england_is_everybody_together():
    """By hand: 100 of 300 homes; the distance is weighted by people: (100 + 600 + 600 + 1,600) / 1,000 km."""
    beside = of(whole_country(), "lsoa21", {"b2": 1.0}).beside.filter(pl.col("comparator") == "england")
    values = dict(beside.select("indicator", "value").iter_rows())
    assert values["renting"] == pytest.approx(100 / 3)
    assert values["shop"] == pytest.approx(2.9)
    assert beside["areas"].to_list() == [4] * beside.height
    assert beside["people"].to_list() == [1000.0] * beside.height


def test_a_place_is_set_beside_left_behind_places_other_deprived_ones_and_its_authority():
    """Each comparator is a quotient of sums: of a1 and b1 for the list, of b2 for the deprived, of all for Exshire."""
    figures = whole_country()
    groups = pl.DataFrame(
        {
            "area_code": ["a1", "b1", "b2"],
            "group": ["left-behind", "left-behind", "other-deprived"],
            "title": ["left behind places", "left behind places", "other deprived places"],
        }
    )
    among = standings(figures, "lsoa21", cohort=groups)
    beside = profile(figures, place_of(figures, "lsoa21", {"a2": 1.0}), among=among).beside
    shown = dict(beside.filter(pl.col("indicator") == "renting").select("comparator", "value").iter_rows())
    assert shown["left-behind"] == pytest.approx(30.0)
    assert shown["other-deprived"] == pytest.approx(40.0)
    assert shown["authority"] == pytest.approx(100 / 3)
    limits = beside.filter((pl.col("indicator") == "renting") & (pl.col("comparator") == "left-behind"))
    assert limits["low"][0] < 30.0 < limits["high"][0]


def test_a_cohort_of_wards_is_set_beside_a_neighbourhood():
    """The list may be of other areas than the place: ward B as a list has 10 + 40 of 150."""
    figures = whole_country()
    groups = pl.DataFrame({"area_code": ["B"], "group": ["left-behind"], "title": ["left behind places"]})
    among = standings(figures, "lsoa21", cohort=groups, base="ward24")
    beside = profile(figures, place_of(figures, "lsoa21", {"a2": 1.0}), among=among).beside
    found = beside.filter((pl.col("indicator") == "renting") & (pl.col("comparator") == "left-behind"))
    assert found["value"].to_list() == pytest.approx([100 / 3])
    assert found["people"].to_list() == [600.0]


def test_rank_1_is_the_worst_whichever_way_is_worse():
    """Renting is worse the higher; a position is worse the lower: a1 and b2 are the worst of each."""
    figures = whole_country()
    found = {code: of(figures, "lsoa21", {code: 1.0}) for code in CODES}
    ranks = {code: (row(one, "renting")["rank"], row(one, "poor-2025")["rank"]) for code, one in found.items()}
    assert ranks == {"a1": (1, 1), "a2": (3, 2), "b1": (4, 3), "b2": (1, 4)}


def test_a_place_of_parts_is_apportioned_by_people_and_says_how_much_was_estimated():
    """All of a1 and half of a2: 250 people, 150 of them estimated; 20 + 15 of 50 + 50 homes are rented."""
    figures = whole_country()
    made = place_of(figures, "lsoa21", {"a1": 1.0, "a2": 0.5}, name="The green")
    assert (made.population, made.estimated_share, made.kind, made.code) == (250.0, 0.6, "list", "")
    assert made.parts["people"].to_list() == [100.0, 150.0]
    found = profile(figures, made, among=standings(figures, "lsoa21", cohort=None))
    assert row(found, "renting")["value"] == pytest.approx(35.0)
    assert row(found, "renting")["estimated_share"] == pytest.approx(0.6)
    assert "as if it were one of them" in found.among


def test_a_figure_of_the_authority_is_labelled_so():
    """Doctors are known for Exshire only: a ward shows that figure, its limits are Exshire's, and the name is said."""
    council = Native(
        "authority24", "authority", 2024, ("X",), ("Exshire",), np.array([1000.0]), (GUESS,), np.array([[2.0e6]]),
        np.array([[1000.0]]), np.array([[False]]), np.array([[NAN]]), np.array([[NAN]]),
    )  # fmt: skip
    lower = native((RENTING,), [[20.0, 30.0, 10.0, 40.0]], [[50.0, 100.0, 50.0, 100.0]])
    found = row(of(country(lower, council), "ward24", {"A": 1.0}), "doctors")
    assert (found["value"], found["level"], found["level_name"]) == (2000.0, "authority", "Exshire")
    assert str(found["sentence"]).endswith("This is the figure for all of Exshire.")


def test_limits_of_an_authority_figure_are_those_of_all_who_live_there():
    """A ward of a fortieth of a council area does not make the council's survey less sure: 400 of 1,000 stay 400."""
    share = replace(GUESS, kind="share", interval="wilson", per=100.0)
    council = Native(
        "authority24", "authority", 2024, ("X",), ("Exshire",), np.array([1000.0]), (share,), np.array([[400.0]]),
        np.array([[1000.0]]), np.array([[False]]), np.array([[NAN]]), np.array([[NAN]]),
    )  # fmt: skip
    lower = native((RENTING,), [[20.0, 30.0, 10.0, 40.0]], [[50.0, 100.0, 50.0, 100.0]])
    found = row(of(country(lower, council), "ward24", {"A": 1.0}), "doctors")
    low, high = wilson(np.array([400.0]), np.array([1000.0]))
    assert (found["value"], found["low"], found["high"]) == pytest.approx((40.0, 100 * low[0], 100 * high[0]))


def test_a_change_is_told_where_editions_may_be_compared():
    """Ward B stays where it is; neighbourhood a1 falls from 37.5 to 12.5, which is worse."""
    worse = row(of(whole_country(), "lsoa21", {"a1": 1.0}), "poor-2025")
    assert "moved down from 38 to 12 of 100, which is worse" in str(worse["change_sentence"])
    assert worse["no_trend_because"] == ""
    same = row(of(whole_country(), "ward24", {"B": 1.0}), "poor-2025")
    assert "is the same" in str(same["change_sentence"])


def test_a_change_is_refused_with_the_reason_where_editions_may_not_be_compared():
    """The figures of both editions stay in the table over time; no sentence says that one became the other."""
    broken = replace(POOR, breaks=(("2019", "the domain was redefined"),))
    figures = country(
        native(
            (broken, POOR_BEFORE),
            [list(PEOPLE * [12.5, 37.5, 62.5, 87.5]), list(PEOPLE * [37.5, 12.5, 62.5, 87.5])],
            [list(PEOPLE)] * 2,
        )
    )
    found = of(figures, "lsoa21", {"a1": 1.0})
    told = row(found, "poor-2025")
    assert told["change_sentence"] == ""
    assert told["no_trend_because"] == "The figure of 2019 cannot be set beside this one: the domain was redefined."
    assert found.over_time.select("edition", "value", "comparable", "reason").rows() == [
        ("2019", 37.5, False, "the domain was redefined"),
        ("2025", 12.5, True, ""),
    ]


def test_the_newest_edition_with_a_figure_is_shown():
    """Where 2025 has no figure, 2019 stands in the table and says so; two editions never stand in it together."""
    figures = country(
        native(
            (POOR, POOR_BEFORE),
            [[NAN, *(PEOPLE[1:] * [37.5, 62.5, 87.5])], list(PEOPLE * [37.5, 12.5, 62.5, 87.5])],
            [list(PEOPLE)] * 2,
        )
    )
    older, newer = (of(figures, "lsoa21", {code: 1.0}).table for code in ("a1", "a2"))
    assert older["indicator"].to_list() == ["poor-2019"]
    assert older["sentence"][0].endswith("The figure of 2025 is missing; this is that of 2019.")
    assert newer["indicator"].to_list() == ["poor-2025"]
    assert "this is that of" not in newer["sentence"][0]


def test_one_theme_can_be_asked_for():
    """Only its indicators are there, beside others too."""
    found = of(whole_country(), "lsoa21", {"a1": 1.0}, themes=("housing",))
    assert found.table["indicator"].to_list() == ["renting"]
    assert set(found.beside["indicator"]) == {"renting"}


def test_the_nearest_places_are_like_it_and_never_itself():
    """By deprivation and people: a1 is not among its own, k are given, and the nearest stands first."""
    found = of(whole_country(), "lsoa21", {"a1": 1.0}, k=2).nearest
    assert found.height == 2
    assert "a1" not in found["area_code"].to_list()
    assert found["distance"].is_sorted()


def test_twins_are_at_no_distance_and_ties_go_to_the_smaller_code():
    """Three places alike in everything: the two others are at distance 0, in the order of their codes."""
    lower = native((POOR,), [[50.0 * 100] * 3 + [400 * 90.0]], [[100.0] * 3 + [400.0]])
    alike = replace(lower, people=np.array([100.0, 100.0, 100.0, 400.0]))
    found = of(country(alike), "lsoa21", {"a2": 1.0}, k=2).nearest
    assert found.rows() == [("a1", "Ash Lane", 0.0), ("b1", "Cedar Lane", 0.0)]


@pytest.mark.parametrize(
    ("shares", "error", "words"),
    [
        ({}, BadSpecification, "holds no area"),
        ({"a1": 1.0, "zz": 1.0}, UnknownArea, "1 of 2 areas are not among those of lsoa21 \\(first: zz\\)"),
        ({"a1": 0.0}, BadSpecification, "not above 0 to 1"),
        ({"a1": 1.5}, BadSpecification, "not above 0 to 1"),
    ],
)
def test_a_place_that_cannot_be_is_refused(shares: dict[str, float], error: type[Exception], words: str):
    """No area, an area of another kind, a share that is none."""
    with pytest.raises(error, match=words):
        place_of(whole_country(), "lsoa21", shares)


def test_without_a_lookup_between_two_kinds_of_area_the_error_names_both():
    """Nothing is guessed from names or numbers of codes."""
    figures = country(native((RENTING,), [[1.0] * 4], [[2.0] * 4]), bridges=())
    with pytest.raises(MissingDataset, match="no lookup leads from ward24 to lsoa21"):
        figures.between("ward24", "lsoa21")


def test_a_profile_leaves_the_figures_as_they_were_and_is_the_same_twice():
    """Nothing depends on what was asked before."""
    figures = whole_country()
    before = {name: entry.above.copy() for name, entry in figures.natives.items()}
    first, second = (of(figures, "ward24", {"A": 1.0}) for _ in range(2))
    assert first.table.equals(second.table)
    assert first.headlines == second.headlines
    for name, entry in figures.natives.items():
        np.testing.assert_array_equal(entry.above, before[name])


def test_a_place_says_where_most_of_its_people_live():
    """Exshire is the authority of every ward in it."""
    made: Place = place_of(whole_country(), "ward24", {"B": 1.0})
    assert (made.name, made.authority, made.authority_name) == ("Brook", "X", "Exshire")
    assert made.population == 600.0


@given(st.lists(st.floats(0.01, 0.99), min_size=4, max_size=4))
def test_two_halves_of_a_place_add_up_to_the_whole(shares: list[float]):
    """However areas are cut in two, the sums of both parts are those of the whole: nothing is lost or doubled."""
    figures = whole_country()
    one, other = np.array([shares]), 1 - np.array([shares])
    parts = [figures.sums(sparse.csr_array(part), "lsoa21", "lsoa21") for part in (one, other, one + other)]
    for name in ("above", "below"):
        first, second, both = (getattr(part, name) for part in parts)
        np.testing.assert_allclose(first + second, both)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.floats(0.05, 1.0)), min_size=1, max_size=12),
    st.lists(st.floats(1.0, 500.0), min_size=4, max_size=4),
)
def test_a_lookup_shares_out_every_person_once(pairs: list[tuple[int, int, float]], people: list[float]):
    """Whatever the lookup, people of an area that it knows are shared out among the other areas without loss."""
    table = pl.DataFrame(
        [(CODES[start], f"w{end}", share) for start, end, share in pairs],
        schema=["from_code", "to_code", "share"],
        orient="row",
    ).unique(["from_code", "to_code"], maintain_order=True)
    table = table.with_columns(share=pl.col("share") / pl.col("share").sum().over("from_code"))
    lower = replace(native((RENTING,), [[1.0] * 4], [[2.0] * 4]), people=np.array(people))
    figures = Figures(
        {"lsoa21": lower},
        (Bridge("lsoa21", "w", table),),
        {"lsoa21": CODES, "w": ("w0", "w1", "w2")},
        {"lsoa21": lower.names, "w": ("", "", "")},
        {"lsoa21": 2021, "w": 2024},
        {"lsoa21": "lsoa", "w": "ward"},
    )
    inside = np.asarray(figures.between("w", "lsoa21").todense()).sum(axis=0)
    known = np.isin(CODES, table["from_code"].to_numpy())
    np.testing.assert_allclose(inside[known], 1.0)
    assert (inside[~known] == 0).all()
    assert figures.people_of("w").sum() == pytest.approx(np.array(people)[known].sum())


def test_a_group_of_areas_has_the_figures_that_are_worked_out_from_the_start():
    """What is kept of each area gives the same group as adding up anew."""
    figures = whole_country()
    among = standings(figures, "lsoa21", cohort=None)
    rows = np.array([0, 2, 3])
    quick = group_of(figures, among, rows, "nearest", "three places")
    slow = group_values(figures, list(among.sums), "lsoa21", rows, "nearest", "three places")
    for name in ("value", "low", "high", "areas"):
        np.testing.assert_allclose(getattr(quick, name), getattr(slow, name))
    assert (quick.people, quick.title) == (slow.people, slow.title) == (700.0, "three places")


def test_a_place_cut_across_authorities_says_how_many_live_in_the_larger_part():
    """By hand: 400 of 1,000 people of a ward that reaches over the border live in Exshire, 600 in Wyeshire."""
    lower = native((RENTING,), [[20.0, 30.0, 10.0, 40.0]], [[50.0, 100.0, 50.0, 100.0]])
    ward = pl.DataFrame({"from_code": CODES, "to_code": ["A"] * 4, "share": [1.0] * 4})
    council = pl.DataFrame({"from_code": CODES, "to_code": ["X", "X", "Y", "Y"], "share": [1.0] * 4})
    figures = replace(
        country(lower, bridges=(Bridge("lsoa21", "ward24", ward), Bridge("lsoa21", "authority24", council))),
        codes={"lsoa21": CODES, "ward24": ("A",), "authority24": ("X", "Y")},
        names={"lsoa21": lower.names, "ward24": ("Alder",), "authority24": ("Exshire", "Wyeshire")},
    )
    made = place_of(figures, "ward24", {"A": 1.0})
    assert made.authority_name == "Wyeshire"
    assert [note.text for note in made.notes] == [
        "60% of its people live in Wyeshire; the others live in other council areas."
    ]
    assert place_of(figures, "lsoa21", {"a1": 1.0}).notes == ()


def test_a_region_lies_in_no_authority():
    """A region of several council areas is not said to lie in the largest of them."""
    figures = replace(whole_country(), kinds={"lsoa21": "lsoa", "ward24": "region", "authority24": "authority"})
    assert place_of(figures, "ward24", {"A": 1.0}).authority == ""


def test_a_share_of_more_than_all_is_not_told():
    """More children on a low income than there are thought to be children: no figure, no rank, and the reason."""
    figures = country(native((RENTING,), [[60.0, 30.0, 10.0, 40.0]], [[50.0, 100.0, 50.0, 100.0]]))
    found = of(figures, "lsoa21", {"a1": 1.0})
    told = row(found, "renting")
    assert (told["value"], told["state"], told["rank"]) == (None, "missing", None)
    assert "More are counted than are thought to live here" in str(told["sentence"])
    assert row(of(figures, "lsoa21", {"a2": 1.0}), "renting")["ranked"] == 3
    assert row(of(figures, "ward24", {"A": 1.0}), "renting")["value"] == pytest.approx(60.0)
