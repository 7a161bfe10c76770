"""Whether left-behind places drifted down against places that started at the same percentile.

Ranks say nothing of whether life got worse, only of who stands where; and places at the bottom can move only up. So
left-behind places are held against others that started just as low. What is left is drift.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from homeground.errors import BadSpecification
from homeground.provenance import Note, Source
from homeground.understand.comparing.columns import lay_out
from homeground.understand.comparing.drifting import Ends, FollowedAreas, domain_rows, judged, path_of
from homeground.understand.comparing.panel import Followed, follow, percentiles

__all__ = ["Drift", "drift"]


@dataclass(frozen=True)
class Drift:
    """How left-behind places moved against others that started at the same percentile.

    Percentiles are national: 0 is the most deprived area, 100 the least, so a negative difference is worse.

    Attributes
    ----------
    table : polars.DataFrame
        One row per ``domain`` (and ``title``), ``against`` (whom: 'other places' or the other deprived ones), ``where``
        ('everywhere', 'outside …') and ``matching`` ('bins' or 'local lines'): ``left_behind, others, unmatched``
        (areas), ``difference`` (percentile points), ``low, high``, ``standard_error`` (clustered, CR1), ``df`` (how
        many clusters of equal size the left-behind areas are as good as, less one), ``standard_error_naive`` (areas as
        if independent), ``inflation`` (one over the other), ``p_value``, ``p_adjusted`` (Holm over the domains of a
        kind), ``like_for_like``, ``reason`` (why not), ``verdict``, ``sentence``.
    path : polars.DataFrame
        The overall index over the editions: ``edition, cohort, mean`` (percentile), ``low, high``, ``areas``. One
        cohort is 'others in the worst tenth in <first edition>'.
    first, last : str
        The two editions of the drift.
    editions : tuple of str
        Those in which every area that counts has a figure.
    areas, lost : int
        How many areas of the list could be followed, and how many not.
    left_behind, left_behind_lost : int
        The same of left-behind areas.
    level : float
    notes : tuple of Note
    sources : tuple of Source
    """

    table: pl.DataFrame
    path: pl.DataFrame
    first: str
    last: str
    editions: tuple[str, ...]
    areas: int
    lost: int
    left_behind: int
    left_behind_lost: int
    level: float
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def headline(self) -> dict[str, Any]:
        """The overall index, against all other places, everywhere, by bins: the first row of `table`."""
        return self.table.row(0, named=True)


def drift(
    panel: pl.DataFrame,
    areas: pl.DataFrame,
    *,
    first: str = "2019",
    last: str = "2025",
    domain: str = "imd",
    editions: Sequence[str] | None = None,
    lookups: Mapping[str, pl.DataFrame] | None = None,
    cluster: str = "cluster",
    label: str = "left behind",
    other: str = "other deprived",
    rest: str = "rest of England",
    width: float = 0.5,
    reach: float = 1.0,
    leave_out: Mapping[str, Sequence[str]] | None = None,
    redefined: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
    chosen_with: str = "",
    level: float = 0.95,
    sources: Sequence[Source] = (),
) -> Drift:
    """Return how left-behind places moved against others that started at the same percentile.

    Parameters
    ----------
    panel : polars.DataFrame
        ``edition, vintage`` (boundary year), ``area_code, domain, rank`` (1 is the most deprived), every area of the
        country, so that the number of rows is what the ranks are of.
    areas : polars.DataFrame
        The list: ``area_code, cohort`` and the column named in `cluster`.
    first, last : str
        The editions between which to look.
    domain : str
        The overall index in the panel. The other domains with both editions are told too.
    editions : sequence of str, optional
        An area counts if it has a figure in all of these; all of the panel when left out.
    lookups : mapping of str to polars.DataFrame, optional
        Boundary year to ``from_code, to_code``: carries areas whose code changed. Without it they are left out.
    cluster, label, other, rest : str
        As for `homeground.understand.compare.compare`.
    width, reach : float
        Width of the bins, and how far the local lines reach, in percentile points.
    leave_out : mapping of str to sequence of str, optional
        A region to leave out, to see whether it drives the result: its name, and its cluster codes.
    redefined : mapping of str to str, optional
        Domains that measure something else now, and why. Their figures are shown, but never called a change.
    titles : mapping of str to str, optional
        Names of the domains for people.
    chosen_with : str
        The edition that the list was chosen with. If that is the last one, places are on the list because of how they
        came out, and the result says so.
    level : float
        How sure the intervals are to be.
    sources : sequence of Source
        Carried into the result.

    Returns
    -------
    Drift

    Raises
    ------
    BadSpecification
        If the panel lacks a domain or edition, or an option makes no sense.
    MissingColumns, DuplicateAreas, BadValue, BadTable
        If a table is not what it should be.

    Examples
    --------
    >>> codes = [f"a{i}" for i in range(8)]
    >>> panel = pl.DataFrame({
    ...     "edition": ["2019"] * 8 + ["2025"] * 8,
    ...     "vintage": ["2021"] * 16,
    ...     "area_code": codes * 2,
    ...     "domain": ["imd"] * 16,
    ...     "rank": [1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 2, 4, 5, 7, 6, 8],
    ... })
    >>> areas = pl.DataFrame({
    ...     "area_code": codes,
    ...     "cohort": ["left behind", "other deprived", "left behind", "other deprived", *["rest of England"] * 4],
    ...     "cluster": list("ABBAABBA"),
    ... })
    >>> found = drift(panel, areas, width=50.0)
    >>> round(found.headline["difference"], 2), found.headline["left_behind"]
    (-28.57, 2)
    """
    if not (width > 0 and reach > 0):
        raise BadSpecification("bins and reach must be wider than nought", remedy="Give 0.5 and 1, say.")
    made = percentiles(panel)
    followed = follow(
        made, areas["area_code"], domain=domain, editions=_with(editions, first, last), lookups=lookups or {}
    )
    missing = [edition for edition in (first, last) if edition not in followed.editions]
    if missing:
        raise BadSpecification(
            f"the panel has no edition {missing[0]}", remedy=f"It has: {', '.join(followed.editions)}."
        )
    before = lay_out(areas, names=(label, other, rest), cluster=cluster)
    kept = areas.filter(pl.col("area_code").is_in(followed.table["area_code"].unique().to_list()))
    laid = lay_out(kept, names=(label, other, rest), cluster=cluster)
    among = FollowedAreas(kept["area_code"], laid.groups, laid.clusters, laid.cluster_codes, laid.names)
    ends = Ends(first, last, width, reach, level)
    domains = [domain, *sorted(set(followed.table["domain"].unique().to_list()) - {domain})]
    rows = [row for name in domains for row in domain_rows(name, followed, among, ends, leave_out or {})]
    afterwards = chosen_with if chosen_with and chosen_with >= last else ""
    why = f"the list was chosen with the edition of {afterwards}, so it holds who fell by then" if afterwards else ""
    ranked = int(made.filter((pl.col("domain") == domain) & (pl.col("edition") == first))["ranked"][0])
    ours = (int((laid.groups == 0).sum()), int((before.groups == 0).sum()))
    notes = [*_notes(followed, ours, ends, carried=bool(lookups), afterwards=afterwards, words=(cluster, label))]
    if lookups:
        notes.append(_carried(followed, among))
    return Drift(
        table=judged(rows, label=label, ends=ends, redefined=redefined or {}, titles=titles or {}, chosen=why),
        path=path_of(followed, among, domain=domain, ranked=ranked, ends=ends),
        first=first,
        last=last,
        editions=followed.editions,
        areas=followed.areas,
        lost=followed.lost,
        left_behind=ours[0],
        left_behind_lost=ours[1] - ours[0],
        level=level,
        notes=tuple(notes),
        sources=tuple(dict.fromkeys(sources)),
    )


def _with(editions: Sequence[str] | None, first: str, last: str) -> list[str] | None:
    return None if editions is None else sorted({*map(str, editions), first, last})


def _carried(followed: Followed, among: FollowedAreas) -> Note:
    """Return how many areas were carried, and why that matters: parts of split areas move up from the bottom."""
    moved = ~np.isin(among.codes.to_numpy().astype(str), np.array(followed.unchanged, dtype=str))
    counts = [(int((moved & (among.groups == g)).sum()), int((among.groups == g).sum())) for g in (0, 1)]
    (ours, all_ours), (others, all_others) = counts
    return Note(
        f"{ours:,} of {all_ours:,} {among.names[0]} and {others:,} of {all_others:,} {among.names[1]} areas were "
        "carried. A part of a split area starts where the whole stood, and from the bottom most ways lead up, so that "
        "unequal shares of such parts make a difference of their own. Without lookups there are none.",
        kind="estimated",
    )


def _notes(
    followed: Followed,
    ours: tuple[int, int],
    ends: Ends,
    *,
    carried: bool,
    afterwards: str,
    words: tuple[str, str],
) -> Iterator[Note]:
    cluster, label = words
    how = (
        "areas whose code changed were carried by the lookups (a part of a split area has its percentile, a merged "
        "area the mean of its parts)"
        if carried
        else "areas whose code changed are left out"
    )
    yield Note(
        f"{followed.areas:,} of {followed.areas + followed.lost:,} areas, {ours[0]:,} of {ours[1]:,} {label} ones, "
        f"could be followed through {len(followed.editions)} editions ({', '.join(followed.editions)}); {how}.",
        kind="excluded",
    )
    if afterwards:
        yield Note(
            f"The list was itself chosen with the edition of {afterwards}: places that fell by then are on it because "
            "they fell, and places that rose are off it because they rose. So the difference from other places is "
            "partly made by the choice and is no evidence of drift. Take a list that was chosen with the edition of "
            f"{ends.first}.",
            kind="assumed",
        )
    yield Note(
        f"Percentile = 100 (rank - 1) / (n - 1), 0 is the most deprived. Matched on the percentile of {ends.first}, of "
        f"each domain by itself: in bins {ends.width:g} points wide, and by straight lines through all others within "
        f"{ends.reach:g} points. Standard errors are clustered by {cluster}.",
        kind="assumed",
    )
