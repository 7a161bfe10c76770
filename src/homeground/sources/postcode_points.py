"""Where postcodes are on the map: a lookup in the layout of the ONS Postcode Directory.

Only the columns that are needed are read, and only the rows of postcodes that are asked for are kept. The areas that
postcodes lie in are another question of the same file; see the reader of awards.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from homeground.errors import BadTable, MissingColumns
from homeground.sources.readers import format_of
from homeground.tables import listed

__all__ = ["matching_postcode", "postcode_points"]

_POSTCODE = ("pcds", "pcd8", "pcd7", "pcd2", "pcd", "postcode")
_EAST = ("oseast1m", "east1m", "easting")
_NORTH = ("osnrth1m", "north1m", "northing")


def matching_postcode(postcode: pl.Expr) -> pl.Expr:
    """Return what postcodes are compared by: capital letters and digits, no blanks.

    Examples
    --------
    >>> pl.select(matching_postcode(pl.lit(" sw1a 1aa "))).item()
    'SW1A1AA'
    """
    return postcode.cast(pl.String).str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")


def postcode_points(path: Path, wanted: pl.Series) -> pl.DataFrame:
    """Return where the postcodes `wanted` are.

    Parameters
    ----------
    path : Path
        CSV or Parquet with a postcode column (``pcds``, ``pcd``, ``pcd2`` …), ``oseast1m`` and ``osnrth1m``.
    wanted : polars.Series
        Postcodes in any spelling; nulls and repeats are allowed.

    Returns
    -------
    polars.DataFrame
        ``postcode`` (as `matching_postcode`), ``easting``, ``northing`` (metres; null where the file has none).

    Raises
    ------
    MissingColumns
        If one of the three columns is not there.
    BadTable
        If the file is no table of this kind.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "onspd.csv")
    ...     _ = file.write_text("pcds,oseast1m,osnrth1m\\nM1 1AA,384500,398000\\nM1 1AB,384501,398001\\n")
    ...     postcode_points(file, pl.Series(["m11aa"])).rows()
    [('M11AA', 384500.0, 398000.0)]
    """
    kind = format_of(path)
    if kind not in ("csv", "parquet"):
        raise BadTable("a postcode lookup is a CSV or Parquet file", remedy="Unpack or export it.", file=path)
    try:
        if kind == "parquet":
            scanned = pl.scan_parquet(path)
        else:
            scanned = pl.scan_csv(path, infer_schema=False, encoding="utf8-lossy")
        headings = scanned.collect_schema().names()
        names = {name.strip().lower().lstrip("\ufeff"): name for name in headings}
        found = [next((names[name] for name in of if name in names), None) for of in (_POSTCODE, _EAST, _NORTH)]
        if None in found:
            lacking = [of[0] for of, name in zip((_POSTCODE, _EAST, _NORTH), found, strict=True) if name is None]
            raise MissingColumns(
                f"the postcode lookup lacks {listed([repr(name) for name in lacking])}",
                remedy="Give a file in the layout of the ONS Postcode Directory (pcds, oseast1m, osnrth1m, …).",
                file=path,
            )
        code, east, north = (pl.col(str(name)) for name in found)
        asked = wanted.to_frame("p").lazy().select(matching_postcode(pl.col("p")).alias("postcode")).unique()
        some = scanned.select(
            matching_postcode(code).alias("postcode"),
            east.cast(pl.Float64, strict=False).alias("easting"),
            north.cast(pl.Float64, strict=False).alias("northing"),
        )
        table = some.join(asked, on="postcode", how="semi").collect(engine="streaming")
    except pl.exceptions.PolarsError as error:
        what = str(error).splitlines()[0][:160]
        raise BadTable(f"the postcode lookup cannot be read ({what})", remedy="Download it again.", file=path) from None
    # Of rows that name a postcode twice the one with coordinates is taken, and of these the first by its figures.
    return table.sort("postcode", "easting", "northing", nulls_last=True).unique(
        "postcode", keep="first", maintain_order=True
    )
