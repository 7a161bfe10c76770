"""The draws themselves: the list drawn up again and again, and tallied on the way.

Draws are cut into blocks of a fixed size. Each block takes its random numbers from streams of its own, and everything
that is kept is a whole number: so the result depends on the seed alone, not on who computed which block, nor on the
order in which blocks were done. Areas times draws are never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeground import stats
from homeground.find.doubting.exact import Sorter
from homeground.find.doubting.layout import IndexPlan, ListPlan, NodePlan, PartPlan, Plan, Step
from homeground.find.doubting.normals import normals
from homeground.find.doubting.picking import choose
from homeground.find.rules import Rule, cut
from homeground.stats import FloatArray, IntArray

__all__ = ["BLOCK", "Tally", "blocks", "empty_tally", "run_blocks"]

# Eight draws at a time: the arrays of a block stay small enough for memory to be used again, not asked for afresh.
BLOCK = 8
_WEIGHTS, _NOISE, _NORMALISATION, _THRESHOLD, _RULE, _EDITION = range(6)
_BY_RANK: dict[str, Callable[[FloatArray, int], FloatArray]] = {
    "exponential-rank": stats.exponential_of_rank,
    "rank-to-normal": stats.normal_of_rank,
    "percentile": stats.percentile_of_rank,
    "turned-rank": lambda ranks, n: n + 1.0 - ranks,
}


@dataclass
class Tally:
    """What is kept of some draws, in whole numbers.

    Attributes
    ----------
    members : ndarray of shape (n_places,)
        In how many draws each place is on the list.
    sizes : dict of int to ndarray
        Number of places on the list in each draw, by the number of the first draw.
    ranks : list of ndarray of shape (n_places, n_bins)
        How often the rank of each place fell into each bin, for each index; empty where that is not kept.
    """

    members: IntArray
    sizes: dict[int, IntArray] = field(default_factory=dict)
    ranks: list[NDArray[np.integer[Any]]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take in what another worker counted."""
        self.members += other.members
        self.sizes |= other.sizes
        for mine, theirs in zip(self.ranks, other.ranks, strict=True):
            np.add(mine, theirs, out=mine)

    def all_sizes(self) -> IntArray:
        """Return the size of the list in every draw, in the order of the draws."""
        return np.concatenate([self.sizes[first] for first in sorted(self.sizes)])


def blocks(draws: int) -> int:
    """Return how many blocks hold so many draws."""
    return -(-draws // BLOCK)


def empty_tally(plan: Plan, *, small: bool = False) -> Tally:
    """Return a tally of nothing; a small one holds up to 65,535 draws and travels at half the size."""
    tally = Tally(np.zeros(plan.n_places, dtype=np.int64))
    if plan.bands:
        shape = (plan.n_places, int(plan.bins[-1]) + 1)
        tally.ranks = [np.zeros(shape, dtype=np.uint16 if small else np.uint32) for _ in plan.lists[0].indices]
    return tally


def run_blocks(plan: Plan, first: int, last: int, *, into: Tally | None = None) -> Tally:
    """Return the tally of the blocks from `first` up to (not with) `last`, added to `into` where that is given."""
    tally = empty_tally(plan, small=True) if into is None else into
    workers = [_ListDraws(part, plan) for part in plan.lists]
    for block in range(first, last):
        _run_block(plan, workers, block, tally)
    return tally


def _run_block(plan: Plan, workers: list[_ListDraws], block: int, tally: Tally) -> None:
    count = min(BLOCK, plan.draws - block * BLOCK)
    stream = _Streams(plan.seed, block)
    edition = stream(_EDITION).integers(len(workers), size=count)
    # The place between low and high at which the line is drawn, and the rule, are the same whatever the edition.
    height = stream(_THRESHOLD).random(count)
    rule = stream(_RULE).random(count)
    sizes = np.zeros(count, dtype=np.int64)
    for number, worker in enumerate(workers):
        rows = np.flatnonzero(edition == number)
        if len(rows):
            drawn = worker.lists(stream, number, height[rows], rule[rows], tally)
            sizes[rows] = [int(np.count_nonzero(chosen)) for chosen in drawn]
    tally.sizes[block * BLOCK] = sizes


class _Streams:
    """Random numbers of one block: a stream for each purpose, edition, index and part."""

    def __init__(self, seed: int, block: int) -> None:
        self.seed, self.block = seed, block

    def __call__(self, *key: int) -> np.random.Generator:
        sequence = np.random.SeedSequence(self.seed, spawn_key=(self.block, *key))
        return np.random.Generator(np.random.SFC64(sequence))


class _ListDraws:
    """Draws one edition of the list."""

    def __init__(self, plan: ListPlan, whole: Plan) -> None:
        self.plan, self.whole = plan, whole
        self.indices = [_IndexDraws(index) for index in plan.indices]
        self.rows = np.arange(whole.n_places)

    def lists(
        self, stream: _Streams, edition: int, height: FloatArray, rule: FloatArray, tally: Tally
    ) -> Iterator[NDArray[np.bool_]]:
        """Yield which places are on the list in each draw, tallying as it goes."""
        plan = self.plan
        scores = [index.scores(stream, edition, role, len(height)) for role, index in enumerate(self.indices)]
        for draw in range(len(height)):
            low, high = plan.thresholds
            threshold = plan.given
            if high > low:
                # A count takes every whole number from low to high with the same chance.
                at = low + height[draw] * (high - low + plan.counted)
                threshold = np.floor(at) if plan.counted else at
            drawn = plan.rule(min(int(rule[draw] * len(plan.rules)), len(plan.rules) - 1), float(threshold))
            chosen = self._chosen(drawn, [rows if rows is None else rows[draw] for rows in scores], tally)
            np.add(tally.members, chosen, out=tally.members)
            yield chosen

    def _chosen(self, rule: Rule, scores: list[FloatArray | None], tally: Tally) -> NDArray[np.bool_]:
        plan = self.plan
        plain = rule.rule == "worst-on-both" and plan.cap is None
        if plain and not tally.ranks:
            chosen = self.indices[0].inside(scores[0], cut(rule, self.indices[0].plan.n))
            for index, row in zip(self.indices[1:], scores[1:], strict=True):
                chosen = chosen & index.inside(row, cut(rule, index.plan.n))
            return chosen if plan.eligible is None else chosen & plan.eligible
        ranks = [index.ranks(row) for index, row in zip(self.indices, scores, strict=True)]
        for counts, found in zip(tally.ranks, ranks, strict=False):
            self._count(counts, found)
        return choose(
            ranks[0],
            ranks[1] if len(ranks) > 1 else None,
            rule=rule,
            n_deprivation=self.indices[0].plan.n,
            n_need=self.indices[-1].plan.n,
            eligible=plan.eligible,
            cap=plan.cap,
            larger_area=plan.larger_area,
        )

    def _count(self, counts: NDArray[np.integer[Any]], ranks: FloatArray) -> None:
        known = np.isfinite(ranks)
        rows, found = (self.rows, ranks) if known.all() else (self.rows[known], ranks[known])
        place = self.whole.bins[found.astype(np.int64)]
        place += rows * counts.shape[1]
        counts.reshape(-1)[place] += 1


class _IndexDraws:
    """Draws one index."""

    def __init__(self, plan: IndexPlan) -> None:
        self.plan = plan
        self.sort_areas = Sorter(plan.n_areas)
        self.sort_after = [Sorter(way.n_places) for way in plan.ways]
        first = plan.ways[0]
        # Looking for the line alone takes in all areas that are level there, as the best of the ranks they span does.
        kept = first.by == "keep-rank" and first.one_to_one and plan.ties == "min"
        self.direct = (kept or first.by == "mean-score") and len(plan.ways) == 1
        self.kept: dict[tuple[str, int, int], FloatArray] = {}

    def _room(self, purpose: str, depth: int, shape: tuple[int, int]) -> FloatArray:
        """Return an array to work in, the same one each time: asking the system for memory costs more than the work.

        Each level of the tree has its own, and the parts of a node, done one after the other, share theirs.
        """
        key = (purpose, depth, shape[1])
        if key not in self.kept:
            self.kept[key] = np.empty((BLOCK, shape[1]))
        return self.kept[key][: shape[0]]

    def scores(self, stream: _Streams, edition: int, role: int, count: int) -> FloatArray | None:
        """Return the scores of all areas (of places, where the plan is `carried`), by draw; None if nothing varies."""
        root = self.plan.root
        if not root.varies:
            return None
        choice = stream(_NORMALISATION, edition, role).integers(root.choices, size=count)
        return self._node(root, _Draw(stream, edition, role, choice), 0)[0]

    def ranks(self, scores: FloatArray | None) -> FloatArray:
        """Return the rank of each place, 1 for the most need."""
        plan = self.plan
        if scores is None:
            return plan.ranks
        ways = list(zip(plan.ways, self.sort_after, strict=True))
        if plan.ways[0].by == "mean-score":
            way, sorter = ways.pop(0)
            ranks = _ranks(sorter, scores if plan.carried else way.mean(scores))
        else:
            ranks = _ranks(self.sort_areas, scores, plan.ties)
        for way, sorter in ways:
            if way.by == "keep-rank":
                ranks = way.of_ranks(ranks)
            else:
                ranks = _ranks(sorter, way.mean(_exponential(ranks, way.n_from)))
        return ranks

    def inside(self, scores: FloatArray | None, last: int) -> NDArray[np.bool_]:
        """Return which places have a rank up to `last`; quicker than `ranks`, as only the line is looked for."""
        plan, way = self.plan, self.plan.ways[0]
        if scores is None:
            return np.asarray(plan.ranks <= last)
        if not self.direct:
            return np.asarray(self.ranks(scores) <= last)
        if way.by == "mean-score":
            return _worst(scores if plan.carried else way.mean(scores), last)
        chosen = np.zeros(way.n_places, dtype=bool)
        chosen[way.place] = _worst(scores, last)[way.area]
        return chosen

    def _node(self, node: NodePlan, draw: _Draw, depth: int) -> tuple[FloatArray, FloatArray | None]:
        """Return the score of a node in each draw with its own linear noise left out, and that noise's variance."""
        count = len(draw.choice)
        choice = draw.choice if node.choices > 1 else np.zeros(count, dtype=np.int64)
        weights = np.broadcast_to(node.weights, (count, len(node.weights)))
        if node.concentration is not None:
            shape = node.concentration * node.weights
            weights = draw.stream(_WEIGHTS, draw.edition, draw.role, node.site).dirichlet(shape, size=count)
        total = self._still(node, weights, choice, depth)
        still = weights[:, list(node.still)]
        share = None if node.present is None else node.present.weighted(still)
        for position, part in node.moving:
            value = self._part(part, draw, depth + 1)
            if node.exponent != 1.0:
                with np.errstate(divide="ignore", invalid="ignore"):
                    value = np.log(value) if node.exponent == 0.0 else value**node.exponent
            if share is not None:
                gaps = np.isnan(value) if part.skip else np.zeros(value.shape, dtype=bool)
                value[gaps] = 0.0
                share += weights[:, position, None] * ~gaps
            value *= weights[:, position, None]
            total += value
        variance = None
        if node.spread is not None:
            variance = node.spread.weighted(still**2, out=self._room("variance", depth, total.shape))
        if share is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                stretch = np.where(share > 1e-9, 1.0 / share, np.nan)
            total *= stretch
            variance = None if variance is None else variance * stretch**2
        if node.exponent == 0.0:
            np.exp(total, out=total)
        elif node.exponent != 1.0:
            with np.errstate(divide="ignore"):
                np.power(total, 1.0 / node.exponent, out=total)
        if node.total != 1.0:
            total *= node.total
            variance = None if variance is None else variance * node.total**2
        if variance is not None and node is self.plan.root:
            self._add_noise(total, np.sqrt(variance), draw.stream(_NOISE, draw.edition, draw.role, node.site))
            variance = None
        return total, variance

    def _still(self, node: NodePlan, weights: FloatArray, choice: IntArray, depth: int) -> FloatArray:
        """Return what the parts that do not move add up to, in each draw."""
        places = list(node.still)
        values = node.exact[0].values if node.exact else node.values[0] if node.values else None
        n = self.plan.n_areas if not places or values is None else values.shape[1]
        total = self._room("total", depth, (len(choice), n))
        if not places:
            total[:] = 0.0
            return total
        if node.exact and node.choices == 1:
            return node.exact[0].weighted(weights[:, places], out=total)
        for number in np.unique(choice):
            rows = choice == number
            if node.exact:
                total[rows] = node.exact[number].weighted(weights[rows][:, places])
                continue
            raised = _raised(node, int(number))
            if node.concentration is None:
                total[rows] = _add_up(node.weights[places], raised)
                continue
            for row in np.flatnonzero(rows):
                total[row] = _add_up(weights[row, places], raised)
        return total

    def _part(self, part: PartPlan, draw: _Draw, depth: int) -> FloatArray:
        """Return the score of a part as it goes up, in each draw."""
        count, variance = len(draw.choice), None
        if part.node is not None:
            raw, variance = self._node(part.node, draw, depth)
        else:
            assert part.base is not None
            raw = self._room("total", depth, (count, len(part.base)))
            raw[:] = part.base
        if variance is not None:
            variance = variance if part.noise is None else variance + part.noise**2
            spread = np.sqrt(variance, out=variance)
        elif part.noise is not None:
            spread = np.broadcast_to(part.noise, raw.shape)
        else:
            spread = None
        if spread is not None:
            self._add_noise(raw, spread, draw.stream(_NOISE, draw.edition, draw.role, part.site))
        for row in range(count):
            step = part.steps[draw.choice[row] if len(part.steps) > 1 else 0]
            self._transform(raw[row], step, self.plan.ties if part.level else "first")
        return raw

    @staticmethod
    def _add_noise(values: FloatArray, spread: FloatArray, numbers: np.random.Generator) -> None:
        error = np.empty(values.shape[1])
        for row in range(len(values)):
            normals(numbers, error)
            np.multiply(error, spread[row], out=error)
            np.add(values[row], error, out=values[row])

    def _transform(self, values: FloatArray, step: Step, ties: stats.Ties) -> None:
        """Put the score of a part on its scale, in place."""
        if step.kind == "none":
            return
        if step.kind == "z":
            spread = float(values.std())
            if spread > 0:
                np.subtract(values, values.mean(), out=values)
                np.divide(values, spread, out=values)
            else:
                # Here a value is missing (NaN), or all are the same; the ground file knows what to do.
                values[:] = stats.z_score(values)
        elif step.kind == "min-max":
            values[:] = stats.min_max(values, low=step.scale[0], high=step.scale[1])
        else:
            order, ranks, gaps = self.sort_areas.ranked(values, ties=ties)
            values[order] = _by_rank(step.kind, ranks, len(order))
            values[gaps] = np.nan


@dataclass(frozen=True)
class _Draw:
    stream: _Streams
    edition: int
    role: int
    choice: IntArray


@lru_cache(maxsize=32)
def _table(kind: str, n: int) -> FloatArray:
    return np.asarray(_BY_RANK[kind](np.arange(1.0, n + 1.0), n))


def _by_rank(kind: str, ranks: FloatArray | None, n: int) -> FloatArray:
    # Areas that are level share a rank, and so a score; a shared rank can be a half, which the table does not have.
    return _table(kind, n) if ranks is None else _BY_RANK[kind](ranks, n)


def _exponential(ranks: FloatArray, n: int) -> FloatArray:
    whole = np.nan_to_num(ranks).astype(np.int64)
    if not np.array_equal(whole, np.nan_to_num(ranks)):
        return stats.exponential_of_rank(ranks, n)
    return np.append(np.nan, _table("exponential-rank", n))[whole]


@lru_cache(maxsize=32)
def _plain(n: int) -> FloatArray:
    return np.arange(1.0, n + 1.0)


def _raised(node: NodePlan, choice: int) -> FloatArray:
    values = node.values[choice]
    if node.exponent == 1.0:
        return values
    with np.errstate(divide="ignore"):
        return np.log(values) if node.exponent == 0.0 else values**node.exponent


def _add_up(weights: FloatArray, values: FloatArray) -> FloatArray:
    # One part after the other: elementwise sums do not depend on how a library shares out its work.
    total = weights[0] * values[0]
    for weight, row in zip(weights[1:], values[1:], strict=True):
        total += weight * row
    return np.asarray(total)


def _ranks(sorter: Sorter, scores: FloatArray, ties: stats.Ties = "min") -> FloatArray:
    order, found, gaps = sorter.ranked(scores, ties=ties)
    ranks = np.empty(len(scores))
    ranks[order] = _plain(len(order)) if found is None else found
    ranks[gaps] = np.nan
    return ranks


def _worst(scores: FloatArray, last: int) -> NDArray[np.bool_]:
    if last <= 0:
        return np.zeros(len(scores), dtype=bool)
    turned = -scores
    # NaN stands behind every number, and no number is at most NaN.
    line = np.partition(turned, min(last, len(turned)) - 1)[min(last, len(turned)) - 1]
    return np.asarray(turned <= (np.inf if np.isnan(line) else line))
