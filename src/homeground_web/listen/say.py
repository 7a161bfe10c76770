"""A resident's pages: say what matters without an account or a script; see, change and take it back with a code."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from homeground_web.audit import log
from homeground_web.listen import codes, looking, noting, queries, taking_back, thread
from homeground_web.listen.forms import ChangeForm, CodeForm, SayForm, StatementForm
from homeground_web.listen.hiding import hide, pieces
from homeground_web.listen.limits import too_often
from homeground_web.listen.models import Conversation, Gone, Removal, Statement
from homeground_web.listen.noting import Came
from homeground_web.people.gate import needs
from homeground_web.shell import freshness, panels
from homeground_web.shell.views import message

__all__ = ["code", "say"]


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.say")
def say(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask one open question; show what will be hidden; give a code."""
    place = queries.place_of(request, slug)
    campaign = queries.current(place)
    if campaign is None or not campaign.takes_words():
        ended = campaign.keep_until if campaign else None
        return render(request, "listen/say_not_yet.html", {"place": place, "ended": ended})
    shown = {"place": place, "campaign": campaign, "is_open": campaign.is_open()}
    if request.method == "GET":
        first = {"number": uuid.uuid4(), "code": codes.made(), "language": (get_language() or "en")[:2]}
        return render(request, "listen/say.html", shown | {"form": SayForm(campaign, initial=first)})
    form = SayForm(campaign, request.POST)
    if not form.is_valid() or request.POST.get("wish") == "change":
        return render(request, "listen/say.html", shown | {"form": form}, status=400 if form.errors else 200)
    if too_often(request, "say", "60/10m"):
        return render(request, "listen/say.html", shown | {"form": form, "wait": True}, status=429)
    text, kept = form.cleaned_data["text"], _kept(request)
    hidden = hide(text, campaign)
    if hidden.found and request.POST.get("wish") != "sure":
        return render(request, "listen/say_hidden.html", shown | {"form": form, "pieces": pieces(text, hidden)})
    number, card = form.cleaned_data["number"], codes.plain(form.cleaned_data["code"]) or codes.made()
    came = Came.THERE
    if not request.POST.get("website"):  # a field that people do not see: machines fill it in
        came = noting.note(campaign, form.words(number, card, kept), source=Conversation.Source.WEB)
        if came in (Came.CODE, Came.DIFFERS):  # the form was open twice, or its number was made up: it is new words
            number, card = uuid.uuid4(), codes.made()
            came = noting.note(campaign, form.words(number, card, kept), source=Conversation.Source.WEB)
    if came == Came.TAKEN:
        log.write("said", Conversation(pk=number), place_id=place.pk)
    return render(request, "listen/say_thanks.html", shown | {"card": card})


def _kept(request: HttpRequest) -> tuple[tuple[int, int], ...]:
    spans = (re.fullmatch(r"(\d{1,6})-(\d{1,6})", told) for told in request.POST.getlist("kept")[:200])
    return tuple((int(span[1]), int(span[2])) for span in spans if span)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.say")
def code(request: HttpRequest) -> HttpResponse:
    """Show what became of somebody's words; change them; take them back. The code is never part of an address."""
    form = CodeForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return render(request, "listen/code.html", {"form": form}, status=400 if form.errors else 200)
    if too_often(request, "code", "30/10m"):
        text = _("Many codes were tried from here. Wait ten minutes, and try again.")
        return message(request, _("Please wait a little"), text, status=429)
    typed = form.cleaned_data["code"]
    found = taking_back.of_code(typed)
    if isinstance(found, Gone):
        return render(request, "listen/code_gone.html", {"gone": found})
    if found is None:
        return _other(request, form, typed)
    return _own_words(request, found, typed)


def _other(request: HttpRequest, form: CodeForm, typed: str) -> HttpResponse:
    """Look for a statement, or a paper form that was typed once, of this code."""
    receipt = codes.hash_of(codes.plain(typed))
    statement = Statement.objects.filter(receipt=receipt).select_related("campaign__place").first()
    if statement is not None:
        return _own_statement(request, statement, typed)
    if thread.is_being_typed(receipt):
        text = _(
            "Your paper form is here. It is typed by two people, so that no word is lost. Look again in a few days."
        )
        return message(request, _("Your form has arrived"), text)
    form.add_error("code", _("We do not know this code. Look at the letters again, and try once more."))
    return render(request, "listen/code.html", {"form": form}, status=404)


def _own_statement(request: HttpRequest, statement: Statement, typed: str) -> HttpResponse:
    """Show somebody their own statement, and why it is kept out where it is; change it; take it back."""
    wish = request.POST.get("wish", "")
    if wish == "take-back" and request.POST.get("sure") == "yes":
        log.write("took back own statement", statement, place_id=statement.campaign.place_id)
        statement.delete()
        freshness.move_on()
        return message(request, _("Your statement is gone"), _("The answers to it are gone too."))
    change = StatementForm(request.POST if wish == "change" else None, initial={"text": statement.text})
    if wish == "change" and change.is_valid() and _changed(statement, change):
        text = _("Somebody looks at it before it is open to all. The answers to the old words are gone.")
        return message(request, _("Your statement is changed"), text)
    shown = {
        "statement": statement, "card": typed, "removal": _removal(statement), "reasons": looking.REASONS,
        "change": change, "unsure": wish == "take-back", "place": statement.campaign.place,
    }  # fmt: skip
    return render(request, "listen/code_statement.html", shown, status=400 if change.errors else 200)


def _changed(statement: Statement, form: StatementForm) -> bool:
    """Write the new words down, to be looked at anew; answers were given to others."""
    text = hide(form.cleaned_data["text"], statement.campaign).text[:140]
    try:
        with transaction.atomic():
            statement.votes.all().delete()
            Removal.objects.filter(kind="statement", number=str(statement.pk), ended=None).update(ended=timezone.now())
            statement.text, statement.state, statement.point = text, Statement.State.WAITING, None
            statement.save(update_fields=["text", "state", "point"])
            log.write("changed own statement", statement, place_id=statement.campaign.place_id)
            freshness.move_on()
    except IntegrityError:
        form.add_error("text", _("Somebody said the same already"))
        return False
    return True


def _own_words(request: HttpRequest, found: Conversation, typed: str) -> HttpResponse:
    wish = request.POST.get("wish", "")
    if wish == "take-back" and request.POST.get("sure") == "yes":
        gone = taking_back.erase(found)
        return render(request, "listen/code_gone.html", {"gone": gone})
    change = ChangeForm(found, request.POST if wish == "change" and found.text else None)
    changed = ""
    if change.is_valid():
        new = taking_back.change(found, change.cleaned_data["text"], change.cleaned_data["consent"])
        change, changed = ChangeForm(found), _came_of(found, new)
    shown: dict[str, Any] = {
        "said": found, "card": typed, "change": change, "changed": changed, "unsure": wish == "take-back",
        "allowed": Conversation.Consent(found.consent_now).label, "place": found.campaign.place,
        "removal": _removal(found), "became": thread.became_of(found),
        "translations": found.translations.all(), "reasons": looking.REASONS,
        "panels": panels.shown("receipt", request, found),
    }  # fmt: skip
    return render(request, "listen/code_words.html", shown, status=400 if change.errors else 200)


def _came_of(found: Conversation, new: list[str]) -> str:
    """Return in words what a change of words, or of how they may be used, brings about."""
    if not new:
        return _("Nothing was changed.")
    if found.state == Conversation.State.HELD:
        return _("Changed. Your words are still kept out.")
    if found.consent == Conversation.Consent.THEMES:
        return _("Changed. Your words are not quoted.")
    if "text" in new:
        return _("Changed. Somebody looks at the new words before all can see them.")
    if found.state == Conversation.State.WAITING:
        return _("Changed. Somebody looks at your words before all can see them.")
    if found.consent == Conversation.Consent.STREET:
        return _("Changed. Your words may be quoted with your street from now on. Somebody has looked at them already.")
    return _("Changed. Your words may be quoted without details from now on. Somebody has looked at them already.")


def _removal(thing: Conversation | Statement) -> Removal | None:
    return Removal.objects.filter(kind=thing._meta.model_name, number=str(thing.pk), ended=None).first()
