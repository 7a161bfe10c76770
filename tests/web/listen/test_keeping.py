"""What is kept, until when, and that erasing reaches every table, page, export and backup."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from homeground_web.listen import keeping, looking, noting, steps, taking_back
from homeground_web.listen.models import (
    Brought,
    Campaign,
    Conversation,
    Gone,
    Knock,
    Patch,
    Statement,
    Translation,
    Typed,
    Vote,
    Walker,
    Worry,
)

pytestmark = pytest.mark.django_db
MARK = "Quibbleworth"


@pytest.fixture(autouse=True)
def home(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Keep the list of what was erased apart for each test."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return tmp_path


@pytest.fixture
def everywhere(campaign: Campaign, member: Any, place: Any) -> Conversation:
    """Words that stand in every table that words of a conversation can come to."""
    chair = member("chair", place=place).user
    words = noting.Words(
        id=uuid.uuid4(), text=f"The {MARK} bus is late.", consent="quote", code="BCD-234-FGH", street="", people=1
    )
    noting.note(campaign, words, source="doorstep", user_id=7)
    found = Conversation.objects.get(pk=words.id)
    looking.let_in(found, by=chair)
    Translation.objects.create(conversation=found, language="pl", text=f"Autobus {MARK}", user_id=1)
    sorting = steps.begin(campaign, "finer", by=chair)
    steps.propose(sorting)
    point = sorting.points.get(conversation=found)
    steps.step(sorting, "new", {"theme": 90, "name": "Buses", "points": [point.pk]}, by=chair)
    steps.show(sorting, by=chair)
    statement = Statement.objects.create(campaign=campaign, text=f"Mend the {MARK} bus", state="shown", point=point)
    Vote.objects.create(statement=statement, person="x", value=1)
    return found


def tables_that_hold(word: str) -> set[str]:
    """Return the tables of the whole database in which a word stands."""
    found = set()
    for model in apps.get_models():
        for row in model.objects.values_list():
            if word in str(row):
                found.add(model._meta.label)
    return found


def test_every_table_has_a_rule() -> None:
    """A new table without one fails here."""
    tables = {model._meta.model_name for model in apps.get_app_config("listen").get_models()}
    assert tables == set(keeping.RULES)


def test_the_rules_stand_in_the_docs() -> None:
    """Each table with what it holds, until when, and how it is erased."""
    page = (Path(__file__).resolve().parents[3] / "docs" / "explanation" / "what-is-kept.md").read_text(
        encoding="utf-8"
    )
    missing = [
        name for name, r in keeping.RULES.items() if f"| {name} | {r.holds} | {r.until} | {r.erased_by} |" not in page
    ]
    assert missing == []


def test_erasing_reaches_every_table_and_page(everywhere: Conversation, client: Client) -> None:
    """Before, the words stand in three tables and on public pages; after, nowhere in the database and on none."""
    assert tables_that_hold(MARK) == {"listen.Conversation", "listen.Translation", "listen.Statement"}
    pages = ("said", "said/90", "said.csv", "said.json", "statements", "priorities")
    assert MARK in client.get("/our/our-patch/said").content.decode()
    taking_back.erase(everywhere)
    assert tables_that_hold(MARK) == set()
    assert not any(MARK in client.get(f"/our/our-patch/{page}").content.decode() for page in pages)
    assert not Vote.objects.exists()


def test_an_old_backup_does_not_bring_it_back(everywhere: Conversation, home: Any) -> None:
    """The list of numbers stands beside the database: after a restore they are erased again, once more each day."""
    kept = Conversation.objects.filter(pk=everywhere.pk).values().get()
    taking_back.erase(everywhere)
    assert str(kept["id"]) in (home / taking_back.TOMBSTONES).read_text()
    Gone.objects.all().delete()
    Conversation.objects.create(**kept)  # as an older backup would
    call_command("forget")
    assert not Conversation.objects.filter(pk=kept["id"]).exists()
    assert taking_back.erase_again() == 0


def test_the_database_erases_what_hangs_on_a_conversation(everywhere: Conversation) -> None:
    """No row is left that names it."""
    number = everywhere.pk
    taking_back.erase(everywhere)
    with connection.cursor() as cursor:
        for table in ("listen_point", "listen_translation"):
            cursor.execute(f"SELECT COUNT(*) FROM {table} WHERE conversation_id = %s", [str(number).replace("-", "")])
            assert cursor.fetchone()[0] == 0


def test_when_its_time_has_come_only_allowed_quotes_stay(everywhere: Conversation, campaign: Campaign) -> None:
    """With nothing about who said them: no band, no patch, no ambassador, no hour."""
    patch = Patch.objects.first()
    Walker.objects.create(patch=patch, user_id=_somebody())
    told = {"patch": patch, "outcome": "talked", "user_id": 7, "when": timezone.now()}
    Knock.objects.create(id=uuid.uuid4(), campaign=campaign, **told)
    before = campaign.conversations.count()
    Campaign.objects.update(keep_until=timezone.localdate() - timedelta(days=1))
    gone = keeping.forget()
    rows = list(campaign.conversations.all())
    assert len(rows) == before and gone["conversation"] > 0
    for row in rows:
        assert (row.about, row.user_id, row.patch_id) == ({}, None, None)
        assert row.receipt is None or row.may_be_quoted  # who allowed a quote can still take it back
        assert (row.said.hour, row.said.minute) == (12, 0)
        assert bool(row.text) == row.may_be_quoted
        assert row.consent == "street" or row.street == ""
    assert not Walker.objects.exists() and Knock.objects.get().user_id is None
    assert Vote.objects.get().person != "x"
    assert keeping.forget().get("conversation", 0) == 0  # once


def _somebody() -> int:
    from homeground_web.people.models import User

    return int(User.objects.get_or_create(email="w@example.org")[0].pk)


def test_what_is_on_its_way_in_is_thrown_away_in_time(campaign: Campaign) -> None:
    """Files after a week, half-typed forms after 90 days, closed worries after a year, open ones never."""
    now = timezone.now()
    old = now - timedelta(days=400)
    Brought.objects.create(campaign=campaign, kind="file", name="a", sha256="0", when=now - timedelta(days=8))
    Typed.objects.create(campaign=campaign, receipt="a", user_id=1, told={}, when=now - timedelta(days=91))
    for ended in (old, None):
        Worry.objects.create(id=uuid.uuid4(), campaign=campaign, text="x", to_id=1, when=old, ended=ended)
    gone = keeping.forget()
    assert (gone["brought"], gone["typed"], gone["worry"]) == (1, 1, 1)
    assert Worry.objects.count() == 1
