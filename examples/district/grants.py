"""Grants of five invented funders, 2014 to 2025, as files of the 360Giving standard: JSON, two kinds of CSV, XLSX.

Everything that makes real files hard stands in them on purpose: money passed on through an intermediary, awards that
two files hold, a loan, an award withdrawn, one of nought, an endowment, head offices in another authority, places named
by codes of three levels or by name only, postcodes missing. One file is damaged.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from examples.district.land import FloatArray, IntArray
from examples.district.postcodes import EACH

__all__ = ["FUNDERS", "Giving", "draw_grants", "files_of"]

# Identifier, name, prefix, middle of the amounts in pounds, awards. No such register exists: no identifier is real.
FUNDERS = {
    "community": ("XI-INVENTED-CF01", "Marlsea Community Foundation (invented)", "360G-inventedcf", 3_500, 1500),
    "lottery": ("XI-INVENTED-LD01", "Invented Good Causes Fund (invented)", "360G-inventedld", 22_000, 1300),
    "council": ("XI-INVENTED-LA01", "Pitherdale Council (invented)", "360G-inventedla", 6_000, 500),
    "trust": ("XI-INVENTED-FT01", "The Ollerthwaite Family Trust (invented)", "360G-inventedft", 12_000, 400),
    "national": ("XI-INVENTED-NC01", "Places Together (invented)", "360G-inventednc", 30_000, 300),
}  # fmt: skip
_BODIES = ("Community Association", "Youth Club", "Friends of the Park", "Brass Band", "Food Pantry", "Allotments",
           "Amateur Boxing Club", "Tenants’ Group", "History Society", "Carers’ Circle")  # fmt: skip
_FOR = ("running costs", "a new roof", "a summer club", "a minibus", "a lunch club", "a warm space", "sports kit",
        "advice sessions", "a community garden", "a part-time worker")  # fmt: skip
_PLACE = ("id", "name", "geoCode", "geoCodeType", "countryCode")


@dataclass(frozen=True)
class Giving:
    """What is known of the areas: codes and names, people, whether left behind (0 to 1), and the postcodes of each."""

    keys: pl.DataFrame
    people: IntArray
    behind: FloatArray
    postcodes: list[str]


def draw_grants(giving: Giving, rng: np.random.Generator) -> dict[str, list[dict[str, Any]]]:
    """Return the grants of each funder, plain data as the standard has it."""
    # Less money a head where places are left behind: fewer bodies there that ask, and so fewer that receive.
    often = giving.people * np.exp(-1.1 * giving.behind)
    asks = often / often.sum()
    found = {name: [_grant(giving, name, n, asks, rng) for n in range(FUNDERS[name][4])] for name in FUNDERS}
    _pass_on(found, giving)
    _oddities(found)
    return found


def _grant(giving: Giving, funder: str, number: int, asks: FloatArray, rng: np.random.Generator) -> dict[str, Any]:
    identifier, name, prefix, middle, _ = FUNDERS[funder]
    area = int(rng.choice(len(asks), p=asks))
    row = giving.keys.row(area, named=True)
    body = int(rng.integers(0, len(_BODIES)))
    when = dt.date(2014, 1, 1) + dt.timedelta(days=int(rng.integers(0, 365 * 12)))
    purpose = _FOR[int(rng.integers(0, len(_FOR)))]
    code = row["invented_area_code_2021"]
    # One in twelve is a body whose head office is in another authority than its work.
    office = int(rng.integers(0, len(asks))) if rng.random() < 1 / 12 else area
    recipient = {"id": f"XI-INVENTED-{code}-{body}", "name": f"{row['invented_ward_name']} {_BODIES[body]}"}
    if rng.random() > 0.07:
        recipient["postalCode"] = giving.postcodes[office * EACH + int(rng.integers(0, EACH))]
    grant = {
        "id": f"{prefix}-{number + 1:05d}",
        "title": f"Towards {purpose} (invented)",
        "description": f"A grant to {recipient['name']} towards {purpose}. Invented: no such body exists.",
        "currency": "GBP",
        "amountAwarded": float(np.round(np.exp(rng.normal(np.log(middle), 0.9)) / 10) * 10),
        "awardDate": when.isoformat(),
        "plannedDates": [{"startDate": when.isoformat(), "duration": int(rng.choice([6, 12, 12, 24, 36]))}],
        "recipientOrganization": [recipient],
        "fundingOrganization": [{"id": identifier, "name": name}],
        "grantProgramme": [{"title": f"{('Small', 'Main', 'Places')[int(rng.integers(0, 3))]} grants"}],
    }
    where = _place(row, rng.random())
    if where:
        grant["beneficiaryLocation"] = [where]
    return grant


def _place(row: dict[str, str], chance: float) -> dict[str, str] | None:
    if chance < 0.45:
        code, kind, name = row["invented_area_code_2021"], "LSOA", row["invented_area_name_2021"]
    elif chance < 0.70:
        code, kind, name = row["invented_ward_code"], "WD", row["invented_ward_name"]
    elif chance < 0.82:
        code, kind, name = row["invented_authority_code"], "LAD", row["invented_authority_name"]
    elif chance < 0.88:
        return {"name": row["invented_authority_name"]}
    else:
        return None
    return {"name": name, "geoCode": code, "geoCodeType": kind, "countryCode": "GB"}


def _pass_on(found: dict[str, list[dict[str, Any]]], giving: Giving) -> None:
    """Let the distributor and the family trust give through the community foundation and the national charity."""
    for giver, through, every in (("lottery", "national", 60), ("trust", "community", 80)):
        identifier, name, *_ = FUNDERS[through]
        for grant in found[giver][::every]:
            grant["regrantType"] = "FRG010"
            grant["recipientOrganization"] = [{"id": identifier, "name": name, "postalCode": giving.postcodes[0]}]
            grant["description"] = f"To {name}, to be passed on in smaller grants. Invented."
            grant["amountAwarded"] = 150_000.0
            grant.pop("beneficiaryLocation", None)


def _oddities(found: dict[str, list[dict[str, Any]]]) -> None:
    loan, withdrawn, nought, endowment = (
        found["community"][10],
        found["council"][7],
        found["trust"][5],
        found["trust"][9],
    )
    loan["fundingType"] = [{"vocabulary": "InventedTypes", "code": "loan", "title": "Loan"}]
    withdrawn["title"] = "Withdrawn: towards a new roof (invented)"
    withdrawn["status"] = "withdrawn"
    nought["amountAwarded"] = 0.0
    endowment["regrantType"] = "FRG060"
    endowment["title"] = "An endowment for ten years (invented)"
    endowment["amountAwarded"] = 1_000_000.0
    endowment["plannedDates"] = [{"startDate": endowment["awardDate"], "duration": 120}]
    # The council's file holds forty awards of the community foundation once more, under the same identifiers.
    found["council"] += [dict(grant) for grant in found["community"][100:140]]


def files_of(found: dict[str, list[dict[str, Any]]]) -> dict[str, bytes]:
    """Return the files by name: what is in each and how it is written."""
    licence = {"license": "https://creativecommons.org/publicdomain/zero/1.0/", "grants": found["lottery"]}
    paths = _rows(found["community"] + found["national"])
    titles = _rows(found["council"])
    broken = [dict(row) for row in titles[:60]]
    broken[3]["awardDate"] = "31/02/2020"
    broken[8]["amountAwarded"] = "about five thousand"
    broken[12]["id"] = ""
    broken[20]["currency"] = "pounds"
    return {
        "invented-grants-lottery.json": (json.dumps(licence, indent=1) + "\n").encode(),
        "invented-grants-community.csv": _csv(paths, list(paths[0])).encode(),
        "invented-grants-council.csv": _csv(titles, [_TITLES[name] for name in titles[0]]).encode("cp1252"),
        "invented-grants-trust.xlsx": _xlsx(_rows(found["trust"])),
        "invented-grants-broken.csv": _csv(broken, list(broken[0])).encode(),
    }


_TITLES = {
    "id": "Identifier", "title": "Title", "description": "Description", "currency": "Currency",
    "amountAwarded": "Amount Awarded", "awardDate": "Award Date", "regrantType": "For Regrant Type",
    "plannedDates/0/startDate": "Planned Dates:0:Start Date",
    "plannedDates/0/duration": "Planned Dates:0:Duration (months)",
    "recipientOrganization/0/id": "Recipient Org:0:Identifier",
    "recipientOrganization/0/name": "Recipient Org:0:Name",
    "recipientOrganization/0/postalCode": "Recipient Org:0:Postal Code",
    "fundingOrganization/0/id": "Funding Org:0:Identifier", "fundingOrganization/0/name": "Funding Org:0:Name",
    "grantProgramme/0/title": "Grant Programme:0:Title", "fundingType/0/vocabulary": "Funding Type:0:Vocabulary",
    "fundingType/0/code": "Funding Type:0:Code", "fundingType/0/title": "Funding Type:0:Title",
    "beneficiaryLocation/0/name": "Beneficiary Location:0:Name",
    "beneficiaryLocation/0/geoCode": "Beneficiary Location:0:Geographic Code",
    "beneficiaryLocation/0/geoCodeType": "Beneficiary Location:0:Geographic Code Type",
    "beneficiaryLocation/0/countryCode": "Beneficiary Location:0:Country Code",
    "status": "Status",
}  # fmt: skip


def _rows(grants: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return grants as rows under paths, an empty cell where a grant has nothing."""
    rows = []
    for grant in grants:
        row: dict[str, Any] = dict.fromkeys(_TITLES, "")
        for name, held in grant.items():
            if isinstance(held, list):
                row |= {f"{name}/0/{inner}": value for inner, value in held[0].items()}
            else:
                row[name] = held
        rows.append(row)
    return rows


def _csv(rows: list[dict[str, Any]], headings: list[str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(row.values() for row in rows)
    return text.getvalue()


def _xlsx(rows: list[dict[str, Any]]) -> bytes:
    """Return a workbook with one sheet; the same rows give the same bytes."""
    import xlsxwriter  # type: ignore[import-untyped]

    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    book.set_properties({"title": "Grants of an invented family trust", "created": dt.datetime(2025, 1, 1)})  # noqa: DTZ001
    sheet = book.add_worksheet("grants")
    sheet.write_row(0, 0, list(rows[0]))
    for at, row in enumerate(rows, start=1):
        sheet.write_row(at, 0, list(row.values()))
    book.close()
    return memory.getvalue()
