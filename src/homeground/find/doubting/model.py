"""Two indices, the way to the places, and the rule: a list of places made ready to be drawn up again.

`IndexModel` is one index with what is needed to compute it again; `ListModel` is a list that one or two of them give;
`certainty` (in `homeground.find.certainty`) takes one `ListModel` for each edition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground import stats
from homeground.errors import BadSpecification, UnknownArea
from homeground.find.doubting.picking import choose
from homeground.find.doubting.sampling import sampling_errors
from homeground.find.doubting.way import Way
from homeground.find.index import BuiltIndex
from homeground.find.levels import CarriedBy
from homeground.find.rules import Rule
from homeground.provenance import Note
from homeground.stats import FloatArray, IntArray
from homeground.tables import require_columns

__all__ = ["IndexModel", "Leg", "ListModel", "index_model"]


@dataclass(frozen=True)
class IndexModel:
    """One index, and what is needed to compute it again.

    Attributes
    ----------
    built : BuiltIndex
    ways : tuple of Way
        How it reaches the places, step by step; only the first may take means of scores.
    n : int
        How many areas its ranking ranks: what a share of it is a share of.
    errors : mapping of str to ndarray of shape (n_areas,)
        Sampling error of the parts that have one, in the unit of `built.raw`.
    notes : tuple of Note
        What must be told about the errors.
    """

    built: BuiltIndex
    ways: tuple[Way, ...]
    n: int
    errors: Mapping[str, FloatArray] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    @property
    def scores(self) -> FloatArray:
        """Score of each area as built, higher is more need."""
        return self.built.table["score"].cast(pl.Float64).to_numpy()

    @property
    def ranks(self) -> FloatArray:
        """Rank of each place as built, 1 is the most need, NaN where there is none."""
        first, *others = self.ways
        if first.by == "mean-score":
            ranks = stats.rank(first.mean(self.scores))
        else:
            ranks = first.of_ranks(self.built.table["rank"].cast(pl.Float64).to_numpy())
        for way in others:
            ranks = way.of_ranks(ranks)
        return ranks


@dataclass(frozen=True)
class ListModel:
    """A list of places that one or two indices give.

    Attributes
    ----------
    places : tuple of str
        Area codes, in the order that decides between places that are level.
    deprivation : IndexModel
        The first index, or the only one.
    need : IndexModel or None
        The second index; without it a place is on the list if it is in the worst part of the one index.
    rule : Rule
    eligible : ndarray of bool of shape (n_places,) or None
        Places that may be chosen (not excluded, not too small); all when None.
    cap : int or None
        At most this many in one larger area.
    larger_area : ndarray of int or None
        Number of the larger area of each place (-1 for none), for the cap.
    """

    places: tuple[str, ...]
    deprivation: IndexModel
    need: IndexModel | None = None
    rule: Rule = field(default_factory=Rule)
    eligible: NDArray[np.bool_] | None = None
    cap: int | None = None
    larger_area: IntArray | None = None

    def __post_init__(self) -> None:
        """Refuse a rule for two indices where there is one, and ways that lead elsewhere."""
        if self.need is None and self.rule.rule != "worst-on-both":
            raise BadSpecification(
                f"the rule '{self.rule.rule}' joins two indices, and there is one",
                remedy="Give a second index, or take the worst share of the one.",
            )
        for index in self.indices:
            if index.ways[-1].n_places != len(self.places):
                raise BadSpecification(
                    f"an index reaches {index.ways[-1].n_places:,} places, and the list has {len(self.places):,}",
                    remedy="Make both with the same places.",
                )

    @property
    def indices(self) -> tuple[IndexModel, ...]:
        """The one or two indices."""
        return (self.deprivation,) if self.need is None else (self.deprivation, self.need)

    def select(self, deprivation_rank: FloatArray, need_rank: FloatArray | None, *, rule: Rule) -> NDArray[np.bool_]:
        """Return which places `rule` takes at these ranks, with the exclusions and the cap of the list."""
        return choose(
            deprivation_rank,
            None if self.need is None else need_rank,
            rule=rule,
            n_deprivation=self.deprivation.n,
            n_need=0 if self.need is None else self.need.n,
            eligible=self.eligible,
            cap=self.cap,
            larger_area=self.larger_area,
        )

    def point(self) -> tuple[FloatArray, FloatArray | None, NDArray[np.bool_]]:
        """Return the ranks of the places as built, and which are on the list."""
        deprivation = self.deprivation.ranks
        need = None if self.need is None else self.need.ranks
        return deprivation, need, self.select(deprivation, need, rule=self.rule)


@dataclass(frozen=True)
class Leg:
    """One step from the areas of an index to the places of a list, as a table.

    Attributes
    ----------
    lookup : polars.DataFrame
        ``from_code``, ``to_code``.
    by : {'keep-rank', 'mean-score', 'mean-exponential'}
        As in `homeground.find.levels.carry`.
    people : polars.DataFrame or None
        ``area_code`` (the areas it starts from), ``people``: the weights of the means.
    targets : polars.Series or None
        The areas it leads to, where it is not the last step; all that the lookup knows when None.
    """

    lookup: pl.DataFrame
    by: CarriedBy = "keep-rank"
    people: pl.DataFrame | None = None
    targets: pl.Series | None = None


def index_model(
    built: BuiltIndex,
    places: pl.Series,
    *legs: Leg,
    table: pl.DataFrame | None = None,
    missing_codes: tuple[str, ...] = (),
    file: str | None = None,
    n: int | None = None,
) -> IndexModel:
    """Return an index made ready to be computed again for these places.

    Parameters
    ----------
    built : BuiltIndex
    places : polars.Series
        Area codes of the places, in the order of the list.
    *legs : Leg
        The steps from the areas of the index to the places. Without any the places are areas of the index.
    table : polars.DataFrame, optional
        The table it was built from; needed for the sampling errors only.
    missing_codes, file
        As for `homeground.find.index.build`.
    n : int, optional
        How many areas the index ranks, before any step, where that is more than have a score.

    Returns
    -------
    IndexModel

    Raises
    ------
    UnknownArea
        If no place can be reached.
    BadSpecification
        If scores are to be averaged in a later step.

    Examples
    --------
    >>> from homeground.find.index import build
    >>> from homeground.method import parse_method
    >>> method = parse_method({"name": "one", "index": {"parts": ["a"], "weights": "equal"},
    ...     "parts": {"a": {"column": "a"}}})
    >>> built = build(method, pl.DataFrame({"area_code": ["x", "y"], "a": [1.0, 2.0]}))
    >>> index_model(built, pl.Series(["y", "x", "z"])).ranks
    array([ 1.,  2., nan])
    """
    codes, has = built.table["area_code"], built.table["score"].is_not_null()
    ranked = int(has.sum()) if n is None else n
    ways: list[Way] = []
    for number, leg in enumerate(legs or (Leg(pl.DataFrame({"from_code": codes, "to_code": codes})),)):
        last = number == max(len(legs), 1) - 1
        if leg.by == "mean-score" and number:
            raise BadSpecification(
                "scores are averaged in a later step, where there are ranks only",
                remedy="Use by = 'mean-exponential' there.",
            )
        targets = places if last else leg.targets if leg.targets is not None else leg.lookup["to_code"].unique().sort()
        way = _way(codes.filter(has), codes, targets, leg, ranked)
        if not len(way.place):
            raise UnknownArea(
                "none of the places has an area of the index",
                remedy="Use the lookup between the two, or an index of the same boundary year.",
            )
        ways.append(way)
        codes = targets
        has = pl.Series(np.isin(np.arange(len(targets)), way.place))
        ranked = ranked if leg.by == "keep-rank" else len(targets)
    if table is None:
        return IndexModel(built, tuple(ways), ranked)
    found = sampling_errors(built, table, missing_codes=missing_codes, file=file)
    return IndexModel(built, tuple(ways), ranked, found.by_part, found.notes)


def _way(scored: pl.Series, codes: pl.Series, places: pl.Series, leg: Leg, ranked: int) -> Way:
    require_columns(leg.lookup, ["from_code", "to_code"])
    pairs = leg.lookup.select("from_code", "to_code").drop_nulls().unique(maintain_order=True)
    pairs = pairs.with_columns(people=1.0 / pl.len().over("from_code"))
    if leg.people is not None:
        weights = leg.people.select(from_code="area_code", _people="people")
        pairs = pairs.join(weights, on="from_code", how="left", maintain_order="left")
        pairs = pairs.with_columns(people=pl.col("people") * pl.col("_people").fill_null(0.0)).drop("_people")
    area = pl.DataFrame({"from_code": codes, "area": np.arange(len(codes))})
    place = pl.DataFrame({"to_code": places, "place": np.arange(len(places))})
    joined = (
        pairs.filter(pl.col("from_code").is_in(scored.to_list()))
        .join(area, on="from_code")
        .join(place, on="to_code")
        .sort("place", "area")
    )
    total = pl.col("people").sum().over("place")
    # A place whose areas are all empty of people still gets their plain mean, as in `homeground.areas.convert`.
    share = pl.when(total > 0).then(pl.col("people") / total).otherwise(1.0 / pl.len().over("place"))
    joined = joined.with_columns(share=share)
    return Way(
        by=leg.by,
        place=joined["place"].to_numpy().astype(np.int64),
        area=joined["area"].to_numpy().astype(np.int64),
        share=joined["share"].to_numpy().astype(np.float64),
        n_places=len(places),
        n_from=ranked,
    )
