"""From a list of places and the panel of published ranks to the drift of left-behind places."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from homeground.cohort_file import CohortFile
from homeground.errors import BadSpecification
from homeground.journey.cohort import build_cohort
from homeground.journey.compare import ClusterBy, grouped
from homeground.provenance import Source
from homeground.sources import presets
from homeground.sources.folder import Scan, open_dataset, scan
from homeground.understand.drift import Drift, drift

__all__ = ["drift_of"]

_PANEL = "iod-panel"
_OLDER, _OLD = "lookup-lsoa01-lsoa11", "lookup-lsoa11-lsoa21"
_SERIES = {"living_environment": "iod-living"}  # the other domains are called alike in the panel and the catalogue


def drift_of(
    preset: CohortFile | str | Path,
    *,
    data: Path,
    first: str = "2019",
    last: str = "2025",
    carry: bool = False,
    cluster: ClusterBy = "authority",
    level: float = 0.95,
) -> Drift:
    """Return how the left-behind places of a list moved against others that started at the same percentile.

    Parameters
    ----------
    preset : CohortFile, str or Path
        A list of LSOAs of 2021.
    data : Path
        Folder with the data sets of the list and ``iod-panel``.
    first, last : str
        Editions of the panel.
    carry : bool
        Whether to carry areas whose code changed through the official lookups; they are left out otherwise.
    cluster, level
        As for `homeground.understand.drift.drift`.

    Returns
    -------
    Drift
        Also without London, whose places rose more than others.

    Raises
    ------
    BadSpecification
        If the list is not of LSOAs of 2021, or the panel lacks an edition.
    MissingDataset, BadTable
        As for the list.
    """
    made = preset if isinstance(preset, CohortFile) else presets.load(preset)
    found = build_cohort(preset, data=data)
    if (found.kind, found.boundary_year) != ("lsoa", 2021):
        raise BadSpecification(
            f"the list is of {found.kind} areas of {found.boundary_year}, and the panel ends in LSOAs of 2021",
            remedy="Take a list of LSOAs of 2021, left-behind-lsoas-2023 say.",
        )
    folder = scan(data)
    areas, sources = grouped(found, folder, cluster)
    opened = open_dataset(folder, _PANEL)
    panel = opened.table.rename({"lsoa_vintage": "vintage", "lsoa_code": "area_code"})
    lookups, more = _lookups(folder) if carry else ({}, [])
    inside = {code for code in areas["authority"].drop_nulls().unique().to_list() if code.startswith("E09")}
    london = areas.filter(pl.col("authority").is_in(sorted(inside)))[cluster].unique().drop_nulls().sort().to_list()
    titles, redefined = _told_by_catalogue(folder, panel["domain"].unique().to_list(), first, last)
    result = drift(
        panel,
        areas,
        first=first,
        last=last,
        lookups=lookups,
        cluster=cluster,
        label=found.label,
        rest=found.rest,
        leave_out={"London": london},
        redefined=redefined,
        titles=titles,
        chosen_with=_edition(made, folder),
        level=level,
        sources=(*found.sources, *sources, opened.source, *more),
    )
    return replace(result, notes=tuple(dict.fromkeys([*found.notes, *opened.notes, *result.notes])))


def _told_by_catalogue(
    folder: Scan, domains: list[str], first: str, last: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the domains are called, and which of them must not be compared between the editions, and why."""
    titles: dict[str, str] = {}
    redefined: dict[str, str] = {}
    domain_of = {_SERIES.get(domain, f"iod-{domain}"): domain for domain in domains}
    for indicator in (one for known in folder.catalogue.values() for one in known.indicators):
        if indicator.series in domain_of and indicator.edition == last:
            domain = domain_of[indicator.series]
            titles[domain] = indicator.title
            for told in indicator.breaks:
                if told.edition == first:
                    redefined[domain] = told.because
    return titles, redefined


def _edition(made: CohortFile, folder: Scan) -> str:
    """Return the edition of the deprivation that a list was chosen with, '' where the catalogue does not say."""
    known = folder.catalogue.get(made.deprivation.dataset or "")
    return str(known.edition) if known and known.edition else ""


def _lookups(folder: Scan) -> tuple[dict[str, pl.DataFrame], list[Source]]:
    """Return the ways from LSOAs of 2001 and of 2011 to those of 2021."""
    old = open_dataset(folder, _OLD, columns=["LSOA11CD", "LSOA21CD"])
    older = open_dataset(folder, _OLDER, columns=["lsoa01_code", "lsoa11_code"])
    second = old.table.select(from_code="LSOA11CD", to_code="LSOA21CD")
    first = older.table.select(from_code="lsoa01_code", via="lsoa11_code")
    both = first.join(second, left_on="via", right_on="from_code").select("from_code", "to_code").unique()
    return {"2001": both, "2011": second}, [older.source, old.source]
