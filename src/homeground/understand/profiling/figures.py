"""All figures of all areas, held so that any place made of areas has its own in one multiplication.

Every figure is a quotient of two sums: people counted over people asked, or values weighted by people over people. So a
place made of parts has the sum of its parts over the sum of their wholes, whatever the figure is.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from homeground.errors import BadSpecification, MissingDataset
from homeground.provenance import Note, Source

__all__ = ["Bridge", "Figures", "Measure", "Native", "Sums"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """One indicator as a profile shows it; `homeground.sources.indicator_blocks.Indicator` says what the entries mean.

    Attributes
    ----------
    kind : {'share', 'value', 'rank'}
        A count in a whole, a figure by itself, or a position among all areas (0 is the most need, 100 the least).
    node : str
        The areas that it is given for, such as ``lsoa21``.
    ranked : int
        How many areas a rank is of; 0 for the others.
    level : str
        The larger area whose figure the publisher gives to each area in it, '' where it gives each its own.
    """

    id: str
    title: str
    theme: str
    kind: str
    node: str
    unit: str = ""
    higher_is: str = ""
    interval: str = "none"
    per: float = 1.0
    ranked: int = 0
    level: str = ""
    series: str = ""
    edition: str = ""
    breaks: tuple[tuple[str, str], ...] = ()
    index: str = ""
    says: str = ""
    quality: str = ""
    source_id: str = ""
    period: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Native:
    """The figures of one kind of area, one boundary year.

    Attributes
    ----------
    node, kind, year
        ``lsoa21``, ``lsoa``, 2021.
    codes, names : tuple of str
    people : ndarray of shape (n,)
        NaN where not known.
    measures : tuple of Measure
        One for each column of the arrays below.
    above, below : ndarray of shape (n, k)
        The two sums of each figure; NaN where there is no figure.
    hidden : ndarray of bool, shape (n, k)
        Where a figure was hidden to protect people.
    low, high : ndarray of shape (n, k)
        Published limits; NaN where there are none.
    """

    node: str
    kind: str
    year: int | None
    codes: tuple[str, ...]
    names: tuple[str, ...]
    people: FloatArray
    measures: tuple[Measure, ...]
    above: FloatArray
    below: FloatArray
    hidden: NDArray[np.bool_]
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True)
class Bridge:
    """Which areas of one kind belong to which of another: ``from_code``, ``to_code``, ``share`` of the people."""

    start: str
    end: str
    pairs: pl.DataFrame


@dataclass(frozen=True)
class Sums:
    """The two sums of each figure, for each of several places.

    Attributes
    ----------
    above, below, low, high : ndarray of shape (places, k)
        NaN where nothing is known.
    hidden, missing : ndarray of shape (places, k)
        Share (0 to 1) of the people of a place in areas whose figure is hidden, or missing.
    estimated : ndarray of shape (places,)
        Share of its people who live in areas that lie in it only partly.
    covered : ndarray of shape (places,)
        Share of the people of the areas it touches that live in the place.
    """

    above: FloatArray
    below: FloatArray
    low: FloatArray
    high: FloatArray
    hidden: FloatArray
    missing: FloatArray
    estimated: FloatArray
    covered: FloatArray

    @property
    def coarse(self) -> NDArray[np.bool_]:
        """Whether the areas are larger than the place, so that the figure is not of the place alone."""
        return self.covered < 0.6


@dataclass(frozen=True)
class Figures:
    """All figures, and how the areas lie in one another.

    Attributes
    ----------
    natives : mapping of str to Native
    bridges : tuple of Bridge
    codes, names : mapping of str to tuple of str
        The areas of each node that can be a place, also those that have no figures of their own; where there are
        figures, they are the areas of those, in their order.
    years, kinds : mapping of str to int or None, and to str
    cohorts : mapping of str to polars.DataFrame
        By node: ``area_code``, ``cohort``, and the title in the mapping `cohort_titles`.
    sources : mapping of str to Source
    notes : tuple of Note
    """

    natives: Mapping[str, Native]
    bridges: tuple[Bridge, ...]
    codes: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[str, ...]]
    years: Mapping[str, int | None]
    kinds: Mapping[str, str]
    cohorts: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    cohort_titles: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    _between: dict[tuple[str, str], sparse.csr_array] = field(default_factory=dict, compare=False, repr=False)
    _index: dict[str, dict[str, int]] = field(default_factory=dict, compare=False, repr=False)
    _ways: dict[tuple[str, str], list[str] | None] = field(default_factory=dict, compare=False, repr=False)
    #: What was worked out once for many places, by what it rests on.
    kept: dict[tuple[object, ...], Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Every indicator there is."""
        return tuple(measure for native in self.natives.values() for measure in native.measures)

    @property
    def spine(self) -> str:
        """The finest areas whose people are known, of the latest year: places are weighed by them."""
        if ("spine",) not in self.kept:
            self.kept["spine",] = self._finest()
        return str(self.kept["spine",])

    def _finest(self) -> str:
        known = [native for native in self.natives.values() if np.isfinite(native.people).mean() > 0.5]
        if not known:
            raise MissingDataset(
                "no table says how many people live where",
                remedy="Add one with a column of people, such as the Indices of Deprivation 2025 (File 7).",
            )
        most = max(len(native.codes) for native in known)
        fine = [native for native in known if len(native.codes) > 0.9 * most]
        return max(fine, key=lambda native: (native.year or 0, len(native.codes))).node

    @property
    def whole(self) -> str:
        """What all places together are called: England, unless the areas are of one's own."""
        return "all places together" if self.kinds[self.spine] == "area" else "England"

    def place_in(self, node: str, codes: Sequence[str]) -> NDArray[np.intp]:
        """Return where `codes` stand among the areas of `node`; -1 where they do not."""
        if codes is self.codes[node]:
            return np.arange(len(codes), dtype=np.intp)
        if node not in self._index:
            self._index[node] = dict(zip(self.codes[node], range(len(self.codes[node])), strict=True))
        return np.fromiter(map(self._index[node].get, codes, itertools.repeat(-1)), dtype=np.intp, count=len(codes))

    def _places(self, node: str, codes: pl.Series) -> NDArray[np.intp]:
        """Return the same for a column of many codes, which a join finds quicker."""
        index = pl.DataFrame({"code": self.codes[node]}, schema={"code": pl.String}).with_row_index("at")
        found = pl.DataFrame({"code": codes}).join(index, on="code", how="left", maintain_order="left")["at"]
        return found.cast(pl.Int64).fill_null(-1).to_numpy().astype(np.intp)

    def people_of(self, node: str) -> FloatArray:
        """Return the people of each area of `node`: as published for it, else added up from the spine."""
        if node in self.natives and np.isfinite(self.natives[node].people).any():
            return self.natives[node].people
        spine = self.spine
        people = np.nan_to_num(self.natives[spine].people)
        found: FloatArray = np.asarray(self.between(node, spine) @ people)
        return found

    def between(self, start: str, end: str) -> sparse.csr_array:
        """Return, for each area of `start` and each of `end`, the share of the second's people who live in the first.

        Raises
        ------
        MissingDataset
            If no lookups lead from one to the other.
        """
        if (start, end) not in self._between:
            path = self._path(start, end)
            if path is None:
                raise MissingDataset(
                    f"no lookup leads from {start} to {end}",
                    remedy="Add the official lookup between them to the data folder; see: homeground data list.",
                )
            matrix = sparse.csr_array(sparse.identity(len(self.codes[start]), format="csr"))
            for one, other in itertools.pairwise(path):
                matrix = sparse.csr_array(matrix @ self._step(one, other))
            self._between[start, end] = matrix
        return self._between[start, end]

    def leads(self, start: str, end: str) -> bool:
        """Return whether lookups lead from `start` to `end`."""
        return self._path(start, end) is not None

    def _path(self, start: str, end: str) -> list[str] | None:
        """Return the shortest way, through areas no coarser than the coarser of the two ends."""
        if (start, end) not in self._ways:
            self._ways[start, end] = self._way(start, end)
        return self._ways[start, end]

    def _way(self, start: str, end: str) -> list[str] | None:
        if start == end:
            return [start]
        least = 0.9 * min(len(self.codes[start]), len(self.codes[end]))
        steps: dict[str, set[str]] = {}
        for bridge in self.bridges:
            steps.setdefault(bridge.start, set()).add(bridge.end)
            steps.setdefault(bridge.end, set()).add(bridge.start)
        queue: list[tuple[int, int, str, list[str]]] = [(0, 0, start, [start])]
        seen: set[str] = set()
        while queue:
            far, _, here, path = heapq.heappop(queue)
            if here == end:
                return path
            if here in seen:
                continue
            seen.add(here)
            for other in sorted(steps.get(here, ())):
                if other not in seen and (other == end or len(self.codes[other]) >= least):
                    # Of two ways as long, the one through the finer areas loses less.
                    heapq.heappush(queue, (far + 1, -len(self.codes[other]), other, [*path, other]))
        return None

    def _step(self, start: str, end: str) -> sparse.csr_array:
        pairs = self._pairs(start, end)
        rows, columns = self._places(start, pairs["start"]), self._places(end, pairs["end"])
        share, forward = pairs["share"].to_numpy(), pairs["forward"].to_numpy()
        known = (rows >= 0) & (columns >= 0)
        rows, columns, share, forward = rows[known], columns[known], share[known], forward[known]
        # `share` is of the people of the area on the lookup's own side; turned into people, then into shares of `end`.
        people_start = _positive(self._own_people(start))[rows]
        people_end = _positive(self._own_people(end))[columns]
        people = np.where(forward, share * people_start, share * people_end)
        total = np.zeros(len(self.codes[end]))
        np.add.at(total, columns, people)
        out = sparse.csr_array(
            (people / total[columns], (rows, columns)), shape=(len(self.codes[start]), len(self.codes[end]))
        )
        out.sum_duplicates()
        return out

    def _own_people(self, node: str) -> FloatArray:
        if node not in self.natives:
            return np.ones(len(self.codes[node]))
        return self.natives[node].people

    def _pairs(self, start: str, end: str) -> pl.DataFrame:
        for bridge in self.bridges:
            if (bridge.start, bridge.end) == (start, end):
                return bridge.pairs.select(start="from_code", end="to_code", share="share", forward=pl.lit(value=True))
            if (bridge.start, bridge.end) == (end, start):
                return bridge.pairs.select(start="to_code", end="from_code", share="share", forward=pl.lit(value=False))
        raise BadSpecification(f"no lookup between {start} and {end}", remedy="Add one.")

    def sums(self, rows: sparse.csr_array, base: str, node: str) -> Sums:
        """Return the two sums of every figure of `node` for places given as shares of areas of `base`.

        Parameters
        ----------
        rows : sparse array of shape (places, areas of base)
            The share (0 to 1) of the people of each area of `base` that belongs to each place.
        """
        native = self.natives[node]
        spread = sparse.csr_array(rows @ self.between(base, node))
        # A few places touch a few areas: only those are looked at.
        there = np.unique(spread.indices)
        if 2 * len(there) < len(native.codes):
            spread = sparse.csr_array(spread[:, there])
        else:
            there = np.arange(len(native.codes))
        one, other, veiled = native.above[there], native.below[there], native.hidden[there]
        known = np.isfinite(one) & np.isfinite(other)
        above = np.asarray(spread @ np.where(known, one, 0.0))
        below = np.asarray(spread @ np.where(known, other, 0.0))
        weigh = np.where(np.isfinite(native.people[there]), native.people[there], 1.0)[:, None]
        whole = np.asarray(spread @ weigh)
        some = np.asarray(spread @ (known * weigh)) > 0
        above, below = np.where(some, above, np.nan), np.where(some, below, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            hidden = np.asarray(spread @ ((veiled & ~known) * weigh)) / whole
            missing = np.asarray(spread @ ((~veiled & ~known) * weigh)) / whole
        low, high = (np.full_like(above, np.nan) for _ in range(2))
        limits = [place for place, measure in enumerate(native.measures) if measure.interval == "published"]
        if limits:
            low[:, limits], high[:, limits] = _limits(spread, native.low[there], native.high[there], limits)
        estimated, covered = _partly(spread, weigh[:, 0])
        return Sums(above, below, low, high, hidden, missing, estimated, covered)


def _limits(
    spread: sparse.csr_array, low: FloatArray, high: FloatArray, limits: list[int]
) -> tuple[FloatArray, FloatArray]:
    """Return published limits where a place is one whole area: those of several cannot be added up."""
    out_low, out_high = (np.full((spread.shape[0], len(limits)), np.nan) for _ in range(2))
    for place in range(spread.shape[0]):
        there = spread.indices[spread.indptr[place] : spread.indptr[place + 1]]
        if len(there) == 1:
            out_low[place], out_high[place] = low[there[0], limits], high[there[0], limits]
    return out_low, out_high


def _positive(people: FloatArray) -> FloatArray:
    return np.where(np.isfinite(people) & (people > 0), people, 1e-6)


def _partly(spread: sparse.csr_array, people: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the share of people in areas that lie in a place only partly, and how much of the areas the place is."""
    inside = np.asarray(spread @ people)
    cut = spread.copy()
    cut.data = np.where((cut.data > 0.02) & (cut.data < 0.98), cut.data, 0.0)
    touched = spread.copy()
    touched.data = np.where(touched.data > 1e-3, 1.0, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimated = np.asarray(cut @ people) / inside
        covered = inside / np.asarray(touched @ people)
    return np.nan_to_num(estimated), np.nan_to_num(covered, nan=1.0)
