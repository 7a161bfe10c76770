"""Where the figures of a place's page come from: the runs that it shows, and the data sets behind them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from homeground_web.runs.models import Run

__all__ = ["sources_of"]

_ON_THE_PAGE = ("list", "profile", "given", "reach")


def sources_of(area: Any) -> list[dict[str, Any]]:
    """Return the published runs about an area's kind of area: what each is, and how sure it is."""
    kinds = [f"{kind} {area.node}" for kind in _ON_THE_PAGE]
    runs = Run.objects.filter(load_id=area.load_id, kind__in=kinds, state=Run.State.PUBLISHED)
    told = [(run.kind.partition(" ")[0], run) for run in runs]
    told.sort(key=lambda pair: _ON_THE_PAGE.index(pair[0]))
    return [{"title": _title(kind, run), "run": run, "sure": _sure(kind, run)} for kind, run in told]


def _title(kind: str, run: Run) -> str:
    return {
        "list": _("The list of places"), "profile": _("Life here"), "given": _("What the place has been given"),
        "reach": _("What is within reach"),
    }.get(kind, run.title)  # fmt: skip


def _sure(kind: str, run: Run) -> str:
    if kind == "list":
        return _("The list was made many times over. How often this place was on it is told above.")
    if kind == "given":
        return _("Grants are counted in three ways. The true figure lies between the lowest and the highest.")
    if kind == "reach":
        return _("These are straight lines. A place to meet that is on no list is not counted.")
    return (
        _("Where a figure is from a survey or a small count, its limits stand beside it.") if kind == "profile" else ""
    )
