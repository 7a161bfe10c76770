"""The figures of a neighbourhood of one's own, worked out with it, and the part of its page that shows them."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from homeground_web.places import own
from homeground_web.places.models import Load, Place
from homeground_web.runs.actions import Computed, record
from homeground_web.runs.models import Run, RunFile
from homeground_web.runs.store import path_of
from homeground_web.shell.panels import Panel, register
from homeground_web.understand import analysis, life

__all__: list[str] = []

_ABOUT = "about.json"


def _kind(place: Place) -> str:
    return f"own {place.pk}"


def _work_out(place: Place, load: Load, asked: Path, say: Callable[..., None]) -> None:
    say("working out figures", 0.5)
    began = time.monotonic()
    found = analysis.own_profile(Path(load.folder), tuple(load.plan.get("presets", ())), asked, place.name)
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name, table in found.tables.items():
            path = Path(folder) / f"{name}.parquet"
            table.write_parquet(path)
            files[path.name] = (path, name)
        about = Path(folder) / _ABOUT
        about.write_text(json.dumps(found.about, sort_keys=True, ensure_ascii=False), encoding="utf-8")
        files[_ABOUT] = (about, "the sentences that matter, and what is compared with what")
        before = Run.objects.filter(kind=_kind(place), state=Run.State.PUBLISHED)
        before.update(state=Run.State.WITHDRAWN)  # told by the line that the new one is made; no news for the public
        record(
            Computed(
                kind=_kind(place), title=f"Profile of {place.name}", inputs=[], parameters={"place": place.slug},
                sources=found.sources, notes=found.notes, summary={"figures": found.tables["table"].height},
                command="homeground understand profile FILE --data DATA",
                seconds=time.monotonic() - began, files=files,
            ),
            load=load,
            state=Run.State.PUBLISHED,
        )  # fmt: skip


def _shown(request: HttpRequest, place: Place) -> Mapping[str, Any] | None:
    run = Run.objects.filter(kind=_kind(place), state=Run.State.PUBLISHED, load__state=Load.State.CURRENT).first()
    if run is None:
        return None
    stored = {name: path_of(sha) for name, sha in RunFile.objects.filter(run=run).values_list("name", "sha256")}
    read = analysis.own_read(stored, _ABOUT)
    return {"themes": life.themes(place, read), "sentences": read.headlines, "run": run, "area": place}


own.register(_work_out)
register(Panel("own-life", "our-place", 30, "understand/panel_own.html", _shown, _("Life here")))
