"""What ``understand access`` and ``understand sites`` ask for in the same words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    import polars as pl

    from homeground.journey.access import PlaceList
    from homeground.journey.living import Living

__all__ = ["kind_and_file", "living_options", "living_with", "numbers_in", "outlines", "place_lists", "reading_options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)

_LIVING = (
    click.option("--centroids", type=_FILE, help="Areas of your own: codes, coordinates, people (else from --data)."),
    click.option("--population", type=_FILE, help="Table of codes and people."),
    click.option("--population-column", help="Heading of the people."),
    click.option("--area-column", help="Heading of the area codes, where it does not say so."),
    click.option("--preset", help="A shipped list of left-behind places to compare with, e.g. left-behind-lsoas-2023."),
    click.option("--cohort", type=_FILE, help="A list written by 'find cohort' to compare with."),
)
_READING = (
    click.option("--name-column", help="Heading of the places' names."),
    click.option("--id-column", help="Heading of what travel times call a place (default: its name)."),
    click.option("--status-column", help="Heading that says whether a place is open."),
    click.option("--x-column", help="Heading of the longitude or easting."),
    click.option("--y-column", help="Heading of the latitude or northing."),
    click.option("--postcodes", type=_FILE, help="Postcode lookup (ONS Postcode Directory layout)."),
    click.option("--swap", is_flag=True, help="The two columns of coordinates hold each other's figures."),
)


def living_options(command: _Command) -> _Command:
    """Add the options that say where people live."""
    for option in reversed(_LIVING):
        command = option(command)
    return command


def reading_options(command: _Command) -> _Command:
    """Add the options that say how lists of places are read."""
    for option in reversed(_READING):
        command = option(command)
    return command


def kind_and_file(text: str) -> tuple[str, Path]:
    """Return the kind and the file of ``KIND=FILE``, or '' and the file of ``FILE``.

    Examples
    --------
    >>> kind_and_file("libraries=lists/all.csv")
    ('libraries', PosixPath('lists/all.csv'))
    """
    kind, equals, path = text.partition("=")
    if not equals or Path(text).is_file() or "/" in kind or "." in kind:
        return "", Path(text)
    return kind.strip(), Path(path)


def place_lists(given: tuple[str, ...], options: dict[str, Any], **more: Any) -> list[PlaceList]:
    """Return the lists of places that were named, with how they are read, as far as the command has options for it."""
    from homeground.journey.access import PlaceList
    from homeground.sources.points import slug

    names = ("name_column", "id_column", "status_column", "x_column", "y_column", "postcodes", "swap")
    how = {name: options[name] for name in names if name in options} | more
    pairs = [kind_and_file(text) for text in given]
    return [PlaceList(path, kind=slug(kind) if kind else "", **how) for kind, path in pairs]


def living_with(data: Path | None, options: dict[str, Any]) -> Living:
    """Return where people live, as asked for."""
    from homeground.journey.living import where_people_live

    names = ("centroids", "population", "population_column", "area_column", "preset", "cohort")
    return where_people_live(data=data, **{name: options[name] for name in names})


def numbers_in(text: str | None, option: str) -> tuple[float, ...]:
    """Return the numbers in a text such as ``0.8,2``.

    Examples
    --------
    >>> numbers_in("0.8, 2", "--within")
    (0.8, 2.0)
    """
    from homeground.errors import BadSpecification

    found = []
    for part in (text or "").split(","):
        if not part.strip():
            continue
        try:
            found.append(float(part))
        except ValueError:
            raise BadSpecification(
                f"{option}: '{part.strip()}' is not a number", remedy="Write numbers with commas between: 0.8,2"
            ) from None
    return tuple(found)


def outlines(data: Path | None, table: pl.DataFrame, out: Path) -> tuple[pl.DataFrame | None, str]:
    """Return the shapes of the areas for a map file, none for other files or where the folder has none."""
    import polars as pl

    from homeground.sources.folder import open_dataset, scan
    from homeground.sources.writers import known_format

    if known_format(out) not in ("gpkg", "geojson") or data is None:
        return None, "EPSG:4326"
    there = scan(data)
    for id in ("boundaries-lsoa21", "boundaries-msoa21", "boundaries-ward22", "boundaries-lad24"):
        if there.has(id):
            opened = open_dataset(there, id)
            assert opened.dataset is not None
            shapes = opened.table.select(area_code=opened.dataset.area_column, geometry="geometry")
            if 2 * int(table["area_code"].is_in(shapes["area_code"].to_list()).sum()) >= table.height:
                kept = shapes.filter(pl.col("area_code").is_in(table["area_code"].to_list()))
                return kept, opened.crs or "EPSG:4326"
    return None, "EPSG:4326"
