"""Files of everything: whole, described, and equal to what pages say."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

import polars as pl
import pytest
from django.test import Client
from django.urls import reverse

from homeground_web.places import queries as places
from homeground_web.understand import queries as figures_of

pytestmark = pytest.mark.django_db


def file_of(client: Client, name: str, node: str = "ward21") -> bytes:
    """Return a file as it is given."""
    answer = client.get(reverse("data-file", kwargs={"node": node, "name": name}))
    assert answer.status_code == 200
    return b"".join(answer)  # type: ignore[arg-type]


def test_the_package_describes_each_file_by_its_hash(client: Client) -> None:
    """Bytes, hash and columns are as it says."""
    package = json.loads(file_of(client, "datapackage.json"))
    assert {one["format"] for one in package["resources"]} == {"csv", "parquet", "gpkg"}
    for one in package["resources"]:
        content = file_of(client, one["path"])
        assert len(content) == one["bytes"]
        assert f"sha256:{hashlib.sha256(content).hexdigest()}" == one["hash"]
    assert package["sources"]
    assert package["licenses"]


def test_the_files_hold_every_figure(client: Client) -> None:
    """CSV and Parquet alike; the values are those of the stored profiles."""
    package = json.loads(file_of(client, "datapackage.json"))
    columns = [field["name"] for field in package["resources"][0]["schema"]["fields"]]
    parquet = pl.read_parquet(io.BytesIO(file_of(client, "ward21.parquet")))
    csv = pl.read_csv(file_of(client, "ward21.csv"), infer_schema_length=None)
    assert parquet.columns == csv.columns == columns
    assert parquet.height == csv.height == 90
    load = places.current()
    run = figures_of.run_of(load.pk, "ward21")  # type: ignore[union-attr]
    assert run is not None
    stored, measure = figures_of.figures_of(run), figures_of.guide_of(run).measures[0].id
    assert parquet[measure].to_list() == stored[measure].to_list()


def test_the_map_file_has_the_outlines(client: Client, tmp_path: Any) -> None:
    """Ninety of them."""
    pyogrio = pytest.importorskip("pyogrio", reason="the extra [geo] is not installed")
    path = tmp_path / "wards.gpkg"
    path.write_bytes(file_of(client, "ward21.gpkg"))
    about = pyogrio.read_info(path)
    assert about["features"] == 90
    assert about["geometry_type"] in ("Polygon", "MultiPolygon", "Unknown")


def test_who_has_a_file_does_not_get_it_again(client: Client) -> None:
    """By its hash."""
    address = reverse("data-file", kwargs={"node": "ward21", "name": "ward21.csv"})
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(("node", "name"), [("ward21", "list.parquet"), ("moon25", "moon25.csv"), ("ward21", "..")])
def test_no_other_file_is_given(client: Client, node: str, name: str) -> None:
    """Of another run, of another kind, from elsewhere."""
    assert client.get(f"/data/{node}/{name}").status_code == 404
