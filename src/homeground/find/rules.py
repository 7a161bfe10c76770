"""The rules that turn two rankings into one list of places: plain arithmetic on arrays, quick enough to repeat often.

Two rankings go in: deprivation (for example the IMD) and need (for example the Community Needs Index). Rank 1 is the
most need in both. Each has its own number of ranked areas, which need not be the number of areas at hand: the IMD
2019 ranks 32,844 areas also after it was carried to the 33,755 areas of 2021, and is never ranked again on the way.

Ties. On ``worst-on-both`` ranks are taken as they were published: areas that share a rank are in together or out
together. The other rules take exactly as many areas as were asked for: where several are level at the edge, those
that come first in the arrays are taken. Give arrays in the order of the area codes, as `homeground.find.cohort` does,
and the list does not depend on the order of a file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from homeground import stats
from homeground.errors import BadSpecification
from homeground.stats import FloatArray

__all__ = ["Rule", "RuleName", "combined_need", "cut", "select"]

_LARGEST_TABLE = 1_000_000

RuleName = Literal["worst-on-both", "sum", "product", "worst-of-two"]


@dataclass(frozen=True)
class Rule:
    """How places are chosen from two rankings, and how many.

    Attributes
    ----------
    rule : {'worst-on-both', 'sum', 'product', 'worst-of-two'}
        ``worst-on-both``: in the worst part of each ranking. ``sum``: both ranks on the exponential 0-100 scale,
        added, so that the extremes weigh most. ``product``: the product of the two ranks, smallest first.
        ``worst-of-two``: each area counts by the worse of its two places, so that high need of one kind is enough.
    share : float or None
        How much is taken, above 0 to 1: of each ranking (worst-on-both) or of the areas that have both ranks (the
        other rules). 0.1, the worst tenth, when neither is given.
    count : int or None
        Instead of a share: how many ranks of each ranking, or how many areas.

    Raises
    ------
    BadSpecification
        If the rule is unknown, both share and count are given, or either makes no sense.

    Examples
    --------
    >>> Rule()
    Rule(rule='worst-on-both', share=0.1, count=None)
    >>> Rule("sum", count=225)
    Rule(rule='sum', share=None, count=225)
    >>> Rule(share=10)
    Traceback (most recent call last):
    ...
    homeground.errors.BadSpecification: a share of 10 is not above 0 and up to 1. For 10 % write 0.1.
    """

    rule: RuleName = "worst-on-both"
    share: float | None = None
    count: int | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no sense; without share and count it is the worst tenth."""
        if self.rule not in get_args(RuleName):
            known = ", ".join(get_args(RuleName))
            raise BadSpecification(
                f"'{self.rule}' is not a rule for choosing places",
                remedy=f"Use one of: {known}.",
            )
        if self.share is not None and self.count is not None:
            raise BadSpecification(
                f"both a share ({self.share:g}) and a count ({self.count}) are given",
                remedy="Give one of the two.",
            )
        if self.count is not None:
            if isinstance(self.count, bool) or not isinstance(self.count, (int, np.integer)) or self.count < 1:
                raise BadSpecification(
                    f"a count of {self.count!r} takes no place",
                    remedy="Give a whole number from 1.",
                )
        elif self.share is None:
            object.__setattr__(self, "share", 0.1)
        elif (
            isinstance(self.share, bool)
            or not isinstance(self.share, (int, float, np.number))
            or not 0 < self.share <= 1
        ):
            raise BadSpecification(_no_share(self.share), remedy=_as_share(self.share))


def _no_share(share: object) -> str:
    said = f"{share:g}" if isinstance(share, (int, float)) else repr(share)
    return f"a share of {said} is not above 0 and up to 1"


def _as_share(share: object) -> str:
    if isinstance(share, (int, float)) and 1 < share <= 100:
        return f"For {share:g} % write {share / 100:g}."
    return "For the worst tenth write 0.1."


def cut(rule: Rule, n: int) -> int:
    """Return how many places `rule` takes from `n`: the last rank that is in (worst-on-both), or the number of areas.

    A share of `n` that is not whole is rounded down, as the published flags are: a tenth of 32,844 is 3,284. A share
    that misses a whole number only by binary rounding counts as whole: 0.29 of 100 is 29, though the computer holds
    28.99….

    Examples
    --------
    >>> cut(Rule(share=0.1), 32_844), cut(Rule(share=0.29), 100), cut(Rule(count=50), 20)
    (3284, 29, 20)
    """
    if rule.count is not None:
        return min(int(rule.count), n)
    assert rule.share is not None
    return min(math.floor(rule.share * n + 1e-9), n)


def select(
    deprivation_rank: ArrayLike,
    need_rank: ArrayLike,
    *,
    rule: Rule,
    n_deprivation: int | None = None,
    n_need: int | None = None,
) -> NDArray[np.bool_]:
    """Return which areas the rule takes.

    Parameters
    ----------
    deprivation_rank, need_rank : array of shape (n,)
        1 is the most need. An area that lacks either rank (NaN) is never taken. Left as they were.
    rule : Rule
    n_deprivation, n_need : int, optional
        How many areas each ranking ranks; the number of ranks at hand when left out.

    Returns
    -------
    ndarray of bool of shape (n,)

    Raises
    ------
    BadSpecification
        If the arrays differ in length, or a rank is below 1 or beyond its ranking.

    Examples
    --------
    >>> select([1, 2, 3, np.nan], [2, 4, 1, 3], rule=Rule(share=0.5), n_deprivation=4, n_need=4)
    array([ True, False, False, False])

    By the product (4, 4, 3 and 12) the third area is in, and of the two that are level the first one given:

    >>> select([1, 2, 3, 4], [4, 2, 1, 3], rule=Rule("product", count=2))
    array([ True, False,  True, False])
    """
    deprivation, need, n_d, n_n = _ready(deprivation_rank, need_rank, n_deprivation, n_need)
    if rule.rule == "worst-on-both":
        # A comparison with NaN is false, which is what 'never taken' asks for.
        return np.asarray((deprivation <= cut(rule, n_d)) & (need <= cut(rule, n_n)))
    return _most(_score(rule, deprivation, need, n_d, n_n), rule)


def combined_need(
    deprivation_rank: ArrayLike,
    need_rank: ArrayLike,
    *,
    rule: Rule,
    n_deprivation: int | None = None,
    n_need: int | None = None,
) -> FloatArray:
    """Return the score by which the rule puts areas in order; higher is more need, NaN where a rank is missing.

    ``worst-on-both``: ``100 (1 - rank / n)`` of the ranking in which the area does better, 0 to 100: above it lies
    the share at which the area comes in. ``worst-of-two``: the same of the ranking in which it does worse. ``sum``:
    the two exponential scores added, 0 to 200. ``product``: ``ln(n_deprivation n_need / (deprivation_rank
    need_rank))``, 0 for the least need on both.

    Parameters
    ----------
    deprivation_rank, need_rank, rule, n_deprivation, n_need
        As for `select`.

    Returns
    -------
    ndarray of shape (n,)

    Examples
    --------
    >>> combined_need([1, 3], [2, 4], rule=Rule("worst-on-both"), n_deprivation=4, n_need=4)
    array([50.,  0.])
    >>> combined_need([1, 2], [1, 2], rule=Rule("sum")).round(1)
    array([200. ,  31.3])
    """
    return _score(rule, *_ready(deprivation_rank, need_rank, n_deprivation, n_need))


def _ready(
    deprivation_rank: ArrayLike,
    need_rank: ArrayLike,
    n_deprivation: int | None,
    n_need: int | None,
) -> tuple[FloatArray, FloatArray, int, int]:
    deprivation = np.asarray(deprivation_rank, dtype=np.float64)
    need = np.asarray(need_rank, dtype=np.float64)
    if deprivation.ndim != 1 or deprivation.shape != need.shape:
        raise BadSpecification(
            f"the two rankings have {deprivation.shape} and {need.shape} places",
            remedy="Give one rank of each for every area, in the same order.",
        )
    return (
        deprivation,
        need,
        _size(deprivation, n_deprivation, "deprivation"),
        _size(need, n_need, "need"),
    )


def _size(ranks: FloatArray, n: int | None, what: str) -> int:
    if n is None:
        n = int(np.count_nonzero(np.isfinite(ranks)))
    if not len(ranks):
        return n
    # fmin and fmax pass over NaN without a warning and in one go.
    low, high = np.fmin.reduce(ranks), np.fmax.reduce(ranks)
    if low < 1 or high > n:
        raise BadSpecification(
            f"the {what} ranks run from {low:g} to {high:g}, but {n:,} areas are ranked",
            remedy=f"Say how many areas the ranking has: n_{what} = …",
        )
    return n


def _score(rule: Rule, deprivation: FloatArray, need: FloatArray, n_d: int, n_n: int) -> FloatArray:
    if rule.rule == "sum":
        return _exponential(deprivation, n_d) + _exponential(need, n_n)
    if rule.rule == "product":
        # The product of two ranks is exact, so that equal products stay equal.
        return np.log(float(n_d) * float(n_n) / (deprivation * need))
    # NaN on either side stays NaN, and equal shares stay equal: a division is rounded in one way only.
    shares = deprivation / max(n_d, 1), need / max(n_n, 1)
    worse = np.minimum(*shares) if rule.rule == "worst-of-two" else np.maximum(*shares)
    return np.asarray(100.0 * (1.0 - worse))


def _most(score: FloatArray, rule: Rule) -> NDArray[np.bool_]:
    n = int(np.count_nonzero(~np.isnan(score)))
    wanted = cut(rule, n)
    if wanted <= 0:
        return np.zeros(len(score), dtype=bool)
    lowest = np.partition(-score, wanted - 1)[wanted - 1]
    above = -score < lowest
    level = np.flatnonzero(-score == lowest)
    above[level[: wanted - int(np.count_nonzero(above))]] = True
    return np.asarray(above)


@lru_cache(maxsize=8)
def _exponential_by_rank(n: int) -> FloatArray:
    # Place 2r holds the score of rank r, so that tied ranks that fall on a half have theirs too; place 0 is
    # 'missing'.
    return np.append([np.nan, np.nan], stats.exponential_of_rank(np.arange(2, 2 * n + 1) / 2.0, n))


def _exponential(ranks: FloatArray, n: int) -> FloatArray:
    # Looking scores up is several times quicker than a logarithm for each; the certainty of a list does this
    # thousands of times.
    if n > _LARGEST_TABLE:
        return stats.exponential_of_rank(ranks, n)
    doubled = np.where(np.isnan(ranks), 0.0, ranks * 2.0)
    place = doubled.astype(np.int64)
    if np.array_equal(place, doubled):
        return np.asarray(_exponential_by_rank(n)[place])
    return stats.exponential_of_rank(ranks, n)
