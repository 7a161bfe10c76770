"""Gathered figures as plain tables and back, so that they can be kept for the next run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.provenance import Note, Source
from homeground.understand.profiling.figures import Bridge, Figures, Measure, Native

__all__ = ["from_tables", "to_tables"]


def to_tables(made: Figures) -> tuple[dict[str, pl.DataFrame], dict[str, Any]]:
    """Return figures as tables by name, and what cannot stand in a table."""
    tables: dict[str, pl.DataFrame] = {}
    about: dict[str, Any] = {"natives": [], "bridges": [], "cohorts": dict(made.cohort_titles)}
    for node, native in made.natives.items():
        columns: dict[str, Any] = {"code": native.codes, "name": native.names, "people": native.people}
        for at in range(len(native.measures)):
            for name in ("above", "below", "hidden", "low", "high"):
                if name in ("low", "high") and native.measures[at].interval != "published":
                    continue
                columns[f"{name}{at}"] = getattr(native, name)[:, at]
        tables[f"native-{node}"] = pl.DataFrame(columns)
        about["natives"].append([node, native.kind, native.year, [asdict(measure) for measure in native.measures]])
    for at, bridge in enumerate(made.bridges):
        tables[f"bridge-{at}"] = bridge.pairs
        about["bridges"].append([bridge.start, bridge.end])
    for node, table in made.cohorts.items():
        tables[f"cohort-{node}"] = table
    for node, codes in made.codes.items():
        tables[f"codes-{node}"] = pl.DataFrame({"code": codes, "name": made.names[node]})
    about["nodes"] = [[node, made.kinds[node], made.years[node]] for node in made.codes]
    about["sources"] = {id: asdict(source) for id, source in made.sources.items()}
    about["notes"] = [asdict(note) for note in made.notes]
    parsed: dict[str, Any] = json.loads(json.dumps(about))
    return tables, parsed


def _matrix(table: pl.DataFrame, name: str, k: int) -> NDArray[np.float64]:
    """Return the columns `name` of `k` measures side by side; NaN for a measure that has none."""
    there = [at for at in range(k) if f"{name}{at}" in table.columns]
    found = table.select(f"{name}{at}" for at in there).to_numpy(order="c") if there else None
    if found is not None and len(there) == k:
        return found
    made = np.full((table.height, k), np.nan)
    if found is not None:
        made[:, there] = found
    return made


def from_tables(tables: Mapping[str, pl.DataFrame], about: Mapping[str, Any]) -> Figures:
    """Return the figures that `to_tables` wrote."""
    natives = {}
    for node, kind, year, measures in about["natives"]:
        table = tables[f"native-{node}"]
        told = tuple(Measure(**{**m, "breaks": tuple((b[0], b[1]) for b in m["breaks"])}) for m in measures)
        n, k = table.height, len(told)
        wide = {name: _matrix(table, name, k) for name in ("above", "below", "low", "high")}
        hidden = (
            table.select(f"hidden{at}" for at in range(k)).to_numpy(order="c") if k else np.zeros((n, 0), dtype=bool)
        )
        natives[node] = Native(
            node, kind, year, tuple(table["code"].to_list()), tuple(table["name"].to_list()),
            table["people"].to_numpy(), told, wide["above"], wide["below"], hidden, wide["low"], wide["high"],
        )  # fmt: skip
    bridges = tuple(Bridge(start, end, tables[f"bridge-{at}"]) for at, (start, end) in enumerate(about["bridges"]))
    nodes = about["nodes"]
    notes = tuple(Note(n["text"], tuple(n["areas"]), n["kind"]) for n in about["notes"])
    return Figures(
        natives,
        bridges,
        {node: tuple(tables[f"codes-{node}"]["code"].to_list()) for node, _, _ in nodes},
        {node: tuple(tables[f"codes-{node}"]["name"].to_list()) for node, _, _ in nodes},
        {node: year for node, _, year in nodes},
        {node: kind for node, kind, _ in nodes},
        {node: tables[f"cohort-{node}"] for node in about["cohorts"]},
        dict(about["cohorts"]),
        {id: Source(**source) for id, source in about["sources"].items()},
        notes,
    )
