"""Where each invented area stands by the two indices, built by Homeground from the methods and files beside it."""

from __future__ import annotations

from pathlib import Path

import polars as pl

__all__ = ["standing"]

_METHODS = {2019: "-2019", 2025: ""}


def standing(folder: Path, edition: int, keys: pl.DataFrame) -> pl.DataFrame:
    """Return scores and ranks of one edition for each area.

    Parameters
    ----------
    folder : Path
        Holds the district's indicators, methods and catalogue files.
    edition : int
    keys : polars.DataFrame
        Codes and names of the areas; the code stands first.
    """
    # Only this file needs Homeground; the rest of the district is made without it.
    from homeground.journey.index import build_index

    code = keys.columns[0]
    found = keys
    for name, columns in (
        ("deprivation", {"score": "deprivation_score", "rank": "deprivation_rank",
                         "living_score": "living_score", "living_rank": "living_rank"}),
        ("community-need", {"score": "community_need_score", "rank": "community_need_rank"}),
    ):  # fmt: skip
        built = build_index(folder / f"district-{name}{_METHODS[edition]}.toml", data=folder)
        mine = built.table.select(pl.col("area_code").alias(code), *columns).rename(columns)
        found = found.join(mine, on=code, how="left", maintain_order="left", validate="1:1")
    return found.with_columns(pl.selectors.ends_with("_score").round(4))
