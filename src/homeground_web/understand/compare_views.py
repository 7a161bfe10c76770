"""The page that sets up to four places side by side, its download, and adding a place by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from homeground_web.people.gate import needs
from homeground_web.places import queries as places
from homeground_web.places.models import Load
from homeground_web.shell import freshness
from homeground_web.understand import analysis, comparing, downloads

__all__ = ["add", "compare", "download"]

_LONGEST = 100


def _load() -> Load:
    load = places.current()
    if load is None:
        raise Http404
    return load


def _address(codes: Sequence[str]) -> str:
    return reverse("compare") + ("?" + urlencode([("place", code) for code in codes]) if codes else "")


@require_safe
@needs("read")
@freshness.public
def compare(request: HttpRequest) -> HttpResponse:
    """Show places side by side; codes that cannot be met are told."""
    load = _load()
    return _page(request, load, comparing.choose(load, request.GET.getlist("place")))


def _page(request: HttpRequest, load: Load, chosen: comparing.Chosen, **more: Any) -> HttpResponse:
    codes = [area.code for area in chosen.areas]
    places_told = [
        {"area": area, "without": _address([code for code in codes if code != area.code])} for area in chosen.areas
    ]
    used = [(kind.run, analysis.guide_at(kind.guide).measures) for kind in dict.fromkeys(chosen.kinds)]
    sources = {source["id"]: source for run, measures in used for source in downloads.sources_of(run, measures)}
    about = {
        "load": load, "chosen": chosen, "places": places_told, "themes": comparing.compared(chosen),
        "most": comparing.MOST,
        "codes": codes,
        "query": urlencode([("place", code) for code in codes]), "sources": list(sources.values()), **more,
    }  # fmt: skip
    return render(request, "understand/compare.html", about)


@never_cache
@csrf_exempt  # it changes nothing; the form stands on a page that is kept for everybody, so it can hold no token
@require_POST
@needs("read")
def add(request: HttpRequest) -> HttpResponse:
    """Add a place by its name, postcode or code; what was typed stands in no address and is not kept."""
    load, codes = _load(), [code[:20] for code in request.POST.getlist("place")[: comparing.MOST]]
    asked = request.POST.get("q", "").strip()[:_LONGEST]
    found = places.search(load, asked)
    if found.areas and not found.close and (found.postcode or len(found.areas) == 1):
        return HttpResponseRedirect(_address([*codes, found.areas[0].code]))
    request.typed_here = True  # type: ignore[attr-defined]  # no link of the page carries on what was typed
    near = [{"area": area, "href": _address([*codes, area.code])} for area in found.areas]
    told = _("Choose which place you mean.") if near else _("We found no place of that name. Try another spelling.")
    return _page(request, load, comparing.choose(load, codes), near=near, told=told)


@require_safe
@needs("read")
def download(request: HttpRequest, ending: str) -> HttpResponseBase:
    """Give the figures of the places as a table: a row for each place and figure."""
    load = _load()
    chosen = comparing.choose(load, request.GET.getlist("place"))
    if not chosen.areas:
        return downloads.refused(chosen.problems or [_("No place was chosen. Write ?place= and a code.")])
    codes = [area.code for area in chosen.areas]
    sources: dict[str, Any] = {}
    for kind in dict.fromkeys(chosen.kinds):
        measures = analysis.guide_at(kind.guide).measures
        sources |= {source["id"]: source for source in downloads.sources_of(kind.run, measures)}
    told = downloads.Told(
        name="compare-" + "-".join(codes), title=", ".join(area.name for area in chosen.areas),
        sources=list(sources.values()), notes=chosen.problems, descriptions=downloads.described_rows(),
    )  # fmt: skip
    tag = ":".join([*(kind.run.result_hash for kind in chosen.kinds), *codes])
    return downloads.give(request, ending, comparing.table_of(chosen), told, tag, load=load, node="")
