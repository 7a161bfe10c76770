"""`homeground find report`: what is typed, what lies there afterwards, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import polars as pl
import pytest
import shapely

from examples.district.generate import generate
from homeground.provenance import Note, Source
from homeground.sources.writers import write_table
from tests.conftest import Ran
from tests.homeground.find.test_report import Reader
from tests.house.sealed import beyond_the_core, run

Homeground = Callable[..., Ran]


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented district: 600 small areas in six authorities."""
    folder = tmp_path_factory.mktemp("district")
    generate(folder)
    return folder


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """A folder with a finished list of eight areas, its certainty and its boundaries."""
    codes = [f"A{number}" for number in range(8)]
    pl.DataFrame(
        {
            "area_code": codes,
            "area_name": [f"Place {number}" for number in range(8)],
            "deprivation_rank": range(1, 9),
            "need_rank": range(1, 9),
            "selected": [True, True, *[False] * 6],
            "cohort": ["left behind"] * 2 + ["rest"] * 6,
        }
    ).write_csv(tmp_path / "list.csv")
    pl.DataFrame({"area_code": codes, "probability": [1.0, 0.6, 0.4, 0.1, 0, 0, 0, 0]}).write_csv(tmp_path / "sure.csv")
    features = [
        {
            "type": "Feature",
            "properties": {"ward_id": code},
            "geometry": shapely.geometry.mapping(shapely.box(number, 52, number + 1, 53)),
        }
        for number, code in enumerate(codes)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (tmp_path / "shapes.geojson").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_preset_gives_the_page_and_all_four_data_files(
    homeground: Homeground, district: Path, tmp_path: Path
) -> None:
    """The page links each file by a relative address, and each file is there with the size that is said."""
    out = tmp_path / "new folder" / "my report.html"
    ran = homeground(
        "find", "report", "--preset", district / "district-left-behind.toml", "--data", district, "--out", out,
        "--no-certainty", "--date", "2025-05-03", "--json",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    told = ran.json
    made = Reader(out.read_text(encoding="utf-8"))
    table = pl.read_csv(out.with_suffix(".csv"))
    assert told["areas"] == table.height == 600
    assert told["selected"] == int(table["selected"].sum()) > 0
    assert [item["format"] for item in told["files"]] == ["CSV", "Parquet", "GeoPackage", "Excel (XLSX)"]
    for item in told["files"]:
        assert (out.parent / item["file"]).stat().st_size == item["bytes"]
        assert item["file"] in [unquote(link) for link in made.links]
    assert told["bytes"] == out.stat().st_size
    assert told["absent"] == []
    assert "Every place on this page is invented." in made.text
    assert "Made on 3 May 2025" in made.text
    for name in table.filter("selected")["area_name"]:
        assert name in made.text


def test_the_line_on_the_page_makes_the_same_page_again(
    homeground: Homeground, district: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Type it in the same folder: the same bytes."""
    import shlex

    monkeypatch.chdir(district)
    first = homeground("find", "report", "--preset", "district-left-behind-wards.toml", "--data", ".", "--no-certainty",
                       "--formats", "csv", "--contact", "the liaison desk", "--out", "page.html")  # fmt: skip
    assert first.code == 0, first.err
    before = (district / "page.html").read_bytes()
    line = Reader(before.decode()).text.split("Make this page again ")[1].split(" Where this comes from")[0]
    words = shlex.split(line)
    assert words[:3] == ["homeground", "find", "report"]
    assert homeground(*words[1:]).code == 0
    assert (district / "page.html").read_bytes() == before


def test_how_sure_it_is_comes_with_the_page(homeground: Homeground, district: Path, tmp_path: Path) -> None:
    """A probability for each area that has ranks, the sources of doubt apart, and what was not moved."""
    out = tmp_path / "page.html"
    ran = homeground("find", "report", "--preset", district / "district-left-behind-wards.toml", "--data", district,
                     "--draws", 40, "--seed", 3, "--formats", "csv", "--out", out, "--json")  # fmt: skip
    assert ran.code == 0, ran.err
    told = ran.json
    assert (told["draws"], told["seed"], told["varied"]) == (40, 3, ["weights", "threshold"])
    table = pl.read_csv(out.with_suffix(".csv"))
    assert table["probability"].null_count() == len(told["not_placed"])
    assert sum(told["how_sure"].get(name, 0) for name in ("Sure", "Likely", "On the edge")) == told["selected"]
    made = Reader(out.read_text(encoding="utf-8"))
    assert "made again 40 times" in made.text
    assert "Not moved: the figures that come from samples" in made.text
    for sentence in table.filter("selected")["sentence"]:
        assert sentence in made.text
    bands = [int((table.filter("selected")["how_sure"] == name).sum()) for name in ("Sure", "Likely", "On the edge")]
    assert f"{bands[0]} Likely in 75 to 94 of 100 re-runs {bands[1]} On the edge" in made.text


def test_no_path_of_the_machine_stands_on_the_page(homeground: Homeground, district: Path, tmp_path: Path) -> None:
    """A page is published; where the files lay at home is nobody's business."""
    out = tmp_path / "page.html"
    ran = homeground("find", "report", "--preset", district / "district-left-behind.toml", "--data", district,
                     "--no-certainty", "--formats", "none", "--out", out)  # fmt: skip
    assert ran.code == 0, ran.err
    text = out.read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    assert str(district.parent) not in text


def test_finished_tables_are_enough(homeground: Homeground, lists: Path) -> None:
    """A list, how sure it is and boundaries with a heading of their own."""
    out = lists / "page.html"
    ran = homeground(
        "find", "report", "--cohort", lists / "list.csv", "--certainty", lists / "sure.csv",
        "--boundaries", lists / "shapes.geojson", "--boundary-code-column", "ward_id",
        "--title", "Our list", "--out", out, "--json",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.json["how_sure"] == {"Sure": 1, "On the edge": 1, "Just outside": 1, "Now and then": 1}
    made = Reader(out.read_text(encoding="utf-8"))
    assert "Our list" in made.text
    assert "Place 1 is on the list. In 60 of 100 re-runs it stays in." in made.text
    assert "svg" in made.tags
    held = pl.read_parquet(out.with_suffix(".parquet"))
    assert held["how_sure"].to_list()[:4] == ["Sure", "On the edge", "Just outside", "Now and then"]


def test_sources_travel_from_the_list_to_the_page(homeground: Homeground, lists: Path) -> None:
    """A list that find cohort wrote knows what it rests on; the page made from it says so, with title and caution."""
    source = Source(
        "cni2023-lsoa", "An index of need", "A publisher", "2023", "Not to be passed on", "https://example.org/"
    )
    table = pl.read_csv(lists / "list.csv")
    write_table(table, lists / "ours.parquet", title="Our own title", sources=[source], notes=[Note("A note.")])
    ran = homeground(
        "find", "report", "--cohort", lists / "ours.parquet", "--out", lists / "a.html", "--formats", "none"
    )
    assert ran.code == 0, ran.err
    made = Reader((lists / "a.html").read_text(encoding="utf-8"))
    for said in ("Our own title", "An index of need", "Not to be passed on", "A note.", "Before you pass this on."):
        assert said in made.text
    assert "does not let others pass its figures on" in ran.err


def test_the_formats_that_are_asked_for_are_written_and_no_others(homeground: Homeground, lists: Path) -> None:
    """Two of them, then none."""
    ran = homeground(
        "find", "report", "--cohort", lists / "list.csv", "--out", lists / "a.html", "--formats", "xlsx, csv"
    )
    assert ran.code == 0, ran.err
    assert {path.suffix for path in lists.glob("a.*")} == {".html", ".csv", ".xlsx", ".csv-metadata", ".json"} - {
        ".csv-metadata"
    }
    assert (
        homeground(
            "find", "report", "--cohort", lists / "list.csv", "--out", lists / "b.html", "--formats", "none"
        ).code
        == 0
    )
    assert [path.name for path in lists.glob("b.*")] == ["b.html"]
    assert "No data files were written" in (lists / "b.html").read_text(encoding="utf-8")


def test_without_boundaries_the_page_is_made_and_says_what_is_not_there(homeground: Homeground, lists: Path) -> None:
    """No map and no GeoPackage, on the page, at the terminal and in --json."""
    ran = homeground("find", "report", "--cohort", lists / "list.csv", "--out", lists / "a.html")
    assert ran.code == 0
    assert "Not there: GeoPackage." in ran.err
    assert "GeoPackage: no boundaries are at hand." in Reader((lists / "a.html").read_text(encoding="utf-8")).text
    assert not (lists / "a.gpkg").exists()


def test_a_core_install_makes_the_page_and_says_what_to_type_for_the_rest(lists: Path) -> None:
    """Without shapely, pyogrio and gptables: the page with its words, CSV and Parquet, and three lines to type."""
    pl.read_csv(lists / "list.csv").with_columns(
        geometry=pl.Series([shapely.box(n, 52, n + 1, 53).wkb for n in range(8)])
    ).write_parquet(lists / "shapes.parquet")
    words = ["find", "report", "--cohort", "list.csv", "--boundaries", "shapes.parquet", "--out", "a.html", "--json"]
    code = f"from homeground.cli.main import main\nmain({words!r})"
    done = run(code, absent=beyond_the_core(), folder=lists)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [item["format"] for item in told["files"]] == ["CSV", "Parquet"]
    assert [item["what"] for item in told["absent"]] == ["GeoPackage", "Excel (XLSX)", "The map"]
    made = Reader((lists / "a.html").read_text(encoding="utf-8"))
    assert "There is no map on this page" in made.text
    assert made.text.count("pip install 'homeground[geo]'") == 2
    assert made.text.count("pip install 'homeground[sheets]'") == 1


def test_boundaries_are_found_in_the_folder_too(homeground: Homeground, district: Path, tmp_path: Path) -> None:
    """A finished list and --data: the map is made from the boundaries that lie there, as for a preset."""
    made = homeground("find", "cohort", "--preset", district / "district-left-behind-wards.toml", "--data", district,
                      "--out", tmp_path / "wards.csv")  # fmt: skip
    assert made.code == 0, made.err
    out = tmp_path / "page.html"
    ran = homeground("find", "report", "--cohort", tmp_path / "wards.csv", "--data", district, "--out", out, "--json",
                     "--formats", "gpkg")  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.json["map"]
    assert out.with_suffix(".gpkg").exists()


def test_a_wrong_cell_is_told_with_its_own_file_and_row(homeground: Homeground, lists: Path) -> None:
    """Of the list and of the certainty table, counted as a spreadsheet counts."""
    table = pl.read_csv(lists / "sure.csv").reverse()
    table.with_columns(probability=pl.when(pl.col("area_code") == "A6").then(60).otherwise("probability")).write_csv(
        lists / "sure.csv"
    )
    ran = homeground("find", "report", "--cohort", lists / "list.csv", "--certainty", lists / "sure.csv",
                     "--out", lists / "a.html")  # fmt: skip
    assert ran.code == 2
    assert "sure.csv, row 3, column 'probability': 60 cannot be right here. For 60 % write 0.6." in ran.err
    text = (lists / "list.csv").read_text(encoding="utf-8").replace("A5,Place 5,6,6,false", "A5,Place 5,6,6,perhaps")
    (lists / "list.csv").write_text(text, encoding="utf-8")
    ran = homeground("find", "report", "--cohort", lists / "list.csv", "--out", lists / "a.html")
    assert ran.code == 2
    assert "list.csv, row 7, column 'selected': 'perhaps' is neither true nor false." in ran.err
    assert not list(lists.glob("a.*"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace('"A', '"B'), "none of the 8 areas of the list has a boundary here"),
        (lambda text: text.replace("52.0", "520000.0").replace("53.0", "530000.0"), "said to be in degrees"),
        (lambda text: text.replace('"A1"', '"A0"'), "a second time"),
    ],
    ids=["other areas", "metres", "twice"],
)
def test_boundaries_that_cannot_be_meant_are_refused_before_anything_is_written(
    homeground: Homeground, lists: Path, change: Callable[[str], str], said: str
) -> None:
    """Boundaries of other areas, in other coordinates, or of one area twice."""
    text = (lists / "shapes.geojson").read_text(encoding="utf-8")
    (lists / "shapes.geojson").write_text(change(text), encoding="utf-8")
    ran = homeground("find", "report", "--cohort", lists / "list.csv", "--boundaries", lists / "shapes.geojson",
                     "--boundary-code-column", "ward_id", "--out", lists / "a.html")  # fmt: skip
    assert ran.code == 2, ran.err
    assert said in ran.err
    assert not list(lists.glob("a.*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "it is not said which list"),
        (["--preset", "x", "--cohort", "list.csv"], "both given"),
        (["--preset", "left-behind-wards-2019"], "--data FOLDER"),
        (
            ["--preset", "left-behind-wards-2019", "--data", ".", "--boundaries", "shapes.geojson"],
            "--boundaries goes with",
        ),
        (["--preset", "left-behind-wards-2018", "--data", "."], "Did you mean"),
        (["--cohort", "nowhere.csv"], "nowhere.csv"),
        (["--cohort", "sure.csv"], "selected"),
        (["--cohort", "list.csv", "--certainty", "list.csv"], "probability"),
        (["--cohort", "list.csv", "--formats", "docx"], "'docx' is no format"),
        (["--cohort", "list.csv", "--boundaries", "shapes.geojson"], "area codes"),
        (["--cohort", "list.csv", "--boundaries", "sure.csv"], "geometry"),
        (["--cohort", "list.csv", "--out", "page.txt"], ".html"),
        (["--cohort", "list.csv", "--date", "3 May"], "--date"),
        (["--cohort", "list.csv", "--draws", "0"], "--draws"),
        (["--cohort", "list.csv", "--vary", "weights"], "--vary goes with --preset"),
        (["--cohort", "list.csv", "--share", "0.2"], "--share goes with --preset"),
        (["--preset", "x", "--data", ".", "--no-certainty", "--vary", "weights"], "--no-certainty"),
        (["--preset", "left-behind-wards-2019", "--data", ".", "--vary", "wieghts"], "Did you mean 'weights'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_makes_no_sense_ends_with_exit_code_2_and_writes_nothing(
    homeground: Homeground, lists: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    """The message says what is wrong and what to do; the folder is as it was."""
    monkeypatch.chdir(lists)
    monkeypatch.delenv("HOMEGROUND_DATA", raising=False)
    before = sorted(path.name for path in lists.iterdir())
    out = [] if "--out" in arguments else ["--out", "page.html"]
    ran = homeground("find", "report", *arguments, *out)
    assert ran.code == 2
    assert ran.out == ""
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert sorted(path.name for path in lists.iterdir()) == before


def test_quiet_says_nothing(homeground: Homeground, lists: Path) -> None:
    """Nothing on either stream when all went well."""
    ran = homeground("find", "report", "--cohort", lists / "list.csv", "--out", lists / "a.html", "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


@pytest.mark.slow
def test_the_wards_of_2019_from_the_official_files(homeground: Homeground, england: Path, tmp_path: Path) -> None:
    """At least .94 of the published wards, and the twelve that no LSOA leads to are named, with the reason."""
    out = tmp_path / "report.html"
    ran = homeground("find", "report", "--preset", "left-behind-wards-2019", "--data", england, "--out", out,
                     "--no-certainty", "--formats", "csv", "--json")  # fmt: skip
    assert ran.code == 0, ran.err
    told, made = ran.json, Reader(out.read_text(encoding="utf-8"))
    published = pl.read_csv(england / "cni" / "cni2019_england_ward17.csv").filter("Left Behind Area?")["ward17_code"]
    chosen = set(pl.read_csv(out.with_suffix(".csv")).filter("selected")["area_code"])
    assert len(chosen & set(published)) / len(chosen | set(published)) >= 0.94
    assert len(told["not_placed"]) == 12
    assert "12 wards could not be placed, because a figure is missing." in made.text
    for code in [*told["not_placed"], *chosen]:
        assert code in made.text
    assert told["map"]
    assert out.stat().st_size < 3_000_000
