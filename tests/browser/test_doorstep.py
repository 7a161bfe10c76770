"""The doorstep page in a real browser, on the real site: without signal, on a bad line, on a phone that forgets."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.web.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PAGE = "/our/our-patch/doorstep/"
_PHONE = {"width": 390, "height": 844}
_SMALL = {"width": 320, "height": 640}
_DB = "doorstep our-patch"
_CODE = re.compile(r"[BCDFGHJKLMNPRSTVWXYZ]{3}-[2-9]{3}-[BCDFGHJKLMNPRSTVWXYZ]{3}")
_PASSPHRASE = "three small words"
_FURNISH = """
from datetime import timedelta
from django.utils import timezone
from homeground_web.listen.models import Campaign, Patch
from homeground_web.listen import queries
from homeground_web.people.models import User
from homeground_web.places.models import Place
place, now = Place.objects.get(slug="our-patch"), timezone.now()
ada = User.objects.filter(email="ada@example.org").first() or User.objects.create_user("ada@example.org")
campaign = queries.current(place) or Campaign.objects.create(
    place=place, title="Autumn", question="What is it like living here, and what would make it better?",
    opens=now - timedelta(days=1), closes=now + timedelta(days=30), keep_until=(now + timedelta(days=400)).date(),
)
campaign.languages, campaign.asked = ["en", "cy"], ["age", "home"]
campaign.streets, campaign.names, campaign.worry_to_id = "Harbour Street", "Anna", ada.pk
campaign.save()
patch = campaign.patches.order_by("name").first() or Patch.objects.create(campaign=campaign, name="Harbour Street")
patch.streets, patch.doors = "Harbour Street", 38
patch.save()
told = campaign.pk
"""
_STATEMENTS = """
from homeground_web.listen.models import Campaign, Statement
campaign = Campaign.objects.get(pk={campaign})
for text in ("The buses stop too early.", "We need a bench by the pond."):
    Statement.objects.update_or_create(campaign=campaign, text=text, defaults={{"state": Statement.State.SHOWN}})
told = list(campaign.statements.filter(state=Statement.State.SHOWN).values_list("text", flat=True))
"""
_ANSWERS = """
from homeground_web.listen.models import Vote
told = [list(one) for one in Vote.objects.filter(statement__campaign={campaign}).exclude(pk__in={before})
        .values_list("pk", "person", "statement__text", "value")]
"""
_EVERYTHING = """async (name) => {
    const said = value => JSON.stringify(value, (key, one) => one instanceof ArrayBuffer || ArrayBuffer.isView(one)
        ? new TextDecoder("latin1").decode(one)
        : one instanceof CryptoKey ? `key, extractable: ${one.extractable}` : one);
    const db = await new Promise(done => { indexedDB.open(name).onsuccess = event => done(event.target.result) });
    const all = {};
    for (const store of db.objectStoreNames) {
        const ask = db.transaction(store).objectStore(store).getAll();
        all[store] = await new Promise(done => { ask.onsuccess = () => done(ask.result) });
    }
    db.close();
    return said(all) + said({...localStorage}) + said({...sessionStorage});
}"""
_EMPTY = """(name) => new Promise(done => { indexedDB.open(name).onsuccess = ({target: {result: db}}) => {
    const tx = db.transaction("entries", "readwrite");
    tx.objectStore("entries").clear();
    tx.oncomplete = () => { db.close(); done() };
} })"""
_SEALED = """async ([held, passphrase]) => {
    const text = one => new TextEncoder().encode(one), plain = one => btoa(String.fromCharCode(...one));
    const long = one => { let all = ""; for (const byte of one) all += String.fromCharCode(byte); return btoa(all) };
    const salt = crypto.getRandomValues(new Uint8Array(16)), iv = crypto.getRandomValues(new Uint8Array(12));
    const typed = await crypto.subtle.importKey("raw", text(passphrase), "PBKDF2", false, ["deriveKey"]);
    const how = {name: "PBKDF2", hash: "SHA-256", salt, iterations: 310000};
    const key = await crypto.subtle.deriveKey(how, typed, {name: "AES-GCM", length: 256}, false, ["encrypt"]);
    const seal = {name: "AES-GCM", iv, additionalData: text("homeground notes")};
    const data = long(new Uint8Array(await crypto.subtle.encrypt(seal, key, text(JSON.stringify(held)))));
    return JSON.stringify({version: 1, salt: plain(salt), iv: plain(iv), iterations: 310000, data});
}"""
_SOUND = """navigator.mediaDevices.getUserMedia = async () => {
    const engine = new AudioContext(), tone = engine.createOscillator(), out = engine.createMediaStreamDestination();
    window.asked = (window.asked ?? 0) + 1;
    tone.connect(out);
    tone.start();
    return out.stream;
}"""
_AT_WORK = """async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller) await new Promise(done => setTimeout(done, 50));
}"""
_CLOCK = """const Real = Date, wrong = DAYS * 864e5;
Date = class extends Real {
    constructor(...at) { at.length ? super(...at) : super(Real.now() + wrong) }
    static now() { return Real.now() + wrong }
}"""
_SMALL_TARGETS = """["button", "select", "summary", "textarea"]
    .flatMap(kind => [...document.querySelectorAll(`#doorstep ${kind}`)]).filter(one => one.offsetParent)
    .map(one => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
    .filter(([, box]) => box.height < 43.5 || box.width < 43.5).map(([html]) => html)"""


class Phone:
    """A phone with the page open, and what somebody does on it."""

    def __init__(self, context: Any, served: str) -> None:
        self.context, self.served = context, served
        self.wrong: list[str] = []
        self.page = self.tab()

    def tab(self, view: str = "doors") -> Any:
        """Open the page in one more tab."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.goto(self.served + _PAGE)
        page.wait_for_selector(f"[data-view={view}]:not([hidden])")
        return page

    def again(self, view: str = "doors") -> None:
        """End the app and open it anew."""
        self.page.close()
        self.page = self.tab(view)

    def ready_for_no_signal(self) -> None:
        """Wait until the worker has put the page away."""
        self.page.evaluate(_AT_WORK)

    def writes(self, words: str) -> None:
        """Open a note and type."""
        self.page.click("[data-talked]")
        self.page.fill("#words", words)

    def talks(self, words: str, consent: str = "consent") -> str:
        """Note a conversation; hand back the code, as it stands on the card."""
        self.writes(words)
        self.page.check(f"#{consent}")
        self.page.click("[data-save]")
        self.page.wait_for_selector("[data-view=code]:not([hidden])")
        code = str(self.page.inner_text("#code"))
        self.page.click("[data-next]")
        self.page.wait_for_selector("[data-view=doors]:not([hidden])")
        return code

    def looks(self) -> None:
        """Look through the notes."""
        self.page.click("[data-open=look]")

    def sends(self) -> None:
        """Look through and send."""
        self.looks()
        self.page.click("#send")

    def says(self, words: str, where: str = "#strip") -> None:
        """Wait until the page says something."""
        self.page.locator(where).get_by_text(words).first.wait_for()

    def answers(self, values: list[int]) -> dict[str, int]:
        """Be the person who holds the phone: answer as many statements; hand back what was answered to which."""
        given: dict[str, int] = {}
        for value in values:
            text = str(self.page.inner_text("#statement"))
            self.page.wait_for_timeout(800)
            self.page.click(f"[data-answer='{value}']")
            self.page.wait_for_function("text => document.getElementById('statement').textContent !== text", arg=text)
            given[text] = value
        return given

    def has_no_answers(self) -> None:
        """Wait until no answer lies on the phone."""
        until = time.monotonic() + 15
        while '"kind":"vote"' in self.lies_here():
            assert time.monotonic() < until, "answers are still on the phone"
            self.page.wait_for_timeout(100)

    def lies_here(self) -> str:
        """Return all that lies on the phone, as far as it can be read."""
        return str(self.page.evaluate(_EVERYTHING, _DB))

    def brings(self, content: str, passphrase: str) -> None:
        """Bring a file of notes."""
        self.page.click("#file-part summary")
        file = {"name": "n.json", "mimeType": "application/json", "buffer": content.encode()}
        self.page.set_input_files("#file", file)
        self.page.fill("#bring-with", passphrase)
        self.page.click("#bring-file button:not([data-reveal])")


@pytest.fixture(scope="module")
def campaign(shown_site: Site) -> int:
    """The number of an open campaign with a patch, and somebody who reads worries."""
    return int(shown_site.told(_FURNISH))


@pytest.fixture(scope="module")
def served(shown_site: Site, campaign: int) -> Iterator[str]:
    """The address of a site where a place listens."""
    assert campaign
    with shown_site.served("--processes", "1", "--no-worker") as address:
        yield address


@pytest.fixture(scope="module")
def cookie(shown_site: Site) -> dict[str, Any]:
    """The cookie of somebody who may knock at doors."""
    return shown_site.signed_in("administrator@example.org")


@pytest.fixture
def phone(chromium: Any, served: str, cookie: dict[str, Any], request: pytest.FixtureRequest) -> Callable[..., Phone]:
    """Hand out phones: each with its own storage; none with a fault in its scripts."""

    def made(script: str = "", served: str = served, **options: Any) -> Phone:
        context = chromium.new_context(**{"viewport": _PHONE, "accept_downloads": True, **options})
        request.addfinalizer(context.close)
        context.set_default_timeout(15_000)
        context.add_cookies([{**cookie, "url": served}])
        if script:
            context.add_init_script(script)
        one = Phone(context, served)
        request.addfinalizer(lambda: pytest.fail(str(one.wrong)) if one.wrong else None)
        return one

    return made


@pytest.fixture(scope="module")
def statements(shown_site: Site, campaign: int) -> list[str]:
    """Some statements that everybody may answer."""
    return list(shown_site.told(_STATEMENTS.format(campaign=campaign)))


@pytest.fixture
def arrived(shown_site: Site) -> Callable[..., list[dict[str, Any]]]:
    """Say what the site holds of notes with some codes."""

    def ask(*codes: str) -> list[dict[str, Any]]:
        return list(
            shown_site.told(
                "from homeground_web.listen import codes\nfrom homeground_web.listen.models import Conversation\n"
                f"wanted = [codes.hash_of(one) for one in {list(codes)!r}]\n"
                "told = list(Conversation.objects.filter(receipt__in=wanted).values())"
            )
        )

    return ask


def file_of(page: Any, campaign: int, count: int) -> str:
    """Return a file of notes, sealed by the rules that the file states."""
    notes: list[dict[str, Any]] = [
        {
            "id": str(uuid.uuid4()), "campaign": campaign, "patch": None, "street": "", "kept": [], "people": 1,
            "text": f"The bus did not come, said number {i}.", "language": "en", "consent": "themes", "about": {},
            "code": "", "said_at": dt.datetime.now(dt.UTC).isoformat(),
        }
        for i in range(count)
    ]  # fmt: skip
    held = {"place": "our-patch", "entries": [{"kind": "note", "value": note} for note in notes]}
    return str(page.evaluate(_SEALED, [held, _PASSPHRASE]))


@contextmanager
def unwell(port: int) -> Iterator[None]:
    """Answer 500 to everything that is asked at a port."""

    class Unwell(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(500)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Unwell)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def test_a_conversation_noted_without_signal_arrives_once_there_is_some(
    phone: Callable[..., Phone], arrived: Callable[..., list[dict[str, Any]]]
) -> None:
    """The page opens, notes and keeps without signal; with signal the note is sent, and gone from the phone."""
    one = phone()
    one.ready_for_no_signal()
    one.context.set_offline(True)
    one.again()
    code = one.talks("There is nowhere warm after five.")
    assert _CODE.fullmatch(code)
    one.says("1 note on this phone, safe.")
    one.says("no signal")
    one.again()
    one.says("1 note on this phone, safe.")
    one.looks()
    one.says("No signal.", "#look-said")
    assert one.page.locator("#send").is_hidden()
    one.context.set_offline(False)
    one.page.click("#send")
    one.says("No notes on this phone.")
    (note,) = arrived(code)
    assert note["text"] == "There is nowhere warm after five."
    assert (note["consent"], note["source"]) == ("themes", "doorstep")


def test_the_open_view_asks_again_once_there_is_signal(phone: Callable[..., Phone]) -> None:
    """Also where nothing else waits to be sent: nobody has to leave the view and come back, or to press anything."""
    one = phone()
    one.talks("The lift is broken again.")
    one.page.locator("#strip", has_text="1 note").wait_for()
    one.page.wait_for_timeout(1500)  # the knock goes by itself
    one.context.set_offline(True)
    one.looks()
    one.says("Come back here when there is signal.", "#look-said")
    one.says("Not looked at yet.", "#notes")
    one.context.set_offline(False)
    one.page.wait_for_selector("#send:not([hidden])")
    assert "Not looked at yet." not in one.page.inner_text("#notes")
    assert "no signal" not in one.page.inner_text("#strip")


@pytest.mark.parametrize("answer", [{"status": 500}, {"status": 200, "json": {"found": []}}])
def test_what_was_not_looked_at_can_be_tried_now(phone: Callable[..., Phone], answer: dict[str, Any]) -> None:
    """Whatever the site answered, a button is there as long as a note of the open view was not looked at."""
    one = phone()
    one.talks("The path is dark.")
    one.page.route("**/doorstep/hide", lambda route: route.fulfill(**answer))
    one.looks()
    one.page.locator("[data-try]").wait_for()
    assert one.page.locator("#send").is_hidden()
    one.page.unroute("**/doorstep/hide")
    one.page.click("[data-try]")
    one.page.wait_for_selector("#send:not([hidden])")
    assert "Not looked at yet." not in one.page.inner_text("#notes")


def test_nothing_of_a_note_can_be_read_on_the_phone(phone: Callable[..., Phone]) -> None:
    """Words, streets and codes of notes, drafts and worries lie sealed, under a key that cannot be taken out."""
    one = phone()
    code = one.talks("Walrus said one.")
    one.writes("Walrus is being typed.")
    one.page.select_option("#street", "Harbour Street")
    one.page.wait_for_timeout(900)
    one.page.click("[data-open=worry] >> visible=true")
    one.page.fill("#worry-words", "Walrus worries me.")
    one.page.wait_for_timeout(900)
    lies = one.lies_here()
    assert "key, extractable: false" in lies
    assert [word for word in ("alrus", "Harbour", code, "themes") if word in lies] == []


@pytest.mark.parametrize("answer", [
    {"status": 500}, {"status": 429}, {"status": 413}, {"status": 200, "body": "Welcome to the free network"},
    {"status": 200, "json": {"taken": [], "there": [], "differs": [], "refused": []}},
])  # fmt: skip
def test_a_note_stays_until_the_site_says_that_it_has_it(
    phone: Callable[..., Phone], arrived: Callable[..., list[dict[str, Any]]], answer: dict[str, Any]
) -> None:
    """Whatever else is answered, the note stays on the phone; sent again later, it arrives."""
    one = phone()
    code = one.talks("The park is dark.")
    one.page.route("**/doorstep/sync", lambda route: route.fulfill(**answer))
    one.sends()
    one.says("1 note on this phone, safe. Not sent yet: the site is busy.")
    one.page.unroute("**/doorstep/sync")
    one.page.click("[data-try]")
    one.says("No notes on this phone.")
    assert len(arrived(code)) == 1


def test_an_answer_that_is_lost_on_its_way_makes_no_double(
    phone: Callable[..., Phone], arrived: Callable[..., list[dict[str, Any]]]
) -> None:
    """The site took the note and its answer never came: the phone sends it again, and there is one."""
    one = phone()
    code = one.talks("The steps are broken.")

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    one.page.route("**/doorstep/sync", lose)
    one.sends()
    one.says("1 note on this phone, safe. Not sent yet: no signal.")
    assert len(arrived(code)) == 1
    one.page.unroute("**/doorstep/sync")
    one.again()
    one.says("No notes on this phone.")
    assert len(arrived(code)) == 1


def test_a_note_changed_after_it_was_taken_is_kept_and_told(
    phone: Callable[..., Phone], arrived: Callable[..., list[dict[str, Any]]]
) -> None:
    """The site has other words under its number: the phone says so, and can send them as a new note."""
    one = phone()
    code = one.talks("The hall is cold.")
    one.page.route("**/doorstep/sync", lambda route: (route.fetch(), route.abort()))
    one.sends()
    one.says("Not sent yet: no signal.")
    one.page.unroute("**/doorstep/sync")
    one.page.click("#notes summary")
    one.page.fill("#notes textarea", "The hall is cold and shut.")
    one.page.click("[data-keep]")
    one.page.locator("#notes [data-words]").get_by_text("cold and shut").wait_for()
    one.page.click("#send")
    one.says("sent before with other words", "#notes")
    one.page.click("[data-anew]")
    one.says("new code", "#notes")
    one.page.click("[data-anew]")
    one.says("No notes on this phone.")
    assert [note["text"] for note in arrived(code)] == ["The hall is cold."]


def test_a_draft_survives_the_app_being_killed(phone: Callable[..., Phone]) -> None:
    """What was typed, chosen and counted is there again when the page is opened anew."""
    one = phone()
    one.writes("We ran the hall for")
    one.page.select_option("#street", "Harbour Street")
    one.page.click("[data-step='1']")
    one.page.check("#consent-2")
    one.page.wait_for_timeout(900)
    one.again()
    page = one.page
    page.wait_for_selector("#note:not([hidden])")
    assert page.input_value("#words") == "We ran the hall for"
    assert (page.input_value("#street"), page.input_value("#people")) == ("Harbour Street", "2")
    assert page.is_checked("#consent-2")


def test_two_tabs_send_each_note_once(
    phone: Callable[..., Phone], arrived: Callable[..., list[dict[str, Any]]]
) -> None:
    """Tabs write drafts of their own, see each other's notes, and only one of them sends at a time."""
    one = phone()
    sent: list[str] = []
    one.context.on("request", lambda asked: sent.append(asked.post_data or "") if "/sync" in asked.url else None)
    first = one.page
    one.writes("First tab.")
    second = one.page = one.tab()
    assert second.locator("#note").is_hidden()
    code = one.talks("Second tab.")
    one.looks()
    second.wait_for_selector("#send:not([hidden])")
    first.locator("#strip", has_text="1 note").wait_for()
    second.click("#send")
    first.evaluate("window.dispatchEvent(new Event('online'))")
    second.evaluate("window.dispatchEvent(new Event('online'))")
    first.locator("#strip", has_text="No notes").wait_for()
    assert first.input_value("#words") == "First tab."
    assert sum("Second tab." in body for body in sent) == 1
    assert len(arrived(code)) == 1


def test_two_hundred_notes_go_in_four_requests(phone: Callable[..., Phone], campaign: int) -> None:
    """Fifty at a time, one after another, each looked at before."""
    one = phone()
    one.brings(file_of(one.page, campaign, 200), _PASSPHRASE)
    one.says("200 notes came from the file.", "#file-said")
    sent: list[str] = []
    one.page.on("request", lambda asked: sent.append(asked.post_data) if "/sync" in asked.url else None)
    one.looks()
    one.page.get_by_role("button", name="Send these 200 notes").click(timeout=60_000)
    one.page.locator("#look-said").get_by_text("200 notes sent.").wait_for(timeout=60_000)
    assert [len(json.loads(body)["notes"]) for body in sent] == [50, 50, 50, 50]


@pytest.mark.parametrize("days", [-1, 1])
def test_a_phone_whose_clock_is_a_day_wrong_tells_the_right_time(
    phone: Callable[..., Phone], arrived: Callable[..., list[dict[str, Any]]], days: int
) -> None:
    """The note carries the phone's time, the request says what the phone takes for now, and the site puts it right."""
    one = phone(_CLOCK.replace("DAYS", str(days)))
    code = one.talks("The clock on the hall is slow.")
    one.sends()
    one.says("No notes on this phone.")
    (note,) = arrived(code)
    apart = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(note["said"])
    assert abs(apart) < dt.timedelta(minutes=5)


def test_notes_that_the_phone_threw_away_are_told_of(phone: Callable[..., Phone]) -> None:
    """A count beside the notes notices that they are gone; once read, it is not said again."""
    one = phone()
    one.talks("One.")
    one.talks("Two.")
    one.page.evaluate(_EMPTY, _DB)
    one.again()
    one.says("This phone has thrown away 2 notes.", "#warnings")
    one.page.click("[data-dismiss]")
    one.again()
    assert one.page.locator("[data-warn=lost]").is_hidden()


def test_a_file_brings_notes_to_another_phone_and_doubles_nothing(
    phone: Callable[..., Phone], arrived: Callable[..., list[dict[str, Any]]]
) -> None:
    """Only with its passphrase; nothing can be read in it; sent from both phones, each note is there once."""
    one, other = phone(), phone()
    code = one.talks("A walrus in the pond.")
    one.page.click("#file-part summary")
    one.page.fill("#file-with", _PASSPHRASE)
    with one.page.expect_download() as waiting:
        one.page.click("#save-file button:not([data-reveal])")
    assert re.fullmatch(r"homeground-notes-\d{4}-\d\d-\d\d\.json", waiting.value.suggested_filename)
    content = Path(waiting.value.path()).read_text(encoding="utf-8")
    told = json.loads(content)
    assert sorted(told) == ["data", "iterations", "iv", "salt", "version"]
    assert b"walrus" not in content.encode() + base64.b64decode(told["data"])
    other.brings(content, "not this one")
    other.says("That is not the passphrase", "#bring-file")
    other.page.click("#file-part summary")
    other.brings(content, _PASSPHRASE)
    other.says("1 note came from the file.", "#file-said")
    for each in (one, other):
        each.sends()
        each.says("No notes on this phone.")
    assert len(arrived(code)) == 1


def test_a_passphrase_locks_the_notes_until_it_is_typed(phone: Callable[..., Phone]) -> None:
    """Locked, the page asks before it shows anything, and no key lies on the phone; the lock can be taken off again."""
    one = phone()
    one.talks("Behind the lock.")
    one.page.click("#lock-part summary")
    one.page.fill("#lock-with", _PASSPHRASE)
    one.page.click("#lock button:not([data-reveal])")
    one.page.wait_for_selector("#unlock-for-good:not([hidden])")
    assert "extractable" not in one.lies_here()
    one.again("locked")
    one.says("1 note on this phone, safe. Locked.")
    one.page.fill("#unlock-with", "not this one")
    one.page.click("#unlock button:not([data-reveal])")
    one.says("That is not the passphrase", "#unlock")
    one.page.fill("#unlock-with", _PASSPHRASE)
    one.page.click("#unlock button:not([data-reveal])")
    one.says("not looked at yet")
    one.looks()
    one.says("Behind the lock.", "#notes")
    one.page.go_back()
    one.page.click("#lock-part summary >> visible=true")
    if one.page.locator("#unlock-for-good").is_hidden():
        one.page.click("#lock-part summary")
    one.page.click("#unlock-for-good")
    one.page.wait_for_selector("#lock:not([hidden])", state="attached")
    one.again()
    one.says("1 note on this phone, safe.")


def test_one_sees_what_will_be_hidden_and_hides_more(
    phone: Callable[..., Phone], arrived: Callable[..., list[dict[str, Any]]]
) -> None:
    """Numbers stay hidden; a name can be shown again; words that were marked are hidden too."""
    one = phone()
    code = one.talks("🙂 Anna at the chip shop, 07700 900123, by the red door.")
    one.looks()
    one.says("[phone number hidden]", "#notes [data-words]")
    assert one.page.locator("[data-found] button").count() == 1
    one.page.get_by_role("button", name="Show it again: Anna").click()
    one.page.get_by_role("button", name="Hide it: Anna").wait_for()
    one.page.click("#notes summary")
    one.page.evaluate(
        "() => { const box = document.querySelector('#notes textarea'), at = box.value.indexOf('by the red');"
        " box.focus(); box.setSelectionRange(at, at + 'by the red door'.length) }"
    )
    one.page.click("[data-hide]")
    one.page.locator("#notes [data-words]").get_by_text("[hidden].").wait_for()
    one.page.get_by_role("button", name="Hide it: Anna").wait_for()
    one.page.click("#send")
    one.says("No notes on this phone.")
    (note,) = arrived(code)
    assert note["text"].startswith("🙂 Anna at the chip shop, [")
    assert note["text"].endswith(", [hidden].")
    assert "900123" not in note["text"]


def test_a_knock_can_be_undone_and_the_others_go_by_themselves(phone: Callable[..., Phone], shown_site: Site) -> None:
    """Each tap counts one door; an undone one is neither counted nor sent; talking counts as a knock too."""
    count = "from homeground_web.listen.models import Knock\ntold = Knock.objects.count()"
    one = phone()
    before = shown_site.told(count)
    one.page.click("[data-knock=no-answer]")
    one.says("1 door today.", "#count")
    one.page.click("#undo button")
    one.says("0 doors today.", "#count")
    one.page.wait_for_timeout(800)
    one.page.click("[data-knock=not-today]")
    one.talks("And we talked.")
    one.says("2 doors today.", "#count")
    one.again()
    one.page.locator("#strip", has_text="1 note", has_not_text="wait").wait_for()
    one.page.wait_for_timeout(1500)
    assert shown_site.told(count) == before + 2


def test_a_worry_goes_to_the_one_named_person(phone: Callable[..., Phone], shown_site: Site) -> None:
    """It is kept without signal, said to wait, and sent by itself with the words as they are."""
    one = phone()
    one.context.set_offline(True)
    one.page.click("[data-open=worry] >> visible=true")
    one.page.fill("#worry-words", "Anna at number 9 has no heating.")
    one.page.click("#worry button")
    one.says("Your worry has not been sent yet.")
    one.context.set_offline(False)
    asked = "from homeground_web.listen.models import Worry\ntold = list(Worry.objects.values_list('text', flat=True))"
    until = time.monotonic() + 15
    while not (came := shown_site.told(asked).count("Anna at number 9 has no heating.")):
        assert time.monotonic() < until, "it never came"
        one.page.wait_for_timeout(100)
    one.page.locator("#strip", has_not_text="worry").wait_for()
    one.page.wait_for_timeout(1000)
    assert came == shown_site.told(asked).count("Anna at number 9 has no heating.") == 1


def test_two_people_answer_statements_without_signal_and_each_answer_arrives_once(
    phone: Callable[..., Phone], shown_site: Site, campaign: int, statements: list[str]
) -> None:
    """Each is somebody else, nothing of it can be read on the phone, and what is sent twice is there once."""
    before = [pk for pk, *_ in shown_site.told(_ANSWERS.format(campaign=campaign, before=[]))]
    many = len(statements)
    one = phone()
    sent: list[Any] = []
    one.page.on("request", lambda asked: sent.extend(asked.post_data_json["votes"]) if "/sync" in asked.url else None)
    one.context.set_offline(True)
    one.page.click("[data-open=statements]")
    one.says(f"1 of {many}", "#which")
    first = one.answers([1, *[-1] * (many - 1)])
    one.says("Thank you. Give the phone back.", "#thanks")
    one.page.wait_for_timeout(800)
    one.page.click("#next-person")
    second = one.answers([0, -1])
    one.says(f"3 of {many}", "#which")
    one.page.wait_for_timeout(800)
    one.page.click("#stop-asking")
    assert set(first) == set(statements)
    one.says(f"{many + 2} answers wait to be sent.")
    lies = one.lies_here()
    assert lies.count('"kind":"vote"') == many + 2
    assert [word for word in ("person", "value", "statement", *statements) if word in lies] == []
    one.page.route("**/doorstep/sync", lambda route: (route.fetch(), route.abort()))
    with one.page.expect_event("requestfailed", lambda asked: "/sync" in asked.url):
        one.context.set_offline(False)
    one.page.unroute("**/doorstep/sync")
    one.page.evaluate("window.dispatchEvent(new Event('online'))")
    one.has_no_answers()
    assert len(sent) == 2 * (many + 2)
    people: dict[str, dict[str, int]] = {}
    for _, person, text, value in shown_site.told(_ANSWERS.format(campaign=campaign, before=before)):
        assert text not in people.setdefault(person, {})
        people[person][text] = value
    assert sorted(people.values(), key=len) == [second, first]
    assert not people.keys() & {vote["person"] for vote in sent}


def test_an_answer_that_the_site_refuses_is_told_of_and_then_removed(
    phone: Callable[..., Phone], statements: list[str]
) -> None:
    """Its reason stands above the doors until it was read, also when the app was ended meanwhile."""
    assert statements
    one = phone()

    def refuse(route: Any) -> None:
        refused = [{"id": vote["id"], "why": "It is closed."} for vote in route.request.post_data_json["votes"]]
        route.fulfill(json={"taken": [], "there": [], "differs": [], "refused": refused})

    one.page.route("**/doorstep/sync", refuse)
    one.page.click("[data-open=statements]")
    one.answers([1])
    one.page.go_back()
    one.says("1 answer was not taken. It is closed.", "#warnings")
    one.again()
    one.says("1 answer was not taken. It is closed.", "#warnings")
    one.page.click("[data-warn=votes] button")
    one.page.wait_for_selector("[data-warn=votes]", state="hidden")
    one.has_no_answers()


def test_answers_are_in_the_file_of_notes(
    phone: Callable[..., Phone], shown_site: Site, campaign: int, statements: list[str]
) -> None:
    """Brought to another phone, they go from there; sent from both, each is there once."""
    assert statements
    before = [pk for pk, *_ in shown_site.told(_ANSWERS.format(campaign=campaign, before=[]))]
    one, other = phone(), phone()
    one.context.set_offline(True)
    one.page.click("[data-open=statements]")
    given = one.answers([-1])
    one.page.go_back()
    one.page.click("#file-part summary")
    one.page.fill("#file-with", _PASSPHRASE)
    with one.page.expect_download() as waiting:
        one.page.click("#save-file button:not([data-reveal])")
    other.brings(Path(waiting.value.path()).read_text(encoding="utf-8"), _PASSPHRASE)
    other.says("0 notes came from the file.", "#file-said")
    one.context.set_offline(False)
    for each in (other, one):
        each.again()
        each.has_no_answers()
    ((_, _, text, value),) = shown_site.told(_ANSWERS.format(campaign=campaign, before=before))
    assert {text: value} == given


def test_a_recording_stays_on_the_phone_until_its_note_is_sent(phone: Callable[..., Phone]) -> None:
    """The microphone is asked for on a tap only; the sound lies sealed, goes nowhere, and ends with the note."""
    one = phone(_SOUND)
    sent: list[int] = []
    one.page.on("request", lambda asked: sent.append(len(asked.post_data or "")) if asked.method == "POST" else None)
    one.page.click("[data-talked]")
    assert one.page.evaluate("window.asked ?? 0") == 0
    one.page.click("[data-record]")
    one.page.wait_for_timeout(1500)
    one.page.click("[data-stop]")
    one.says("A recording is kept", "#voice")
    assert "webm" not in one.lies_here()
    one.page.click("#voice [data-play]")
    one.page.check("#consent")
    one.page.click("[data-save]")
    one.says("Only the recording is kept so far.", "[data-view=code]")
    one.page.click("[data-next]")
    one.looks()
    one.says("Only a recording so far.", "#notes")
    assert one.page.locator("#send").is_hidden()
    one.page.fill("#notes textarea", "They said: a bench, please.")
    one.page.click("[data-keep]")
    one.page.click("#send")
    one.says("No notes on this phone.")
    assert '"kind":"voice"' not in one.lies_here()
    assert max(sent) < 2_000


def test_somebody_whose_session_ended_is_asked_to_sign_in(phone: Callable[..., Phone]) -> None:
    """The notes stay, the strip says why they are not sent, and leads to where one signs in."""
    one = phone()
    one.ready_for_no_signal()
    one.talks("Nothing is lost.")
    one.context.clear_cookies()
    one.looks()
    one.says("1 note on this phone, safe. Not sent yet: sign in again.")
    link = one.page.locator("[data-sign-in]")
    assert link.get_attribute("href").endswith(f"?next={_PAGE}")


def test_a_site_that_is_not_well_does_not_keep_the_page_from_opening(
    phone: Callable[..., Phone], shown_site: Site
) -> None:
    """When the site answers 500 to all, the page that is kept opens, is not replaced, and keeps its notes."""
    with shown_site.served("--processes", "1", "--no-worker") as address:
        one = phone(served=address)
        one.ready_for_no_signal()
        one.talks("The bins are full.")
    with unwell(int(address.rsplit(":", 1)[1])):
        one.again()
        one.again()
        one.says("1 note on this phone, safe.")
        one.page.click("[data-try]")
        one.says("the site is busy")
        assert "bins" not in one.page.inner_text("main")


def test_what_is_missing_is_said_before_anything_is_saved(phone: Callable[..., Phone]) -> None:
    """Words and a consent are needed, and a street where the street may be named; the summary has the focus."""
    one = phone()
    one.page.click("[data-talked]")
    one.page.click("[data-save]")
    assert one.page.evaluate("document.activeElement.id") == "problems"
    assert one.page.locator("#problems li").all_inner_texts() == [
        "Write down what they said", "Choose how these words may be used",
    ]  # fmt: skip
    one.page.fill("#words", "Fine.")
    one.page.check("#consent-3")
    one.page.click("[data-save]")
    assert one.page.locator("#problems li").count() == 1
    one.says("No notes on this phone.")


def test_only_this_page_and_its_files_are_kept_for_when_there_is_no_signal(phone: Callable[..., Phone]) -> None:
    """No other page, no answer to a question, no redirect lies in the browser's cache; other pages have no worker."""
    one = phone()
    one.ready_for_no_signal()
    kept = one.page.evaluate(
        "async () => { const all = []; for (const name of await caches.keys())"
        " for (const one of await (await caches.open(name)).keys()) all.push(new URL(one.url).pathname);"
        " return all }"
    )
    assert {path for path in kept if not path.startswith("/static/")} == {_PAGE}
    one.page.goto(f"{one.served}/our/our-patch")
    assert one.page.evaluate("navigator.serviceWorker.controller") is None


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_state_of_the_page_can_be_used_by_everybody(
    phone: Callable[..., Phone], axe: str, statements: list[str], dark: bool
) -> None:
    """By axe's rules, on the smallest phone without sideways scroll, with targets for a thumb."""
    assert statements
    one = phone(viewport=_SMALL, color_scheme="dark" if dark else "light")
    page = one.page
    page.evaluate(axe)
    wrong: dict[str, Any] = {}

    def check(state: str) -> None:
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        wrong[f"{state}: axe"] = [(rule["id"], [node["html"][:160] for node in rule["nodes"][:3]]) for rule in found]
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrong[f"{state}: sideways"] = [over] if over > 0 else []
        wrong[f"{state}: too small"] = page.evaluate(_SMALL_TARGETS)

    check("doors")
    page.click("[data-knock=stop]")
    page.click("[data-talked]")
    page.evaluate("for (const part of document.querySelectorAll('#doorstep details')) part.open = true")
    check("note")
    page.click("[data-save]")
    check("problems")
    page.fill("#words", "Ring 07700 900123 about Anna. " + "Donaudampfschifffahrt" * 8)
    page.check("#consent-2")
    page.click("[data-save]")
    check("code")
    page.click("[data-next]")
    page.click("[data-open=look]")
    page.wait_for_selector("#send:not([hidden])")
    page.click("#notes summary")
    check("look")
    page.go_back()
    page.click("[data-open=worry] >> visible=true")
    page.click("#worry button")
    check("worry")
    page.go_back()
    page.click("[data-open=statements] >> visible=true")
    check("statements")
    heights = page.locator("[data-answer]").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(heights) >= 64
    page.click("#stop-asking")
    check("thanks")
    page.go_back()
    page.fill("#lock-with", _PASSPHRASE)
    page.click("#lock button:not([data-reveal])")
    page.wait_for_selector("#unlock-for-good:not([hidden])")
    one.again("locked")
    page = one.page
    page.evaluate(axe)
    page.evaluate("for (const part of document.querySelectorAll('#doorstep details')) part.open = true")
    check("locked")
    assert {state: found for state, found in wrong.items() if found} == {}


def test_without_scripts_the_page_leads_to_the_web_form(phone: Callable[..., Phone], chromium: Any) -> None:
    """Nothing pretends to work: one heading, one sentence, one way on."""
    one = phone()
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies(one.context.cookies())
    page = context.new_page()
    page.goto(one.served + _PAGE)
    link = page.locator("main").get_by_role("link", name="Open the web form")
    assert link.get_attribute("href") == "/our/our-patch/say"
    assert page.locator("h1").count() == 1
    context.close()
