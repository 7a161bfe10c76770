"""Giving back room: what nobody can go back to is taken out, all else stays."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from homeground_web.audit.models import Entry
from homeground_web.places.models import Load
from homeground_web.places.tidying import Tidied, tidy
from homeground_web.runs import store
from homeground_web.runs.actions import Computed, record
from homeground_web.runs.files import file_of
from homeground_web.runs.models import Run, RunFile

pytestmark = pytest.mark.django_db
_NOW = dt.timedelta(0)


@pytest.fixture
def kept(settings: Any, tmp_path: Path) -> dict[str, Run]:
    """A store with a result of each state of a load; two of them hold the same bytes."""
    settings.STORE = tmp_path / "store"
    Load.objects.update(state=Load.State.FAILED)  # there can be but one that the public sees
    texts = {"current": "now", "previous": "before", "old": "long ago", "next": "now"}
    return {state: _result(state, text, tmp_path) for state, text in texts.items()}


def _result(state: str, text: str, folder: Path) -> Run:
    load = Load.objects.create(title=state, folder=str(folder), state=state, begun=timezone.now())
    files = {}
    for name, holds in (("own.txt", text), ("shared.txt", "the same in all")):
        path = folder / name
        path.write_text(holds)
        files[name] = (path, "words")
    told = Computed(
        kind="try", title="A try", inputs=[], parameters={}, sources=[], notes=[], summary={}, command="",
        seconds=0.0, files=files,
    )  # fmt: skip
    return record(told, load=load, state=Run.State.PUBLISHED)


def _there(run: Run) -> list[bool]:
    return [store.path_of(sha).exists() for sha in run.files.values_list("sha256", flat=True)]


def test_only_what_old_loads_alone_hold_is_taken_out(kept: dict[str, Run]) -> None:
    """Bytes that a newer result holds too stay; the old result itself stays on record."""
    alone = store.path_of(kept["old"].files.get(name="own.txt").sha256)
    assert tidy(older_than=_NOW) == Tidied(1, 1, len("long ago"))
    assert not alone.exists()
    assert not kept["old"].files.exists()
    assert Run.objects.filter(pk=kept["old"].pk, result_hash=kept["old"].result_hash).exists()
    for state in ("current", "previous", "next"):
        assert _there(kept[state]) == [True, True], state
    assert Entry.objects.filter(verb="tidied", after={"files": 2}).count() == 1


def test_a_second_time_finds_nothing(kept: dict[str, Run]) -> None:
    """And writes no line into the log."""
    tidy(older_than=_NOW)
    lines = Entry.objects.count()
    assert tidy(older_than=_NOW) == Tidied(0, 0, 0)
    assert Entry.objects.count() == lines


def test_looking_takes_nothing_out(kept: dict[str, Run], capsys: pytest.CaptureFixture[str]) -> None:
    """It says what would go."""
    call_command("tidy", "--look", "--hours", "0")
    assert "Would take out 1 stored files" in capsys.readouterr().out
    assert _there(kept["old"]) == [True, True]
    assert RunFile.objects.filter(run=kept["old"]).count() == 2


def test_a_file_that_nothing_names_goes_when_it_is_old(kept: dict[str, Run], settings: Any) -> None:
    """What a load at work has just put down stays: its result is not on record yet."""
    left = Path(settings.STORE) / "ab" / "left-by-a-crash"
    left.parent.mkdir(exist_ok=True)
    left.write_text("half")
    day = dt.timedelta(days=1)
    tidy(older_than=day)
    assert left.exists()
    two_days_ago = (timezone.now() - 2 * day).timestamp()
    os.utime(left, (two_days_ago, two_days_ago))
    assert tidy(older_than=day).files == 1
    assert not left.exists()


def test_a_file_that_is_kept_again_counts_as_new(kept: dict[str, Run], tmp_path: Path) -> None:
    """Else it could be taken out between being kept and being named."""
    path = store.path_of(kept["old"].files.get(name="own.txt").sha256)
    os.utime(path, (0, 0))
    again = tmp_path / "again.txt"
    again.write_text("long ago")
    assert store.keep(again)[0] == path.name
    tidy(older_than=dt.timedelta(hours=1))
    assert path.exists()


@pytest.mark.parametrize("hours", ["-1", "1e300", "nan"])
def test_hours_that_are_none_are_refused(hours: str) -> None:
    """With the option's name."""
    with pytest.raises(CommandError, match="--hours"):
        call_command("tidy", "--hours", hours)


def test_a_process_that_knows_where_a_file_lay_notices_that_it_has_gone(kept: dict[str, Run]) -> None:
    """A page of an old result says so; it does not fail."""
    old = kept["old"]
    assert file_of(old, "own.txt") is not None
    tidy(older_than=_NOW)
    assert file_of(old, "own.txt") is None
    assert file_of(kept["current"], "own.txt") is not None
