"""UNDERSTAND's panels on the page of a place: the sentences that matter, life by theme, places like it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from homeground_web.shell.panels import Panel, register
from homeground_web.shell.wording import number
from homeground_web.understand import giving, life, queries, reaching
from homeground_web.understand.giving_words import given_here
from homeground_web.understand.reaching_words import reach_here
from homeground_web.understand.sources import sources_of

__all__: list[str] = []


def _read(request: HttpRequest, area: Any) -> Any:
    """Return the stored profile of the page's place: read once for all panels of a page."""
    if not hasattr(request, "profile_read"):
        request.profile_read = queries.profile_of(area)  # type: ignore[attr-defined]
    return request.profile_read  # type: ignore[attr-defined]


def _headlines(request: HttpRequest, area: Any) -> Mapping[str, Any] | None:
    found = _read(request, area)
    return {"sentences": found[0].headlines} if found and found[0].headlines else None


def _life(request: HttpRequest, area: Any) -> Mapping[str, Any] | None:
    found = _read(request, area)
    if found is None:
        return None
    read, run = found
    return {"area": area, "themes": life.themes(area, read), "run": run}


def _nearest(request: HttpRequest, area: Any) -> Mapping[str, Any] | None:
    found = _read(request, area)
    return {"nearest": found[0].nearest[:5], "area": area} if found and found[0].nearest else None


def _given(request: HttpRequest, area: Any) -> Mapping[str, Any]:
    return _stored(area, giving.KIND, given_here)


def _reach(request: HttpRequest, area: Any) -> Mapping[str, Any]:
    return _stored(area, reaching.KIND, reach_here)


def _stored(area: Any, kind: str, in_words: Callable[..., Any]) -> Mapping[str, Any]:
    """Return what a run of a kind says of an area, by the name of the kind; None there when it says nothing of it."""
    found = queries.row_of(area, kind)
    if found is None:
        return {kind: None, "any_files": queries.any_run(area.load_id, kind)}
    row, run = found
    return {kind: in_words(area.name, row, run.summary), "summary": run.summary, "notes": run.notes}


def _sources(request: HttpRequest, area: Any) -> Mapping[str, Any] | None:
    made = sources_of(area)
    return {"made": made} if made else None


def _data(request: HttpRequest, area: Any) -> Mapping[str, Any] | None:
    return {"area": area} if _read(request, area) else None


def _map(request: HttpRequest, load: Any) -> Mapping[str, Any] | None:
    """Lead those without a postcode to all places: a map of the kind that residents know, and the tables."""
    kinds = list(queries.kinds_of(load).values()) if load else []
    if not kinds:
        return None
    links = []
    for kind in kinds:
        many = number(kind.run.summary.get("areas"))
        title = _("All %(many)s %(kinds)s in a table and on a map") % {"many": many, "kinds": kind.plain_title}
        links.append({"href": f"{reverse('explore')}?{urlencode({'area': kind.node})}", "title": title})
    return {"links": links, "sha": kinds[0].map_sha, "title": kinds[0].title}


register(Panel("map", "home", 60, "understand/panel_map.html", _map))
register(Panel("headlines", "place", 10, "understand/panel_headlines.html", _headlines))
register(Panel("life", "place", 30, "understand/panel_life.html", _life, _("Life here")))
register(Panel("given", "place", 40, "understand/panel_given.html", _given, _("What the place has been given")))
register(Panel("within-reach", "place", 50, "understand/panel_reach.html", _reach, _("What is within reach")))
register(Panel("nearest", "place", 70, "understand/panel_nearest.html", _nearest, _("Places like this one")))
register(Panel("sources", "place", 85, "understand/panel_sources.html", _sources, _("Where this comes from")))


def _report(request: HttpRequest, area: Any) -> Mapping[str, Any] | None:
    return {"address": reverse("place-report", kwargs={"code": area.code})} if _read(request, area) else None


def _our_report(request: HttpRequest, place: Any) -> Mapping[str, Any] | None:
    return {"address": reverse("our-report", kwargs={"slug": place.slug})} if place.parts.exists() else None


register(Panel("report", "place", 88, "understand/panel_report.html", _report, _("Take it with you")))
register(Panel("our-report", "our-place", 88, "understand/panel_report.html", _our_report, _("Take it with you")))
register(Panel("data", "place", 90, "understand/panel_data.html", _data, _("Get the data")))
