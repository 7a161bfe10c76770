"""The permission matrix, tried: every view as everybody, and every action in every phase, against `matrix.toml`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from homeground_web.people.gate import Closed, NotAllowed, actions, check, of_other_views
from homeground_web.people.models import Membership, Phase, Role, User
from tests.web.pages import KINDS, NO_PAGES, Kind, address_of, furnish, named_views

pytestmark = pytest.mark.django_db

DATABASE = settings.DATABASES["default"]["ENGINE"]

EXAMPLES = {**KINDS, **NO_PAGES}
# They sign out, lead on who is signed in already, or refuse who has no second way to sign in (see test_sign_in).
LEADS_ON = {
    "account_logout", "account_signup", "account_login", "account_reauthenticate", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn", "sign-out-everywhere",
    "doorstep-hello", "doorstep-hide", "doorstep-sync",  # scripts ask: told in JSON, see test_sync
}  # fmt: skip
# Who may does not hang on the kind of database: on the second one, that every view answers is enough.
PEOPLE = ("nobody", Role.ADMINISTRATOR.value) if "postgresql" in DATABASE else ("nobody", "no role", *Role.values)


def action_of(kind: Kind) -> str:
    """Return what a view needs."""
    view = named_views()[kind.view]
    stated = getattr(view, "action", "") or of_other_views().get(kind.view, "")
    return str(stated)


def is_allowed(who: str, *, here: bool, action: str, has_place: bool) -> bool:
    """Return what the matrix says, read on its own."""
    rule = actions()[action]
    if rule.who == "anyone":
        return True
    if who == "nobody":
        return False
    if rule.who == "signed-in":
        return True
    counts = has_place or not here
    return counts and (who in rule.who or who == Role.ADMINISTRATOR)


def test_every_view_states_what_it_needs() -> None:
    """One that does not is open by mistake."""
    views = named_views()
    stated = {name for name, view in views.items() if getattr(view, "action", "")}
    assert stated | set(of_other_views()) == set(views)
    assert not stated & set(of_other_views())


@pytest.mark.parametrize("here", [True, False], ids=["in the place", "everywhere"])
@pytest.mark.parametrize("who", PEOPLE)
def test_every_view_answers_as_the_matrix_says(who: str, here: bool, place: Any) -> None:
    """Nobody is sent to sign in, others are told no, and those who may are never told no."""
    furnish()
    client = Client()
    if who != "nobody":
        user = User.objects.create_user("somebody@example.org")
        if who != "no role":
            Membership.objects.create(user=user, role=who, place=place if here else None)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    wrong = []
    for name, kind in EXAMPLES.items():
        if kind.view in LEADS_ON:
            continue
        allowed = is_allowed(who, here=here, action=action_of(kind), has_place="slug" in kind.parts)
        answer = client.get(address_of(kind))
        to_sign_in = answer.status_code == 302 and "/accounts/login/" in answer.url and "next=" in answer.url
        if allowed and (answer.status_code == 403 or (to_sign_in and who == "nobody")):
            wrong.append((name, "should be let in", answer.status_code))
        if not allowed and not (to_sign_in if who == "nobody" else answer.status_code == 403):
            wrong.append((name, "should be kept out", answer.status_code))
    assert wrong == []


PHASES: dict[str, tuple[int, int | None] | None] = {
    "never opened": None, "not open yet": (1, 2), "open": (-1, 1), "open without end": (-1, None), "closed": (-2, -1),
}  # fmt: skip


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("action", actions())
def test_every_action_is_allowed_as_the_matrix_says(
    action: str, phase: str, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each role; an action tied to a stage only while that is open, and the refusal says when."""
    rule, now = actions()[action], timezone.now()
    stage = rule.phase or "listen"
    window = PHASES[phase]
    if window is not None:
        opens = now + timedelta(days=window[0])
        closes = None if window[1] is None else now + timedelta(days=window[1])
        Phase.objects.create(place=place, stage=stage, opens=opens, closes=closes)
    for role in Role.values:
        user = User.objects.create_user(f"{role}@example.org")
        Membership.objects.create(user=user, role=role, place=place)
        allowed = is_allowed(role, here=True, action=action, has_place=True)
        open_now = not rule.phase or phase.startswith("open")
        got = outcome(lambda user=user: check(user, action, place.pk, now))
        assert got == ("yes" if allowed and open_now else "closed" if allowed else "no"), role


def test_a_stage_that_is_closed_says_when_it_opens(place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An action tied to a stage: before, while and after."""
    from homeground_web.people import gate

    rules = {**actions(), "say": gate.Action("say", "say what matters", "anyone", "listen")}
    monkeypatch.setattr(gate, "actions", lambda: rules)
    now = timezone.now()
    opens, closes = now + timedelta(days=1), now + timedelta(days=2)
    Phase.objects.create(place=place, stage="listen", opens=opens, closes=closes)
    with pytest.raises(Closed) as early:
        check(None, "say", place.pk, now)
    assert early.value.opens == opens
    check(None, "say", place.pk, opens)
    with pytest.raises(Closed) as late:
        check(None, "say", place.pk, closes)
    assert late.value.closed == closes


def outcome(tried: Callable[[], None]) -> str:
    """Return how a check came out, in a word."""
    try:
        tried()
    except Closed:
        return "closed"
    except NotAllowed:
        return "no"
    return "yes"
