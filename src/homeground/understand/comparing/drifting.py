"""The figures of a drift: every domain, against two pools, with and without a region, by two ways of matching."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.stats import FloatArray, IntArray
from homeground.understand.comparing.clusters import holm
from homeground.understand.comparing.matching import Matched, by_bins, by_local_lines, clustered
from homeground.understand.comparing.panel import Followed
from homeground.understand.comparing.saying import CANNOT_TELL, CLEAR, NO_FIGURES, NOT_COMPARED, drift_sentence

__all__ = ["Ends", "FollowedAreas", "domain_rows", "judged", "path_of"]

_EVERYWHERE = "everywhere"
_OTHERS = "other places"
_BINS, _LINES = "bins", "local lines"


@dataclass(frozen=True)
class Ends:
    """Between which editions, how matched and how sure.

    Attributes
    ----------
    first, last : str
    width, reach : float
        Width of the bins and reach of the local lines, in percentile points.
    level : float
    """

    first: str
    last: str
    width: float
    reach: float
    level: float


@dataclass(frozen=True)
class FollowedAreas:
    """The areas that are followed: cohort (0 left behind, 1 other deprived), cluster, and names of both."""

    codes: pl.Series
    groups: IntArray
    clusters: IntArray
    cluster_codes: tuple[str, ...]
    names: tuple[str, str, str, str]


def domain_rows(
    domain: str, followed: Followed, among: FollowedAreas, ends: Ends, leave_out: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, Any]]:
    """Return every figure of one domain, none where it lacks one of the two editions."""
    table = followed.table.filter((pl.col("domain") == domain) & pl.col("edition").is_in([ends.first, ends.last]))
    if table["edition"].n_unique() < 2:
        return
    both = _wide(table, among)
    start, end = both[ends.first].to_numpy(), both[ends.last].to_numpy()
    known = np.isfinite(start) & np.isfinite(end)
    start = np.where(known, start, 0.0)
    for against in (_OTHERS, among.names[1]):
        pool = (among.groups != 0) if against == _OTHERS else (among.groups == 1)
        for where, inside in _regions(among, leave_out):
            ours, others = known & (among.groups == 0) & inside, known & pool & inside
            found = {
                _BINS: by_bins(start, end, ours, others, width=ends.width),
                _LINES: by_local_lines(start, end, ours, others, reach=ends.reach),
            }
            mine = np.bincount(among.clusters[ours]).astype(np.float64)
            as_good_as = float(mine.sum() ** 2 / (mine @ mine)) if mine.any() else 0.0
            for matching, matched in found.items():
                about = {"domain": domain, "against": against, "where": where, "matching": matching}
                yield {**about, **_figures(matched, among.clusters, as_good_as, ends.level)}


def _wide(table: pl.DataFrame, among: FollowedAreas) -> pl.DataFrame:
    """Return one column of percentiles for each edition, in the order of the areas."""
    wide = table.pivot(on="edition", index="area_code", values="percentile")
    return pl.DataFrame({"area_code": among.codes}).join(wide, on="area_code", how="left", maintain_order="left")


def _regions(among: FollowedAreas, leave_out: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    everywhere = np.ones(len(among.groups), dtype=bool)
    yield _EVERYWHERE, everywhere
    for name, codes in leave_out.items():
        there = np.isin(np.array(among.cluster_codes), list(codes))
        if there.any():
            yield f"outside {name}", ~there[among.clusters]


def _figures(found: Matched, clusters: IntArray, as_good_as: float, level: float) -> dict[str, Any]:
    from scipy.special import stdtr, stdtrit

    error = clustered(found.influence, clusters)
    naive = clustered(found.influence, np.arange(len(clusters)))
    df = as_good_as - 1.0  # unequal clusters: as if there were fewer
    usable = error > 0 and df >= 1
    reach = float(stdtrit(df, 0.5 + level / 2)) * error if usable else float("nan")
    return {
        "left_behind": found.areas,
        "others": found.others,
        "unmatched": found.unmatched,
        "difference": found.difference,
        "low": found.difference - reach,
        "high": found.difference + reach,
        "standard_error": error if usable else float("nan"),
        "df": df,
        "standard_error_naive": naive,
        "inflation": error / naive if naive > 0 else float("nan"),
        "p_value": float(2 * stdtr(df, -abs(found.difference) / error)) if usable else float("nan"),
    }


def judged(
    rows: list[dict[str, Any]],
    *,
    label: str,
    ends: Ends,
    redefined: Mapping[str, str],
    titles: Mapping[str, str],
    chosen: str = "",
) -> pl.DataFrame:
    """Return the rows with corrected p-values, verdicts and sentences.

    Parameters
    ----------
    redefined : mapping of str to str
        Domains that are not like for like, and why.
    chosen : str
        Why nothing at all is like for like, '' when that is not so.
    """
    families: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(rows):
        if row["domain"] not in redefined:
            families.setdefault((row["against"], row["where"], row["matching"]), []).append(place)
    raised: FloatArray = np.full(len(rows), np.nan)
    for places in families.values():
        raised[places] = holm(np.array([rows[place]["p_value"] for place in places]))
    done = []
    for row, adjusted in zip(rows, raised, strict=True):
        reason = redefined.get(row["domain"], "") or chosen
        title = titles.get(row["domain"], row["domain"])
        verdict = CLEAR if adjusted < 1 - ends.level else CANNOT_TELL
        if reason or not np.isfinite(row["difference"]):
            verdict = NOT_COMPARED if np.isfinite(row["difference"]) else NO_FIGURES
        said = _sentence(row, title, label, ends, verdict, reason)
        more = {"p_adjusted": float(adjusted), "like_for_like": not reason, "reason": reason, "verdict": verdict}
        done.append({**row, "title": title, **more, "sentence": said})
    return pl.DataFrame(done, schema=_SCHEMA)


def _sentence(row: dict[str, Any], title: str, label: str, ends: Ends, verdict: str, reason: str) -> str:
    whom = row["against"] if row["against"] == _OTHERS else f"{row['against']} places"
    name = title if row["where"] == _EVERYWHERE else f"{title}, {row['where']}"
    if verdict == NO_FIGURES:
        return f"{name}: none of the {label} places started where one of the {whom} did."
    return drift_sentence(
        domain=name,
        label=label,
        against=whom,
        first=ends.first,
        last=ends.last,
        difference=row["difference"],
        low=row["low"],
        high=row["high"],
        verdict=verdict,
        level=ends.level,
        not_like=reason,
    )


def path_of(followed: Followed, among: FollowedAreas, *, domain: str, ranked: int, ends: Ends) -> pl.DataFrame:
    """Return the mean percentile of each cohort in each edition, with clustered intervals.

    Parameters
    ----------
    ranked : int
        How many areas the first edition ranks: which were in its worst tenth.
    """
    wide = _wide(followed.table.filter(pl.col("domain") == domain), among)
    worst = wide[ends.first].to_numpy() <= 100.0 * (ranked // 10 - 1) / (ranked - 1) + 1e-9
    cohorts = [(name, among.groups == group) for group, name in enumerate(among.names)]
    cohorts.insert(1, (f"others in the worst tenth in {ends.first}", worst & (among.groups != 0)))
    rows = []
    for edition in followed.editions:
        values = wide[edition].to_numpy()
        for name, within in cohorts:
            if within.any():
                mean, reach = _mean(values, within, among.clusters, ends.level)
                row = {"edition": edition, "cohort": name, "mean": mean, "low": mean - reach, "high": mean + reach}
                rows.append({**row, "areas": int(within.sum())})
    return pl.DataFrame(rows)


def _mean(values: FloatArray, within: NDArray[np.bool_], clusters: IntArray, level: float) -> tuple[float, float]:
    """Return the mean of some areas and how far its interval reaches to each side."""
    from scipy.special import stdtrit

    mean = float(values[within].mean())
    error = clustered(np.where(within, values - mean, 0.0) / within.sum(), clusters)
    size = np.bincount(clusters[within]).astype(np.float64)
    df = float(size.sum() ** 2 / (size @ size)) - 1.0
    return mean, float(stdtrit(df, 0.5 + level / 2)) * error if df >= 1 else float("nan")


_NUMBERS = (
    "difference", "low", "high", "standard_error", "df", "standard_error_naive", "inflation", "p_value", "p_adjusted",
)  # fmt: skip
_SCHEMA: dict[str, Any] = {
    **dict.fromkeys(("domain", "title", "against", "where", "matching"), pl.String),
    **dict.fromkeys(("left_behind", "others", "unmatched"), pl.Int64),
    **dict.fromkeys(_NUMBERS, pl.Float64),
    "like_for_like": pl.Boolean,
    **dict.fromkeys(("reason", "verdict", "sentence"), pl.String),
}
