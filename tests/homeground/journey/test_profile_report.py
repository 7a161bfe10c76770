"""A profile as files: page with charts and data beside, PDF, Word, workbook, tables."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import polars as pl
import pytest

from homeground.errors import BadSpecification, MissingExtra
from homeground.journey import profile_report
from homeground.journey.profile_report import check_report, write_many, write_profile
from tests.conftest import Ran
from tests.homeground.understand.told import HOSTILE, a_profile, hostile

openpyxl = pytest.importorskip("openpyxl")
DAY = dt.date(2026, 3, 1)


def test_a_page_brings_its_data_and_its_charts(tmp_path: Path) -> None:
    """Every address on the page leads to a file beside it; each chart stands alone with source, period and licence."""
    written = write_profile(a_profile(), tmp_path / "sand.html", made_on=DAY)
    names = {path.relative_to(tmp_path).as_posix() for path in written}
    assert {"sand.html", "sand.csv", "sand.csv-metadata.json", "sand-charts/ill.svg"} - names <= {"sand-charts/ill.svg"}
    page = (tmp_path / "sand.html").read_text(encoding="utf-8")
    charts = [path for path in written if path.suffix == ".svg"]
    assert len(charts) > 2
    for chart in charts:
        assert f'href="{chart.relative_to(tmp_path).as_posix()}"' in page
        svg = chart.read_text(encoding="utf-8")
        assert ET.fromstring(svg).tag.endswith("svg")
        assert "Licence: OGL" in svg
        assert "Period: 2025" in svg
    assert 'href="sand.csv"' in page
    assert pl.read_csv(tmp_path / "sand.csv")["indicator"].to_list() == a_profile().table["indicator"].to_list()
    assert json.loads((tmp_path / "sand.csv-metadata.json").read_text())["url"] == "sand.csv"


@pytest.mark.parametrize("ending", ["html", "pdf", "docx", "xlsx", "csv", "json", "parquet"])
def test_the_same_profile_gives_the_same_file(tmp_path: Path, ending: str) -> None:
    """In every format, byte for byte."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_profile(a_profile(), tmp_path / name / f"place.{ending}", made_on=DAY)
    first, second = (tmp_path / name / f"place.{ending}" for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


def test_a_workbook_has_a_sheet_for_each_table(tmp_path: Path) -> None:
    """Cover, contents and notes first; every result a marked table with its title; no cell is a formula."""
    write_profile(hostile(), tmp_path / "place.xlsx")
    book = openpyxl.load_workbook(tmp_path / "place.xlsx")
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    assert book.sheetnames[-5:] == ["Figures", "Comparators", "Over time", "Nearest", "Parts"]
    for name in book.sheetnames[-5:]:
        assert len(book[name].tables) == 1
        assert book[name]["A1"].value
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert HOSTILE[1] in [cell.value for row in book["Nearest"].iter_rows() for cell in row]
    assert book["Figures"].max_row == 3 + a_profile().table.height


def test_an_ending_that_stands_for_nothing_is_refused_early() -> None:
    """Before anything is read."""
    with pytest.raises(BadSpecification, match=r"Use one of \.html, \.pdf, \.docx"):
        check_report(Path("place.odt"))
    with pytest.raises(BadSpecification, match="no ending"):
        check_report(Path("place"))


def test_a_missing_extra_is_said_early(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A PDF without typst says what to install."""
    import sys

    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingExtra, match="documents"):
        check_report(tmp_path / "place.pdf")
    check_report(tmp_path / "place.html")


def test_many_reports_are_the_same_as_one_by_one(tmp_path: Path) -> None:
    """Each named for its code; the files of both ways agree byte for byte."""
    many = [path for files in write_many([a_profile()], tmp_path / "many", "html", made_on=DAY) for path in files]
    write_profile(a_profile(), tmp_path / "one" / "X0.html", made_on=DAY)
    assert many[0] == tmp_path / "many" / "X0.html"
    for path in many:
        assert path.read_bytes() == (tmp_path / "one" / path.relative_to(tmp_path / "many")).read_bytes()
    assert list(write_many([], tmp_path / "none", "html")) == []


def test_a_report_that_cannot_be_put_on_the_disk_stops_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error of the disk is not lost on the way."""

    def full(files: object) -> list[Path]:
        raise OSError("the disk is full")

    monkeypatch.setattr(profile_report, "put_whole", full)
    with pytest.raises(OSError, match="full"):
        list(write_many([a_profile()], tmp_path, "html"))


def test_a_real_ward_makes_a_report_in_every_format(england: Path, tmp_path: Path, homeground: object) -> None:
    """Bispham in Blackpool: its sentences stand in the page; the figures agree with the published ones."""
    assert callable(homeground)
    for ending in ("html", "docx"):
        out = tmp_path / f"bispham.{ending}"
        ran: Ran = homeground(
            "understand", "profile", "E05001644", "--data", england, "--out", out, "--quiet", "--json"
        )
        assert ran.code == 0, ran.err
        assert out.stat().st_size > 50_000
    page = (tmp_path / "bispham.html").read_text(encoding="utf-8")
    for row in ran.json["indicators"]:
        assert row["title"].replace("'", "&#39;") in page
    assert "A ward in Blackpool" in page
    assert "may not be passed on" in page
