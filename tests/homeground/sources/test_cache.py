"""Prepared tables kept between runs: named by what they were made from, safe when two write, never in the way."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from homeground.sources.cache import DAMAGED, cache_folder, fingerprint, keep, kept

TABLES = {"one": pl.DataFrame({"a": [1, 2]}), "two": pl.DataFrame({"b": ["x"]})}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of this test's own."""
    monkeypatch.setenv("HOMEGROUND_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one table, and one more below a link."""
    folder, elsewhere = tmp_path / "downloads", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (folder / "table.csv").write_text("a\n1\n")
    (elsewhere / "other.geoparquet").write_text("not read here")
    (folder / "linked").symlink_to(elsewhere)
    return folder


def test_what_is_kept_comes_back_whole():
    """Tables and what is to be known of them."""
    assert kept("figures-1") is None
    assert keep("figures-1", TABLES, {"notes": ["n"]})
    found = kept("figures-1")
    assert found is not None
    assert {name: table.rows() for name, table in found.tables.items()} == {"one": [(1,), (2,)], "two": [("x",)]}
    assert found.about == {"notes": ["n"]}


def change_size(data: Path) -> None:
    """Add a row."""
    (data / "table.csv").write_text("a\n1\n2\n")


def change_time(data: Path) -> None:
    """Write the same again, later."""
    os.utime(data / "table.csv", ns=(1, 1))


def add_file(data: Path) -> None:
    """Add a catalogue file."""
    (data / "own.dataset.toml").write_text("")


def change_below_link(data: Path) -> None:
    """Change a file in a folder that is only linked to."""
    (data.parent / "elsewhere" / "other.geoparquet").write_text("changed")


@pytest.mark.parametrize("change", [change_size, change_time, add_file, change_below_link])
def test_a_changed_folder_has_another_name(data: Path, change: Callable[[Path], None]):
    """Size, time, a further file, a file below a link: each makes what was kept useless."""
    before = fingerprint(data)
    assert fingerprint(data) == before
    change(data)
    assert fingerprint(data) != before


def test_what_else_it_depends_on_has_its_part_in_the_name(data: Path, tmp_path: Path):
    """Other lists, and a list in a file that changed."""
    listed = tmp_path / "list.csv"
    listed.write_text("area_code\nX\n")
    names = [fingerprint(data), fingerprint(data, also=["a"]), fingerprint(data, also=[str(listed)])]
    listed.write_text("area_code\nX\nY\n")
    names.append(fingerprint(data, also=[str(listed)]))
    assert len(set(names)) == 4


def test_hidden_files_and_the_cache_itself_change_nothing(data: Path, monkeypatch: pytest.MonkeyPatch):
    """A folder that is looked at leaves traces; a cache that was put below the data must not outdate itself."""
    monkeypatch.setenv("HOMEGROUND_CACHE", str(data / "kept"))
    before = fingerprint(data)
    (data / ".DS_Store").write_text("x")
    (data / "~$table.xlsx").write_text("x")
    keep("figures-1", TABLES, {})
    assert fingerprint(data) == before


def cut_table(folder: Path) -> None:
    """Half of a table."""
    path = folder / "one.parquet"
    path.write_bytes(path.read_bytes()[:20])


def lose_table(folder: Path) -> None:
    """A table that is gone."""
    (folder / "two.parquet").unlink()


def spoil_about(folder: Path) -> None:
    """A description that was cut."""
    (folder / "about.json").write_text('{"tables": [')


@pytest.mark.parametrize("spoil", [cut_table, lose_table, spoil_about])
def test_what_is_damaged_is_not_given_out_and_is_said(place: Path, spoil: Callable[[Path], None]):
    """And it can be kept again in its place."""
    said: list[str] = []
    keep("figures-1", TABLES, {})
    spoil(place / "figures-1")
    assert kept("figures-1", progress=said.append) is None
    assert said == [DAMAGED]
    assert keep("figures-1", TABLES, {})
    assert kept("figures-1", progress=said.append) is not None
    assert said == [DAMAGED]


def test_a_disk_that_cannot_be_written_costs_time_not_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A cache folder that cannot be made: nothing is kept, nothing is raised."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HOMEGROUND_CACHE", str(tmp_path / "file" / "cache"))
    assert keep("figures-1", TABLES, {}) is False
    assert kept("figures-1") is None


def _write(at: int) -> bool:
    """Keep a table with the number of the writer, several times."""
    tables = {"one": pl.DataFrame({"a": [at] * 1000}), "two": pl.DataFrame({"b": [at] * 1000})}
    return all(keep("figures-1", tables, {"at": at}) for _ in range(5))


def test_two_processes_that_keep_the_same_leave_one_whole_set(place: Path):
    """Whoever comes last or first: all tables are of one writer, and no half is left behind."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert all(pool.map(_write, [1, 2]))
    found = kept("figures-1")
    assert found is not None
    assert {found.about["at"], *found.tables["one"]["a"], *found.tables["two"]["b"]} == {found.about["at"]}
    assert [path.name for path in place.iterdir()] == ["figures-1"]


def test_the_oldest_sets_and_old_halves_are_thrown_away(place: Path):
    """Eight sets stay; what a run that was stopped left behind goes after a day, what is being written stays."""
    for at in range(10):
        keep(f"figures-{at}", TABLES, {})
        os.utime(place / f"figures-{at}", (1000 + at, 1000 + at))
    (place / ".half-old").mkdir()
    (place / ".half-new").mkdir()
    os.utime(place / ".half-old", (1, 1))
    keep("figures-last", TABLES, {})
    left = {path.name for path in place.iterdir()}
    assert ".half-new" in left
    assert ".half-old" not in left
    assert {name for name in left if name.startswith("figures")} == {
        "figures-last", *(f"figures-{at}" for at in range(3, 10))
    }  # fmt: skip


@pytest.mark.parametrize(
    ("system", "expected"),
    [("linux", "caches/homeground"), ("darwin", "home/Library/Caches/homeground"), ("win32", "local/homeground")],
)
def test_each_system_has_its_own_place_for_such_things(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, expected: str
):
    """Never in the data folder."""
    monkeypatch.delenv("HOMEGROUND_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setattr("sys.platform", system)
    assert cache_folder() == tmp_path / expected
