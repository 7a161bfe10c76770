"""Signing in by an e-mailed code: no password anywhere, the session changes, and guessing is stopped."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse

from homeground_web.people.models import User

pytestmark = pytest.mark.django_db

EMAIL = "resident@example.org"


def code_of(message: Any) -> str:
    """Return the code in a message."""
    found = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", message.body, re.MULTILINE)
    assert found, message.body
    return found.group(1)


@pytest.fixture
def user() -> User:
    """Somebody with an account and a checked address."""
    made = User.objects.create_user(EMAIL, name="Somebody")
    made.emailaddress_set.create(email=EMAIL, verified=True, primary=True)
    return made


def ask_for_code(client: Client, email: str = EMAIL, after: str = "") -> Any:
    """Fill in the first page."""
    address = reverse("account_login") + (f"?next={after}" if after else "")
    assert client.get(address).status_code == 200
    return client.post(reverse("account_login"), {"login": email, "next": after})


def test_a_code_by_e_mail_signs_in(client: Client, user: User) -> None:
    """Address, code, and in; back to the page one came from; the session has another key."""
    ask_for_code(client, after="/our")
    before = client.session.session_key
    assert [message.to for message in mail.outbox] == [[EMAIL]]
    assert "password" not in mail.outbox[0].body
    assert mail.outbox[0].subject == "Your code for Homeground"
    page = client.get(reverse("account_confirm_login_code"))
    assert page.status_code == 200
    answer = client.post(reverse("account_confirm_login_code"), {"code": code_of(mail.outbox[0]), "next": "/our"})
    assert (answer.status_code, answer.url) == (302, "/our")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session.session_key != before


def test_a_wrong_code_does_not_and_three_of_them_end_it(client: Client, user: User) -> None:
    """The right one is of no use then."""
    ask_for_code(client)
    for _ in range(3):
        client.post(reverse("account_confirm_login_code"), {"code": "WRONG1"})
    client.post(reverse("account_confirm_login_code"), {"code": code_of(mail.outbox[0])})
    assert "_auth_user_id" not in client.session


def test_nobody_learns_who_has_an_account(client: Client, user: User) -> None:
    """The same answer for an address that has one and for one that has none."""
    known = ask_for_code(client)
    unknown = ask_for_code(Client(), "nobody@example.org")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert len(mail.outbox) == 2


def test_codes_are_not_sent_without_end(user: User) -> None:
    """The fourth within a minute for one address is refused, from whatever phone."""
    answers = [ask_for_code(Client()).status_code for _ in range(5)]
    assert len(mail.outbox) <= 3
    assert answers[-1] in (200, 429)


def test_a_new_account_needs_its_address_checked(client: Client) -> None:
    """A code again; then it is in."""
    assert client.get(reverse("account_signup")).status_code == 200
    client.post(reverse("account_signup"), {"email": "new@example.org", "name": "New"})
    assert "_auth_user_id" not in client.session
    page = client.get(reverse("account_email_verification_sent"))
    assert "code" in page.content.decode()
    client.post(reverse("account_email_verification_sent"), {"code": code_of(mail.outbox[-1])})
    assert client.session["_auth_user_id"] == str(User.objects.get(email="new@example.org").pk)
    assert User.objects.get().name == "New"


@pytest.mark.parametrize("name", ["account_change_password", "account_set_password", "account_reset_password"])
def test_there_is_no_page_about_passwords(name: str) -> None:
    """None to be guessed, lost or stolen."""
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("after", ["https://example.com/", "//example.com", "javascript:alert(1)", "/\\example.com"])
def test_nobody_is_led_to_another_site(client: Client, user: User, after: str) -> None:
    """After signing in one stays here."""
    ask_for_code(client, after=after)
    answer = client.post(reverse("account_confirm_login_code"), {"code": code_of(mail.outbox[0]), "next": after})
    assert answer.status_code == 302
    assert answer.url.startswith("/")
    assert not answer.url.startswith(("//", "/\\"))


def test_signing_out_everywhere_ends_every_session(user: User) -> None:
    """On the other phone too."""
    one, other = Client(), Client()
    for client in (one, other):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    one.post(reverse("sign-out-everywhere"))
    assert other.get(reverse("account")).status_code == 302


def test_an_account_that_is_closed_is_gone(user: User) -> None:
    """With name and address."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("close-account")).status_code == 200
    assert client.post(reverse("close-account")).status_code == 200
    assert not User.objects.exists()
