"""Reports of a place to take along, made in a job and kept: the second one who wants it has it at once."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from homeground_web.jobs.work import Refused
from homeground_web.places.analysis import asked_file
from homeground_web.places.models import Area, Load, Place
from homeground_web.runs.actions import Computed, record
from homeground_web.runs.analysis import version
from homeground_web.runs.models import Run, RunFile
from homeground_web.understand import analysis
from homeground_web.understand.chapters import chapters

__all__ = ["ENDINGS", "kept", "make", "make_own"]

ENDINGS = ("pdf", "docx", "xlsx")
_KIND = "report"
_LONGEST = 40


def _kind(ending: str, node: str, code: str) -> str:
    kind = f"{_KIND} {ending} {node} {code}"
    return kind if len(kind) <= _LONGEST else f"{_KIND} {ending} {hashlib.sha256(kind.encode()).hexdigest()[:20]}"


def _title(name: str, ending: str) -> str:
    return f"Report of {name} ({ending})"


def kept(load_id: int, node: str, code: str, name: str) -> dict[str, RunFile]:
    """Return the reports of a place that are there already, by their ending: of this name, by these sums."""
    kinds = {_kind(ending, node, code): ending for ending in ENDINGS}
    files = RunFile.objects.select_related("run").filter(
        run__load_id=load_id, run__kind__in=list(kinds), run__state=Run.State.PUBLISHED,
        run__library_version=version(), run__title__in=[_title(name, ending) for ending in ENDINGS],
    )  # fmt: skip
    return {kinds[file.run.kind]: file for file in files.order_by("pk")}


def make(load: Load, area: Area, ending: str, say: Callable[..., None]) -> Run:
    """Make the report of an area, unless it is there.

    Raises
    ------
    Refused
        If the files of the load have gone, or the report cannot be made; the words say why.
    """
    return _make(load, area.code, area.node, area.code, area.name, ending, say, chapters(area))


def make_own(load: Load, place: Place, ending: str, say: Callable[..., None]) -> Run:
    """Make the report of a neighbourhood of one's own."""
    with asked_file(place.name, place.asked) as path:
        return _make(load, str(path), "our", str(place.pk), place.name, ending, say)


def _make(
    load: Load, asked: str, node: str, code: str, name: str, ending: str, say: Callable[..., None],
    more: Sequence[analysis.Said] = (),
) -> Run:  # fmt: skip
    there = kept(load.pk, node, code, name).get(ending)
    if there is not None:
        return there.run
    folder, began = Path(load.folder), time.monotonic()
    if not folder.is_dir():
        raise Refused("The files that the figures came from are not there. Ask an analyst to load them anew.")
    say("working out the figures", 0.2)
    with tempfile.TemporaryDirectory() as made:
        out = Path(made) / f"{code}.{ending}"
        kind = node if node != "our" else None
        try:
            told = analysis.report_of(
                folder, tuple(load.plan.get("presets", ())), asked, kind, name, out, load.swapped or load.begun, more
            )
        except analysis.HomegroundError as error:
            raise Refused(str(error)) from None
        say("keeping the report", 0.9)
        return record(
            Computed(
                kind=_kind(ending, node, code), title=_title(name, ending), inputs=[],
                parameters={"place": code, "format": ending}, sources=told.sources, notes=told.notes, summary={},
                command=f"homeground understand profile {code} --data DATA --out {code}.{ending}",
                seconds=time.monotonic() - began,
                files={out.name: (out, _holds(ending))},
            ),
            load=load,
            state=Run.State.PUBLISHED,
        )  # fmt: skip


def _holds(ending: str) -> str:
    told: dict[str, Any] = {"pdf": "for reading and printing", "docx": "for changing", "xlsx": "for spreadsheets"}
    return str(told[ending])
