"""Looking a place up, and its page."""

from __future__ import annotations

import math
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from homeground_web.people.gate import needs
from homeground_web.places import queries
from homeground_web.places.models import Area, Load
from homeground_web.places.sketch import sketch
from homeground_web.shell import freshness, panels
from homeground_web.shell.views import message

__all__ = ["home", "look_up", "near_me", "place"]

_LONGEST = 100


@require_GET
@needs("read")
@freshness.public
def home(request: HttpRequest) -> HttpResponse:
    """Show the first page: one field, and the doors behind it."""
    load = queries.current()
    authorities: list[Area] = []
    if load is not None:
        authorities = list(Area.objects.filter(load=load, kind="authority").defer("outline").order_by("name"))
    shown = panels.shown("home", request, load)
    return render(request, "places/home.html", {"load": load, "authorities": authorities, "panels": shown})


@never_cache
@csrf_exempt  # it changes nothing; the form stands on a page that is kept for everybody, so it can hold no token
@require_http_methods(["GET", "HEAD", "POST"])
@needs("read")
def look_up(request: HttpRequest) -> HttpResponse:
    """Lead to the place a person means: at once when there is one, else by a list. What was typed is not kept.

    The form is sent as POST, so that a postcode stands in no address: not in a history, nor in a server's log.
    """
    load, asked = _current(), (request.POST if request.method == "POST" else request.GET).get("q", "").strip()
    if not asked:
        return HttpResponseRedirect(reverse("home"))
    if len(asked) > _LONGEST:
        asked = asked[:_LONGEST]
    found = queries.search(load, asked)
    if found.areas and (found.postcode or len(found.areas) == 1) and not found.close:
        return HttpResponseRedirect(reverse("place", kwargs={"code": found.areas[0].code}))
    request.typed_here = True  # no link of the page carries on what was typed
    return render(
        request, "places/found.html", {"asked": "" if found.postcode else asked, "found": found},
        status=200 if found.areas else 404,
    )  # fmt: skip


@never_cache
@require_GET
@needs("read")
def near_me(request: HttpRequest) -> HttpResponse:
    """Lead to the place around a spot that a phone told, rounded to about 100 metres. The spot is not kept."""
    load = _current()
    try:
        lat, lon = float(request.GET["lat"]), float(request.GET["lon"])
    except (KeyError, ValueError):
        return message(request, _("We could not tell where you are"), _("Type the name of your place."), status=400)
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        return message(request, _("We could not tell where you are"), _("Type the name of your place."), status=400)
    areas = queries.near(load, lon, lat)
    if not areas:
        text = _("We have no figures for where you are. Type the name of a place.")
        return message(request, _("No place here"), text, status=404)
    return HttpResponseRedirect(reverse("place", kwargs={"code": areas[0].code}))


@require_GET
@needs("read")
@freshness.public
def place(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is known about a place; every stage brings its own part."""
    load = _current()
    area = queries.area_of(load, code)
    if area is None:
        raise Http404
    neighbours = [
        outline for other, outline in queries.around(load, area).values_list("code", "outline") if other != area.code
    ]
    shown = panels.shown("place", request, area)
    about: dict[str, Any] = {
        "area": area, "load": load, "map": sketch(area.outline, neighbours), "others": queries.others_here(load, area),
        "panels": shown,
    }  # fmt: skip
    return render(request, "places/place.html", about)


def _current() -> Load:
    load = queries.current()
    if load is None:
        raise Http404
    return load
