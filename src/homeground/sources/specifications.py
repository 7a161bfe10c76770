"""Certainty specifications as files: what is in doubt, in a TOML file of one's own."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from homeground.errors import BadSpecification

__all__ = ["read"]


def read(path: Path | str) -> dict[str, Any]:
    """Return what a specification file says, not yet checked.

    Parameters
    ----------
    path : Path or str
        A TOML file; see the reference of certainty specifications.

    Raises
    ------
    BadSpecification
        If there is no such file, or it is not TOML.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "doubt.toml")
    ...     _ = file.write_text("draws = 500\\n[weights]\\nconcentration = 50\\n")
    ...     read(file)
    {'draws': 500, 'weights': {'concentration': 50}}
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadSpecification("the specification file does not exist", remedy="Check the path.", file=path) from None
    except (OSError, UnicodeDecodeError) as error:
        what = f"the specification file cannot be read ({error})"
        raise BadSpecification(what, remedy="It is a UTF-8 text file.", file=path) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what = f"the specification file is not TOML: {error}"
        raise BadSpecification(what, remedy="Mend that line.", file=path) from None
