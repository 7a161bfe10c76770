"""Take the figures of one edition, the method of another, the boundaries of a third, and build the index they give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground import stats
from homeground.areas import convert
from homeground.errors import BadSpecification, UnknownArea
from homeground.find.doubting.model import Leg, index_model
from homeground.find.doubting.picking import choose
from homeground.find.index import BuiltIndex, build
from homeground.find.rules import Rule
from homeground.method import Areas, Method, Part
from homeground.provenance import Note, Source
from homeground.stats import FloatArray
from homeground.tables import check_areas, listed, numbers, require_columns

__all__ = ["Corner", "EditionData", "Exchange", "with_domain"]

_FIGURES = (
    "column", "holds", "rank_one_is", "tied", "numerator", "denominator", "per", "standard_error", "higher_is", "unit",
)  # fmt: skip


@dataclass(frozen=True)
class EditionData:
    """One edition of an index: its recipe, its figures, and the people that weigh them on other boundaries.

    Attributes
    ----------
    name : str
        What the edition is called ("2019").
    method : Method
    table : polars.DataFrame
        One row per area of its own boundaries, with the columns that the method names.
    area_column : str
        Heading of the area codes.
    people : polars.DataFrame or None
        ``area_code``, ``people``; areas count equally without it.
    missing_codes : tuple of str
    file : str or None
    sources : tuple of Source
    """

    name: str
    method: Method
    table: pl.DataFrame
    area_column: str = "area_code"
    people: pl.DataFrame | None = None
    missing_codes: tuple[str, ...] = ()
    file: str | None = None
    sources: tuple[Source, ...] = ()


def with_domain(method: Method, part: str, domain: Method) -> Method:
    """Return `method` with the finished part `part` made from the parts of `domain` instead.

    So a change of method inside a domain can be told from a change of its figures.

    Raises
    ------
    BadSpecification
        If the method has no such finished part.

    Examples
    --------
    >>> from homeground.method import parse_method
    >>> whole = parse_method({"name": "whole", "index": {"parts": ["homes"], "weights": "equal"},
    ...     "parts": {"homes": {"column": "Homes rank", "holds": "rank", "transform": "percentile"}}})
    >>> inside = parse_method({"name": "homes", "index": {"parts": ["damp"], "weights": "equal"},
    ...     "parts": {"damp": {"column": "Damp rank", "holds": "rank", "transform": "percentile"}}})
    >>> with_domain(whole, "homes", inside).leaves()
    ('homes_damp',)
    """
    if part not in method.parts or not method.parts[part].is_leaf:
        raise BadSpecification(f"'{method.name}' has no finished part '{part}'", remedy="Name one of its parts.")
    own, root = method.parts[part], domain.index
    renamed = {name: f"{part}_{name}" for name in domain.parts}
    node = Part(
        title=own.title,
        parts=tuple(renamed[name] for name in root.parts),
        combine=root.combine,
        power=root.power,
        weights=root.weights,
        on_improper=root.on_improper,
        score=root.score,
        transform=own.transform,
        scale=own.scale,
        weight=own.weight,
    )
    below = {
        renamed[name]: inner.model_copy(update={"parts": tuple(renamed[child] for child in inner.parts)})
        for name, inner in domain.parts.items()
    }
    return method.model_copy(update={"parts": {**method.parts, part: node, **below}})


@dataclass(frozen=True)
class Corner:
    """The index with some of the causes exchanged, as it looks at the new areas."""

    score: FloatArray
    rank: FloatArray
    n: int


class Exchange:
    """Builds an index from the figures of one edition by the method of another, on the boundaries of a third."""

    def __init__(self, old: EditionData, new: EditionData, lookup: pl.DataFrame | None) -> None:
        self.editions = (old, new)
        for edition in self.editions:
            check_areas(edition.table, edition.area_column, file=edition.file)
            require_columns(edition.table, edition.method.columns(), file=edition.file)
        if not set(old.method.parts) & set(new.method.parts):
            raise BadSpecification(
                f"'{old.name}' and '{new.name}' have no part in common ({listed(old.method.parts)}; "
                f"{listed(new.method.parts)}): they are not two editions of one index",
                remedy="Name two editions of one, or give parts that stayed the same name in both methods.",
            )
        self.codes = tuple(e.table[e.area_column].cast(pl.String).alias("area_code") for e in self.editions)
        self.places: list[str] = self.codes[1].to_list()
        self.lookup = lookup
        self.notes: list[Note] = []
        if lookup is None:
            strangers = self.codes[0].filter(~self.codes[0].is_in(self.places))
            if len(strangers):
                raise UnknownArea(
                    f"{len(strangers):,} of {len(self.codes[0]):,} areas of '{old.name}' are not areas of '{new.name}' "
                    f"(first: {strangers[0]})",
                    remedy="Give the lookup between the two boundaries.",
                )
        else:
            require_columns(lookup, ["from_code", "to_code"])
            pairs = lookup.select("from_code", "to_code").drop_nulls().unique(maintain_order=True)
            inside = pl.col("from_code").is_in(self.codes[0].to_list()) & pl.col("to_code").is_in(self.places)
            self.lookup = pairs.filter(inside)
            for codes, side, edition in zip(self.codes, ("from_code", "to_code"), self.editions, strict=True):
                lost = codes.filter(~codes.is_in(self.lookup[side].to_list()))
                if len(lost):
                    raise UnknownArea(
                        f"the lookup leads nowhere for {len(lost):,} of {len(codes):,} areas of '{edition.name}' "
                        f"(first: {lost[0]})",
                        remedy="Use the official lookup between the two boundary years.",
                    )

    def told(self, *, apart: bool) -> list[Note]:
        """Return what each cause holds."""
        old, new = self.editions
        notes = []
        finished = {
            edition.method.label(name): None
            for edition in self.editions
            for name in edition.method.leaves()
            if edition.method.parts[name].holds != "value"
        }
        if finished and apart:
            text = (
                "Whatever changed inside finished parts counts as data, other indicators included; the editions do not "
                f"tell these apart: {listed(finished, most=12)}."
            )
            notes.append(Note(text, kind="assumed"))
        before, after = (len(codes) for codes in self.codes)
        if self.lookup is None:
            notes.append(Note("Both editions are on the same boundaries, so boundaries have no effect."))
        elif before != after:
            text = (
                f"'{old.name}' ranks {before:,} areas and '{new.name}' {after:,}. That the same place has another rank "
                "among more or fewer areas counts with the boundaries."
            )
            notes.append(Note(text))
        return notes

    def trouble(self) -> str:
        """Return why a method cannot be run on the figures of the other edition, '' when both can."""
        for figures, recipe in ((0, 1), (1, 0)):
            given, wanted = self.editions[figures], self.editions[recipe]
            missing = [name for name in wanted.method.leaves() if not self._has(given, name, wanted.method.parts[name])]
            if missing:
                labels = [wanted.method.label(name) for name in missing]
                return (
                    f"the figures of '{given.name}' lack {len(missing):,} of the {len(wanted.method.leaves()):,} parts "
                    f"that the method of '{wanted.name}' needs: {listed(labels, most=4)}"
                )
        return ""

    @staticmethod
    def _has(given: EditionData, name: str, part: Part) -> bool:
        own = given.method.parts.get(name)
        if own is not None and own.is_leaf:
            return True
        needed = [c for c in (part.column, part.numerator, part.denominator) if c]
        return all(heading in given.table.columns for heading in needed)

    def at(self, exchanged: frozenset[str]) -> Corner:
        """Return the index with the data, the method or the boundaries of the new edition where `exchanged` says so."""
        data, recipe, boundary = (int(cause in exchanged) for cause in ("data", "method", "boundary"))
        built = self._build(data, recipe, boundary if self.lookup is not None else 1)
        legs = () if self.lookup is None or boundary else (Leg(self.lookup, "keep-rank", self.editions[0].people),)
        model = index_model(built, self.codes[1], *legs)
        return Corner(model.ways[0].mean(model.scores), model.ranks, model.n)

    def _build(self, data: int, recipe: int, boundary: int) -> BuiltIndex:
        figures, by = self.editions[data], self.editions[recipe].method
        parts: dict[str, Part] = {}
        for name, part in by.parts.items():
            own = figures.method.parts.get(name)
            if part.is_leaf and own is not None and own.is_leaf:
                # What a column holds goes with the figures; what is done with it goes with the method.
                parts[name] = part.model_copy(update={field: getattr(own, field) for field in _FIGURES})
            else:
                parts[name] = part
        larger = self.editions[boundary].method.areas.larger_area
        shrinks = any(part.shrink or part.missing == "larger-area" for part in parts.values())
        areas = Areas(kind="area", code="area_code", larger_area=larger if shrinks else None)
        method = by.model_copy(update={"areas": areas, "parts": parts, "datasets": ()})
        table = figures.table
        if figures.area_column != "area_code":
            table = table.drop("area_code", strict=False).rename({figures.area_column: "area_code"})
        table = table.with_columns(pl.col("area_code").cast(pl.String))
        if self.lookup is not None and boundary != data:
            method, table = self._moved(method, table, data)
        if shrinks and larger is not None:
            there = self.editions[boundary]
            groups = there.table.select(area_code=pl.col(there.area_column).cast(pl.String), _larger=pl.col(larger))
            table = table.drop(larger, strict=False).join(groups, on="area_code", how="left", maintain_order="left")
            table = table.rename({"_larger": larger})
        return build(method, table, missing_codes=figures.missing_codes, file=figures.file)

    def _moved(self, method: Method, table: pl.DataFrame, data: int) -> tuple[Method, pl.DataFrame]:
        """Return the figures on the boundaries of the other edition: means by people, counts shared out, ranks anew."""
        assert self.lookup is not None
        figures = self.editions[data]
        pairs = self.lookup if data == 0 else self.lookup.select(from_code="to_code", to_code="from_code")
        means: dict[str, FloatArray] = {}
        totals: dict[str, FloatArray] = {}
        ranked: dict[str, str] = {}
        for name in method.leaves():
            part = method.parts[name]
            for heading in (part.column, part.standard_error):
                if heading:
                    means[heading] = numbers(table, heading, missing_codes=figures.missing_codes, file=figures.file)
            for heading in (part.numerator, part.denominator):
                if heading:
                    totals[heading] = numbers(table, heading, missing_codes=figures.missing_codes, file=figures.file)
            if part.holds == "rank" and part.column:
                ranked[part.column] = name
        flat = pl.DataFrame(
            [table["area_code"], *[pl.Series(h, v, nan_to_null=True) for h, v in {**means, **totals}.items()]]
        )
        if figures.people is not None:
            people = figures.people.select("area_code", _people=pl.col("people").cast(pl.Float64))
            flat = flat.join(people, on="area_code", how="left", maintain_order="left")
        moved = convert(
            flat,
            pairs,
            means=tuple(h for h in means if h not in totals),
            totals=tuple(totals),
            weight=None if figures.people is None else "_people",
        ).table
        parts = dict(method.parts)
        for heading, name in ranked.items():
            ranks = stats.rank(moved[heading].to_numpy(), highest_first=False)
            ties = len(ranks) - len(np.unique(ranks[np.isfinite(ranks)]))
            moved = moved.with_columns(pl.Series(heading, ranks, nan_to_null=True))
            parts[name] = parts[name].model_copy(update={"tied": max(ties, parts[name].tied)})
        return method.model_copy(update={"parts": parts}), moved

    def chosen(self, corner: Corner, rule: Rule, need: pl.DataFrame | None, n_need: int | None) -> NDArray[np.bool_]:
        """Return which of the new areas are on the list at a corner."""
        if need is None:
            return choose(corner.rank, None, rule=rule, n_deprivation=corner.n, n_need=0)
        check_areas(need)
        require_columns(need, ["rank"])
        places = pl.DataFrame({"area_code": self.places})
        joined = places.join(need.select("area_code", "rank"), on="area_code", how="left", maintain_order="left")
        ranks = joined["rank"].cast(pl.Float64).to_numpy()
        n_need = n_need or int(np.isfinite(ranks).sum())
        return choose(corner.rank, ranks, rule=rule, n_deprivation=corner.n, n_need=n_need)
