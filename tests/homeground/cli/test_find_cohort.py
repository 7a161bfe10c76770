"""``homeground find cohort``, as a person types it."""

from __future__ import annotations

import json

import polars as pl
import pytest

TABLE = "code,name,poor,alone,people,district\n" + "".join(
    f"Q{i:02d},Place {i},{i + 1},{(i * 7) % 20 + 1},{1000 + i},D{i % 3}\n" for i in range(20)
)
FIRST = ["area_code", "area_name", "deprivation_rank", "need_rank", "selected", "cohort"]


@pytest.fixture
def ours(tmp_path, monkeypatch):
    """A folder with one table, and the person in it."""
    (tmp_path / "ours.csv").write_text(TABLE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


TABLES = ["--deprivation", "ours.csv", "--deprivation-column", "poor", "--need", "ours.csv", "--need-column", "alone"]
CODE = ["--area-column", "code", "--name-column", "name"]


def find(homeground, *more):
    """Run find cohort on the two columns of the table."""
    return homeground("find", "cohort", *TABLES, *CODE, *more)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_table_has_the_columns_that_scripts_rely_on(homeground, ours, ending):
    """In this order, one row for each area."""
    ran = find(homeground, "--share", "0.4", "--other-deprived-share", "0.4", "--out", f"out.{ending}")
    assert ran.code == 0, ran.err
    assert ran.out == ""
    table = {"csv": pl.read_csv, "parquet": pl.read_parquet}[ending](ours / f"out.{ending}")
    assert table.columns[: len(FIRST)] == FIRST
    assert table.height == 20
    assert table["selected"].dtype == pl.Boolean
    assert set(table["cohort"]) == {"left behind", "other deprived", "rest of England"}


def test_json_is_one_object_with_the_counts(homeground, ours):
    """Everything for people goes to standard error."""
    ran = find(homeground, "--rule", "sum", "--count", "3", "--population-column", "people", "--json", "--out", "o.csv")
    assert ran.code == 0
    result = ran.json
    assert {"cohort", "rule", "areas", "selected", "other_deprived", "rest", "not_placed", "people", "notes", "sources",
            "out"} <= set(result)  # fmt: skip
    assert result["rule"] == {"rule": "sum", "share": None, "count": 3}
    assert (result["areas"], result["selected"], result["not_placed"]) == (20, 3, [])
    assert result["selected"] + result["other_deprived"] + result["rest"] == 20
    assert result["people"] > 3000
    assert result["sources"][0]["file"] == "ours.csv"
    assert result["out"] == "o.csv"


def test_without_out_the_first_rows_are_shown(homeground, ours):
    """A short summary, then the 20 with the most need, the chosen ones first."""
    ran = find(homeground, "--share", "0.5")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0].split(",")[: len(FIRST)] == FIRST
    assert ",true,left behind," in lines[1]
    assert "of 20 areas" in ran.err


def test_quiet_says_nothing(homeground, ours):
    """No progress, no messages."""
    ran = find(homeground, "--quiet", "--out", "o.csv")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_the_rest_may_have_another_name(homeground, ours):
    """In a district it is not the rest of England."""
    find(homeground, "--rest", "rest of the district", "--out", "o.csv")
    assert "rest of the district" in set(pl.read_csv(ours / "o.csv")["cohort"])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--share", "0"], "above 0"),
        (["--share", "1.5"], "above 0 and up to 1"),
        (["--share", "10"], "For 10 % write 0.1"),
        (["--count", "0"], "takes no place"),
        (["--share", "0.1", "--count", "3"], "both a share"),
        (["--rule", "median"], "worst-of-two"),
        (["--cap", "1", "--cap-by", "nowhere"], "no column 'nowhere'"),
        (["--cap-by", "district"], "no cap"),
        (["--minimum-population", "1"], "not known"),
        (["--exclude", "Q99"], "Q99"),
        (["--exclude", "Q" * 5000], "not on the list of areas"),
        (["--population-column", "name"], "ours.csv, row 2, column 'name': 'Place 0' is not a number"),
        (["--areas", "nowhere.csv"], "nowhere.csv: the file does not exist"),
        (["--preset", "left-behind-wards-2019"], "both given"),
        (["--need-column", "alon"], "ours.csv: the column 'alon' is missing"),
        (["--area-column", "cod"], "ours.csv: the column 'cod' is missing"),
        (["--population-column", "souls"], "souls"),
        (["--need-of", "5"], "ours.csv, row"),
        (["--need-of", "-5"], "--need-of"),
        (["--level", "msoa"], "knows no level"),
        (["--rest", "left behind"], "told apart"),
        (["--need", "nowhere.csv"], "nowhere.csv: the file does not exist"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_writes_nothing(homeground, ours, more, said):
    """One clear message, and no half file."""
    ran = find(homeground, *more, "--out", "o.csv")
    assert ran.code == 2
    assert said in ran.err
    assert ran.out == ""
    assert sorted(path.name for path in ours.iterdir()) == ["ours.csv"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Q04,Place 4,5,", "Q04,Place 4,five,", "row 6, column 'poor': 'five' is not a number"),
        ("Q04,", "Q03,", "row 6, column 'code': the area Q03 stands here a second time"),
        ("Q04,", ",", "row 6, column 'code': the area code is missing"),
        ("Q04,Place 4,5,", "Q04,Place 4,4,", "the rank 4 stands here a second time"),
        ("Q19,Place 19,20,", "Q19,Place 19,21,", "row 21, column 'poor': the rank 21 is out of range"),
        ("Q00,Place 0,1,", "Q00,Place 0,1.5,", "does not follow"),
        ("Q00,Place 0,1,", "Q00,Place 0,inf,", "not a finite number"),
    ],
)
def test_a_table_with_a_fault_is_refused_where_it_stands(homeground, ours, old, new, said):
    """File, row and column."""
    (ours / "ours.csv").write_text(TABLE.replace(old, new, 1))
    ran = find(homeground, "--out", "o.csv")
    assert ran.code == 2
    assert ran.err.startswith("Error: ours.csv, row")
    assert said in ran.err
    assert not (ours / "o.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--preset NAME (left-behind-lsoas-2023"),
        (["--deprivation", "ours.csv"], "--deprivation-column is needed too"),
        (["--preset", "left-behind-ward-2019"], "Did you mean 'left-behind-wards-2019'"),
        (["--preset", "left-behind-wards-2019"], "--data FOLDER"),
        (["--preset", "left-behind-wards-2019", "--data", "."], "the folder does not hold iod2019-file7"),
        (["--preset", "left-behind-wards-2019", "--data", "."], "also lacks cni2019-wards and lookup-lsoa11-ward17"),
        (["--preset", "left-behind-wards-2019", "--data", ".", "--out", "list.docx"], "no format that can be written"),
    ],
)
def test_half_a_wish_is_told_what_is_missing(homeground, ours, monkeypatch, arguments, said):
    """Exit code 2, and the words to type."""
    monkeypatch.delenv("HOMEGROUND_DATA", raising=False)
    ran = homeground("find", "cohort", *arguments)
    assert ran.code == 2
    assert said in ran.err


def test_the_shipped_lists_are_named(homeground):
    """With the titles that people read."""
    ran = homeground("find", "cohort", "--list")
    assert ran.code == 0
    assert "left-behind-wards-2019" in ran.out
    assert "not a reproduction" not in ran.out
    assert len(ran.out.splitlines()) == 4


def test_the_wards_in_one_command(homeground, england, tmp_path):
    """From a folder of official files to the list; every ward is there, and the 12 not placed are named."""
    out = tmp_path / "wards.csv"
    ran = homeground("find", "cohort", "--preset", "left-behind-wards-2019", "--data", england, "--out", out, "--json")
    assert ran.code == 0, ran.err
    assert (ran.json["areas"], ran.json["selected"], len(ran.json["not_placed"])) == (7433, 226, 12)
    assert {source["id"] for source in ran.json["sources"]} == {
        "iod2019-file7", "cni2019-wards", "lookup-lsoa11-ward17", "population-ward17",
    }  # fmt: skip
    table = pl.read_csv(out)
    assert table.height == 7433
    assert table["selected"].sum() == 226
    described = json.loads((tmp_path / "wards.csv-metadata.json").read_text())
    assert len(described["dc:source"]) == 4


@pytest.fixture
def one_slip(england, tmp_path):
    """The official files by link, and the Community Needs Index of 2019 with one change."""

    def with_change(old, new):
        for name in (
            "iod2019/iod2019_file7_lsoa11.parquet",
            "lookups/LSOA11_WD17_LAD17_EW_LU.parquet",
            "population/population_ward17_mid2017.csv",
        ):
            (tmp_path / name.split("/")[1]).symlink_to(england / name)
        text = (england / "cni/cni2019_england_ward17.csv").read_text()
        assert old in text
        (tmp_path / "cni.csv").write_text(text.replace(old, new, 1))
        return tmp_path

    return with_change


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("E05000026,", "E05999999,", ["row 2", "E05999999 is not among the 7,445 areas of population-ward17"]),
        ("E05000026,", "E05000027,", ["row 3", "stands here a second time (first in row 2)"]),
        ("E05000026,", "E01000026,", ["row 2", "is an LSOA, not a ward"]),
        (",4966,", ",,", ["row 2", "the rank is missing"]),
        (",4966,", ",4965,", ["'Community Needs Index rank'", "stands here a second time"]),
        (",4966,", ",8000,", ["row 2", "the rank 8000 is out of range"]),
        (",4966,", ",many,", ["row 2", "'many' is not a number"]),
    ],
)
def test_one_slip_in_an_official_file_is_found(homeground, one_slip, old, new, said):
    """An unknown, repeated or wrong code; a missing, repeated, impossible or written-out rank: told where it stands."""
    folder = one_slip(old, new)
    ran = homeground(
        "find", "cohort", "--preset", "left-behind-wards-2019", "--data", folder, "--out", folder / "o.csv"
    )
    assert ran.code == 2
    for words in ["cni.csv", *said]:
        assert words in ran.err
    assert not (folder / "o.csv").exists()
