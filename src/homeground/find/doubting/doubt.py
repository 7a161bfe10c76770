"""What may be in doubt about a list of places, and how much: the typed specification of the certainty draws.

Six sources of doubt, each an object of its own, each left out unless it is asked for: the weights, the indicators'
noise, the normalisation, the threshold, the rule, the edition. A specification is checked twice: here, for what makes
no sense by itself, and against the methods (`homeground.find.doubting.fit`), where it refuses to vary a step that
they do not have.
"""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from homeground.errors import BadSpecification
from homeground.find.rules import RuleName

__all__ = [
    "SOURCES",
    "CertaintySpec",
    "Edition",
    "IndexRole",
    "Noise",
    "Normalisation",
    "RuleChoice",
    "Scale",
    "SourceName",
    "Threshold",
    "Weights",
    "parse_specification",
    "specification_schema",
]

SourceName = Literal["weights", "noise", "normalisation", "threshold", "rule", "edition"]
SOURCES: tuple[SourceName, ...] = get_args(SourceName)
IndexRole = Literal["deprivation", "need"]
Scale = Literal["exponential-rank", "rank-to-normal", "percentile", "z", "min-max"]
_BOTH: tuple[IndexRole, ...] = ("deprivation", "need")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _OfIndex(_Strict):
    of: tuple[IndexRole, ...] = Field(
        _BOTH, min_length=1, description="which of the two indices it is about; both unless said otherwise"
    )


class Weights(_OfIndex):
    """Doubt about the weights: they are drawn around the given ones from a Dirichlet distribution.

    `concentration` c says how firmly the given weights are held: a weight w is drawn with the relative standard
    deviation ``sqrt((1 - w) / (w (c + 1)))``. At 100 that is 14 % for one of three equal weights and 18 % for the .225
    of income. `relative_sd` instead states it for a part of average weight, node by node. The weights of a node always
    keep their sum.
    """

    concentration: float | None = Field(
        None, gt=0, le=1e12, description="how firmly the given weights are held; 100 when neither is given"
    )
    relative_sd: float | None = Field(
        None, gt=0, lt=2, description="instead: relative standard deviation of a part with the average weight"
    )
    levels: tuple[Literal["domains", "indicators"], ...] = Field(
        ("domains",), min_length=1, description="domains: the parts of the index; indicators: every node below"
    )

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if self.concentration is not None and self.relative_sd is not None:
            raise ValueError("give concentration or relative_sd, not both")
        return self

    def concentration_of(self, parts: int) -> float:
        """Return the concentration for a node of `parts` parts.

        Examples
        --------
        >>> Weights().concentration_of(7), round(Weights(relative_sd=0.2).concentration_of(5))
        (100.0, 99)
        """
        if self.relative_sd is not None:
            return max((parts - 1) / self.relative_sd**2 - 1.0, 1e-3)
        return 100.0 if self.concentration is None else self.concentration


class Noise(_OfIndex):
    """Doubt about the figures: the sampling error of the indicators.

    `published` uses the errors that the method knows: the binomial variance of a numerator over a denominator (Poisson
    where counts pass the denominator), or a standard_error column. `stated` is for domains below which nothing is
    published: a size that *you* state, as a share of the spread between areas (standard deviations of the score; of the
    normal score where there is only a rank). 0.2 means a reliability of 1 / (1 + 0.2**2) = 0.96. `parts` states it for
    named parts.
    """

    published: bool = Field(default=True, description="use numerators and denominators, and standard_error columns")
    stated: float | None = Field(
        None, gt=0, le=3, description="size for every domain without a published error, as a share of its spread"
    )
    parts: dict[str, Annotated[float, Field(gt=0, le=3)]] = Field(
        default_factory=dict, description="the same for parts by name"
    )

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.published and self.stated is None and not self.parts:
            raise ValueError("with published = false there is no noise left: state its size, stated = 0.2")
        return self


class Normalisation(_OfIndex):
    """Doubt about the normalisation: in each draw the domains are put on one of these scales, each as likely."""

    choices: tuple[Scale, ...] = Field(
        ("exponential-rank", "rank-to-normal", "percentile"), min_length=1, description="the scales to draw from"
    )

    @model_validator(mode="after")
    def _different(self) -> Self:
        if len(set(self.choices)) < len(self.choices):
            raise ValueError("a scale is named twice")
        return self


class Threshold(_Strict):
    """Doubt about where the line is drawn: a share (or count) drawn evenly between `low` and `high`.

    Left out, they lie a fifth below and above the given one: 8 % and 12 % for the worst tenth.
    """

    low: float | None = Field(None, gt=0, description="smallest share (0 to 1), or count where the rule takes a count")
    high: float | None = Field(None, gt=0, description="largest share (0 to 1), or count")

    @model_validator(mode="after")
    def _range(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError("give both low and high, or neither")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"low ({self.low:g}) must be below high ({self.high:g})")
        return self


class RuleChoice(_Strict):
    """Doubt about the rule that joins the two indices: each draw takes one of these, each as likely.

    Rules are compared at equal size: every rule but the given one takes as many places as the list has (times the drawn
    threshold over the given one, where the threshold is in doubt too).
    """

    choices: tuple[RuleName, ...] = Field(
        ("worst-on-both", "sum", "product"), min_length=1, description="the rules to draw from"
    )

    @model_validator(mode="after")
    def _different(self) -> Self:
        if len(set(self.choices)) < len(self.choices):
            raise ValueError("a rule is named twice")
        return self


class Edition(_Strict):
    """Doubt about the edition: each draw takes one of these, each as likely, with its own methods and figures."""

    choices: tuple[str, ...] = Field((), description="names of the editions; every edition at hand when left out")

    @model_validator(mode="after")
    def _different(self) -> Self:
        if len(set(self.choices)) < len(self.choices):
            raise ValueError("an edition is named twice")
        return self


class CertaintySpec(_Strict):
    """What is in doubt, how often it is drawn, and from which seed.

    Attributes
    ----------
    draws : int
        Re-runs, 1 to 1,000,000.
    seed : int
        Start of the random numbers: the same seed gives the same result to the last bit.
    weights, noise, normalisation, threshold, rule, edition : optional
        The sources of doubt that are switched on.
    apart : bool
        Run each source alone as well, so that its share in the doubt can be told.
    bands : bool
        Keep the interval of each place's rank.

    Examples
    --------
    >>> CertaintySpec(draws=500, weights=Weights(), threshold=Threshold(low=0.08, high=0.12)).sources
    ('weights', 'threshold')
    """

    draws: int = Field(1000, ge=1, le=1_000_000, description="number of re-runs")
    seed: int = Field(0, ge=0, description="start of the random numbers")
    weights: Weights | None = None
    noise: Noise | None = None
    normalisation: Normalisation | None = None
    threshold: Threshold | None = None
    rule: RuleChoice | None = None
    edition: Edition | None = None
    apart: bool = Field(default=True, description="run each source of doubt alone as well")
    bands: bool = Field(default=True, description="keep the interval of each place's rank")

    @property
    def sources(self) -> tuple[SourceName, ...]:
        """The sources of doubt that are switched on."""
        return tuple(name for name in SOURCES if getattr(self, name) is not None)


def parse_specification(data: dict[str, Any], *, file: str | None = None) -> CertaintySpec:
    """Return the specification that `data` (a specification file as a dict) describes.

    Raises
    ------
    BadSpecification
        If a word is unknown, a value is out of range, or a range is empty. The message names the entry.

    Examples
    --------
    >>> parse_specification({"draws": 200, "weights": {"concentration": 50}}).weights.concentration
    50.0
    >>> parse_specification({"wieghts": {}})
    Traceback (most recent call last):
    ...
    homeground.errors.BadSpecification: the specification has an unknown entry 'wieghts'. Did you mean 'weights'?
    """
    try:
        return CertaintySpec.model_validate(data)
    except ValidationError as error:
        raise _in_our_words(error, file) from None


def _in_our_words(error: ValidationError, file: str | None) -> BadSpecification:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(step) for step in first["loc"])
    given, context = first.get("input"), first.get("ctx", {})
    if first["type"] == "extra_forbidden":
        holder = _HOLDERS.get(str(first["loc"][0]), CertaintySpec) if len(first["loc"]) > 1 else CertaintySpec
        known = sorted(holder.model_fields)
        near = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        remedy = f"Did you mean '{near[0]}'?" if near else f"It may hold: {', '.join(known)}."
        return BadSpecification(f"the specification has an unknown entry '{where}'", remedy=remedy, file=file)
    if first["type"] == "literal_error":
        remedy = f"Use {context['expected']}."
        return BadSpecification(f"'{where}' is {given!r}, which is not known", remedy=remedy, file=file)
    said = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return BadSpecification(f"'{where or 'specification'}': {said}", remedy="", file=file)
    return BadSpecification(
        f"'{where or 'specification'}' is {given!r}: {said[:1].lower() + said[1:]}",
        remedy="See the reference of certainty specifications.",
        file=file,
    )


_HOLDERS: dict[str, type[BaseModel]] = {
    "weights": Weights, "noise": Noise, "normalisation": Normalisation, "threshold": Threshold, "rule": RuleChoice,
    "edition": Edition,
}  # fmt: skip


def specification_schema() -> dict[str, Any]:
    """Return the JSON Schema of a specification file.

    Examples
    --------
    >>> sorted(specification_schema()["properties"])[:3]
    ['apart', 'bands', 'draws']
    """
    schema = CertaintySpec.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Homeground certainty specification"
    return schema
