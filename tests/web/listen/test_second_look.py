"""Nothing is public that one person alone has read; and what two people sorted is compared rightly."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from homeground_web.listen import analysis, heard, keeping, noting, queries, sort_views, steps
from homeground_web.listen.models import Campaign, Conversation, Knock, Patch, Removal, Statement, Translation, Worry
from tests.web.listening import CODE

pytestmark = pytest.mark.django_db
HERE = "/our/our-patch/listen/901"


@pytest.fixture
def chair(member: Any, place: Any) -> Client:
    """Somebody of the board."""
    client: Client = member("chair", place=place)
    return client


@pytest.fixture
def other(member: Any, place: Any) -> Client:
    """Somebody else of the board."""
    client: Client = member("chair", place=place, email="other@example.org")
    return client


def quoted(campaign: Campaign) -> Conversation:
    """Return words that stand on a public page."""
    return campaign.conversations.filter(consent="quote", state="good", text__contains=" bus ").earliest("id")


def test_words_in_another_language_are_public_when_somebody_else_has_read_them(
    chair: Client, other: Client, client: Client, sorted_campaign: Campaign
) -> None:
    """Who wrote them cannot let them in; whoever changes them puts them back to be read."""
    found = quoted(sorted_campaign)
    address = f"{HERE}/words/{found.pk}"
    chair.post(address, {"language": "cy", "text": "Does dim bws ar ddydd Sul."})
    welsh = "/our/our-patch/said/90"
    read = {"headers": {"Accept-Language": "cy"}}
    assert "Does dim bws" not in client.get(welsh, **read).content.decode()
    made = Translation.objects.get()
    refused = chair.post(address, {"translation": made.pk})
    assert refused.status_code == 400
    assert "You wrote this yourself" in refused.content.decode()
    assert "Does dim bws" in other.get(f"{HERE}/look").content.decode()
    other.post(address, {"translation": made.pk})
    assert "Does dim bws" in client.get(welsh, **read).content.decode()
    other.post(address, {"language": "cy", "text": "Dim bws o gwbl."})
    assert "Dim bws" not in client.get(welsh, **read).content.decode()


def test_a_statement_of_ones_own_words_waits_for_somebody_else(
    chair: Client, other: Client, campaign: Campaign
) -> None:
    """A quote as it stands was read by two already."""
    chair.post(f"{HERE}/statements", {"wish": "make", "text": "Parcels are stolen in Mill Lane."})
    made = Statement.objects.get(text__contains="Parcels")
    assert made.state == Statement.State.WAITING
    refused = chair.post(f"{HERE}/statements", {"wish": "show", "statement": made.pk})
    assert refused.status_code == 400
    assert "You wrote this statement yourself" in refused.content.decode()
    other.post(f"{HERE}/statements", {"wish": "show", "statement": made.pk})
    made.refresh_from_db()
    assert made.state == Statement.State.SHOWN
    sorting = steps.begin(campaign, "finer", by=chair.user)  # type: ignore[attr-defined]
    steps.propose(sorting)
    point = next(p for p in sorting.points.all() if p.text == "There is no bus after six in the evening.")
    chair.post(f"{HERE}/statements", {"wish": "make", "text": point.text, "point": point.pk})
    assert Statement.objects.get(point=point).state == Statement.State.SHOWN


def test_the_author_of_a_statement_reads_why_it_is_kept_out_and_can_change_it(
    chair: Client, client: Client, campaign: Campaign
) -> None:
    """The reason stands there whether or not the board wrote more; a reason must be chosen; taking back asks first."""
    client.post("/our/our-patch/statements", {"text": "The shop is run by a crook."})
    made = Statement.objects.get(text__contains="crook")
    made.receipt = Conversation.objects.get(id=uuid.UUID(int=1)).receipt or ""
    Conversation.objects.filter(id=uuid.UUID(int=1)).update(receipt=None)
    made.save()
    unchosen = chair.post(f"{HERE}/statements", {"wish": "keep-out", "statement": made.pk, "reason": ""})
    assert unchosen.status_code == 400
    assert "Choose why it is kept out" in unchosen.content.decode()
    chair.post(f"{HERE}/statements", {"wish": "keep-out", "statement": made.pk, "reason": "harm", "to_author": ""})
    page = client.post("/code", {"code": CODE}).content.decode()
    assert "Why it is kept out: It threatens or insults somebody." in page
    asked = client.post("/code", {"code": CODE, "wish": "take-back"}).content.decode()
    assert "gone for good" in asked
    assert Statement.objects.filter(pk=made.pk).exists()
    client.post("/code", {"code": CODE, "wish": "change", "text": "The shop is dear. Ring 07700 900123."})
    made.refresh_from_db()
    assert (made.text, made.state) == ("The shop is dear. Ring [phone number hidden].", Statement.State.WAITING)
    assert Removal.objects.get(kind="statement").ended is not None
    twice = client.post("/code", {"code": CODE, "wish": "change", "text": "The park needs light."})
    assert "Somebody said the same already" in twice.content.decode()
    client.post("/code", {"code": CODE, "wish": "take-back", "sure": "yes"})
    assert not Statement.objects.filter(pk=made.pk).exists()


def test_streets_of_a_patch_hide_house_numbers_too(campaign: Campaign) -> None:
    """And a street that may be told is told without its door."""
    Patch.objects.create(campaign=campaign, name="By the quay", streets="The Hythe\nBroadway")
    words = noting.Words(
        id=uuid.uuid4(), text="I live at 14 The Hythe, and 9 Broadway is my mum.", consent="street",
        street="Flat 3, 14 The Hythe",
    )  # fmt: skip
    noting.note(campaign, words, source="web")
    found = Conversation.objects.get(pk=words.id)
    assert "14" not in found.text and "9 Broadway" not in found.text
    assert found.street == "The Hythe"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("12 Mill Lane", "Mill Lane"), ("mill lane", "Mill Lane"), ("Flat 2b, 9 Nowhere Close", "Nowhere Close"),
     ("7", ""), ("by the church", "by the church"), ("XQ1 1AA", "")],
)  # fmt: skip
def test_a_street_is_kept_and_never_a_door(campaign: Campaign, typed: str, kept: str) -> None:
    """Whether or not the street is known."""
    words = noting.Words(id=uuid.uuid4(), text="A bench would help.", consent="street", street=typed)
    noting.note(campaign, words, source="web")
    assert Conversation.objects.get(pk=words.id).street == kept


def past(campaign: Campaign) -> None:
    """Let the last day of keeping be yesterday."""
    Campaign.objects.filter(pk=campaign.pk).update(keep_until=timezone.localdate() - timedelta(days=1))


def test_who_allowed_a_quote_can_take_it_back_after_the_last_day(client: Client, sorted_campaign: Campaign) -> None:
    """All about the person is gone, the quote stays public, and the code still works."""
    past(sorted_campaign)
    keeping.forget()
    said = "The bus never comes on Sundays"
    assert said in client.get("/our/our-patch/said/90").content.decode()
    assert said in client.post("/code", {"code": CODE}).content.decode()
    client.post("/code", {"code": CODE, "wish": "take-back", "sure": "yes"})
    assert said not in client.get("/our/our-patch/said/90").content.decode()


def test_words_that_come_after_the_last_day_are_erased_too(campaign: Campaign, client: Client) -> None:
    """The form says that the listening has ended; what a phone without signal still sends is taken, and forgotten."""
    past(campaign)
    keeping.forget()
    assert "has ended" in client.get("/our/our-patch/say").content.decode()
    words = noting.Words(id=uuid.uuid4(), text="The school is too small.", consent="themes")
    campaign.refresh_from_db()
    noting.note(campaign, words, source="doorstep", user_id=7)
    Knock.objects.create(id=uuid.uuid4(), campaign=campaign, outcome="talked", user_id=7, when=timezone.now())
    assert keeping.forget()["conversation"] >= 1
    found = Conversation.objects.get(pk=words.id)
    assert (found.text, found.user_id) == ("", None)
    assert Knock.objects.get().user_id is None
    assert "conversation" not in keeping.forget()  # and then there is nothing left


def test_names_that_a_board_typed_and_worries_nobody_closed_are_erased(campaign: Campaign) -> None:
    """Names on the last day; a worry two years after it came."""
    told = {"campaign": campaign, "text": "A child is alone at night.", "to_id": 1}
    Worry.objects.create(id=uuid.uuid4(), when=timezone.now() - timedelta(days=740), **told)
    Worry.objects.create(id=uuid.uuid4(), when=timezone.now() - timedelta(days=30), **told)
    past(campaign)
    assert keeping.forget()["worry"] == 1
    campaign.refresh_from_db()
    assert campaign.names == ""
    assert Worry.objects.count() == 1


def test_after_forgetting_no_band_is_said_to_be_nought(client: Client, sorted_campaign: Campaign) -> None:
    """What was erased is said to be erased, on the page and in the file."""
    past(sorted_campaign)
    keeping.forget()
    page = client.get("/our/our-patch/said").content.decode()
    assert "was erased on" in page and "hg-bands" not in page
    assert client.get("/our/our-patch/said.json").json()["heard"] == []
    sorted_campaign.refresh_from_db()
    assert heard.by_band(sorted_campaign, public=False) == []


def test_what_one_person_said_is_in_the_files_too(client: Client, sorted_campaign: Campaign) -> None:
    """With no theme."""
    rows = client.get("/our/our-patch/said.csv").content.decode()
    assert any(line.startswith(",,,") and "keys back" in line for line in rows.splitlines())
    assert any("keys back" in one["text"] for one in client.get("/our/our-patch/said.json").json()["in_no_theme"])


def test_themes_whose_sizes_may_be_chance_stand_in_the_order_of_the_alphabet(
    client: Client, sorted_campaign: Campaign
) -> None:
    """The larger one does not come first by its size."""
    sorting = queries.shown_sorting(sorted_campaign.place)
    assert sorting is not None
    park = [p.pk for p in sorting.points.select_related("conversation") if "park" in p.text]
    steps.step(sorting, "new", {"theme": 91, "name": "A park with light", "points": park}, by=None)
    steps.show(sorting, by=None)
    page = client.get("/our/our-patch/said").content.decode()
    assert "in the order of the alphabet" in page
    assert page.index("A park with light") < page.index("Buses that come")


def test_the_machine_agrees_wholly_where_people_made_the_same_heaps_by_hand(campaign: Campaign) -> None:
    """Heaps have other numbers, and hold the same; after heaps are put together old answers still count."""
    sorting = steps.begin(campaign, "finer", by=None)
    steps.propose(sorting)
    heaps = steps.now(sorting)
    made = []
    for heap in list(heaps.heaps.values()):
        number = steps.now(sorting).next_number
        steps.step(sorting, "new", {"theme": number, "name": f"Heap {number}", "points": list(heap.points)}, by=None)
        steps.step(sorting, "no-theme", {"theme": heap.number}, by=None)
        made.append((number, list(heap.points)))
    assert len(made) > 1
    answers = {str(point): number for number, points in made for point in points}
    steps.step(sorting, "second", {"answers": answers}, by=None)
    told = sort_views.agreed(sorting, steps.now(sorting))
    assert told is not None
    assert (told["people"], told["machine"]) == (1.0, 1.0)
    steps.step(sorting, "merge", {"theme": made[0][0], "into": made[1][0]}, by=None)
    merged = sort_views.agreed(sorting, steps.now(sorting))
    assert merged is not None
    assert merged["people"] == 1.0


def test_a_quote_is_put_into_a_second_heap_and_stays_in_the_first(chair: Client, sorted_campaign: Campaign) -> None:
    """And it stands in both on the public page."""
    sorting = queries.shown_sorting(sorted_campaign.place)
    assert sorting is not None
    number = steps.now(sorting).next_number
    steps.step(sorting, "new", {"theme": number, "name": "Older people", "points": []}, by=None)
    point = steps.now(sorting).heaps[90].confirmed[0]
    chair.post(f"{HERE}/sort/901", {"wish": "also", "theme": 90, "other": number, "point": point})
    heaps = steps.now(sorting).heaps
    assert point in heaps[90].confirmed and point in heaps[number].confirmed


def test_all_steps_and_all_loose_quotes_can_be_reached(
    chair: Client, sorted_campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not shown at first is a link away."""
    monkeypatch.setattr(sort_views, "_STEPS", 1)
    monkeypatch.setattr(sort_views, "_LOOSE", 1)
    page = chair.get(f"{HERE}/sort/901").content.decode()
    assert "?open=history#history" in page
    assert "the most typical of this heap" in page
    every = chair.get(f"{HERE}/sort/901?open=history").content.decode()
    assert "?open=history#history" not in every
    loose = steps.now(queries.shown_sorting(sorted_campaign.place)).loose  # type: ignore[arg-type]
    if len(loose) > 1:
        assert "?open=loose#loose" in page
    opened = chair.get(f"{HERE}/sort/901?open=loose").content.decode()
    assert all(f'id="l-{point}"' in opened for point in loose)


def test_heaps_are_called_by_what_they_hold() -> None:
    """Whatever their numbers are; one without a counterpart keeps a name of its own."""
    assert analysis.called_alike({1: 8, 2: 8, 3: 9}, {1: 2, 2: 2, 3: 1, 4: 5}) == {1: 8, 2: 8, 3: 9, 4: -1}


def test_bands_that_could_be_worked_out_from_the_sum_are_not_hidden_alone() -> None:
    """Of one person each in two bands, the sum of two says all: a third is hidden with them."""
    assert heard._hidden(Counter(a=1, b=1, c=12, d=40), list("abcd")) == {"a", "b", "c"}
    assert heard._hidden(Counter(a=3, b=5, c=20), list("abc")) == {"a", "b"}
