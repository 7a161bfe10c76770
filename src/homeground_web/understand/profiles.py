"""Profiles as a part of a load: the figures of every area, worked out by column and stored by place."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from homeground_web.places.loading import Loading, Step, register_step
from homeground_web.places.models import Area
from homeground_web.runs.actions import Computed, keep_places, record
from homeground_web.runs.models import Run
from homeground_web.understand import analysis

__all__ = ["FIGURES", "GUIDE", "KIND"]

KIND = "profile"
GUIDE = "guide.json"
FIGURES = "figures.parquet"


def _run(loading: Loading) -> None:
    for node in loading.each("working out profiles"):
        _of(loading, node)


def _of(loading: Loading, node: str) -> None:
    began = time.monotonic()
    made = analysis.all_of(loading.desk, node)
    found = made.found
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / GUIDE
        path.write_text(found.guide.as_json(), encoding="utf-8")
        figures = path.with_name(FIGURES)
        analysis.write_figures(found, figures)
        run = record(
            Computed(
                kind=f"{KIND} {node}", title=f"Profiles of all areas ({node})", inputs=[],
                parameters={"node": node, "presets": list(loading.plan.presets)}, sources=made.sources,
                notes=made.notes, summary={"areas": len(found.codes), "measures": len(found.guide.measures)},
                command="homeground understand profile CODE --data DATA",
                seconds=time.monotonic() - began,
                files={
                    GUIDE: (path, "indicators, comparators and authorities"),
                    FIGURES: (figures, "every figure of every area, a row for each area"),
                },
            ),
            load=loading.load,
            state=Run.State.PUBLISHED,
        )  # fmt: skip
    keep_places(run, node, analysis.pack(found))
    _authorities(loading, node, found)


def _authorities(loading: Loading, node: str, found: analysis.Everywhere) -> None:
    """Write down for each area the authority it lies in."""
    by: dict[str, list[str]] = {}
    for code, authority in zip(found.codes, found.authority, strict=True):
        if authority:
            by.setdefault(authority, []).append(code)
    areas = Area.objects.filter(load=loading.load, node=node)
    for authority, codes in by.items():
        name = found.authority_names.get(authority, authority)
        for start in range(0, len(codes), 500):
            chosen = areas.filter(code__in=codes[start : start + 500])
            chosen.update(authority=authority, authority_name=name)


register_step(Step("profiles", _("working out profiles"), order=40, weight=10, run=_run))
