"""``homeground listen suggest``"""

from __future__ import annotations

from pathlib import Path

import click

from homeground.cli.common import emit, json_option, out_option, quiet_option, say, tell_notes
from homeground.cli.listen.reading import chosen_model, column_option, model_options, reader

__all__ = ["suggest"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("notes", type=_FILE)
@column_option
@click.option("--confirmed", type=_FILE, required=True,
              help="What people put where: note (its row, from 0) and theme; best five or more of each.")  # fmt: skip
@click.option("--several", type=click.FloatRange(0, 1, min_open=True),
              help="Also give every further theme of a note with at least this confidence.")  # fmt: skip
@model_options
@out_option
@json_option
@quiet_option
def suggest(
    notes: Path,
    column: str | None,
    confirmed: Path,
    several: float | None,
    model: Path | None,
    no_model: bool,
    out: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Suggest where notes belong that nobody has sorted, the least sure first.

    Nothing is decided by this: look at the least sure, put them where they belong, and ask again.

    \b
    Example:
      homeground listen suggest notes.csv --text-column said --confirmed confirmed.csv --out suggestions.csv
    """
    import polars as pl

    from homeground.journey.listening import suggestions_for
    from homeground.sources.writers import known_format, write_table

    if out is not None:
        known_format(out)
    heard, found = suggestions_for(
        notes, confirmed, column=column, model=chosen_model(model, no_model=no_model), progress=reader(quiet=quiet)
    )
    table = found.table
    if several is not None:
        more = found.chances.filter(pl.col("confidence") >= several).join(table, on=["note", "theme"], how="anti")
        table = pl.concat([table, more]).sort("confidence", "note")
    told = [*heard.said.told, *found.notes]
    if out is not None:
        write_table(
            table, out, title="Where unsorted notes might belong", sources=heard.sources, notes=told,
            descriptions={
                "note": "row of the note, from 0", "theme": "the likeliest theme",
                "confidence": "0 to 1; higher is surer",
            },
        )  # fmt: skip
    if as_json:
        emit({
            "suggestions": table.to_dicts(), "agreement": found.agreement, "sources": heard.sources,
            "notes": [note.text for note in told], "out": out,
        })  # fmt: skip
    elif out is None:
        click.echo(table.write_csv(), nl=False)
    if out is not None:
        say(f"{table.height} suggestions, the least sure first. Written: {out}", quiet=quiet)
    tell_notes(told, quiet=quiet)
