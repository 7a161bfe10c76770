"""Phones that lose their way: what the tests of syncing and the bench of it both use."""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

__all__ = ["FAULTS", "Phone", "Told", "fault_injected"]

FAULTS = ("", "lost", "half", "twice", "answer lost", "server fails", "old again", "other phone")
_WORDS = ("the", "bus", "park", "hall", "lights", "never", "late", "children", "evening", "shop", "warm", "bench")


class ServerFails(Exception):
    """The server stops in the middle of its work."""


@dataclass
class Phone:
    """A phone with notes: it forgets one only when the server says that it has it."""

    campaign: Any
    random: random.Random
    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)  # number: words
    sent: list[dict[str, Any]] = field(default_factory=list)

    def write(self) -> None:
        """Note what somebody said."""
        number = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        text = " ".join(self.random.choices(_WORDS, k=8))
        consent = self.random.choice(["themes", "quote", "street"])
        self.waiting[number] = {
            "id": number, "campaign": self.campaign.pk, "text": text, "consent": consent, "language": "en", "people": 1,
        }  # fmt: skip

    def send(self, fault: str, *, batch: int = 4) -> None:
        """Send some of what waits; something goes wrong on the way."""
        from homeground_web.listen import sync

        notes = self.random.sample(list(self.waiting.values()), min(batch, len(self.waiting)))
        if fault == "old again" and self.sent:
            notes += self.random.sample(self.sent, min(2, len(self.sent)))
        if fault == "lost":
            return
        body = json.dumps({"now": None, "notes": notes})
        if fault == "half":
            body = body[: self.random.randrange(len(body))]
        answers = []
        for _ in range(2 if fault == "twice" else 1):
            try:
                told = json.loads(body)
            except ValueError:
                return
            try:
                answers.append(_take(sync, self.campaign, told, fails=fault == "server fails", chance=self.random))
            except (sync.Unreadable, ServerFails):
                return
        self.sent += notes
        self.sent = self.sent[-50:]
        if fault == "answer lost":
            return
        for answer in answers:
            assert answer["differs"] == [] and answer["refused"] == []
            for number in [*answer["taken"], *answer["there"]]:
                if number in self.waiting:
                    self.acknowledged[number] = self.waiting.pop(number)["text"]

    def lost(self) -> int:
        """Return how many notes the phone has forgotten and the server does not have."""
        from homeground_web.listen.models import Conversation

        there = {str(one) for one in Conversation.objects.values_list("pk", flat=True)}
        return sum(number not in there for number in self.acknowledged)


def _take(sync: Any, campaign: Any, told: Any, *, fails: bool, chance: random.Random) -> Any:
    """Let the server take it, or stop it after some of the notes: what it wrote until then is rolled back."""
    from django.db import transaction

    from homeground_web.listen import noting

    user = type("Somebody", (), {"pk": 1})()
    if not fails:
        return sync.take(campaign, told, user=user)
    left = [chance.randrange(1, 5)]
    real = noting.note

    def failing(*args: Any, **kwargs: Any) -> Any:
        came = real(*args, **kwargs)
        left[0] -= 1
        if left[0] == 0:
            raise ServerFails
        return came

    noting.note = failing
    try:
        with transaction.atomic():
            return sync.take(campaign, told, user=user)
    finally:
        noting.note = real


@dataclass(frozen=True)
class Told:
    """What came of it."""

    lost: int
    doubled: int
    changed: int
    acknowledged: int
    faults: int
    sendings: int


def fault_injected(campaign: Any, chance: random.Random, *, sendings: int, tell: Any = None) -> Told:
    """Let two phones send notes among faults, then send the rest without; return what was lost, doubled or changed.

    'other phone' hands what waits to a second phone, as the encrypted file does, so that both send the same notes.
    """
    from homeground_web.listen.models import Conversation

    before = {str(one) for one in Conversation.objects.values_list("pk", flat=True)}
    phones = [Phone(campaign, chance), Phone(campaign, chance)]
    written: dict[str, str] = {}
    faults = 0
    for turn in range(sendings):
        phone = chance.choice(phones)
        for _ in range(chance.randrange(3)):
            phone.write()
        written |= {number: one["text"] for number, one in phone.waiting.items()}
        fault = chance.choice(FAULTS)
        faults += bool(fault)
        if fault == "other phone":
            other = phones[1 - phones.index(phone)]
            other.waiting |= {n: one for n, one in phone.waiting.items() if n not in other.acknowledged}
        phone.send(fault)
        if tell is not None and turn % 1000 == 0:
            tell(turn, sendings)
    for phone in phones:
        while phone.waiting:
            phone.send("", batch=50)
    there = {str(pk): text for pk, text in Conversation.objects.values_list("pk", "text") if str(pk) not in before}
    acknowledged = set(phones[0].acknowledged) | set(phones[1].acknowledged)
    return Told(
        lost=sum(number not in there for number in acknowledged),
        doubled=len(there) - len(set(there) & set(written)) + max(0, len(there) - len(written)),
        changed=sum(there.get(number, text) != text for number, text in written.items()),
        acknowledged=len(acknowledged), faults=faults, sendings=sendings,
    )  # fmt: skip
