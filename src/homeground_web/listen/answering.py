"""Answers to statements: one of each person to each, in an order that favours none, from a browser or a phone."""

from __future__ import annotations

import hashlib
import random
import secrets

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from homeground_web.listen.models import Campaign, Statement, Vote
from homeground_web.listen.noting import Came

__all__ = ["cast", "cast_once", "hash_of", "next_for"]


def hash_of(person: str, campaign: Campaign) -> str:
    """Return what is kept of a browser's number: another in each campaign, so that nobody can be followed."""
    return hashlib.sha256(f"{campaign.pk}:{person}".encode()).hexdigest()


def next_for(campaign: Campaign, person: str) -> Statement | None:
    """Return the next statement for somebody: of those they have not seen, one of the least answered, by lot.

    So each statement is answered about equally often, and no order favours any. Who has no number yet, as newcomers
    have none, draws a lot of their own.
    """
    seen = Vote.objects.filter(statement__campaign=campaign, person=person).values_list("statement", flat=True)
    left = list(
        campaign.statements.filter(state=Statement.State.SHOWN)
        .exclude(pk__in=list(seen))
        .annotate(many=Count("votes"))
        .order_by("many", "pk")
    )
    if not left:
        return None
    fewest = [one for one in left if one.many <= left[0].many + 1]
    lot = f"{person or secrets.token_hex(8)}:{len(seen)}"
    return random.Random(lot).choice(fewest)  # noqa: S311  an order, no secret


def cast(statement: Statement, person: str, value: int) -> None:
    """Keep an answer: one of each person to each statement; a later one takes the place of the first."""
    Vote.objects.update_or_create(
        statement=statement,
        person=person,
        defaults={"value": value, "when": timezone.now().replace(minute=0, second=0, microsecond=0)},
    )


def cast_once(statement: Statement, person: str, value: int) -> Came:
    """Keep an answer that a phone sends, perhaps more than once: the first stays, since a phone asks each but once."""
    hashed = hash_of(person, statement.campaign)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    try:
        with transaction.atomic():
            Vote.objects.create(statement=statement, person=hashed, value=value, when=hour)
    except IntegrityError:
        there = Vote.objects.filter(statement=statement, person=hashed).values_list("value", flat=True).first()
        return Came.THERE if there == value else Came.DIFFERS
    return Came.TAKEN
