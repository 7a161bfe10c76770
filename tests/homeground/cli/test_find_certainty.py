"""``homeground find certainty``, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from homeground.find.doubting.doubt import specification_schema

DEPRIVATION = """
name = "deprivation"
[index]
parts = ["poor", "unwell"]
weights = "equal"
[parts.poor]
numerator = "poor"
denominator = "people"
transform = "exponential-rank"
[parts.unwell]
column = "unwell"
transform = "exponential-rank"
"""
NEED = """
name = "need"
[index]
parts = ["places", "links"]
weights = "equal"
[parts.places]
column = "places"
higher_is = "better"
transform = "percentile"
[parts.links]
column = "links"
higher_is = "better"
transform = "percentile"
"""
SPEC = """
draws = 60
seed = 9
[weights]
concentration = 20
[threshold]
low = 0.2
high = 0.5
"""
COLUMNS = [
    "area_code", "area_name", "deprivation_rank", "need_rank", "selected", "cohort", "probability", "probability_error",
    "probability_weights", "probability_threshold", "deprivation_rank_low", "deprivation_rank_high", "need_rank_low",
    "need_rank_high", "sentence",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """A folder with two methods, a table and a specification."""
    rows = ["area_code,area_name,people,poor,unwell,places,links"]
    rows += [f"P{i:02d},Place {i},1000,{40 + 9 * i},{(i * 7) % 20},{20 - i},{(i * 3) % 20}" for i in range(20)]
    (tmp_path / "table.csv").write_text("\n".join(rows) + "\n")
    for name, text in (("deprivation.toml", DEPRIVATION), ("need.toml", NEED), ("doubt.toml", SPEC)):
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def own(homeground, folder):
    """Run the command on the two methods and the table, worst 30 % on both."""

    def run(*more, both=True):
        methods = ["--deprivation-method", folder / "deprivation.toml", "--input", folder / "table.csv"]
        methods += ["--need-method", folder / "need.toml"] if both else []
        return homeground("find", "certainty", *methods, "--share", "0.3", *more)

    return run


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_table_has_the_columns_that_scripts_rely_on(own, folder, ending):
    """Cohort columns, then probability, each source apart, bands and a sentence."""
    out = folder / f"certainty.{ending}"
    ran = own("--draws", "50", "--out", out, "--json")
    assert ran.code == 0, ran.err
    table = {"csv": pl.read_csv, "parquet": pl.read_parquet}[ending](out)
    assert table.columns == COLUMNS
    assert table.height == 20 and table["probability"].is_between(0, 1).all()
    assert ran.json["out"] == str(out)


def test_the_json_says_what_was_done_and_found(own):
    """Draws, seed, what varied, members, how many are sure, the size, each source, notes: one object."""
    ran = own("--draws", "80", "--seed", "3", "--json")
    found = ran.json
    assert (found["draws"], found["seed"], found["varied"]) == (80, 3, ["weights", "threshold"])
    assert set(found["apart"]) == {"weights", "threshold"}
    assert found["places"] == 20 and found["members"] >= found["sure"] >= 0
    assert found["size"]["low"] <= found["members"] <= found["size"]["high"]
    assert any("seed 3" in note for note in found["notes"])


def test_the_same_seed_gives_the_same_file(own, folder):
    """To the last byte; serially and in two processes."""
    files = [folder / name for name in ("one.csv", "two.csv", "three.csv")]
    arguments = ["--draws", "40", "--seed", "5", "--quiet", "--vary", "weights,noise=0.2"]
    for file, more in zip(files, ([], ["--executor", "processes", "--workers", "2"], ["--seed", "6"]), strict=True):
        assert own(*arguments, *more, "--out", file).code == 0
    one, two, three = (file.read_bytes() for file in files)
    assert one == two != three


def test_a_specification_file_says_what_is_in_doubt(own, folder):
    """Its draws and seed count unless they are typed; --vary beside it is refused."""
    spec = ["--spec", folder / "doubt.toml"]
    found = own(*spec, "--json").json
    assert (found["draws"], found["seed"], found["varied"]) == (60, 9, ["weights", "threshold"])
    assert found["specification"]["weights"]["concentration"] == 20
    assert own(*spec, "--draws", "30", "--seed", "1", "--json").json["seed"] == 1
    assert own(*spec, "--vary", "weights").code == 2


def test_without_out_the_least_sure_places_are_shown(own):
    """As CSV on standard output; what is said to people goes to standard error."""
    ran = own("--draws", "40")
    assert ran.code == 0
    assert ran.out.splitlines()[0].startswith("area_code,area_name,deprivation_rank")
    assert "All in doubt together" in ran.err and "Note: " in ran.err


def test_quiet_is_quiet(own, folder):
    """Nothing but the file."""
    ran = own("--draws", "20", "--quiet", "--out", folder / "x.csv")
    assert (ran.out, ran.err) == ("", "")


def test_one_index_will_do(own):
    """The worst share of it, with the sampling error of its counts."""
    ran = own("--draws", "60", "--vary", "noise,threshold=0.2-0.4", "--json", both=False)
    assert ran.code == 0, ran.err
    assert ran.json["members"] == 6 and ran.json["varied"] == ["noise", "threshold"]


def test_one_place_is_explained_without_any_draw(own, folder):
    """Sentences on standard output; with --json the figures; with --out a row for each part."""
    ran = own("--explain", "P14", "--against", "P03")
    assert ran.code == 0
    assert ran.out.startswith("Place 14 is on the list.") and "than Place 3 for deprivation" in ran.out
    found = own("--explain", "P14", "--against", "P03", "--json", "--out", folder / "why.csv").json
    assert [index["index"] for index in found["indices"]] == ["deprivation", "need"]
    for index in found["indices"]:
        assert sum(part["contribution"] for part in index["parts"]) == pytest.approx(index["score"])
    rows = pl.read_csv(folder / "why.csv")
    assert rows.height == 4 and {"index", "part", "contribution", "value_needed", "difference"} <= set(rows.columns)


def test_draws_and_explanation_together(own):
    """Then the explanation ends with how sure the place is."""
    ran = own("--explain", "P14", "--vary", "weights", "--draws", "30")
    assert ran.code == 0 and "re-runs it stays in." in ran.out
    both = own("--explain", "P14", "--vary", "weights", "--draws", "30", "--json").json
    assert both["explanation"]["area_code"] == "P14" and both["draws"] == 30


def test_two_finished_rankings_can_be_drawn_too(homeground, folder):
    """Threshold and rule can be in doubt; weights cannot, as nothing is known inside a finished ranking."""
    text = "area_code,imd,cni\n" + "".join(f"P{i},{i},{(i * 7) % 20 + 1}\n" for i in range(1, 21))
    (folder / "ranks.csv").write_text(text)
    two = ["--deprivation", folder / "ranks.csv", "--deprivation-column", "imd"]
    two += ["--need", folder / "ranks.csv", "--need-column", "cni", "--share", "0.5"]
    ran = homeground("find", "certainty", *two, "--vary", "threshold=0.3-0.7,rule", "--draws", "60", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["varied"] == ["threshold", "rule"]
    refused = homeground("find", "certainty", *two, "--vary", "weights")
    assert refused.code == 2 and "one part" in refused.err


def test_two_methods_are_compared(homeground, folder):
    """Other weights on the same table: everything that changed is method."""
    heavier = DEPRIVATION.replace('weights = "equal"\n', "").replace(
        'transform = "exponential-rank"', 'transform = "exponential-rank"\nweight = 0.8', 1
    )
    heavier = heavier.replace('column = "unwell"', 'column = "unwell"\nweight = 0.2')
    (folder / "heavier.toml").write_text(heavier)
    ran = homeground(
        "find", "certainty", "--change", folder / "deprivation.toml", folder / "heavier.toml",
        "--from-input", folder / "table.csv", "--input", folder / "table.csv", "--share", "0.3", "--json",
        "--out", folder / "change.csv",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.json["mean_abs_score_effect"]["method"] > 0 == ran.json["mean_abs_score_effect"]["data"]
    table = pl.read_csv(folder / "change.csv")
    assert {"score_from", "score_to", "score_data", "score_method", "score_boundary", "move"} <= set(table.columns)


WRONG = {
    "no list": (["--vary", "weights"], "it is not said which list"),
    "two lists": (["--preset", "left-behind-wards-2019", "--deprivation", "x.csv"], "given together"),
    "an unknown preset": (["--preset", "left-behind-wards-2091"], "Did you mean 'left-behind-wards-2019'"),
    "half of two tables": (["--deprivation", "x.csv"], "--deprivation-column is needed"),
    "against nobody": (["--preset", "left-behind-wards-2019", "--against", "E05000026"], "without --explain"),
    "change and draws": (["--change", "iod2019", "iod2025", "--vary", "weights"], "given together"),
    "change of what is not there": (["--change", "iod2019", "iod2031"], "iod2031"),
    "a format that cannot be written": (["--preset", "left-behind-wards-2019", "--out", "x.docx"], ".docx"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_makes_no_sense_ends_with_exit_code_2_and_what_to_do(homeground, tmp_path, name):
    """One clear message, no traceback, nothing on standard output."""
    arguments, words = WRONG[name]
    ran = homeground("find", "certainty", "--data", tmp_path, *arguments)
    assert ran.code == 2 and words in ran.err and ran.out == "" and "Traceback" not in ran.err


DOUBTS = {
    "an unknown source": ("wieghts", "Did you mean 'weights'"),
    "a source twice": ("weights,weights", "twice"),
    "a size that is no number": ("noise=much", "'much' is not a number"),
    "a range that is none": ("threshold=0.3", "is not a range"),
    "a range upside down": ("threshold=0.5-0.2", "below"),
    "percentages": ("threshold=8-12", "share (0 to 1)"),
    "a scale that ranks cannot take": ("normalisation=log", "exponential-rank"),
    "an unknown rule": ("rule=lottery", "worst-on-both"),
    "an edition that is not there": ("edition", "only one to draw from"),
    "indicators that are not there": ("weights=indicators", "no node below its domains"),
    "noise that nobody published": ("noise", "(need) gives no error"),
    "nothing": ("", "not known"),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_a_doubt_that_cannot_be_is_refused_on_the_command_line(own, name):
    """The same refusals as in Python, with the way out."""
    text, words = DOUBTS[name]
    ran = own("--vary", text)
    assert ran.code == 2 and words in ran.err, ran.err


def test_nothing_is_written_when_a_run_is_refused(own, folder):
    """No half file, and what stood there before is as it was."""
    out = folder / "kept.csv"
    out.write_text("before")
    assert own("--vary", "noise", "--out", out).code == 2
    assert out.read_text() == "before"


@pytest.mark.parametrize(
    ("text", "words"),
    [("draws = ", "is not TOML"), ("[weigths]\n", "Did you mean 'weights'"), ("draws = 'many'", "draws")],
)
def test_a_specification_file_that_is_wrong_is_named(own, folder, text, words):
    """The file, the entry, the remedy."""
    (folder / "bad.toml").write_text(text)
    ran = own("--spec", folder / "bad.toml")
    assert ran.code == 2 and words in ran.err and "bad.toml" in ran.err
    assert own("--spec", folder / "none.toml").code == 2


def test_the_schema_is_the_published_one(homeground):
    """--schema prints what stands in the reference, and that is what the code checks."""
    ran = homeground("find", "certainty", "--schema")
    published = Path(__file__).resolve().parents[3] / "docs" / "reference" / "certainty-specification.schema.json"
    assert ran.json == json.loads(published.read_text(encoding="utf-8")) == specification_schema()


def test_the_wards_in_one_command(homeground, england, tmp_path):
    """From official files to how sure the 225 wards are."""
    out = tmp_path / "certainty.parquet"
    ran = homeground(
        "find", "certainty", "--preset", "left-behind-wards-2019", "--data", england, "--draws", "200", "--seed", "1",
        "--vary", "weights,threshold", "--out", out, "--json",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.json["members"] == 226 and ran.json["places"] == 7433
    table = pl.read_parquet(out)
    assert table.columns == COLUMNS and table.height == 7433
    assert table.filter(pl.col("probability").is_null()).height == 12
    member = table.filter("selected").row(0, named=True)
    assert member["sentence"].startswith(f"{member['area_name']} is in both worst tenths. In ")
