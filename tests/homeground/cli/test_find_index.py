"""``homeground find index`` and ``find check``, as a person types them."""

from __future__ import annotations

import polars as pl
import pytest

METHOD = """
name = "two"
[areas]
larger_area = "authority"
population = "people"
[index]
parts = ["poor", "unwell"]
weights = "equal"
[parts.poor]
column = "poor"
transform = "percentile"
[parts.unwell]
column = "unwell"
transform = "percentile"
"""
TABLE = "code,authority,people,poor,unwell\na,P,100,0.1,3\nb,P,300,0.5,9\nc,Q,200,0.3,6\n"


@pytest.fixture
def folder(tmp_path):
    """A folder with a method and a table."""
    (tmp_path / "two.toml").write_text(METHOD)
    (tmp_path / "table.csv").write_text(TABLE)
    return tmp_path


def build(homeground, folder, *more, out="scores.csv"):
    """Run find index on the table in the folder."""
    arguments = ["--method", folder / "two.toml", "--input", folder / "table.csv", "--area-column", "code"]
    return homeground("find", "index", *arguments, "--out", folder / out, *more)


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_any_table_becomes_an_index_in_the_format_asked_for(homeground, folder, ending):
    """The ending chooses the format; the columns are those that scripts rely on."""
    ran = build(homeground, folder, "--json", out=f"scores.{ending}")
    assert ran.code == 0
    assert ran.json["areas"] == ran.json["scored"] == 3
    read = {"csv": pl.read_csv, "parquet": pl.read_parquet, "json": None}[ending]
    if read is not None:
        table = read(folder / f"scores.{ending}")
        assert table.columns == [
            "area_code", "score", "rank", "decile", "poor_score", "poor_rank", "unwell_score", "unwell_rank",
        ]  # fmt: skip
        assert table["rank"].to_list() == [3, 1, 2]


def test_summaries_are_written_beside_it(homeground, folder):
    """Authorities with people and the five measures."""
    ran = build(homeground, folder, "--summaries", folder / "authorities.csv")
    assert ran.code == 0
    table = pl.read_csv(folder / "authorities.csv")
    assert table.sort("area_code")["people"].to_list() == [400, 200]


def test_standard_output_holds_one_json_object_and_nothing_else(homeground, folder):
    """Messages go to standard error."""
    ran = build(homeground, folder, "--json")
    assert ran.out.count("\n") == 1
    assert ran.json["weights"]["index"] == {"poor": 0.5, "unwell": 0.5}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("0.5", "half"), ["table.csv", "row 3", "column 'poor'", "'half' is not a number"]),
        (("b,P", "a,P"), ["row 3", "stands here a second time"]),
        (("unwell\n", "ill\n"), ["'unwell' is missing", "table.csv"]),
        (("0.5", ""), ["row 3", "column 'poor'", "missing"]),
        (("0.5", "inf"), ["row 3", "not a finite number"]),
        (("code,", "place,"), ["'code' is missing"]),
    ],
)
def test_a_bad_table_ends_with_code_2_and_names_the_place(homeground, folder, change, words):
    """File, row, column and remedy; and nothing is written."""
    (folder / "table.csv").write_text(TABLE.replace(*change, 1))
    ran = build(homeground, folder)
    assert ran.code == 2
    for word in words:
        assert word in ran.err
    assert not (folder / "scores.csv").exists()
    assert sorted(path.name for path in folder.iterdir()) == ["table.csv", "two.toml"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('parts = ["poor", "unwell"]', 'parts = ["poor", "unwel"]'), "does not exist"),
        (('transform = "percentile"', 'transform = "magic"'), "unknown step"),
        (('column = "poor"', 'parts = ["poor"]\nweights = "equal"'), "cycle"),
        (("[index]", "[index"), "not TOML"),
    ],
)
def test_a_bad_method_ends_with_code_2(homeground, folder, change, words):
    """The method file is named with what is wrong in it."""
    (folder / "two.toml").write_text(METHOD.replace(*change, 1))
    ran = build(homeground, folder)
    assert ran.code == 2
    assert words in ran.err
    assert "two.toml" in ran.err


def test_an_unknown_ending_fails_before_any_work(homeground, folder):
    """A wrong ending is told at once."""
    ran = build(homeground, folder, out="scores.docm")
    assert ran.code == 2
    assert ".csv" in ran.err


def test_an_unknown_method_names_the_nearest(homeground, folder):
    """A slip of the finger is met with the right name."""
    ran = homeground("find", "index", "--method", "iod2052", "--data", folder)
    assert ran.code == 2
    assert "iod2025" in ran.err


def test_a_check_fails_with_code_1_when_a_limit_does_not_hold(homeground, folder):
    """Exit code 0 when it holds, 1 when not."""
    build(homeground, folder)
    (folder / "official.csv").write_text("area_code,Score,Rank\na,33.4,3\nb,100,1\nc,66.6,2\n")
    common = ["--scores", folder / "scores.csv", "--published", folder / "official.csv", "--area-column", "area_code"]
    columns = ["--score-column", "Score", "--rank-column", "Rank", "--json"]
    loose = homeground("find", "check", *common, *columns, "--max-error", 0.1)
    assert loose.code == 0
    assert loose.json["equal_ranks"] == 1.0
    assert loose.json["max_abs_error"] == pytest.approx(0.0667, abs=1e-3)
    tight = homeground("find", "check", *common, *columns, "--max-error", 0.01)
    assert tight.code == 1
    assert tight.json["held"] is False


def test_official_files_give_the_published_index(homeground, england, tmp_path):
    """One command on the folder of official files; the check against the published scores holds."""
    ran = homeground(
        "find", "index", "--method", "iod2025", "--data", england, "--out", tmp_path / "imd.parquet", "--json"
    )
    assert ran.code == 0
    table = pl.read_parquet(tmp_path / "imd.parquet")
    assert table.height == 33755
    assert table.sort("rank")["area_code"][0] == "E01021988"
    checked = homeground("find", "check", "--method", "iod2025", "--data", england, "--json")
    assert checked.json["max_abs_error"] <= 0.001
    assert checked.json["equal_ranks"] >= 0.9999


def test_the_wrong_years_file_is_told_as_such(homeground, england):
    """File 7 of 2019 given to the method of 2025."""
    file = england / "iod2019" / "iod2019_file7_lsoa11.parquet"
    ran = homeground("find", "index", "--method", "iod2025", "--input", file)
    assert ran.code == 2
    assert "iod2019-file7" in ran.err
    assert "iod2025" in ran.err
