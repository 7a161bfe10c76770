"""``homeground understand profile``: a place from a folder of one's own, in words, as JSON and as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import Ran
from tests.homeground.pubs import CATALOGUE

SURVEY = "Parish code,Parish,People,Pubs,Walk\nP1,Ashby,1000,3,5\nP2,Elmton,500,0,20\nP3,Oakham,250,?,\n"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one survey and its catalogue file, and a cache of this test's own."""
    monkeypatch.setenv("HOMEGROUND_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "pubs.dataset.toml").write_text(CATALOGUE)
    (folder / "survey.csv").write_text(SURVEY)
    return folder


def test_sentences_are_told_to_people_and_nothing_to_the_pipe(homeground: Callable[..., Ran], data: Path):
    """Name, people, themes, what is missing; standard output stays empty."""
    done = homeground("understand", "profile", "Ashby", "--data", data)
    assert (done.code, done.out) == (0, "")
    assert "Ashby: about 1,000 people live here." in done.err
    assert "Community\n  There are 3.0 pubs per 1,000 people." in done.err
    assert "Connectivity\n  Way to the bus: 5.0 minutes on foot." in done.err


def test_json_is_one_object_with_everything(homeground: Callable[..., Ran], data: Path):
    """Place, indicators, comparators, notes, sources."""
    found = homeground("understand", "profile", "P3", "--data", data, "--json", "--quiet").json
    assert found["place"]["name"] == "Oakham"
    assert found["place"]["population"] == 250.0
    assert {row["indicator"]: row["state"] for row in found["indicators"]} == {"pubs": "missing", "walk": "missing"}
    assert {row["comparator"] for row in found["beside"]} == {"england", "nearest"}
    assert any("are missing" in note for note in found["notes"])
    assert [source["id"] for source in found["sources"]] == ["pubs-ours"]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_ending_chooses_the_format(homeground: Callable[..., Ran], data: Path, tmp_path: Path, ending: str):
    """One row for each indicator, with England beside it; missing is empty and nought is nought."""
    out = tmp_path / f"elmton.{ending}"
    done = homeground("understand", "profile", "P2", "--data", data, "--out", out)
    assert done.code == 0, done.err
    table = pl.read_csv(out) if ending == "csv" else pl.read_parquet(out)
    assert table.select("indicator", "value", "state").rows() == [("walk", 20.0, "known"), ("pubs", 0.0, "known")]
    assert table["england_value"].to_list() == pytest.approx([10.0, 2.0])


def test_one_theme_can_be_asked_for_and_an_unknown_one_is_refused(homeground: Callable[..., Ran], data: Path):
    """The themes there are stand in the message."""
    found = homeground("understand", "profile", "P1", "--data", data, "--theme", "community", "--json").json
    assert [row["indicator"] for row in found["indicators"]] == ["pubs"]
    wrong = homeground("understand", "profile", "P1", "--data", data, "--theme", "beer")
    assert wrong.code == 2
    assert "there is no theme 'beer'" in wrong.err
    assert "cost of living" in wrong.err


def test_each_writes_one_file_for_each_place_of_a_list(homeground: Callable[..., Ran], data: Path, tmp_path: Path):
    """A file of areas: one profile for each, named by its code."""
    (tmp_path / "list.csv").write_text("area_code\nP1\nP3\n")
    where = ("--each", tmp_path / "list.csv", "--data", data, "--out", tmp_path / "all")
    done = homeground("understand", "profile", *where, "--format", "csv")
    assert done.code == 0, done.err
    assert sorted(path.name for path in (tmp_path / "all").glob("*.csv")) == ["P1.csv", "P3.csv"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give one place, or --each"),
        (("P1", "--each", "ward17"), "give one place, or --each"),
        (("--each", "ward17"), "needs a folder"),
        (("--each", "ward17", "--out", "OUT", "--format", "csv"), "neither a file nor a kind of area with a list"),
        (("Nowhere",), "no place is called 'Nowhere'"),
        (("P1", "--kind", "ward17"), "there are no areas of the kind 'ward17'"),
        (("P1", "--out", "OUT.doc"), ".doc"),
        (("none.geojson",), "there is no such file"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_says_what_to_do(
    homeground: Callable[..., Ran], data: Path, tmp_path: Path, arguments: tuple[str, ...], words: str
):
    """Nothing is written."""
    asked = [argument.replace("OUT", str(tmp_path / "out")) for argument in arguments]
    done = homeground("understand", "profile", *asked, "--data", data)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert not list(tmp_path.glob("out*"))


def test_without_a_folder_it_is_said_which_option_is_missing(
    homeground: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
):
    """And how to give it."""
    monkeypatch.delenv("HOMEGROUND_DATA", raising=False)
    done = homeground("understand", "profile", "P1")
    assert done.code == 2
    assert "--data" in done.err


def test_a_kept_and_damaged_folder_is_made_anew_and_said(homeground: Callable[..., Ran], data: Path, tmp_path: Path):
    """The person is told, and gets the same."""
    first = homeground("understand", "profile", "P1", "--data", data, "--json").json
    for path in (tmp_path / "cache").rglob("*.parquet"):
        path.write_bytes(b"")
    again = homeground("understand", "profile", "P1", "--data", data, "--json")
    assert "damaged" in again.err
    assert again.json == first


def test_fresh_reads_everything_and_keeps_nothing(homeground: Callable[..., Ran], data: Path, tmp_path: Path):
    """No cache folder comes into being."""
    done = homeground("understand", "profile", "P1", "--data", data, "--fresh", "--json")
    assert done.code == 0
    assert not (tmp_path / "cache").exists()


def test_a_real_ward_is_told_beside_left_behind_places(
    homeground: Callable[..., Ran], england: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Bispham in Blackpool: a name and an authority are enough; five comparators, three headlines, eight themes."""
    monkeypatch.setenv("HOMEGROUND_CACHE", str(tmp_path / "cache"))
    found = homeground("understand", "profile", "Bispham, Blackpool", "--data", england, "--json", "--quiet").json
    assert (found["place"]["code"], found["place"]["authority_name"]) == ("E05001644", "Blackpool")
    assert {row["comparator"] for row in found["beside"]} == {
        "left-behind", "other-deprived", "england", "authority", "nearest"
    }  # fmt: skip
    assert len(found["headlines"]) == 3
    assert len({row["theme"] for row in found["indicators"]}) == 8
    assert len(found["nearest"]) == 10
