"""What every test of an audit starts from: the scored areas, the tree of parts, and how a finding is worded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground import stats
from homeground.errors import BadTable
from homeground.find.auditing.sensitivity import worst_tenth
from homeground.find.auditing.variation import parents
from homeground.find.index import BuiltIndex
from homeground.method import Index as Root
from homeground.method import Method, Part
from homeground.stats import FloatArray
from homeground.words import count

__all__ = ["Finding", "Material", "NotDone", "gather"]

Level = Literal["act", "look", "fine"]


@dataclass(frozen=True)
class Finding:
    """One thing that the audit found.

    Attributes
    ----------
    test : str
        The test it comes from, e.g. ``removal``.
    level : {'act', 'look', 'fine'}
        Something to change or defend; something to look at; something that holds.
    text : str
        What was found, in a plain sentence with its figure.
    todo : str
        What to do about it.
    size : float
        How much it matters among findings of its level, 0 to 1.
    """

    test: str
    level: Level
    text: str
    todo: str
    size: float = 0.0

    def __str__(self) -> str:
        """Return the finding and what to do as one line."""
        return f"{self.text} {self.todo}".strip()


@dataclass(frozen=True)
class NotDone:
    """A test that could not be made, for one part or at all.

    Attributes
    ----------
    test : str
    part : str
        The part, or '' when the whole test could not be made.
    why : str
    """

    test: str
    part: str
    why: str


@dataclass(frozen=True)
class Material:
    """An index laid out for testing. Arrays run over the areas that have a score.

    Attributes
    ----------
    index : BuiltIndex
    scored : ndarray of bool of shape (n_all_areas,)
    areas : polars.DataFrame
        ``area_code`` and ``area_name`` (where there is one) of the scored areas.
    score, rank : ndarray of shape (n,)
    top : int
        How many places the worst tenth has.
    """

    index: BuiltIndex
    scored: NDArray[np.bool_]
    areas: pl.DataFrame
    score: FloatArray
    rank: FloatArray
    top: int

    @property
    def n(self) -> int:
        """How many areas have a score."""
        return len(self.score)

    @property
    def method(self) -> Method:
        """The method of the index."""
        return self.index.method

    def nodes(self) -> list[tuple[str, Root | Part]]:
        """Return every node that combines parts, the index first."""
        order = self.method.order()
        below = [(name, self.method.parts[name]) for name in reversed(order) if not self.method.parts[name].is_leaf]
        return [("index", self.method.index), *below]

    def parts(self) -> list[str]:
        """Return every part: those of the index first, then the parts of each."""
        return [child for _, node in self.nodes() for child in node.parts]

    def above(self) -> dict[str, str]:
        """Return the node above each part."""
        return parents(self.method)

    def title(self, name: str) -> str:
        """Return what people read for a part, a node or the index."""
        return self.method.title or "the index" if name == "index" else self.method.label(name)

    def value(self, name: str) -> FloatArray:
        """Return a part's value as it goes up, for the scored areas."""
        return self.index.values[name][self.scored]

    def place(self, name: str) -> FloatArray:
        """Return a part's rank among the scored areas, 1 for the most need; equal values share the mean rank."""
        return stats.rank(self.value(name), ties="average")

    def node_score(self, name: str) -> FloatArray:
        """Return the score of a node before its transform."""
        return self.score if name == "index" else self.index.raw[name][self.scored]

    def holds_ranks(self, name: str) -> bool:
        """Whether a part is a column of ranks."""
        return self.method.parts[name].is_leaf and self.method.parts[name].holds == "rank"


def gather(index: BuiltIndex) -> Material:
    """Return `index` laid out for testing.

    Raises
    ------
    BadTable
        If fewer than three areas have a score: there is nothing to compare.
    """
    table = index.table
    score = table["score"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    scored = np.isfinite(score)
    if scored.sum() < 3:
        raise BadTable(
            f"{count(int(scored.sum()), 'area')} of {len(scored):,} can be scored, too few to test an index on",
            remedy="An audit needs three areas at the very least, and says something from some thirty on.",
        )
    names = [name for name in ("area_code", "area_name") if name in table.columns]
    return Material(
        index=index,
        scored=scored,
        areas=table.select(names).filter(pl.Series(scored)),
        score=score[scored],
        rank=table["rank"].cast(pl.Float64).fill_null(np.nan).to_numpy()[scored],
        top=worst_tenth(int(scored.sum())),
    )
