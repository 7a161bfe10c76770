"""Build an index from a method and a table, and compare it with a published one.

A higher score always means more need, and rank 1 is the area with the most need.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground import stats
from homeground.areas import AreaKey, check_codes
from homeground.errors import BadSpecification, BadTable, BadValue
from homeground.find import weights as weighting
from homeground.method import Index as Root
from homeground.method import Method, Part
from homeground.provenance import Note, Source
from homeground.stats import FloatArray, IntArray
from homeground.tables import check_areas, check_ranks, listed, numbers, require_columns

__all__ = ["BuiltIndex", "Check", "build", "check", "combine", "read_part", "transform"]


@dataclass(frozen=True)
class BuiltIndex:
    """An index, and every value on the way to it.

    Attributes
    ----------
    table : polars.DataFrame
        One row per area, in the order of the table it was built from: ``area_code``, ``area_name`` (where there is one),
        ``score`` (higher is more need), ``rank`` (1 is the most need), ``decile`` (1 is the tenth with the most need), and
        for each part directly under the index ``<part>_score``, as it enters the sum, and ``<part>_rank``. Areas that could
        not be scored have nulls and stand in a note.
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
        Each indicator as it was read (shrunk where the method says so, turned so that higher is more need), before gaps were
        filled (they are NaN) and extreme values treated. Parts that hold ranks are not in it.
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
    joined = column.alias("name").to_frame().join(number, on="name", how="left", maintain_order="left", nulls_equal=True)
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
        read = _read_column(part, work.table, work.groups, work.file, work.missing_codes)
        raw, notes = _make_ready(part, read, work.groups, work.file)
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


def read_ranks(
    part: Part, table: pl.DataFrame, *, file: str | None = None, missing_codes: tuple[str, ...] = ()
) -> FloatArray:
    """Return the ranks that a column holds, 1 for the most need, checked to be a whole ranking."""
    assert part.column is not None
    ranks = numbers(table, part.column, missing_codes=missing_codes, file=file)
    check_ranks(ranks, column=part.column, tied=part.tied, missing_allowed=part.missing != "refuse", file=file)
    if part.rank_one_is == "least-need":
        ranks = np.isfinite(ranks).sum() + 1.0 - ranks
    return ranks


def read_part(
    part: Part,
    table: pl.DataFrame,
    *,
    groups: IntArray | None = None,
    file: str | None = None,
    missing_codes: tuple[str, ...] = (),
) -> tuple[FloatArray, dict[str, NDArray[np.bool_]]]:
    """Return an indicator made ready: read, turned so that higher is more need, shrunk, filled, outliers treated.

    Returns
    -------
    values : ndarray of shape (n_areas,)
    notes : dict
        What was done to which areas, in words, with a mask of the areas.
    """
    return _make_ready(part, _read_column(part, table, groups, file, missing_codes), groups, file)


def _read_column(
    part: Part, table: pl.DataFrame, groups: IntArray | None, file: str | None, missing_codes: tuple[str, ...]
) -> FloatArray:
    if part.column is None:
        return _rate(part, table, groups, file, missing_codes)
    values = numbers(table, part.column, missing_codes=missing_codes, file=file)
    if part.shrink and part.standard_error and groups is not None:
        error = numbers(table, part.standard_error, missing_codes=missing_codes, file=file)
        values = stats.shrink_values(values, error, groups)
    return values


def _make_ready(
    part: Part, values: FloatArray, groups: IntArray | None, file: str | None
) -> tuple[FloatArray, dict[str, NDArray[np.bool_]]]:
    gaps = np.isnan(values)
    notes: dict[str, NDArray[np.bool_]] = {}
    if gaps.any():
        values, what = _fill(part, values, gaps, groups, part.column or part.numerator or "", file)
        notes[what] = gaps
    values = _treat_outliers(part, values, notes)
    return (-values if part.higher_is == "better" else values), notes


def _rate(
    part: Part, table: pl.DataFrame, groups: IntArray | None, file: str | None, missing_codes: tuple[str, ...]
) -> FloatArray:
    assert part.numerator is not None and part.denominator is not None
    above = numbers(table, part.numerator, missing_codes=missing_codes, file=file)
    below = numbers(table, part.denominator, missing_codes=missing_codes, file=file)
    for count, heading in ((above, part.numerator), (below, part.denominator)):
        _refuse(count < 0, count, "a count cannot be below zero", "Correct the cell.", heading, file)
    if part.shrink and groups is not None:
        what = f"the count is larger than '{part.denominator}'"
        _refuse(above > below, above, what, "A share cannot pass one: check both columns.", part.numerator, file)
        return stats.shrink_rates(above, below, groups) * part.per
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, above / below, np.nan) * part.per


def _refuse(
    wrong: NDArray[np.bool_], values: FloatArray, what: str, remedy: str, column: str, file: str | None
) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        more = f" ({len(rows):,} such cells)" if len(rows) > 1 else ""
        raise BadValue(f"{values[rows[0]]:g}: {what}{more}", remedy=remedy, file=file, row=int(rows[0]) + 2, column=column)


def _fill(
    part: Part,
    values: FloatArray,
    gaps: NDArray[np.bool_],
    groups: IntArray | None,
    heading: str,
    file: str | None,
) -> tuple[FloatArray, str]:
    if part.missing == "refuse":
        count, row = int(gaps.sum()), int(np.flatnonzero(gaps)[0])
        raise BadValue(
            f"{count:,} of {len(values):,} areas have no value" if count > 1 else "the value is missing",
            remedy="Complete the column, or say in the method what to do: missing = 'leave-out', 'median', 'larger-area' …",
            file=file,
            row=row + 2,
            column=heading,
        )
    if gaps.all():
        raise BadValue("the column is empty", remedy="Take the part out of the method.", file=file, column=heading)
    if part.missing == "leave-out":
        return values, "left out: no value"
    if part.missing == "reweight":
        return values, "scored without it: no value"
    if part.missing == "larger-area" and groups is not None:
        filled = np.where(gaps, stats.group_mean(values, groups)[groups], values)
        if np.isnan(filled).any():
            row = int(np.flatnonzero(np.isnan(filled))[0])
            raise BadValue(
                "no area of the larger area has a value to fill this one from",
                remedy="Use missing = 'median' or 'leave-out'.",
                file=file,
                row=row + 2,
                column=heading,
            )
        return filled, "given the mean of the larger area: no value"
    fill = {"median": np.nanmedian, "mean": np.nanmean, "zero": lambda _: 0.0}[part.missing]
    return np.where(gaps, float(fill(values)), values), f"given the {part.missing}: no value"


def _treat_outliers(part: Part, values: FloatArray, notes: dict[str, NDArray[np.bool_]]) -> FloatArray:
    rule = part.outliers
    if rule.treatment == "keep":
        return values
    if rule.treatment == "log":
        return np.asarray(np.log(values - np.nanmin(values) + 1.0))
    if rule.treatment == "clip":
        low, high = np.nanpercentile(values, [rule.low, rule.high])
        treated = np.clip(values, low, high)
    else:
        most = rule.at_most if rule.at_most >= 1 else rule.at_most * len(values)
        treated = _winsorise(values, skew=rule.skew, kurtosis=rule.kurtosis, at_most=int(most))
    changed = (treated != values) & ~np.isnan(values)
    notes["had an extreme value pulled in"] = changed
    return treated


def _winsorise(values: FloatArray, *, skew: float, kurtosis: float, at_most: int) -> FloatArray:
    # Follows the OECD/JRC practice: only when both are outside, and from the side that the skew points to.
    treated = values.copy()
    ordered = np.sort(values[np.isfinite(values)])
    for step in range(at_most + 1):
        current = np.clip(values, ordered[0], ordered[-1])
        centred = stats.z_score(current)
        skewness, excess = float(np.nanmean(centred**3)), float(np.nanmean(centred**4)) - 3.0
        treated = current
        if not (abs(skewness) > skew and excess > kurtosis) or step == at_most or len(ordered) < 3:
            break
        ordered = ordered[:-1] if skewness > 0 else ordered[1:]
    return treated


def transform(
    raw: FloatArray,
    kind: str,
    *,
    ties: stats.Ties = "min",
    scale: tuple[float, float] = (0.0, 100.0),
    ranks: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray | None]:
    """Return a part's score as it goes up, and its ranks where they are known or were needed.

    Parameters
    ----------
    raw : ndarray of shape (n,)
        Higher is more need. Ignored when `ranks` are given.
    kind : {'none', 'exponential-rank', 'rank-to-normal', 'percentile', 'z', 'min-max'}
    ranks : ndarray of shape (n,), optional
        Finished ranks, for a part that holds them.

    Examples
    --------
    >>> transform(np.array([3.0, 1.0]), "percentile")
    (array([100.,  50.]), array([1., 2.]))
    """
    if kind == "z":
        return stats.z_score(raw), None
    if kind == "min-max":
        return stats.min_max(raw, low=scale[0], high=scale[1]), None
    if kind == "none" and ranks is None:
        return raw, None
    if ranks is None:
        ranks = stats.rank(raw, ties=ties)
    n = int(np.isfinite(ranks).sum())
    if kind == "none":
        # A rank that nobody transforms goes up turned round, so that higher is more need.
        return n + 1.0 - ranks, ranks
    return _by_rank(ranks, n, kind), ranks


_OF_RANK = {
    "exponential-rank": stats.exponential_of_rank,
    "rank-to-normal": stats.normal_of_rank,
    "percentile": stats.percentile_of_rank,
}


@lru_cache(maxsize=8)
def _table_by_rank(n: int, kind: str) -> FloatArray:
    # Tied ranks can be halves, so the table runs in steps of a half: 1, 1.5, 2 …
    return _OF_RANK[kind](np.arange(2, 2 * n + 1) / 2.0, n)


def _by_rank(ranks: FloatArray, n: int, kind: str) -> FloatArray:
    known = np.isfinite(ranks)
    doubled = ranks * 2.0
    place = np.where(known, doubled, 2.0).astype(np.int64) - 2
    if not np.array_equal(np.where(known, doubled, 2.0), place + 2.0):
        return _OF_RANK[kind](ranks, n)
    out = _table_by_rank(n, kind)[place]
    return out if known.all() else np.where(known, out, np.nan)


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
    score = combine(stack, given, how=node.combine, power=node.power, total=node.score == "sum", may_skip=skip, where=name)
    return score, {child: float(w) for child, w in zip(children, given, strict=True)}


def combine(
    stack: FloatArray,
    weights: FloatArray,
    *,
    how: str = "arithmetic",
    power: float | None = None,
    total: bool = False,
    may_skip: NDArray[np.bool_] | None = None,
    where: str = "index",
) -> FloatArray:
    """Return the weighted mean (or sum) of the rows of `stack`.

    Parameters
    ----------
    stack : ndarray of shape (n_parts, n_areas)
    weights : ndarray of shape (n_parts,)
    how : {'arithmetic', 'geometric', 'harmonic', 'power'}
    power : float, optional
        The exponent of the generalised mean: 1 arithmetic, 0 geometric, -1 harmonic.
    total : bool
        Sum with the weights as they stand instead of the mean (arithmetic only).
    may_skip : ndarray of bool of shape (n_parts,), optional
        Parts that an area may lack: the weights of the others are scaled up. Lacking another makes the score NaN.

    Raises
    ------
    BadSpecification
        If a value is too low for the mean that is asked for (geometric needs zero or more, harmonic more than zero).

    Examples
    --------
    >>> combine(np.array([[1.0, 4.0], [4.0, 4.0]]), np.array([1.0, 1.0]), how="geometric")
    array([2., 4.])
    """
    exponent = {"arithmetic": 1.0, "geometric": 0.0, "harmonic": -1.0}.get(how, power)
    assert exponent is not None
    if exponent != 1.0:
        lowest = float(np.nanmin(stack))
        if lowest < 0 or (lowest == 0 and exponent < 0):
            raise BadSpecification(
                f"'{where}' asks for a {how} mean, but a part has the value {lowest:g}",
                remedy="Transform the parts to a scale above zero first, e.g. transform = 'percentile'.",
            )
    w = np.asarray(weights, dtype=np.float64)[:, None]
    gaps = np.isnan(stack)
    if gaps.any() and may_skip is not None and may_skip.any():
        skipped = gaps & may_skip[:, None]
        w = np.where(skipped, 0.0, w)
        # A total keeps its scale when a part is skipped: the weights left are stretched to the whole.
        w = w * (weights.sum() / np.where(w.sum(axis=0) > 0, w.sum(axis=0), np.nan))
        stack = np.where(skipped, 1.0, stack)
    if exponent == 1.0:
        scored = w[:, 0] @ stack if w.shape[1] == 1 else (w * stack).sum(axis=0)
        return np.asarray(scored) if total else np.asarray(scored) / float(np.sum(weights))
    share = w / float(np.sum(weights))
    if exponent == 0.0:
        with np.errstate(divide="ignore"):
            return np.asarray(np.exp((share * np.log(stack)).sum(axis=0)))
    return np.asarray((share * stack**exponent).sum(axis=0) ** (1.0 / exponent))


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


@dataclass(frozen=True)
class Check:
    """How near an index comes to a published one.

    Attributes
    ----------
    areas : int
        Areas in both.
    max_abs_error, mean_abs_error : float or None
        Of the score, over areas in both. None when scores were not compared.
    equal_ranks, equal_deciles : float or None
        Share (0 to 1) of areas in both with the same rank, the same decile.
    only_here, only_published : tuple of str
        Areas that only one of the two has.
    worst : polars.DataFrame
        The ten areas furthest apart: ``area_code, score, published_score, rank, published_rank``.
    """

    areas: int
    max_abs_error: float | None
    mean_abs_error: float | None
    equal_ranks: float | None
    equal_deciles: float | None
    only_here: tuple[str, ...]
    only_published: tuple[str, ...]
    worst: pl.DataFrame


def check(table: pl.DataFrame, published: pl.DataFrame) -> Check:
    """Compare an index with a published one, area by area.

    Parameters
    ----------
    table : polars.DataFrame
        ``area_code`` and any of ``score, rank, decile``.
    published : polars.DataFrame
        The same columns, as published. Columns that either lacks are not compared.

    Raises
    ------
    BadTable
        If the two have no area or no column in common.

    Examples
    --------
    >>> ours = pl.DataFrame({"area_code": ["a", "b"], "score": [1.0, 2.5], "rank": [2, 1]})
    >>> theirs = pl.DataFrame({"area_code": ["b", "a"], "score": [2.0, 1.0], "rank": [1, 2]})
    >>> found = check(ours, theirs)
    >>> found.max_abs_error, found.equal_ranks
    (0.5, 1.0)
    """
    for side in (table, published):
        check_areas(side)
    shared = [name for name in ("score", "rank", "decile") if name in table.columns and name in published.columns]
    if not shared:
        raise BadTable("there is nothing to compare", remedy="Both need a score, a rank or a decile.")
    right = published.select("area_code", *[pl.col(name).alias(f"published_{name}") for name in shared])
    both = table.select("area_code", *shared).join(right, on="area_code", how="inner")
    if both.height == 0:
        raise BadTable(
            "the two tables have no area in common",
            remedy="Compare the same edition and boundary year.",
        )
    error = None
    if "score" in shared:
        error = np.abs(both["score"].to_numpy() - both["published_score"].to_numpy())
        both = both.with_columns(_apart=pl.Series(error, nan_to_null=True))
    else:
        both = both.with_columns(_apart=(pl.col(shared[0]) - pl.col(f"published_{shared[0]}")).abs().cast(pl.Float64))
    worst = both.sort("_apart", descending=True, nulls_last=True).head(10).drop("_apart")
    return Check(
        areas=both.height,
        max_abs_error=None if error is None else float(np.nanmax(error)),
        mean_abs_error=None if error is None else float(np.nanmean(error)),
        equal_ranks=_share_equal(both, "rank") if "rank" in shared else None,
        equal_deciles=_share_equal(both, "decile") if "decile" in shared else None,
        only_here=tuple(table.join(published, on="area_code", how="anti")["area_code"].to_list()),
        only_published=tuple(published.join(table, on="area_code", how="anti")["area_code"].to_list()),
        worst=worst,
    )


def _share_equal(both: pl.DataFrame, name: str) -> float:
    return float(both[name].cast(pl.Float64).eq_missing(both[f"published_{name}"].cast(pl.Float64)).mean() or 0.0)  # type: ignore[arg-type]
