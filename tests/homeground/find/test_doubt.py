"""What is in doubt: specifications are typed, and refuse to vary a step that is not there."""

from __future__ import annotations

import polars as pl
import pytest

from homeground.errors import BadSpecification
from homeground.find.certainty import certainty
from homeground.find.doubting.doubt import (
    CertaintySpec,
    Edition,
    Noise,
    Normalisation,
    RuleChoice,
    Threshold,
    Weights,
    parse_specification,
)
from homeground.find.doubting.model import ListModel, index_model
from homeground.find.index import build
from homeground.find.rules import Rule
from homeground.method import parse_method
from tests.homeground.find.invented import areas_list, two_part_list, wards_list

WRONG = {
    "an unknown source": ({"wieghts": {}}, "'wieghts'", "weights"),
    "an unknown setting": ({"weights": {"concentraton": 5}}, "weights.concentraton", "concentration"),
    "two sizes of one doubt": ({"weights": {"concentration": 5, "relative_sd": 0.1}}, "weights", "not both"),
    "no doubt at all about weights": ({"weights": {"concentration": 0}}, "weights.concentration", "greater than 0"),
    "a size that is no number": ({"weights": {"concentration": "firm"}}, "weights.concentration", "number"),
    "a number that is not finite": ({"weights": {"concentration": float("nan")}}, "weights.concentration", "finite"),
    "an index that is not there": ({"noise": {"of": ["wealth"]}}, "noise.of", "deprivation"),
    "no index": ({"noise": {"of": []}}, "noise.of", "at least 1"),
    "no noise left": ({"noise": {"published": False}}, "noise", "stated = 0.2"),
    "noise of nothing": ({"noise": {"stated": 0}}, "noise.stated", "greater than 0"),
    "an unknown scale": ({"normalisation": {"choices": ["log"]}}, "normalisation.choices.0", "exponential-rank"),
    "a scale twice": ({"normalisation": {"choices": ["z", "z"]}}, "normalisation", "twice"),
    "a range upside down": ({"threshold": {"low": 0.2, "high": 0.1}}, "threshold", "below"),
    "half a range": ({"threshold": {"low": 0.2}}, "threshold", "both"),
    "an unknown rule": ({"rule": {"choices": ["lottery"]}}, "rule.choices.0", "worst-on-both"),
    "no draws": ({"draws": 0}, "draws", "greater than or equal to 1"),
    "too many draws": ({"draws": 10**9}, "draws", "1000000"),
    "a seed below nought": ({"seed": -1}, "seed", "greater than or equal to 0"),
    "a half draw": ({"draws": 10.5}, "draws", "integer"),
    "something else altogether": ({"weights": 3}, "weights", "dictionary"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_specification_that_makes_no_sense_names_the_entry(name):
    """Unknown words, ranges upside down, numbers that cannot be: with the entry and what may stand there."""
    data, entry, word = WRONG[name]
    with pytest.raises(BadSpecification) as caught:
        parse_specification(data, file="doubt.toml")
    assert entry in str(caught.value) and word in str(caught.value)
    assert str(caught.value).startswith("doubt.toml: ")


def finished() -> ListModel:
    """A list by finished ranks: nothing inside it is known."""
    table = pl.DataFrame({"area_code": [f"P{i}" for i in range(20)], "rank": range(1, 21)})
    method = parse_method(
        {
            "name": "finished",
            "index": {"parts": ["it"], "weights": "equal"},
            "parts": {"it": {"column": "rank", "holds": "rank", "transform": "exponential-rank"}},
        }
    )
    index = index_model(build(method, table), table["area_code"])
    return ListModel(tuple(table["area_code"].to_list()), index, rule=Rule(share=0.2))


def geometric() -> ListModel:
    """A list whose domains are joined by a mean that needs positive values."""
    return areas_list(combine="geometric", score="mean")


def raw() -> ListModel:
    """A list whose parts are taken as they stand."""
    return two_part_list([1, 2, 3, 4, 5], [5, 3, 4, 2, 1], Rule(count=2))


def counted() -> ListModel:
    """A list of a given number of places."""
    return wards_list(rule=Rule("sum", count=10))


def everybody() -> ListModel:
    """A list that takes every place."""
    return areas_list(rule=Rule(count=9999))


BOTH = ("deprivation", "need")
REFUSED = {
    "nothing": (wards_list, {}, ["nothing is in doubt", "weights"]),
    "weights of one part": (finished, {"weights": Weights()}, ["weights", "'finished'", "one part", "Leave"]),
    "indicators that are not there": (
        wards_list, {"weights": Weights(levels=("indicators",))},
        ["indicators", "'invented need'", "finished parts", "of = ['deprivation']"],
    ),
    "noise without an error": (wards_list, {"noise": Noise()}, ["noise", "'invented need'", "no error", "stated"]),
    "noise of an unknown part": (
        areas_list, {"noise": Noise(published=False, parts={"monye": 0.1})}, ["'monye'", "Did you mean 'money'"],
    ),
    "z of ranks": (
        wards_list, {"normalisation": Normalisation(choices=("z", "min-max"))}, ["'z'", "only ranks", "crime"],
    ),
    "normalisation that is not there": (
        raw, {"normalisation": Normalisation()}, ["normalisation", "'two parts'", "has none"],
    ),
    "normalisation of one part": (
        finished, {"normalisation": Normalisation()}, ["normalisation", "one part", "same on any scale"],
    ),
    "the normalisation that it has": (
        areas_list, {"normalisation": Normalisation(choices=("exponential-rank",))}, ["uses already"],
    ),
    "values below nought for a geometric mean": (
        geometric, {"normalisation": Normalisation(choices=("rank-to-normal", "percentile"))},
        ["below zero", "geometric"],
    ),
    "a threshold that takes the same places": (
        raw, {"threshold": Threshold(low=2, high=2.0001)}, ["threshold"],
    ),
    "a share for a count": (counted, {"threshold": Threshold(low=0.1, high=0.2)}, ["count (10)", "whole numbers"]),
    "a count for a share": (wards_list, {"threshold": Threshold(low=8, high=12)}, ["share (0 to 1)", "0.12"]),
    "a range within one place": (
        wards_list, {"threshold": Threshold(low=0.301, high=0.302)}, ["threshold", "both take 12 of 40"],
    ),
    "a list of everybody": (everybody, {"weights": Weights()}, ["takes all of its 160 places", "smaller share"]),
    "a rule for one index": (areas_list, {"rule": RuleChoice()}, ["rule", "one index"]),
    "the rule that it has": (wards_list, {"rule": RuleChoice(choices=("worst-on-both",))}, ["only one to draw from"]),
    "an edition that is alone": (wards_list, {"edition": Edition()}, ["edition", "only one to draw from"]),
    "an edition that is not there": (wards_list, {"edition": Edition(choices=("2031",))}, ["'2031'", "not at hand"]),
    "the need of a list without": (areas_list, {"weights": Weights(of=BOTH)}, ["need index", "one index only"]),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_step_that_is_not_in_the_method_is_not_varied(name):
    """No silent run without a source of doubt: the error names the source, the method, and the way out."""
    make, doubt, words = REFUSED[name]
    with pytest.raises(BadSpecification) as caught:
        certainty(make(), CertaintySpec(draws=10, **doubt))
    said = str(caught.value)
    assert all(word in said for word in words), said
    assert caught.value.remedy


ALLOWED = {
    "noise of one index": (wards_list, {"noise": Noise(of=("deprivation",))}),
    "indicators of one index": (wards_list, {"weights": Weights(of=("deprivation",), levels=("indicators",))}),
    "a stated size for what is finished": (finished, {"noise": Noise(stated=0.2)}),
    "a range of counts": (counted, {"threshold": Threshold(low=8, high=12)}),
    "scores on scales": (
        areas_list, {"normalisation": Normalisation(choices=("percentile", "rank-to-normal"))},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ALLOWED)
def test_a_step_that_is_in_the_method_changes_something(name):
    """The other side: what is accepted leaves at least one place in doubt."""
    make, doubt = ALLOWED[name]
    found = certainty(make(), CertaintySpec(draws=200, seed=2, **doubt))
    assert found.table.filter((pl.col("probability") > 0) & (pl.col("probability") < 1)).height > 0


def test_concentration_and_relative_sd_say_the_same():
    """With five parts a relative standard deviation of .2 at the average weight is a concentration of 99."""
    assert Weights(relative_sd=0.2).concentration_of(5) == pytest.approx(99)
    one = certainty(areas_list(), CertaintySpec(draws=100, weights=Weights(relative_sd=0.2)))
    two = certainty(areas_list(), CertaintySpec(draws=100, weights=Weights(concentration=2 / 0.04 - 1)))
    assert one.table["probability"].equals(two.table["probability"])
