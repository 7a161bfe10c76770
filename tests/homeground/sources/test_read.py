"""Reading tables: every format alike, and every fault of a file told with its row, column and remedy."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import os
import re
import sqlite3
import zipfile

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeground.errors import (
    BadTable,
    BadValue,
    DuplicateAreas,
    HomegroundError,
    MissingColumns,
    MissingDataset,
    WrongBoundaries,
)
from homeground.sources import delimited, readers, workbooks
from homeground.sources.folder import open_dataset, open_file
from homeground.sources.readers import headings, read, read_table

ROWS = [("code", "name", "need"), ("X01", "Café", "1.5"), ("X02", "b, c", ""), ("X03", '"d"', "-3")]
EXPECTED = {"code": ["X01", "X02", "X03"], "name": ["Café", "b, c", '"d"'], "need": [1.5, None, -3.0]}
PUBS = """
id = "pubs"
title = "Pubs"
kind = "index"
area_column = "code"
rows = 4
official_codes = false
missing_codes = [":"]
recognise = ["code", "rank"]
columns = [
  { name = "code", holds = "code" }, { name = "name", holds = "name" }, { name = "rank", holds = "rank", tied = 1 },
  { name = "score", holds = "score" }, { name = "people", holds = "people" }, { name = "flag", holds = "flag" },
]
"""
GOOD = ["code,name,rank,score,people,flag", "a,A,1,2.5,10,True", "b,B,2,:,20,no", "c,C,2,1,30,Y", "d,D,4,0.5,:,"]


def text_table(separator=",", end="\n", rows=ROWS):
    """Return the rows as text."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    return out.getvalue()


@pytest.fixture
def pubs(tmp_path):
    """Write lines to a file beside its catalogue file and open it as the data set."""
    (tmp_path / "pubs.dataset.toml").write_text(PUBS)

    def opened(lines, **options):
        (tmp_path / "pubs.csv").write_text("\n".join(lines) + "\n")
        return open_file(tmp_path / "pubs.csv", dataset="pubs", **options)

    return opened


def changed(row, cells):
    """Return the good lines with one row (as a spreadsheet counts) replaced."""
    return [*GOOD[: row - 1], cells, *GOOD[row:]]


# --- every format alike -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_whatever_its_separator_line_ends_and_encoding(tmp_path, separator, end, encoding):
    """What spreadsheets of all makers and countries write."""
    path = tmp_path / "table.csv"
    path.write_bytes(text_table(separator, end).encode(encoding))
    assert read_table(path).to_dict(as_series=False) == EXPECTED
    assert headings(path) == [("", ["code", "name", "need"])]


def test_a_name_in_windows_1252_is_read_and_told(tmp_path):
    """Excel still writes it; only the rows concerned are read so, and they are counted."""
    path = tmp_path / "table.csv"
    path.write_bytes("code,name\nX1,Llandŷ\n".encode() + "X2,Café\n".encode("cp1252"))
    reading = read(path)
    assert reading.table["name"].to_list() == ["Llandŷ", "Café"]
    assert [note.text for note in reading.notes] == ["1 row of table.csv is not UTF-8 (row 3); read as Windows-1252."]


def test_gzip_parquet_and_workbook_hold_the_same_table(tmp_path):
    """The first bytes tell the format, not the name."""
    table = pl.DataFrame(EXPECTED)
    (tmp_path / "a.dat").write_bytes(gzip.compress(text_table().encode()))
    table.write_parquet(tmp_path / "b.csv")
    book = openpyxl.Workbook()
    for row in [ROWS[0], *table.rows()]:
        book.active.append(row)
    book.save(tmp_path / "c.zip")
    for name in ("a.dat", "b.csv", "c.zip"):
        assert read_table(tmp_path / name).to_dict(as_series=False) == EXPECTED, name
        assert headings(tmp_path / name)[0][1] == list(EXPECTED), name


@pytest.fixture
def shapes():
    """Two points with attributes, on the National Grid."""
    geopandas = pytest.importorskip("geopandas")
    shapely = pytest.importorskip("shapely")
    columns = {"code": ["X01", "X02"], "need": [1.5, None], "name": ["Café", "b"]}
    return geopandas.GeoDataFrame(columns, geometry=[shapely.Point(1, 2), shapely.Point(3, 4)], crs=27700)


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "zip", "parquet"])
def test_maps_of_all_kinds_hold_the_same_table_and_say_their_grid(tmp_path, shapes, ending):
    """Geometry is WKB in 'geometry'; the coordinate system comes along."""
    path = tmp_path / f"map.{ending}"
    if ending == "parquet":
        shapes.to_parquet(path)
    elif ending == "zip":
        (tmp_path / "folder").mkdir()
        shapes.to_file(tmp_path / "folder" / "inner.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for part in (tmp_path / "folder").iterdir():
                archive.write(part, f"some folder/{part.name}")
    else:
        shapes.to_file(path)
    reading = read(path)
    assert reading.crs == "EPSG:27700"
    assert reading.table.drop("geometry").to_dict(as_series=False) == {
        "code": ["X01", "X02"], "need": [1.5, None], "name": ["Café", "b"],
    }  # fmt: skip
    assert reading.table["geometry"].to_list() == [point.wkb for point in shapes.geometry]
    assert read_table(path, columns=["need"]).columns == ["need"]
    assert set(headings(path)[0][1]) == {"code", "need", "name", "geometry"}


def test_lines_above_the_headings_are_skipped_and_rows_still_counted_as_a_spreadsheet_does(tmp_path):
    """A title, a blank line, then the table: the bad cell is told by its real row."""
    (tmp_path / "pubs.dataset.toml").write_text(PUBS)
    path = tmp_path / "pubs.csv"
    path.write_text("\n".join(["Pubs by area", "", *changed(3, "b,B,2,many,20,no")]))
    with pytest.raises(BadValue) as raised:
        open_file(path)
    assert (raised.value.row, raised.value.column, raised.value.problem) == (5, "score", "'many' is not a number")
    book = openpyxl.Workbook()
    for line in path.read_text().splitlines():
        book.active.append(line.split(","))
    book.save(tmp_path / "pubs.xlsx")
    with pytest.raises(BadValue) as raised:
        open_file(tmp_path / "pubs.xlsx")
    assert (raised.value.row, raised.value.column) == (5, "score")


def test_a_table_that_starts_away_from_the_corner_of_its_sheet_is_read(tmp_path):
    """Blank rows and columns around a table do not shift its cells."""
    book = openpyxl.Workbook()
    for row, cells in enumerate([("code", "need"), ("X1", 2), ("X2", 1 / 3)], start=4):
        for column, cell in enumerate(cells, start=3):
            book.active.cell(row=row, column=column, value=cell)
    book.save(tmp_path / "t.xlsx")
    reading = read(tmp_path / "t.xlsx")
    assert reading.table.to_dict(as_series=False) == {"code": ["X1", "X2"], "need": [2.0, 1 / 3]}
    assert reading.first_row == 5


def test_numbers_among_text_in_a_workbook_keep_all_their_digits(tmp_path):
    """A publisher's sign for 'no figure' must not cost the other cells their precision."""
    book = openpyxl.Workbook()
    for row in [("", "code", "other", "need"), ("", "X1", 1, 1 / 3), ("", "X2", 2, ":"), ("", "X3", 3, 12)]:
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    assert read_table(tmp_path / "t.xlsx")["need"].to_list() == [repr(1 / 3), ":", "12"]
    assert read_table(tmp_path / "t.xlsx", columns=["need"]).rows() == [(repr(1 / 3),), (":",), ("12",)]


def test_errors_in_the_cells_of_a_workbook_are_counted(tmp_path):
    """#N/A is no figure, and a reader is told."""
    book = openpyxl.Workbook()
    for row in [("code", "need"), ("X1", "#N/A"), ("X2", 2)]:
        book.active.append(row)
    book.active["B2"].data_type = "e"
    book.save(tmp_path / "t.xlsx")
    reading = read(tmp_path / "t.xlsx")
    assert reading.table["need"].to_list() == [None, 2]
    assert "1 cell" in reading.notes[0].text


def test_several_sheets_or_layers_must_be_named(tmp_path, shapes):
    """Nothing is chosen for the person; the message lists what there is."""
    book = openpyxl.Workbook()
    book.active.title = "One"
    book.create_sheet("Two")
    for sheet in book.worksheets:
        sheet.append(["code", "need"])
        sheet.append([sheet.title, 1])
    book.create_sheet("Notes").append(["Only words"])
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(BadTable, match="2 sheets with tables: One and Two"):
        read_table(tmp_path / "t.xlsx")
    assert read_table(tmp_path / "t.xlsx", layer="Two")["code"].to_list() == ["Two"]
    with pytest.raises(BadTable, match="Sheets with tables: One and Two"):
        read_table(tmp_path / "t.xlsx", layer="Three")
    shapes.to_file(tmp_path / "t.gpkg", layer='a "b"')
    shapes.to_file(tmp_path / "t.gpkg", layer="c")
    with pytest.raises(BadTable, match='2 layers: a "b" and c'):
        read_table(tmp_path / "t.gpkg")
    assert read_table(tmp_path / "t.gpkg", layer='a "b"').height == 2


CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\u2028\u2029\x85"),
    max_size=8,
).filter(lambda text: text == text.strip())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8),
    separator=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_text_comes_back_as_it_was_written(tmp_path, cells, separator, end):
    """Quotes, separators, formulas, emptiness: the csv module of Python is the slow reader to agree with."""
    path = tmp_path / "any.csv"
    text = text_table(
        separator, end, [("code", "left column", "right column"), *[("x" + a, b, "y" + c) for a, b, c in cells]]
    )
    path.write_bytes(text.encode())
    slow = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    if separator == ";" and any(re.fullmatch(r"\s*-?\d+,\d+\s*", cell) for row in cells for cell in row):
        return  # a comma that may be a decimal point: refused, see below
    quick = read(path, infer=False).table
    assert [quick.columns, *[[cell or "" for cell in row] for row in quick.rows()]] == slow


def test_formulas_and_codes_with_noughts_stay_text(tmp_path):
    """Nothing is worked out, and 007 is not 7."""
    (tmp_path / "t.csv").write_text('code,spell,need,sure\n007,=1+1,1e-3,TRUE\n008,"=HYPERLINK(""x"")",-2.,false\n')
    table = read_table(tmp_path / "t.csv")
    assert table.to_dict(as_series=False) == {
        "code": ["007", "008"],
        "spell": ["=1+1", '=HYPERLINK("x")'],
        "need": [0.001, -2.0],
        "sure": [True, False],
    }


def test_columns_are_found_by_exact_heading_first_then_by_letters(tmp_path):
    """Two headings that differ by a sign only are told apart when written exactly, and else asked about."""
    (tmp_path / "t.csv").write_text("code,Need %,need percent,other\na,1,2,3\n")
    assert read_table(tmp_path / "t.csv", columns=["need percent", "CODE"]).row(0) == (2, "a")
    with pytest.raises(BadTable, match="2 headings could be 'need-percent'"):
        read_table(tmp_path / "t.csv", columns=["need-percent"])
    with pytest.raises(MissingColumns, match="nearest heading is 'other'"):
        read_table(tmp_path / "t.csv", columns=["othr"])


# --- faults of a file -------------------------------------------------------------------------------------------

GZ = gzip.compress(("code,need\n" + "".join(f"X{n},{n}\n" for n in range(5000))).encode())
FAULTS = {
    "empty file": (b"", None, "the file is empty"),
    "only blanks": (b"\n \n\r\n", None, "the file is empty"),
    "headings without rows": (b"code,need\n", None, "headings but no rows"),
    "row too long": (b"code,need\na,1\nb,2,3\nc,4\n", 3, "3 cells where the headings have 2"),
    "row twice too long": (b"code,need\na,1\nb,2,3,4\nc,4\nd,5\n", 3, "4 cells where the headings have 2"),
    "a sign that is no text": (b"code,need\na,1\nb,\x002\n", 3, "NUL"),
    "row too short": (b"code,name,need\na,A,1\nb,B\nc,C,4\n", 3, "2 cells where the headings have 3"),
    "heading twice": (b"code,need,need\na,1,2\n", 1, r"'need' stands twice \(columns 2 and 3\)"),
    "no headings": (b"E01000001,1\nE01000002,2\n", 1, "E01000001 stands where headings belong"),
    "byte of no encoding": (b"code,name\na,A\nb,\x81\n", 3, "0x81 is neither UTF-8 nor Windows-1252"),
    "quote never closed": (b'code,name\na,A\nb,"B\nc,C\n', 3, "opened here and never closed"),
    "decimal comma": (b"code;need\na;1\nb;0,45\n", 3, "'0,45' has a comma"),
    "binary rubbish": (bytes(range(256)) * 40, None, "not text"),
    "web page": (b"\n <!DOCTYPE html><html>", None, "a web page, not a table"),
    "JSON of another kind": (b'{"a": 1}', None, "not GeoJSON"),
    "GeoJSON cut short": (b'{"type":"FeatureCollection","features":[{"type":"Fea', None, "map cannot be read|no rows"),
    "gzip cut short": (GZ[: len(GZ) // 2], None, "gzip file ends too early"),
    "gzip damaged": (GZ[:200] + b"\0" * 50 + GZ[250:], None, "gzip file"),
    "parquet cut short": (b"PAR1" + b"\0" * 500, None, "damaged or not whole"),
    "zip cut short": (b"PK\x03\x04" + b"\0" * 500, None, "zip archive is damaged"),
    "old workbook": (b"\xd0\xcf\x11\xe0" + b"\0" * 500, None, "old or a password-protected workbook"),
    "GeoPackage cut short": (b"SQLite format 3\0" + b"\0" * 500, None, "GeoPackage cannot be read"),
}


@pytest.mark.parametrize(("content", "row", "told"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_file_is_refused_by_file_row_and_remedy(tmp_path, content, row, told):
    """One clear error of ours, whatever the format; never one of a library below."""
    pytest.importorskip("pyogrio")
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(BadTable, match=told) as raised:
        read_table(path)
    assert raised.value.file == str(path)
    assert raised.value.row == row
    assert raised.value.remedy


@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_damage_anywhere_in_a_parquet_file_ends_in_one_error(tmp_path, where):
    """Bytes overwritten in the middle make some readers panic."""
    path = tmp_path / "t.parquet"
    pl.DataFrame({"code": [f"X{n}" for n in range(20_000)], "need": range(20_000)}).write_parquet(path)
    content = bytearray(path.read_bytes())
    at = int(len(content) * where)
    content[at : at + 400] = os.urandom(400)
    path.write_bytes(content)
    found = None
    with contextlib.suppress(HomegroundError):
        found = read_table(path)
    assert found is None or found.height == 20_000


def test_things_that_are_no_files_are_refused_at_once(tmp_path):
    """A folder, a pipe (which would wait for ever), a link to nowhere, nothing."""
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "nowhere")
    for name, told in [
        ("folder.csv", "a folder"),
        ("pipe.csv", "a pipe"),
        ("link.csv", "does not exist"),
        ("x", "does not"),
    ]:
        with pytest.raises(BadTable, match=told):
            open_file(tmp_path / name)


def test_what_unpacks_beyond_memory_is_refused_before_it_does(tmp_path, monkeypatch):
    """Bombs: gzip, a workbook of blanks, a cell at the far end of a sheet, an archive of zeros."""
    monkeypatch.setattr(delimited, "_MOST_UNPACKED", 1 << 20)
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(b"code,need\n" + b"a,1\n" * 400_000))
    with pytest.raises(BadTable, match="unpacks to more than 1 MB"):
        read_table(tmp_path / "bomb.csv.gz")
    book = openpyxl.Workbook()
    book.active.append(["code", "need"])
    book.active.append(["a", 1])
    book.save(tmp_path / "small.xlsx")
    with zipfile.ZipFile(tmp_path / "small.xlsx") as small, zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", 8) as bomb:
        for part in small.namelist():
            content = small.read(part).replace(b"</sheetData>", b" " * 3_000_000 + b"</sheetData>")
            bomb.writestr(part, content)
    monkeypatch.setattr(workbooks, "_MOST_UNPACKED", 1 << 20)
    with pytest.raises(BadTable, match="unpacks to more than 1 MB"):
        read_table(tmp_path / "bomb.xlsx")
    assert headings(tmp_path / "bomb.xlsx") == [("Sheet", ["code", "need"])]
    book.active.cell(row=1_048_576, column=16_384, value="far")
    book.save(tmp_path / "far.xlsx")
    with pytest.raises(BadTable, match="1,048,576 rows by 16,384 columns"):
        read_table(tmp_path / "far.xlsx")


def test_entities_in_a_workbook_are_refused(tmp_path):
    """A workbook needs none; a file that defines them means harm."""
    book = openpyxl.Workbook()
    book.active.append(["code"])
    book.save(tmp_path / "good.xlsx")
    with zipfile.ZipFile(tmp_path / "good.xlsx") as good, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as bad:
        for part in good.namelist():
            bad.writestr(part, good.read(part).replace(b"<workbook", b'<!DOCTYPE x [<!ENTITY a "aa">]><workbook', 1))
    with pytest.raises(BadTable, match="defines entities"):
        headings(tmp_path / "bad.xlsx")


def test_a_huge_text_file_is_refused_by_its_size(tmp_path, monkeypatch):
    """Told before a byte of it is parsed, with what to do."""
    monkeypatch.setattr(delimited, "_MOST_TEXT", 1000)
    (tmp_path / "huge.csv").write_text("code,need\n" + "a,1\n" * 1000)
    with pytest.raises(BadTable, match=r"tables up to 1000 bytes are read.*save it as Parquet"):
        read_table(tmp_path / "huge.csv")
    assert headings(tmp_path / "huge.csv") == [("", ["code", "need"])]


def test_a_table_of_endless_rows_is_refused_by_its_count(tmp_path, monkeypatch):
    """A Parquet file of a few kilobytes can hold billions of equal cells."""
    monkeypatch.setattr(readers, "_MOST_CELLS", 1000)
    pl.DataFrame({"code": ["a"] * 2000}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(BadTable, match="2,000 rows and 1 columns"):
        read_table(tmp_path / "t.parquet")


# --- faults against the catalogue -------------------------------------------------------------------------------


def test_a_known_table_comes_with_types_source_and_gaps_told(pubs):
    """Codes are text, ranks whole, scores floats, flags true or false; what is missing is counted."""
    opened = pubs(GOOD)
    assert opened.table.to_dict(as_series=False) == {
        "code": ["a", "b", "c", "d"], "name": ["A", "B", "C", "D"], "rank": [1, 2, 2, 4],
        "score": [2.5, None, 1.0, 0.5], "people": [10, 20, 30, None], "flag": [True, False, True, None],
    }  # fmt: skip
    assert opened.dataset.id == "pubs"
    assert (opened.source.file, len(opened.source.sha256)) == ("pubs.csv", 64)
    assert "'score' for 1, 'people' for 1 and 'flag' for 1 of 4 rows" in opened.notes[0].text


def test_only_the_columns_asked_for_are_read_and_the_code_comes_along(pubs):
    """A fault in another column does not matter."""
    opened = pubs(changed(3, "b,B,2,many,20,no"), columns=["rank"])
    assert opened.table.columns == ["code", "rank"]


WRONG = {
    "text in numbers": (changed(3, "b,B,2,many,20,no"), BadValue, 3, "score", "'many' is not a number"),
    "thousands or decimals": (changed(3, 'b,B,2,"0,45",20,no'), BadValue, 3, "score", "'0,45' is not a number"),
    "infinite": (changed(3, "b,B,2,inf,20,no"), BadValue, 3, "score", "not a finite number"),
    "code missing": (changed(3, ",B,2,1,20,no"), BadValue, 3, "code", "the area code is missing"),
    "code twice": (changed(4, "a,C,2,1,30,Y"), DuplicateAreas, 4, "code", "a stands here a second time"),
    "rank out of range": (changed(5, "d,D,5,1,1,"), BadValue, 5, "rank", "rank 5 is out of range"),
    "rank below one": (changed(2, "a,A,0,1,1,"), BadValue, 2, "rank", "rank 0 is out of range"),
    "more ties than declared": (changed(2, "a,A,2,1,1,"), BadValue, 3, "rank", "2 ranks repeat"),
    "rank that does not follow": (changed(5, "d,D,3,1,1,"), BadValue, 5, "rank", "4 was expected"),
    "fewer people than none": (changed(2, "a,A,1,1,-5,"), BadValue, 2, "people", "-5 cannot be a number of people"),
    "neither true nor false": (changed(2, "a,A,1,1,5,maybe"), BadValue, 2, "flag", "'maybe' is neither"),
    "half a file": (GOOD[:3], BadTable, None, None, "only 2 rows where pubs has 4"),
    "too many rows": ([*GOOD, "e,E,5,1,1,"], BadTable, None, None, "has 5 rows where pubs has 4"),
}


@pytest.mark.parametrize(("lines", "kind", "row", "column", "told"), WRONG.values(), ids=WRONG)
def test_a_table_that_is_not_what_the_catalogue_says_is_refused(pubs, tmp_path, lines, kind, row, column, told):
    """Naming file, row and column, with what to do."""
    with pytest.raises(kind, match=told) as raised:
        pubs(lines)
    assert (raised.value.file, raised.value.row, raised.value.column) == (str(tmp_path / "pubs.csv"), row, column)
    assert raised.value.remedy


def test_a_column_that_is_asked_for_and_not_there_is_named(pubs):
    """The file is the data set, but was cut down."""
    lines = [line.rsplit(",", 1)[0] for line in GOOD]
    with pytest.raises(MissingColumns, match="the column 'flag' is missing"):
        pubs(lines, columns=["rank", "flag"])


def test_another_table_in_place_of_the_one_asked_for_is_named(pubs):
    """What it lacks to be the data set."""
    with pytest.raises(MissingColumns, match=r"this is not pubs \(Pubs\): it lacks 'rank'"):
        pubs(["code,other", "a,1"])


# --- the real files ---------------------------------------------------------------------------------------------


def test_the_two_copies_of_file_7_are_one_table(england):
    """Gzipped CSV and Parquet, cell for cell."""
    csv_copy = open_file(next((england / "iod2019").glob("File_7*.csv.gz")))
    parquet_copy = open_file(england / "iod2019" / "iod2019_file7_lsoa11.parquet")
    assert csv_copy.dataset.id == parquet_copy.dataset.id == "iod2019-file7"
    code = "LSOA code (2011)"
    assert csv_copy.table.sort(code).equals(parquet_copy.table.sort(code))
    people = csv_copy.table["Total population: mid 2015 (excluding prisoners)"]
    assert (csv_copy.table.height, people.sum(), str(people.dtype)) == (32_844, 54_728_204, "Int64")


def test_the_sheets_of_the_official_workbook_are_joined(england):
    """File 10: ten sheets, headings with blanks at their ends, 317 districts."""
    opened = open_dataset(england / "iod2019", "iod2019-lad-summaries")
    assert opened.table.shape == (317, 70)
    first = opened.table.row(by_predicate=pl.col("Local Authority District code (2019)") == "E06000001", named=True)
    assert (first["IMD - Average score"], first["Income scale"], first["IDAOPI - Rank of average score"]) == (
        35.037,
        21084,
        26,
    )


@pytest.fixture
def workbook(tmp_path):
    """Write two sheets of a data set that is spread over them; the second sheet's table begins lower."""
    (tmp_path / "two.dataset.toml").write_text(
        'id = "two"\ntitle = "Two"\narea_column = "code"\njoined = true\nofficial_codes = false\n'
        'recognise = ["code", "need", "people"]\ncolumns = [{ name = "code", holds = "code" }, '
        '{ name = "need", holds = "score" }, { name = "people", holds = "people" }]\n'
    )

    def written(second):
        book = openpyxl.Workbook()
        for row in [("code", "need"), ("a", 1.5), ("b", 2.5)]:
            book.active.append(row)
        sheet = book.create_sheet("People")
        for row in [("People by area",), (), ("code", "people"), *second]:
            sheet.append(row)
        book.save(tmp_path / "two.xlsx")
        return tmp_path / "two.xlsx"

    return written


def test_sheets_are_joined_by_area_whatever_their_order(workbook):
    """Each area gets its own people, in the order of the first sheet."""
    path = workbook([("b", 20), ("a", 10)])
    assert open_file(path).table.rows() == [("a", 1.5, 10), ("b", 2.5, 20)]
    assert open_file(path, columns=["people"]).table.rows() == [("a", 10), ("b", 20)]


@pytest.mark.parametrize(
    ("second", "row", "told"),
    [
        ([("b", 20), ("c", 10)], None, "'People' has other areas than the first"),
        ([("b", 20), ("a", "many")], 5, "'many' is not a number"),
        ([("b", 20), ("b", 30), ("a", 1)], 5, "b stands here a second time"),
    ],
)
def test_a_fault_on_any_of_the_sheets_is_told_by_its_row(workbook, second, row, told):
    """Counted on that sheet, title lines and all."""
    with pytest.raises(BadTable, match=told) as raised:
        open_file(workbook(second))
    assert raised.value.row == row


def test_the_wrong_edition_is_refused_by_name(england):
    """Asked for 2025 where only 2019 is."""
    with pytest.raises(MissingDataset, match="another edition: iod2019-file7") as raised:
        open_dataset(england / "iod2019", "iod2025-file7")
    assert "homeground data pull iod2025-file7" in raised.value.remedy
    with pytest.raises(WrongBoundaries, match=r"this is iod2019-file7 .*, not iod2025-file7"):
        open_file(england / "iod2019" / "iod2019_file7_lsoa11.parquet", dataset="iod2025-file7")


def test_a_code_of_later_boundaries_is_found_in_the_real_table(england, tmp_path):
    """One LSOA of 2021 among 32,844 of 2011."""
    table = pl.read_parquet(england / "iod2019" / "iod2019_file7_lsoa11.parquet")
    code = pl.when(pl.int_range(pl.len()) == 7).then(pl.lit("E01035762")).otherwise("LSOA code (2011)")
    table.with_columns(code.alias("LSOA code (2011)")).write_parquet(tmp_path / "x.parquet")
    with pytest.raises(WrongBoundaries, match="E01035762 is not an LSOA of 2011") as raised:
        open_file(tmp_path / "x.parquet", columns=["Income Score (rate)"])
    assert raised.value.row == 9


def test_the_mis_encoded_welsh_name_is_kept_counted_and_told(england):
    """Its mistake was made before it reached us, and guessing would hide it."""
    opened = open_dataset(england / "lookups", "lookup-lsoa21-ward24")
    assert opened.table["ward24_name"].str.contains("Llandyg├íi", literal=True).sum() == 1
    told = next(note.text for note in opened.notes)
    assert told.startswith("1 name in lsoa21_ward24_ltla24.parquet looks mis-encoded")
    assert told.endswith("('Tre-garth a Mynydd Llandyg├íi', row 33755); it is kept as it stands.")


def test_the_publishers_sign_for_no_figure_is_no_text_in_numbers(england):
    """Crime severity writes ':' in 15 rows."""
    opened = open_dataset(england / "outcomes", "crime-severity-lad23")
    assert opened.table["crime_severity_score"].null_count() == 15
    assert "for 15 of 300 rows" in opened.notes[0].text


def test_a_geopackage_is_only_looked_at_never_changed(tmp_path, shapes):
    """Reading leaves the file, and no journal beside it."""
    shapes.to_file(tmp_path / "t.gpkg")
    before = (tmp_path / "t.gpkg").read_bytes()
    headings(tmp_path / "t.gpkg")
    assert (tmp_path / "t.gpkg").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["t.gpkg"]
    assert sqlite3.sqlite_version
