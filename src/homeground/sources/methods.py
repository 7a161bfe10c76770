"""Index methods as files: the ones that are shipped, and anybody's own."""

from __future__ import annotations

import difflib
import json
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from homeground.errors import BadMethod
from homeground.method import Method, parse_method

__all__ = ["json_schema", "load", "shipped"]

_SCHEMA = "method.schema.json"


def shipped() -> tuple[str, ...]:
    """Return the names of the shipped methods.

    Examples
    --------
    >>> "iod2025" in shipped()
    True
    """
    files = resources.files("homeground.sources").joinpath("methods").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def load(name: str | Path) -> Method:
    """Return a method by the name of a shipped one, or from a file.

    Parameters
    ----------
    name : str or Path
        ``iod2025``, or the path of a method file (ending ``.toml``).

    Raises
    ------
    BadMethod
        If there is no such method, the file is not TOML, or what it says is not a method.

    Examples
    --------
    >>> [method_part for method_part in load("cni2023").index.parts]
    ['civic', 'connectedness', 'engaged']
    """
    path = Path(name)
    if str(name) in shipped():
        text = resources.files("homeground.sources").joinpath(f"methods/{name}.toml").read_text(encoding="utf-8")
        return parse_method(_toml(text, f"{name}.toml"), file=f"{name}.toml")
    if path.suffix != ".toml" and not path.exists():
        near = difflib.get_close_matches(str(name), shipped(), n=1)
        hint = f"Did you mean '{near[0]}'? " if near else ""
        raise BadMethod(
            f"there is no shipped method '{name}'",
            remedy=f"{hint}Shipped are: {', '.join(shipped())}. Or give the path of a method file (.toml).",
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadMethod("the method file does not exist", remedy="Check the path.", file=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadMethod(
            f"the method file cannot be read ({error})", remedy="It is a UTF-8 text file.", file=path
        ) from None
    return parse_method(_toml(text, path), file=str(path))


def _toml(text: str, file: str | Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadMethod(f"the method file is not TOML: {error}", remedy="Mend that line.", file=file) from None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a method file, the same that is published beside the shipped methods.

    Examples
    --------
    >>> json_schema()["title"]
    'Method'
    """
    text = resources.files("homeground.sources").joinpath(f"methods/{_SCHEMA}").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
