"""The demo: one command goes through all of FIND on the invented district, says what it found, and shows the report."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

DEMO = Path(__file__).resolve().parents[3] / "examples" / "demo.py"
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


@dataclass
class Run:
    """A demo that stayed up until somebody pressed Ctrl-C."""

    out: Path
    said: str
    page: str
    status: int
    beyond: int


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    out = tmp_path_factory.mktemp("demo")
    quiet = {name: value for name, value in os.environ.items() if name not in _SCREENS}
    command = [sys.executable, str(DEMO), "--out", str(out), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=quiet) as process:
        assert process.stdout is not None
        said, address = "", ""
        for line in process.stdout:
            said += line
            told = re.search(r"The report is at (http://127\.0\.0\.1:\d+/\S+)", line)
            if told:
                address = told[1]
                break
        page, beyond = "", 0
        if address:
            with urllib.request.urlopen(address, timeout=30) as answer:
                page = answer.read().decode()
            try:
                urllib.request.urlopen(address.rsplit("/", 1)[0] + "/../data/INVENTED.md", timeout=30)
            except urllib.error.HTTPError as error:
                beyond = error.code
        process.send_signal(signal.SIGINT)
        said += process.stdout.read()
        yield Run(out, said, page, process.wait(timeout=30), beyond)


@pytest.mark.slow
def test_it_ends_well_on_ctrl_c(run: Run) -> None:
    """Ctrl-C ends it with 0, without a traceback, and the files stay."""
    assert run.status == 0, run.said
    assert "Traceback" not in run.said
    assert run.said.endswith("Ended. The files stay where they are.\n")


@pytest.mark.slow
def test_it_says_what_it_found_in_plain_sentences(run: Run) -> None:
    """Each step says what it is and what came out, with figures that are those of the files."""
    assert [line[0] for line in run.said.splitlines() if re.match(r"\d\. ", line)] == list("1234567")
    chosen = pl.read_csv(run.out / "report" / "list.csv", comment_prefix="#").filter("selected")
    assert f"   {chosen.height} of 600 areas, with {chosen['population'].sum():,} people" in run.said
    assert "17 data sets are recognised" in run.said
    assert "Not there:" not in run.said
    assert "not yet" not in run.said.lower()


@pytest.mark.slow
def test_the_report_is_served_and_says_that_it_is_invented(run: Run) -> None:
    """What is served is the page that was written, with map and downloads; nothing beside its folder is served."""
    report = run.out / "report" / "report.html"
    assert run.page == report.read_text(encoding="utf-8")
    assert "Every place on this page is invented." in run.page
    assert "<svg" in run.page
    for ending in ("csv", "parquet", "gpkg", "xlsx"):
        assert f'href="report.{ending}"' in run.page
        assert (run.out / "report" / f"report.{ending}").stat().st_size > 0
    assert run.beyond == 404


@pytest.mark.slow
def test_every_step_left_its_files(run: Run) -> None:
    """Two indices, the list, how sure it is, what changed, two audits, the report; nothing half-written."""
    names = {path.name for path in (run.out / "report").iterdir()}
    assert {
        "deprivation.csv", "community-need.csv", "list.csv", "certainty.csv", "change.csv", "audit-deprivation.html",
        "audit-community-need.html", "report.html",
    } <= names  # fmt: skip
    assert not [path for path in run.out.rglob("*") if path.name.endswith((".part", ".tmp"))]
    assert json.loads((run.out / "data" / "invented-areas-2021.geojson").read_text(encoding="utf-8"))["features"]


def test_bad_usage_ends_with_2(tmp_path: Path) -> None:
    """A port that cannot be, and a folder that is a file, each end with one clear message."""
    (tmp_path / "taken").write_text("a file")
    for arguments, said in ((["--port", "70000"], "--port"), (["--once", "--out", str(tmp_path / "taken")], "taken")):
        done = subprocess.run(
            [sys.executable, str(DEMO), *arguments], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr
