"""Pages of the frame itself: feedback, choice of language, errors, and whether we are alive."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from homeground_web.shell.models import Feedback

__all__ = [
    "alive",
    "feedback",
    "form_expired",
    "language",
    "message",
    "not_allowed",
    "not_found",
    "not_understood",
    "went_wrong",
]

_LONGEST = 2000


def message(
    request: HttpRequest, heading: str, *lines: str, status: int = 200, links: tuple[dict[str, str], ...] = ()
) -> HttpResponse:
    """Return a page that says one thing, and where to go from there."""
    return render(request, "shell/message.html", {"heading": heading, "lines": lines, "links": links}, status=status)


@require_GET
def alive(request: HttpRequest) -> JsonResponse:
    """Say that the server answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"alive": True})


@require_GET
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language of the pages, and go back."""
    after = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(after, {request.get_host()}, require_https=request.is_secure()):
        after = "/"
    response = HttpResponseRedirect(after)
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, max_age=31_536_000, samesite="Lax", httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
    return response


@require_http_methods(["GET", "POST"])
def feedback(request: HttpRequest) -> HttpResponse:
    """Take what a reader says about a page."""
    asked = request.POST if request.method == "POST" else request.GET
    page, text, error = asked.get("page", "")[:300], asked.get("text", "").strip(), ""
    if request.method == "POST":
        if not text:
            error = _("Write what is wrong, or what would help")
        elif len(text) > _LONGEST:
            error = _("Write no more than 2,000 characters")
        else:
            if not request.POST.get("website"):  # a field that people do not see: machines fill it in
                Feedback.objects.create(page=page, text=text, language=translation.get_language() or "")
            back = {"href": page if page.startswith("/") else reverse("home"), "title": _("Back to the page")}
            return message(request, _("Thank you"), _("We have your words. Somebody will read them."), links=(back,))
    shown = {"page": page, "text": text, "error": error}
    return render(request, "shell/feedback.html", shown, status=400 if error else 200)


def _home() -> dict[str, str]:
    return {"href": reverse("home"), "title": _("Look up a place")}


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Say that there is no such page."""
    return message(
        request, _("There is no such page"), _("The address may be mistyped, or the page may have moved."), status=404,
        links=(_home(),),
    )  # fmt: skip


def not_understood(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Say that what was sent cannot be taken; what was too large gets its own words."""
    if isinstance(exception, RequestDataTooBig):
        text = _("Send %(many)s megabytes at most, or ask who runs this site to load it from a folder.")
        return message(
            request, _("That is too large"), text % {"many": settings.UPLOAD_LIMIT // 1_000_000},
            _("Nothing was kept."), status=413, links=(_home(),),
        )  # fmt: skip
    return message(
        request, _("We did not understand that"), _("What was sent is damaged or cannot be taken. Nothing was kept."),
        status=400, links=(_home(),),
    )  # fmt: skip


def not_allowed(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Say that this is not for this person, or not now."""
    if hasattr(exception, "stage"):
        return message(
            request, _("This is not open now"), _("Nothing was lost. The place's page says when it opens."), status=403,
            links=(_home(),),
        )  # fmt: skip
    return message(
        request, _("You cannot do this"), _("Your roles do not include it. Ask the chair or the administrator."),
        status=403, links=(_home(),),
    )  # fmt: skip


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was open for too long."""
    return message(
        request, _("Please send it again"), _("The page was open for a long time. Nothing was saved."),
        _("Go back, load the page anew, and send it again."), status=403,
    )  # fmt: skip


def went_wrong(request: HttpRequest) -> HttpResponse:
    """Say that it is our fault, even when the database does not answer."""
    request.went_wrong = True  # type: ignore[attr-defined]
    return message(
        request, _("Something went wrong on our side"), _("Nothing you sent was half saved. Try again in a minute."),
        status=500, links=(_home(),),
    )  # fmt: skip
