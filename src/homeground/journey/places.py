"""From what a person types to a place: a code, a name, a file of areas, or an outline drawn on a map."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from homeground.errors import BadInput, BadSpecification, BadTable, MissingDataset, MissingExtra, UnknownArea
from homeground.journey.gathering import code_heading
from homeground.journey.named_areas import is_file
from homeground.provenance import Note
from homeground.sources.folder import open_dataset, open_file, scan
from homeground.tables import check_areas, listed, numbers
from homeground.understand.profile import Place, place_of
from homeground.understand.profiling.figures import Figures
from homeground.words import clean, count

__all__ = ["find_place", "list_places"]

_OUTLINES = (".geojson", ".gpkg", ".zip", ".shp")
_TABLES = (".csv", ".csv.gz", ".tsv", ".txt", ".parquet", ".xlsx")
# What a name is looked for among, and in which order: what people call a place first.
_ORDER = ("ward", "msoa", "authority", "lsoa", "area", "region")
_SLIVER = 0.02  # a share of an area below this comes from rough outlines, not from people


def find_place(figures: Figures, asked: str, *, data: Path, kind: str | None = None, name: str = "") -> Place:
    """Return the place that a person means.

    Parameters
    ----------
    figures : Figures
    asked : str
        A code (``E05001644``), a name (``Bispham``, or ``Bispham, Blackpool``), the path of a table with a column of
        area codes (and optionally ``share``, 0 to 1), or the path of a map file with an outline.
    data : Path
        The data folder; an outline is laid over the boundaries that it holds.
    kind : str, optional
        Only areas of this kind, such as ``ward17`` or ``ward``.
    name : str
        What to call a place of several areas.

    Returns
    -------
    Place

    Raises
    ------
    UnknownArea
        If nothing has that code or name; the nearest names are told.
    BadSpecification
        If several places have the name; they are listed with their authority.
    """
    path = Path(asked)
    if asked.lower().endswith((*_OUTLINES, *_TABLES)) or is_file(path):
        if not is_file(path):
            raise MissingDataset("there is no such file", remedy="Check the path, or give a code or a name.", file=path)
        called = name or path.name.split(".")[0].replace("-", " ").replace("_", " ")
        if path.name.lower().endswith(_OUTLINES):
            return _drawn(figures, path, data, called)
        return _listed(figures, path, called, kind)
    nodes = _nodes(figures, kind)
    for node in nodes:
        if figures.place_in(node, [asked])[0] >= 0:
            return place_of(figures, node, {asked: 1.0})
    return _named(figures, asked, nodes)


def list_places(figures: Figures, node: str) -> list[str]:
    """Return the codes of the areas of `node` that a list of places chose, in order."""
    table = figures.cohorts.get(node)
    if table is None:
        raise MissingDataset(f"there is no list of places for {node}", remedy="Give --preset, or --cohort FILE.")
    chosen: list[str] = table.filter(pl.col("group") == "left-behind").sort("area_code")["area_code"].to_list()
    return chosen


def _nodes(figures: Figures, kind: str | None) -> list[str]:
    """Return the kinds of areas to look among: what people call a place first, the newest boundaries first."""
    there = sorted(
        figures.codes,
        key=lambda node: (
            _ORDER.index(figures.kinds[node]) if figures.kinds[node] in _ORDER else len(_ORDER),
            node not in figures.cohorts,
            -(figures.years[node] or 0),
        ),
    )
    if kind is None:
        return there
    fit = [node for node in there if kind in (node, figures.kinds[node])]
    if not fit:
        raise BadSpecification(f"there are no areas of the kind '{kind}'", remedy=f"There are: {', '.join(there)}.")
    return fit


def _named(figures: Figures, asked: str, nodes: Sequence[str]) -> Place:
    wanted, _, within = asked.partition(",")
    key = _key(wanted)
    looks_like_code = re.fullmatch(r"[EWSN]\d{8}", asked.strip(), re.IGNORECASE)
    for node in nodes if not looks_like_code else ():
        fit = [at for at, name in enumerate(figures.names[node]) if name and _key(name) == key]
        if fit and within.strip():
            fit = [at for at in fit if _key(within) in _key(_authority(figures, node, at))] or fit
        if len(fit) == 1:
            return place_of(figures, node, {figures.codes[node][fit[0]]: 1.0})
        if fit:
            told = [
                f"{figures.codes[node][at]} ({_authority(figures, node, at) or 'authority not known'})" for at in fit
            ]
            raise BadSpecification(
                f"{count(len(fit), figures.kinds[node])} are called '{clean(wanted)}': {listed(told, most=8)}",
                remedy=f"Give the code, or add the authority: '{clean(wanted)}, "
                f"{_authority(figures, node, fit[0]) or 'AUTHORITY'}'.",
            )
    if looks_like_code:
        remedy = "Check the code; the data folder may hold other boundaries. See: homeground data scan."
    else:
        names = {_key(name): name for node in nodes for name in figures.names[node] if name}
        near = difflib.get_close_matches(key, list(names), n=3, cutoff=0.7)
        remedy = f"Did you mean {' or '.join(repr(names[one]) for one in near)}?" if near else "Give a code or a name."
    raise UnknownArea(f"no place is called '{clean(asked)}', and none has that code", remedy=remedy)


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower().replace("&", " and ")).strip()


def _authority(figures: Figures, node: str, at: int) -> str:
    return place_of(figures, node, {figures.codes[node][at]: 1.0}).authority_name


def _listed(figures: Figures, path: Path, name: str, kind: str | None) -> Place:
    """Return the place that a file of area codes makes up."""
    opened = open_file(path)
    code = code_heading(opened.table, file=opened.file)
    check_areas(opened.table, code, file=opened.file)
    codes = opened.table[code].cast(pl.String).str.strip_chars().to_list()
    nodes = _nodes(figures, kind)
    fit = {node: int((figures.place_in(node, codes) >= 0).sum()) for node in nodes}
    best = max(nodes, key=lambda node: (fit[node], figures.years[node] or 0))
    if fit[best] < len(codes):
        strange = [row for row, at in enumerate(figures.place_in(best, codes)) if at < 0]
        raise UnknownArea(
            f"'{codes[strange[0]]}' is not among the areas of {best}, which has {fit[best]:,} of the {len(codes):,}",
            remedy="All areas of a place must be of one kind and one boundary year.",
            file=path,
            row=strange[0] + 2,
            column=code,
        )
    shares = np.ones(len(codes))
    if "share" in opened.table.columns:
        shares = numbers(opened.table, "share", file=opened.file)
        wrong = np.flatnonzero(~((shares > 0) & (shares <= 1)))
        if len(wrong):
            raise BadTable(
                f"the share {shares[wrong[0]]:g} is not above 0 to 1",
                remedy="Give the share of the area's people who live in the place, such as 0.25.",
                file=path,
                row=int(wrong[0]) + 2,
                column="share",
            )
    note = Note(f"'{name}' is made of {count(len(codes), 'area')} listed in {path.name}.")
    return place_of(
        figures, best, dict(zip(codes, shares.tolist(), strict=True)), name=name, kind="list", notes=(note,)
    )


def _drawn(figures: Figures, path: Path, data: Path, name: str) -> Place:
    """Return the place inside an outline: each area counts by the share of it that lies inside."""
    shapely = _shapely()
    opened = open_file(path)
    if "geometry" not in opened.table.columns:
        raise BadTable("the file holds no outline", remedy="Draw a polygon and save it as GeoJSON.", file=path)
    outline = shapely.union_all(shapely.make_valid(shapely.from_wkb(opened.table["geometry"].to_list())))
    if outline.is_empty or outline.area == 0:
        raise BadTable("the outline has no inside", remedy="Draw a polygon, not a point or a line.", file=path)
    node, codes, shapes, crs = _boundaries(figures, data)
    mine = opened.crs or "EPSG:4326"
    if mine != crs:
        raise BadInput(
            f"the outline is in {mine} and the boundaries are in {crs}",
            remedy=f"Save the outline in {crs}.",
            file=path,
        )
    areas = shapely.make_valid(shapely.from_wkb(shapes))
    touched = shapely.STRtree(areas).query(outline, predicate="intersects")
    shares = shapely.area(shapely.intersection(areas[touched], outline)) / shapely.area(areas[touched])
    # Outlines and boundaries are drawn roughly: what is nearly out is out, what is nearly in is in.
    shares = np.where(shares < _SLIVER, 0.0, np.where(shares > 1 - _SLIVER, 1.0, shares))
    inside = {codes[at]: float(share) for at, share in zip(touched, shares, strict=True) if share > 0}
    if not inside:
        raise BadInput(
            "the outline touches none of the areas that there are boundaries of",
            remedy="Check that it lies in the area of the data, and that longitude stands before latitude.",
            file=path,
        )
    notes = [Note(f"'{name}' is what lies inside the outline in {path.name}: {count(len(inside), 'area')} of {node}.")]
    cut = tuple(sorted(code for code, share in inside.items() if share < 1))
    if cut:
        notes.append(
            Note(
                f"{count(len(cut), 'area')} lie only partly inside; their people are taken by the land inside.",
                areas=cut,
                kind="estimated",
            )
        )
    return place_of(figures, node, dict(sorted(inside.items())), name=name, kind="drawn", notes=tuple(notes))


def _boundaries(figures: Figures, data: Path) -> tuple[str, list[str], list[bytes], str]:
    """Return the boundaries of the areas that places are weighed by."""
    there = scan(data)
    spine = figures.spine
    for entry in there.found:
        known = entry.dataset
        if known.kind != "boundaries" or (known.area_kind, known.boundary_year) != (
            figures.kinds[spine], figures.years[spine],
        ):  # fmt: skip
            continue
        if not any(column.holds == "geometry" for column in known.columns):
            continue
        opened = open_dataset(there, known.id)
        codes = opened.table[known.area_column].cast(pl.String)
        kept = opened.table.filter(codes.is_in(list(figures.codes[spine])))
        return spine, kept[known.area_column].to_list(), kept["geometry"].to_list(), opened.crs or "EPSG:4326"
    raise MissingDataset(
        f"there are no boundaries of {spine} to lay the outline over",
        remedy="Add them to the data folder; see: homeground data list.",
        file=data,
    )


def _shapely() -> Any:
    try:
        import shapely
    except ImportError:
        raise MissingExtra.named("geo", for_what="lay an outline over boundaries") from None
    return shapely
