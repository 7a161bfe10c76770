"""What is within reach: by hand, against PySAL's access, against a loop, and on the real files."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeground.errors import BadSpecification, BadTable, BadValue, DuplicateAreas, UnknownArea
from homeground.journey.access import PlaceList, measure_access
from homeground.journey.living import where_people_live
from homeground.understand.access import access
from homeground.understand.reaching.catchment import fade, two_step
from homeground.understand.reaching.pairs import nearest, straight_pairs

AREAS = pl.DataFrame(
    {
        "area_code": ["A", "B", "C"],
        "easting": [0.0, 1000.0, 9000.0],
        "northing": [0.0, 0.0, 0.0],
        "population": [1000, 3000, 2400],
        "cohort": ["left behind", "rest", "left behind"],
    }
)
PLACES = pl.DataFrame(
    {
        "place": ["Hall", "Hut", "Library"],
        "kind": ["halls", "halls", "libraries"],
        "easting": [0.0, 2000.0, 1000.0],
        "northing": [0.0, 0.0, 500.0],
    }
)


def invented(seed, n=60, m=25):
    """Return made-up areas and places."""
    rng = np.random.default_rng(seed)
    areas = pl.DataFrame(
        {
            "area_code": [f"Z{i}" for i in range(n)],
            "easting": rng.uniform(0, 12_000, n).round(-1),
            "northing": rng.uniform(0, 12_000, n).round(-1),
            "population": rng.integers(0, 3000, n),
        }
    )
    places = pl.DataFrame(
        {
            "place": [f"P{i}" for i in range(m)],
            "kind": rng.choice(["halls", "pubs"], m),
            "easting": rng.uniform(0, 12_000, m).round(-1),
            "northing": rng.uniform(0, 12_000, m).round(-1),
            "supply": rng.integers(0, 9, m),
        }
    )
    return areas, places


def test_a_small_town_worked_by_hand():
    """Hall is shared by A and B within 2 km (4,000 people), Hut by A and B too; C has nothing."""
    found = access(AREAS, PLACES, within=(0.8, 2.0))
    table = found.table
    assert table["nearest_km_halls"].to_list() == [0.0, 1.0, 7.0]
    assert table["nearest_place_halls"].to_list() == ["Hall", "Hall", "Hut"]
    assert table["within_0.8km_halls"].to_list() == [1, 0, 0]
    assert table["within_2km_halls"].to_list() == [2, 2, 0]
    assert table["catchment_halls"].to_list() == [0.5, 0.5, 0.0]
    assert table["within_2km_any"].to_list() == [3, 3, 0]
    assert table["nearest_km_any"].to_list() == [0.0, 0.5, 7.0]
    everywhere = found.beside.filter(pl.col("of") == "everywhere", pl.col("kind") == "halls").row(0, named=True)
    assert everywhere["mean_nearest_km"] == pytest.approx((3000 * 1 + 2400 * 7) / 6400)
    assert (everywhere["beyond_2km"], everywhere["places"]) == (2400.0, 2)
    assert everywhere["places_per_10000"] == pytest.approx(20_000 / 6400)
    behind = found.beside.filter(pl.col("group") == "left behind", pl.col("kind") == "any").row(0, named=True)
    assert behind["share_beyond_2km"] == pytest.approx(2400 / 3400)


def test_gaps_are_sentences_with_their_figures():
    """The sentence of the issue, with the words that the user gave; groups are set against everywhere."""
    found = access(AREAS, PLACES, called="public place to meet")
    assert "2,400 of 6,400 people are more than 2 km from any public place to meet." in found.gaps
    assert any(gap.startswith("Left behind: 2,400 of 3,400 people") and "against" in gap for gap in found.gaps)
    assert any(gap == "Rest: nobody is more than 2 km from a hall; the nearest hall is 1.0 km away on average, "
               "against 3.1 everywhere." for gap in found.gaps)  # fmt: skip


@pytest.mark.parametrize("how", ["none", "gaussian", "steps"])
@pytest.mark.parametrize("seed", [1, 2])
def test_catchments_are_those_of_pysal(seed, how):
    """PySAL `access`, two-stage and enhanced with the same weights, to nine places."""
    fca = pytest.importorskip("access.fca")
    pd = pytest.importorskip("pandas")
    areas, places = invented(seed)
    areas = areas.with_columns(population=pl.col("population") + 1)
    here, there = (table.select("easting", "northing").to_numpy() for table in (areas, places))
    pairs = straight_pairs(here, there, 3.0)
    costs = pd.DataFrame({"origin": pairs.area, "dest": pairs.place, "cost": pairs.cost})
    demand = pd.DataFrame({"geoid": range(areas.height), "demand": areas["population"].to_numpy().astype(float)})
    supply = pd.DataFrame({"supply": places["supply"].to_numpy().astype(float)})
    supply.index.name = "geoid"
    weigh = None if how == "none" else lambda cost: float(fade(np.array([cost]), 3.0, how)[0])
    theirs = fca.two_stage_fca(demand, supply, costs, max_cost=3.0, demand_index="geoid", weight_fn=weigh)
    ours = two_step(
        pairs,
        areas["population"].to_numpy().astype(float),
        places["supply"].to_numpy().astype(float),
        width=3.0,
        how=how,
    )
    expected = 1000 * theirs.reindex(range(areas.height)).fillna(0).to_numpy()
    assert np.abs(ours.reached - expected).max() < 1e-9


@given(st.integers(0, 10_000), st.sampled_from(["none", "gaussian", "steps"]))
def test_what_people_get_adds_up_to_what_places_offer(seed, how):
    """Added up over people, the catchment gives back the supply of every place that somebody can reach."""
    areas, places = invented(seed, n=20, m=8)
    here, there = (table.select("easting", "northing").to_numpy() for table in (areas, places))
    people, supply = (series.to_numpy().astype(float) for series in (areas["population"], places["supply"]))
    found = two_step(straight_pairs(here, there, 2.5), people, supply, width=2.5, how=how)
    assert (found.reached * people).sum() / 1000 == pytest.approx(supply[found.people > 0].sum())


@given(st.integers(0, 10_000))
def test_a_loop_over_all_pairs_finds_the_same(seed):
    """The slow, obvious way: nearest (first in the table on a tie) and counts."""
    areas, places = invented(seed, n=15, m=9)
    found = access(areas, places, within=(1.0, 4.0)).table
    for kind in (*places["kind"].unique().to_list(), "any"):
        of = places if kind == "any" else places.filter(pl.col("kind") == kind)
        for at, (east, north) in enumerate(areas.select("easting", "northing").iter_rows()):
            ways = [np.hypot(e - east, n - north) / 1000 for e, n in of.select("easting", "northing").iter_rows()]
            assert found[f"nearest_km_{kind}"][at] == pytest.approx(min(ways))
            assert found[f"within_4km_{kind}"][at] == sum(way <= 4.0 for way in ways)
            named = ways[of["place"].to_list().index(found[f"nearest_place_{kind}"][at])]
            assert named == pytest.approx(min(ways))


def test_of_places_equally_near_the_first_is_named():
    """Also where several stand on one spot."""
    spots = np.array([[0.0, 3.0], [3.0, 0.0], [3.0, 0.0], [0.0, -3.0]])
    assert nearest(np.array([[0.0, 0.0]]), spots)[0].tolist() == [0]
    assert nearest(np.array([[2.0, 0.0]]), spots)[0].tolist() == [1]


def test_a_place_on_the_edge_is_within_reach():
    """Exactly 2 km is within 2 km."""
    place = PLACES.head(1).with_columns(easting=pl.lit(3000.0))
    assert access(AREAS, place, within=(2.0,)).table["within_2km_halls"].to_list() == [0, 1, 0]


def test_telling_of_some_areas_keeps_the_people_next_door():
    """--only filters what is told, not who shares a place."""
    whole = access(AREAS, PLACES).table
    part = access(AREAS, PLACES, only=["B"]).table
    assert part.row(0) == whole.row(1)


def test_missing_nobody_and_nothing_are_three_things():
    """An unknown population counts nobody and is told; an area without people is told apart; an unknown supply too."""
    areas = AREAS.with_columns(population=pl.Series([None, 0, 2400]))
    places = PLACES.with_columns(supply=pl.Series([None, 2.0, 1.0]))
    found = access(areas, places)
    said = " ".join(note.text for note in found.notes)
    assert "1 areas have no known population and count nobody: A." in said
    assert "1 areas have no people: B." in said
    assert "1 of 3 places do not say what they offer" in said
    assert found.table["population"].to_list() == [None, 0, 2400]


def test_travel_times_are_taken_as_they_are():
    """Sparse, with an unknown area, an unknown place, a repeat and a gap: each is counted."""
    travel = pl.DataFrame(
        {
            "from": ["A", "A", "B", "B", "X", "C"],
            "to": ["Hall", "Hall", "Hut", "Nowhere", "Hall", "Hut"],
            "cost": [12.0, 10.0, 25.0, 1.0, 1.0, None],
        }
    )
    found = access(AREAS, PLACES, travel=travel, unit="min", within=(15.0, 30.0))
    assert found.table["nearest_min_halls"].to_list() == [10.0, 25.0, None]
    assert found.table["nearest_place_halls"].to_list() == ["Hall", "Hut", None]
    assert found.table["within_15min_halls"].to_list() == [1, 0, 0]
    assert found.table["catchment_halls"].to_list() == [1.0, pytest.approx(1 / 3), 0.0]
    said = " ".join(note.text for note in found.notes)
    for words in (
        "1 areas are not known",
        "1 places are not known",
        "1 pairs are listed again",
        "1 pairs have no time",
    ):
        assert words in said
    assert any("cannot reach any hall within 30 minutes" in gap for gap in found.gaps)


def test_a_complete_table_of_straight_distances_gives_the_straight_result():
    """Both ways to the same figures."""
    areas, places = invented(5)
    rows = [
        (a, p, float(np.hypot(x - u, y - v)) / 1000)
        for a, x, y in areas.select("area_code", "easting", "northing").iter_rows()
        for p, u, v in places.select("place", "easting", "northing").iter_rows()
    ]
    travel = pl.DataFrame(rows, schema=["from", "to", "cost"], orient="row")
    straight, given_ = access(areas, places), access(areas, places, travel=travel)
    for name in straight.table.columns:
        if straight.table[name].dtype.is_float():
            assert np.allclose(straight.table[name].to_numpy(), given_.table[name].to_numpy())


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"areas": AREAS.with_columns(population=pl.lit(-5))}, BadValue, "cannot have -5 people"),
        ({"areas": pl.concat([AREAS, AREAS])}, DuplicateAreas, "second time"),
        ({"areas": AREAS.with_columns(easting=pl.lit(None, dtype=pl.Float64))}, BadValue, "no coordinates"),
        ({"places": PLACES.clear()}, BadTable, "no places"),
        ({"places": PLACES.with_columns(supply=pl.lit(-1))}, BadValue, "cannot offer -1"),
        ({"places": PLACES.with_columns(kind=pl.lit("any"))}, BadSpecification, "may be called 'any'"),
        ({"within": (0.0,)}, BadSpecification, "cannot be 0 km"),
        ({"within": ()}, BadSpecification, "no reach"),
        ({"catchment": float("nan")}, BadSpecification, "cannot be nan"),
        ({"unit": "miles"}, BadSpecification, "no unit 'miles'"),
        ({"fading": "magic"}, BadSpecification, "no fading 'magic'"),
        ({"only": ["Q"]}, BadSpecification, "none of the areas"),
        ({"travel": pl.DataFrame({"from": ["A"], "to": ["Hall"], "cost": [-1]})}, BadValue, "cannot take -1"),
        ({"travel": pl.DataFrame({"from": ["Q"], "to": ["Hall"], "cost": [1]})}, UnknownArea, "no row"),
    ],
)
def test_what_makes_no_sense_is_refused(change, error, words):
    """Each with a remedy."""
    given_ = {"areas": AREAS, "places": PLACES, "within": (2.0,), **change}
    with pytest.raises(error, match=words) as caught:
        access(given_.pop("areas"), given_.pop("places"), **given_)
    assert caught.value.remedy


def test_a_reach_too_wide_for_memory_is_refused(monkeypatch):
    """The number of pairs is counted before they are made."""
    monkeypatch.setattr("homeground.understand.reaching.pairs._MOST_PAIRS", 3)
    with pytest.raises(BadSpecification, match="more than fit in memory"):
        access(AREAS, PLACES, within=(50.0,))


def test_warm_spaces_of_all_england_beside_three_groups(real_data, england):
    """33,755 areas with 57,112,129 people; 1,305 of them left behind; nearest as a loop over all spaces finds it."""
    living = where_people_live(data=england, preset="left-behind-lsoas-2023")
    lists = [PlaceList(real_data / "assets" / "warm-spaces" / "warm_spaces.csv", kind="warm-spaces")]
    found = measure_access(lists, living)
    groups = {row["group"]: row for row in found.beside.filter(pl.col("of") != "authority").iter_rows(named=True)}
    assert groups["everywhere"]["people"] == 57_112_129
    assert groups["left behind"]["areas"] == 1305
    shares = [groups[name]["beyond_2km"] for name in ("left behind", "other deprived", "rest of England")]
    assert sum(shares) == pytest.approx(groups["everywhere"]["beyond_2km"])
    there = found.places.select("easting", "northing").to_numpy()
    for at in (0, 5000, 20_000, 33_754):
        east, north = living.table.select("easting", "northing").row(at)
        ways = np.hypot(there[:, 0] - east, there[:, 1] - north) / 1000
        assert found.table["nearest_km_warm-spaces"][at] == pytest.approx(ways.min())
        assert found.table["within_2km_warm-spaces"][at] == int((ways <= 2).sum())
