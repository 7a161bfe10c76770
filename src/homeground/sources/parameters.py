"""Policy numbers: dated files with unit and reference, never figures in code.

They lie in ``sources/parameters`` as TOML. A deflator of your own, as a table, takes the place of the shipped one.
"""

from __future__ import annotations

import functools
import math
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl

from homeground.errors import BadSpecification, BadValue, MissingColumns
from homeground.money import Deflator
from homeground.provenance import Source
from homeground.sources import readers

__all__ = ["Parameters", "deflator", "load", "shipped"]

_SUFFIX = ".toml"


@dataclass(frozen=True)
class Parameters:
    """One parameter file.

    Attributes
    ----------
    name, title, unit, vintage, reference, address : str
        What it holds, in which unit, as of when, and who says so.
    values : dict
        The numbers and words by name.
    source : Source
        The same, for the list of sources of a result.
    """

    name: str
    title: str
    unit: str
    vintage: str
    reference: str
    address: str
    values: dict[str, Any]
    source: Source


def shipped() -> tuple[str, ...]:
    """Return the names of the parameter files.

    Examples
    --------
    >>> shipped()
    ('gdp-deflator', 'grant-themes', 'grants', 'grants-published')
    """
    files = resources.files("homeground.sources").joinpath("parameters").iterdir()
    return tuple(sorted(file.name.removesuffix(_SUFFIX) for file in files if file.name.endswith(_SUFFIX)))


@functools.cache
def load(name: str) -> Parameters:
    """Return the parameter file `name`.

    Raises
    ------
    BadSpecification
        If there is none.

    Examples
    --------
    >>> load("grants-published").values["left_behind"]
    7.77
    """
    if name not in shipped():
        raise BadSpecification(f"there is no parameter file '{name}'", remedy=f"There are: {', '.join(shipped())}.")
    file = resources.files("homeground.sources").joinpath("parameters", name + _SUFFIX)
    entries = tomllib.loads(file.read_text(encoding="utf-8"))
    source = Source(
        id=name,
        title=entries["title"],
        publisher=entries.get("publisher", ""),
        period=entries["vintage"],
        licence=entries.get("licence", ""),
        address=entries.get("address", ""),
        file=file.name,
    )
    said = {key: str(entries.get(key, "")) for key in ("title", "unit", "vintage", "reference", "address")}
    return Parameters(name=name, values=entries["values"], source=source, **said)


def deflator(path: Path | None = None) -> tuple[Deflator, Source]:
    """Return the GDP deflator: the shipped one, or that of a table with the columns ``year`` and ``index``.

    Raises
    ------
    MissingColumns, BadValue
        Naming file, row and column.

    Examples
    --------
    >>> prices, source = deflator()
    >>> prices.covers, source.period
    ((1990, 2024), 'December 2025 (Quarterly National Accounts)')
    """
    if path is None:
        made = load("gdp-deflator")
        index = {int(year): float(value) for year, value in made.values.items()}
        return Deflator(index, made.vintage, made.reference), made.source
    table = readers.read(path).table
    names = {name.strip().lower(): name for name in table.columns}
    value = next((names[name] for name in ("index", "value", "deflator") if name in names), None)
    if "year" not in names or value is None:
        raise MissingColumns(
            "a deflator table needs the columns year and index", remedy="One row for each calendar year.", file=path
        )
    index = {}
    rows = table.select(pl.col(names["year"]).cast(pl.String), pl.col(value).cast(pl.String)).iter_rows()
    for row, (year, level) in enumerate(rows, start=2):
        try:
            index[int(year)] = float(level)
        except (TypeError, ValueError):
            raise BadValue(
                f"'{year}', '{level}' is not a year and a number", remedy="Correct the row.", file=path, row=row
            ) from None
        if not (math.isfinite(index[int(year)]) and index[int(year)] > 0):
            raise BadValue(f"an index of {level}", remedy="It is above nought.", file=path, row=row, column=value)
    source = Source(id="gdp-deflator-own", title=f"GDP deflator supplied by you ({path.name})", file=path.name)
    return Deflator(index, path.name, path.name), source
