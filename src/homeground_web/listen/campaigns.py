"""Setting up a time of listening, and the board's page that leads to everything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from homeground_web.audit import log
from homeground_web.jobs import queue
from homeground_web.listen import queries
from homeground_web.listen.forms import CampaignForm
from homeground_web.listen.models import Campaign, Conversation, Statement
from homeground_web.people.gate import may, needs
from homeground_web.people.models import Membership, Role
from homeground_web.places.models import Place
from homeground_web.shell import days, freshness

__all__ = ["change", "hub", "listening", "new", "people_of", "save"]

_AS_TYPED = (
    "title", "question", "languages", "asked", "people_wanted", "streets", "names", "keep_until", "policy",
)  # fmt: skip
_WALK = (Role.AMBASSADOR, Role.BOARD_MEMBER, Role.CHAIR, Role.LIAISON_OFFICER)


@never_cache
@require_GET
@needs("listen.heard")
def listening(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the times of listening of a place."""
    place = queries.place_of(request, slug)
    shown = {
        "place": place, "campaigns": Campaign.objects.filter(place=place),
        "may_begin": may(request.user, "listen.campaign", place.pk),
    }  # fmt: skip
    return render(request, "listen/listening.html", shown)


@never_cache
@require_GET
@needs("listen.heard")
def hub(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show one time of listening: what waits, and where to go."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    rows = campaign.conversations
    shown = {
        "place": place, "campaign": campaign, "people": queries.people_heard(rows.all()), "many": rows.count(),
        "waiting": rows.filter(state=Conversation.State.WAITING).count(),
        "statements": campaign.statements.filter(state=Statement.State.WAITING).count(),
        "worries": campaign.worries.filter(to_id=request.user.pk, ended=None).count(),
        "doors_here": _doors(request, campaign),
        "sortings": campaign.sortings.all()[:5], "typed": campaign.typed.count(), "is_open": campaign.is_open(),
    }  # fmt: skip
    return render(request, "listen/hub.html", shown)


def _doors(request: HttpRequest, campaign: Campaign) -> list[dict[str, Any]]:
    here = {"slug": campaign.place.slug, "number": campaign.pk}
    pages: tuple[tuple[str, str, Any, Any], ...] = (
        ("listen-look", "listen.look", _("Give words a second look"), _("Nothing is public before that.")),
        ("listen-heard", "listen.heard", _("Who was heard, and who was not"), _("By door, and against the census.")),
        ("listen-bring", "listen.bring", _("Bring minutes or a file"), _("Look at it first, then take it in.")),
        ("listen-paper", "listen.bring", _("Paper forms"), _("Print them; type them in, two people each.")),
        ("listen-sort", "listen.sort", _("Sort what was said"), _("Together, at a table.")),
        ("listen-statements", "listen.look", _("Statements"), _("Look at new ones; make some of what was said.")),
        ("listen-agreed", "listen.agree", _("What a meeting agreed"), _("Write down what comes first.")),
        ("listen-deeds", "listen.deed", _("What was done"), _("You said, we did.")),
        ("listen-worries", "listen.worries", _("Worries addressed to you"), _("Only you can read them.")),
        ("listen-patches", "listen.campaign", _("Patches and ambassadors"), _("Who walks which streets.")),
        ("listen-edit", "listen.campaign", _("Change this time of listening"), _("Its question, days and rules.")),
    )  # fmt: skip
    return [
        {"href": reverse(view, kwargs=here), "title": title, "text": text}
        for view, action, title, text in pages
        if may(request.user, action, campaign.place_id)
    ]


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.campaign")
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Set up a time of listening."""
    place = queries.place_of(request, slug)
    first = {
        "question": _("What is it like living here, and what would make it better?"), "asked": ["age", "home"],
        "opens": timezone.localdate(),
    }  # fmt: skip
    return _form(request, place, None, first)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.campaign")
def change(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Change a time of listening."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    first = {name: getattr(campaign, name) for name in _AS_TYPED}
    first |= {
        "opens": timezone.localtime(campaign.opens).date(), "worry_to": campaign.worry_to_id or "",
        "closes": timezone.localtime(campaign.closes).date() if campaign.closes else None,
    }  # fmt: skip
    return _form(request, place, campaign, first)


def _form(request: HttpRequest, place: Place, campaign: Campaign | None, first: dict[str, Any]) -> HttpResponse:
    form = CampaignForm(people_of(place), request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        made = save(place, campaign, form.cleaned_data, by=request.user)
        return HttpResponseRedirect(reverse("listen-hub", kwargs={"slug": place.slug, "number": made.pk}))
    shown = {"place": place, "campaign": campaign, "form": form}
    return render(request, "listen/campaign.html", shown, status=400 if form.errors else 200)


def people_of(place: Place) -> list[tuple[str, str]]:
    """Return who has a role in a place that walks or reads worries, by name: number and name."""
    rows = Membership.objects.filter(place=place, role__in=_WALK).select_related("user").order_by("user__name", "user")
    return list({str(one.user_id): (str(one.user_id), str(one.user)) for one in rows}.values())


@transaction.atomic
def save(place: Place, campaign: Campaign | None, told: Mapping[str, Any], *, by: Any) -> Campaign:
    """Make a time of listening, or change one."""
    is_new = campaign is None
    campaign = campaign or Campaign(place=place)
    added = [one for one in told["asked"] if one not in campaign.asked]
    for name in _AS_TYPED:
        setattr(campaign, name, told[name])
    campaign.opens = days.start_of(told["opens"])
    campaign.closes = days.end_of(told["closes"]) if told["closes"] else None
    campaign.worry_to_id = int(told["worry_to"]) if told["worry_to"] else None
    campaign.save()
    log.write("set up" if is_new else "changed", campaign, user=by, place_id=place.pk, after={"asked": campaign.asked})
    if is_new:
        queue.put("who-lives-here", user=by, place_id=place.pk, campaign=campaign.pk)
    elif added:
        queue.put("who-lives-here", user=by, place_id=place.pk, campaign=campaign.pk, added=added)
    freshness.move_on()
    return campaign
