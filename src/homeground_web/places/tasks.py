"""What a worker does for places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from homeground_web.jobs.registry import Progress, task
from homeground_web.places import loading, own
from homeground_web.places.models import Load, Place

__all__ = ["load_folder", "work_out_place"]


@task("load", attempts=2)
def load_folder(
    progress: Progress, *, load: int | None = None, folder: str = "", plan: str = "", show: bool = False
) -> dict[str, Any]:
    """Read a folder as the next load; with `show`, swap it in when it holds."""
    found = Load.objects.get(pk=load) if load else loading.begin(Path(folder), plan=plan)
    loading.prepare(found, progress)
    if show:
        loading.swap(found)
    return {"load": found.pk}


@task("work-out-place")
def work_out_place(progress: Progress, *, place: int) -> dict[str, Any]:
    """Find out what a neighbourhood is made of, and its figures."""
    own.work_out(Place.objects.get(pk=place), progress)
    return {"place": place}
