"""How far an indicator may be off by chance: the sampling error of each figure, from counts or a standard error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from homeground import stats
from homeground.errors import BadValue
from homeground.find.index import BuiltIndex
from homeground.method import Part
from homeground.provenance import Note
from homeground.stats import FloatArray, IntArray
from homeground.tables import numbers, require_columns

__all__ = ["SamplingErrors", "sampling_errors"]


@dataclass(frozen=True)
class SamplingErrors:
    """The sampling error of every indicator that has one.

    Attributes
    ----------
    by_part : dict of ndarray of shape (n_areas,)
        Standard deviation in the unit in which the indicator enters the index (`BuiltIndex.raw`), by name of the part.
    without : tuple of str
        Parts that take a column and for which no error is known.
    notes : tuple of Note
    """

    by_part: Mapping[str, FloatArray]
    without: tuple[str, ...]
    notes: tuple[Note, ...] = ()


def sampling_errors(
    built: BuiltIndex, table: pl.DataFrame, *, missing_codes: tuple[str, ...] = (), file: str | None = None
) -> SamplingErrors:
    """Return the sampling error of every indicator of an index that counts or a standard error are given for.

    Counts: the binomial variance ``p (1 - p) / n`` with ``p = (r + .5) / (n + 1)``, so that a count of nought is not
    taken for certain; where any count passes its denominator, the Poisson variance ``(r + .5) / n**2``. A figure that
    was shrunk has the posterior error, ``sqrt(w)`` times its own, with `w` the weight that it kept. A figure that was
    filled in because it was missing is as unsure as the spread of its column.

    Parameters
    ----------
    built : BuiltIndex
    table : polars.DataFrame
        The table the index was built from, in the same order. Left as it was.
    missing_codes, file
        As for `homeground.find.index.build`.

    Returns
    -------
    SamplingErrors

    Raises
    ------
    MissingColumns, BadValue
        If a column that the method names is missing or does not hold numbers.

    Examples
    --------
    >>> from homeground.find.index import build
    >>> from homeground.method import parse_method
    >>> method = parse_method({"name": "one", "index": {"parts": ["poor"], "weights": "equal"},
    ...     "parts": {"poor": {"numerator": "poor", "denominator": "people"}}})
    >>> table = pl.DataFrame({"area_code": ["a", "b"], "poor": [50, 500], "people": [100, 1000]})
    >>> sampling_errors(build(method, table), table).by_part["poor"].round(4)
    array([0.05  , 0.0158])
    """
    method = built.method
    found: dict[str, FloatArray] = {}
    without: list[str] = []
    notes: list[Note] = []
    for name in method.leaves():
        part = method.parts[name]
        if part.holds == "rank" or (part.numerator is None and part.standard_error is None):
            without.append(name)
            continue
        require_columns(table, [c for c in (part.numerator, part.denominator, part.standard_error) if c], file=file)
        error, poisson = _error(part, table, built.larger_area, missing_codes, file)
        if poisson:
            notes.append(
                Note(f"{method.label(name)}: counts pass their denominator, so their error is Poisson.", kind="assumed")
            )
        raw = built.raw[name]
        if part.outliers.treatment == "log":
            # The logarithm was taken of x - min + 1, and the error goes with its slope.
            error = error * np.exp(-(raw if part.higher_is == "worse" else -raw))
        unknown = ~np.isfinite(error) & np.isfinite(raw)
        if unknown.any():
            spread = float(np.nanstd(raw))
            error = np.where(unknown, spread, error)
            areas = tuple(built.table["area_code"].filter(pl.Series(unknown)).to_list())
            text = (
                f"{method.label(name)}: {len(areas):,} areas have a figure without its error (it was filled in, or the "
                "error is not given); they are taken to be as unsure as the whole column is spread."
            )
            notes.append(Note(text, areas=areas, kind="assumed"))
        found[name] = np.where(np.isfinite(raw), error, 0.0)
    return SamplingErrors(found, tuple(without), tuple(notes))


def _error(
    part: Part, table: pl.DataFrame, groups: IntArray | None, missing_codes: tuple[str, ...], file: str | None
) -> tuple[FloatArray, bool]:
    if part.standard_error is not None:
        error = numbers(table, part.standard_error, missing_codes=missing_codes, file=file)
        below = np.flatnonzero(error < 0)
        if len(below):
            raise BadValue(
                f"the standard error {error[below[0]]:g} is below zero",
                remedy="Correct the cell, or leave it empty if the error is not known.",
                file=file,
                row=int(below[0]) + 2,
                column=part.standard_error,
            )
        if part.shrink and part.column is not None and groups is not None:
            values = numbers(table, part.column, missing_codes=missing_codes, file=file)
            precision = np.where(error > 0, 1.0 / np.where(error > 0, error, 1.0) ** 2, 0.0)
            towards = stats.group_mean(values, groups, precision)[groups]
            error = error * np.sqrt(_kept(values, error**2, towards, groups))
        return error, False
    assert part.numerator is not None and part.denominator is not None
    r = numbers(table, part.numerator, missing_codes=missing_codes, file=file)
    n = numbers(table, part.denominator, missing_codes=missing_codes, file=file)
    known = np.isfinite(r) & np.isfinite(n) & (n > 0)
    r, n = np.where(known, r, np.nan), np.where(known, n, np.nan)
    if bool((r > n).any()):
        return np.sqrt(r + 0.5) / n * part.per, True
    p = (r + 0.5) / (n + 1.0)
    if not part.shrink or groups is None:
        return np.sqrt(p * (1.0 - p) / n) * part.per, False
    # Shrinkage was done on the logit scale; p (1 - p) is the slope back to the rate.
    own = np.log((r + 0.5) / (n - r + 0.5))
    variance = (n + 1) * (n + 2) / (n * (r + 1) * (n - r + 1))
    rate = stats.group_mean(r / n, groups, n)[groups]
    people = np.bincount(groups[known], weights=n[known], minlength=int(groups.max(initial=-1)) + 1)[groups]
    towards = np.log((rate * people + 0.5) / (people - rate * people + 0.5))
    shrunk = stats.shrink_rates(r, n, groups)
    return np.sqrt(_kept(own, variance, towards, groups) * variance) * shrunk * (1.0 - shrunk) * part.per, False


def _kept(own: FloatArray, variance: FloatArray, towards: FloatArray, groups: IntArray) -> FloatArray:
    """Return the weight (0 to 1) that each figure kept when it was pulled towards its larger area."""
    known = np.isfinite(own) & np.isfinite(variance) & (variance > 0)
    n_groups = int(groups.max(initial=-1)) + 1
    count = np.bincount(groups[known], minlength=n_groups)
    squares = np.bincount(groups[known], weights=(own[known] - towards[known]) ** 2, minlength=n_groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        between = (squares / (count - 1))[groups]
        weight = between / (between + variance)
    return np.where(count[groups] <= 1, 1.0, np.where(between > 0, weight, 0.0))
