"""The stair from places down to the library: what a folder holds, its areas, outlines and postcodes."""

from __future__ import annotations

import hashlib
import json
import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from homeground.errors import HomegroundError
from homeground.journey.outlines import outlines_of
from homeground.journey.places import find_place
from homeground.journey.profile import Desk, prepare
from homeground.provenance import Source
from homeground.sources.folder import scan
from homeground.sources.postcodes import open_postcodes

__all__ = [
    "AreaRow", "HomegroundError", "Looked", "OwnPlace", "area_rows", "asked_file", "desk_of", "hashes", "look_into",
    "nodes_of", "own_place", "postcode_rows", "source_told", "together",
]  # fmt: skip

Say = Callable[..., None]
_KINDS = ("ward", "lsoa", "area", "msoa", "authority")
_FINE = 1e-5  # degrees, about a metre: outlines are for looking at


def source_told(source: Source) -> dict[str, Any]:
    """Return a source as plain values."""
    return {
        "id": source.id, "title": source.title, "publisher": source.publisher, "period": source.period,
        "licence": source.licence, "address": source.address, "file": source.file,
    }  # fmt: skip


@dataclass(frozen=True)
class Looked:
    """What a folder holds: what was recognised, and what is wrong with the rest."""

    found: tuple[dict[str, Any], ...]
    problems: tuple[dict[str, str], ...]


def look_into(folder: Path) -> Looked:
    """Return what a folder holds, without reading it all."""
    there = scan(folder)
    found = tuple(
        {
            "file": entry.path.resolve().relative_to(folder.resolve()).as_posix(),
            "title": entry.dataset.title, "publisher": entry.dataset.publisher, "id": entry.dataset.id,
            "licence": entry.dataset.licence, "kind": entry.dataset.kind,
        }
        for entry in there.found
    )  # fmt: skip
    problems = tuple({"file": p.path.name, "text": p.text} for p in there.problems)
    return Looked(found, problems)


@lru_cache(maxsize=1)
def desk_of(folder: Path, presets: tuple[str, ...]) -> Desk:
    """Return the figures of a folder, ready; the last one is kept, so that each step of a load finds it."""
    named = [str(folder / preset) if preset.endswith(".toml") else preset for preset in presets]
    return prepare(folder, presets=named) if named else prepare(folder)


def nodes_of(desk: Desk, asked: Sequence[str]) -> list[str]:
    """Return the kinds of area that get pages: those asked for, else the newest of each kind and those of lists."""
    figures = desk.figures
    if asked:
        return [node for node in asked if node in figures.codes]
    newest = []
    for kind in _KINDS:
        fit = [n for n, k in figures.kinds.items() if k == kind and figures.leads(n, figures.spine)]
        if fit:
            newest.append(max(fit, key=lambda n: (figures.years[n] or 0, len(figures.codes[n]), n)))
    return list(dict.fromkeys([*newest, *figures.cohorts]))


@dataclass(frozen=True)
class AreaRow:
    """One area, plain values."""

    node: str
    kind: str
    boundary_year: int | None
    code: str
    name: str
    population: float | None
    outline: bytes | None
    box: tuple[float, float, float, float] | None
    inside: tuple[float, float] | None


def area_rows(desk: Desk, node: str) -> Iterator[AreaRow]:
    """Yield the areas of a kind with their outlines in degrees."""
    figures = desk.figures
    found = outlines_of(figures, desk.data, node)
    shapes: dict[str, Any] = {}
    if found is not None:
        drawn = _in_degrees(shapely.from_wkb(found.table["geometry"].to_list()), found.crs)
        shapes = dict(zip(found.table["area_code"].to_list(), drawn, strict=True))
    people = figures.people_of(node)
    for code, name, lived in zip(figures.codes[node], figures.names[node], people, strict=True):
        shape = shapes.get(code)
        box = inside = None
        if shape is not None and not shape.is_empty:
            west, south, east, north = shape.bounds
            point = shape.representative_point()
            box, inside = (west, south, east, north), (point.x, point.y)
        yield AreaRow(
            node, figures.kinds[node], figures.years[node], code, name or code,
            float(lived) if np.isfinite(lived) else None, shapely.to_wkb(shape) if box else None, box, inside,
        )  # fmt: skip


def _in_degrees(shapes: Any, crs: str) -> Any:
    if crs != "EPSG:4326":
        from pyproj import Transformer

        transformer = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        shapes = shapely.transform(
            shapes, lambda points: np.column_stack(transformer.transform(points[:, 0], points[:, 1]))
        )
        shapes = shapely.simplify(shapes, _FINE)
    return shapely.make_valid(shapely.set_precision(shapes, _FINE / 10, mode="pointwise"))


def postcode_rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each postcode in use with the codes of the areas it lies in, the finest first."""
    found = open_postcodes(path, None)
    for row in found.table.select("postcode", *found.areas).iter_rows():
        yield row[0], [code for code in row[1:] if code]


def hashes(folder: Path, names: Iterable[str]) -> list[dict[str, Any]]:
    """Return name, SHA-256 and size of files in a folder, by name; what is not there is left out."""
    told = []
    for name in sorted(set(names)):
        path = folder / name
        if path.is_file():
            with path.open("rb") as opened:
                told.append(
                    {
                        "file": name, "bytes": path.stat().st_size,
                        "sha256": hashlib.file_digest(opened, "sha256").hexdigest(),
                    }
                )  # fmt: skip
    return told


@dataclass(frozen=True)
class OwnPlace:
    """What a neighbourhood is made of: parts are (code, share of its people, people); the outline only when drawn."""

    node: str
    people: float | None
    estimated: float
    parts: tuple[tuple[str, float, float | None], ...]
    outline: bytes | None


@contextmanager
def asked_file(name: str, asked: Mapping[str, Any]) -> Iterator[Path]:
    """Write down what somebody asked for, as a file that the library reads: a table of codes, or an outline."""
    with tempfile.TemporaryDirectory() as folder:
        if asked.get("outline"):
            path = Path(folder) / "outline.geojson"
            path.write_text(str(asked["outline"]), encoding="utf-8")
        else:
            path = Path(folder) / "areas.csv"
            path.write_text("area_code\n" + "\n".join(asked.get("codes", ())) + "\n", encoding="utf-8")
        yield path


def own_place(folder: Path, presets: tuple[str, ...], asked: Path, name: str) -> OwnPlace:
    """Return what a neighbourhood is made of, by the boundaries and the people of a folder."""
    desk = desk_of(folder, presets)
    found = find_place(desk.figures, str(asked), data=folder, name=name)
    rows = found.parts.select("area_code", "share", "people").rows()
    parts = tuple((code, share, None if lived is None or math.isnan(lived) else lived) for code, share, lived in rows)
    people = None if math.isnan(found.population) else found.population
    drawn = _drawn(asked) if asked.suffix == ".geojson" else None
    return OwnPlace(found.node, people, found.estimated_share, parts, drawn)


def _drawn(asked: Path) -> bytes:
    told = json.loads(asked.read_text(encoding="utf-8"))
    shapes = [entry.get("geometry") for entry in told.get("features", [])] or [told.get("geometry") or told]
    return together([shapely.to_wkb(shapely.geometry.shape(shape)) for shape in shapes if shape])


def together(outlines: Sequence[bytes]) -> bytes:
    """Return several outlines as one."""
    return bytes(shapely.to_wkb(shapely.union_all(shapely.make_valid(shapely.from_wkb([bytes(o) for o in outlines])))))
