"""A profile put together by hand, with everything that a report must say, and names that try to break out of it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from homeground.provenance import Note, Source
from homeground.understand.profile import Place, Profile
from homeground.understand.profiling.columns import BESIDE, COLUMNS

__all__ = ["HOSTILE", "a_profile", "hostile"]

#: Names that mean something to a style sheet, a spreadsheet, a reading direction, or typst.
HOSTILE = (
    "</style><script>document.title='broken'</script>",
    "=1+1",
    "\u202eevil\u202c",
    '#panic("x") *b* $y$ @z <l> `r` \\ // "',
)

_ROW = {
    "theme": "health", "unit": "per cent", "state": "known", "low": None, "high": None,
    "interval": "a complete count: no sampling error", "rank": 30, "ranked": 100, "percentile": 70.0,
    "higher_is": "worse",
    "level": "lsoa", "level_name": "", "change_sentence": "",
    "no_trend_because": "There is only one edition of this figure.",
    "source_id": "made-up", "period": "2025", "licence": "OGL", "quality": "", "estimated_share": 0.0, "sure": True,
    "kind": "share",
}  # fmt: skip
_KNOWN: tuple[dict[str, object], ...] = (
    {"indicator": "health-2025", "title": "Poor health", "unit": "", "kind": "rank", "value": 16.0,
     "higher_is": "better", "sentence": "Poor health: about 93 in 100 wards are better off.", "no_trend_because": "",
     "change_sentence": "Since 2019 it moved up from 11 to 16 of 100."},
    {"indicator": "ill", "title": "Illness", "value": 18.0, "low": 15.0, "high": 21.0,
     "sentence": "18% of people are ill.", "quality": "A count that may not be passed on.", "estimated_share": 0.25},
    {"indicator": "none", "title": "Nobody ill", "value": 0.0, "sentence": "0% of people have it.", "percentile": 1.0},
    {"indicator": "hidden", "title": "Rare illness", "value": None, "state": "suppressed", "percentile": None,
     "rank": None, "sentence": "Rare illness: the figure is hidden."},
    {"indicator": "gone", "title": "Old illness", "value": None, "state": "missing", "percentile": None, "rank": None,
     "sentence": "Old illness: there is no figure for this place."},
    {"indicator": "jobs", "title": "Jobs", "theme": "economy", "value": 4.5, "sentence": "4.5% have no work.",
     "level_name": "Exshire", "no_trend_because": "The figure of 2019 cannot be set beside this one: it was redrawn."},
)  # fmt: skip
_OTHERS = (
    ("left-behind", "left behind places", 27.0, 25.0, 29.0),
    ("other-deprived", "other deprived places", 24.0, 23.0, 25.0),
    ("england", "England", 13.0, 12.0, 14.0), ("authority", "Exshire", None, None, None),
    ("nearest", "the 2 places most like it", 17.0, 14.0, 20.0),
)  # fmt: skip


def a_profile(name: str = "Sandhaven") -> Profile:
    """Return a made-up place with known, hidden, missing and zero figures, and two parts, one of them shared."""
    parts = pl.DataFrame(
        {"area_code": ["X1", "X2"], "boundary_kind": ["lsoa"] * 2, "boundary_year": [2021] * 2, "share": [1.0, 0.25],
         "people": [1500.0, 500.0]}
    )  # fmt: skip
    place = Place(name, "X0", "ward", "ward17", 2017, 2000.0, parts, 0.25, "E0", "Exshire")
    schema = {key: kind for key, kind in COLUMNS.items() if key not in ("edition", "series")}
    schema |= {"change_sentence": pl.String(), "no_trend_because": pl.String()}
    rows = [_ROW | row for row in _KNOWN]
    beside = [
        {"indicator": row["indicator"], "comparator": id, "title": title, "value": value, "low": low, "high": high,
         "areas": 9, "people": 99.0}
        for row in rows for id, title, value, low, high in _OTHERS
    ]  # fmt: skip
    history = [("health-2025", str(year), float(value), True, "")
               for year, value in ((2010, 10), (2015, 12), (2019, 11), (2025, 16))]  # fmt: skip
    columns = ["indicator", "edition", "value", "comparable", "reason"]
    return Profile(
        place,
        pl.DataFrame([{key: row[key] for key in schema} for row in rows], schema=schema),
        pl.DataFrame(beside, schema=BESIDE),
        pl.DataFrame(history, schema=columns, orient="row"),
        pl.DataFrame({"area_code": ["X7", "X8"], "area_name": ["Moorend", "Wold"], "distance": [0.1, 0.25]}),
        ("18% of people are ill.", "It has a hall.", "Poor health: about 93 in 100 wards are better off."),
        "left behind",
        "wards",
        (Note("1 area has no people."),),
        (Source("made-up", "Made-up survey", "Office of Examples", "2025", "OGL", "https://example.org/"),),
    )


def hostile() -> Profile:
    """Return the same place with hostile names wherever a name of somebody's file can stand."""
    one, two, three, four = HOSTILE
    found = a_profile(" ".join(HOSTILE))
    table = found.table.with_columns(
        title=pl.col("title") + f" {four}",
        quality=pl.lit(one),
        level_name=pl.lit(three),
        sentence=pl.col("sentence") + four,
    )
    nearest = found.nearest.with_columns(area_name=pl.lit(two))
    source = replace(found.sources[0], title=one, publisher=four, address="javascript:alert(1)")
    return replace(found, table=table, nearest=nearest, sources=(source,), headlines=(one, two, four))
