"""The stair from the open interface down to the library: what may be passed on, and files of all figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

import homeground
from homeground.errors import HomegroundError
from homeground.provenance import Note, Source
from homeground.sources.datasets import datasets
from homeground.sources.writers import write_table

__all__ = ["HomegroundError", "held_back", "version", "write"]


@lru_cache(maxsize=1)
def held_back() -> frozenset[str]:
    """Return the ids of data sets whose publisher does not let anybody pass them on."""
    return frozenset(known.id for known in datasets().values() if not known.redistributable)


def write(
    table: pl.DataFrame, path: Path, *, title: str, sources: Sequence[Mapping[str, Any]], notes: Sequence[str],
    outlines: pl.DataFrame | None = None, descriptions: Mapping[str, str] | None = None,
) -> list[Path]:  # fmt: skip
    """Write a table in the format of the path's ending, with its sources and notes; return all files written."""
    known = {one.name for one in fields(Source)}
    told = [Source(**{key: value for key, value in source.items() if key in known}) for source in sources]
    return write_table(
        table, path, title=title, sources=told, notes=[Note(text) for text in notes], boundaries=outlines,
        descriptions=descriptions,
    )  # fmt: skip


def version() -> str:
    """Return the version of the library."""
    return homeground.__version__
