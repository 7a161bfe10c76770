"""The analyst's desk: files come in, are looked at, become a load, and are shown or taken back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from homeground_web.desk import folders
from homeground_web.desk.models import Folder
from homeground_web.jobs import queue
from homeground_web.jobs.models import Job
from homeground_web.jobs.pages import waiting
from homeground_web.jobs.work import Refused
from homeground_web.people.gate import needs
from homeground_web.places import loading
from homeground_web.places.models import Load
from homeground_web.places.plan import shipped
from homeground_web.runs.models import Run
from homeground_web.shell.views import message

__all__ = ["folder", "home", "job", "load", "new_folder"]

_OURS = ("look-into-folder", "load", "draw-list", "publish-list")


@never_cache
@require_http_methods(["GET", "POST"])
@needs("desk.use")
def home(request: HttpRequest) -> HttpResponse:
    """Show what the public sees, what waits, and what to do next; take back what was shown."""
    if request.method == "POST":
        try:
            loading.take_back(user=request.user)
        except Refused as error:
            return message(request, _("It cannot be taken back"), str(error), status=409)
        return HttpResponseRedirect(reverse("desk"))
    loads = list(Load.objects.all()[:20])
    by = {state: [one for one in loads if one.state == state] for state in Load.State.values}
    shown = {
        "current": next(iter(by["current"]), None), "previous": next(iter(by["previous"]), None),
        "next": by["next"], "failed": by["failed"][:5], "folders": Folder.objects.all()[:20],
        "drafts": Run.objects.filter(state=Run.State.DRAFT)[:10],
        "jobs": Job.objects.filter(name__in=_OURS, state__in=(Job.State.WAITING, Job.State.RUNNING))[:10],
    }  # fmt: skip
    return render(request, "desk/home.html", shown)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("desk.use")
def new_folder(request: HttpRequest) -> HttpResponse:
    """Take files into a new folder, and look into them in a job."""
    title, error = request.POST.get("title", "").strip(), ""
    if request.method == "POST":
        given = request.FILES.getlist("files")
        if not title:
            error = _("Give the folder a name")
        elif not given:
            error = _("Choose one file or more")
        else:
            made = folders.open_folder(title, request.user)
            try:
                folders.add(made, given, request.user)
            except folders.BadFile as bad:
                error = str(bad)
                folders.throw_away(made, request.user)
            else:
                return _look(made, request.user)
    shown = {"title": title, "error": error, "kinds": folders.KINDS}
    return render(request, "desk/new_folder.html", shown, status=400 if error else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("desk.use")
def folder(request: HttpRequest, number: int) -> HttpResponse:
    """Show what the files of a folder are and what is wrong; add and remove files; make a load of it."""
    found = get_object_or_404(Folder, pk=number)
    error = ""
    if request.method == "POST":
        wish = request.POST.get("wish", "")
        if wish == "look":
            return _look(found, request.user)
        if wish == "throw away":
            folders.throw_away(found, request.user)
            return HttpResponseRedirect(reverse("desk"))
        try:
            if wish == "add":
                folders.add(found, request.FILES.getlist("files"), request.user)
                return _look(found, request.user)
            if wish == "remove":
                folders.remove(found, request.POST.get("name", ""), request.user)
                return _look(found, request.user)
            if wish == "load":
                begun = loading.begin(found.path, plan=_plan(request), title=found.title, user=request.user)
                put = queue.put("load", user=request.user, load=begun.pk)
                return HttpResponseRedirect(reverse("desk-job", kwargs={"number": put.pk}))
            error = _("Choose what to do")
        except (folders.BadFile, Refused) as refused:
            error = str(refused)
    shown = {"folder": found, "files": folders.files(found), "error": error, "plans": shipped(), "kinds": folders.KINDS}
    return render(request, "desk/folder.html", shown, status=400 if error else 200)


def _plan(request: HttpRequest) -> str:
    asked = request.POST.get("plan", "")
    return asked if asked in shipped() else ""


def _look(found: Folder, user: Any) -> HttpResponse:
    put = queue.put("look-into-folder", user=user, folder=found.pk)
    return HttpResponseRedirect(reverse("desk-job", kwargs={"number": put.pk}))


@never_cache
@require_http_methods(["GET", "POST"])
@needs("desk.use")
def load(request: HttpRequest, number: int) -> HttpResponse:
    """Show what a load would change, in words; let the public see it."""
    found = get_object_or_404(Load, pk=number)
    if request.method == "POST":
        try:
            loading.swap(found, user=request.user)
        except Refused as error:
            return message(request, _("It cannot be shown"), str(error), status=409)
        return HttpResponseRedirect(reverse("desk"))
    can = found.ready is not None and found.state in (Load.State.NEXT, Load.State.PREVIOUS)
    return render(request, "desk/load.html", {"load": found, "can_show": can})


@require_GET
@needs("desk.use")
def job(request: HttpRequest, number: Any) -> HttpResponse:
    """Wait for a job of the desk; go on to what it made."""
    found = get_object_or_404(Job, pk=number)
    if found.name not in _OURS:
        raise Http404
    after, back = reverse("desk"), reverse("desk")
    if "folder" in found.arguments and found.name == "look-into-folder":
        after = back = reverse("desk-folder", kwargs={"number": found.arguments["folder"]})
    elif found.name == "load" and "load" in found.result:
        after = reverse("desk-load", kwargs={"number": found.result["load"]})
    elif "run" in found.result:
        after = reverse("desk-result", kwargs={"number": found.result["run"]})
    return waiting(request, found, _heading(found.name), after=after, back=back)


def _heading(name: str) -> str:
    return {
        "look-into-folder": _("Looking into the files"), "load": _("Reading the files"),
        "draw-list": _("Drawing the list"), "publish-list": _("Writing the list into the pages"),
    }[name]  # fmt: skip
