"""A time of listening that tests share: patches, words, heaps, statements, a meeting and what it agreed."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

__all__ = ["CODE", "NUMBER", "WORDS", "listen_in"]

NUMBER = 901  # of the campaign, its sorting and its meeting: one that no counter of a database comes to
CODE = "KTR-482-MPX"
WORDS = (
    ("The bus never comes on Sundays, and my shift begins at seven.", "quote"),
    ("There is no bus after six in the evening.", "quote"),
    ("The bus is always late by the school.", "street"),
    ("A bus to the hospital would help my mother a lot.", "quote"),
    ("The bus fare is more than my lunch costs.", "themes"),
    ("The park is lovely, but the lights are broken.", "quote"),
    ("Mend the lights in the park, it is dark there.", "quote"),
    ("My children love the park by the river.", "street"),
    ("The park needs a bench for older people.", "quote"),
    ("There is nowhere warm to sit in the park hut.", "quote"),
    ("The hall has been shut for a year. Give us the keys back.", "quote"),
    ("We ran the hall for years and would again.", "quote"),
)


def listen_in(place: Any, *, user: Any = None, sort: bool = True) -> Any:
    """Return an open campaign of a place with words that were looked at."""
    from django.utils import timezone

    from homeground_web.listen import codes, steps
    from homeground_web.listen.models import Campaign, Conversation, Meeting, Patch, Priority, Sorting, Statement

    now = timezone.now()
    there = Campaign.objects.filter(place=place).first()
    if there is not None:
        return there
    campaign = Campaign.objects.create(
        pk=NUMBER, place=place, title="Spring talks",
        question="What is it like living here, and what would make it better?",
        opens=now - timedelta(days=20), closes=now + timedelta(days=10), languages=["en", "pl"],
        asked=["age", "home"], streets="Harbour Street\nMill Lane", names="Zebedee", people_wanted=200,
        targets={"age": {"16-24": 0.2, "65+": 0.25}}, keep_until=(now + timedelta(days=700)).date(),
    )  # fmt: skip
    patch = Patch.objects.create(
        pk=NUMBER, campaign=campaign, name="Harbour Street, odd side", streets="Harbour Street", doors=38
    )
    for number, (text, consent) in enumerate(WORDS):
        Conversation.objects.create(
            id=uuid.UUID(int=number + 1), campaign=campaign, patch=patch if number % 2 else None, text=text,
            language="en", consent=consent, source="doorstep", said=now - timedelta(days=5), told="",
            street="Mill Lane" if consent == "street" else "", about={"age": "65+"}, state="good",
            receipt=codes.hash_of(CODE) if number == 0 else None,
        )  # fmt: skip
    Conversation.objects.create(
        id=uuid.UUID(int=100), campaign=campaign, text="Brakuje miejsc do spotkań.", language="pl", consent="quote",
        source="web", said=now, told="",
    )  # fmt: skip
    Statement.objects.create(campaign=campaign, text="There should be a bus in the evening.", state="shown")
    Statement.objects.create(campaign=campaign, text="The park needs light.", state="waiting")
    if sort:
        sorting = Sorting.objects.create(pk=NUMBER, campaign=campaign, grain="finer")
        steps.propose(sorting)
        bus = [p.pk for p in sorting.points.select_related("conversation") if " bus " in p.text]
        steps.step(sorting, "new", {"theme": 90, "name": "Buses that come", "points": bus}, by=user)
        steps.show(sorting, by=user)
        meeting = Meeting.objects.create(
            pk=NUMBER,
            campaign=campaign,
            held=now.date(),
            where="the school",
            present=34,
            missing="young people",
            user_id=None,
        )
        Priority.objects.create(
            meeting=meeting, title="A bus in the evening", sorting=sorting, themes=[90], support=30, against=2
        )
    return campaign
