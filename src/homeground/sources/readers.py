"""Reading tables: CSV, gzipped CSV, Parquet, GeoParquet, XLSX, GeoPackage, GeoJSON and zipped Shapefile.

Every fault of a file ends in one error that names the file, the row as a spreadsheet counts it, the column and the remedy.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

__all__ = ["headings", "read_table"]


def headings(path: Path) -> list[tuple[str, list[str]]]:
    """Return ``(layer or sheet, headings)`` for each table in a file, reading no more than its beginning.

    The layer is '' for a file that holds one table.
    """
    raise NotImplementedError


def read_table(path: Path, *, layer: str | None = None, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Return one table of a file, all of it or the columns asked for; a geometry is WKB bytes in ``geometry``."""
    raise NotImplementedError
