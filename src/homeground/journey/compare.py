"""From a list of places and a folder of data sets to the comparison of cohorts, indicator by indicator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import polars as pl

from homeground.cohort_file import CohortFile
from homeground.errors import BadSpecification, MissingDataset
from homeground.find.cohort import Cohort
from homeground.journey.cohort import build_cohort
from homeground.journey.figures import gather
from homeground.provenance import Note, Source
from homeground.sources import presets
from homeground.sources.datasets import Dataset
from homeground.sources.folder import Scan, open_dataset, scan
from homeground.tables import listed
from homeground.understand.compare import Comparison, Correction, Measure, compare
from homeground.understand.profiling.figures import Figures, Native

__all__ = ["ClusterBy", "compare_cohorts", "grouped"]

ClusterBy = Literal["authority", "msoa"]
_CHOSEN_WITH = "the list was chosen with it"
_WAYS: dict[str, Literal["worse", "better", ""]] = {"worse": "worse", "better": "better"}
_CENTRES = {("lsoa", 2021): ("centroids-lsoa21", "bng_easting", "bng_northing")}
_MSOAS = {("lsoa", 2021): ("lookup-lsoa21-msoa21", "MSOA21CD"), ("lsoa", 2011): ("lookup-lsoa11-msoa11", "msoa11_code")}


@dataclass(frozen=True)
class _Offer:
    """An indicator that the folder has, where its figures stand, and why it cannot be compared ('' when it can)."""

    measure: Measure
    native: Native
    at: int
    refusal: str = ""


def compare_cohorts(
    preset: CohortFile | str | Path,
    *,
    data: Path,
    indicators: Sequence[str] = (),
    themes: Sequence[str] = (),
    cluster: ClusterBy = "authority",
    correction: Correction = "holm",
    level: float = 0.95,
    draws: int = 999,
    seed: int = 0,
    cached: bool = True,
) -> Comparison:
    """Return how the left-behind places of a list differ from others in every indicator that a folder has.

    Parameters
    ----------
    preset : CohortFile, str or Path
        As for `homeground.journey.cohort.build_cohort`.
    data : Path
        Folder with the data sets of the list and of the indicators.
    indicators : sequence of str
        Names in the catalogue (``patients-per-gp-near-2025``); all that can be compared when left out.
    themes : sequence of str
        Take the indicators of these themes only: ``health``, ``cost of living`` …
    cluster : {'authority', 'msoa'}
        What neighbours share.
    correction, level, draws, seed
        As for `homeground.understand.compare.compare`.
    cached : bool
        Keep what was prepared for the next time; see `homeground.sources.cache`.

    Returns
    -------
    Comparison

    Raises
    ------
    BadSpecification
        If an indicator or theme is unknown, is of larger areas or of another boundary year, or none is left.
    MissingDataset, BadTable
        As for the list.
    """
    made = preset if isinstance(preset, CohortFile) else presets.load(preset)
    found = build_cohort(preset, data=data)
    folder = scan(data)
    figures = gather(data, presets=(), cached=cached)
    offers = list(_offers(figures, folder, made, found))
    chosen, notes = _chosen(offers, indicators, themes, found)
    areas, more = grouped(found, folder, cluster)
    table, measures = _joined(areas, chosen)
    table, centres = _with_centres(table, folder, found)
    read = [figures.sources[id] for id in dict.fromkeys(measure.source_id for measure in measures)]
    notes.append(
        Note(
            f"Places are {found.label} because they are deprived: that they do worse than the rest of the country is "
            "no news. The comparison with other deprived places says what is particular about them.",
            kind="assumed",
        )
    )
    result = compare(
        table,
        measures,
        cluster=cluster,
        label=found.label,
        rest=found.rest,
        whole="England" if found.rest.endswith("England") else "all areas",
        level=level,
        correction=correction,
        draws=draws,
        seed=seed,
        sources=(*found.sources, *more, *read, *centres),
    )
    return replace(result, notes=tuple(dict.fromkeys([*found.notes, *notes, *result.notes])))


def _offers(figures: Figures, folder: Scan, made: CohortFile, found: Cohort) -> Iterator[_Offer]:
    """Return every indicator in the folder, with the reason where it cannot be compared between these areas."""
    ranked = {made.deprivation.dataset or "", made.need.dataset or ""}
    inside = {id for id in (*made.datasets, *ranked) if id in folder.catalogue and folder.catalogue[id].kind == "index"}
    for native in figures.natives.values():
        for at, known in enumerate(native.measures):
            rank = known.kind == "rank"
            measure = Measure(
                name=known.id,
                title=known.title,
                theme=known.theme,
                unit="percentile, 0 is the worst" if rank else known.unit,
                higher_is=_WAYS.get(known.higher_is, ""),
                numerator=f"{known.id}, above",
                denominator=f"{known.id}, below",
                per=known.per,
                suppressed=f"{known.id}, hidden",
                source_id=known.source_id,
            )
            level = known.level or native.kind
            # A list made by a method of one's own was chosen with the index of that method.
            own = bool(known.index) and not made.deprivation.dataset and native.kind == "area"
            reason = _why_not(level, native, found) or (
                _CHOSEN_WITH if rank and (own or known.source_id in inside) else ""
            )
            yield _Offer(measure, native, at, reason)


def _can(reason: str) -> bool:
    """Return whether figures can be compared when they are asked for by name."""
    return not reason or reason == _CHOSEN_WITH


def _why_not(level: str, native: Native, found: Cohort) -> str:
    if level != found.kind:
        return f"of {level} areas, and the list is of {found.kind} areas"
    if native.year != found.boundary_year:
        return f"of the boundaries of {native.year}, and the list of those of {found.boundary_year}"
    return ""


def _chosen(
    offers: list[_Offer], indicators: Sequence[str], themes: Sequence[str], found: Cohort
) -> tuple[list[_Offer], list[Note]]:
    names = {offer.measure.name: offer for offer in offers}
    if indicators:
        chosen = [_named(name, names, found) for name in dict.fromkeys(indicators)]
        about = [offer.measure.name for offer in chosen if offer.refusal]
        note = Note(
            f"The list was chosen with {listed(about)}: that left-behind places differ in it is the rule, no finding.",
            kind="assumed",
        )
        return chosen, [note] if about else []
    unknown = [theme for theme in themes if theme not in {offer.measure.theme for offer in offers}]
    if unknown:
        known = sorted({offer.measure.theme for offer in offers})
        raise BadSpecification(
            f"no indicator has the theme '{unknown[0]}'", remedy=f"Themes: {listed(known, most=20)}."
        )
    within = [offer for offer in offers if not themes or offer.measure.theme in themes]
    chosen = [offer for offer in within if not offer.refusal]
    if not chosen:
        raise MissingDataset(
            f"the folder has no indicator for {found.kind} areas of {found.boundary_year} that the list was not chosen "
            "with",
            remedy="Add a data set, or a catalogue file for a table of your own (NAME.dataset.toml).",
        )
    return chosen, list(_left_out(within))


def _named(name: str, names: dict[str, _Offer], found: Cohort) -> _Offer:
    if name not in names:
        import difflib

        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        remedy = f"Did you mean '{near[0]}'?" if near else f"It has {listed(sorted(names), most=6)}."
        raise BadSpecification(f"the folder has no indicator '{name}'", remedy=remedy)
    offer = names[name]
    if not _can(offer.refusal):
        raise BadSpecification(
            f"the figures of '{name}' are {offer.refusal}",
            remedy=f"Compare it with a list of such areas, or give figures for {found.kind} areas of "
            f"{found.boundary_year}: homeground data convert.",
        )
    return offer


def _left_out(offers: Iterable[_Offer]) -> Iterator[Note]:
    by_reason: dict[str, list[str]] = {}
    for offer in offers:
        if offer.refusal:
            by_reason.setdefault(offer.refusal, []).append(offer.measure.name)
    for reason, names in by_reason.items():
        many = f"{len(names):,} indicators are" if len(names) > 1 else "1 indicator is"
        why = reason if _can(reason) else f"the figures are {reason}"
        yield Note(f"{many} not compared, because {why}: {listed(names)}.", kind="excluded")


def grouped(found: Cohort, folder: Scan, cluster: ClusterBy) -> tuple[pl.DataFrame, list[Source]]:
    """Return the areas of a list with cohort, people and cluster, and what was read for it.

    Raises
    ------
    BadSpecification
        If the areas have no such cluster.
    """
    areas = found.table.select("area_code", "cohort", "population", authority="larger_area")
    if not areas["population"].count():
        areas = areas.drop("population")
    if cluster == "authority":
        if not areas["authority"].count():
            raise BadSpecification(
                "the list does not say which authority its areas lie in",
                remedy="Add larger_area to [areas] of the cohort file.",
            )
        return areas, []
    key = (found.kind, found.boundary_year or 0)
    if key not in _MSOAS:
        raise BadSpecification(
            f"{found.kind} areas of {found.boundary_year} cannot be grouped by MSOA", remedy="Use --cluster authority."
        )
    name, column = _MSOAS[key]
    opened = open_dataset(folder, name, columns=[column])
    codes = opened.table.select(area_code=pl.col(_codes(opened.dataset)), msoa=column)
    return areas.join(codes, on="area_code", how="left", maintain_order="left"), [opened.source]


def _codes(known: Dataset | None) -> str:
    assert known is not None
    return known.area_column


def _joined(areas: pl.DataFrame, chosen: list[_Offer]) -> tuple[pl.DataFrame, list[Measure]]:
    """Return the areas with the columns that each indicator is made from."""
    for native in {id(offer.native): offer.native for offer in chosen}.values():
        columns: dict[str, pl.Series] = {"area_code": pl.Series(native.codes, dtype=pl.String)}
        for offer in chosen:
            if offer.native is native:
                measure = offer.measure
                columns[measure.numerator] = pl.Series(native.above[:, offer.at], nan_to_null=True)
                columns[measure.denominator] = pl.Series(native.below[:, offer.at], nan_to_null=True)
                columns[measure.suppressed] = pl.Series(native.hidden[:, offer.at])
        here = pl.DataFrame(columns)
        if not here["area_code"].is_in(areas["area_code"].to_list()).any():
            raise BadSpecification(
                f"{chosen[0].measure.source_id} has none of the {areas.height:,} areas of the list",
                remedy="Check that both are of the same boundary year.",
            )
        areas = areas.join(here, on="area_code", how="left", maintain_order="left")
    return areas, [offer.measure for offer in chosen]


def _with_centres(areas: pl.DataFrame, folder: Scan, found: Cohort) -> tuple[pl.DataFrame, list[Source]]:
    """Return the areas with the point that most people live near, where the folder has it."""
    centres = _CENTRES.get((found.kind, found.boundary_year or 0))
    if not centres or not folder.has(centres[0]):
        return areas, []
    opened = open_dataset(folder, centres[0], columns=centres[1:])
    spots = opened.table.select(area_code=_codes(opened.dataset), x=centres[1], y=centres[2])
    return areas.join(spots, on="area_code", how="left", maintain_order="left"), [opened.source]
