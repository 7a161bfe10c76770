"""From a column to an indicator made ready: read, turned round, shrunk, filled, extremes treated."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground import stats
from homeground.errors import BadValue
from homeground.method import Part
from homeground.stats import FloatArray, IntArray
from homeground.tables import check_ranks, numbers

__all__ = ["make_ready", "read_column", "read_ranks"]

_FILL = {"median": "the median", "mean": "the mean", "zero": "zero"}


def read_ranks(
    part: Part, table: pl.DataFrame, *, file: str | None = None, missing_codes: tuple[str, ...] = ()
) -> FloatArray:
    """Return the ranks that a column holds, 1 for the most need, checked to be a whole ranking.

    Raises
    ------
    BadValue
        At a rank that is out of range, missing, or repeated beyond the ties that were declared.

    Examples
    --------
    >>> read_ranks(Part(column="r", holds="rank", rank_one_is="least-need"), pl.DataFrame({"r": [1, 2, 3]}))
    array([3., 2., 1.])
    """
    assert part.column is not None
    ranks = numbers(table, part.column, missing_codes=missing_codes, file=file)
    check_ranks(ranks, column=part.column, tied=part.tied, missing_allowed=part.missing != "refuse", file=file)
    if part.rank_one_is == "least-need":
        ranks = np.isfinite(ranks).sum() + 1.0 - ranks
    return ranks


def read_column(
    part: Part,
    table: pl.DataFrame,
    *,
    groups: IntArray | None = None,
    file: str | None = None,
    missing_codes: tuple[str, ...] = (),
) -> FloatArray:
    """Return the values of an indicator as they stand (NaN is missing), shrunk where the method says so.

    Parameters
    ----------
    part : Part
        Takes a column of values or scores, or a numerator and a denominator.
    groups : ndarray of shape (n_areas,), optional
        Number of the larger area of each area, for shrinkage.

    Returns
    -------
    ndarray of shape (n_areas,)
        In the unit and direction of the column.

    Raises
    ------
    BadValue
        At a cell that is no number, a negative count, or a share above one that is to be shrunk.

    Examples
    --------
    >>> table = pl.DataFrame({"poor": [10, 30], "people": [100, 100]})
    >>> read_column(Part(numerator="poor", denominator="people", per=100), table)
    array([10., 30.])
    """
    if part.column is None:
        return _rate(part, table, groups, file, missing_codes)
    values = numbers(table, part.column, missing_codes=missing_codes, file=file)
    if part.shrink and part.standard_error and groups is not None:
        error = numbers(table, part.standard_error, missing_codes=missing_codes, file=file)
        values = stats.shrink_values(values, error, groups)
    return values


def make_ready(
    part: Part, values: FloatArray, *, groups: IntArray | None = None, file: str | None = None
) -> tuple[FloatArray, dict[str, NDArray[np.bool_]]]:
    """Return an indicator with gaps filled and extremes treated as the method says, turned so that higher is more need.

    Returns
    -------
    values : ndarray of shape (n_areas,)
    notes : dict
        What was done to which areas, in words, with a mask of the areas.

    Raises
    ------
    BadValue
        If there are gaps that the method refuses, or cannot fill.

    Examples
    --------
    >>> values, notes = make_ready(Part(column="x", missing="median", higher_is="better"), np.array([1.0, np.nan, 3.0]))
    >>> values, list(notes)
    (array([-1., -2., -3.]), ['given the median: no value'])
    """
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
        raise BadValue(
            f"{values[rows[0]]:g}: {what}{more}", remedy=remedy, file=file, row=int(rows[0]) + 2, column=column
        )


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
            remedy="Complete the column, or say in the method what to do: missing = 'leave-out', 'median' …",
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
    known = values[~gaps]
    fill = {"median": np.median(known), "mean": np.mean(known)}.get(part.missing, 0.0)
    return np.where(gaps, float(fill), values), f"given {_FILL[part.missing]}: no value"


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
    ordered = np.sort(values[np.isfinite(values)])
    n, low, high = len(ordered), 0, len(ordered) - 1
    if n < 3 or ordered[0] == ordered[-1]:
        return values
    # Running sums of powers give the moments of the clipped values without going through them at every step.
    scaled = stats.z_score(ordered)
    powers = scaled ** np.arange(1, 5)[:, None]
    below = np.concatenate([np.zeros((4, 1)), np.cumsum(powers, axis=1)], axis=1)
    for step in range(at_most + 1):
        inside = below[:, high + 1] - below[:, low]
        skewness, excess = _shape((inside + low * powers[:, low] + (n - 1 - high) * powers[:, high]) / n)
        if not (abs(skewness) > skew and excess > kurtosis) or step == at_most or high - low < 2:
            break
        low, high = (low, high - 1) if skewness > 0 else (low + 1, high)
    return np.clip(values, ordered[low], ordered[high])


def _shape(moments: FloatArray) -> tuple[float, float]:
    """Return skewness and excess kurtosis from the first four raw moments."""
    m1, m2, m3, m4 = moments.tolist()
    variance = m2 - m1**2
    if variance <= 0:
        return 0.0, 0.0
    third = m3 - 3 * m1 * m2 + 2 * m1**3
    fourth = m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4
    return third / variance**1.5, fourth / variance**2 - 3.0
