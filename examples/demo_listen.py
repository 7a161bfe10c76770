"""Listening in the demo: an invented neighbourhood is asked, sorted, and agrees; by the platform's own actions."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta
from typing import Any

__all__ = ["CODE", "SLUG", "listen"]

CODE = "KTR-482-MPX"
"""The code of one invented resident, so that whoever tries the demo can see what became of their words."""
SLUG = "sturbeck-farm"
_SPACE = uuid.UUID("2b0f6c1e-5f0e-4a52-8c9a-0a4a3a6b7d11")
_PLACE, _WARD, _STREETS = "Sturbeck Farm", "ZW088", ("Quarry Row", "Mill Lane", "Station Road")


def listen() -> str:
    """Let the invented neighbourhood be heard, unless it was already; return its address."""
    from homeground_web.listen.models import Campaign
    from homeground_web.people.models import User
    from homeground_web.places import own
    from homeground_web.places.models import Place

    place = Place.objects.filter(slug=SLUG).first()
    if place is not None and Campaign.objects.filter(place=place).exists():
        return SLUG
    board, _ = User.objects.get_or_create(email="board@example.org", defaults={"name": "The board"})
    second, _ = User.objects.get_or_create(email="second@example.org", defaults={"name": "A second reader"})
    for user in (board, second):
        user.emailaddress_set.get_or_create(email=user.email, defaults={"verified": True, "primary": True})
    if place is None:
        place = own.make(_PLACE, codes=[_WARD], outline="", user=board)
        own.work_out(place, lambda *_: None)
        place.is_public = True
        place.save(update_fields=["is_public"])
    campaign = _campaign(place, board)
    _hear(campaign, board, second)
    sorting = _sort(campaign, board)
    _agree(campaign, sorting, board)
    _vote(campaign, board)
    return place.slug


def _campaign(place: Any, board: Any) -> Any:
    from django.utils import timezone

    from homeground_web.listen import campaigns, census
    from homeground_web.listen.models import Patch

    today = timezone.localdate()
    told = {
        "title": "What matters here", "question": "What is it like living here, and what would make it better?",
        "opens": today - timedelta(days=40), "closes": today + timedelta(days=20), "languages": ["en", "cy", "ar"],
        "asked": ["age", "home"], "people_wanted": 150, "streets": "\n".join(_STREETS), "names": "", "policy": "",
        "worry_to": str(board.pk), "keep_until": today + timedelta(days=730),
    }  # fmt: skip
    campaign = campaigns.save(place, None, told, by=board)
    census.fill(campaign)
    campaign.refresh_from_db()
    ages = {"16-24": 0.14, "25-44": 0.3, "45-64": 0.31, "65+": 0.25}
    campaign.targets = {**campaign.targets, "age": ages}
    campaign.targets_from += "; for ages, invented shares that a board typed"
    campaign.save(update_fields=["targets", "targets_from"])
    for street, doors in zip(_STREETS, (44, 61, 38), strict=True):
        Patch.objects.create(campaign=campaign, name=street, streets=street, doors=doors)
    return campaign


def _hear(campaign: Any, board: Any, second: Any) -> None:
    from django.utils import timezone

    from examples.district.said import SAID
    from homeground_web.listen import looking, noting
    from homeground_web.listen.models import Conversation

    chance = random.Random(7)
    patches = list(campaign.patches.all())
    now = timezone.now()
    for number, (text, consent, age, home) in enumerate(SAID):
        patch = patches[number % len(patches)]
        when = now - timedelta(days=2 + number % 30)
        words = noting.Words(
            id=uuid.uuid5(_SPACE, f"words {number}"), text=text, consent=consent, street=patch.name, patch_id=patch.pk,
            about={"age": age, "home": home}, code=CODE if number == 3 else "", said=when,
        )  # fmt: skip
        noting.note(campaign, words, source=Conversation.Source.DOORSTEP, user_id=board.pk)
        for knock in range(1 + number % 3):
            outcome = "talked" if knock == 0 else chance.choice(["no-answer", "no-answer", "not-today", "stop"])
            door = uuid.uuid5(_SPACE, f"door {number} {knock}")
            noting.knock(campaign, door, outcome, when, patch_id=patch.pk, user_id=board.pk)
    for conversation in campaign.conversations.all()[: len(SAID) - 3]:  # three wait for their second look
        looking.let_in(conversation, by=second)


def _sort(campaign: Any, board: Any) -> Any:
    from examples.district.said import HEAPS
    from homeground_web.listen import steps

    sorting = steps.begin(campaign, "middle", by=board)
    steps.propose(sorting)
    points = list(sorting.points.select_related("conversation"))
    for name, word in HEAPS.items():
        here = [point.pk for point in points if word in f" {point.text.lower()}"]
        told = {"theme": steps.now(sorting).next_number, "name": name, "points": here}
        steps.step(sorting, "new", told, by=board)
    steps.show(sorting, by=board)
    return sorting


def _agree(campaign: Any, sorting: Any, board: Any) -> None:
    from django.utils import timezone

    from examples.district.said import DEEDS, PRIORITIES
    from homeground_web.listen.models import Deed, Meeting, Priority

    today = timezone.localdate()
    meeting = Meeting.objects.create(
        campaign=campaign, held=today - timedelta(days=3), where="the school hall", present=46,
        missing="people under 25, and those who rent from private landlords", user_id=board.pk,
    )  # fmt: skip
    numbers = {one["name"]: one["number"] for one in sorting.shown["themes"]}
    made = [
        Priority.objects.create(
            meeting=meeting, title=title, why=why, sorting=sorting,
            themes=[numbers[name] for name in names if name in numbers],
            support=support, against=against, dissent=dissent, place_in_order=place,
        )
        for place, (title, why, names, support, against, dissent) in enumerate(PRIORITIES, start=1)
    ]  # fmt: skip
    for which, text, state, who in DEEDS:
        Deed.objects.create(priority=made[which], text=text, state=state, when=today, who=who, user_id=board.pk)


def _vote(campaign: Any, board: Any) -> None:
    from examples.district.said import STATEMENTS
    from homeground_web.listen.models import Statement, Vote

    chance = random.Random(11)
    rows = [
        Statement.objects.create(campaign=campaign, text=text, state=Statement.State.SHOWN, user_id=board.pk)
        for text in STATEMENTS
    ]
    votes = []
    for person in range(64):
        leaning = person % 2
        for number, statement in enumerate(rows):
            likely = 0.9 if number in (0, 2, 3) else 0.85 if (number % 2) == leaning else 0.2
            value = Vote.AGREE if chance.random() < likely else chance.choice([Vote.DISAGREE, Vote.PASS, Vote.DISAGREE])
            votes.append(Vote(statement=statement, person=f"invented {person}", value=value))
    Vote.objects.bulk_create(votes)
