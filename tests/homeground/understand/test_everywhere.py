"""Every place of a kind at once says the same of each as its own profile."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from homeground.errors import BadTable
from homeground.journey.profile import Desk, prepare
from homeground.understand.everywhere import Everywhere, Guide, everywhere


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The figures of the invented district."""
    from examples.district.generate import generate

    folder = tmp_path_factory.mktemp("district")
    generate(folder)
    return prepare(folder, presets=[str(folder / "district-left-behind-wards.toml")], cached=False)


def assert_same(desk: Desk, node: str, rows: list[int]) -> None:
    """Compare what is read back with the profile, for some places."""
    found = everywhere(desk.figures, desk.standings_of(node))
    guide = Guide.from_json(found.guide.as_json())
    for row in rows:
        one = next(desk.each(node, [found.codes[row]]))
        read = guide.read(found.packed(row))
        assert_frame_equal(read.table.select(one.table.columns), one.table, rel_tol=1e-6)
        assert_frame_equal(read.over_time, one.over_time)
        assert read.headlines == one.headlines
        assert [code for code, _, _ in read.nearest] == one.nearest["area_code"].to_list()
        assert (read.authority, read.authority_name) == (one.place.authority, one.place.authority_name)
        key = ["indicator", "comparator"]
        columns = [*key, "title", "value", "areas"]
        assert_frame_equal(read.beside.select(columns).sort(key), one.beside.select(columns).sort(key), rel_tol=1e-9)


@pytest.mark.parametrize(
    ("node", "rows"), [("ward21", [0, 41, 89]), ("area21", [0, 300, 599]), ("authority21", [0, 5])]
)
def test_a_place_read_back_equals_its_profile(desk: Desk, node: str, rows: list[int]) -> None:
    """Every figure, limit, rank, sentence and comparator."""
    assert_same(desk, node, rows)


@pytest.mark.slow
@pytest.mark.parametrize("node", ["lsoa21", "ward17", "ward24", "authority24"])
def test_a_place_of_england_read_back_equals_its_profile(england: Path, node: str) -> None:
    """With figures of larger areas, of cut wards, hidden and missing ones."""
    real = prepare(england)
    many = len(real.figures.codes[node])
    assert_same(real, node, [0, many // 3, many // 2, many - 1])


def test_the_table_holds_what_each_place_reads_back(desk: Desk) -> None:
    """Values, limits, ranks and why one is not there, for a place with gaps too."""
    found = everywhere(desk.figures, desk.standings_of("ward21"))
    table = found.table()
    for row in (0, 41, 89):
        read = found.guide.read(found.packed(row))
        told = table.row(row, named=True)
        assert (told["area_code"], told["people"], told["authority_name"]) == (
            read.code, read.people, read.authority_name,
        )  # fmt: skip
        for one in read.table.iter_rows(named=True):
            key = one["indicator"]
            assert told[key] == one["value"]
            assert told[f"{key}__rank"] == one["rank"]
            assert (told[f"{key}__state"] == "known") == (one["value"] is not None)


def test_the_same_figures_give_the_same_bytes(desk: Desk) -> None:
    """What is stored can be compared by its hash."""
    one, other = (everywhere(desk.figures, desk.standings_of("ward21")) for _ in range(2))
    assert one.guide.as_json() == other.guide.as_json()
    assert [one.packed(row) for row in range(90)] == [other.packed(row) for row in range(90)]


def test_what_another_version_stored_is_refused(desk: Desk) -> None:
    """With what to do."""
    found: Everywhere = everywhere(desk.figures, desk.standings_of("authority21"))
    old = found.guide.as_json().replace('"format": 1', '"format": 0')
    with pytest.raises(BadTable, match="another version"):
        Guide.from_json(old)


def test_ranks_count_level_places_as_the_best_of_them(desk: Desk) -> None:
    """As for one place: 1 is the worst, ties share the best rank."""
    found = everywhere(desk.figures, desk.standings_of("ward21"))
    values = pl.DataFrame({"value": found.numbers["value"][:, 0], "rank": found.numbers["rank"][:, 0]}).drop_nans()
    higher_is = found.guide.measures[0].higher_is
    by_hand = values["value"].rank("min", descending=higher_is != "better")
    assert values["rank"].to_list() == by_hand.to_list()
