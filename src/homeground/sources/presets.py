"""Cohort files: the lists of places that are shipped ready to make, and anybody's own."""

from __future__ import annotations

import difflib
import json
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from homeground.cohort_file import CohortFile, parse_cohort_file
from homeground.errors import BadSpecification

__all__ = ["json_schema", "load", "shipped"]

_SCHEMA = "cohort.schema.json"


def shipped() -> tuple[str, ...]:
    """Return the names of the shipped cohort files.

    Examples
    --------
    >>> "left-behind-wards-2019" in shipped()
    True
    """
    files = resources.files("homeground.sources").joinpath("presets").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def load(name: str | Path) -> CohortFile:
    """Return a cohort by the name of a shipped one, or from a file.

    Parameters
    ----------
    name : str or Path
        ``left-behind-wards-2019``, or the path of a cohort file (ending ``.toml``). A method file that it names is
        looked for beside it.

    Raises
    ------
    BadSpecification
        If there is no such cohort, the file is not TOML, or it says what it must not.

    Examples
    --------
    >>> load("left-behind-wards-2019").areas.kind
    'ward'
    >>> load("left-behind-wards-2018")
    Traceback (most recent call last):
    ...
    homeground.errors.BadSpecification: there is no preset 'left-behind-wards-2018'. Did you mean \
'left-behind-wards-2019'? There are: ...
    """
    if str(name) in shipped():
        text = resources.files("homeground.sources").joinpath(f"presets/{name}.toml").read_text(encoding="utf-8")
        return parse_cohort_file(_toml(text, f"{name}.toml"), file=f"{name}.toml")
    path = Path(name)
    if path.suffix.lower() != ".toml":
        near = difflib.get_close_matches(str(name), shipped(), n=1, cutoff=0.4)
        hint = f"Did you mean '{near[0]}'? " if near else ""
        raise BadSpecification(
            f"there is no preset '{name}'",
            remedy=f"{hint}There are: {', '.join(shipped())}. Or give the path of a cohort file (.toml).",
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadSpecification("the cohort file does not exist", remedy="Check the path.", file=path) from None
    except (OSError, UnicodeDecodeError) as error:
        what = f"the cohort file cannot be read ({error})"
        raise BadSpecification(what, remedy="It is a UTF-8 text file.", file=path) from None
    return _with_methods_beside(parse_cohort_file(_toml(text, path), file=str(path)), path.parent)


def _with_methods_beside(made: CohortFile, folder: Path) -> CohortFile:
    """Take a method file that a cohort file names from the folder that the cohort file lies in."""
    found = {}
    for side, ranking in (("deprivation", made.deprivation), ("need", made.need)):
        if ranking.method and ranking.method.lower().endswith(".toml") and (folder / ranking.method).is_file():
            found[side] = ranking.model_copy(update={"method": str(folder / ranking.method)})
    return made.model_copy(update=found)


def _toml(text: str, file: str | Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSpecification(f"the cohort file is not TOML: {error}", remedy="Mend that line.", file=file) from None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a cohort file, the same that is published beside the shipped ones.

    Examples
    --------
    >>> json_schema()["title"]
    'CohortFile'
    """
    text = resources.files("homeground.sources").joinpath(f"presets/{_SCHEMA}").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
