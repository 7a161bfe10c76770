"""The log of every write: added to, never changed, without personal data."""

from __future__ import annotations

import pytest
from django.db import connection

from homeground_web.audit import log
from homeground_web.audit.models import CannotChange, Entry
from homeground_web.shell.models import Feedback

pytestmark = pytest.mark.django_db


def written() -> Entry:
    """Return a line."""
    return log.write("tried", Feedback(pk=7), after={"state": "new"})


def test_a_line_says_who_what_when_and_what_changed() -> None:
    """The kind and the number of the thing, never its words."""
    line = written()
    assert (line.verb, line.object_kind, line.object_id, line.after) == (
        "tried",
        "shell.feedback",
        "7",
        {"state": "new"},
    )
    assert line.when is not None


def test_no_line_can_be_changed_or_taken_out() -> None:
    """Neither one by one nor many at once."""
    line = written()
    for attempt in (line.save, line.delete, Entry.objects.all().delete, lambda: Entry.objects.update(verb="x")):
        with pytest.raises(CannotChange):
            attempt()


def test_a_line_that_was_changed_behind_the_programs_back_is_found() -> None:
    """Its seal does not fit any more."""
    line = written()
    written()
    assert log.broken_seals() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET verb = 'nothing' WHERE id = %s", [line.pk])
    assert log.broken_seals() == [line.pk]


def test_an_address_is_refused() -> None:
    """People are named by their number."""
    with pytest.raises(ValueError, match="e-mail"):
        log.write("tried", Feedback(pk=7), after={"to": "somebody@example.org"})
