"""What a table must look like, and the one wording when it does not.

Rows are counted as a spreadsheet counts them: the heading is row 1, the first area row 2.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.errors import BadTable, BadValue, DuplicateAreas, MissingColumns

__all__ = ["check_areas", "check_people", "check_ranks", "listed", "numbers", "require_columns"]

_FIRST_ROW = 2


def listed(items: Iterable[object], *, most: int = 3) -> str:
    """Return a few items in words, and how many more there are.

    Examples
    --------
    >>> listed(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    >>> listed(["a", "b"])
    'a and b'
    """
    words = [str(item) for item in items]
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most:,} more"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def require_columns(table: pl.DataFrame, names: Iterable[str], *, file: str | Path | None = None) -> None:
    """Raise `MissingColumns` if `table` lacks any of `names`, and say which heading comes near.

    Examples
    --------
    >>> require_columns(pl.DataFrame({"rate ": [1]}), ["rate"])
    Traceback (most recent call last):
    ...
    homeground.errors.MissingColumns: the column 'rate' is missing. The nearest heading is 'rate '.
    """
    missing = [name for name in names if name not in table.columns]
    if not missing:
        return
    near = difflib.get_close_matches(missing[0], table.columns, n=1, cutoff=0.6)
    if near:
        remedy = f"The nearest heading is '{near[0]}'."
    else:
        remedy = f"The table has {len(table.columns)} columns: {listed(table.columns, most=6)}."
    what = f"the column '{missing[0]}' is missing"
    if len(missing) > 1:
        what = f"{len(missing)} columns are missing: {listed([repr(name) for name in missing])}"
    raise MissingColumns(what, remedy=remedy, file=file)


def check_people(table: pl.DataFrame, *, file: str | Path | None = None) -> None:
    """Raise unless every known ``population`` of areas is nought or more.

    Raises
    ------
    BadValue
        Naming the first area that cannot be.

    Examples
    --------
    >>> check_people(pl.DataFrame({"area_code": ["X1", "X2"], "population": [10.0, -3.0]}))
    Traceback (most recent call last):
    ...
    homeground.errors.BadValue: row 3, column 'population': the area X2 cannot have -3 people. \
Correct the cell, or leave it empty if the number is not known.
    """
    wrong = (table["population"] < 0).fill_null(value=False).arg_true()
    if len(wrong):
        at = int(wrong[0])
        raise BadValue(
            f"the area {table['area_code'][at]} cannot have {table['population'][at]:,.0f} people",
            remedy="Correct the cell, or leave it empty if the number is not known.",
            file=file,
            row=at + _FIRST_ROW,
            column="population",
        )


def check_areas(table: pl.DataFrame, column: str = "area_code", *, file: str | Path | None = None) -> None:
    """Raise unless every row of `table` names one area, once.

    Raises
    ------
    BadTable
        If the table has no rows.
    BadValue
        If a code is missing or blank.
    DuplicateAreas
        If a code stands twice.

    Examples
    --------
    >>> check_areas(pl.DataFrame({"area_code": ["X1", "X2", "X1"]}))
    Traceback (most recent call last):
    ...
    homeground.errors.DuplicateAreas: row 4, column 'area_code': the area X1 stands here a second time (first in row \
2); 1 row repeats another. Keep one row for each area.
    """
    require_columns(table, [column], file=file)
    if table.height == 0:
        raise BadTable("the table has headings but no rows", remedy="Check that the download is complete.", file=file)
    codes = table[column].cast(pl.String)
    blank = (codes.is_null() | (codes.str.strip_chars() == "")).arg_true()
    if len(blank):
        raise BadValue(
            f"{len(blank):,} rows have no area code" if len(blank) > 1 else "the area code is missing",
            remedy="Give every row a code, or delete the row.",
            file=file,
            row=int(blank[0]) + _FIRST_ROW,
            column=column,
        )
    repeated = codes.is_first_distinct().not_().arg_true()
    if len(repeated):
        second = int(repeated[0])
        first = int((codes == codes[second]).arg_true()[0])
        raise DuplicateAreas(
            f"the area {codes[second]} stands here a second time (first in row {first + _FIRST_ROW}); "
            f"{len(repeated):,} {'rows repeat' if len(repeated) > 1 else 'row repeats'} another",
            remedy="Keep one row for each area.",
            file=file,
            row=second + _FIRST_ROW,
            column=column,
        )


def numbers(
    table: pl.DataFrame, column: str, *, missing_codes: Iterable[str] = (), file: str | Path | None = None
) -> NDArray[np.float64]:
    """Return a column as floating-point numbers, NaN where it is missing.

    Parameters
    ----------
    table : polars.DataFrame
    column : str
        Numbers, or text that holds numbers: thousands commas and blanks are understood, anything else is not guessed
        at.
    missing_codes : iterable of str
        Text that the publisher writes for 'no figure', such as ``:`` or ``[x]``.

    Raises
    ------
    BadValue
        At the first cell that is not a number, or is infinite, naming its row.

    Examples
    --------
    >>> numbers(pl.DataFrame({"rate": ["1,204", "", ":"]}), "rate", missing_codes=[":"])
    array([1204.,   nan,   nan])
    """
    require_columns(table, [column], file=file)
    series = table[column]
    if series.dtype.is_numeric() or series.dtype in (pl.Boolean, pl.Null):
        values = series.cast(pl.Float64).to_numpy().copy()
        raw: pl.Series = series
    else:
        raw = series.cast(pl.String)
        text = raw.str.strip_chars()
        gap = text.is_null() | (text == "") | text.is_in(list(missing_codes))
        cleaned = pl.select(pl.when(gap).then(None).otherwise(text.str.replace_all(",", ""))).to_series()
        parsed = cleaned.cast(pl.Float64, strict=False)
        # A comma that does not stand between thousands may be a decimal point: 0,45 is not 45.
        unclear = text.str.contains(",", literal=True) & ~text.str.contains(r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$")
        wrong = ((parsed.is_null() | unclear.fill_null(value=False)) & ~gap).arg_true()
        if len(wrong):
            row = int(wrong[0])
            more = f" ({len(wrong):,} such cells)" if len(wrong) > 1 else ""
            raise BadValue(
                f"'{raw[row]}' is not a number{more}",
                remedy="Correct the cell, or leave it empty if there is no figure.",
                file=file,
                row=row + _FIRST_ROW,
                column=column,
            )
        values = parsed.to_numpy().copy()
    infinite = np.flatnonzero(np.isinf(values))
    if len(infinite):
        row = int(infinite[0])
        raise BadValue(
            f"'{raw[row]}' is not a finite number",
            remedy="Correct the cell, or leave it empty if there is no figure.",
            file=file,
            row=row + _FIRST_ROW,
            column=column,
        )
    return values


def check_ranks(
    ranks: NDArray[np.float64],
    *,
    column: str,
    tied: int = 0,
    missing_allowed: bool = False,
    file: str | Path | None = None,
) -> None:
    """Raise unless `ranks` is a complete ranking from 1 to n, with no more ties than declared.

    Equal ranks must follow the published convention: areas that share a rank share the best of the ranks they span, and
    the next rank is skipped (1, 2, 2, 4); the mean rank (1, 2.5, 2.5, 4) is accepted too.

    Parameters
    ----------
    ranks : ndarray of shape (n,)
        NaN is missing.
    tied : int
        How many areas may repeat the rank of another.

    Examples
    --------
    >>> check_ranks(np.array([1.0, 2.0, 2.0, 4.0]), column="Rank", tied=1)
    >>> check_ranks(np.array([1.0, 2.0, 2.0, 4.0]), column="Rank")
    Traceback (most recent call last):
    ...
    homeground.errors.BadValue: row 4, column 'Rank': the rank 2 stands here a second time; 1 rank repeats another \
where 0 ties were declared. Declare the ties that the publisher states, or correct the column.
    """
    present = np.flatnonzero(np.isfinite(ranks))
    gaps = len(ranks) - len(present)
    # Areas may be unranked; but then the others are ranked among themselves, and no rank is beyond their number.
    cut_out = bool(gaps and len(present) < np.nanmax(ranks, initial=0.0) <= len(ranks))
    if gaps and (cut_out or not missing_allowed):
        row = int(np.flatnonzero(~np.isfinite(ranks))[0])
        raise BadValue(
            f"{gaps:,} of {len(ranks):,} areas have no rank" if gaps > 1 else "the rank is missing",
            remedy="Give every area a rank, or rank the others among themselves and say what to do with the unranked.",
            file=file,
            row=row + _FIRST_ROW,
            column=column,
        )
    given = ranks[present]
    n = len(given)
    outside = np.flatnonzero((given < 1) | (given > n))
    if len(outside):
        worst = int(outside[0])
        raise BadValue(
            f"the rank {given[worst]:g} is out of range: {n:,} areas have ranks 1 to {n:,}"
            + (f" ({len(outside):,} such cells)" if len(outside) > 1 else ""),
            remedy="Check that the file is whole and is the edition you meant.",
            file=file,
            row=int(present[worst]) + _FIRST_ROW,
            column=column,
        )
    order = np.argsort(given, kind="stable")
    ordered = given[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if n else np.empty(0, dtype=np.int64)
    repeats = n - len(starts)
    if repeats > tied:
        second = int(order[np.flatnonzero(np.append(False, ordered[1:] == ordered[:-1]))[0]])
        raise BadValue(
            f"the rank {given[second]:g} stands here a second time; {repeats:,} "
            f"{'ranks repeat' if repeats > 1 else 'rank repeats'} another where {tied:,} ties were declared",
            remedy="Declare the ties that the publisher states, or correct the column.",
            file=file,
            row=int(present[second]) + _FIRST_ROW,
            column=column,
        )
    lengths = np.diff(np.append(starts, n))
    best, mean = starts + 1.0, starts + (lengths + 1) / 2.0
    broken = np.flatnonzero((ordered[starts] != best) & (ordered[starts] != mean))
    if len(broken):
        first = int(order[starts[broken[0]]])
        raise BadValue(
            f"the rank {given[first]:g} does not follow: by the areas ahead of it, {best[broken[0]]:g} was expected",
            remedy="Ranks run 1, 2, 3 …; areas that share a rank share the best one and the next is skipped.",
            file=file,
            row=int(present[first]) + _FIRST_ROW,
            column=column,
        )
