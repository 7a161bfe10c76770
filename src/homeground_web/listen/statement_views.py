"""Short statements: agree, disagree or pass without an account; where opinions group; looking at new ones."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.cache import caches
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from homeground_web.audit import log
from homeground_web.listen import analysis, codes, looking, queries
from homeground_web.listen.answering import cast, hash_of, next_for
from homeground_web.listen.forms import KeepOutForm, StatementForm
from homeground_web.listen.hiding import hide
from homeground_web.listen.limits import too_often
from homeground_web.listen.models import Campaign, Conversation, Point, Removal, Statement, Vote
from homeground_web.people.gate import needs
from homeground_web.places.models import Place
from homeground_web.shell import freshness, posted
from homeground_web.shell.csvs import as_cell, csv_file
from homeground_web.shell.views import message

__all__ = ["groups", "groups_csv", "look_at_statements", "statements"]

_COOKIE = "homeground_voice"
_YEAR = 31_536_000
FEWEST_VOTES = 7
FEWEST_PEOPLE = 20
"""Groups are shown to the public from so many people on: of fewer one might know who stands where."""


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.vote")
def statements(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one statement after another; take an answer; take a new statement."""
    place = queries.place_of(request, slug)
    campaign = queries.current(place)
    if campaign is None:
        return render(request, "listen/say_not_yet.html", {"place": place})
    person = _person(request)
    if request.method == "POST" and "text" in request.POST:
        return _suggest(request, place, campaign)
    if request.method == "POST":
        if too_often(request, "vote", "600/10m"):
            text = _("Many answers came from here. Wait a few minutes. Those you gave are kept.")
            return message(request, _("Please wait a little"), text, status=429)
        person = person or secrets.token_hex(16)
        statement = campaign.statements.filter(
            pk=posted.number(request, "statement"), state=Statement.State.SHOWN
        ).first()
        value = {"agree": Vote.AGREE, "pass": Vote.PASS, "disagree": Vote.DISAGREE}.get(request.POST.get("answer", ""))
        if statement is not None and value is not None:
            cast(statement, hash_of(person, campaign), value)
        response: HttpResponse = HttpResponseRedirect(request.path)
        response.set_cookie(
            _COOKIE, person, max_age=_YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
        )
        return response
    return render(request, "listen/statements.html", _shown(place, campaign, person) | {"form": StatementForm()})


def _person(request: HttpRequest) -> str:
    told = request.COOKIES.get(_COOKIE, "")
    return told if len(told) == 32 and all(sign in "0123456789abcdef" for sign in told) else ""


def _shown(place: Place, campaign: Campaign, person: str) -> dict[str, Any]:
    mine = hash_of(person, campaign) if person else ""
    given = Vote.objects.filter(statement__campaign=campaign, person=mine) if mine else Vote.objects.none()
    own = dict(given.values_list("statement", "value"))
    total = campaign.statements.filter(state=Statement.State.SHOWN).count()
    answers = {Vote.AGREE: _("agree"), Vote.PASS: _("pass"), Vote.DISAGREE: _("disagree")}
    changeable = campaign.statements.filter(pk__in=own, state=Statement.State.SHOWN)
    return {
        "place": place, "campaign": campaign, "statement": next_for(campaign, mine), "total": total,
        "done": len(changeable),
        "mine": [(one, answers[own[one.pk]]) for one in changeable],
    }  # fmt: skip


def _suggest(request: HttpRequest, place: Place, campaign: Campaign) -> HttpResponse:
    form = StatementForm(request.POST)
    if not form.is_valid() or too_often(request, "statement", "20/h"):
        shown = _shown(place, campaign, _person(request)) | {"form": form}
        return render(request, "listen/statements.html", shown, status=400 if form.errors else 429)
    card = codes.made()
    text = hide(form.cleaned_data["text"], campaign).text[:140]
    try:
        with transaction.atomic():
            made = Statement.objects.create(
                campaign=campaign, text=text, receipt=codes.hash_of(card), language=get_language() or "en-gb"
            )
            log.write("suggested", made, place_id=place.pk)
    except IntegrityError:
        form.add_error("text", _("Somebody said the same already"))
        shown = _shown(place, campaign, _person(request)) | {"form": form}
        return render(request, "listen/statements.html", shown, status=400)
    return render(request, "listen/statement_thanks.html", {"place": place, "card": card, "text": text})


@dataclass(frozen=True)
class _GroupSaid:
    letter: str
    people: int
    stands_for: list[tuple[str, str]]


@never_cache
@require_http_methods(["GET"])
@needs("read")
def groups(request: HttpRequest, slug: str) -> HttpResponse:
    """Show in words what all groups share, what divides them, and where the reader stands."""
    place = queries.place_of(request, slug)
    campaign = queries.current(place)
    shown: dict[str, Any] = {"place": place, "campaign": campaign, "fewest": FEWEST_PEOPLE, "found": None}
    if campaign is not None:
        shown |= _grouped(campaign, _person(request))
    return render(request, "listen/groups.html", shown)


@never_cache
@require_http_methods(["GET"])
@needs("read")
def groups_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Give how each statement was answered, in all and in each group; no file while fewer than twenty answered."""
    place = queries.place_of(request, slug)
    campaign = queries.current(place)
    found = None if campaign is None else _grouped(campaign, "").get("found")
    texts = dict(campaign.statements.values_list("pk", "text")) if campaign and found else {}
    rows = (
        [
            row["statement"], as_cell(texts[row["statement"]]), _letter(row["group"]) if "group" in row else "all",
            row["agree"], row["disagree"], row["seen"],
        ]
        for row in (*found.statements, *found.by_group)
    ) if found else ()  # fmt: skip
    headings = ["statement", "text", "group", "agree", "disagree", "seen"]
    return csv_file(f"statements-{place.slug}", headings, rows)


def _found(campaign: Campaign, votes: list[tuple[str, int, int]]) -> analysis.OpinionGroups:
    """Return the groups; they are kept for ten minutes, so that a page that many open is worked out once."""
    key = f"groups:{campaign.pk}:{hashlib.sha256(repr(votes).encode()).hexdigest()}"
    kept: analysis.OpinionGroups | None = caches["pages"].get(key)
    if kept is None:
        kept = analysis.opinion_groups(votes, FEWEST_VOTES)
        caches["pages"].set(key, kept, 600)
    return kept


def _grouped(campaign: Campaign, person: str) -> dict[str, Any]:
    rows = Vote.objects.filter(statement__campaign=campaign, statement__state=Statement.State.SHOWN)
    votes = list(rows.order_by("person", "statement").values_list("person", "statement", "value"))
    people = len({one[0] for one in votes})
    if people < FEWEST_PEOPLE:
        return {"people": people}
    texts = dict(campaign.statements.values_list("pk", "text"))
    try:
        found = _found(campaign, votes)
    except analysis.HomegroundError:
        return {"people": people}
    own = hash_of(person, campaign) if person else ""
    mine = next((one["group"] for one in found.people if one["person"] == own), None)
    sizes: dict[int, int] = {}
    for one in found.people:
        if one["group"] is not None:
            sizes[one["group"]] = sizes.get(one["group"], 0) + 1
    shared = sorted(found.statements, key=lambda s: (-max(s["shared"], s["shared_against"]), s["statement"]))[:5]
    divides = sorted(found.statements, key=lambda s: (-s["divides"], s["statement"]))[:5]
    words = {"agree": _("agrees"), "disagree": _("disagrees")}
    return {
        "people": people, "found": found, "mine": None if mine is None else _letter(mine), "sizes": sizes,
        "shared": [
            {
                "text": texts[s["statement"]], "agree": _of_100(s["agree"], s["seen"]), "seen": s["seen"],
                "disagree": _of_100(s["disagree"], s["seen"]), "against": s["shared_against"] > s["shared"],
            }
            for s in shared if max(s["shared"], s["shared_against"]) > 0.3
        ],
        "divides": [
            {
                "text": texts[s["statement"]],
                "by": [
                    (_letter(g["group"]), _of_100(g["agree"], g["seen"]), g["seen"])
                    for g in found.by_group if g["statement"] == s["statement"]
                ],
            }
            for s in divides if s["divides"] > 0.3
        ],
        "groups": [
            _GroupSaid(
                _letter(number), size,
                [
                    (words[g["stands_for"]], texts[g["statement"]])
                    for g in found.by_group if g["group"] == number and g["stands_for"]
                ][:5],
            )
            for number, size in sorted(sizes.items())
        ],
    }  # fmt: skip


def _letter(group: int) -> str:
    return "ABCDEFGH"[group]


def _of_100(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.look")
def look_at_statements(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Look at new statements; make some of what was said."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    form, own, said = KeepOutForm(), StatementForm(), ""
    wish = request.POST.get("wish", "")
    if wish == "show":
        found = get_object_or_404(campaign.statements, pk=posted.number(request, "statement"))
        try:
            looking.open_statement(found, by=request.user)
            return HttpResponseRedirect(request.path)
        except looking.OwnWords:
            said = _("You wrote this statement yourself. Somebody else must look at it.")
    if wish == "keep-out":
        found = get_object_or_404(campaign.statements, pk=posted.number(request, "statement"))
        form = KeepOutForm(request.POST)
        if form.is_valid():
            looking.keep_out(found, form.cleaned_data["reason"], form.cleaned_data["to_author"], by=request.user)
            return HttpResponseRedirect(request.path)
    if wish == "put-back":
        removal = get_object_or_404(campaign.removals, pk=posted.number(request, "removal"))
        looking.put_back(removal, by=request.user)
        return HttpResponseRedirect(request.path)
    if wish == "make":
        own = StatementForm(request.POST)
        if own.is_valid() and _make(campaign, own, request):
            return HttpResponseRedirect(request.path)
    shown = {
        "place": place, "campaign": campaign, "form": form, "own": own, "reasons": looking.REASONS,
        "waiting": campaign.statements.filter(state=Statement.State.WAITING)[:50],
        "open": campaign.statements.filter(state=Statement.State.SHOWN).annotate(many=Count("votes")),
        "kept_out": Removal.objects.filter(campaign=campaign, kind="statement", ended=None)[:50],
        "points": _quotable(campaign), "said": said,
    }  # fmt: skip
    wrong = bool(form.errors or own.errors or said)
    return render(request, "listen/look_at_statements.html", shown, status=400 if wrong else 200)


def _quotable(campaign: Campaign) -> list[Point]:
    """Return short quotes that may stand alone, those of the newest sorting."""
    newest = campaign.sortings.first()
    if newest is None:
        return []
    rows = newest.points.filter(conversation__state=Conversation.State.GOOD, statements=None)
    rows = rows.exclude(conversation__consent=Conversation.Consent.THEMES).select_related("conversation")
    return [point for point in rows[:300] if 15 <= len(point.text) <= 140][:30]


def _make(campaign: Campaign, form: StatementForm, request: HttpRequest) -> bool:
    point = Point.objects.filter(pk=posted.number(request, "point"), conversation__campaign=campaign).first()
    if point is not None and not point.conversation.may_be_quoted:
        point = None
    text = hide(form.cleaned_data["text"], campaign).text[:140]
    # A quote as it stands was looked at by two already; other words wait for somebody else.
    is_quote = point is not None and text == point.text
    state = Statement.State.SHOWN if is_quote else Statement.State.WAITING
    try:
        with transaction.atomic():
            made = Statement.objects.create(
                campaign=campaign, text=text, point=point, state=state, user_id=request.user.pk
            )
            log.write("made", made, user=request.user, place_id=campaign.place_id)
            freshness.move_on()
    except IntegrityError:
        form.add_error("text", _("Somebody said the same already"))
        return False
    told = _("It is open to all.") if is_quote else _("It waits until somebody else has looked at it.")
    messages.success(request, told)
    return True
