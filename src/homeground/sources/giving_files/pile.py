"""What was read of one file of grants so far: what is good is piled up, what is not is told."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from homeground.errors import HomegroundError
from homeground.provenance import Note
from homeground.sources.giving_files.checking import PROBLEMS, to_be_known
from homeground.sources.giving_files.frame import Batch
from homeground.sources.giving_files.standard import Rule
from homeground.sources.giving_files.wording import said

__all__ = ["AWARDS", "PLACES", "Pile"]

AWARDS = {
    "award": pl.UInt32, "file": pl.String, "row": pl.Int64, "grant_id": pl.String, "title": pl.String,
    "description": pl.String, "amount_pence": pl.Int64, "currency": pl.String, "award_date": pl.Date,
    "award_year": pl.Int32, "funder_id": pl.String, "funder_name": pl.String, "recipient_id": pl.String,
    "recipient_name": pl.String, "recipient_kind": pl.String, "recipient_postcode": pl.String,
    "recipient_type": pl.String, "programme": pl.String, "funding_type": pl.String, "regrant_type": pl.String,
    "location_scope": pl.String, "start_date": pl.Date, "end_date": pl.Date, "duration_months": pl.Int32,
    "status": pl.String, "date_modified": pl.String, "mended": pl.Boolean,
}  # fmt: skip
"""The columns of a table of awards."""

PLACES = {
    "award": pl.UInt32, "role": pl.String, "geo_code": pl.String, "geo_code_type": pl.String, "name": pl.String,
    "country_code": pl.String, "latitude": pl.Float64, "longitude": pl.Float64,
}  # fmt: skip
"""The columns of a table of locations."""

_MOST_FAILED = 200_000  # grants to be mended are kept until the file is at its end: no more than this


@dataclass
class Pile:
    """What was read of one file so far."""

    path: Path
    mend: bool
    today: dt.date
    format: str = ""
    licence: str = ""
    publisher: str = ""
    rows: int = 0
    parts: list[pl.DataFrame] = field(default_factory=list)
    places: list[pl.DataFrame] = field(default_factory=list)
    problems: list[pl.DataFrame] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    failed: list[tuple[int, Any, list[Rule]]] = field(default_factory=list)
    lost: Counter[tuple[str, int]] = field(default_factory=Counter)  # currency and pence of grants that are not kept
    height: int = 0

    def add(self, batch: Batch, keep: pl.Series, *, mended_: bool = False) -> None:
        """Put the grants of a batch that are marked `keep` on the pile."""
        whole = keep.all()
        table = batch.table.with_columns(row=pl.Series(batch.rows, dtype=pl.Int64))
        places = batch.places
        if not whole:
            new = np.cumsum(keep.to_numpy()) - 1
            table = table.filter(keep)
            at = places["at"].to_numpy().astype(np.int64)
            places = places.filter(pl.Series(keep.to_numpy()[at], dtype=pl.Boolean))
            places = places.with_columns(at=pl.Series(new[places["at"].to_numpy().astype(np.int64)], dtype=pl.UInt32))
        if not table.height:
            return
        self.parts.append(_awards(table, self.path.name, self.height, mended=mended_))
        self.places.append(
            places.select(
                award=(pl.col("at") + self.height).cast(pl.UInt32),
                role="role", geo_code=_bare("geo_code"), geo_code_type=_bare("geo_code_type"), name=_bare("name"),
                country_code="country_code", latitude="latitude", longitude="longitude",
            )
        )  # fmt: skip
        self.height += table.height

    def take(self, other: Pile) -> None:
        """Put another pile of the same file on top of this one."""
        for part, places in zip(other.parts, other.places, strict=True):
            self.parts.append(part.with_columns(award=pl.col("award") + self.height))
            self.places.append(places.with_columns(award=pl.col("award") + self.height))
        self.problems += other.problems
        self.notes += other.notes
        self.failed += other.failed[: max(0, _MOST_FAILED - len(self.failed))]
        self.lost.update(other.lost)
        self.height += other.height

    def know(self, batch: Batch) -> None:
        """Tell what is to be known of the grants of a batch, good ones and others."""
        self.problems.append(to_be_known(batch, file=self.path.name, today=self.today))

    def tell(self, row: int | None, field_: str, problem: str, remedy: str, rule: str, kind: str = "error") -> None:
        """Tell one problem."""
        told = (self.path.name, row, field_, problem, remedy, kind, rule)
        self.problems.append(pl.DataFrame([told], schema=PROBLEMS, orient="row"))

    def tell_rules(
        self, failed: Iterable[tuple[int, Any, list[Rule]]], *, without: frozenset[str] = frozenset()
    ) -> None:
        """Tell the broken rules of several grants; `without` names fields that were told for the whole file."""
        told = []
        for row, grant, rules in failed:
            for rule in rules:
                field_, problem, remedy = said(rule, grant)
                if field_ in without and problem.endswith("missing"):
                    continue
                told.append((self.path.name, row, field_, problem, remedy, "error", _rule(rule)))
        if told:
            self.problems.append(pl.DataFrame(told, schema=PROBLEMS, orient="row"))

    def cannot(self, error: HomegroundError) -> None:
        """Tell that the file cannot be read, and keep nothing of it."""
        self.parts, self.places, self.problems, self.failed, self.height = [], [], [], [], 0
        self.lost.clear()
        self.tell(error.row or 1, error.column or "", error.problem, error.remedy, "file")

    def lose(self, grant: Any) -> None:
        """Count the money of a grant that is not kept, where its amount can be read."""
        amount, currency = (
            (grant.get("amountAwarded"), grant.get("currency")) if isinstance(grant, dict) else (None, None)
        )
        if isinstance(amount, (int, float)) and not isinstance(amount, bool) and abs(amount) < 1e15:
            self.lost[str(currency), round(amount * 100)] += 1

    def set_aside(self, failed: list[tuple[int, Any, list[Rule]]]) -> None:
        """Keep grants that break the standard, to be mended when the file is at its end, and count their money."""
        for _, grant, _rules in failed:
            self.lose(grant)
        if self.mend and len(self.failed) + len(failed) <= _MOST_FAILED:
            self.failed += failed

    def tables(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the awards and their places."""
        if len(self.parts) > 1 or len(self.places) > 1:
            self.parts, self.places = [_whole(self.parts, AWARDS)], [_whole(self.places, PLACES)]
        awards, places = _whole(self.parts, AWARDS), _whole(self.places, PLACES)
        return awards if awards["row"].is_sorted() else awards.sort("row", maintain_order=True), places

    def summary(self) -> pl.DataFrame:
        """Return one row for each currency of the file."""
        awards, _ = self.tables()
        good = awards.group_by("currency").agg(good=pl.len(), pence=pl.col("amount_pence").sum())
        money: Counter[str] = Counter()
        known: Counter[str] = Counter()
        for currency, rows, pence in good.iter_rows():
            known[currency] += rows
            money[currency] += int(pence or 0)
        whole = Counter(money)
        for (currency, pence), times in self.lost.items():
            whole[currency] += pence * times
        currencies: list[str | None] = [*sorted(set(whole) | set(known))] or [None]
        return pl.DataFrame(
            {
                "file": [self.path.name] * len(currencies),
                "format": self.format,
                "licence": self.licence,
                "publisher": self.publisher,
                "rows": self.rows,
                "good_rows": pl.Series([known[c] if c else 0 for c in currencies], dtype=pl.Int64),
                "currency": pl.Series(currencies, dtype=pl.String),
                "amount_pence": pl.Series([whole[c] if c else 0 for c in currencies], dtype=pl.Int64),
                "good_amount_pence": pl.Series([money[c] if c else 0 for c in currencies], dtype=pl.Int64),
            }
        )


def _whole(parts: list[pl.DataFrame], schema: dict[str, Any]) -> pl.DataFrame:
    """Return the parts as one table; they are taken out of the list, so that no column is held twice for long."""
    if not parts:
        return pl.DataFrame(schema=schema)
    table = pl.concat(parts)
    if len(parts) > 1:
        parts.clear()
        # One column after another: whoever joins or filters would else copy all of them, and keep both.
        for name in table.columns:
            table = table.with_columns(table[name].rechunk())
    return table


def _bare(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)


def _rule(rule: Rule) -> str:
    path = "/".join("*" if isinstance(step, int) else step for step in rule.path)
    return f"{rule.keyword} {path}".strip()


def _awards(table: pl.DataFrame, file: str, first: int, *, mended: bool) -> pl.DataFrame:
    organization = pl.col("recipient_org_name").is_not_null() | pl.col("recipient_org_id").is_not_null()
    person = pl.col("recipient_ind_id").is_not_null() | pl.col("recipient_ind_name").is_not_null()
    day = pl.col("award_date").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    post = pl.col("recipient_postcode").str.to_uppercase().str.strip_chars()
    return table.select(
        award=pl.int_range(first, first + table.height, dtype=pl.UInt32),
        file=pl.lit(file),
        row="row",
        grant_id=_bare("grant_id"),
        title=_bare("title"),
        description=_bare("description"),
        amount_pence=(pl.col("amount") * 100).round().cast(pl.Int64, strict=False),
        currency="currency",
        award_date=day,
        award_year=day.dt.year().cast(pl.Int32),
        funder_id=_bare("funder_id"),
        funder_name=_bare("funder_name"),
        recipient_id=pl.when(organization).then("recipient_org_id").otherwise("recipient_ind_id"),
        recipient_name=pl.when(organization).then("recipient_org_name").otherwise("recipient_ind_name"),
        recipient_kind=pl.when(organization)
        .then(pl.lit("organisation"))
        .when(person)
        .then(pl.lit("individual"))
        .otherwise(pl.lit("")),
        recipient_postcode=pl.when(post != "").then(post),
        recipient_type="recipient_type",
        programme=_bare("programme"),
        funding_type="funding_type",
        regrant_type="regrant_type",
        location_scope="location_scope",
        start_date=_month_or_day("start_date"),
        end_date=_month_or_day("end_date"),
        duration_months=pl.col("duration").round().cast(pl.Int32, strict=False),
        status="status",
        date_modified="date_modified",
        mended=pl.lit(mended),
    ).cast(AWARDS)  # type: ignore[arg-type]


def _month_or_day(name: str) -> pl.Expr:
    text = pl.col(name)
    padded = pl.when(text.str.len_chars() == 4).then(text + "-01-01").when(text.str.len_chars() == 7).then(text + "-01")
    return padded.otherwise(text.str.slice(0, 10)).str.to_date("%Y-%m-%d", strict=False)
