"""Pages of the neighbourhoods that people work with: what they are, who works there, and what was changed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from homeground_web.jobs import queue
from homeground_web.jobs.models import Job
from homeground_web.jobs.pages import waiting
from homeground_web.people import phases, roles
from homeground_web.people.gate import may, needs
from homeground_web.people.models import Membership, Phase
from homeground_web.people.views import manage
from homeground_web.places import own, queries, readers, texts
from homeground_web.places.forms import EditForm, NewForm, PhaseForm, TextForm
from homeground_web.places.models import Place
from homeground_web.places.sketch import sketch
from homeground_web.shell import analysis, days, panels, posted

__all__ = ["edit", "new", "our", "ours", "people", "read_feedback", "stages", "translate", "working"]


@require_GET
@needs("read")
def ours(request: HttpRequest) -> HttpResponse:
    """Show the neighbourhoods that people work with."""
    pages = Paginator(Place.objects.filter(is_public=True).defer("outline", "asked").order_by("name", "pk"), 50)
    shown = {"page": pages.get_page(request.GET.get("page")), "may_make": may(request.user, "place.create")}
    return render(request, "places/ours.html", shown)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("place.create")
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a name and areas or an outline; work it out in a job."""
    form = NewForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        place = own.make(told["name"], codes=told["codes"], outline=told["drawn"], user=request.user)
        return _work_out(place, request.user)
    return render(request, "places/new.html", {"form": form}, status=400 if form.errors else 200)


def _work_out(place: Place, user: Any) -> HttpResponse:
    queue.put("work-out-place", user=user, place_id=place.pk, place=place.pk)
    return HttpResponseRedirect(reverse("our-working", kwargs={"slug": place.slug}))


@never_cache
@require_http_methods(["GET", "POST"])
@needs("place.edit")
def working(request: HttpRequest, slug: str) -> HttpResponse:
    """Wait until a neighbourhood is worked out; work it out anew."""
    place = get_object_or_404(Place, slug=slug)
    if request.method == "POST":
        return _work_out(place, request.user)
    job = Job.objects.filter(name="work-out-place", place_id=place.pk).first()
    if job is None:
        raise Http404
    page = reverse("our", kwargs={"slug": slug})
    back = reverse("our-edit", kwargs={"slug": slug})
    return waiting(request, job, _("Finding out about %(name)s") % {"name": place.name}, after=page, back=back)


@require_GET
@needs("read")
def our(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a neighbourhood: what it is made of, its people, whom to write to, and what each stage knows of it."""
    place = get_object_or_404(Place, slug=slug)
    if not place.is_public and not may(request.user, "place.see", place.pk):
        raise Http404
    load = queries.current()
    parts = list(place.parts.all()[:200])
    areas = queries.by_code(load, parts[0].node, [part.code for part in parts]) if load and parts else {}
    said = texts.said_in(place, place.about_language if "original" in request.GET else get_language() or "")
    shown = {
        "said": said, "languages_called": dict(settings.LANGUAGES),
        "others": texts.others(place) if place.about else [],
        "may_translate": may(request.user, "place.translate", place.pk),
        "place": place, "parts": [(part, areas.get(part.code)) for part in parts],
        "map": sketch(place.outline, []) if place.outline else None, "partners": place.partners.all(),
        "board": Membership.objects.filter(place=place, is_shown=True).select_related("user").order_by("role", "pk"),
        "panels": panels.shown("our-place", request, place), "load": load, "doors_here": _doors(request, place),
        "contact_line": _contact(place),
    }  # fmt: skip
    return render(request, "places/our.html", shown)


def _doors(request: HttpRequest, place: Place) -> list[dict[str, str]]:
    pages = (
        ("our-edit", "place.edit", _("Change this page")), ("our-people", "place.people", _("People and roles")),
        ("our-stages", "place.phases", _("Open and close stages")), ("our-log", "place.log", _("What was changed")),
        ("our-feedback", "place.feedback", _("What readers told us")),
    )  # fmt: skip
    if not request.user.is_authenticated:
        return []
    here = {"slug": place.slug}
    return [
        {"href": reverse(view, kwargs=here), "title": title}
        for view, action, title in pages
        if may(request.user, action, place.pk)
    ]


def _contact(place: Place) -> str:
    if not place.contact_name:
        return ""
    who = ", ".join(filter(None, (place.contact_name, place.contact_role)))
    how = _(" or ").join(filter(None, (place.contact_email, place.contact_phone)))
    return _("Write to %(who)s: %(how)s.") % {"who": who, "how": how} if how else who


@never_cache
@require_http_methods(["GET", "POST"])
@needs("place.edit")
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what the page of a neighbourhood says; say while writing how plain it is."""
    place = get_object_or_404(Place, slug=slug)
    form = EditForm.of(place, request.POST) if request.method == "POST" else EditForm.of(place)
    checked = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("wish") != "check":
            values = {name: value for name, value in form.cleaned_data.items() if name != "partners"}
            own.change(place, values, form.cleaned_data["partners"], user=request.user)
            return HttpResponseRedirect(reverse("our", kwargs={"slug": slug}))
        checked = analysis.read(form.cleaned_data["about"])
    status = 400 if form.errors else 200
    return render(request, "places/edit.html", {"form": form, "place": place, "checked": checked}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("place.translate")
def translate(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Put the words about a neighbourhood into another language, beside the original."""
    place = get_object_or_404(Place, slug=slug)
    known = {one["code"]: one for one in texts.others(place)}
    if language not in known or not place.about:
        raise Http404
    there = place.texts.filter(language=language).first()
    form = TextForm(request.POST if request.method == "POST" else None, initial={"about": there.about if there else ""})
    if request.method == "POST" and form.is_valid():
        texts.translate(place, language, form.cleaned_data["about"], user=request.user)
        return HttpResponseRedirect(reverse("our", kwargs={"slug": slug}))
    shown = {"form": form, "place": place, "into": known[language]}
    return render(request, "places/translate.html", shown, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("place.people")
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Show and change who has which role here."""
    place = get_object_or_404(Place, slug=slug)
    return manage(request, place, roles.IN_A_PLACE, request.path)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("place.phases")
def stages(request: HttpRequest, slug: str) -> HttpResponse:
    """Open and close the stages of a neighbourhood."""
    place = get_object_or_404(Place, slug=slug)
    wish = request.POST.get("wish", "")
    form = PhaseForm(request.POST if wish == "open" else None)
    if wish == "open" and form.is_valid():
        told = form.cleaned_data
        closes = days.end_of(told["closes"]) if told["closes"] else None
        phases.open_stage(place.pk, told["stage"], days.start_of(told["opens"]), closes, by=request.user)
        return HttpResponseRedirect(request.path)
    if wish == "close":
        phase = get_object_or_404(Phase, pk=posted.number(request, "phase"), place_id=place.pk)
        phases.close_stage(phase, by=request.user)
        return HttpResponseRedirect(request.path)
    now = timezone.now()
    shown = {"place": place, "form": form, "phases": Phase.objects.filter(place_id=place.pk), "now": now}
    return render(request, "places/stages.html", shown, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("place.feedback")
def read_feedback(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what readers told us about the pages of a neighbourhood and of its areas; note what was done."""
    place = get_object_or_404(Place, slug=slug)
    addresses = [reverse("our", kwargs={"slug": slug})]
    addresses += [reverse("place", kwargs={"code": part.code}) for part in place.parts.all()]
    if request.method == "POST":
        wanted = readers.about(addresses).filter(pk=posted.number(request, "feedback"))
        readers.answer(get_object_or_404(wanted), request.POST.get("answer", ""), user=request.user, place_id=place.pk)
        return HttpResponseRedirect(request.path)
    pages = Paginator(readers.about(addresses), 50)
    return render(request, "places/feedback.html", {"place": place, "page": pages.get_page(request.GET.get("page"))})
