"""What every command shares: ``--out``, ``--json``, ``--quiet``, ``--seed``, progress, and where data lies.

One machine-readable result goes to standard output with ``--json``; everything for people goes to standard error,
except a table that was asked for without ``--out``.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from homeground.provenance import Note

__all__ = ["data_option", "emit", "json_option", "out_option", "quiet_option", "say", "seed_option", "tell_notes"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    envvar="HOMEGROUND_DATA",
    help="Folder with the official files; they are recognised by their headings.",
)
out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=True),
    help="Where to write; the ending chooses the format (.csv, .parquet, .xlsx, .gpkg, .geojson, .json).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one machine-readable result.")
quiet_option = click.option("--quiet", is_flag=True, help="Print no progress and no messages.")
seed_option = click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Start of the random numbers."
)


def say(text: str, *, quiet: bool = False) -> None:
    """Say something to the person at the terminal, on standard error."""
    if not quiet:
        click.echo(text, err=True)


def tell_notes(notes: Iterable[Note], *, quiet: bool = False) -> None:
    """Say what a reader of the result must know."""
    for note in notes:
        say(f"Note: {note.text}", quiet=quiet)


def emit(result: dict[str, Any]) -> None:
    """Print a result as one JSON object on standard output. NaN becomes null."""
    json.dump(_plain(result), sys.stdout, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item") and not isinstance(value, (str, bytes)):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
