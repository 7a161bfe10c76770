"""A load plan: which folder is loaded, which lists are made, and where postcodes, grants and places to meet are.

A folder may have its own, ``homeground-load.toml``; ``plans/england.toml`` is shipped. Without one, what is recognised
by its headings is loaded.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["BadPlan", "Plan", "read_plan", "shipped"]

_NAME = "homeground-load.toml"
_SHIPPED = Path(__file__).with_name("plans")


class BadPlan(ValueError):
    """A plan that cannot be followed; the message says which entry and what to write."""


@dataclass(frozen=True)
class Plan:
    """What is loaded.

    Attributes
    ----------
    title : str
    invented : bool
        Whether the data are invented: every page says so.
    presets : tuple of str
        Lists of places: shipped ones by name, or cohort files relative to the folder.
    areas : tuple of str
        Kinds and years that get pages, such as ``ward24``, the one residents know first; the newest of each kind when
        empty.
    postcodes : str
        Postcode file, relative to the folder; '' for none.
    grants : tuple of str
        Files in the 360Giving standard, or a table already summed by area; patterns relative to the folder.
    meeting_places : mapping of str to str
        Lists of places to meet by kind.
    centroids : str
        Where people live within each area.
    draws : int
        How many times each list is made again to say how sure it is.
    """

    title: str = ""
    invented: bool = False
    presets: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    postcodes: str = ""
    grants: tuple[str, ...] = ()
    meeting_places: dict[str, str] = field(default_factory=dict)
    centroids: str = ""
    draws: int = 1000

    def named_files(self, folder: Path) -> list[str]:
        """Return the files of a folder that this plan names itself, relative to it."""
        patterns = [*self.grants, *self.meeting_places.values(), self.postcodes, self.centroids]
        patterns += [preset for preset in self.presets if preset.endswith(".toml")]
        found = {path for pattern in patterns if pattern for path in folder.glob(pattern) if path.is_file()}
        return sorted(path.relative_to(folder).as_posix() for path in found)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Plan:
        """Return the plan that plain values tell; an entry that is not known, or of a wrong kind, is an error."""
        known = list(cls.__dataclass_fields__)
        for name, value in told.items():
            if name not in known:
                raise BadPlan(f"the plan has an entry '{name}', which is none. There are: {', '.join(known)}.")
            wanted = _KINDS[name]
            if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
                raise BadPlan(f"the plan's entry '{name}' is {value!r}. {_WRITE[name]}")
        for name, entry in _files_named(told):
            if Path(entry).is_absolute() or ".." in Path(entry).parts or "\\" in entry:
                raise BadPlan(f"the plan's entry '{name}' is '{entry}'. Name a file inside the folder.")
        made: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list | tuple) else value for name, value in told.items()
        }
        return cls(**made)


def _files_named(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each entry that names a file, with the entry it stands in."""
    found = [(name, str(told.get(name, ""))) for name in ("postcodes", "centroids")]
    found += [(name, str(one)) for name in ("presets", "grants") for one in told.get(name, ())]
    return [*found, *(("meeting_places", str(one)) for one in told.get("meeting_places", {}).values())]


_KINDS: dict[str, Any] = {
    "title": str, "invented": bool, "presets": list | tuple, "areas": list | tuple, "postcodes": str,
    "grants": list | tuple, "meeting_places": dict, "centroids": str, "draws": int,
}  # fmt: skip
_WRITE = {
    "title": "Write a text.",
    "invented": "Write true or false.",
    "presets": "Write a list of names or files.",
    "areas": 'Write a list such as ["ward24", "lsoa21"].',
    "postcodes": "Write the name of a file in the folder.",
    "grants": "Write a list of files in the folder.",
    "meeting_places": 'Write a table such as halls = "halls.csv".',
    "centroids": "Write the name of a file in the folder.",
    "draws": "Write a whole number.",
}


def shipped() -> tuple[str, ...]:
    """Return the names of the plans that are shipped."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.toml")))


def read_plan(folder: Path, named: str = "") -> Plan:
    """Return the plan of a folder: the shipped one that is `named`, else its own, else one that asks for nothing.

    Raises
    ------
    BadPlan
        If it cannot be read, or names what is not known.
    """
    if named and named not in shipped():
        raise BadPlan(f"there is no plan '{named}'. There are: {', '.join(shipped())}.")
    path = _SHIPPED / f"{named}.toml" if named else folder / _NAME
    if not path.exists():
        return Plan(title=folder.name)
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadPlan(f"{path.name} cannot be read: {error}") from None
    return Plan.from_dict(told)
