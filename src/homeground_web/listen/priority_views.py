"""What a meeting agreed comes first, and what was done about it: 'you said, we did'."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from homeground_web.audit import log
from homeground_web.listen import queries
from homeground_web.listen.forms import DeedForm, MeetingForm, PriorityForm
from homeground_web.listen.models import Deed, Meeting, Priority
from homeground_web.listen.said import quote_of
from homeground_web.people.gate import needs
from homeground_web.shell import freshness, panels, posted

__all__ = ["agreed", "deeds", "meeting", "priorities"]


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.agree")
def agreed(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Write down a meeting; show those that were."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    form = MeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            made = Meeting.objects.create(campaign=campaign, user_id=request.user.pk, **form.cleaned_data)
            log.write("wrote down", made, user=request.user, place_id=place.pk, after={"present": made.present})
        return HttpResponseRedirect(
            reverse("listen-meeting", kwargs={"slug": slug, "number": number, "meeting": made.pk})
        )
    shown = {"place": place, "campaign": campaign, "form": form, "meetings": campaign.meetings.all()[:50]}
    return render(request, "listen/agreed.html", shown, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.agree")
def meeting(request: HttpRequest, slug: str, number: int, meeting: int) -> HttpResponse:
    """Write down what a meeting agreed, priority by priority, each from themes that everybody sees."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    found = get_object_or_404(Meeting, pk=meeting, campaign=campaign)
    sorting = queries.shown_sorting(place)
    themes = queries.shown_themes(sorting)
    wish = request.POST.get("wish", "")
    if wish == "take-out":
        gone = get_object_or_404(found.priorities, pk=posted.number(request, "priority"))
        with transaction.atomic():
            log.write("took out", gone, user=request.user, place_id=place.pk)
            gone.delete()
            freshness.move_on()
        return HttpResponseRedirect(request.path)
    choices = [(str(one.number), f"{one.name} ({one.people})") for one in themes]
    first = {"place_in_order": found.priorities.count() + 1}
    form = PriorityForm(choices, found.present, request.POST if wish == "add" else None, initial=first)
    if wish == "add" and form.is_valid():
        _add(found, sorting, form.cleaned_data, by=request.user)
        return HttpResponseRedirect(request.path)
    shown = {
        "place": place,
        "campaign": campaign,
        "meeting": found,
        "form": form,
        "themes": themes,
        "names": {o.number: o.name for o in themes},
    }
    return render(request, "listen/meeting.html", shown, status=400 if form.errors else 200)


@transaction.atomic
def _add(found: Meeting, sorting: Any, told: dict[str, Any], *, by: Any) -> Priority:
    themes = [int(number) for number in told.pop("themes")]
    made = Priority.objects.create(meeting=found, sorting=sorting, themes=themes, **told)
    log.write(
        "agreed", made, user=by, place_id=found.campaign.place_id, after={"themes": themes, "support": made.support}
    )
    freshness.move_on()
    return made


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.deed")
def deeds(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Say what was done about each priority."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    rows = Priority.objects.filter(meeting__campaign=campaign).select_related("meeting").prefetch_related("deeds")
    form, wanted = DeedForm(), posted.number(request, "priority")
    if request.method == "POST":
        form = DeedForm(request.POST)
        found = get_object_or_404(rows, pk=wanted)
        if form.is_valid():
            with transaction.atomic():
                made = Deed.objects.create(priority=found, user_id=request.user.pk, **form.cleaned_data)
                log.write("told what was done", made, user=request.user, place_id=place.pk, after={"state": made.state})
                freshness.move_on()
            return HttpResponseRedirect(request.path)
    shown = {"place": place, "campaign": campaign, "priorities": rows, "form": form, "wanted": wanted}
    return render(request, "listen/deeds.html", shown, status=400 if form.errors else 200)


@require_GET
@needs("read")
@freshness.public
def priorities(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what was agreed, by whom, who was against it and who was missing, with quotes, and what was done."""
    place = queries.place_of(request, slug)
    rows = list(queries.priorities(place))
    themes = {}
    for sorting in {one.sorting for one in rows if one.sorting}:
        themes[sorting.pk] = {theme.number: theme for theme in queries.shown_themes(sorting)}
    shown_now = queries.shown_sorting(place)
    told = []
    for one in rows:
        of = [themes.get(one.sorting_id, {}).get(number) for number in one.themes]
        found = [theme for theme in of if theme is not None]
        quotes = [quote_of(point) for theme in found for point in theme.quotes[:2]]
        told.append({"priority": one, "themes": found, "quotes": quotes[:4], "is_now": one.sorting == shown_now})
    shown = {
        "place": place, "rows": told, "meeting": rows[0].meeting if rows else None, "states": dict(Deed.State.choices),
        "panels": panels.shown("priorities", request, place), "words": _("You said, we did"),
    }  # fmt: skip
    return render(request, "listen/priorities.html", shown)
