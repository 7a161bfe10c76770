"""What the heaps look like after all the steps people took: worked out from the steps, which are never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Heap", "Heaps", "Taken", "heaps_after"]


@dataclass(frozen=True)
class Taken:
    """A step as `heaps_after` reads it."""

    number: int
    verb: str
    told: dict[str, Any]
    user_id: int | None = None


@dataclass
class Heap:
    """One heap of points. ``points`` holds for each point who confirmed that it belongs here, None while nobody has."""

    number: int
    name: str = ""
    terms: list[str] = field(default_factory=list)
    central: int | None = None
    points: dict[int, int | None] = field(default_factory=dict)
    is_theme: bool = True
    stability: float | None = None
    by_people: bool = False  # made by people, not proposed

    @property
    def confirmed(self) -> list[int]:
        """The points that a person put or left here."""
        return [point for point, who in self.points.items() if who is not None]


@dataclass
class Heaps:
    """All heaps, what stands in none, and which steps count."""

    heaps: dict[int, Heap]
    loose: list[int]
    proposed: dict[int, int]  # point: the heap that the machine put it in
    active: set[int]  # numbers of the steps that count
    next_number: int
    seconds: list[tuple[int | None, dict[int, int]]]  # who sorted some anew, and how

    def themes(self) -> list[Heap]:
        """The heaps that are themes, in the order of their numbers."""
        return [heap for heap in self.heaps.values() if heap.is_theme and heap.points]


def heaps_after(steps: Sequence[Taken], there: Iterable[int]) -> Heaps:
    """Return the heaps after some steps, of the points that are still `there`.

    A step that was taken back does not count; nor does what names a heap or a point that is no longer there.
    """
    active = _active(steps)
    made = Heaps({}, [], {}, active, 1 + max((_highest(step.told) for step in steps), default=0), [])
    here = set(there)
    for step in steps:
        if step.number in active and step.verb in _DO:
            _DO[step.verb](made, step, here)
    placed = {point for heap in made.heaps.values() if heap.is_theme for point in heap.points}
    made.loose = [point for point in sorted(here) if point not in placed]
    return made


def _active(steps: Sequence[Taken]) -> set[int]:
    """Return the steps that count: taken back means followed by an undo that itself counts."""
    undone: set[int] = set()
    for step in reversed(steps):
        if step.verb == "undo" and step.number not in undone:
            undone.add(step.told.get("step", 0))
    return {step.number for step in steps} - undone


def _highest(told: dict[str, Any]) -> int:
    proposed = (one["number"] for one in told.get("themes", ()))
    return max(told.get("theme", 0), told.get("into", 0), *proposed, 0)


def _who(step: Taken) -> int:
    """Return who took a step; 0 for the site itself."""
    return step.user_id or 0


def _propose(made: Heaps, step: Taken, here: set[int]) -> None:
    for one in step.told["themes"]:
        points = {point: None for point in one["points"] if point in here}
        made.heaps[one["number"]] = Heap(
            one["number"], terms=list(one["terms"]), central=one["central"], points=dict(points),
            stability=one.get("stability"),
        )  # fmt: skip
        made.proposed |= dict.fromkeys(points, one["number"])


def _new(made: Heaps, step: Taken, here: set[int]) -> None:
    number = step.told["theme"]
    points = {point: _who(step) for point in step.told.get("points", ()) if point in here}
    made.heaps[number] = Heap(number, name=step.told.get("name", ""), points=dict(points), by_people=True)


def _name(made: Heaps, step: Taken, here: set[int]) -> None:
    heap = made.heaps.get(step.told["theme"])
    if heap is not None:
        heap.name = step.told["name"]


def _confirm(made: Heaps, step: Taken, here: set[int]) -> None:
    heap = made.heaps.get(step.told["theme"])
    if heap is not None:
        for point in step.told["points"]:
            if point in heap.points:
                heap.points[point] = _who(step)


def _put(made: Heaps, step: Taken, here: set[int]) -> None:
    heap = made.heaps.get(step.told["theme"])
    if heap is not None:
        heap.points |= {point: _who(step) for point in step.told["points"] if point in here}


def _take(made: Heaps, step: Taken, here: set[int]) -> None:
    heap = made.heaps.get(step.told["theme"])
    if heap is not None:
        for point in step.told["points"]:
            heap.points.pop(point, None)


def _move(made: Heaps, step: Taken, here: set[int]) -> None:
    heap, into = made.heaps.get(step.told["theme"]), made.heaps.get(step.told["into"])
    if heap is None or into is None or heap is into:
        return
    for point in step.told["points"]:
        if point in heap.points:
            del heap.points[point]
            into.points[point] = _who(step)


def _merge(made: Heaps, step: Taken, here: set[int]) -> None:
    into, other = made.heaps.get(step.told["into"]), made.heaps.get(step.told["theme"])
    if into is None or other is None or into is other:
        return
    into.points |= {point: into.points.get(point) or who for point, who in other.points.items()}
    into.name = into.name or other.name
    into.is_theme = True
    del made.heaps[other.number]
    for _who_sorted, answers in made.seconds:
        answers |= {point: into.number for point, number in answers.items() if number == other.number}


def _split(made: Heaps, step: Taken, here: set[int]) -> None:
    heap = made.heaps.get(step.told["theme"])
    moved = {point: _who(step) for point in step.told["points"] if heap and point in heap.points}
    if heap is None or not moved:
        return
    for point in moved:
        del heap.points[point]
    number = step.told["into"]
    made.heaps[number] = Heap(number, name=step.told.get("name", ""), points=dict(moved), by_people=True)


def _no_theme(made: Heaps, step: Taken, here: set[int]) -> None:
    heap = made.heaps.get(step.told["theme"])
    if heap is not None:
        heap.is_theme = False


def _second(made: Heaps, step: Taken, here: set[int]) -> None:
    answers = {int(point): number for point, number in step.told["answers"].items() if int(point) in here}
    made.seconds.append((step.user_id, answers))


_DO = {
    "propose": _propose, "new": _new, "name": _name, "confirm": _confirm, "put": _put, "take": _take, "move": _move,
    "merge": _merge, "split": _split, "no-theme": _no_theme, "second": _second,
}  # fmt: skip
