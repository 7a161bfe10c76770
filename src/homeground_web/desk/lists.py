"""Lists drawn anew at the desk, and every stored result with all it rests on."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from homeground_web.desk import analysis
from homeground_web.find import redraw
from homeground_web.jobs import queue
from homeground_web.jobs.work import Refused
from homeground_web.people.gate import needs
from homeground_web.places import queries
from homeground_web.places.models import Load
from homeground_web.runs import actions
from homeground_web.runs.models import Run
from homeground_web.shell import posted
from homeground_web.shell.views import message

__all__ = ["new", "result", "results"]

_FEWEST_DRAWS, _MOST_DRAWS = 10, 10_000


@never_cache
@require_http_methods(["GET", "POST"])
@needs("desk.use")
def new(request: HttpRequest) -> HttpResponse:
    """Ask which list to draw, and how often; draw it in a job."""
    load = queries.current()
    if load is None:
        text = _("Load data first: a list is drawn from the files that the public sees.")
        return message(request, _("There are no data yet"), text, status=409)
    presets = list(dict.fromkeys([*load.plan.get("presets", []), *analysis.shipped()]))
    preset, draws, error = request.POST.get("preset", presets[0]), request.POST.get("draws", "1000"), ""
    if request.method == "POST":
        if preset not in presets:
            error = _("Choose one of the lists")
        elif not _FEWEST_DRAWS <= (many := posted.number(request, "draws")) <= _MOST_DRAWS:
            error = _("Write a number from 10 to 10,000")
        else:
            put = queue.put("draw-list", user=request.user, load=load.pk, preset=preset, draws=many)
            return HttpResponseRedirect(reverse("desk-job", kwargs={"number": put.pk}))
    shown = {"presets": presets, "preset": preset, "draws": draws, "error": error, "load": load}
    return render(request, "desk/new_list.html", shown, status=400 if error else 200)


@never_cache
@require_GET
@needs("desk.use")
def results(request: HttpRequest) -> HttpResponse:
    """Show all stored results, newest first."""
    pages = Paginator(Run.objects.select_related("load").defer("inputs", "notes", "summary", "sources"), 50)
    return render(request, "desk/results.html", {"page": pages.get_page(request.GET.get("page"))})


@never_cache
@require_http_methods(["GET", "POST"])
@needs("desk.use")
def result(request: HttpRequest, number: int) -> HttpResponse:
    """Show all that a result rests on, and what publishing it would change; publish or withdraw it."""
    run = get_object_or_404(Run.objects.select_related("load"), pk=number)
    is_list = run.kind.startswith("list ")
    if request.method == "POST":
        wish = request.POST.get("wish", "")
        if wish == "publish" and is_list:
            put = queue.put("publish-list", user=request.user, run=run.pk, user_id=request.user.pk)
            return HttpResponseRedirect(reverse("desk-job", kwargs={"number": put.pk}))
        if wish == "publish":
            actions.publish(run, user=request.user)
        elif wish == "withdraw":
            actions.withdraw(run, user=request.user)
        return HttpResponseRedirect(request.path)
    shown: dict[str, Any] = {"run": run, "files": list(run.files.order_by("name")), "change": None}
    shown["can_publish"] = run.state != Run.State.PUBLISHED and run.load and run.load.state == Load.State.CURRENT
    if is_list and shown["can_publish"]:
        try:
            shown["change"] = redraw.difference(run)
        except Refused as error:
            shown["refused"], shown["can_publish"] = str(error), False
    return render(request, "desk/result.html", shown)
