"""The lists of places as a part of a load: facts of areas, and a run for each list."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from homeground_web.find import analysis
from homeground_web.places.loading import Facts, Loading, register_facts
from homeground_web.runs.actions import Computed, record
from homeground_web.runs.models import Run

__all__ = ["ENGINE", "FACTS", "KIND", "LIST", "METHOD", "WHY", "keep"]

KIND = "list"
LIST, METHOD, ENGINE, FACTS, WHY = "list.parquet", "method.json", "engine.npz", "areas.json", "why.json"


def _facts(loading: Loading) -> Facts:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    plan = loading.plan
    for made in analysis.lists_of(loading.folder, plan.presets, draws=plan.draws, say=loading.say):
        if made.node not in loading.nodes:
            continue
        found |= {(made.node, code): values for code, values in made.areas.items()}
        keep(made, loading.load, state=Run.State.PUBLISHED)
    return found


def keep(made: analysis.ListMade, load: Any, *, state: Any) -> Run:
    """Write down a list that was made, with all that its pages tell of it."""
    with tempfile.TemporaryDirectory() as folder:
        path, method, engine, facts, why = (Path(folder) / name for name in (LIST, METHOD, ENGINE, FACTS, WHY))
        made.table.write_parquet(path)
        method.write_text(json.dumps(made.method, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        np.savez(engine, **made.engine)
        facts.write_text(json.dumps(made.areas, sort_keys=True), encoding="utf-8")
        why.write_text(json.dumps(made.why, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        files = {
            LIST: (path, "the list, every area with how sure it is"),
            METHOD: (method, "how the list was made: rule, weights, audit, what changed"),
            ENGINE: (engine, "the values of all parts, from which the list can be made again"),
            FACTS: (facts, "what each area's page says of it"),
            WHY: (why, "why places are on the list or close to it, and what would change that"),
        }
        return record(
            Computed(
                kind=f"{KIND} {made.node}", title=made.title, inputs=[], parameters=made.parameters,
                sources=made.sources, notes=made.notes, summary=made.summary, command=made.command,
                seconds=made.seconds, files=files,
            ),
            load=load,
            state=state,
        )  # fmt: skip


register_facts("lists", _facts)
