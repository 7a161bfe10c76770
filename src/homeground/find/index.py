"""Build an index from a method and a table.

A higher score always means more need, and rank 1 is the area with the most need.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground import stats
from homeground.areas import AreaKey, check_codes
from homeground.errors import BadTable, BadValue
from homeground.find import weights as weighting
from homeground.find.combining import combine, transform
from homeground.find.indicators import make_ready, read_column, read_ranks
from homeground.method import Index as Root
from homeground.method import Method, Part
from homeground.provenance import Note, Source
from homeground.stats import FloatArray, IntArray
from homeground.tables import check_areas, listed, require_columns

__all__ = ["BuiltIndex", "build"]


@dataclass(frozen=True)
class BuiltIndex:
    """An index, and every value on the way to it.

    Attributes
    ----------
    table : polars.DataFrame
        One row per area, in the order of the table it was built from: ``area_code``, ``area_name`` (where there is
        one), ``score`` (higher is more need), ``rank`` (1 is the most need), ``decile`` (1 is the tenth with the most
        need), and for each part directly under the index ``<part>_score``, as it enters the sum, and ``<part>_rank``.
        Areas that could not be scored have nulls and stand in a note.
    method : Method
    weights : dict
        For each node, the weight of each of its parts as used.
    raw : dict of ndarray
        Each part's score before its transform (NaN throughout for a part that holds ranks).
    values : dict of ndarray
        Each part's score as it goes up. ``sum(weight * value)`` over a node's parts is the node's score.
    ranks : dict of ndarray
        Rank of each part that has one.
    larger_area : ndarray or None
        Number of the larger area of each area, in order of first appearance, where the method names one.
    notes, sources : tuple
    untreated : dict of ndarray
        Each indicator as it was read (shrunk where the method says so, turned so that higher is more need), before
        gaps were filled (they are NaN) and extreme values treated. Parts that hold ranks are not in it.
    """

    table: pl.DataFrame
    method: Method
    weights: Mapping[str, Mapping[str, float]]
    raw: Mapping[str, FloatArray]
    values: Mapping[str, FloatArray]
    ranks: Mapping[str, FloatArray]
    larger_area: IntArray | None = None
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()
    untreated: Mapping[str, FloatArray] = field(default_factory=dict)


@dataclass
class _Work:
    """The state of one build: what has been computed so far."""

    method: Method
    table: pl.DataFrame
    codes: pl.Series
    groups: IntArray | None
    file: str | None
    missing_codes: tuple[str, ...]
    raw: dict[str, FloatArray] = field(default_factory=dict)
    values: dict[str, FloatArray] = field(default_factory=dict)
    ranks: dict[str, FloatArray] = field(default_factory=dict)
    weights: dict[str, dict[str, float]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    untreated: dict[str, FloatArray] = field(default_factory=dict)


def build(
    method: Method,
    table: pl.DataFrame,
    *,
    area_column: str | None = None,
    missing_codes: tuple[str, ...] = (),
    file: str | None = None,
    sources: tuple[Source, ...] = (),
) -> BuiltIndex:
    """Return the index that `method` describes, computed from `table`.

    Parameters
    ----------
    method : Method
        From `homeground.method.parse_method` or `homeground.sources.methods.load`.
    table : polars.DataFrame
        One row per area with the columns that the method names. Left as it was.
    area_column : str, optional
        Heading of the area codes, when not the one in the method (or ``area_code``).
    missing_codes : tuple of str
        Text that stands for 'no figure' in this table.
    file : str, optional
        Name of the file, for messages.
    sources : tuple of Source
        Carried into the result.

    Returns
    -------
    BuiltIndex

    Raises
    ------
    MissingColumns, BadValue, DuplicateAreas, WrongBoundaries
        If the table is not what the method needs; the message names file, row and column.
    ImproperSolution
        If factor weights are asked for and the estimate is not usable.

    Examples
    --------
    >>> from homeground.method import parse_method
    >>> method = parse_method({
    ...     "name": "example", "index": {"parts": ["poor", "unwell"], "weights": "equal"},
    ...     "parts": {"poor": {"column": "poor", "transform": "percentile"},
    ...               "unwell": {"column": "unwell", "transform": "percentile"}},
    ... })
    >>> table = pl.DataFrame({"area_code": ["a", "b"], "poor": [0.1, 0.4], "unwell": [0.2, 0.3]})
    >>> build(method, table).table.select("area_code", "score", "rank")
    shape: (2, 3)
    ┌───────────┬───────┬──────┐
    │ area_code ┆ score ┆ rank │
    │ ---       ┆ ---   ┆ ---  │
    │ str       ┆ f64   ┆ i64  │
    ╞═══════════╪═══════╪══════╡
    │ a         ┆ 50.0  ┆ 2    │
    │ b         ┆ 100.0 ┆ 1    │
    └───────────┴───────┴──────┘
    """
    column = area_column or method.areas.code or "area_code"
    check_areas(table, column, file=file)
    require_columns(table, method.columns(), file=file)
    _check_boundaries(method, table, column, file)
    work = _Work(method, table, table[column].cast(pl.String), _groups(method, table, file), file, missing_codes)
    for name in method.order():
        _do_part(work, name)
    score, used = _combine_parts(work, "index", method.index)
    work.weights["index"] = used
    out = _lay_out(work, score)
    return BuiltIndex(
        table=out,
        method=method,
        weights=work.weights,
        raw=work.raw,
        values=work.values,
        ranks=work.ranks,
        larger_area=work.groups,
        notes=tuple(work.notes),
        sources=sources,
        untreated=work.untreated,
    )


def _check_boundaries(method: Method, table: pl.DataFrame, column: str, file: str | None) -> None:
    areas = method.areas
    if areas.year is not None:
        # A method that names official data sets needs official codes; a table of one's own may use any.
        check_codes(table[column], AreaKey(areas.kind, areas.year), file=file, official=bool(method.datasets))
    if areas.expected is not None and table.height != areas.expected:
        raise BadTable(
            f"the table has {table.height:,} areas where {areas.expected:,} are expected",
            remedy="Ranks are over all areas: use the whole file of the edition the method is made for.",
            file=file,
        )


def _groups(method: Method, table: pl.DataFrame, file: str | None) -> IntArray | None:
    heading = method.areas.larger_area
    needed = any(part.shrink or part.missing == "larger-area" for part in method.parts.values())
    if not heading or (heading not in table.columns and not needed):
        return None
    require_columns(table, [heading], file=file)
    column = table[heading].cast(pl.String)
    if needed and column.null_count():
        row = int(column.is_null().arg_true()[0])
        raise BadValue(
            "the larger area is missing",
            remedy="Every area needs the code of the larger area it lies in.",
            file=file,
            row=row + 2,
            column=heading,
        )
    return column.rle_id().to_numpy().astype(np.int64) if column.is_sorted() else _factorise(column)


def _factorise(column: pl.Series) -> IntArray:
    names = column.unique(maintain_order=True)
    number = pl.DataFrame({"name": names, "number": np.arange(len(names))})
    joined = (
        column.alias("name").to_frame().join(number, on="name", how="left", maintain_order="left", nulls_equal=True)
    )
    return joined["number"].to_numpy().astype(np.int64)


def _do_part(work: _Work, name: str) -> None:
    part = work.method.parts[name]
    ties = part.ties or ("average" if part.transform == "rank-to-normal" else work.method.index.ties)
    ranks: FloatArray | None = None
    if not part.is_leaf:
        raw, work.weights[name] = _combine_parts(work, name, part)
    elif part.holds == "rank":
        raw = np.full(len(work.codes), np.nan)
        ranks = read_ranks(part, work.table, file=work.file, missing_codes=work.missing_codes)
    else:
        read = read_column(part, work.table, groups=work.groups, file=work.file, missing_codes=work.missing_codes)
        raw, notes = make_ready(part, read, groups=work.groups, file=work.file)
        work.untreated[name] = -read if part.higher_is == "better" else read
        _tell(work, name, notes)
    work.raw[name] = raw
    work.values[name], found = transform(raw, part.transform, ties=ties, scale=part.scale, ranks=ranks)
    if found is not None:
        work.ranks[name] = found
    if ranks is not None and np.isnan(ranks).any():
        _tell(work, name, {"left out: no rank": np.isnan(ranks)})


def _tell(work: _Work, name: str, notes: Mapping[str, NDArray[np.bool_]]) -> None:
    total = len(work.codes)
    for what, which in notes.items():
        count = int(which.sum())
        if count:
            areas = tuple(work.codes.filter(pl.Series(which)).to_list())
            text = f"{work.method.label(name)}: {count:,} of {total:,} areas {what}."
            work.notes.append(Note(text, areas=areas, kind="missing"))


def _combine_parts(work: _Work, name: str, node: Root | Part) -> tuple[FloatArray, dict[str, float]]:
    children = node.parts
    stack = np.vstack([work.values[child] for child in children])
    if node.weights == "given":
        given = np.array([float(work.method.parts[child].weight or 0) for child in children])
    else:
        given, note = weighting.estimate(stack, how=node.weights, on_improper=node.on_improper, where=name)
        if note is not None:
            work.notes.append(note)
    skip = np.array([work.method.parts[child].missing == "reweight" for child in children])
    score = combine(
        stack, given, how=node.combine, power=node.power, total=node.score == "sum", may_skip=skip, where=name
    )
    return score, {child: float(w) for child, w in zip(children, given, strict=True)}


def _lay_out(work: _Work, score: FloatArray) -> pl.DataFrame:
    method = work.method
    ranks = stats.rank(score, ties=method.index.ties)
    columns: dict[str, pl.Series] = {"area_code": work.codes}
    if method.areas.name and method.areas.name in work.table.columns:
        columns["area_name"] = work.table[method.areas.name].cast(pl.String)
    columns["score"] = _nullable(score)
    columns["rank"] = _nullable_rank(ranks)
    columns["decile"] = pl.Series(stats.decile(ranks)).replace(0, None)
    for name in method.index.parts:
        if name not in work.ranks:
            work.ranks[name] = stats.rank(work.values[name], ties=method.index.ties)
        columns[f"{name}_score"] = _nullable(work.values[name])
        columns[f"{name}_rank"] = _nullable_rank(work.ranks[name])
    unscored = np.isnan(score)
    if unscored.any():
        areas = tuple(work.codes.filter(pl.Series(unscored)).to_list())
        text = f"{len(areas):,} of {len(score):,} areas could not be scored and have no rank: {listed(areas)}."
        work.notes.append(Note(text, areas=areas, kind="missing"))
    return pl.DataFrame([series.alias(name) for name, series in columns.items()])


def _nullable(values: FloatArray) -> pl.Series:
    return pl.Series(values, nan_to_null=True)


def _nullable_rank(ranks: FloatArray) -> pl.Series:
    series = pl.Series(ranks, nan_to_null=True)
    whole = series.drop_nulls()
    return series if (whole != whole.floor()).any() else series.cast(pl.Int64)
