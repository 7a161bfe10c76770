"""Which funders published in which years: growth of publication is not growth of giving."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from homeground.money import in_words
from homeground.provenance import Note
from homeground.words import count

__all__ = ["Coverage", "coverage"]


@dataclass(frozen=True)
class Coverage:
    """Funder-years with awards.

    Attributes
    ----------
    table : polars.DataFrame
        ``year``, ``funders``, ``pence``, ``panel_pence`` (of the funders in every year), ``grants``.
    panel : tuple of str
        The funders with awards in every year: figures of them alone can be compared over time.
    notes : tuple of Note
    """

    table: pl.DataFrame
    panel: tuple[str, ...]
    notes: tuple[Note, ...]


def coverage(made: pl.DataFrame) -> Coverage:
    """Return how many funders have awards in each year, and which have them in all.

    Parameters
    ----------
    made : polars.DataFrame
        As `homeground.understand.giving.series.events` returns it.
    """
    thin = made.select("placing", "year", "funder", "pence", "grants")
    best = thin.filter((pl.col("placing") == "best") & pl.col("year").is_not_null())
    cells = best.group_by("year", "funder").agg(pl.col("pence").sum(), pl.col("grants").sum())
    cells = cells.with_columns(pl.col("funder").cast(pl.String))
    years = cells["year"].n_unique()
    always = cells.group_by("funder").agg(n=pl.col("year").n_unique()).filter(pl.col("n") == years)["funder"].sort()
    in_panel = pl.col("funder").is_in(always.implode())
    table = cells.group_by("year").agg(
        funders=pl.len().cast(pl.Int64),
        pence=pl.col("pence").sum(),
        panel_pence=pl.col("pence").filter(in_panel).sum(),
        grants=pl.col("grants").sum(),
    )
    table = table.sort("year")
    # Where all published in every year, growth is growth.
    if years < 2 or len(always) == cells["funder"].n_unique():
        return Coverage(table, tuple(always.to_list()), ())
    first, last = table.row(0, named=True), table.row(-1, named=True)
    share = int(table["panel_pence"].sum()) / max(int(table["pence"].sum()), 1)
    text = (
        f"{count(first['funders'], 'funder')} published awards of {first['year']}, {last['funders']:,} of "
        f"{last['year']}: a rise over the years may be a rise in publishing. {count(len(always), 'funder')} published "
        f"in every year; they gave {share:.0%} of the money, {in_words(first['panel_pence'])} in {first['year']} and "
        f"{in_words(last['panel_pence'])} in {last['year']} (the constant panel)."
    )
    return Coverage(table, tuple(always.to_list()), (Note(text, kind="info"),))
