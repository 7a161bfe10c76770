"""What a folder still lacks: which data sets each shipped method and cohort file needs, and which are missing."""

from __future__ import annotations

import shlex
import tomllib
from dataclasses import dataclass
from importlib import resources

from homeground.sources.folder import Scan

__all__ = ["Need", "needs"]

_PLACES = {"presets": ("find cohort", "--preset"), "methods": ("find index", "--method")}


@dataclass(frozen=True)
class Need:
    """What one command needs of a folder.

    Attributes
    ----------
    name, title : str
        Of the method or cohort file.
    kind : {'methods', 'presets'}
    command : str
        What to type.
    datasets, missing : tuple of str
        Data sets it needs, and those of them that the folder does not hold.
    """

    name: str
    title: str
    kind: str
    command: str
    datasets: tuple[str, ...]
    missing: tuple[str, ...]


def needs(scan: Scan) -> tuple[Need, ...]:
    """Return what each shipped cohort file and method needs, and what of it the folder lacks.

    Anything that lies among the shipped methods and cohort files and says ``datasets = [...]`` counts.

    Examples
    --------
    >>> from pathlib import Path
    >>> lacking = {need.name: need.missing for need in needs(Scan(Path("empty")))}
    >>> lacking["cni2023"]
    ('cni2023-lsoa',)
    """
    found = []
    for kind, (verb, option) in _PLACES.items():
        folder = resources.files("homeground.sources").joinpath(kind)
        for file in sorted(folder.iterdir() if folder.is_dir() else (), key=lambda file: file.name):
            if not file.name.endswith(".toml"):
                continue
            says = tomllib.loads(file.read_text(encoding="utf-8"))
            name = str(says.get("name", file.name.removesuffix(".toml")))
            wanted = tuple(str(id) for id in says.get("datasets", ()))
            if wanted:
                command = f"homeground {verb} {option} {name} --data {shlex.quote(str(scan.folder))}"
                lacking = tuple(id for id in wanted if not scan.has(id))
                found.append(Need(name, str(says.get("title", "")), kind, command, wanted, lacking))
    return tuple(found)
