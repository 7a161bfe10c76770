"""Money to the penny: pounds as text, money split without losing a penny, and the prices of another year.

Amounts are whole numbers of pence (hundredths of the currency). Shares are whole parts of a billion, so that the shares
of one whole add up to exactly one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.errors import BadSpecification, BadTable

__all__ = ["WHOLE", "Deflator", "in_pounds", "in_words", "largest_remainder", "parts_of_whole", "split_pence"]

#: What the shares of one whole add up to.
WHOLE = 1_000_000_000

IntArray = NDArray[np.int64]


def in_pounds(pence: int) -> str:
    """Return pence as pounds: a decimal as text, exact.

    Examples
    --------
    >>> in_pounds(844740889189), in_pounds(-5), in_pounds(0)
    ('8447408891.89', '-0.05', '0.00')
    """
    sign, amount = "-" if pence < 0 else "", abs(int(pence))
    return f"{sign}{amount // 100}.{amount % 100:02d}"


def in_words(pence: float) -> str:
    """Return pence as a person would say it.

    Examples
    --------
    >>> in_words(844740889189), in_words(6948), in_words(123456700), in_words(-250)
    ('£8.4 billion', '£69.48', '£1.2 million', '-£2.50')
    """
    sign, pounds = "-" if pence < 0 else "", abs(pence) / 100
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if pounds >= 0.9995 * size:
            return f"{sign}£{pounds / size:.1f} {word}"
    return f"{sign}£{pounds:,.2f}" if pounds < 1000 else f"{sign}£{pounds:,.0f}"


def parts_of_whole(weights: pl.DataFrame, *, by: str, weight: str = "weight", order: str = "area_code") -> pl.DataFrame:
    """Return `weights` with ``parts``: whole parts of a billion that add up to exactly a billion for each `by`.

    Parameters
    ----------
    weights : polars.DataFrame
        Columns `by`, `weight` (nought or more) and `order`, by which ties are broken. Where all weights of a group are
        nought or unknown, its rows count equally.

    Examples
    --------
    >>> rows = pl.DataFrame({"from_code": ["x"] * 3, "area_code": ["a", "b", "c"], "weight": [1.0, 1.0, 1.0]})
    >>> parts_of_whole(rows, by="from_code")["parts"].to_list()
    [333333334, 333333333, 333333333]
    """
    known = weights.sort(by, order).with_columns(_w=pl.col(weight).cast(pl.Float64).fill_nan(None).fill_null(0.0))
    if known.height and float(known["_w"].min() or 0) < 0:  # type: ignore[arg-type]
        raise BadTable("a weight is below nought", remedy="Weights are nought or more.")
    total = pl.col("_w").sum().over(by)
    known = known.with_columns(_w=pl.when(total > 0).then("_w").otherwise(1.0))
    exact = pl.col("_w") / pl.col("_w").sum().over(by) * WHOLE
    known = known.with_columns(parts=exact.floor().cast(pl.Int64), _rest=exact - exact.floor())
    left = (WHOLE - pl.col("parts").sum().over(by)).alias("_left")
    place = pl.col("_rest").rank("ordinal", descending=True).over(by).alias("_place")
    known = known.with_columns(left, place)
    return known.with_columns(parts=pl.col("parts") + (pl.col("_place") <= pl.col("_left")).cast(pl.Int64)).drop(
        "_w", "_rest", "_left", "_place"
    )


def largest_remainder(pence: int, shares: IntArray) -> IntArray:
    """Return one sum split by parts of a billion; the parts add up to the sum.

    Examples
    --------
    >>> largest_remainder(100, np.array([333_333_334, 333_333_333, 333_333_333])).tolist()
    [34, 33, 33]
    """
    table = pl.DataFrame({"sum": [0] * len(shares), "parts": shares, "pence": [pence] * len(shares)})
    return split_pence(table, by=["sum"]).to_numpy()


def split_pence(joined: pl.DataFrame, *, by: list[str], pence: str = "pence", parts: str = "parts") -> pl.Series:
    """Return the pence of each row when each group's sum is split by its rows' parts of a billion.

    Parameters
    ----------
    joined : polars.DataFrame
        One row for each part: the columns `by` that name the sum, `pence` (the whole sum, 0 or more, repeated in each
        of its rows) and `parts`, which add up to a billion for each sum. Ties go to the row that stands first.

    Returns
    -------
    polars.Series
        Int64; adds up to the sum in each group, to the penny.

    Examples
    --------
    >>> rows = pl.DataFrame({"g": [1, 1, 2], "pence": [101, 101, 7], "parts": [WHOLE // 2, WHOLE // 2, WHOLE]})
    >>> split_pence(rows, by=["g"]).to_list()
    [51, 50, 7]
    """
    # The sum times the part would not fit: the thousands of millions and what is left over are multiplied apart.
    high, low = pl.col(pence) // WHOLE, pl.col(pence) % WHOLE
    product = low * pl.col(parts)
    rows = joined.select(
        *by,
        pl.col(pence).alias("_sum"),
        _floor=(high * pl.col(parts) + product // WHOLE).cast(pl.Int64),
        _rest=(product % WHOLE).cast(pl.Int64),
    )
    short = (pl.col("_sum") - pl.col("_floor").sum().over(by)).alias("_short")
    rows = rows.with_columns(short).with_row_index("_row")
    needy = rows.filter(pl.col("_short") > 0)
    if needy.height == 0:
        return rows["_floor"].alias("pence")
    place = needy.select(
        "_row",
        _more=(pl.col("_rest").rank("ordinal", descending=True).over(by) <= pl.col("_short")).cast(pl.Int64),
    )
    more = rows.select("_row", "_floor").join(place, on="_row", how="left", maintain_order="left")
    return more.select(pence=pl.col("_floor") + pl.col("_more").fill_null(0)).to_series()


@dataclass(frozen=True)
class Deflator:
    """What prices were in each year, against one another.

    Attributes
    ----------
    index : mapping of int to float
        The level of prices by calendar year.
    vintage, reference : str
        Which release, and who publishes it where.

    Examples
    --------
    >>> prices = Deflator({2013: 80.0, 2024: 100.0}, vintage="made up")
    >>> prices.factor(2013, 2024), prices.covers
    (1.25, (2013, 2024))
    """

    index: Mapping[int, float] = field(default_factory=dict)
    vintage: str = ""
    reference: str = ""

    @property
    def covers(self) -> tuple[int, int]:
        """The first and the last year."""
        return min(self.index), max(self.index)

    def factor(self, year: int, price_year: int) -> float:
        """Return by how much pounds of `year` are multiplied to be pounds of `price_year`.

        Raises
        ------
        BadSpecification
            If either year is not covered; the message says how to supply a file.
        """
        for wanted in (year, price_year):
            if wanted not in self.index:
                first, last = self.covers
                raise BadSpecification(
                    f"there is no GDP deflator for {wanted} (the file, {self.vintage}, has {first} to {last})",
                    remedy="Supply a newer one with --deflator FILE: a table with the columns year and index.",
                )
        return self.index[price_year] / self.index[year]
