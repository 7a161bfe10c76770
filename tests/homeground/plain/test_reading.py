"""How hard a text is to read: known answers, and what is told."""

from __future__ import annotations

import pytest

from homeground.plain import GLOSSARY, read
from homeground.plain.reading import syllables

SYLLABLES = {
    "people": 2, "place": 1, "neighbourhood": 3, "authority": 4, "walked": 1, "wanted": 2, "library": 3, "community": 4,
    "tables": 2, "houses": 2, "homes": 1, "areas": 3, "being": 2, "created": 3, "social": 2, "million": 2, "station": 2,
    "various": 3, "science": 2, "usually": 4, "whole": 1, "needed": 2, "every": 2, "going": 2, "deprivation": 4,
    "children": 2, "charities": 3, "league": 1, "rescue": 2, "values": 2, "queue": 1, "radio": 3, "serious": 3,
    "reality": 4, "poem": 2, "actual": 3, "annual": 3, "situation": 4, "tired": 1, "goes": 1, "careful": 2, "safely": 2,
    "sometimes": 2, "cases": 2, "languages": 3, "washes": 2, "thousand": 2, "people's": 2,
}  # fmt: skip


@pytest.mark.parametrize("word", SYLLABLES)
def test_syllables_are_counted_as_they_are_said(word: str) -> None:
    """Silent endings, vowels said apart, and the odd ones."""
    assert syllables(word) == SYLLABLES[word]


def test_the_age_is_the_published_sum_and_five() -> None:
    """40 words of one syllable in four sentences: 0.39 x 10 + 11.8 - 15.59 + 5."""
    text = "We like to walk the dog to the old park. " * 4
    found = read(text)
    assert (found.words, found.sentences) == (40, 4)
    assert found.age == pytest.approx(0.39 * 10 + 11.8 - 15.59 + 5)


def test_a_council_paper_is_harder_than_a_neighbour() -> None:
    """By years."""
    paper = (
        "The implementation of the intervention necessitates comprehensive consideration of organisational "
        "capabilities, notwithstanding the considerable uncertainties associated with anticipated demographic "
        "developments in neighbouring authorities and their respective administrative responsibilities, which "
        "remain to be determined by subsequent negotiations."
    )
    neighbour = (
        "There is no place to meet here. The hall shut in May. We used to go there on Fridays. "
        "Now my mum sits at home. She would like a room with tea and a fire. So would I."
    )
    hard, easy = read(paper).age, read(neighbour).age
    assert hard is not None
    assert hard > 16
    assert easy is not None
    assert easy < 9


def test_a_word_of_the_trade_comes_with_a_plain_one() -> None:
    """In capitals, in the plural and in phrases too; not within another word."""
    text = "Stakeholders met. The Transport Corridor and the stakeholderless wait."
    found = [(one.text, one.instead) for one in read(text).findings]
    assert found == [
        ("Stakeholders", GLOSSARY["stakeholder"]), ("Transport Corridor", "road"), ("stakeholderless", ""),
    ]  # fmt: skip


def test_what_is_told_stands_where_it_says() -> None:
    """Each finding's place in the text holds its words, also behind letters of two bytes."""
    text = "Café déjà vu. " + "We will utilise it " * 6 + "now."
    for one in read(text).findings:
        assert text[one.start : one.end] == one.text
    assert [one.kind for one in read(text).findings].count("long sentence") == 1


@pytest.mark.parametrize("text", ["", " \n\n ", "...", "?!", "🏠", "12.5"])
def test_next_to_nothing_is_no_error(text: str) -> None:
    """No age, and nothing told."""
    found = read(text)
    assert (found.age, found.findings) == (None, ())


def test_numbers_and_names_make_a_text_no_harder() -> None:
    """Nobody can write a plainer word for them."""
    text = "There are two homes here. They lie by the sea. " * 5
    assert read(text.replace("two", "2,413.5")).age == read(text).age
    assert read("People of Wolverhampton like it. " * 8).age == read("People of London like it. " * 8).age
    assert read("We saw 3.5 of it.").sentences == 1


def test_a_long_text_is_read_in_step_with_its_length() -> None:
    """A hostile text of a million signs is no trap."""
    assert read("a" * 1_000_000).words == 1
    assert read("a." * 500_000).words >= 1
    assert read("ee" * 200_000 + " " + "'" * 200_000).words == 1
