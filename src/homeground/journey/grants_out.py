"""What `homeground understand grants` writes: a folder of tables with their sources and notes, all or none."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from homeground import __version__
from homeground.errors import BadSpecification
from homeground.journey.grants import GrantsOfFiles
from homeground.journey.grants_unplaced import by_code, by_nobody
from homeground.money import in_pounds
from homeground.provenance import Note
from homeground.sources.parameters import load
from homeground.sources.whole import put_whole
from homeground.sources.writers import write_table
from homeground.understand.grants import Grants

__all__ = ["about", "export", "summary", "write_folder", "write_problems"]

_PROBLEMS = ("file", "row", "field", "problem", "remedy", "kind", "rule")
_TITLES = {
    "by_area.parquet": "What each area was given, in three series",
    "by_cohort.csv": "What cohorts were given, in three series",
    "by_year.csv": "What cohorts were given, by year of award",
    "by_funder.csv": "What cohorts were given, by funder",
    "by_theme.csv": "What cohorts were given, by theme",
    "by_size.csv": "What cohorts were given, by size of grant",
    "funder_years.csv": "How many funders published in each year",
}
_MEANINGS = {
    "cold_spot": "whether it received clearly fewer grants than half of what is expected",
    "cold_spot_probability": "probability, 0 to 1, that its true rate is below half of the expected one",
    "hhi": "sum of squared shares of funders, to 1: higher hangs on fewer",
    "largest_share": "share of the largest funder, 0 to 1",
    "funders": "funders with a grant known to be for the area or a recipient there",
    "series": "recipient: by where the recipient is registered; best: by the best place known; low, high: the bounds",
}


def about(found: GrantsOfFiles) -> dict[str, Any]:
    """Return what a reader of the folder must know, as plain data."""
    made = found.grants
    return {
        "title": "Grants: the ledger, where money landed, and what cohorts were given",
        "files": list(found.files),
        "rows": found.rows,
        "grants": found.good,
        "amounts": found.amounts,
        "problems": found.problems.height,
        "price_year": found.price_year,
        "placed": made.placed if made else {},
        "published": {**load("grants-published").values, "reference": load("grants-published").reference},
        "notes": [{"text": note.text, "kind": note.kind} for note in (made.notes if made else ())],
        "sources": [
            {key: value for key, value in asdict(source).items() if value} for source in (made.sources if made else ())
        ],
        "made_with": f"Homeground {__version__}",
    }


def write_problems(problems: pl.DataFrame, folder: Path) -> Path:
    """Write ``problems.csv`` alone: what is to be mended before anything else can be made."""
    target = folder / "problems.csv"
    put_whole([(target, _problems(problems))])
    return target


def write_folder(found: GrantsOfFiles, folder: Path) -> list[Path]:
    """Write every table into `folder`, all of them or none; return their paths."""
    made = found.grants
    assert made is not None
    with TemporaryDirectory() as name:
        there = Path(name)
        for file, table in (_tables(made) or _unplaced(found)).items():
            write_table(
                table, there / file, title=_TITLES[file], sources=made.sources, notes=made.notes, descriptions=_MEANINGS
            )
        pieces = [(folder / path.name, path.read_bytes()) for path in sorted(there.iterdir())]
    pieces.append((folder / "problems.csv", _problems(found.problems)))
    if made.ledger.width:
        buffer = io.BytesIO()
        _plain(made.ledger).write_parquet(buffer, compression="zstd", compression_level=1)
        pieces.append((folder / "ledger.parquet", buffer.getvalue()))
    text = json.dumps(about(found), ensure_ascii=False, indent=2, default=str)
    pieces.append((folder / "about.json", text.encode()))
    return put_whole(pieces)


def _plain(ledger: pl.DataFrame) -> pl.DataFrame:
    """Return the ledger with pounds beside pence, counted money as a decimal."""
    return ledger.with_columns(
        counts_gbp=(pl.col("counts_pence").cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2))
    )


def _tables(made: Grants) -> dict[str, pl.DataFrame]:
    if made.table.width == 0:
        return {}
    return {
        "by_area.parquet": made.table,
        "by_cohort.csv": made.by_cohort,
        "by_year.csv": made.by_year,
        "by_funder.csv": made.by_funder,
        "by_theme.csv": made.by_theme,
        "by_size.csv": made.by_size,
        "funder_years.csv": made.funder_years,
    }


def _unplaced(found: GrantsOfFiles) -> dict[str, pl.DataFrame]:
    """Return the tables by area and cohort when nobody said which areas to look at."""
    assert found.grants is not None
    assert found.awards is not None
    ledger = found.grants.ledger
    areas = by_code(ledger, found.awards.locations)
    return {"by_area.parquet": areas, "by_cohort.csv": by_nobody(ledger, areas)}


def _problems(problems: pl.DataFrame) -> bytes:
    with TemporaryDirectory() as name:
        path = Path(name, "problems.csv")
        ordered = problems.select(*_PROBLEMS, *(column for column in problems.columns if column not in _PROBLEMS))
        notes: Sequence[Note] = ()
        write_table(ordered, path, title="What is wrong with the files, and how to mend it", notes=notes)
        return path.read_bytes()


def summary(found: GrantsOfFiles) -> dict[str, Any]:
    """Return the one object that ``--json`` prints."""
    made = found.grants
    result: dict[str, Any] = {
        "files": list(found.files),
        "rows": found.rows,
        "grants": found.good,
        "amount_gbp": found.amounts.get("GBP", "0.00"),
        "amounts": found.amounts,
        "problems": found.problems.height,
        "errors": found.errors,
    }
    if made is None:
        return result
    classes = {}
    if made.ledger.width:
        sums = made.ledger.group_by("class").agg(pl.len(), pl.col("amount_pence").sum()).sort("class")
        classes = {name: {"awards": n, "gbp": in_pounds(int(pence or 0))} for name, n, pence in sums.iter_rows()}
    return {
        **result,
        "counted_gbp": in_pounds(made.counted_pence),
        "unresolved_regrant_gbp": in_pounds(made.unresolved_regrant_pence),
        "classes": classes,
        "placed": made.placed,
        "price_year": found.price_year,
        "cohorts": made.by_cohort.to_dicts() if made.by_cohort.width else [],
        "cold_spots": made.table.filter("cold_spot")["area_code"].to_list() if made.table.width else [],
        "published": load("grants-published").values,
        "notes": [note.text for note in made.notes],
        "sources": made.sources,
    }


def export(found: GrantsOfFiles, target: Path, *, areas: Sequence[str] = ()) -> list[Path]:
    """Write the awards that were asked for as 360Giving; with `areas`, those that name one of them as their place.

    Raises
    ------
    BadSpecification
        If there are no single awards to write, or none in the areas.
    """
    from homeground.sources.giving import write_grants

    if found.awards is None:
        raise BadSpecification(
            "a table that is already summed has no single grants to export", remedy="Give files of awards."
        )
    awards, places = found.awards.good, found.awards.locations
    if areas:
        wanted = places.filter(pl.col("geo_code").is_in(list(areas)))["award"].unique()
        awards = awards.filter(pl.col("award").is_in(wanted.implode()))
        if awards.height == 0:
            raise BadSpecification(
                f"no award names one of the areas {', '.join(areas)}", remedy="Give codes as they stand in the files."
            )
        places = places.filter(pl.col("award").is_in(awards["award"].implode()))
    written = write_grants(awards, places, target)
    return list(written)
