"""Asking for a report of a place, waiting for it, and getting it. Anybody may: so haste is limited."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from ninja.throttling import AnonRateThrottle

from homeground_web.jobs import queue
from homeground_web.jobs.models import Job
from homeground_web.jobs.pages import waiting
from homeground_web.people.gate import may, needs
from homeground_web.places import queries as places
from homeground_web.places.models import Load, Place
from homeground_web.runs.giving import give
from homeground_web.runs.models import RunFile
from homeground_web.shell.views import message
from homeground_web.understand import analysis, queries, reports

__all__ = ["download", "our_download", "our_report", "report", "waits"]

_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MOST_WAITING = 20


@never_cache
@require_http_methods(["GET", "POST"])
@needs("read")
def report(request: HttpRequest, code: str) -> HttpResponse:
    """Offer the reports of an area; put one down to be made."""
    load, area = _area(code)
    return _offer(request, load, area.name, area.node, area.code, request.path, reverse("place", kwargs={"code": code}))


@never_cache
@require_http_methods(["GET", "POST"])
@needs("read")
def our_report(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer the reports of a neighbourhood of one's own."""
    load, place = _place(request, slug)
    back = reverse("our", kwargs={"slug": slug})
    return _offer(request, load, place.name, "our", str(place.pk), request.path, back)


def _offer(request: HttpRequest, load: Load, name: str, node: str, code: str, here: str, back: str) -> HttpResponse:
    there = reports.kept(load.pk, node, code, name)
    lacks = {ending: analysis.what_is_missing(ending) for ending in reports.ENDINGS if ending not in there}
    ending = request.POST.get("ending", "")
    if request.method == "POST" and ending not in reports.ENDINGS:
        raise Http404
    if request.method == "POST" and not lacks.get(ending):
        if ending in there:
            return HttpResponseRedirect(f"{here}.{ending}")
        waiting_for = {"load": load.pk, "node": node, "code": code, "ending": ending}
        at_work = Job.objects.filter(name="place-report", state__in=(Job.State.WAITING, Job.State.RUNNING))
        job = at_work.filter(arguments=waiting_for).first()
        refusal = None if job else _too_much(request)
        if refusal is not None:
            return refusal
        job = job or queue.put("place-report", **waiting_for)
        return HttpResponseRedirect(reverse("report-waits", kwargs={"number": job.pk}))
    offered = [
        {"ending": one, "title": title, "is_there": one in there, "lacks": lacks.get(one, "")}
        for one, title in (
            ("pdf", _("PDF: to read and to print")), ("docx", _("Word: to change")),
            ("xlsx", _("Spreadsheet: all figures")),
        )
    ]  # fmt: skip
    shown = {"name": name, "offered": offered, "here": here, "back": back}
    return render(request, "understand/report.html", shown)


def _too_much(request: HttpRequest) -> HttpResponse | None:
    """Return a refusal when somebody asks for too many, or too many wait."""
    limit = AnonRateThrottle(f"{settings.REPORTS_PER_HOUR}/h")
    limit.scope = "report"
    if settings.REPORTS_PER_HOUR and not limit.allow_request(request):
        text = _("You asked for many reports. Come back in an hour, or take the data from the place’s page.")
        response = message(request, _("That is a lot at once"), text, status=429)
        response.headers["Retry-After"] = str(int(limit.wait() or 3600))
        return response
    waits = Job.objects.filter(name="place-report", state__in=(Job.State.WAITING, Job.State.RUNNING)).count()
    if waits >= _MOST_WAITING:
        text = _("%(many)s reports are being made. Please try again in a few minutes. Nothing was lost.")
        response = message(request, _("Many people ask at once"), text % {"many": waits}, status=503)
        response.headers["Retry-After"] = "120"
        return response
    return None


@require_safe
@needs("read")
def waits(request: HttpRequest, number: Any) -> HttpResponse:
    """Wait for a report; go on to it when it is made."""
    job = get_object_or_404(Job, pk=number, name="place-report")
    told = job.arguments
    if told["node"] == "our":
        place = get_object_or_404(Place, pk=told["code"])
        back = reverse("our-report", kwargs={"slug": place.slug})
    else:
        back = reverse("place-report", kwargs={"code": told["code"]})
    return waiting(request, job, _("Making the report"), after=f"{back}.{told['ending']}", back=back)


@require_safe
@needs("read")
def download(request: HttpRequest, code: str, ending: str) -> HttpResponseBase:
    """Give a report of an area that was made."""
    load, area = _area(code)
    file = reports.kept(load.pk, area.node, area.code, area.name).get(ending)
    return _give(request, file, area.code, ending, reverse("place-report", kwargs={"code": code}), is_open=True)


@require_safe
@needs("read")
def our_download(request: HttpRequest, slug: str, ending: str) -> HttpResponseBase:
    """Give a report of a neighbourhood that was made."""
    load, place = _place(request, slug)
    file = reports.kept(load.pk, "our", str(place.pk), place.name).get(ending)
    page = reverse("our-report", kwargs={"slug": slug})
    return _give(request, file, slug, ending, page, is_open=place.is_public)


def _give(
    request: HttpRequest, file: RunFile | None, name: str, ending: str, page: str, *, is_open: bool
) -> HttpResponseBase:
    if ending not in reports.ENDINGS:
        raise Http404
    if file is None:
        return HttpResponseRedirect(page)
    keep = f"{'public' if is_open else 'private'}, max-age=60"
    return give(request, file.sha256, _TYPES[ending], keep=keep, name=f"{name}.{ending}")


def _area(code: str) -> tuple[Load, Any]:
    load = places.current()
    area = places.area_of(load, code) if load else None
    if load is None or area is None or queries.run_of(load.pk, area.node) is None:
        raise Http404
    return load, area


def _place(request: HttpRequest, slug: str) -> tuple[Load, Place]:
    load, place = places.current(), get_object_or_404(Place, slug=slug)
    if load is None or not (place.is_public or may(request.user, "place.see", place.pk)):
        raise Http404
    return load, place
