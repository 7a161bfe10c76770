"""Postcodes to areas through a lookup in the layout of the ONS Postcode Directory."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from homeground.errors import MissingColumns
from homeground.sources.postcodes import open_postcodes

OLD = (
    "pcd,pcd2,pcds,dointr,doterm,oslaua,osward,lat,long,lsoa11,lsoa21\n"
    '"AB1 0AA","AB1  0AA","AB1 0AA",198001,199606,S12000033,S13002843,57.1,-2.2,S01006514,\n'
    '"M1 1AE","M1   1AE","M1 1AE",198001,,E08000003,E05011368,53.4,-2.2,E01033658,E01033658\n'
)
NEW = "pcds,lsoa21cd,lad24cd,doterm\nM1 1AE,E01033658,E08000003,\n"


@pytest.mark.parametrize(("text", "column"), [(OLD, "lsoa21"), (NEW, "lsoa21cd")])
def test_old_and_new_headings_are_read(tmp_path: Path, text: str, column: str) -> None:
    """However the postcode is spelled."""
    path = tmp_path / "onspd.csv"
    path.write_text(text)
    found = open_postcodes(path, pl.Series(["m11ae", None, "M1 1AE"]))
    assert found.table.select("postcode", column).rows() == [("M11AE", "E01033658")]


def test_postcodes_no_longer_in_use_are_used_and_told(tmp_path: Path) -> None:
    """And those that are not there are counted."""
    path = tmp_path / "onspd.csv"
    path.write_text(OLD)
    found = open_postcodes(path, pl.Series(["AB1 0AA", "ZZ9 9ZZ"]))
    assert found.table["oslaua"].to_list() == ["S12000033"]
    said = [note.text for note in found.notes]
    assert said[0].startswith("1 of 2 postcodes")
    assert said[1].startswith("1 postcodes are no longer in use")


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    """It says which are needed, and names the file."""
    path = tmp_path / "wrong.csv"
    path.write_text("pcds,easting\nM1 1AE,3\n")
    with pytest.raises(MissingColumns, match=r"wrong\.csv: .*column of areas"):
        open_postcodes(path, pl.Series(["M1 1AE"]))
