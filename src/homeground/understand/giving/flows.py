"""Money passed on is counted once, at the last hop that is seen; endowments are spread over the years of spending."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from homeground.money import in_words
from homeground.provenance import Note
from homeground.understand.giving.beside import beside
from homeground.understand.giving.rules import Rules
from homeground.words import count

__all__ = ["Flows", "flows", "spent"]

_ENDOWMENT = "FRG060"


@dataclass(frozen=True)
class Flows:
    """A ledger in which money that was passed on counts where it arrived.

    Attributes
    ----------
    ledger : polars.DataFrame
        With ``regrant`` (why an award is one to be passed on: 'flagged', 'recipient gives on' or null),
        ``passed_on_pence`` and the lowered ``counts_pence``.
    unresolved_pence : int
        What awards flagged as regrants still count for: their onward grants are not in the files.
    passed_on_pence : int
        What was taken off, because the onward grants are in the files.
    notes : tuple of Note
    """

    ledger: pl.DataFrame
    unresolved_pence: int
    passed_on_pence: int
    notes: tuple[Note, ...]


def flows(ledger: pl.DataFrame) -> Flows:
    """Return the ledger with each pound at the last hop that was seen.

    An award is an upstream one if it is flagged (``regrant_type``), or if its recipient is a funder in the files. It is
    lowered by what the recipient gave on from its date on, the earliest award first, never below nought. What a
    recipient gives back to one that funds it is not given on.

    Parameters
    ----------
    ledger : polars.DataFrame
        As `homeground.understand.giving.canonical.canonical` returns it.
    """
    thin = ledger.select("award", "counts_pence", "award_date", "funder_id", "recipient_id", "regrant_type", "class")
    counted = thin.filter((pl.col("class") == "grant") & (pl.col("counts_pence") > 0)).drop("class")
    givers = counted["funder_id"].drop_nulls().unique()
    other = pl.col("recipient_id") != pl.col("funder_id")
    gives_on = (pl.col("recipient_id").is_in(givers.implode()) & other).fill_null(value=False)
    flagged = pl.col("regrant_type").is_not_null() & (pl.col("regrant_type").str.strip_chars() != "")
    upstream = counted.filter(gives_on & pl.col("award_date").is_not_null())
    taken = _taken(upstream, counted)
    kind = pl.when(flagged).then(pl.lit("flagged")).when(gives_on).then(pl.lit("recipient gives on"))
    marks = counted.select("award", regrant=kind).filter(pl.col("regrant").is_not_null())
    marks = marks.join(taken, on="award", how="left").with_columns(pl.col("passed_on_pence").fill_null(0))
    table = beside(ledger, marks).with_columns(pl.col("passed_on_pence").fill_null(0))
    lowered = pl.col("passed_on_pence") > 0
    table = table.with_columns(
        counts_pence=pl.col("counts_pence") - pl.col("passed_on_pence"),
        why=pl.when(lowered)
        .then(pl.lit("counted less what the recipient gave on, which counts where it arrived"))
        .otherwise("why"),
    )
    unresolved = int(table.select(pl.col("counts_pence").filter(pl.col("regrant") == "flagged").sum()).item())
    passed = int(table["passed_on_pence"].sum())
    return Flows(table, unresolved, passed, _told(table, unresolved, passed))


def _taken(upstream: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    """Return how much of each upstream award its recipient was seen to give on.

    What a recipient holds is a purse that awards fill and onward grants empty, never below nought: the running balance
    less its lowest point so far.
    """
    edges = upstream.select(purse="recipient_id", back="funder_id").unique()
    purses = edges["purse"].unique()
    onward = counted.filter(
        pl.col("funder_id").is_in(purses.implode())
        & (pl.col("recipient_id") != pl.col("funder_id")).fill_null(value=True)
        & pl.col("award_date").is_not_null()
    ).join(edges, left_on=["funder_id", "recipient_id"], right_on=["purse", "back"], how="anti")
    moves = pl.concat(
        [
            upstream.select("award", "award_date", purse="recipient_id", pence="counts_pence", out=pl.lit(0)),
            onward.select("award", "award_date", purse="funder_id", pence=-pl.col("counts_pence"), out=pl.lit(1)),
        ]
    ).sort("purse", "award_date", "out", "pence")
    running = moves.with_columns(_run=pl.col("pence").cum_sum().over("purse"))
    lowest = pl.min_horizontal(pl.col("_run").min(), pl.lit(0))
    left = running.group_by("purse").agg(_left=pl.col("_run").last() - lowest)
    filled = upstream.rename({"recipient_id": "purse"}).join(left, on="purse")
    filled = filled.sort("purse", "award_date", "counts_pence", "award")
    total = pl.col("counts_pence").sum().over("purse")
    before = pl.col("counts_pence").cum_sum().over("purse") - pl.col("counts_pence")
    gone = (total - pl.col("_left") - before).clip(0, pl.col("counts_pence"))
    return filled.select("award", passed_on_pence=gone)


def _told(table: pl.DataFrame, unresolved: int, passed: int) -> tuple[Note, ...]:
    notes = []
    if passed:
        n = int(table.select((pl.col("passed_on_pence") > 0).sum()).item())
        text = (
            f"{in_words(passed)} of {count(n, 'award')} was given on by the recipient and counts only where it arrived"
        )
        notes.append(Note(f"{text}.", kind="info"))
    if unresolved:
        n = int(table.select(((pl.col("regrant") == "flagged") & (pl.col("counts_pence") > 0)).sum()).item())
        text = f"{in_words(unresolved)} of {count(n, 'award')} was given to be passed on, and the onward grants are not"
        notes.append(Note(f"{text} in these files: where it arrived is not known.", kind="missing"))
    return tuple(notes)


def spent(ledger: pl.DataFrame, *, rules: Rules) -> tuple[pl.DataFrame, tuple[Note, ...]]:
    """Return the counted money by year of spending: ``award``, ``year``, ``pence``, ``grants``.

    Without ``spend_endowments`` each award stands in its own year. With it, an endowment (flagged FRG060, or lasting
    ``endowment_least_years`` or more) is spread evenly over its years; the pence that do not divide go to the earliest.
    """
    months = pl.coalesce(
        pl.col("duration_months"),
        ((pl.col("end_date") - pl.col("start_date")).dt.total_days() / 30.4375).round(0).cast(pl.Int32),
    )
    base = ledger.select(
        "award", "regrant_type", year=pl.col("award_year").cast(pl.Int32), pence="counts_pence", months=months
    ).filter(pl.col("pence") > 0)
    once = base.select("award", "year", "pence", grants=pl.lit(1.0))
    if not rules.spend_endowments:
        return once, ()
    long = pl.col("months") >= 12 * rules.endowment_least_years
    endowed = (pl.col("regrant_type") == _ENDOWMENT).fill_null(value=False) | long.fill_null(value=False)
    some = base.filter(endowed & pl.col("year").is_not_null())
    if some.height == 0:
        return once, ()
    years = pl.coalesce((pl.col("months") / 12).ceil().cast(pl.Int64), pl.lit(rules.endowment_spend_years)).clip(1)
    spread = some.with_columns(_years=years).with_columns(_k=pl.int_ranges(0, pl.col("_years"))).explode("_k")
    extra = (pl.col("_k") < pl.col("pence") % pl.col("_years")).cast(pl.Int64)
    spread = spread.select(
        "award",
        year=(pl.col("year") + pl.col("_k")).cast(pl.Int32),
        pence=pl.col("pence") // pl.col("_years") + extra,
        grants=1.0 / pl.col("_years"),
    )
    rest = once.join(some.select("award"), on="award", how="anti")
    text = (
        f"{count(some.height, 'endowment')} with {in_words(int(some['pence'].sum()))} spread over the years of spending"
    )
    last = int(base["year"].max())  # type: ignore[arg-type]
    later = int(spread.filter(pl.col("year") > last)["pence"].sum())
    beyond = f"; {in_words(later)} of it falls after {last}, the last year with an award" if later else ""
    return pl.concat([rest, spread]), (Note(f"{text}{beyond}.", kind="assumed"),)
