"""``homeground understand access``, as a person types it."""

from __future__ import annotations

import polars as pl
import pytest

CENTRES = (
    "area_code,easting,northing,population,larger_area_name\nA,400000,400000,1000,Here\nB,405000,400000,2400,There\n"
)
HALLS = "name,what,easting,northing,desks\nHut,halls,400500,400000,4\nRoom,rooms,400000,401000,2\n"


@pytest.fixture
def folder(tmp_path):
    """A folder with two areas and two places."""
    (tmp_path / "centres.csv").write_text(CENTRES)
    (tmp_path / "halls.csv").write_text(HALLS)
    (tmp_path / "cohort.csv").write_text("area_code,cohort\nA,rest\nB,left behind\n")
    (tmp_path / "times.csv").write_text("from,to,minutes\nA,Hut,7\nB,Hut,40\nB,Nowhere,3\n")
    return tmp_path


def ask(homeground, folder, *more, places="halls.csv"):
    """Run understand access on the folder."""
    return homeground(
        "understand", "access", "--places", f"halls={folder / places}", "--centroids", folder / "centres.csv", *more
    )


def test_gaps_and_table_come_out_as_asked_for(homeground, folder):
    """Sentences for people, one object for scripts, every area in the file."""
    ran = ask(homeground, folder, "--out", folder / "a.csv", "--compare", folder / "b.csv", "--json")
    assert ran.code == 0
    assert ran.json["gaps"] == ["2,400 of 3,400 people are more than 2 km from any hall."]
    assert ran.json["areas"] == ran.json["places"] == 2
    table = pl.read_csv(folder / "a.csv")
    assert table["nearest_km_halls"].to_list() == [0.5, 4.5]
    assert table["within_2km_halls"].to_list() == [2, 0]
    assert "higher is worse" in (folder / "a.csv-metadata.json").read_text()
    assert set(pl.read_csv(folder / "b.csv")["group"]) == {"everywhere", "Here", "There"}


def test_without_out_the_furthest_areas_are_printed(homeground, folder):
    """Table on standard output, sentences on standard error; --quiet leaves the table."""
    ran = ask(homeground, folder)
    assert ran.out.splitlines()[1].startswith("B,")
    assert "2,400 of 3,400 people" in ran.err
    quiet = ask(homeground, folder, "--quiet")
    assert (quiet.out, quiet.err) == (ran.out, "")


def test_kinds_cohorts_supply_and_selection(homeground, folder):
    """A column of kinds, a list to compare with, desks in place of places, one authority only."""
    ran = homeground(
        "understand", "access", "--places", folder / "halls.csv", "--kind-column", "what", "--supply-column", "desks",
        "--centroids", folder / "centres.csv", "--cohort", folder / "cohort.csv", "--within", "0.8,2",
        "--called", "public place to meet", "--out", folder / "a.parquet", "--json",
    )  # fmt: skip
    assert ran.json["kinds"] == ["halls", "rooms", "any"]
    assert any(
        gap.startswith("Left behind: 2,400 of 2,400 people are more than 2 km from any public")
        for gap in ran.json["gaps"]
    )
    assert pl.read_parquet(folder / "a.parquet")["catchment_halls"].to_list() == [4.0, 0.0]
    only = ask(homeground, folder, "--only", "there", "--json")
    assert (only.json["areas"], only.json["people"]) == (1, 2400)


def test_travel_times_are_taken_as_they_are(homeground, folder):
    """The heading says minutes; an unknown place is told."""
    ran = ask(homeground, folder, "--travel-times", folder / "times.csv", "--json")
    assert ran.json["unit"] == "min"
    assert ran.json["within"] == [15.0, 30.0]
    assert any("1 places are not known here" in note for note in ran.json["notes"])


def test_swapped_coordinates_end_with_the_question_and_code_two(homeground, folder):
    """--swap answers it."""
    (folder / "wrong.csv").write_text("name,lat,lon\nHut,-2.0,53.5\n")
    ran = ask(homeground, folder, places="wrong.csv")
    assert ran.code == 2
    assert "these points fall outside Great Britain: columns swapped?" in ran.err
    assert ask(homeground, folder, "--swap", places="wrong.csv").code == 0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--within", "two"], "'two' is not a number"),
        (["--only", "Atlantis"], "is no area, authority or cohort"),
        (["--out", "a.docx"], "stands for no format"),
        (["--preset", "left-behind-lsoas-2023"], "left-behind"),
    ],
)
def test_bad_usage_ends_with_code_two_and_a_remedy(homeground, folder, more, words):
    """In one line on standard error."""
    ran = ask(homeground, folder, *more)
    assert ran.code == 2
    assert words in ran.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("area_code,easting,northing,population\nA,400000,400000,-3\n", "cannot have -3 people"),
        ("area_code,easting,northing,population\nA,400000,400000,3\nA,400000,400000,3\n", "second time"),
        ("area_code,easting,northing,population\nA,,,3\nB,400000,400000,3\n", "1 areas have no centre"),
        ("area_code,easting,northing\nA,400000,400000\n", "not known how many people"),
        ("easting,northing,population\n400000,400000,5\n", "no heading says that it holds area codes"),
    ],
)
def test_what_is_wrong_with_the_areas_is_said(homeground, folder, text, words):
    """With the file's name."""
    (folder / "centres.csv").write_text(text)
    ran = ask(homeground, folder)
    assert ran.code == 2
    assert words in ran.err
    assert "centres.csv" in ran.err


def test_nothing_is_written_when_something_is_wrong(homeground, folder):
    """Whole or not at all."""
    (folder / "halls.csv").write_text("name,lat,lon\nHut,-2,53\n")
    assert ask(homeground, folder, "--out", folder / "a.csv").code == 2
    assert not (folder / "a.csv").exists()


def test_all_of_england_in_one_go(homeground, real_data, england, tmp_path):
    """Warm spaces and the list of left-behind places, and the result is known to the catalogue."""
    out = tmp_path / "access.parquet"
    ran = homeground(
        "understand", "access", "--places", f"warm-spaces={real_data / 'assets/warm-spaces/warm_spaces.csv'}",
        "--data", england, "--preset", "left-behind-lsoas-2023", "--out", out, "--json", "--quiet",
    )  # fmt: skip
    assert ran.code == 0
    assert ran.json["people"] == 57_112_129
    assert len(ran.json["beside"]) == 8
    scanned = homeground("data", "scan", tmp_path, "--json")
    assert "access-by-area" in scanned.out
