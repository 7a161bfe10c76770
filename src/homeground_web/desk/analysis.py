"""The stair from the desk down to the library: what uploaded files are, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from homeground.errors import HomegroundError
from homeground.sources.folder import Scan, open_dataset, scan
from homeground.sources.presets import load, shipped

__all__ = ["Looked", "look", "shipped"]


@dataclass(frozen=True)
class Looked:
    """What a folder holds: files that are known, what is wrong, and what each shipped list still needs."""

    found: list[dict[str, Any]]
    problems: list[dict[str, str]]
    missing: list[dict[str, Any]]


def look(folder: Path, say: Callable[..., None]) -> Looked:
    """Read every file of a folder that is known, all of it; tell what each is and what is wrong with it."""
    there = scan(folder)
    found, problems = [], []
    for place, entry in enumerate(there.found):
        name = entry.path.name
        say(f"reading {name}", place / max(len(there.found), 1))
        told: dict[str, Any] = {
            "file": name, "id": entry.dataset.id, "title": entry.dataset.title, "publisher": entry.dataset.publisher,
            "period": entry.dataset.period, "licence": entry.dataset.licence,
        }  # fmt: skip
        problems += [{"file": name, "text": text, "remedy": ""} for text in entry.problems]
        try:
            opened = open_dataset(there, entry.dataset.id)
        except HomegroundError as error:
            problems.append({"file": name, "text": str(error), "remedy": ""})
            continue
        told["rows"] = opened.table.height
        told["notes"] = [note.text for note in opened.notes]
        found.append(told)
    problems += [{"file": one.path.name, "text": one.text, "remedy": ""} for one in there.problems]
    problems += [
        {"file": one.path.name, "text": f"It holds {one.dataset.title}, as another file does. It is not used.",
         "remedy": "Take one of the two out."} for one in there.duplicates
    ]  # fmt: skip
    problems += [
        {"file": path.name, "text": "Nobody knows what this table is.",
         "remedy": "Describe it in a file NAME.dataset.toml, and add that."} for path in there.unknown
    ]  # fmt: skip
    return Looked(found, problems, _missing(there))


def _missing(there: Scan) -> list[dict[str, Any]]:
    needs = []
    for name in shipped():
        wanted = load(name)
        lacks = [id for id in wanted.datasets if not there.has(id)]
        titles = [there.catalogue[id].title if id in there.catalogue else id for id in lacks]
        needs.append({"list": wanted.title, "preset": name, "missing": titles})
    return needs
