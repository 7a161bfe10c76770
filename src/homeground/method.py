"""What an index method may say: the shape of a method file, checked before anything is computed.

A method is a tree. Its root is ``[index]``; every other node is a part, ``[parts.NAME]``. A part either *takes a
column* (`column`, or `numerator` and `denominator`) or *combines other parts* (`parts`). On its way up to the node
above, each part's score may be changed by one `transform`. The same words are used in the file, in Python and in the
JSON Schema.
"""

from __future__ import annotations

import difflib
import math
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from homeground.errors import BadMethod

__all__ = ["Areas", "Index", "Method", "Outliers", "Part", "Published", "parse_method"]

Transform = Literal["none", "exponential-rank", "rank-to-normal", "percentile", "z", "min-max"]
Combine = Literal["arithmetic", "geometric", "harmonic", "power"]
Weighting = Literal["given", "equal", "factor", "principal-component"]
Missing = Literal["refuse", "leave-out", "median", "mean", "larger-area", "zero", "reweight"]


def _exact(value: object) -> object:
    if isinstance(value, str):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            raise ValueError("a weight is a number or a fraction in quotes such as '2/3'") from None
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("a weight is a finite number above zero, or a fraction in quotes such as '2/3'")
    if isinstance(value, (int, float)):
        # 0.225 in the file means exactly 225/1000, not the nearest binary number.
        return Fraction(repr(value))
    return value


Weight = Annotated[
    Fraction,
    BeforeValidator(_exact, json_schema_input_type=float | str),
    PlainSerializer(float, return_type=float),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, allow_inf_nan=False)


class Outliers(_Strict):
    """How the far ends of an indicator are treated before it is normalised.

    ``winsorise`` pulls the most extreme values in to the next one until skew and kurtosis are inside the limits, at
    most `at_most` values (OECD/JRC practice; `at_most` is a count, or a share of the areas when below 1). ``clip``
    cuts at the percentiles `low` and `high`. ``log`` takes ``ln(x - min + 1)``.
    """

    treatment: Literal["keep", "winsorise", "clip", "log"] = "keep"
    skew: float = Field(2.0, gt=0, description="largest absolute skew that is left alone")
    kurtosis: float = Field(3.5, gt=0, description="largest excess kurtosis that is left alone")
    at_most: float = Field(0.05, gt=0, description="how many values may be pulled in: a count, or a share when below 1")
    low: float = Field(0.0, ge=0, lt=100, description="percentile below which values are cut (clip)")
    high: float = Field(100.0, gt=0, le=100, description="percentile above which values are cut (clip)")


class _Node(_Strict):
    title: str = Field("", description="the name that people read")
    parts: tuple[str, ...] = Field((), description="the parts that are combined here, by name")
    combine: Combine = Field(
        "arithmetic", description="how parts are brought together; 'power' is the generalised mean"
    )
    power: float | None = Field(None, description="exponent of the generalised mean, with combine = 'power'")
    weights: Weighting = Field("given", description="where the weights of the parts come from")
    on_improper: Literal["refuse", "equal", "principal-component"] = Field(
        "refuse", description="what to do when the factor estimate is improper (a Heywood case, mixed signs)"
    )


class Index(_Node):
    """The root: what the whole index is made of.

    ``score`` says whether the combination is a weighted *mean* (weights divided by their sum) or a weighted *sum*
    (weights as they stand: the published weights of the English IMD add up to 0.999 and are not renormalised).
    """

    score: Literal["sum", "mean"] = Field(
        "mean", description="weighted mean, or weighted sum with weights as they stand"
    )
    ties: Literal["min", "average", "max", "first"] = Field("min", description="the rank that equal scores get")


class Part(_Node):
    """One part of an index: a column of the table, or a combination of other parts."""

    column: str | None = Field(None, description="heading of the column that is taken")
    holds: Literal["value", "score", "rank"] = Field(
        "value", description="what the column holds: a raw indicator, a finished score, or a finished rank"
    )
    rank_one_is: Literal["most-need", "least-need"] = Field("most-need", description="direction of a column of ranks")
    tied: int = Field(0, ge=0, description="how many areas of a rank column repeat a rank of another: more is an error")
    numerator: str | None = Field(None, description="heading of the count above the line, instead of 'column'")
    denominator: str | None = Field(None, description="heading of the count below the line")
    per: float = Field(1.0, gt=0, description="the rate is per this many")
    standard_error: str | None = Field(None, description="heading of the column with the standard error")
    higher_is: Literal["worse", "better"] = Field("worse", description="polarity of a column of values or scores")
    unit: str = Field("", description="unit of the column, in words")
    missing: Missing = Field("refuse", description="what happens to an area without a value")
    outliers: Outliers = Field(default_factory=Outliers)
    shrink: bool = Field(default=False, description="pull small-number values towards the larger area")
    transform: Transform = Field("none", description="what is done to the part's score before it goes up")
    ties: Literal["min", "average", "max", "first"] | None = Field(
        None, description="the rank that equal values get here: 'average' for rank-to-normal, else what the index says"
    )
    scale: tuple[float, float] = Field((0.0, 100.0), description="lowest and highest value of transform = 'min-max'")
    weight: Weight | None = Field(None, description="weight in the node above, e.g. 0.225 or '2/3'")
    score: Literal["sum", "mean"] = Field(
        "mean", description="weighted mean, or weighted sum with weights as they stand"
    )

    @property
    def is_leaf(self) -> bool:
        """Whether the part takes a column rather than combining parts."""
        return not self.parts


class Areas(_Strict):
    """Which areas the method is about and how the table names them."""

    kind: str = Field("area", description="lsoa, msoa, ward, authority, or any word for areas of your own")
    year: int | None = Field(None, description="boundary year of the area codes")
    code: str | None = Field(None, description="heading of the column of area codes")
    name: str | None = Field(None, description="heading of the column of area names")
    larger_area: str | None = Field(None, description="heading of the column of the larger area (for shrinkage)")
    larger_area_name: str | None = Field(None, description="heading of the column of its name")
    population: str | None = Field(None, description="heading of the column of people, for summaries")
    expected: int | None = Field(None, gt=0, description="how many areas a complete table has")


class Published(_Strict):
    """Where the published result is, for ``find check``."""

    dataset: str = Field(description="catalogue name of the data set that holds it")
    score: str | None = Field(None, description="heading of the published score")
    rank: str | None = Field(None, description="heading of the published rank")
    decile: str | None = Field(None, description="heading of the published decile")


class Method(_Strict):
    """A whole method file.

    Attributes
    ----------
    name, title, description, publisher, licence, reference : str
        What it is, for people; `reference` is the document or address it is taken from.
    datasets : tuple of str
        Catalogue names of the data sets its columns stand in; empty for a table of your own.
    areas, index, parts, published
        See the classes of those names.
    """

    name: str = Field(min_length=1)
    title: str = ""
    description: str = ""
    publisher: str = ""
    licence: str = ""
    reference: str = ""
    datasets: tuple[str, ...] = ()
    areas: Areas = Field(default_factory=Areas)
    index: Index
    parts: dict[str, Part]
    published: Published | None = None

    def order(self) -> tuple[str, ...]:
        """Return the names of the parts that the index uses, each after the parts it is made of."""
        done: list[str] = []

        def visit(name: str) -> None:
            if name in done:
                return
            for child in self.parts[name].parts:
                visit(child)
            done.append(name)

        for name in self.index.parts:
            visit(name)
        return tuple(done)

    def leaves(self) -> tuple[str, ...]:
        """Return the names of the parts that take a column, in the order of the tree."""
        return tuple(name for name in self.order() if self.parts[name].is_leaf)

    def columns(self) -> tuple[str, ...]:
        """Return the headings of all columns that the parts need, each once."""
        found: dict[str, None] = {}
        for name in self.leaves():
            part = self.parts[name]
            for heading in (part.column, part.numerator, part.denominator, part.standard_error):
                if heading:
                    found[heading] = None
        return tuple(found)

    def label(self, name: str) -> str:
        """Return what people read for the part `name`."""
        return self.parts[name].title or name.replace("_", " ").replace("-", " ")


def parse_method(data: dict[str, Any], *, file: str | None = None) -> Method:
    """Return the method that `data` (a method file as a dict) describes, checked whole.

    Raises
    ------
    BadMethod
        If a word is unknown, a part is named that does not exist or is used twice, parts form a cycle, a weight is
        missing, or a part both takes a column and combines parts. The message names the part and what to write.

    Examples
    --------
    >>> method = parse_method({
    ...     "name": "two things", "index": {"parts": ["a", "b"], "weights": "equal"},
    ...     "parts": {"a": {"column": "A"}, "b": {"column": "B", "higher_is": "better"}},
    ... })
    >>> method.order()
    ('a', 'b')
    """
    try:
        method = Method.model_validate(data)
    except ValidationError as error:
        raise _in_our_words(error, file) from None
    for check in (_check_tree, _check_leaves, _check_weights, _check_steps):
        problem = check(method)
        if problem:
            what, remedy = problem
            raise BadMethod(what, remedy=remedy, file=file)
    return method


def _in_our_words(error: ValidationError, file: str | None) -> BadMethod:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(step) for step in first["loc"])
    given, context = first.get("input"), first.get("ctx", {})
    if first["type"] == "extra_forbidden":
        known = _words_at(first["loc"])
        near = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        remedy = f"Did you mean '{near[0]}'?" if near else f"It may hold: {', '.join(known)}."
        return BadMethod(f"the method file has an unknown entry '{where}'", remedy=remedy, file=file)
    if first["type"] == "missing":
        return BadMethod(f"the method file lacks '{where}'", remedy=f"Add {where} = … to it.", file=file)
    if first["type"] == "literal_error":
        return BadMethod(f"'{where}' is {given!r}, an unknown step", remedy=f"Use {context['expected']}.", file=file)
    return BadMethod(
        f"'{where}' is {given!r}: {first['msg'].removeprefix('Value error, ')}",
        remedy="See the reference of method files.",
        file=file,
    )


def _words_at(path: tuple[int | str, ...]) -> list[str]:
    kinds: dict[str, type[BaseModel]] = {
        "index": Index, "parts": Part, "areas": Areas, "published": Published, "outliers": Outliers,
    }  # fmt: skip
    holder: type[BaseModel] = Method
    for step in path[:-1]:
        holder = kinds.get(str(step), holder)
    return sorted(holder.model_fields)


_Problem = tuple[str, str] | None
_DEEPEST = 50


def _check_tree(method: Method) -> _Problem:
    if not method.index.parts:
        return "the index combines no parts", "List them: [index] parts = ['income', …]."
    used: dict[str, str] = {}
    twice: list[tuple[str, str, str]] = []
    for parent, node in [("index", method.index), *method.parts.items()]:
        for child in node.parts:
            if child not in method.parts:
                near = difflib.get_close_matches(child, list(method.parts), n=1)
                hint = f" Did you mean '{near[0]}'?" if near else ""
                return f"'{parent}' names a part '{child}' that does not exist", f"Add [parts.{child}].{hint}"
            if child in used:
                twice.append((child, used[child], parent))
            used[child] = parent
    for name in method.parts:
        above = _chain(name, used)
        if above[-1] in above[:-1]:
            circle = " -> ".join(reversed(above[above.index(above[-1]) :]))
            return f"the parts form a cycle: {circle}", "A part cannot be made of itself: break the circle."
        if len(above) > _DEEPEST:
            return f"the parts are nested more than {_DEEPEST} deep, at '{name}'", "Build the index in fewer steps."
    for child, first, second in twice:
        if first == second:
            return f"'{first}' names the part '{child}' twice", "Name each part once."
        return (
            f"the part '{child}' is used by both '{first}' and '{second}'",
            "A part belongs to one node: give the second use a part of its own.",
        )
    unused = [name for name in method.parts if name not in used]
    if unused:
        return f"the part '{unused[0]}' is used by no other", "Name it in a list of parts, or take it out."
    return None


def _chain(name: str, used: dict[str, str]) -> list[str]:
    """Return `name` and what it is part of, upwards, until the index or a name that has been passed."""
    above = [name]
    while above[-1] in used and len(above) <= _DEEPEST:
        parent = used[above[-1]]
        above.append(parent)
        if parent in above[:-1]:
            break
    return above


def _check_leaves(method: Method) -> _Problem:
    for name, part in method.parts.items():
        takes = [part.column is not None, part.numerator is not None or part.denominator is not None, bool(part.parts)]
        if sum(takes) != 1:
            return (
                f"the part '{name}' must either take a column or combine parts",
                "Give it one of: column; numerator and denominator; parts.",
            )
        if (part.numerator is None) != (part.denominator is None):
            return f"the part '{name}' has half a rate", "Give both numerator and denominator."
        if part.shrink and part.numerator is None and part.standard_error is None:
            return (
                f"the part '{name}' is to be shrunk but nothing tells how sure its values are",
                "Give numerator and denominator, or standard_error.",
            )
        if part.shrink and not method.areas.larger_area:
            return f"the part '{name}' is to be shrunk towards no larger area", "Set larger_area under [areas]."
        if part.missing == "larger-area" and not method.areas.larger_area:
            return f"the part '{name}' fills gaps from no larger area", "Set larger_area under [areas]."
        if part.holds == "rank" and part.transform in ("z", "min-max"):
            return (
                f"the part '{name}' holds ranks, which transform = '{part.transform}' cannot use",
                "Use exponential-rank, rank-to-normal or percentile.",
            )
        if part.holds == "rank" and part.missing in ("mean", "median", "larger-area", "zero"):
            return f"the part '{name}' holds ranks, which cannot be filled in", "Use missing = 'refuse' or 'leave-out'."
    return None


def _check_weights(method: Method) -> _Problem:
    for parent, node in [("index", method.index), *method.parts.items()]:
        if not node.parts or node.weights != "given":
            continue
        for child in node.parts:
            weight = method.parts[child].weight
            if weight is None:
                return (
                    f"the part '{child}' has no weight in '{parent}'",
                    f"Give [parts.{child}] weight = …, or write weights = 'equal' in '{parent}'.",
                )
            if weight <= 0:
                return f"the part '{child}' has weight {float(weight):g}", "A weight is above zero; take the part out."
    return None


def _check_steps(method: Method) -> _Problem:
    for parent, node in [("index", method.index), *method.parts.items()]:
        if node.combine == "power" and node.power is None:
            return f"'{parent}' combines by power without one", "Give power = … (1 is arithmetic, -1 harmonic)."
        if node.combine != "power" and node.power is not None:
            return f"'{parent}' has a power but combines by {node.combine}", "Write combine = 'power', or take it out."
        if node.combine != "arithmetic" and node.parts and getattr(node, "score", "mean") == "sum":
            return f"'{parent}' sums parts that it combines by {node.combine}", "Use score = 'mean'."
        if node.weights == "factor" and len(node.parts) < 3:
            return f"'{parent}' asks for a factor of {len(node.parts)} parts", "A factor needs three or more."
        if isinstance(node, Part) and node.scale[0] >= node.scale[1]:
            return (
                f"the part '{parent}' has the scale {list(node.scale)}",
                "Give the lower end first: scale = [0, 100].",
            )
        outliers = getattr(node, "outliers", None)
        if outliers is not None and outliers.low >= outliers.high:
            return f"the part '{parent}' clips everything", "Give a low percentile below the high one."
    return None
