"""Themes keep every word, open to their quotes, count people and come out the same again."""

from __future__ import annotations

import polars as pl
import pytest

from homeground.errors import BadTable
from homeground.listen.themes import GRAINS, find_themes

BUS = [
    "The bus never comes on time.",
    "No bus after six in the evening.",
    "The bus is always late.",
    "We need a bus to town.",
]
PARK = [
    "The park is lovely and green.",
    "We love the park in summer.",
    "The park needs benches.",
    "Children play in the park.",
]
HALL = [
    "The village hall is shut.",
    "Open the village hall again.",
    "The hall roof leaks.",
    "We met at the village hall.",
]
SAID = [*BUS, *PARK, *HALL]


def notes(said: list[str | None]) -> pl.DataFrame:
    """Return notes numbered from 0."""
    return pl.DataFrame({"note": range(len(said)), "text": said}, schema={"note": pl.Int64, "text": pl.String})


def test_three_things_that_people_talk_of_are_three_themes() -> None:
    """By words alone; each is marked by its word."""
    found = find_themes(notes(SAID))
    assert found.note_themes["theme"].n_unique() == 3
    assert {terms[0] for terms in found.themes["terms"].to_list()} == {"bus", "park", "hall"}


@pytest.mark.parametrize("grain", GRAINS)
def test_every_point_is_in_one_theme_or_said_by_one_person(grain: str) -> None:
    """Nothing is thrown away, whatever the grain."""
    found = find_themes(notes([*SAID, "Zebras quarrel under purple lamps."]), grain=grain)  # type: ignore[arg-type]
    counted = (
        found.points.drop_nulls("theme")
        .group_by("theme")
        .agg(people=pl.col("note").n_unique().cast(pl.Int64), points=pl.len().cast(pl.Int64))
    )
    assert counted.sort("theme").equals(found.themes.select("theme", "people", "points"))
    assert found.points.height == len(SAID) + 1
    assert found.points.filter(note=len(SAID))["theme"].item() is None


def test_people_are_counted_not_mentions() -> None:
    """Who says it twice counts once."""
    found = find_themes(notes([*SAID, "The bus is late every day. The bus is late every night too."]))
    bus = found.themes.filter(pl.col("terms").list.first() == "bus")
    assert (bus["people"].item(), bus["points"].item()) == (5, 6)


def test_a_theme_is_named_by_its_own_words_and_its_most_central_quote() -> None:
    """No sentence is made up."""
    found = find_themes(notes(SAID))
    for row in found.themes.to_dicts():
        quotes = found.points.filter(theme=row["theme"])
        central = found.points.row(row["central"], named=True)
        assert central["theme"] == row["theme"]
        assert central["closeness"] == quotes["closeness"].max()
        assert all(any(word in quote.lower() for quote in quotes["text"]) for word in row["terms"])


def test_the_same_notes_give_the_same_themes() -> None:
    """Bit for bit, with the same seed."""
    one, other = find_themes(notes(SAID), seed=3), find_themes(notes(SAID), seed=3)
    assert one.themes.equals(other.themes) and one.points.equals(other.points)


def test_empty_notes_are_counted() -> None:
    """And told."""
    found = find_themes(notes([*SAID, "", None]))
    assert "2 of 14 notes have no words" in found.notes[0].text


def test_fewer_than_five_notes_are_refused() -> None:
    """With the number that there are."""
    with pytest.raises(BadTable, match="3 of 4 notes hold words"):
        find_themes(notes([*BUS[:3], ""]))


def test_five_notes_are_enough_even_all_alike_or_all_different() -> None:
    """The smallest case, at both ends."""
    assert find_themes(notes(["The bus is late."] * 5)).themes["people"].to_list() == [5]
    apart = find_themes(notes(["Red apples", "Cold rivers", "Loud trains", "Tall towers", "Soft bread"]))
    assert apart.points["theme"].null_count() == 5 and apart.themes.height == 0


def test_stability_lies_between_its_limits() -> None:
    """Nought to one."""
    table = find_themes(notes(SAID)).themes
    assert (
        table.filter(
            (pl.col("stability_low") <= pl.col("stability") + 1e-12)
            & (pl.col("stability") <= pl.col("stability_high") + 1e-12)
            & pl.col("stability").is_between(0, 1)
        ).height
        == table.height
    )


def test_order_is_not_sure_where_themes_are_equally_large() -> None:
    """Four, four and four people are not ranked."""
    assert not find_themes(notes(SAID)).order_is_sure
