"""The first administrator: made by the operator, without a password, and able to sign in at once."""

from __future__ import annotations

import json
import re

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from homeground_web.audit.models import Entry
from homeground_web.people import gate
from homeground_web.people.models import Membership, User

pytestmark = pytest.mark.django_db

EMAIL = "first@example.org"


def test_an_administrator_may_do_what_nobody_else_may() -> None:
    """Give roles for the whole site."""
    call_command("make_admin", EMAIL)
    assert gate.may(User.objects.get(email=EMAIL), "people.administer")


def test_an_administrator_has_no_password() -> None:
    """None that could be guessed."""
    call_command("make_admin", EMAIL)
    assert not User.objects.get(email=EMAIL).has_usable_password()


def test_an_administrator_signs_in_by_a_code() -> None:
    """Like everybody else."""
    call_command("make_admin", EMAIL)
    client = Client()
    client.post(reverse("account_login"), {"login": EMAIL})
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", mail.outbox[0].body, re.MULTILINE)
    assert code
    client.post(reverse("account_confirm_login_code"), {"code": code.group(1)})
    assert client.get(reverse("people")).status_code == 200


def test_an_administrator_is_seen_among_those_with_a_role() -> None:
    """And can be taken away there."""
    call_command("make_admin", EMAIL)
    assert Membership.objects.filter(user__email=EMAIL, place=None, role="administrator").count() == 1


def test_typing_it_twice_changes_nothing_more(capsys: pytest.CaptureFixture[str]) -> None:
    """One account, one role."""
    call_command("make_admin", EMAIL)
    call_command("make_admin", EMAIL.upper())
    assert (User.objects.count(), Membership.objects.count()) == (1, 1)
    assert "/accounts/login/" in capsys.readouterr().out


def test_the_log_tells_it_without_the_address() -> None:
    """By numbers alone."""
    call_command("make_admin", EMAIL)
    line = Entry.objects.latest("pk")
    assert line.verb == "gave a role"
    assert EMAIL not in json.dumps([line.before, line.after])


def test_what_is_no_address_is_refused() -> None:
    """With what to type."""
    with pytest.raises(CommandError, match="is no e-mail address"):
        call_command("make_admin", "ada")
