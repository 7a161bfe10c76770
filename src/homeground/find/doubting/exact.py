"""Products and orders that come out the same to the last bit on any machine, however many threads a library takes.

A matrix product in floating point depends on the order of its additions, which libraries change with the number of
threads and the kind of processor. Here both factors are first rounded to whole numbers of at most 26 bits, so that
every product and every partial sum is a whole number below 2**53: exact, in any order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeground.stats import FloatArray, IntArray, Ties

__all__ = ["Exact", "Sorter"]

_BITS = 26
# Multiplications in one product. Above 262,144 OpenBLAS wakes a second thread, which costs more than it saves for
# products as flat as these, and far more where several processes share the processors.
_SMALL = 200_000


@dataclass(frozen=True)
class Exact:
    """A matrix whose entries are whole numbers of at most 26 bits, times one power of two.

    The power of two stays in the entries: it shifts the binary point of products and sums, and rounds nothing.

    Examples
    --------
    >>> matrix = Exact.of(np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> matrix.weighted(np.array([[0.5, 0.5]])).round(6)
    array([[2., 3.]])
    """

    values: FloatArray

    @classmethod
    def of(cls, matrix: FloatArray) -> Exact:
        """Return `matrix`, of shape (k, n), rounded to 26 bits of its largest value. NaN stays NaN."""
        largest = float(np.nanmax(np.abs(matrix), initial=0.0))
        unit = 2.0 ** (int(np.frexp(largest)[1]) - _BITS) if largest > 0 else 1.0
        return cls(np.ascontiguousarray(np.rint(matrix / unit) * unit))

    def weighted(self, weights: FloatArray, *, out: FloatArray | None = None) -> FloatArray:
        """Return ``weights @ matrix``; the weights, of shape (m, k), are from 0 to 1 and add up to 1 or less."""
        steps = np.rint(weights * 2.0**_BITS) * 2.0**-_BITS
        m, (k, n) = len(steps), self.values.shape
        out = np.empty((m, n)) if out is None else out
        width = max(_SMALL // max(m * k, 1), 64)
        for start in range(0, n, width):
            np.matmul(steps, self.values[:, start : start + width], out=out[:, start : start + width])
        return out


class Sorter:
    """Puts areas in order of need, quickly, and ranks them: the highest value first.

    The order-preserving bits of the value fill the upper part of a whole number and the row the lower part, so that
    one plain sort of whole numbers does it. Values closer together than 2**-36 of their range (for up to 65,536 areas)
    count as level.

    Examples
    --------
    >>> Sorter(4).ranked(np.array([1.0, 3.0, np.nan, 3.0]))
    (array([1, 3, 0]), array([1., 1., 3.]), array([2]))
    >>> Sorter(2).ranked(np.array([1.0, 3.0]))
    (array([1, 0]), None, array([], dtype=int64))
    """

    def __init__(self, n: int) -> None:
        bits = max((n - 1).bit_length(), 1)
        self.row = np.arange(n, dtype=np.uint64)
        self.bits = np.uint64(bits)
        self.low = np.uint64(2**bits - 1)
        self.high = ~self.low
        self.key = np.empty(n)

    def ranked(self, values: FloatArray, *, ties: Ties = "min") -> tuple[IntArray, FloatArray | None, IntArray]:
        """Return the rows in order of need, their ranks, and the rows that have no value (NaN).

        The ranks are None where they are 1, 2, 3 … because no two are level.
        """
        least, most = float(values.min()), float(values.max())
        known, gaps = len(values), None
        if np.isnan(least):
            gaps = np.isnan(values)
            known -= int(gaps.sum())
            least, most = float(np.fmin.reduce(values)), float(np.fmax.reduce(values))
        scale = -1.0 / (most - least) if most > least else 0.0
        key = self.key
        np.multiply(values, scale, out=key)
        # From 1 (most need) to 2 (least): positive, so that the bits order as the values do.
        np.add(key, 2.0 - (least * scale if known else 0.0), out=key)
        if gaps is not None:
            key[gaps] = 4.0
        whole: NDArray[np.uint64] = key.view(np.uint64)
        np.bitwise_and(whole, self.high, out=whole)
        np.bitwise_or(whole, self.row, out=whole)
        whole.sort()
        order = np.bitwise_and(whole, self.low).view(np.int64)
        return order[:known], self._ranks(np.right_shift(whole[:known], self.bits), ties), order[known:]

    @staticmethod
    def _ranks(level: NDArray[np.uint64], ties: Ties) -> FloatArray | None:
        n = len(level)
        if ties == "first" or n < 2:
            return None
        starts_new = level[1:] != level[:-1]
        if starts_new.all():
            return None
        starts = np.flatnonzero(np.append(True, starts_new))
        lengths = np.diff(np.append(starts, n))
        shared = {"min": starts + 1.0, "max": starts + lengths * 1.0, "average": starts + (lengths + 1) / 2.0}[ties]
        return np.repeat(shared, lengths)
