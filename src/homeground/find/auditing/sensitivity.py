"""Which choice moves the ranks: Sobol indices, and the band of ranks that each area can have.

The index is made again many times with all its choices varied at once, in the design of Saltelli: two independent
samples A and B, and for each source of variation a copy of A with that source taken from B. SciPy estimates the
indices.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground import stats
from homeground.errors import BadSpecification
from homeground.find.auditing.variation import Choice, Remaker
from homeground.stats import FloatArray

__all__ = ["Sensitivity", "Varied", "power_of_two", "sensitivity", "varied", "worst_tenth"]

_LARGEST_RANK_TABLE = 900_000_000  # bytes: a national audit stays below 1.5 GB
_RESAMPLES = 999
_AT_ONCE = 12_000_000  # memberships that are unpacked together, as numbers of eight bytes
_UNSURE = (0.05, 0.95)  # an area in the worst tenth in fewer or more re-runs than this has no choice to blame


@dataclass(frozen=True)
class Varied:
    """One source of variation.

    Attributes
    ----------
    name : str
        ``weights``, ``normalisation``, ``combine`` or ``left_out``.
    title : str
    says : str
        What is varied and how likely each choice is, in one sentence.
    """

    name: str
    title: str
    says: str


@dataclass(frozen=True)
class Sensitivity:
    """What varying the choices does.

    Attributes
    ----------
    sources : tuple of Varied
    samples, runs : int
        Size of the base sample (a power of two), and how often the index was made again.
    indices : polars.DataFrame
        One row per outcome and source: ``outcome`` (``mean_rank_shift``, ``worst_tenth_turnover``,
        ``worst_tenth_membership``), ``source``, ``first_order`` (share of the variance that the source explains alone),
        ``first_low``, ``first_high``, ``total`` (with its interactions), ``total_low``, ``total_high`` (95 % bootstrap
        intervals; null for membership), ``first_half``, ``total_half`` (from half of the sample).
    areas : polars.DataFrame
        Areas in the worst tenth in 5 to 95 % of re-runs: ``area_code, rank, share_in_worst_tenth, chief_source``, and
        for each source ``<source>_first`` and ``<source>_total``.
    bands : polars.DataFrame
        One row per scored area: ``area_code, rank, median_rank, low_rank, high_rank`` (5th and 95th percentile),
        ``width`` (places), ``share_in_worst_tenth`` (0 to 1).
    mean_rank_shift : tuple of float
        Mean, 5th and 95th percentile over re-runs, in places.
    turnover : tuple of float
        The same for the share of the worst tenth that changes.
    """

    sources: tuple[Varied, ...]
    samples: int
    runs: int
    indices: pl.DataFrame
    areas: pl.DataFrame
    bands: pl.DataFrame
    mean_rank_shift: tuple[float, float, float]
    turnover: tuple[float, float, float]


def varied(remaker: Remaker, *, weight_change: float = 0.25) -> tuple[Varied, ...]:
    """Return the sources of variation that this method allows, each with what is done."""
    found = []
    if any(len(_siblings(remaker, node)) > 1 for node, _ in remaker.slots):
        says = f"Every weight is moved up or down by up to {weight_change:.0%}, each on its own."
        found.append(Varied("weights", "Weights", says))
    if remaker.normalisations:
        own = sorted({remaker.method.parts[p].transform for n, p in remaker.slots if n in remaker.families})
        says = (
            f"As in the method ({' and '.join(own)}), or {_either(remaker.normalisations)}: each as often as another."
        )
        found.append(Varied("normalisation", "Normalisation", says))
    if remaker.means:
        says = (
            f"Parts of the index are combined as in the method ({remaker.method.index.combine} mean), "
            f"or by the {_either(remaker.means)} mean: each as often as another."
        )
        found.append(Varied("combine", "Way of combining", says))
    if remaker.leaves:
        says = f"Nothing in half of the re-runs; in the others one of the {len(remaker.leaves):,} columns, by lot."
        found.append(Varied("left_out", "Leaving one out", says))
    return tuple(found)


def _siblings(remaker: Remaker, node: str) -> list[str]:
    return [part for name, part in remaker.slots if name == node]


def _either(names: tuple[str, ...]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def power_of_two(samples: int) -> int:
    """Return the smallest power of two that is not below `samples` (the design needs one).

    Examples
    --------
    >>> power_of_two(500)
    512
    """
    return 1 << max(samples - 1, 0).bit_length()


def sensitivity(
    remaker: Remaker,
    *,
    samples: int = 512,
    seed: int = 0,
    weight_change: float = 0.25,
    progress: Callable[[str], None] | None = None,
) -> Sensitivity | None:
    """Return what varying weights, normalisation, combination and parts does to ranks.

    Parameters
    ----------
    remaker : Remaker
    samples : int
        Base sample; raised to a power of two. The index is made again ``samples * (sources + 2)`` times.
    seed : int
        The same seed gives the same numbers.
    weight_change : float
        Weights vary evenly between ``1 - weight_change`` and ``1 + weight_change`` times themselves.
    progress : callable, optional
        Told how far it is.

    Returns
    -------
    Sensitivity or None
        None when the method leaves no choice to vary.

    Raises
    ------
    BadSpecification
        If `samples` is below 8, or so large that the ranks would not fit in memory.

    Source
    ------
    OECD and JRC, Handbook on Constructing Composite Indicators (2008), step 7; Saltelli and others, Variance based
    sensitivity analysis of model output, Computer Physics Communications 181 (2010).
    """
    sources = varied(remaker, weight_change=weight_change)
    if not sources:
        return None
    samples = power_of_two(samples)
    n_areas = int(remaker.scored.sum())
    _check_size(samples, n_areas)
    design, pool = _design(remaker, len(sources), samples, seed, weight_change)
    outcome = _run(remaker, sources, design, pool, progress)
    _tell(progress, "estimating Sobol indices and rank bands")
    # The first two blocks, A and B, are independent samples of all choices; the others repeat parts of them.
    shift, turnover = outcome.shift[:2].ravel(), outcome.turnover[:2].ravel()
    membership, areas = _by_area(remaker, sources, outcome)
    scalar = {"mean_rank_shift": outcome.shift, "worst_tenth_turnover": outcome.turnover}
    rows = [row for name, values in scalar.items() for row in _scalar_rows(name, values, sources, seed)]
    return Sensitivity(
        sources=sources,
        samples=samples,
        runs=samples * (len(sources) + 2),
        indices=pl.DataFrame([*rows, *membership], schema=_INDEX_COLUMNS, orient="row"),
        areas=areas,
        bands=_bands(remaker, outcome),
        mean_rank_shift=_spread(shift),
        turnover=_spread(turnover),
    )


_INDEX_COLUMNS = {
    "outcome": pl.String,
    "source": pl.String,
    "first_order": pl.Float64,
    "first_low": pl.Float64,
    "first_high": pl.Float64,
    "total": pl.Float64,
    "total_low": pl.Float64,
    "total_high": pl.Float64,
    "first_half": pl.Float64,
    "total_half": pl.Float64,
}


@dataclass(frozen=True)
class _Outcome:
    """What each re-run gave: blocks A, B, then A with one source from B, times samples."""

    base: FloatArray
    top: int
    shift: FloatArray  # (blocks, samples): mean places moved
    turnover: FloatArray  # (blocks, samples): share of the worst tenth that was not in it
    worst: NDArray[np.uint8]  # (blocks, samples, areas / 8): membership of the worst tenth, packed
    ranks: NDArray[np.unsignedinteger]  # (2 * samples, areas): ranks in blocks A and B


def _check_size(samples: int, n_areas: int) -> None:
    if samples < 8:
        raise BadSpecification(f"a sample of {samples} is too small to say anything", remedy="Use 64 or more.")
    most = _LARGEST_RANK_TABLE // (2 * n_areas * (2 if n_areas < 2**16 else 4))
    if samples > most:
        raise BadSpecification(
            f"a sample of {samples:,} needs too much memory for {n_areas:,} areas",
            remedy=f"Use {1 << (most.bit_length() - 1):,} or fewer.",
        )


def _design(
    remaker: Remaker, n_sources: int, samples: int, seed: int, weight_change: float
) -> tuple[FloatArray, FloatArray]:
    from scipy.stats import qmc

    first, second = stats.random_streams(seed, 2)
    points = qmc.Sobol(2 * n_sources, rng=np.random.default_rng(first)).random(samples)
    a, b = points[:, :n_sources], points[:, n_sources:]
    swapped = np.repeat(a[None], n_sources, axis=0)
    for source in range(n_sources):
        swapped[source, :, source] = b[:, source]
    # 'Weights' is one source: its coordinate picks a set of weights out of a pool that is drawn beforehand.
    pool = np.random.default_rng(second).uniform(
        1 - weight_change, 1 + weight_change, size=(2 * samples, len(remaker.slots))
    )
    return np.concatenate([a[None], b[None], swapped]), pool


def _choice(remaker: Remaker, sources: tuple[Varied, ...], point: FloatArray, pool: FloatArray) -> Choice:
    found: dict[str, object] = {}
    for source, u in zip(sources, point, strict=True):
        if source.name == "weights":
            found["multipliers"] = pool[int(u * len(pool))]
        elif source.name == "normalisation":
            found["normalisation"] = (None, *remaker.normalisations)[int(u * (1 + len(remaker.normalisations)))]
        elif source.name == "combine":
            found["combine"] = (None, *remaker.means)[int(u * (1 + len(remaker.means)))]
        elif u >= 0.5:
            found["without"] = remaker.leaves[int((u - 0.5) * 2 * len(remaker.leaves))]
    return Choice(**found)  # type: ignore[arg-type]


def _run(
    remaker: Remaker,
    sources: tuple[Varied, ...],
    design: FloatArray,
    pool: FloatArray,
    progress: Callable[[str], None] | None,
) -> _Outcome:
    blocks, samples, _ = design.shape
    base = remaker.index.table["rank"].cast(float).to_numpy()[remaker.scored]
    n_areas, top = len(base), worst_tenth(len(base))
    was_worst = base <= top
    was = max(int(np.count_nonzero(was_worst)), 1)
    out = _Outcome(
        base=base,
        top=top,
        shift=np.empty((blocks, samples)),
        turnover=np.empty((blocks, samples)),
        worst=np.empty((blocks, samples, (n_areas + 7) // 8), dtype=np.uint8),
        ranks=np.empty((2 * samples, n_areas), dtype=np.uint16 if n_areas < 2**16 else np.uint32),
    )

    def one(run: int) -> None:
        block, row = divmod(run, samples)
        ranks = remaker.rank(_choice(remaker, sources, design[block, row], pool))
        # An area that only the part left out could score stays where it was.
        ranks = np.where(np.isnan(ranks), base, ranks)
        worst = ranks <= top
        out.shift[block, row] = np.abs(ranks - base).mean()
        out.turnover[block, row] = np.count_nonzero(was_worst & ~worst) / was
        out.worst[block, row] = np.packbits(worst)
        if block < 2:
            out.ranks[run] = np.rint(ranks)

    runs = blocks * samples
    step = max(runs // 10, 1)
    # Sorting lets go of the interpreter, so two threads do nearly twice the work; each run has its own place.
    with ThreadPoolExecutor(max_workers=2) as workers:
        for start in range(0, runs, step):
            list(workers.map(one, range(start, min(start + step, runs)), chunksize=8))
            _tell(progress, f"made the index again {min(start + step, runs):,} of {runs:,} times")
    return out


def worst_tenth(n_areas: int) -> int:
    """Return how many places the worst tenth has: a tenth, rounded down, but at least one.

    Examples
    --------
    >>> worst_tenth(32_844), worst_tenth(7)
    (3284, 1)
    """
    return max(n_areas // 10, 1)


def _tell(progress: Callable[[str], None] | None, text: str) -> None:
    if progress is not None:
        progress(text)


def _spread(values: FloatArray) -> tuple[float, float, float]:
    low, high = np.percentile(values, [5, 95])
    return float(values.mean()), float(low), float(high)


def _indices(a: FloatArray, b: FloatArray, swapped: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return first-order and total indices of shape (outcomes, sources), estimated by SciPy."""
    from scipy.stats import sobol_indices

    shape = (len(a), len(swapped))
    if shape == (1, 1):  # SciPy cannot assign to the single number it makes of this: give it the outcome twice
        first, total = _indices(np.repeat(a, 2, axis=0), np.repeat(b, 2, axis=0), np.repeat(swapped, 2, axis=1))
        return first[:1], total[:1]
    if 0 in shape:
        return np.zeros(shape), np.zeros(shape)
    found = sobol_indices(func={"f_A": a, "f_B": b, "f_AB": swapped}, n=a.shape[1])
    return np.reshape(found.first_order, shape), np.reshape(found.total_order, shape)


def _scalar_rows(
    name: str, values: FloatArray, sources: tuple[Varied, ...], seed: int
) -> list[tuple[str | float | None, ...]]:
    from scipy.stats import bootstrap

    def both(use: NDArray[np.int64]) -> FloatArray:
        taken = values[:, use]
        return np.concatenate(_indices(taken[:1], taken[1:2], taken[2:, None, :]))

    if values[:2].min() == values[:2].max():  # nothing varies: there is nothing to share out
        return [(name, source.name, *[None] * 8) for source in sources]
    samples = values.shape[1]
    best, half = both(np.arange(samples)), both(np.arange(samples // 2))
    # SobolResult.bootstrap takes no seed; this is the same resampling of whole rows, with one.
    found = bootstrap(
        [np.arange(samples)],
        both,
        vectorized=False,
        method="percentile",
        n_resamples=_RESAMPLES,
        rng=np.random.default_rng(stats.random_streams(seed, 3)[2]),
    ).confidence_interval
    low, high = np.reshape(found.low, best.shape), np.reshape(found.high, best.shape)
    return [
        (
            name,
            source.name,
            best[0, i],
            low[0, i],
            high[0, i],
            best[1, i],
            low[1, i],
            high[1, i],
            half[0, i],
            half[1, i],
        )
        for i, source in enumerate(sources)
    ]


def _by_area(
    remaker: Remaker, sources: tuple[Varied, ...], outcome: _Outcome
) -> tuple[list[tuple[str | float | None, ...]], pl.DataFrame]:
    """Return the indices of membership: for all areas together, weighted by how much each varies, and for unsure areas.

    Weighting each area's index by its variance gives the generalised index of a result with many values (Gamboa and
    others, Sensitivity analysis for multidimensional and functional outputs, 2014).
    """
    n_areas, samples = len(outcome.base), outcome.shift.shape[1]
    sums = {part: np.zeros((3, len(sources))) for part in (samples, samples // 2)}
    kept: list[FloatArray] = []
    step = max(_AT_ONCE // outcome.shift.size // 8 * 8, 8)  # whole bytes of eight areas
    for start in range(0, n_areas, step):
        stop = min(start + step, n_areas)
        packed = outcome.worst[:, :, start // 8 : (stop + 7) // 8]
        worst = np.unpackbits(packed, axis=2)[:, :, : stop - start]
        share = worst[:2].mean(axis=(0, 1))
        varies = np.flatnonzero((share > 0) & (share < 1))
        values = np.moveaxis(worst[:, :, varies], 2, 1).astype(np.float64)  # (blocks, areas, samples)
        for part in sums:
            used = values[:, :, :part]
            weight = used[:2].var(axis=(0, 2))[:, None]
            first, whole = _indices(used[0], used[1], used[2:])
            sums[part] += np.array(
                [(weight * first).sum(axis=0), (weight * whole).sum(axis=0), np.full(len(sources), weight.sum())]
            )
            if part == samples:
                unsure = (share[varies] >= _UNSURE[0]) & (share[varies] <= _UNSURE[1])
                kept.append(np.column_stack([start + varies, share[varies], first, whole])[unsure])
    best, half = sums[samples], sums[samples // 2]
    table = _area_table(remaker, sources, outcome, np.concatenate(kept))
    if not half[2].all():  # no area ever comes or goes: there is nothing to share out
        return [("worst_tenth_membership", source.name, *[None] * 8) for source in sources], table
    first, whole = best[0] / best[2], best[1] / best[2]
    first_half, whole_half = half[0] / half[2], half[1] / half[2]
    rows: list[tuple[str | float | None, ...]] = [
        (
            "worst_tenth_membership",
            source.name,
            first[i],
            None,
            None,
            whole[i],
            None,
            None,
            first_half[i],
            whole_half[i],
        )
        for i, source in enumerate(sources)
    ]
    return rows, table


def _area_table(remaker: Remaker, sources: tuple[Varied, ...], outcome: _Outcome, found: FloatArray) -> pl.DataFrame:
    place = found[:, 0].astype(np.int64)
    n = len(sources)
    chief = [sources[i].name for i in found[:, 2 + n :].argmax(axis=1)] if len(found) else []
    table = _areas(remaker)[place].with_columns(
        rank=pl.Series(outcome.base[place], dtype=pl.Float64),
        share_in_worst_tenth=pl.Series(found[:, 1]),
        chief_source=pl.Series(chief, dtype=pl.String),
    )
    for i, source in enumerate(sources):
        table = table.with_columns(
            pl.Series(f"{source.name}_first", found[:, 2 + i]), pl.Series(f"{source.name}_total", found[:, 2 + n + i])
        )
    return table.sort("rank", maintain_order=True)


def _areas(remaker: Remaker) -> pl.DataFrame:
    table = remaker.index.table
    return table.select([name for name in ("area_code", "area_name") if name in table.columns]).filter(
        pl.Series(remaker.scored)
    )


def _bands(remaker: Remaker, outcome: _Outcome) -> pl.DataFrame:
    n_areas = len(outcome.base)
    found = np.empty((3, n_areas))
    step = max(_AT_ONCE // len(outcome.ranks), 1)
    for start in range(0, n_areas, step):
        chunk = np.ascontiguousarray(outcome.ranks[:, start : start + step].T)
        found[:, start : start + step] = np.percentile(chunk, [5, 50, 95], axis=1, method="nearest")
    share = np.mean(outcome.ranks <= outcome.top, axis=0)
    return _areas(remaker).with_columns(
        rank=pl.Series(outcome.base),
        median_rank=pl.Series(found[1]),
        low_rank=pl.Series(found[0]),
        high_rank=pl.Series(found[2]),
        width=pl.Series(found[2] - found[0]),
        share_in_worst_tenth=pl.Series(share),
    )
