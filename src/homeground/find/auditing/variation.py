"""Make an index again with one or more of its choices changed: what audit and sensitivity stand on.

The choices are the weights, the normalisation, the way parts are combined, and which part is left out. Everything else
(the data, the hierarchy, treatment of gaps and outliers) stays as in the index that was built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from homeground import stats
from homeground.find.combining import combine, transform
from homeground.find.index import BuiltIndex
from homeground.method import Index as Root
from homeground.method import Method, Part
from homeground.stats import FloatArray

__all__ = ["Choice", "Remaker", "parents", "prepare"]

_BY_RANK = ("exponential-rank", "rank-to-normal", "percentile")
_ALTERNATIVES = ("percentile", "rank-to-normal", "z", "min-max")
_MEANS: Mapping[str, tuple[str, float | None]] = {
    "arithmetic": ("arithmetic", None),
    "geometric": ("geometric", None),
    "harmonic": ("harmonic", None),
    "quadratic": ("power", 2.0),
}


@dataclass(frozen=True)
class Choice:
    """One way in which the index could have been made. What is None is as in the method.

    Attributes
    ----------
    multipliers : ndarray of shape (n_slots,) or None
        What each weight is multiplied by, in the order of `Remaker.slots`. The weights of a node keep their sum.
    normalisation : str or None
        ``percentile``, ``rank-to-normal``, ``z`` or ``min-max`` wherever the method normalises all parts of a node.
    combine : str or None
        ``arithmetic``, ``geometric``, ``harmonic`` or ``quadratic`` for the parts of the index. For the last three,
        parts are first moved together (one shift and one stretch for all) onto 1 to 100, so that the mean exists.
    without : str or None
        A part that is left out; the weights of its siblings are scaled up. A node left without parts is left out too.
    """

    multipliers: FloatArray | None = None
    normalisation: str | None = None
    combine: str | None = None
    without: str | None = None


@dataclass(frozen=True)
class Remaker:
    """An index ready to be made again many times.

    Attributes
    ----------
    index : BuiltIndex
    scored : ndarray of bool
        The areas with a score in `index`; only they are ranked, so that ranks stay comparable.
    slots : tuple of (str, str)
        Every weight in the method as (node, part).
    normalisations, means : tuple of str
        Alternatives that this method allows, besides its own.
    leaves : tuple of str
        Parts that take a column and can be left out.
    """

    index: BuiltIndex
    scored: NDArray[np.bool_]
    slots: tuple[tuple[str, str], ...]
    families: frozenset[str]
    normalisations: tuple[str, ...]
    means: tuple[str, ...]
    leaves: tuple[str, ...]
    _leaf: dict[tuple[str, str], FloatArray] = field(default_factory=dict, repr=False)
    _stack: dict[tuple[str, str | None], FloatArray] = field(default_factory=dict, repr=False)

    @property
    def method(self) -> Method:
        """The method of the index."""
        return self.index.method

    def score(self, choice: Choice) -> FloatArray:
        """Return the score of each scored area under `choice`; higher is more need."""
        left_out = self.removed(choice.without) if choice.without else None
        return self._node("index", self.method.index, choice, left_out)[self.scored]

    def rank(self, choice: Choice) -> FloatArray:
        """Return the rank of each scored area under `choice`; 1 is the most need."""
        return stats.rank(self.score(choice), ties=self.method.index.ties)

    def removed(self, name: str) -> str | None:
        """Return what leaving `name` out takes out of its node: itself, or the nodes that it alone made up.

        None if nothing of the index would be left.
        """
        above = parents(self.method)
        while True:
            node = above[name]
            siblings = self.method.index.parts if node == "index" else self.method.parts[node].parts
            if len(siblings) > 1:
                return name
            if node == "index":
                return None
            name = node

    def _node(self, name: str, node: Root | Part, choice: Choice, left_out: str | None) -> FloatArray:
        stack = self._stacked(name, node, choice, left_out)
        given = self.index.weights[name]
        weights = np.array([given[child] for child in node.parts])
        total = weights.sum()
        if choice.multipliers is not None:
            start = self.slots.index((name, node.parts[0]))
            weights = weights * choice.multipliers[start : start + len(weights)]
        if left_out in node.parts:
            weights[node.parts.index(left_out)] = 0.0
        if choice.multipliers is not None or left_out in node.parts:
            weights = weights * (total / weights.sum())
        how: str = node.combine
        power = node.power
        if name == "index" and choice.combine is not None:
            how, power = _MEANS[choice.combine]
            stack = stack if how == "arithmetic" else _onto_positive(stack)
        elif how != "arithmetic" and choice.normalisation is not None and np.nanmin(stack) <= 0:
            stack = _onto_positive(stack)
        skip = np.array([self.method.parts[child].missing == "reweight" for child in node.parts])
        whole = node.score == "sum" and how == "arithmetic"
        return combine(stack, weights, how=how, power=power, total=whole, may_skip=skip, where=name)

    def _stacked(self, name: str, node: Root | Part, choice: Choice, left_out: str | None) -> FloatArray:
        kind = choice.normalisation if name in self.families else None
        if not all(self.method.parts[child].is_leaf for child in node.parts):
            return np.vstack([self._value(child, kind, choice, left_out) for child in node.parts])
        if (name, kind) not in self._stack:
            self._stack[name, kind] = np.vstack([self._value(child, kind, choice, left_out) for child in node.parts])
        return self._stack[name, kind]

    def _value(self, name: str, kind: str | None, choice: Choice, left_out: str | None) -> FloatArray:
        part = self.method.parts[name]
        kind = kind or part.transform
        if part.is_leaf:
            if (name, kind) not in self._leaf:
                self._leaf[name, kind] = self._of_leaf(name, part, kind)
            return self._leaf[name, kind]
        raw = self._node(name, part, choice, left_out)
        return transform(raw, kind, ties=_ties(self.method, part, kind), scale=part.scale)[0]

    def _of_leaf(self, name: str, part: Part, kind: str) -> FloatArray:
        if kind == part.transform:
            return self.index.values[name]
        ranks = self.index.ranks[name] if part.holds == "rank" else None
        return transform(self.index.raw[name], kind, ties=_ties(self.method, part, kind), ranks=ranks)[0]


def prepare(index: BuiltIndex) -> Remaker:
    """Return `index` ready to be made again, with the changes that its method allows.

    Normalisation is varied at nodes all of whose parts are normalised. Where a part holds ranks, only alternatives
    that need no more than ranks are offered.

    Examples
    --------
    >>> import polars as pl
    >>> from homeground.find.index import build
    >>> from homeground.method import parse_method
    >>> method = parse_method({
    ...     "name": "two", "index": {"parts": ["a", "b"], "weights": "equal"},
    ...     "parts": {"a": {"column": "a", "transform": "z"}, "b": {"column": "b", "transform": "z"}},
    ... })
    >>> table = pl.DataFrame({"area_code": ["x", "y", "z"], "a": [1.0, 2.0, 9.0], "b": [3.0, 1.0, 1.0]})
    >>> again = prepare(build(method, table))
    >>> again.rank(Choice()), again.rank(Choice(without="a"))
    (array([2., 3., 1.]), array([1., 2., 2.]))
    >>> again.normalisations, again.means
    (('percentile', 'rank-to-normal', 'min-max'), ('geometric', 'quadratic'))
    """
    method = index.method
    nodes: list[tuple[str, Root | Part]] = [("index", method.index)]
    nodes += [(name, method.parts[name]) for name in method.order() if not method.parts[name].is_leaf]
    families = frozenset(
        name for name, node in nodes if all(method.parts[child].transform != "none" for child in node.parts)
    )
    remaker = Remaker(
        index=index,
        scored=np.isfinite(index.table["score"].cast(float).fill_null(np.nan).to_numpy()),
        slots=tuple((name, child) for name, node in nodes for child in node.parts),
        families=families,
        normalisations=_normalisations(method, families),
        means=_means(method),
        leaves=(),
    )
    leaves = tuple(leaf for leaf in method.leaves() if remaker.removed(leaf) is not None)
    return Remaker(**{**vars(remaker), "leaves": leaves})


def parents(method: Method) -> dict[str, str]:
    """Return the node above each part.

    Examples
    --------
    >>> from homeground.method import parse_method
    >>> parts = {"a": {"parts": ["b"], "weights": "equal"}, "b": {"column": "B"}}
    >>> parents(parse_method({"name": "t", "index": {"parts": ["a"], "weights": "equal"}, "parts": parts}))
    {'a': 'index', 'b': 'a'}
    """
    above = dict.fromkeys(method.index.parts, "index")
    for name in method.order():
        above.update(dict.fromkeys(method.parts[name].parts, name))
    return above


def _normalisations(method: Method, families: frozenset[str]) -> tuple[str, ...]:
    above = parents(method)
    sites = [method.parts[name] for name in method.order() if above[name] in families]
    if not sites:
        return ()
    own = {part.transform for part in sites}
    only_ranks = any(part.is_leaf and part.holds == "rank" for part in sites)
    allowed = [kind for kind in _ALTERNATIVES if kind in _BY_RANK or not only_ranks]
    return tuple(kind for kind in allowed if own != {kind})


def _means(method: Method) -> tuple[str, ...]:
    if len(method.index.parts) < 2:
        return ()
    own = method.index.combine
    return tuple(name for name in ("arithmetic", "geometric", "quadratic") if name != own)[:2]


def _ties(method: Method, part: Part, kind: str) -> stats.Ties:
    return part.ties or ("average" if kind == "rank-to-normal" else method.index.ties)


def _onto_positive(stack: FloatArray) -> FloatArray:
    # One shift and one stretch for all parts: under an arithmetic mean it changes no rank, so only the mean is varied.
    low, high = float(np.nanmin(stack)), float(np.nanmax(stack))
    return 1.0 + (stack - low) * (99.0 / (high - low)) if high > low else np.where(np.isnan(stack), np.nan, 1.0)
