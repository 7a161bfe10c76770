"""Sources, notes and title come back from the files they were written into; a broken description takes nothing away."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from homeground.provenance import Note, Source
from homeground.sources.origin import Origin, origin_of
from homeground.sources.writers import write_table

SOURCES = (
    Source("a", "Index A", "A publisher", "mid-2022", "A licence", "https://example.org/a", "a.csv", "f" * 64),
    Source("b", "Index B"),
)
NOTES = (Note("Two are missing.", areas=("X1", "X2"), kind="missing"), Note("Seed 0."))


@pytest.mark.parametrize("name", ["list.csv", "list.csv.gz", "list.tsv", "list.parquet", "list.json"])
def test_what_was_written_with_a_table_comes_back(tmp_path: Path, name: str) -> None:
    """Title, every field of every source, and every note, from each format."""
    table = pl.DataFrame({"area_code": ["X1", "X2"]})
    write_table(table, tmp_path / name, title="Our list", sources=SOURCES, notes=NOTES)
    assert origin_of(tmp_path / name) == Origin("Our list", SOURCES, NOTES)


@pytest.mark.parametrize(
    "text",
    ["", "not json", "[]", "7", '{"dc:source": 3, "notes": {"text": 1}}', '{"dc:source": [1, {}], "notes": [{}, "x"]}',
     "[" * 100_000, '{"dc:title": ["a"]}', "\x00"],
    ids=range(9),
)  # fmt: skip
def test_a_broken_description_says_nothing(tmp_path: Path, text: str) -> None:
    """The table beside it can still be used, so there is no error."""
    (tmp_path / "list.csv").write_text("area_code\nX1\n", encoding="utf-8")
    (tmp_path / "list.csv-metadata.json").write_text(text, encoding="utf-8")
    assert origin_of(tmp_path / "list.csv") == Origin()


def test_a_file_of_another_origin_says_nothing(tmp_path: Path) -> None:
    """A Parquet file without our words, one that is no Parquet file, and one that is not there."""
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "plain.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    for name in ("plain.parquet", "broken.parquet", "nowhere.parquet", "nowhere.csv", "sheet.xlsx"):
        assert origin_of(tmp_path / name) == Origin()
