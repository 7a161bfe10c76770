"""Folders of downloads: which known data sets lie in one, and how they are opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from homeground.provenance import Note, Source
from homeground.sources.datasets import Dataset

__all__ = ["Found", "Opened", "Problem", "Scan", "open_dataset", "open_file", "scan"]


@dataclass(frozen=True)
class Problem:
    """Something that was passed over, or looks wrong: the file and why."""

    path: Path
    text: str


@dataclass(frozen=True)
class Found:
    """A known data set in a folder.

    Attributes
    ----------
    dataset : Dataset
    path : Path
    layer : str
        Sheet or layer, '' where the file holds one table.
    format : str
        ``csv``, ``csv.gz``, ``parquet``, ``xlsx``, ``gpkg``, ``geojson``, ``shapefile``.
    rows : int or None
        Row count where it can be told without reading the file.
    problems : tuple of str
        What looks wrong already.
    """

    dataset: Dataset
    path: Path
    layer: str = ""
    format: str = ""
    rows: int | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scan:
    """What a folder holds.

    Attributes
    ----------
    folder : Path
    found : tuple of Found
        One entry per data set: the file that will be used (Parquet first, then the order of paths).
    unknown : tuple of Path
        Tables that no catalogue file describes.
    duplicates : tuple of Found
        Further files with a data set that is already in `found`.
    problems : tuple of Problem
        Files that were passed over, and why.
    catalogue : dict of str to Dataset
        The shipped data sets and those that the folder's own ``*.dataset.toml`` files add.
    """

    folder: Path
    found: tuple[Found, ...] = ()
    unknown: tuple[Path, ...] = ()
    duplicates: tuple[Found, ...] = ()
    problems: tuple[Problem, ...] = ()
    catalogue: dict[str, Dataset] = field(default_factory=dict)

    def has(self, id: str) -> bool:
        """Return whether the folder holds the data set `id`."""
        return any(found.dataset.id == id for found in self.found)


@dataclass(frozen=True)
class Opened:
    """A table that was read and checked.

    Attributes
    ----------
    table : polars.DataFrame
        Headings as in the catalogue. Codes and names are text; scores and values 64-bit floats; ranks, deciles, counts and
        people whole numbers (floats where the publisher gives halves); missing is null.
    dataset : Dataset or None
        None for a table that no catalogue file describes: then headings stay as they are.
    source : Source
        With the file's checksum.
    file : str
        The path as given, for messages.
    notes : tuple of Note
        What a reader must be told: odd encodings, rows without a figure, a duplicate file that was not used.
    crs : str
        Coordinate system of the column ``geometry``, such as ``EPSG:4326``; '' without geometry.
    """

    table: pl.DataFrame
    dataset: Dataset | None
    source: Source
    file: str
    notes: tuple[Note, ...] = ()
    crs: str = ""


def scan(folder: Path, *, progress: Callable[[str], None] | None = None) -> Scan:
    """Return which known data sets `folder` and its subfolders hold, recognised by headings, not by names."""
    raise NotImplementedError


def open_dataset(where: Path | Scan, id: str, *, columns: Sequence[str] | None = None) -> Opened:
    """Return the data set `id` from a folder (or, quicker when several are needed, from its `Scan`), checked.

    The area column and the key columns always come along with `columns`.
    """
    raise NotImplementedError


def open_file(
    path: Path, *, dataset: str | None = None, layer: str | None = None, columns: Sequence[str] | None = None
) -> Opened:
    """Return the table in one given file: recognised when it is known, as it stands when it is not."""
    raise NotImplementedError
