"""What phones send is taken exactly once, whatever happens on the way."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeground_web.listen import codes, doorstep, sync, taking_back
from homeground_web.listen.models import Campaign, Conversation, Gone, Knock, Statement, Vote, Worry
from tests.web.listen.phones import Phone, fault_injected

pytestmark = pytest.mark.django_db
_NAMES = (
    "notes", "knocks", "worries", "votes", "statement", "person", "value", "now", "id", "text", "consent", "at", "kept",
    "about", "people", "outcome", "campaign", "said_at", "patch", "code",
)  # fmt: skip
SYNC = "/our/our-patch/doorstep/sync"


def note(campaign: Any, /, **more: Any) -> dict[str, Any]:
    """Return a note as a phone sends it."""
    told = {
        "id": str(uuid.uuid4()), "campaign": campaign.pk, "patch": None, "street": "", "text": "The hall is shut.",
        "kept": [], "people": 1, "language": "en", "consent": "quote", "about": {}, "code": codes.made(),
        "said_at": timezone.now().isoformat(),
    }  # fmt: skip
    return told | more


@pytest.fixture
def send(member: Any, place: Any, campaign: Campaign) -> Callable[..., dict[str, Any]]:
    """Send as an ambassador; return the answer."""
    client: Client = member("ambassador", place=place)

    def sent(*notes: Any, status: int = 200, **more: Any) -> dict[str, Any]:
        body = {"device": "d", "now": timezone.now().isoformat(), "notes": list(notes), **more}
        answer = client.post(SYNC, json.dumps(body), content_type="application/json")
        assert answer.status_code == status, answer.content
        return dict(answer.json())

    return sent


def test_a_note_is_taken_once_however_often_it_is_sent(send: Any, campaign: Campaign) -> None:
    """The second time it is there; with other words under its number it differs, and the first stays."""
    one = note(campaign)
    assert send(one)["taken"] == [one["id"]]
    assert send(one, one)["there"] == [one["id"], one["id"]]
    assert send(one | {"text": "Other words."})["differs"] == [one["id"]]
    assert Conversation.objects.get(pk=one["id"]).text == "The hall is shut."


def test_details_are_hidden_at_the_door_whatever_the_phone_says(send: Any, campaign: Campaign) -> None:
    """A phone can show a name again, and never a number."""
    text = "Joan’s number is 07700 900123."
    one = note(campaign, text=text, kept=[[0, 4], [17, 29]])
    send(one)
    assert Conversation.objects.get(pk=one["id"]).text == "Joan’s number is [phone number hidden]."


def test_places_in_a_text_are_counted_in_signs(member: Any, place: Any, campaign: Campaign) -> None:
    """Signs outside the basic plane count once, as in Python; nothing is kept by asking."""
    client = member("ambassador", place=place)
    body = json.dumps({"texts": ["🙂 07700 900123", "Nothing."]})
    found = client.post("/our/our-patch/doorstep/hide", body, content_type="application/json").json()["found"]
    assert found == [[{"kind": "phone", "start": 2, "end": 14, "said": "phone number"}], []]
    assert Conversation.objects.filter(source="doorstep", text__contains="🙂").count() == 0


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"text": "  "}, "no words"), ({"text": "x" * 10_001}, "too long"),
        ({"consent": "all"}, "how the words may be used"),
        ({"people": 0}, "from 1 to 500"), ({"people": True}, "from 1 to 500"), ({"id": "7"}, "number cannot be read"),
        ({"code": "ABC"}, "none of ours"), ({"campaign": 7}, "another time of listening"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_alone_and_says_why(
    send: Any, campaign: Campaign, wrong: dict[str, Any], why: str
) -> None:
    """The others of the same sending are taken."""
    bad, good = note(campaign, **wrong), note(campaign)
    answer = send(good, bad)
    assert answer["taken"] == [good["id"]] and why in answer["refused"][0]["why"]


def test_what_no_phone_of_ours_sends_is_refused_whole(send: Any, member: Any, place: Any, campaign: Campaign) -> None:
    """Too many at once, no list, no JSON, half of it: nothing is written."""
    before = Conversation.objects.count()
    send(*(note(campaign) for _ in range(sync.MOST + 1)), status=400)
    send(notes="all", status=400)
    client = member("ambassador", place=place)
    whole = json.dumps({"notes": [note(campaign)]})
    for body in (whole[:-9], "[1]", "null", '{"notes": {"a": 1}}', "\0", "9" * 3_000_000):
        answer = client.post(SYNC, body, content_type="application/json")
        assert answer.status_code == 400 or answer.json()["taken"] == []
    assert Conversation.objects.count() == before


def test_who_may_not_is_told_so_that_a_script_reads_it(client: Client, member: Any, place: Any, campaign: Any) -> None:
    """401 to sign in again, 403 without the role; no page is led to, so no note is lost on the way."""
    for who, status, why in ((client, 401, "sign-in"), (member("resident", place=place), 403, "role")):
        for address in ("hello", "hide", "sync"):
            ask = who.get if address == "hello" else who.post
            answer = ask(f"/our/our-patch/doorstep/{address}")
            assert (answer.status_code, answer.json()) == (status, {"why": why})


def test_a_forged_form_is_refused(place: Any, campaign: Campaign, member: Any) -> None:
    """What a page of somebody else sends in the ambassador's name carries no token."""
    signed_in = member("ambassador", place=place)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies
    body = json.dumps({"notes": [note(campaign)]})
    assert strict.post(SYNC, body, content_type="application/json").status_code == 403
    token = strict.get("/our/our-patch/doorstep/hello").json()["csrf"]
    answer = strict.post(SYNC, body, content_type="application/json", headers={"X-CSRFToken": token})
    assert len(answer.json()["taken"]) == 1


@pytest.mark.parametrize("wrong", [timedelta(days=1), timedelta(days=-1), timedelta(days=400), timedelta(0)])
def test_a_clock_that_is_wrong_is_put_right(send: Any, campaign: Campaign, wrong: timedelta) -> None:
    """What was said an hour ago by the phone was said an hour ago, within minutes."""
    device = timezone.now() + wrong
    one = note(campaign, said_at=(device - timedelta(hours=1)).isoformat())
    send(one, now=device.isoformat())
    off = Conversation.objects.get(pk=one["id"]).said - (timezone.now() - timedelta(hours=1))
    assert abs(off) < timedelta(minutes=6)


def test_what_was_taken_back_does_not_come_back_with_a_late_repeat(send: Any, campaign: Campaign) -> None:
    """A phone that never heard the answer sends once more: it is told that all is well, and nothing is written."""
    one = note(campaign)
    send(one)
    taking_back.erase(Conversation.objects.get(pk=one["id"]))
    assert send(one)["there"] == [one["id"]]
    assert not Conversation.objects.filter(pk=one["id"]).exists() and Gone.objects.filter(pk=one["id"]).exists()


def test_two_notes_of_one_code_are_told_apart(send: Any, campaign: Campaign) -> None:
    """The second is kept by the phone, which makes a new code."""
    one = note(campaign)
    send(one)
    assert "new code" in send(note(campaign, code=one["code"]))["refused"][0]["why"]


def test_knocks_are_counted_once_and_know_no_door(send: Any, campaign: Campaign) -> None:
    """Each by its number; a patch that has gone since is left out, not refused."""
    knock = {"id": str(uuid.uuid4()), "campaign": campaign.pk, "patch": 99999, "outcome": "no-answer", "at": None}
    assert send(knocks=[knock])["taken"] == [knock["id"]]
    assert send(knocks=[knock])["there"] == [knock["id"]]
    assert Knock.objects.get().patch is None
    assert "knock" in send(knocks=[knock | {"id": str(uuid.uuid4()), "outcome": "x"}])["refused"][0]["why"]


def test_a_worry_goes_to_the_named_person_alone(send: Any, campaign: Campaign, member: Any, place: Any) -> None:
    """Its words stay whole; the chair, who set it all up, does not see it; nor does the log hold it."""
    worry = {"id": str(uuid.uuid4()), "campaign": campaign.pk, "note": None, "text": "Joan at number 7 has no heating."}
    assert "999" in send(worries=[worry])["refused"][0]["why"]
    named = member("liaison_officer", place=place, email="named@example.org")
    Campaign.objects.update(worry_to_id=named.user.pk)
    assert send(worries=[worry])["taken"] == [worry["id"]]
    page = f"/our/our-patch/listen/{campaign.pk}/worries"
    assert "Joan at number 7" in named.get(page).content.decode()
    chair = member("chair", "administrator", place=place, email="chair@example.org")
    assert "Joan" not in chair.get(page).content.decode()
    answer = chair.post(page, {"worry": worry["id"]})
    assert answer.status_code == 404 and Worry.objects.get().ended is None
    named.post(page, {"worry": worry["id"]})
    assert Worry.objects.get().ended is not None


def test_answers_to_statements_are_taken_once_and_know_nobody(send: Any, campaign: Campaign) -> None:
    """Two people on one phone; a repeat is there; a statement that is not open is refused."""
    number = Statement.objects.get(state="shown").pk
    votes = [
        {"id": str(uuid.uuid4()), "campaign": campaign.pk, "statement": number, "person": str(uuid.uuid4()), "value": v}
        for v in (1, -1)
    ]
    assert send(votes=votes)["taken"] == [one["id"] for one in votes]
    assert send(votes=votes)["there"] == [one["id"] for one in votes]
    assert send(votes=[votes[0] | {"value": 0}])["differs"] == [votes[0]["id"]]
    assert sorted(Vote.objects.values_list("value", flat=True)) == [-1, 1]
    assert not Vote.objects.filter(person__in=[one["person"] for one in votes]).exists()
    closed = Statement.objects.get(state="waiting").pk
    for wrong in ({"statement": closed}, {"statement": "x"}, {"statement": 10**30}, {"value": 2}, {"person": "me"}):
        assert send(votes=[votes[0] | {"id": str(uuid.uuid4())} | wrong])["refused"], wrong


def test_signs_that_no_text_has_are_left_out(send: Any, campaign: Campaign, member: Any, place: Any) -> None:
    """Halves of signs and signs without a shape: no database can hold some of them."""
    Campaign.objects.update(worry_to_id=member("chair", place=place, email="c@example.org").user.pk)
    one = note(campaign, text="The \ud800hall\x00 is shut.", language="\ud800", street="\x00")
    worry = {"id": str(uuid.uuid4()), "campaign": campaign.pk, "text": "Cold\x00 \udfffhome."}
    assert len(send(one, worries=[worry])["taken"]) == 2
    assert Conversation.objects.get(pk=one["id"]).text == "The hall is shut."
    assert Worry.objects.get().text == "Cold home."


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(_NAMES), inner),
    max_leaves=25,
))  # fmt: skip
def test_whatever_is_sent_is_answered(send: Any, campaign: Campaign, sent: Any) -> None:
    """Taken, refused with a reason, or unreadable; never a failure of ours."""
    user = type("Somebody", (), {"pk": 1})()
    doorstep._campaign(campaign.place, sent if isinstance(sent, dict) else {})
    try:
        answer = sync.take(campaign, sent, user=user)
    except sync.Unreadable:
        return
    assert set(answer) == {"taken", "there", "differs", "refused"}


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_lost_or_doubled_among_faults(campaign: Campaign, seed: int) -> None:
    """Requests lost, cut in half, sent twice, out of order; answers lost; the server failing in the middle; two phones.

    500 sendings here; `python3 dev.py bench syncs` does 100,000.
    """
    told = fault_injected(campaign, random.Random(seed), sendings=500)
    assert (told.lost, told.doubled, told.changed) == (0, 0, 0)
    assert told.acknowledged > 100 and told.faults > 100


def test_the_fault_injection_would_see_a_loss(campaign: Campaign) -> None:
    """The check can fail: a note deleted behind the program's back is seen as lost."""
    phone = Phone(campaign, random.Random(1))
    phone.write()
    phone.send(fault="")
    Conversation.objects.filter(pk=next(iter(phone.acknowledged))).delete()
    assert phone.lost() == 1


def test_moments_that_are_none_are_left_out() -> None:
    """Years far off, without a zone, or no text at all."""
    for odd in ("", None, 7, "2026-02-30T10:00:00Z", "2026-01-01T10:00:00", "9999-12-31T23:59:59+00:00", "x" * 99):
        assert sync._when(odd) is None
    assert sync._when("2026-01-01T10:00:00Z") == datetime.fromisoformat("2026-01-01T10:00:00+00:00")
