"""A person's own words in their own hands: seen, changed and taken back with the code on their card."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction

from homeground_web.audit import log
from homeground_web.listen import codes
from homeground_web.listen.analysis import Found
from homeground_web.listen.hiding import hide, plain
from homeground_web.listen.models import Conversation, Gone, Removal, Statement
from homeground_web.shell import freshness

__all__ = ["TOMBSTONES", "change", "erase", "erase_again", "of_code", "take_out_what_was_made_of"]

TOMBSTONES = "erased.txt"
"""In the home folder: the numbers of what was erased, so that a backup that is restored does not bring it back."""


def of_code(code: str) -> Conversation | Gone | None:
    """Return the conversation that a code belongs to, or what is left of it."""
    plain = codes.plain(code)
    if not plain:
        return None
    found = Conversation.objects.filter(receipt=codes.hash_of(plain)).select_related("campaign__place").first()
    return found or Gone.objects.filter(receipt=codes.hash_of(plain)).first()


@transaction.atomic
def change(conversation: Conversation, text: str, consent: Any) -> list[str]:
    """Let a person change their words or how they may be used; return which of 'text' and 'consent' is new.

    Changed words are looked at anew before all see them. Words that are the same stay as they are.
    """
    other = plain(text) != conversation.text
    changed = [name for name, is_new in (("text", other), ("consent", consent != conversation.consent)) if is_new]
    if other:
        hidden = hide(text, conversation.campaign, _shown_before(conversation, text))
        take_out_what_was_made_of(conversation)
        conversation.text, conversation.hidden = hidden.text, hidden.counts
        conversation.state, conversation.looked_by, conversation.looked = Conversation.State.WAITING, None, None
    conversation.consent = consent
    if consent != Conversation.Consent.STREET:
        conversation.street = ""
    if consent == Conversation.Consent.THEMES:
        _take_out_statements(conversation)
    conversation.save()
    if changed:
        log.write("changed own words", conversation, place_id=conversation.campaign.place_id, after={"fields": changed})
        freshness.move_on()
    return changed


def _shown_before(conversation: Conversation, text: str) -> list[tuple[int, int]]:
    """Return where new words hold what looks personal and was shown in the old ones: somebody wished that."""
    shown = {(one.kind, conversation.text[one.start : one.end]) for one in _found(conversation, conversation.text)}
    new = plain(text)
    return [(one.start, one.end) for one in _found(conversation, new) if (one.kind, new[one.start : one.end]) in shown]


def _found(conversation: Conversation, text: str) -> Sequence[Found]:
    return hide(text, conversation.campaign).found


def erase(conversation: Conversation, why: Any = Gone.Why.TAKEN_BACK, *, by: Any = None) -> Gone:
    """Take a conversation out of everything: its points, quotes, translations and statements go with it.

    What stays is its number without a word, so that a late repeat from a phone, or an old backup, cannot bring it back.
    """
    with transaction.atomic():
        gone = Gone.objects.create(
            id=conversation.pk, campaign_id=conversation.campaign_id, receipt=conversation.receipt or "", why=why
        )
        place_id = conversation.campaign.place_id
        _take_out_statements(conversation)
        Removal.objects.filter(kind="conversation", number=str(conversation.pk)).update(to_author="")
        log.write("erased", gone, user=by, place_id=place_id, after={"why": str(why)})
        conversation.delete()
        freshness.move_on()
        _remember(gone)
    return gone


def take_out_what_was_made_of(conversation: Conversation) -> None:
    """Take out what stands on words that are about to change: statements with their votes, points, translations."""
    _take_out_statements(conversation)
    conversation.points.all().delete()
    conversation.translations.all().delete()


def _take_out_statements(conversation: Conversation) -> None:
    Statement.objects.filter(point__conversation=conversation).delete()


def _remember(gone: Gone) -> None:
    with (settings.HOME / TOMBSTONES).open("a", encoding="ascii") as opened:
        opened.write(f"{gone.pk} {gone.when.isoformat(timespec='seconds')}\n")


def erase_again() -> int:
    """Erase once more what was erased before a backup was restored; return how many had come back."""
    path = settings.HOME / TOMBSTONES
    if not path.exists():
        return 0
    numbers = [line.split()[0] for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    try:
        back = list(Conversation.objects.filter(pk__in=[uuid.UUID(number) for number in numbers]))
    except DatabaseError:  # a backup from before there was LISTEN: nobody's words are in it
        return 0
    for conversation in back:
        Gone.objects.filter(pk=conversation.pk).delete()
        erase(conversation)
    return len(back)
