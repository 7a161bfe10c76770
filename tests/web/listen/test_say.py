"""A resident says what matters: no account, no script, a code; and takes it back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from homeground_web.audit.models import Entry
from homeground_web.listen import taking_back
from homeground_web.listen.models import Campaign, Conversation, Gone, Removal
from tests.web.listening import CODE

pytestmark = pytest.mark.django_db
SAY = "/our/our-patch/say"


def form_of(client: Client) -> dict[str, str]:
    """Return the hidden fields of the empty form."""
    page = client.get(SAY).content.decode()
    found = {name: re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("number", "code")}
    return {name: match[1] for name, match in found.items() if match}


def say(client: Client, text: str, **more: Any) -> Any:
    """Fill the form in and send it."""
    return client.post(SAY, {**form_of(client), "text": text, "consent": "quote", "language": "en", **more})


def new() -> Conversation:
    return Conversation.objects.get(source="web", language="en")


def test_words_are_taken_and_a_code_is_given(client: Client, campaign: Campaign) -> None:
    """In two steps, without an account; nobody else sees them before a second look."""
    page = say(client, "There is nowhere warm after five.", about_age="65+").content.decode()
    code = re.search(r"[A-Z]{3}-\d{3}-[A-Z]{3}", page)
    assert code and "Keep this code" in page
    words = new()
    assert (words.text, words.state, words.about) == ("There is nowhere warm after five.", "waiting", {"age": "65+"})
    assert code[0] not in str(words.__dict__)
    back = client.post("/code", {"code": code[0].lower().replace("-", " ")}).content.decode()
    assert "nowhere warm" in back and "It waits for somebody to look at it" in back


def test_what_is_personal_is_shown_first_and_never_written_down(client: Client, campaign: Campaign) -> None:
    """The person sees it marked; what they leave hidden stands in no table, and the log knows nothing of it."""
    told = form_of(client) | {"consent": "quote", "language": "en"}
    text = "Ring Joan on 07700 900123, the hall at 12 Mill Lane is shut."
    page = client.post(SAY, told | {"text": text}).content.decode()
    assert "We will hide these words" in page and "<mark>07700 900123" in page
    assert not Conversation.objects.filter(source="web", language="en").exists()
    client.post(SAY, told | {"text": text, "wish": "sure"})
    assert new().text == "Ring [name hidden] on [phone number hidden], the hall at [address hidden] is shut."
    assert new().hidden == {"name": 1, "phone": 1, "address": 1}
    assert "900123" not in str(list(Entry.objects.values()))


def test_a_name_that_is_none_can_be_shown_and_a_number_cannot(client: Client, campaign: Campaign) -> None:
    """Only names and addresses, by their place in the text."""
    told = form_of(client) | {"consent": "quote", "language": "en", "wish": "sure"}
    text = "Ask for Joan, 07700 900123."
    client.post(SAY, told | {"text": text, "kept": ["8-12", "14-26"]})
    assert new().text == "Ask for Joan, [phone number hidden]."


def test_the_street_is_kept_only_with_consent_and_without_a_number(client: Client, campaign: Campaign) -> None:
    """A door is never kept."""
    say(client, "The bins overflow.", street="7 Harbour Street")
    assert new().street == ""
    new().delete()
    say(client, "The bins overflow.", street="7 Harbour Street", consent="street")
    assert "7" not in new().street


@pytest.mark.parametrize("wrong", [{"text": ""}, {"consent": ""}, {"consent": "all"}, {"language": "xx"}])
def test_a_half_filled_form_says_what_is_missing(client: Client, campaign: Campaign, wrong: dict[str, str]) -> None:
    """Nothing is lost, nothing is written."""
    told = form_of(client) | {"text": "The hall is shut.", "consent": "quote", "language": "en"}
    answer = client.post(SAY, told | wrong)
    page = answer.content.decode()
    assert answer.status_code == 400 and "There is a problem" in page
    assert not Conversation.objects.filter(source="web", language="en").exists()
    assert wrong.get("text") == "" or "The hall is shut." in page


def test_the_same_form_sent_twice_is_one_conversation(client: Client, campaign: Campaign) -> None:
    """And gives the same code; other words with its number are new words with a new code."""
    told = form_of(client) | {"text": "The hall is shut.", "consent": "quote", "language": "en"}
    for _ in range(2):
        assert told["code"] in client.post(SAY, told).content.decode()
    assert Conversation.objects.filter(text="The hall is shut.").count() == 1
    assert told["code"] not in client.post(SAY, told | {"text": "The bus is late."}).content.decode()
    assert Conversation.objects.filter(source="web", language="en").count() == 2


def test_late_words_are_taken_and_marked(client: Client, campaign: Campaign) -> None:
    """The page says that the last day was yesterday."""
    Campaign.objects.update(closes=timezone.now() - timedelta(days=1))
    assert "You can still write" in client.get(SAY).content.decode()
    say(client, "The hall is shut.")
    assert new().is_late


def test_machines_that_fill_everything_in_are_thanked_and_not_written_down(client: Client, campaign: Campaign) -> None:
    """The field that people do not see."""
    assert say(client, "Buy now.", website="http://spam.example").status_code == 200
    assert not Conversation.objects.filter(text="Buy now.").exists()


def test_where_nobody_asks_the_page_says_so(client: Client, place: Any) -> None:
    """An empty state that helps."""
    assert "Nobody is asking in Our patch yet" in client.get(SAY).content.decode()


def test_words_are_changed_with_the_code_and_looked_at_anew(client: Client, sorted_campaign: Campaign) -> None:
    """The old words are gone, and with them their quotes."""
    told = {"code": CODE, "wish": "change", "text": "The bus came, at last.", "consent": "themes"}
    answer = client.post("/code", told)
    assert "Changed." in answer.content.decode()
    words = taking_back.of_code(CODE)
    assert isinstance(words, Conversation)
    assert (words.text, words.consent, words.state) == ("The bus came, at last.", "themes", "waiting")
    assert "shift begins" not in client.get("/our/our-patch/said").content.decode()


def change(client: Client, text: str, consent: str) -> str:
    """Change words with their code; return the page."""
    told = {"code": CODE, "wish": "change", "text": text, "consent": consent}
    return str(client.post("/code", told).content.decode())


def own() -> Conversation:
    """Return the words of the code."""
    found = taking_back.of_code(CODE)
    assert isinstance(found, Conversation)
    return found


def test_a_change_says_what_is_true(client: Client, sorted_campaign: Campaign) -> None:
    """Of the permission alone: it holds at once, as far as somebody has looked at the words."""
    text = own().text
    assert "Nothing was changed." in change(client, text, "quote")
    assert "Your words are not quoted." in change(client, text, "themes")
    assert "shift begins" not in client.get("/our/our-patch/said").content.decode()
    page = change(client, text, "quote")
    assert "may be quoted without details from now on" in page and "Somebody looks at" not in page
    assert "shift begins" in client.get("/our/our-patch/said").content.decode()
    assert "Somebody looks at the new words" in change(client, text + " Always.", "quote")
    change(client, text + " Always.", "themes")
    assert "Somebody looks at your words" in change(client, text + " Always.", "quote")
    Conversation.objects.filter(pk=own().pk).update(state="held")
    assert "Your words are still kept out." in change(client, text + " Always.", "themes")


def test_the_street_is_offered_only_where_one_is_kept(client: Client, sorted_campaign: Campaign) -> None:
    """Nobody is told that they are quoted with a street that is not there."""
    offered = "You may quote me with my street."
    assert offered not in client.post("/code", {"code": CODE}).content.decode()
    page = change(client, own().text, "street")
    assert "Choose how the words may be used" in page and own().consent == "quote"
    Conversation.objects.filter(pk=own().pk).update(consent="street")  # from before, without a street
    page = client.post("/code", {"code": CODE}).content.decode()
    assert "Quoted without details" in page and 'value="quote" checked' in page
    Conversation.objects.filter(pk=own().pk).update(consent="quote", street="Mill Lane")
    assert offered in client.post("/code", {"code": CODE}).content.decode()
    assert "may be quoted with your street from now on" in change(client, own().text, "street")
    assert own().street == "Mill Lane"


def test_words_that_are_no_longer_kept_are_not_written_anew(client: Client, campaign: Campaign) -> None:
    """Their time is over: they can be taken back, and nothing else."""
    Conversation.objects.filter(pk=own().pk).update(text="")
    page = client.post("/code", {"code": CODE}).content.decode()
    assert "We no longer keep the words." in page and "Change your words" not in page and "Take them back" in page
    change(client, "Something new.", "quote")
    assert own().text == ""


def test_what_was_shown_by_wish_stays_shown(client: Client, sorted_campaign: Campaign) -> None:
    """A change of the permission touches no word; changed words are hidden anew, but for what was shown already."""
    text = "Joan runs the hall. Ask for Joan there."
    Conversation.objects.filter(pk=own().pk).update(text=text)
    points = own().points.count()
    assert points and "Nothing was changed." in change(client, text, "quote")
    change(client, text, "themes")
    change(client, text, "quote")
    assert (own().text, own().state, own().points.count()) == (text, "good", points)
    change(client, text + " Or for Zebedee on 07700 900123.", "quote")
    assert own().text == text + " Or for [name hidden] on [phone number hidden]."
    assert own().state == "waiting"


def test_what_is_missing_is_said_by_its_name(client: Client, campaign: Campaign) -> None:
    """An empty code, one that is far too long, and words that were emptied."""
    answer = client.post("/code", {"code": ""})
    assert answer.status_code == 400 and answer.content.decode().count("Type the code from your card or slip") == 2
    assert "We do not know this code" in client.post("/code", {"code": "x" * 40}).content.decode()
    page = change(client, "", "quote")
    assert page.count("To take your words back, use the button further down.") == 2
    assert "This field is required" not in page and own().text


def test_words_are_taken_back_everywhere_at_once(client: Client, sorted_campaign: Campaign) -> None:
    """Asked once more first; then no page has them, and the code says when they went."""
    assert "shift begins" in client.get("/our/our-patch/said").content.decode()
    assert "Are you sure?" in client.post("/code", {"code": CODE, "wish": "take-back"}).content.decode()
    client.post("/code", {"code": CODE, "wish": "take-back", "sure": "yes"})
    for page in ("said", "said.csv", "said.json", "said/90", "priorities"):
        assert "shift begins" not in client.get(f"/our/our-patch/{page}").content.decode()
    assert "Your words are gone" in client.post("/code", {"code": CODE}).content.decode()
    assert isinstance(taking_back.of_code(CODE), Gone)


def test_a_code_that_is_none_is_told_kindly(client: Client, campaign: Campaign) -> None:
    """No hint whether others exist; many tries from one address have to wait."""
    answer = client.post("/code", {"code": "XXX-222-XXX"})
    assert answer.status_code == 404 and "We do not know this code" in answer.content.decode()
    codes = [client.post("/code", {"code": "XXX-222-XXX"}).status_code for _ in range(31)]
    assert codes[0] == 404 and codes[-1] == 429


def test_the_author_reads_why_words_were_kept_out(client: Client, campaign: Campaign, member: Any, place: Any) -> None:
    """The reason and the words of whoever decided; everybody sees the list, without the words."""
    chair = member("chair", place=place)
    words = taking_back.of_code(CODE)
    told = {"conversation": str(words.pk), "wish": "keep-out", "reason": "harm", "to_author": "Please say it calmly."}
    chair.post(f"/our/our-patch/listen/{campaign.pk}/look", told)
    page = client.post("/code", {"code": CODE}).content.decode()
    assert "It was kept out." in page and "Please say it calmly." in page and "It threatens or insults" in page
    rules = client.get("/our/our-patch/house-rules").content.decode()
    assert "One thing was kept out." in rules and "shift begins" not in rules
    assert "It threatens or insults" in client.get("/our/our-patch/house-rules.csv").content.decode()
    chair.post(f"/our/our-patch/listen/{campaign.pk}/look", {
        "conversation": str(words.pk), "wish": "put-back", "removal": Removal.objects.get().pk})  # fmt: skip
    assert Conversation.objects.get(pk=words.pk).state == "waiting"


def test_the_code_shows_the_whole_way(client: Client, sorted_campaign: Campaign) -> None:
    """Words, theme, priority: each a link."""
    page = client.post("/code", {"code": CODE}).content.decode()
    assert "Buses that come" in page and "A bus in the evening" in page and "Nothing was reported yet" in page
