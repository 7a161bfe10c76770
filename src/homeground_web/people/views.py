"""One's own account, invitations, and roles in the whole installation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from homeground_web.audit import log
from homeground_web.people import roles
from homeground_web.people.forms import AccountForm, InviteForm
from homeground_web.people.gate import needs
from homeground_web.people.models import Invitation, Membership, Role
from homeground_web.shell import posted
from homeground_web.shell.views import message

__all__ = ["account", "close_account", "everywhere", "invitation", "manage", "sign_out_everywhere"]


@never_cache
@require_http_methods(["GET", "POST"])
@needs("account.use")
def account(request: HttpRequest) -> HttpResponse:
    """Show and change one's own account."""
    if "membership" in request.POST:
        roles.show(get_object_or_404(Membership, pk=posted.number(request, "membership"), user=request.user))
        return HttpResponseRedirect(reverse("account"))
    form = AccountForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        log.write("changed own account", request.user, user=request.user, after={"fields": sorted(form.changed_data)})
        messages.success(request, _("Saved."))
        response = HttpResponseRedirect(reverse("account"))
        if form.cleaned_data["language"]:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], max_age=31_536_000, samesite="Lax",
                httponly=True, secure=settings.SESSION_COOKIE_SECURE,
            )  # fmt: skip
        return response
    own = Membership.objects.filter(user=request.user).select_related("place").order_by("place__name", "role")
    return render(request, "people/account.html", {"form": form, "memberships": own})


@never_cache
@require_http_methods(["POST"])
@needs("account.use")
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session of this account, on every device."""
    number = str(request.user.pk)
    for session in Session.objects.filter(expire_date__gte=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == number:
            session.delete()
    log.write("signed out everywhere", request.user, user=request.user)
    logout(request)
    return HttpResponseRedirect(reverse("account_login"))


@never_cache
@require_http_methods(["GET", "POST"])
@needs("account.use")
def close_account(request: HttpRequest) -> HttpResponse:
    """Take out one's own account with its name and addresses; the log keeps its number."""
    chairs = Membership.objects.filter(user=request.user, role__in=(Role.CHAIR, Role.ADMINISTRATOR))
    alone = [
        one for one in chairs.select_related("place")
        if not Membership.objects.filter(place_id=one.place_id, role=one.role).exclude(user=request.user).exists()
    ]  # fmt: skip
    if request.method == "POST" and not alone:
        user = request.user
        with transaction.atomic():
            log.write("closed own account", user, user=user)
            logout(request)
            user.delete()  # type: ignore[union-attr]
        text = _("Your name, your e-mail address and your roles are gone. The log keeps a number without a name.")
        return message(request, _("Your account is closed"), text)
    return render(
        request, "people/close_account.html", {"alone": alone}, status=409 if request.method == "POST" else 200
    )


@never_cache
@require_http_methods(["GET", "POST"])
@needs("read")
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Show what somebody is invited to; take it when signed in."""
    found = roles.find(secret)
    if found is None or not roles.is_good(found):
        text = _("It was used already, taken back, or is older than 14 days. Ask for a new one.")
        return message(request, _("This invitation is no longer good"), text, status=410)
    if request.method == "POST" and request.user.is_authenticated:
        try:
            roles.accept(found, request.user)
        except roles.BadInvitation as error:
            return message(request, _("This is not your invitation"), str(error), status=403)
        messages.success(request, _("Thank you. You have the role now."))
        return HttpResponseRedirect(reverse("account"))
    response = render(request, "people/invitation.html", {"invitation": found, "where": _where(found.place)})
    response.headers["Referrer-Policy"] = "no-referrer"  # the address holds the secret
    return response


@never_cache
@require_http_methods(["GET", "POST"])
@needs("people.administer")
def everywhere(request: HttpRequest) -> HttpResponse:
    """Show and change who has a role in the whole installation."""
    return manage(request, None, roles.EVERYWHERE, reverse("people"))


def manage(request: HttpRequest, place: Any, offered: tuple[Any, ...], here: str) -> HttpResponse:
    """Show and change who has which role in a place; the view that calls asks whether that is allowed."""
    place_id = getattr(place, "pk", None)
    form, unsure = InviteForm(offered, request.POST if request.POST.get("wish") == "invite" else None), None
    wish = request.POST.get("wish", "")
    if wish == "invite" and form.is_valid():
        roles.invite(
            form.cleaned_data["email"], form.cleaned_data["role"], place_id, where=_where(place), by=request.user,
            link=lambda secret: request.build_absolute_uri(reverse("invitation", kwargs={"secret": secret})),
        )  # fmt: skip
        messages.success(request, _("The invitation is sent."))
        return HttpResponseRedirect(here)
    if wish == "take":
        member = get_object_or_404(Membership, pk=posted.number(request, "membership"), place_id=place_id)
        try:
            roles.take(member, by=request.user, sure=request.POST.get("sure") == "yes")
            return HttpResponseRedirect(here)
        except roles.LastOne:
            unsure = member
    if wish == "withdraw":
        roles.withdraw(
            get_object_or_404(Invitation, pk=posted.number(request, "invitation"), place_id=place_id), by=request.user
        )
        return HttpResponseRedirect(here)
    members = Membership.objects.filter(place_id=place_id).select_related("user").order_by("role", "user__name", "pk")
    waiting = Invitation.objects.filter(place_id=place_id, taken=None, withdrawn=None, expires__gt=timezone.now())
    shown = {
        "place": place,
        "where": _where(place),
        "members": members,
        "waiting": waiting,
        "form": form,
        "unsure": unsure,
    }
    bad = wish == "invite" or unsure is not None
    return render(request, "people/roles.html", shown, status=400 if bad else 200)


def _where(place: Any) -> str:
    return str(place) if place else str(_("the whole site"))
