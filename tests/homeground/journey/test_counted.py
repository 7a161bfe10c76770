"""People and homes of a place by group: one area, a part of one, a ward of older boundaries; and what cannot be."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from homeground.errors import MissingDataset
from homeground.journey.counted import counted
from homeground.journey.profile import Desk, prepare
from homeground.understand.profile import place_of

OWNED = ["tenure: Owned: Owns outright", "tenure: Owned: Owns with a mortgage or loan"]
GROUPS = {"owned": OWNED, "rent free": ["tenure: Lives rent free"]}
AREA = "E01021988"


@pytest.fixture(scope="module")
def desk(england: Path) -> Desk:
    """Every figure of England."""
    return prepare(england)


@pytest.fixture(scope="module")
def census(england: Path) -> pl.DataFrame:
    """The table as it was published."""
    return pl.read_parquet(england / "profiles" / "census2021_lsoa21_profile.parquet")


def test_one_area_has_its_own_counts(desk: Desk, england: Path, census: pl.DataFrame) -> None:
    """And half of it half of each."""
    row = census.filter(pl.col("lsoa21_code") == AREA)
    expected = {name: float(sum(row[heading][0] for heading in those)) for name, those in GROUPS.items()}
    whole = counted(desk.figures, place_of(desk.figures, "lsoa21", {AREA: 1.0}), where=england,
                    dataset="census2021-lsoa21", groups=GROUPS)  # fmt: skip
    assert whole.counts == expected
    assert "Census 2021" in whole.source.title
    half = counted(desk.figures, place_of(desk.figures, "lsoa21", {AREA: 0.5}), where=england,
                   dataset="census2021-lsoa21", groups=GROUPS)  # fmt: skip
    assert half.counts == {name: pytest.approx(count / 2) for name, count in expected.items()}


def test_all_areas_together_have_the_published_total(desk: Desk, england: Path, census: pl.DataFrame) -> None:
    """Nothing is counted twice, by areas of the same kind and through a lookup to older ones."""
    codes = dict.fromkeys(census["lsoa21_code"].to_list(), 1.0)
    found = counted(desk.figures, place_of(desk.figures, "lsoa21", codes), where=england,
                    dataset="census2021-lsoa21", groups=GROUPS)  # fmt: skip
    assert found.counts["owned"] == census.select(pl.sum_horizontal(OWNED).sum()).item()
    wards = dict.fromkeys(desk.figures.codes["ward17"], 1.0)
    through = counted(desk.figures, place_of(desk.figures, "ward17", wards), where=england,
                      dataset="census2021-lsoa21", groups=GROUPS)  # fmt: skip
    assert through.counts["owned"] == pytest.approx(found.counts["owned"], rel=1e-3)


def test_ages_of_an_older_kind_of_area_reach_a_place_of_newer_ones(desk: Desk, england: Path) -> None:
    """Single years of 2020 by neighbourhoods of 2011; the groups add up to all people there."""
    ages = {"children": [str(age) for age in range(16)], "others": [*map(str, range(16, 90)), "90+"]}
    everybody = {**ages, "all": ["total_population"]}
    found = counted(desk.figures, place_of(desk.figures, "lsoa21", {AREA: 1.0}), where=england,
                    dataset="population-lsoa11-age", groups=everybody).counts  # fmt: skip
    assert found["all"] is not None and found["all"] > 500
    assert found["children"] + found["others"] == pytest.approx(found["all"])  # type: ignore[operator]


def test_a_table_that_is_not_there_is_an_error(desk: Desk, tmp_path: Path) -> None:
    """With its name."""
    place = place_of(desk.figures, "lsoa21", {AREA: 1.0})
    with pytest.raises(MissingDataset, match="census2021-lsoa21"):
        counted(desk.figures, place, where=tmp_path, dataset="census2021-lsoa21", groups=GROUPS)
