"""``homeground understand sites``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeground.cli.common import data_option, emit, json_option, out_option, quiet_option, say, seed_option, tell_notes
from homeground.cli.understand.reaching import living_options, living_with, place_lists, reading_options

if TYPE_CHECKING:
    import polars as pl

    from homeground.provenance import Note
    from homeground.understand.sites import Sites

__all__ = ["sites"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option("--count", "most", type=int, required=True, help="How many new places, at most.")
@click.option("--aim", type=click.Choice(["mean", "reach", "longest"]), default="mean", show_default=True,
              help="Shortest way on average; most people within reach; shortest longest way.")  # fmt: skip
@click.option("--within", type=float, default=1.0, show_default=True, help="What counts as within reach, in km.")
@click.option("--existing", multiple=True, metavar="KIND=FILE", help="A list of places that are there and stay.")
@click.option("--candidates", type=_FILE, help="Where places may go (default: the centre of every area).")
@click.option("--budget", type=float, help="Pounds in all; needs --cost-column.")
@click.option("--cost-column", help="Heading of the costs in the file of candidates, in pounds.")
@click.option("--need", type=_FILE, help="Table of areas: people count in proportion to --need-column.")
@click.option("--need-column", help="Heading of the need; nought or more, higher counts more.")
@click.option("--favour", multiple=True, metavar="COHORT=TIMES", help="People of a cohort count so many times.")
@click.option("--only", multiple=True, help="Serve these only: codes, an authority's name, a cohort, a file of codes.")
@data_option
@living_options
@reading_options
@click.option("--gap", type=float, default=0.01, show_default=True,
              help="Stop when proven to be within this share of the best; 0 asks for the best.")  # fmt: skip
@click.option("--time-limit", type=float, default=60.0, show_default=True, help="Seconds for the search.")
@click.option("--areas-out", type=click.Path(path_type=Path), help="Where to write before and after for each area.")
@seed_option
@out_option
@json_option
@quiet_option
def sites(
    data: Path | None,
    existing: tuple[str, ...],
    candidates: Path | None,
    favour: tuple[str, ...],
    areas_out: Path | None,
    out: Path | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Say where the next places should go, and how far from the best that choice can be.

    \b
    Example:
      homeground understand sites --count 3 --only Trafford --existing hubs=hubs.csv --data my-downloads --json
      homeground understand sites --count 5 --aim reach --within 1 --only Bolton --data my-downloads \\
        --candidates halls.csv --cost-column cost --budget 900000 --out sites.csv
    """
    from homeground.journey.sites import choose_sites

    for target in (out, areas_out):
        if target is not None:
            from homeground.sources.writers import known_format

            known_format(target)
    names = ("most", "aim", "within", "budget", "cost_column", "need", "need_column", "only", "gap", "seed")
    found = choose_sites(
        living_with(data, options),
        existing=place_lists(existing, options),
        candidates=place_lists((str(candidates),), options)[0] if candidates is not None else None,
        favour=dict(_times(text) for text in favour),
        seconds=options["time_limit"],
        **{name: options[name] for name in names},
    )
    notes = _write(found, out, areas_out)
    if as_json:
        emit(_summary(found, notes, out, areas_out))
        tell_notes(notes, quiet=quiet)
        return
    for line in _words(found):
        say(line, quiet=quiet)
    if out is None:
        click.echo(found.table.write_csv(), nl=False)
    for target in (out, areas_out):
        if target is not None:
            say(f"Written: {target}", quiet=quiet)
    tell_notes(notes, quiet=quiet)


def _times(text: str) -> tuple[str, float]:
    from homeground.errors import BadSpecification

    name, _, times = text.rpartition("=")
    try:
        return name.strip(), float(times)
    except ValueError:
        raise BadSpecification(
            f"--favour: '{text}' does not say how many times", remedy="Write for example: --favour 'left behind=3'."
        ) from None


def _words(found: Sites) -> list[str]:
    lines = [str(line) for line in found.table["sentence"].to_list()]
    all_ = found.gains.row(0, named=True)
    lines.append(
        f"In all {all_['people_within_after'] - all_['people_within_before']:,.0f} people would newly be within "
        f"{found.within:g} km ({all_['people_within_before']:,.0f} of {all_['people']:,.0f} are today)."
    )
    if all_["mean_km_before"] is not None:
        lines.append(
            f"The way would be {all_['mean_km_after']:.2f} km on average, against {all_['mean_km_before']:.2f} today."
        )
    if found.proven:
        lines.append("No choice is better: this is proven.")
    else:
        lines.append(f"No choice can be better by more than {_percent(found.gap)}: this is proven.")
    return lines


def _percent(gap: float) -> str:
    return f"{max(100 * gap, 0.01):.2f} %"


def _write(found: Sites, out: Path | None, areas_out: Path | None) -> list[Note]:
    from homeground.sources.writers import write_table, writing_notes

    notes = list(found.notes)
    if areas_out is not None:
        title = "Before and after new places, area by area"
        write_table(found.areas, areas_out, title=title, sources=found.sources, notes=found.notes)
    if out is not None:
        table, shapes = _mapped(found.table, out)
        notes += writing_notes(table, out, boundaries=shapes)
        write_table(
            table,
            out,
            title="Where the next places should go",
            sources=found.sources,
            notes=found.notes,
            boundaries=shapes,
            crs="EPSG:27700",
            descriptions=_MEANINGS,
        )
    return notes


def _mapped(table: pl.DataFrame, out: Path) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return the table, and for a map file the points of its sites."""
    import struct

    import polars as pl

    from homeground.sources.writers import known_format

    if known_format(out) not in ("gpkg", "geojson"):
        return table, None
    named = table.with_columns(area_code=pl.col("order").cast(pl.String))
    points = [struct.pack("<BIdd", 1, 1, *xy) for xy in table.select("easting", "northing").iter_rows()]
    return named, named.select("area_code").with_columns(geometry=pl.Series(points, dtype=pl.Binary))


_MEANINGS = {
    "order": "1 brings most people newly within reach",
    "site": "name or code of the site",
    "easting": "metres, British National Grid",
    "northing": "metres, British National Grid",
    "cost_gbp": "what it costs, in pounds",
    "people_gained": "people newly within reach, each counted at one site",
    "people_nearest": "people for whom it would be the nearest place",
    "sentence": "the same in words",
}


def _summary(found: Sites, notes: list[Note], out: Path | None, areas_out: Path | None) -> dict[str, Any]:
    return {
        "aim": found.aim,
        "sites": found.table.to_dicts(),
        "value": found.value,
        "bound": found.bound,
        "gap": found.gap,
        "proven": found.proven,
        "within_km": found.within,
        "spent_gbp": found.spent_gbp,
        "gains": found.gains.to_dicts(),
        "notes": [note.text for note in notes],
        "sources": found.sources,
        "out": out,
        "areas_out": areas_out,
    }
