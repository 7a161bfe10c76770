"""Pages for words that come by other ways: files and minutes, and paper forms."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from homeground_web.listen import bands, bringing, codes, noting, paper, queries
from homeground_web.listen.forms import CONSENTS, BringForm, TypeForm
from homeground_web.listen.models import Brought
from homeground_web.people.gate import needs

__all__ = ["bring", "brought", "forms_to_print", "type_in"]

_FORMS = 40
_LARGEST = 10_000_000


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.bring")
def bring(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take a file or minutes to look at."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    form = BringForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        file = told["file"]
        if file is not None and file.size > min(_LARGEST, settings.UPLOAD_LIMIT):
            form.add_error("file", _("The file is larger than 10 megabytes. Cut it into parts."))
        else:
            name, data = (file.name, file.read()) if file else ("minutes.txt", told["minutes"].encode())
            try:
                found = bringing.look_into(
                    campaign, name, data, minutes=file is None, consent=told["consent"], said=told["said"],
                    by=request.user,
                )  # fmt: skip
                here = {"slug": slug, "number": number, "file": found.pk}
                return HttpResponseRedirect(reverse("listen-brought", kwargs=here))
            except bringing.CannotRead as error:
                form.add_error("file" if file else "minutes", str(error))
    shown = {"place": place, "campaign": campaign, "form": form, "waiting": campaign.brought.all()[:20]}
    return render(request, "listen/bring.html", shown, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.bring")
def brought(request: HttpRequest, slug: str, number: int, file: int) -> HttpResponse:
    """Show what a file holds; say which column is what; take it in or throw it away."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    found = get_object_or_404(Brought, pk=file, campaign=campaign)
    columns = {
        name: request.POST.get(f"column_{name}", found.chosen["columns"].get(name, "")) for name in bringing.COLUMNS
    }
    consents = CONSENTS if columns["street"] in found.headings else CONSENTS[:2]
    consent = request.POST.get("consent", found.chosen["consent"])
    consent = consent if consent in dict(consents) else found.chosen["consent"]
    wrong, back = "", reverse("listen-bring", kwargs={"slug": slug, "number": number})
    if request.POST.get("wish") == "throw-away":
        found.delete()
        return HttpResponseRedirect(back)
    if request.POST.get("wish") == "take-in":
        if columns["text"] not in found.headings:
            wrong = _("Say which column holds what was said")
        else:
            counts = bringing.take_in(found, columns, by=request.user, consent=consent)
            texts = [_("%(taken)s taken in. %(there)s were here already. %(empty)s had no words.")]
            if counts["cut"]:
                texts.append(_("Cut at %(most)s characters: %(cut)s."))
            if counts["strange"]:
                texts.append(_("In a language that we do not know: %(strange)s. They count as another language."))
            messages.success(request, " ".join(texts) % {**counts, "most": noting.LONGEST})
            return HttpResponseRedirect(back)
    shown = {
        "place": place, "campaign": campaign, "file": found, "columns": columns, "wrong": wrong,
        "called": {
            "text": _("What was said"), "language": _("Language"), "street": _("Street"),
            "people": _("How many people"),
        },
        "rows": found.rows[:10], "consent": consent, "consents": consents, "odd": bringing.odd(found, columns),
        "before": bringing.counted(campaign, found.sha256),
    }  # fmt: skip
    return render(request, "listen/brought.html", shown, status=400 if wrong else 200)


@never_cache
@require_http_methods(["GET"])
@needs("listen.bring")
def forms_to_print(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Give paper forms to print, each with a code of its own on a slip to tear off."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    asked = request.GET.get("many", "1")
    many = min(_FORMS, int(asked)) if asked.isdecimal() and len(asked) < 4 else 1
    shown = {
        "place": place, "campaign": campaign, "cards": [codes.made() for _one in range(max(1, many))],
        "many": max(1, many),
        "consents": [text for _key, text in CONSENTS], "questions": bands.questions_of(campaign.asked),
        "is_printing": "many" in request.GET,
    }  # fmt: skip
    return render(request, "listen/paper.html", shown)


@never_cache
@require_http_methods(["GET", "POST"])
@needs("listen.bring")
def type_in(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Type a paper form in; the second person sees where they and the first differ."""
    place = queries.place_of(request, slug)
    campaign = queries.campaign_of(place, number)
    form = TypeForm(campaign, request.POST or None)
    shown: dict[str, Any] = {"place": place, "campaign": campaign, "form": form}
    if request.method == "POST" and form.is_valid():
        code = codes.plain(form.cleaned_data["code"])
        if not code:
            form.add_error("code", _("This is no code of ours. It has three letters, three digits, three letters."))
        else:
            told = {**{k: form.cleaned_data[k] for k in ("text", "language", "people", "consent", "street")}}
            told |= {"about": form.about(), "code": code, "said": form.cleaned_data["said"].isoformat()}
            return _typed(request, form, shown, told)
    return render(request, "listen/type_in.html", shown, status=400 if form.errors else 200)


def _typed(request: HttpRequest, form: TypeForm, shown: dict[str, Any], told: dict[str, Any]) -> HttpResponse:
    campaign = shown["campaign"]
    try:
        if request.POST.get("wish") == "settle":
            paper.settle(campaign, told["code"], told, by=request.user)
            found: list[paper.Difference] | None = []
        else:
            found = paper.type_in(campaign, told, by=request.user)
    except paper.UsedAlready:
        form.add_error("code", _("A form with this code is in already."))
        return render(request, "listen/type_in.html", shown, status=400)
    if found:
        one = next((d for d in found if d.name == "text"), None)
        shown |= {"found": found, "words": paper.marked(one.first, one.second) if one else []}
        return render(request, "listen/type_in.html", shown)
    text = _("The form is in.") if found is not None else _("Kept. Now somebody else must type the same form.")
    messages.success(request, text)
    return HttpResponseRedirect(request.path)
