"""Files that are brought: what is told before they are taken in, and what is kept of an e-mail and of a street."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from homeground_web.listen import bringing, languages, letters
from homeground_web.listen.models import Brought, Campaign, Conversation
from tests.web.listening import NUMBER

HERE = f"/our/our-patch/listen/{NUMBER}"


@pytest.fixture
def helper(member: Any, place: Any) -> Client:
    """An ambassador."""
    signed_in: Client = member("ambassador", place=place)
    return signed_in


def bring(client: Client, name: str, data: bytes, consent: str = "quote") -> str:
    """Bring a file; return the page that shows what is in it."""
    told = {"consent": consent, "file": SimpleUploadedFile(name, data)}
    return str(client.post(f"{HERE}/bring", told, follow=True).content.decode())


def answer(client: Client, wish: str, **told: str) -> str:
    """Answer that page."""
    file = Brought.objects.get()
    return str(client.post(f"{HERE}/brought/{file.pk}", {"wish": wish, **told}, follow=True).content.decode())


def mail(body: str, sender: str = "Jane Smith <jane.smith@example.org>") -> bytes:
    """Return a letter."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, "board@example.org", "hall"
    letter.set_content(body)
    return letter.as_bytes()


@pytest.mark.django_db
@pytest.mark.parametrize("closing", ["Kind regards, Jane Smith", "Best wishes\nJane", "Diolch\nJane", "Thanks, Jane"])
def test_an_email_loses_its_closing_and_the_name_of_who_sent_it(
    helper: Client, campaign: Campaign, closing: str
) -> None:
    """In the preview, in what is kept until it is taken in, and after; wherever the name stands."""
    body = (
        f"I am jane smith, and SMITH is on my door.\nThanks for the new lights, they help.\n{closing}\n07 the Sidings\n"
    )
    page = bring(helper, "letter.eml", mail(body))
    kept = str(list(Brought.objects.values()))
    for text in (page, kept):
        assert "Thanks for the new lights, they help." in text
        assert not any(word in text.lower() for word in ("jane", "smith", "sidings"))
    answer(helper, "take-in", column_text="text")
    assert Conversation.objects.get(source="mail").text == (
        "I am [name hidden], and [name hidden] is on my door.\nThanks for the new lights, they help."
    )


def test_a_closing_is_cut_only_near_the_end_and_never_the_whole_letter() -> None:
    """'Thank you' that begins a sentence stays, and so does a letter of nothing else."""
    assert letters.without_closing(["The hall", "Cofion cynnes", "Sioned", "Y Felin"]) == ["The hall"]
    assert letters.without_closing(["Diolch"]) == ["Diolch"]
    stays = ["Hi", "Thank you for asking us about it", "Best thing here is the park"]
    assert letters.without_closing(stays) == stays
    early = ["Hi", "Regards", *["more"] * 20]
    assert letters.without_closing(early) == early


@pytest.mark.parametrize(
    ("sender", "names"),
    [
        ("Jane Smith <js@example.org>", ["Jane Smith", "Jane", "Smith"]),
        ('"Smith, Jane" <js@example.org>', ["Smith, Jane", "Smith Jane", "Smith", "Jane"]),
        ("jane.smith@example.org", ["jane smith", "jane", "smith"]),
        ("Open Spaces Team <info@example.org>", ["Open Spaces Team"]),
        ("info@example.org", []),
    ],
)
def test_who_sent_a_letter_is_known_by_the_whole_name_and_its_parts(sender: str, names: list[str]) -> None:
    """Of a team only the whole: 'open' and 'spaces' are words."""
    letter = EmailMessage()
    letter["From"] = sender
    assert letters.sender_names(letter) == names


def test_a_part_of_a_name_hides_only_with_a_capital() -> None:
    """'Will' may be who wrote; 'will' is not."""
    assert letters.without_names("It will rain, said Will Green", ["Will Green", "Will"]) == (
        "It will rain, said [name hidden]"
    )
    assert letters.without_names("nothing", []) == "nothing"


@pytest.mark.django_db
def test_a_text_that_is_too_long_is_told_before_and_after(helper: Client, campaign: Campaign) -> None:
    """With its row, as a spreadsheet counts; the first 10,000 characters are kept."""
    data = f"comment\nshort\n{'long words ' * 1_000}\n".encode()
    page = bring(helper, "a.csv", data)
    assert "Row 3 is longer than 10000 characters. What comes after is left out." in page and "Row 2" not in page
    page = answer(helper, "take-in", column_text="comment")
    assert "2 taken in." in page and "Cut at 10000 characters: 1." in page
    assert max(len(one.text) for one in Conversation.objects.filter(source="file")) <= 10_000


@pytest.mark.django_db
def test_a_language_is_read_by_code_or_name_and_what_is_none_is_told_with_its_row(
    helper: Client, campaign: Campaign
) -> None:
    """It counts as another language, not as English; without a value it is English."""
    told = ["Polish", "Cymraeg", "ur", "Klingon", "", "Klingon"]
    data = ("comment,language\n" + "".join(f"words {n},{value}\n" for n, value in enumerate(told))).encode()
    page = bring(helper, "a.csv", data)
    assert "“Klingon” is no language that we know (row 5, 7). The words count as another language." in page
    assert page.count("is no language") == 1
    page = answer(helper, "take-in", column_text="comment", column_language="language")
    assert "6 taken in." in page and "In a language that we do not know: 2. They count as another language." in page
    rows = Conversation.objects.filter(source="file").order_by("text")
    assert [one.language for one in rows] == ["pl", "cy", "ur", "other", "en", "other"]


def test_languages_are_known_by_their_english_and_their_own_names() -> None:
    """However they are typed; a language of a country keeps it."""
    asked = [
        "PL", "polish", "Polski", "Cymraeg", "Welsh", "عربي", "العربية", "Español", "espanol", "Soomaali", "ਪੰਜਾਬੀ",
        "pol", "pt-BR", "Urdu", "اردو",
    ]  # fmt: skip
    found = [languages.code_of(one) for one in asked]
    assert found == ["pl", "pl", "pl", "cy", "cy", "ar", "ar", "es", "es", "so", "pa", "pl", "pt-br", "ur", "ur"]
    assert [languages.code_of(one) for one in ("", "xx", "<b>", "Polish (Polski)")] == ["", "", "", "pl"]


STREETS = b"comment,street\nNo bus,14 Mill Lane\nNo bench,\nNo light,Harbour Street\nNo pond,Mill Lane 7\n"


@pytest.mark.django_db
def test_a_street_is_kept_where_people_allowed_it(helper: Client, campaign: Campaign) -> None:
    """Never its number; a note without a street counts as a plain quote."""
    page = bring(helper, "a.csv", STREETS)
    assert "You may quote me with my street." in page and "14" not in str(Brought.objects.get().rows)
    answer(helper, "take-in", column_text="comment", column_street="street", consent="street")
    rows = Conversation.objects.filter(source="file").order_by("text")
    assert [(one.text, one.street, one.consent) for one in rows] == [
        ("No bench", "", "quote"), ("No bus", "Mill Lane", "street"), ("No light", "Harbour Street", "street"),
        ("No pond", "Mill Lane", "street"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_quote_with_the_street_is_offered_only_where_a_column_holds_streets(
    helper: Client, campaign: Campaign
) -> None:
    """After looking again with such a column; asked for without, what was chosen first holds."""
    page = bring(helper, "a.csv", STREETS.replace(b"street", b"where"), consent="themes")
    assert "with my street" not in page and "choose the column that holds it" in page
    page = answer(helper, "look", column_text="comment", column_street="where")
    assert "with my street" in page and Brought.objects.exists()
    answer(helper, "take-in", column_text="comment", column_street="", consent="street")
    assert {(one.street, one.consent) for one in Conversation.objects.filter(source="file")} == {("", "themes")}


def test_a_street_that_is_hidden_is_none() -> None:
    """What stands in the place of a detail is no street."""
    assert [bringing._street(one) for one in ("[address hidden]", " Mill Lane ", None)] == ["", "Mill Lane", ""]
