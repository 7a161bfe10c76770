"""``homeground listen redact``"""

from __future__ import annotations

from pathlib import Path

import click

from homeground.cli.common import emit, json_option, out_option, quiet_option, say, tell_notes
from homeground.cli.listen.reading import column_option

__all__ = ["redact"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("file", type=_FILE)
@column_option
@click.option(
    "--streets", type=_FILE, help="The place's own streets, one on each line: house numbers on them are hidden."
)
@click.option("--names", type=_FILE, help="Further names to hide, one on each line.")
@out_option
@json_option
@quiet_option
def redact(
    file: Path,
    column: str | None,
    streets: Path | None,
    names: Path | None,
    out: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Hide personal details in what people said: names, addresses, numbers.

    FILE is a table with a column of text, or a .txt with a note on each line. What was found is counted, never shown.
    No machine finds every name: let a second person look before anything is public.

    \b
    Example:
      homeground listen redact notes.csv --text-column said --streets streets.txt --out safe.csv
    """
    from homeground.journey.listening import made_safe
    from homeground.sources.writers import known_format, write_table

    if out is not None:
        known_format(out)
    heard, safe = made_safe(file, column=column, streets=streets, names=names)
    said = heard.said
    table = said.table.with_columns(safe.notes["text"].alias(said.column))
    counts = dict(safe.details["kind"].value_counts().sort("kind").iter_rows())
    touched = safe.details["note"].n_unique()
    if out is not None:
        write_table(table, out, title="What people said, with personal details hidden", notes=said.told)
    if as_json:
        emit({
            "file": file, "notes": said.notes.height, "notes_changed": touched, "hidden": sum(counts.values()),
            "by_kind": counts, "details": safe.details.to_dicts(), "out": out,
        })  # fmt: skip
    elif out is None:
        click.echo(table.write_csv(), nl=False)
    listed = ", ".join(f"{kind.replace('_', ' ')} {count}" for kind, count in counts.items()) or "none"
    say(f"{sum(counts.values())} details hidden in {touched} of {said.notes.height} notes: {listed}.", quiet=quiet)
    if out is not None:
        say(f"Written: {out}", quiet=quiet)
    tell_notes(said.told, quiet=quiet)
