"""The screen where a group makes sense of what was said: heaps of quotes, moved by people, each step undoable."""

from __future__ import annotations

import random
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from homeground_web.jobs import queue
from homeground_web.jobs.models import Job
from homeground_web.jobs.pages import waiting
from homeground_web.listen import analysis, heard, queries, steps
from homeground_web.listen.heaps import Heap, Heaps
from homeground_web.listen.models import Conversation, Point, Sorting, Step
from homeground_web.people.gate import needs
from homeground_web.people.models import User
from homeground_web.shell import posted

__all__ = ["begin", "second", "sort", "working"]

_QUOTES = 12  # of a heap, shown at first
_LOOSE = 200  # quotes in no heap, shown at first
_STEPS = 30  # steps, shown at first
_SAMPLE = 20  # points that a second person sorts anew


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.sort")
def begin(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Begin to sort, or go on with what was begun."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    good = campaign.conversations.filter(state=Conversation.State.GOOD).exclude(text="").count()
    grain = request.POST.get("grain", "middle")
    if request.method == "POST" and good >= analysis.FEWEST and grain in analysis.GRAINS:
        sorting = steps.begin(campaign, grain, by=request.user)
        return _wait(request, sorting, "propose-heaps")
    shown = {
        "place": place, "campaign": campaign, "good": good, "fewest": analysis.FEWEST,
        "waiting": campaign.conversations.filter(state=Conversation.State.WAITING).count(),
        "sortings": campaign.sortings.all()[:20],
    }  # fmt: skip
    return render(request, "listen/sort_begin.html", shown, status=400 if request.method == "POST" else 200)


def _wait(request: HttpRequest, sorting: Sorting, name: str) -> HttpResponse:
    queue.put(name, user=request.user, place_id=sorting.campaign.place_id, sorting=sorting.pk)
    return HttpResponseRedirect(_address("listen-sort-working", sorting))


def _address(view: str, sorting: Sorting) -> str:
    campaign = sorting.campaign
    here = {"slug": campaign.place.slug, "number": campaign.pk, "sorting": sorting.pk}
    return reverse(view, kwargs=here)


def _sorting(request: HttpRequest, slug: str, number: int, sorting: int) -> Sorting:
    place = queries.place_of(request, slug)
    return get_object_or_404(
        Sorting.objects.select_related("campaign__place"), pk=sorting, campaign_id=number, campaign__place=place
    )


@never_cache
@require_http_methods(["GET"])
@needs("listen.sort")
def working(request: HttpRequest, slug: str, number: int, sorting: int) -> HttpResponse:
    """Wait until heaps are proposed, or it is found out what else fits."""
    found = _sorting(request, slug, number, sorting)
    rows = Job.objects.filter(name__in=("propose-heaps", "ask-what-fits"), place_id=found.campaign.place_id)
    job = next((one for one in rows[:50] if one.arguments.get("sorting") == found.pk), None)
    if job is None:
        raise Http404
    back = reverse("listen-sort", kwargs={"slug": slug, "number": number})
    return waiting(request, job, _("Reading what was said"), after=_address("listen-sorting", found), back=back)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.sort")
def sort(request: HttpRequest, slug: str, number: int, sorting: int) -> HttpResponse:
    """Show the heaps; take one step."""
    found = _sorting(request, slug, number, sorting)
    if not found.steps.exists():
        return HttpResponseRedirect(_address("listen-sort-working", found))
    if request.method == "POST":
        answer = _do(request, found)
        return answer or HttpResponseRedirect(_address("listen-sorting", found) + _where(request))
    return render(request, "listen/sorting.html", _shown(request, found))


def _where(request: HttpRequest) -> str:
    heap = posted.number(request, "theme")
    return f"#heap-{heap}" if heap != posted.NONE else ""


def _do(request: HttpRequest, sorting: Sorting) -> HttpResponse | None:
    """Take the step that a form asks for; what cannot be done is said, and nothing changes."""
    wish, heaps, by = request.POST.get("wish", ""), steps.now(sorting), request.user
    theme = posted.number(request, "theme")
    here = set(sorting.points.values_list("pk", flat=True))
    points = [int(p) for p in request.POST.getlist("point") if p.isdecimal() and len(p) < 17 and int(p) in here]
    name = request.POST.get("name", "").strip()[:120]
    if wish == "undo":
        steps.undo(sorting, posted.number(request, "step"), by=by)
    elif wish == "ask":
        return _wait(request, sorting, "ask-what-fits")
    elif wish == "show":
        return _show(request, sorting)
    elif wish == "new" and name:
        told = {"theme": heaps.next_number, "name": name, "points": points}
        steps.step(sorting, Step.Verb.NEW, told, by=by)
    elif theme not in heaps.heaps:
        messages.info(request, _("Choose a heap, and at least one quote where one is needed."))
    elif wish == "name" and name:
        steps.step(sorting, Step.Verb.NAME, {"theme": theme, "name": name}, by=by)
    elif wish == "no-theme":
        steps.step(sorting, Step.Verb.NO_THEME, {"theme": theme}, by=by)
    elif wish == "merge" and _other(request, heaps, theme):
        steps.step(sorting, Step.Verb.MERGE, {"theme": posted.number(request, "other"), "into": theme}, by=by)
    elif not (points and _with_points(request, sorting, heaps, theme, points)):
        messages.info(request, _("Choose a heap, and at least one quote where one is needed."))
    return None


def _with_points(request: HttpRequest, sorting: Sorting, heaps: Heaps, theme: int, points: list[int]) -> bool:
    """Do with some quotes of a heap what a form asks for; return whether it asked for anything that can be done."""
    wish, by = request.POST.get("wish", ""), request.user
    other = posted.number(request, "other")
    if wish == "move" and _other(request, heaps, theme):
        _forget_asked(sorting, points)
        steps.step(sorting, Step.Verb.MOVE, {"theme": theme, "into": other, "points": points}, by=by)
    elif wish == "also" and _other(request, heaps, theme):
        steps.step(sorting, Step.Verb.PUT, {"theme": other, "points": points}, by=by)
    elif wish == "split":
        name = request.POST.get("name", "").strip()[:120]
        told = {"theme": theme, "points": points, "into": heaps.next_number, "name": name}
        steps.step(sorting, Step.Verb.SPLIT, told, by=by)
    elif wish in ("confirm", "put", "take"):
        _forget_asked(sorting, points)
        steps.step(sorting, wish, {"theme": theme, "points": points}, by=by)
    else:
        return False
    return True


def _other(request: HttpRequest, heaps: Heaps, theme: int) -> bool:
    """Return whether a form names another heap."""
    number = posted.number(request, "other")
    return number != theme and number in heaps.heaps


def _forget_asked(sorting: Sorting, points: list[int]) -> None:
    """Take points that people decided on out of the suggestions."""
    left = {theme: [one for one in rows if one[0] not in points] for theme, rows in sorting.asked.items()}
    Sorting.objects.filter(pk=sorting.pk).update(asked={theme: rows for theme, rows in left.items() if rows})


def _show(request: HttpRequest, sorting: Sorting) -> HttpResponse | None:
    named = [heap for heap in steps.now(sorting).themes() if heap.name and heap.confirmed]
    if not named:
        messages.info(request, _("Give at least one heap a name and confirm a quote in it. Then it can be shown."))
        return None
    steps.show(sorting, by=request.user)
    return HttpResponseRedirect(reverse("said", kwargs={"slug": sorting.campaign.place.slug}))


def _shown(request: HttpRequest, sorting: Sorting) -> dict[str, Any]:
    heaps = steps.now(sorting)
    points = {point.pk: point for point in sorting.points.select_related("conversation")}
    opened = request.GET.get("open", "")
    every = sorting.steps.order_by("-number")
    rows = list(every if opened == "history" else every[:_STEPS])
    loose = [points[pk] for pk in heaps.loose if pk in points]
    names = dict(User.objects.filter(pk__in=[row.user_id for row in rows if row.user_id]).values_list("pk", "name"))
    return {
        "place": sorting.campaign.place, "campaign": sorting.campaign, "sorting": sorting,
        "heaps": [_heap(sorting, heap, points, opened) for heap in heaps.themes()],
        "others": [(heap.number, steps.label_of(heap)) for heap in heaps.themes()],
        "thrown": [(h.number, steps.label_of(h)) for h in heaps.heaps.values() if not h.is_theme and h.points],
        "loose": loose if opened == "loose" else loose[:_LOOSE], "many_loose": len(loose), "may_ask": _may_ask(heaps),
        "older": 0 if opened == "history" else every.count() - len(rows),
        "history": [
            {
                "number": row.number, "said": row.get_verb_display(), "when": row.when,
                "counts": row.number in heaps.active,
                "who": names.get(row.user_id) or (str(row.user_id) if row.user_id else ""),
                "may_undo": row.verb != Step.Verb.PROPOSE and row.number in heaps.active,
                "what": _what(row, heaps),
            }
            for row in rows
        ],
        "people": queries.people_heard(sorting.campaign.conversations.filter(state=Conversation.State.GOOD)),
        "missing": heard.missing_sentences(heard.by_band(sorting.campaign, public=True)),
        "agreed": agreed(sorting, heaps),
        "enough": steps.FEWEST_TO_ASK,
    }  # fmt: skip


def _heap(sorting: Sorting, heap: Heap, points: dict[int, Point], opened: str) -> dict[str, Any]:
    here = [points[pk] for pk in heap.points if pk in points]
    first = sorted(here, key=lambda p: (heap.points[p.pk] is None, p.pk != heap.central, p.pk))
    shown = first if opened == str(heap.number) else first[:_QUOTES]
    asked = [(points[pk], sure) for pk, sure in sorting.asked.get(str(heap.number), []) if pk in points]
    return {
        "number": heap.number, "label": steps.label_of(heap), "is_named": bool(heap.name),
        "people": queries.people_in(here),
        "quotes": [(point, heap.points[point.pk] is not None) for point in shown], "more": len(here) - len(shown),
        "central": heap.central, "confirmed": len(heap.confirmed), "all": len(here), "many_asked": len(asked),
        "asked": asked if opened == str(heap.number) else asked[:10],
        "stability": heap.stability, "by_people": heap.by_people,
    }  # fmt: skip


def _may_ask(heaps: Heaps) -> bool:
    return sum(len(heap.confirmed) >= steps.FEWEST_TO_ASK for heap in heaps.themes()) >= 2


def _what(row: Step, heaps: Heaps) -> str:
    """Return what a step was about, in words."""
    told, parts = row.told, []
    number = told.get("theme") or told.get("into")
    if number in heaps.heaps:
        parts.append(f"“{steps.label_of(heaps.heaps[number])}”")
    if isinstance(told.get("points"), list):
        parts.append(_("%(many)s quotes") % {"many": len(told["points"])})
    if row.verb == Step.Verb.UNDO:
        parts.append(_("step %(number)s") % {"number": told.get("step")})
    return ", ".join(parts)


def agreed(sorting: Sorting, heaps: Heaps) -> dict[str, Any] | None:
    """Return how far a second person agrees with the first, beside how far the machine's heaps do."""
    if not heaps.seconds:
        return None
    of: dict[int, list[int]] = {}
    for heap in heaps.themes():
        for point in heap.confirmed:
            of.setdefault(point, []).append(heap.number)
    second = {point: number for _who, answers in heaps.seconds for point, number in answers.items()}
    both = [point for point in second if point in of]
    if not both:
        return None
    # A quote may stand in several heaps: the second person agrees who names any of them.
    first = {point: second[point] if second[point] in of[point] else of[point][0] for point in both}
    # The machine knows no names: its heaps are called as those of people that hold most of the same.
    machine = analysis.called_alike(
        {point: numbers[0] for point, numbers in of.items()}, {p: heaps.proposed.get(p, 0) for p in of}
    )
    people = analysis.alpha([(p, "first", first[p]) for p in both] + [(p, "second", second[p]) for p in both])
    beside = analysis.alpha([(p, "first", of[p][0]) for p in both] + [(p, "machine", machine[p]) for p in both])
    return {"quotes": len(both), "people": people, "machine": beside}


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.sort")
def second(request: HttpRequest, slug: str, number: int, sorting: int) -> HttpResponse:
    """Let a second person sort some quotes anew without seeing the heaps, to find out how far two people agree."""
    found = _sorting(request, slug, number, sorting)
    heaps = steps.now(found)
    names = [(heap.number, steps.label_of(heap)) for heap in heaps.themes() if heap.confirmed]
    sample = _sample(heaps, request.user.pk)
    points = {p.pk: p for p in found.points.filter(pk__in=sample).select_related("conversation")}
    if request.method == "POST":
        known = {number for number, _name in names} | {0}
        answers = {
            str(pk): posted.number(request, f"p{pk}") for pk in points if posted.number(request, f"p{pk}") in known
        }
        if answers:
            steps.step(found, Step.Verb.SECOND, {"answers": answers}, by=request.user)
        return HttpResponseRedirect(_address("listen-sorting", found))
    shown = {
        "place": found.campaign.place, "campaign": found.campaign, "sorting": found, "names": names,
        "quotes": [points[pk] for pk in sample if pk in points],
    }  # fmt: skip
    return render(request, "listen/second.html", shown)


def _sample(heaps: Heaps, user_id: int) -> list[int]:
    """Return quotes that others confirmed, in an order that says nothing about heaps."""
    rows = [(p, who) for heap in heaps.themes() for p, who in heap.points.items() if who not in (None, user_id)]
    points = sorted({point for point, _who in rows})
    random.Random(user_id).shuffle(points)  # noqa: S311  an order, no secret
    return points[:_SAMPLE]
