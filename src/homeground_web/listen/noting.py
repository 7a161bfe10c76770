"""Taking words in: each exactly once, however often and in whatever order they are sent."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from homeground_web.listen import bands, codes
from homeground_web.listen.hiding import hide, plain, streets_of
from homeground_web.listen.models import Campaign, Conversation, Gone, Knock, Worry

__all__ = ["LONGEST", "MOST_PEOPLE", "Came", "Words", "corrected", "knock", "note", "worry"]

_DOOR = re.compile(r"(?i)\b(?:(?:flat|apartment|apt|unit|house|number|no)\b\.?\s*)?\d+\s?[a-z]?\b,?")
LONGEST = 10_000  # characters of one conversation
MOST_PEOPLE = 500


class Came(StrEnum):
    """What became of something that was sent."""

    TAKEN = "taken"
    THERE = "there"  # it was here already, or was here and has been erased
    DIFFERS = "differs"  # another thing has its number
    CODE = "code"  # another conversation has its code


@dataclass(frozen=True)
class Words:
    """One conversation as it was sent."""

    id: uuid.UUID
    text: str
    consent: Any
    language: str = "en"
    people: int = 1
    street: str = ""
    patch_id: int | None = None
    about: dict[str, str] = field(default_factory=dict)
    code: str = ""
    said: datetime | None = None
    kept: tuple[tuple[int, int], ...] = ()


def note(
    campaign: Campaign,
    words: Words,
    *,
    source: Any,
    user_id: int | None = None,
    now: datetime | None = None,
    batch: str = "",
) -> Came:
    """Write a conversation down, with what is personal hidden, unless it is here already.

    It is written first and asked about later: the database holds each number once, so that two who send the same words
    in the same moment cannot both be told that theirs are new.
    """
    now = now or timezone.now()
    hidden = hide(words.text, campaign, words.kept)
    said = min(words.said or now, now)
    told = _fingerprint(
        words.text, words.consent, words.language, words.people, words.street, words.about, words.patch_id
    )
    row = Conversation(
        id=words.id, campaign=campaign, patch_id=words.patch_id, text=hidden.text, language=words.language,
        street=_street(words, campaign), people=words.people, consent=words.consent,
        about=bands.known(words.about, campaign.asked), source=source, user_id=user_id, said=said, received=now,
        is_late=campaign.closes is not None and said >= campaign.closes,
        receipt=codes.hash_of(words.code) if words.code else None, told=told, hidden=hidden.counts, batch=batch,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _must_not_be_gone(words.id)  # asked after writing: an erasure beside us is seen now
    except _WasErased:
        return Came.THERE
    except IntegrityError:
        there = Conversation.objects.filter(pk=words.id).values_list("told", "campaign_id").first()
        if there is None:
            return Came.CODE
        return Came.THERE if hmac.compare_digest(there[0], told) and there[1] == campaign.pk else Came.DIFFERS
    return Came.TAKEN


class _WasErased(Exception):
    """A repeat of what was taken back."""


def _must_not_be_gone(number: uuid.UUID) -> None:
    if Gone.objects.filter(pk=number).exists():
        raise _WasErased


def _street(words: Words, campaign: Campaign) -> str:
    """Return a street only where the person allowed it, and never a door: the name of a known street, or one alone."""
    if words.consent != Conversation.Consent.STREET:
        return ""
    typed = plain(words.street)
    known = [street for street in streets_of(campaign) if street.casefold() in typed.casefold()]
    if known:
        return max(known, key=len)[:80]
    hidden = hide(_DOOR.sub("", typed).strip(" ,"), campaign)
    return "" if hidden.counts else hidden.text[:80]


def _fingerprint(*told: Any) -> str:
    text = json.dumps(told, sort_keys=True, default=str)
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def knock(
    campaign: Campaign, number: uuid.UUID, outcome: str, when: datetime, *, patch_id: int | None, user_id: int | None
) -> Came:
    """Count one knock at a door, once."""
    row = Knock(
        id=number, campaign=campaign, patch_id=patch_id, outcome=outcome, user_id=user_id,
        when=min(when, timezone.now()),
    )  # fmt: skip
    return _once(row, ("campaign_id", "outcome", "patch_id"))


def worry(
    campaign: Campaign, number: uuid.UUID, text: str, when: datetime, *, about: uuid.UUID | None, user_id: int | None
) -> Came:
    """Hand a worry about somebody to the one named person, once. Its words are not hidden: a name may save a life."""
    row = Worry(
        id=number, campaign=campaign, conversation_id=about, text=plain(text), user_id=user_id,
        to_id=campaign.worry_to_id or 0, when=min(when, timezone.now()),
    )  # fmt: skip
    return _once(row, ("campaign_id", "text"))


def _once(row: Any, same: Sequence[str]) -> Came:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        there = type(row).objects.filter(pk=row.pk).first()
        return Came.THERE if there and all(getattr(there, f) == getattr(row, f) for f in same) else Came.DIFFERS
    return Came.TAKEN


def corrected(said: datetime, device_now: datetime, now: datetime) -> datetime:
    """Return when something happened by our clock, told by a phone whose clock may be wrong by days."""
    wrong = now - device_now
    return said + wrong if abs(wrong) > timedelta(minutes=5) else said
