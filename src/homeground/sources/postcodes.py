"""Postcodes to areas, through a lookup file in the layout of the ONS Postcode Directory that the user supplies.

The file has 2.7 million rows; only the columns that are needed are read, and only the rows of postcodes that are asked
for are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from homeground.errors import BadTable, MissingColumns
from homeground.provenance import Note, Source
from homeground.sources.readers import format_of
from homeground.tables import listed

__all__ = ["Postcodes", "open_postcodes", "plain_postcode"]

_POSTCODE = ("pcds", "pcd8", "pcd7", "pcd2", "pcd", "postcode")
_ENDED = ("doterm", "terminated")
# The headings by which each kind of area goes, older and newer releases; the year stands in the newer ones.
_AREAS = {
    "oa": r"^oa\d\d(cd)?$",
    "lsoa": r"^lsoa\d\d(cd)?$",
    "msoa": r"^msoa\d\d(cd)?$",
    "ward": r"^(osward|wd\d\dcd|ward\d*(cd|_code)?)$",
    "lad": r"^(oslaua|laua|lad\d\dcd|ltla\d*(cd|_code)?)$",
}


@dataclass(frozen=True)
class Postcodes:
    """Where postcodes lie.

    Attributes
    ----------
    table : polars.DataFrame
        ``postcode`` (capitals, no spaces), the area columns of the file (``lsoa11``, ``lsoa21cd``, ``osward`` … as
        they stand there, small letters) and ``terminated``.
    areas : tuple of str
        The area columns, small areas first.
    notes : tuple of Note
    source : Source
    """

    table: pl.DataFrame
    areas: tuple[str, ...]
    notes: tuple[Note, ...]
    source: Source


def plain_postcode(column: pl.Expr) -> pl.Expr:
    """Return postcodes as they are compared: capitals and digits, no spaces; null where nothing is left.

    Examples
    --------
    >>> pl.DataFrame({"p": ["sw1a 1aa", " "]}).select(plain_postcode(pl.col("p")))["p"].to_list()
    ['SW1A1AA', None]
    """
    text = column.str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
    return pl.when(text != "").then(text)


def open_postcodes(path: Path, wanted: pl.Series | None) -> Postcodes:
    """Return the areas of the postcodes `wanted`; of all that are in use when it is None.

    Parameters
    ----------
    path : Path
        CSV or Parquet with a postcode column (``pcds``, ``pcd``, ``pcd2`` …) and at least one of areas.
    wanted : polars.Series
        Postcodes in any spelling; nulls and repeats are allowed. None for all.

    Raises
    ------
    MissingColumns
        If the file has no postcode column, or none of areas.
    """
    kind = format_of(path)
    if kind not in ("csv", "parquet"):
        raise BadTable("a postcode lookup is a CSV or Parquet file", remedy="Unpack or export it.", file=path)
    if kind == "parquet":
        scanned = pl.scan_parquet(path)
    else:
        scanned = pl.scan_csv(path, infer_schema=False, encoding="utf8-lossy")
    try:
        headings = scanned.collect_schema().names()
    except pl.exceptions.PolarsError as error:
        raise BadTable(f"the file cannot be read ({error})", remedy="Download it again.", file=path) from None
    names = {name.strip().lower().lstrip("\ufeff"): name for name in headings}
    code = next((names[name] for name in _POSTCODE if name in names), None)
    areas = [name for shape in _AREAS.values() for name in names if re.fullmatch(shape, name)]
    if code is None or not areas:
        what = "postcode column (pcds, pcd or pcd2)" if code is None else "column of areas (lsoa11, lsoa21cd, oslaua …)"
        raise MissingColumns(
            f"the file has no {what}; it has {listed(headings, most=8)}",
            remedy="Give a file in the layout of the ONS Postcode Directory.",
            file=path,
        )
    ended = next((names[name] for name in _ENDED if name in names), None)
    filled = [
        pl.when(pl.col(names[name]).str.strip_chars() != "").then(pl.col(names[name]).str.strip_chars()).alias(name)
        for name in areas
    ]
    gone = pl.col(ended).cast(pl.String).str.strip_chars().fill_null("") != "" if ended else pl.lit(value=False)
    some = scanned.select(plain_postcode(pl.col(code)).alias("postcode"), *filled, terminated=gone)
    asked = None
    if wanted is not None:
        asked = wanted.cast(pl.String).to_frame("p").select(postcode=plain_postcode(pl.col("p"))).drop_nulls().unique()
        some = some.join(asked.lazy(), on="postcode", how="semi")
    else:
        some = some.filter(pl.col("postcode").is_not_null() & ~pl.col("terminated"))
    try:
        table = some.collect(engine="streaming")
    except pl.exceptions.PolarsError as error:
        raise BadTable(f"the file cannot be read ({error})", remedy="Download it again.", file=path) from None
    table = table.sort("postcode", "terminated", *areas).unique("postcode", keep="first", maintain_order=True)
    return Postcodes(
        table,
        tuple(areas),
        _told(table, table.height if asked is None else asked.height),
        Source("", "Postcode lookup", file=path.name),
    )


def _told(table: pl.DataFrame, asked: int) -> tuple[Note, ...]:
    notes = []
    if asked > table.height:
        text = f"{asked - table.height:,} of {asked:,} postcodes in the awards are not in the postcode lookup."
        notes.append(Note(text, kind="missing"))
    ended = int(table["terminated"].sum())
    if ended:
        notes.append(
            Note(f"{ended:,} postcodes are no longer in use; the place where they were is taken.", kind="info")
        )
    return tuple(notes)
