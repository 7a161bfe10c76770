"""FIND's panels on the pages of places and on the first page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from homeground_web.find import queries
from homeground_web.shell import navigation
from homeground_web.shell.panels import Panel, register

__all__: list[str] = []


def _sure(request: HttpRequest, area: Any) -> Mapping[str, Any] | None:
    if area.probability is None:
        return None
    run = queries.list_run(area.load_id, area.node)
    if run is None:
        return None
    times = min(100, max(0, round(100 * area.probability)))
    if 0 < area.probability < 1:  # 'always' and 'never' are said only when it is so
        times = min(99, max(1, times))
    return {
        "area": area,
        "run": run,
        "times": times,
        "on_list": area.group == "left-behind",
        "why": queries.why(run, area.code),
    }


def _lists(request: HttpRequest, load: Any) -> Mapping[str, Any] | None:
    if load is None:
        return None
    runs = queries.list_runs(load.pk)
    return {"runs": runs} if runs else None


register(Panel("sure", "place", 20, "find/panel_sure.html", _sure, _("How sure?")))
register(Panel("lists", "home", 20, "find/panel_lists.html", _lists))
navigation.register(navigation.Entry("find", _("How we decide"), "method-index", order=50))
