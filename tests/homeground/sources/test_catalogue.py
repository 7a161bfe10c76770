"""The catalogue: what Homeground knows of each data set, and how one is told from another."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeground.errors import BadSpecification
from homeground.sources.datasets import Dataset, dataset, datasets, json_schema, matching_key, parse_dataset, recognise
from homeground.sources.folder import open_dataset, scan
from homeground.tables import check_ranks

SHIPPED = datasets()
PUBS = """
id = "pubs-ours"
title = "Pubs near us"
area_column = "code"
recognise = ["code", "pubs"]
columns = [{ name = "code", holds = "code" }, { name = "pubs", holds = "count", aliases = ["Public houses"] }]
"""

# What other parts of the house, and people's scripts, call data sets by.
NAMES = {
    "iod2019-file7", "iod2019-indicators", "iod2019-transformed", "iod2019-lad-summaries", "iod2025-file7",
    "iod2019-lad-summaries-table", "iod2025-indicators", "iod2025-lad-summaries", "cni2019-wards", "cni2023-lsoa",
    "lookup-lsoa11-ward17", "lookup-lsoa11-ward19", "lookup-lsoa11-lsoa21", "lookup-lsoa21-ward24",
    "lookup-lsoa01-lsoa11", "lookup-lsoa11-msoa11", "lookup-lsoa21-msoa21", "lookup-lad16-lad24",
    "lookup-lad24-region24", "lookup-lad-all", "ruc11-lsoa11", "ruc21-lsoa21", "ruc21-lad24", "ruc11-ward11",
    "centroids-lsoa21", "boundaries-lsoa11", "boundaries-lsoa21", "boundaries-msoa21", "boundaries-lad19",
    "boundaries-lad24", "boundaries-ward22", "boundaries-ward17", "boundaries-left-behind-wards-2019",
    "population-lsoa11", "population-lsoa11-age", "population-lad21", "population-ward17",
}  # fmt: skip


def test_the_names_that_others_rely_on_are_there():
    """Renaming a data set breaks methods, cohort files and scripts."""
    assert NAMES - set(SHIPPED) == set()


@pytest.mark.parametrize("entry", SHIPPED.values(), ids=SHIPPED)
def test_every_shipped_entry_can_be_looked_up_credited_and_told_apart(entry: Dataset):
    """File name, publisher, licence, page and purpose are there, and its own headings lead back to it."""
    file = resources.files("homeground.sources").joinpath(f"catalogue/{entry.id}.toml")
    assert parse_dataset(file.read_text(encoding="utf-8")) == entry
    for value in (entry.title, entry.publisher, entry.licence, entry.attribution, entry.address, entry.good_for):
        assert value
    assert entry.licence_address or not entry.redistributable
    assert recognise(column.name for column in entry.columns) == entry


@pytest.mark.parametrize("entry", SHIPPED.values(), ids=SHIPPED)
def test_files_are_fetched_from_publishers_only(entry: Dataset):
    """A download address is the publisher's own, or none."""
    publishers = ("https://assets.publishing.service.gov.uk/", "https://www.ons.gov.uk/", "https://www.arcgis.com/")
    assert entry.download == "" or entry.download.startswith(publishers)


def test_what_may_not_be_passed_on_says_so():
    """The Community Needs Index is held for testing and comparison."""
    assert [entry.id for entry in SHIPPED.values() if not entry.redistributable] == ["cni2019-wards", "cni2023-lsoa"]
    assert "not to be passed on" in dataset("cni2019-wards").licence


def test_the_published_schema_is_the_one_that_is_checked():
    """The JSON Schema beside the catalogue is written from the class that reads it."""
    file = resources.files("homeground.sources").joinpath("catalogue/dataset.schema.json")
    assert json.loads(file.read_text(encoding="utf-8")) == json_schema()


def test_declared_ties_are_exactly_those_of_the_published_files(england):
    """Counted in the real files: one tie fewer is refused, and ranks are complete."""
    found = scan(england)
    for id in ("iod2019-file7", "iod2025-file7", "cni2019-wards", "cni2023-lsoa"):
        table = open_dataset(found, id).table
        for column in SHIPPED[id].columns:
            ranks = table[column.name].cast(pl.Float64).to_numpy() if column.holds == "rank" else np.array([])
            if np.isfinite(ranks).any():
                assert len(ranks) - len(np.unique(ranks)) == column.tied, column.name
                check_ranks(ranks, column=column.name, tied=column.tied)


def test_the_most_particular_data_set_wins():
    """Boundaries with a lookup's columns are boundaries; a lookup without shapes is a lookup."""
    assert recognise(["WD17CD", "WD17NM", "LAD17CD", "geometry"]).id == "boundaries-ward17"
    assert recognise(["LSOA11CD", "WD17CD", "WD17NM", "LAD17CD"]).id == "lookup-lsoa11-ward17"
    assert recognise(["ward17_code"]) is None


def test_editions_are_told_apart_by_the_year_in_their_headings():
    """File 7 of 2015, 2019 and 2025 share most headings."""
    headings = [column.name for column in dataset("iod2019-file7").columns]
    assert recognise(headings).id == "iod2019-file7"
    of_2015 = [name.replace("(2019)", "(2013)").replace("mid 2015", "mid 2012") for name in headings]
    assert recognise(of_2015) is None


def test_the_publishers_own_file_of_2025_is_recognised():
    """It has no column of people aged 16 to 59, and one heading that is cut short."""
    headings = [column.name for column in dataset("iod2025-file7").columns if "16-59" not in column.name]
    cut = "Children and Young People Sub-domain Decile (where 1 is most deprived 10% of LSO"
    headings = [cut if name.startswith(cut) else name for name in headings]
    assert recognise(headings).id == "iod2025-file7"
    assert dataset("iod2025-file7").column(cut).name == cut + "As)"


@settings(deadline=None)
@given(st.data())
def test_capitals_blanks_and_marks_in_headings_do_not_matter(data):
    """Spreadsheets add blanks, byte order marks and curly quotes; people write headings in capitals."""
    name = data.draw(st.sampled_from([column.name for column in dataset("iod2019-file7").columns]))
    changed = (
        "\ufeff"
        + data.draw(st.sampled_from([" ", "\u00a0", ""]))
        + name.replace(" ", data.draw(st.sampled_from([" ", "  "])))
    )
    changed = data.draw(st.sampled_from([str.upper, str.lower, str.title]))(changed)
    assert matching_key(changed) == matching_key(name)


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one():
    """People mistype; the message has what they meant."""
    with pytest.raises(BadSpecification, match="'iod2025-file7'"):
        dataset("iod2025-file-7")
    with pytest.raises(BadSpecification, match="data list"):
        dataset("zzz")
    with pytest.raises(BadSpecification, match="nearest is 'Income Rank"):
        dataset("iod2025-file7").column("Income Rnak (where 1 is most deprived)")


def test_a_catalogue_file_of_ones_own_adds_a_data_set(tmp_path):
    """Placed anywhere in a data folder, under any name that ends in .dataset.toml."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "mine.dataset.toml").write_text("\ufeff" + PUBS, encoding="utf-8")
    known = datasets(tmp_path)
    assert known["pubs-ours"].keys == ("code",)
    assert recognise(["CODE", "public houses"], known).id == "pubs-ours"
    assert "pubs-ours" not in datasets()


def test_a_catalogue_file_cannot_take_the_place_of_a_shipped_one(tmp_path):
    """Otherwise a file in a folder could redefine what an official data set is."""
    (tmp_path / "x.dataset.toml").write_text(PUBS.replace("pubs-ours", "iod2019-file7"))
    with pytest.raises(BadSpecification, match=r"x\.dataset\.toml: the id 'iod2019-file7' is taken"):
        datasets(tmp_path)


BROKEN = {
    "not TOML": ("id = ", "not TOML"),
    "unknown entry": (PUBS + "\n[extra]\n", "unknown entry 'extra'"),
    "misspelt entry": (PUBS.replace("title", "titel"), "lacks 'title'|Did you mean 'title'"),
    "misspelt entry of a column": (PUBS.replace("aliases", "alias"), "Did you mean 'aliases'"),
    "unknown kind of cells": (PUBS.replace('"count"', '"number"'), r"columns\.2\.holds' is 'number'"),
    "no columns": (PUBS.split("columns =", maxsplit=1)[0], "lists no columns"),
    "not recognised by anything": (PUBS.replace('["code", "pubs"]', "[]"), "how the data set is recognised"),
    "recognised by no column": (PUBS.replace('"code", "pubs"]', '"code", "bars"]'), "'bars', which is not among"),
    "area column is none": (PUBS.replace('area_column = "code"', 'area_column = "cod"'), "Did you mean 'code'"),
    "two names for one": (PUBS.replace('"Public houses"', '"CODE"'), "could be two columns"),
    "id with blanks": (PUBS.replace("pubs-ours", "Our pubs"), "small letters, digits and hyphens"),
    "column twice": (PUBS.replace('{ name = "pubs"', '{ name = "code" }, { name = "pubs"'), "listed twice"),
    "download from a disk": ('download = "file:///etc/passwd"\n' + PUBS, "starting https"),
    "heading without letters": (PUBS.replace('"Public houses"', '"--"'), "neither letter nor digit"),
}


@pytest.mark.parametrize(("text", "told"), BROKEN.values(), ids=BROKEN)
def test_a_broken_catalogue_file_is_refused_with_the_place_and_the_remedy(text, told):
    """Each fault has a message that names the file and what to write."""
    with pytest.raises(BadSpecification, match=told) as raised:
        parse_dataset(text, file="mine.dataset.toml")
    assert raised.value.file == "mine.dataset.toml"
    assert raised.value.remedy
