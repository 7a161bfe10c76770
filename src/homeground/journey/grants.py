"""From files of grants to the ledger, the places, the cohorts: what `homeground understand grants` joins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from homeground.errors import BadInput, BadSpecification
from homeground.journey.atlas import Ground, atlas_of, build_ground
from homeground.journey.awards import Awards, read_awards, read_summed, summed_dataset
from homeground.money import Deflator, in_pounds
from homeground.provenance import Note, Source
from homeground.sources.parameters import deflator as open_deflator
from homeground.sources.parameters import load
from homeground.tables import listed
from homeground.understand.grants import Grants, Rules, grants, summed_grants
from homeground.words import count

__all__ = ["Choices", "GrantsOfFiles", "build_grants"]

_LATE = 2  # years after the last of the deflator whose pounds may count as they were paid
_USUAL = "left-behind-wards-2019"  # the list that a data folder is asked for when none is named
_PUBLISHED = (
    "Published by Local Trust and OCSI (June 2021), not reproduced here: £{left_behind} a head in left behind wards, "
    "£{other_deprived} in other deprived wards, £{england} in England, {first_year} to {last_year}, {funders} main "
    "charitable funders, by where recipients are registered."
)


@dataclass(frozen=True)
class Choices:
    """What was chosen on the command line.

    Attributes
    ----------
    keep_good, mend : bool
        What to do with problems: go on with the good rows; repair what needs no guessing.
    funders : tuple of str
        Identifiers or names to keep.
    since, until : date, optional
        First and last award date to keep.
    areas : tuple of str
        Keep awards that land at least partly in these areas, for the export.
    spend_endowments, join_near, constant_panel, individuals : bool
        See `homeground.understand.giving.rules.Rules` and `homeground.understand.grants.grants`.
    price_year : int, optional
        The last year of the deflator when left out.
    seed : int
    """

    keep_good: bool = False
    mend: bool = False
    funders: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    areas: tuple[str, ...] = ()
    spend_endowments: bool = False
    join_near: bool = True
    constant_panel: bool = False
    individuals: bool = False
    price_year: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class GrantsOfFiles:
    """What files of grants say.

    Attributes
    ----------
    grants : Grants or None
        None when problems stopped the work.
    files : tuple of str
    rows, good : int
        Awards in the files, and those that can be used.
    amounts : dict of str to str
        By currency, the exact total of all rows whose amount can be read: that of the files.
    problems : polars.DataFrame
        ``file, row, field, problem, remedy, kind, rule``.
    price_year : int or None
    awards : Awards or None
        What was read, for the export.
    """

    grants: Grants | None
    files: tuple[str, ...]
    rows: int
    good: int
    amounts: dict[str, str]
    problems: pl.DataFrame
    price_year: int | None
    awards: Awards | None = None

    @property
    def errors(self) -> int:
        """How many problems stop the work."""
        return self.problems.filter(pl.col("kind") == "error").height


def build_grants(
    files: Sequence[Path],
    *,
    choices: Choices,
    data: Path | None = None,
    preset: str | None = None,
    cohort: Path | None = None,
    level: str | None = None,
    population: Path | None = None,
    left_behind_column: str | None = None,
    postcodes: Path | None = None,
    deflator: Path | None = None,
    programmes: dict[str, str] | None = None,
    today: dt.date,
    ground: Ground | None = None,
) -> GrantsOfFiles:
    """Return the ledger of `files`, where the money lands, and what cohorts were given.

    Parameters
    ----------
    files : sequence of Path
        360Giving files, or one or more tables already summed by area, year and funder; not both.
    choices : Choices
    data, preset, cohort, level, population, left_behind_column
        Which areas; see `homeground.journey.atlas.build_ground`. A folder alone means the left-behind wards of 2019.
    postcodes : Path, optional
        A lookup in the layout of the ONS Postcode Directory.
    deflator : Path, optional
        In place of the shipped GDP deflator.
    programmes : dict, optional
        A theme for each programme.
    today : date
        Awards dated later are told.
    ground : Ground, optional
        The areas, made ready elsewhere, in place of all that says which they are.
    """
    themes = {name: tuple(words) for name, words in load("grant-themes").values.items()}
    rules = Rules.of(
        load("grants").values,
        themes=themes,
        programmes=programmes or {},
        spend_endowments=choices.spend_endowments,
        join_near=choices.join_near,
        individuals=choices.individuals,
    )
    if data is not None and not any((preset, cohort, level, population)):
        preset = _USUAL

    def areas() -> Ground | None:
        if ground is not None:
            return ground
        return build_ground(
            data=data, preset=preset, cohort=cohort, level=level, population=population,
            left_behind_column=left_behind_column,
        )  # fmt: skip

    summed = [summed_dataset(path) for path in files]
    if any(summed) and not all(summed):
        lone = files[summed.index(None)]
        raise BadInput(
            "some files are single awards and some are already summed: they cannot be added up without counting twice",
            remedy="Give one kind at a time.",
            file=lone,
        )
    if any(summed):
        return _of_sums(files, areas(), rules, choices, deflator)
    awards = read_awards(files, mend=choices.mend, today=today)
    names = tuple(path.name for path in files)
    base = GrantsOfFiles(
        None, names, awards.rows, awards.good.height, awards.totals, awards.problems, None, awards
    )  # fmt: skip
    unusable = base.rows > base.good
    if not choices.keep_good and (unusable or (base.errors and not choices.mend)):
        return base
    ground = areas()
    chosen, notes = _chosen(awards.good, choices, today)
    places = awards.locations
    if chosen.height < awards.good.height:
        places = places.join(chosen.select("award"), on="award", how="semi")
    atlas = atlas_of(ground, _postcodes(chosen, places), postcodes) if ground else None
    prices = _prices(chosen["award_year"], deflator, choices)
    found = grants(
        chosen,
        places,
        atlas=atlas,
        rules=rules,
        deflator=prices.deflator,
        price_year=prices.year,
        constant_panel=choices.constant_panel,
        seed=choices.seed,
        notes=[
            *_rests_on(awards, files, ground),
            *awards.notes,
            *notes,
            *prices.notes,
            *(ground.notes if ground else []),
        ],
        sources=[*awards.sources, *(ground.sources if ground else []), *prices.sources],
    )
    kept = replace(awards, good=chosen, locations=places)
    return replace(base, grants=_finished(found, ground), price_year=prices.year, awards=kept)


def _of_sums(
    files: Sequence[Path], ground: Ground | None, rules: Rules, choices: Choices, deflator: Path | None
) -> GrantsOfFiles:
    read = [read_summed(path) for path in files]
    table = pl.concat([piece.table for piece in read])
    wanted = {name.strip().lower() for name in choices.funders}
    if wanted:
        known = table["funder"].str.to_lowercase()
        _check_funders(set(known.to_list()), choices.funders)
        table = table.filter(known.is_in(list(wanted)))
    if choices.since or choices.until:
        first, last = (choices.since or dt.date.min).year, (choices.until or dt.date.max).year
        table = table.filter(pl.col("year").is_between(first, last))
    if ground is None:
        raise BadSpecification(
            "the table is already summed, and it is not said in which areas it is to be looked at",
            remedy="Give --preset, --cohort or --population with --level.",
        )
    atlas = atlas_of(ground, pl.Series([], dtype=pl.String), None)
    prices = _prices(table["year"], deflator, choices)
    found = summed_grants(
        table,
        atlas=atlas,
        rules=rules,
        deflator=prices.deflator,
        price_year=prices.year,
        constant_panel=choices.constant_panel,
        seed=choices.seed,
        notes=[
            *_rests_on(None, files, ground),
            *(note for piece in read for note in piece.notes),
            *prices.notes,
            *ground.notes,
        ],
        sources=[*(piece.source for piece in read), *ground.sources, *prices.sources],
    )
    n = int(table["grants"].sum())
    nothing = pl.DataFrame(schema=Awards.PROBLEMS)
    return GrantsOfFiles(
        _finished(found, ground),
        tuple(path.name for path in files),
        sum(piece.table.height for piece in read),
        n,
        {"GBP": in_pounds(int(table["pence"].sum()))},
        nothing,
        prices.year,
    )


@dataclass(frozen=True)
class _Prices:
    """The deflator that is used, if any."""

    deflator: Deflator | None
    year: int | None
    sources: tuple[Source, ...]
    notes: tuple[Note, ...]


def _rests_on(awards: Awards | None, files: Sequence[Path], ground: Ground | None) -> list[Note]:
    """Say which files the figures rest on; beside areas of England, what was published of them before."""
    names = listed([path.name for path in files], most=10)
    text = f"These figures rest on {names}"
    if awards is not None and awards.good.height:
        funders = awards.good.select(pl.coalesce("funder_name", "funder_id").n_unique()).item()
        text += f": {count(awards.good.height, 'award')} of {count(funders, 'funder')}"
    told = [Note(f"{text}. Other funders and years would give other levels.", kind="info")]
    if ground is None or ground.table["area_code"].str.contains(r"^E\d{8}$").any():
        told.append(Note(_PUBLISHED.format(**load("grants-published").values), kind="info"))
    return told


def _postcodes(awards: pl.DataFrame, places: pl.DataFrame) -> pl.Series:
    own = awards["recipient_postcode"].cast(pl.String)
    if "postcode" not in places.columns:
        return own
    return pl.concat([own, places["postcode"].cast(pl.String).rename(own.name)])


def _prices(years: pl.Series, path: Path | None, choices: Choices) -> _Prices:
    """Return the deflator and the price year.

    Asked for by year or file, a year beyond the deflator is an error. When nobody asked, awards of this year must not
    wait for the next release: pounds of up to two years after its last one count as they were paid, which is told;
    with others real figures are left out, and that is told too.
    """
    prices, source = open_deflator(path)
    price_year = choices.price_year or prices.covers[1]
    wanted = [int(year) for year in years.drop_nulls().unique().sort().to_list()]
    last = prices.covers[1]
    late = [year for year in wanted if last < year <= last + _LATE]
    told: tuple[Note, ...] = ()
    if late and choices.price_year is None and path is None:
        prices = replace(prices, index={**prices.index, **dict.fromkeys(late, prices.index[last])})
        text = f"The price index ends in {last}: in real terms, pounds of {listed([str(year) for year in late])} count"
        told = (Note(f"{text} as they were paid. Supply a newer one with --deflator FILE.", kind="assumed"),)
    try:
        for year in (price_year, *wanted):
            prices.factor(year, price_year)
    except BadSpecification as error:
        if choices.price_year is not None or path is not None:
            raise
        return _Prices(None, None, (), (Note(f"No figures in real terms: {error}", kind="missing"),))
    return _Prices(prices, price_year, (source,), told)


def _chosen(good: pl.DataFrame, choices: Choices, today: dt.date) -> tuple[pl.DataFrame, list[Note]]:
    """Return the awards that were asked for, and what is to be told of them."""
    table, notes = good, []
    if choices.funders:
        wanted = {name.strip().lower() for name in choices.funders}
        ids, names = table["funder_id"].str.to_lowercase(), table["funder_name"].str.to_lowercase()
        _check_funders({*ids.drop_nulls().to_list(), *names.drop_nulls().to_list()}, choices.funders)
        table = table.filter(
            ids.is_in(list(wanted)).fill_null(value=False) | names.is_in(list(wanted)).fill_null(value=False)
        )
    if choices.since:
        table = table.filter(pl.col("award_date") >= choices.since)
    if choices.until:
        table = table.filter(pl.col("award_date") <= choices.until)
    if table.height < good.height:
        notes.append(Note(f"{table.height:,} of {good.height:,} awards were asked for.", kind="excluded"))
    future = table.filter(pl.col("award_date") > today)
    if future.height:
        first = future.row(0, named=True)
        text = f"{future.height:,} awards are dated after {today:%d %B %Y} (first: {first['file']}, row {first['row']})"
        notes.append(Note(f"{text}. They are counted; check the dates.", kind="info"))
    return table, notes


def _check_funders(known: set[str], as_given: Sequence[str]) -> None:
    unknown = [name for name in as_given if name.strip().lower() not in known]
    if unknown:
        raise BadSpecification(
            f"no award in these files is of the funder {listed([repr(name) for name in unknown])}",
            remedy=f"Give an identifier or a name as it stands there; there are {len(known):,}.",
        )


def _finished(found: Grants, ground: Ground | None) -> Grants:
    """Return the grants with figures by year on the people of each year, where they were given."""
    if ground is None or ground.people_by_year is None or found.by_year.width == 0:
        return found
    own = ground.table.select("area_code", pl.col("cohort").fill_null("not placed"))
    both = pl.concat([own, own.with_columns(cohort=pl.lit(ground.whole))])
    sums = ground.people_by_year.join(both, on="area_code").group_by("cohort", "year").agg(pl.col("population").sum())
    years = found.by_year["year"].drop_nulls().unique().to_frame()
    given = sums["year"].unique().to_list()
    nearest = years.with_columns(
        _given=pl.col("year").map_elements(
            lambda year: min(given, key=lambda other: (abs(other - year), other)), return_dtype=pl.Int32
        )
    )
    people = nearest.join(sums, left_on="_given", right_on="year").select("year", "cohort", "population")
    table = found.by_year.join(people, on=["cohort", "year"], how="left", maintain_order="left")
    lived = pl.when(pl.col("population") > 0)
    old = pl.col("gbp_per_head")
    table = table.with_columns(
        real_gbp_per_head=lived.then(
            (pl.col("real_gbp_per_head") / old).fill_nan(0.0) * pl.col("gbp") / pl.col("population")
        ),
        gbp_per_head=lived.then(pl.col("gbp") / pl.col("population")),
        grants_per_10000=lived.then(pl.col("grants") / pl.col("population") * 10_000),
    )
    return replace(found, by_year=table)
