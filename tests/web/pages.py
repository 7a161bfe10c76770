"""One example of every address: what the browser tests open, and what everybody's rights are tried on.

An address without an example here fails a test. `furnish` makes what the examples need.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

__all__ = ["KINDS", "NO_PAGES", "Kind", "address_of", "furnish", "named_views"]

JOB = "11111111-1111-4111-8111-111111111111"
SECRET = "a-secret-for-tests"


@dataclass(frozen=True)
class Kind:
    """An address: its name, what stands in it, who may see it, how it answers, and why it is no page, if it is none."""

    view: str
    parts: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    who: str = "anyone"
    status: int = 200
    why: str = ""


_HERE = {"slug": "our-patch"}
_ONE = {**_HERE, "number": 901}
_BOSS = "administrator"

KINDS = {
    "home": Kind("home"),
    "found": Kind("look-up", query="?q=Sturbeck"),
    "found nothing": Kind("look-up", query="?q=Qqqqqq", status=404),
    "near me, nowhere": Kind("near-me", query="?lat=1&lon=1", status=404),
    "ward": Kind("place", {"code": "ZW022"}),
    "small area": Kind("place", {"code": "ZL0001"}),
    "authority": Kind("place", {"code": "ZA01"}),
    "feedback": Kind("feedback", query="?page=/places/ZW022"),
    "explore": Kind("explore"),
    "explore, small areas": Kind("explore", query="?area=area21&group=left-behind&sort=name&order=up"),
    "explore, wrong": Kind("explore", query="?area=xx&from=a&sure=900&page=99", status=400),
    "compare": Kind("compare", query="?place=ZW022&place=ZW001&place=ZW019&place=ZW042"),
    "compare, nothing": Kind("compare"),
    "how we decide": Kind("method-index"),
    "a list": Kind("method", {"node": "ward21"}),
    "a list of small areas": Kind("method", {"node": "area21"}),
    "other weights": Kind("method-weights", {"node": "ward21"}),
    "other weights, wrong": Kind("method-weights", {"node": "ward21"}, query="?deprivation=x&place=ZW022"),
    "all data": Kind("data"),
    "for programs": Kind("api"),
    "report of a place": Kind("place-report", {"code": "ZW022"}),
    "report of our place": Kind("our-report", _HERE),
    "plain words": Kind("plain-words"),
    "no such page": Kind("place", {"code": "NOWHERE"}, status=404),
    "our places": Kind("ours"),
    "our place": Kind("our", _HERE),
    "new place": Kind("our-new", who=_BOSS),
    "work on a place": Kind("our-working", _HERE, who=_BOSS),
    "edit a place": Kind("our-edit", _HERE, who=_BOSS),
    "words of a place in Welsh": Kind("our-translate", {**_HERE, "language": "cy"}, who=_BOSS),
    "people of a place": Kind("our-people", _HERE, who=_BOSS),
    "stages of a place": Kind("our-stages", _HERE, who=_BOSS),
    "log of a place": Kind("our-log", _HERE, who=_BOSS),
    "what readers said": Kind("our-feedback", _HERE, who=_BOSS),
    "say what matters": Kind("say", _HERE),
    "your code": Kind("code"),
    "what people say": Kind("said", _HERE),
    "a theme": Kind("said-theme", {**_HERE, "theme": 90}),
    "statements": Kind("statements", _HERE),
    "opinion groups": Kind("statement-groups", _HERE),
    "priorities": Kind("priorities", _HERE),
    "house rules": Kind("house-rules", _HERE),
    "on the doorstep": Kind("doorstep", _HERE, who=_BOSS),
    "listening": Kind("listen", _HERE, who=_BOSS),
    "begin to listen": Kind("listen-new", _HERE, who=_BOSS),
    "a time of listening": Kind("listen-hub", _ONE, who=_BOSS),
    "change a time of listening": Kind("listen-edit", _ONE, who=_BOSS),
    "patches": Kind("listen-patches", _ONE, who=_BOSS),
    "change a patch": Kind("listen-patch", {**_ONE, "patch": 901}, who=_BOSS),
    "take out a patch": Kind("listen-patch-out", {**_ONE, "patch": 901}, who=_BOSS),
    "who was heard": Kind("listen-heard", _ONE, who=_BOSS),
    "second look": Kind("listen-look", _ONE, who=_BOSS),
    "words in another language": Kind("listen-translate", {**_ONE, "conversation": UUID(int=1)}, who=_BOSS),
    "worries": Kind("listen-worries", _ONE, who=_BOSS),
    "bring a file": Kind("listen-bring", _ONE, who=_BOSS),
    "a file that was brought": Kind("listen-brought", {**_ONE, "file": 901}, who=_BOSS),
    "paper forms": Kind("listen-paper", _ONE, query="?many=2", who=_BOSS),
    "type in a form": Kind("listen-type", _ONE, who=_BOSS),
    "begin to sort": Kind("listen-sort", _ONE, who=_BOSS),
    "sorting": Kind("listen-sorting", {**_ONE, "sorting": 901}, who=_BOSS),
    "a job of sorting": Kind("listen-sort-working", {**_ONE, "sorting": 901}, who=_BOSS),
    "a second person sorts": Kind("listen-second", {**_ONE, "sorting": 901}, who=_BOSS),
    "look at statements": Kind("listen-statements", _ONE, who=_BOSS),
    "what meetings agreed": Kind("listen-agreed", _ONE, who=_BOSS),
    "a meeting": Kind("listen-meeting", {**_ONE, "meeting": 901}, who=_BOSS),
    "what was done": Kind("listen-deeds", _ONE, who=_BOSS),
    "people of the site": Kind("people", who=_BOSS),
    "invitation": Kind("invitation", {"secret": SECRET}),
    "old invitation": Kind("invitation", {"secret": "none"}, status=410),
    "sign in": Kind("account_login"),
    "sign in by code": Kind("account_request_login_code"),
    "new account": Kind("account_signup"),
    "closed account": Kind("account_inactive"),
    "account": Kind("account", who=_BOSS),
    "close account": Kind("close-account", who=_BOSS),
    "addresses": Kind("account_email", who=_BOSS),
    "ways to sign in": Kind("mfa_index", who=_BOSS),
    "passkeys": Kind("mfa_list_webauthn", who=_BOSS),
    "sign out": Kind("account_logout", who=_BOSS),
    "desk": Kind("desk", who=_BOSS),
    "new folder": Kind("desk-new-folder", who=_BOSS),
    "folder": Kind("desk-folder", {"number": 1}, who=_BOSS),
    "load": Kind("desk-load", {"number": 1}, who=_BOSS),
    "job at work": Kind("desk-job", {"number": JOB}, who=_BOSS),
    "new list": Kind("desk-new-list", who=_BOSS),
    "results": Kind("desk-results", who=_BOSS),
    "result": Kind("desk-result", {"number": 1}, who=_BOSS),
}

NO_PAGES = {
    one.view: one
    for one in (
        Kind("alive", why="an answer for machines"),
        Kind("language", {"code": "cy"}, why="leads back to the page one came from"),
        Kind("compare-add", why="leads back to the comparison"),
        Kind("compare-csv", why="a file"),
        Kind("compare-csv-metadata.json", why="a file"),
        Kind("compare-json", why="a file"),
        Kind("explore-colours", why="what the map is coloured by"),
        Kind("explore-csv", why="a file"),
        Kind("explore-csv-metadata.json", why="a file"),
        Kind("explore-geojson", why="a file"),
        Kind("explore-json", why="a file"),
        Kind("place-csv", {"code": "ZW022"}, why="a file"),
        Kind("place-csv-metadata.json", {"code": "ZW022"}, why="a file"),
        Kind("place-geojson", {"code": "ZW022"}, why="a file"),
        Kind("place-json", {"code": "ZW022"}, why="a file"),
        Kind("tiles", {"sha": "0" * 64}, why="a file of map tiles"),
        Kind("method-list", {"node": "ward21", "ending": "csv"}, why="a file"),
        Kind("data-changes", why="a feed"),
        Kind("data-file", {"node": "ward21", "name": "ward21.csv"}, why="a file"),
        Kind("place-report-file", {"code": "ZW022", "ending": "pdf"}, why="a file"),
        Kind("our-report-file", {**_HERE, "ending": "pdf"}, why="a file"),
        Kind("report-waits", {"number": JOB}, why="the same page as of other jobs"),
        Kind("our-log-csv", _HERE, who=_BOSS, why="a file"),
        Kind("said-csv", _HERE, why="a file"),
        Kind("said-json", _HERE, why="a file"),
        Kind("statement-groups-csv", _HERE, why="a file"),
        Kind("listen-heard-csv", _ONE, who=_BOSS, why="a file"),
        Kind("house-rules-csv", _HERE, why="a file"),
        Kind("doorstep-hello", _HERE, who=_BOSS, why="an answer for scripts; who may is tried in test_doorstep"),
        Kind("doorstep-hide", _HERE, who=_BOSS, why="an answer for scripts; who may is tried in test_doorstep"),
        Kind("doorstep-sync", _HERE, who=_BOSS, why="an answer for scripts; who may is tried in test_doorstep"),
        Kind("doorstep-worker", _HERE, why="a script"),
        Kind("doorstep-manifest", _HERE, why="a file"),
        Kind("sign-out-everywhere", who=_BOSS, why="a button's target"),
        Kind("account_confirm_login_code", why="only while a code is on its way; tried in test_sign_in"),
        Kind("account_email_verification_sent", why="only while a code is on its way; tried in test_sign_in"),
        Kind("account_reauthenticate", who=_BOSS, why="only before a change of how one signs in"),
        Kind("mfa_authenticate", why="only with a second step"),
        Kind("mfa_reauthenticate", who=_BOSS, why="only before a change of how one signs in"),
        Kind("mfa_reauthenticate_webauthn", who=_BOSS, why="only with a passkey"),
        Kind("mfa_view_recovery_codes", who=_BOSS, why="only with a passkey"),
        Kind("mfa_generate_recovery_codes", who=_BOSS, why="only after signing in anew"),
        Kind("mfa_download_recovery_codes", who=_BOSS, why="a file"),
        Kind("mfa_add_webauthn", who=_BOSS, why="only after signing in anew"),
        Kind("mfa_remove_webauthn", {"pk": 1}, who=_BOSS, why="only with a passkey"),
        Kind("mfa_edit_webauthn", {"pk": 1}, who=_BOSS, why="only with a passkey"),
        Kind("mfa_login_webauthn", why="an answer for scripts"),
    )
}


def address_of(kind: Kind) -> str:
    """Return an address."""
    from django.urls import reverse

    return reverse(kind.view, kwargs=kind.parts) + kind.query


def named_views() -> dict[str, Any]:
    """Return by name the views of all addresses, those of other packages too."""
    return dict(_walk())


def _walk() -> Iterator[tuple[str, Any]]:
    from django.urls import get_resolver

    waiting = [get_resolver()]
    while waiting:
        for entry in waiting.pop().url_patterns:
            if getattr(entry, "namespace", None) == "api-v1":
                continue  # every operation of it is public and read-only; tried in tests/web/api
            if hasattr(entry, "url_patterns"):
                waiting.append(entry)
            else:
                assert entry.name, f"the address {entry.pattern} has no name"
                yield entry.name, entry.callback


def furnish() -> None:
    """Make what the examples are about: a neighbourhood, a folder, a job, an invitation, something readers said."""
    import hashlib
    from datetime import timedelta

    from django.utils import timezone

    from homeground_web.desk.models import Folder
    from homeground_web.jobs.models import Job
    from homeground_web.listen.models import Brought
    from homeground_web.people.models import Invitation
    from homeground_web.places.models import Place, PlacePart
    from homeground_web.shell.models import Feedback
    from tests.web.listening import listen_in

    now = timezone.now()
    place, _ = Place.objects.get_or_create(
        slug="our-patch", defaults={"name": "Our patch", "made": Place.Made.AREA, "is_public": True, "population": 6000}
    )
    if not place.about:
        Place.objects.filter(pk=place.pk).update(about="There is a green, and a hall that is open on Mondays.")
    PlacePart.objects.get_or_create(place=place, node="ward21", code="ZW022")
    problem = {"file": "a-long-file-name-with-figures-2025.csv", "text": "Row 4, column people: 'many'.", "remedy": ""}
    found = {"file": "b.csv", "title": "Lookup", "publisher": "Somebody", "period": "2021", "rows": 600, "notes": []}
    Folder.objects.get_or_create(
        pk=1,
        defaults={
            "title": "Files of 2025", "looked": now, "found": [found], "problems": [problem],
            "missing": [{"list": "A list", "preset": "a-list", "missing": ["Something"]}],
        },
    )  # fmt: skip
    running = {"state": Job.State.RUNNING, "share": 0.4, "said": "reading", "heard": now + timedelta(days=1)}
    Job.objects.get_or_create(pk=JOB, defaults={"name": "load", **running})
    Job.objects.get_or_create(name="work-out-place", place_id=place.pk, defaults=running)
    Invitation.objects.get_or_create(
        secret_hash=hashlib.sha256(SECRET.encode()).hexdigest(),
        defaults={"email": "new@example.org", "place": place, "role": "chair", "expires": now + timedelta(days=9)},
    )
    campaign = listen_in(place)
    Brought.objects.get_or_create(
        pk=901,
        defaults={
            "campaign": campaign, "kind": "file", "name": "survey.csv", "sha256": "0" * 64, "headings": ["comment"],
            "rows": [{"comment": "The hall is shut."}],
            "chosen": {"consent": "themes", "said": "", "columns": {"text": "comment"}},
        },
    )  # fmt: skip
    Job.objects.get_or_create(name="propose-heaps", place_id=place.pk, arguments={"sorting": 901}, defaults=running)
    Feedback.objects.get_or_create(page="/our/our-patch", text="The hall is shut.", language="en-gb")
