"""``homeground understand grants``"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

PLACES = "area_code,cohort,population\nE05000026,left behind,100\nE05000027,rest,300\n"


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    """Two wards."""
    path = tmp_path / "cohort.csv"
    path.write_text(PLACES)
    return path


def grant(number: int, **more: object) -> dict[str, object]:
    """Return a grant that fits the standard."""
    plain: dict[str, object] = {
        "id": f"360G-x-{number}", "title": f"Grant {number}", "description": "For a hall", "currency": "GBP",
        "amountAwarded": 100.1, "awardDate": f"2015-0{number}-01",
        "fundingOrganization": [{"id": "GB-CHC-1", "name": "A Fund"}],
        "recipientOrganization": [{"id": f"GB-CHC-{number}00", "name": f"Club {number}"}],
        "beneficiaryLocation": [{"geoCode": "E05000026", "geoCodeType": "WD", "name": "Abbey"}],
    }  # fmt: skip
    return plain | more


def write(path: Path, *grants: dict[str, object]) -> Path:
    """Write a file of grants."""
    path.write_text(json.dumps({"grants": list(grants)}))
    return path


def test_the_known_answer_on_the_real_table(homeground: Callable[..., Any], england: Path, real_data: Path) -> None:
    """By recipient ward, 2013 to 2018: see README-participation.md of the data."""
    table = real_data / "grants" / "aggregates" / "grants_eng_LAD_ward_donor_year.csv"
    ran = homeground(
        "understand", "grants", table, "--preset", "left-behind-wards-2019", "--data", england,
        "--left-behind-column", "Left Behind Area?", "--json", "--quiet",
    )  # fmt: skip
    found = ran.json
    assert (found["grants"], found["amount_gbp"]) == (84705, "8447408891.89")
    rows = {row["cohort"]: row for row in found["cohorts"] if row["series"] == "recipient"}
    want = {
        "left behind": (69.48, 14.43, 18.57), "other deprived": (230.01, 23.12, 47.42),
        "England": (140.69, 13.35, None), "rest of England": (None, None, 10.33),
    }  # fmt: skip
    for name, (head, grants, median) in want.items():
        got = rows[name]
        for figure, known in (("gbp_per_head", head), ("grants_per_10000", grants), ("median_gbp_per_head", median)):
            if known is not None:
                assert round(got[figure], 2) == known, (name, figure)
    assert rows["left behind"]["areas"] == 225
    assert rows["England"]["grants"] / found["grants"] == pytest.approx(0.876, abs=0.0005)
    assert rows["England"]["gbp"] / float(found["amount_gbp"]) == pytest.approx(0.926, abs=0.0005)
    assert any("not reproduced here: £7.77" in note for note in found["notes"])


def test_a_folder_is_written_with_what_was_agreed(homeground: Callable[..., Any], tmp_path: Path, cohort: Path) -> None:
    """Ledger, problems, areas and cohorts."""
    file = write(tmp_path / "a.json", grant(1), grant(2, amountAwarded=0.05), grant(3, beneficiaryLocation=[]))
    out = tmp_path / "out"
    ran = homeground("understand", "grants", file, "--cohort", cohort, "--out", out, "--json", "--quiet")
    found = ran.json
    assert (found["rows"], found["grants"], found["amount_gbp"]) == (3, 3, "200.25")
    with (out / "problems.csv").open() as lines:
        assert next(csv.reader(lines))[:5] == ["file", "row", "field", "problem", "remedy"]
    ledger = pl.read_parquet(out / "ledger.parquet")
    assert ledger["method"].to_list() == ["A", "A", "E"]
    areas = pl.read_parquet(out / "by_area.parquet")
    assert areas["best_gbp"].to_list() == [100.15, 0.0]
    assert areas["high_gbp"].sum() == pytest.approx(200.25)
    # Nobody knows where the recipients are: that is not nought.
    assert areas["recipient_gbp"].null_count() == 2
    assert {path.name for path in out.iterdir()} >= {"by_cohort.csv", "by_year.csv", "by_funder.csv", "about.json"}


def test_problems_stop_it_unless_good_rows_are_asked_for(
    homeground: Callable[..., Any], tmp_path: Path, cohort: Path
) -> None:
    """Exit code 2, the object all the same with the files' own total, and only problems.csv in the folder."""
    file = write(tmp_path / "a.json", grant(1), grant(2, awardDate="soon"))
    out = tmp_path / "out"
    words = ("understand", "grants", file, "--cohort", cohort, "--out", out, "--json", "--quiet")
    ran = homeground(*words)
    assert ran.code == 2
    found = ran.json
    assert found["problems"] > 0
    assert (found["grants"], found["amount_gbp"]) == (1, "200.20")
    assert [path.name for path in out.iterdir()] == ["problems.csv"]
    again = homeground(*words, "--keep-good")
    assert again.code == 0
    assert again.json["counted_gbp"] == "100.10"


def test_a_selection_is_exported_and_read_again(homeground: Callable[..., Any], tmp_path: Path) -> None:
    """What was written is valid, and holds what was asked for."""
    file = write(tmp_path / "a.json", grant(1), grant(2, beneficiaryLocation=[]), grant(3))
    out = tmp_path / "some.json"
    homeground(
        "understand", "grants", file, "--export", out, "--areas", "E05000026", "--until", "2015-02-20", "--quiet"
    )
    ran = homeground("understand", "grants", out, "--json", "--quiet")
    assert ran.code == 0
    assert (ran.json["rows"], ran.json["amount_gbp"]) == (1, "100.10")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--funder", "GB-CHC-999"], "no award in these files is of the funder 'GB-CHC-999'"),
        (["--level", "lsoa21"], "the cohort is of ward areas"),
        (["--price-year", "2050"], "no GDP deflator for 2050"),
        (["--preset", "left-behind-wards-2019"], "--preset and --cohort are both given"),
    ],
)
def test_what_makes_no_sense_is_refused(
    homeground: Callable[..., Any], tmp_path: Path, cohort: Path, words: list[str], said: str
) -> None:
    """With what is wrong and what to do."""
    file = write(tmp_path / "a.json", grant(1))
    ran = homeground("understand", "grants", file, "--cohort", cohort, *words)
    assert ran.code == 2
    assert said in ran.err


def test_fewer_than_no_people_are_refused_with_the_row(
    homeground: Callable[..., Any], tmp_path: Path, cohort: Path
) -> None:
    """File, row and column."""
    people = tmp_path / "people.csv"
    people.write_text("area_code,population\nE05000026,5\nE05000027,-3\n")
    file = write(tmp_path / "a.json", grant(1))
    ran = homeground("understand", "grants", file, "--cohort", cohort, "--population", people)
    assert ran.code == 2
    assert "people.csv, row 3, column 'population': -3 people" in ran.err


def test_figures_by_year_use_the_people_of_the_year(
    homeground: Callable[..., Any], tmp_path: Path, cohort: Path
) -> None:
    """And the mean in totals."""
    people = tmp_path / "people.csv"
    rows = ["E05000026,2014,10", "E05000026,2015,20", "E05000027,2014,30", "E05000027,2015,30"]
    people.write_text("area_code,year,population\n" + "\n".join(rows) + "\n")
    file = write(tmp_path / "a.json", grant(1, amountAwarded=100))
    out = tmp_path / "out"
    homeground("understand", "grants", file, "--cohort", cohort, "--population", people, "--out", out, "--quiet")
    table = pl.read_csv(out / "by_year.csv").filter(pl.col("cohort") == "left behind", pl.col("series") == "best")
    assert table["gbp_per_head"].to_list() == [5.0]
    areas = pl.read_parquet(out / "by_area.parquet")
    assert areas["population"].to_list() == [15.0, 30.0]


@pytest.mark.parametrize(
    ("year", "pounds", "real", "words"),
    [
        (2010, 69.12, 1.0, ""),
        (2025, 100.0, 1.0, "pounds of 2025 count as they were paid"),
        (2026, 100.0, 1.0, "pounds of 2026 count as they were paid"),
        (2027, 100.0, None, "No figures in real terms: there is no GDP deflator for 2027"),
    ],
)
def test_awards_of_this_year_do_not_wait_for_the_next_prices(
    homeground: Callable[..., Any],
    tmp_path: Path,
    cohort: Path,
    year: int,
    pounds: float,
    real: float | None,
    words: str,
) -> None:
    """Soon after the deflator's last year pounds count as they were paid, which is told; later there is no figure."""
    file = write(tmp_path / "g.json", grant(1, awardDate=f"{year}-03-01", amountAwarded=pounds))
    ran = homeground("understand", "grants", file, "--cohort", cohort, "--json", "--quiet")
    assert ran.code == 0, ran.err
    rows = {(row["cohort"], row["series"]): row["real_gbp_per_head"] for row in ran.json["cohorts"]}
    assert rows["left behind", "best"] == (None if real is None else pytest.approx(real, abs=0.0001))
    assert words in " ".join(ran.json["notes"])
    asked = homeground("understand", "grants", file, "--cohort", cohort, "--price-year", "2025")
    assert asked.code == 2
    assert "no GDP deflator for 2025" in asked.err
