"""Where the next places should go: the choice of sites that helps most, and how far from the best it can be.

Three aims: the shortest way on average (``mean``), the most people within reach (``reach``), the shortest longest way
(``longest``). People may count more where need is greater. What is there already stays.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.errors import BadSpecification, BadTable, BadValue
from homeground.provenance import Note, Source
from homeground.tables import check_areas, listed, numbers, require_columns
from homeground.understand.reaching.bounding import lagrangian
from homeground.understand.reaching.exact import prove
from homeground.understand.reaching.farthest import farthest
from homeground.understand.reaching.gaining import by_group, by_site, sentences
from homeground.understand.reaching.heuristic import find
from homeground.understand.reaching.pairs import nearest
from homeground.understand.reaching.task import Task, nearest_two

__all__ = ["Aim", "Sites", "sites"]

FloatArray = NDArray[np.float64]
Aim = Literal["mean", "reach", "longest"]
_MOST_CELLS = 120_000_000
_MOST_EXACT = 8_000_000
_SINGLE = 30_000_000


@dataclass(frozen=True)
class Sites:
    """The chosen sites and what they bring.

    Attributes
    ----------
    table : polars.DataFrame
        One row per chosen site, the one that brings most people within reach first: ``order``, ``site``, ``easting``,
        ``northing``, ``cost_gbp``, ``people_gained`` (newly within reach, each counted at one site),
        ``people_nearest`` (for whom it is now the nearest), ``sentence``.
    areas : polars.DataFrame
        One row per area: ``area_code``, ``population``, ``before_km`` (null where there was no place), ``after_km``,
        ``nearest_site`` (null where a place that was there already stays nearest).
    gains : pl.DataFrame
        One row per group: people within reach before and after, mean and longest way before and after.
    aim : {'mean', 'reach', 'longest'}
    value : float
        What the choice reaches: weighted mean kilometres; weighted people within reach; kilometres.
    bound : float
        What no choice can better, in the same unit.
    gap : float
        How far apart the two are, as a share of the value (for ``reach`` of the bound); 0 is best.
    proven : bool
        Whether no choice is better.
    chosen : tuple of int
        Rows of the candidates.
    within, spent_gbp : float
    notes : tuple of Note
    sources : tuple of Source
    """

    table: pl.DataFrame
    areas: pl.DataFrame
    gains: pl.DataFrame
    aim: str
    value: float
    bound: float
    gap: float
    proven: bool
    chosen: tuple[int, ...]
    within: float
    spent_gbp: float
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()


def sites(
    areas: pl.DataFrame,
    candidates: pl.DataFrame,
    *,
    most: int,
    existing: pl.DataFrame | None = None,
    aim: Aim = "mean",
    within: float = 1.0,
    budget: float | None = None,
    gap: float = 0.01,
    seconds: float = 60.0,
    seed: int = 0,
    notes: Sequence[Note] = (),
    sources: Sequence[Source] = (),
) -> Sites:
    """Return where at most `most` new places should go.

    Parameters
    ----------
    areas : polars.DataFrame
        ``area_code``, ``easting``, ``northing``, ``population``; ``need`` (what a person counts there; 1 when left out)
        and ``cohort`` (groups to tell of) where known.
    candidates : polars.DataFrame
        ``site``, ``easting``, ``northing``; ``cost_gbp`` where there is a budget.
    most : int
    existing : polars.DataFrame, optional
        ``easting``, ``northing`` of places that are there already, and stay.
    aim : {'mean', 'reach', 'longest'}
        ``mean``: the shortest way on average over people (p-median); ``reach``: the most people within `within`
        (maximal cover); ``longest``: the shortest way for the area worst served (p-centre).
    within : float
        Kilometres; also what is told of in sentences.
    budget : float, optional
        Pounds in all.
    gap : float
        Stop when the choice is proven to be within this share of the best: 0.01 is 1 in 100, 0 asks for the best.
    seconds : float
        Time for the search; the answer is what was found by then, with its bound. Where time runs out the same question
        may get another answer on another machine.
    seed : int
        Of the starts at random and of the solver.
    notes, sources : optional
        What is to travel with the result.

    Raises
    ------
    BadSpecification
        If the number, budget, reach or aim makes no sense, or the question is too large.
    BadTable, BadValue
        If a table is malformed, or a cost, population or need is negative.

    Examples
    --------
    >>> areas = pl.DataFrame(
    ...     {
    ...         "area_code": ["A", "B", "C"],
    ...         "easting": [0.0, 2e3, 9e3],
    ...         "northing": [0.0] * 3,
    ...         "population": [100, 200, 50],
    ...     }
    ... )
    >>> found = sites(areas, areas.rename({"area_code": "site"}), most=1)
    >>> found.table["sentence"][0], round(found.value, 3), found.proven
    ('A place at B would bring 200 people within 1 km.', 1.571, True)
    """
    here, people, weight, told = _areas(areas)
    there, spend = _candidates(candidates, budget)
    limit = np.inf if budget is None else float(budget)
    _check(most, candidates.height, spend, limit, aim, within, gap)
    if budget is None and "cost_gbp" in candidates.columns and np.isfinite(spend).all():
        told.append(Note("The candidates have costs, but no budget is given: costs do not count.", kind="info"))
    before = _before(here, existing)
    ways = _ways(here, there)
    # Half of the time for the choice, the rest for the bound.
    half, late = _clock(seconds / 2), _clock(seconds)
    task, scale = _task(ways, before, weight, spend, most, limit, aim, within)
    if importlib.util.find_spec("highspy") is None and aim != "longest":
        text = (
            "The solver is not installed, so the bound may be weaker than it could be: pip install 'homeground[sites]'."
        )
        told.append(Note(text, kind="info"))
    chosen, value, bound = _solve(task, aim, gap=gap, seconds=seconds, half=half, late=late, seed=seed)
    reached = _told_as(aim, value, bound, scale)
    after, _, at = nearest_two(Task(ways, np.where(np.isfinite(before), before, np.inf), spend, most, limit), chosen)
    served = np.array([chosen[int(i)] if i >= 0 else -1 for i in at], dtype=np.int64)
    table = by_site(candidates, chosen, ways, before, served, people, within)
    of_areas = _areas_after(areas, people, before, after, served, candidates["site"])
    return Sites(
        table.with_columns(sentence=pl.Series(sentences(table, within), dtype=pl.String)),
        of_areas,
        by_group(of_areas, within),
        aim,
        *reached,
        tuple(int(i) for i in chosen),
        within,
        float(spend[chosen].sum()) if "cost_gbp" in candidates.columns else 0.0,
        (*notes, *told),
        tuple(dict.fromkeys(sources)),
    )


def _clock(seconds: float) -> Callable[[], bool]:
    if not seconds > 0:
        raise BadSpecification(f"the time cannot be {seconds:g} seconds", remedy="Give a number above nought.")
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def _areas(areas: pl.DataFrame) -> tuple[FloatArray, FloatArray, FloatArray, list[Note]]:
    check_areas(areas)
    xy = _points(areas, "area_code")
    people, told = _no_less(areas, "population", "area_code"), []
    unknown = areas["area_code"].filter(pl.Series(np.isnan(people))).to_list()
    if unknown:
        text = f"{len(unknown):,} areas have no known population and count nobody: {listed(unknown)}."
        told.append(Note(text, areas=tuple(unknown), kind="missing"))
    weight = np.nan_to_num(people)
    if "need" in areas.columns:
        need = _no_less(areas, "need", "area_code")
        without = areas["area_code"].filter(pl.Series(np.isnan(need))).to_list()
        if without:
            text = f"{len(without):,} areas have no known need and do not count: {listed(without)}."
            told.append(Note(text, areas=tuple(without), kind="missing"))
        weight = weight * np.nan_to_num(need)
    if not weight.sum() > 0:
        raise BadTable("nobody lives in these areas, or none of them counts", remedy="Check the people and the need.")
    return xy, np.nan_to_num(people), weight, told


def _no_less(table: pl.DataFrame, column: str, name: str) -> FloatArray:
    require_columns(table, [column])
    values = numbers(table, column)
    if (values < 0).any():
        at = int(np.flatnonzero(values < 0)[0])
        raise BadValue(
            f"'{column}' of {table[name][at]} cannot be {values[at]:g}", remedy="Correct it.", row=at + 2, column=column
        )
    found: FloatArray = values
    return found


def _points(table: pl.DataFrame, name: str) -> FloatArray:
    require_columns(table, [name, "easting", "northing"])
    xy = np.column_stack([numbers(table, "easting"), numbers(table, "northing")])
    wrong = np.flatnonzero(~np.isfinite(xy).all(axis=1))
    if len(wrong):
        raise BadValue(f"{table[name][int(wrong[0])]} has no coordinates", remedy="Leave it out, or give them.")
    return xy


def _candidates(candidates: pl.DataFrame, budget: float | None) -> tuple[FloatArray, FloatArray]:
    if candidates.height == 0:
        raise BadTable("there are no candidates", remedy="Give at least one place where a site may go.")
    xy = _points(candidates, "site")
    if "cost_gbp" not in candidates.columns:
        if budget is not None:
            raise BadSpecification("there is a budget, but no costs of sites", remedy="Say which column has them.")
        return xy, np.zeros(candidates.height)
    spend = _no_less(candidates, "cost_gbp", "site")
    if budget is None:
        return xy, np.nan_to_num(spend)
    unknown = np.flatnonzero(np.isnan(spend))
    if len(unknown):
        raise BadValue(
            f"{len(unknown):,} candidates have no cost (first: {candidates['site'][int(unknown[0])]})",
            remedy="Give every candidate its cost, or leave it out.",
        )
    return xy, spend


def _check(most: int, n: int, spend: FloatArray, limit: float, aim: str, within: float, gap: float) -> None:
    if aim not in get_args(Aim):
        raise BadSpecification(f"there is no aim '{aim}'", remedy=f"Use one of {', '.join(get_args(Aim))}.")
    if most < 1:
        raise BadSpecification(f"{most} places cannot be chosen", remedy="Ask for at least one.")
    if most > n:
        raise BadSpecification(
            f"{most:,} places are asked for, but there are {n:,} candidates", remedy="Ask for fewer, or add candidates."
        )
    if not np.isfinite(within) or within <= 0:
        raise BadSpecification(f"a reach cannot be {within:g} km", remedy="Give a number above nought.")
    if not 0 <= gap < 1:
        raise BadSpecification(f"the gap cannot be {gap:g}", remedy="Give a share such as 0.01, or 0 for the best.")
    if np.isnan(limit) or limit < 0:
        raise BadSpecification(f"the budget cannot be {limit:g}", remedy="Give pounds, nought or more.")
    if spend.min() > limit:
        raise BadSpecification(
            f"the budget of £{limit:,.0f} pays for no candidate: the cheapest costs £{spend.min():,.0f}",
            remedy="Raise the budget, or add cheaper candidates.",
        )


def _before(here: FloatArray, existing: pl.DataFrame | None) -> FloatArray:
    if existing is None or existing.height == 0:
        return np.full(len(here), np.inf)
    require_columns(existing, ["easting", "northing"])
    return nearest(here, np.column_stack([numbers(existing, "easting"), numbers(existing, "northing")]))[1]


def _ways(here: FloatArray, there: FloatArray) -> NDArray[np.floating]:
    cells = len(here) * len(there)
    if cells > _MOST_CELLS:
        raise BadSpecification(
            f"{len(here):,} areas and {len(there):,} candidates make {cells:,} ways, more than {_MOST_CELLS:,}",
            remedy="Choose fewer areas (--only an authority) or give a list of candidates.",
        )
    kind = np.float64 if cells <= _SINGLE else np.float32
    ways = np.empty((len(there), len(here)), dtype=kind)
    for at, (east, north) in enumerate(there):
        ways[at] = np.hypot(here[:, 0] - east, here[:, 1] - north) / 1000
    return ways


def _task(
    ways: NDArray[np.floating],
    before: FloatArray,
    weight: FloatArray,
    spend: FloatArray,
    most: int,
    limit: float,
    aim: str,
    within: float,
) -> tuple[Task, float]:
    """Return the question as sums to be made least, and the total weight."""
    total = float(weight.sum())
    counting = weight > 0
    near = ways[:, counting]
    base = before[counting]
    if aim == "reach":
        edge = within * (1 + 1e-12)
        cost = (near > edge).astype(near.dtype) * weight[counting].astype(near.dtype)
        return Task(cost, np.where(base <= edge, 0.0, weight[counting]), spend, most, limit), total
    # Where nothing is there yet, having nothing is worse than the furthest candidate.
    base = np.minimum(base, 2 * near.max(axis=0).astype(np.float64) + 1)
    if aim == "longest":
        return Task(near, base, spend, most, limit), 1.0
    return Task(near * weight[counting].astype(near.dtype), base * weight[counting], spend, most, limit), total


def _solve(
    task: Task,
    aim: str,
    *,
    gap: float,
    seconds: float,
    half: Callable[[], bool],
    late: Callable[[], bool],
    seed: int,
) -> tuple[list[int], float, float]:
    if aim == "longest":
        start, _ = find(task, seed=seed, late=half)
        return farthest(task, start, seconds=seconds, late=late, seed=seed)
    chosen, value = find(task, seed=seed, starts=3 if task.cost.size <= _MOST_EXACT else 0, late=half)
    aimed = gap * _leeway(task, aim, value)
    best = lagrangian(task, chosen, value, gap=aimed, late=late)
    open_ = best.value - best.bound > aimed * best.value + 1e-12 and not late()
    if open_ and task.cost.size <= _MOST_EXACT and importlib.util.find_spec("highspy") is not None:
        best = prove(task, best, gap=aimed, seconds=seconds, late=late, seed=seed)
    return best.chosen, best.value, best.bound


def _leeway(task: Task, aim: str, value: float) -> float:
    """Return what a share of the people within reach is as a share of those without, which the sums are about."""
    if aim != "reach" or value <= 0:
        return 1.0
    # What can be covered at all is more than nothing: the base less the least.
    return max(float(task.base.sum()) - value, 0.0) / value


def _told_as(aim: str, value: float, bound: float, scale: float) -> tuple[float, float, float, bool]:
    """Return value, bound, gap and whether it is the best, as people read them."""
    proven = value - bound <= 1e-9 * max(abs(value), 1e-12) + 1e-12
    if aim == "reach":
        covered, most = scale - value, scale - bound
        return covered, covered if proven else most, 0.0 if proven or most <= 0 else (most - covered) / most, proven
    gap = 0.0 if proven or value <= 0 else (value - bound) / value
    return value / scale, (value if proven else bound) / scale, gap, proven


def _areas_after(
    areas: pl.DataFrame,
    people: FloatArray,
    before: FloatArray,
    after: FloatArray,
    served: NDArray[np.int64],
    names: pl.Series,
) -> pl.DataFrame:
    kept = [name for name in ("area_code", "area_name", "larger_area_name", "cohort") if name in areas.columns]
    named = [str(names[int(i)]) if i >= 0 else None for i in served]
    return areas.select(kept).with_columns(
        population=pl.Series(people),
        before_km=pl.Series(np.where(np.isfinite(before), before, np.nan)).fill_nan(None),
        after_km=pl.Series(after.astype(np.float64)),
        nearest_site=pl.Series(named, dtype=pl.String),
    )
