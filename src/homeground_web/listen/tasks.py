"""What a worker does for LISTEN."""

from __future__ import annotations

from typing import Any

from homeground_web.jobs.registry import Progress, task
from homeground_web.jobs.work import Refused
from homeground_web.listen import analysis, steps
from homeground_web.listen.models import Sorting

__all__ = ["ask_what_fits", "propose_heaps"]


@task("propose-heaps")
def propose_heaps(progress: Progress, *, sorting: int) -> dict[str, Any]:
    """Propose heaps for what was said."""
    progress("reading what was said")
    try:
        return {"heaps": steps.propose(Sorting.objects.get(pk=sorting))}
    except analysis.HomegroundError as error:
        raise Refused(str(error)) from None


@task("ask-what-fits")
def ask_what_fits(progress: Progress, *, sorting: int) -> dict[str, Any]:
    """Find out what else may belong to the heaps."""
    progress("looking for what is alike")
    try:
        return {"found": steps.ask(Sorting.objects.get(pk=sorting))}
    except analysis.HomegroundError as error:
        raise Refused(str(error)) from None
