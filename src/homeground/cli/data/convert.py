"""``homeground data convert``"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

import click

from homeground.cli.common import data_option, emit, json_option, out_option, quiet_option, say, tell_notes

__all__ = ["convert"]


@click.command()
@click.argument("table")
@click.option("--lookup", required=True, help="Lookup between the boundaries: name of a data set, or a file.")
@click.option("--to", "to_column", required=True, help="Heading of the new codes in the lookup.")
@click.option("--from", "from_column", help="Heading of the old codes in the lookup (default: found by the codes).")
@click.option("--means", multiple=True, help="Column to average: a score or a rate. May be given several times.")
@click.option("--totals", multiple=True, help="Column to add up: people or a count. May be given several times.")
@click.option("--weight", help="Column with the number of people, for means.")
@click.option("--weight-from", help="Where --weight stands, if not in TABLE: name of a data set, or a file.")
@click.option("--area-column", help="Heading of the area codes in TABLE (default: found by heading or codes).")
@click.option("--targets", help="All areas there should be: name of a data set, or a file. Those left out are listed.")
@click.option("--split-by", help="People of the new areas (data set or file): areas that were split go by them.")
@click.option("--split-column", help="Column of people in --split-by.")
@click.option(
    "--unmatched",
    type=click.Choice(["refuse", "report"]),
    default="refuse",
    show_default=True,
    help="What to do with areas that the lookup does not have.",
)
@data_option
@out_option
@json_option
@quiet_option
def convert(
    table: str,
    lookup: str,
    to_column: str,
    from_column: str | None,
    means: tuple[str, ...],
    totals: tuple[str, ...],
    weight: str | None,
    weight_from: str | None,
    area_column: str | None,
    targets: str | None,
    split_by: str | None,
    split_column: str | None,
    unmatched: str,
    data: Path | None,
    out: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Move figures to other boundaries through an official lookup, weighted by people.

    TABLE is a file, or the name of a data set in --data. Tells what was reallocated, what receives nothing, and what
    the lookup does not know.

    \b
    Example:
      homeground data convert iod2019-file7 --lookup lookup-lsoa11-lsoa21 --to LSOA21CD --data my-downloads \\
        --means "Index of Multiple Deprivation (IMD) Score" \\
        --weight "Total population: mid 2015 (excluding prisoners)" --out imd2019-on-2021.csv
    """
    from homeground.journey.convert import convert_table
    from homeground.sources.writers import known_format, write_table

    if out is not None:
        known_format(out)
    moved = convert_table(
        table,
        lookup=lookup,
        to_column=to_column,
        from_column=from_column,
        means=means,
        totals=totals,
        weight=weight,
        weight_from=weight_from,
        area_column=area_column,
        targets=targets,
        split_by=split_by,
        split_column=split_column,
        unmatched=cast("Literal['refuse', 'report']", unmatched),
        data=data,
    )
    written: list[Path] = []
    if out is not None:
        title = f"{Path(table).name} by {moved.to_column}"
        written = list(write_table(moved.table, out, title=title, sources=moved.sources, notes=moved.notes))
    tell_notes(moved.notes, quiet=quiet)
    if as_json:
        found = moved.conversion
        emit(
            {
                "areas": moved.table.height,
                "from": moved.from_column,
                "to": moved.to_column,
                "estimated": found.estimated,
                "uncovered": found.uncovered,
                "unmatched": found.unmatched,
                "partial": found.partial,
                "beyond": found.beyond,
                "weightless": found.weightless,
                "incomplete": found.incomplete,
                "notes": [note.text for note in moved.notes],
                "sources": moved.sources,
                "written": written,
            }
        )
    elif out is None:
        click.echo(moved.table.write_csv(), nl=False)
    else:
        say(f"{moved.table.height:,} areas by {moved.to_column}. Written: {out}", quiet=quiet)
