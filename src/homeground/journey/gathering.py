"""What a cohort file asks for, gathered from a folder: the areas, their people, and the two rankings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from homeground import stats
from homeground.areas import AreaKey, area_key, check_codes, convert
from homeground.cohort_file import CohortFile, CohortLevel, CohortLookup, CohortRanking, CohortStep, People
from homeground.errors import (
    BadInput,
    BadSpecification,
    BadValue,
    MissingColumns,
    MissingDataset,
    UnknownArea,
    WrongBoundaries,
)
from homeground.find.beside import check_same_boundaries
from homeground.find.levels import Carried, carry
from homeground.provenance import Note, Source
from homeground.sources import readers
from homeground.sources.folder import Opened, Scan, open_dataset, open_file, scan
from homeground.tables import check_areas, check_ranks, listed, numbers, require_columns

__all__ = ["OWN_HEADINGS", "Desk", "Listing", "Side", "arrived", "check_one_kind", "code_heading", "told_of"]

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


@dataclass(frozen=True)
class Side:
    """One of the two rankings, on its way to the areas of the list.

    Attributes
    ----------
    what : str
        ``deprivation`` or ``need``.
    table : polars.DataFrame
        ``area_code``, ``rank`` (1 is the most need) and, where it has one, ``score``.
    n : int
        How many areas are ranked.
    opened : Opened or None
        The table it was read from; None for an index that was built.
    key : AreaKey or None
        What its areas are and of which boundary year, where the catalogue or the heading says so.
    gaps : mapping of str to str
        Why an area of the list has no rank, where that is known.
    beyond : tuple of str
        Areas that a lookup leads to and that are not on the list.
    notes : tuple of Note
    """

    what: str
    table: pl.DataFrame
    n: int
    opened: Opened | None = None
    key: AreaKey | None = None
    gaps: Mapping[str, str] = field(default_factory=dict)
    beyond: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


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
            table = self._with_people(table, areas.population)
        return Listing(table, areas.kind, areas.year, areas.plural, table["area_code"])

    def areas_of(self, sides: Sequence[Side]) -> Listing:
        """Return the areas of the two rankings, with the names and people that stand beside the ranks."""
        areas = self.made.areas
        codes = pl.concat([side.table["area_code"] for side in sides]).unique().sort()
        table = pl.DataFrame({"area_code": codes})
        key = sides[0].key if sides[0].key == sides[1].key else None
        people = areas.population.column if areas.population else "population"
        named = dict(zip(OWN_HEADINGS, (areas.name, areas.larger_area, areas.larger_area_name, people), strict=True))
        named |= {heading: heading for heading in self.also}
        for target, heading in named.items():
            column = self._beside(sides, target, heading)
            if column is not None and target not in table.columns:
                table = table.join(column, on="area_code", how="left", maintain_order="left")
        if areas.population is not None and "population" not in table.columns:
            raise MissingColumns(
                f"neither table has the column '{people}'", remedy="Name the heading of the number of people."
            )
        kind, year = (areas.kind, areas.year) if key is None or areas.year else (key.kind, key.year)
        return Listing(table, kind, year, areas.plural, table["area_code"])

    def _beside(self, sides: Sequence[Side], target: str, heading: str | None) -> pl.DataFrame | None:
        found: pl.DataFrame | None = None
        for side in sides:
            opened = side.opened
            if opened is None:
                continue
            known = opened.dataset.name_column if opened.dataset and target == "area_name" else ""
            name = next((name for name in (heading, target, known) if name and name in opened.table.columns), None)
            code = self.codes(opened, getattr(self.made, side.what).code)
            if name is None or name == code:
                continue
            values = opened.table[name].rename(target)
            if target == "population":
                values = pl.Series(target, numbers(opened.table, name, file=opened.file), nan_to_null=True)
            part = pl.DataFrame([opened.table[code].cast(pl.String).str.strip_chars().alias("area_code"), values])
            if found is None:
                found = part
            else:
                found = found.join(part, on="area_code", how="full", coalesce=True, suffix="_2")
                found = found.select("area_code", pl.coalesce(target, f"{target}_2").alias(target))
        return found

    def _with_people(self, table: pl.DataFrame, wanted: People) -> pl.DataFrame:
        if not self.has(wanted):
            text = f"The number of people is not told: the folder does not hold {wanted.dataset}."
            self.notes.append(Note(text, kind="missing"))
            return table
        people = self.people(wanted)
        return table.join(people.rename({"people": "population"}), on="area_code", how="left", maintain_order="left")

    def people(self, wanted: People, own: Opened | None = None) -> pl.DataFrame:
        """Return ``area_code`` and ``people``; from the table `own` where the part names none."""
        opened = own if wanted.dataset is None and wanted.file is None else self.open(wanted)
        assert opened is not None
        require_columns(opened.table, [wanted.column], file=opened.file)
        values = numbers(opened.table, wanted.column, file=opened.file)
        below = np.flatnonzero(values < 0)
        if len(below):
            raise BadValue(
                f"{values[below[0]]:g} people cannot be",
                remedy="Correct the cell.",
                file=opened.file,
                row=int(below[0]) + 2,
                column=wanted.column,
            )
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

    # The rankings.

    def side(self, what: str, listing: Listing | None) -> Side:
        """Return one ranking, carried to the areas of the list."""
        wanted: CohortRanking = getattr(self.made, what)
        side = self._built(what, wanted) if wanted.method else self._as_read(what, wanted)
        for place, step in enumerate(wanted.carried):
            last = place == len(wanted.carried) - 1
            side = self._carried(side, step, listing if last else None)
        if listing is not None and not wanted.carried:
            _check_listed(side, wanted, listing)
        return side

    def _built(self, what: str, wanted: CohortRanking) -> Side:
        # Only a cohort file that names a method needs the index engine, and the time to import it.
        from homeground.journey.index import build_index

        assert wanted.method is not None
        built = build_index(wanted.method, data=self.data)
        self._sources += built.sources
        self.notes += built.notes
        table = built.table.select("area_code", "rank", "score")
        return Side(what, table, int(table["rank"].count()))

    def _as_read(self, what: str, wanted: CohortRanking) -> Side:
        opened = self.open(wanted)
        assert wanted.column is not None
        code = self.codes(opened, wanted.code)
        check_areas(opened.table, code, file=opened.file)
        missing = opened.dataset.missing_codes if opened.dataset else ()
        values = numbers(opened.table, wanted.column, missing_codes=missing, file=opened.file)
        if not np.isfinite(values).any():
            raise BadValue("the column is empty", remedy="Choose another.", file=opened.file, column=wanted.column)
        key = _key(opened, code)
        columns = {"area_code": opened.table[code].cast(pl.String).str.strip_chars()}
        check_areas(pl.DataFrame(columns), file=opened.file)
        if key is not None:
            check_codes(columns["area_code"], key, file=opened.file, official=False)
        if wanted.holds == "score":
            scores = values if wanted.higher_is == "worse" else -values
            ranks = stats.rank(scores)
            columns["score"] = pl.Series(scores, nan_to_null=True)
        else:
            ranks = values
            _check_read_ranks(values, wanted, opened)
        columns["rank"] = pl.Series(ranks, nan_to_null=True)
        n = wanted.ranked or int(np.isfinite(values).sum())
        return Side(what, pl.DataFrame(columns), n, opened, key)

    def _carried(self, side: Side, step: CohortStep, listing: Listing | None) -> Side:
        pairs, opened = self.lookup(step)
        weights = None if step.weight is None else self.people(step.weight, side.opened)
        if listing is not None and self.made.areas.starts_with:
            pairs = pairs.filter(pl.col("to_code").str.starts_with(self.made.areas.starts_with))
        plural = self.made.areas.plural if listing is not None else "areas"
        with told_of(side.opened.file if side.opened else None):
            moved = carry(
                side.table,
                pairs,
                by=step.by,
                n=side.n,
                weights=weights,
                targets=None if listing is None else listing.table["area_code"],
                of=plural,
            )
        return arrived(side, moved, lookup=step.dataset or Path(opened.file).name, plural=plural)

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


def arrived(side: Side, moved: Carried, *, lookup: str, plural: str) -> Side:
    """Return a ranking after a step, with what the step left out in words."""
    notes = list(moved.notes)
    if moved.beyond:
        text = f"{len(moved.beyond):,} {plural} that {lookup} leads to are not on the list: {listed(moved.beyond)}."
        notes.append(Note(text, areas=moved.beyond, kind="missing"))
    gaps = dict.fromkeys(moved.uncovered, f"no area leads to it in {lookup}")
    return replace(
        side,
        table=moved.table,
        n=moved.n,
        key=None,
        gaps={**side.gaps, **gaps},
        beyond=(*side.beyond, *moved.beyond),
        notes=(*side.notes, *notes),
    )


def _renamed(table: pl.DataFrame, names: Mapping[str, str | None], file: str) -> pl.DataFrame:
    given = {target: heading for target, heading in names.items() if heading is not None}
    require_columns(table, given.values(), file=file)
    return table.select(pl.col(heading).cast(pl.String).alias(target) for target, heading in given.items())


def check_one_kind(sides: Sequence[Side]) -> None:
    """Raise `WrongBoundaries` if two rankings that nothing carries to one list are of different areas.

    What the catalogue or the headings say of kind and boundary year counts first, then the codes.
    """
    one, two = (side.key for side in sides)
    file = sides[1].opened.file if sides[1].opened else None
    if one is not None and two is not None and (one.kind, one.year) != (two.kind, two.year) and one.year and two.year:
        raise WrongBoundaries(
            f"the need ranking is by {two.kind} of {two.year}, the deprivation ranking by {one.kind} of {one.year}",
            remedy="Use two rankings of the same areas and boundary year, or convert one: homeground data convert.",
            file=file,
        )
    with told_of(file):
        check_same_boundaries(sides[0].table["area_code"], sides[1].table["area_code"])


def _key(opened: Opened, code: str) -> AreaKey | None:
    known = opened.dataset
    if known is not None and code == known.area_column and known.boundary_year:
        return AreaKey(known.area_kind, known.boundary_year)
    return area_key(code)


def _check_read_ranks(values: stats.FloatArray, wanted: CohortRanking, opened: Opened) -> None:
    assert wanted.column is not None
    tied = wanted.tied
    if opened.dataset is not None and any(wanted.column == column.name for column in opened.dataset.columns):
        tied = max(tied, opened.dataset.column(wanted.column).tied)
    if wanted.ranked is None:
        try:
            check_ranks(values, column=wanted.column, tied=tied, missing_allowed=True, file=opened.file)
        except BadValue as error:
            if opened.dataset is not None:
                raise
            hint = f"{error.remedy} If the column holds scores, say so: --holds score."
            raise BadValue(error.problem, remedy=hint, file=error.file, row=error.row, column=error.column) from None
        return
    known = np.isfinite(values)
    outside = np.flatnonzero(known & ((values < 1) | (values > wanted.ranked)))
    if len(outside):
        raise BadValue(
            f"the rank {values[outside[0]]:g} is out of range: it is to be one of {wanted.ranked:,} ranks",
            remedy="Correct the rank, or the number of areas that are ranked.",
            file=opened.file,
            row=int(outside[0]) + 2,
            column=wanted.column,
        )
    ranks = pl.Series(values, nan_to_null=True)
    repeats = np.flatnonzero((~ranks.is_first_distinct() & ranks.is_not_null()).to_numpy())
    if len(repeats) > tied:
        raise BadValue(
            f"the rank {values[repeats[0]]:g} stands here a second time; {len(repeats):,} ranks repeat another where "
            f"{tied:,} ties were declared",
            remedy="Declare the ties that the publisher states, or correct the column.",
            file=opened.file,
            row=int(repeats[0]) + 2,
            column=wanted.column,
        )


def _check_listed(side: Side, wanted: CohortRanking, listing: Listing) -> None:
    codes = side.table["area_code"]
    strangers = (~codes.is_in(listing.table["area_code"].to_list())).arg_true()
    if not len(strangers):
        return
    year = f" of {listing.year}" if listing.year else ""
    what = (
        f"{len(strangers):,} of {len(codes):,} areas are not among the {listing.plural}{year} of the list "
        f"(first: {codes[int(strangers[0])]})"
    )
    where = {"file": side.opened.file if side.opened else wanted.method, "row": int(strangers[0]) + 2}
    if len(strangers) * 100 > len(codes):
        raise WrongBoundaries(what, remedy="Use the file of the same boundary year.", **where)  # type: ignore[arg-type]
    raise UnknownArea(what, remedy="Correct the codes.", **where)  # type: ignore[arg-type]


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
