"""What LISTEN's pages read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from homeground_web.listen.models import Campaign, Conversation, Knock, Point, Priority, Sorting
from homeground_web.people.gate import may
from homeground_web.places.models import Place

__all__ = [
    "SMALL", "ShownTheme", "Tally", "campaign_of", "current", "heard_by_band", "people_heard", "people_in", "place_of",
    "priorities", "shown_sorting", "shown_themes", "tally",
]  # fmt: skip

SMALL = 10
"""A count of people below this is not told to the public: fewer might be known."""


def place_of(request: HttpRequest, slug: str) -> Place:
    """Return a neighbourhood that the reader may see."""
    place = get_object_or_404(Place.objects.defer("outline", "asked"), slug=slug)
    if not place.is_public and not may(request.user, "place.see", place.pk):
        raise Http404
    return place


def campaign_of(place: Place, number: int) -> Campaign:
    """Return a campaign of a neighbourhood."""
    return get_object_or_404(Campaign, pk=number, place=place)


def current(place: Place, now: datetime | None = None) -> Campaign | None:
    """Return the campaign that words are for: the newest that is open, else the newest that was."""
    now = now or timezone.now()
    begun = list(Campaign.objects.filter(place=place, opens__lte=now)[:20])
    return next((one for one in begun if one.is_open(now)), begun[0] if begun else None)


def people_heard(conversations: QuerySet[Conversation]) -> int:
    """Return how many people spoke in conversations."""
    return int(conversations.aggregate(people=Sum("people"))["people"] or 0)


def people_in(points: Iterable[Point]) -> int:
    """Return how many people said something: each conversation counts once, however much was said in it."""
    return sum({point.conversation_id: point.conversation.people for point in points}.values())


@dataclass(frozen=True)
class Tally:
    """What came of the knocks in a patch."""

    patch: Any
    counts: dict[str, int]
    people: int = 0

    @property
    def knocked(self) -> int:
        """How many doors were knocked at."""
        return sum(self.counts.values())

    @property
    def answered(self) -> int:
        """How many doors opened."""
        return self.knocked - self.counts.get(str(Knock.Outcome.NO_ANSWER), 0)

    @property
    def left(self) -> int | None:
        """How many doors nobody has knocked at, where it is known how many there are."""
        doors = getattr(self.patch, "doors", None)
        return None if doors is None else max(0, doors - self.knocked)


def tally(campaign: Campaign) -> list[Tally]:
    """Return the knocks of each patch, and of none."""
    counted = campaign.knocks.values_list("patch", "outcome").annotate(many=Count("pk"))
    by_patch: dict[int | None, dict[str, int]] = {}
    for patch, outcome, many in counted:
        by_patch.setdefault(patch, {})[outcome] = many
    people = dict(campaign.conversations.values_list("patch").annotate(many=Sum("people")))
    rows = [Tally(patch, by_patch.get(patch.pk, {}), people.get(patch.pk) or 0) for patch in campaign.patches.all()]
    if None in by_patch or None in people:  # no patch was told, or it was taken out since
        rows.append(Tally(None, by_patch.get(None, {}), people.get(None) or 0))
    return rows


def heard_by_band(campaign: Campaign) -> dict[str, Counter[str]]:
    """Return for each question how many people gave each answer."""
    counts: dict[str, Counter[str]] = {}
    for about in campaign.conversations.values_list("about", flat=True).iterator(chunk_size=2000):
        for question, band in about.items():
            counts.setdefault(question, Counter())[band] += 1  # one answers, whoever stands beside
    return counts


def shown_sorting(place: Place) -> Sorting | None:
    """Return the themes that everybody sees: the last that were shown."""
    shown = Sorting.objects.filter(campaign__place=place).exclude(shown_when=None).select_related("campaign")
    return shown.order_by("-shown_when", "-id").first()


@dataclass
class ShownTheme:
    """A theme as everybody sees it now: what was taken back since it was shown is gone."""

    number: int
    name: str
    people: int
    conversations: int
    quotes: list[Point] = field(default_factory=list)  # those that may be quoted
    unquoted: int = 0  # conversations whose words are not quoted


def shown_themes(sorting: Sorting | None) -> list[ShownTheme]:
    """Return the themes of a sorting as they were shown, of what is still there; the one most people raised first."""
    if sorting is None or not sorting.shown:
        return []
    rows = Point.objects.filter(sorting=sorting).exclude(conversation__state=Conversation.State.HELD)
    rows = rows.select_related("conversation").prefetch_related("conversation__translations")
    points = {point.pk: point for point in rows}
    made = []
    for one in sorting.shown["themes"]:
        here = [points[pk] for pk in one["points"] if pk in points]
        if not here:
            continue
        whose = {point.conversation_id for point in here}
        quotes = [point for point in here if point.conversation.may_be_quoted and point.text]
        quoted = {point.conversation_id for point in quotes}
        made.append(
            ShownTheme(
                one["number"], one["name"], people_in(here), len(whose), quotes, len(whose) - len(quoted),
            )
        )  # fmt: skip
    return sorted(made, key=lambda theme: (-theme.people, theme.number))


def priorities(place: Place) -> QuerySet[Priority]:
    """Return what was agreed at the newest meeting of a place, in its order."""
    newest = Priority.objects.filter(meeting__campaign__place=place).order_by("-meeting__held", "-meeting__id").first()
    if newest is None:
        return Priority.objects.none()
    return Priority.objects.filter(Q(meeting=newest.meeting)).prefetch_related("deeds").select_related("meeting")
