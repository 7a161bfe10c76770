"""The command that checks the log's seals."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from homeground_web.audit import log
from homeground_web.audit.models import Entry
from homeground_web.people.models import User

pytestmark = pytest.mark.django_db


def test_a_log_that_nobody_changed_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """And it says how many lines it looked at."""
    line = log.write("waved to", User.objects.create_user("ada@example.org"))
    call_command("check_log")
    assert line.seal in capsys.readouterr().out


def test_a_line_changed_behind_our_back_is_told() -> None:
    """By its number, with an exit code that a watcher notices."""
    line = log.write("waved to", User.objects.create_user("ada@example.org"))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Entry._meta.db_table} SET verb = 'hit' WHERE id = %s", [line.pk])
    with pytest.raises(CommandError, match=str(line.pk)):
        call_command("check_log")
