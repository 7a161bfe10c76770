"""A list of places made ready to be read: every figure checked, every place with its words, counts to say aloud.

Between the tables that FIND makes (or that somebody hands in) and the page that a person reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from homeground import words
from homeground.errors import BadValue, WrongBoundaries
from homeground.find.cohort import NOT_PLACED, OTHER_DEPRIVED
from homeground.find.reporting.terms import Terms
from homeground.tables import check_areas, numbers, require_columns

__all__ = ["NEAR", "NOW_AND_THEN", "Listing", "Terms", "make_listing", "report_table"]

#: From this probability (0 to 1) a place counts as just outside the list; from the next it comes in now and then.
NEAR = 0.25
NOW_AND_THEN = 0.05

_BETWEEN = ("deprivation_rank_low", "deprivation_rank_high", "need_rank_low", "need_rank_high")
_OF_CERTAINTY = ("probability", "sentence", *_BETWEEN)
_YES = ("true", "yes", "y", "1", "1.0", "t")
_NO = ("false", "no", "n", "0", "0.0", "f", "")


@dataclass(frozen=True)
class Listing:
    """The list, checked and in the order it is read.

    Attributes
    ----------
    table : polars.DataFrame
        One row per area, by larger area, then name: ``area_code``, ``name``, ``larger`` (null where it is not known),
        ``deprivation_rank``, ``need_rank`` (1 is the most need), ``people``, ``listed``, ``cohort``, ``reason``,
        ``probability`` (0 to 1, null where it was not worked out), ``band``, ``sentence``, ``kind`` (as on the map),
        ``deprivation_rank_low`` and ``_high`` and the same of need (between which the rank lay in nine re-runs of ten),
        and ``row`` (its place in the table it came from, from 0).
    terms : Terms
    sources_of_doubt : polars.DataFrame
        ``source``, ``unsure`` (places on the list that stay in fewer than 95 of 100 re-runs when only this source is
        varied), ``now_and_then`` (places outside that come in at least 5 times in 100).
    strangers : int
        Areas with a probability that the list does not have.
    """

    table: pl.DataFrame
    terms: Terms
    sources_of_doubt: pl.DataFrame
    strangers: int = 0

    @cached_property
    def listed(self) -> pl.DataFrame:
        """The places on the list."""
        return self.table.filter("listed")

    @cached_property
    def unplaced(self) -> pl.DataFrame:
        """The areas that lack a rank."""
        return self.table.filter(pl.col("kind") == "unplaced")

    @cached_property
    def left_out(self) -> pl.DataFrame:
        """The areas that were placed, but left out for a reason: excluded, too small, over a cap."""
        return self.table.filter(~pl.col("listed") & (pl.col("kind") != "unplaced") & pl.col("reason").is_not_null())

    @cached_property
    def outside(self) -> pl.DataFrame:
        """The places outside that come in at least now and then, the likeliest first."""
        may = ~pl.col("listed") & pl.col("reason").is_null() & (pl.col("probability") >= NOW_AND_THEN)
        return self.table.filter(may).sort("probability", "area_code", descending=[True, False])

    @cached_property
    def knows_doubt(self) -> bool:
        """Whether any place on the list, or outside it, has a probability."""
        return self.table["probability"].null_count() < self.table.height

    def bands(self) -> list[tuple[str, str, int]]:
        """Return name, meaning and number of places for each degree of sureness."""
        held = self.listed["band"].to_list()
        return [(name, meaning, held.count(name)) for _, name, meaning in words.BANDS]


def make_listing(cohort: pl.DataFrame, *, terms: Terms, certainty: pl.DataFrame | None = None) -> Listing:
    """Return the list of `cohort` with what `certainty` says of each place.

    Parameters
    ----------
    cohort : polars.DataFrame
        ``area_code`` and ``selected`` (true or false, also as text); where they are known ``area_name``,
        ``deprivation_rank``, ``need_rank``, ``cohort``, ``reason``, ``larger_area``, ``larger_area_name`` and
        ``population``. It may carry the columns of `certainty` itself.
    terms : Terms
    certainty : polars.DataFrame, optional
        ``area_code``, ``probability`` (0 to 1) and, where they are known, ``sentence`` and ``probability_<source>``.

    Raises
    ------
    BadTable
        If a table is not what it should be; the message names row and column.
    WrongBoundaries
        If the two tables share no area.

    Examples
    --------
    >>> cohort = pl.DataFrame({"area_code": ["a", "b"], "area_name": ["Moorend", None], "selected": [True, False]})
    >>> found = make_listing(cohort, terms=Terms(), certainty=pl.DataFrame({"area_code": ["a"], "probability": [0.97]}))
    >>> found.listed["sentence"].to_list()
    ['Moorend is on the list. In 97 of 100 re-runs it stays in.']
    """
    check_areas(cohort)
    require_columns(cohort, ["selected"])
    joined, strangers = _with_certainty(cohort, certainty)
    terms = _sized(joined, terms)
    placed = _places(joined)
    table = placed.with_columns(kind=_kinds(placed))
    bands = [
        words.band(p) if listed and p is not None else None
        for listed, p in table.select("listed", "probability").iter_rows()
    ]
    table = table.with_columns(band=pl.Series(bands, dtype=pl.String))
    said = [_sentence(row, terms) for row in table.iter_rows(named=True)]
    table = table.with_columns(sentence=pl.Series(said, dtype=pl.String))
    order = [
        pl.col("larger").is_null(),
        pl.col("larger").str.to_lowercase(),
        pl.col("name").str.to_lowercase(),
        "area_code",
    ]
    return Listing(table.sort(order), terms, _by_source(joined, placed), strangers)


def report_table(cohort: pl.DataFrame, *, terms: Terms, certainty: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return `cohort` with everything the page says of each area, for the data files beside it.

    Parameters
    ----------
    cohort, terms, certainty
        As for `make_listing`.

    Returns
    -------
    polars.DataFrame
        `cohort` in its own order, with the columns of `certainty`, then ``how_sure`` (Sure, Likely or On the edge on
        the list; Just outside or Now and then outside it; null elsewhere) and ``sentence``.

    Examples
    --------
    >>> cohort = pl.DataFrame({"area_code": ["a"], "selected": [True], "probability": [0.97]})
    >>> report_table(cohort, terms=Terms()).select("how_sure", "sentence").row(0)
    ('Sure', 'a is on the list. In 97 of 100 re-runs it stays in.')
    """
    listing = make_listing(cohort, terms=terms, certainty=certainty)
    joined, _ = _with_certainty(cohort, certainty)
    said = listing.table.sort("row")
    out = ~pl.col("listed") & pl.col("reason").is_null() & (pl.col("kind") != "unplaced")
    sure = (
        pl.when("listed")
        .then("band")
        .when(out & (pl.col("probability") >= NEAR))
        .then(pl.lit("Just outside"))
        .when(out & (pl.col("probability") >= NOW_AND_THEN))
        .then(pl.lit("Now and then"))
        .otherwise(None)
        .alias("how_sure")
    )
    more = said.select(pl.col("listed").alias("selected"), sure, "sentence")
    return (
        joined.with_columns(more["selected"]).drop("how_sure", "sentence", strict=False).hstack(more.drop("selected"))
    )


def _with_certainty(cohort: pl.DataFrame, certainty: pl.DataFrame | None) -> tuple[pl.DataFrame, int]:
    table = cohort.with_columns(pl.col("area_code").cast(pl.String).str.strip_chars())
    if certainty is None:
        return table, 0
    check_areas(certainty)
    require_columns(certainty, ["probability"])
    wanted = [name for name in certainty.columns if name in _OF_CERTAINTY or name.startswith("probability_")]
    for name in wanted:
        if name != "sentence":
            # Here a wrong cell still has the row of its own file.
            _number(certainty, name, least=1.0 if name in _BETWEEN else 0.0, most=np.inf if name in _BETWEEN else 1.0)
    more = certainty.select(pl.col("area_code").cast(pl.String).str.strip_chars(), *wanted)
    shared = int(table["area_code"].is_in(more["area_code"].to_list()).sum())
    if not shared:
        raise WrongBoundaries(
            f"none of the {more.height:,} areas with a probability is on the list of {table.height:,} areas "
            f"(first: {more['area_code'][0]})",
            remedy="Give the certainty of the same list, of the same boundary year.",
        )
    return table.drop(wanted, strict=False).join(
        more, on="area_code", how="left", maintain_order="left"
    ), more.height - shared


def _places(table: pl.DataFrame) -> pl.DataFrame:
    codes = table["area_code"]

    def text(name: str) -> list[str | None]:
        if name not in table.columns:
            return [None] * table.height
        return [words.clean(value) or None for value in table[name].cast(pl.String).to_list()]

    names = [name or words.clean(code) for name, code in zip(text("area_name"), codes.to_list(), strict=True)]
    larger = [name or code for name, code in zip(text("larger_area_name"), text("larger_area"), strict=True)]
    return pl.DataFrame(
        {
            "row": range(table.height),
            "area_code": [words.clean(code) for code in codes.to_list()],
            "name": pl.Series(names, dtype=pl.String),
            "larger": pl.Series(larger, dtype=pl.String),
            "deprivation_rank": _number(table, "deprivation_rank", least=1.0),
            "need_rank": _number(table, "need_rank", least=1.0),
            "people": _number(table, "population", least=0.0),
            "listed": _yes_or_no(table),
            "cohort": pl.Series(text("cohort"), dtype=pl.String),
            "reason": pl.Series(text("reason"), dtype=pl.String),
            "probability": _number(table, "probability", least=0.0, most=1.0),
            "sentence": pl.Series(text("sentence"), dtype=pl.String),
            **{name: _number(table, name, least=1.0) for name in _BETWEEN},
        }
    )


def _number(table: pl.DataFrame, column: str, *, least: float, most: float = np.inf) -> pl.Series:
    if column not in table.columns:
        return pl.Series([None] * table.height, dtype=pl.Float64)
    values = numbers(table, column)
    wrong = np.flatnonzero((values < least) | (values > most + 1e-9))
    if len(wrong):
        shown = values[wrong[0]]
        percent = (
            f"For {shown:g} % write {shown / 100:g}. " if column.startswith("probability") and 1 < shown <= 100 else ""
        )
        bound = f"from {least:g} to {most:g}" if np.isfinite(most) else f"{least:g} or more"
        raise BadValue(
            f"{shown:g} cannot be right here ({len(wrong):,} such cells)"
            if len(wrong) > 1
            else f"{shown:g} cannot be right here",
            remedy=f"{percent}It must be {bound}.",
            row=int(wrong[0]) + 2,
            column=column,
        )
    return pl.Series(values, nan_to_null=True)


def _yes_or_no(table: pl.DataFrame) -> pl.Series:
    column = table["selected"]
    if column.dtype == pl.Boolean and not column.null_count():
        return column
    said = column.cast(pl.String).fill_null("").str.strip_chars().str.to_lowercase()
    wrong = (~said.is_in([*_YES, *_NO])).arg_true()
    if len(wrong):
        row = int(wrong[0])
        raise BadValue(
            f"'{column[row]}' is neither true nor false", remedy="Write true or false.", row=row + 2, column="selected"
        )
    return said.is_in(_YES)


def _sized(table: pl.DataFrame, terms: Terms) -> Terms:
    """Fill in how many areas each ranking ranks, where the ranks at hand are complete and so say it themselves."""
    found = []
    for column, given in (("deprivation_rank", terms.n_deprivation), ("need_rank", terms.n_need)):
        ranks = numbers(table, column) if column in table.columns else np.empty(0)
        known = ranks[np.isfinite(ranks)]
        whole = len(known) > 0 and int(known.max()) == len(known)
        found.append(given if given is not None else len(known) if whole else None)
    return Terms(**{**terms.__dict__, "n_deprivation": found[0], "n_need": found[1]})


def _kinds(table: pl.DataFrame) -> pl.Expr:
    lacks = (pl.col("cohort") == NOT_PLACED).fill_null(value=False)
    for column in ("deprivation_rank", "need_rank"):
        if table[column].count():
            lacks = lacks | pl.col(column).is_null()
    edge = words.BANDS[-2][0]
    return (
        pl.when(pl.col("listed") & (pl.col("probability") < edge))
        .then(pl.lit("edge"))
        .when("listed")
        .then(pl.lit("listed"))
        .when(lacks)
        .then(pl.lit("unplaced"))
        .when(pl.col("reason").is_null() & (pl.col("probability") >= NEAR))
        .then(pl.lit("near"))
        .when(pl.col("cohort") == OTHER_DEPRIVED)
        .then(pl.lit("deprived"))
        .otherwise(pl.lit("rest"))
    )


def _sentence(row: dict[str, object], terms: Terms) -> str | None:
    """Return the sentence about one place; what the certainty run wrote comes first."""
    if row["sentence"]:
        return str(row["sentence"])
    name, chance = row["name"], row["probability"]
    often = words.in_100(chance).replace(" in ", " of ") + " re-runs" if isinstance(chance, float) else ""
    stays = f" In {'every re-run' if chance == 1 else often} it" if often else ""
    if row["kind"] == "unplaced":
        return f"{name} could not be placed: {row['reason'] or 'a rank is missing'}."
    if row["listed"]:
        return f"{name} {_why(terms)}.{f'{stays} stays in.' if stays else ''}"
    if row["reason"]:
        return f"{name} was left out: {row['reason']}."
    if row["kind"] == "near" or (isinstance(chance, float) and chance >= NOW_AND_THEN):
        return f"{name} is not on the list{_short_of(row, terms)}.{stays} comes in."
    return None


def _why(terms: Terms) -> str:
    if terms.rule is None:
        return "is on the list"
    if terms.rule.rule != "worst-on-both":
        return "is among the places with the most need when both rankings are brought together"
    if terms.rule.count is not None:
        return f"is among the worst {terms.part} on both rankings"
    return (
        f"is in both worst {terms.part}s" if "%" not in terms.part else f"is in the worst {terms.part} on both rankings"
    )


def _short_of(row: dict[str, object], terms: Terms) -> str:
    """Return how far a place is from the line, in ranks, where the rule draws one through each ranking."""
    missed = [
        f"{words.count(int(rank) - line, 'rank')} short for {what}"
        for rank, line, what in zip(
            (row["deprivation_rank"], row["need_rank"]), terms.cuts, ("deprivation", "community need"), strict=True
        )
        if isinstance(rank, float) and line is not None and rank > line
    ]
    return f": it is {' and '.join(missed)}" if missed else ""


def _by_source(table: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    rows = []
    outside = ~places["listed"] & places["reason"].is_null()
    for column in table.columns:
        if not column.startswith("probability_") or column == "probability_error":
            continue
        chance = _number(table, column, least=0.0, most=1.0)
        if chance.null_count() == len(chance):
            continue
        unsure = int((places["listed"] & (chance < words.BANDS[0][0])).sum())
        rows.append((column.removeprefix("probability_"), unsure, int((outside & (chance >= NOW_AND_THEN)).sum())))
    return pl.DataFrame(rows, schema={"source": pl.String, "unsure": pl.Int64, "now_and_then": pl.Int64}, orient="row")
