"""The second look, house rules with the list of what was kept out, words in other languages, and worries."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from homeground_web.audit import log
from homeground_web.listen import looking, queries, taking_back
from homeground_web.listen.forms import LANGUAGES, KeepOutForm
from homeground_web.listen.hiding import hide
from homeground_web.listen.models import Conversation, Gone, Removal, Translation, Worry
from homeground_web.people.gate import needs
from homeground_web.shell import freshness, posted
from homeground_web.shell.csvs import csv_file

__all__ = ["house_rules", "house_rules_csv", "look", "translate", "worries"]


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.look")
def look(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show words one after another: let them in, hide more, or keep them out with a reason."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    said, form = "", KeepOutForm()
    if request.method == "POST":
        conversation = get_object_or_404(campaign.conversations, pk=_uuid(request.POST.get("conversation", "")))
        said, form = _looked(request, conversation)
        if not said and not form.errors:
            return HttpResponseRedirect(request.path)
    rows = campaign.conversations.filter(state=Conversation.State.WAITING)
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    kept_out = campaign.removals.filter(kind="conversation", ended=None)[:50]
    shown = {
        "place": place, "campaign": campaign, "page": page, "form": form, "said": said, "kept_out": kept_out,
        "reasons": looking.REASONS, "called": dict(LANGUAGES),
        "translations": Translation.objects.filter(conversation__campaign=campaign, looked_by=None)[:50],
    }  # fmt: skip
    return render(request, "listen/look.html", shown, status=400 if said or form.errors else 200)


def _looked(request: HttpRequest, conversation: Conversation) -> tuple[str, KeepOutForm]:
    """Do what somebody wished; return what went wrong, in words."""
    wish, form = request.POST.get("wish", ""), KeepOutForm()
    if wish == "let-in":
        try:
            looking.let_in(conversation, by=request.user)
        except looking.OwnWords:
            return _("You brought these words in yourself. Somebody else must look at them."), form
    elif wish == "hide":
        if not looking.hide_more(conversation, request.POST.get("words", ""), by=request.user):
            return _("Those words do not stand there. Copy them just as they are."), form
    elif wish == "keep-out":
        form = KeepOutForm(request.POST)
        if form.is_valid():
            told = form.cleaned_data
            looking.keep_out(conversation, told["reason"], told["to_author"], by=request.user)
    elif wish == "erase":
        taking_back.erase(conversation, Gone.Why.ASKED, by=request.user)
    elif wish == "put-back":
        number = posted.number(request, "removal")
        looking.put_back(get_object_or_404(conversation.campaign.removals, pk=number), by=request.user)
    return "", form


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.look")
def translate(request: HttpRequest, slug: str, number: int, conversation: uuid.UUID) -> HttpResponse:
    """Put what somebody said into English, or another language, beside the original."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    found = get_object_or_404(campaign.conversations, pk=conversation)
    known = dict(LANGUAGES)
    language = request.POST.get("language", "en")
    wrong = ""
    if request.method == "POST" and "translation" in request.POST:
        one = get_object_or_404(found.translations, pk=posted.number(request, "translation"))
        try:
            looking.let_in_translation(one, by=request.user)
            return HttpResponseRedirect(request.path)
        except looking.OwnWords:
            wrong = _("You wrote this yourself. Somebody else must look at it.")
    elif request.method == "POST":
        text = request.POST.get("text", "").strip()
        if not text or language not in known or language == found.language:
            wrong = _("Write the same in another language")
        else:
            _keep(found, language, hide(text, campaign).text, by=request.user)
            messages.success(request, _("It is kept. All can read it when somebody else has looked at it."))
            return HttpResponseRedirect(reverse("listen-look", kwargs={"slug": slug, "number": number}))
    shown = {
        "place": place, "campaign": campaign, "said": found, "called": known.get(found.language, found.language),
        "choices": [pair for pair in LANGUAGES if pair[0] not in (found.language, "other")], "wrong": wrong,
        "there": list(found.translations.all()), "language": language, "known": known,
    }  # fmt: skip
    return render(request, "listen/translate.html", shown, status=400 if wrong else 200)


@transaction.atomic
def _keep(found: Conversation, language: str, text: str, *, by: Any) -> None:
    told = {"text": text, "user_id": by.pk, "written": timezone.now(), "looked_by": None}
    made, _new = Translation.objects.update_or_create(conversation=found, language=language, defaults=told)
    log.write("translated", made, user=by, place_id=found.campaign.place_id, after={"language": language})
    freshness.move_on()


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.worries")
def worries(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show the worries that are addressed to whoever asks, and to nobody else."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    own = Worry.objects.filter(campaign=campaign, to_id=request.user.pk)
    if request.method == "POST":
        found = get_object_or_404(own, pk=_uuid(request.POST.get("worry", "")))
        found.ended = timezone.now()
        found.save(update_fields=["ended"])
        log.write("closed a worry", found, user=request.user, place_id=place.pk)
        return HttpResponseRedirect(request.path)
    rows = list(own[:200])
    own.filter(seen=None).update(seen=timezone.now())
    return render(request, "listen/worries.html", {"place": place, "campaign": campaign, "worries": rows})


@require_GET
@needs("read")
@freshness.public
def house_rules(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what is kept out and why, and a list of all that was, without the words."""
    place = queries.place_of(request, slug)
    campaign = queries.current(place)
    rows = Removal.objects.filter(campaign__place=place)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    shown = {"place": place, "campaign": campaign, "page": page, "reasons": looking.REASONS}
    return render(request, "listen/house_rules.html", shown)


@require_GET
@needs("read")
def house_rules_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the list of what was kept out as a file."""
    place = queries.place_of(request, slug)
    rows = (
        [one.pk, one.kind, str(looking.REASONS.get(one.reason, one.reason)), _moment(one.when), _moment(one.ended)]
        for one in Removal.objects.filter(campaign__place=place).order_by("id")
    )
    return csv_file(f"kept-out-{place.slug}", ["number", "what", "reason", "kept_out", "put_back"], rows)


def _moment(when: datetime | None) -> str:
    return when.isoformat(timespec="seconds") if when else ""
