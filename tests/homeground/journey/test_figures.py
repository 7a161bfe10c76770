"""The figures of a folder: known answers on the real files, and a small folder of one's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from homeground.errors import BadInput, BadSpecification, BadTable, MissingDataset, UnknownArea
from homeground.journey.figures import gather
from homeground.journey.profile import Desk
from homeground.sources.datasets import datasets
from homeground.sources.indicator_blocks import THEMES
from homeground.understand.profile import Profile, place_of, standings
from homeground.understand.profiling.figures import Figures
from homeground.understand.profiling.standing import ordered
from tests.homeground.pubs import CATALOGUE

BISPHAM = "E05001644"  # a ward of Blackpool


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test leaves anything in the cache of whoever runs it."""
    monkeypatch.setenv("HOMEGROUND_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def desk(england: Path) -> Desk:
    """Everything that the folder of England holds, gathered once."""
    return Desk(gather(england, cached=False), england)


def column(figures: Figures, node: str, indicator: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the two sums of an indicator and where it is hidden."""
    native = figures.natives[node]
    at = next(place for place, measure in enumerate(native.measures) if measure.id == indicator)
    return native.above[:, at], native.below[:, at], native.hidden[:, at]


def row(found: Profile, indicator: str) -> dict[str, object]:
    """Return what a profile says of one indicator."""
    return found.table.row(by_predicate=pl.col("indicator") == indicator, named=True)


# Known answers on the real files.


def test_the_most_deprived_neighbourhood_of_2019_and_2025_is_the_published_one(desk: Desk):
    """E01021988 has rank 1 of 32,844 in 2019 and rank 1 of 33,755 in 2025."""
    among = standings(desk.figures, "lsoa11", cohort=None)
    at = [measure.id for measure in among.measures].index("imd-2019")
    own = among.values[desk.figures.place_in("lsoa11", ["E01021988"])[0], at]
    assert ordered(among.values[:, at], own, "better")[:2] == (1, 32844)
    found = row(desk.profile("E01021988"), "imd-2025")
    assert (found["rank"], found["ranked"], found["value"]) == (1, 33755, pytest.approx(50 / 33755))


def test_every_rank_of_2019_comes_back_from_its_position(desk: Desk, england: Path):
    """Turning ranks into positions loses nothing: all 32,844 are found again, ties and all."""
    path = england / "iod2019" / "iod2019_file7_lsoa11.parquet"
    heading = "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)"
    published = pl.read_parquet(path).sort("LSOA code (2011)")[heading].to_numpy()
    above, below, _ = column(desk.figures, "lsoa11", "imd-2019")
    np.testing.assert_allclose(above / below * 32844 / 100 + 0.5, published, atol=1e-6)


@pytest.mark.parametrize(
    ("node", "indicator", "hidden"),
    [
        ("lsoa11", "children-low-income-2019", 4553),
        ("lsoa11", "older-low-income-2019", 1035),
        ("lsoa11", "shut-out-of-work-2019", 119),
        ("lsoa11", "low-income-2019", 31),
        ("lsoa21", "children-low-income-2025", 815),
        ("lsoa21", "older-low-income-2025", 832),
        ("lsoa21", "shut-out-of-work-2025", 21),
        ("lsoa21", "low-income-2025", 5),
    ],
)
def test_as_many_figures_are_hidden_as_the_publisher_hid(desk: Desk, node: str, indicator: str, hidden: int):
    """Small counts that were taken out are hidden, not missing and not nought."""
    above, _, veiled = column(desk.figures, node, indicator)
    assert int(veiled.sum()) == hidden
    assert np.isnan(above[veiled]).all()


@pytest.mark.parametrize(
    ("node", "indicator", "year", "score"),
    [
        ("lsoa11", "low-income-2019", 2011, "Income Score (rate)"),
        ("lsoa11", "shut-out-of-work-2019", 2011, "Employment Score (rate)"),
        (
            "lsoa11",
            "children-low-income-2019",
            2011,
            "Income Deprivation Affecting Children Index (IDACI) Score (rate)",
        ),
        ("lsoa11", "older-low-income-2019", 2011, "Income Deprivation Affecting Older People (IDAOPI) Score (rate)"),
        ("lsoa21", "low-income-2025", 2021, "Income Score (rate)"),
        ("lsoa21", "shut-out-of-work-2025", 2021, "Employment Score (rate)"),
    ],
)
def test_counts_over_people_are_the_published_rates(
    desk: Desk, england: Path, node: str, indicator: str, year: int, score: str
):
    """Numerator and denominator belong together: their quotient is the published rate, but for rounding to 5 people."""
    paths = {"lsoa11": "iod2019/iod2019_file7_lsoa11.parquet", "lsoa21": "iod2025/iod2025_file7_lsoa21.parquet"}
    table = pl.read_parquet(england / paths[node]).sort(f"LSOA code ({year})")
    above, below, hidden = column(desk.figures, node, indicator)
    published = table[score].cast(pl.Float64).to_numpy()
    far = np.abs(above / below - published)[~hidden]
    assert np.nanmedian(far) < 0.006
    assert table[f"LSOA code ({year})"].to_list() == list(desk.figures.codes[node])


def test_no_share_is_above_100(desk: Desk):
    """Records and estimates of people do not fit everywhere; what cannot be is not told."""
    for node in ("lsoa21", "lsoa11", "ward17"):
        among = standings(desk.figures, node, cohort=None)
        for at, measure in enumerate(among.measures):
            if measure.kind == "share" and measure.per == 100:
                assert np.nanmax(among.values[:, at]) <= 100 + 1e-6, (node, measure.id)
    shown = dict(desk.profile("E01021988").table.select("indicator", "value").iter_rows())
    assert shown.get("children-low-income-2025") is None
    assert shown["low-income-2025"] > 70


def test_people_add_up_to_the_published_totals(desk: Desk):
    """Mid-2017 for wards, mid-2020 for the neighbourhoods of 2011."""
    assert desk.figures.people_of("ward17").sum() == 55_619_430
    assert desk.figures.people_of("lsoa11").sum() == 56_550_138


def test_england_is_the_sum_of_all_neighbourhoods_in_pandas(desk: Desk, england: Path):
    """Owners among all households, and low income among all people where it is not hidden."""
    census = pd.read_parquet(england / "profiles" / "census2021_lsoa21_profile.parquet")
    tenure = [name for name in census if name.startswith("tenure: ")]
    owned = [name for name in tenure if "Owned" in name or "Shared ownership" in name]
    beside = desk.profile(BISPHAM).beside.filter(pl.col("comparator") == "england")
    shown = dict(beside.select("indicator", "value").iter_rows())
    assert shown["own-home"] == pytest.approx(100 * census[owned].to_numpy().sum() / census[tenure].to_numpy().sum())
    parts = pd.read_parquet(england / "iod2025" / "iod2025_underlying_indicators_lsoa21.parquet")
    whole = pd.read_parquet(england / "iod2025" / "iod2025_file7_lsoa21.parquet")
    both = parts.merge(whole, left_on=parts.columns[0], right_on="LSOA code (2021)")
    known = both["income_domain_numerator"].notna()
    share = both["income_domain_numerator"][known].sum() / both["Total population: mid 2022"][known].sum()
    assert shown["low-income-2025"] == pytest.approx(100 * share)


def slow_ward(england: Path, ward: str) -> pd.Series:
    """Return how much of each neighbourhood of 2021 lies in a ward of 2017, lookup by lookup, in plain pandas."""
    lookups = england / "lookups"
    change = pd.read_parquet(lookups / "LSOA11_LSOA21_LAD22_EW_LU.parquet")[["LSOA11CD", "LSOA21CD"]].drop_duplicates()
    change = change[change["LSOA11CD"].str.startswith("E")]
    people = pd.read_parquet(england / "population" / "population_lsoa11_mid2017_mid2019_mid2020.parquet")
    before = people[people["mid_year"] == 2020].set_index("LSOA11CD")["total_population"]
    census = pd.read_parquet(england / "profiles" / "census2021_lsoa21_profile.parquet")
    now = census.set_index("lsoa21_code")["total_residents"]
    change["part"] = change["LSOA21CD"].map(now) / change.groupby("LSOA21CD")["LSOA11CD"].transform("count")
    change["share"] = change["part"] / change.groupby("LSOA11CD")["part"].transform("sum")
    change["before"] = change["share"] * change["LSOA11CD"].map(before)
    change["of_now"] = change["before"] / change.groupby("LSOA21CD")["before"].transform("sum")
    wards = pd.read_parquet(lookups / "LSOA11_WD17_LAD17_EW_LU.parquet")
    inside = change[change["LSOA11CD"].isin(wards.loc[wards["WD17CD"] == ward, "LSOA11CD"])]
    return inside.groupby("LSOA21CD")["of_now"].sum()


@pytest.mark.parametrize("ward", [BISPHAM, "E05008942", "E05002364"])
def test_a_ward_of_2017_has_the_figures_that_pandas_finds_step_by_step(desk: Desk, england: Path, ward: str):
    """A share of counts, a mean weighted by people, and a position; through two lookups, the slow way."""
    part = slow_ward(england, ward)
    census = pd.read_parquet(england / "profiles" / "census2021_lsoa21_profile.parquet").set_index("lsoa21_code")
    lonely = pd.read_parquet(england / "profiles" / "loneliness_cls2020_21_lsoa21.parquet").set_index("lsoa21_code")
    ranks = pd.read_parquet(england / "iod2025" / "iod2025_file7_lsoa21.parquet").set_index("LSOA code (2021)")
    tenure = [name for name in census if name.startswith("tenure: ")]
    rented = [name for name in tenure if "Private rented" in name]
    here = census.loc[part.index]
    people = here["total_residents"] * part
    expected = {
        "private-rent": 100 * (here[rented].sum(axis=1) * part).sum() / (here[tenure].sum(axis=1) * part).sum(),
        "lonely": (lonely.loc[part.index, "perc"] * people).sum() / people.sum(),
        "imd-2025": (100 * (ranks.loc[part.index].filter(like="(IMD) Rank").iloc[:, 0] - 0.5) / 33755 * people).sum()
        / people.sum(),
    }
    found = desk.profile(ward, kind="ward17")
    assert {name: row(found, name)["value"] for name in expected} == pytest.approx(expected)


def test_a_place_of_two_wards_is_their_sum(desk: Desk):
    """Whatever is asked of two wards together lies between what is asked of each."""
    figures = desk.figures
    codes = [code for code in figures.codes["ward17"] if code.startswith("E0500164")][:2]
    both = place_of(figures, "ward17", dict.fromkeys(codes, 1.0), name="Two wards")
    assert both.population == pytest.approx(sum(place_of(figures, "ward17", {code: 1.0}).population for code in codes))


def test_a_place_has_no_charity_where_the_register_has_none_for_a_known_ward(desk: Desk, england: Path):
    """Wards that are not in the table have none: 0 is a figure, with limits; a ward in the table has its own count."""
    listed = pl.read_csv(england / "funding" / "charity_counts_ward17.csv")
    there = set(listed[listed.columns[0]].to_list())
    without = next(code for code in desk.figures.codes["ward17"] if code not in there)
    found = row(desk.profile(without, kind="ward17"), "charities")
    assert (found["value"], found["state"], found["low"]) == (0.0, "known", 0.0)
    assert float(str(found["high"])) > 0
    above, _, _ = column(desk.figures, "ward17", "charities")
    assert (
        above.sum()
        == listed.filter(pl.col(listed.columns[0]).is_in(list(desk.figures.codes["ward17"])))[listed.columns[1]].sum()
    )


def test_a_colon_in_the_table_of_crime_is_missing_and_never_nought(desk: Desk, england: Path):
    """The publisher writes ':' for no figure; a code that stands there twice is told."""
    table = pl.read_csv(england / "outcomes" / "crime_severity_ltla.csv", infer_schema=False)
    code, score = table.columns[0], table.columns[-1]
    gone = set(table.filter(pl.col(score).str.strip_chars() == ":")[code].to_list())
    gone -= set(table.filter(pl.col(score).str.strip_chars() != ":")[code].to_list())
    above, _, hidden = column(desk.figures, "authority23", "crime-severity")
    rows = desk.figures.place_in("authority23", sorted(gone))
    assert len(rows) > 0
    assert np.isnan(above[rows]).all()
    assert not hidden.any()
    assert any("Harm done by crime" in note.text and "E06000058" in note.areas for note in desk.figures.notes)


@pytest.mark.parametrize(
    ("indicator", "words"),
    [
        ("barriers-2025", "redefined"),
        ("crime-2025", "redefined"),
        ("low-income-2025", "cost of housing"),
        ("need-2023", "wards of 2017"),
    ],
)
def test_what_was_redefined_is_not_compared_and_the_reason_is_told(desk: Desk, indicator: str, words: str):
    """Housing and services, crime, income after housing costs, community need: no change is told across the break."""
    found = row(desk.profile(BISPHAM), indicator)
    assert found["change_sentence"] == ""
    assert words in str(found["no_trend_because"])


def test_positions_are_compared_and_scores_never_are(desk: Desk):
    """Income may be compared as a position; no indicator of the catalogue is a score of the Indices."""
    assert "of 100" in str(row(desk.profile(BISPHAM), "income-2025")["change_sentence"])
    for dataset in datasets().values():
        for indicator in dataset.indicators:
            if indicator.value and dataset.id.startswith(("iod2019-file7", "iod2025-file7", "iod-panel", "cni")):
                assert dataset.column(indicator.value).holds == "rank", indicator.id


def test_a_figure_of_2020_is_not_chained_to_one_of_2022(desk: Desk):
    """The people of mid-2020 were counted on before the Census of 2021, those of mid-2022 after it."""
    found = row(desk.profile(BISPHAM), "children-2022")
    assert found["change_sentence"] == ""
    assert "censuses" in str(found["no_trend_because"])


def test_the_lists_are_those_that_find_makes(desk: Desk):
    """226 wards and 1,305 neighbourhoods are left behind; with the other deprived they are the worst tenth."""
    sizes = {
        node: dict(table["group"].drop_nulls().value_counts().iter_rows())
        for node, table in desk.figures.cohorts.items()
    }
    assert sizes["ward17"]["left-behind"] == 226
    assert sizes["lsoa21"]["left-behind"] == 1305
    assert sizes["ward17"]["other-deprived"] + 226 == 743


def test_every_theme_has_figures_and_every_figure_is_told_in_a_sentence(desk: Desk):
    """Eight themes; each row has a sentence, a source, a licence and a period, and a known one its rank."""
    table = desk.profile(BISPHAM).table
    assert set(table["theme"]) == set(THEMES)
    for name in ("sentence", "source_id", "licence", "period", "interval"):
        assert table.filter(pl.col(name).fill_null("") == "")["indicator"].to_list() == [], name
    known = table.filter(pl.col("state") == "known")
    assert known.filter(pl.col("rank").is_null())["indicator"].to_list() == []
    assert ((known["rank"] >= 1) & (known["rank"] <= known["ranked"])).all()


def test_a_profile_of_every_kind_of_place_can_be_made(desk: Desk):
    """Ward of 2017, 2019 and 2024, both kinds of LSOA, MSOA, authority and region: each has its people and figures."""
    for node in ("ward17", "ward19", "ward24", "lsoa11", "lsoa21", "msoa11", "msoa21", "authority24", "region24"):
        code = next(code for code in desk.figures.codes[node] if code.startswith("E"))
        found = desk.profile(code, kind=node)
        assert found.place.population > 0, node
        assert found.table.filter(pl.col("state") == "known").height > 50, node


# Outlines.


@pytest.fixture(scope="module")
def shapes(england: Path) -> dict[str, Any]:
    """The outlines of the neighbourhoods of Tendring."""
    shapely = pytest.importorskip("shapely")
    table = pl.read_parquet(england / "boundaries" / "lsoa21.parquet")
    near = table.filter(pl.col("lsoa21_name").str.starts_with("Tendring"))
    return {code: shapely.from_wkb(shape) for code, shape in near.select("lsoa21_code", "geometry").iter_rows()}


def draw(shape: Any, path: Path) -> Path:
    """Save an outline as GeoJSON, as drawing tools do."""
    import shapely

    feature = {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(shape))}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def test_an_outline_along_the_edges_of_a_neighbourhood_is_that_neighbourhood(
    desk: Desk, shapes: dict[str, Any], tmp_path: Path
):
    """E01021988 drawn by hand has the figures of E01021988, nothing estimated and no neighbour in it."""
    drawn = desk.profile(str(draw(shapes["E01021988"], tmp_path / "green.geojson")))
    named = desk.profile("E01021988")
    assert drawn.place.parts["area_code"].to_list() == ["E01021988"]
    assert (drawn.place.kind, drawn.place.name, drawn.place.estimated_share) == ("drawn", "green", 0.0)
    assert drawn.table["value"].equals(named.table["value"])


def test_two_halves_of_an_outline_hold_its_people(desk: Desk, shapes: dict[str, Any], tmp_path: Path):
    """Areas that are cut are shared out: West and East together are the whole, and each says what it estimates."""
    import shapely

    whole = shapely.union_all([shapes[code] for code in sorted(shapes)[:12]])
    left, low, right, high = whole.bounds
    middle = (left + right) / 2
    halves = [shapely.box(left, low, middle, high), shapely.box(middle, low, right, high)]
    parts = [
        desk.profile(str(draw(shapely.intersection(whole, half), tmp_path / f"{at}.geojson"))).place
        for at, half in enumerate(halves)
    ]
    together = desk.profile(str(draw(whole, tmp_path / "whole.geojson"))).place
    # Slivers below 2% are none and above 98% all, so that rough outlines do not bring neighbours in.
    assert sum(part.population for part in parts) == pytest.approx(together.population, rel=0.02)
    assert all(0 < part.estimated_share < 1 for part in parts)
    assert all(any(note.kind == "estimated" and note.areas for note in part.notes) for part in parts)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("POINT (1.1 51.8)", "no inside"),
        ("LINESTRING (1.1 51.8, 1.2 51.9)", "no inside"),
        ("POLYGON ((-30 50, -29 50, -29 51, -30 51, -30 50))", "touches none of the areas"),
        ("POLYGON ((51.7 1.1, 51.8 1.1, 51.8 1.2, 51.7 1.2, 51.7 1.1))", "longitude stands before latitude"),
    ],
)
def test_an_outline_that_is_no_place_is_refused(desk: Desk, tmp_path: Path, shape: str, words: str):
    """A point, a line, the open sea, and a place in Essex with its coordinates swapped."""
    shapely = pytest.importorskip("shapely")
    path = draw(shapely.from_wkt(shape), tmp_path / "odd.geojson")
    with pytest.raises(BadInput, match=words) as told:
        desk.profile(str(path))
    assert str(path) in str(told.value)


# A small folder of one's own.

SURVEY = "Parish code,Parish,People,Pubs,Walk\nP1,Ashby,1000,3,5\nP2,Elmton,500,0,20\nP3,Elmton,250,?,\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with one survey and its catalogue file."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "pubs.dataset.toml").write_text(CATALOGUE)
    (folder / "survey.csv").write_text(SURVEY)
    return folder


def test_a_table_of_ones_own_joins_the_profile_without_code(own: Path):
    """By hand: 3 pubs for 1,000 people; nought is a figure, a question mark and an empty cell are none."""
    found = Desk(gather(own, presets=()), own)
    ashby, elmton, other = (found.profile(code) for code in ("P1", "P2", "P3"))
    assert [row(one, "pubs")["value"] for one in (ashby, elmton, other)] == [3.0, 0.0, None]
    assert [row(one, "walk")["state"] for one in (ashby, elmton, other)] == ["known", "known", "missing"]
    assert (ashby.place.name, ashby.place.kind, ashby.place.population) == ("Ashby", "parish", 1000.0)
    assert "There are 3.0 pubs per 1,000 people." in str(row(ashby, "pubs")["sentence"])
    england = ashby.beside.filter((pl.col("comparator") == "england") & (pl.col("indicator") == "pubs"))
    assert england["value"].to_list() == pytest.approx([1000 * 3 / 1500])


def test_two_places_of_one_name_are_told_apart(own: Path):
    """The codes are listed; nothing is chosen for the reader."""
    with pytest.raises(BadSpecification, match=r"called 'Elmton': P2 .* and P3"):
        Desk(gather(own, presets=()), own).profile("Elmton")


def test_a_name_that_is_nearly_right_is_suggested(own: Path):
    """By likeness of letters."""
    with pytest.raises(UnknownArea, match="no place is called 'Ashbey'") as error:
        Desk(gather(own, presets=()), own).profile("Ashbey")
    assert "'Ashby'" in error.value.remedy


def test_a_list_of_areas_is_one_place(own: Path):
    """By hand: all of Ashby and a fifth of Elmton: 1,100 people, a eleventh of them estimated."""
    (own.parent / "green.csv").write_text("area_code,share\nP1,1\nP2,0.2\n")
    found = Desk(gather(own, presets=()), own).profile(str(own.parent / "green.csv"))
    assert (found.place.name, found.place.population) == ("green", 1100.0)
    assert found.place.estimated_share == pytest.approx(100 / 1100)
    assert row(found, "walk")["value"] == pytest.approx((5 * 1000 + 20 * 100) / 1100)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("area_code,share\nP1,1\nP9,1\n", UnknownArea, "'P9' is not among the areas of parish"),
        ("area_code,share\nP1,1.5\n", BadTable, "the share 1.5 is not above 0 to 1"),
        ("area_code,share\nP1,1\nP1,0.5\n", BadTable, "stands here a second time"),
        ("area_code,share\nP1,\n", BadTable, "share"),
        ("name\nAshby\n", BadTable, "no heading says"),
        ("area_code\n", BadTable, "no rows"),
    ],
)
def test_a_list_that_makes_no_place_is_refused_with_its_row(own: Path, text: str, error: type[Exception], words: str):
    """Strange codes, shares that are none, areas that stand there twice, no codes at all."""
    path = own.parent / "list.csv"
    path.write_text(text)
    with pytest.raises(error, match=words) as told:
        Desk(gather(own, presets=()), own).profile(str(path))
    assert str(path) in str(told.value)


def test_a_file_that_is_not_there_is_not_taken_for_a_name(own: Path):
    """The message is about the file."""
    with pytest.raises(MissingDataset, match="there is no such file"):
        Desk(gather(own, presets=()), own).profile("nowhere.csv")


def test_a_long_or_strange_text_is_a_place_that_is_not_there(own: Path):
    """Not a fault of the file system."""
    desk = Desk(gather(own, presets=()), own)
    for asked in ("x" * 5000, "a\0b", "", "   "):
        with pytest.raises((UnknownArea, BadSpecification)):
            desk.profile(asked)


def test_a_folder_without_figures_says_what_to_add(tmp_path: Path):
    """An empty folder, and one with tables that nobody described."""
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(MissingDataset, match="holds no figures of places"):
        gather(tmp_path, presets=())


def test_a_list_that_was_asked_for_and_cannot_be_made_is_an_error_and_a_shipped_default_is_told(own: Path):
    """Lists that are set beside by default need files that this folder lacks: a note. One asked for by name: not."""
    assert sum("could not be made" in note.text for note in gather(own).notes) == 2
    with pytest.raises(MissingDataset):
        gather(own, presets=["left-behind-lsoas-2025"])


def test_a_finished_list_takes_the_place_of_the_presets(own: Path):
    """By hand: Ashby is left behind, Elmton is other deprived."""
    listed = own.parent / "list.csv"
    listed.write_text("area_code,cohort\nP1,left behind\nP2,Other deprived\nP3,rest\n")
    beside = Desk(gather(own, cohort=listed), own).profile("P3").beside.filter(pl.col("indicator") == "walk")
    values = dict(beside.select("comparator", "value").iter_rows())
    assert (values["left-behind"], values["other-deprived"]) == (5.0, 20.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("area_code,cohort\nZ1,left behind\n", "none of its 1 area is known here"),
        ("area_code,cohort\nP1,best\n", "says 'left behind' or 'other deprived'"),
        ("area_code,group\nP1,left behind\n", "cohort"),
    ],
)
def test_a_finished_list_that_says_nothing_is_refused(own: Path, text: str, words: str):
    """Areas that nobody knows, words that nobody knows, no column of them."""
    path = own.parent / "list.csv"
    path.write_text(text)
    with pytest.raises(BadTable, match=words):
        gather(own, cohort=path)


def test_people_are_taken_from_the_table_that_has_most_of_them(own: Path):
    """A survey of a few areas that also counts people does not become what all others are weighed by."""
    few = CATALOGUE.replace("pubs-ours", "a-few").replace('"Pubs"', '"Inns"').replace('"Walk"', '"Ride"')
    few = few.replace('id = "pubs"', 'id = "inns"').replace('id = "walk"', 'id = "ride"')
    (own / "few.dataset.toml").write_text(few)
    (own / "few.csv").write_text("Parish code,Parish,People,Inns,Ride\nP1,Ashby,7,1,1\n")
    found = gather(own, presets=())
    assert found.people_of("parish").tolist() == [1000.0, 500.0, 250.0]


# What is kept for the next run.


def test_what_is_kept_gives_the_same_profile(own: Path):
    """Read from the files, then from what was kept."""
    said: list[str] = []
    first, second = (gather(own, presets=(), progress=said.append) for _ in range(2))
    assert said.count("looking into the folder") == 1
    tables = [Desk(found, own).profile("P1") for found in (first, second)]
    assert tables[0].table.equals(tables[1].table)
    assert tables[0].sources == tables[1].sources
    assert tables[0].notes == tables[1].notes


@pytest.fixture
def said() -> list[str]:
    """What progress was told."""
    return []


def spoil_tables(folder: Path) -> None:
    """Cut every kept table in half."""
    for path in folder.rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def lose_a_table(folder: Path) -> None:
    """Take one kept table away."""
    next(folder.rglob("native-*.parquet")).unlink()


def spoil_about(folder: Path) -> None:
    """Write something else where the description was."""
    next(folder.rglob("about.json")).write_text("{}")


@pytest.mark.parametrize("spoil", [spoil_tables, lose_a_table, spoil_about])
def test_what_is_kept_and_damaged_is_made_anew_and_said(
    own: Path, tmp_path: Path, said: list[str], spoil: Callable[[Path], None]
):
    """Half a file, a file that is gone, a description that says nothing: the figures are the same, and it is told."""
    before = Desk(gather(own, presets=()), own).profile("P1").table
    spoil(tmp_path / "cache")
    after = Desk(gather(own, presets=(), progress=said.append), own).profile("P1").table
    assert before.equals(after)
    assert any("damaged" in text for text in said)
    said.clear()
    gather(own, presets=(), progress=said.append)
    assert said == []


def test_a_changed_file_is_read_again(own: Path):
    """Also where only a figure changed, and also a file below a linked folder."""
    assert row(Desk(gather(own, presets=()), own).profile("P1"), "walk")["value"] == 5.0
    (own / "survey.csv").write_text(SURVEY.replace("1000,3,5", "1000,3,55"))
    assert row(Desk(gather(own, presets=()), own).profile("P1"), "walk")["value"] == 55.0


def test_nothing_is_kept_inside_the_data_folder_or_when_it_is_not_wanted(own: Path, tmp_path: Path):
    """The folder of downloads stays as it was; ``cached=False`` leaves nothing anywhere."""
    before = sorted(path.name for path in own.rglob("*"))
    gather(own, presets=(), cached=False)
    assert not (tmp_path / "cache").exists()
    gather(own, presets=())
    assert sorted(path.name for path in own.rglob("*")) == before
