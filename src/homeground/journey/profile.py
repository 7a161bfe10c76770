"""From a folder and what a person types to the profile of a place, or of every place of a list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from homeground.errors import BadSpecification
from homeground.journey.figures import PRESETS, gather
from homeground.journey.places import find_place, list_places
from homeground.provenance import Note
from homeground.sources.indicator_blocks import THEMES
from homeground.sources.writers import write_table
from homeground.understand.profile import Profile, place_of, profile, standings
from homeground.understand.profiling.figures import Figures
from homeground.understand.profiling.standing import Standings

__all__ = ["MEANINGS", "PRESETS", "THEMES", "Desk", "prepare", "profiles_of", "table_of", "write_table_of"]


class Desk:
    """Figures made ready once, so that the profile of one more place takes little.

    Parameters
    ----------
    figures : Figures
    data : Path
        The folder they came from.
    """

    def __init__(self, figures: Figures, data: Path) -> None:
        self.figures = figures
        self.data = data
        self._standings: dict[str, Standings] = {}

    def profile(
        self, asked: str, *, kind: str | None = None, name: str = "", themes: Sequence[str] = (), k: int = 10
    ) -> Profile:
        """Return the profile of what a person typed; see `homeground.journey.places.find_place`."""
        place = find_place(self.figures, asked, data=self.data, kind=kind, name=name)
        node = place.node if place.code else self.figures.spine
        return profile(self.figures, place, among=self.standings_of(node), themes=_themes(themes), k=k)

    def each(self, node: str, codes: Sequence[str], *, themes: Sequence[str] = ()) -> Iterator[Profile]:
        """Yield the profile of every area of `codes`."""
        among, chosen = self.standings_of(node), _themes(themes)
        for code in codes:
            yield profile(self.figures, place_of(self.figures, node, {code: 1.0}), among=among, themes=chosen)

    def standings_of(self, node: str) -> Standings:
        """Return every figure of every area of a kind, and the groups they are set beside."""
        if node not in self._standings:
            cohort, base = self.groups_of(node)
            self._standings[node] = standings(self.figures, node, cohort=cohort, base=base)
        return self._standings[node]

    def node_with(self, codes: Collection[str]) -> str:
        """Return the kind of area that most of these codes are of."""
        mine, there = set(codes), self.figures.codes
        return max(there, key=lambda node: (len(mine.intersection(there[node])), node))

    def larger_of(self, node: str, fine: str) -> list[str | None]:
        """Return for each area of `fine`, in their order, the area of `node` that holds most of its people."""
        shares = self.figures.between(node, fine).tocsc()
        largest = np.asarray(shares.argmax(axis=0)).ravel()
        some = np.diff(shares.indptr) > 0
        codes = self.figures.codes[node]
        return [codes[at] if there else None for at, there in zip(largest, some, strict=True)]

    def groups_of(self, node: str) -> tuple[pl.DataFrame | None, str | None]:
        """Return the list that a place is set beside, and the kind of its areas: its own, else the finest there is."""
        cohorts = self.figures.cohorts
        if node in cohorts:
            return cohorts[node], node
        if not cohorts:
            return None, None
        finest = max(cohorts, key=lambda name: len(self.figures.codes[name]))
        return cohorts[finest], finest


def _themes(themes: Sequence[str]) -> tuple[str, ...]:
    unknown = [theme for theme in themes if theme not in THEMES]
    if unknown:
        raise BadSpecification(f"there is no theme '{unknown[0]}'", remedy=f"There are: {', '.join(THEMES)}.")
    return tuple(themes)


def prepare(
    data: Path,
    *,
    presets: Sequence[str] = PRESETS,
    cohort: Path | None = None,
    cached: bool = True,
    progress: Callable[[str], None] | None = None,
) -> Desk:
    """Return the figures of a folder, ready for profiles; see `homeground.journey.figures.gather`."""
    return Desk(gather(data, presets=presets, cohort=cohort, cached=cached, progress=progress), Path(data))


def profiles_of(desk: Desk, each: str) -> tuple[str, list[str]]:
    """Return the kind of area and the codes that ``--each`` means: a list of places, or a file of areas.

    Raises
    ------
    BadSpecification
        If it is neither a file nor one of the kinds that a list was made for.
    """
    if Path(each).is_file():
        place = find_place(desk.figures, each, data=desk.data)
        return place.node, place.parts["area_code"].to_list()
    if each in desk.figures.cohorts:
        return each, list_places(desk.figures, each)
    there = ", ".join(f"{node} ({title})" for node, title in desk.figures.cohort_titles.items()) or "none"
    raise BadSpecification(
        f"'{each}' is neither a file nor a kind of area with a list of places", remedy=f"Lists there are: {there}."
    )


MEANINGS = {
    "indicator": "name of the indicator",
    "title": "what it is",
    "theme": "theme of life",
    "unit": "unit of value, low and high",
    "value": "the figure; empty where there is none",
    "state": "known, missing, or suppressed (hidden to protect people); nought is a known figure",
    "low": "lower limit of 95 in 100",
    "high": "upper limit of 95 in 100",
    "interval": "how the limits came about",
    "rank": "1 is the worst; where neither way is good, the highest",
    "ranked": "how many areas are ranked",
    "percentile": "per cent of areas that do better (0 to 100)",
    "higher_is": "which way is worse",
    "level": "kind of area that the figure is of",
    "level_name": "the larger area that it is of, where it is not of the place itself",
    "sentence": "the figure in words",
    "source_id": "data set",
    "period": "what it describes",
    "licence": "licence of the data set",
    "quality": "what a careful reader should know",
    "estimated_share": "share of the figure (0 to 1) that was apportioned",
    "sure": "whether it differs from England beyond its limits",
    "kind": "share, value or rank (0 is the most need, 100 the least)",
    "change_sentence": "how it changed since an edition it may be compared with",
    "no_trend_because": "why no change is told",
}


def table_of(found: Profile) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Return the figures, one row for each indicator with the comparators beside, and what `write_table` says."""
    wide = found.beside.pivot("comparator", index="indicator", values=["value", "low", "high"])
    renamed = wide.rename({name: _heading(name) for name in wide.columns})
    table = found.table.join(renamed, on="indicator", how="left", maintain_order="left")
    meanings = MEANINGS | {
        name: f"{name.rpartition('_')[0].replace('_', ' ')} of the places it is set beside"
        for name in renamed.columns[1:]
    }
    return table, {
        "title": f"Profile of {found.place.name}",
        "sources": found.sources,
        "notes": [*found.notes, Note(f"Ranked among {found.among}.")],
        "descriptions": meanings,
    }


def write_table_of(found: Profile, out: Path) -> list[Path]:
    """Write the figures of a profile, one row for each indicator, with the comparators beside."""
    table, about = table_of(found)
    return write_table(table, out, **about)


def _heading(name: str) -> str:
    what, _, who = name.partition("_")
    return name if not who else f"{who.replace('-', '_')}_{what}"
