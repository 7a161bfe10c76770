"""The columns of a profile: the same whether it is worked out or read back from what was packed."""

from __future__ import annotations

from typing import Any

import polars as pl

__all__ = ["BESIDE", "COLUMNS"]

#: Every edition of every figure of a place.
COLUMNS: dict[str, Any] = {
    "indicator": pl.String, "title": pl.String, "theme": pl.String, "unit": pl.String, "value": pl.Float64,
    "state": pl.String, "low": pl.Float64, "high": pl.Float64, "interval": pl.String, "rank": pl.Int64,
    "ranked": pl.Int64, "percentile": pl.Float64, "higher_is": pl.String, "level": pl.String, "level_name": pl.String,
    "sentence": pl.String, "source_id": pl.String, "period": pl.String, "licence": pl.String, "quality": pl.String,
    "estimated_share": pl.Float64, "sure": pl.Boolean, "kind": pl.String, "edition": pl.String, "series": pl.String,
}  # fmt: skip
#: Figures of what a place is set beside.
BESIDE: dict[str, Any] = {
    "indicator": pl.String, "comparator": pl.String, "title": pl.String, "value": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "areas": pl.Int64, "people": pl.Float64,
}  # fmt: skip
