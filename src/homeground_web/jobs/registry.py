"""What a worker can do: each app's ``tasks.py`` registers its own, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

__all__ = ["Progress", "Task", "daily_ones", "find", "task"]


class Progress(Protocol):
    """What a task is given to say how far it is."""

    def __call__(self, said: str, share: float | None = None) -> None:
        """Say what is being done, and how much of the whole (0 to 1) is done where that is known."""


@dataclass(frozen=True)
class Task:
    """A kind of job."""

    name: str
    run: Callable[..., Mapping[str, Any] | None] = field(compare=False)
    attempts: int = 3
    daily: bool = False


_TASKS: dict[str, Task] = {}


def task(name: str, *, attempts: int = 3, daily: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as a task: it is called with ``progress`` first, then the job's arguments by name.

    A daily one is put down by the workers themselves, once a day. Each may be started again after a worker was killed,
    so it must come to the same end when half of it was done before.
    """

    def registered(run: Callable[..., Any]) -> Callable[..., Any]:
        _TASKS[name] = Task(name, run, attempts, daily)
        return run

    return registered


def daily_ones() -> list[str]:
    """Return the names of the tasks that are done once a day."""
    return sorted(name for name, one in _TASKS.items() if one.daily)


def find(name: str) -> Task:
    """Return a task by its name."""
    if name not in _TASKS:
        raise LookupError(f"no app has a task '{name}'; there are: {', '.join(sorted(_TASKS)) or 'none'}")
    return _TASKS[name]
