"""Putting a job down: one interface, whatever carries it to a worker (huey on SQLite, procrastinate on PostgreSQL)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from homeground_web.jobs import registry
from homeground_web.jobs.models import Job

__all__ = ["put", "put_daily", "take_up_again"]

_SILENT = timedelta(seconds=60)  # a worker gives a sign of life every five seconds


def put(name: str, *, user: Any = None, place_id: int | None = None, **arguments: Any) -> Job:
    """Put a job down and return it; a worker takes it up when the present transaction is through.

    Parameters
    ----------
    name : str
        A task that some app registered.
    **arguments
        What JSON can hold.
    """
    registry.find(name)
    job = Job.objects.create(name=name, arguments=arguments, user_id=getattr(user, "pk", None), place_id=place_id)
    transaction.on_commit(partial(_send, str(job.pk)))
    return job


def take_up_again() -> int:
    """Send once more what a killed worker left behind; return how many. Called at a worker's start and each minute."""
    late = timezone.now() - _SILENT
    left = Job.objects.filter(
        Q(state=Job.State.RUNNING, heard__lt=late)
        | Q(state=Job.State.WAITING, put__lt=late, heard__isnull=True)
        | Q(state=Job.State.WAITING, heard__lt=late)
    )
    numbers = []
    for job in left:
        if job.attempts >= registry.find(job.name).attempts:
            message = "It was started several times and never ended: the worker was stopped each time."
            Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, error=message, ended=timezone.now())
            continue
        changed = Job.objects.filter(pk=job.pk, heard=job.heard, state=job.state)
        if changed.update(state=Job.State.WAITING, heard=timezone.now()):
            numbers.append(str(job.pk))
    for number in numbers:
        _send(number)
    return len(numbers)


def put_daily() -> list[Job]:
    """Put down what is done once a day and was not today, by the site's own clock. Called by a worker each minute."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    done = set(Job.objects.filter(put__gte=midnight, name__in=registry.daily_ones()).values_list("name", flat=True))
    return [put(name) for name in registry.daily_ones() if name not in done]


def _send(number: str) -> None:
    carrier: Callable[[str], None] = import_module(f"homeground_web.jobs.by_{settings.JOBS}").send
    carrier(number)
