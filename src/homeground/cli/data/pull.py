"""``homeground data pull``"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from homeground.cli.common import emit, json_option, quiet_option, say, tell_notes

__all__ = ["pull"]


@click.command()
@click.argument("name")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    default=Path(),
    envvar="HOMEGROUND_DATA",
    help="Folder to put the file in; made if it is not there. [default: here]",
)
@click.option("--address", help="Address of the file, if not the one that the catalogue has.")
@click.option("--sha256", help="Checksum that the file must have.")
@click.option("--accept-changed", is_flag=True, help="Take a file that differs from the one known or pulled earlier.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=30.0,
    show_default=True,
    help="Seconds of silence after which a connection counts as lost.",
)
@click.option("--attempts", type=click.IntRange(1, 20), default=4, show_default=True, help="How often it is tried.")
@click.option(
    "--most-bytes", type=click.IntRange(1), default=2 << 30, show_default=True, help="A larger file is refused."
)
@json_option
@quiet_option
def pull(
    name: str,
    to: Path,
    address: str | None,
    sha256: str | None,
    accept_changed: bool,
    timeout: float,
    attempts: int,
    most_bytes: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Download a data set from its publisher.

    Shows the licence first. A broken download goes on where it stopped; what is not the data set asked for, or has
    another checksum than before, is refused. Beside the file lies <file>.source.json: publisher, licence, address.

    \b
    Example:
      homeground data pull iod2025-file7 --to my-downloads
      homeground data pull iod2025-file7 --address https://example.org/file7.csv --to my-downloads
    """
    from homeground.sources import fetch
    from homeground.sources.datasets import datasets, one_of
    from homeground.sources.transport import Limits

    dataset = one_of(name, datasets(to if to != Path() and to.is_dir() else None))
    say(f"{dataset.title or dataset.id} · {dataset.publisher}", quiet=quiet)
    say(f"Licence: {' · '.join(filter(None, [dataset.licence, dataset.licence_address])) or 'not known'}", quiet=quiet)
    if dataset.attribution:
        say(f"Say where you use it: {dataset.attribution}", quiet=quiet)
    pulled = fetch.pull(
        dataset,
        to,
        address=address,
        sha256=sha256,
        accept_changed=accept_changed,
        limits=Limits(timeout_s=timeout, attempts=attempts, most_bytes=most_bytes),
        progress=None if quiet else _Bar(),
    )
    if pulled.bytes_kept:
        say(f"Went on from {pulled.bytes_kept:,} bytes of an earlier try.", quiet=quiet)
    done = "Already there, unchanged" if pulled.unchanged else "Saved"
    say(f"{done}: {pulled.path} ({pulled.n_bytes:,} bytes, SHA-256 {pulled.sha256})", quiet=quiet)
    tell_notes(pulled.notes, quiet=quiet)
    if as_json:
        emit(
            {
                "dataset": pulled.dataset,
                "file": pulled.path,
                "bytes": pulled.n_bytes,
                "sha256": pulled.sha256,
                "address": pulled.address,
                "bytes_kept": pulled.bytes_kept,
                "unchanged": pulled.unchanged,
                "source_file": pulled.source_file,
                "licence": dataset.licence,
                "licence_address": dataset.licence_address,
                "attribution": dataset.attribution,
                "notes": pulled.notes,
            }
        )


class _Bar:
    """Progress on standard error: one line that is written over at a terminal, a line per tenth elsewhere."""

    def __init__(self) -> None:
        self.last = -1

    def __call__(self, done: int, total: int | None) -> None:
        step = done * 10 // total if total else done // 10_000_000
        terminal = sys.stderr.isatty()
        if step == self.last and not terminal:
            return
        self.last = step
        share = f" of {total / 1e6:,.1f} MB ({done / total:.0%})" if total else " MB"
        end = total is not None and done >= total
        start = "\r" if terminal else ""
        click.echo(f"{start}{done / 1e6:,.1f}{share}", err=True, nl=end or not terminal)
