"""What the commands that read notes share: which column, which model, and how far along it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from homeground.cli.common import say

__all__ = ["chosen_model", "column_option", "model_options", "reader"]

_Command = TypeVar("_Command", bound=Callable[..., Any])
_EVERY = 5.0  # seconds

column_option = click.option("--text-column", "column", help="Heading of the column that holds what was said.")


def model_options(command: _Command) -> _Command:
    """Add which language model to use."""
    for option in (
        click.option("--no-model", is_flag=True, help="Compare words alone, though the language model is there."),
        click.option(
            "--model", type=click.Path(path_type=Path, exists=True, file_okay=False),
            help="Folder of a language model (default: the installed one).",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def chosen_model(model: Path | None, *, no_model: bool) -> bool | Path:
    """Return what was asked for: a folder, the installed model, or none."""
    return False if no_model else (model or True)


def reader(*, quiet: bool) -> Callable[[int, int], None]:
    """Return what tells a person at the terminal how many texts are read, every few seconds."""
    last = time.monotonic()

    def told(done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last > _EVERY and done < of and sys.stderr is not None:
            last = time.monotonic()
            say(f"Reading: {done:,} of {of:,} texts …", quiet=quiet)

    return told
