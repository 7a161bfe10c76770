"""All figures of a folder, gathered by its catalogue files, with the lookups between areas and the lists of places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from homeground.errors import BadSpecification, BadTable, MissingDataset
from homeground.journey.cohort import build_cohort
from homeground.journey.figures_kept import from_tables, to_tables
from homeground.journey.gathering import code_heading
from homeground.journey.shelf import Column, Shelf, node_of
from homeground.provenance import Note
from homeground.sources.cache import DAMAGED, fingerprint, keep, kept
from homeground.sources.folder import open_file, scan
from homeground.sources.indicator_blocks import THEMES
from homeground.tables import require_columns
from homeground.understand.profiling.figures import Bridge, Figures, Native
from homeground.words import count

__all__ = ["PRESETS", "gather"]

PRESETS = ("left-behind-wards-2019", "left-behind-lsoas-2023")
"""The lists that a profile is set beside where the folder has the files for them."""

# What is kept was made by this code: when the code changes, it is made anew.
_CODE = tuple(str(Path(__file__).with_name(name)) for name in ("figures.py", "figures_kept.py", "shelf.py"))
_LEFT_BEHIND, _OTHER = "left-behind", "other-deprived"


def gather(
    data: Path,
    *,
    presets: Sequence[str] = PRESETS,
    cohort: Path | None = None,
    cached: bool = True,
    progress: Callable[[str], None] | None = None,
) -> Figures:
    """Return every figure that a folder holds, by its catalogue files.

    Parameters
    ----------
    data : Path
        Folder with the official files, and with tables of your own beside their ``*.dataset.toml``.
    presets : sequence of str
        Lists of places to set a place beside, each a shipped one or the path of a cohort file. A shipped one whose
        files are not there is left out, and said.
    cohort : Path, optional
        A finished table with ``area_code`` and ``cohort`` in place of the presets.
    cached : bool
        Keep what was prepared for the next time; see `homeground.sources.cache`.
    progress : callable, optional
        Is told what is being done.

    Returns
    -------
    Figures

    Raises
    ------
    MissingDataset
        If the folder holds no figure that a catalogue file describes.
    """
    also = [*presets, *([str(cohort)] if cohort else []), *_CODE]
    name = f"figures-{fingerprint(Path(data), also=also)}"
    if cached:
        found = kept(name, progress=progress)
        try:
            if found is not None:
                return from_tables(found.tables, found.about)
        except (KeyError, TypeError, ValueError, IndexError):  # readable, and not what was written
            if progress:
                progress(DAMAGED)
    made = _gather(Path(data), presets, cohort, progress or (lambda _: None))
    if cached:
        tables, about = to_tables(made)
        keep(name, tables, about)
    return made


def _gather(data: Path, presets: Sequence[str], cohort: Path | None, say: Callable[[str], None]) -> Figures:
    say("looking into the folder")
    there = scan(data)
    shelf = Shelf(there, say)
    for entry in there.found:
        if entry.dataset.indicators:
            shelf.read(entry.dataset)
    if not shelf.columns:
        raise MissingDataset(
            "the folder holds no figures of places that a catalogue file describes",
            remedy="Add the Indices of Deprivation (File 7), or a table of your own with a catalogue file that has "
            "[[indicators]].",
            file=data,
        )
    bridges, names = shelf.bridges()
    made = _assembled(shelf, bridges, names)
    say("making the lists of places")
    cohorts, titles, notes = _cohorts(made, data, presets, cohort)
    return replace(made, cohorts=cohorts, cohort_titles=titles, notes=(*made.notes, *notes))


def _assembled(shelf: Shelf, pairs: list[tuple[str, str, pl.DataFrame]], names: dict[str, dict[str, str]]) -> Figures:
    natives = {node: _native(shelf, node, columns, names.get(node, {})) for node, columns in shelf.columns.items()}
    for node, people in shelf.people.items():
        if node not in natives:
            kind = shelf.kinds.setdefault(node, _split(shelf, node))
            natives[node] = _bare(node, kind, people, names.get(node, {}))
    # A lookup may reach into another country: only areas that the tables know are kept on the side that has tables.
    known = {node: frozenset(native.codes) for node, native in natives.items()}
    bridges = []
    for start, end, table in pairs:
        kept_ = table
        for side, node in (("from_code", start), ("to_code", end)):
            if node in known:
                kept_ = kept_.filter(pl.col(side).is_in(list(known[node])))
        if kept_.height:
            bridges.append(Bridge(start, end, kept_))
    codes: dict[str, tuple[str, ...]] = {node: native.codes for node, native in natives.items()}
    for bridge in bridges:
        for side, node in (("from_code", bridge.start), ("to_code", bridge.end)):
            if node not in natives:
                there = set(codes.get(node, ())) | set(bridge.pairs[side].to_list())
                codes[node] = tuple(sorted(there))
    named = {node: tuple(names.get(node, {}).get(code, "") for code in there) for node, there in codes.items()}
    kinds = {node: shelf.kinds[node][0] for node in codes}
    years = {node: shelf.kinds[node][1] for node in codes}
    return Figures(
        natives,
        tuple(bridges),
        codes,
        named,
        years,
        kinds,
        sources=shelf.sources,
        notes=tuple(dict.fromkeys(shelf.notes)),
    )


def _split(shelf: Shelf, node: str) -> tuple[str, int | None]:
    for entry in shelf.there.found:
        known = entry.dataset
        if node_of(known.area_kind, known.boundary_year) == node:
            return known.area_kind, known.boundary_year
    raise BadSpecification(f"no data set is about {node}", remedy="Report this as a fault.")


def _bare(node: str, kind: tuple[str, int | None], people: pl.DataFrame, names: Mapping[str, str]) -> Native:
    there = people.sort("area_code")
    codes = tuple(there["area_code"].to_list())
    empty = np.empty((len(codes), 0))
    return Native(
        node, *kind, codes, tuple(names.get(code, "") for code in codes), there["people"].to_numpy(), (), empty, empty,
        np.empty((len(codes), 0), dtype=bool), empty, empty,
    )  # fmt: skip


def _native(shelf: Shelf, node: str, columns: list[Column], names: Mapping[str, str]) -> Native:
    people = shelf.people.get(node)
    there: set[str] = set() if people is None else set(people["area_code"].to_list())
    alone = not any(column.extends for column in columns)
    for column in columns:
        if (column.extends or alone) and not (people is not None and column.absent == "zero"):
            there |= set(column.table["area_code"].drop_nulls().to_list())
    codes = sorted(there)
    spine = pl.DataFrame({"area_code": codes})
    order = {theme: place for place, theme in enumerate(THEMES)}
    columns = sorted(columns, key=lambda column: order.get(column.measure.theme, 99))  # type: ignore[call-overload]
    wide: dict[str, list[np.ndarray[Any, Any]]] = {name: [] for name in ("above", "below", "hidden", "low", "high")}
    lived = np.full(len(codes), np.nan)
    if people is not None:
        lived = spine.join(people, on="area_code", how="left", maintain_order="left")["people"].to_numpy()
    for column in columns:
        lined = spine.join(column.table, on="area_code", how="left", maintain_order="left")
        if column.absent == "zero":
            lined = lined.with_columns(
                below=pl.col("below").fill_null(pl.Series(lived)), above=pl.col("above").fill_null(0.0)
            )
        for name in ("above", "below", "low", "high"):
            wide[name].append(lined[name].cast(pl.Float64).to_numpy())
        wide["hidden"].append(lined["hidden"].fill_null(value=False).to_numpy())
    stacked = {name: np.column_stack(parts) for name, parts in wide.items()}
    kind, year = shelf.kinds[node]
    return Native(
        node,
        kind,
        year,
        tuple(codes),
        tuple(names.get(code, "") for code in codes),
        lived,
        tuple(column.measure for column in columns),
        stacked["above"],
        stacked["below"],
        stacked["hidden"].astype(bool),
        stacked["low"],
        stacked["high"],
    )


def _cohorts(
    figures: Figures, data: Path, presets: Sequence[str], table: Path | None
) -> tuple[dict[str, pl.DataFrame], dict[str, str], list[Note]]:
    found: dict[str, pl.DataFrame] = {}
    titles: dict[str, str] = {}
    notes: list[Note] = []
    if table is not None:
        node, groups = _finished(figures, table)
        return {node: groups}, {node: table.name}, [Note(f"The list of places is taken from {table.name}.")]
    for preset in presets:
        try:
            made = build_cohort(preset, data=data)
        except MissingDataset as error:
            if preset not in PRESETS:
                raise
            notes.append(Note(f"The list '{preset}' could not be made: {error.problem}.", kind="missing"))
            continue
        node = node_of(made.kind, made.boundary_year)
        if node not in figures.codes:
            notes.append(Note(f"The list '{preset}' is of {made.kind}s without figures here.", kind="missing"))
            continue
        label = pl.col("cohort")
        group = (
            pl.when(label == made.label).then(pl.lit(_LEFT_BEHIND)).when(label == "other deprived").then(pl.lit(_OTHER))
        )
        title = (
            pl.when(label == made.label).then(pl.lit(f"{made.label} places")).otherwise(pl.lit("other deprived places"))
        )
        found[node] = made.table.select("area_code", "cohort", group=group, title=title)
        titles[node] = made.title or made.name
    return found, titles, notes


def _finished(figures: Figures, path: Path) -> tuple[str, pl.DataFrame]:
    """Return the kind of area a finished list is of, and its rows with their groups."""
    opened = open_file(path)
    code = code_heading(opened.table, file=opened.file)
    require_columns(opened.table, ["cohort"], file=opened.file)
    codes = opened.table[code].cast(pl.String)
    fit = {node: int(codes.is_in(list(there)).sum()) for node, there in figures.codes.items()}
    node = max(fit, key=lambda name: (fit[name], figures.years[name] or 0))
    if not fit[node]:
        raise BadTable(
            f"none of its {count(len(codes), 'area')} is known here (first: {codes[0]})",
            remedy="Give a list of the areas and of the boundary year that the data folder has.",
            file=path,
        )
    word = opened.table["cohort"].cast(pl.String)
    plain = word.str.to_lowercase().str.replace_all(r"[\s_-]+", " ")
    group = (
        pl.when(plain == "left behind").then(pl.lit(_LEFT_BEHIND)).when(plain == "other deprived").then(pl.lit(_OTHER))
    )
    made = pl.DataFrame({"area_code": codes, "cohort": word}).with_columns(group=group)
    if not made["group"].is_not_null().any():
        raise BadTable(
            f"no row of its column 'cohort' says 'left behind' or 'other deprived' (first: '{word[0]}')",
            remedy="Write the table with: homeground find cohort --out FILE.",
            file=path,
            column="cohort",
        )
    return node, made.with_columns(title=pl.col("group").str.replace("-", " ") + " places")
