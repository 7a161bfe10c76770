"""What a phone sends after a round of doors: read without trust, taken exactly once, answered number by number."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from homeground_web.audit import log
from homeground_web.listen import answering, codes, noting
from homeground_web.listen.models import Campaign, Conversation, Knock, Statement, Vote
from homeground_web.listen.noting import Came, Words

__all__ = ["KINDS", "MOST", "Unreadable", "take"]

KINDS = ("notes", "knocks", "worries", "votes")
"""What a phone may send."""

MOST = 50
"""How many entries one request may hold: a phone sends more one after another."""


class Unreadable(Exception):
    """What was sent is not what a phone of ours sends; nothing of it was kept."""


class _Wrong(Exception):
    """One entry cannot be taken; the words say why."""


def take(campaign: Campaign, sent: Any, *, user: Any, now: datetime | None = None) -> dict[str, Any]:
    """Take in what a phone sent: all that can be taken, in one transaction; say of each entry what became of it.

    Raises
    ------
    Unreadable
        If it is no list of entries, or too many.
    """
    now = now or timezone.now()
    if not isinstance(sent, dict):
        raise Unreadable
    lists = {name: sent.get(name) or [] for name in KINDS}
    if not all(isinstance(one, list) for one in lists.values()) or sum(map(len, lists.values())) > MOST:
        raise Unreadable
    device_now = _when(sent.get("now")) or now
    answer: dict[str, Any] = {"taken": [], "there": [], "differs": [], "refused": []}
    takers = {"notes": _note, "knocks": _knock, "worries": _worry, "votes": _vote}
    with transaction.atomic():
        for name, entries in lists.items():
            for entry in entries:
                number = str(entry.get("id", "")) if isinstance(entry, dict) else ""
                try:
                    came = takers[name](campaign, entry, user.pk, device_now, now)
                except _Wrong as wrong:
                    answer["refused"].append({"id": number, "why": str(wrong)})
                    continue
                if came == Came.CODE:
                    why = _("Its code belongs to another note. Send it as a new note, with a new code.")
                    answer["refused"].append({"id": number, "why": why})
                else:
                    answer[came].append(number)
        if answer["taken"]:
            told = {name: len(entries) for name, entries in lists.items() if entries}
            log.write("sent in", campaign, user=user, place_id=campaign.place_id, after=told)
    return answer


def _note(campaign: Campaign, entry: Any, user_id: int, device_now: datetime, now: datetime) -> Came:
    told = _fields(campaign, entry)
    text = _words(told.get("text"))
    consent = told.get("consent")
    if consent not in Conversation.Consent.values:
        raise _Wrong(_("It does not say how the words may be used."))
    code = codes.plain(str(told.get("code") or ""))
    if told.get("code") and not code:
        raise _Wrong(_("Its code is none of ours."))
    said = _when(told.get("said_at"))
    words = Words(
        id=_number(told), text=text, consent=str(consent), language=_language(told.get("language")),
        people=_people(told.get("people", 1)), street=str(told.get("street") or "")[:80],
        patch_id=_patch(campaign, told.get("patch")), about=told.get("about") or {}, code=code,
        said=noting.corrected(said, device_now, now) if said else now, kept=_spans(told.get("kept")),
    )  # fmt: skip
    return noting.note(campaign, words, source=Conversation.Source.DOORSTEP, user_id=user_id, now=now)


def _knock(campaign: Campaign, entry: Any, user_id: int, device_now: datetime, now: datetime) -> Came:
    told = _fields(campaign, entry)
    if told.get("outcome") not in Knock.Outcome.values:
        raise _Wrong(_("It does not say what came of the knock."))
    when = noting.corrected(_when(told.get("at")) or now, device_now, now)
    patch_id = _patch(campaign, told.get("patch"))
    return noting.knock(campaign, _number(told), told["outcome"], when, patch_id=patch_id, user_id=user_id)


def _worry(campaign: Campaign, entry: Any, user_id: int, device_now: datetime, now: datetime) -> Came:
    told = _fields(campaign, entry)
    if not campaign.worry_to_id:
        raise _Wrong(_("Nobody is named who reads worries here. Ring the council, or 999 when it is urgent."))
    when = noting.corrected(_when(told.get("at")) or now, device_now, now)
    about = _uuid(told["note"]) if told.get("note") else None
    return noting.worry(campaign, _number(told), _words(told.get("text")), when, about=about, user_id=user_id)


def _vote(campaign: Campaign, entry: Any, user_id: int, device_now: datetime, now: datetime) -> Came:
    told = _fields(campaign, entry)
    _number(told)
    value, statement = told.get("value"), told.get("statement")
    if isinstance(value, bool) or value not in (Vote.AGREE, Vote.PASS, Vote.DISAGREE):
        raise _Wrong(_("It does not say whether the person agrees."))
    whole = isinstance(statement, int) and not isinstance(statement, bool) and 0 < statement < 2**53
    found = campaign.statements.filter(pk=statement, state=Statement.State.SHOWN).first() if whole else None
    if found is None:
        raise _Wrong(_("The statement is no longer open."))
    return answering.cast_once(found, str(_uuid(told.get("person"))), int(value))


def _fields(campaign: Campaign, entry: Any) -> Mapping[str, Any]:
    if not isinstance(entry, dict):
        raise _Wrong(_("It cannot be read."))
    if entry.get("campaign") not in (None, campaign.pk):
        raise _Wrong(_("It belongs to another time of listening."))
    return entry


def _words(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise _Wrong(_("It holds no words."))
    if len(text) > noting.LONGEST:
        raise _Wrong(_("It is too long: cut it into two."))
    return text


def _number(told: Mapping[str, Any]) -> uuid.UUID:
    return _uuid(told.get("id"))


def _uuid(value: Any) -> uuid.UUID:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        raise _Wrong(_("Its number cannot be read.")) from None


def _people(value: Any) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not 1 <= value <= noting.MOST_PEOPLE:
        raise _Wrong(_("How many people spoke must be a number from 1 to 500."))
    return int(value)


def _language(value: Any) -> str:
    told = str(value or settings.LANGUAGE_CODE)[:10].lower()
    return told if told.replace("-", "").isalnum() else settings.LANGUAGE_CODE


def _patch(campaign: Campaign, value: Any) -> int | None:
    """Return a patch of this campaign; one that has gone since is left out, not refused."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return campaign.patches.filter(pk=value).values_list("pk", flat=True).first()


def _spans(value: Any) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, list):
        return ()
    pairs = [one for one in value if isinstance(one, list) and len(one) == 2 and all(isinstance(n, int) for n in one)]
    return tuple((start, end) for start, end in pairs)


def _when(value: Any) -> datetime | None:
    """Return a moment; None for what is none, or has no zone."""
    try:
        found = parse_datetime(str(value)) if value else None
    except (ValueError, OverflowError):
        return None
    return found if found is not None and timezone.is_aware(found) and 1970 < found.year < 9000 else None
