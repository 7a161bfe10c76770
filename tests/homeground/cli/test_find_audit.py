"""Type ``homeground find audit``: what is written, what is said, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from homeground.cli.main import homeground, main
from homeground.find.auditing.columns import FILES

METHOD = """
name = "mine"
title = "My index"
[index]
parts = ["poor", "ill", "lonely"]
weights = "equal"
[parts.poor]
column = "poor"
transform = "z"
[parts.ill]
column = "ill"
transform = "z"
[parts.lonely]
column = "lonely"
transform = "z"
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with a method and a table of sixty areas."""
    rng = np.random.default_rng(1)
    common = rng.standard_normal(60)
    (tmp_path / "mine.toml").write_text(METHOD)
    pl.DataFrame(
        {
            "code": [f"X{i:02d}" for i in range(60)],
            **{name: common + rng.standard_normal(60) for name in ("poor", "ill", "lonely")},
        }
    ).write_csv(tmp_path / "mine.csv")
    return tmp_path


def run(folder, *words, refused=False):
    """Type the command in `folder`; return what came of it."""
    start = ["find", "audit", "--method", str(folder / "mine.toml"), "--input", str(folder / "mine.csv")]
    result = CliRunner().invoke(homeground, [*start, "--area-column", "code", "--samples", "16", *map(str, words)])
    if not refused:
        assert result.exit_code == 0, result.output + repr(result.exception)
    return result


def test_a_report_and_one_table_per_test_are_written(folder):
    """The page, and beside it a folder with a CSV of each table."""
    run(folder, "--out", folder / "audit.html")
    assert (folder / "audit.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert {path.stem for path in (folder / "audit-tables").glob("*.csv")} == set(FILES)
    bands = pl.read_csv(folder / "audit-tables" / "rank_bands.csv")
    assert bands.columns[:2] == ["area_code", "rank"]
    assert bands.height == 60


def test_the_json_counts_the_findings_and_names_the_files(folder):
    """One object on standard output, progress elsewhere."""
    result = run(folder, "--out", folder / "audit.html", "--tables", folder / "numbers", "--json")
    found = json.loads(result.stdout)
    assert (found["method"], found["areas"], found["scored"], found["samples"]) == ("mine", 60, 60, 16)
    assert found["runs"] == 16 * 6
    assert sum(found["counts"].values()) == len(found["findings"]) > 5
    assert set(found["findings"][0]) == {"test", "level", "text", "todo"}
    assert found["tables"]["rank_bands"] == 60
    assert found["written"][-1].endswith("audit.html")
    assert (folder / "numbers" / "removal.csv").exists()
    assert "made the index again" in result.stderr


def test_without_out_the_findings_are_printed(folder):
    """In order, numbered, and nothing is written."""
    before = set(folder.iterdir())
    result = run(folder, "--quiet")
    assert result.stdout.startswith("1. ")
    assert result.stderr == ""
    assert set(folder.iterdir()) == before


def test_the_same_command_gives_the_same_bytes(folder):
    """Report and tables can be compared with those of somebody else."""
    run(folder, "--out", folder / "one" / "audit.html")
    run(folder, "--out", folder / "two" / "audit.html")
    files = sorted(path.relative_to(folder / "one") for path in (folder / "one").rglob("*") if path.is_file())
    assert len(files) > len(FILES)
    for name in files:
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes(), name


def test_the_report_names_no_folder_of_this_machine(folder):
    """The page is passed on; where it was made is nobody's business."""
    run(folder, "--out", folder / "audit.html")
    assert str(folder) not in (folder / "audit.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--out", "audit.pdf"], "the report is a web page"),
        (["--out", "audit"], "the report is a web page"),
        (["--method", "iod2055"], "there is no shipped method"),
        (["--input", "nowhere.csv"], "nowhere.csv"),
        (["--area-column", "kode"], "kode"),
        (["--samples", "7"], "--samples"),
        (["--samples", "many"], "--samples"),
        (["--seed", "-1"], "--seed"),
        (["--tables", "mine.csv"], "mine.csv"),
    ],
)
def test_bad_usage_ends_with_two_and_writes_nothing(folder, monkeypatch, capsys, words, problem):
    """One clear message that names what is wrong; nothing half-written."""
    monkeypatch.chdir(folder)
    before = set(folder.iterdir())
    start = ["find", "audit", "--method", "mine.toml", "--input", "mine.csv", "--area-column", "code", "--quiet"]
    with pytest.raises(SystemExit) as stop:
        main([*start, *words])
    assert stop.value.code == 2
    assert problem in capsys.readouterr().err
    assert set(folder.iterdir()) == before


def test_text_in_numbers_is_named_with_file_row_and_column(folder, monkeypatch, capsys):
    """An analyst can find the cell."""
    lines = (folder / "mine.csv").read_text().splitlines()
    lines[4] = "X03,oops,1,1"
    (folder / "mine.csv").write_text("\n".join(lines))
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as stop:
        main(
            [
                "find",
                "audit",
                "--method",
                "mine.toml",
                "--input",
                "mine.csv",
                "--area-column",
                "code",
                "--out",
                "a.html",
            ]
        )
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert "mine.csv, row 5, column 'poor'" in said
    assert not (folder / "a.html").exists()
