"""Jobs: done once, seen at work, taken up again after a kill."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from homeground_web.jobs import queue, registry, work
from homeground_web.jobs.models import Job
from homeground_web.jobs.work import Refused

pytestmark = pytest.mark.django_db

SEEN: list[int] = []


@registry.task("test-add", attempts=2)
def add(progress: registry.Progress, *, number: int) -> dict[str, Any]:
    """Remember a number; 13 is refused, 0 breaks."""
    progress("adding", 0.5)
    if number == 13:
        raise Refused("13 is not taken. Give another number.")
    SEEN.append(10 // number)
    return {"sum": sum(SEEN)}


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    """Begin with nothing."""
    SEEN.clear()


def test_a_job_is_done_when_what_put_it_down_is_through(django_capture_on_commit_callbacks: Any) -> None:
    """Not before: a transaction that fails puts no job down."""
    with django_capture_on_commit_callbacks(execute=True):
        job = queue.put("test-add", number=5)
        assert SEEN == []
    job.refresh_from_db()
    assert (job.state, job.result, job.share, job.is_over) == (Job.State.DONE, {"sum": 2}, 1.0, True)


def test_what_goes_wrong_ends_in_the_row_not_in_the_worker() -> None:
    """A refusal in its own words, a fault with its kind."""
    for number, said in ((13, "13 is not taken. Give another number."), (0, "ZeroDivisionError: ")):
        job = Job.objects.create(name="test-add", arguments={"number": number})
        work.perform(str(job.pk))
        job.refresh_from_db()
        assert job.state == Job.State.FAILED
        assert job.error.startswith(said)


def test_a_job_that_comes_twice_is_done_once() -> None:
    """The second worker finds it taken."""
    job = Job.objects.create(name="test-add", arguments={"number": 5})
    work.perform(str(job.pk))
    work.perform(str(job.pk))
    assert SEEN == [2]


def test_what_a_killed_worker_left_is_taken_up_again_and_not_for_ever() -> None:
    """A job without a sign of life goes back to the queue; after its last attempt it has failed."""
    long_ago = timezone.now() - timedelta(minutes=5)
    left = Job.objects.create(name="test-add", arguments={"number": 5}, state="running", heard=long_ago, attempts=1)
    alive = Job.objects.create(name="test-add", arguments={"number": 5}, state="running", heard=timezone.now())
    spent = Job.objects.create(name="test-add", arguments={"number": 5}, state="running", heard=long_ago, attempts=2)
    assert queue.take_up_again() == 1
    states = [Job.objects.get(pk=job.pk).state for job in (left, alive, spent)]
    assert states == [Job.State.DONE, Job.State.RUNNING, Job.State.FAILED]


def test_a_job_nobody_knows_is_refused_at_once() -> None:
    """With those that are known."""
    with pytest.raises(LookupError, match="test-add"):
        queue.put("no-such-job")


@registry.task("test-each-day", daily=True)
def each_day(progress: registry.Progress) -> dict[str, Any]:
    """Remember that it was done."""
    SEEN.append(1)
    return {}


def test_what_is_due_each_day_is_put_down_once_a_day(django_capture_on_commit_callbacks: Any) -> None:
    """By the workers, without a line in anybody's crontab; erasing what people said is among it."""
    assert "erase-what-is-due" in registry.daily_ones()
    with django_capture_on_commit_callbacks(execute=True):
        assert "test-each-day" in {job.name for job in queue.put_daily()}
    assert SEEN == [1]
    assert queue.put_daily() == []
    Job.objects.filter(name="test-each-day").update(put=timezone.now() - timedelta(days=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert [job.name for job in queue.put_daily()] == ["test-each-day"]
    assert SEEN == [1, 1]
