"""Columns of another table beside a wide and long one."""

from __future__ import annotations

import polars as pl

__all__ = ["beside"]


def beside(table: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return `table` with the columns of `other` beside it, by award; null where `other` has none.

    A left join that copies no column of `table`.
    """
    found = table.select("award").join(other, on="award", how="left", maintain_order="left")
    return table.with_columns(found.drop("award"))
