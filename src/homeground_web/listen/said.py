"""What people say, for everybody: themes with quotes, what one person said, who was not heard, what came of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from homeground_web.listen import analysis, heard, queries, thread
from homeground_web.listen.models import Campaign, Conversation, Point, Sorting, Translation
from homeground_web.people.gate import needs
from homeground_web.places.models import Place
from homeground_web.shell import freshness, panels
from homeground_web.shell.csvs import as_cell, csv_file

__all__ = ["quote_of", "said", "said_csv", "said_json", "theme"]

_QUOTES = 3
LICENCE = "CC BY 4.0"


@require_GET
@needs("read")
@freshness.public
def said(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the themes in words, with how many people, quotes that were allowed, and what happened next."""
    place = queries.place_of(request, slug)
    campaign = queries.current(place)
    sorting = queries.shown_sorting(place)
    themes = queries.shown_themes(sorting)
    sure = order_is_sure(themes)
    if not sure:  # an order by size would say more than is known
        themes = sorted(themes, key=lambda one: (one.name.casefold(), one.number))
    agreed = thread.priorities_by_theme(sorting)
    shown: dict[str, Any] = {
        "place": place, "campaign": campaign, "sorting": sorting, "is_open": bool(campaign and campaign.is_open()),
        "themes": [
            {
                "theme": one, "quotes": [quote_of(point) for point in one.quotes[:_QUOTES]],
                "priorities": agreed.get(one.number, []),
            }
            for one in themes
        ],
    }  # fmt: skip
    if sorting is not None:
        questions = [] if sorting.campaign.forgotten else heard.by_band(sorting.campaign, public=True)
        rows = sorting.campaign.conversations.exclude(state=Conversation.State.HELD)
        shown |= {
            "people": queries.people_heard(rows), "many": rows.count(), "alone": alone(sorting),
            "questions": questions, "missing": heard.missing_sentences(questions),
            "panels": panels.shown("said", request, place), "order_is_sure": sure,
            "targets_from": sorting.campaign.targets_from, "forgotten": sorting.campaign.forgotten,
        }  # fmt: skip
    return render(request, "listen/said.html", shown)


def order_is_sure(themes: list[queries.ShownTheme]) -> bool:
    """Return whether each theme was raised by more people than the next by more than chance (95 %)."""
    return analysis.order_is_sure([theme.people for theme in themes])


def alone(sorting: Sorting) -> list[dict[str, Any]]:
    """Return the quotes that stand in no theme: what only one person said is kept, and shown as such."""
    placed = {pk for one in (sorting.shown or {}).get("themes", []) for pk in one["points"]}
    rows = Point.objects.filter(sorting=sorting, conversation__state=Conversation.State.GOOD).exclude(pk__in=placed)
    rows = rows.exclude(conversation__consent=Conversation.Consent.THEMES)
    rows = rows.select_related("conversation").prefetch_related("conversation__translations")
    return [quote_of(point) for point in rows if point.text]


def quote_of(point: Point) -> dict[str, Any]:
    """Return a quote as everybody may see it: its words, its language, and who may be named as saying it."""
    conversation = point.conversation
    place = conversation.street if conversation.consent == Conversation.Consent.STREET else ""
    return {
        "text": point.text, "language": conversation.language, "street": place, "point": point.pk,
        "translation": _translation(conversation),
    }  # fmt: skip


def _translation(conversation: Conversation) -> Translation | None:
    """Return the whole of what was said in the reader's language, where a person put it into it."""
    wanted = (get_language() or "en")[:2]
    if conversation.language[:2] == wanted:
        return None
    read = (one for one in conversation.translations.all() if one.looked_by is not None)
    return next((one for one in read if one.language[:2] == wanted), None)


def _theme(place: Place, number: int) -> tuple[Sorting, queries.ShownTheme]:
    sorting = queries.shown_sorting(place)
    for one in queries.shown_themes(sorting):
        if one.number == number and sorting is not None:
            return sorting, one
    raise Http404


@require_GET
@needs("read")
@freshness.public
def theme(request: HttpRequest, slug: str, theme: int) -> HttpResponse:
    """Show one theme: all its quotes, what was agreed about it, and what was done."""
    place = queries.place_of(request, slug)
    sorting, found = _theme(place, theme)
    shown = {
        "place": place, "theme": found, "sorting": sorting, "quotes": [quote_of(point) for point in found.quotes],
        "priorities": thread.priorities_by_theme(sorting).get(theme, []),
        "panels": panels.shown("theme", request, (place, sorting, found)),
    }  # fmt: skip
    return render(request, "listen/theme.html", shown)


@require_GET
@needs("read")
def said_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Give every quote that may be shown with its theme, one on a row; what each column holds is in the JSON beside."""
    place = queries.place_of(request, slug)
    in_themes = (
        [one.number, as_cell(one.name), one.people, as_cell(quote["text"]), quote["language"], as_cell(quote["street"])]
        for one, quote in _rows(place)
    )
    rows = itertools.chain(in_themes, _alone_rows(place))
    return csv_file(f"said-{place.slug}", ["theme", "name", "people", "quote", "language", "street"], rows)


def _alone_rows(place: Place) -> Iterator[list[Any]]:
    """Yield the quotes in no theme as rows: what one person alone said is said too."""
    sorting = queries.shown_sorting(place)
    for quote in alone(sorting) if sorting else ():
        yield ["", "", "", as_cell(quote["text"]), quote["language"], as_cell(quote["street"])]


def _rows(place: Place) -> list[tuple[queries.ShownTheme, dict[str, Any]]]:
    themes = queries.shown_themes(queries.shown_sorting(place))
    return [(one, quote_of(point)) for one in themes for point in one.quotes]


@require_GET
@needs("read")
def said_json(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the themes with quotes, sources, period and licence."""
    place = queries.place_of(request, slug)
    sorting = queries.shown_sorting(place)
    campaign = sorting.campaign if sorting else None
    told = {
        "title": _("What people say in %(name)s") % {"name": place.name}, "place": place.slug, "licence": LICENCE,
        "source": _("Conversations with residents; quotes only where they allowed it."),
        "period": [campaign.opens, campaign.closes] if campaign else None,
        "question": campaign.question if campaign else None, "shown": sorting.shown_when if sorting else None,
        "made_by": sorting.told if sorting else None, "heard": _heard(campaign),
        "themes": [
            {
                "theme": one.number, "name": one.name, "people": one.people, "conversations": one.conversations,
                "not_quoted": one.unquoted, "quotes": [_plain(quote_of(point)) for point in one.quotes],
            }
            for one in queries.shown_themes(sorting)
        ],
        "in_no_theme": [_plain(quote) for quote in alone(sorting)] if sorting else [],
    }  # fmt: skip
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = f'attachment; filename="said-{place.slug}.json"'
    return response


def _heard(campaign: Campaign | None) -> list[dict[str, Any]]:
    """Return who was heard, by band, as far as that may be told; null where it is hidden to protect people."""
    questions = heard.by_band(campaign, public=True) if campaign and not campaign.forgotten else []
    return [
        {
            "question": title,
            "bands": [
                {"band": row.title, "people": row.people, "share": row.share, "lives_here": row.lives_here}
                for row in rows
            ],
        }
        for title, rows in questions
    ]  # fmt: skip


def _plain(quote: dict[str, Any]) -> dict[str, Any]:
    return {name: quote[name] for name in ("text", "language", "street")}
