"""No queue: a job is done at once, where it was put down. For tests, and for commands that wait for the end anyway."""

from __future__ import annotations

from homeground_web.jobs.work import perform

__all__ = ["run_worker", "send"]


def send(number: str) -> None:
    """Do the job now."""
    perform(number)


def run_worker() -> None:
    """Return at once: there is nothing to wait for."""
