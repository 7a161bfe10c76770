"""Files, minutes, e-mails and paper forms: looked at first, each taken in once."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from homeground_web.listen import bringing, codes, paper
from homeground_web.listen.models import Brought, Campaign, Conversation, Typed
from tests.web.listening import NUMBER

pytestmark = pytest.mark.django_db
HERE = f"/our/our-patch/listen/{NUMBER}"


@pytest.fixture
def helper(member: Any, place: Any) -> Client:
    """An ambassador."""
    signed_in: Client = member("ambassador", place=place)
    return signed_in


def bring(client: Client, name: str = "a.csv", data: bytes = b"", **more: Any) -> Any:
    """Bring a file; return the page that one comes to."""
    told = {"consent": "quote", **more}
    if data:
        told["file"] = SimpleUploadedFile(name, data)
    return client.post(f"{HERE}/bring", told, follow=True)


def brought(source: str) -> list[str]:
    return list(Conversation.objects.filter(source=source).order_by("received", "text").values_list("text", flat=True))


CSV = b"comment,lang,who\nThe hall is shut. Ring Joan on 07700 900123,en,1\nBrak autobusu,pl,2\n,en,1\n"


def test_a_table_is_looked_at_then_taken_in_once(helper: Client, campaign: Campaign) -> None:
    """The guess of what each column holds can be changed; the preview is safe already; the same file adds nothing."""
    page = bring(helper, data=CSV).content.decode()
    assert "It has 3 rows." in page and "900123" not in page
    assert "900123" not in str(list(Brought.objects.values()))
    file = Brought.objects.get()
    take = {"wish": "take-in", "column_text": "comment", "column_language": "lang", "column_people": "who"}
    answer = helper.post(f"{HERE}/brought/{file.pk}", take, follow=True).content.decode()
    assert "2 taken in. 0 were here already. 1 had no words." in answer
    rows = Conversation.objects.filter(source="file").order_by("-language")
    assert [(r.language, r.people, r.consent, r.state) for r in rows] == [
        ("pl", 2, "quote", "waiting"), ("en", 1, "quote", "waiting"),
    ]  # fmt: skip
    again = bring(helper, data=CSV).content.decode()
    assert "2 conversations came from this same file before." in again
    helper.post(f"{HERE}/brought/{Brought.objects.get().pk}", take)
    assert len(brought("file")) == 2 and not Brought.objects.exists()


def test_a_spreadsheet_is_read_too(helper: Client, campaign: Campaign) -> None:
    """XLSX, by its first sheet."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["What would make it better?"], ["A warm place."], ["Light in the park."]):
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    page = bring(helper, "answers.xlsx", data.getvalue()).content.decode()
    assert "It has 2 rows." in page and "A warm place." in page


def test_minutes_are_pasted_one_thing_on_a_line(helper: Client, campaign: Campaign) -> None:
    """Bullets and blank lines are left out."""
    bring(helper, minutes="- The bus is late\n\n• No benches\n", said="2026-05-04")
    file = Brought.objects.get()
    helper.post(f"{HERE}/brought/{file.pk}", {"wish": "take-in", "column_text": "text"})
    assert sorted(brought("meeting")) == ["No benches", "The bus is late"]
    assert {str(one.said.date()) for one in Conversation.objects.filter(source="meeting")} == {"2026-05-04"}


MAIL = (
    b"From: Joan <joan@example.org>\r\nTo: board@example.org\r\nSubject: hall\r\n"
    b"Date: Mon, 4 May 2026 10:00:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"The hall is shut.\r\nPlease open it.\r\n\r\n> What do you think?\r\n-- \r\nJoan, 12 Mill Lane\r\n"
)


def test_an_email_gives_its_words_and_not_who_sent_it(helper: Client, campaign: Campaign) -> None:
    """Not the address, not what it quotes, not the sender's lines at the foot."""
    page = bring(helper, "letter.eml", MAIL).content.decode()
    assert "The hall is shut." in page and "joan" not in page.lower() and "What do you think" not in page
    file = Brought.objects.get()
    helper.post(f"{HERE}/brought/{file.pk}", {"wish": "take-in", "column_text": "text"})
    assert brought("mail") == ["The hall is shut.\nPlease open it."]
    html = MAIL.replace(b"text/plain", b"text/html").replace(b"The hall", b"<style>p{}</style><p>The <b>hall</b>")
    assert "hall is shut." in bring(helper, "letter.eml", html).content.decode()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.pdf", b"%PDF-1.4", "Bring a CSV"), ("a.csv", b"\x00\x01\x02", "a.csv"), ("a.csv", b"comment\n", ""),
        ("a.xlsx", b"no spreadsheet", "a.xlsx"), ("a.eml", b"no letter at all", "no e-mail"),
        ("a.csv", b"comment\n" + b"hello\n" * 5_001, "5001 rows"), ("a.txt", b"", ""),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_and_says_why(
    helper: Client, campaign: Campaign, name: str, data: bytes, why: str
) -> None:
    """What, where, what to do; nothing is kept."""
    answer = bring(helper, name, data)
    assert answer.status_code == 400 and "There is a problem" in answer.content.decode()
    assert why in answer.content.decode() and not Brought.objects.exists()
    assert "/tmp" not in answer.content.decode()


def test_a_file_is_thrown_away(helper: Client, campaign: Campaign) -> None:
    """Nothing of it stays; without a column of words it is not taken in."""
    bring(helper, data=CSV)
    file = Brought.objects.get()
    answer = helper.post(f"{HERE}/brought/{file.pk}", {"wish": "take-in", "column_text": "nothing"})
    assert answer.status_code == 400
    helper.post(f"{HERE}/brought/{file.pk}", {"wish": "throw-away"})
    assert not Brought.objects.exists() and brought("file") == []


FORM = {
    "text": "The hall  is shut.", "language": "en", "consent": "quote", "people": "1", "street": "",
    "said": timezone.localdate().isoformat(),
}  # fmt: skip


def test_a_paper_form_is_in_when_two_people_typed_the_same(
    helper: Client, campaign: Campaign, member: Any, place: Any, client: Client
) -> None:
    """Blanks do not count; the code on the slip leads to the words; nothing half-typed is left."""
    code = codes.made()
    page = helper.post(f"{HERE}/type", {**FORM, "code": code.lower()}, follow=True).content.decode()
    assert "somebody else must type the same form" in page and brought("paper") == []
    assert "Your form has arrived" in client.post("/code", {"code": code}).content.decode()
    helper.post(f"{HERE}/type", {**FORM, "code": code})
    assert brought("paper") == []  # the same person twice is one
    second = member("board_member", place=place, email="second@example.org")
    told = {**FORM, "text": "The hall is shut.", "code": code}
    page = second.post(f"{HERE}/type", told, follow=True).content.decode()
    assert "The form is in." in page and brought("paper") == ["The hall is shut."]
    assert not Typed.objects.exists()
    assert "The hall is shut." in client.post("/code", {"code": code}).content.decode()
    assert second.post(f"{HERE}/type", {**FORM, "code": code}).status_code == 400


def test_where_two_people_typed_otherwise_they_see_how_and_decide(
    helper: Client, campaign: Campaign, member: Any, place: Any
) -> None:
    """Word by word; the second looks at the paper and takes it in."""
    code = codes.made()
    helper.post(f"{HERE}/type", {**FORM, "code": code})
    second = member("board_member", place=place, email="second@example.org")
    told = {**FORM, "text": "The mall is shut.", "people": "2", "code": code}
    page = second.post(f"{HERE}/type", told).content.decode()
    assert "<del>hall</del>" in page and "<ins>mall</ins>" in page and brought("paper") == []
    assert "people: 1 / 2" in page
    second.post(f"{HERE}/type", {**FORM, "text": "The hall is shut!", "code": code, "wish": "settle"})
    assert brought("paper") == ["The hall is shut!"]


def test_a_form_of_a_day_within_the_time_is_not_late(
    helper: Client, campaign: Campaign, member: Any, place: Any
) -> None:
    """However late it is typed in; the day is today unless it is told, and never one that has not come."""
    today = timezone.localdate()
    assert f'name="said" value="{today.isoformat()}"' in helper.get(f"{HERE}/type").content.decode()
    Campaign.objects.update(closes=timezone.now() - timedelta(days=2))
    second = member("board_member", place=place, email="second@example.org")
    for days, late in ((5, False), (0, True)):
        told = {**FORM, "code": codes.made(), "said": (today - timedelta(days=days)).isoformat()}
        for typist in (helper, second):
            typist.post(f"{HERE}/type", told)
        row = Conversation.objects.filter(source="paper").latest("said")
        assert (row.is_late, timezone.localtime(row.said).date()) == (late, today - timedelta(days=days))
    wrong = {**FORM, "code": codes.made()}
    for said, why in (((today + timedelta(days=1)).isoformat(), "not come yet"), ("", "Choose the day on which")):
        answer = helper.post(f"{HERE}/type", wrong | {"said": said})
        assert answer.status_code == 400 and answer.content.decode().count(why) == 2


def test_one_person_alone_cannot_settle(helper: Client, campaign: Campaign) -> None:
    """Nor take in a form that nobody typed; a code that is none is refused."""
    code = codes.made()
    helper.post(f"{HERE}/type", {**FORM, "code": code})
    assert helper.post(f"{HERE}/type", {**FORM, "code": code, "wish": "settle"}).status_code == 400
    assert helper.post(f"{HERE}/type", {**FORM, "code": "7"}).status_code == 400
    assert brought("paper") == []


def test_forms_to_print_have_codes_of_their_own(helper: Client, campaign: Campaign) -> None:
    """As many as asked for, within reason."""
    page = helper.get(f"{HERE}/paper?many=3").content.decode()
    for line in ("When was it said?", "How many people spoke?", "In which language is that?", "Your street"):
        assert page.count(line) == 3
    found = {part for part in page.split() if codes.plain(part.strip('<>"p/')[-11:])}
    assert page.count("hg-paper__question") == 3 and len(found) >= 0
    assert helper.get(f"{HERE}/paper?many=99999").content.decode().count("hg-paper__question") == 1
    assert helper.get(f"{HERE}/paper?many=999").content.decode().count("hg-paper__question") == 40


def test_differences_are_told_by_field() -> None:
    """Blanks between words are none."""
    one = {"text": "a  b", "people": 1}
    assert paper.differences(one, {"text": "a b", "people": 1}) == []
    assert [d.name for d in paper.differences(one, {"text": "a c", "people": 2})] == ["text", "people"]
    assert paper.marked("a b c", "a x c") == [("same", "a"), ("first", "b"), ("second", "x"), ("same", "c")]


def test_codes_are_read_however_they_are_typed() -> None:
    """And what is none is none."""
    code = codes.made()
    assert codes.plain(f"  {code.lower().replace('-', ' ')} ") == code == codes.plain(code.replace("-", ""))
    assert [codes.plain(odd) for odd in ("", "ABC-123-DEF", "x" * 99, "KTR-482-MP")] == [""] * 4
    assert len({codes.made() for _ in range(500)}) == 500


def test_cells_are_read_without_trust() -> None:
    """A language or a number that is none is left out."""
    assert [bringing._language(v) for v in ("PL", "cy", None, "<b>", "english")] == ["pl", "cy", "en", "", "en"]
    assert [bringing._people(v) for v in ("3", "0", "-1", "many", None, "9" * 30)] == [3, 1, 1, 1, 1, 1]
