"""The catalogue: what Homeground knows about each data set, read from one small TOML file per data set.

A catalogue file says who publishes a data set, under which licence, for which areas and boundary year, which columns it
has and how it is recognised. The shipped ones lie in ``sources/catalogue``; a file of your own, named ``*.dataset.toml``
and placed in a data folder, adds any table with an area code, without code.
"""

from __future__ import annotations

import difflib
import functools
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from homeground.errors import BadSpecification

__all__ = ["Column", "Dataset", "dataset", "datasets", "matching_key", "recognise"]

Holds = Literal[
    "code", "name", "text", "score", "rank", "decile", "value", "count", "people", "flag", "date", "geometry"
]  # fmt: skip
Kind = Literal[
    "index", "indicators", "lookup", "population", "boundaries", "summary", "profile", "outcomes", "funding", "trends",
    "table",
]  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of a data set.

    Attributes
    ----------
    name : str
        The heading, as the catalogue and every table opened through it spell it.
    aliases : tuple of str
        Other headings under which publishers give the same column.
    title : str
        What people read ('' when `name` says it).
    holds : str
        ``code``, ``name``, ``text``, ``score``, ``rank``, ``decile``, ``value``, ``count``, ``people``, ``flag``, ``date`` or
        ``geometry``. It decides the type: text, number, whole number, true or false, WKB bytes.
    unit : str
        Unit in words ("rate, 0 to 1"; "residents").
    higher_is : {'worse', 'better', ''}
        Which way is good; '' where neither is.
    tied : int
        For a rank: in how many rows the publisher's file repeats the rank of another row.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", strict=False)

    name: Annotated[str, Field(min_length=1, description="the heading")]
    holds: Annotated[Holds, Field(description="what stands in the cells")] = "value"
    aliases: Annotated[tuple[str, ...], Field(description="other headings of the same column")] = ()
    title: Annotated[str, Field(description="what people read")] = ""
    unit: Annotated[str, Field(description="unit in words")] = ""
    higher_is: Annotated[Literal["worse", "better", ""], Field(description="which way is good")] = ""
    tied: Annotated[int, Field(ge=0, description="rows that repeat the rank of another row")] = 0


@dataclass(frozen=True)
class Dataset:
    """What the catalogue says of one data set.

    Attributes
    ----------
    id : str
        Its name in commands and method files, e.g. ``iod2025-file7``.
    title, publisher, licence, licence_address, attribution : str
        As the publisher gives them.
    address : str
        The publisher's page.
    download : str
        Address of the file itself, '' where it is not known for certain.
    sha256 : str
        Checksum of the file at `download`, '' where not known.
    edition : int or None
        Year of publication.
    period : str
        What the figures describe ("mid-2022").
    kind : str
        ``index``, ``indicators``, ``lookup``, ``population``, ``boundaries``, ``summary``, ``profile``, ``outcomes``,
        ``funding``, ``trends`` or ``table``.
    area_kind : str
        ``lsoa``, ``msoa``, ``ward``, ``authority``, ``region``, or any word for areas of your own.
    boundary_year : int or None
        Year of the boundaries behind the codes.
    area_column, name_column, larger_area_column : str
        Headings of the area code, of its name and of the code of the larger area; '' where there is none.
    key : tuple of str
        Headings that together name a row once; empty means `area_column` alone. ``["-"]`` means that rows repeat freely.
    columns : tuple of Column
    missing_codes : tuple of str
        What the publisher writes for "no figure".
    rows : int or None
        How many rows the publisher's file has.
    other_rows : tuple of int
        Row counts of other honest cuts of it (England only, say).
    recognise : tuple of str
        Headings that must all be there for a file to be this data set.
    redistributable : bool
        Whether the licence lets others pass it on.
    official_codes : bool
        Whether the area codes are those of the Office for National Statistics.
    joined : bool
        Whether the publisher spreads it over several sheets of one workbook, to be joined by area code.
    good_for : str
        What it is good for, in one sentence.
    notes : str
        What a careful user should know.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", strict=False)

    id: str
    title: str
    publisher: str = ""
    licence: str = ""
    licence_address: str = ""
    attribution: str = ""
    address: str = ""
    download: str = ""
    sha256: str = ""
    edition: int | None = None
    period: str = ""
    kind: Kind = "table"
    area_kind: str = "area"
    boundary_year: int | None = None
    area_column: str = ""
    name_column: str = ""
    larger_area_column: str = ""
    key: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    missing_codes: tuple[str, ...] = ()
    rows: int | None = None
    other_rows: tuple[int, ...] = ()
    recognise: tuple[str, ...] = ()
    redistributable: bool = True
    official_codes: bool = True
    joined: bool = False
    good_for: str = ""
    notes: str = ""

    def column(self, name: str) -> Column:
        """Return the column `name` (or one with that alias); raise `BadSpecification` if there is none."""
        raise NotImplementedError


def datasets(extra: Path | None = None) -> dict[str, Dataset]:
    """Return every data set Homeground knows, by id: the shipped catalogue and the ``*.dataset.toml`` files in `extra`."""
    raise NotImplementedError


def dataset(id: str) -> Dataset:
    """Return the shipped data set `id`; an unknown id raises `BadSpecification` with the nearest names."""
    raise NotImplementedError


def recognise(headings: Iterable[str], among: Mapping[str, Dataset] | None = None) -> Dataset | None:
    """Return the data set that has these headings, the most specific one when several fit, or None."""
    raise NotImplementedError


def matching_key(heading: str) -> str:
    """Return what headings are compared by: letters and digits only, small, without byte order mark and curly quotes."""
    text = unicodedata.normalize("NFKC", heading).casefold().replace("%", "percent")
    return re.sub(r"[^0-9a-z]+", "", text)
