"""The demo: one command goes through FIND and UNDERSTAND on the invented district, and serves the site."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
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
    # As a background job of a shell gets it: told to ignore Ctrl-C. Of its own session, so that nothing can stay.
    deaf = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command]
    with subprocess.Popen(
        deaf, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=quiet, start_new_session=True
    ) as process:
        assert process.stdout is not None
        said, address = "", ""
        for line in process.stdout:
            said += line
            told = re.search(r"Homeground is at (http://127\.0\.0\.1:\d+)/", line)
            if told:
                address = told[1]
                break
        page, beyond = "", 0
        if address:
            page = _first_answer(f"{address}/places/ZW088")
            try:
                urllib.request.urlopen(f"{address}/../data/INVENTED.md", timeout=30)
            except urllib.error.HTTPError as error:
                beyond = error.code
        process.send_signal(signal.SIGINT)
        try:
            said += process.communicate(timeout=90)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said += process.communicate()[0] + "It did not end when it was told to."
        yield Run(out, said, page, process.wait(timeout=30), beyond)


def _first_answer(address: str) -> str:
    """Return a page as soon as the server answers."""
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                return str(answer.read().decode())
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


@pytest.mark.slow
def test_it_ends_well_on_ctrl_c(run: Run) -> None:
    """Ctrl-C ends it with 0, without a traceback, and the files stay."""
    assert run.status == 0, run.said
    assert "Traceback" not in run.said
    assert run.said.endswith("Ended. The site's data stay where they are.\n")


@pytest.mark.slow
def test_it_says_what_it_found_in_plain_sentences(run: Run) -> None:
    """Each step says what it is and what came out, with figures that are those of the files."""
    assert [line[0] for line in run.said.splitlines() if re.match(r"\d\. ", line)] == list("123456789")
    chosen = pl.read_csv(run.out / "report" / "list.csv", comment_prefix="#").filter("selected")
    assert f"   {chosen.height} of 600 areas, with {chosen['population'].sum():,} people" in run.said
    assert "19 data sets are recognised" in run.said
    assert "Not there:" not in run.said
    assert "not yet" not in run.said.lower()


@pytest.mark.slow
def test_the_site_is_served_and_says_that_it_is_invented(run: Run) -> None:
    """The page of a place, from the files of the demo; nothing beside it is served."""
    assert "Sturbeck Farm" in run.page
    assert "No place on these pages is real" in run.page
    assert "Life here" in run.page
    assert run.beyond == 404


@pytest.mark.slow
def test_the_report_is_written_with_its_downloads(run: Run) -> None:
    """With a map, and the same in four formats."""
    page = (run.out / "report" / "report.html").read_text(encoding="utf-8")
    assert "Every place on this page is invented." in page
    assert "<svg" in page
    for ending in ("csv", "parquet", "gpkg", "xlsx"):
        assert f'href="report.{ending}"' in page
        assert (run.out / "report" / f"report.{ending}").stat().st_size > 0


@pytest.mark.slow
def test_every_step_left_its_files(run: Run) -> None:
    """Two indices, the list, how sure it is, what changed, two audits, the report; nothing half-written."""
    names = {path.name for path in (run.out / "report").iterdir()}
    assert {
        "deprivation.csv", "community-need.csv", "list.csv", "certainty.csv", "change.csv", "audit-deprivation.html",
        "audit-community-need.html", "report.html", "access.csv", "sites.csv", "differences.csv", "index.html",
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
