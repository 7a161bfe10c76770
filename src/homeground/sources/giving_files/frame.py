"""The plain table that grants of every format come to: text as it was published, one row for each grant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

__all__ = ["COLUMNS", "LOCATIONS", "TEXT", "Batch"]

TEXT = (
    "grant_id", "title", "description", "currency", "award_date", "url", "date_modified", "data_source",
    "funder_id", "funder_name", "recipient_org_id", "recipient_org_name", "recipient_ind_id", "recipient_ind_name",
    "recipient_postcode", "recipient_type", "recipient_url", "programme", "programme_code", "funding_type",
    "regrant_type",
    "location_scope", "from_open_call", "start_date", "end_date", "status",
)  # fmt: skip
"""The columns of a batch that hold text; ``amount`` and ``duration`` hold numbers."""

COLUMNS: dict[str, Any] = dict.fromkeys(TEXT, pl.String)
COLUMNS |= {"amount": pl.Float64, "duration": pl.Float64, "look": pl.Boolean, "details": pl.Boolean}
"""Every column of a batch and its type."""

LOCATIONS: dict[str, Any] = {
    "at": pl.UInt32, "role": pl.String, "geo_code": pl.String, "geo_code_type": pl.String, "name": pl.String,
    "country_code": pl.String, "latitude": pl.Float64, "longitude": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """Some grants of one file.

    Attributes
    ----------
    rows : ndarray of int
        Where each grant stands in its file, as a person counts.
    table : polars.DataFrame
        The columns `TEXT`, null where nothing is given; ``amount`` and ``duration``; ``details`` (whether a grant to a
        person says why); and ``look`` (true where the grant has parts that the table does not show, so that it must be
        looked at one by one).
    places : polars.DataFrame
        Columns `LOCATIONS`; ``at`` is the row of `table`.
    once : bool
        False where a field of a grant may stand twice, so that one of the two is not seen.
    """

    rows: NDArray[np.int64]
    table: pl.DataFrame
    places: pl.DataFrame
    once: bool = True
