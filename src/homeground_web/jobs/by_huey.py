"""Jobs by huey, in an SQLite file of their own beside the database."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

from django.conf import settings
from huey import SqliteHuey, crontab

from homeground_web.jobs import queue, work

__all__ = ["run_worker", "send"]


@lru_cache(maxsize=1)
def _huey() -> tuple[SqliteHuey, Any]:
    settings.HOME.mkdir(parents=True, exist_ok=True)
    huey = SqliteHuey("homeground", filename=str(settings.HOME / "jobs.sqlite3"), fsync=True, results=False)

    def perform(number: str) -> None:
        work.perform(number)

    def again() -> None:
        queue.take_up_again()
        queue.put_daily()

    carried = huey.task(name="perform")(perform)
    huey.periodic_task(crontab(minute="*"), name="again")(again)
    return huey, carried


def send(number: str) -> None:
    """Put a job's number into the queue."""
    _huey()[1](number)


def run_worker() -> None:
    """Take jobs from the queue until stopped, one at a time."""
    huey, _ = _huey()
    logging.getLogger("huey").setLevel(logging.WARNING)
    queue.take_up_again()
    huey.create_consumer(workers=1, worker_type="thread", initial_delay=0.1, backoff=1.15, max_delay=1.0).run()
