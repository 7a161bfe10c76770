"""The log of a neighbourhood, in words: who changed what, when, and what it was before."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from homeground_web.audit.models import Entry
from homeground_web.people.gate import needs
from homeground_web.people.models import User
from homeground_web.places.models import Place
from homeground_web.shell.csvs import as_cell

__all__ = ["log_csv", "log_page"]


@dataclass(frozen=True)
class Line:
    """One change."""

    when: datetime
    who: str
    verb: str
    thing: str
    before: str
    after: str


class _Echo:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


@never_cache
@require_GET
@needs("place.log")
def log_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the log, newest first."""
    place = get_object_or_404(Place, slug=slug)
    page = Paginator(Entry.objects.filter(place_id=place.pk), 50).get_page(request.GET.get("page"))
    return render(request, "places/log.html", {"place": place, "page": page, "lines": list(_lines(page))})


@never_cache
@require_GET
@needs("place.log")
def log_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Give the whole log as CSV; people by number, with the name only where the account still has one."""
    place = get_object_or_404(Place, slug=slug)
    writer = csv.writer(_Echo())
    entries = Entry.objects.filter(place_id=place.pk).order_by("id")

    def rows() -> Iterator[str]:
        yield writer.writerow(["when", "who", "what", "to", "before", "after"])
        for line in _lines(entries.iterator(chunk_size=500)):
            yield writer.writerow(
                [
                    line.when.isoformat(timespec="seconds"),
                    as_cell(line.who),
                    line.verb,
                    line.thing,
                    line.before,
                    line.after,
                ]
            )

    response = StreamingHttpResponse(rows(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="log-{place.slug}.csv"'
    return response


def _lines(entries: Iterable[Entry]) -> Iterator[Line]:
    names: dict[int, str] = {}
    for entry in entries:
        number = entry.user_id
        if number is not None and number not in names:
            user = User.objects.filter(pk=number).only("name").first()
            names[number] = f"{user.name} ({number})" if user and user.name else str(number)
        yield Line(
            entry.when, "" if number is None else names[number], entry.verb,
            f"{entry.object_kind.rpartition('.')[2]} {entry.object_id}", _told(entry.before), _told(entry.after),
        )  # fmt: skip


def _told(values: dict[str, Any]) -> str:
    return "; ".join(f"{name}: {', '.join(map(str, v)) if isinstance(v, list) else v}" for name, v in values.items())
