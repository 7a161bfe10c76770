"""The invented district: that it is whole, that it is like England, and that nobody can take it for a real place."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely

from examples.district import generate, need
from examples.district.places_to_meet import KINDS
from homeground.find.doubting.doubt import CertaintySpec, Noise, Threshold, Weights
from homeground.find.index import BuiltIndex
from homeground.journey.certainty import certainty_of, preset_list
from homeground.journey.change import change_between
from homeground.journey.cohort import build_cohort
from homeground.journey.index import build_index
from homeground.journey.profile import prepare
from homeground.sources.folder import Scan, open_dataset, scan
from homeground.sources.indicator_blocks import THEMES

HERE = Path(generate.__file__).parent
_EDGES = ("Langfallow", "Scardle Carr", "Wetherstone", "Sandgrove", "Coldrakes", "Crakemoor", "Sturbeck Farm")


@pytest.fixture(scope="module")
def district() -> generate.District:
    return generate.make()


@pytest.fixture(scope="module")
def folder(district: generate.District, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("invented")
    generate.write(district, place)
    return place


@pytest.fixture(scope="module")
def found(folder: Path) -> Scan:
    return scan(folder)


@pytest.fixture(scope="module")
def indices(folder: Path) -> dict[str, BuiltIndex]:
    """The four indices, built by the engine from the written files."""
    return {path.stem: build_index(path, data=folder) for path in HERE.glob("district-[cd]*.toml")}


def _kinds() -> dict[str, str]:
    named = tomllib.loads((HERE / "places.toml").read_text(encoding="utf-8"))["authorities"]
    return {ward["name"]: ward["kind"] for authority in named for ward in authority["wards"]}


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


# One seed, one district.


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Two runs write the same files, byte for byte; a second run over the first changes nothing."""
    generate.generate(tmp_path)
    assert _digests(tmp_path) == _digests(folder)
    generate.generate(tmp_path)
    assert _digests(tmp_path) == _digests(folder)


def test_another_seed_gives_another_district_of_the_same_shape(district: generate.District) -> None:
    """Another seed moves borders and figures; names, codes and headings stay."""
    other = generate.make(4)
    assert other.tables.keys() == district.tables.keys()
    for name in ("invented-deprivation-2025.csv", "invented-community-need-2019.csv", "invented-people-2025.csv"):
        assert not other.tables[name].equals(district.tables[name])
        assert other.tables[name].columns == district.tables[name].columns
        assert other.tables[name].height == district.tables[name].height
    here, there = (each.maps["invented-wards.geojson"] for each in (district, other))
    assert here[1].equals(there[1])
    assert not any(shapely.equals_exact(here[0], there[0], tolerance=1e-6))


def test_it_runs_as_a_script_from_anywhere(tmp_path: Path) -> None:
    """As a script it needs no installation of the examples, and it says that nothing is real."""
    script = [sys.executable, str(HERE / "generate.py")]
    run = subprocess.run([*script, "--out", "here"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("Invented 600 small areas with 904,")
    assert run.stdout.endswith("None of it is real.\n")
    assert (tmp_path / "here" / "invented-people-2025.csv").exists()
    refused = subprocess.run([*script, "--seed", "-1"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "whole number from 0" in refused.stderr


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    """The generator replaces its own files only, and leaves no half-written one."""
    (tmp_path / "mine.csv").write_text("mine")
    generate.generate(tmp_path)
    assert (tmp_path / "mine.csv").read_text() == "mine"
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]


# Whole: areas, wards, authorities, people.


def test_there_are_600_areas_in_90_wards_and_6_authorities(district: generate.District) -> None:
    """As the issue asks, with 593 areas before the boundaries changed."""
    now, then = (district.tables[f"invented-lookup-{year}.csv"] for year in (2021, 2011))
    assert (now.height, then.height) == (600, 593)
    for table in (now, then):
        assert table.to_series(0).n_unique() == table.height
        assert table["invented_ward_code"].n_unique() == table["invented_ward_name"].n_unique() == 90
        assert table["invented_authority_code"].n_unique() == table["invented_authority_name"].n_unique() == 6
        assert sum(table.null_count().row(0)) == 0
        assert table.group_by("invented_ward_code").agg(pl.col("invented_authority_code").n_unique())[
            "invented_authority_code"
        ].unique().to_list() == [1]


def test_people_add_up_over_ages_areas_wards_and_authorities(district: generate.District) -> None:
    """About 900,000 people, the same number whichever way they are counted."""
    people = district.tables["invented-people-2025.csv"]
    total = people["residents"].sum()
    assert 880_000 < total < 920_000
    assert (
        people.select(pl.sum_horizontal(pl.col("^age_.*$"))).to_series().equals(people["residents"], check_names=False)
    )
    assert district.tables["invented-places.csv"]["residents_2025"].sum() == total
    by_ward = people.group_by("invented_ward_code").agg(pl.col("residents").sum()).sort("invented_ward_code")
    assert by_ward["residents"].to_list() == district.tables["invented-places.csv"]["residents_2025"].to_list()
    for name in ("invented-deprivation-2025.csv", "invented-community-need-2025.csv", "invented-census-2021.csv"):
        assert district.tables[name]["residents"].equals(people["residents"])
    assert people["residents"].min() >= 900  # type: ignore[operator]
    assert people["residents"].max() <= 3_500  # type: ignore[operator]


def test_the_census_counts_every_household_once(district: generate.District) -> None:
    """Tenures add up to households, and no count passes what it is part of."""
    table = district.tables["invented-census-2021.csv"]
    tenures = table.select(
        pl.sum_horizontal("households_owning", "households_social_rented", "households_private_rented")
    )
    assert tenures.to_series().equals(table["households"], check_names=False)
    for part, whole in (
        ("households_without_car", "households"),
        ("households_of_one_person", "households"),
        ("residents_disabled", "residents"),
        ("residents_main_language_not_english", "residents"),
    ):
        assert (table[part] <= table[whole]).all()


def test_every_old_area_leads_to_the_new_ones(district: generate.District) -> None:
    """12 areas were split and 10 merged into 5; the shares of an old area add up to one; new areas have new codes."""
    changes = district.tables["invented-changes-2011-2021.csv"]
    old, new = (district.tables[f"invented-lookup-{year}.csv"].to_series(0) for year in (2011, 2021))
    assert set(changes["invented_area_code_2011"]) == set(old)
    assert set(changes["invented_area_code_2021"]) == set(new)
    counts = Counter(changes["change"].to_list())
    assert counts == {"U": 571, "S": 24, "M": 10}
    shares = changes.group_by("invented_area_code_2011").agg(pl.col("share_of_people").sum())["share_of_people"]
    assert (shares - 1).abs().max() < 2e-4  # type: ignore[operator]
    same = changes.filter(pl.col("change") == "U")
    assert same["invented_area_code_2011"].equals(same["invented_area_code_2021"], check_names=False)
    renewed = changes.filter(pl.col("change") != "U")["invented_area_code_2021"]
    assert not set(renewed) & set(old)


def test_unchanged_areas_keep_their_borders(district: generate.District) -> None:
    """An area that keeps its code keeps its polygon; split and merged ones cover the same ground as before."""
    maps = {year: district.maps[f"invented-areas-{year}.geojson"] for year in (2011, 2021)}
    shapes = {year: dict(zip(table.to_series(0), cells, strict=True)) for year, (cells, table) in maps.items()}
    kept = sorted(set(shapes[2011]) & set(shapes[2021]))
    assert len(kept) == 571
    assert all(shapes[2011][code].equals(shapes[2021][code]) for code in kept)
    before, after = (shapely.union_all(list(shapes[year].values())) for year in (2011, 2021))
    assert before.symmetric_difference(after).area < 1e-9


# The map.


@pytest.mark.parametrize("seed", [generate.SEED, 5])
def test_areas_cover_the_land_once(seed: int) -> None:
    """Valid polygons of one piece without holes, with shared borders, without gaps or overlaps: at every level."""
    for name, (cells, _) in generate.make(seed).maps.items():
        assert shapely.is_valid(cells).all(), name
        assert set(shapely.get_type_id(cells).tolist()) == {3}, name
        assert shapely.coverage_is_valid(cells), name
        assert len(shapely.get_parts(shapely.union_all(cells))) == 1, name
        assert shapely.area(cells).sum() == pytest.approx(shapely.union_all(cells).area, rel=1e-9), name


@pytest.mark.parametrize("larger", ["ward", "authority"])
def test_larger_areas_are_the_unions_of_smaller_ones(district: generate.District, larger: str) -> None:
    """A ward is exactly its areas, an authority exactly its wards."""
    file = {"ward": "invented-wards.geojson", "authority": "invented-authorities.geojson"}[larger]
    cells, table = district.maps["invented-areas-2021.geojson"]
    heading = f"invented_{larger}_code"
    for whole, row in zip(*[district.maps[file][0], district.maps[file][1].iter_rows(named=True)], strict=True):
        parts = cells[(table[heading] == row[heading]).to_numpy()]
        assert whole.symmetric_difference(shapely.union_all(parts)).area < 1e-10


def test_the_map_lies_far_out_at_sea(district: generate.District) -> None:
    """All of it is in the middle of the Atlantic, more than 800 km from Greenland, the nearest land."""
    west, south, east, north = shapely.total_bounds(district.maps["invented-areas-2021.geojson"][0])
    assert -34 < west < east < -32
    assert 53.5 < south < north < 54.5


def test_written_boundaries_are_geojson(folder: Path) -> None:
    """Rings are closed and run counter-clockwise, coordinates have at most six decimals."""
    for path in folder.glob("*.geojson"):
        content = json.loads(path.read_text(encoding="utf-8"))
        for feature in content["features"]:
            ring = feature["geometry"]["coordinates"][0]
            assert ring[0] == ring[-1]
            assert shapely.LinearRing(ring).is_ccw
            assert all(round(number, 6) == number for point in ring for number in point)


# Not to be mistaken.


def test_every_file_says_that_it_is_invented(folder: Path) -> None:
    """In its name; a table in its headings, a map in its description, a recipe in its title and licence."""
    notice = (folder / "INVENTED.md").read_text(encoding="utf-8")
    assert "does not exist" in notice
    assert generate.LICENCE in notice
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix == ".csv":
            assert path.name.startswith("invented-")
            assert "invented" in text[:1000].lower()
        elif path.suffix == ".geojson":
            assert path.name.startswith("invented-")
            assert json.loads(text)["description"].startswith("INVENTED")
        elif path.suffix == ".toml":
            recipe = tomllib.loads(text)
            assert "(invented; no real place)" in recipe["title"]
            assert recipe.get("licence", generate.LICENCE) == generate.LICENCE
            assert "invented" in text.splitlines()[0].lower()
            if path.name.endswith(".dataset.toml"):
                assert recipe["notes"].startswith("INVENTED")
                assert recipe["publisher"].endswith("there is no such body")
                assert recipe["official_codes"] is False


def test_no_code_looks_official(folder: Path) -> None:
    """No file holds a code of the official form; every code begins with Z."""
    for path in folder.iterdir():
        assert not re.search(r"\b[A-Z]\d{8}\b", path.read_text(encoding="utf-8", errors="replace")), path.name
    lookup = pl.read_csv(folder / "invented-lookup-2021.csv")
    for heading, form in (
        ("invented_area_code_2021", r"^ZL\d{4}$"),
        ("invented_ward_code", r"^ZW\d{3}$"),
        ("invented_authority_code", r"^ZA\d{2}$"),
    ):
        assert lookup[heading].str.contains(form).all()


def test_no_name_is_that_of_a_real_ward_or_authority(england: Path) -> None:
    """None of the 96 names is that of a ward, an authority or a region of England and Wales, 2017 to 2024."""
    lookups = [
        ("LSOA11_WD17_LAD17_EW_LU.parquet", ["WD17NM", "LAD17NM"]),
        ("LSOA11_WD19_LAD19_EW_LU.parquet", ["WD19NM", "LAD19NM"]),
        ("lsoa21_ward24_ltla24.parquet", ["ward24_name", "ltla24_name"]),
        ("LSOA21_MSOA21_LAD22_RGN22_EW_LU.parquet", ["LAD22NM", "RGN22NM"]),
    ]
    real: set[str] = set()
    for name, headings in lookups:
        table = pl.read_parquet(england / "lookups" / name)
        for heading in headings:
            real |= {str(value).casefold().strip() for value in table[heading].drop_nulls().unique()}
    assert len(real) > 7_000
    named = tomllib.loads((HERE / "places.toml").read_text(encoding="utf-8"))["authorities"]
    invented = {each["name"].casefold() for each in [*named, *(ward for a in named for ward in a["wards"])]}
    assert len(invented) == 96
    assert not invented & real


# Known to Homeground.


def test_scan_recognises_every_file(found: Scan) -> None:
    """Each file is one known data set, whole; nothing is unknown, doubled or odd."""
    # Lists of places, grants and postcodes are read by name: they are no data sets of figures.
    lists = {"centroids-2021", "neighbourhood", "sites", "postcodes", *KINDS}
    for path in found.unknown:
        name = path.name.partition(".")[0].removeprefix("invented-")
        assert name in lists or name.startswith("grants-") or name == "outline", path.name
    assert not found.duplicates
    assert not found.problems
    assert all(not each.problems for each in found.found)
    expected = {path.name.removesuffix(".dataset.toml") for path in (HERE / "catalogue").iterdir()}
    assert {each.dataset.id: each.path.stem for each in found.found} == {name: name for name in expected}


def test_every_data_set_opens_with_the_headings_its_catalogue_gives(found: Scan) -> None:
    """Every heading of a catalogue file is in the table, and every figure of the table is in the catalogue."""
    for each in found.found:
        opened = open_dataset(found, each.dataset.id)
        declared = {column.name for column in each.dataset.columns}
        others = {name for name in opened.table.columns if not re.fullmatch(r"age_\d+", name)}
        assert declared <= set(opened.table.columns)
        assert others <= declared, each.dataset.id
        if each.dataset.kind == "boundaries":
            assert opened.crs == "EPSG:4326"


def test_every_missing_figure_has_its_reason(folder: Path) -> None:
    """The list of missing figures names every cell that holds a code instead of a number, and no other."""
    for edition, year in ((2019, 2011), (2025, 2021)):
        reasons = pl.read_csv(folder / f"invented-missing-{edition}.csv")
        told = set(reasons.select("file", f"invented_area_code_{year}", "column", "written_as").iter_rows())
        seen = set()
        for subject in ("deprivation", "community-need"):
            table = pl.read_csv(folder / f"invented-{subject}-{edition}.csv", infer_schema=False)
            for name in table.columns[6:]:
                for code, cell in zip(table.to_series(0), table[name], strict=True):
                    if not re.fullmatch(r"-?\d+(\.\d+)?", cell):
                        seen.add((f"invented-{subject}-{edition}.csv", code, name, cell))
        assert seen == told
        assert {cell for *_, cell in seen} == {"[c]", "[x]", "[u]"}
        assert reasons["reason"].null_count() == 0


def test_shares_are_possible(found: Scan) -> None:
    """Counts of people and homes never pass those they are part of; hidden ones are the small ones."""
    for edition in (2019, 2025):
        table = open_dataset(found, f"invented-deprivation-{edition}").table
        for part, whole in (
            ("income_deprived_people", "residents"),
            ("out_of_work_people", "working_age_people"),
            ("absent_pupils", "pupils"),
            ("leavers_not_studying", "school_leavers"),
            ("unqualified_adults", "adults_25_to_66"),
            ("overcrowded_households", "households"),
            ("homes_in_poor_condition", "homes"),
        ):
            given = table.drop_nulls(part)
            assert (given[part] <= given[whole]).all()
            assert not given[part].is_between(1, 9).any()


# Like England.


def _domains(deprivation: BuiltIndex, community: BuiltIndex) -> np.ndarray:
    both = deprivation.table.join(community.table, on="area_code", suffix="_of_need")
    return both.select(f"{name}_score" for name in need.DOMAINS).to_numpy()


def _spearman(values: np.ndarray) -> np.ndarray:
    ranks = np.column_stack([pl.Series(column).rank().to_numpy() for column in values.T])
    return np.corrcoef(ranks.T)


def test_the_committed_correlations_are_those_of_england(england: Path) -> None:
    """The matrix that the generator aims at is that of the published domain ranks, to two decimals."""
    index = pl.read_parquet(england / "iod2025" / "iod2025_file7_lsoa21.parquet")
    community = pl.read_csv(england / "cni" / "cni2023_england_lsoa21.csv")
    both = index.join(community, left_on="LSOA code (2021)", right_on="lsoa21_code")
    domains = [
        "Income", "Employment", "Education, Skills and Training", "Health Deprivation and Disability", "Crime",
        "Barriers to Housing and Services", "Living Environment",
    ]  # fmt: skip
    headings = [f"{name} Rank (where 1 is most deprived)" for name in domains]
    headings += [f"{name} Domain Rank" for name in ("Civic Assets", "Connectedness", "Active and Engaged Community")]
    assert both.height == 33_755
    assert np.abs(_spearman(both.select(headings).to_numpy()) - need.ENGLAND).max() <= 0.0051


@pytest.mark.parametrize(("edition", "within"), [("", 0.10), ("-2019", 0.10)])
def test_domains_go_together_as_in_england(indices: dict[str, BuiltIndex], edition: str, within: float) -> None:
    """The domains that the engine builds correlate as the published ones do, each pair within a tenth."""
    values = _domains(indices[f"district-deprivation{edition}"], indices[f"district-community-need{edition}"])
    assert np.abs(_spearman(values) - need.ENGLAND).max() <= within


def test_the_engine_finds_the_need_that_was_hidden(district: generate.District, indices: dict[str, BuiltIndex]) -> None:
    """Each domain follows the hidden need that its indicators were drawn from, blurred but not lost."""
    values = _domains(indices["district-deprivation"], indices["district-community-need"])
    for place, name in enumerate(need.DOMAINS):
        pair = np.column_stack([values[:, place], district.need[2025][:, place]])
        assert _spearman(pair)[0, 1] > 0.85, name


def test_need_keeps_its_place_from_one_edition_to_the_next(indices: dict[str, BuiltIndex]) -> None:
    """As in England (rank correlation .96 between 2019 and 2025) most areas stay where they were, and some move."""
    now = indices["district-deprivation"].table.select("area_code", "rank")
    then = indices["district-deprivation-2019"].table.select("area_code", "rank")
    both = now.join(then, on="area_code", suffix="_2019")
    assert both.height == 571
    assert 0.90 < _spearman(both.select("rank", "rank_2019").to_numpy().astype(float))[0, 1] < 0.99


def test_methods_build_and_tell_of_every_gap(indices: dict[str, BuiltIndex], found: Scan) -> None:
    """All four indices score every area; what was missing is counted in the notes; factor weights are proper."""
    assert set(indices) == {
        "district-deprivation", "district-deprivation-2019", "district-community-need", "district-community-need-2019",
    }  # fmt: skip
    for name, built in indices.items():
        assert built.table.height == (593 if name.endswith("2019") else 600)
        assert built.table["score"].null_count() == 0
        told = " ".join(note.text for note in built.notes)
        assert ("Overcrowded homes" if "deprivation" in name else "People who volunteer") in told
    for domain in ("health", "crime"):
        weights = list(indices["district-deprivation"].weights[domain].values())
        assert sum(weights) == pytest.approx(1)
        assert all(0.15 < weight < 0.4 for weight in weights)


def test_one_detail_of_the_method_changed_between_editions() -> None:
    """The two deprivation methods differ in year, in names, and in the weights inside the living environment alone."""

    def told(name: str) -> dict[str, object]:
        return tomllib.loads((HERE / name).read_text(encoding="utf-8"))

    now, then = told("district-deprivation.toml"), told("district-deprivation-2019.toml")
    assert now["index"] == then["index"]
    differing = {name for name in now["parts"] if now["parts"][name] != then["parts"][name]}  # type: ignore[index, attr-defined]
    assert differing == {"indoors", "outdoors"}
    assert told("district-community-need.toml")["parts"] == told("district-community-need-2019.toml")["parts"]


# The list.


@pytest.fixture
def inside(folder: Path) -> Callable[[str], pl.DataFrame]:
    """Make a list by one of the district's cohort files, from another folder: their methods are found beside them."""
    return lambda name: build_cohort(folder / name, data=folder).table.filter("selected")


def test_the_doubly_disadvantaged_are_found_where_they_were_put(inside: Callable[[str], pl.DataFrame]) -> None:
    """Between a third and a half of the worst tenth; mostly on the estates at the edges, and on coast and coalfield."""
    chosen = inside("district-left-behind.toml")
    assert 20 <= chosen.height <= 30
    wards = [re.sub(r" \d+$", "", name) for name in chosen["area_name"]]
    kinds = Counter(_kinds()[ward] for ward in wards)
    assert sum(ward.startswith(_EDGES) for ward in wards) == kinds["estate"]
    assert kinds["estate"] > chosen.height / 2
    assert kinds["pit_village"] >= 1
    assert kinds["resort_back"] + kinds["resort_front"] >= 1
    assert not set(kinds) & {"comfortable", "village", "market_town", "new", "centre"}
    assert chosen["larger_area_name"].n_unique() >= 4


def test_the_ward_list_has_ten_to_fourteen_wards(inside: Callable[[str], pl.DataFrame]) -> None:
    """By wards and fifths: people add up, and the estates and the coast are on it."""
    chosen = inside("district-left-behind-wards.toml")
    assert 10 <= chosen.height <= 14
    assert chosen["population"].null_count() == 0
    kinds = Counter(_kinds()[name] for name in chosen["area_name"])
    assert kinds["estate"] >= 5
    assert kinds["pit_village"] + kinds["resort_back"] >= 2


def test_the_list_of_2019_is_about_the_same_areas(inside: Callable[[str], pl.DataFrame]) -> None:
    """The figures of 2019 on the areas of 2021: most places are on both lists, some joined and some left."""
    then, now = (set(inside(f"district-left-behind{edition}.toml")["area_code"]) for edition in ("-2019", ""))
    assert len(then & now) > len(now) / 2
    assert then - now
    assert now - then


def test_the_list_can_be_doubted(folder: Path) -> None:
    """Many places on the list are sure, some are not, and some outside have a chance: neither clear nor noise."""
    ready = preset_list(folder / "district-left-behind.toml", data=folder, noise=True)
    doubt = CertaintySpec(draws=200, weights=Weights(), noise=Noise(), threshold=Threshold(), apart=False)
    sure = certainty_of(ready, doubt)
    assert sure.members / 3 < sure.together.sure < sure.members
    assert 1 <= sure.together.below_half < sure.members / 3
    assert sure.together.outsiders >= 3


def test_change_splits_into_figures_method_and_boundaries(folder: Path) -> None:
    """From 2019 to 2025 figures did most, the one detail of the method and the boundaries a little, and they add up."""
    old, new = (folder / f"district-left-behind{edition}.toml" for edition in ("-2019", ""))
    found = change_between(old, new, data=folder, lookup=folder / "invented-changes-2011-2021.csv")
    assert found.causes == ("data", "method", "boundary")
    table = found.table
    effects = table.select("score_data", "score_method", "score_boundary").to_numpy()
    assert np.allclose(effects.sum(axis=1), table["score_change"].to_numpy(), atol=1e-9)
    data, method, boundary = np.abs(effects).mean(axis=0)
    assert data > 5 * method > 0
    assert data > 5 * boundary > 0
    assert found.joins or found.leaves


# For UNDERSTAND.


def test_places_lie_in_the_open_north_sea_and_are_fewer_where_need_is_greater(district: generate.District) -> None:
    """Every point is on the invented grid, far from land; left-behind kinds of wards have fewer places to a head."""
    wards = {name: kind for name, kind in _kinds().items() if kind in ("estate", "comfortable")}
    lookup = district.tables["invented-lookup-2021.csv"]
    kind = {code: wards.get(ward, "") for code, ward in lookup.select(pl.nth(0), pl.nth(3)).iter_rows()}
    counts: Counter[str] = Counter()
    for name in KINDS:
        table = district.tables[f"invented-{name}.csv"].unique(maintain_order=True)
        for axis, low in (("easting", 595_000), ("northing", 795_000)):
            known = table[axis].drop_nulls()
            assert known.is_between(low, low + 60_000).all(), name
        counts.update(kind[code] for code in table["invented_area_code_2021"])
    areas = Counter(kind.values())
    assert counts["estate"] / areas["estate"] < 0.75 * counts["comfortable"] / areas["comfortable"]


def test_postcodes_are_unique_and_of_no_real_area(district: generate.District) -> None:
    """Outward codes begin with XQ, which no postcode area does; each is well formed and stands there once."""
    table = district.tables["invented-postcodes.csv"]
    assert table["pcds"].is_unique().all()
    assert table["pcds"].str.contains(r"^XQ\d{1,2} \d[ABD-HJLNP-UW-Z]{2}$").all()
    assert set(table["lsoa21cd"]) == set(district.tables["invented-lookup-2021.csv"].to_series(0))


def test_grants_are_there_in_four_formats_and_one_file_is_damaged(district: generate.District) -> None:
    """About 4,000 grants: the council's file is Windows-1252 and no UTF-8; the damaged one differs on purpose."""
    files = district.files
    assert len(json.loads(files["invented-grants-lottery.json"])["grants"]) == 1_300
    council = files["invented-grants-council.csv"]
    assert council.decode("cp1252").startswith("Identifier,Title,")
    with pytest.raises(UnicodeDecodeError):
        council.decode("utf-8")
    assert files["invented-grants-community.csv"].startswith(b"id,title,")
    assert files["invented-grants-trust.xlsx"].startswith(b"PK")
    assert b"31/02/2020" in files["invented-grants-broken.csv"]
    assert b"invented" in files["invented-grants-lottery.json"]


def test_a_profile_says_all_places_together_and_not_england(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On areas of one's own the whole is not England; a ward, an area, an authority, a list and an outline all work."""
    monkeypatch.setenv("HOMEGROUND_CACHE", str(folder.parent / "kept"))
    desk = prepare(folder, presets=[str(folder / "district-left-behind.toml")])
    for asked in (
        "Sandgrove", "ZL0001", "Marlsea Coast", str(folder / "invented-neighbourhood.csv"),
        str(folder / "invented-outline.geojson"),
    ):  # fmt: skip
        found = desk.profile(asked)
        said = " ".join(found.table["sentence"].to_list())
        assert "all places together" in said
        assert "England" not in said
        assert set(found.table["theme"]) == set(THEMES)
    drawn = found.place.parts
    assert drawn.height > 2
    authority = dict(pl.read_csv(folder / "invented-lookup-2021.csv").select(pl.nth(0), pl.nth(4)).iter_rows())
    ward = dict(pl.read_csv(folder / "invented-lookup-2021.csv").select(pl.nth(0), pl.nth(2)).iter_rows())
    assert len({authority[code] for code in drawn["area_code"]}) > 1
    assert len({ward[code] for code in drawn["area_code"]}) > 1
