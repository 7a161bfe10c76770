"""What places were given, as a part of a load: files of grants by area, stored by place."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from homeground_web.jobs.work import Refused
from homeground_web.places.loading import Loading, Step, register_step
from homeground_web.runs.actions import Computed, keep_places, record
from homeground_web.runs.models import Run
from homeground_web.understand import analysis

__all__ = ["KIND", "files_of"]

KIND = "given"
_PROBLEMS_TOLD = 20


def files_of(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    """Return the files that the plan names for grants; a name without a pattern must be there.

    Raises
    ------
    Refused
        If a file that is named is not there.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        there = sorted(path for path in folder.glob(pattern) if path.is_file())
        if not there and not any(sign in pattern for sign in "*?["):
            raise Refused(f"The plan names {pattern} for grants, which is not in the folder.")
        found |= dict.fromkeys(there)
    return list(found)


def _run(loading: Loading) -> None:
    files = files_of(loading.folder, loading.plan.grants)
    if not files:
        return
    lists = {node: analysis.preset_of(loading.folder, loading.plan.presets, node) for node in loading.nodes}
    # Areas with a list come first: those without one are set beside its groups.
    for node in loading.each("adding up grants", sorted(loading.nodes, key=lambda node: lists[node] is None)):
        _of(loading, node, files, lists[node])


def _of(loading: Loading, node: str, files: list[Path], preset: str | None) -> None:
    began = time.monotonic()
    postcodes = loading.folder / loading.plan.postcodes if loading.plan.postcodes else None
    made = analysis.given_of(
        loading.desk, node, files, preset=preset, postcodes=postcodes, today=loading.load.begun.date()
    )
    summary = made.summary | {"told": made.problems.head(_PROBLEMS_TOLD).select("file", "row", "problem").rows()}
    if preset is None:
        summary["beside"] = _beside(loading)
    with tempfile.TemporaryDirectory() as folder:
        kept = {}
        for name, table, holds in (
            ("people.parquet", made.people, "how many people each area has"),
            ("by_area.parquet", made.areas, "what each area was given, in four series"),
            ("by_cohort.parquet", made.by_cohort, "what groups of areas were given"),
            ("by_year.parquet", made.by_year, "what groups of areas were given, year by year"),
            ("problems.parquet", made.problems, "what is wrong with the files of grants, and how to mend it"),
        ):
            table.write_parquet(Path(folder) / name)
            kept[name] = (Path(folder) / name, holds)
        run = record(
            Computed(
                kind=f"{KIND} {node}", title=f"What places were given ({node})", inputs=[],
                parameters={"node": node, "preset": Path(preset).name if preset else "", "files": summary["files"]},
                sources=made.sources, notes=made.notes, summary=summary,
                command=_command(loading.folder, files, postcodes, preset, node),
                seconds=time.monotonic() - began, files=kept,
            ),
            load=loading.load,
            state=Run.State.PUBLISHED,
        )  # fmt: skip
    keep_places(run, node, analysis.pack_rows(made.areas))


def _beside(loading: Loading) -> list[dict[str, Any]]:
    """Return the groups of the finest list there is: areas without a list of their own are set beside these."""
    runs = Run.objects.filter(load=loading.load, kind__startswith=f"{KIND} ", state=Run.State.PUBLISHED)
    lists = [run.summary["groups"] for run in runs if len(run.summary["groups"]) > 1]
    finest: list[dict[str, Any]] = max(lists, key=lambda groups: groups[-1]["areas"], default=[])
    return [group for group in finest if group["group"] in ("left-behind", "other-deprived")]


def _command(folder: Path, files: list[Path], postcodes: Path | None, preset: str | None, node: str) -> str:
    named = " ".join(f"DATA/{file.relative_to(folder).as_posix()}" for file in files)
    if preset:
        chosen = f"--preset {'DATA/' + Path(preset).name if preset.endswith('.toml') else preset}"
    else:
        chosen = f"--population people.parquet{'' if node.startswith('area') else ' --level ' + node}"
    looked = f" --postcodes DATA/{postcodes.name}" if postcodes else ""
    return f"homeground understand grants {named} --data DATA {chosen}{looked} --keep-good --out FOLDER"


register_step(Step("given", _("adding up grants"), order=50, weight=3, run=_run))
