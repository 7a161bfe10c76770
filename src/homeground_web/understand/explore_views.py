"""The explorer's pages and downloads: the address holds all that is asked."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, Min
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from homeground_web.people.gate import needs
from homeground_web.places import queries as places
from homeground_web.places.models import Area, Load
from homeground_web.shell import freshness
from homeground_web.shell.views import message
from homeground_web.understand import downloads
from homeground_web.understand.explore import Explored, explore, figure_lists, legend, sentence
from homeground_web.understand.explore_rows import steps_text
from homeground_web.understand.life import said_of

__all__ = ["colours", "download", "page"]

_FRAMED = 900  # more areas than that are all over the map anyway


@require_safe
@needs("read")
@freshness.public
def page(request: HttpRequest) -> HttpResponse:
    """Show a table and a map of the areas that fit."""
    load = places.current()
    found = explore(load, request.GET) if load else None
    if load is None or found is None:
        return message(
            request, _("There is nothing to explore yet"),
            _("This page will show all places in a table and on a map."),
            _("Whoever looks after this site can load a folder of files. That takes some minutes."),
        )  # fmt: skip
    return render(request, "understand/explore.html", _about(load, found), status=400 if found.problems else 200)


def _about(load: Load, found: Explored) -> dict[str, Any]:
    asked = found.asked
    return {
        "load": load,
        "found": found,
        "asked": asked,
        "wrong": {problem.field: problem.text for problem in found.problems},
        "figures": figure_lists(found.measures),
        "sentence": sentence(found),
        "legend": legend(found),
        "rows": [_row(row, found) for row in found.answer.shown.iter_rows(named=True)],
        "headings": _headings(found),
        "frame": _frame(load, found),
        "sources": downloads.sources_of(found.kind.run, [found.measure]),
    }


def _frame(load: Load, found: Explored) -> str:
    """Return the box of what fits (west, south, east, north), for the map to begin with; '' for the whole map."""
    table = found.answer.table
    if not 0 < table.height <= _FRAMED or table.height == found.answer.whole.height:
        return ""
    areas = Area.objects.filter(load=load, node=found.asked.node, code__in=table["area_code"].to_list())
    box = areas.aggregate(Min("west"), Min("south"), Max("east"), Max("north")).values()
    return "" if None in box else ",".join(f"{value:.5f}" for value in box)


def _row(row: dict[str, Any], found: Explored) -> dict[str, Any]:
    figure, low, high = (row[found.asked.figure + part] for part in ("", "__low", "__high"))
    between = ""
    if low is not None and high is not None and low < high:
        between = _("between %(low)s and %(high)s") % {
            "low": said_of(low, found.unit),
            "high": said_of(high, found.unit),
        }
    state = row[f"{found.asked.figure}__state"]
    hidden = _("hidden to protect people") if state == "suppressed" else _("no figure")
    return {
        **{name: row[name] for name in ("area_code", "area_name", "authority_name", "people", "group", "probability")},
        "said": said_of(figure, found.unit) if figure is not None else hidden,
        "between": between,
        "times": _times(row["probability"]),
    }


def _times(probability: float | None) -> str:
    if probability is None:
        return ""
    times = round(100 * probability)
    if 0 < probability < 1:  # 'always' and 'never' are said only when it is so
        times = min(99, max(1, times))
    return _("%(times)s in 100") % {"times": times}


def _headings(found: Explored) -> list[dict[str, Any]]:
    """Return the table's headings: words, whether sorted by it, and the address that sorts by it."""
    asked, measure = found.asked, found.measure
    usual = {"name": "up", "council": "up", "people": "down", "sure": "down"}
    usual["figure"] = "up" if measure.higher_is == "better" else "down"
    titles = {
        "name": _("Place"), "figure": found.title, "people": _("People"), "council": _("Council"),
        "sure": _("How sure it is on the list"),
    }  # fmt: skip
    if not found.has_list:
        del titles["sure"]
    headings = []
    for sort, title in titles.items():
        here = asked.sort == sort
        order = {"up": "down", "down": "up"}[asked.order] if here else usual[sort]
        headings.append(
            {
                "title": title, "numeric": sort in ("people", "figure", "sure"),
                "sorted": ("ascending" if asked.order == "up" else "descending") if here else "",
                "href": "?" + asked.query(sort=sort, order=order, page=1),
            }
        )  # fmt: skip
    return headings


@require_safe
@needs("read")
@freshness.public
def colours(request: HttpRequest) -> HttpResponse:
    """Return a letter for each area, which the map colours it by."""
    load = places.current()
    found = explore(load, request.GET) if load else None
    if found is None:
        raise Http404
    breaks = found.breaks
    return JsonResponse({"steps": steps_text(found.answer, found.asked.figure, breaks), "node": found.asked.node})


@require_safe
@needs("read")
def download(request: HttpRequest, ending: str) -> HttpResponseBase:
    """Give what is shown as a file; wishes that cannot be met are told in place of it."""
    load = places.current()
    found = explore(load, request.GET) if load else None
    if load is None or found is None:
        raise Http404
    if found.problems and any(problem.field != "page" for problem in found.problems):
        return downloads.refused([problem.text for problem in found.problems])
    asked, measure = found.asked, found.measure
    told = downloads.Told(
        name=f"{asked.node}-{asked.figure}",
        title=f"{found.kind.title}: {found.title}",
        sources=downloads.sources_of(found.kind.run, [measure]),
        notes=(sentence(found), *([measure.quality] if measure.quality else [])),
        descriptions=downloads.described([measure]),
    )
    tag = f"{found.kind.run.result_hash}:{asked.query()}"
    return downloads.give(request, ending, found.answer.table, told, tag, load=load, node=asked.node)
