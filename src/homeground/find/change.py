"""Split the change between two editions of an index into data, method and boundaries, exactly.

An edition is three things at once: figures, a recipe and a map. Each can be exchanged by itself, so between the old
edition and the new one lie six other indices (old figures by the new recipe on the old map, and so on). What one of the
three did is the mean of what exchanging it changes, over all six orders of exchanging the three (the Shapley value): it
does not depend on an order, and the three effects add up to the whole change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.errors import BadSpecification
from homeground.find.doubting.exchange import EditionData, Exchange
from homeground.find.rules import Rule
from homeground.provenance import Note, Source
from homeground.stats import FloatArray
from homeground.tables import listed
from homeground.words import clean

__all__ = ["Change", "change", "shapley"]

Split = Literal["auto", "full", "boundary"]


@dataclass(frozen=True)
class Change:
    """What moved between two editions, and because of what.

    Attributes
    ----------
    table : polars.DataFrame
        One row per area of the new boundaries: ``area_code``, ``score_from``, ``score_to``, ``score_change`` and one
        ``score_<cause>`` for each cause, adding up to the change; the same for ``rank`` (1 is the most need, so a fall
        of the number is a rise in need; ranks are of all areas of their edition, so the number of areas plays a part).
        With a list also ``selected_from``, ``selected_to``, ``move`` ('joins', 'leaves', 'stays', 'stays out'),
        ``because`` (the cause that did most), ``selected_<cause>`` (adding up to 1 for 'joins', -1 for 'leaves') and
        ``sentence``.
    causes : tuple of str
        ``data``, ``method``, ``boundary``; or ``data_and_method``, ``boundary`` where no more can be told apart.
    joins, leaves : tuple of str
        Codes of the areas that come onto the list, and that leave it.
    reasons : polars.DataFrame
        ``move, because, areas``: how many moved because of what.
    notes : tuple of Note
        What each cause holds, and why a finer split could not be given.
    sources : tuple of Source
    """

    table: pl.DataFrame
    causes: tuple[str, ...]
    joins: tuple[str, ...]
    leaves: tuple[str, ...]
    reasons: pl.DataFrame
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()


def shapley(causes: Sequence[str], outcome: Mapping[frozenset[str], FloatArray]) -> dict[str, FloatArray]:
    """Return what each cause contributed: its mean effect over all orders in which the causes can come in.

    Parameters
    ----------
    causes : sequence of str
    outcome : mapping of frozenset of str to ndarray
        The outcome for every set of causes that have come in.

    Returns
    -------
    dict of str to ndarray
        They add up to the outcome with all causes less that with none.

    Examples
    --------
    >>> none, a, b, both = (frozenset(x) for x in ("", "a", "b", "ab"))
    >>> shapley("ab", {none: np.array([0.0]), a: np.array([2.0]), b: np.array([1.0]), both: np.array([5.0])})
    {'a': array([3.]), 'b': array([2.])}
    """
    n = len(causes)
    effects = {}
    for cause in causes:
        others = [other for other in causes if other != cause]
        total = np.zeros_like(next(iter(outcome.values())))
        for size in range(n):
            weight = factorial(size) * factorial(n - size - 1) / factorial(n)
            for before in combinations(others, size):
                total += weight * (outcome[frozenset((*before, cause))] - outcome[frozenset(before)])
        effects[cause] = total
    return effects


def change(
    old: EditionData,
    new: EditionData,
    *,
    lookup: pl.DataFrame | None = None,
    split: Split = "auto",
    rule: Rule | None = None,
    need: pl.DataFrame | None = None,
    n_need: int | None = None,
    names: Mapping[str, str] | None = None,
) -> Change:
    """Return how scores, ranks and the list changed between two editions, and because of what.

    Parameters
    ----------
    old, new : EditionData
    lookup : polars.DataFrame, optional
        ``from_code`` (old areas), ``to_code`` (new areas), where the boundaries differ. Many-to-many is understood.
    split : {'auto', 'full', 'boundary'}
        ``full`` tells data and method apart and refuses where that cannot be done; ``boundary`` does not try; ``auto``
        does what can be done and says why in a note.
    rule : Rule, optional
        Also say who joins and leaves the list. With `need` it joins both rankings, without it is the worst part of this
        index.
    need : polars.DataFrame, optional
        ``area_code`` (new areas) and ``rank``, 1 is the most need: the second ranking, which stays as it is.
    n_need : int, optional
        How many areas the need ranking ranks.
    names : mapping of str to str, optional
        Names of the new areas, for the sentences.

    Returns
    -------
    Change

    Raises
    ------
    BadSpecification
        If `split` is 'full' and one method cannot be run on the figures of the other edition.
    UnknownArea
        If areas differ and no lookup is given, or it lacks areas.

    Examples
    --------
    >>> from homeground.find.doubting.exchange import EditionData
    >>> from homeground.method import parse_method
    >>> def recipe(weight):
    ...     return parse_method({"name": "two things", "index": {"parts": ["a", "b"]},
    ...         "parts": {"a": {"column": "a", "weight": weight}, "b": {"column": "b", "weight": 1 - weight}}})
    >>> before = pl.DataFrame({"area_code": ["x", "y"], "a": [4.0, 0.0], "b": [0.0, 2.0]})
    >>> after = pl.DataFrame({"area_code": ["x", "y"], "a": [8.0, 0.0], "b": [0.0, 2.0]})
    >>> found = change(EditionData("old", recipe(0.5), before), EditionData("new", recipe(0.25), after))
    >>> found.table.select("area_code", pl.col("score_change", "score_data", "score_method").round(9)).rows()
    [('x', 0.0, 1.5, -1.5), ('y', 0.5, 0.0, 0.5)]
    """
    work = Exchange(old, new, lookup)
    notes = list(work.notes)
    trouble = "it was asked for" if split == "boundary" else work.trouble()
    if trouble and split == "full":
        raise BadSpecification(
            f"data and method cannot be told apart: {trouble}",
            remedy="Leave the split at 'auto': it tells boundaries from the rest.",
        )
    steps: dict[str, tuple[str, ...]] = {"data": ("data",), "method": ("method",), "boundary": ("boundary",)}
    if trouble:
        steps = {"data_and_method": ("data", "method"), "boundary": ("boundary",)}
        notes.append(Note(f"Data and method are not told apart: {trouble}.", kind="info"))
    notes += work.told(apart=not trouble)
    causes = tuple(steps)
    corners = {
        frozenset(chosen): work.at(frozenset(part for cause in chosen for part in steps[cause]))
        for size in range(len(causes) + 1)
        for chosen in combinations(causes, size)
    }
    first, last = corners[frozenset()], corners[frozenset(causes)]
    columns: dict[str, pl.Series] = {"area_code": pl.Series(work.places)}
    if names:
        columns["area_name"] = pl.Series([names.get(code) for code in work.places], dtype=pl.String)
    for what in ("score", "rank"):
        values = {chosen: getattr(corner, what) for chosen, corner in corners.items()}
        columns |= _effects(what, causes, values)
    joins = leaves = ()
    reasons = pl.DataFrame(schema={"move": pl.String, "because": pl.String, "areas": pl.Int64})
    if rule is not None:
        lists = {chosen: work.chosen(corner, rule, need, n_need) for chosen, corner in corners.items()}
        columns |= _moves(causes, lists, work.places, names or {})
    table = pl.DataFrame([series.alias(name) for name, series in columns.items()])
    if rule is not None:
        moved = {move: table.filter(pl.col("move") == move) for move in ("joins", "leaves")}
        joins, leaves = (tuple(moved[move]["area_code"].to_list()) for move in ("joins", "leaves"))
        both = pl.concat(list(moved.values()))
        reasons = both.group_by("move", "because").agg(areas=pl.len().cast(pl.Int64)).sort("move", "because")
    unknown = np.isnan(first.rank) | np.isnan(last.rank)
    if unknown.any():
        areas = tuple(np.array(work.places)[unknown].tolist())
        text = f"{len(areas):,} of {len(work.places):,} areas have no rank in one of the editions: {listed(areas)}."
        notes.append(Note(text, areas=areas, kind="missing"))
    sources = tuple(dict.fromkeys((*old.sources, *new.sources)))
    return Change(table, causes, joins, leaves, reasons, tuple(notes), sources)


def _effects(what: str, causes: tuple[str, ...], values: Mapping[frozenset[str], FloatArray]) -> dict[str, pl.Series]:
    before, after = values[frozenset()], values[frozenset(causes)]
    found = {f"{what}_from": before, f"{what}_to": after, f"{what}_change": after - before}
    found |= {f"{what}_{cause}": effect for cause, effect in shapley(causes, values).items()}
    return {name: pl.Series(column, nan_to_null=True) for name, column in found.items()}


_BECAUSE = {
    "data": "the figures changed",
    "method": "the method changed",
    "boundary": "the boundaries changed",
    "data_and_method": "the figures or the method changed",
}


def _moves(
    causes: tuple[str, ...],
    lists: Mapping[frozenset[str], NDArray[np.bool_]],
    places: Sequence[str],
    names: Mapping[str, str],
) -> dict[str, pl.Series]:
    before, after = lists[frozenset()], lists[frozenset(causes)]
    effects = shapley(causes, {chosen: member.astype(np.float64) for chosen, member in lists.items()})
    move = np.select([~before & after, before & ~after, before & after], ["joins", "leaves", "stays"], "stays out")
    # Of causes that did equally much the first counts, in the order data, method, boundary.
    amounts = np.vstack([effects[cause] for cause in causes]) * np.where(after, 1.0, -1.0)
    because = np.array(causes)[np.argmax(np.round(amounts, 9), axis=0)]
    moved = before != after
    said: list[str | None] = []
    for number, code in enumerate(places):
        if not moved[number]:
            said.append(None)
            continue
        name = clean(names.get(code, code)) or code
        verb = "joins" if after[number] else "leaves"
        whole = amounts[list(causes).index(because[number]), number] > 1 - 1e-9
        said.append(f"{name} {verb} the list {'' if whole else 'mainly '}because {_BECAUSE[str(because[number])]}.")
    columns = {
        "selected_from": pl.Series(before),
        "selected_to": pl.Series(after),
        "move": pl.Series(move),
        "because": pl.Series(
            [str(cause) if m else None for cause, m in zip(because, moved, strict=True)], dtype=pl.String
        ),
    }
    columns |= {f"selected_{cause}": pl.Series(effects[cause]) for cause in causes}
    return columns | {"sentence": pl.Series(said, dtype=pl.String)}
