"""Compare left-behind places with other deprived places and with England, over all indicators at once.

Each comparison is a difference of means with an interval and a test that know that neighbours are alike: two
neighbourhoods of one authority share its shops, schools and luck, and are not two independent witnesses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from homeground.errors import BadSpecification
from homeground.provenance import Note, Source
from homeground.stats import FloatArray, random_streams
from homeground.tables import listed, numbers
from homeground.understand.comparing.clusters import gather, holm, step_up
from homeground.understand.comparing.columns import Measure, figures_of, lay_out
from homeground.understand.comparing.near import Neighbours
from homeground.understand.comparing.rows import (
    COHORT_COLUMNS,
    COLUMNS,
    LIKENESS_COLUMNS,
    alike,
    cohort_means,
    differences,
    refusal,
    told,
    with_verdicts,
)

__all__ = ["Comparison", "Correction", "Measure", "compare"]

Correction = Literal["holm", "bh", "none"]
_FEW = 10  # effective clusters below which a cluster-robust error is not to be trusted by itself
_CORRECTIONS = {
    "holm": "Holm: the chance that any difference is called clear and is none is at most {0:g} in 100",
    "bh": "Benjamini and Hochberg: of the differences called clear, {0:g} in 100 are expected to be none",
    "none": "no correction for the number of comparisons: {0:g} in 100 of them are expected to look clear by chance",
}

_CORRECT: dict[str, Callable[[FloatArray], FloatArray]] = {"holm": holm, "bh": step_up, "none": np.copy}


@dataclass(frozen=True)
class Comparison:
    """Left-behind places beside others, indicator by indicator.

    Attributes
    ----------
    table : polars.DataFrame
        One row per indicator and comparison: ``indicator, title, theme, unit, higher_is, comparison`` (with whom),
        ``left_behind, other`` (means), ``difference`` (first less second), ``low, high`` (interval), ``standard_error``
        (CR2), ``df`` (Satterthwaite), ``p_value``, ``p_adjusted`` (corrected for the number of comparisons),
        ``p_bootstrap`` (wild cluster bootstrap), ``standard_error_cr1``, ``standard_error_naive`` and ``p_naive`` (as
        if areas were independent), ``inflation`` (robust over naive standard error), ``verdict`` ('clear difference',
        'cannot tell', 'not compared', 'no figures'), ``way`` ('worse', 'better', 'higher', 'lower'), ``reason`` (why
        it was not compared), ``sentence``.
    cohorts : polars.DataFrame
        One row per indicator and cohort (England last): ``indicator, cohort, mean, low, high, median`` (unweighted),
        ``areas`` (with a figure), ``missing, suppressed`` (areas), ``weight`` (their total), ``clusters`` and
        ``effective_clusters`` (1 over the sum of squared shares of weight).
    likeness : polars.DataFrame
        One row per indicator: ``indicator, similarity`` (intraclass correlation of residuals in clusters), ``moran_i,
        moran_z`` (of residuals over the 8 nearest areas; null without coordinates).
    label : str
        What left-behind places are called.
    cluster : str
        What areas are grouped by.
    clusters : int
    level : float
        Of the intervals; a difference is clear when its corrected p-value is below 1 less this.
    correction : str
    tests : int
        How many comparisons the correction is for.
    draws, seed : int
        Of the bootstrap.
    notes : tuple of Note
    sources : tuple of Source
    """

    table: pl.DataFrame
    cohorts: pl.DataFrame
    likeness: pl.DataFrame
    label: str
    cluster: str
    clusters: int
    level: float
    correction: Correction
    tests: int
    draws: int
    seed: int
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()


def compare(
    table: pl.DataFrame,
    measures: Sequence[Measure],
    *,
    cluster: str = "cluster",
    label: str = "left behind",
    other: str = "other deprived",
    rest: str = "rest of England",
    whole: str = "England",
    level: float = 0.95,
    correction: Correction = "holm",
    draws: int = 999,
    seed: int = 0,
    sources: Sequence[Source] = (),
) -> Comparison:
    """Return how left-behind places differ from others, with intervals that know that neighbours are alike.

    Parameters
    ----------
    table : polars.DataFrame
        One row per area: ``area_code``, ``cohort`` (`label`, `other`, `rest`, or 'not placed'; null is not placed),
        the column named in `cluster`, and the columns of the measures; where known ``population``, and ``x`` and ``y``
        (metres), which add Moran's I.
    measures : sequence of Measure
        The indicators, each with its columns.
    cluster : str
        Column of the code of the larger area that neighbours share: the authority, or the MSOA.
    label, other, rest, whole : str
        What the cohorts, and all areas together, are called.
    level : float
        How sure the intervals are to be (0 to 1).
    correction : {'holm', 'bh', 'none'}
        For the number of comparisons.
    draws : int
        Of the wild cluster bootstrap; 0 leaves it out.
    seed : int
    sources : sequence of Source
        Carried into the result.

    Returns
    -------
    Comparison
        Three comparisons for each indicator: with other deprived areas, with the rest, and with all areas (left-behind
        ones among them). A difference is clear if its corrected p-value is below ``1 - level`` and the bootstrap does
        not say otherwise.

    Raises
    ------
    MissingColumns, DuplicateAreas, BadValue, BadTable
        If the table is not what it should be; the message names row and column.
    BadSpecification
        If an option makes no sense, or two indicators share a name.

    Examples
    --------
    >>> table = pl.DataFrame({
    ...     "area_code": [f"a{i}" for i in range(12)],
    ...     "cohort": ["left behind", "other deprived", "rest of England"] * 4,
    ...     "cluster": ["A"] * 3 + ["B"] * 3 + ["C"] * 3 + ["D"] * 3,
    ...     "poor": [31.0, 20, 10, 33, 21, 8, 32, 22, 9, 30, 19, 11],
    ... })
    >>> found = compare(table, [Measure("poor", "Poor children", unit="%", higher_is="worse")], seed=1)
    >>> row = found.table.row(0, named=True)
    >>> row["comparison"], row["difference"], round(row["standard_error"], 3), round(row["df"], 2)
    ('other deprived', 11.0, 0.408, 3.0)
    """
    _check(measures, level, correction, draws)
    laid = lay_out(table, names=(label, other, rest), cluster=cluster)
    signs = _signs(len(laid.cluster_codes), draws, seed)
    spots = _spots(table)
    rows: list[dict[str, Any]] = []
    cohorts: list[dict[str, Any]] = []
    likeness: list[dict[str, Any]] = []
    notes: list[Note] = []
    graphs: dict[bytes, Neighbours] = {}
    for measure in measures:
        values, weights, weighed = figures_of(table, measure, laid)
        notes += told(table, measure, values, weights)
        cells = gather(values, weights, laid.groups, laid.clusters, n_groups=4, n_clusters=len(laid.cluster_codes))
        why = refusal(values, laid, cells, cluster)
        rows += differences(measure, laid, cells, why, level=level, signs=signs, whole=whole)
        cohorts += cohort_means(table, measure, laid, cells, values, weighed, level=level, whole=whole)
        likeness.append(alike(measure.name, laid, cells, spots, graphs))
    raw = np.array([row.get("p_value", np.nan) for row in rows], dtype=np.float64)
    raised, tests = _CORRECT[correction](raw), int(np.isfinite(raw).sum())
    words = (label, cluster, correction)
    closing = _method_notes(pl.DataFrame(cohorts), words, level, tests, spots=spots is not None)
    return Comparison(
        table=pl.DataFrame(with_verdicts(rows, raised, level), schema=COLUMNS),
        cohorts=pl.DataFrame(cohorts, schema=COHORT_COLUMNS),
        likeness=pl.DataFrame(likeness, schema=LIKENESS_COLUMNS),
        label=label,
        cluster=cluster,
        clusters=len(laid.cluster_codes),
        level=level,
        correction=correction,
        tests=tests,
        draws=draws,
        seed=seed,
        notes=(*notes, *closing),
        sources=tuple(dict.fromkeys(sources)),
    )


def _check(measures: Sequence[Measure], level: float, correction: str, draws: int) -> None:
    if not measures:
        raise BadSpecification("there is no indicator to compare", remedy="Name at least one.")
    names = [measure.name for measure in measures]
    again = sorted({name for name in names if names.count(name) > 1})
    if again:
        raise BadSpecification(f"two indicators are called {listed(again)}", remedy="Give each its own name.")
    if not 0.5 <= level < 1:
        raise BadSpecification(f"an interval of level {level:g} makes no sense", remedy="Give 0.95, say.")
    if correction not in _CORRECTIONS:
        raise BadSpecification(f"the correction '{correction}' is unknown", remedy="Use holm, bh or none.")
    if draws < 0 or 0 < draws < 99:
        raise BadSpecification(f"{draws} draws are too few", remedy="Draw at least 99 times, or 0 to leave it out.")


def _signs(clusters: int, draws: int, seed: int) -> FloatArray | None:
    """Return the draws of the wild bootstrap: a sign for each cluster, or six values where there are few clusters."""
    if not draws:
        return None
    rng = np.random.default_rng(random_streams(seed, 1)[0])
    if clusters >= 2 * _FEW:
        return np.asarray(rng.choice(np.array([-1.0, 1.0]), size=(draws, clusters)), dtype=np.float64)
    six = np.sqrt(np.array([0.5, 1.0, 1.5]))  # Webb's six points: with few clusters signs alone repeat themselves
    return np.asarray(rng.choice(np.r_[-six, six], size=(draws, clusters)), dtype=np.float64)


def _spots(table: pl.DataFrame) -> tuple[FloatArray, FloatArray] | None:
    if not {"x", "y"} <= set(table.columns):
        return None
    return numbers(table, "x"), numbers(table, "y")


def _method_notes(
    cohorts: pl.DataFrame, words: tuple[str, str, Correction], level: float, tests: int, *, spots: bool
) -> Iterator[Note]:
    label, cluster, correction = words
    share = 100 * (1 - level)
    yield Note(
        f"Intervals and tests are cluster-robust by {cluster} (CR2, Satterthwaite). {tests:,} comparisons were made; "
        f"{_CORRECTIONS[correction].format(share)}.",
        kind="assumed",
    )
    few = cohorts.filter((pl.col("cohort") == label) & (pl.col("effective_clusters") < _FEW))
    if few.height:
        least = float(few["effective_clusters"].min())  # type: ignore[arg-type]
        yield Note(
            f"The {label} areas of {few.height:,} of {cohorts['indicator'].n_unique():,} indicators lie in few "
            f"clusters (as good as {least:.1f} of equal size): read their intervals with care, and the "
            "bootstrap beside them.",
            kind="assumed",
        )
    if not spots:
        yield Note("Moran's I is not given: the table has no coordinates (x, y).")
