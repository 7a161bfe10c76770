"""Grants in the 360Giving standard, from JSON, CSV and XLSX files: checked against its rules, every problem told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

import polars as pl

from homeground.errors import BadSpecification, BadTable, MissingDataset
from homeground.provenance import Note, Source
from homeground.sources.giving_files.checking import PROBLEMS
from homeground.sources.giving_files.one_file import read_file
from homeground.sources.giving_files.pile import AWARDS, PLACES, Pile
from homeground.sources.giving_files.standard import standard
from homeground.sources.giving_files.writing import write_grants
from homeground.words import count

__all__ = ["Grants", "OnProblems", "read_grants", "write_grants"]

OnProblems = Literal["refuse", "keep-good", "mend"]


@dataclass(frozen=True)
class Grants:
    """Grants as they were published, and what is wrong with them.

    Attributes
    ----------
    awards : polars.DataFrame
        One row for each grant that can be used: ``award`` (a running number over all files), ``file``, ``row`` (as a
        person counts: the heading of a sheet is row 1; in JSON the first grant is 1), ``grant_id``, ``title``,
        ``description``, ``amount_pence`` (hundredths of the currency), ``currency``, ``award_date``, ``award_year``,
        ``funder_id``, ``funder_name``, ``recipient_id``, ``recipient_name``, ``recipient_kind`` (``organisation`` or
        ``individual``), ``recipient_postcode``, ``recipient_type``, ``programme``, ``funding_type``, ``regrant_type``,
        ``location_scope``, ``start_date``, ``end_date``, ``duration_months``, ``status``, ``date_modified``,
        ``mended`` (whether something was repaired).
    locations : polars.DataFrame
        ``award``, ``role`` (``beneficiary`` or ``recipient``), ``geo_code``, ``geo_code_type``, ``name``,
        ``country_code``, ``latitude``, ``longitude``.
    problems : polars.DataFrame
        ``file``, ``row``, ``field``, ``problem``, ``remedy``, ``kind`` (``error``: it breaks the standard or cannot be
        read; ``told``: it is valid, but to be known) and ``rule``.
    files : polars.DataFrame
        For each file and currency: ``file``, ``format``, ``licence``, ``publisher``, ``rows``, ``good_rows``,
        ``currency``, ``amount_pence`` (all rows whose amount can be read), ``good_amount_pence``.
    totals : dict of str to Decimal
        By currency, the amounts of all rows whose amount can be read.
    rows : int
        How many grants the files hold.
    sources : tuple of Source
    notes : tuple of Note
    """

    awards: pl.DataFrame
    locations: pl.DataFrame
    problems: pl.DataFrame
    files: pl.DataFrame
    totals: dict[str, Decimal]
    rows: int
    sources: tuple[Source, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def errors(self) -> int:
        """How many problems break the standard."""
        return int((self.problems["kind"] == "error").sum())


def read_grants(
    files: Sequence[Path | str],
    *,
    on_problems: OnProblems = "refuse",
    today: dt.date | None = None,
    progress: Callable[[str], None] | None = None,
) -> Grants:
    """Return the grants in files of the 360Giving standard, each checked against its rules.

    Parameters
    ----------
    files : sequence of Path
        JSON, CSV (also gzipped) or XLSX, told apart by what they hold.
    on_problems : {'refuse', 'keep-good', 'mend'}
        What becomes of grants that break the standard. 'refuse' and 'keep-good' leave them out of ``awards`` (the first
        so that the caller can stop); 'mend' repairs what can be repaired without guessing, and keeps a grant that lacks
        only what no figure needs. All problems are told in every case.
    today : date, optional
        What 'in the future' is measured by; not checked when left out.
    progress : callable, optional
        Is told which file is read.

    Returns
    -------
    Grants

    Raises
    ------
    MissingDataset
        If a file is not there.
    MissingExtra
        If the extra ``grants`` is not installed.
    """
    if on_problems not in ("refuse", "keep-good", "mend"):
        raise BadSpecification(f"on_problems = '{on_problems}'", remedy="Use 'refuse', 'keep-good' or 'mend'.")
    paths = [Path(file) for file in files]
    for path in paths:
        if not path.is_file():
            raise MissingDataset("there is no such file", remedy="Check the path.", file=path)
    piles, sources = [], []
    for path in paths:
        if progress:
            progress(path.name)
        pile = Pile(path, mend=on_problems == "mend", today=today or dt.date.max)
        try:
            read_file(pile)
        except BadTable as error:
            pile.cannot(error)
        piles.append(pile)
        sources.append(_source(pile))
    return _together(piles, tuple(sources))


def _source(pile: Pile) -> Source:
    known = standard()
    return Source(
        id="360giving",
        title=f"Grants published by {pile.publisher or 'their funders'}",
        publisher=pile.publisher or "the funders named in the file",
        licence=pile.licence,
        address=known.address,
        file=pile.path.name,
    )


def _together(piles: Sequence[Pile], sources: tuple[Source, ...]) -> Grants:
    awards, places, problems = [], [], []
    offset = 0
    for pile in piles:
        table, there = pile.tables()
        awards.append(table.with_columns(award=pl.col("award") + offset))
        places.append(there.with_columns(award=pl.col("award") + offset))
        problems += pile.problems
        offset += table.height
    whole = pl.concat(awards) if awards else pl.DataFrame(schema=AWARDS)
    twice = _repeated(whole)
    found = [table for table in (*problems, twice) if table.height]
    told = (
        pl.concat(found).sort("file", "row", nulls_last=False, maintain_order=True)
        if found
        else pl.DataFrame(schema=PROBLEMS)
    )
    files = pl.concat([pile.summary() for pile in piles], how="vertical")
    totals = {
        str(currency): Decimal(int(pence or 0)) / 100
        for currency, pence in files.group_by("currency", maintain_order=True)
        .agg(pl.col("amount_pence").sum())
        .iter_rows()
        if currency is not None
    }
    rows = sum(pile.rows for pile in piles)
    notes = tuple(note for pile in piles for note in pile.notes)
    if rows > whole.height:
        left = rows - whole.height
        notes += (Note(f"{count(left, 'grant')} of {rows:,} cannot be used: see the problems.", kind="missing"),)
    located = pl.concat(places) if places else pl.DataFrame(schema=PLACES)
    return Grants(whole, located, told, files, totals, rows, sources, notes)


def _repeated(awards: pl.DataFrame) -> pl.DataFrame:
    """Tell identifiers that stand more than once."""
    again = awards.filter(pl.col("grant_id").is_not_null() & ~pl.col("grant_id").is_first_distinct())
    return again.select(
        "file",
        "row",
        field=pl.lit("id"),
        problem=pl.lit("the identifier '") + pl.col("grant_id") + pl.lit("' stands here again"),
        remedy=pl.lit("Give each grant an identifier of its own; the same grant is counted once."),
        kind=pl.lit("told"),
        rule=pl.lit("id-again"),
    )
