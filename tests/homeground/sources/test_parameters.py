"""Policy numbers lie in dated files with a reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeground.errors import BadValue, MissingColumns
from homeground.sources.parameters import deflator, load, shipped

# Series YBGB of the Office for National Statistics, released 30 June 2025 (2022 = 100): an independent source.
YBGB = {1990: 47.8, 1997: 59.0, 2004: 66.7, 2010: 77.3, 2013: 81.9, 2016: 85.2, 2018: 88.4, 2020: 94.8, 2024: 111.2}


@pytest.mark.parametrize("name", shipped())
def test_every_parameter_file_says_what_when_and_who(name: str) -> None:
    """No number without unit, vintage and reference."""
    made = load(name)
    assert made.values
    assert all([made.title, made.unit, made.vintage, made.reference])


def test_the_deflator_agrees_with_the_series_of_the_statistics_office() -> None:
    """Two releases of one statistic: within the 0.7 % that the Blue Book of 2025 revised."""
    prices, _ = deflator()
    for year, level in YBGB.items():
        assert prices.factor(year, 2024) == pytest.approx(YBGB[2024] / level, rel=0.007)


def test_a_deflator_of_ones_own_takes_the_place_of_the_shipped(tmp_path: Path) -> None:
    """Headings year and index; faults name their row."""
    path = tmp_path / "mine.csv"
    path.write_text("Year,Index\n2024,100\n2025,103\n")
    prices, source = deflator(path)
    assert prices.factor(2024, 2025) == pytest.approx(1.03)
    assert source.file == "mine.csv"
    path.write_text("year,index\n2024,100\n2025,-3\n")
    with pytest.raises(BadValue, match="row 3"):
        deflator(path)
    path.write_text("when,index\n2024,100\n")
    with pytest.raises(MissingColumns):
        deflator(path)
