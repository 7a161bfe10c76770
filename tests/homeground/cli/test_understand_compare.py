"""``homeground understand compare``, as a person types it."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

PRESET = """
name = "ours"
title = "Our places"
[areas]
kind = "lsoa"
year = 2021
file = "places.csv"
code = "LSOA21CD"
larger_area = "district"
population = { file = "places.csv", column = "people" }
[deprivation]
file = "places.csv"
column = "poor"
[need]
file = "places.csv"
column = "alone"
[rule]
share = 0.3
"""
CATALOGUE = """
id = "{id}"
title = "Our figures"
kind = "profile"
area_kind = "{kind}"
boundary_year = {year}
area_column = "{code}"
recognise = ["{code}", "{marker}"]
columns = [
  {{ name = "{code}", holds = "code" }},
  {{ name = "{marker}", title = "Long illness", unit = "%", holds = "value", higher_is = "worse" }},
  {{ name = "{marker}_trees", title = "Trees", holds = "value", higher_is = "better" }},
]
[[indicators]]
id = "{id}-ill"
title = "Long illness"
theme = "health"
value = "{marker}"
unit = "%"
higher_is = "worse"
[[indicators]]
id = "{id}-trees"
title = "Trees"
theme = "community"
value = "{marker}_trees"
higher_is = "better"
"""
COLUMNS = ["indicator", "title", "theme", "unit", "higher_is", "comparison", "left_behind", "other", "difference",
           "low", "high", "standard_error", "df", "p_value", "p_adjusted", "p_bootstrap"]  # fmt: skip


@pytest.fixture
def ours(tmp_path, monkeypatch):
    """A folder with places, a list, and figures of three kinds; the person stands in it."""
    rng = np.random.default_rng(0)
    n = 120
    codes = [f"E0100{i:04}" for i in range(1, n + 1)]
    table = pl.DataFrame(
        {
            "LSOA21CD": codes,
            "district": [f"E0600000{i % 8 + 1}" for i in range(n)],
            "people": rng.integers(900, 2000, n),
            "poor": rng.permutation(n) + 1,
            "alone": rng.permutation(n) + 1,
        }
    )
    table.write_csv(tmp_path / "places.csv")
    (tmp_path / "ours.toml").write_text(PRESET)
    ill = 30 - table["poor"].to_numpy() / 10 + rng.normal(size=n)
    figures = pl.DataFrame({"LSOA21CD": codes, "ill": [None, *ill[1:]], "ill_trees": rng.normal(size=n)})
    figures.write_csv(tmp_path / "figures.csv")
    (tmp_path / "figures.dataset.toml").write_text(
        CATALOGUE.format(id="our-figures", kind="lsoa", year=2021, code="LSOA21CD", marker="ill")
    )
    for id, kind, year, code, first in (
        ("our-districts", "authority", 2024, "LAD24CD", "E06000001"),
        ("our-older", "lsoa", 2011, "LSOA11CD", "E01000001"),
    ):
        pl.DataFrame({code: [first], id[4:]: [1.0], f"{id[4:]}_trees": [2.0]}).write_csv(tmp_path / f"{id}.csv")
        (tmp_path / f"{id}.dataset.toml").write_text(
            CATALOGUE.format(id=id, kind=kind, year=year, code=code, marker=id[4:])
        )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOMEGROUND_CACHE", str(tmp_path / "cache"))
    return tmp_path


def compare(homeground, *more):
    """Run the comparison on the folder."""
    return homeground("understand", "compare", "--preset", "ours.toml", "--data", ".", *more)


@pytest.mark.parametrize("ending", ["csv", "parquet", "json", "xlsx"])
def test_out_takes_the_format_from_the_ending(homeground, ours, ending):
    """And the table has the columns that scripts rely on."""
    ran = compare(homeground, "--out", f"out.{ending}")
    assert ran.code == 0, ran.err
    assert ran.out == ""
    assert (ours / f"out.{ending}").stat().st_size > 0
    if ending in ("csv", "parquet"):
        table = {"csv": pl.read_csv, "parquet": pl.read_parquet}[ending](ours / f"out.{ending}")
        assert table.columns[: len(COLUMNS)] == COLUMNS
        assert table.height == 6
        assert set(table["comparison"]) == {"other deprived", "rest of England", "England"}


def test_json_is_one_object_with_figures_and_what_stands_behind_them(homeground, ours):
    """Everything for people goes to standard error."""
    ran = compare(homeground, "--json", "--seed", "3")
    assert ran.code == 0, ran.err
    found = ran.json
    assert {"indicators", "tests", "verdicts", "cluster", "clusters", "correction", "differences", "cohorts",
            "likeness", "notes", "sources", "seed", "out"} <= set(found)  # fmt: skip
    assert (found["indicators"], found["tests"], found["clusters"], found["seed"]) == (2, 6, 8, 3)
    ill = next(
        row for row in found["differences"] if (row["indicator"], row["comparison"]) == ("our-figures-ill", "England")
    )
    assert (ill["verdict"], ill["way"]) == ("clear difference", "worse")
    assert ill["sentence"].startswith("Long illness (%): ")
    assert any("Long illness: 1 of 120 areas have no figure." in note for note in found["notes"])
    assert compare(homeground, "--json", "--seed", "3").json["differences"] == found["differences"]


def test_figures_of_other_areas_or_years_are_left_out_with_the_reason(homeground, ours):
    """And refused when they are asked for by name."""
    ran = compare(homeground)
    assert ran.code == 0
    assert "2 indicators are not compared, because the figures are of authority areas" in ran.err
    assert "2 indicators are not compared, because the figures are of the boundaries of 2011" in ran.err
    asked = compare(homeground, "--indicators", "our-districts-ill")
    assert asked.code == 2
    assert "the figures of 'our-districts-ill' are of authority areas, and the list is of lsoa areas" in asked.err


def test_indicators_are_chosen_by_name_and_by_theme(homeground, ours):
    """One of the two."""
    assert compare(homeground, "--indicators", "our-figures-ill", "--json").json["indicators"] == 1
    assert compare(homeground, "--theme", "health", "--json").json["indicators"] == 1
    wrong = compare(homeground, "--indicators", "our-figure-trees")
    assert wrong.code == 2
    assert "Did you mean 'our-figures-trees'?" in wrong.err
    assert compare(homeground, "--theme", "weather").code == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--drift", "--indicators", "our-figures-ill"], "--drift takes the domains of the panel"),
        (["--carry"], "--carry goes with --drift"),
        (["--out", "map.gpkg"], "a comparison has no shapes"),
        (["--level", "95"], "an interval of level 95 makes no sense"),
        (["--draws", "5"], "5 draws are too few"),
        (["--drift"], "the folder does not hold iod-panel"),
    ],
)
def test_what_makes_no_sense_ends_with_2_and_what_to_do(homeground, ours, options, words):
    """Nothing is written."""
    ran = compare(homeground, *options)
    assert ran.code == 2
    assert words in ran.err
    assert not (ours / "map.gpkg").exists()


def test_figures_of_none_of_the_areas_are_refused(homeground, ours):
    """The codes of a table of your own are of somewhere else."""
    table = pl.read_csv(ours / "figures.csv")
    table.with_columns(pl.col("LSOA21CD").str.replace("E0100", "E0103")).write_csv(ours / "figures.csv")
    ran = compare(homeground)
    assert ran.code == 2
    assert "our-figures has none of the 120 areas of the list" in ran.err


def test_a_repeated_area_is_refused_with_its_row(homeground, ours):
    """Row 122 of the file of figures repeats row 2."""
    table = pl.read_csv(ours / "figures.csv")
    pl.concat([table, table.head(1)]).write_csv(ours / "figures.csv")
    ran = compare(homeground)
    assert ran.code == 2
    assert "figures.csv, row 122" in ran.err


def test_without_a_folder_it_says_so(homeground, ours):
    """A preset alone holds no figures."""
    ran = homeground("understand", "compare", "--preset", "ours.toml")
    assert ran.code == 2
    assert "--data" in ran.err


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder for prepared tables, so that no test leaves any in the account of the person who runs it."""
    return tmp_path_factory.mktemp("cache")


def test_the_drift_of_the_published_list_on_the_real_panel(homeground, england, tmp_path):
    """1,259 of 1,305 areas kept their code; carrying the others is an option, and its snag is told."""
    command = ["understand", "compare", "--preset", "left-behind-lsoas-2023", "--data", england, "--drift", "--json"]
    plain = homeground(*command, "--out", tmp_path / "drift.csv")
    assert plain.code == 0, plain.err
    found = plain.json
    assert found["left_behind"] == {"followed": 1259, "lost": 46}
    assert found["headline"]["difference"] == pytest.approx(-0.37, abs=0.02)
    assert pl.read_csv(tmp_path / "drift.csv").height == len(found["drift"])
    crime = next(row for row in found["drift"] if row["domain"] == "crime")
    assert (crime["like_for_like"], crime["verdict"]) == (False, "not compared")
    assert "the crime domain was redefined" in crime["reason"]
    apart = {row["domain"] for row in found["drift"] if not row["like_for_like"]}
    assert apart == {"crime", "barriers"}
    assert {row["title"] for row in found["drift"] if row["domain"] == "living_environment"} == {"Living environment"}
    carried = homeground(*command, "--carry").json
    assert carried["left_behind"]["followed"] == 1305
    assert carried["headline"]["difference"] == pytest.approx(-0.65, abs=0.02)
    assert any("46 of 1,305 left behind and 194 of 2,035 other deprived areas were carried" in note
               for note in carried["notes"])  # fmt: skip


def test_the_real_indicators_are_compared(homeground, england, prepared, monkeypatch):
    """What the folder has for LSOAs of 2021: left-behind places are sicker, less crowded and worse connected."""
    monkeypatch.setenv("HOMEGROUND_CACHE", str(prepared))
    ran = homeground(
        "understand", "compare", "--preset", "left-behind-lsoas-2023", "--data", england, "--draws", "199", "--json"
    )
    assert ran.code == 0, ran.err
    found = ran.json
    rows = {row["indicator"]: row for row in found["differences"] if row["comparison"] == "other deprived"}
    assert rows["illness-2025"]["way"] == "worse"
    assert rows["overcrowding-2025"]["way"] == "better"
    assert rows["connected-2025"]["difference"] == pytest.approx(-8.12, abs=0.01)
    assert rows["connected-2025"]["verdict"] == "clear difference"
    assert rows["low-income-2025"]["verdict"] == "cannot tell"
    assert any("homeless-2025" in note and "authority areas" in note for note in found["notes"])
    assert any("need-2023" in note and "the list was chosen with it" in note for note in found["notes"])
    assert all(row["inflation"] > 1.3 for row in rows.values() if row["inflation"] is not None)
    assert min(row["moran_i"] for row in found["likeness"] if row["moran_i"] is not None) > 0.3
    assert json.dumps(found)


def test_smaller_clusters_can_be_asked_for(homeground, england, prepared, monkeypatch):
    """By MSOA there are many more clusters; the difference is the same, its error another."""
    monkeypatch.setenv("HOMEGROUND_CACHE", str(prepared))
    command = [
        "understand",
        "compare",
        "--preset",
        "left-behind-lsoas-2023",
        "--data",
        england,
        "--draws",
        "0",
        "--json",
    ]
    command += ["--indicators", "patients-per-gp-near-2025"]
    large, small = homeground(*command).json, homeground(*command, "--cluster", "msoa").json
    assert (large["cluster"], large["clusters"]) == ("authority", 309)
    assert (small["cluster"], small["clusters"]) == ("msoa", 6856)
    assert large["differences"][0]["difference"] == pytest.approx(small["differences"][0]["difference"])
    assert small["differences"][0]["standard_error"] != large["differences"][0]["standard_error"]
