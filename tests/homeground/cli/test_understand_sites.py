"""``homeground understand sites``, as a person types it."""

from __future__ import annotations

import json

import polars as pl
import pytest

pytest.importorskip("highspy")

CENTRES = """area_code,area_name,easting,northing,population,cohort
A,North,400000,400000,100,rest
B,East,401000,400000,300,rest
C,South,405000,400000,200,left behind
D,West,409000,400000,50,left behind
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with areas, halls that are there, and candidates."""
    (tmp_path / "centres.csv").write_text(CENTRES)
    (tmp_path / "halls.csv").write_text("name,easting,northing\nHut,400000,400000\n")
    (tmp_path / "options.csv").write_text("name,easting,northing,cost\nMill,405000,400000,500\nBarn,409000,400000,90\n")
    (tmp_path / "need.csv").write_text("area_code,score\nA,1\nB,1\nC,1\nD,90\n")
    return tmp_path


def ask(homeground, folder, *more):
    """Run understand sites on the folder."""
    return homeground("understand", "sites", "--centroids", folder / "centres.csv", *more)


def test_the_choice_is_told_with_who_gains_and_its_bound(homeground, folder):
    """Sentences, one object, tables."""
    more = ["--count", 1, "--existing", f"halls={folder / 'halls.csv'}", "--out", folder / "s.csv"]
    ran = ask(homeground, folder, *more, "--areas-out", folder / "a.csv", "--json")
    assert ran.code == 0
    assert ran.json["sites"][0]["sentence"] == "A place at South would bring 200 people within 1 km."
    assert ran.json["proven"] is True
    assert ran.json["gap"] == 0.0
    assert {row["group"] for row in ran.json["gains"]} == {"everywhere", "rest", "left behind"}
    assert pl.read_csv(folder / "s.csv")["site"].to_list() == ["C"]
    assert pl.read_csv(folder / "a.csv")["after_km"].to_list() == [0.0, 1.0, 0.0, 4.0]
    said = ask(homeground, folder, *more)
    assert "No choice is better: this is proven." in said.err
    assert "In all 200 people would newly be within 1 km (400 of 650 are today)." in said.err


def test_standard_output_holds_the_one_object_only(homeground, folder):
    """The solver's banner does not slip in."""
    ran = ask(homeground, folder, "--count", 2, "--aim", "longest", "--json", "--quiet")
    assert json.loads(ran.out)["aim"] == "longest"


def test_candidates_with_costs_keep_to_the_budget(homeground, folder):
    """The dear one is out of the question."""
    more = ["--count", 2, "--candidates", folder / "options.csv", "--cost-column", "cost", "--budget", 100, "--json"]
    ran = ask(homeground, folder, *more)
    assert [row["site"] for row in ran.json["sites"]] == ["Barn"]
    assert ran.json["spent_gbp"] == 90


def test_need_and_favour_move_the_choice(homeground, folder):
    """By a table, or by a group."""
    plain = ask(homeground, folder, "--count", 1, "--json").json["sites"][0]["site"]
    need = ask(homeground, folder, "--count", 1, "--need", folder / "need.csv", "--need-column", "score", "--json")
    favoured = ask(homeground, folder, "--count", 1, "--favour", "left behind=9", "--json")
    assert (plain, need.json["sites"][0]["site"], favoured.json["sites"][0]["site"]) == ("B", "D", "C")
    assert any("in proportion to 'score'" in note for note in need.json["notes"])


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_a_map_holds_the_sites_as_points(homeground, folder, ending):
    """Read back by GeoPandas."""
    geopandas = pytest.importorskip("geopandas")
    assert ask(homeground, folder, "--count", 2, "--out", folder / f"s.{ending}", "--quiet").code == 0
    frame = geopandas.read_file(folder / f"s.{ending}").to_crs(27700)
    assert len(frame) == 2
    assert set(frame.geometry.geom_type) == {"Point"}
    assert abs(frame.geometry.x.iloc[0] - frame["easting"].iloc[0]) < 5


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--count", 9], "9 places are asked for, but there are 4 candidates"),
        (["--count", 1, "--budget", 5], "no costs of sites"),
        (["--count", 1, "--favour", "left behind"], "does not say how many times"),
        (["--count", 1, "--favour", "lost=2"], "there is no cohort 'lost'"),
        (["--count", 1, "--need", "need.csv"], "--need-column"),
        (["--count", 1, "--only", "Atlantis"], "is no area"),
        (["--count", 1, "--gap", "-1"], "the gap cannot be -1"),
    ],
)
def test_bad_usage_ends_with_code_two_and_a_remedy(homeground, folder, more, words):
    """In one line on standard error."""
    ran = ask(homeground, folder, *[folder / item if item == "need.csv" else item for item in more])
    assert ran.code == 2
    assert words in ran.err


def test_what_is_wrong_with_the_candidates_is_said(homeground, folder):
    """A negative cost by row; a candidate abroad is left out and told."""
    (folder / "options.csv").write_text("name,easting,northing,cost\nMill,405000,400000,5\nBarn,409000,400000,-9\n")
    more = ["--count", 1, "--candidates", folder / "options.csv", "--cost-column", "cost"]
    ran = ask(homeground, folder, *more, "--budget", 9)
    assert ran.code == 2
    assert "options.csv, row 3, column 'cost': the site 'Barn' cannot cost -9" in ran.err
    (folder / "options.csv").write_text("name,lat,lon\nMill,53.5,-2.0\nBarn,53.4,-2.1\nParis,48.9,2.4\n")
    told = ask(homeground, folder, "--count", 1, "--candidates", folder / "options.csv", "--json")
    assert any("points outside Great Britain were left out (row 4)" in note for note in told.json["notes"])


def test_three_more_hubs_for_trafford(homeground, real_data, england):
    """Real centres, people and hubs: the best is proven, and more people gain than with any aim but reach."""
    hubs = real_data / "assets" / "trafford" / "community_hubs" / "trafford_community_hubs.csv"
    gains = {}
    for aim in ("mean", "reach", "longest"):
        ran = homeground(
            "understand", "sites", "--count", 3, "--aim", aim, "--gap", 0, "--only", "Trafford",
            "--existing", f"hubs={hubs}", "--data", england, "--json", "--quiet",
        )  # fmt: skip
        assert ran.code == 0
        assert ran.json["proven"] is True
        gains[aim] = ran.json["gains"][0]
    assert gains["reach"]["people_within_after"] == max(row["people_within_after"] for row in gains.values())
    assert gains["mean"]["mean_km_after"] == min(row["mean_km_after"] for row in gains.values())
    assert gains["longest"]["longest_km_after"] == min(row["longest_km_after"] for row in gains.values())
    assert gains["mean"]["people"] == 236_651
