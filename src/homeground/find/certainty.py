"""Say how sure a list of places is: the probability that each place belongs to it, over what is in doubt.

The list is drawn up again a thousand times or more, each time with other weights, figures, scales, lines, rules or
editions, as the specification says; the probability of a place is the share of these re-runs in which it is on the
list. It is *not* the probability that a place deserves to be on it: doubt that is not switched on is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.errors import UnknownArea
from homeground.find.doubting.doubt import CertaintySpec
from homeground.find.doubting.draws import Tally
from homeground.find.doubting.fit import check_fits
from homeground.find.doubting.layout import Plan
from homeground.find.doubting.model import ListModel
from homeground.find.doubting.plan import make_plan
from homeground.find.doubting.telling import sentences, tell
from homeground.find.doubting.workers import Executor, Progress, run
from homeground.provenance import Note, Source
from homeground.stats import FloatArray, IntArray
from homeground.tables import check_areas, require_columns

__all__ = ["Apart", "Certainty", "certainty"]

_Mask = NDArray[np.bool_]
_AT_ONCE = 2_000  # places whose counts are summed up together


@dataclass(frozen=True)
class Apart:
    """What one source of doubt does alone, or all of them together.

    Attributes
    ----------
    source : str
        ``weights``, ``noise``, ``normalisation``, ``threshold``, ``rule``, ``edition``, or ``all``.
    sure : int
        Places on the list with a probability of at least 0.95.
    below_half : int
        Places on the list with a probability below 0.5.
    outsiders : int
        Places not on the list with a probability above 0.05.
    size : tuple of int
        The 5th and the 95th percentile of the number of places on the list.
    """

    source: str
    sure: int
    below_half: int
    outsiders: int
    size: tuple[int, int]


@dataclass(frozen=True)
class Certainty:
    """How sure a list of places is.

    Attributes
    ----------
    table : polars.DataFrame
        One row per place, in the order of the list: ``area_code``, ``area_name``, ``deprivation_rank``, ``need_rank``
        (1 is the most need), ``selected``, ``cohort`` (the list as it stands), then ``probability`` (0 to 1; null where
        a place could not be ranked), ``probability_error`` (its Monte Carlo standard error),
        ``probability_<source>`` (with that source of doubt alone), ``deprivation_rank_low``, ``deprivation_rank_high``
        and the same for need (the 5th and 95th percentile of the rank over the re-runs, to about 1.5 % of it), and
        ``sentence``.
    members : int
        Places on the list as it stands.
    together : Apart
        All sources of doubt together.
    apart : tuple of Apart
        Each source alone.
    spec : CertaintySpec
    notes : tuple of Note
        The noise model in words, seed and draws, what was held exact, which places could not be ranked.
    sources : tuple of Source
    """

    table: pl.DataFrame
    members: int
    together: Apart
    apart: tuple[Apart, ...]
    spec: CertaintySpec
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """The 5th and the 95th percentile of the number of places on the list."""
        return self.together.size


@dataclass(frozen=True)
class _Found:
    """The probabilities of one run, place by place."""

    name: str
    probability: FloatArray
    sizes: IntArray
    ranks: list[tuple[FloatArray, FloatArray]] = field(default_factory=list)


def certainty(
    editions: ListModel | Mapping[str, ListModel],
    spec: CertaintySpec,
    *,
    listing: pl.DataFrame | None = None,
    names: Mapping[str, str] | None = None,
    label: str = "left behind",
    rest: str = "rest",
    executor: Executor = "serial",
    workers: int | None = None,
    address: str | None = None,
    progress: Progress | None = None,
    notes: tuple[Note, ...] = (),
    sources: tuple[Source, ...] = (),
) -> Certainty:
    """Return how sure a list of places is, place by place.

    Parameters
    ----------
    editions : ListModel, or mapping of str to ListModel
        The list made ready to be drawn up again; where the edition is in doubt one for each edition, the first being
        the one asked about. All have the same places in the same order.
    spec : CertaintySpec
        What is in doubt.
    listing : polars.DataFrame, optional
        The list as it stands, with one row for every place: ``area_code``, ``selected``, and where known ``area_name``,
        ``deprivation_rank``, ``need_rank``, ``cohort``, ``reason``. As the models give it when left out.
    names : mapping of str to str, optional
        Names of the places by code, when `listing` does not say.
    label, rest : str
        What places are called in ``cohort`` when `listing` does not say.
    executor : {'serial', 'processes', 'dask'}
        Who computes; the result is the same to the last bit.
    workers, address, progress
        See `homeground.find.doubting.workers.run`.
    notes, sources
        Carried into the result.

    Returns
    -------
    Certainty

    Raises
    ------
    BadSpecification
        If nothing is in doubt, or a source of doubt is switched on that cannot change anything here: the message names
        the source and the method, and says what to do.

    Examples
    --------
    >>> from homeground.find.doubting.doubt import Weights
    >>> from homeground.find.index import build
    >>> from homeground.find.doubting.model import index_model
    >>> from homeground.find.rules import Rule
    >>> from homeground.method import parse_method
    >>> method = parse_method({
    ...     "name": "two things", "index": {"parts": ["poor", "unwell"], "weights": "equal"},
    ...     "parts": {"poor": {"column": "poor"}, "unwell": {"column": "unwell"}}})
    >>> table = pl.DataFrame({"area_code": ["a", "b", "c"], "poor": [9.0, 5.0, 1.0], "unwell": [9.0, 1.0, 5.5]})
    >>> built = build(method, table)
    >>> model = ListModel(("a", "b", "c"), index_model(built, table["area_code"]), rule=Rule(count=2))
    >>> found = certainty(model, CertaintySpec(draws=400, weights=Weights()))
    >>> found.table.select("area_code", "selected", pl.col("probability").round(1)).rows()
    [('a', True, 1.0), ('b', False, 0.3), ('c', True, 0.7)]
    >>> found.table["sentence"][0]
    'a is among the worst 2. In all 400 re-runs it stays in.'
    """
    models = {"": editions} if isinstance(editions, ListModel) else dict(editions)
    check_fits(spec, models)
    model = next(iter(models.values()))
    plans = _plans(spec, models)
    tallies = run(plans, executor=executor, workers=workers, address=address, progress=progress)
    found = [_found(plan, tally) for plan, tally in zip(plans, tallies, strict=True)]
    point = _point_table(model, names or {}, label, rest)
    table = point if listing is None else _given_table(listing, model)
    chosen = table["selected"].to_numpy()
    probability = np.where(_placed(models, spec), found[0].probability, np.nan)
    by_source = {alone.name: alone for alone in found[1:]} or {spec.sources[0]: found[0]}
    if not spec.apart and len(spec.sources) > 1:
        by_source = {}
    columns = _columns(spec, probability, by_source)
    columns += _rank_columns(model, plans[0], found[0])
    full = table.with_columns(columns)
    full = full.with_columns(sentence=sentences(full, model, draws=spec.draws)).drop("reason", strict=False)
    return Certainty(
        table=full,
        members=int(chosen.sum()),
        together=_apart("all", probability, found[0].sizes, chosen),
        apart=tuple(_apart(name, alone.probability, alone.sizes, chosen) for name, alone in by_source.items()),
        spec=spec,
        notes=(*notes, *tell(spec, models, *_differences(table, point, probability))),
        sources=sources,
    )


def _plans(spec: CertaintySpec, models: Mapping[str, ListModel]) -> list[Plan]:
    plans = [make_plan(spec, models, on=spec.sources, name="all", bands=spec.bands)]
    if spec.apart and len(spec.sources) > 1:
        plans += [make_plan(spec, models, on=(name,), name=name, bands=False) for name in spec.sources]
    return plans


def _found(plan: Plan, tally: Tally) -> _Found:
    ranks = [_interval(counts, plan.bins) for counts in tally.ranks]
    return _Found(plan.name, tally.members / plan.draws, tally.all_sizes(), ranks)


def _interval(counts: NDArray[np.integer[Any]], bins: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the 5th and 95th percentile of the rank of each place, from its counts by bin."""
    n_places, n_bins = counts.shape
    first = np.searchsorted(bins, np.arange(n_bins), side="left").astype(np.float64)
    last = np.searchsorted(bins, np.arange(n_bins), side="right") - 1.0
    low, high = np.full(n_places, np.nan), np.full(n_places, np.nan)
    for start in range(0, n_places, _AT_ONCE):
        up_to = counts[start : start + _AT_ONCE].cumsum(axis=1, dtype=np.int64)
        total = up_to[:, -1:]
        known = total[:, 0] > 0
        rows = slice(start, start + len(up_to))
        low[rows] = np.where(known, first[(up_to >= np.ceil(0.05 * total)).argmax(axis=1)], np.nan)
        high[rows] = np.where(known, last[(up_to >= np.ceil(0.95 * total)).argmax(axis=1)], np.nan)
    return low, high


def _point_table(model: ListModel, names: Mapping[str, str], label: str, rest: str) -> pl.DataFrame:
    deprivation, need, chosen = model.point()
    placed = np.isfinite(deprivation) if need is None else np.isfinite(deprivation) & np.isfinite(need)
    columns = {
        "area_code": pl.Series(list(model.places), dtype=pl.String),
        "area_name": pl.Series([names.get(code) for code in model.places], dtype=pl.String) if names else None,
        "deprivation_rank": _ranks(deprivation),
        "need_rank": None if need is None else _ranks(need),
        "selected": pl.Series(chosen),
        "cohort": pl.Series(np.where(chosen, label, np.where(placed, rest, "not placed"))),
    }
    return pl.DataFrame({name: column for name, column in columns.items() if column is not None})


def _ranks(ranks: FloatArray) -> pl.Series:
    series = pl.Series(ranks, nan_to_null=True)
    known = series.drop_nulls()
    return series if (known != known.floor()).any() else series.cast(pl.Int64)


def _given_table(listing: pl.DataFrame, model: ListModel) -> pl.DataFrame:
    check_areas(listing)
    require_columns(listing, ["selected"])
    wanted = ("area_code", "area_name", "deprivation_rank", "need_rank", "selected", "cohort", "reason")
    places = pl.DataFrame({"area_code": pl.Series(list(model.places), dtype=pl.String)})
    codes = listing["area_code"].cast(pl.String)
    for these, those, what in (
        (codes, places["area_code"], "places of the list are not among those of the indices"),
        (places["area_code"], codes, "places of the indices are not on the list as it stands"),
    ):
        beyond = these.filter(~these.is_in(those.to_list()))
        if len(beyond):
            raise UnknownArea(
                f"{len(beyond):,} {what} (first: {beyond[0]})",
                remedy="Make the indices for the places of the list, and give the whole list.",
            )
    table = places.join(
        listing.select(name for name in wanted if name in listing.columns),
        on="area_code",
        how="left",
        maintain_order="left",
    )
    return table.with_columns(pl.col("selected").fill_null(value=False))


def _placed(models: Mapping[str, ListModel], spec: CertaintySpec) -> _Mask:
    """Return which places have every rank in at least one of the editions that are drawn."""
    first = next(iter(models))
    names = (spec.edition.choices or tuple(models)) if spec.edition is not None else (first,)
    placed = np.zeros(len(models[first].places), dtype=bool)
    for name in names:
        ranks = [index.ranks for index in models[name].indices]
        placed |= np.isfinite(np.vstack(ranks)).all(axis=0)
    return placed


def _columns(spec: CertaintySpec, probability: FloatArray, by_source: Mapping[str, _Found]) -> list[pl.Series]:
    # Half a re-run is added on either side, so that 1,000 of 1,000 is not said to be without error.
    smoothed = (probability * spec.draws + 0.5) / (spec.draws + 1.0)
    error = np.sqrt(smoothed * (1.0 - smoothed) / spec.draws)
    columns = [
        pl.Series("probability", probability, nan_to_null=True),
        pl.Series("probability_error", error, nan_to_null=True),
    ]
    for name, found in by_source.items():
        alone = np.where(np.isnan(probability), np.nan, found.probability)
        columns.append(pl.Series(f"probability_{name}", alone, nan_to_null=True))
    return columns


def _rank_columns(model: ListModel, plan: Plan, found: _Found) -> list[pl.Series]:
    columns = []
    for number, index in enumerate(model.indices if found.ranks else ()):
        role = ("deprivation", "need")[number]
        # An index that nothing moves has the ranks that it has.
        still = len(plan.lists) == 1 and not plan.lists[0].indices[number].root.varies
        low, high = (index.ranks, index.ranks) if still else found.ranks[number]
        columns.append(_ranks(low).alias(f"{role}_rank_low"))
        columns.append(_ranks(high).alias(f"{role}_rank_high"))
    return columns


def _apart(name: str, probability: FloatArray, sizes: IntArray, chosen: _Mask) -> Apart:
    low, high = np.percentile(sizes, [5, 95], method="nearest")
    return Apart(
        source=name,
        sure=int(np.count_nonzero(probability[chosen] >= 0.95)),
        below_half=int(np.count_nonzero(probability[chosen] < 0.5)),
        outsiders=int(np.count_nonzero(probability[~chosen] > 0.05)),
        size=(int(low), int(high)),
    )


def _differences(table: pl.DataFrame, point: pl.DataFrame, probability: FloatArray) -> tuple[list[str], list[str]]:
    """Return the places that the models place differently from the list, and those without a probability."""
    apart = table.filter(table["selected"] != point["selected"])["area_code"].to_list()
    return apart, table.filter(pl.Series(np.isnan(probability)))["area_code"].to_list()
