"""From a method and a folder (or one table) to an index, a comparison with the published one, and summaries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from homeground.errors import BadMethod, BadSpecification, MissingColumns, WrongBoundaries
from homeground.find.index import BuiltIndex, build
from homeground.find.published import Check, check
from homeground.find.summaries import Summaries, summarise
from homeground.method import Method
from homeground.provenance import Note, Source
from homeground.sources import methods
from homeground.sources.datasets import Dataset
from homeground.sources.folder import Opened, Scan, open_dataset, open_file, scan
from homeground.tables import listed, numbers, require_columns

__all__ = ["MethodTable", "build_from", "build_index", "check_index", "method_table", "published_of", "summarise_index"]


@dataclass(frozen=True)
class MethodTable:
    """The one table a method is computed from, gathered from its files.

    Attributes
    ----------
    table : polars.DataFrame
        Every column the method names, one row per area.
    area_column : str
        Heading of the area codes.
    missing_codes : tuple of str
        Text that stands for 'no figure'.
    file : str
        Name of the (first) file, for messages.
    sources : tuple of Source
    notes : tuple of Note
    """

    table: pl.DataFrame
    area_column: str
    missing_codes: tuple[str, ...] = ()
    file: str | None = None
    sources: tuple[Source, ...] = ()
    notes: tuple[Note, ...] = ()


def build_index(
    method: Method | str | Path,
    *,
    data: Path | Scan | None = None,
    input: Path | None = None,
    area_column: str | None = None,
) -> BuiltIndex:
    """Return the index that a method gives on the files of a folder, or on one table.

    Parameters
    ----------
    method : Method, str or Path
        A method, the name of a shipped one (``iod2025``), or a method file.
    data : Path or Scan, optional
        Folder with the data sets that the method names, recognised by their headings; or its scan, when it is at hand.
    input : Path, optional
        One table with everything the method needs, instead.
    area_column : str, optional
        Heading of the area codes in `input`, when not the one in the method.

    Returns
    -------
    BuiltIndex

    Raises
    ------
    BadMethod, MissingDataset, BadTable, WrongBoundaries
        With the file, row and column where it went wrong, and what to do.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "mine.toml").write_text('''
    ... name = "mine"
    ... [index]
    ... parts = ["poor"]
    ... weights = "equal"
    ... [parts.poor]
    ... column = "poor"
    ... ''')
    ...     _ = Path(folder, "mine.csv").write_text("code,poor\\na,0.1\\nb,0.3\\n")
    ...     built = build_index(Path(folder, "mine.toml"), input=Path(folder, "mine.csv"), area_column="code")
    >>> built.table["rank"].to_list()
    [2, 1]
    """
    recipe = method if isinstance(method, Method) else methods.load(method)
    return build_from(recipe, method_table(recipe, data=data, input=input, area_column=area_column))


def build_from(method: Method, gathered: MethodTable) -> BuiltIndex:
    """Return the index of `method` on a table that was gathered for it, with the notes of both."""
    built = build(
        method,
        gathered.table,
        area_column=gathered.area_column,
        missing_codes=gathered.missing_codes,
        file=gathered.file,
        sources=gathered.sources,
    )
    return replace(built, notes=(*gathered.notes, *built.notes))


def method_table(
    method: Method, *, data: Path | Scan | None = None, input: Path | None = None, area_column: str | None = None
) -> MethodTable:
    """Return the table that `method` is computed from, gathered from a folder or one file.

    Raises
    ------
    BadSpecification
        If neither a folder nor a table is given, or both are.
    """
    if input is not None:
        return _from_file(method, input, area_column)
    if data is None:
        raise BadSpecification(
            f"the method '{method.name}' needs a table",
            remedy="Give --data FOLDER with the official files, or --input TABLE.",
        )
    if not method.datasets:
        raise BadSpecification(
            f"the method '{method.name}' names no data sets to look for in a folder",
            remedy="Give the table itself: --input TABLE; or add datasets = ['…'] to the method file.",
        )
    found = data if isinstance(data, Scan) else scan(data)
    opened = [open_dataset(found, name, columns=_wanted(method, found.catalogue.get(name))) for name in method.datasets]
    return _join(opened)


def _wanted(method: Method, dataset: Dataset | None) -> list[str] | None:
    """Return the columns of one data set that the method uses: the rest of a wide file is not read."""
    if dataset is None:
        return None
    areas = method.areas
    named = {*method.columns(), areas.code, areas.name, areas.larger_area, areas.larger_area_name, areas.population}
    return [column.name for column in dataset.columns if column.name in named]


def _from_file(method: Method, path: Path, area_column: str | None) -> MethodTable:
    opened = open_file(path)
    dataset = opened.dataset
    known = dataset is not None and dataset.id in method.datasets
    if dataset is not None and method.datasets and not known and dataset.kind in ("index", "indicators"):
        needs = [
            name for name in (*method.columns(), method.areas.code or "") if name and name not in opened.table.columns
        ]
        if needs:
            raise WrongBoundaries(
                f"this is '{dataset.id}' ({dataset.title}), and the method '{method.name}' is made for "
                f"{listed(method.datasets)}",
                remedy=f"Give the right file, or another method. Missing here: {listed(needs)}.",
                file=path,
            )
    column = area_column or method.areas.code
    if column is None or (column not in opened.table.columns and area_column is None):
        column = _guess_area_column(method, opened, path)
    require_columns(opened.table, [column], file=path)
    codes = tuple(dataset.missing_codes) if dataset is not None else ()
    return MethodTable(opened.table, column, codes, str(path), (opened.source,), opened.notes)


def _guess_area_column(method: Method, opened: Opened, path: Path) -> str:
    if opened.dataset is not None and opened.dataset.area_column in opened.table.columns:
        return opened.dataset.area_column
    if "area_code" in opened.table.columns:
        return "area_code"
    wanted = f"'{method.areas.code}' or 'area_code'" if method.areas.code else "'area_code'"
    raise MissingColumns(
        f"no column of area codes was found (looked for {wanted})",
        remedy=f"Name it: --area-column HEADING. The table has: {listed(opened.table.columns, most=6)}.",
        file=path,
    )


def _join(opened: list[Opened]) -> MethodTable:
    first = opened[0]
    assert first.dataset is not None
    key = first.dataset.area_column
    table, notes = first.table, [note for each in opened for note in each.notes]
    for other in opened[1:]:
        assert other.dataset is not None
        if (other.dataset.area_kind, other.dataset.boundary_year) != (
            first.dataset.area_kind,
            first.dataset.boundary_year,
        ):
            raise WrongBoundaries(
                f"'{first.dataset.id}' is by {first.dataset.area_kind} of {first.dataset.boundary_year} and "
                f"'{other.dataset.id}' by {other.dataset.area_kind} of {other.dataset.boundary_year}",
                remedy="Convert one of them first: homeground data convert.",
            )
        right = other.table.rename({other.dataset.area_column: key})
        right = right.select(key, *[name for name in right.columns if name not in table.columns])
        strangers = right.join(table, on=key, how="anti")
        lost = table.join(right, on=key, how="anti")
        if strangers.height or lost.height:
            text = (
                f"'{other.dataset.id}' lacks {lost.height:,} areas of '{first.dataset.id}' and has "
                f"{strangers.height:,} others."
            )
            notes.append(Note(text, areas=(*lost[key].to_list(), *strangers[key].to_list()), kind="missing"))
        table = table.join(right, on=key, how="left", maintain_order="left")
    codes = tuple({code: None for each in opened if each.dataset for code in each.dataset.missing_codes})
    sources = tuple(each.source for each in opened)
    return MethodTable(table, key, codes, first.file, sources, tuple(notes))


def published_of(method: Method, data: Path | Scan) -> tuple[pl.DataFrame, Source]:
    """Return what the publisher gives for a shipped method: ``area_code`` and any of ``score, rank, decile``.

    Raises
    ------
    BadMethod
        If the method does not say where its published result is.
    """
    if method.published is None:
        raise BadMethod(
            f"the method '{method.name}' does not say where its published scores are",
            remedy="Add [published] to the method file, or give --published FILE.",
        )
    wanted = {key: getattr(method.published, key) for key in ("score", "rank", "decile")}
    columns = {key: heading for key, heading in wanted.items() if heading}
    opened = open_dataset(data, method.published.dataset, columns=list(columns.values()))
    assert opened.dataset is not None
    require_columns(opened.table, columns.values(), file=opened.file)
    codes = opened.dataset.missing_codes
    out = [opened.table[opened.dataset.area_column].cast(pl.String).alias("area_code")]
    for key, heading in columns.items():
        values = numbers(opened.table, heading, missing_codes=codes, file=opened.file)
        out.append(pl.Series(key, values, nan_to_null=True))
    return pl.DataFrame(out), opened.source


def check_index(
    method: Method | str | Path,
    *,
    data: Path | Scan,
    input: Path | None = None,
    area_column: str | None = None,
) -> tuple[BuiltIndex, Check]:
    """Build an index and compare it with the published one in the folder `data`."""
    recipe = method if isinstance(method, Method) else methods.load(method)
    found = data if isinstance(data, Scan) else scan(data)
    published, _ = published_of(recipe, found)
    built = build_index(recipe, data=None if input else found, input=input, area_column=area_column)
    return built, check(built.table, published)


def summarise_index(
    built: BuiltIndex, gathered: pl.DataFrame, *, larger_area: str | None = None, population: str | None = None
) -> Summaries:
    """Sum a built index up for larger areas, by the columns that its method (or the caller) names.

    Parameters
    ----------
    built : BuiltIndex
    gathered : polars.DataFrame
        The table it was built from, in the same order.
    larger_area, population : str, optional
        Headings; those of the method when left out.

    Raises
    ------
    BadSpecification
        If neither the caller nor the method names them.
    """
    areas = built.method.areas
    area, people = larger_area or areas.larger_area, population or areas.population
    if not area or not people:
        raise BadSpecification(
            "summaries need a larger area and people",
            remedy="Give --larger-area HEADING and --population HEADING, or set them under [areas] in the method.",
        )
    require_columns(gathered, [area, people])
    name = areas.larger_area_name if area == areas.larger_area else None
    names = gathered[name] if name and name in gathered.columns else None
    return summarise(built.table, gathered[area], gathered[people], names=names)
