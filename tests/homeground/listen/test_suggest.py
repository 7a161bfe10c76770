"""Suggestions after people confirmed some quotes: nothing decided, and the least sure first."""

from __future__ import annotations

import polars as pl
import pytest

from homeground.errors import BadTable, BadValue
from homeground.listen.suggest import suggest

SAID = [
    "The bus never comes", "No bus after six", "A late bus again", "The bus to town is dear", "A lovely park",
    "The park is green", "Children in the park", "Benches for the park", "The hall is shut",
    "Open the hall", "", "Our hall leaks",
]  # fmt: skip
PEOPLE = {0: "buses", 1: "buses", 4: "park", 5: "park", 8: "hall", 9: "hall"}


def notes() -> pl.DataFrame:
    """Return what was said, numbered from 0."""
    return pl.DataFrame({"note": range(len(SAID)), "text": SAID})


def confirmed(pairs: dict[int, str] = PEOPLE) -> pl.DataFrame:
    """Return what people put where."""
    return pl.DataFrame({"note": list(pairs), "theme": list(pairs.values())})


def test_each_note_that_nobody_sorted_gets_one_suggestion() -> None:
    """And those that people sorted get none."""
    table = suggest(notes(), confirmed()).table
    assert sorted(table["note"].to_list()) == [2, 3, 6, 7, 10, 11]
    right = dict(table.select("note", "theme").iter_rows())
    assert (right[2], right[3], right[6], right[7], right[11]) == ("buses", "buses", "park", "park", "hall")


def test_the_least_sure_come_first_and_chances_add_up_to_one_at_most() -> None:
    """So that people look where it matters; what is missing to one is the chance that it belongs nowhere."""
    found = suggest(notes(), confirmed())
    assert found.table["confidence"].is_sorted()
    sums = found.chances.group_by("note").agg(pl.col("confidence").sum())["confidence"]
    assert all(total <= 1.0005 for total in sums.to_list())
    assert found.table.filter(pl.col("note") == 10)["confidence"].item() == 0.0  # it has no words


def test_a_note_may_stand_under_several_themes() -> None:
    """People said so; both are learned from."""
    both = pl.concat([confirmed(), pl.DataFrame({"note": [0], "theme": ["hall"]})])
    assert suggest(notes(), both).table.height == 6


def test_few_quotes_and_empty_notes_are_told() -> None:
    """Two quotes a theme are a guess."""
    told = " ".join(note.text for note in suggest(notes(), confirmed()).notes)
    assert "Fewer than 5 quotes are confirmed for 3 themes" in told
    assert "1 notes have no words" in told


def test_one_quote_a_theme_is_enough_to_ask_and_makes_nobody_sure() -> None:
    """The names of the themes help; with so few quotes the confidence is not sharpened."""
    found = suggest(notes(), confirmed({0: "buses", 4: "park", 8: "hall"}))
    assert found.table.height == 9 and 0 <= found.agreement <= 1
    assert found.table["confidence"].max() < 0.999


def test_one_theme_alone_or_an_unknown_note_is_refused() -> None:
    """With the row."""
    with pytest.raises(BadTable, match="two are needed"):
        suggest(notes(), confirmed({0: "buses"}))
    with pytest.raises(BadValue, match="row 3, column 'note': note 99 is not among the notes"):
        suggest(notes(), confirmed({0: "buses", 99: "park"}))


def test_the_same_again() -> None:
    """Bit for bit."""
    assert suggest(notes(), confirmed()).table.equals(suggest(notes(), confirmed()).table)


def test_what_no_theme_is_about_is_not_called_sure() -> None:
    """Five quotes each of buses, the hall and the park; damp, work and the doctor are none of them."""
    sorted_ = {
        "buses": [
            "The last bus goes at six", "No bus on Sundays", "A bus in the evening would help",
            "The bus is always late", "Bus fares went up again",
        ],
        "hall": [
            "They shut the hall", "We ran the hall for years", "The hall was the only place to meet",
            "Lunch club in the hall", "Open the hall again",
        ],
        "park": [
            "The park is lovely", "I do not walk in the park after dark", "Swings in the park are broken",
            "More benches in the park", "Look after the park",
        ],
    }  # fmt: skip
    alike = ["No bus after seven", "The hall is locked", "Lights in the park are broken"]
    unlike = [
        "My flat is damp and mouldy", "Repairs take months", "I turned down work for want of childcare",
        "You ring at eight and every appointment is gone", "The landlord paints over it",
    ]  # fmt: skip
    quotes = [(text, theme) for theme, texts in sorted_.items() for text in texts]
    said = [*(text for text, _ in quotes), *alike, *unlike]
    people = pl.DataFrame({"note": range(len(quotes)), "theme": [theme for _, theme in quotes]})
    table = suggest(pl.DataFrame({"note": range(len(said)), "text": said}), people).table
    sure = dict(table.select("note", "confidence").iter_rows())
    first = len(quotes)
    known = [sure[note] for note in range(first, first + len(alike))]
    strange = [sure[note] for note in range(first + len(alike), len(said))]
    assert min(known) >= 0.5
    assert max(strange) < min(known)
    assert sum(strange) / len(strange) < 0.4
    assert max(sure.values()) < 0.99  # fifteen quotes make nobody certain
