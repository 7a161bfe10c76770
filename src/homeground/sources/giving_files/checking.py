"""Which grants hold to the standard beyond doubt, seen for thousands at once; and what is valid, but to be known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from homeground.sources.giving_files.frame import Batch
from homeground.sources.giving_files.standard import DAY, standard

__all__ = ["EMAIL", "PROBLEMS", "doubtful", "no_problems", "personal_cells", "to_be_known"]

PROBLEMS = {
    "file": pl.String, "row": pl.Int64, "field": pl.String, "problem": pl.String, "remedy": pl.String,
    "kind": pl.String, "rule": pl.String,
}  # fmt: skip
"""The columns of a table of problems."""

_MOMENT = (
    r"^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$"
)
_MONTH = r"^[0-9]{4}(?:-(?:0[1-9]|1[012]))?$"
# Addresses that hold to RFC 3986 beyond doubt; others are looked at one by one.
_ADDRESS = (
    r"^https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:/[A-Za-z0-9\-._~/=&;,+:@!$'()*]*)?"
    r"(?:\?[A-Za-z0-9\-._~/=&;,+:@!$'()*?]*)?$"
)
_POSTCODE = r"^(?i)[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}$"
EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
"""What an e-mail address looks like."""
_PHONE = r"(?:\+44\s?|\b0)(?:\d[\s-]?){9,10}\b"
_DECIMAL = r"^\s*-?\d*\.\d+(?:[eE][+-]?\d+)?\s*$"
_NUMBERED = ("id", "number", "code")  # fields whose numbers may be as long as a phone's
_MOJIBAKE = r"Ã[\x{80}-\x{bf}]|â€|Â[£\x{a0}-\x{bf}]|\x{fffd}"
_ORG_ID = r"^(?:[A-Z]{2}-[A-Z0-9]{2,}-.+|360G-.+|XI-[A-Z]+-.+|XM-[A-Z]+-.+)$"


def no_problems() -> pl.DataFrame:
    """Return an empty table of problems."""
    return pl.DataFrame(schema=PROBLEMS)


def doubtful(batch: Batch) -> pl.Series:
    """Return which grants of a batch must be checked one by one: all others hold to the standard beyond doubt."""
    known = standard()

    def fits(name: str, *patterns: str) -> pl.Expr:
        column = pl.col(name)
        return column.is_null() | pl.any_horizontal(column.str.contains(pattern) for pattern in patterns)

    whole = ("grant_id", "title", "description", "funder_id", "funder_name")
    sound = (
        ~pl.col("look")
        & pl.all_horizontal(pl.col(name).is_not_null() for name in whole)
        & (pl.col("recipient_org_id").is_null() == pl.col("recipient_org_name").is_null())
        & (pl.col("recipient_ind_id").is_null() == pl.col("recipient_ind_name").is_null())
        & (pl.col("recipient_org_id").is_not_null() != pl.col("recipient_ind_id").is_not_null())
        & pl.col("currency").is_in(list(known.currencies))
        & fits("award_date", DAY, _MOMENT)
        & fits("start_date", DAY, _MOMENT, _MONTH)
        & fits("end_date", DAY, _MOMENT, _MONTH)
        & fits("date_modified", _MOMENT)
        & fits("url", _ADDRESS)
        & fits("data_source", _ADDRESS)
        & fits("recipient_url", _ADDRESS)
        & (pl.col("from_open_call").is_null() | pl.col("from_open_call").is_in(["Yes", "No"]))
        & (pl.col("duration").is_null() | (pl.col("duration") >= 0))
        & pl.col("amount").is_finite()
    )
    doubt = ~batch.table.select(sound.fill_null(value=False)).to_series()
    countries = list(known.countries)
    odd = batch.places.filter(pl.col("country_code").is_not_null() & ~pl.col("country_code").is_in(countries))["at"]
    if len(odd):
        mask = doubt.to_numpy().copy()
        mask[np.unique(odd.to_numpy())] = True
        doubt = pl.Series(mask)
    return doubt


def to_be_known(batch: Batch, *, file: str, today: dt.date) -> pl.DataFrame:
    """Return what is valid in a batch, and yet to be known: one row for each, in the order of `PROBLEMS`."""
    table = batch.table.with_columns(row=pl.Series(batch.rows, dtype=pl.Int64)).with_columns(
        _day=pl.col("award_date").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    )
    found = _all_of(table, file, [*_of_money(), *_of_dates(today), *_of_names(), *_of_people(), *_of_text()])
    if batch.places.height:
        places = batch.places.with_columns(row=pl.Series(batch.rows)[batch.places["at"].to_numpy().astype(np.int64)])
        found += _all_of(places, file, _of_places())
    found = [table for table in found if table.height]
    return pl.concat(found) if found else no_problems()


_Told = tuple[str, str, pl.Expr, pl.Expr, str]


def personal_cells(table: pl.DataFrame, fields: dict[str, str], *, file: str, first_row: int) -> pl.DataFrame:
    """Return the cells of a sheet that hold an e-mail address or what looks like a phone number.

    Parameters
    ----------
    table : polars.DataFrame
        The sheet as it was read.
    fields : dict of str to str
        The headings to look at, and the field to tell of each.
    file : str
    first_row : int
        The row of the first grant.
    """
    text = table.select(pl.col(name).cast(pl.String) for name in fields).with_row_index("row", first_row)
    remedy = "Take it out before you publish: it may be somebody's own."
    all_told: list[_Told] = []
    for name, field in fields.items():
        cell, said = pl.col(name), f"'{name}' holds"
        mail = cell.str.contains("@", literal=True) & cell.str.contains(EMAIL)
        phone = cell.str.contains(_PHONE) & ~cell.str.contains(_DECIMAL)
        all_told.append(("email", field, mail, pl.lit(f"{said} an e-mail address"), remedy))
        if not field.lower().endswith(_NUMBERED):
            all_told.append(("phone", field, phone, pl.lit(f"{said} what looks like a phone number"), remedy))
    found = _all_of(text, file, all_told) if all_told and text.height else []
    return pl.concat(found) if found else no_problems()


def _all_of(table: pl.DataFrame, file: str, all_told: list[_Told]) -> list[pl.DataFrame]:
    """Return the rows of each thing that is to be known of a table: one look says which of them there are at all."""
    there = table.select(told[2].any().alias(str(at)) for at, told in enumerate(all_told)).row(0)
    return [_rows(table, file, *told) for told, is_there in zip(all_told, there, strict=True) if is_there]


def _rows(
    table: pl.DataFrame, file: str, rule: str, field: str, where: pl.Expr, problem: pl.Expr, remedy: str
) -> pl.DataFrame:
    there = table.filter(where.fill_null(value=False))
    if not there.height:
        return no_problems()
    return there.select(
        file=pl.lit(file),
        row=pl.col("row").cast(pl.Int64),
        field=pl.lit(field),
        problem=problem,
        remedy=pl.lit(remedy),
        kind=pl.lit("told"),
        rule=pl.lit(rule),
    )


def _say(template: str, *columns: str) -> pl.Expr:
    # Added up piece by piece: `pl.format` of polars 2.1 breaks on some filtered tables.
    first, *rest = template.split("{}")
    said = pl.lit(first)
    for name, text in zip(columns, rest, strict=True):
        said = said + pl.col(name).cast(pl.String).fill_null("") + pl.lit(text)
    return said


def _of_money() -> list[_Told]:
    amount = pl.col("amount")
    pence = (amount * 100).round()
    return [
        (
            "amount-none", "amountAwarded", amount == 0, pl.lit("the amount is 0"),
            "It is counted apart. If the grant was made, give its amount.",
        ),
        (
            "amount-below-none", "amountAwarded", amount < 0, _say("the amount {} is below nought", "amount"),
            "It is counted apart. If money was paid back, say so in the description and lower the first grant.",
        ),
        (
            "amount-fraction", "amountAwarded", (amount * 100 - pence).abs() > 1e-4,
            _say("the amount {} has more than two decimals; it is rounded to the penny", "amount"),
            "Give pounds and pence.",
        ),
        (
            "amount-huge", "amountAwarded", amount.abs() > 1e12,
            _say("the amount {} is larger than any grant", "amount"),
            "Check the number of noughts.",
        ),
    ]  # fmt: skip


def _of_dates(today: dt.date) -> list[_Told]:
    day = pl.col("_day")
    starts = pl.col("start_date").str.slice(0, 10)
    ends = pl.col("end_date").str.slice(0, 10)
    return [
        (
            "award-in-future", "awardDate", day > today,
            _say("the award date {} is in the future", "award_date"),
            "Correct the date, or publish the grant when it is awarded.",
        ),
        (
            "award-long-ago", "awardDate", day < dt.date(1900, 1, 1),
            _say("the award date {} is long ago", "award_date"),
            "Check the year.",
        ),
        (
            "award-no-day", "awardDate", day.is_null() & pl.col("award_date").str.contains(DAY),
            _say("there is no such day as {}", "award_date"), "Correct the day.",
        ),
        (
            "ends-before-start", "plannedDates", ends.str.slice(0, 7) < starts.str.slice(0, 7),
            _say("it ends ({}) before it starts ({})", "end_date", "start_date"), "Correct one of the two dates.",
        ),
    ]  # fmt: skip


def _of_names() -> list[_Told]:
    known = standard()
    return [
        (
            "id-form", "id", ~pl.col("grant_id").str.starts_with("360G-"),
            _say("the identifier '{}' does not begin with 360G- and the publisher's prefix", "grant_id"),
            "Register a prefix with 360Giving and begin each identifier with it.",
        ),
        (
            "funder-form", "fundingOrganization/0/id", ~pl.col("funder_id").str.contains(_ORG_ID),
            _say("the funder's identifier '{}' is in no known form", "funder_id"),
            "Use an identifier of org-id.guide, such as GB-CHC-1000000 for a charity.",
        ),
        (
            "regrant-unknown", "regrantType", ~pl.col("regrant_type").is_in(list(known.regrant_types)),
            _say("'{}' is no type of re-grant", "regrant_type"), f"Use one of {', '.join(known.regrant_types)}.",
        ),
        (
            "scope-unknown", "locationScope", ~pl.col("location_scope").is_in(list(known.scope_types)),
            _say("'{}' is no scope of a location", "location_scope"), f"Use one of {', '.join(known.scope_types)}.",
        ),
    ]  # fmt: skip


def _of_people() -> list[_Told]:
    return [
        (
            "person-without-details", "toIndividualsDetails",
            pl.col("recipient_ind_id").is_not_null() & ~pl.col("details"),
            pl.lit("the grant went to a person, and nothing says why or for what"),
            "Give 'To Individuals Details', so that such grants can be counted by reason.",
        )
    ]  # fmt: skip


def _of_text() -> list[_Told]:
    found: list[_Told] = []
    for name, field in (("title", "title"), ("description", "description")):
        text = pl.col(name)
        found += [
            (
                "email", field, text.str.contains("@", literal=True) & text.str.contains(EMAIL),
                pl.lit(f"the {field} holds an e-mail address"),
                "Take it out before you publish: it may be somebody's own.",
            ),
            (
                "phone", field, text.str.contains(_PHONE), pl.lit(f"the {field} holds what looks like a phone number"),
                "Take it out before you publish: it may be somebody's own.",
            ),
        ]  # fmt: skip
    for name, field in (
        ("title", "title"), ("description", "description"), ("recipient_org_name", "recipientOrganization/0/name"),
    ):  # fmt: skip
        found.append(
            (
                "mojibake", field, pl.col(name).str.contains(_MOJIBAKE),
                pl.lit("the text was read in a wrong encoding before it was published (such as Â£ for £)"),
                "Export the file again as UTF-8.",
            )
        )  # fmt: skip
    return found


def _of_places() -> list[_Told]:
    code, kind = pl.col("geo_code"), pl.col("geo_code_type")
    postcode = code.str.contains(_POSTCODE)
    types = sorted(standard().place_types)
    return [
        (
            "postcode-as-code", "beneficiaryLocation/geoCode", postcode,
            _say("'{}' is a postcode, not the code of an area", "geo_code"),
            "Give the code of a ward or small area (E05…, E01…), never the postcode of people who are helped.",
        ),
        (
            "place-type-unknown", "beneficiaryLocation/geoCodeType",
            ~kind.is_in(types) & ~postcode.fill_null(value=False),
            _say("'{}' is no type of area that the standard knows", "geo_code_type"),
            "Use a code of its list, such as LSOA, WD (ward) or UA and NMD (districts).",
        ),
        (
            "place-type-without-code", "beneficiaryLocation/geoCode",
            kind.is_not_null() & (code.is_null() | (code == "")),
            _say("the type of area ({}) is given, and no code", "geo_code_type"),
            "Give the code, or take the type out.",
        ),
    ]  # fmt: skip
