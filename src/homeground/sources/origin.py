"""What a file that Homeground wrote says of itself: its title, the sources it rests on, and its notes.

`homeground.sources.writers` puts these into Parquet and JSON, and beside CSV. A step that starts from such a file can
carry them on. A file of any other origin says nothing, which is no error.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import polars as pl

from homeground.provenance import Note, Source

__all__ = ["Origin", "origin_of"]

# The words of the description beside a CSV file (CSV on the Web), and ours.
_BESIDE = {
    "dc:identifier": "id", "dc:title": "title", "dc:publisher": "publisher", "dc:temporal": "period",
    "dc:rights": "licence", "schema:url": "address", "schema:name": "file", "schema:sha256": "sha256",
}  # fmt: skip
_MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class Origin:
    """What a file says of itself; empty where it says nothing.

    Attributes
    ----------
    title : str
    sources : tuple of Source
    notes : tuple of Note
    """

    title: str = ""
    sources: tuple[Source, ...] = ()
    notes: tuple[Note, ...] = ()


def origin_of(path: Path) -> Origin:
    """Return what the file at `path` says of itself.

    Parameters
    ----------
    path : Path
        A table that Homeground wrote as CSV, TSV, Parquet or JSON; or any other, which says nothing.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from homeground.sources.writers import write_table
    >>> with TemporaryDirectory() as folder:
    ...     table = pl.DataFrame({"area_code": ["X1"]})
    ...     of = [Source("a", "Index A", licence="Open")]
    ...     _ = write_table(table, Path(folder, "a.csv"), title="Ours", sources=of)
    ...     origin_of(Path(folder, "a.csv")).sources[0].licence
    'Open'
    >>> origin_of(Path("nowhere.csv"))
    Origin(title='', sources=(), notes=())
    """
    said = _said(path)
    if not isinstance(said, Mapping):
        return Origin()
    title = said.get("dc:title", said.get("title"))
    return Origin(
        title if isinstance(title, str) else "",
        tuple(_sources(_list(said.get("dc:source", said.get("sources"))))),
        tuple(_notes(_list(said.get("notes")))),
    )


def _said(path: Path) -> Any:
    name = path.name.lower()
    try:
        if name.endswith(".parquet"):
            held = pl.read_parquet_metadata(path)
            return {key: held[key] for key in ("title",) if key in held} | {
                key: json.loads(held[key]) for key in ("sources", "notes") if key in held
            }
        beside = path if name.endswith(".json") else path.with_name(path.name + "-metadata.json")
        if not beside.is_file() or beside.stat().st_size > _MOST_BYTES:
            return None
        return json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, pl.exceptions.PolarsError):
        # A description that is missing or broken takes nothing from the table it stands beside.
        return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _sources(given: Iterable[Any]) -> Iterable[Source]:
    known = {field.name for field in fields(Source)}
    for item in given:
        if not isinstance(item, Mapping):
            continue
        ours = {_BESIDE.get(key, key): str(value) for key, value in item.items()}
        held = {key: value for key, value in ours.items() if key in known}
        if held.get("id") or held.get("title"):
            yield Source(**{"id": "", "title": held.get("id", ""), **held})


def _notes(given: Iterable[Any]) -> Iterable[Note]:
    for item in given:
        if isinstance(item, Mapping) and isinstance(item.get("text"), str):
            areas = tuple(str(code) for code in _list(item.get("areas")))
            yield Note(item["text"], areas, str(item.get("kind", "info")))
