"""Patches of a time of listening: a few streets each, and who walks them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from homeground_web.audit import log
from homeground_web.listen import queries
from homeground_web.listen.campaigns import people_of
from homeground_web.listen.forms import PatchForm
from homeground_web.listen.hiding import lines
from homeground_web.listen.models import Campaign, Patch, Walker
from homeground_web.people.gate import needs

__all__ = ["change", "patches", "take_out"]


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.campaign")
def patches(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show and add patches, and who walks them."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    form = PatchForm(people_of(place), request.POST or None)
    if request.method == "POST" and form.is_valid():
        _save(Patch(campaign=campaign), form.cleaned_data, by=request.user)
        return HttpResponseRedirect(request.path)
    rows = campaign.patches.prefetch_related("walkers__user")
    shown = {
        "place": place, "campaign": campaign, "form": form,
        "patches": [(patch, lines(patch.streets), [str(one.user) for one in patch.walkers.all()]) for patch in rows],
    }  # fmt: skip
    return render(request, "listen/patches.html", shown, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.campaign")
def change(request: HttpRequest, slug: str, number: int, patch: int) -> HttpResponse:
    """Change the name, the streets, the doors and the walkers of a patch."""
    campaign, found = _patch(request, slug, number, patch)
    place = campaign.place
    first = {name: getattr(found, name) for name in ("name", "streets", "doors")}
    first["walkers"] = [str(pk) for pk in found.walkers.values_list("user", flat=True)]
    form = PatchForm(people_of(place), request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        _save(found, form.cleaned_data, by=request.user)
        return HttpResponseRedirect(_back(slug, number))
    shown = {"place": place, "campaign": campaign, "patch": found, "form": form}
    return render(request, "listen/patch.html", shown, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.campaign")
def take_out(request: HttpRequest, slug: str, number: int, patch: int) -> HttpResponse:
    """Ask before a patch is taken out, and say what belongs to it; what people said stays."""
    campaign, found = _patch(request, slug, number, patch)
    if request.method == "POST":
        log.write("took out", found, user=request.user, place_id=campaign.place_id)
        found.delete()
        return HttpResponseRedirect(_back(slug, number))
    shown = {
        "place": campaign.place, "campaign": campaign, "patch": found, "notes": found.conversations.count(),
        "knocks": found.knocks.count(),
    }  # fmt: skip
    return render(request, "listen/patch_out.html", shown)


def _patch(request: HttpRequest, slug: str, number: int, patch: int) -> tuple[Campaign, Patch]:
    campaign = queries.campaign_of(queries.place_of(request, slug), number)
    return campaign, get_object_or_404(Patch, pk=patch, campaign=campaign)


def _back(slug: str, number: int) -> str:
    return reverse("listen-patches", kwargs={"slug": slug, "number": number})


@transaction.atomic
def _save(patch: Patch, told: Mapping[str, Any], *, by: Any) -> None:
    verb = "added" if patch.pk is None else "changed"
    patch.name, patch.streets, patch.doors = told["name"], told["streets"], told["doors"]
    patch.save()
    wanted = {int(pk) for pk in told["walkers"]}
    patch.walkers.exclude(user__in=wanted).delete()
    there = set(patch.walkers.values_list("user", flat=True))
    Walker.objects.bulk_create(Walker(patch=patch, user_id=pk) for pk in sorted(wanted - there))
    log.write(verb, patch, user=by, place_id=patch.campaign.place_id, after={"walkers": len(wanted)})
