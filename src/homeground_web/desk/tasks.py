"""What a worker does for the desk."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from homeground_web.desk import analysis
from homeground_web.desk.models import Folder
from homeground_web.find import redraw
from homeground_web.jobs.registry import Progress, task
from homeground_web.places.models import Load
from homeground_web.runs.models import Run

__all__ = ["draw_list", "look", "publish_list"]


@task("look-into-folder")
def look(progress: Progress, *, folder: int) -> dict[str, Any]:
    """Find out what the files of a folder are, and what is wrong with them."""
    found = Folder.objects.get(pk=folder)
    looked = analysis.look(found.path, progress)
    Folder.objects.filter(pk=folder).update(
        found=looked.found, problems=looked.problems, missing=looked.missing, looked=timezone.now()
    )
    return {"folder": folder}


@task("draw-list", attempts=2)
def draw_list(progress: Progress, *, load: int, preset: str, draws: int) -> dict[str, Any]:
    """Draw a list of places anew, as a run that nobody sees yet."""
    run = redraw.draw(Load.objects.get(pk=load), preset, draws, progress)
    return {"run": run.pk}


@task("publish-list")
def publish_list(progress: Progress, *, run: int, user_id: int | None = None) -> dict[str, Any]:
    """Let the public see a list: each place's page says so from then on."""
    redraw.publish(Run.objects.get(pk=run), progress, user_id=user_id)
    return {"run": run}
