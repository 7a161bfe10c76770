"""``homeground find index``"""

from __future__ import annotations

from pathlib import Path

import click

from homeground.cli.common import data_option, emit, json_option, out_option, quiet_option, say, tell_notes

__all__ = ["index"]


@click.command()
@click.option("--method", required=True, help="Name of a shipped method (see --list) or a method file (.toml).")
@click.option("--input", type=click.Path(path_type=Path), help="One table with all the columns the method names.")
@click.option("--area-column", help="Heading of the area codes in --input.")
@data_option
@out_option
@click.option("--summaries", type=click.Path(path_type=Path), help="Also write summaries for larger areas here.")
@click.option("--larger-area", help="Heading of the larger area, for --summaries (default: the method's).")
@click.option("--population", help="Heading of the number of people, for --summaries (default: the method's).")
@json_option
@quiet_option
@click.option(
    "--list",
    "list_methods",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _, wanted: _list(context, wanted),
    help="List the shipped methods and stop.",
)
def index(
    method: str,
    input: Path | None,
    area_column: str | None,
    data: Path | None,
    out: Path | None,
    summaries: Path | None,
    larger_area: str | None,
    population: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Build an index from a method file and a table.

    A higher score is more need; rank 1 is the area with the most need; decile 1 the tenth with the most need.

    \b
    Example:
      homeground find index --method iod2025 --data my-downloads --out imd.parquet
      homeground find index --method my.toml --input table.csv --area-column code --out scores.parquet
    """
    from homeground.journey.index import build_from, method_table, summarise_index
    from homeground.sources.methods import load
    from homeground.sources.writers import known_format, write_table

    for path in (out, summaries):
        if path is not None:
            known_format(path)
    recipe = load(method)
    gathered = method_table(recipe, data=data, input=input, area_column=area_column)
    built = build_from(recipe, gathered)
    summed = None
    if summaries is not None:
        summed = summarise_index(built, gathered.table, larger_area=larger_area, population=population)
    notes = [*built.notes, *(summed.notes if summed else ())]
    title = recipe.title or recipe.name
    written = []
    if out is not None:
        written += write_table(built.table, out, title=title, sources=built.sources, notes=notes)
    if summed is not None and summaries is not None:
        summary_title = f"{title}: summaries for larger areas"
        written += write_table(summed.table, summaries, title=summary_title, sources=built.sources, notes=notes)
    scored = built.table["score"].count()
    if as_json:
        emit(
            {
                "method": recipe.name,
                "areas": built.table.height,
                "scored": scored,
                "weights": built.weights,
                "notes": [note.text for note in notes],
                "sources": built.sources,
                "written": written,
            }
        )
    elif out is None:
        click.echo(built.table.sort("rank", nulls_last=True).head(20).write_csv(), nl=False)
        say(f"These are the areas with the most need, of {scored:,} scored. Write all with --out FILE.", quiet=quiet)
    else:
        say(f"{scored:,} of {built.table.height:,} areas scored by '{recipe.name}'. Written: {out}", quiet=quiet)
    tell_notes(notes, quiet=quiet)


def _list(ctx: click.Context, wanted: bool) -> None:
    if not wanted:
        return
    from homeground.sources.methods import load, shipped

    for name in shipped():
        click.echo(f"{name:28} {load(name).title}")
    ctx.exit(0)
