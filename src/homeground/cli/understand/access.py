"""``homeground understand access``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeground.cli.common import data_option, emit, json_option, out_option, quiet_option, say, tell_notes
from homeground.cli.understand.reaching import (
    living_options,
    living_with,
    numbers_in,
    outlines,
    place_lists,
    reading_options,
)

if TYPE_CHECKING:
    import polars as pl

    from homeground.provenance import Note
    from homeground.understand.access import Access

__all__ = ["access"]

_FADING = ["none", "gaussian", "steps"]
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option("--places", multiple=True, metavar="KIND=FILE", help="A list of places and what they are; repeat it.")
@click.option("--kind-column", help="Heading of the kind, where one list holds several.")
@click.option("--supply-column", help="Heading of what a place offers (desks, courts, hours); 1 without it.")
@data_option
@living_options
@click.option("--within", metavar="KM,KM", help="Reaches to count within (default: 0.8,2; with minutes: 15,30).")
@click.option("--catchment", type=float, help="Within what distance people share a place (default: the widest reach).")
@click.option("--fading", type=click.Choice(_FADING), default="none", show_default=True,
              help="How a place counts less with distance.")  # fmt: skip
@click.option("--travel-times", type=_FILE, help="Table with from, to, and minutes or km, instead of straight lines.")
@click.option("--unit", type=click.Choice(["km", "min"]), help="Unit of the travel times, where no heading says it.")
@click.option(
    "--only", multiple=True, help="Tell of these only: codes, an authority's name, a cohort, a file of codes."
)
@click.option("--called", default="place on these lists", show_default=True, help="What a place of any kind is called.")
@reading_options
@click.option("--compare", type=click.Path(path_type=Path), help="Where to write the groups side by side.")
@out_option
@json_option
@quiet_option
def access(
    places: tuple[str, ...],
    data: Path | None,
    within: str | None,
    only: tuple[str, ...],
    compare: Path | None,
    out: Path | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Say what is within reach: how far, how many, shared by whom.

    For each area: the nearest place of each kind, how many there are, and how many people share them. Straight lines
    from where people live, unless travel times are given. Further away and fewer are worse.

    \b
    Example:
      homeground understand access --places libraries=libraries.csv --data my-downloads --out access.csv
      homeground understand access --places halls=halls.csv --places warm-spaces=warm.csv --data my-downloads \\
        --within 0.8,2 --preset left-behind-lsoas-2023 --called "public place to meet" --json
    """
    from homeground.journey.access import measure_access

    for target in (out, compare):
        if target is not None:
            from homeground.sources.writers import known_format

            known_format(target)
    lists = place_lists(places, options, kind_column=options["kind_column"], supply_column=options["supply_column"])
    found = measure_access(
        lists,
        living_with(data, options),
        within=numbers_in(within, "--within"),
        only=only,
        **{name: options[name] for name in ("catchment", "fading", "travel_times", "unit", "called")},
    )
    notes = _write(found, out, compare, data)
    if as_json:
        emit(_summary(found, notes, out, compare))
        tell_notes(notes, quiet=quiet)
        return
    for line in found.gaps:
        say(line, quiet=quiet)
    if out is None:
        click.echo(_worst(found).write_csv(), nl=False)
        say("These are the 20 areas with the furthest to go. Write all with --out FILE.", quiet=quiet)
    for target in (out, compare):
        if target is not None:
            say(f"Written: {target}", quiet=quiet)
    tell_notes(notes, quiet=quiet)


def _write(found: Access, out: Path | None, compare: Path | None, data: Path | None) -> list[Note]:
    from homeground.sources.writers import write_table, writing_notes

    notes = list(found.notes)
    if compare is not None:
        write_table(
            found.beside, compare, title="What is within reach, side by side", sources=found.sources, notes=found.notes
        )
    if out is not None:
        shapes, crs = outlines(data, found.table, out)
        notes += writing_notes(found.table, out, boundaries=shapes)
        write_table(
            found.table,
            out,
            title="What is within reach",
            sources=found.sources,
            notes=found.notes,
            boundaries=shapes,
            crs=crs,
            descriptions=_meanings(found),
        )
    return notes


def _meanings(found: Access) -> dict[str, str]:
    unit = "kilometres" if found.unit == "km" else "minutes"
    said = {"area_code": "code of the area", "population": "people who live there"}
    for kind in found.kinds:
        of = "places of any kind" if kind == "any" else kind.replace("-", " ")
        said[f"nearest_{found.unit}_{kind}"] = f"{unit} to the nearest of the {of}; higher is worse"
        said[f"nearest_place_{kind}"] = "which one that is"
        said[f"catchment_{kind}"] = (
            f"{of}: what is left for 1,000 people of those who share it within {found.catchment:g} {unit} "
            "(two-step floating catchment); higher is better"
        )
        for reach in found.within:
            said[f"within_{reach:g}{found.unit}_{kind}"] = f"how many {of} within {reach:g} {unit}; higher is better"
    return {name: text for name, text in said.items() if name in found.table.columns}


def _worst(found: Access) -> pl.DataFrame:
    kind = found.kinds[-1]
    column = f"nearest_{found.unit}_{kind}"
    names = ["area_code", "area_name", "population", column, f"nearest_place_{kind}"]
    names += [f"within_{reach:g}{found.unit}_{kind}" for reach in found.within]
    shown = [name for name in names if name in found.table.columns]
    return found.table.sort(column, "area_code", descending=[True, False], nulls_last=True).select(shown).head(20)


def _summary(found: Access, notes: list[Note], out: Path | None, compare: Path | None) -> dict[str, Any]:
    return {
        "areas": found.table.height,
        "people": found.beside["people"][0],
        "places": found.places.height,
        "kinds": list(found.kinds),
        "unit": found.unit,
        "within": list(found.within),
        "catchment": found.catchment,
        "gaps": list(found.gaps),
        "beside": found.beside.filter(found.beside["of"] != "authority").to_dicts(),
        "notes": [note.text for note in notes],
        "sources": found.sources,
        "out": out,
        "compare": compare,
    }
