"""Grants in CSV and XLSX: headings to fields of the standard, and rows to a batch or, one by one, to plain data."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from homeground.sources.giving_files.frame import LOCATIONS, TEXT, Batch
from homeground.sources.giving_files.standard import DAY, standard

__all__ = ["Heading", "batch_of_rows", "grant_of_row", "headings_of", "tidy"]

_NUMBER = r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$"
_SHEET_DAY = r"^(\d{4}-\d{2}-\d{2})[ T]00:00:00(?:\.0+)?$"
_MOMENT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"
# Where the columns of a batch come from; all else is looked at one by one when it is not plain text.
_SHOWN = {
    "grant_id": ("id",), "title": ("title",), "description": ("description",), "currency": ("currency",),
    "amount": ("amountAwarded",), "award_date": ("awardDate",), "url": ("url",), "date_modified": ("dateModified",),
    "data_source": ("dataSource",), "funder_id": ("fundingOrganization", 0, "id"),
    "funder_name": ("fundingOrganization", 0, "name"), "recipient_org_id": ("recipientOrganization", 0, "id"),
    "recipient_org_name": ("recipientOrganization", 0, "name"), "recipient_ind_id": ("recipientIndividual", "id"),
    "recipient_ind_name": ("recipientIndividual", "name"),
    "recipient_postcode": ("recipientOrganization", 0, "postalCode"),
    "recipient_type": ("recipientOrganization", 0, "organisationType"),
    "recipient_url": ("recipientOrganization", 0, "url"), "programme": ("grantProgramme", 0, "title"),
    "programme_code": ("grantProgramme", 0, "code"), "funding_type": ("fundingType", 0, "title"),
    "regrant_type": ("regrantType",), "location_scope": ("locationScope",), "from_open_call": ("fromOpenCall",),
    "start_date": ("plannedDates", 0, "startDate"), "end_date": ("plannedDates", 0, "endDate"),
    "duration": ("plannedDates", 0, "duration"), "status": ("status",),
}  # fmt: skip
_PLACE = {
    "geo_code": "geoCode", "geo_code_type": "geoCodeType", "name": "name", "country_code": "countryCode",
    "latitude": "latitude", "longitude": "longitude",
}  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """A heading that is known: the path of its field and what the field may hold."""

    name: str
    path: tuple[str | int, ...]
    holds: str


def headings_of(names: Sequence[str]) -> tuple[list[Heading], list[str]]:
    """Return the headings that are fields of the standard, and the others.

    Paths (``recipientOrganization/0/name``) and titles (``Recipient Org:Name``, ``Recipient Org:0:Name``) are
    understood, with other capitals and blanks too. A path that was named already does not count again.

    Examples
    --------
    >>> known, others = headings_of(["Recipient Org:Name", "beneficiaryLocation/1/geoCode", "Ref No"])
    >>> [heading.path for heading in known], others
    ([('recipientOrganization', 0, 'name'), ('beneficiaryLocation', 1, 'geoCode')], ['Ref No'])
    """
    known: dict[tuple[str | int, ...], Heading] = {}
    others = []
    for name in names:
        found = _resolve(name)
        if found is None or found.path in known:
            others.append(name)
        else:
            known[found.path] = found
    return list(known.values()), others


@functools.cache
def _resolve(name: str) -> Heading | None:
    if _key(name) == "status":  # beyond the standard, and it says whether a grant was withdrawn
        return Heading(name, ("status",), "text")
    for separator in (":", "/"):
        steps = [step.strip() for step in name.split(separator)]
        if len(steps) > 1 or separator == "/":
            found = _walk(steps)
            if found is not None:
                return Heading(name, *found)
    return None


def _walk(steps: list[str]) -> tuple[tuple[str | int, ...], str] | None:
    tables = standard().tables
    table: str | None = "Grant"
    path: list[str | int] = []
    holds, listed = "", False
    for step in steps:
        if step.isdigit():
            if not listed:
                return None
            path.append(int(step))
            listed = False
            continue
        if table is None:
            return None
        key = _key(step)
        fit = next((f for f, said in tables[table].items() if key in (_key(f), _key(str(said["title"])))), None)
        if fit is None:
            return None
        if listed:
            path.append(0)
        holds = str(tables[table][fit]["is"])
        inner = re.sub(r"[\[\]+?]", "", holds)
        path.append(fit)
        listed = holds.startswith("[")
        table = inner if inner in tables else None
    if table is not None:
        return None  # a heading that names a whole table says nothing
    if listed:
        path.append(0)
    return tuple(path), re.sub(r"[\[\]+]", "", holds)


def _key(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def tidy(table: pl.DataFrame, headings: Sequence[Heading]) -> pl.DataFrame:
    """Return the known columns as text without blanks around it; empty cells are nothing, days of a sheet are days."""
    columns = []
    for heading in headings:
        text = pl.col(heading.name).cast(pl.String).str.strip_chars()
        if "date" in heading.holds and "date-time" not in heading.holds:
            text = text.str.replace(_SHEET_DAY, "$1")
        elif "date-time" in heading.holds:
            text = text.str.replace(_SHEET_DAY, "${1}T00:00:00Z")
        elif heading.holds.startswith("number"):
            text = text.str.replace(r"^(-?\d+)\.0+$", "$1")
        columns.append(pl.when(text != "").then(text).alias(heading.name))
    return table.select(columns)


def batch_of_rows(table: pl.DataFrame, headings: Sequence[Heading], rows: np.ndarray[Any, np.dtype[np.int64]]) -> Batch:
    """Return the batch of a tidied table."""
    by_path = {heading.path: heading.name for heading in headings}
    columns: dict[str, pl.Series] = {}
    look = pl.Series([False] * table.height, dtype=pl.Boolean)
    nothing = pl.Series([None] * table.height, dtype=pl.String)
    for name in (*TEXT, "amount", "duration"):
        given = by_path.get(_SHOWN.get(name, ("",)))
        columns[name] = (table[given] if given else nothing).alias(name)
    for name in ("amount", "duration"):
        number = columns[name].str.contains(_NUMBER)
        look = look | (columns[name].is_not_null() & ~number.fill_null(value=False))
        columns[name] = columns[name].set(~number.fill_null(value=False), None).cast(pl.Float64, strict=False)
    shown = set(_SHOWN.values())
    for heading in headings:
        if heading.path in shown or heading.path[0] == "beneficiaryLocation":
            continue
        look = look | _doubt(table[heading.name], heading)
    places, odd = _places(table, headings)
    details = nothing.is_not_null()
    for heading in headings:
        if heading.path[0] == "toIndividualsDetails":
            details = details | table[heading.name].is_not_null()
    made = pl.DataFrame(list(columns.values())).with_columns(look=look | odd, details=details)
    return Batch(rows, made, places)


def _doubt(series: pl.Series, heading: Heading) -> pl.Series:
    """Return which cells of a column that is not shown may break a rule: plain text cannot."""
    if heading.holds.removesuffix("?") == "text":
        # A second organisation, or a table that needs several fields, is looked at whole.
        deep = heading.path[0] in ("recipientOrganization", "fundingOrganization") and heading.path[1:2] != (0,)
        return series.is_not_null() if deep else pl.Series([False] * len(series))
    patterns = {
        "number": _NUMBER,
        "number from 0": r"^\d+(\.\d+)?$",
        "date": DAY,
        "event date": DAY,
        "date-time": _MOMENT,
    }
    pattern = patterns.get(heading.holds.removesuffix("?"))
    return series.is_not_null() if pattern is None else ~series.str.contains(pattern).fill_null(value=True)


def _places(table: pl.DataFrame, headings: Sequence[Heading]) -> tuple[pl.DataFrame, pl.Series]:
    found: dict[tuple[str, str | int], dict[str, str]] = {}
    odd = pl.Series([False] * table.height, dtype=pl.Boolean)
    for heading in headings:
        path = heading.path
        if path[0] == "beneficiaryLocation":
            found.setdefault(("beneficiary", path[1]), {})[str(path[2])] = heading.name
        elif path[:3] == ("recipientOrganization", 0, "location"):
            found.setdefault(("recipient", path[3]), {})[str(path[4])] = heading.name
    parts = []
    for (role, _), fields in found.items():
        columns = {"at": pl.int_range(0, table.height, dtype=pl.UInt32), "role": pl.lit(role)}
        for name, field in _PLACE.items():
            given = fields.get(field)
            text = pl.col(given) if given else pl.lit(None, dtype=pl.String)
            columns[name] = text.cast(pl.Float64, strict=False) if name in ("latitude", "longitude") else text
            if given and name in ("latitude", "longitude"):
                odd = odd | ~table[given].str.contains(_NUMBER).fill_null(value=True)
        for field in ("dateModified",):
            if field in fields:
                odd = odd | table[fields[field]].is_not_null()
        part = table.select(**columns)
        there = pl.any_horizontal(pl.col(name).is_not_null() for name in _PLACE)
        parts.append(part.filter(there))
    if not parts:
        return pl.DataFrame(schema=LOCATIONS), odd
    return pl.concat(parts).cast(LOCATIONS).sort("at", maintain_order=True), odd  # type: ignore[arg-type]


def grant_of_row(cells: dict[str, str | None], headings: Sequence[Heading]) -> dict[str, Any]:
    """Return the plain data of one row: cells that are empty are absent, numbers are numbers where they can be."""
    grant: dict[str, Any] = {}
    for heading in headings:
        text = cells.get(heading.name)
        if text is None:
            continue
        value: Any = text
        if heading.holds.startswith("number") and re.fullmatch(_NUMBER, text):
            value = float(text)
            value = int(value) if value.is_integer() and abs(value) < 1e15 else value
        _put(grant, heading.path, value)
    whole: dict[str, Any] = _without_gaps(grant)
    return whole


def _put(holder: Any, path: tuple[str | int, ...], value: Any) -> None:
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        while len(holder) <= step:
            holder.append(None)
    if not rest:
        holder[step] = value
        return
    inner = holder[step] if isinstance(step, int) else holder.get(step)
    if inner is None:
        inner = [] if isinstance(rest[0], int) else {}
        holder[step] = inner
    _put(inner, rest, value)


def _without_gaps(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_gaps(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_gaps(item) for item in value if item is not None]
    return value
