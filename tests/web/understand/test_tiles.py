"""Tiles of the map: made when data are loaded, given in the parts that a browser asks for."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pmtiles.reader import MemorySource, Reader, all_tiles

from homeground_web.places.models import Area
from homeground_web.runs.models import Run, RunFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def address() -> str:
    """The address of the wards' tiles."""
    sha = RunFile.objects.get(run__kind="map ward21", name="areas.pmtiles").sha256
    return f"/tiles/{sha}.pmtiles"


def body(answered: Any) -> bytes:
    return b"".join(answered.streaming_content)


def test_the_whole_file_is_a_map_of_the_district(client: Client, address: str) -> None:
    """Its header holds the box of all wards, to a metre or so."""
    whole = body(client.get(address))
    header = Reader(MemorySource(whole)).header()
    west = min(Area.objects.filter(node="ward21").values_list("west", flat=True))
    assert header["min_lon_e7"] / 1e7 == pytest.approx(west, abs=1e-3)
    assert sum(1 for _ in all_tiles(MemorySource(whole))) > 0


def test_it_is_kept_for_good_and_never_packed_again(client: Client, address: str) -> None:
    """A part of a packed file would be no part of the file."""
    answered = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert "immutable" in answered["Cache-Control"]
    assert answered["Content-Encoding"] == "identity"
    assert int(answered["Content-Length"]) == len(body(answered))


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-126", 0, 127), ("bytes=100-100", 100, 101), ("bytes=-10", -10, None), ("bytes=50-", 50, None)],
)
def test_a_part_is_exactly_that_part(client: Client, address: str, asked: str, first: int, last: int | None) -> None:
    """206, with where it stands in the whole."""
    whole = body(client.get(address))
    answered = client.get(address, headers={"Range": asked})
    assert answered.status_code == 206
    part = body(answered)
    assert part == whole[first:last]
    start = first if first >= 0 else len(whole) + first
    assert answered["Content-Range"] == f"bytes {start}-{start + len(part) - 1}/{len(whole)}"
    assert int(answered["Content-Length"]) == len(part)


def test_a_part_that_reaches_beyond_the_end_stops_there(client: Client, address: str) -> None:
    """As browsers expect."""
    whole = body(client.get(address))
    assert body(client.get(address, headers={"Range": f"bytes=5-{len(whole) + 999}"})) == whole[5:]


@pytest.mark.parametrize("asked", ["bytes=999999999999-", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused(client: Client, address: str, asked: str) -> None:
    """416, with how long the file is."""
    answered = client.get(address, headers={"Range": asked})
    assert answered.status_code == 416
    assert answered["Content-Range"].startswith("bytes */")


@pytest.mark.parametrize(
    "asked", ["bytes=5-1", "bytes=-", "lines=1-2", "bytes=a-b", "bytes=0-1,5-6", "bytes=" + "9" * 40]
)
def test_what_cannot_be_read_is_answered_with_the_whole(client: Client, address: str, asked: str) -> None:
    """As the standard allows, and never an error."""
    assert client.get(address, headers={"Range": asked}).status_code == 200


def test_a_part_of_an_older_file_is_not_mixed_in(client: Client, address: str) -> None:
    """If-Range with another tag gets the whole file."""
    assert client.get(address, headers={"Range": "bytes=0-9", "If-Range": '"other"'}).status_code == 200


def test_somebody_who_has_it_gets_only_nothing_changed(client: Client, address: str) -> None:
    """By its tag."""
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_no_other_stored_file_is_given(client: Client) -> None:
    """Nor what is not there, nor what lies outside the store."""
    other = RunFile.objects.exclude(name="areas.pmtiles").first()
    assert other is not None
    for sha in (other.sha256, "0" * 64, "abc"):
        assert client.get(f"/tiles/{sha}.pmtiles").status_code == 404


def test_every_kind_of_area_has_a_map_and_where_each_stands() -> None:
    """Made by the load, published with it."""
    runs = {run.kind: run for run in Run.objects.filter(kind__startswith="map ", state="published")}
    for node in ("ward21", "area21", "authority21"):
        assert {file.name for file in runs[f"map {node}"].files.all()} == {"areas.pmtiles", "standing.parquet"}
