"""What a board does: set up, look a second time, see who was not heard, agree, say what was done; and statements."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.test import Client
from django.utils import timezone

from homeground.sources.datasets import datasets
from homeground_web.audit.models import Entry
from homeground_web.listen import answering, bands, census, heard, looking, queries, taking_back
from homeground_web.listen.models import Campaign, Conversation, Deed, Knock, Meeting, Patch, Priority, Statement, Vote
from tests.web.conftest import WARD
from tests.web.listening import CODE, NUMBER

pytestmark = pytest.mark.django_db
HERE = f"/our/our-patch/listen/{NUMBER}"
SET_UP = {
    "title": "Spring talks", "question": "What is it like?", "opens": "2026-05-01", "closes": "2026-06-01",
    "languages": ["en", "pl"], "asked": ["age"], "keep_until": "2028-06-01", "people_wanted": "100",
    "streets": "Mill Lane",
}  # fmt: skip


@pytest.fixture
def chair(member: Any, place: Any) -> Client:
    """The chair of the place."""
    signed_in: Client = member("chair", place=place)
    return signed_in


def test_a_time_of_listening_is_set_up_and_changed(chair: Client, place: Any) -> None:
    """In one form; the log says that, and no words of it."""
    assert "It takes ten minutes" in chair.get("/our/our-patch/listen").content.decode()
    answer = chair.post("/our/our-patch/listen/new", SET_UP)
    made = Campaign.objects.get()
    assert answer.url == f"/our/our-patch/listen/{made.pk}"
    assert (made.asked, made.languages, timezone.localtime(made.closes).hour) == (["age"], ["en", "pl"], 23)
    chair.post(f"/our/our-patch/listen/{made.pk}/edit", SET_UP | {"title": "Summer talks"})
    assert Campaign.objects.get().title == "Summer talks"
    assert {"set up", "changed"} <= set(Entry.objects.values_list("verb", flat=True))


def test_an_empty_form_says_what_to_write_where(chair: Client, place: Any) -> None:
    """Each thing by its name, in the summary and beside its field."""
    page = chair.post("/our/our-patch/listen/new", {"title": ""}).content.decode()
    assert "This field is required" not in page
    for told in (
        "Write what you call this time of listening", "Write the question that you ask",
        "Choose the first day of asking", "Choose the day until which you keep what people said",
    ):  # fmt: skip
        assert page.count(told) == 2
    wrong = chair.post("/our/our-patch/listen/new", SET_UP | {"people_wanted": "many"}).content.decode()
    assert "Write how many people you want to hear, as a number" in wrong


@pytest.mark.parametrize(
    "wrong", [{"closes": "2026-04-01"}, {"keep_until": "2026-05-09"}, {"question": ""}, {"opens": "x"}]
)
def test_days_that_do_not_fit_are_refused(chair: Client, place: Any, wrong: dict[str, str]) -> None:
    """Each beside its field."""
    answer = chair.post("/our/our-patch/listen/new", SET_UP | wrong)
    assert answer.status_code == 400 and not Campaign.objects.exists()
    assert "There is a problem" in answer.content.decode()


def test_patches_are_given_to_people(chair: Client, campaign: Campaign, member: Any, place: Any) -> None:
    """An ambassador's own patch comes first on the doorstep page."""
    walker = member("ambassador", place=place, email="walker@example.org")
    told = {"wish": "add", "name": "Zoar Terrace", "streets": "Zoar Terrace", "walkers": [walker.user.pk]}
    chair.post(f"{HERE}/patches", told)
    page = walker.get("/our/our-patch/doorstep/").content.decode()
    assert page.index("Zoar Terrace") < page.index("Harbour Street, odd side")


def test_a_patch_is_changed(chair: Client, campaign: Campaign, member: Any, place: Any) -> None:
    """Its name, its streets and who walks it; what was said there stays its own."""
    ann, bob = (member("ambassador", place=place, email=f"{one}@example.org").user.pk for one in ("ann", "bob"))
    page = f"{HERE}/patches/{NUMBER}"
    assert "Harbour Street" in chair.get(page).content.decode()
    told = {"name": "Harbour", "streets": "Harbour Street\nMill Lane", "doors": "40"}
    chair.post(page, told | {"walkers": [ann]})
    assert chair.post(page, told | {"walkers": [ann, bob]}).url == f"{HERE}/patches"
    patch = Patch.objects.get()
    assert (patch.name, patch.streets.split(), patch.doors) == ("Harbour", ["Harbour", "Street", "Mill", "Lane"], 40)
    assert set(patch.walkers.values_list("user", flat=True)) == {ann, bob} and patch.conversations.count() == 6
    assert f'value="{bob}" checked' in chair.get(page).content.decode()
    chair.post(page, told | {"walkers": [bob]})
    assert patch.walkers.get().user_id == bob
    wrong = chair.post(page, told | {"name": ""})
    assert wrong.status_code == 400 and "Write a name for the patch" in wrong.content.decode()
    assert member("ambassador", place=place, email="ann@example.org").get(page).status_code == 403
    assert chair.get(f"{HERE}/patches/{NUMBER + 1}").status_code == 404


def test_a_patch_is_taken_out_after_a_question_and_its_people_are_still_counted(
    chair: Client, campaign: Campaign
) -> None:
    """The page says what belongs to it; after it, people and knocks stand under no patch."""
    patch = Patch.objects.get()
    Knock.objects.create(id=uuid.uuid4(), campaign=campaign, patch=patch, outcome="talked", when=timezone.now())
    campaign.conversations.filter(patch=patch).update(people=2)
    assert f"{HERE}/patches/{NUMBER}/take-out" in chair.get(f"{HERE}/patches").content.decode()
    page = chair.get(f"{HERE}/patches/{NUMBER}/take-out").content.decode()
    assert "6 conversations belong to it." in page and "One knock at a door belongs to it." in page
    assert Patch.objects.exists()
    before = sum(row.people for row in queries.tally(campaign))
    assert before == queries.people_heard(campaign.conversations.all()) == 19
    chair.post(f"{HERE}/patches/{NUMBER}/take-out")
    (row,) = queries.tally(campaign)
    assert (row.patch, row.people, row.knocked) == (None, before, 1)
    assert "no patch" in chair.get(f"{HERE}/heard").content.decode()


def test_nobody_lets_in_what_they_brought(chair: Client, campaign: Campaign) -> None:
    """A second person means another person."""
    words = Conversation.objects.get(state="waiting")
    Conversation.objects.filter(pk=words.pk).update(user_id=chair.user.pk)  # type: ignore[attr-defined]
    answer = chair.post(f"{HERE}/look", {"conversation": str(words.pk), "wish": "let-in"})
    assert "Somebody else must look at them" in answer.content.decode()
    Conversation.objects.filter(pk=words.pk).update(user_id=None)
    chair.post(f"{HERE}/look", {"conversation": str(words.pk), "wish": "let-in"})
    assert Conversation.objects.get(pk=words.pk).state == "good"


def test_more_is_hidden_by_hand_and_words_are_erased_on_request(chair: Client, campaign: Campaign) -> None:
    """Just the words that were copied; what does not stand there is told."""
    words = Conversation.objects.get(state="waiting")
    told = {"conversation": str(words.pk), "wish": "hide"}
    assert chair.post(f"{HERE}/look", told | {"words": "nowhere"}).status_code == 400
    chair.post(f"{HERE}/look", told | {"words": "miejsc"})
    assert Conversation.objects.get(pk=words.pk).text == "Brakuje [hidden] do spotkań."
    chair.post(f"{HERE}/look", {"conversation": str(words.pk), "wish": "erase"})
    assert not Conversation.objects.filter(pk=words.pk).exists()


def test_what_is_hidden_later_goes_from_the_statement_made_of_it(chair: Client, sorted_campaign: Campaign) -> None:
    """Its words may hold what is hidden now: the statement, its points and translations go with them."""
    point = sorted_campaign.sortings.get().points.get(conversation_id="00000000-0000-0000-0000-000000000001")
    chair.post(f"{HERE}/statements", {"wish": "make", "point": point.pk, "text": "My shift begins at seven."})
    told = {"conversation": str(point.conversation_id), "wish": "hide", "words": "shift"}
    chair.post(f"{HERE}/look", told)
    assert "[hidden]" in Conversation.objects.get(pk=point.conversation_id).text
    assert not Statement.objects.filter(text="My shift begins at seven.").exists()
    assert not point.conversation.points.exists()


def test_words_are_put_into_another_language(chair: Client, sorted_campaign: Campaign, client: Client) -> None:
    """Beside the original, for readers of that language."""
    words = Conversation.objects.get(language="pl")
    chair.post(f"{HERE}/words/{words.pk}", {"language": "en", "text": "There is nowhere to meet."})
    assert words.translations.get().text == "There is nowhere to meet."
    assert chair.post(f"{HERE}/words/{words.pk}", {"language": "pl", "text": "x"}).status_code == 400
    looking.let_in(words, by=chair.user)  # type: ignore[attr-defined]
    words.translations.update(looked_by=0)
    sorting = sorted_campaign.sortings.get()
    sorting.points.create(conversation=words, start=0, end=len(words.text))
    page = client.get("/our/our-patch/said").content.decode()
    assert "Brakuje" in page and "There is nowhere to meet." in page


def test_doors_are_counted_by_patch(chair: Client, campaign: Campaign) -> None:
    """Knocked, opened, talked, left; and what was typed about who lives here is held against it."""
    patch = Patch.objects.get()
    for number, outcome in enumerate(["talked", "talked", "no-answer", "stop", "not-today"]):
        Knock.objects.create(
            id=f"00000000-0000-4000-8000-{number:012d}", campaign=campaign, patch=patch, outcome=outcome,
            when=timezone.now(),
        )  # fmt: skip
    one = queries.tally(campaign)[0]
    assert (one.knocked, one.answered, one.left) == (5, 4, 33)
    page = chair.get(f"{HERE}/heard").content.decode()
    assert "We knocked at 5 doors, and 4 opened." in page
    file = chair.get(f"{HERE}/heard.csv").content.decode()
    assert '"Harbour Street, odd side",talked,2' in file and "How old are you?,65 or older,people,12" in file
    chair.post(f"{HERE}/heard", {"share_age_16-24": "30", "share_age_65+": "20,5", "from": "Census 2021"})
    assert Campaign.objects.get().targets == {"age": {"16-24": 0.3, "65+": 0.205}}
    for wrong in ("x", "101", "-1"):
        assert chair.post(f"{HERE}/heard", {"share_age_65+": wrong}).status_code == 400
    assert chair.post(f"{HERE}/heard", {"share_age_65+": "60", "share_age_16-24": "60"}).status_code == 400


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [({"a": 50, "b": 60}, set()), ({"a": 3, "b": 60, "c": 40}, {"a", "c"}), ({"a": 3, "b": 4, "c": 40}, {"a", "b"}),
     ({"a": 0, "b": 12}, set()), ({"a": 10, "b": 9}, {"b", "a"})],
)  # fmt: skip
def test_small_numbers_are_hidden_and_cannot_be_worked_out(counts: dict[str, int], hidden: set[str]) -> None:
    """One hidden alone could be worked out from the others, so the next smallest is hidden with it."""
    from collections import Counter

    assert heard._hidden(Counter(counts), list(counts)) == hidden


def test_who_was_not_heard_is_said_in_words(campaign: Campaign, client: Client, place: Any) -> None:
    """Where far fewer were heard than live here."""
    questions = heard.by_band(campaign, public=True)
    assert heard.missing_sentences(questions) == ["“16 to 24”: 0 in 100 we heard, 20 in 100 who live here."]


def test_a_meeting_agrees_from_themes_and_all_see_it(chair: Client, sorted_campaign: Campaign, client: Client) -> None:
    """With who was for and against it, who was missing, and quotes; then what was done."""
    Meeting.objects.all().delete()
    told = {"held": "2026-11-20", "where": "the school", "present": "30", "missing": "young people"}
    chair.post(f"{HERE}/agreed", told)
    meeting = Meeting.objects.get()
    page = f"{HERE}/agreed/{meeting.pk}"
    add = {"wish": "add", "title": "Evening buses", "themes": ["90"], "support": "25", "against": "3"}
    add["place_in_order"] = "1"
    assert chair.post(page, add | {"support": "40"}).status_code == 400
    assert chair.post(page, add | {"themes": []}).status_code == 400
    assert chair.post(page, add | {"themes": ["7"]}).status_code == 400
    chair.post(page, add | {"dissent": "It costs too much."})
    shown = client.get("/our/our-patch/priorities").content.decode()
    for words in ("Evening buses", "25 were for it, 3 against it", "It costs too much", "no bus after six"):
        assert words in shown
    deed = {"priority": Priority.objects.get().pk, "text": "Asked the council.", "state": "begun", "when": "2026-11-21"}
    chair.post(f"{HERE}/done", deed)
    assert "Asked the council." in client.get("/our/our-patch/priorities").content.decode()
    assert "Asked the council." in client.post("/code", {"code": CODE}).content.decode()
    assert Deed.objects.get().state == "begun"


def test_a_priority_loses_the_quote_that_was_taken_back(client: Client, sorted_campaign: Campaign) -> None:
    """And nothing else."""
    words = taking_back.of_code(CODE)
    assert isinstance(words, Conversation)
    assert "shift begins" in client.get("/our/our-patch/priorities").content.decode()
    taking_back.erase(words)
    page = client.get("/our/our-patch/priorities").content.decode()
    assert "shift begins" not in page and "A bus in the evening" in page and "no bus after six" in page


def test_statements_are_answered_without_an_account(client: Client, campaign: Campaign) -> None:
    """One answer of each browser to each; a later one takes its place; the number in the browser is kept nowhere."""
    page = client.get("/our/our-patch/statements").content.decode()
    assert "There should be a bus in the evening." in page and "The park needs light." not in page
    number = Statement.objects.get(state="shown").pk
    for answer in ("agree", "disagree"):
        client.post("/our/our-patch/statements", {"statement": number, "answer": answer})
    vote = Vote.objects.get()
    assert vote.value == -1 and client.cookies["homeground_voice"].value not in vote.person
    assert (vote.when.minute, vote.when.second) == (0, 0)
    assert "You have answered them all" in client.get("/our/our-patch/statements").content.decode()
    waiting = Statement.objects.get(state="waiting").pk
    client.post("/our/our-patch/statements", {"statement": waiting, "answer": "agree"})
    assert Vote.objects.count() == 1


def test_a_statement_waits_for_a_look_and_can_be_taken_back(client: Client, chair: Client, campaign: Campaign) -> None:
    """With a code of its own; the same words twice are one."""
    page = client.post("/our/our-patch/statements", {"text": "Ring Joan on 07700 900123"}).content.decode()
    code = re.search(r"[A-Z]{3}-\d{3}-[A-Z]{3}", page)
    made = Statement.objects.get(text="Ring [name hidden] on [phone number hidden]")
    assert code and made.state == "waiting"
    assert client.post("/our/our-patch/statements", {"text": "The park needs light."}).status_code == 400
    chair.post(f"{HERE}/statements", {"wish": "show", "statement": made.pk})
    assert Statement.objects.get(pk=made.pk).state == "shown"
    told = {"wish": "keep-out", "statement": made.pk, "reason": "details", "to_author": "No names."}
    chair.post(f"{HERE}/statements", told)
    assert "No names." in client.post("/code", {"code": code[0]}).content.decode()
    client.post("/code", {"code": code[0], "wish": "take-back", "sure": "yes"})
    assert not Statement.objects.filter(pk=made.pk).exists()


def test_statements_come_in_an_order_that_favours_none(campaign: Campaign) -> None:
    """Over many people each of twelve is answered about equally often."""
    for number in range(11):
        Statement.objects.create(campaign=campaign, text=f"Statement {number}", state="shown")
    for person in range(60):
        for _ in range(3):
            found = answering.next_for(campaign, f"p{person}")
            assert found is not None
            answering.cast(found, f"p{person}", 1)
    many = [one.votes.count() for one in Statement.objects.filter(state="shown")]
    assert max(many) - min(many) <= 4 and sum(many) == 180
    Vote.objects.all().delete()
    first = {answering.next_for(campaign, "") for _ in range(60)}  # newcomers, who have no number yet
    assert len(first) > 4


def test_groups_are_shown_in_words_from_twenty_people_on(campaign: Campaign, client: Client) -> None:
    """What all share, what divides, where the reader stands; with fewer nothing but how many."""
    made = [Statement.objects.create(campaign=campaign, text=f"Statement {n}", state="shown") for n in range(8)]
    assert "From 20 on" in client.get("/our/our-patch/statements/groups").content.decode()
    for person in range(24):
        for number, one in enumerate(made):
            value = 1 if number < 2 else 1 if (person < 12) == (number < 5) else -1
            Vote.objects.create(statement=one, person=f"p{person}", value=value)
    page = client.get("/our/our-patch/statements/groups").content.decode()
    assert "24 people answered. By their answers alone they fall into 2 groups." in page
    shared = page[page.index("What all groups share") : page.index("What divides them")]
    assert "Statement 0" in shared and "Statement 1" in shared and "Statement 6" not in shared
    assert "Answer at least seven statements" in page
    file = client.get("/our/our-patch/statements/groups.csv").content.decode().splitlines()
    assert file[0] == "statement,text,group,agree,disagree,seen" and len(file) == 1 + 8 * 3
    assert file[1].endswith("Statement 0,all,24,0,24")
    for one in made:
        client.post("/our/our-patch/statements", {"statement": one.pk, "answer": "agree"})
    assert "You answered most like group" in client.get("/our/our-patch/statements/groups").content.decode()


def test_a_statement_made_of_a_quote_goes_with_it(chair: Client, sorted_campaign: Campaign) -> None:
    """Only quotes that were allowed are offered; taken back, the statement and its answers go."""
    sorting = sorted_campaign.sortings.get()
    point = sorting.points.get(conversation_id="00000000-0000-0000-0000-000000000001")
    chair.post(f"{HERE}/statements", {"wish": "make", "point": point.pk, "text": "Buses should run on Sundays."})
    assert Statement.objects.get(text="Buses should run on Sundays.").point == point
    taking_back.erase(point.conversation)
    assert not Statement.objects.filter(text="Buses should run on Sundays.").exists()


def test_the_first_page_and_the_place_lead_to_it(client: Client, sorted_campaign: Campaign, place: Any) -> None:
    """A door on the first page while it is open; themes on the place's page; a link on the ward's."""
    assert "/our/our-patch/say" in client.get("/").content.decode()
    assert "Buses that come" in client.get("/our/our-patch").content.decode()
    assert "/our/our-patch/said" in client.get("/places/ZW022").content.decode()


def test_the_page_for_doorsteps_says_what_its_script_needs(member: Any, place: Any, campaign: Campaign) -> None:
    """And its worker names the files that it keeps; the manifest makes it installable."""
    client = member("ambassador", place=place)
    page = client.get("/our/our-patch/doorstep/")
    assert "microphone=(self)" in page.headers["Permissions-Policy"] and 'id="told"' in page.content.decode()
    worker = client.get("/our/our-patch/doorstep/worker.js")
    assert worker.content.decode().startswith("self.__PRECACHE = [")
    assert worker.headers["Content-Type"] == "text/javascript"
    assert client.get("/our/our-patch/doorstep/manifest.webmanifest").json()["scope"] == "/our/our-patch/doorstep/"


def test_who_lives_here_is_counted_in_the_files_of_the_load(
    chair: Client, place: Any, district_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    """By home, from the table that the areas of the place stand in; a ward is the sum of its areas."""
    found, source = census.targets(place, ["age", "home", "years"])
    own = pl.read_csv(district_folder / "invented-census-2021.csv", comment_prefix="#").filter(
        pl.col("invented_ward_code") == WARD
    )
    homes = own.select("households_owning", "households_social_rented", "households").sum().row(0)
    assert found["home"]["own"] == pytest.approx(homes[0] / homes[2], abs=1e-4)
    assert found["home"]["social"] == pytest.approx(homes[1] / homes[2], abs=1e-4)
    assert set(found) == {"home"}  # the invented district has no table of ages by band
    assert sum(found["home"].values()) == pytest.approx(1.0, abs=1e-3)
    assert "census" in source
    with django_capture_on_commit_callbacks(execute=True):
        chair.post("/our/our-patch/listen/new", SET_UP | {"title": "Again", "asked": ["age", "home"]})
    made = Campaign.objects.get(title="Again")
    assert (made.targets, made.targets_from) == (found, source)
    Campaign.objects.filter(pk=made.pk).update(targets={"age": {"65+": 0.5}})
    assert census.fill(made) == 1
    made.refresh_from_db()
    assert made.targets == {"age": {"65+": 0.5}}  # what the board typed stays


def test_who_lives_here_is_counted_for_a_question_that_is_added_later(
    chair: Client, place: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """As when it begins; what the board typed about the others stays, and where it comes from."""
    found, source = census.targets(place, ["home"])
    chair.post("/our/our-patch/listen/new", SET_UP)
    made = Campaign.objects.get()
    Campaign.objects.filter(pk=made.pk).update(targets={"age": {"65+": 0.5}}, targets_from="the board")
    with django_capture_on_commit_callbacks(execute=True):
        chair.post(f"/our/our-patch/listen/{made.pk}/edit", SET_UP | {"asked": ["age", "home"]})
    made.refresh_from_db()
    assert made.targets == {"age": {"65+": 0.5}, **found}
    assert made.targets_from == f"the board; {source}"


def test_the_headings_that_bands_are_counted_by_stand_in_the_catalogue() -> None:
    """Of the tables that ship with Homeground, and each band is counted once."""
    known = datasets()
    tables = [(question, table) for question in bands.QUESTIONS.values() for table in question.counted]
    assert {table.dataset for _, table in tables} > {"census2021-lsoa21", "population-lsoa11-age"}
    for question, table in tables:
        assert [band for band, _ in table.bands] == [band.key for band in question.bands]
        if table.dataset in known:
            headings = [heading for _, those in table.bands for heading in those]
            assert len(headings) == len(set(headings))
            assert set(headings) <= {column.name for column in known[table.dataset].columns}


@pytest.mark.parametrize(("node", "code"), [("ward21", "ZW999"), ("ward1066", WARD)])
def test_a_place_of_areas_that_the_load_does_not_know_is_left_to_the_board(place: Any, node: str, code: str) -> None:
    """It was made of the areas of an older load: nothing is counted, and nothing breaks."""
    place.parts.update(node=node, code=code)
    assert census.targets(place, ["home"]) == ({}, "")
