"""What FIND's pages read."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Abs

from homeground_web.find import analysis
from homeground_web.find.lists import ENGINE, METHOD, WHY
from homeground_web.places.models import Area
from homeground_web.runs.files import file_of
from homeground_web.runs.models import Run

__all__ = ["engine_of", "example_areas", "list_run", "list_runs", "method_of", "near_the_line", "why"]

_BARE = ("outline",)
_NEAR = 10


def list_runs(load_id: int) -> list[Run]:
    """Return the published lists of places of a load."""
    return list(
        Run.objects.filter(load_id=load_id, kind__startswith="list ", state=Run.State.PUBLISHED).order_by("kind")
    )


def list_run(load_id: int, node: str) -> Run | None:
    """Return the published list of a kind of area."""
    return Run.objects.filter(load_id=load_id, kind=f"list {node}", state=Run.State.PUBLISHED).first()


def method_of(run: Run) -> dict[str, Any] | None:
    """Return how a list was made; None for a list stored before that was kept."""
    path = file_of(run, METHOD)
    return analysis.method_at(path) if path else None


def engine_of(run: Run) -> analysis.Kept | None:
    """Return what a list can be made again from; None for a list stored before that was kept."""
    path = file_of(run, ENGINE)
    return analysis.kept_at(path) if path else None


def why(run: Run, code: str) -> tuple[str, ...]:
    """Return why a place is on a list or close to it, and what would change that; nothing for a place far from it."""
    path = file_of(run, WHY)
    return analysis.why_at(path, code) if path else ()


def example_areas(load_id: int, node: str) -> tuple[Area | None, Area | None]:
    """Return the most deprived place of a list, and the most deprived one that is not on it."""
    areas = Area.objects.filter(load_id=load_id, node=node, deprivation_rank__isnull=False, need_rank__isnull=False)
    areas = areas.defer(*_BARE).order_by("deprivation_rank", "code")
    return areas.filter(group="left-behind").first(), areas.exclude(group="left-behind").first()


def near_the_line(load_id: int, node: str) -> list[Area]:
    """Return the places that are the least sure to be on or off the list, the least sure first."""
    areas = Area.objects.filter(load_id=load_id, node=node, probability__gt=0, probability__lt=1).defer(*_BARE)
    return list(areas.annotate(far=Abs(F("probability") - Value(0.5))).order_by("far", "code")[:_NEAR])
