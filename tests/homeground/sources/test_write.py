"""Writing tables: every format says the same, carries its sources, harms nobody, and appears whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import gzip
import importlib.util
import io
import json
import os
import signal
import sqlite3
import stat
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from homeground.errors import (
    BadSpecification,
    BadTable,
    BadValue,
    CannotWrite,
    DuplicateAreas,
    HomegroundError,
    MissingColumns,
    MissingExtra,
)
from homeground.provenance import Note, Source
from homeground.sources import readers, whole
from homeground.sources.whole import put_whole
from homeground.sources.writers import FORMATS, known_format, write_table, write_text, writing_notes

SOURCE = Source(
    id="pubs-invented",
    title="Pubs in invented places",
    publisher="The Office of Invented Figures",
    period="mid-2024",
    licence="Open Government Licence v3.0",
    address="https://example.org/pubs",
    file="pubs.csv",
    sha256="ab" * 32,
)
TABLE = pl.DataFrame(
    {
        "area_code": ["X001", "X002", "X003"],
        "area_name": ["Sandhaven", 'Trefŵr, "y" a\'r\nllall', None],
        "rank": [1, None, 3],
        "score": [0.1 + 0.2, float("nan"), -2.5e-9],
        "selected": [True, None, False],
    }
)
DESCRIPTIONS = {"score": "Score of need, 0 to 100: higher is worse."}
NOTES = [Note("1 area has no rank.", areas=("X002",), kind="missing")]


def square(x: float) -> bytes:
    """A unit square as well-known binary, its lower left corner at (x, 0)."""
    corners = [(x, 0.0), (x + 1, 0.0), (x + 1, 1.0), (x, 1.0), (x, 0.0)]
    return struct.pack("<BIII", 1, 3, 1, 5) + b"".join(struct.pack("<dd", *corner) for corner in corners)


BOUNDARIES = pl.DataFrame({"area_code": ["X003", "X001", "X999"], "geometry": [square(2), square(0), square(9)]})


def write(path: Path, table: pl.DataFrame = TABLE, **options: object) -> list[Path]:
    given = {
        "title": "Pubs = meeting places",
        "sources": [SOURCE],
        "notes": NOTES,
        "descriptions": DESCRIPTIONS,
    } | options
    if path.name.endswith((".gpkg", ".geojson")):
        given.setdefault("boundaries", BOUNDARIES)
    return write_table(table, path, **given)  # type: ignore[arg-type]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


# --- what is written ----------------------------------------


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_holds_every_row_and_no_file_but_those_it_names(tmp_path: Path, ending: str) -> None:
    """The list that comes back is the whole truth about what was written."""
    written = write(tmp_path / f"pubs{ending}")
    assert sorted(path.name for path in written) == names(tmp_path)
    assert written[0] == tmp_path / f"pubs{ending}"
    if ending != ".json":
        assert readers.read_table(written[0], layer="Results" if ending == ".xlsx" else None).height == 3


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_table_gives_the_same_bytes(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file holds the time at which it was written, so that a result can be told apart by its checksum."""
    import time as clock

    one = [path.read_bytes() for path in write(tmp_path / "one" / f"pubs{ending}")]
    later = clock.time() + 86_400 * 400
    monkeypatch.setattr(clock, "time", lambda: later)
    assert [path.read_bytes() for path in write(tmp_path / "two" / f"pubs{ending}")] == one


@pytest.mark.parametrize("ending", FORMATS)
def test_source_period_and_licence_travel_with_every_format(tmp_path: Path, ending: str) -> None:
    """A file that is passed on still says whose figures it holds, and what may be done with them."""
    told = "\n".join(_all_text(path) for path in write(tmp_path / f"pubs{ending}"))
    for words in (SOURCE.title, SOURCE.publisher, SOURCE.period, SOURCE.licence, SOURCE.address, NOTES[0].text):
        assert words in told
    assert "higher is worse" in told
    assert "Pubs = meeting places" in told


def _all_text(path: Path) -> str:
    if path.name.endswith(".xlsx"):
        book = openpyxl.load_workbook(path)
        return "\n".join(str(cell.value) for sheet in book for row in sheet.rows for cell in row)
    if path.name.endswith(".gpkg"):
        with sqlite3.connect(path) as base:
            rows = base.execute("select metadata from gpkg_metadata").fetchall()
            rows += base.execute("select identifier || description from gpkg_contents").fetchall()
        return "\n".join(str(row[0]) for row in rows).replace("&quot;", '"')
    if path.name.endswith(".parquet"):
        return "\n".join(pl.read_parquet_metadata(path).values())
    content = path.read_bytes()
    return (gzip.decompress(content) if path.name.endswith(".gz") else content).decode()


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".tsv"])
def test_csv_gives_back_every_number_and_every_name(tmp_path: Path, ending: str) -> None:
    """Shortest exact decimals, quotes, line ends and letters beyond ASCII, read by the csv module of Python."""
    content = write(tmp_path / f"pubs{ending}")[0].read_bytes()
    text = (gzip.decompress(content) if ending.endswith(".gz") else content).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if ending == ".tsv" else ","))
    assert [row["area_name"] for row in rows] == ["Sandhaven", TABLE["area_name"][1], ""]
    assert float(rows[0]["score"]) == 0.1 + 0.2
    assert float(rows[2]["score"]) == -2.5e-9
    assert rows[1]["score"] == rows[1]["rank"] == rows[1]["selected"] == ""
    assert "\r" not in text
    assert not text.startswith("\ufeff")


def test_the_description_beside_a_csv_is_csv_on_the_web(tmp_path: Path) -> None:
    """The W3C's vocabulary, at the place and under the name where its tools look."""
    table = TABLE.rename({"score": "score (0-100)"})
    _, beside = write(tmp_path / "pubs.csv", table, descriptions={"score (0-100)": "higher is worse"})
    assert beside.name == "pubs.csv-metadata.json"
    about = json.loads(beside.read_text(encoding="utf-8"))
    assert about["@context"] == ["http://www.w3.org/ns/csvw", {"@language": "en"}]
    assert about["url"] == "pubs.csv"
    assert about["dc:rights"] == ["Open Government Licence v3.0"]
    assert about["dc:source"][0]["dc:temporal"] == "mid-2024"
    columns = about["tableSchema"]["columns"]
    assert [column["datatype"] for column in columns] == ["string", "string", "integer", "number", "boolean"]
    assert columns[3]["titles"] == "score (0-100)"
    assert columns[3]["name"] == "score%20%280%2D100%29"
    assert columns[3]["dc:description"] == "higher is worse"
    assert about["notes"][0]["areas"] == ["X002"]


def test_parquet_keeps_types_and_carries_its_sources(tmp_path: Path) -> None:
    """The format for bulk holds what the table held, NaN as missing, and its metadata as JSON."""
    path = write(tmp_path / "pubs.parquet")[0]
    assert_frame_equal(pl.read_parquet(path), TABLE.with_columns(pl.col("score").fill_nan(None)))
    metadata = pl.read_parquet_metadata(path)
    assert metadata["licence"] == "Open Government Licence v3.0"
    assert json.loads(metadata["sources"])[0]["sha256"] == "ab" * 32


def test_json_is_one_object_with_records(tmp_path: Path) -> None:
    """Scripts find the rows under 'records' and what they are under their own names."""
    whole_file = json.loads(write(tmp_path / "pubs.json")[0].read_text(encoding="utf-8"))
    assert list(whole_file) == ["title", "sources", "notes", "columns", "made_with", "records"]
    assert whole_file["records"][1] == {
        "area_code": "X002", "area_name": TABLE["area_name"][1], "rank": None, "score": None, "selected": None,
    }  # fmt: skip
    assert whole_file["records"][0]["score"] == 0.1 + 0.2


def test_each_source_is_named_once(tmp_path: Path) -> None:
    """Steps that rest on the same file hand on the same source."""
    about = json.loads(write(tmp_path / "pubs.json", sources=[SOURCE, SOURCE])[0].read_text(encoding="utf-8"))
    assert len(about["sources"]) == 1


@pytest.mark.parametrize("ending", FORMATS)
def test_a_table_without_rows_is_still_a_file(tmp_path: Path, ending: str) -> None:
    """No place fits: that is a result too."""
    written = write(tmp_path / f"none{ending}", TABLE.clear())
    assert written[0].stat().st_size > 0


def test_lists_dates_and_categories_become_plain(tmp_path: Path) -> None:
    """A cell holds one thing that every program reads."""
    table = pl.DataFrame(
        {
            "area_code": ["X1", "X2"],
            "wards": [["W1", "W2"], []],
            "day": [dt.date(2024, 5, 3), None],
            "kind": pl.Series(["a", "b"], dtype=pl.Categorical),
            "none": [None, None],
        }
    )
    rows = list(csv.reader(write(tmp_path / "x.csv", table)[0].read_text().splitlines()))
    assert rows[1:] == [["X1", "W1; W2", "2024-05-03", "a", ""], ["X2", "", "", "b", ""]]
    book = openpyxl.load_workbook(write(tmp_path / "x.xlsx", table)[0])
    assert [cell.value for cell in book["Results"][4]] == ["X1", "W1; W2", "2024-05-03", "a", None]


@pytest.mark.parametrize("ending", FORMATS)
def test_an_infinite_number_is_refused_with_its_place(tmp_path: Path, ending: str) -> None:
    """A division by zero must not be published."""
    table = pl.DataFrame({"area_code": ["X1", "X2"], "rate": [1.0, float("inf")]})
    with pytest.raises(BadValue, match="row 3, column 'rate': inf"):
        write(tmp_path / "new" / f"x{ending}", table)
    assert names(tmp_path) == []


def test_a_table_without_columns_or_with_nested_ones_is_refused(tmp_path: Path) -> None:
    """There is nothing to write, or nothing that a plain file can hold."""
    with pytest.raises(BadTable, match="no columns"):
        write(tmp_path / "x.csv", pl.DataFrame())
    with pytest.raises(BadTable, match="column 'both'"):
        write(tmp_path / "x.csv", pl.DataFrame({"both": [{"a": 1}]}))


# --- formulas ----------------------------------------

RISKY = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "'=1",
    "''@x",
    '=HYPERLINK("http://x")',
]
HARMLESS = ["Sandhaven", "-5", "+1,204.5", "-", "'tis", "", "Stoke-on-Trent", "a=b", " =1"]


@pytest.mark.parametrize("ending", [".csv", ".tsv"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe_and_a_note(tmp_path: Path, ending: str) -> None:
    """Names come from other people's files; opening ours must run none of them. Headings count as well."""
    table = pl.DataFrame({"area_name": RISKY + HARMLESS, "=head": 1})
    path, beside = write(tmp_path / f"x{ending}", table)
    rows = list(
        csv.reader(io.StringIO(path.read_bytes().decode(), newline=""), delimiter="\t" if ending == ".tsv" else ",")
    )
    assert [row[0] for row in rows[1:]] == ["'" + name for name in RISKY] + HARMLESS
    assert rows[0] == ["area_name", "'=head"]
    notes = json.loads(beside.read_text(encoding="utf-8"))["notes"]
    assert notes[-1]["text"].startswith(f"{len(RISKY) + 1} cells of text begin as a formula would")
    assert writing_notes(table.select(pl.lit("fine").alias("x")), path) == ()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="'=+-@\t\rab1 .,＝", max_size=6), min_size=1, max_size=5))
def test_taking_the_apostrophe_off_gives_the_text_back(texts: list[str]) -> None:
    """No two texts look alike in the file, and none of them begins as a formula, unless it is a plain number."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = write_table(pl.DataFrame({"n": range(len(texts)), "t": texts}), Path(folder, "x.csv"), title="t")[0]
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))
    cells = [row[1] for row in rows[1:]]
    signs = "=+-@\t\r＝＋－＠"
    for text, cell in zip(texts, cells, strict=True):
        assert (cell[1:] if cell[:1] == "'" and cell.lstrip("'")[:1] in tuple(signs) else cell) == text
        if cell[:1] in tuple(signs):
            assert not any(letter in cell for letter in "=@ab'＝")


def test_a_workbook_holds_no_formula_and_no_link_made_of_text(tmp_path: Path) -> None:
    """Whatever a name looks like, in a workbook it is text: also to gptables, which reads marks in it."""
    odd = [
        *RISKY,
        "$$note$$",
        "[a](http://x) [b](http://y)",
        "!!!",
        "http://example.org",
        "mailto:x@example.org",
        "\x01",
    ]
    table = pl.DataFrame({"area_code": [f"X{n}" for n in range(len(odd))], "area_name": odd, "=1+1": 1, "!!": 2.5})
    notes = [Note("=1+1 [a](http://x) [b](http://y) $$z$$", areas=("=1+1", "!!"))]
    path = write(tmp_path / "x.xlsx", table, title="=1+1", notes=notes, descriptions={"!!": "?!"})[0]
    with zipfile.ZipFile(path) as book:
        sheets = {name: book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name}
    assert all("<f>" not in sheet and "<f " not in sheet for sheet in sheets.values())
    results = openpyxl.load_workbook(path)["Results"]
    assert [row[1].value for row in results.iter_rows(min_row=4)][:5] == RISKY[:5]
    assert all(cell.data_type in ("s", "n") and cell.hyperlink is None for row in results.iter_rows() for cell in row)


# --- workbooks ----------------------------------------


def test_a_workbook_is_laid_out_as_government_statisticians_ask(tmp_path: Path) -> None:
    """Cover, contents with links, notes, columns; one table on each sheet, marked as a table, headings frozen."""
    book = openpyxl.load_workbook(write(tmp_path / "x.xlsx")[0])
    assert book.sheetnames == ["Cover", "Contents", "Notes", "Areas noted", "Columns", "Results"]
    results = book["Results"]
    assert results["A1"].value == "Pubs = meeting places"
    assert [cell.value for cell in results[3]] == TABLE.columns
    assert [cell.value for cell in results[5]] == ["X002", TABLE["area_name"][1], None, None, None]
    assert results["D4"].value == pytest.approx(0.3, abs=1e-15)
    assert results["E4"].value is True
    assert results.freeze_panes == "B4"
    assert [table.ref for table in results.tables.values()] == ["A3:E6"]
    assert [len(sheet.tables) for sheet in book] == [0, 1, 1, 1, 1, 1]
    assert not any(sheet.merged_cells.ranges for sheet in book)
    assert {cell.hyperlink.location for row in book["Contents"].rows for cell in row if cell.hyperlink} >= {
        "'Results'!A1"
    }
    assert [cell.value for cell in book["Areas noted"][4]] == ["Note 1", "X002"]


def test_a_large_workbook_is_written_and_says_what_is_better(tmp_path: Path) -> None:
    """Many rows work in the same layout; the note tells of the quicker formats."""
    table = pl.DataFrame({"area_code": [f"X{n:05d}" for n in range(6_000)], "score": 1.5})
    path = write(tmp_path / "x.xlsx", table)[0]
    book = openpyxl.load_workbook(path, read_only=True)
    assert sum(1 for _ in book["Results"].rows) == 6_003
    assert "6,000 rows are many for a workbook; CSV or Parquet is quicker" in _all_text(path)
    assert writing_notes(table.head(5_000), path) == ()


def test_what_no_sheet_holds_is_refused_before_it_is_begun(tmp_path: Path) -> None:
    """A program that cuts a cell or a row off without a word would publish half a table."""
    with pytest.raises(BadTable, match=r"cannot hold 2 rows by 16,385 columns.*\.parquet"):
        write(tmp_path / "x.xlsx", pl.DataFrame({f"c{n}": [1, 2] for n in range(16_385)}))
    with pytest.raises(BadTable, match="1,048,567 rows"):
        write(tmp_path / "x.xlsx", pl.select(pl.int_range(1_048_567).alias("n")))
    with pytest.raises(BadValue, match=r"row 3, column 'area_name'.*32,767 letters"):
        write(tmp_path / "x.xlsx", pl.DataFrame({"area_name": ["a", "b" * 32_768]}))
    assert names(tmp_path) == []


# --- shapes ----------------------------------------


@pytest.mark.parametrize("ending", [".gpkg", ".geojson"])
def test_areas_without_a_boundary_are_kept_with_an_empty_shape_and_told(tmp_path: Path, ending: str) -> None:
    """Nothing is dropped from a result because a map lacks it; what only the map has is left out."""
    path = write(tmp_path / f"pubs{ending}")[0]
    table = readers.read_table(path)
    assert table["area_code"].to_list() == ["X001", "X002", "X003"]
    assert table["geometry"].is_null().to_list() == [False, True, False]
    assert "1 of 3 area has no boundary" in _all_text(path)
    assert writing_notes(TABLE, path, boundaries=BOUNDARIES)[0].areas == ("X002",)


def test_geojson_is_plain_json_with_its_sources_on_top(tmp_path: Path) -> None:
    """RFC 7946 lets other members stand at the top; shapes are as they were given, each in the row of its area."""
    whole_file = json.loads(write(tmp_path / "pubs.geojson")[0].read_text(encoding="utf-8"))
    assert whole_file["type"] == "FeatureCollection"
    assert whole_file["sources"][0]["licence"] == "Open Government Licence v3.0"
    first, second, third = whole_file["features"]
    assert first["geometry"]["coordinates"][0][0][:2] == [[0.0, 0.0], [1.0, 0.0]]
    assert third["geometry"]["coordinates"][0][0][0] == [2.0, 0.0]
    assert second["geometry"] is None
    assert second["properties"] == {
        "area_code": "X002", "area_name": TABLE["area_name"][1], "rank": None, "score": None, "selected": None,
    }  # fmt: skip


def test_a_geopackage_keeps_the_coordinate_system(tmp_path: Path) -> None:
    """British maps are in metres; GeoJSON turns them into longitude and latitude, as its rule is."""
    metres = BOUNDARIES.with_columns(pl.Series("geometry", [square(530_000), square(530_010), square(0)]))
    packed = write(tmp_path / "x.gpkg", boundaries=metres, crs="EPSG:27700")[0]
    with sqlite3.connect(packed) as base:
        assert base.execute("select srs_id from gpkg_contents").fetchone() == (27700,)
    feature = json.loads(write(tmp_path / "x.geojson", boundaries=metres, crs="EPSG:27700")[0].read_text())["features"][
        2
    ]
    longitude, latitude = feature["geometry"]["coordinates"][0][0][0]
    assert -2 < longitude < 1
    assert 49 < latitude < 51


def test_columns_named_as_the_packages_own_are_kept(tmp_path: Path) -> None:
    """A GeoPackage has columns of its own; ours must not vanish behind them."""
    table = pl.DataFrame({"area_code": ["X001"], "fid": ["seven"], "geom": ["outline"]})
    read = readers.read_table(write(tmp_path / "x.gpkg", table)[0])
    assert (read["fid"].to_list(), read["geom"].to_list()) == (["seven"], ["outline"])


def test_shapes_that_are_none_are_refused(tmp_path: Path) -> None:
    """Boundaries come from files; each fault has its own words."""
    path = tmp_path / "x.gpkg"
    with pytest.raises(BadTable, match="not shapes"):
        write(path, boundaries=pl.DataFrame({"area_code": ["X001"], "geometry": ["POINT (0 0)"]}))
    with pytest.raises(BadTable, match="not well-known binary"):
        write(path, boundaries=pl.DataFrame({"area_code": ["X001"], "geometry": [b"POINT (0 0)"]}))
    with pytest.raises(BadTable, match="shapes cannot be written"):
        write(path, boundaries=pl.DataFrame({"area_code": ["X001"], "geometry": [square(0)[:30]]}))
    with pytest.raises(DuplicateAreas, match="X003 has more than one boundary"):
        write(path, boundaries=pl.concat([BOUNDARIES, BOUNDARIES]))
    with pytest.raises(MissingColumns, match="geometry"):
        write(path, boundaries=pl.DataFrame({"area_code": ["X001"]}))
    with pytest.raises(BadSpecification, match="coordinate system 'EPSG:nowhere'"):
        write(path, crs="EPSG:nowhere")
    with pytest.raises(BadTable, match="differs from another only in capital letters"):
        write(path, TABLE.with_columns(pl.lit(1).alias("Score")))
    with pytest.raises(BadTable, match="too large for a map file"):
        write(path, TABLE.with_columns(pl.lit(2**63, dtype=pl.UInt64).alias("n")))
    with pytest.raises(MissingColumns, match="area_code"):
        write(path, TABLE.drop("area_code"))
    assert names(tmp_path) == []


def test_without_boundaries_the_figures_are_still_written(tmp_path: Path) -> None:
    """A layer without shapes can be joined to a map later; the file says that it has none."""
    path = write(tmp_path / "x.gpkg", boundaries=None)[0]
    assert readers.read_table(path)["area_code"].len() == 3
    assert "No boundaries were given" in _all_text(path)


# --- endings ----------------------------------------


@pytest.mark.parametrize("name", ["x", "x.", "x.doc", "x.csv.bak", "x.gz", "x.xls", ".csv", "csv", "x.parquet.gz"])
def test_a_wrong_ending_fails_at_once_and_names_those_there_are(tmp_path: Path, name: str) -> None:
    """It must not take a minute of work to learn of a slip in the last word."""
    with pytest.raises(
        BadSpecification, match=r"\.csv, \.csv\.gz, \.tsv, \.parquet, \.json, \.xlsx, \.gpkg, \.geojson"
    ):
        known_format(tmp_path / name)
    assert names(tmp_path) == []


@pytest.mark.parametrize(("ending", "extra"), [(".xlsx", "sheets"), (".gpkg", "geo"), (".geojson", "geo")])
def test_a_missing_extra_fails_early_with_the_line_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, extra: str
) -> None:
    """Optional parts are optional; the message says how to get them."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtra, match=rf"pip install 'homeground\[{extra}\]'"):
        known_format(tmp_path / f"x{ending}")


# --- whole or not at all ----------------------------------------


def test_a_missing_folder_is_made_and_a_file_is_replaced(tmp_path: Path) -> None:
    """Both ordinary cases."""
    path = tmp_path / "a" / "b" / "x.csv"
    write(path)
    write(path, TABLE.head(1))
    assert path.read_text().count("\n") == 2


@pytest.mark.parametrize("ending", FORMATS)
def test_an_error_half_way_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """The disk fails at the last moment, when all bytes are out: what stood there stands there still."""
    written = write(tmp_path / f"x{ending}", TABLE.head(1))
    before = {path: path.read_bytes() for path in written}

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotWrite, match=r"the disk is full\. Make room"):
        write(tmp_path / f"x{ending}")
    with pytest.raises(CannotWrite, match="the disk is full"):
        write(tmp_path / "new" / "folder" / f"x{ending}")
    assert {path: path.read_bytes() for path in sorted(tmp_path.rglob("*"))} == dict(sorted(before.items()))


def test_the_second_file_fails_and_the_first_is_as_it_was(tmp_path: Path) -> None:
    """Table and description belong together: neither is put in place before both are safe."""
    (tmp_path / "one").write_text("old")
    (tmp_path / "two").mkdir()
    with pytest.raises(CannotWrite, match="this is a folder"):
        put_whole([(tmp_path / "one", b"new"), (tmp_path / "two", b"new")])
    assert (tmp_path / "one").read_text() == "old"
    assert names(tmp_path) == ["one", "two"]


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".gpkg"])
def test_a_kill_half_way_leaves_the_old_file_and_no_litter(tmp_path: Path, ending: str) -> None:
    """The process is killed after the last byte and before the name; nobody is left to tidy up, nor need be."""
    if not hasattr(os, "O_TMPFILE"):
        pytest.skip("this system knows no files without names")
    path = tmp_path / f"x{ending}"
    path.write_text("old")
    program = (
        "import os, signal, sys, polars as pl\n"
        "from pathlib import Path\n"
        "from homeground.sources.writers import write_table\n"
        "os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_table(pl.DataFrame({'area_code': ['X1']}), Path(sys.argv[1]), title='t')\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert path.read_text() == "old"
    assert names(tmp_path) == [f"x{ending}"]


def test_a_disk_without_nameless_files_is_written_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Network folders and other systems take a name beside the target instead; it is gone afterwards either way."""
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    write_text(tmp_path / "x.html", "new")
    assert names(tmp_path) == ["x.html"]
    monkeypatch.setattr(os, "fsync", lambda _handle: (_ for _ in ()).throw(OSError(errno.EIO, "Input/output error")))
    with pytest.raises(CannotWrite, match="cannot be written"):
        write_text(tmp_path / "x.html", "newer")
    assert (tmp_path / "x.html").read_text() == "new"
    assert names(tmp_path) == ["x.html"]


def test_a_file_larger_than_allowed_is_told(tmp_path: Path) -> None:
    """A real limit of the system, in a process of its own."""
    resource = pytest.importorskip("resource")
    assert resource.RLIMIT_FSIZE
    program = (
        "import resource, sys\n"
        "from homeground.sources.writers import write_text\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_text(sys.argv[1], 'x' * 5000)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "x.html")], capture_output=True, text=True, check=False
    )
    assert "CannotWrite" in done.stderr
    assert "larger than is allowed" in done.stderr
    assert names(tmp_path) == []


@pytest.fixture
def not_root() -> Iterator[None]:
    """Somebody who may not write everywhere."""
    if os.geteuid():
        yield
        return
    os.seteuid(65_534)
    yield
    os.seteuid(0)


def test_places_that_take_no_file_say_why(tmp_path: Path) -> None:
    """A folder, a file in place of a folder, a name that no disk takes."""
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.csv").mkdir()
    for path, words in {
        tmp_path / "folder.csv": "this is a folder",
        tmp_path / "file" / "x.csv": "a part of this path is a file",
        tmp_path / "file" / "deeper" / "x.csv": "a part of this path is a file",
        tmp_path / f"{'x' * 300}.csv": "the name is too long",
        tmp_path / "x\0.csv": "no file name may have",
        Path(): "this is a folder",
    }.items():
        with pytest.raises(CannotWrite, match=words):
            write_text(path, "x")
        with pytest.raises(HomegroundError):
            known_format(path)
    assert names(tmp_path) == ["file", "folder.csv"]


def test_a_folder_closed_to_us_says_so(tmp_path: Path, not_root: None) -> None:
    """Whoever may not write there reads that, not a traceback."""
    closed = tmp_path / "closed"
    with pytest.raises(CannotWrite, match="you may not write here"):
        write_text(tmp_path / "x.html", "x")
    with pytest.raises(CannotWrite, match="you may not write here"):
        write_text(closed / "x.html", "x")


def test_links_are_followed_and_rights_kept(tmp_path: Path) -> None:
    """A results folder may be linked from elsewhere, and may be shared with a group."""
    real = tmp_path / "real.txt"
    real.write_text("old")
    real.chmod(0o640)
    (tmp_path / "link.txt").symlink_to(real)
    write_text(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    mask = os.umask(0o027)
    try:
        write_text(tmp_path / "fresh.txt", "x")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "fresh.txt").stat().st_mode) == 0o640


def test_a_pipe_is_written_to_not_replaced(tmp_path: Path) -> None:
    """``--out /dev/stdout`` and named pipes have no place to put a file into."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    write_text(pipe, "through")
    assert reader.communicate(timeout=10)[0] == b"through"
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_checking_a_place_changes_nothing(tmp_path: Path) -> None:
    """Commands ask before they work; asking must leave no trace."""
    whole.check_target(tmp_path / "a" / "b" / "x.csv")
    assert known_format(str(tmp_path / "a" / "x.CSV")) == "csv"
    assert names(tmp_path) == []
