"""What people take away: the same figures as the page, with source, period and licence, safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import polars as pl
import pytest
import shapely
from django.http import StreamingHttpResponse
from django.test import Client

from homeground_web.places.models import Area
from homeground_web.understand import analysis

pytestmark = pytest.mark.django_db

FIGURE = "invented-low-income-2025"
ASKED = {"area": "ward21", "figure": FIGURE, "group": "left-behind"}


def text(answered: Any) -> str:
    body = answered.getvalue() if isinstance(answered, StreamingHttpResponse) else answered.content
    return body.decode()


def test_a_table_has_the_rows_that_are_shown(client: Client) -> None:
    """Every page of them, in the same order."""
    rows = list(csv.DictReader(io.StringIO(text(client.get("/explore.csv", ASKED)))))
    records = client.get("/explore.json", ASKED).json()["records"]
    assert [row["area_code"] for row in rows] == [row["area_code"] for row in records]
    assert len(rows) == Area.objects.filter(node="ward21", group="left-behind").count()


def test_the_description_beside_a_table_tells_source_period_and_licence(client: Client) -> None:
    """The table's answer leads to it."""
    answered = client.get("/explore.csv", ASKED)
    beside = answered["Link"].partition(">")[0].lstrip("<")
    told = json.loads(text(client.get(beside)))
    assert told["dc:source"][0]["dc:temporal"] == "2024"
    assert told["dc:rights"] == ["Invented for demonstration; no real place"]
    assert {column["titles"] for column in told["tableSchema"]["columns"]} >= {"area_code", FIGURE}


def rings(shape: Any) -> list[Any]:
    return [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]


@pytest.mark.parametrize("address", ["/explore.geojson", "/places/ZW022.geojson"])
def test_a_map_file_keeps_to_the_standard(client: Client, address: str) -> None:
    """RFC 7946: degrees, no 'crs', outer rings against the clock, inner ones with it, rings closed."""
    told = json.loads(text(client.get(address, ASKED if "explore" in address else {})))
    assert "crs" not in told
    features = told.get("features", [told])
    assert features
    for feature in features:
        assert set(feature) >= {"type", "geometry", "properties"}
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shape.is_valid
        west, south, east, north = shape.bounds
        assert -180 <= west < east <= 180
        assert -90 <= south < north <= 90
        for part in shapely.get_parts(shape):
            assert part.exterior.is_ccw
            assert not any(inner.is_ccw for inner in part.interiors)
    assert told["sources"][0]["licence"]


def test_a_wish_that_cannot_be_met_gives_no_file(client: Client) -> None:
    """The reason in plain text, not a table of something else."""
    answered = client.get("/explore.csv", {**ASKED, "sure": "lots"})
    assert answered.status_code == 400
    assert answered["Content-Type"].startswith("text/plain")
    assert "is not a number" in text(answered)


def test_somebody_who_has_the_file_gets_only_nothing_changed(client: Client) -> None:
    """The tag changes with what is asked for."""
    first = client.get("/explore.csv", ASKED)
    assert client.get("/explore.csv", ASKED, headers={"If-None-Match": first["ETag"]}).status_code == 304
    other = client.get("/explore.csv", {**ASKED, "sort": "name"}, headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200


def test_no_text_runs_in_a_spreadsheet() -> None:
    """A name that begins as a formula has an apostrophe before it, and the file says so."""
    table = pl.DataFrame({"area_name": ["=HYPERLINK(1)", "@x", "plain"]})
    made = analysis.written(table, "a.csv", title="A", sources=[])
    assert made["a.csv"].decode().splitlines() == ["area_name", "'=HYPERLINK(1)", "'@x", "plain"]
    assert "apostrophe" in made["a.csv-metadata.json"].decode()


def test_the_files_of_a_place_tell_what_its_page_tells(client: Client) -> None:
    """Every sentence of a figure stands on the page; every indicator of the page is in the file."""
    from django.utils.html import escape

    html = client.get("/places/ZW022").content.decode()
    told = client.get("/places/ZW022.json").json()
    for row in told["figures"]:
        assert str(escape(row["sentence"])) in html, row["indicator"]
        assert f'id="{row["indicator"]}"' in html
    for sentence in told["headlines"]:
        assert str(escape(sentence)) in html
    assert told["area"]["probability"] == Area.objects.get(node="ward21", code="ZW022").probability
    assert told["over_time"]
    assert all(source["licence"] for source in told["sources"])


def test_the_table_of_a_place_has_the_same_figures_as_its_json(client: Client) -> None:
    """Value, limits, rank, and the figures of others beside them."""
    rows = {row["indicator"]: row for row in csv.DictReader(io.StringIO(text(client.get("/places/ZW022.csv"))))}
    told = client.get("/places/ZW022.json").json()
    beside = {(row["indicator"], row["comparator"]): row["value"] for row in told["comparators"]}
    assert len(rows) == len(told["figures"])
    for figure in told["figures"]:
        row = rows[figure["indicator"]]
        assert float(row["value"]) == figure["value"]
        assert int(row["rank"]) == figure["rank"]
        assert float(row["value_england"]) == beside[figure["indicator"], "england"]


@pytest.mark.parametrize("ending", ["json", "csv", "csv-metadata.json", "geojson"])
def test_a_place_that_is_not_there_has_no_file(client: Client, ending: str) -> None:
    """404."""
    assert client.get(f"/places/E99999999.{ending}").status_code == 404


def test_the_page_of_a_place_leads_to_its_files(client: Client) -> None:
    """At its foot, and each opens."""
    html = client.get("/places/ZW022").content.decode()
    for ending in ("csv", "csv-metadata.json", "json", "geojson"):
        address = f"/places/ZW022.{ending}"
        assert f'href="{address}"' in html
        first = client.get(address)
        assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
