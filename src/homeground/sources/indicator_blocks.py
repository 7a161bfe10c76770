"""What a catalogue file says of the indicators in its table: theme, wording, interval, and what may be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

__all__ = ["THEMES", "Break", "Indicator", "Interval", "Theme"]

Theme = Literal[
    "economy", "health", "education", "housing", "connectivity", "community", "cost of living", "people"
]  # fmt: skip
Interval = Literal["none", "wilson", "poisson", "published", "model"]

THEMES: tuple[Theme, ...] = (
    "economy", "health", "education", "housing", "connectivity", "community", "cost of living", "people",
)  # fmt: skip
"""The themes of a profile, in the order in which they stand there."""


@dataclass(frozen=True)
class Break:
    """A pair of editions that must not be compared, and why.

    Attributes
    ----------
    edition : str
        The other edition of the same series.
    because : str
        Why, as the end of a sentence: "the domain was redefined".
    """

    __pydantic_config__ = ConfigDict(extra="forbid", strict=False)

    edition: str
    because: Annotated[str, Field(min_length=1)]


@dataclass(frozen=True)
class Indicator:
    """One indicator that a table holds, as a profile shows it.

    Attributes
    ----------
    id : str
        Its name, once in the whole catalogue.
    title : str
        What people read.
    theme : str
        One of the themes of a profile.
    value : str
        Heading of the figure itself, '' where it is a count in a whole. A column that holds ranks gives the position
        among all areas.
    numerator, denominator : tuple of str
        Headings that are added up to the count, and to the whole it is a part of.
    denominator_from : str
        The data set that holds the denominator where it is another one of the same areas.
    per : float
        Counts are told per so many: 100 (per cent), 1000.
    scale : float
        What `value` is multiplied by: 100 turns a share of 0 to 1 into per cent.
    unit : str
        Unit in words; for a rank what it is a rank of: ``deprivation`` or ``need``.
    level : str
        ``authority`` where the publisher gives each area the figure of its council area.
    higher_is : {'worse', 'better', ''}
        Which way is good; '' where neither is.
    interval : {'none', 'wilson', 'poisson', 'published', 'model'}
        How sure the figure is: a complete count, a share of counted people, a small count, limits that the publisher
        gives, or a model whose limits are not published.
    low, high : str
        Headings of the published limits.
    weight : str
        Heading that figures are weighted by when areas are brought together; people where ''.
    where : dict of str to str
        In a long table: the heading and the entry of the rows that are meant.
    equals : dict of str to str
        The share of people in areas where a heading has this entry, such as rural ones.
    boundary_year : int or None
        Boundary year of these rows where it is another than that of the table.
    series, edition : str
        Editions of one series are shown as a change over time.
    breaks : tuple of Break
        Earlier editions that this one must not be compared with.
    empty : {'missing', 'hidden', 'zero'}
        What an empty cell means: no figure, a figure hidden to protect people, or none at all.
    absent : {'missing', 'zero'}
        What it means when an area does not stand in the table.
    index : {'', 'deprivation', 'need'}
        Whether it is one of the two indices by which places are likened.
    says : str
        The sentence, with ``{value}`` in it.
    quality : str
        What a careful reader should know.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", strict=False)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Annotated[str, Field(min_length=1)]
    theme: Theme
    value: str = ""
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    denominator_from: str = ""
    per: Annotated[float, Field(gt=0)] = 100.0
    scale: Annotated[float, Field(gt=0)] = 1.0
    unit: str = ""
    level: str = ""
    higher_is: Literal["worse", "better", ""] = ""
    interval: Interval = "none"
    low: str = ""
    high: str = ""
    weight: str = ""
    where: dict[str, str] | None = None
    equals: dict[str, str] | None = None
    boundary_year: int | None = None
    series: str = ""
    edition: str = ""
    breaks: tuple[Break, ...] = ()
    empty: Literal["missing", "hidden", "zero"] = "missing"
    absent: Literal["missing", "zero"] = "missing"
    index: Literal["", "deprivation", "need"] = ""
    says: str = ""
    quality: str = ""

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of its own table that it is made from."""
        named = (
            self.value,
            *self.numerator,
            self.low,
            self.high,
            self.weight,
            *(self.where or {}),
            *(self.equals or {}),
        )
        own = self.denominator if not self.denominator_from else ()
        return tuple(dict.fromkeys(name for name in (*named, *own) if name))

    def problem(self) -> tuple[str, str] | None:
        """Return what is wrong with it and the remedy, None when nothing is."""
        made_of = [bool(self.value), bool(self.numerator), bool(self.equals)]
        if sum(made_of) != 1:
            return (
                f"the indicator '{self.id}' must say one of value, numerator and equals",
                "Give value = 'HEADING', or numerator and denominator.",
            )
        if self.numerator and not self.denominator:
            return f"the indicator '{self.id}' has a numerator and no denominator", "Give denominator = ['HEADING']."
        if self.interval == "published" and not (self.low and self.high):
            return f"the indicator '{self.id}' has published limits without their headings", "Give low and high."
        if self.interval in ("wilson", "poisson") and not self.numerator:
            return (
                f"the indicator '{self.id}' asks for a {self.interval} interval without counts",
                "Give numerator and denominator, or interval = 'none'.",
            )
        if self.says and "{value}" not in self.says:
            return (
                f"the sentence of the indicator '{self.id}' does not hold {{value}}",
                "Write {value} where it stands.",
            )
        return None
