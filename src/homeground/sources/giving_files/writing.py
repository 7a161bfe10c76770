"""Grants out again, as valid files of the standard."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from homeground.errors import BadSpecification, BadTable
from homeground.provenance import Source
from homeground.sources.giving_files.standard import broken_rules, standard
from homeground.sources.giving_files.wording import title_of
from homeground.sources.whole import put_whole

__all__ = ["write_grants"]

_TOP = {
    "grant_id": "id", "title": "title", "description": "description", "currency": "currency",
    "regrant_type": "regrantType", "location_scope": "locationScope", "date_modified": "dateModified",
}  # fmt: skip
_PLACE = {
    "name": "name", "country_code": "countryCode", "latitude": "latitude", "longitude": "longitude",
    "geo_code": "geoCode", "geo_code_type": "geoCodeType",
}  # fmt: skip


def write_grants(
    awards: pl.DataFrame,
    locations: pl.DataFrame,
    out: Path | str,
    *,
    publisher: str = "",
    sources: Sequence[Source] = (),
) -> list[Path]:
    """Write grants as a valid file of the 360Giving standard, whole or not at all.

    Parameters
    ----------
    awards, locations : polars.DataFrame
        As `homeground.sources.giving.Grants` has them.
    out : Path
        ``.json`` or ``.csv`` (with the titles of the standard as headings).
    publisher : str
        Who publishes the file ('' leaves it out).
    sources : sequence of Source
        Their licences are named in a JSON file.

    Returns
    -------
    list of Path

    Raises
    ------
    BadSpecification
        If the ending is another one.
    BadTable
        If a grant lacks what the standard needs: it is named, and nothing is written.
    """
    out = Path(out)
    grants = _grants(awards, locations)
    for at, grant in enumerate(grants):
        rules = broken_rules(grant)
        if rules:
            raise BadTable(
                f"the grant '{grant.get('id', '')}' cannot be published: {rules[0].message[:120]}",
                remedy="Leave out grants that were kept though they lack something, or fill it in.",
                row=at + 1,
            )
    if out.suffix.lower() == ".json":
        return put_whole([(out, _as_json(grants, publisher, sources))])
    if out.suffix.lower() == ".csv":
        return put_whole([(out, _as_csv(grants))])
    raise BadSpecification(f"grants cannot be written as '{out.suffix}'", remedy="Use .json or .csv.", file=out)


def _grants(awards: pl.DataFrame, locations: pl.DataFrame) -> list[dict[str, Any]]:
    places: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for row in locations.iter_rows(named=True):
        told = {field: row[name] for name, field in _PLACE.items() if row[name] is not None}
        places.setdefault((row["award"], row["role"]), []).append(told)
    return [_grant(row, places) for row in awards.iter_rows(named=True)]


def _grant(row: dict[str, Any], places: dict[tuple[int, str], list[dict[str, Any]]]) -> dict[str, Any]:
    grant: dict[str, Any] = {field: row[name] for name, field in _TOP.items() if row[name] is not None}
    for needed in ("title", "description"):
        grant.setdefault(needed, "")
    if row["amount_pence"] is not None:
        whole, rest = divmod(row["amount_pence"], 100)
        grant["amountAwarded"] = whole if not rest else row["amount_pence"] / 100
    if row["award_date"] is not None:
        grant["awardDate"] = row["award_date"].isoformat()
    grant["fundingOrganization"] = [_named(row["funder_id"], row["funder_name"])]
    recipient = _named(row["recipient_id"], row["recipient_name"])
    if row["recipient_kind"] == "individual":
        grant["recipientIndividual"] = recipient
    else:
        if row["recipient_postcode"]:
            recipient["postalCode"] = row["recipient_postcode"]
        if row["recipient_type"]:
            recipient["organisationType"] = row["recipient_type"]
        there = places.get((row["award"], "recipient"))
        if there:
            recipient["location"] = there
        grant["recipientOrganization"] = [recipient]
    if row["programme"]:
        grant["grantProgramme"] = [{"title": row["programme"]}]
    dates = {
        "startDate": row["start_date"] and row["start_date"].isoformat(),
        "endDate": row["end_date"] and row["end_date"].isoformat(),
        "duration": row["duration_months"],
    }
    if any(value is not None for value in dates.values()):
        grant["plannedDates"] = [{name: value for name, value in dates.items() if value is not None}]
    helped = places.get((row["award"], "beneficiary"))
    if helped:
        grant["beneficiaryLocation"] = helped
    return grant


def _named(id: str | None, name: str | None) -> dict[str, Any]:
    return {field: value for field, value in (("id", id), ("name", name)) if value is not None}


def _as_json(grants: list[dict[str, Any]], publisher: str, sources: Sequence[Source]) -> bytes:
    package: dict[str, Any] = {"version": standard().version}
    if publisher:
        package["publisher"] = {"name": publisher}
    licences = list(dict.fromkeys(source.licence for source in sources if source.licence))
    if len(licences) == 1:
        package["license"] = licences[0]
    package["grants"] = grants
    return (json.dumps(package, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _as_csv(grants: list[dict[str, Any]]) -> bytes:
    flat = [dict(_cells(grant, ())) for grant in grants]
    order = dict.fromkeys(path for row in flat for path in row)
    single = {path: _heading(path) for path in order}
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(single.values())
    for row in flat:
        writer.writerow([_guarded(row.get(path)) for path in single])
    return buffer.getvalue().encode()


def _cells(value: Any, path: tuple[str | int, ...]) -> Any:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _cells(item, (*path, name))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _cells(item, (*path, at))
    else:
        yield path, value


def _heading(path: tuple[str | int, ...]) -> str:
    """Return the title of a field, with the number of the item where it is not the first."""
    words = title_of(path).split(":")
    later = [step for step in path if isinstance(step, int)]
    if not later or not any(later):
        return ":".join(words)
    return ":".join([words[0], str(later[0]), *words[1:]])


def _guarded(value: Any) -> Any:
    return "" if value is None else value
