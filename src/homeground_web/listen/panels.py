"""LISTEN's parts of earlier pages: a door on the first page, and what people say on the page of a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeground_web.listen import queries
from homeground_web.listen.models import Campaign
from homeground_web.people.gate import may
from homeground_web.places.models import Place, PlacePart
from homeground_web.shell.panels import Panel, register

__all__: list[str] = []

_MOST = 12


def _open_now(request: HttpRequest, about: Any) -> Mapping[str, Any] | None:
    now = timezone.now()
    rows = Campaign.objects.filter(place__is_public=True, opens__lte=now).exclude(closes__lte=now)
    found = list({one.place_id: one for one in rows.select_related("place")[:50]}.values())[:_MOST]
    return {"campaigns": found} if found else None


def _here(request: HttpRequest, place: Place) -> Mapping[str, Any] | None:
    campaign = queries.current(place)
    may_see = request.user.is_authenticated and may(request.user, "listen.heard", place.pk)
    if campaign is None and not may_see:
        return None
    themes = queries.shown_themes(queries.shown_sorting(place))[:3]
    return {
        "place": place, "campaign": campaign, "is_open": bool(campaign and campaign.is_open()), "themes": themes,
        "may_see": may_see, "may_walk": may_see and may(request.user, "listen.doorstep", place.pk),
        "priorities": list(queries.priorities(place)[:3]),
    }  # fmt: skip


def _in_area(request: HttpRequest, area: Any) -> Mapping[str, Any] | None:
    """Return the neighbourhoods that an area is part of and that are listening, or have listened."""
    places = PlacePart.objects.filter(code=area.code, place__is_public=True).values_list("place", flat=True)
    found = [place for place in Place.objects.filter(pk__in=list(places)[:20]) if queries.current(place)]
    return {"places": found} if found else None


register(
    Panel("listen", spot="our-place", order=5, template="listen/panel_our.html", load=_here, title=_("What people say"))
)
register(Panel("say", spot="home", order=5, template="listen/panel_home.html", load=_open_now))
register(
    Panel(
        "said-here",
        spot="place",
        order=15,
        template="listen/panel_place.html",
        load=_in_area,
        title=_("What people say"),
    )
)
