"""Grants: what places were given, by whom, how surely that is known, and where clearly less arrived than elsewhere.

`grants` takes awards one by one; `summed_grants` takes a table that is already summed by area, year and funder. Both
give the same result: a ledger, figures for each area in three series, and the comparison of cohorts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from homeground.money import Deflator, in_words
from homeground.provenance import Note, Source
from homeground.tables import require_columns
from homeground.understand.giving.beside import beside
from homeground.understand.giving.canonical import canonical
from homeground.understand.giving.coldspots import cold_spots
from homeground.understand.giving.coverage import coverage
from homeground.understand.giving.flows import flows, spent
from homeground.understand.giving.rules import Rules
from homeground.understand.giving.series import (
    SERIES,
    bootstrap_per_head,
    by_dimension,
    by_year,
    events,
    for_cohorts,
    land,
    real,
    steady_sum,
    summed_events,
    table_of_areas,
)
from homeground.understand.giving.signals import signals
from homeground.understand.giving.where import NOWHERE, OUTSIDE, where

__all__ = ["Atlas", "Grants", "Rules", "grants", "summed_grants"]

_LOCATIONS = {name: pl.String() for name in ("role", "geo_code", "geo_code_type", "name", "postcode")}


@dataclass(frozen=True)
class Atlas:
    """The areas that money is placed in, and how codes lead to them.

    Attributes
    ----------
    areas : polars.DataFrame
        ``area_code``, ``population``, ``cohort``; optionally ``area_name``, ``need_decile`` (1 is the most need),
        ``region``, ``boundary_kind``, ``boundary_year``.
    crosswalk : polars.DataFrame
        ``code``, ``area_code``, ``parts``: of a billion, adding up to one whole for each code.
    codes : polars.DataFrame
        ``code``, ``size`` ('small', 'large'), ``authority``.
    names : polars.DataFrame
        ``name`` (small letters), ``code``: what authorities are called.
    postcodes : polars.DataFrame, optional
        ``postcode`` (capitals without spaces), ``code``.
    whole : str
        What all areas together are called.
    """

    areas: pl.DataFrame
    crosswalk: pl.DataFrame
    codes: pl.DataFrame
    names: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"name": pl.String, "code": pl.String}))
    postcodes: pl.DataFrame | None = None
    whole: str = "all areas"

    @classmethod
    def of_areas(cls, areas: pl.DataFrame, *, whole: str = "all areas") -> Atlas:
        """Return the atlas in which only the areas' own codes are known.

        Examples
        --------
        >>> Atlas.of_areas(pl.DataFrame({"area_code": ["W1"], "population": [9], "cohort": ["rest"]})).codes.height
        1
        """
        code = areas.select(code="area_code")
        small = code.with_columns(size=pl.lit("small"), authority=pl.lit(None, dtype=pl.String))
        own = areas.select(code="area_code", area_code="area_code", parts=pl.lit(1_000_000_000, dtype=pl.Int64))
        return cls(areas, own, small, whole=whole)


@dataclass(frozen=True)
class Grants:
    """What places were given.

    Attributes
    ----------
    ledger : polars.DataFrame
        Every award with ``class``, ``counts_pence``, ``why``, ``grant``, ``regrant``, ``passed_on_pence``, ``method``
        and ``confidence``; empty for a table already summed.
    table : polars.DataFrame
        One row for each area: for each of the series ``recipient``, ``best``, ``low`` and ``high`` pounds, grants, and
        both by people; funders and concentration; cold spots. Empty without an atlas.
    by_cohort, by_year, by_funder, by_theme, by_size : polars.DataFrame
        The same by cohort, and by cohort and year, funder, theme and size of grant.
    funder_years : polars.DataFrame
        How many funders published in each year, with the money of those who did in all.
    placed : dict
        Shares of grants and of money by method, of what is counted.
    total_pence, counted_pence, unresolved_regrant_pence : int
        All awards in pounds; what counts; what was given to be passed on without onward grants in the files.
    notes : tuple of Note
    sources : tuple of Source
    """

    ledger: pl.DataFrame
    table: pl.DataFrame
    by_cohort: pl.DataFrame
    by_year: pl.DataFrame
    by_funder: pl.DataFrame
    by_theme: pl.DataFrame
    by_size: pl.DataFrame
    funder_years: pl.DataFrame
    placed: dict[str, dict[str, float]]
    total_pence: int
    counted_pence: int
    unresolved_regrant_pence: int
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()


def grants(
    awards: pl.DataFrame,
    locations: pl.DataFrame | None = None,
    *,
    atlas: Atlas | None = None,
    rules: Rules | None = None,
    deflator: Deflator | None = None,
    price_year: int | None = None,
    constant_panel: bool = False,
    seed: int = 0,
    draws: int = 200,
    notes: Sequence[Note] = (),
    sources: Sequence[Source] = (),
) -> Grants:
    """Return the ledger of awards, and where their money lands.

    Parameters
    ----------
    awards : polars.DataFrame
        One row for each award as published: ``award`` (running number), ``amount_pence``, and what else there is:
        ``grant_id``, ``award_date``, ``award_year``, ``funder_id``, ``recipient_id`` ….
    locations : polars.DataFrame, optional
        ``award``, ``role`` ('beneficiary' or 'recipient'), ``geo_code``, ``name``, ``postcode``.
    atlas : Atlas, optional
        Where money can land; without it there is only the ledger.
    rules : Rules, optional
    deflator : Deflator, optional
    price_year : int, optional
        Whose prices the real figures are in.
    constant_panel : bool
        Keep only funders that published in every year.
    seed, draws : int
        For intervals of cohorts (areas drawn again) and cold spots by pounds.
    notes, sources
        Passed on to the result.

    Returns
    -------
    Grants

    Examples
    --------
    >>> awards = pl.DataFrame({"award": [0, 1], "grant_id": ["a", "a"], "amount_pence": [5000, 5000]})
    >>> grants(awards).ledger.select("class", "counts_pence").rows()
    [('grant', 5000), ('repeat', 0)]
    """
    rules = rules or Rules()
    require_columns(awards, ["award", "amount_pence"])
    awards = awards.with_columns(pl.col("award").cast(pl.UInt32))
    places = _with_columns(locations, awards)
    made = canonical(awards, rules=rules)
    flowing = flows(made.ledger)
    by_spending, spending_notes = spent(flowing.ledger, rules=rules)
    ledger = flowing.ledger
    told = [*notes, *made.notes, *flowing.notes, *spending_notes]
    in_pounds = pl.col("currency").fill_null("GBP") == "GBP"
    total = int(ledger.select(pl.col("amount_pence").filter(in_pounds).sum()).item())
    base = _empty(ledger, total, flowing.unresolved_pence, tuple(told), tuple(sources))
    if atlas is None:
        return base
    found = where(ledger, places, codes=atlas.codes, postcodes=atlas.postcodes, names=atlas.names, rules=rules)
    method = found.places.group_by("award").agg(pl.col("method").first(), pl.col("confidence").first())
    ledger = beside(ledger, method)
    base = replace(base, ledger=ledger, placed=_placed(ledger), notes=(*told, *found.notes))
    summed = events(ledger, by_spending, found, rules=rules)
    del found, method, by_spending, flowing, made, places, awards  # a million grants would be held several times over
    way = _Way(rules, deflator, price_year, constant_panel, seed, draws)
    return _landed(base, summed, atlas, way)


def summed_grants(
    table: pl.DataFrame,
    *,
    atlas: Atlas,
    rules: Rules | None = None,
    deflator: Deflator | None = None,
    price_year: int | None = None,
    constant_panel: bool = False,
    seed: int = 0,
    draws: int = 200,
    notes: Sequence[Note] = (),
    sources: Sequence[Source] = (),
) -> Grants:
    """Return where the money of a table lands that is already summed by area, year and funder.

    Parameters
    ----------
    table : polars.DataFrame
        ``code`` (of the recipient's place; null where there is none), ``year``, ``funder``, ``pence``, ``grants``.

    Returns
    -------
    Grants
        Without a ledger. Only where recipients are registered is known: the lower bound is nought.

    Examples
    --------
    >>> areas = pl.DataFrame({"area_code": ["W1", "W2"], "population": [10, 20], "cohort": ["a", "b"]})
    >>> rows = {"code": ["W1", None], "year": [2015, 2015], "funder": ["F", "F"], "pence": [1000, 500]}
    >>> found = summed_grants(pl.DataFrame({**rows, "grants": [1, 1]}), atlas=Atlas.of_areas(areas))
    >>> found.table["recipient_gbp_per_head"].to_list(), found.placed["D"]
    ([1.0, 0.0], {'grants': 0.5, 'money': 0.6666666666666666})
    """
    rules = rules or Rules()
    require_columns(table, ["code", "year", "funder", "pence", "grants"])
    table = table.with_columns(pl.col("pence", "grants").cast(pl.Int64))
    summed = summed_events(table, atlas.codes)
    best = summed.filter(pl.col("placing") == "best")
    total = int(table["pence"].sum())
    told = Note(
        "The table is already summed by area, year and funder: repeats, loans, regrants and beneficiaries cannot be "
        "told apart in it, and where recipients work is not known. The lower bound is therefore nought.",
        kind="assumed",
    )
    base = _empty(pl.DataFrame(), total, 0, (*notes, told), tuple(sources))
    sums = best.group_by("method").agg(pl.col("grants").sum(), pl.col("pence").sum())
    base = replace(base, counted_pence=total, placed=_shares(sums))
    way = _Way(rules, deflator, price_year, constant_panel, seed, draws)
    return _landed(base, summed, atlas, way)


def _with_columns(locations: pl.DataFrame | None, awards: pl.DataFrame) -> pl.DataFrame:
    if locations is None:
        return pl.DataFrame(schema={"award": awards["award"].dtype, **_LOCATIONS})
    require_columns(locations, ["award", "role"])
    lacking = [
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in _LOCATIONS.items() if name not in locations.columns
    ]
    return locations.with_columns(*lacking, pl.col("award").cast(pl.UInt32))


def _empty(
    ledger: pl.DataFrame, total: int, unresolved: int, notes: tuple[Note, ...], sources: tuple[Source, ...]
) -> Grants:
    nothing = pl.DataFrame()
    counted = int(ledger["counts_pence"].sum()) if ledger.width else 0
    tables = (nothing,) * 7
    return Grants(ledger, *tables, {}, total, counted, unresolved, notes, sources)


def _placed(ledger: pl.DataFrame) -> dict[str, dict[str, float]]:
    counted = ledger.select("method", "counts_pence").filter(pl.col("counts_pence") > 0).group_by("method")
    return _shares(counted.agg(grants=pl.len().cast(pl.Float64), pence=pl.col("counts_pence").sum()))


def _shares(sums: pl.DataFrame) -> dict[str, dict[str, float]]:
    n, pence = float(sums["grants"].sum()), float(sums["pence"].sum())
    return {
        method: {"grants": grants / n if n else 0.0, "money": money / pence if pence else 0.0}
        for method, grants, money in sums.sort("method").select("method", "grants", "pence").iter_rows()
    }


@dataclass(frozen=True)
class _Way:
    """How figures of areas are made."""

    rules: Rules
    deflator: Deflator | None
    price_year: int | None
    constant_panel: bool
    seed: int
    draws: int


def _landed(base: Grants, summed: pl.DataFrame, atlas: Atlas, way: _Way) -> Grants:
    """Return `base` with the figures of areas and cohorts."""
    published = coverage(summed)
    notes = [*base.notes, *published.notes]
    if way.constant_panel:
        summed = summed.filter(pl.col("funder").cast(pl.String).is_in(published.panel))
        text = f"Figures of areas and cohorts are of the {len(published.panel):,} funders that published in every year."
        notes.append(Note(text, kind="excluded"))
    has_prices = way.deflator is not None and way.price_year is not None
    summed = real(summed, way.deflator, way.price_year)
    if has_prices:
        notes += _without_prices(summed)
    landed = land(summed, atlas.crosswalk, atlas.areas.select("area_code", "population"))
    table = table_of_areas(landed.table, _described(atlas.areas), has_prices=has_prices)
    unknown = [series for series in ("recipient", "best") if _nowhere(summed, series)]
    for series in unknown:
        what = "where any recipient is registered" if series == "recipient" else "for any grant where it went"
        text = f"It is not known {what}: there are no figures by {series}, which is not nought."
        notes.append(Note(text, kind="missing"))
        names = [(name, dtype) for name, dtype in table.schema.items() if name.startswith(f"{series}_")]
        table = table.with_columns(pl.lit(None).cast(dtype).alias(name) for name, dtype in names)
    table = table.join(signals(summed, atlas.crosswalk), on="area_code", how="left", maintain_order="left")
    table = table.with_columns(pl.col("funders").fill_null(0))
    cold, cold_notes = cold_spots(_for_cold(table, summed, atlas), rules=way.rules, seed=way.seed, draws=way.draws)
    table = table.join(cold, on="area_code", how="left", maintain_order="left")
    people, cohort_parts = _cohorts(atlas)
    shown, cohort_parts = for_cohorts(summed, cohort_parts)

    def known(cut: pl.DataFrame) -> pl.DataFrame:
        return cut.filter(~pl.col("series").is_in(unknown))

    notes += [*cold_notes, *_outside(landed.elsewhere)]
    return replace(
        base,
        table=table.select(pl.exclude("_.*", r"^.*_pence$")),
        by_cohort=_by_cohort(table, atlas, seed=way.seed, draws=way.draws),
        by_year=known(by_year(shown, cohort_parts, people, has_prices=has_prices)),
        by_funder=known(by_dimension(shown, cohort_parts, people, "funder")),
        by_theme=known(by_dimension(shown, cohort_parts, people, "theme")),
        by_size=known(by_dimension(shown, cohort_parts, people, "size_band")),
        funder_years=published.table.select(
            "year", "funders", "grants", gbp=pl.col("pence") / 100, panel_gbp=pl.col("panel_pence") / 100
        ),
        notes=tuple(notes),
    )


def _without_prices(summed: pl.DataFrame) -> list[Note]:
    lacking = summed.filter(
        (pl.col("placing") == "best") & pl.col("real_pence").is_null() & pl.col("year").is_not_null()
    )
    if lacking.height == 0:
        return []
    years = lacking["year"].unique().sort().to_list()
    text = f"{in_words(int(lacking['pence'].sum()))} of {years[0]} to {years[-1]} has no figures in real terms"
    return [Note(f"{text}: the deflator does not reach there.", kind="missing")]


def _nowhere(summed: pl.DataFrame, placing: str) -> bool:
    codes = summed.filter((pl.col("placing") == placing) & (pl.col("pence") > 0))["code"]
    return len(codes) > 0 and codes.filter(codes != NOWHERE).is_empty()


def _described(areas: pl.DataFrame) -> pl.DataFrame:
    order = [
        "area_code",
        "area_name",
        "boundary_kind",
        "boundary_year",
        "population",
        "cohort",
        "need_decile",
        "region",
    ]
    return areas.select(name for name in order if name in areas.columns)


def _for_cold(table: pl.DataFrame, summed: pl.DataFrame, atlas: Atlas) -> pl.DataFrame:
    share = pl.col("parts") / 1_000_000_000
    thin = summed.select("placing", "code", "logs", "squares").filter(pl.col("placing") == "best")
    sizes = thin.group_by("code").agg(steady_sum(pl.col("logs")), steady_sum(pl.col("squares")))
    landed = sizes.join(atlas.crosswalk, on="code").group_by("area_code")
    sums = landed.agg(steady_sum(pl.col("logs") * share), steady_sum(pl.col("squares") * share))
    lacking = [
        pl.lit(None, dtype=pl.String).alias(name) for name in ("need_decile", "region") if name not in table.columns
    ]
    return table.with_columns(*lacking, grants="best_grants").join(
        sums, on="area_code", how="left", maintain_order="left"
    )


def _cohorts(atlas: Atlas) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the people of each cohort and of all areas, and the crosswalk to them."""
    own = atlas.areas.select("area_code", pl.col("cohort").fill_null("not placed"))
    both = pl.concat([own, own.with_columns(cohort=pl.lit(atlas.whole))])
    people = both.join(atlas.areas.select("area_code", "population"), on="area_code")
    sets = [("cohorts", own), ("whole", own.with_columns(cohort=pl.lit(atlas.whole)))]
    sums = [
        atlas.crosswalk.join(some, on="area_code", how="left")
        .group_by(pl.lit(name).alias("set"), "code", pl.col("cohort").fill_null(OUTSIDE))
        .agg(pl.col("parts").sum())
        for name, some in sets
    ]
    return people.group_by("cohort").agg(pl.col("population").sum()), pl.concat(sums)


def _by_cohort(table: pl.DataFrame, atlas: Atlas, *, seed: int, draws: int) -> pl.DataFrame:
    rows = []
    named = table.with_columns(pl.col("cohort").fill_null("not placed"))
    for cohort in [*named["cohort"].unique().sort().to_list(), atlas.whole]:
        some = named if cohort == atlas.whole else named.filter(pl.col("cohort") == cohort)
        lived_in = some.filter(pl.col("population") > 0).sort("area_code")
        people = float(lived_in["population"].sum())
        on_people = (
            lived_in.select(pl.col(f"{series}_pence").fill_null(0) for series in SERIES).to_numpy().astype(np.float64)
        )
        heads = lived_in["population"].to_numpy().astype(np.float64)
        low, high = bootstrap_per_head(on_people, heads, draws=draws, seed=seed)
        for place, series in enumerate(SERIES):
            known = some[f"{series}_pence"].count() > 0
            if not known:
                rows.append({"cohort": cohort, "series": series, "areas": some.height, "population": people})
                continue
            pence = int(some[f"{series}_pence"].sum())
            grants_ = float(some[f"{series}_grants"].sum())
            real_head = lived_in.select((pl.col(f"{series}_real_gbp_per_head") * pl.col("population")).sum()).item()
            priced = some[f"{series}_real_gbp_per_head"].count() > 0
            rows.append(
                {
                    "cohort": cohort,
                    "series": series,
                    "areas": some.height,
                    "population": people,
                    "gbp": pence / 100,
                    "gbp_per_head": pence / 100 / people if people else None,
                    "gbp_per_head_low": float(low[place]),
                    "gbp_per_head_high": float(high[place]),
                    "real_gbp_per_head": real_head / people if priced and people else None,
                    "grants": grants_,
                    "grants_per_10000": grants_ / people * 10_000 if people else None,
                    "median_gbp_per_head": lived_in[f"{series}_gbp_per_head"].median(),
                    "areas_without": some.filter(pl.col(f"{series}_pence") == 0).height,
                }
            )
    return pl.DataFrame(rows, infer_schema_length=None)


def _outside(elsewhere: pl.DataFrame) -> list[Note]:
    pence = int(elsewhere.filter((pl.col("what") == "outside") & (pl.col("series") == "best"))["pence"].sum())
    if not pence:
        return []
    return [Note(f"{in_words(pence)} went to places in other nations and counts in no area here.", kind="excluded")]
