"""Cold spots: areas that received clearly less than places of like need in the same region.

Counts: Gamma-Poisson (empirical Bayes). What is expected of an area is the rate of its need tenth and region, times its
people; how much areas differ beyond chance is learned from all of them; the probability that the true rate is below
half of the expected one follows from the posterior. Pounds: the same, times a lognormal size of grants shrunk to the
common one (a hurdle-lognormal), by seeded draws.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from homeground.provenance import Note
from homeground.understand.giving.rules import Rules
from homeground.words import count, in_100

__all__ = ["cold_spots", "expected"]

FloatArray = NDArray[np.float64]
_LEAST_GRANTS = 20.0


def expected(areas: pl.DataFrame) -> FloatArray:
    """Return how many grants each area would have at the rate of its need tenth and region.

    A tenth of a region with few grants leans on the tenth's national rate, as if that rate had been seen in people
    enough for 20 grants.

    Parameters
    ----------
    areas : polars.DataFrame
        ``population``, ``grants``, ``need_decile`` and ``region`` (either may be null).
    """
    people = pl.col("population").fill_null(0).cast(pl.Float64)
    tenth, cell = ["need_decile"], ["need_decile", "region"]
    table = areas.select("need_decile", "region", "grants", people=people)
    rate = pl.col("grants").sum().over(tenth) / pl.col("people").sum().over(tenth)
    table = table.with_columns(_rate=rate.fill_nan(0.0))
    prior = pl.when(pl.col("_rate") > 0).then(_LEAST_GRANTS / pl.col("_rate")).otherwise(0.0)
    shrunk = (pl.col("grants").sum().over(cell) + _LEAST_GRANTS * (pl.col("_rate") > 0).cast(pl.Float64)) / (
        pl.col("people").sum().over(cell) + prior
    )
    return table.select((shrunk * pl.col("people")).fill_nan(0.0)).to_series().to_numpy().copy()


def _spread(grants: FloatArray, hope: FloatArray, most: float) -> float:
    """Return the shape of the Gamma of true over expected: by moments, areas with more expected weighing more.

    It is at most `most`: where nearly all areas are alike, a single one that is far below would else be taken for one
    of them, whatever its figures say.
    """
    use = hope > 0
    if int(use.sum()) < 3:
        return min(1.0, most)
    ratio = grants[use] / hope[use]
    excess = float(np.sum(hope[use] ** 2 * (ratio - 1) ** 2 - hope[use]) / np.sum(hope[use] ** 2))
    return float(np.clip(1 / max(excess, 1e-6), 0.05, most))


def cold_spots(
    areas: pl.DataFrame, *, rules: Rules, seed: int = 0, draws: int = 200
) -> tuple[pl.DataFrame, list[Note]]:
    """Return ``cold_spot``, ``cold_spot_probability`` and more for each area.

    Parameters
    ----------
    areas : polars.DataFrame
        ``area_code``, ``area_name``, ``population``, ``grants``, ``logs``, ``squares`` (sums of the logarithm of the
        size of grants and of its square), ``need_decile`` (1 is the most need), ``region``.
    rules : Rules
    seed, draws : int
        For the probability by pounds.

    Returns
    -------
    tuple of polars.DataFrame and list of Note
        ``area_code``, ``expected_grants``, ``grants_ratio`` (shrunk, 1 is as expected), ``cold_spot_probability``,
        ``cold_spot_probability_gbp``, ``cold_spot``, ``cold_spot_sentence``.
    """
    grants = areas["grants"].fill_null(0.0).to_numpy()
    hope = expected(areas)
    shape = _spread(grants, hope, rules.cold_most_shape)
    sure = special.gammainc(shape + grants, rules.cold_share * (shape + hope))
    # Where nobody lives, or nothing is expected, there is nothing to fall short of.
    sure = np.where(hope > 0, sure, 0.0)
    pounds = np.where(hope > 0, _by_pounds(areas, grants, hope, shape, rules, seed, draws), 0.0)
    cold = sure > rules.cold_probability
    table = areas.select("area_code").with_columns(
        expected_grants=pl.Series(hope),
        grants_ratio=pl.Series((shape + grants) / (shape + hope)),
        cold_spot_probability=pl.Series(sure),
        cold_spot_probability_gbp=pl.Series(pounds),
        cold_spot=pl.Series(cold),
    )
    said = [
        _sentence(name, got, due, p, rules.cold_share) if flag else ""
        for name, got, due, p, flag in zip(_named(areas), grants, hope, sure, cold, strict=True)
    ]
    table = table.with_columns(cold_spot_sentence=pl.Series(said, dtype=pl.String))
    flagged = tuple(areas["area_code"].filter(pl.Series(cold)).to_list())
    text = (
        f"{count(len(flagged), 'area')} of {areas.height:,} received clearly fewer grants than half of what places of "
        f"like need in their region received (probability above {rules.cold_probability:g})."
    )
    return table, [Note(text, areas=flagged)]


def _named(areas: pl.DataFrame) -> list[str]:
    if "area_name" in areas.columns:
        return areas.select(pl.coalesce("area_name", "area_code")).to_series().to_list()
    return areas["area_code"].to_list()


def _sentence(name: str, got: float, due: float, sure: float, share: float) -> str:
    had = f"{got:.0f}" if abs(got - round(got)) < 0.05 else f"{got:.1f}"
    half = "half" if share == 0.5 else f"{share:.0%}"
    noun = "grant" if had == "1" else "grants"
    return (
        f"{name} received {had} {noun} where about {due:.0f} would be expected of a place with its need, region and "
        f"size; that its true rate is below {half} of that is {in_100(float(sure))} likely."
    )


def _by_pounds(
    areas: pl.DataFrame, grants: FloatArray, hope: FloatArray, shape: float, rules: Rules, seed: int, draws: int
) -> FloatArray:
    """Return the probability that pounds are below the share of what is expected: number times size of grants."""
    n = np.maximum(grants, 0.0)
    total = n.sum()
    if total <= 0:
        return np.zeros(len(n))
    logs, squares = areas["logs"].fill_null(0.0).to_numpy(), areas["squares"].fill_null(0.0).to_numpy()
    middle = logs.sum() / total
    has = n > 0
    mean = np.divide(logs, n, out=np.full(len(n), middle), where=has)
    within = max(float((squares.sum() - (n * mean**2).sum()) / total), 1e-9)
    between = max(float((n * (mean - middle) ** 2).sum() / total - within * has.sum() / total), 0.0)
    pull = between / (between + within / np.maximum(n, 1e-9)) if between > 0 else np.zeros(len(n))
    centre = pull * (mean - middle)
    width = np.sqrt(np.maximum(between * (1 - pull), 0.0))
    rng = np.random.default_rng(seed)
    below = np.zeros(len(n))
    # Draw by draw in the order of codes: the same seed gives the same whatever the order of rows.
    order = np.argsort(areas["area_code"].to_numpy())
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    for _ in range(draws):
        rate = (rng.standard_gamma((shape + n)[order]) / (shape + hope)[order])[back]
        size = rng.standard_normal(len(n))[back] * width + centre
        below += rate * np.exp(size) < rules.cold_share
    return below / draws
