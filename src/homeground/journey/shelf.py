"""The tables of a folder, read as its catalogue files say: each indicator as two sums by area, and the lookups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from homeground.areas import area_key, with_shares
from homeground.errors import BadTable, HomegroundError
from homeground.provenance import Note, Source
from homeground.sources.datasets import Dataset
from homeground.sources.folder import Opened, Scan, open_dataset
from homeground.sources.indicator_blocks import Indicator
from homeground.tables import listed
from homeground.understand.profiling.figures import Measure
from homeground.words import count

__all__ = ["Column", "Shelf", "node_of"]


_TOLD = "told"  # a table that says itself which areas it is about


def node_of(kind: str, year: int | None) -> str:
    """Return the name of a kind of area of one boundary year: ``lsoa21``."""
    return f"{kind}{year % 100:02d}" if year else kind


@dataclass
class Column:
    """One indicator of one table, by area."""

    measure: Measure
    table: pl.DataFrame  # area_code, above, below, hidden, low, high
    extends: bool  # whether its areas are places of their own accord: a lookup may reach into another country
    absent: str


@dataclass
class Shelf:
    """What was read: each data set once."""

    there: Scan
    say: Callable[[str], None]
    columns: dict[str, list[Column]] = field(default_factory=dict)
    people: dict[str, pl.DataFrame] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    kinds: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    shared: dict[tuple[str, str], tuple[pl.DataFrame, bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read who lives where first: means are weighted by people."""
        for entry in sorted(self.there.found, key=lambda entry: (entry.dataset.kind != "population", entry.dataset.id)):
            self._read_people(entry.dataset)

    def _read_people(self, known: Dataset) -> None:
        columns = [column.name for column in known.columns if column.holds == "people"]
        node = node_of(known.area_kind, known.boundary_year)
        there = self.people.get(node, pl.DataFrame())
        if not columns or not known.area_column or (there.height and there.height >= (known.rows or 0) > 0):
            return
        others = [name for name in known.keys if name != known.area_column]
        try:
            opened = open_dataset(self.there, known.id, columns=[known.area_column, *others, columns[0]])
        except HomegroundError:
            return  # the table is read again, and its fault told, when a figure needs it
        table = opened.table
        if others:  # several rows for an area: the latest
            table = table.sort(others).group_by(known.area_column, maintain_order=True).last()
        if table[columns[0]].count() <= there.height:
            return  # a survey of a few areas is not what all others are weighed by
        self.people[node] = table.select(
            area_code=pl.col(known.area_column).cast(pl.String), people=pl.col(columns[0]).cast(pl.Float64)
        )
        self.sources.setdefault(known.id, opened.source)

    def read(self, known: Dataset) -> None:
        """Read every indicator of one data set."""
        self.say(f"reading {known.title}")
        if known.area_kind == _TOLD:
            known = self._as_told(known)
        wanted = dict.fromkeys(name for indicator in known.indicators for name in indicator.headings)
        names = [known.name_column] if known.name_column else []
        opened = self._open(known, [known.area_column, *wanted, *names])
        self.sources[known.id] = opened.source
        if names:
            node = node_of(known.area_kind, known.boundary_year)
            told = opened.table.select(
                pl.col(known.area_column).cast(pl.String), pl.col(names[0]).cast(pl.String)
            ).drop_nulls()
            self.names.setdefault(node, {}).update(dict(told.iter_rows()))
        for indicator in known.indicators:
            self._add(known, opened, indicator)

    def _as_told(self, known: Dataset) -> Dataset:
        """Return a data set whose table says itself, in every row alike, which areas it is about."""
        table = open_dataset(self.there, known.id, columns=[known.area_column, "boundary_kind", "boundary_year"]).table
        kinds = table.select("boundary_kind", pl.col("boundary_year").cast(pl.Int64, strict=False)).unique().rows()
        if len(kinds) != 1:
            raise BadTable(
                f"the table of {known.id} mixes {count(len(kinds), 'kind')} of areas", remedy="Keep one kind in a file."
            )
        (kind, year), *_ = kinds
        return replace(known, area_kind=str(kind), boundary_year=year)

    def _open(self, known: Dataset, columns: Sequence[str]) -> Opened:
        there = list(dict.fromkeys(columns))
        try:
            return open_dataset(self.there, known.id, columns=there)
        except BadTable:
            # Files differ a little between cuts: what a missing heading would have shown is left out, and told.
            opened = open_dataset(self.there, known.id)
            if known.area_column not in opened.table.columns:
                raise
            return opened

    def _add(self, known: Dataset, opened: Opened, indicator: Indicator) -> None:
        lacking = [name for name in indicator.headings if name not in opened.table.columns]
        if lacking:
            self.notes.append(
                Note(f"{indicator.title} is left out: {opened.file} has no column '{lacking[0]}'.", kind="missing")
            )
            return
        year = indicator.boundary_year or known.boundary_year
        node = node_of(known.area_kind, year)
        table = opened.table
        for heading, entry in (indicator.where or {}).items():
            table = table.filter(pl.col(heading).cast(pl.String) == entry)
        if table.height == 0:
            return
        if opened.table.schema[known.area_column] != pl.String:
            table = table.with_columns(pl.col(known.area_column).cast(pl.String))
        repeated = table[known.area_column].is_duplicated()
        made = self._sums(known, indicator, table, node)
        if made is None:
            return
        if repeated.any():
            twice = tuple(table.filter(repeated)[known.area_column].unique(maintain_order=True).to_list())
            made = made.group_by("area_code", maintain_order=True).agg(
                pl.col("above", "below", "low", "high").mean(), pl.col("hidden").any()
            )
            text = f"{indicator.title}: {count(len(twice), 'area')} stand in several rows; the mean is taken"
            self.notes.append(Note(f"{text}: {listed(twice)}.", areas=twice, kind="assumed"))
        self.kinds[node] = (known.area_kind, year)
        self.columns.setdefault(node, []).append(
            Column(_measure(known, indicator, node, table), made, known.kind != "lookup", indicator.absent)
        )

    def _sums(self, known: Dataset, indicator: Indicator, table: pl.DataFrame, node: str) -> pl.DataFrame | None:
        code = pl.col(known.area_column)
        weighed = table.select(area_code=code)
        if indicator.weight:
            weight = table[indicator.weight].cast(pl.Float64)
        else:
            people = self.people.get(node)
            if people is None:
                weight = pl.Series([1.0] * table.height)
            else:
                weight = weighed.join(people, on="area_code", how="left", maintain_order="left")["people"]
        limits = pl.Series([None] * table.height, dtype=pl.Float64)
        if indicator.numerator:
            above, below = _added(table, indicator.numerator, indicator.empty), self._whole(known, indicator, table)
            if below is None:
                return None
        elif indicator.equals:
            (heading, entry), *_ = indicator.equals.items()
            below = weight
            above = (table[heading].cast(pl.String) == entry).cast(pl.Float64) * weight
        else:
            value = _added(table, (indicator.value,), indicator.empty) * indicator.scale
            if _is_rank(known, indicator):
                n = float(value.count())
                value = 100.0 * (value - 0.5) / n
            above, below = value * weight, weight
        made = weighed.with_columns(above=above, below=below, low=limits, high=limits)
        if indicator.interval == "published":
            made = made.with_columns(
                low=table[indicator.low].cast(pl.Float64) * indicator.scale,
                high=table[indicator.high].cast(pl.Float64) * indicator.scale,
            )
        gap = pl.col("above").is_null()
        return made.with_columns(hidden=gap & pl.lit(indicator.empty == "hidden"))

    def _whole(self, known: Dataset, indicator: Indicator, table: pl.DataFrame) -> pl.Series | None:
        if not indicator.denominator_from:
            return _added(table, indicator.denominator, "missing")
        other = self.there.catalogue.get(indicator.denominator_from)
        if other is None or not self.there.has(other.id):
            text = f"{indicator.title} is left out: it needs {indicator.denominator_from}, which the folder lacks."
            self.notes.append(Note(text, kind="missing"))
            return None
        opened = open_dataset(self.there, other.id, columns=[other.area_column, *indicator.denominator])
        self.sources[other.id] = opened.source
        whole = opened.table.select(
            area_code=pl.col(other.area_column).cast(pl.String),
            whole=_added(opened.table, indicator.denominator, "missing"),
        )
        mine = table.select(area_code=pl.col(known.area_column))
        return mine.join(whole, on="area_code", how="left", maintain_order="left")["whole"]

    def bridges(self) -> tuple[list[tuple[str, str, pl.DataFrame]], dict[str, dict[str, str]]]:
        """Return the lookups between kinds of areas, and the names of areas they give."""
        headings = {
            known.area_column: (known.area_kind, known.boundary_year)
            for known in self.there.catalogue.values()
            if known.area_column and not known.official_codes
        }
        found: dict[tuple[str, str], pl.DataFrame] = {}
        names = {node: dict(told) for node, told in self.names.items()}
        for entry in sorted(self.there.found, key=lambda entry: (entry.dataset.kind != "lookup", entry.dataset.id)):
            known = entry.dataset
            codes = [c.name for c in known.columns if c.holds == "code" and c.name != known.area_column]
            if not known.area_column or not codes or (known.keys == () and known.kind != "lookup"):
                continue
            self.say(f"reading {known.title}")
            self._bridges_of(known, codes, headings, found, names)
        return [(start, end, pairs) for (start, end), pairs in found.items()], names

    def _bridges_of(
        self,
        known: Dataset,
        codes: list[str],
        headings: Mapping[str, tuple[str, int | None]],
        found: dict[tuple[str, str], pl.DataFrame],
        names: dict[str, dict[str, str]],
    ) -> None:
        own = node_of(known.area_kind, known.boundary_year)
        called = {known.area_column: known.name_column} | {code: _name_heading(known, code) for code in codes}
        wanted = [known.area_column, *codes, *(name for name in called.values() if name)]
        shares = [column.name for column in known.columns if "share" in column.name.lower()]
        try:
            table = open_dataset(self.there, known.id, columns=[*wanted, *shares]).table
        except HomegroundError as error:
            self.notes.append(Note(f"The lookup {known.id} is not used: {error.problem}.", kind="missing"))
            return
        self.kinds.setdefault(own, (known.area_kind, known.boundary_year))
        for code in [known.area_column, *codes]:
            kind = (known.area_kind, known.boundary_year) if code == known.area_column else _kind(code, headings)
            if kind is None:
                continue
            node = node_of(*kind)
            self.kinds.setdefault(node, kind)
            if called[code]:
                told = table.select(pl.col(code).cast(pl.String), pl.col(called[code]).cast(pl.String)).drop_nulls()
                for area, name in told.unique(maintain_order=True).iter_rows():
                    names.setdefault(node, {}).setdefault(area, name)
            if node == own or (own, node) in found or (node, own) in found:
                continue
            pairs = table.select(
                from_code=pl.col(known.area_column).cast(pl.String),
                to_code=pl.col(code).cast(pl.String),
                share=pl.col(shares[0]).cast(pl.Float64) if shares else pl.lit(None, dtype=pl.Float64),
            )
            found[own, node] = self._shared(
                pairs.drop_nulls(["from_code", "to_code"]).unique(["from_code", "to_code"], maintain_order=True), node
            )

    def _shared(self, pairs: pl.DataFrame, end: str) -> pl.DataFrame:
        """Give each pair the share of the first area's people: as told, whole, or by the people of the second."""
        if not pairs["from_code"].is_duplicated().any():
            return pairs.with_columns(share=pl.lit(1.0))
        if pairs["share"].null_count() == 0:
            return pairs
        people = self.people.get(end, pl.DataFrame(schema={"area_code": pl.String, "people": pl.Float64}))
        return with_shares(pairs.select("from_code", "to_code"), people)


def _kind(heading: str, headings: Mapping[str, tuple[str, int | None]]) -> tuple[str, int | None] | None:
    key = area_key(heading)
    if key is not None:
        return key.kind, key.year
    return headings.get(heading)


def _name_heading(known: Dataset, code: str) -> str:
    names = {column.name for column in known.columns if column.holds == "name"}
    tries = [
        code.replace(one, other) for one, other in (("CD", "NM"), ("code", "name"), ("Code", "Name"), ("cd", "nm"))
    ]
    return next((name for name in tries if name in names and name != code), "")


def _added(table: pl.DataFrame, headings: Sequence[str], empty: str) -> pl.Series:
    """Return the sum of columns; null where one of them is empty, unless an empty cell means none."""
    parts = [table[name].cast(pl.Float64) for name in headings]
    if empty == "zero":
        parts = [part.fill_null(0.0) for part in parts]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _is_rank(known: Dataset, indicator: Indicator) -> bool:
    return bool(indicator.value) and known.column(indicator.value).holds == "rank"


def _measure(known: Dataset, indicator: Indicator, node: str, table: pl.DataFrame) -> Measure:
    rank = _is_rank(known, indicator)
    counted = bool(indicator.numerator)
    return Measure(
        id=indicator.id,
        title=indicator.title,
        theme=indicator.theme,
        kind="rank" if rank else "share" if counted or indicator.equals else "value",
        node=node,
        unit=indicator.unit or ("per cent" if indicator.equals or (counted and indicator.per == 100) else ""),
        higher_is="better" if rank else indicator.higher_is,
        interval=indicator.interval,
        per=indicator.per if counted or indicator.equals else 1.0,
        ranked=table[indicator.value].count() if rank else 0,
        level=indicator.level,
        series=indicator.series,
        edition=indicator.edition or str(known.edition or ""),
        breaks=tuple((item.edition, item.because) for item in indicator.breaks),
        index=indicator.index,
        says=indicator.says,
        quality=indicator.quality,
        source_id=known.id,
        period=known.period,
        licence=known.licence,
    )
