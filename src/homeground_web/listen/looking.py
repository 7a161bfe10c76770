"""The second look: nobody's words are public until somebody else has read them; who keeps words out says why."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from homeground_web.audit import log
from homeground_web.listen.hiding import hide
from homeground_web.listen.models import Conversation, Removal, Statement, Translation
from homeground_web.listen.taking_back import take_out_what_was_made_of
from homeground_web.shell import freshness

__all__ = [
    "REASONS", "OwnWords", "hide_more", "keep_out", "let_in", "let_in_translation", "open_statement", "put_back",
]  # fmt: skip

REASONS = {
    "details": gettext_lazy("It says who somebody is"),
    "harm": gettext_lazy("It threatens or insults somebody"),
    "law": gettext_lazy("It may break the law"),
    "selling": gettext_lazy("It sells something"),
    "no-words": gettext_lazy("It has no meaning"),
    "twice": gettext_lazy("It is here already"),
}


class OwnWords(Exception):
    """Somebody was about to look at what they brought in themselves."""


@transaction.atomic
def let_in(conversation: Conversation, *, by: Any) -> None:
    """Say that words are safe to show; never by who noted them."""
    _must_be_another(conversation, by)
    if conversation.state == Conversation.State.GOOD:
        return
    _set(conversation, Conversation.State.GOOD, by)
    log.write("looked at", conversation, user=by, place_id=conversation.campaign.place_id)
    freshness.move_on()


@transaction.atomic
def let_in_translation(translation: Translation, *, by: Any) -> None:
    """Say that words in another language are safe to show; never by who put them into it."""
    _must_be_another(translation, by)
    if translation.looked_by is None:
        translation.looked_by = by.pk
        translation.save(update_fields=["looked_by"])
        log.write("looked at", translation, user=by, place_id=translation.conversation.campaign.place_id)
        freshness.move_on()


@transaction.atomic
def open_statement(statement: Statement, *, by: Any) -> None:
    """Open a statement to all; never by who wrote it."""
    _must_be_another(statement, by)
    statement.state = Statement.State.SHOWN
    statement.save(update_fields=["state"])
    log.write("showed", statement, user=by, place_id=statement.campaign.place_id)
    freshness.move_on()


def _must_be_another(thing: Conversation | Translation | Statement, by: Any) -> None:
    if thing.user_id is not None and thing.user_id == by.pk:
        raise OwnWords


@transaction.atomic
def hide_more(conversation: Conversation, words: str, *, by: Any) -> bool:
    """Hide some words wherever they stand in a conversation; return whether they were there.

    What was made of the words goes, since it may hold what is hidden now, and their places have moved.
    """
    words = words.strip()
    if not words or words not in conversation.text:
        return False
    take_out_what_was_made_of(conversation)
    conversation.text = hide(conversation.text.replace(words, _("[hidden]")), conversation.campaign).text
    conversation.hidden = {**conversation.hidden, "by hand": conversation.hidden.get("by hand", 0) + 1}
    conversation.save(update_fields=["text", "hidden"])
    log.write("hid more", conversation, user=by, place_id=conversation.campaign.place_id)
    freshness.move_on()
    return True


@transaction.atomic
def keep_out(thing: Conversation | Statement, reason: str, to_author: str, *, by: Any) -> Removal:
    """Keep a conversation or a statement out, with a reason from the list and words to its author."""
    held = type(thing).State.HELD
    if isinstance(thing, Conversation):
        thing.points.all().delete()
        _set(thing, held, by)
    else:
        thing.state = held
        thing.save(update_fields=["state"])
    made = Removal.objects.create(
        campaign_id=thing.campaign_id, kind=thing._meta.model_name, number=str(thing.pk), reason=reason,
        to_author=to_author[:500], user_id=by.pk,
    )  # fmt: skip
    log.write("kept out", thing, user=by, place_id=thing.campaign.place_id, after={"reason": reason})
    freshness.move_on()
    return made


@transaction.atomic
def put_back(removal: Removal, *, by: Any) -> None:
    """Let in again what was kept out; a conversation is looked at anew."""
    if removal.ended is not None:
        return
    removal.ended = timezone.now()
    removal.save(update_fields=["ended"])
    if removal.kind == "conversation":
        Conversation.objects.filter(pk=removal.number).update(state=Conversation.State.WAITING, looked=None)
    else:
        Statement.objects.filter(pk=removal.number).update(state=Statement.State.WAITING)
    log.write("put back", removal, user=by, place_id=removal.campaign.place_id)
    freshness.move_on()


def _set(conversation: Conversation, state: Any, by: Any) -> None:
    conversation.state, conversation.looked_by, conversation.looked = state, by.pk, timezone.now()
    conversation.save(update_fields=["state", "looked_by", "looked"])
