"""Sums that land in areas: the three series (recipient, best, bounds), by year, cohort, funder, theme and size.

Money is summed by the code it goes to before it is split over areas, so that the work does not grow with the number of
grants times the number of areas, and every sum stays exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.money import WHOLE, Deflator, parts_of_whole, split_pence
from homeground.understand.giving.rules import Rules
from homeground.understand.giving.where import NOWHERE, OUTSIDE, Where

__all__ = [
    "SERIES",
    "Landed",
    "bootstrap_per_head",
    "by_dimension",
    "by_year",
    "events",
    "for_cohorts",
    "land",
    "real",
    "steady_sum",
    "summed_events",
    "table_of_areas",
]

#: The series: by the recipient's place; by the best place known; the bounds of what cannot be known.
SERIES = ("recipient", "best", "low", "high")
_SUMS = ("pence", "grants", "real_pence")
_NARROW = [pl.col("placing").cast(pl.Enum(["best", "recipient"])), pl.col("method").cast(pl.Enum(list("ABCDE")))]
_METHODS = {"best": ("A", "B", "C", "D"), "low": ("A", "B", "C")}
FloatArray = NDArray[np.float64]
_AT_ONCE = 50
_FINE = 1e9
_DIMENSIONS = ("funder", "theme", "size_band")


@dataclass(frozen=True)
class Landed:
    """Money and grants by area and series.

    Attributes
    ----------
    table : polars.DataFrame
        ``series``, ``area_code``, ``pence``, ``grants``, ``real_pence``.
    elsewhere : polars.DataFrame
        ``series``, ``what`` ('nowhere' or 'outside'), ``pence``, ``grants``: what is in no area of that series.
    """

    table: pl.DataFrame
    elsewhere: pl.DataFrame


def events(ledger: pl.DataFrame, spent: pl.DataFrame, found: Where, *, rules: Rules) -> pl.DataFrame:
    """Return counted money with its code, year, method, funder, theme and size band, for both ways of placing.

    Returns
    -------
    polars.DataFrame
        ``placing`` ('best' or 'recipient'), ``code``, ``year``, ``method``, ``funder``, ``theme``, ``size_band``,
        ``pence``, ``grants``, and moments of the size of grants (``logs``, ``squares``); a row for each grant, code and
        year.
    """
    needed = ("award", "funder_name", "funder_id", "counts_pence", "title", "programme", "description")
    counted = ledger.select(needed).filter(pl.col("counts_pence") > 0)
    about = counted.with_columns(_themes(counted, rules)).select(
        "award",
        funder=pl.coalesce("funder_name", "funder_id", pl.lit("not named")).cast(pl.Categorical),
        theme=pl.col("theme").cast(pl.Categorical),
        size_band=_band(rules).cast(pl.Categorical),
        _log=pl.col("counts_pence").cast(pl.Float64).log(),
    )
    base = spent.join(about, on="award", how="left", maintain_order="left")
    keys = ["code", "year", "method", *_DIMENSIONS]
    sizes = {"logs": pl.col("_log") * pl.col("grants"), "squares": pl.col("_log") ** 2 * pl.col("grants")}
    parts = found.places.select("award", "code", "parts", "method")
    whole = parts.filter(pl.col("parts") == WHOLE)
    shared = parts.filter(pl.col("parts") != WHOLE)
    best = [base.join(whole.drop("parts"), on="award")]
    if shared.height:
        split = base.join(shared, on="award").sort("award", "year", "code")
        split = split.with_columns(
            pence=split_pence(split, by=["award", "year"]), grants=pl.col("grants") * pl.col("parts") / WHOLE
        )
        best.append(split.select(best[0].columns))
    recipient = base.join(found.recipients, on="award").with_columns(method=pl.lit("D"))
    made = []
    for placing, tables in (("best", best), ("recipient", [recipient])):
        columns = [pl.lit(placing).alias("placing"), *(pl.col(name) for name in (*keys, "pence", "grants"))]
        made += [table.select(*columns, **sizes).with_columns(_NARROW) for table in tables]
    return pl.concat(made)


def _themes(counted: pl.DataFrame, rules: Rules) -> pl.Series:
    """Return the theme of each grant: the first that has a word in it. Few are looked at for more than any word."""
    columns = ("title", "programme", "description")
    text = pl.concat_str([pl.col(name).fill_null("") for name in columns], separator=" ")
    theme = pl.lit("other")
    for name, those in reversed(list(rules.themes.items())):
        has = pl.col("_text").str.contains_any(list(those), ascii_case_insensitive=True)
        theme = pl.when(has).then(pl.lit(name)).otherwise(theme)
    words = [word for those in rules.themes.values() for word in those]
    # Portion by portion on every core: the texts are long and are needed one after another only.
    rows = counted.lazy().select("award", _text=text)
    some = rows.filter(pl.col("_text").str.contains_any(words, ascii_case_insensitive=True)) if words else rows.head(0)
    found = some.select("award", theme=theme).collect(engine="streaming")
    known = counted.select("award", "programme").join(found, on="award", how="left", maintain_order="left")
    own = pl.col("theme").fill_null("other")
    if rules.programmes:
        mapped = pl.col("programme").replace_strict(dict(rules.programmes), default=None, return_dtype=pl.String)
        own = pl.coalesce(mapped, own)
    return known.select(theme=own).to_series()


def _band(rules: Rules) -> pl.Expr:
    ends = rules.size_bands_gbp
    band = pl.lit(f"{len(ends) + 1}: £{ends[-1]:,} or more")
    for place in range(len(ends) - 1, -1, -1):
        least = f"£{ends[place - 1]:,} to " if place else ""
        name = f"{place + 1}: {least}under £{ends[place]:,}"
        band = pl.when(pl.col("counts_pence") < ends[place] * 100).then(pl.lit(name)).otherwise(band)
    return band


def summed_events(table: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    """Return the same for a table already summed: ``code``, ``year``, ``funder``, ``pence``, ``grants``.

    Only the recipient's place is known, and not whether it works locally: method D, or E where the code is unknown.
    """
    known = table.join(codes.select("code", _size="size"), on="code", how="left", maintain_order="left")
    abroad = pl.col("code").str.contains(r"^[WSN]\d{8}$").fill_null(value=False)
    code = (
        pl.when(pl.col("_size").is_not_null())
        .then("code")
        .when(abroad)
        .then(pl.lit(OUTSIDE))
        .otherwise(pl.lit(NOWHERE))
    )
    known = known.with_columns(code=code)
    method = pl.when(pl.col("code") == NOWHERE).then(pl.lit("E")).otherwise(pl.lit("D"))
    size = (pl.col("pence") / pl.col("grants").clip(1)).clip(1).log()
    base = known.select(
        "code",
        pl.col("year").cast(pl.Int32),
        method=method,
        funder=pl.col("funder").cast(pl.Categorical),
        theme=pl.lit("not known").cast(pl.Categorical),
        size_band=pl.lit("not known").cast(pl.Categorical),
        pence="pence",
        grants=pl.col("grants").cast(pl.Float64),
        logs=size * pl.col("grants"),
        squares=size**2 * pl.col("grants"),
    )
    both = [base.select(pl.lit(placing).alias("placing"), pl.all()) for placing in ("best", "recipient")]
    return pl.concat(both).with_columns(_NARROW)


def land(made: pl.DataFrame, crosswalk: pl.DataFrame, population: pl.DataFrame) -> Landed:
    """Return money and grants by area and series.

    Parameters
    ----------
    made : polars.DataFrame
        As `events` returns it, with ``real_pence``.
    crosswalk : polars.DataFrame
        ``code``, ``area_code``, ``parts`` (of a billion).
    population : polars.DataFrame
        ``area_code``, ``population``: what cannot be placed is spread by it in the upper bound.
    """
    keys = ["placing", "method", "code"]
    sums = _added(made, keys)
    joined = _over(sums, crosswalk, keys, "area_code")
    within = joined.filter(pl.col("area_code") != OUTSIDE)
    pieces = _in_series(_added(within, ["placing", "method", "area_code"]))
    lost = sums.filter((pl.col("placing") == "best") & (pl.col("code") == NOWHERE))
    spread = _spread(_added(lost.with_columns(_all=pl.lit("")), ["_all"]), population)
    columns = ["series", "area_code", *_SUMS]
    table = pl.concat([pieces.select(columns), spread.with_columns(series=pl.lit("high")).select(columns)])
    return Landed(_added(table, ["series", "area_code"]), _elsewhere(sums, joined, crosswalk))


def steady_sum(of: pl.Expr) -> pl.Expr:
    """Return the sum of a column of fractions, in whole billionths: the same in whatever order they are added.

    A sum of floats hangs in its last digits on which core is done first.
    """
    return (of * _FINE).round().cast(pl.Int128).sum().cast(pl.Float64) / _FINE


def _added(table: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    return table.group_by(keys).agg(pl.col("pence").sum(), *(steady_sum(pl.col(name)) for name in _SUMS[1:]))


def _in_series(table: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of every series that takes them: its name stands in ``series``."""
    best = table.filter(pl.col("placing") == "best")
    pieces = [table.filter(pl.col("placing") == "recipient").with_columns(series=pl.lit("recipient"))]
    for series, methods in _METHODS.items():
        pieces.append(best.filter(pl.col("method").is_in(methods)).with_columns(series=pl.lit(series)))
    pieces.append(best.with_columns(series=pl.lit("high")))
    return pl.concat(pieces)


def for_cohorts(made: pl.DataFrame, cohort_parts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return `made` and `cohort_parts` with one code for all codes that lead to one cohort whole.

    Nothing that is cut by cohort changes by it, and the work no longer grows with the number of codes.
    """
    whole = cohort_parts.filter((pl.col("set") == "cohorts") & (pl.col("parts") == WHOLE))
    both = whole.join(
        cohort_parts.filter((pl.col("set") == "whole") & (pl.col("parts") == WHOLE)), on="code", how="semi"
    )
    new = both.select("code", _new=pl.lit("all of ") + pl.col("cohort"))
    code = pl.coalesce("_new", "code")
    fewer = made.join(new, on="code", how="left").with_columns(code=code.cast(pl.Categorical)).drop("_new")
    parts = cohort_parts.join(new, on="code", how="left").with_columns(code=code).drop("_new")
    parts = parts.unique(["set", "code", "cohort"], maintain_order=True)
    keys = ["placing", "method", "code", "year", *_DIMENSIONS]
    return _added(fewer, keys).with_columns(pl.col("code").cast(pl.String)), parts


def by_year(made: pl.DataFrame, cohort_parts: pl.DataFrame, people: pl.DataFrame, *, has_prices: bool) -> pl.DataFrame:
    """Return money and grants by cohort, series and year.

    Parameters
    ----------
    made, cohort_parts, people
        As in `by_dimension`; `made` with ``real_pence``.
    has_prices : bool
        Whether ``real_pence`` is known.
    """
    keys = ["placing", "method", "code", "year"]
    sums = _added(made, keys)
    sets = [cohort_parts.filter(pl.col("set") == name).drop("set") for name in ("cohorts", "whole")]
    pieces = []
    for parts in sets:
        joined = _over(sums, parts, keys, "cohort").filter(pl.col("cohort") != OUTSIDE)
        pieces.append(_in_series(_added(joined, ["placing", "method", "cohort", "year"])))
        own = people.filter(pl.col("cohort").is_in(parts["cohort"].implode())).rename({"cohort": "area_code"})
        lost = _added(sums.filter((pl.col("placing") == "best") & (pl.col("code") == NOWHERE)), ["year"])
        spread = _spread(lost.rename({"year": "_all"}), own).rename({"area_code": "cohort", "_all": "year"})
        pieces.append(spread.with_columns(series=pl.lit("high")))
    columns = ["cohort", "series", "year"]
    table = _added(pl.concat([piece.select(*columns, *_SUMS) for piece in pieces]), columns)
    table = table.join(people, on="cohort", how="left")
    lived_in = pl.when(pl.col("population") > 0)
    real_head = lived_in.then(pl.col("real_pence") / 100 / pl.col("population"))
    return table.select(
        *columns,
        gbp=pl.col("pence") / 100,
        grants="grants",
        gbp_per_head=lived_in.then(pl.col("pence") / 100 / pl.col("population")),
        grants_per_10000=lived_in.then(pl.col("grants") / pl.col("population") * 10_000),
        real_gbp_per_head=real_head if has_prices else pl.lit(None, dtype=pl.Float64),
    ).sort("series", "cohort", "year")


def _over(sums: pl.DataFrame, ways: pl.DataFrame, keys: list[str], to: str) -> pl.DataFrame:
    """Return `sums` split over the column `to` of `ways`, to the penny.

    Most codes lead to one area whole: only the others are put in order and split.
    """
    whole = sums.join(ways.filter(pl.col("parts") == WHOLE).drop("parts"), on="code")
    rest = sums.join(ways.filter(pl.col("parts") != WHOLE), on="code").sort(*keys, to)
    shares = [pl.col(name) * pl.col("parts") / WHOLE for name in ("grants", "real_pence") if name in rest.columns]
    rest = rest.with_columns(*shares, pence=split_pence(rest, by=keys))
    return pl.concat([whole, rest.select(whole.columns)])


def _spread(lost: pl.DataFrame, population: pl.DataFrame) -> pl.DataFrame:
    """Return the sums of each ``_all`` spread over areas by people."""
    people = population.with_columns(_one=pl.lit("")).rename({"population": "weight"})
    parts = parts_of_whole(people.select("_one", "area_code", "weight"), by="_one").select("area_code", "parts")
    joined = lost.join(parts, how="cross").sort("_all", "area_code")
    share = pl.col("parts") / WHOLE
    return joined.with_columns(
        pl.col("grants") * share, pl.col("real_pence") * share, pence=split_pence(joined, by=["_all"])
    )


def _elsewhere(sums: pl.DataFrame, joined: pl.DataFrame, crosswalk: pl.DataFrame) -> pl.DataFrame:
    columns = ["placing", "code", "pence", "grants"]
    rest = pl.concat(
        [
            sums.join(crosswalk.select("code").unique(), on="code", how="anti").select(columns),
            joined.filter(pl.col("area_code") == OUTSIDE).with_columns(code=pl.lit(OUTSIDE)).select(columns),
        ]
    )
    what = pl.when(pl.col("code") == OUTSIDE).then(pl.lit("outside")).otherwise(pl.lit("nowhere"))
    return (
        rest.group_by(series=pl.col("placing").cast(pl.String), what=what)
        .agg(pl.col("pence").sum(), steady_sum(pl.col("grants")))
        .sort("series", "what")
    )


def real(table: pl.DataFrame, deflator: Deflator | None, price_year: int | None) -> pl.DataFrame:
    """Return `table` with ``real_pence``: pence in the prices of `price_year`; null without a year or a deflator.

    Money of years that the deflator lacks has none either: callers tell, or refuse before.
    """
    if deflator is None or price_year is None:
        return table.with_columns(real_pence=pl.lit(None, dtype=pl.Float64))
    years = [year for year in table["year"].drop_nulls().unique().to_list() if year in deflator.index]
    factors = pl.DataFrame(
        {"year": years, "_f": [deflator.factor(int(year), price_year) for year in years]},
        schema={"year": pl.Int32, "_f": pl.Float64},
    )
    joined = table.join(factors, on="year", how="left", maintain_order="left")
    return joined.with_columns(real_pence=pl.col("pence") * pl.col("_f")).drop("_f")


def table_of_areas(landed: pl.DataFrame, areas: pl.DataFrame, *, has_prices: bool) -> pl.DataFrame:
    """Return one row for each area with the figures of every series; an area that received nothing has nought.

    Parameters
    ----------
    landed : polars.DataFrame
        `Landed.table`.
    areas : polars.DataFrame
        ``area_code``, ``population`` and what else is to stand there.
    has_prices : bool
        Whether ``real_pence`` is known.
    """
    table = areas
    heads = pl.when(pl.col("population") > 0).then("population")
    for name in SERIES:
        known = landed.filter(pl.col("series") == name).drop("series")
        table = table.join(known, on="area_code", how="left", maintain_order="left")
        pence, grants = pl.col("pence").fill_null(0), pl.col("grants").fill_null(0.0)
        real_head = pl.col("real_pence").fill_null(0.0) / 100 / heads
        table = table.with_columns(
            pence.alias(f"{name}_pence"),
            (pence / 100).alias(f"{name}_gbp"),
            grants.alias(f"{name}_grants"),
            (pence / 100 / heads).alias(f"{name}_gbp_per_head"),
            (grants / heads * 10_000).alias(f"{name}_grants_per_10000"),
            (real_head if has_prices else pl.lit(None, dtype=pl.Float64)).alias(f"{name}_real_gbp_per_head"),
        ).drop(_SUMS)
    return table


def by_dimension(made: pl.DataFrame, cohort_parts: pl.DataFrame, people: pl.DataFrame, dimension: str) -> pl.DataFrame:
    """Return money by cohort and funder, theme or size band, by recipient and by the best place known.

    Parameters
    ----------
    made : polars.DataFrame
        As `events` returns it.
    cohort_parts : polars.DataFrame
        ``set`` ('cohorts' or 'whole'), ``code``, ``cohort`` ('outside' where it is in none), ``parts``: the crosswalk
        summed by cohort; in each set the parts of a code add up to one whole.
    people : polars.DataFrame
        ``cohort``, ``population``.
    dimension : {'funder', 'theme', 'size_band'}
    """
    sums = made.group_by("placing", "code", dimension).agg(pl.col("pence").sum(), steady_sum(pl.col("grants")))
    sets = [cohort_parts.filter(pl.col("set") == name) for name in ("cohorts", "whole")]
    keys = ["placing", "code", dimension]
    joined = pl.concat([_over(sums, parts.drop("set"), keys, "cohort") for parts in sets])
    joined = joined.filter(pl.col("cohort") != OUTSIDE)
    table = joined.group_by("placing", "cohort", dimension).agg(pl.col("pence").sum(), steady_sum(pl.col("grants")))
    table = table.with_columns(pl.col(dimension).cast(pl.String)).join(people, on="cohort", how="left")
    return table.select(
        "cohort",
        dimension,
        series="placing",
        gbp=pl.col("pence") / 100,
        grants="grants",
        gbp_per_head=pl.when(pl.col("population") > 0).then(pl.col("pence") / 100 / pl.col("population")),
        grants_per_10000=pl.when(pl.col("population") > 0).then(pl.col("grants") / pl.col("population") * 10_000),
        share=pl.col("pence") / pl.col("pence").sum().over("cohort", "placing"),
    ).sort("series", "cohort", "gbp", dimension, descending=[False, False, True, False])


def bootstrap_per_head(
    pence: FloatArray, people: FloatArray, *, draws: int, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Return the 95 % interval of pounds a head when the areas weigh otherwise by chance (a Bayesian bootstrap).

    Parameters
    ----------
    pence : ndarray of shape (n_areas, n_series)
    people : ndarray of shape (n_areas,)
    draws, seed : int

    Returns
    -------
    tuple of ndarray
        Low and high for each series; NaN for fewer than two areas.
    """
    n, series = pence.shape
    if n < 2:
        return np.full(series, np.nan), np.full(series, np.nan)
    rng = np.random.default_rng(seed)
    rates = np.empty((draws, series))
    for first in range(0, draws, _AT_ONCE):
        times = rng.standard_exponential((min(_AT_ONCE, draws - first), n))
        rates[first : first + len(times)] = (times @ pence) / np.maximum(times @ people, 1e-300)[:, None] / 100
    low, high = np.quantile(rates, [0.025, 0.975], axis=0)
    return low, high
