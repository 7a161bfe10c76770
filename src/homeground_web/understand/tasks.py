"""What a worker does for UNDERSTAND."""

from __future__ import annotations

from typing import Any

from homeground_web.jobs.registry import Progress, task
from homeground_web.places.models import Area, Load, Place
from homeground_web.understand import reports

__all__ = ["place_report"]


@task("place-report", attempts=2)
def place_report(progress: Progress, *, load: int, node: str, code: str, ending: str) -> dict[str, Any]:
    """Make a report of an area, or of a neighbourhood of one's own (whose node is 'our')."""
    of = Load.objects.get(pk=load)
    if node == "our":
        run = reports.make_own(of, Place.objects.get(pk=int(code)), ending, progress)
    else:
        run = reports.make(of, Area.objects.get(load=of, node=node, code=code), ending, progress)
    return {"run": run.pk}
