"""Paper forms: printed with a code, typed in by two people, taken when both typed the same or one of them decides."""

from __future__ import annotations

import difflib
import uuid
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from homeground_web.audit import log
from homeground_web.listen import codes, noting
from homeground_web.listen.hiding import hide
from homeground_web.listen.models import Campaign, Conversation, Typed

__all__ = ["Difference", "UsedAlready", "differences", "marked", "settle", "type_in"]

_SPACE = uuid.UUID("0c0c7a04-7d0f-4e1c-8a54-0b6d2cf6b9a2")


class UsedAlready(Exception):
    """A form of this code is in already."""


@dataclass(frozen=True)
class Difference:
    """What two people typed otherwise."""

    name: str
    first: str
    second: str


@transaction.atomic
def type_in(campaign: Campaign, told: dict[str, Any], *, by: Any) -> list[Difference] | None:
    """Keep a form as one person typed it; take it in when somebody else typed the same.

    Returns
    -------
    list or None
        None when it is the first time; an empty list when both agree and it is in; else what differs.

    Raises
    ------
    UsedAlready
        If a form of this code is in already.
    """
    receipt = codes.hash_of(told["code"])
    if Conversation.objects.filter(receipt=receipt).exists():
        raise UsedAlready
    safe = {**told, "text": hide(told["text"], campaign).text, "street": hide(told["street"], campaign).text}
    del safe["code"]
    Typed.objects.update_or_create(receipt=receipt, user_id=by.pk, defaults={"campaign": campaign, "told": safe})
    other = Typed.objects.filter(receipt=receipt, campaign=campaign).exclude(user_id=by.pk).order_by("id").first()
    if other is None:
        return None
    found = differences(other.told, safe)
    if not found:
        _take(campaign, receipt, safe, user_id=other.user_id, by=by)
    return found


def differences(first: dict[str, Any], second: dict[str, Any]) -> list[Difference]:
    """Return what two people typed otherwise; how many blanks stand between words does not count."""
    names = [name for name in first if _plain(first[name]) != _plain(second.get(name))]
    return [Difference(name, str(first[name]), str(second.get(name, ""))) for name in names]


def _plain(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def marked(first: str, second: str) -> list[tuple[str, str]]:
    """Return the words of a text, each with 'same', 'first' or 'second': who typed it."""
    one, two = first.split(), second.split()
    made: list[tuple[str, str]] = []
    for verb, a, b, c, d in difflib.SequenceMatcher(a=one, b=two, autojunk=False).get_opcodes():
        if verb == "equal":
            made.append(("same", " ".join(one[a:b])))
        else:
            made += [(who, " ".join(words)) for who, words in (("first", one[a:b]), ("second", two[c:d])) if words]
    return made


@transaction.atomic
def settle(campaign: Campaign, code: str, told: dict[str, Any], *, by: Any) -> None:
    """Take in a form that two people typed otherwise, as somebody with the paper in hand decides."""
    receipt = codes.hash_of(code)
    if Typed.objects.filter(campaign=campaign, receipt=receipt).count() < 2:
        raise UsedAlready
    _take(campaign, receipt, told, user_id=by.pk, by=by)


def _noon(day: str | None) -> datetime | None:
    """Return the middle of a day; None where a form from before holds none."""
    return timezone.make_aware(datetime.combine(date.fromisoformat(day), time(12))) if day else None


def _take(campaign: Campaign, receipt: str, told: dict[str, Any], *, user_id: int, by: Any) -> None:
    words = noting.Words(
        id=uuid.uuid5(_SPACE, receipt), text=told["text"], consent=told["consent"], language=told["language"],
        people=told["people"], street=told["street"], about=told["about"], said=_noon(told.get("said")),
    )  # fmt: skip
    came = noting.note(campaign, words, source=Conversation.Source.PAPER, user_id=user_id)
    if came == noting.Came.TAKEN:
        Conversation.objects.filter(pk=words.id).update(receipt=receipt)
        log.write("typed in", Conversation(pk=words.id), user=by, place_id=campaign.place_id)
    Typed.objects.filter(receipt=receipt).delete()
