"""What a catalogue file says of its indicators: what is accepted, what is refused, and what the shipped ones hold."""

from __future__ import annotations

import pytest

from homeground.errors import BadSpecification
from homeground.sources.datasets import datasets, json_schema, parse_dataset
from homeground.sources.indicator_blocks import THEMES

PUBS = """
id = "pubs-ours"
title = "Pubs near us"
area_column = "code"
recognise = ["code", "pubs"]
columns = [
  { name = "code", holds = "code" },
  { name = "pubs", holds = "count" },
  { name = "people", holds = "people" },
  { name = "low", holds = "value" },
]

[[indicators]]
id = "pubs"
title = "Pubs"
theme = "community"
"""
ALL = [(dataset, indicator) for dataset in datasets().values() for indicator in dataset.indicators]


def test_an_indicator_is_read_as_it_was_written():
    """A count in a whole, with its sentence."""
    text = PUBS + 'numerator = ["pubs"]\ndenominator = ["people"]\nper = 1000\nsays = "There are {value}."\n'
    (found,) = parse_dataset(text).indicators
    assert (found.numerator, found.denominator, found.per, found.headings) == (
        ("pubs",), ("people",), 1000.0, ("pubs", "people"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "problem", "remedy"),
    [
        ("", "must say one of value, numerator and equals", "numerator and denominator"),
        ('value = "pubs"\nnumerator = ["pubs"]', "must say one of value", "numerator"),
        ('numerator = ["pubs"]', "has a numerator and no denominator", "denominator"),
        ('value = "pub"', "names 'pub', which is not among the columns", "Did you mean 'pubs'"),
        ('value = "pubs"\ninterval = "published"', "published limits without their headings", "low and high"),
        ('value = "pubs"\ninterval = "wilson"', "asks for a wilson interval without counts", "interval = 'none'"),
        ('value = "pubs"\nsays = "There are some."', "does not hold {value}", "Write {value}"),
        ('value = "pubs"\ntheme_of = "x"', "unknown entry", "Did you mean 'theme'"),
        ('value = "pubs"\nhigher_is = "good"', "higher_is", ""),
        ('value = "pubs"\nper = 0', "per", ""),
    ],
)
def test_an_indicator_that_makes_no_sense_is_refused_with_a_remedy(lines: str, problem: str, remedy: str):
    """What is wrong and what to do, in words."""
    with pytest.raises(BadSpecification) as told:
        parse_dataset(PUBS + lines + "\n")
    assert problem in str(told.value)
    assert remedy in told.value.remedy


def test_an_unknown_theme_is_refused_and_the_themes_are_told():
    """Eight themes, no others."""
    with pytest.raises(BadSpecification) as told:
        parse_dataset((PUBS + 'value = "pubs"\n').replace('"community"', '"beer"'))
    assert "theme" in str(told.value)


def test_an_indicator_is_described_once():
    """Twice in one file is an error."""
    block = PUBS + 'value = "pubs"\n'
    with pytest.raises(BadSpecification, match="described twice"):
        parse_dataset(block + block[block.index("[[indicators]]") :])


def test_indicators_need_a_column_of_area_codes():
    """Figures of nowhere cannot be shown for a place."""
    with pytest.raises(BadSpecification, match="no column of area codes"):
        parse_dataset((PUBS + 'value = "pubs"\n').replace('area_column = "code"\n', ""))


def test_no_two_shipped_indicators_share_a_name():
    """An id is that of one indicator in the whole catalogue."""
    names = [indicator.id for _, indicator in ALL]
    assert sorted(names) == sorted(set(names))


def test_every_theme_has_several_shipped_indicators():
    """Dozens over all eight themes, each counted once however many editions it has."""
    for theme in THEMES:
        assert len({indicator.series or indicator.id for _, indicator in ALL if indicator.theme == theme}) >= 4, theme
    assert len({indicator.series or indicator.id for _, indicator in ALL}) >= 60


def test_editions_of_one_series_are_told_alike_and_a_break_names_an_edition_there_is():
    """Same theme, same unit, same way; no break points to an edition that nobody describes."""
    series: dict[str, list[tuple[str, str, str]]] = {}
    editions: dict[str, set[str]] = {}
    for _, indicator in ALL:
        if indicator.series:
            series.setdefault(indicator.series, []).append((indicator.theme, indicator.unit, indicator.higher_is))
            editions.setdefault(indicator.series, set()).add(indicator.edition)
    assert {name: set(told) for name, told in series.items() if len(set(told)) > 1} == {}
    for _, indicator in ALL:
        for item in indicator.breaks:
            assert item.edition in editions[indicator.series], indicator.id
            assert item.edition < indicator.edition, indicator.id


def test_a_break_holds_between_all_editions_on_both_sides():
    """If 2025 must not be set beside 2019, it must not be set beside anything before 2019 either."""
    by_series: dict[str, list[str]] = {}
    for _, indicator in ALL:
        by_series.setdefault(indicator.series, []).append(indicator.edition)
    for _, indicator in ALL:
        broken = [item.edition for item in indicator.breaks]
        if broken:
            older = [edition for edition in by_series[indicator.series] if edition <= max(broken)]
            assert sorted(older) == sorted(broken), indicator.id


def test_what_counts_as_a_sample_has_an_interval_and_what_is_a_model_says_so():
    """Small counts and hidden figures are never told as if they were exact."""
    for _, indicator in ALL:
        if indicator.empty == "hidden":
            assert indicator.interval in ("wilson", "poisson"), indicator.id
        if "model" in indicator.quality.lower().split():
            assert indicator.interval in ("model", "none"), indicator.id


def test_the_schema_describes_every_entry():
    """So that an editor can help: each entry of an indicator and of a break has a description."""
    parts = json_schema()["$defs"]
    for name in ("Indicator", "Break"):
        for entry, told in parts[name]["properties"].items():
            assert told.get("description"), (name, entry)
