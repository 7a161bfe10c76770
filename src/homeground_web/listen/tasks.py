"""What a worker does for LISTEN."""

from __future__ import annotations

from typing import Any

from homeground_web.jobs.registry import Progress, task
from homeground_web.jobs.work import Refused
from homeground_web.listen import analysis, census, steps
from homeground_web.listen.models import Campaign, Sorting

__all__ = ["ask_what_fits", "propose_heaps", "who_lives_here"]


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


@task("who-lives-here")
def who_lives_here(progress: Progress, *, campaign: int) -> dict[str, Any]:
    """Count who lives in the place of a time of listening."""
    progress("counting who lives here")
    return {"questions": census.fill(Campaign.objects.get(pk=campaign))}
