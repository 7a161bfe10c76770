"""Explain why a place is on the list or not: exact contributions, the smallest change that moves it, and contrasts.

The score of an index is a weighted sum of its parts, so nothing has to be estimated: what each part adds, what it would
take to cross the line, and how two places differ all follow from the sum itself and add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.errors import BadSpecification, UnknownArea
from homeground.find.doubting.explanation import Explanation, IndexExplanation, explained
from homeground.find.doubting.model import IndexModel, ListModel
from homeground.find.rules import cut
from homeground.method import Method
from homeground.provenance import Note
from homeground.stats import FloatArray, IntArray

__all__ = ["Explanation", "IndexExplanation", "explain", "explain_each"]


class _RankOf(Protocol):
    """What rank a value of a part has."""

    def __call__(self, part: str, value: float, *, most: bool) -> float | None: ...


_RANKED = ("exponential-rank", "rank-to-normal", "percentile")
_CHANGES = {
    "part": pl.String, "title": pl.String, "value": pl.Float64, "value_needed": pl.Float64, "rank": pl.Float64,
    "rank_needed": pl.Float64, "possible": pl.Boolean,
}  # fmt: skip
_WEIGHTS = {
    "part": pl.String, "title": pl.String, "weight": pl.Float64, "weight_needed": pl.Float64, "possible": pl.Boolean,
}  # fmt: skip


def explain(
    model: ListModel, code: str, *, against: str | None = None, names: Mapping[str, str] | None = None
) -> Explanation:
    """Return why a place is on the list or not, exactly.

    Parameters
    ----------
    model : ListModel
        The list, as for `homeground.find.certainty.certainty`.
    code : str
        Area code of the place.
    against : str, optional
        Area code of a place to contrast it with.
    names : mapping of str to str, optional
        Names of the places, by code.

    Returns
    -------
    Explanation

    Raises
    ------
    UnknownArea
        If the place, or the one it is to be contrasted with, is not on the list of places or has no rank.
    BadSpecification
        If an index does not add its parts up, so that there is no exact explanation.

    Examples
    --------
    >>> from homeground.find.index import build
    >>> from homeground.find.doubting.model import index_model
    >>> from homeground.find.rules import Rule
    >>> from homeground.method import parse_method
    >>> method = parse_method({
    ...     "name": "two things", "index": {"parts": ["poor", "unwell"], "weights": "equal"},
    ...     "parts": {"poor": {"column": "poor"}, "unwell": {"column": "unwell"}}})
    >>> table = pl.DataFrame({"area_code": ["a", "b", "c"], "poor": [9.0, 5.0, 1.0], "unwell": [9.0, 1.0, 5.0]})
    >>> model = ListModel(("a", "b", "c"), index_model(build(method, table), table["area_code"]), rule=Rule(count=1))
    >>> found = explain(model, "a").indices[0]
    >>> found.parts.select("part", "contribution", "average").rows()
    [('poor', 4.5, 2.5), ('unwell', 4.5, 2.5)]
    >>> found.score, found.line, found.changes["value_needed"].to_list()
    (9.0, 3.0, [-3.0, -3.0])
    """
    return _explain(model, code, against, names or {}, {})


def explain_each(
    model: ListModel, codes: Iterable[str], *, names: Mapping[str, str] | None = None
) -> Iterator[Explanation]:
    """Yield the explanation of each place: as `explain`, but what all places share is put in order only once.

    Examples
    --------
    >>> from homeground.find.index import build
    >>> from homeground.find.doubting.model import index_model
    >>> from homeground.find.rules import Rule
    >>> from homeground.method import parse_method
    >>> parts = {"poor": {"column": "poor"}}
    >>> method = parse_method({"name": "one thing", "index": {"parts": ["poor"], "weights": "equal"}, "parts": parts})
    >>> table = pl.DataFrame({"area_code": ["a", "b"], "poor": [9.0, 5.0]})
    >>> model = ListModel(("a", "b"), index_model(build(method, table), table["area_code"]), rule=Rule(count=1))
    >>> [found.selected for found in explain_each(model, ["a", "b"])]
    [True, False]
    """
    ladders: _Ladders = {}
    for code in codes:
        yield _explain(model, code, None, names or {}, ladders)


#: Values and ranks of a part, in the order of its ranks, by role and part.
_Ladders = dict[tuple[str, str], tuple[FloatArray, FloatArray]]


def _explain(
    model: ListModel, code: str, against: str | None, names: Mapping[str, str], ladders: _Ladders
) -> Explanation:
    row, other = _row(model, code), None if against is None else _row(model, against)
    if row == other:
        raise BadSpecification(f"{code} cannot be contrasted with itself", remedy="Name another place.")
    chosen = model.point()[2]
    found: list[IndexExplanation] = []
    notes: list[Note] = []
    for role, index in zip(("deprivation", "need"), model.indices, strict=False):
        _check_adds_up(index)
        universe = _universe(index, row, other)
        if isinstance(universe, str):
            notes.append(Note(f"{_title(index)}: {universe}"))
            continue
        found.append(_explain_index(model, role, index, universe, ladders))
    if model.eligible is not None and not model.eligible[row]:
        notes.append(
            Note(f"{names.get(code, code)} was excluded from the list, whatever its ranks.", (code,), "excluded")
        )
    name = names.get(code, code)
    said = explained(model, name, names, found, code=code, against=against, selected=bool(chosen[row]))
    return Explanation(code, name, bool(chosen[row]), tuple(found), against, tuple(said), tuple(notes))


def _row(model: ListModel, code: str) -> int:
    if code not in model.places:
        raise UnknownArea(
            f"the place {code} is not on the list of {len(model.places):,} places",
            remedy="Give a code of the boundary year of the list.",
        )
    row = model.places.index(code)
    if any(np.isnan(index.ranks[row]) for index in model.indices):
        raise UnknownArea(f"the place {code} has no rank, so there is nothing to explain", remedy="Choose another.")
    return row


def _title(index: IndexModel) -> str:
    return index.built.method.title or index.built.method.name


def _check_adds_up(index: IndexModel) -> None:
    combine = index.built.method.index.combine
    if combine != "arithmetic":
        raise BadSpecification(
            f"'{index.built.method.name}' takes the {combine} mean of its parts, so their contributions do not add up",
            remedy="An exact explanation needs combine = 'arithmetic'.",
        )


@dataclass(frozen=True)
class _Universe:
    """The places among which an index is a plain weighted sum: its areas, or the places where scores were averaged."""

    codes: list[str]
    weights: FloatArray
    values: FloatArray
    scores: FloatArray
    row: int
    other: int | None
    several: bool


def _universe(index: IndexModel, row: int, other: int | None) -> _Universe | str:
    built, way = index.built, index.ways[0]
    parts = built.method.index.parts
    given = np.array([built.weights["index"][name] for name in parts])
    weights = given if built.method.index.score == "sum" else given / given.sum()
    values = np.vstack([built.values[name] for name in parts])
    if len(index.ways) > 1 or way.by == "mean-exponential":
        return (
            "its ranks were averaged on the way to the places, which cannot be taken apart exactly. Explain the "
            "smaller areas instead."
        )
    if way.by == "mean-score":
        places = [str(code) for code in range(way.n_places)]
        carried = np.vstack([way.mean(row_values) for row_values in values])
        if np.isnan(carried[:, [row] if other is None else [row, other]]).any():
            return "a part is missing in some of its areas, and the weights of the others were stretched."
        several = bool(np.count_nonzero(way.place == row) > 1)
        return _Universe(places, weights, carried, weights @ carried, row, other, several)
    areas = []
    for place in (row, other):
        if place is None:
            continue
        found = way.area[way.place == place]
        if len(found) != 1:
            return f"its rank is the mean of the ranks of {len(found)} areas, which cannot be taken apart exactly."
        areas.append(int(found[0]))
        if np.isnan(values[:, areas[-1]]).any():
            return "the place lacks a part, and the weights of the others were stretched."
    codes = built.table["area_code"].to_list()
    scores = np.where(np.isnan(values).any(axis=0), index.scores, weights @ values)
    return _Universe(codes, weights, values, scores, areas[0], areas[1] if other is not None else None, several=False)


def _explain_index(
    model: ListModel, role: str, index: IndexModel, universe: _Universe, ladders: _Ladders
) -> IndexExplanation:
    def rank_of(part: str, value: float, *, most: bool) -> float | None:
        if (role, part) not in ladders:
            ladders[role, part] = _ladder(index, part)
        return _rank_of_value(*ladders[role, part], value, most=most)

    built, row = index.built, universe.row
    own = universe.scores[row]
    known = np.isfinite(universe.scores)
    others = known.copy()
    others[row] = False
    rank = 1.0 + float(np.count_nonzero(universe.scores[others] > own))
    last = _last_rank(model, role, index, universe)
    inside = last is not None and rank <= last
    line, at = _line(universe, others, last)
    codes = model.places if index.ways[0].by == "mean-score" else universe.codes
    notes = []
    weights = pl.DataFrame(schema=_WEIGHTS)
    if model.rule.rule != "worst-on-both":
        text = f"What weight would move it is not told: under the rule '{model.rule.rule}' a weight moves the line too."
        notes.append(Note(text))
    elif last is not None and len(universe.weights) > 1:
        weights = _weights_needed(built.method, universe, others, last, inside=inside)
    return IndexExplanation(
        role=role,
        title=_title(index),
        score=float(own),
        rank=float(rank),
        n=index.n,
        last_rank=last,
        inside=inside,
        line=line,
        line_code="" if at is None else str(codes[at]),
        parts=_parts(index, universe, known, at, rank_of),
        changes=_changes(index, universe, line, rank_of, inside=inside),
        weights=weights,
        contrast=None if universe.other is None else _contrast(index, universe, universe.other),
        notes=tuple(notes),
    )


def _last_rank(model: ListModel, role: str, index: IndexModel, universe: _Universe) -> int | None:
    """Return the last rank that is good for the list, the other index and all other places held."""
    if model.rule.rule == "worst-on-both" and model.cap is None:
        return cut(model.rule, index.n) or None
    deprivation, need, _ = model.point()
    ranks = {"deprivation": deprivation, "need": need}
    place = _places_of(index, universe)
    before = ranks[role]
    assert before is not None

    def selected(wanted: int) -> bool:
        moved = before.copy()
        now = before[place[0]]
        # Those between the old rank and the new one make room.
        moved += ((before >= wanted) & (before < now)).astype(float) - ((before <= wanted) & (before > now))
        moved[place] = wanted
        tried = {**ranks, role: moved}
        first = tried["deprivation"]
        assert first is not None
        return bool(model.select(first, tried["need"], rule=model.rule)[place[0]])

    if not selected(1):
        return None
    low, high = 1, int(np.nanmax(before))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if selected(middle) else (low, middle - 1)
    return low


def _places_of(index: IndexModel, universe: _Universe) -> IntArray:
    way = index.ways[0]
    rows = np.array([universe.row]) if way.by == "mean-score" else way.place[way.area == universe.row]
    return np.asarray(rows)


def _line(universe: _Universe, others: NDArray[np.bool_], last: int | None) -> tuple[float | None, int | None]:
    """Return the score of the place that is at rank `last` among the others, and its row."""
    rows = np.flatnonzero(others)
    if last is None or last > len(rows):
        return None, None
    at = int(rows[np.argsort(-universe.scores[rows], kind="stable")[last - 1]])
    return float(universe.scores[at]), at


def _ladder(index: IndexModel, part: str) -> tuple[FloatArray, FloatArray]:
    """Return values and ranks of a part in the order of its ranks; nothing where its values do not follow its ranks."""
    values, ranks = index.built.values[part], index.built.ranks.get(part)
    if ranks is None or index.built.method.parts[part].transform not in _RANKED:
        return np.empty(0), np.empty(0)
    known = np.isfinite(values) & np.isfinite(ranks)
    order = np.argsort(ranks[known], kind="stable")
    return values[known][order], ranks[known][order]


def _rank_of_value(ladder: FloatArray, steps: FloatArray, value: float, *, most: bool) -> float | None:
    """Return the last rank (or the first, without `most`) whose score is at least (or below) `value`."""
    # The value goes down as the rank goes up.
    at = int(np.searchsorted(-ladder, -value, side="right"))  # how many have at least the value
    if most:
        return float(steps[at - 1]) if at > 0 else None
    return float(steps[at]) if at < len(steps) else None


def _parts(
    index: IndexModel, universe: _Universe, known: NDArray[np.bool_], at: int | None, rank_of: _RankOf
) -> pl.DataFrame:
    method, names = index.built.method, index.built.method.index.parts
    contribution = universe.weights[:, None] * universe.values
    whole = known & np.isfinite(universe.values).all(axis=0)
    average = contribution[:, whole].mean(axis=1)
    own = contribution[:, universe.row]
    line = np.full(len(names), np.nan) if at is None else contribution[:, at]
    columns = {
        "part": list(names),
        "title": [method.label(name) for name in names],
        "weight": universe.weights,
        "value": universe.values[:, universe.row],
        "rank": [_rank_now(index, universe, number, rank_of) for number in range(len(names))],
        "contribution": own,
        "average": average,
        "above_average": own - average,
        "line_contribution": line,
        "above_line": own - line,
    }
    return pl.DataFrame(columns, schema_overrides={"rank": pl.Float64}).fill_nan(None)


def _rank_now(index: IndexModel, universe: _Universe, number: int, rank_of: _RankOf) -> float | None:
    part = index.built.method.index.parts[number]
    if not universe.several:
        areas = index.ways[0].area[index.ways[0].place == universe.row]
        area = int(areas[0]) if index.ways[0].by == "mean-score" else universe.row
        ranks = index.built.ranks.get(part)
        return None if ranks is None else float(ranks[area])
    return rank_of(part, float(universe.values[number, universe.row]), most=True)


def _changes(
    index: IndexModel, universe: _Universe, line: float | None, rank_of: _RankOf, *, inside: bool
) -> pl.DataFrame:
    method, rows = index.built.method, []
    for number, name in enumerate(method.index.parts):
        value = float(universe.values[number, universe.row])
        row: dict[str, object] = {
            "part": name,
            "title": method.label(name),
            "value": value,
            "value_needed": None,
            "rank": _rank_now(index, universe, number, rank_of),
            "rank_needed": None,
            "possible": False,
        }
        if line is not None:
            needed = value + (line - float(universe.scores[universe.row])) / float(universe.weights[number])
            lowest, highest = float(np.nanmin(index.built.values[name])), float(np.nanmax(index.built.values[name]))
            possible = lowest < needed if inside else needed <= highest
            row |= {"value_needed": needed, "possible": possible}
            if possible:
                row["rank_needed"] = rank_of(name, needed, most=not inside)
        rows.append(row)
    return pl.DataFrame(rows, schema=_CHANGES)


def _weights_needed(
    method: Method, universe: _Universe, others: NDArray[np.bool_], last: int, *, inside: bool
) -> pl.DataFrame:
    """Return for each part the nearest weight with which the place changes sides.

    With weight t for one part and the others shrunk to 1 - t, the lead of the place over another is a straight line in
    t. It crosses nought at most once, so counting the crossings outwards from the present weight is exact.
    """
    total = float(universe.weights.sum())
    shares = universe.weights / total
    row, rows = universe.row, np.flatnonzero(others & np.isfinite(universe.values).all(axis=0))
    found = []
    for number, name in enumerate(method.index.parts):
        now = float(shares[number])
        alone = universe.values[number, row] - universe.values[number, rows]
        rest = np.delete(shares, number) / (1.0 - now)
        without = np.delete(universe.values, number, axis=0)
        lead = rest @ (without[:, row, None] - without[:, rows])
        needed = _nearest(alone, lead, now, last, inside=inside)
        found.append(
            {
                "part": name,
                "title": method.label(name),
                "weight": float(universe.weights[number]),
                "weight_needed": None if needed is None else needed * total,
                "possible": needed is not None,
            }
        )
    return pl.DataFrame(found, schema=_WEIGHTS)


def _nearest(alone: FloatArray, rest: FloatArray, now: float, last: int, *, inside: bool) -> float | None:
    """Return the weight nearest to `now` at which `last` or more others come to be ahead, or no longer are."""
    slope = alone - rest
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = -rest / slope
    crossing = np.where((slope != 0) & (crossing > 0) & (crossing < 1), crossing, np.nan)
    ahead = int(np.count_nonzero(now * alone + (1.0 - now) * rest < 0))
    best: float | None = None
    for side in (1.0, -1.0):
        on_side = np.flatnonzero((crossing - now) * side > 0)
        order = on_side[np.argsort((crossing[on_side] - now) * side, kind="stable")]
        # Going up, another gets ahead where the lead falls; going down, where it rises.
        counts = ahead + np.cumsum(np.where(slope[order] * side < 0, 1, -1))
        flips = np.flatnonzero(counts >= last if inside else counts < last)
        if len(flips):
            found = float(crossing[order[flips[0]]])
            best = found if best is None or abs(found - now) < abs(best - now) else best
    return best


def _contrast(index: IndexModel, universe: _Universe, other: int) -> pl.DataFrame:
    method = index.built.method
    own, theirs = universe.values[:, universe.row], universe.values[:, other]
    return pl.DataFrame(
        {
            "part": list(method.index.parts),
            "title": [method.label(name) for name in method.index.parts],
            "weight": universe.weights,
            "value": own,
            "other_value": theirs,
            "difference": universe.weights * (own - theirs),
        }
    )
