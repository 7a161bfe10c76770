"""Sorting together: proposing heaps, taking steps and taking them back, asking what else fits, showing the themes."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from homeground_web.audit import log
from homeground_web.listen import analysis
from homeground_web.listen.heaps import Heap, Heaps, Taken, heaps_after
from homeground_web.listen.models import Campaign, Conversation, Point, Sorting, Step
from homeground_web.shell import freshness

__all__ = ["FEWEST_TO_ASK", "ask", "begin", "label_of", "now", "propose", "show", "step", "undo"]

FEWEST_TO_ASK = analysis.ENOUGH
SURE_ENOUGH = 0.5  # below it a suggestion is not made: the point stays with people
_TRIES = 20


def begin(campaign: Campaign, grain: str, *, by: Any) -> Sorting:
    """Begin to sort: the heaps themselves are proposed in a job."""
    with transaction.atomic():
        sorting = Sorting.objects.create(campaign=campaign, grain=grain, by_id=getattr(by, "pk", None))
        log.write("began to sort", sorting, user=by, place_id=campaign.place_id, after={"grain": grain})
    return sorting


def propose(sorting: Sorting) -> int:
    """Cut what was said into points, and propose heaps; return how many heaps.

    Raises
    ------
    HomegroundError
        If too few conversations were looked at.
    """
    if sorting.steps.exists():
        return 0  # done before the worker was stopped
    heard = Conversation.objects.filter(campaign=sorting.campaign, state=Conversation.State.GOOD).exclude(text="")
    texts = {one.pk: one.text for one in heard.order_by("received", "id")}
    found = analysis.proposal(texts, sorting.grain)
    with transaction.atomic():
        sorting.points.all().delete()
        points = Point.objects.bulk_create(
            Point(sorting=sorting, conversation_id=whose, start=start, end=end) for whose, start, end, _ in found.points
        )
        themes = [
            {
                "number": number, "terms": theme["terms"], "central": points[theme["central"]].pk,
                "stability": theme["stability"],
                "points": [p.pk for p, row in zip(points, found.points, strict=True) if row[3] == number - 1],
            }
            for number, theme in enumerate(found.themes, start=1)
        ]  # fmt: skip
        sorting.told = found.told
        sorting.save(update_fields=["told"])
        Step.objects.create(sorting=sorting, number=1, verb=Step.Verb.PROPOSE, told={"themes": themes})
    return len(themes)


def step(sorting: Sorting, verb: Any, told: dict[str, Any], *, by: Any) -> Step:
    """Take one step; of two people who take one in the same moment, one comes after the other."""
    for _ in range(_TRIES):
        last = sorting.steps.order_by("-number").values_list("number", flat=True).first() or 0
        try:
            with transaction.atomic():
                return Step.objects.create(
                    sorting=sorting, number=last + 1, verb=verb, told=told, user_id=getattr(by, "pk", None)
                )
        except IntegrityError:
            continue
    raise RuntimeError("many steps were taken in the same moment; try again")


def undo(sorting: Sorting, number: int, *, by: Any) -> Step | None:
    """Take a step back; the proposal itself cannot be."""
    found = sorting.steps.filter(number=number).exclude(verb=Step.Verb.PROPOSE).first()
    return None if found is None else step(sorting, Step.Verb.UNDO, {"step": number}, by=by)


def now(sorting: Sorting) -> Heaps:
    """Return the heaps as they stand."""
    rows = sorting.steps.values_list("number", "verb", "told", "user_id")
    return heaps_after([Taken(*row) for row in rows], sorting.points.values_list("pk", flat=True))


def label_of(heap: Heap) -> str:
    """Return what a heap is called: the name people gave it, else its marking words."""
    return heap.name or ", ".join(heap.terms[:3])


def ask(sorting: Sorting) -> int:
    """Find out which of the points nobody put anywhere may belong to the heaps people filled; return how many.

    The least sure come first, since those are the ones worth looking at; what is less than half sure is left alone.
    """
    heaps = now(sorting)
    full = {heap.number: heap for heap in heaps.themes() if len(heap.confirmed) >= FEWEST_TO_ASK}
    if len(full) < 2:
        return 0
    points = {point.pk: point for point in sorting.points.select_related("conversation")}
    confirmed = [(point, str(heap.number)) for heap in full.values() for point in heap.confirmed if point in points]
    placed = {point for heap in heaps.themes() for point in heap.confirmed}
    texts = {pk: point.text for pk, point in points.items() if point.text}
    named = [(point, theme) for point, theme in confirmed if point in texts]
    found = [one for one in analysis.suggestions(texts, named) if one[0] not in placed and one[2] >= SURE_ENOUGH]
    asked: dict[str, list[list[Any]]] = {}
    for point, theme, sure in found:
        asked.setdefault(theme, []).append([point, sure])
    Sorting.objects.filter(pk=sorting.pk).update(asked=asked)
    return len(found)


@transaction.atomic
def show(sorting: Sorting, *, by: Any) -> None:
    """Show the themes to everybody as they stand now: only points that a person confirmed, and only named heaps."""
    heaps = now(sorting)
    shown = [
        {"number": heap.number, "name": heap.name, "points": heap.confirmed}
        for heap in heaps.themes()
        if heap.name and heap.confirmed
    ]
    sorting.shown = {"themes": shown}
    sorting.shown_when = timezone.now()
    sorting.save(update_fields=["shown", "shown_when"])
    log.write("showed themes", sorting, user=by, place_id=sorting.campaign.place_id, after={"themes": len(shown)})
    freshness.move_on()
