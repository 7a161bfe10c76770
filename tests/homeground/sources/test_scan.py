"""Scanning folders: what is there by its headings, what is missing, and nothing that can stop the scan."""

from __future__ import annotations

import gzip
import os
import shutil

import openpyxl
import polars as pl
import pytest

from homeground.errors import BadTable, MissingDataset
from homeground.sources import presets
from homeground.sources.datasets import datasets
from homeground.sources.folder import open_dataset, scan
from homeground.sources.methods import shipped
from homeground.sources.needs import needs

PUBS = """
id = "pubs"
title = "Pubs"
area_column = "code"
recognise = ["code", "pubs"]
good_for = "Finding a pub."
columns = [{ name = "code", holds = "code" }, { name = "pubs", holds = "count", aliases = ["Public houses"] }]
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with a catalogue file of its own."""
    (tmp_path / "pubs.dataset.toml").write_text(PUBS)
    return tmp_path


def told(found):
    """Return the problems by file name."""
    return {problem.path.name: problem.text for problem in found.problems}


# What Homeground itself writes, and reads again in profiles, is nobody's download.
OWN_RESULTS = {"access-by-area", "grants-by-area"}


def test_every_data_set_of_the_real_folder_is_known_by_its_headings(england):
    """54 files of six kinds, none by its name, and nothing passed over."""
    found = scan(england)
    assert {entry.dataset.id for entry in found.found} == set(datasets()) - OWN_RESULTS
    assert found.unknown == found.problems == ()
    assert [entry.problems for entry in found.found if entry.problems] == []
    held = [entry for entry in found.duplicates if entry.dataset.kind != "summary"]
    assert {(entry.dataset.id, entry.format) for entry in held} == {
        ("iod2019-file7", "csv.gz"),
        ("iod2025-file7", "csv.gz"),
    }


def test_names_and_places_of_files_do_not_matter(england, tmp_path):
    """Renamed, deep in subfolders, and with an ending of another kind."""
    deep = tmp_path / "a" / "b c"
    deep.mkdir(parents=True)
    shutil.copy(england / "cni" / "cni2019_england_ward17.csv", deep / "download (3).TXT")
    shutil.copy(england / "iod2025" / "iod2025_file7_lsoa21.parquet", deep / "x.csv")
    found = scan(tmp_path)
    assert {entry.dataset.id: entry.format for entry in found.found} == {
        "cni2019-wards": "csv",
        "iod2025-file7": "parquet",
    }
    assert open_dataset(found, "cni2019-wards", columns=["Community Needs Index rank"]).table.height == 7433


def test_every_published_table_opens_whole(england):
    """All data sets of the real folder pass their own catalogue's checks."""
    found = scan(england)
    for entry in found.found:
        opened = open_dataset(found, entry.dataset.id)
        assert opened.table.height == entry.dataset.rows or entry.dataset.rows is None, entry.dataset.id
        assert opened.crs == ("EPSG:4326" if "geometry" in opened.table.columns else ""), entry.dataset.id


def test_parquet_is_used_before_other_formats_then_the_first_path(folder):
    """And the others are told."""
    table = pl.DataFrame({"code": ["X"], "pubs": [1]})
    table.write_csv(folder / "a.csv")
    table.write_csv(folder / "b.csv")
    table.write_parquet(folder / "z.parquet")
    found = scan(folder)
    assert [entry.path.name for entry in found.found] == ["z.parquet"]
    assert [entry.path.name for entry in found.duplicates] == ["a.csv", "b.csv"]
    assert "a.csv and b.csv hold it too" in open_dataset(found, "pubs").notes[-1].text
    (folder / "z.parquet").unlink()
    assert open_dataset(folder, "pubs").source.file == "a.csv"


def test_a_data_set_of_ones_own_is_found_under_its_other_heading(folder):
    """Without code: a catalogue file in the folder is enough, and the table has the catalogue's heading."""
    (folder / "list.csv").write_text("Code;Public houses\n0042;3\n")
    opened = open_dataset(folder, "pubs")
    assert opened.table.to_dict(as_series=False) == {"code": ["0042"], "pubs": [3]}


def test_a_bad_catalogue_file_in_the_folder_is_told_and_the_rest_goes_on(folder):
    """One mistake does not hide the other files."""
    (folder / "bad.dataset.toml").write_text("id = ")
    (folder / "taken.dataset.toml").write_text(PUBS)
    (folder / "deep.dataset.toml").write_text("id = " + "[" * 100_000)
    (folder / "large.dataset.toml").write_text("#" * (1 << 21))
    (folder / "other.dataset.toml").write_bytes(b"\xff\xfe")
    (folder / "list.csv").write_text("code,pubs\nX,1\n")
    found = scan(folder)
    assert found.has("pubs")
    assert "not TOML" in told(found)["bad.dataset.toml"]
    assert "taken" in told(found)["taken.dataset.toml"]
    assert {"deep.dataset.toml", "large.dataset.toml", "other.dataset.toml"} < set(told(found))


def test_nothing_in_a_folder_can_stop_the_scan(folder):
    """Rubbish, half files, pipes, folders named as files, links in circles: each is passed over with its reason."""
    (folder / "good.csv").write_text("code,pubs\nX,1\n")
    (folder / "empty.csv").touch()
    (folder / "rubbish.csv").write_bytes(os.urandom(3000) + b"\0")
    (folder / "rubbish.parquet").write_bytes(os.urandom(3000))
    (folder / "half.parquet").write_bytes(b"PAR1" + bytes(300))
    (folder / "half.csv.gz").write_bytes(gzip.compress(b"code,pubs\n" + os.urandom(9000))[:40])
    (folder / "half.xlsx").write_bytes(b"PK\x03\x04" + bytes(300))
    (folder / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    (folder / "deep.geojson").write_text('{"type":"FeatureCollection","features":[{"properties":' + '{"a":' * 50_000)
    (folder / "page.csv").write_text("<!DOCTYPE html>")
    (folder / "folder.csv").mkdir()
    (folder / "circle").symlink_to(folder)
    (folder / "nowhere.csv").symlink_to(folder / "gone")
    os.mkfifo(folder / "pipe.csv")
    (folder / "photo.png").touch()
    (folder / ".hidden.csv").touch()
    (folder / "read me.txt").write_text("Dear all,\nthese are our files.\n")
    (folder / "settings.json").write_text('{"a": 1}')
    found = scan(folder)
    assert [entry.path.name for entry in found.found] == ["good.csv"]
    assert set(told(found)) >= {
        "empty.csv", "rubbish.csv", "half.parquet", "half.csv.gz", "half.xlsx", "old.xls", "page.csv", "nowhere.csv",
        "pipe.csv",
    }  # fmt: skip
    assert all(told(found).values())
    assert [path.name for path in found.unknown] == ["deep.geojson"]
    assert found.ignored == 4


def test_a_name_that_is_no_text_can_be_printed(homeground, folder):
    """Archives from other systems unpack to such names."""
    (folder / os.fsdecode(b"caf\xe9.csv")).write_text("code,pubs\nX,1\n")
    assert homeground("data", "scan", folder, "--json").json["found"][0]["path"].endswith("caf\ufffd.csv")
    assert "caf\ufffd.csv" in homeground("data", "scan", folder).out


def test_two_headings_for_one_column_are_asked_about(folder):
    """Unless one of them is spelt as the catalogue does."""
    (folder / "a.csv").write_text("code,PUBS,Public houses\nX,1,2\n")
    with pytest.raises(BadTable, match="2 headings could be 'pubs': 'PUBS' and 'Public houses'"):
        open_dataset(folder, "pubs")
    (folder / "a.csv").write_text("code,pubs,Public houses\nX,1,2\n")
    assert open_dataset(folder, "pubs", columns=["pubs"]).table["pubs"].to_list() == [1]


@pytest.mark.skipif(os.geteuid() == 0, reason="an administrator may read everything")
def test_a_file_that_may_not_be_read_is_told(folder):
    """Rights are part of the real world."""
    (folder / "shut.csv").write_text("code,pubs\nX,1\n")
    (folder / "shut.csv").chmod(0)
    assert "cannot be read" in told(scan(folder))["shut.csv"]


def test_a_file_that_nearly_is_a_known_one_says_what_it_lacks(england, tmp_path):
    """Cut down by hand: the scan and the message for the missing data set both name it."""
    table = pl.read_parquet(england / "iod2019" / "iod2019_file7_lsoa11.parquet")
    table.drop("Index of Multiple Deprivation (IMD) Score").write_csv(tmp_path / "imd.csv")
    found = scan(tmp_path)
    expected = "looks like iod2019-file7 but lacks 'Index of Multiple Deprivation (IMD) Score'"
    assert told(found) == {"imd.csv": expected}
    assert found.unknown == (tmp_path / "imd.csv",)
    with pytest.raises(MissingDataset, match=r"imd\.csv looks like iod2019-file7"):
        open_dataset(found, "iod2019-file7")


def test_rows_and_columns_that_are_missing_are_seen_at_once(england, tmp_path):
    """As far as the beginning of a file tells."""
    table = pl.read_parquet(england / "iod2019" / "iod2019_file7_lsoa11.parquet")
    table.head(100).drop("Crime Score").write_parquet(tmp_path / "some.parquet")
    (entry,) = scan(tmp_path).found
    assert entry.problems == ("100 rows where 32,844 are expected", "1 column missing: 'Crime Score'")


def test_a_large_workbook_is_looked_at_without_unpacking_it(folder, monkeypatch):
    """Only the first rows of each sheet are parsed."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.append(["code", "pubs"])
    for number in range(20_000):
        sheet.append([f"X{number}", number])
    book.save(folder / "large.xlsx")
    from homeground.sources import workbooks

    seen = 0
    cells = workbooks._cells

    def counted(row):
        nonlocal seen
        seen += 1
        return cells(row)

    monkeypatch.setattr(workbooks, "_cells", counted)
    assert scan(folder).has("pubs")
    assert seen <= 25


def test_a_folder_is_read_again_only_when_something_in_it_was_touched(folder, monkeypatch):
    """What was scanned before costs a look at the dates of its files; no change goes unseen."""
    monkeypatch.setattr("homeground.sources.folder._SETTLED", -1.0)
    table = folder / "some.csv"
    table.write_text("code,pubs\nE01000001,3\n")
    looked: list[str] = []
    first = scan(folder, progress=looked.append)
    assert scan(folder, progress=looked.append) == first and first.has("pubs")
    assert looked == [str(table)]
    first.catalogue.clear()  # what a caller does with its own is nobody else's
    assert "pubs" in scan(folder).catalogue
    table.write_text("code,cats\nE01000001,3\n")
    assert not scan(folder, progress=looked.append).has("pubs")
    (folder / "more.csv").write_text("code,pubs\nE01000001,3\n")
    assert scan(folder).has("pubs")
    (folder / "more.csv").unlink()
    assert not scan(folder).has("pubs")


def test_what_was_just_written_is_never_kept(folder):
    """It may be written to again before the clock of the file system goes on."""
    (folder / "some.csv").write_text("code,pubs\nE01000001,3\n")
    looked: list[str] = []
    scan(folder, progress=looked.append)
    scan(folder, progress=looked.append)
    assert len(looked) == 2


def test_a_folder_that_is_not_there_is_an_error(homeground, tmp_path):
    """And so is a file in its place."""
    ran = homeground("data", "scan", tmp_path / "nowhere")
    assert (ran.code, ran.out) == (2, "")
    assert "the folder does not exist" in ran.err
    (tmp_path / "file").touch()
    assert "a file, not a folder" in homeground("data", "scan", tmp_path / "file").err


def test_a_missing_data_set_is_named_with_where_to_get_it(tmp_path):
    """Either a command that fetches it, or the publisher's page."""
    with pytest.raises(MissingDataset, match="homeground data pull iod2019-file7"):
        open_dataset(tmp_path, "iod2019-file7")
    with pytest.raises(MissingDataset, match=r"Get it from https://ocsi\.uk"):
        open_dataset(tmp_path, "cni2023-lsoa")


def test_each_shipped_method_and_cohort_file_tells_what_it_lacks(tmp_path):
    """In an empty folder everything is missing; every file that names data sets is there once."""
    wanted = {(need.kind, need.name): need for need in needs(scan(tmp_path))}
    assert {name for kind, name in wanted if kind == "methods"} == set(shipped())
    assert {name for kind, name in wanted if kind == "presets"} == set(presets.shipped())
    for need in wanted.values():
        assert need.missing == need.datasets
        assert set(need.datasets) <= set(datasets())


def test_the_scan_for_people_says_what_is_ready_and_what_is_missing(homeground, england):
    """The folder of the indices alone: the wards of 2019 still lack two data sets."""
    ran = homeground("data", "scan", england / "iod2019")
    assert ran.code == 0
    assert "iod2019-file7: English Indices of Deprivation 2019" in ran.out
    assert "Good for: " in ran.out
    assert f"homeground find index --method iod2019 --data {england / 'iod2019'}" in ran.out
    assert "for left-behind-wards-2019: cni2019-wards, lookup-lsoa11-ward17" in ran.out
    assert "for iod2025: iod2025-file7 (pull)" in ran.out


def test_the_scan_for_scripts_is_one_object(homeground, folder):
    """Found, held twice, passed over, unknown, and the state of every command."""
    for name in ("a", "b"):
        (folder / f"{name}.csv").write_text("code,pubs\nX,1\n")
    (folder / "strange.csv").write_text("who,what\nx,y\n")
    (folder / "empty.csv").touch()
    ran = homeground("data", "scan", folder, "--json")
    assert ran.code == 0
    assert [(entry["id"], entry["good_for"]) for entry in ran.json["found"]] == [("pubs", "Finding a pub.")]
    assert [entry["path"] for entry in ran.json["duplicates"]] == [str(folder / "b.csv")]
    assert ran.json["unknown"] == [str(folder / "strange.csv")]
    assert ran.json["problems"] == [{"path": str(folder / "empty.csv"), "problem": "the file is empty", "nearest": ""}]
    states = {command["name"]: command["ready"] for command in ran.json["commands"]}
    assert states["iod2025"] is False
