"""Who has been heard and who has not: doors by patch, and people against who lives here. Small numbers are hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from homeground_web.audit import log
from homeground_web.listen import bands, queries
from homeground_web.listen.models import Campaign
from homeground_web.people.gate import may, needs
from homeground_web.shell.csvs import as_cell, csv_file

__all__ = ["BandHeard", "Questions", "by_band", "heard", "heard_csv", "missing_sentences"]


@dataclass(frozen=True)
class BandHeard:
    """How one band was heard: ``people`` is None where it is hidden to protect them."""

    title: str
    people: int | None
    share: float | None
    lives_here: float | None

    @property
    def is_missing(self) -> bool:
        """Whether far fewer were heard than live here: less than half of their share."""
        return self.share is not None and self.lives_here is not None and self.share < self.lives_here / 2


Questions = list[tuple[str, list[BandHeard]]]
"""For each question its bands."""


def by_band(campaign: Campaign, *, public: bool) -> Questions:
    """Return for each question how each band was heard.

    A count below ten is hidden where the public reads, and so is the next smallest where one alone could be worked out.
    """
    counts = queries.heard_by_band(campaign)
    made: Questions = []
    if campaign.forgotten:  # what people told about themselves is erased: nought would be untrue
        return made
    for question in bands.questions_of(campaign.asked):
        told = counts.get(question.key, Counter())
        hidden = _hidden(told, [band.key for band in question.bands]) if public else set()
        every = sum(told.values())
        lives = campaign.targets.get(question.key, {})
        rows = [
            BandHeard(
                str(band.title), None if band.key in hidden else told[band.key],
                None if band.key in hidden or not every else told[band.key] / every, lives.get(band.key),
            )
            for band in question.bands
        ]  # fmt: skip
        made.append((str(question.title), rows))
    return made


def _hidden(told: Counter[str], keys: list[str]) -> set[str]:
    """Return the bands whose counts are hidden: from 1 to 9, and the next ones until nobody can work those out.

    How many people were heard in all follows from a count and its share, and so how many are hidden together. That must
    leave it open which band has how many: two bands of one person each would not.
    """
    small = {key for key in keys if 0 < told[key] < queries.SMALL}
    others = sorted((key for key in keys if key not in small and told[key]), key=lambda key: (told[key], key))
    while small and others and (len(small) < 2 or sum(told[key] for key in small) <= 2 * len(small)):
        small.add(others.pop(0))
    return small


def missing_sentences(questions: Questions) -> list[str]:
    """Return in words who was hardly heard, of what `by_band` tells the public."""
    said = []
    for title, rows in questions:
        for row in rows:
            if row.is_missing:
                told = {
                    "band": row.title, "question": title.rstrip("?"), "heard": round(100 * (row.share or 0)),
                    "here": round(100 * (row.lives_here or 0)),
                }  # fmt: skip
                said.append(_("“%(band)s”: %(heard)s in 100 we heard, %(here)s in 100 who live here.") % told)
    return said


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.heard")
def heard(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show doors by patch and people by band; let the board type who lives here."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    may_type = may(request.user, "listen.campaign", place.pk)
    wrong = ""
    if request.method == "POST" and may_type:
        told, wrong = _typed(request.POST, campaign)
        if not wrong:
            _keep(campaign, told, request.POST.get("from", "").strip()[:200], by=request.user)
            return HttpResponseRedirect(request.path)
    rows = queries.tally(campaign)
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row.counts)
    shown = {
        "place": place, "campaign": campaign, "tallies": rows, "total": queries.Tally(None, dict(total)),
        "questions": by_band(campaign, public=False), "people": queries.people_heard(campaign.conversations.all()),
        "may_type": may_type, "to_type": _fields(campaign), "wrong": wrong,
        "missing": [] if campaign.forgotten else missing_sentences(by_band(campaign, public=True)),
    }  # fmt: skip
    return render(request, "listen/heard.html", shown, status=400 if wrong else 200)


@never_cache
@require_GET
@needs("listen.heard")
def heard_csv(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Give doors by patch and people by band as a file."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    return csv_file(f"heard-{place.slug}", ["table", "row", "what", "number"], _rows(campaign))


def _rows(campaign: Campaign) -> Iterator[list[Any]]:
    for row in queries.tally(campaign):
        name = as_cell(row.patch.name) if row.patch else ""
        yield from (["patch", name, what, many] for what, many in sorted(row.counts.items()))
    for title, rows in by_band(campaign, public=False):
        for band in rows:
            yield [title, band.title, "people", band.people]
            if band.lives_here is not None:
                yield [title, band.title, "share who live here", band.lives_here]


def _fields(campaign: Campaign) -> list[dict[str, Any]]:
    return [
        {
            "title": question.title,
            "bands": [
                {
                    "name": f"share_{question.key}_{band.key}", "title": band.title,
                    "value": _percent(campaign.targets.get(question.key, {}).get(band.key)),
                }
                for band in question.bands
            ],
        }
        for question in bands.questions_of(campaign.asked)
    ]  # fmt: skip


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}".rstrip("0").rstrip(".")


def _typed(given: Mapping[str, str], campaign: Campaign) -> tuple[dict[str, dict[str, float]], str]:
    found: dict[str, dict[str, float]] = {}
    for question in bands.questions_of(campaign.asked):
        shares = {}
        for band in question.bands:
            text = given.get(f"share_{question.key}_{band.key}", "").strip().rstrip("%").replace(",", ".")
            if not text:
                continue
            try:
                share = float(text) / 100
            except ValueError:
                return {}, _("“%(text)s” is no number. Write how many of 100, such as 24.") % {"text": text[:20]}
            if not 0 <= share <= 1:
                return {}, _("“%(text)s” must lie between 0 and 100.") % {"text": text[:20]}
            shares[band.key] = share
        if sum(shares.values()) > 1.01:
            return {}, _("“%(title)s”: the shares add up to more than 100.") % {"title": question.title}
        if shares:
            found[question.key] = shares
    return found, ""


@transaction.atomic
def _keep(campaign: Campaign, told: dict[str, dict[str, float]], source: str, *, by: Any) -> None:
    campaign.targets, campaign.targets_from = told, source
    campaign.save(update_fields=["targets", "targets_from"])
    log.write("said who lives here", campaign, user=by, place_id=campaign.place_id, after={"questions": sorted(told)})
