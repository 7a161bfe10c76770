"""What a worker does for LISTEN."""

from __future__ import annotations

from typing import Any

from homeground_web.jobs.registry import Progress, task
from homeground_web.jobs.work import Refused
from homeground_web.listen import analysis, census, keeping, steps, taking_back
from homeground_web.listen.models import Campaign, Sorting

__all__ = ["ask_what_fits", "erase_what_is_due", "propose_heaps", "who_lives_here"]


@task("erase-what-is-due", daily=True)
def erase_what_is_due(progress: Progress) -> dict[str, Any]:
    """Erase what people said when its time has come, and once more what a backup brought back."""
    progress("erasing what is due")
    back = taking_back.erase_again()
    return {"again": back, **{name: many for name, many in keeping.forget().items() if many}}


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
def who_lives_here(progress: Progress, *, campaign: int, added: list[str] | None = None) -> dict[str, Any]:
    """Count who lives in the place of a time of listening, by all its questions or by those that were added."""
    progress("counting who lives here")
    return {"questions": census.fill(Campaign.objects.get(pk=campaign), added)}
