"""The outlines of every area of a kind: those that a folder has, else put together from the smaller areas in each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from homeground.errors import MissingExtra
from homeground.provenance import Source
from homeground.sources.folder import Scan, open_dataset, scan
from homeground.understand.profiling.figures import Figures

__all__ = ["Outlines", "outlines_of"]

_MOST = 0.5  # a boundary file must have this share of the areas to be theirs; some hold a chosen few


@dataclass(frozen=True)
class Outlines:
    """Outlines of areas.

    Attributes
    ----------
    table : polars.DataFrame
        ``area_code``, ``geometry`` (WKB).
    crs : str
        Such as ``EPSG:4326``.
    source : Source or None
    made_of : str
        The smaller areas that they were put together from, '' when they are as published.
    """

    table: pl.DataFrame
    crs: str
    source: Source | None
    made_of: str = ""


def outlines_of(figures: Figures, data: Path, node: str) -> Outlines | None:
    """Return the outlines of the areas of `node`; None where the folder has none, nor of smaller areas.

    Parameters
    ----------
    figures : Figures
    data : Path
    node : str
        Such as ``ward24``.

    Raises
    ------
    MissingExtra
        If they must be put together and shapely is not installed.
    """
    there = scan(data)
    found = _published(figures, there, node)
    if found is not None:
        return found
    spine = figures.spine
    if spine == node or not figures.leads(node, spine):
        return None
    finer = _published(figures, there, spine)
    return None if finer is None else _together(figures, finer, node, spine)


def _published(figures: Figures, there: Scan, node: str) -> Outlines | None:
    wanted = set(figures.codes[node])
    for entry in there.found:
        known = entry.dataset
        if (known.kind, known.area_kind, known.boundary_year) != (
            "boundaries",
            figures.kinds[node],
            figures.years[node],
        ):
            continue
        opened = open_dataset(there, known.id)
        if "geometry" not in opened.table.columns:
            continue
        table = opened.table.select(area_code=pl.col(known.area_column).cast(pl.String), geometry="geometry")
        table = table.filter(pl.col("area_code").is_in(list(wanted)), pl.col("geometry").is_not_null())
        if table.height >= _MOST * len(wanted):
            return Outlines(table, opened.crs or "EPSG:4326", opened.source)
    return None


def _together(figures: Figures, finer: Outlines, node: str, spine: str) -> Outlines:
    """Return the outlines of larger areas, each of the small ones most of whose people live in it."""
    shapely = _shapely()
    between = figures.between(node, spine).tocsc()
    rows = figures.place_in(spine, finer.table["area_code"].to_list())
    shapes = shapely.make_valid(shapely.from_wkb(finer.table["geometry"].to_list()))
    parts: dict[int, list[Any]] = {}
    for row, shape in zip(rows, shapes, strict=True):
        piece = slice(between.indptr[row], between.indptr[row + 1])
        if between.indptr[row] < between.indptr[row + 1]:
            parts.setdefault(int(between.indices[piece][np.argmax(between.data[piece])]), []).append(shape)
    codes = figures.codes[node]
    joined = {codes[at]: shapely.to_wkb(shapely.union_all(pieces)) for at, pieces in sorted(parts.items())}
    table = pl.DataFrame(
        {"area_code": list(joined), "geometry": list(joined.values())},
        schema={"area_code": pl.String, "geometry": pl.Binary},
    )
    return Outlines(table, finer.crs, finer.source, spine)


def _shapely() -> Any:
    try:
        import shapely
    except ImportError:
        raise MissingExtra.named("geo", for_what="put outlines together") from None
    return shapely
