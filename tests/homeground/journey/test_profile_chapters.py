"""The report of a place with what it was given and what is within reach, from files; the same figures as elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from homeground.errors import BadTable
from homeground.journey.grants import Choices, build_grants
from homeground.journey.profile import Desk, prepare
from homeground.journey.profile_chapters import chapter_of_grants
from tests.conftest import Ran
from tests.web.district import small_district

TODAY = dt.date(2026, 3, 1)
LISTS = ("district-left-behind.toml", "district-left-behind-wards.toml")
FILES = ("invented-grants-lottery.json", "invented-grants-trust.xlsx", "invented-grants-council.csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented district."""
    made = tmp_path_factory.mktemp("given") / "district"
    small_district(made)
    return made


@pytest.fixture(scope="module")
def desk(folder: Path) -> Desk:
    """Its figures."""
    return prepare(folder, presets=[str(folder / name) for name in LISTS], cached=False)


def told(desk: Desk, folder: Path, asked: str) -> pl.DataFrame:
    """Return what a place was given."""
    place = desk.profile(str(folder / asked) if "." in asked else asked).place
    presets = [str(folder / name) for name in LISTS]
    files = [folder / name for name in FILES]
    postcodes = folder / "invented-postcodes.csv"
    return chapter_of_grants(desk, place, files, presets=presets, postcodes=postcodes, today=TODAY).chapter.table


def figure(table: pl.DataFrame, who: str, series: str, what: str = "gbp") -> float:
    """Return one figure."""
    return float(table.filter((pl.col("who") == who) & (pl.col("series") == series))[what].item())


@pytest.mark.slow
def test_a_ward_has_the_figures_of_the_whole_list(desk: Desk, folder: Path) -> None:
    """What the report tells of a ward is what the table of all wards has, in all four series; so are the groups."""
    mine = told(desk, folder, "ZW022")
    made = build_grants(
        [folder / name for name in FILES], choices=Choices(keep_good=True), data=folder, preset=str(folder / LISTS[1]),
        postcodes=folder / "invented-postcodes.csv", today=TODAY,
    ).grants  # fmt: skip
    assert made is not None
    row = made.table.filter(pl.col("area_code") == "ZW022").row(0, named=True)
    for series in ("recipient", "best", "low", "high"):
        assert figure(mine, "place", series) == pytest.approx(row[f"{series}_gbp"], abs=0.05)
        whole = made.by_cohort.filter((pl.col("cohort") == "all areas") & (pl.col("series") == series))
        assert figure(mine, "whole", series) == pytest.approx(whole["gbp"].item(), abs=0.001)
    group = made.by_cohort.filter((pl.col("cohort") == "left behind") & (pl.col("series") == "best"))
    assert figure(mine, "left-behind", "best", "gbp_per_head") == pytest.approx(group["gbp_per_head"].item(), abs=0.01)


@pytest.mark.slow
def test_a_drawn_place_takes_its_part_of_areas_and_all_together_stay_what_they_are(desk: Desk, folder: Path) -> None:
    """The people are those of the profile; nothing is lost or doubled where areas are cut."""
    mine = told(desk, folder, "invented-outline.geojson")
    place = desk.profile(str(folder / "invented-outline.geojson")).place
    assert place.estimated_share > 0
    assert figure(mine, "place", "best", "people") == pytest.approx(place.population)
    one = told(desk, folder, "ZL0618")
    for series in ("recipient", "best", "low", "high"):
        assert figure(mine, "whole", series) == pytest.approx(figure(one, "whole", series), abs=0.001)
    assert 0 < figure(mine, "place", "low") < figure(mine, "place", "best") < figure(mine, "place", "high")


@pytest.mark.slow
def test_the_command_writes_both_parts_and_how_to_make_them_again(
    homeground: Callable[..., Ran], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the page, in the workbook and in JSON; a grant that breaks the standard is counted, not hidden."""
    monkeypatch.setenv("HOMEGROUND_CACHE", str(tmp_path / "cache"))
    line = [
        "understand", "profile", "ZW022", "--data", folder, "--preset", folder / LISTS[1],
        "--grants", folder / FILES[2], "--grants", folder / "invented-grants-broken.csv",
        "--postcodes", folder / "invented-postcodes.csv", "--places", f"halls={folder / 'invented-halls.csv'}",
        "--centroids", folder / "invented-centroids-2021.csv",
    ]  # fmt: skip
    done = homeground(*line, "--out", tmp_path / "place.html", "--json", "--quiet")
    assert done.code == 0, done.err
    page = (tmp_path / "place.html").read_text(encoding="utf-8")
    for words in (
        "What it was given", "What is within reach", "cannot be used: see the problems",
        "homeground understand grants FILES",
        "--places halls=invented-halls.csv",
        "--grants invented-grants-council.csv --grants invented-grants-broken.csv --postcodes invented-postcodes.csv",
    ):  # fmt: skip
        assert words in page, words
    assert {path.name for path in (tmp_path / "place-charts").iterdir()} >= {"given.svg", "within-reach.svg"}
    assert {row["who"] for row in done.json["given"]} == {"place", "left-behind", "other-deprived", "whole"}
    assert {row["kind"] for row in done.json["within-reach"]} == {"halls", "any"}
    assert any(source["file"] == "invented-halls.csv" for source in done.json["sources"])
    done = homeground(*line, "--out", tmp_path / "place.csv")
    assert "stand in reports and workbooks alone" in done.err
    assert "What it was given\n  The files tell of" in done.err
    refused = homeground("understand", "profile", "--each", "ward21", *line[3:], "--out", tmp_path / "all")
    assert refused.code == 2
    assert "one place at a time" in refused.err


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("bad.json", "hi", "bad.json"),
        ("hall.csv", "place,postcode\nHut,XQ1 1AA\n", "hall.csv"),
        ("broken.json", '{"grants": [{"id": 3}, {"id": 4}]}', "none of 2 grants can be used"),
    ],
)
def test_a_file_that_holds_no_grants_makes_no_report_that_says_none_arrived(
    desk: Desk, folder: Path, tmp_path: Path, name: str, content: str, words: str
) -> None:
    """It is an error that names the file, also beside a good one."""
    (tmp_path / name).write_text(content)
    place = desk.profile("ZW022").place
    files = [tmp_path / name] if name == "broken.json" else [folder / FILES[2], tmp_path / name]
    with pytest.raises(BadTable, match=words) as told:
        chapter_of_grants(desk, place, files, presets=[str(folder / LISTS[1])], today=TODAY)
    assert told.value.remedy


def test_the_real_wards_have_the_known_answer_beside_them(england: Path, real_data: Path) -> None:
    """Groups beside a place are those of `understand grants`: England has its 140.69 pounds a head by recipient."""
    desk = prepare(england)
    place = desk.profile("Bispham, Blackpool").place
    table = real_data / "grants" / "aggregates" / "grants_eng_LAD_ward_donor_year.csv"
    mine = chapter_of_grants(desk, place, [table], presets=["left-behind-wards-2019"], today=TODAY).chapter.table
    assert round(figure(mine, "whole", "recipient", "gbp_per_head"), 2) == 140.69
    made = build_grants([table], choices=Choices(), data=england, today=TODAY).grants
    assert made is not None
    for who, cohort in (("left-behind", "left behind"), ("other-deprived", "other deprived")):
        row = made.by_cohort.filter((pl.col("cohort") == cohort) & (pl.col("series") == "recipient"))
        here = figure(mine, who, "recipient", "gbp_per_head")
        assert here == pytest.approx(row["gbp_per_head"].item(), abs=1e-9)
    assert figure(mine, "place", "recipient") == 9_995.0
