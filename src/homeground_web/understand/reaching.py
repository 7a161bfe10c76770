"""What is within reach, as a part of a load: distances to places to meet, stored by place."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from homeground_web.jobs.work import Refused
from homeground_web.places.loading import Loading, Step, register_step
from homeground_web.runs.actions import Computed, keep_places, record
from homeground_web.runs.models import Run
from homeground_web.understand import analysis

__all__ = ["KIND"]

KIND = "reach"


def _run(loading: Loading) -> None:
    plan = loading.plan
    if not plan.meeting_places:
        return
    lists = {kind: _there(loading.folder, name, _("places to meet")) for kind, name in plan.meeting_places.items()}
    centroids = _there(loading.folder, plan.centroids, _("where people live")) if plan.centroids else None
    began = time.monotonic()
    found = analysis.reach_of(loading.desk, loading.nodes, lists, centroids)
    seconds = time.monotonic() - began
    for node, made in found.items():
        _record(loading, node, made, _command(plan.meeting_places, plan.centroids), seconds / len(found))


def _there(folder: Path, name: str, what: object) -> Path:
    path = folder / name
    if not path.is_file():
        raise Refused(f"The plan names {name} for {what}, which is not in the folder.")
    return path


def _record(loading: Loading, node: str, made: analysis.Reach, command: str, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        areas, beside = Path(folder) / "by_area.parquet", Path(folder) / "beside.parquet"
        made.areas.write_parquet(areas)
        made.beside.write_parquet(beside)
        run = record(
            Computed(
                kind=f"{KIND} {node}", title=f"What is within reach ({node})", inputs=[],
                parameters={"node": node, "within_km": [0.8, 2.0]}, sources=made.sources, notes=made.notes,
                summary=made.summary, command=command, seconds=seconds,
                files={
                    areas.name: (areas, "what is within reach of each area"),
                    beside.name: (beside, "groups of areas side by side"),
                },
            ),
            load=loading.load,
            state=Run.State.PUBLISHED,
        )  # fmt: skip
    keep_places(run, node, analysis.pack_rows(made.areas))


def _command(lists: dict[str, str], centroids: str) -> str:
    named = " ".join(f"--places {kind}=DATA/{name}" for kind, name in lists.items())
    where = f" --centroids DATA/{centroids}" if centroids else ""
    return f"homeground understand access {named} --data DATA{where} --out FILE"


register_step(Step("reach", _("measuring what is within reach"), order=60, weight=1, run=_run))
