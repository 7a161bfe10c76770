"""From a table on old boundaries and a lookup to the table on new ones, with everything said that this took."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from homeground.areas import Conversion, area_key, convert, kind_of, with_shares
from homeground.errors import BadSpecification, HomegroundError, MissingDataset
from homeground.provenance import Note, Source
from homeground.sources.datasets import datasets, matching_key
from homeground.sources.folder import Opened, Scan, open_dataset, open_file, scan
from homeground.tables import check_areas, listed, numbers, require_columns

__all__ = ["Converted", "convert_table"]

_NO_MEAN = {"rank": "a mean of ranks is no rank", "decile": "a mean of deciles is no decile"}
_TOTAL_ONLY = ("count", "people")
_MEAN_ONLY = ("score", "rank", "decile")


@dataclass(frozen=True)
class Converted:
    """A table on new boundaries.

    Attributes
    ----------
    table : polars.DataFrame
        ``area_code``, ``area_name`` where the lookup has names, the columns that were moved, and ``estimated_share``:
        the share, 0 to 1, of the weight that comes from areas which were split.
    conversion : Conversion
        What could not be placed, and what is estimated.
    from_column, to_column : str
        Headings of the lookup.
    notes : tuple of Note
    sources : tuple of Source
    """

    table: pl.DataFrame
    conversion: Conversion
    from_column: str
    to_column: str
    notes: tuple[Note, ...]
    sources: tuple[Source, ...]


def convert_table(
    table: Path | str,
    *,
    lookup: Path | str,
    to_column: str,
    from_column: str | None = None,
    means: Sequence[str] = (),
    totals: Sequence[str] = (),
    weight: str | None = None,
    weight_from: Path | str | None = None,
    area_column: str | None = None,
    targets: Path | str | None = None,
    split_by: Path | str | None = None,
    split_column: str | None = None,
    unmatched: Literal["refuse", "report"] = "refuse",
    data: Path | None = None,
) -> Converted:
    """Return a table moved to other boundaries through a lookup, weighted by people.

    Parameters
    ----------
    table, lookup, weight_from, targets, split_by : Path or str
        A file, or the catalogue name of a data set that `data` holds.
    to_column, from_column : str
        Headings of the lookup: new codes, old codes. The old ones are found by the codes of `table` when left out.
    means : sequence of str
        Columns to average: scores and rates.
    totals : sequence of str
        Columns to add up and share out: people and counts.
    weight : str, optional
        Column of people, in `table` or in `weight_from`; areas count equally without it.
    area_column : str, optional
        Heading of the area codes of `table`; known for data sets of the catalogue.
    targets : Path or str, optional
        All new areas there should be, so that those that receive nothing can be listed; without it, those that the
        lookup knows in the country of the table.
    split_by, split_column : optional
        People of the new areas: an area that was split goes to its parts by their people, not equally.
    unmatched : {'refuse', 'report'}
        What to do with areas that the lookup lacks.
    data : Path, optional
        Folder with data sets.

    Returns
    -------
    Converted

    Raises
    ------
    BadSpecification
        If nothing is to be moved, a mean of ranks is asked for, or a column of the lookup does not fit.
    UnknownArea
        If the lookup lacks areas of the table.
    BadTable, MissingColumns, MissingDataset
        Naming file, row and column.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     old, pairs = Path(folder, "old.csv"), Path(folder, "pairs.csv")
    ...     _ = old.write_text("code,people\\na,100\\nb,200\\n")
    ...     _ = pairs.write_text("old,new\\na,X\\nb,X\\n")
    ...     convert_table(old, lookup=pairs, to_column="new", totals=["people"], area_column="code").table.row(0)
    ('X', 300.0, 0.0)
    """
    shelf = _Shelf(data)
    # What is wrong with the question is told before any file is read.
    if not means and not totals:
        raise BadSpecification("nothing is to be moved", remedy="Name columns with means or totals (or both).")
    twice = [name for name in means if name in totals]
    if twice:
        raise BadSpecification(f"'{twice[0]}' is both a mean and a total", remedy="Take it out of one of them.")
    given = shelf.open(table)
    code = _area_column(given, area_column)
    old = _old_areas(given, code, means, totals, None if weight_from else weight)
    if weight_from and weight:
        old = _with_weight(old, shelf.open(weight_from), weight)
    pairs, names, start, end = _pairs(shelf.open(lookup), old["area_code"], from_column, to_column)
    if split_by is not None:
        pairs = with_shares(pairs, _people(shelf.open(split_by), split_column))
    try:
        conversion = convert(
            old,
            pairs,
            means=tuple(means),
            totals=tuple(totals),
            weight="_weight" if weight else None,
            targets=_targets(shelf, targets, pairs, old["area_code"]),
            unmatched=unmatched,
        )
    except HomegroundError as error:
        raise error.at(file=given.file) from None
    moved = conversion.table
    if names is not None:
        moved = moved.join(names, on="area_code", how="left", maintain_order="left")
        moved = moved.select("area_code", "area_name", pl.exclude("area_code", "area_name"))
    told = _told(conversion, old.height, weighted=weight is not None or not means, by_people=split_by is not None)
    notes = tuple(dict.fromkeys([*shelf.notes, *told]))
    return Converted(moved, conversion, start, end, notes, tuple(dict.fromkeys(shelf.sources)))


class _Shelf:
    """Opens files and data sets by whatever name was given, and remembers what was said about them."""

    def __init__(self, data: Path | None) -> None:
        self.data = data
        self.seen: Scan | None = None
        self.notes: list[Note] = []
        self.sources: list[Source] = []

    def open(self, name: Path | str) -> Opened:
        path = Path(name)
        if path.is_file():
            opened = open_file(path)
        elif str(name) in datasets() or (self.data and str(name) in self._scan().catalogue):
            if self.data is None:
                raise MissingDataset(
                    f"'{name}' is the name of a data set, and no folder is given",
                    remedy="Give the folder that holds it (--data), or the path of a file.",
                )
            opened = open_dataset(self._scan(), str(name))
        else:
            near = difflib.get_close_matches(str(name), list(datasets()), n=1, cutoff=0.8)
            hint = f"Did you mean '{near[0]}'?" if near else "Check the path; names of data sets: homeground data list."
            raise MissingDataset("there is no such file, nor a data set of that name", remedy=hint, file=path)
        # Gaps in columns that are not moved would only distract; those that are moved are counted by area.
        self.notes += [note for note in opened.notes if note.kind != "missing"]
        self.sources.append(opened.source)
        return opened

    def _scan(self) -> Scan:
        if self.seen is None:
            assert self.data is not None
            self.seen = scan(self.data)
        return self.seen


def _find(opened: Opened, name: str) -> str:
    """Return the heading of `opened` that `name` means: exact, or with other capitals and blanks."""
    if name in opened.table.columns:
        return name
    near = [heading for heading in opened.table.columns if matching_key(heading) == matching_key(name)]
    if len(near) == 1:
        return near[0]
    require_columns(opened.table, [name], file=opened.file)
    return name


def _area_column(opened: Opened, asked: str | None) -> str:
    if asked:
        return _find(opened, asked)
    if opened.dataset and opened.dataset.area_column:
        return opened.dataset.area_column
    for name in opened.table.columns:
        if name == "area_code" or area_key(name):
            return name
    codes = [name for name in opened.table.columns if _mostly_codes(opened.table[name])]
    if codes:
        return codes[0]
    raise BadSpecification(
        "no heading says which column holds the area codes", remedy="Name it: --area-column.", file=opened.file
    )


def _mostly_codes(series: pl.Series) -> bool:
    if series.dtype != pl.String:
        return False
    first = series.drop_nulls().head(20).to_list()
    return bool(first) and all(kind_of(code) for code in first)


def _old_areas(
    opened: Opened, code: str, means: Sequence[str], totals: Sequence[str], weight: str | None
) -> pl.DataFrame:
    table = opened.table.with_columns(pl.col(code).cast(pl.String).str.strip_chars())
    if opened.dataset and opened.dataset.keys not in ((), (code,)):
        others = listed([name for name in opened.dataset.keys if name != code])
        check_many = table[code].is_duplicated().any()
        if check_many:
            raise BadSpecification(
                f"{opened.dataset.id} has several rows for an area (one for each {others})",
                remedy="Keep the rows you mean in a file of your own, and convert that.",
                file=opened.file,
            )
    check_areas(table, code, file=opened.file)
    columns = {"area_code": table[code]}
    for name in (*means, *totals):
        heading = _find(opened, name)
        holds = next((col.holds for col in opened.dataset.columns if col.name == heading), "") if opened.dataset else ""
        if name in means and holds in _NO_MEAN:
            raise BadSpecification(
                f"'{name}' cannot be averaged: {_NO_MEAN[holds]}",
                remedy="Move the score, then rank the new areas.",
                file=opened.file,
                column=heading,
            )
        if name in totals and holds in _MEAN_ONLY:
            raise BadSpecification(
                f"'{name}' holds {holds}s, which do not add up", remedy="Use means.", file=opened.file, column=heading
            )
        if name in means and holds in _TOTAL_ONLY:
            raise BadSpecification(
                f"'{name}' holds counts, which add up", remedy="Use totals.", file=opened.file, column=heading
            )
        columns[name] = pl.Series(numbers(opened.table, heading, missing_codes=_gaps(opened), file=opened.file))
    if weight:
        heading = _find(opened, weight)
        columns["_weight"] = pl.Series(numbers(opened.table, heading, missing_codes=_gaps(opened), file=opened.file))
    return pl.DataFrame(columns).with_columns(pl.selectors.float().fill_nan(None))


def _gaps(opened: Opened) -> tuple[str, ...]:
    return opened.dataset.missing_codes if opened.dataset else ()


def _with_weight(old: pl.DataFrame, opened: Opened, weight: str) -> pl.DataFrame:
    people = _people(opened, weight).rename({"people": "_weight"})
    return old.join(people, on="area_code", how="left", maintain_order="left")


def _people(opened: Opened, column: str | None) -> pl.DataFrame:
    """Return ``area_code`` and ``people`` of a table of people."""
    code = _area_column(opened, None)
    if column is None:
        of_people = [col.name for col in opened.dataset.columns if col.holds == "people"] if opened.dataset else []
        if not of_people:
            raise BadSpecification("it is not said which column holds the people", remedy="Name it.", file=opened.file)
        column = of_people[0]
    heading = _find(opened, column)
    check_areas(opened.table, code, file=opened.file)
    people = numbers(opened.table, heading, missing_codes=_gaps(opened), file=opened.file)
    return pl.DataFrame({"area_code": opened.table[code].cast(pl.String), "people": people}).with_columns(
        pl.col("people").fill_nan(None)
    )


def _pairs(
    opened: Opened, codes: pl.Series, start: str | None, end: str
) -> tuple[pl.DataFrame, pl.DataFrame | None, str, str]:
    """Return ``from_code``, ``to_code``, the names of the new areas where there are any, and the headings used."""
    end = _find(opened, end)
    if start is None:
        candidates = [name for name, dtype in opened.table.schema.items() if dtype == pl.String and name != end]
        shares = {name: codes.is_in(opened.table[name].drop_nulls().unique().to_list()).mean() for name in candidates}
        start = max(shares, key=lambda name: float(shares[name] or 0), default=None)  # type: ignore[arg-type]
        if start is None or not shares[start]:
            raise BadSpecification(
                f"no column of the lookup has the codes of the table (such as {codes[0]})",
                remedy="Use the lookup of the same boundary year.",
                file=opened.file,
            )
    else:
        start = _find(opened, start)
    if start == end:
        raise BadSpecification(f"'{end}' is both the old and the new code", remedy="Name two columns of the lookup.")
    pairs = opened.table.select(
        from_code=pl.col(start).cast(pl.String).str.strip_chars(), to_code=pl.col(end).cast(pl.String).str.strip_chars()
    )
    named = next((name for name in _name_headings(end) if name in opened.table.columns), None)
    names = None
    if named is not None:
        both = opened.table.select(area_code=pl.col(end).cast(pl.String).str.strip_chars(), area_name=pl.col(named))
        names = both.drop_nulls("area_code").unique("area_code", keep="first", maintain_order=True)
    return pairs, names, start, end


def _name_headings(code: str) -> tuple[str, ...]:
    for ending, other in (("CD", "NM"), ("cd", "nm"), ("_code", "_name"), (" code", " name")):
        if code.endswith(ending):
            return (code[: -len(ending)] + other,)
    return (code.replace("code", "name").replace("Code", "Name"),) if "code" in code.lower() else ()


def _targets(shelf: _Shelf, targets: Path | str | None, pairs: pl.DataFrame, codes: pl.Series) -> pl.Series:
    if targets is not None:
        opened = shelf.open(targets)
        column = _area_column(opened, None)
        return opened.table[column].cast(pl.String).drop_nulls().unique(maintain_order=True)
    # Without a list: the new areas of the lookup that lie in the countries of the table.
    countries = codes.str.slice(0, 1).unique().to_list()
    new = pairs["to_code"].drop_nulls().unique().sort()
    return new.filter(new.str.slice(0, 1).is_in(countries)) if kind_of(str(codes[0])) else new


def _told(found: Conversion, before: int, *, weighted: bool, by_people: bool) -> list[Note]:
    """Say in sentences what was moved, estimated, left over and missing."""
    after = found.table.height
    notes = [Note(f"{before - len(found.unmatched):,} areas were moved to {after:,} areas.")]
    if not weighted:
        notes.append(Note("No number of people is given: in means all areas count equally.", kind="assumed"))
    if found.estimated:
        split = tuple(found.table.filter(pl.col("estimated_share") > 0)["area_code"].to_list())
        how = "by the people of their parts" if by_people else "equally among their parts"
        text = f"{found.estimated:,} of {after:,} areas rest at least partly on areas that were split, {how}"
        notes.append(Note(f"{text}: see estimated_share.", areas=split, kind="estimated"))
    for areas, kind, one, many in (
        (
            found.uncovered,
            "missing",
            "1 area receives nothing, and is not in the table",
            "{} areas receive nothing, and are not in the table",
        ),
        (
            found.unmatched,
            "missing",
            "1 area of the table is not in the lookup, and was left out",
            "{} areas of the table are not in the lookup, and were left out",
        ),
        (
            found.partial,
            "missing",
            "1 area rests on a part of the areas that lie in it: the table lacks the others",
            "{} areas rest on a part of the areas that lie in them: the table lacks the others",
        ),
        (
            found.beyond,
            "info",
            "1 area of the result is not among the areas asked for",
            "{} areas of the result are not among the areas asked for",
        ),
        (
            found.weightless,
            "missing",
            "1 area has no number of people, and counts in no mean",
            "{} areas have no number of people, and count in no mean",
        ),
        (
            found.incomplete,
            "missing",
            "1 area lacks a figure in at least one part: what is known was used",
            "{} areas lack a figure in at least one part: what is known was used",
        ),
    ):
        if areas:
            text = one if len(areas) == 1 else many.format(f"{len(areas):,}")
            notes.append(Note(f"{text}: {listed(areas)}.", areas=areas, kind=kind))
    return notes
