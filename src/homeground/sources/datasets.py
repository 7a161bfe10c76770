"""The catalogue: what Homeground knows about each data set, read from one small TOML file per data set.

A catalogue file says who publishes a data set, under which licence, for which areas and boundary year, which columns
it has and how it is recognised. The shipped ones lie in ``sources/catalogue``; a file of your own, named
``*.dataset.toml`` and placed in a data folder, adds any table with an area code, without code.
"""

from __future__ import annotations

import difflib
import functools
import inspect
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from homeground.errors import BadSpecification
from homeground.sources.indicator_blocks import Break, Indicator

__all__ = [
    "Column",
    "Dataset",
    "add",
    "almost",
    "dataset",
    "datasets",
    "json_schema",
    "load",
    "matching_key",
    "one_of",
    "parse_dataset",
    "recognise",
]

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
        ``code``, ``name``, ``text``, ``score``, ``rank``, ``decile``, ``value``, ``count``, ``people``, ``flag``,
        ``date`` or ``geometry``. It decides the type: text, number, whole number, true or false, WKB bytes.
    unit : str
        Unit in words ("rate, 0 to 1"; "residents").
    higher_is : {'worse', 'better', ''}
        Which way is good; '' where neither is.
    tied : int
        For a rank: in how many rows the publisher's file repeats the rank of another row.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", strict=False)

    name: Annotated[str, Field(min_length=1)]
    holds: Holds = "value"
    aliases: tuple[str, ...] = ()
    title: str = ""
    unit: str = ""
    higher_is: Literal["worse", "better", ""] = ""
    tied: Annotated[int, Field(ge=0)] = 0


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
        Headings that together name a row once; empty means `area_column` alone, ``["-"]`` that rows repeat freely.
    columns : tuple of Column
        What the file holds; further columns do no harm.
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
    indicators : tuple of Indicator
        The figures of it that a profile of a place shows.
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
    indicators: tuple[Indicator, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column `name`, or the one that has it as an alias.

        Raises
        ------
        BadSpecification
            If there is none; the message names the nearest.

        Examples
        --------
        >>> dataset("iod2025-file7").column("income rank (where 1 is most deprived)").tied
        3
        """
        for column in self.columns:
            if column.name == name:
                return column
        key = matching_key(name)
        for column in self.columns:
            if key in (matching_key(other) for other in (column.name, *column.aliases)):
                return column
        near = difflib.get_close_matches(name, [column.name for column in self.columns], n=1, cutoff=0.4)
        raise BadSpecification(
            f"the data set '{self.id}' has no column '{name}'",
            remedy=f"The nearest is '{near[0]}'." if near else "See its columns: homeground data list --json.",
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """The headings that together name a row once; empty where rows repeat freely."""
        if self.key == ("-",):
            return ()
        return self.key or ((self.area_column,) if self.area_column else ())


_SUFFIX = ".dataset.toml"
_SCHEMA = "dataset.schema.json"


def datasets(extra: Path | None = None) -> dict[str, Dataset]:
    """Return every data set Homeground knows, by id.

    Parameters
    ----------
    extra : Path, optional
        A data folder: its own ``*.dataset.toml`` files (in subfolders too) are added.

    Raises
    ------
    BadSpecification
        If a file of your own is not a catalogue file, or takes an id that is already there.

    Examples
    --------
    >>> datasets()["cni2023-lsoa"].rows
    33755
    """
    known = dict(_shipped())
    if extra is not None:
        for path in sorted(Path(extra).rglob(f"*{_SUFFIX}")):
            add(known, path)
    return known


def add(known: dict[str, Dataset], path: Path) -> Dataset:
    """Read the catalogue file `path` into `known`.

    Raises
    ------
    BadSpecification
        If it is not a catalogue file, or takes an id that is already there.
    """
    new = load(path)
    if new.id in known:
        raise BadSpecification(f"the id '{new.id}' is taken by another data set", remedy="Choose another.", file=path)
    known[new.id] = new
    return new


def load(path: Path) -> Dataset:
    """Return what one catalogue file says.

    Raises
    ------
    BadSpecification
        Naming the file, the entry and what to write.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadSpecification("the catalogue file is larger than any is", remedy=_LOOK, file=path)
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSpecification(f"the catalogue file cannot be read ({error})", remedy=_LOOK, file=path) from None
    return parse_dataset(text, file=str(path))


_MOST_BYTES = 1 << 20
_LOOK = "It is a UTF-8 text file; see the reference of catalogue files."


def parse_dataset(text: str, *, file: str | None = None) -> Dataset:
    """Return the data set that the text of a catalogue file describes, checked whole.

    Raises
    ------
    BadSpecification
        If the text is not TOML, an entry is unknown or wrong, or a heading is named that no column has.

    Examples
    --------
    >>> text = 'id = "pubs"\\ntitle = "Pubs"\\narea_column = "code"\\nrecognise = ["code", "pubs"]\\n'
    >>> text += 'columns = [{ name = "code", holds = "code" }, { name = "pubs", holds = "count" }]'
    >>> parse_dataset(text).column("Pubs").holds
    'count'
    """
    try:
        found = _adapter().validate_python(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadSpecification(
            f"the catalogue file is not TOML: {error}", remedy="Mend that line.", file=file
        ) from None
    except RecursionError:
        raise BadSpecification("the catalogue file is nested too deeply", remedy=_LOOK, file=file) from None
    except ValidationError as error:
        raise _in_our_words(error, file) from None
    problem = _problem(found)
    if problem:
        raise BadSpecification(problem[0], remedy=problem[1], file=file)
    return found


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a catalogue file, the same that lies beside the shipped ones.

    Examples
    --------
    >>> json_schema()["title"]
    'Dataset'
    """
    schema = _adapter().json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["description"] = "A catalogue file: what Homeground knows about one data set."
    schema["$defs"]["Column"]["description"] = "One column of a data set."
    schema["$defs"]["Indicator"]["description"] = "One indicator of a data set, as a profile shows it."
    schema["$defs"]["Break"]["description"] = "A pair of editions that must not be compared, and why."
    parts = [(schema["$defs"][told.__name__]["properties"], told) for told in (Column, Indicator, Break)]
    for entries, told in ((schema["properties"], Dataset), *parts):
        for name, text in _attributes(told).items():
            entries[name] = {**entries[name], "description": text}
            entries[name].pop("title", None)
    return schema


def _attributes(told: type[Any]) -> dict[str, str]:
    """Return what the docstring of a class says of each attribute."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in (inspect.getdoc(told) or "").partition("----------\n")[2].splitlines():
        if line.startswith(" "):
            for name in names:
                found[name] = f"{found.get(name, '')} {line.strip()}".strip().replace("``", "'").replace("`", "'")
        else:
            names = [name.strip() for name in line.partition(" : ")[0].split(",")] if " : " in line else []
            if line.strip() and not names:
                names = [line.strip()]
    return {name: text for name, text in found.items() if name in told.__dataclass_fields__}


@functools.cache
def _adapter() -> TypeAdapter[Dataset]:
    return TypeAdapter(Dataset)


@functools.cache
def _shipped() -> dict[str, Dataset]:
    files = resources.files("homeground.sources").joinpath("catalogue").iterdir()
    known = {}
    for file in sorted(files, key=lambda file: file.name):
        if file.name.endswith(".toml"):
            found = parse_dataset(file.read_text(encoding="utf-8"), file=file.name)
            known[found.id] = found
    return known


def dataset(id: str) -> Dataset:
    """Return the shipped data set `id`.

    Raises
    ------
    BadSpecification
        If there is none; the message has the nearest names.

    Examples
    --------
    >>> dataset("iod2019-file7").boundary_year
    2011
    """
    return one_of(id, _shipped())


def one_of(id: str, known: Mapping[str, Dataset]) -> Dataset:
    """Return ``known[id]``, or raise `BadSpecification` with the nearest names."""
    if id in known:
        return known[id]
    near = difflib.get_close_matches(id, list(known), n=3, cutoff=0.5)
    raise BadSpecification(
        f"there is no data set '{id}'",
        remedy=f"Did you mean {' or '.join(repr(name) for name in near)}?" if near else "See: homeground data list.",
    )


def recognise(headings: Iterable[str], among: Mapping[str, Dataset] | None = None) -> Dataset | None:
    """Return the data set that has these headings, the most specific one when several fit, or None.

    Headings are compared by their letters and digits alone; a column's aliases count as well.

    Examples
    --------
    >>> recognise(["LSOA11CD", "WD17CD", "WD17NM", "LAD17CD"]).id
    'lookup-lsoa11-ward17'
    >>> recognise(["name", "figure"]) is None
    True
    """
    keys = {matching_key(heading) for heading in headings}
    known = _shipped() if among is None else among
    fitting = [found for found in known.values() if found.recognise and not _lacking(found, keys)]

    def specific(found: Dataset) -> tuple[int, int]:
        declared = sum(1 for column in found.columns if matching_key(column.name) in keys)
        return len(found.recognise), declared

    return max(fitting, key=specific) if fitting else None


def almost(headings: Iterable[str], among: Mapping[str, Dataset]) -> tuple[Dataset, tuple[str, ...]] | None:
    """Return the data set that these headings come nearest to, and which it is recognised by and lacks, or None."""
    keys = {matching_key(heading) for heading in headings}
    best: tuple[float, Dataset, tuple[str, ...]] | None = None
    for found in among.values():
        lacking = _lacking(found, keys)
        share = 1 - len(lacking) / len(found.recognise) if found.recognise else 0.0
        named = sum(1 for column in found.columns if matching_key(column.name) in keys) / max(len(found.columns), 1)
        if lacking and share >= 0.5 and named >= 0.5 and (best is None or share + named > best[0]):
            best = (share + named, found, lacking)
    return (best[1], best[2]) if best else None


def _lacking(found: Dataset, keys: set[str]) -> tuple[str, ...]:
    lacking = []
    for heading in found.recognise:
        if matching_key(heading) in keys:
            continue
        aliases = next((column.aliases for column in found.columns if column.name == heading), ())
        if not any(matching_key(alias) in keys for alias in aliases):
            lacking.append(heading)
    return tuple(lacking)


@functools.cache
def matching_key(heading: str) -> str:
    """Return what headings are compared by: letters and digits only, small, without byte order mark and curly quotes.

    Examples
    --------
    >>> matching_key("\\ufeffIMD - Average  score "), matching_key("imd_average_score")
    ('imdaveragescore', 'imdaveragescore')
    """
    text = unicodedata.normalize("NFKC", heading).casefold().replace("%", "percent")
    return "".join(letter for letter in text if letter.isalnum())


_Problem = tuple[str, str] | None


def _problem(found: Dataset) -> _Problem:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", found.id):
        return f"the id '{found.id}' is not in small letters, digits and hyphens", "Write it like pubs-ward24."
    if not found.columns:
        return "the catalogue file lists no columns", "List them: columns = [{ name = '…', holds = 'code' }, …]."
    keys: dict[str, str] = {}
    for column in found.columns:
        for name in (column.name, *column.aliases):
            key = matching_key(name)
            if not key:
                return f"the heading '{name}' has neither letter nor digit", "Name the column as the file does."
            if keys.setdefault(key, column.name) != column.name:
                return f"'{name}' could be two columns ('{keys[key]}' and '{column.name}')", "Take one out."
    names = [column.name for column in found.columns]
    if len(set(names)) < len(names):
        return f"the column '{next(name for name in names if names.count(name) > 1)}' is listed twice", "Take one out."
    single = [("area_column", found.area_column), ("name_column", found.name_column)]
    single += [("larger_area_column", found.larger_area_column)]
    lists = [("key", name) for name in found.keys if found.key] + [("recognise", name) for name in found.recognise]
    for entry, name in [*single, *lists]:
        if name and name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            return f"{entry} names '{name}', which is not among the columns", (
                f"Did you mean '{near[0]}'?" if near else "Add it to columns, or correct it."
            )
    if not found.recognise:
        return "the catalogue file does not say how the data set is recognised", "Add recognise = ['…', '…']."
    if found.download and not found.download.startswith(("https://", "http://")):
        return f"download is '{found.download}'", "Give the address of the file, starting https://."
    return _indicator_problem(found, names)


def _indicator_problem(found: Dataset, names: list[str]) -> _Problem:
    ids = [indicator.id for indicator in found.indicators]
    for indicator in found.indicators:
        if ids.count(indicator.id) > 1:
            return f"the indicator '{indicator.id}' is described twice", "Take one out, or give it another id."
        for name in indicator.headings:
            if name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                return f"the indicator '{indicator.id}' names '{name}', which is not among the columns", (
                    f"Did you mean '{near[0]}'?" if near else "Add it to columns, or correct it."
                )
        problem = indicator.problem()
        if problem is not None:
            return problem
    if found.indicators and not found.area_column:
        return "indicators are described, and no column of area codes", "Say which one it is: area_column = '…'."
    return None


def _in_our_words(error: ValidationError, file: str | None) -> BadSpecification:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(step + 1) if isinstance(step, int) else step for step in first["loc"])
    if first["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        told: Any = {"columns": Column, "indicators": Indicator}.get(str(first["loc"][0]), Dataset)
        names = [*(Break if "breaks" in first["loc"] else told).__dataclass_fields__]
        near = difflib.get_close_matches(str(first["loc"][-1]), names, n=1)
        remedy = f"Did you mean '{near[0]}'?" if near else f"It may hold: {', '.join(names)}."
        return BadSpecification(f"the catalogue file has an unknown entry '{where}'", remedy=remedy, file=file)
    if first["type"] in ("missing", "missing_argument"):
        return BadSpecification(f"the catalogue file lacks '{where}'", remedy=f"Add {where} = … to it.", file=file)
    return BadSpecification(f"'{where}' is {first.get('input')!r}: {first['msg']}", remedy=_LOOK, file=file)
