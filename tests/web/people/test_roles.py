"""Invitations and roles: given, taken up, taken away, each in the log without a name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from homeground_web.audit.models import Entry
from homeground_web.people import roles
from homeground_web.people.models import Invitation, Membership, User

pytestmark = pytest.mark.django_db

EMAIL = "new@example.org"


@pytest.fixture
def chair(member: Callable[..., Client], place: Any) -> Client:
    """The chair of a place."""
    return member("chair", place=place, email="chair@example.org")


def invite(client: Client, place: Any, capture: Any, role: str = "ambassador") -> str:
    """Invite somebody; return the address in the message."""
    page = reverse("our-people", kwargs={"slug": place.slug})
    with capture(execute=True):
        assert client.post(page, {"wish": "invite", "email": EMAIL, "role": role}).status_code == 302
    found = re.search(r"http://testserver(/invitations/\S+)", mail.outbox[-1].body)
    assert found
    return found.group(1)


def as_somebody(email: str = EMAIL) -> Client:
    """Somebody signed in who has no role yet."""
    user, _ = User.objects.get_or_create(email=email)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_an_invitation_is_taken_up_once(chair: Client, place: Any, django_capture_on_commit_callbacks: Any) -> None:
    """The link leads to a yes; a second time it is no longer good."""
    link = invite(chair, place, django_capture_on_commit_callbacks)
    guest = as_somebody()
    assert "ambassador" in guest.get(link).content.decode()
    assert guest.post(link).status_code == 302
    assert Membership.objects.filter(place=place, role="ambassador", user__email=EMAIL).count() == 1
    assert guest.post(link).status_code == 410


def test_only_the_one_invited_can_take_it(chair: Client, place: Any, django_capture_on_commit_callbacks: Any) -> None:
    """Somebody else with the link cannot; somebody not signed in is told to sign in."""
    link = invite(chair, place, django_capture_on_commit_callbacks)
    assert as_somebody("other@example.org").post(link).status_code == 403
    assert "Sign in first" in Client().get(link).content.decode()
    assert not Membership.objects.filter(role="ambassador").exists()


def test_an_invitation_ends_after_fourteen_days(
    chair: Client, place: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """And when it is taken back."""
    link = invite(chair, place, django_capture_on_commit_callbacks)
    Invitation.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert as_somebody().get(link).status_code == 410
    link = invite(chair, place, django_capture_on_commit_callbacks)
    page = reverse("our-people", kwargs={"slug": place.slug})
    newest = Invitation.objects.get(withdrawn=None)
    chair.post(page, {"wish": "withdraw", "invitation": newest.pk})
    assert as_somebody().get(link).status_code == 410


def test_the_secret_is_not_kept(chair: Client, place: Any, django_capture_on_commit_callbacks: Any) -> None:
    """Only its hash, in the table and nowhere else."""
    secret = invite(chair, place, django_capture_on_commit_callbacks).rpartition("/")[2]
    assert roles.find(secret) is not None
    assert not Invitation.objects.filter(secret_hash__contains=secret).exists()
    assert secret not in json.dumps(list(Entry.objects.values("before", "after")))


def test_a_chair_cannot_make_an_analyst(chair: Client, place: Any) -> None:
    """Roles for the whole site are given by administrators alone."""
    page = reverse("our-people", kwargs={"slug": place.slug})
    assert chair.post(page, {"wish": "invite", "email": EMAIL, "role": "analyst"}).status_code == 400
    assert not Invitation.objects.exists()


def test_the_last_chair_is_not_taken_away_without_a_word(chair: Client, place: Any) -> None:
    """It asks; when it is sure, it does."""
    page, own = reverse("our-people", kwargs={"slug": place.slug}), Membership.objects.get(role="chair")
    asked = chair.post(page, {"wish": "take", "membership": own.pk})
    assert asked.status_code == 400
    assert "Nobody else is chair" in asked.content.decode()
    chair.post(page, {"wish": "take", "membership": own.pk, "sure": "yes"})
    assert not Membership.objects.filter(role="chair").exists()


def test_a_role_of_another_place_is_out_of_reach(chair: Client, place: Any) -> None:
    """By its number neither."""
    from homeground_web.places.models import Place

    other = Place.objects.create(slug="elsewhere", name="Elsewhere", made="area")
    theirs = Membership.objects.create(user=User.objects.create_user("x@example.org"), place=other, role="chair")
    page = reverse("our-people", kwargs={"slug": place.slug})
    assert chair.post(page, {"wish": "take", "membership": theirs.pk}).status_code == 404
    assert Membership.objects.filter(pk=theirs.pk).exists()


def test_every_change_is_in_the_log_by_numbers(
    chair: Client, place: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """Who, what, when; no name and no address."""
    link = invite(chair, place, django_capture_on_commit_callbacks)
    as_somebody().post(link)
    verbs = list(Entry.objects.filter(place_id=place.pk).order_by("id").values_list("verb", flat=True))
    assert verbs == ["invited", "took up", "gave a role"]
    assert "@" not in json.dumps(list(Entry.objects.values("before", "after")))


def test_a_name_stands_on_the_page_only_when_its_owner_says_so(chair: Client, client: Client, place: Any) -> None:
    """Not by a role alone."""
    User.objects.filter(email="chair@example.org").update(name="Pat Example")
    page = reverse("our", kwargs={"slug": place.slug})
    assert "Pat Example" not in client.get(page).content.decode()
    chair.post(reverse("account"), {"membership": Membership.objects.get(role="chair").pk})
    assert "Pat Example" in client.get(page).content.decode()


def test_the_only_administrator_cannot_close_the_account(member: Callable[..., Client]) -> None:
    """Somebody else must be there first."""
    client = member("administrator")
    assert client.post(reverse("close-account")).status_code == 409
    assert User.objects.exists()
