"""Doing a job: claimed by one worker only, with a sign of life every few seconds."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import close_old_connections, connection
from django.db.models import F
from django.utils import timezone

from homeground_web.jobs import registry
from homeground_web.jobs.models import Job

__all__ = ["Refused", "perform"]

_BEAT = 5.0
_SAY_EVERY = 0.5
_LOG = logging.getLogger(__name__)


class Refused(Exception):
    """A job that cannot be done with what it was given: told to the person as it stands, and not tried again."""


def perform(number: str) -> None:
    """Do one job, unless it is done or somebody else is at it."""
    now = timezone.now()
    waiting = Job.objects.filter(pk=number, state=Job.State.WAITING)
    if not waiting.update(state=Job.State.RUNNING, started=now, heard=now, attempts=F("attempts") + 1):
        return
    job = Job.objects.get(pk=number)
    task = registry.find(job.name)
    try:
        with _signs_of_life(number):
            result = task.run(_Saying(job), **job.arguments)
    except Refused as refused:
        _end(job, Job.State.FAILED, error=str(refused))
    except Exception as error:  # noqa: BLE001  whatever a task raises must end in its row, not kill the worker
        _LOG.error("job %s (%s) failed\n%s", job.pk, job.name, traceback.format_exc())
        _end(job, Job.State.FAILED, error=f"{type(error).__name__}: {error}")
    else:
        _end(job, Job.State.DONE, result=dict(result or {}), share=1.0)


def _end(job: Job, state: Any, **values: Any) -> None:
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(state=state, ended=now, heard=now, **values)


class _Saying:
    """Writes down how far a job is, twice a second at most."""

    def __init__(self, job: Job) -> None:
        self.number = job.pk
        self.last = 0.0

    def __call__(self, said: str, share: float | None = None) -> None:
        now = time.monotonic()
        if now - self.last >= _SAY_EVERY:
            self.last = now
            Job.objects.filter(pk=self.number).update(said=said[:300], share=share, heard=timezone.now())


@contextmanager
def _signs_of_life(number: str) -> Iterator[None]:
    if connection.in_atomic_block:  # within a test: another thread could not see the row
        yield
        return
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(_BEAT):
            close_old_connections()
            Job.objects.filter(pk=number, state=Job.State.RUNNING).update(heard=timezone.now())
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
