"""Grants without a list of places: what the funders' own codes say, and no more."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import polars as pl

from homeground.journey.grants import _rests_on
from homeground.journey.grants_unplaced import by_code, by_nobody

LEDGER = pl.DataFrame({"award": [0, 1, 2, 3], "counts_pence": [10_000, 5_000, 700, 0]})
PLACES = pl.DataFrame(
    {
        "award": [0, 0, 1],
        "role": ["beneficiary"] * 3,
        "geo_code": ["E01000001", "E05000001", "E01000001"],
    }
)


def test_a_grant_for_several_codes_is_shared_equally_and_nothing_is_lost() -> None:
    """Worked by hand: 100 pounds for two areas, 50 for one of them, 7 for none."""
    found = by_code(LEDGER, PLACES)
    assert found.select("area_code", "boundary_kind", "best_gbp", "best_grants").rows() == [
        ("E01000001", "lsoa", 100.0, 1.5),
        ("E05000001", "ward", 50.0, 0.5),
        (None, "", 7.0, 1.0),
    ]
    assert found["recipient_gbp"].null_count() == 3


def test_all_together_has_the_three_series() -> None:
    """What names a place, and everything; nobody says where recipients are."""
    found = by_nobody(LEDGER, by_code(LEDGER, PLACES))
    assert found.select("series", "gbp", "grants").rows() == [
        ("recipient", None, None), ("best", 150.0, 2.0), ("low", 150.0, 2.0), ("high", 157.0, 3.0)
    ]  # fmt: skip


def test_what_was_published_of_england_is_quoted_beside_england_only() -> None:
    """An invented district is not set beside the country's figures."""
    said = {}
    for code in ("E05000001", "ZW0001"):
        ground = SimpleNamespace(table=pl.DataFrame({"area_code": [code]}))
        said[code] = [note.text for note in _rests_on(None, [Path("a.json")], ground)]  # type: ignore[arg-type]
    assert any("7.77" in text for text in said["E05000001"])
    assert not any("7.77" in text for text in said["ZW0001"])
