"""``homeground data scan``"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeground.cli.common import emit, json_option, quiet_option, say

if TYPE_CHECKING:
    from homeground.sources.folder import Scan
    from homeground.sources.needs import Need

__all__ = ["scan"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
@quiet_option
def scan(folder: Path, as_json: bool, quiet: bool) -> None:
    """Say which known data sets a folder holds, what each is good for, and what is missing.

    Files are recognised by their headings, whatever they are called, in all subfolders. Only headings are read.

    \b
    Example:
      homeground data scan my-downloads
      homeground data scan my-downloads --json
    """
    from homeground.sources.folder import scan as look
    from homeground.sources.needs import needs

    found = look(folder)
    wanted = needs(found)
    if as_json:
        emit(_as_json(found, wanted))
        return
    _show_found(found)
    _show_needs(found, wanted)
    if not found.found:
        say("None of the files is a known data set. See: homeground data list.", quiet=quiet)


def _as_json(found: Scan, wanted: tuple[Need, ...]) -> dict[str, object]:
    return {
        "folder": _shown(found.folder),
        "found": [
            {
                "id": entry.dataset.id,
                "title": entry.dataset.title,
                "path": _shown(entry.path),
                "layer": entry.layer,
                "format": entry.format,
                "rows": entry.rows,
                "edition": entry.dataset.edition,
                "area_kind": entry.dataset.area_kind,
                "boundary_year": entry.dataset.boundary_year,
                "good_for": entry.dataset.good_for,
                "redistributable": entry.dataset.redistributable,
                "problems": entry.problems,
            }
            for entry in found.found
        ],
        "duplicates": [{"id": entry.dataset.id, "path": _shown(entry.path)} for entry in found.duplicates],
        "unknown": [_shown(path) for path in found.unknown],
        "problems": [
            {"path": _shown(each.path), "problem": each.text, "nearest": each.nearest} for each in found.problems
        ],
        "commands": [
            {
                "name": need.name,
                "kind": need.kind,
                "command": _text(need.command),
                "needs": need.datasets,
                "missing": need.missing,
                "ready": not need.missing,
            }
            for need in wanted
        ],
        "ignored": found.ignored,
    }


def _show_found(found: Scan) -> None:
    count = len(found.found)
    click.echo(f"{_shown(found.folder)} holds {count:,} known data {'set' if count == 1 else 'sets'}.")
    for entry in found.found:
        click.echo(f"\n  {entry.dataset.id}: {entry.dataset.title}")
        click.echo(f"    {_within(found, entry.path)}{f' (sheet or layer {entry.layer})' if entry.layer else ''}")
        if entry.dataset.good_for:
            click.echo(f"    Good for: {entry.dataset.good_for}")
        if not entry.dataset.redistributable:
            click.echo("    Its licence does not let you pass it on.")
        for problem in entry.problems:
            click.echo(f"    Look at: {problem}")
    if found.duplicates:
        click.echo("\nHeld twice; these files are not used:")
        for entry in found.duplicates:
            click.echo(f"  {_within(found, entry.path)} ({entry.dataset.id})")
    if found.problems:
        click.echo("\nPassed over:")
        for each in found.problems:
            click.echo(f"  {_within(found, each.path)}: {each.text}")
    strange = [path for path in found.unknown if path not in {each.path for each in found.problems}]
    if strange:
        click.echo("\nTables that are not known (add a catalogue file to use them by name):")
        for path in strange:
            click.echo(f"  {_within(found, path)}")


def _show_needs(found: Scan, wanted: tuple[Need, ...]) -> None:
    ready = [need for need in wanted if not need.missing]
    if ready:
        click.echo("\nReady to run:")
        for need in ready:
            click.echo(f"  {_text(need.command)}")
    lacking = [need for need in wanted if need.missing]
    if lacking:
        click.echo("\nMissing:")
        for need in lacking:
            told = ", ".join(f"{id}{' (pull)' if _pullable(found, id) else ''}" for id in need.missing)
            click.echo(f"  for {need.name}: {told}")
        if any(_pullable(found, id) for need in lacking for id in need.missing):
            click.echo("  (pull): homeground data pull NAME downloads it.")


def _pullable(found: Scan, id: str) -> bool:
    return id in found.catalogue and bool(found.catalogue[id].download)


def _within(found: Scan, path: Path) -> str:
    return _shown(path.relative_to(found.folder) if path.is_relative_to(found.folder) else path)


def _text(text: str) -> str:
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _shown(path: Path) -> str:
    """Return a path that can be printed: names from other systems may hold bytes that are no text."""
    return os.fsencode(path).decode("utf-8", errors="replace")
