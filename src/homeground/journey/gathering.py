"""What a cohort file asks for, gathered from a folder: tables, areas, people and lookups, each file read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from homeground.areas import area_key, convert
from homeground.cohort_file import CohortFile, CohortLevel, CohortLookup, CohortRanking, People
from homeground.errors import BadInput, BadSpecification, BadValue, MissingColumns, MissingDataset, UnknownArea
from homeground.provenance import Note, Source
from homeground.sources import readers
from homeground.sources.folder import Opened, Scan, open_dataset, open_file, scan
from homeground.stats import FloatArray
from homeground.tables import check_areas, listed, numbers, require_columns

__all__ = ["OWN_HEADINGS", "Desk", "Listing", "code_heading", "counts", "told_of"]

OWN_HEADINGS = ("area_name", "larger_area", "larger_area_name", "population")


@dataclass(frozen=True)
class Listing:
    """The areas that a list is about.

    Attributes
    ----------
    table : polars.DataFrame
        As `homeground.find.cohort.cohort` takes it.
    kind, year, plural : str, int or None, str
        What the areas are, of which boundary year, and the word for several of them.
    known : polars.Series
        Every code that may be named, also where the list is about some of the areas only.
    """

    table: pl.DataFrame
    kind: str
    year: int | None
    plural: str
    known: pl.Series


@contextmanager
def told_of(file: str | None) -> Iterator[None]:
    """Give an error that names no file the name of `file`."""
    try:
        yield
    except BadInput as error:
        raise (error.at(file=file) if file else error) from None


def code_heading(table: pl.DataFrame, *, wanted: str | None = None, file: str | None = None) -> str:
    """Return the heading of the area codes of a table that no catalogue describes.

    ``area_code``, or the first heading that says so (``LSOA code (2021)``, ``WD17CD``), unless one is asked for.

    Raises
    ------
    MissingColumns
        If no heading does.

    Examples
    --------
    >>> code_heading(pl.DataFrame({"Name": ["x"], "LSOA21CD": ["E01000001"]}))
    'LSOA21CD'
    """
    if wanted is not None:
        require_columns(table, [wanted], file=file)
        return wanted
    if "area_code" in table.columns:
        return "area_code"
    found = [name for name in table.columns if area_key(name) is not None]
    if found:
        return found[0]
    raise MissingColumns(
        f"no heading says that it holds area codes (there are: {listed(table.columns, most=6)})",
        remedy="Say which one does: --area-column HEADING; or call it area_code.",
        file=file,
    )


class Desk:
    """The files of one task, each read once and only the columns that are needed.

    Parameters
    ----------
    made : CohortFile
    data : Path, optional
        The folder. A data set that is asked for without it is an error.
    level : str, optional
        Name of one of ``made.levels`` that is going to be asked for.
    also : sequence of str
        Further headings of the table of areas that are wanted where it has them.
    """

    def __init__(
        self, made: CohortFile, data: Path | None, *, level: str | None = None, also: Sequence[str] = ()
    ) -> None:
        self.made = made
        self.data = data
        self.also = tuple(also)
        self.notes: list[Note] = []
        self._scan: Scan | None = None
        self._opened: dict[str, Opened] = {}
        self._sources: list[Source] = []
        self._headings: dict[str, dict[str, None]] = {}
        for table, needed in _uses(made, level):
            named = table.dataset or table.file
            if named is not None:
                asked = self._headings.setdefault(named, {})
                asked.update(dict.fromkeys(name for name in needed if name))

    @property
    def sources(self) -> tuple[Source, ...]:
        """Everything that was read."""
        return tuple(dict.fromkeys([*(opened.source for opened in self._opened.values()), *self._sources]))

    def add(self, sources: Sequence[Source], notes: Sequence[Note]) -> None:
        """Keep what was read elsewhere, to be told with the rest."""
        self._sources += sources
        self.notes += notes

    def open(self, table: CohortLookup | People | CohortRanking) -> Opened:
        """Return the table that a part of the cohort file names."""
        name = table.dataset or table.file
        assert name is not None
        if name not in self._opened:
            self._opened[name] = self._read(table.dataset, name)
            self.notes += self._opened[name].notes
        return self._opened[name]

    def _read(self, dataset: str | None, name: str) -> Opened:
        if dataset is None:
            return self._read_file(self.data / name if self.data else Path(name), name)
        found = self._folder(dataset)
        headings = list(self._headings[dataset])
        if dataset == self.made.areas.dataset and self.also:
            entry = found.catalogue.get(dataset)
            has = {column.name for column in entry.columns} if entry else set()
            headings += [heading for heading in self.also if heading in has]
        return open_dataset(found, dataset, columns=headings)

    def _read_file(self, path: Path, name: str) -> Opened:
        # Messages name a file as people see it from where they are.
        path = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        layers = readers.headings(path)
        asked = self._headings.get(name, {})
        if len(layers) != 1 or not asked or not set(asked) <= set(layers[0][1]):
            return open_file(path)
        there = layers[0][1]
        codes = [heading for heading in there if heading == "area_code" or area_key(heading) is not None]
        areas = self.made.areas
        people = areas.population.column if areas.population else None
        maybe = (areas.name, areas.larger_area, areas.larger_area_name, people, *OWN_HEADINGS, *self.also)
        wanted = dict.fromkeys([*asked, *codes[:1], *(heading for heading in maybe if heading in there)])
        try:
            return open_file(path, columns=list(wanted))
        except BadSpecification:
            # A publisher's file with a column of one's own: the catalogue does not know that column.
            return open_file(path)

    def _folder(self, wanted: str) -> Scan:
        if self._scan is None:
            if self.data is None:
                raise BadSpecification(
                    f"'{self.made.name}' needs the official files ({listed(self.made.datasets or [wanted], most=9)})",
                    remedy="Say where they are: --data FOLDER.",
                )
            self._scan = scan(self.data)
            self._check_whole(self._scan)
        return self._scan

    def _check_whole(self, there: Scan) -> None:
        """Raise if data sets are missing, all of them in one message."""
        missing = [name for name in self.made.datasets if not there.has(name)]
        if not missing:
            return
        try:
            open_dataset(there, missing[0])
        except MissingDataset as error:
            more = f" It also lacks {listed(missing[1:], most=9)}." if missing[1:] else ""
            raise MissingDataset(error.problem, remedy=error.remedy + more, file=error.file) from None

    def has(self, table: People) -> bool:
        """Return whether a table is there, or is one that the list cannot be made without."""
        return (
            table.dataset is None
            or table.dataset in self.made.datasets
            or self._folder(table.dataset).has(table.dataset)
        )

    def codes(self, opened: Opened, wanted: str | None) -> str:
        """Return the heading of the area codes of a table."""
        if wanted is None and opened.dataset is not None and opened.dataset.area_column:
            return opened.dataset.area_column
        return code_heading(opened.table, wanted=wanted, file=opened.file)

    # The areas and their people.

    def areas(self) -> Listing | None:
        """Return the areas that the list is about; None when they are those of the two rankings."""
        areas = self.made.areas
        if areas.dataset is None and areas.file is None:
            return None
        opened = self.open(areas)  # type: ignore[arg-type]
        names = {
            "area_code": self.codes(opened, areas.code),
            "area_name": areas.name,
            "larger_area": areas.larger_area,
            "larger_area_name": areas.larger_area_name,
        }
        names |= {heading: heading for heading in self.also if heading in opened.table.columns}
        table = _renamed(opened.table, names, opened.file)
        if areas.starts_with:
            table = table.filter(pl.col("area_code").str.starts_with(areas.starts_with))
        table = table.unique(maintain_order=True)
        check_areas(table, file=opened.file)
        if areas.population is not None:
            table = self._with_people(table, areas.population, opened)
        return Listing(table, areas.kind, areas.year, areas.plural, table["area_code"])

    def _with_people(self, table: pl.DataFrame, wanted: People, opened: Opened) -> pl.DataFrame:
        if not self.has(wanted):
            text = f"The number of people is not told: the folder does not hold {wanted.dataset}."
            self.notes.append(Note(text, kind="missing"))
            return table
        people = self.people(wanted)
        strangers = table.join(people, on="area_code", how="anti")["area_code"]
        if len(strangers) and wanted.through is None:
            # Nobody knows these codes: a slip of the pen, or another boundary year.
            row = int((opened.table[self.codes(opened, self.made.areas.code)] == strangers[0]).arg_true()[0])
            raise UnknownArea(
                f"{strangers[0]} is not among the {people.height:,} areas of {wanted.dataset or wanted.file} "
                f"({len(strangers):,} of {table.height:,} codes)",
                remedy="Correct the code, or use the files of one boundary year.",
                file=opened.file,
                row=row + 2,
                column=self.codes(opened, self.made.areas.code),
            )
        return table.join(people.rename({"people": "population"}), on="area_code", how="left", maintain_order="left")

    def people(self, wanted: People, own: Opened | None = None) -> pl.DataFrame:
        """Return ``area_code`` and ``people``; from the table `own` where the part names none."""
        opened = own if wanted.dataset is None and wanted.file is None else self.open(wanted)
        assert opened is not None
        values = counts(opened, wanted.column)
        codes = opened.table[self.codes(opened, wanted.code)].cast(pl.String)
        table = pl.DataFrame({"area_code": codes, "people": pl.Series(values, nan_to_null=True)})
        check_areas(table, file=opened.file)
        if wanted.through is None:
            return table
        pairs, _ = self.lookup(wanted.through)
        with told_of(opened.file):
            return convert(table, pairs, totals=("people",)).table.select("area_code", "people")

    def lookup(self, wanted: CohortLookup) -> tuple[pl.DataFrame, Opened]:
        """Return ``from_code, to_code`` and the table they stand in."""
        opened = self.open(wanted)
        pairs = _renamed(opened.table, {"from_code": wanted.from_, "to_code": wanted.to}, opened.file)
        return pairs.drop_nulls().unique(maintain_order=True), opened

    def level(self, name: str) -> CohortLevel:
        """Return one of the larger areas that the cohort file knows."""
        if name not in self.made.levels:
            has = f"It can be made for: {', '.join(self.made.levels)}." if self.made.levels else "Leave --level out."
            raise BadSpecification(f"'{self.made.name}' knows no level '{name}'", remedy=has)
        return self.made.levels[name]

    def areas_of_level(self, level: CohortLevel) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the larger areas of a level, and the lookup to them (``from_code, to_code``)."""
        pairs, opened = self.lookup(level)
        names = {
            "area_code": level.to,
            "area_name": level.name,
            "larger_area": level.larger_area,
            "larger_area_name": level.larger_area_name,
        }
        table = _renamed(opened.table, names, opened.file).drop_nulls("area_code")
        # A larger area may lie in two districts of another year: it is listed once, under the first.
        return table.unique("area_code", maintain_order=True), pairs


def counts(opened: Opened, column: str) -> FloatArray:
    """Return a column of people, none of them below zero."""
    missing = opened.dataset.missing_codes if opened.dataset else ()
    values = numbers(opened.table, column, missing_codes=missing, file=opened.file)
    below = np.flatnonzero(values < 0)
    if len(below):
        row = int(below[0]) + 2
        what = f"{values[below[0]]:g} people cannot be"
        raise BadValue(what, remedy="Correct the cell.", file=opened.file, row=row, column=column)
    return values


def _renamed(table: pl.DataFrame, names: Mapping[str, str | None], file: str) -> pl.DataFrame:
    given = {target: heading for target, heading in names.items() if heading is not None}
    require_columns(table, given.values(), file=file)
    return table.select(pl.col(heading).cast(pl.String).alias(target) for target, heading in given.items())


def _uses(
    made: CohortFile, level: str | None
) -> Iterator[tuple[CohortLookup | People | CohortRanking, Sequence[str | None]]]:
    areas = made.areas
    yield areas, [areas.code, areas.name, areas.larger_area, areas.larger_area_name]  # type: ignore[misc]
    if areas.population is not None:
        yield from _uses_of_people(areas.population)
    for ranking in (made.deprivation, made.need):
        own = [step.weight.column for step in ranking.carried if step.weight and step.weight.dataset is None]
        yield ranking, [ranking.code, ranking.column, *own]
        for step in ranking.carried:
            yield step, [step.from_, step.to]
            if step.weight is not None:
                yield from _uses_of_people(step.weight)
    if level is not None and level in made.levels:
        to = made.levels[level]
        yield to, [to.from_, to.to, to.name, to.larger_area, to.larger_area_name]


def _uses_of_people(people: People) -> Iterator[tuple[CohortLookup | People, Sequence[str | None]]]:
    yield people, [people.code, people.column]
    if people.through is not None:
        yield people.through, [people.through.from_, people.through.to]
