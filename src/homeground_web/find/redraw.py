"""Drawing a list of places anew for a load that is there already, and letting the public see it or not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction

from homeground_web.find import analysis
from homeground_web.find.lists import FACTS, KIND, keep
from homeground_web.jobs.work import Refused
from homeground_web.places.models import Area, Load
from homeground_web.runs.actions import publish as publish_run
from homeground_web.runs.files import file_of
from homeground_web.runs.models import Run

__all__ = ["difference", "draw", "publish"]

_FIELDS = ("cohort", "group", "deprivation_rank", "need_rank", "probability", "sure_sentence")
_BATCH = 2000


def draw(load: Load, preset: str, draws: int, say: Callable[..., None]) -> Run:
    """Return a list of places drawn anew from the files of a load, as a run that nobody sees yet.

    Raises
    ------
    Refused
        If the files have gone, or do not allow that list, or the site has no pages for its areas.
    """
    folder = Path(load.folder)
    if not folder.is_dir():
        raise Refused("The files of this load are no longer there. Load them anew.")
    try:
        made = next(analysis.lists_of(folder, (preset,), draws=draws, say=say), None)
    except analysis.HomegroundError as error:
        raise Refused(str(error)) from None
    if made is None:
        raise Refused(f"The files of this load do not hold what '{preset}' needs.")
    if made.node not in load.summary["nodes"]:
        there = ", ".join(load.summary["nodes"])
        raise Refused(f"'{preset}' is a list of {made.node}. This site has pages for {there}.")
    return keep(made, load, state=Run.State.DRAFT)


def difference(run: Run) -> dict[str, Any]:
    """Return who would join and who would leave the list that the public sees, by name."""
    facts = _facts(run)
    node = run.kind.removeprefix(f"{KIND} ")
    areas = Area.objects.filter(load=run.load, node=node).values_list("code", "name", "group")
    joins: list[str] = []
    leaves: list[str] = []
    stay = 0
    for code, name, group in areas:
        then, now = group == "left-behind", facts.get(code, {}).get("group") == "left-behind"
        stay += then and now
        if now != then:
            (joins if now else leaves).append(name)
    return {"joins": sorted(joins), "leaves": sorted(leaves), "stay": stay}


def publish(run: Run, say: Callable[..., None], *, user_id: int | None = None) -> None:
    """Let the public see a list: every area's page says so at once.

    Raises
    ------
    Refused
        If the run has no facts of areas, or is of a load that the public does not see.
    """
    if run.load is None or run.load.state != Load.State.CURRENT:
        raise Refused("This list was drawn from files that the public does not see now. Draw it anew.")
    facts = _facts(run)
    node = run.kind.removeprefix(f"{KIND} ")
    with transaction.atomic():
        areas = list(Area.objects.filter(load=run.load, node=node).only("pk", "code", *_FIELDS))
        for area in areas:
            for name in _FIELDS:
                default = "" if name in ("cohort", "group", "sure_sentence") else None
                setattr(area, name, facts.get(area.code, {}).get(name, default))
        for start in range(0, len(areas), _BATCH):
            say("writing what each page says", start / len(areas))
            Area.objects.bulk_update(areas[start : start + _BATCH], _FIELDS, batch_size=200)
        publish_run(run, user=_Who(user_id))


class _Who:
    """Somebody by number: all that the log keeps."""

    def __init__(self, number: int | None) -> None:
        self.pk = number


def _facts(run: Run) -> dict[str, Any]:
    stored = file_of(run, FACTS)
    if stored is None:
        raise Refused("This list keeps no facts of its areas. Draw it anew.")
    facts: dict[str, Any] = json.loads(stored.read_text(encoding="utf-8"))
    return facts
