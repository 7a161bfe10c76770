"""People or homes of a place by group, from any table of counts for areas: how many of each age, in what homes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from scipy import sparse

from homeground.errors import BadSpecification, MissingDataset
from homeground.provenance import Source
from homeground.sources.folder import Scan, open_dataset
from homeground.understand.profile import Place, shares_of
from homeground.understand.profiling.figures import Figures

__all__ = ["Counted", "counted"]


@dataclass(frozen=True)
class Counted:
    """A place counted by group.

    Attributes
    ----------
    counts : dict of str to float or None
        How many there are of each group; None where the table lacks the count of an area of the place.
    source : Source
    """

    counts: dict[str, float | None]
    source: Source


def counted(
    figures: Figures, place: Place, *, where: Path | Scan, dataset: str, groups: Mapping[str, Sequence[str]]
) -> Counted:
    """Return how many people or homes of a place there are in each group.

    Parameters
    ----------
    figures : Figures
        What knows how areas lie in each other; see `homeground.journey.profile.prepare`.
    place : Place
    where : Path or Scan
        The folder with the table.
    dataset : str
        Name of the table in the catalogue; it has counts for one kind of area.
    groups : mapping of str to sequence of str
        For each group the headings whose counts add up to it.

    Returns
    -------
    Counted
        An area that the place holds only a part of gives as much of each count as it gives of its people.

    Raises
    ------
    MissingDataset
        If the folder lacks the table, or no lookup leads to its areas.
    BadSpecification
        If the table is not of areas.

    Examples
    --------
    >>> from homeground.journey.profile import prepare
    >>> from homeground.journey.places import find_place
    >>> figures = prepare(Path("downloads")).figures  # doctest: +SKIP
    >>> place = find_place(figures, "E05001644", data=Path("downloads"))  # doctest: +SKIP
    >>> own = {"owned": ["tenure: Owned: Owns outright", "tenure: Owned: Owns with a mortgage or loan"]}
    >>> counted(figures, place, where=Path("downloads"), dataset="census2021-lsoa21", groups=own)  # doctest: +SKIP
    """
    headings = list(dict.fromkeys(heading for those in groups.values() for heading in those))
    opened = open_dataset(where, dataset, columns=headings)
    known = opened.dataset
    if known is None or not known.area_column:
        raise BadSpecification(f"'{dataset}' is no table of areas", remedy="Name one with a column of area codes.")
    there = [
        n for n, kind in figures.kinds.items() if (kind, figures.years[n]) == (known.area_kind, known.boundary_year)
    ]
    if not there:
        raise MissingDataset(
            f"the folder knows no areas of the kind that '{dataset}' counts",
            remedy="Add the official lookup to those areas; see: homeground data list.",
        )
    spread = sparse.csr_array(shares_of(figures, place) @ figures.between(place.node, there[0]))
    parts = pl.DataFrame(
        {known.area_column: [figures.codes[there[0]][at] for at in spread.indices], "_share": spread.data},
        schema={known.area_column: pl.String, "_share": pl.Float64},
    )
    table = parts.join(opened.table, on=known.area_column, how="left", maintain_order="left")
    counts: dict[str, float | None] = {}
    for group, those in groups.items():
        lacks = table.select(pl.any_horizontal(pl.col(those).is_null().any())).item() if table.height else True
        whole = table.select((pl.sum_horizontal(those) * pl.col("_share")).sum()).item()
        counts[group] = None if lacks else float(whole)
    return Counted(counts, opened.source)
