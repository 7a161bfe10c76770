"""The offline page for doorsteps: the page itself, its worker, what it asks, and what it sends."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from homeground_web.listen import bands, queries, sync
from homeground_web.listen.forms import LANGUAGES
from homeground_web.listen.hiding import RESTORABLE, hide, kind_said, lines
from homeground_web.listen.models import Campaign, Patch, Statement
from homeground_web.people.gate import needs
from homeground_web.people.models import User
from homeground_web.places.models import Place

__all__ = ["doorstep", "hello", "hide_here", "manifest", "send_in", "worker"]

_FILES = (
    "shell/homeground.css", "shell/homeground.js", "shell/icon.svg", "listen/doorstep.css", "listen/doorstep.js",
)  # fmt: skip
_LARGEST = 2_000_000  # bytes of one request
_MOST_TEXTS = 50
_MOST_STATEMENTS = 200


@never_cache
@require_GET
@needs("listen.doorstep")
def doorstep(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the page that notes conversations without signal."""
    place = queries.place_of(request, slug)
    campaign = queries.current(place)
    if campaign is None:
        return render(request, "listen/doorstep_not_yet.html", {"place": place})
    shown = {"place": place, "campaign": campaign, "told": _told(request, place, campaign)}
    response = render(request, "listen/doorstep.html", shown)
    response.headers["Permissions-Policy"] = "camera=(), microphone=(self), payment=(), geolocation=()"
    return response


def _told(request: HttpRequest, place: Place, campaign: Campaign) -> dict[str, Any]:
    here = {"slug": place.slug}
    known = dict(LANGUAGES)
    offered = [code for code in campaign.languages if code in known]
    worry_to = User.objects.filter(pk=campaign.worry_to_id or 0).first()
    return {
        "campaign": campaign.pk, "place": place.name, "question": campaign.question,
        "languages": [
            {"code": code, "called": str(known[code])}
            for code in dict.fromkeys([(get_language() or "en")[:2], *offered, *known])
            if code in known
        ],
        "patches": [_patch(patch) for patch in _patches(request, campaign)],
        "asked": [
            {"key": q.key, "title": str(q.title), "bands": [{"key": b.key, "title": str(b.title)} for b in q.bands]}
            for q in bands.questions_of(campaign.asked)
        ],
        "statements": [
            {"id": one.pk, "text": one.text, "language": one.language}
            for one in campaign.statements.filter(state=Statement.State.SHOWN)[:_MOST_STATEMENTS]
        ],
        "worry_to": str(worry_to) if worry_to else "", "restorable": list(RESTORABLE),
        "sync": reverse("doorstep-sync", kwargs=here), "hide": reverse("doorstep-hide", kwargs=here),
        "hello": reverse("doorstep-hello", kwargs=here), "worker": reverse("doorstep-worker", kwargs=here),
        "manifest": reverse("doorstep-manifest", kwargs=here),
    }  # fmt: skip


def _patches(request: HttpRequest, campaign: Campaign) -> list[Patch]:
    """Return the patches, one's own first."""
    own = set(Patch.objects.filter(campaign=campaign, walkers__user=request.user).values_list("pk", flat=True))
    return sorted(campaign.patches.all(), key=lambda patch: (patch.pk not in own, patch.name))


def _patch(patch: Patch) -> dict[str, Any]:
    return {"id": patch.pk, "name": patch.name, "streets": lines(patch.streets), "doors": patch.doors}


@never_cache
@require_GET
@needs("listen.doorstep", in_json=True)
def hello(request: HttpRequest, slug: str) -> JsonResponse:
    """Say that there is signal and that one is signed in; give what a form must carry."""
    campaign = queries.current(queries.place_of(request, slug))
    return JsonResponse({"csrf": get_token(request), "campaign": campaign.pk if campaign else None})


@never_cache
@require_POST
@needs("listen.doorstep", in_json=True)
def hide_here(request: HttpRequest, slug: str) -> JsonResponse:
    """Say what would be hidden in some texts. Nothing is kept."""
    campaign = queries.current(queries.place_of(request, slug))
    texts = _read(request).get("texts")
    if not isinstance(texts, list) or len(texts) > _MOST_TEXTS or not all(isinstance(t, str) for t in texts):
        return JsonResponse({"why": _("That cannot be read.")}, status=400)
    found = [
        [{"kind": d.kind, "start": d.start, "end": d.end, "said": kind_said(d.kind)} for d in hide(t, campaign).found]
        for t in texts
    ]
    return JsonResponse({"found": found})


@never_cache
@require_POST
@needs("listen.doorstep", in_json=True)
def send_in(request: HttpRequest, slug: str) -> JsonResponse:
    """Take in what a phone sent, exactly once."""
    place = queries.place_of(request, slug)
    sent = _read(request)
    campaign = _campaign(place, sent)
    if campaign is None:
        return JsonResponse({"why": _("There is no time of listening here.")}, status=404)
    try:
        return JsonResponse(sync.take(campaign, sent, user=request.user))
    except sync.Unreadable:
        return JsonResponse({"why": _("That cannot be read. Nothing was taken.")}, status=400)


def _campaign(place: Place, sent: Any) -> Campaign | None:
    """Return the campaign that notes were made for, which may have ended since."""
    lists = [sent.get(name) for name in sync.KINDS]
    entries = [one for some in lists if isinstance(some, list) for one in some if isinstance(one, dict)]
    number = next((one["campaign"] for one in entries if isinstance(one.get("campaign"), int)), None)
    return queries.current(place) if number is None else Campaign.objects.filter(place=place, pk=number).first()


def _read(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > _LARGEST:
        return {}
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) and "\0" not in request.body.decode("utf-8", "replace") else {}


@require_GET
@needs("read")
def manifest(request: HttpRequest, slug: str) -> JsonResponse:
    """Say how the page looks once it is installed."""
    place = queries.place_of(request, slug)
    start = reverse("doorstep", kwargs={"slug": slug})
    told = {
        "name": _("Doorstep: %(name)s") % {"name": place.name}, "short_name": _("Doorstep"), "id": start,
        "start_url": start, "scope": start, "display": "standalone", "background_color": "#ffffff",
        "theme_color": "#0f5c57", "lang": get_language(),
        "icons": [{"src": static("shell/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }  # fmt: skip
    return JsonResponse(told, content_type="application/manifest+json")


@never_cache
@require_GET
@needs("read")
def worker(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the page's worker, with the files that it keeps ready for when there is no signal."""
    queries.place_of(request, slug)
    kept = [{"url": static(name), "revision": _revision(name)} for name in _FILES]
    script = _file("listen/worker.js").read_text(encoding="utf-8")
    return HttpResponse(f"self.__PRECACHE = {json.dumps(kept)};\n{script}", content_type="text/javascript")


def _file(name: str) -> Path:
    from django.contrib.staticfiles.storage import staticfiles_storage

    found = finders.find(name)
    return Path(found or staticfiles_storage.path(name))


def _revision(name: str) -> str:
    return hashlib.sha256(_file(name).read_bytes()).hexdigest()[:16]
