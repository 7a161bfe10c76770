"""``homeground listen …``, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

SAID = [
    "The bus never comes", "No bus after six", "A late bus again", "The bus to town is dear", "A lovely park",
    "The park is green", "Children in the park", "Benches for the park", "Joan at 14 Mill Lane rang 07700 900123",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with notes, what people confirmed, and votes."""
    pl.DataFrame({"when": range(len(SAID)), "said": SAID}).write_csv(tmp_path / "notes.csv")
    (tmp_path / "confirmed.csv").write_text("note,theme\n0,buses\n1,buses\n4,park\n5,park\n")
    votes = [f"{p},{s},{1 if p % 2 == s % 2 else -1}" for p in range(12) for s in range(8)]
    (tmp_path / "votes.csv").write_text("\n".join(["voter-id,comment-id,vote", *votes, ""]))
    (tmp_path / "comments.csv").write_text(
        "\n".join(
            ["comment-id,comment-body,moderated", *(f"{s},Statement {s},{-1 if s == 7 else 1}" for s in range(8)), ""]
        )
    )
    return tmp_path


def test_redact_writes_the_table_with_details_hidden_and_shows_none(homeground, folder):
    """The other columns stay; the summary counts and holds no detail."""
    ran = homeground(
        "listen", "redact", folder / "notes.csv", "--text-column", "said", "--out", folder / "safe.csv", "--json"
    )
    assert ran.code == 0
    assert ran.json["by_kind"] == {"address": 1, "name": 1, "phone": 1}
    safe = pl.read_csv(folder / "safe.csv")
    assert safe["said"].to_list()[-1] == "[name hidden] at [address hidden] rang [phone number hidden]"
    assert safe["when"].to_list() == list(range(9))
    assert "900123" not in ran.out + ran.err


def test_redact_reads_plain_text_and_takes_streets(homeground, folder):
    """A note on each line."""
    (folder / "notes.txt").write_text("we are at number 7 the sidings\n\nno bus\n")
    (folder / "streets.txt").write_text("The Sidings\n")
    ran = homeground("listen", "redact", folder / "notes.txt", "--streets", folder / "streets.txt")
    assert (ran.code, ran.out.splitlines()) == (0, ["text", "we are at [address hidden]", "", "no bus"])


def test_themes_open_to_their_quotes(homeground, folder):
    """Each number can be followed to (note, start, end); the file and the output say the same."""
    out = folder / "themes.json"
    ran = homeground(
        "listen", "themes", folder / "notes.csv", "--text-column", "said", "--no-model", "--out", out, "--json"
    )
    assert ran.code == 0, ran.err
    told = json.loads(out.read_text())
    assert {**told, "out": str(out)} == ran.json
    assert told["model"] is None and told["notes"] == 9
    for theme in told["themes"]:
        assert theme["people"] == len({quote["note"] for quote in theme["quotes"]})
        assert 0 <= theme["stability"] <= 1 and theme["terms"] and theme["label"]
    quotes = [quote for theme in told["themes"] for quote in theme["quotes"]] + told["alone"]
    assert len(quotes) == told["points"]
    assert all(SAID[quote["note"]][quote["start"] : quote["end"]] == quote["text"] for quote in quotes)


def test_a_workbook_of_one_column_holds_words_too(homeground, tmp_path):
    """As a survey is exported; and too few notes are told with the name of the file."""
    from openpyxl import Workbook

    book = Workbook()
    for cell in ("What would make it better?", "A warm place.", "Ring Joan on 07700 900123."):
        book.active.append([cell])
    book.save(tmp_path / "answers.xlsx")
    words = ("--text-column", "What would make it better?")
    ran = homeground("listen", "redact", tmp_path / "answers.xlsx", *words)
    assert ran.code == 0 and "Ring [name hidden] on [phone number hidden]." in ran.out
    ran = homeground("listen", "themes", tmp_path / "answers.xlsx", *words)
    assert ran.code == 2 and "answers.xlsx" in ran.err and "at least 5" in ran.err


def test_themes_are_the_same_bytes_again(homeground, folder):
    """With the same seed."""
    files = [folder / "one.json", folder / "two.json"]
    for file in files:
        assert homeground("listen", "themes", folder / "notes.csv", "--text-column", "said", "--out", file).code == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_suggest_gives_note_theme_confidence(homeground, folder):
    """For each note that nobody sorted."""
    out = folder / "suggestions.csv"
    more = ["--confirmed", folder / "confirmed.csv", "--out", out, "--no-model"]
    ran = homeground("listen", "suggest", folder / "notes.csv", "--text-column", "said", *more)
    assert ran.code == 0, ran.err
    table = pl.read_csv(out)
    assert table.columns == ["note", "theme", "confidence"]
    assert sorted(table["note"].to_list()) == [2, 3, 6, 7, 8]


def test_groups_say_what_is_shared_in_words(homeground, folder):
    """And leave out what moderators rejected."""
    ran = homeground(
        "listen", "groups", folder / "votes.csv", "--statements", folder / "comments.csv", "--out", folder / "g"
    )
    assert ran.code == 0, ran.err
    assert "What all groups share:" in ran.out and "Statement 7" not in ran.out
    assert pl.read_csv(folder / "g" / "people.csv")["group"].to_list() == [0, 1] * 6
    assert pl.read_csv(folder / "g" / "statements.csv").height == 7


def test_both_layouts_of_votes_say_the_same(homeground, real_data):
    """A row for each vote, or a row for each person."""
    folder = real_data / "polis" / "london.youth.policing"
    long, wide = (
        homeground("listen", "groups", folder / name, "--json").json["people"]
        for name in ("votes.csv", "participants-votes.csv")
    )
    assert long == wide


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["themes", "notes.csv", "--text-column", "sad"], "The nearest heading is 'said'"),
        (["themes", "votes.csv"], "which column holds what was said?"),
        (["themes", "notes.csv", "--text-column", "when"], "no cell of this column holds words"),
        (["themes", "notes.csv", "--text-column", "said", "--out", "t.csv"], "does not end in .json"),
        (["suggest", "notes.csv", "--text-column", "said", "--confirmed", "notes.csv"], "2 columns are missing"),
        (["suggest", "notes.csv", "--text-column", "said", "--confirmed", "bad.csv"], "row 3, column 'note': 'two'"),
        (["groups", "notes.csv"], "these are not votes as Polis exports them"),
        (["groups", "odd.csv"], "odd.csv, row 3, column 'vote': 1 vote of neither 1 (agree) nor 0 (pass)"),
        (["groups", "lone.csv"], "lone.csv, row 2, column 'comment-id': 1 vote without a statement"),
        (["themes", "long.csv"], "long.csv, row 7, column 'text': this note has 120,000 characters"),
        (["suggest", "long.csv", "--confirmed", "good.csv"], "long.csv, row 7, column 'text': this note has"),
        (["themes", "few.csv"], "2 of 2 notes hold words, and themes need at least 5"),
    ],
)  # fmt: skip
def test_bad_input_says_what_where_and_what_to_do(homeground, folder, monkeypatch, words, wanted):
    """Code 2, one message, nothing written."""
    monkeypatch.chdir(folder)
    (folder / "bad.csv").write_text("note,theme\n0,a\ntwo,b\n")
    (folder / "odd.csv").write_text("voter-id,comment-id,vote\n1,1,1\n1,2,7\n")
    (folder / "lone.csv").write_text("voter-id,comment-id,vote\n1,,1\n1,2,1\n")
    (folder / "good.csv").write_text("note,theme\n0,a\n1,b\n")
    (folder / "long.csv").write_text("text\n" + "No bus today\n" * 5 + "a bus. " * 17_142 + "a bus.\n")
    (folder / "few.csv").write_text("text\nNo bus today\nNo park here\n")
    before = sorted(folder.iterdir())
    ran = homeground("listen", *words)
    assert (ran.code, ran.out) == (2, "")
    assert wanted in ran.err
    assert sorted(folder.iterdir()) == before
