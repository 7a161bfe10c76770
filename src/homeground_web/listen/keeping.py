"""How long each table is kept, and how it is erased. A test looks that no table of LISTEN is missing here."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from homeground_web.audit import log
from homeground_web.listen.models import Brought, Campaign, Conversation, Translation, Typed, Vote, Walker, Worry
from homeground_web.shell import freshness

__all__ = ["RULES", "Rule", "forget"]

_BROUGHT, _TYPED, _WORRY = timedelta(days=7), timedelta(days=90), timedelta(days=365)


@dataclass(frozen=True)
class Rule:
    """What a table holds of people, until when, and what happens then."""

    holds: str
    until: str
    erased_by: str


RULES: dict[str, Rule] = {
    "campaign": Rule("names to hide, if the board typed any", "the last day of keeping", "the names then"),
    "patch": Rule("streets", "as long as the campaign", "nothing to erase"),
    "walker": Rule("who walks where", "the last day of keeping", "taken out then, or with the account"),
    "conversation": Rule(
        "what somebody said, with details hidden", "the last day of keeping",
        "by the person with the code, at once, also a quote later; else words not allowed as quotes, and all about the "
        "person, then",
    ),
    "translation": Rule("the same in another language", "as the conversation", "with the conversation"),
    "gone": Rule("a number, no words", "as long as the place", "nothing to erase"),
    "removal": Rule("a reason, and words to the author", "the last day of keeping", "words to the author then"),
    "knock": Rule("what came of a knock, not which door", "the last day of keeping", "who and which hour then"),
    "worry": Rule("a worry about somebody", "a year after it was closed, two after it came", "taken out then"),
    "typed": Rule("a paper form typed once", "90 days", "taken out when both agree, or then"),
    "brought": Rule("a file looked into", "7 days", "taken out when taken in or refused, or then"),
    "sorting": Rule("numbers of points, names of themes", "as long as the place", "nothing to erase"),
    "point": Rule("where in a conversation a point stands", "as the conversation", "with the conversation"),
    "step": Rule("who sorted what, by numbers", "as long as the place", "points that are gone leave a number"),
    "statement": Rule("a statement", "as long as the place", "with the conversation it was made of"),
    "vote": Rule("what a random number thinks", "the last day of keeping", "the number is drawn anew then"),
    "meeting": Rule("when, where, how many came", "as long as the place", "nothing to erase"),
    "priority": Rule("what was agreed", "as long as the place", "nothing to erase"),
    "deed": Rule("what was done", "as long as the place", "nothing to erase"),
}  # fmt: skip


def forget(today: date | None = None) -> dict[str, int]:
    """Erase what its time has come for; return how many rows of each table. Asked for once a day."""
    today = today or timezone.localdate()
    now = timezone.now()
    gone: dict[str, int] = {}
    steps: tuple[tuple[str, Callable[[], int]], ...] = (
        ("brought", lambda: Brought.objects.filter(when__lt=now - _BROUGHT).delete()[0]),
        ("typed", lambda: Typed.objects.filter(when__lt=now - _TYPED).delete()[0]),
        ("worry", lambda: Worry.objects.filter(Q(ended__lt=now - _WORRY) | Q(when__lt=now - 2 * _WORRY)).delete()[0]),
    )
    for name, step in steps:
        gone[name] = step()
    for campaign in Campaign.objects.filter(keep_until__lt=today):
        if campaign.forgotten is not None and not _has_more(campaign):
            continue
        for name, many in _forget_people(campaign).items():
            gone[name] = gone.get(name, 0) + many
    return gone


def _unquoted(campaign: Campaign) -> QuerySet[Conversation]:
    """Return the conversations whose words nobody may quote."""
    return campaign.conversations.filter(Q(consent=Conversation.Consent.THEMES) | ~Q(state=Conversation.State.GOOD))


def _has_more(campaign: Campaign) -> bool:
    """Return whether something came after all was erased, such as words from a phone that was long without signal."""
    return (
        campaign.conversations.filter(Q(user_id__isnull=False) | Q(patch__isnull=False) | ~Q(about={})).exists()
        or _unquoted(campaign).exclude(text="").exists()
        or campaign.knocks.filter(user_id__isnull=False).exists()
        or Walker.objects.filter(patch__campaign=campaign).exists()
    )


@transaction.atomic
def _forget_people(campaign: Campaign) -> dict[str, int]:
    """Leave of a campaign what people allowed: quotes without anything about who said them."""
    told = {}
    rows = campaign.conversations.all()
    unquoted = _unquoted(campaign)
    Translation.objects.filter(conversation__in=unquoted).delete()
    told["conversation"] = unquoted.update(text="", hidden={}, receipt=None)
    rows.update(about={}, user_id=None, patch=None)  # who allowed a quote can still take it back with the code
    rows.exclude(consent=Conversation.Consent.STREET).update(street="")
    for one in rows.only("pk", "said", "received").iterator(chunk_size=500):
        rows.filter(pk=one.pk).update(said=_day(one.said), received=_day(one.received))
    told["removal"] = campaign.removals.exclude(to_author="").update(to_author="")
    for knock in campaign.knocks.iterator(chunk_size=500):
        campaign.knocks.filter(pk=knock.pk).update(user_id=None, when=_day(knock.when), received=_day(knock.received))
    told["knock"] = campaign.knocks.count()
    votes = Vote.objects.filter(statement__campaign=campaign)
    for person in votes.values_list("person", flat=True).distinct():
        votes.filter(person=person).update(person=secrets.token_hex(32))
    told["vote"] = votes.count()
    for patch in campaign.patches.all():
        told["walker"] = told.get("walker", 0) + patch.walkers.all().delete()[0]
    campaign.forgotten, campaign.names = timezone.now(), ""
    campaign.save(update_fields=["forgotten", "names"])
    log.write("forgot", campaign, place_id=campaign.place_id, after=told)
    freshness.move_on()
    return told


def _day(moment: Any) -> Any:
    return moment.replace(hour=12, minute=0, second=0, microsecond=0)
