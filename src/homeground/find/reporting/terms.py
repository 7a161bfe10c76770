"""What a list of places is about, in the words a reader should see: what the areas are called, and by which rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from homeground import words
from homeground.find.rules import Rule, cut

__all__ = ["Terms"]

_AREAS = {
    "oa": ("small area", "small areas", "The small areas are output areas{year}: some 130 homes each."),
    "lsoa": (
        "neighbourhood",
        "neighbourhoods",
        "The neighbourhoods are LSOAs{year}: areas of about 1,700 people that were drawn for statistics.",
    ),
    "msoa": (
        "neighbourhood",
        "neighbourhoods",
        "The neighbourhoods are MSOAs{year}: areas of about 8,300 people that were drawn for statistics.",
    ),
    "ward": ("ward", "wards", "The wards are those{year}."),
    "authority": ("local authority", "local authorities", "The local authorities are those{year}."),
    "region": ("region", "regions", ""),
}


@dataclass(frozen=True)
class Terms:
    """What the list is about, in the words a reader should see.

    Attributes
    ----------
    one, many : str
        What the areas are called: ward, wards.
    where : str
        Where they lie, such as 'England'; '' says nothing.
    deprivation, need : str
        Names of the two rankings, with their year.
    n_deprivation, n_need : int or None
        How many areas each ranks; None when that is not known.
    rule : Rule or None
        How places were chosen; None when that is not known.
    larger_many : str
        What the larger areas are called: local authorities.
    explained : str
        What the areas are, in a sentence; '' says nothing.
    """

    one: str = "area"
    many: str = "areas"
    where: str = ""
    deprivation: str = "deprivation"
    need: str = "community need"
    n_deprivation: int | None = None
    n_need: int | None = None
    rule: Rule | None = None
    larger_many: str = "larger areas"
    explained: str = ""

    @classmethod
    def of(cls, kind: str, year: int | None, *, plural: str = "", **more: Any) -> Terms:
        """Return the terms for a kind of area, in words that need no knowledge of statistics.

        Parameters
        ----------
        kind : str
            ``lsoa``, ``msoa``, ``ward``, ``authority``, or any word.
        year : int or None
            Boundary year.
        plural : str
            The word for several areas of a kind that is not among these.
        more : object
            The other attributes.

        Examples
        --------
        >>> Terms.of("lsoa", 2021).counted(1305)
        '1,305 neighbourhoods'
        >>> Terms.of("parish", None, plural="parishes").counted(2)
        '2 parishes'
        """
        one, many, explained = _AREAS.get(kind, (kind, plural or f"{kind}s", ""))
        dated = explained.format(year=f" of {year}" if year else "")
        return cls(one=one, many=many, explained=dated, **more)

    def counted(self, n: int) -> str:
        """Return a number of areas in words: '225 wards'."""
        return words.count(n, self.one, self.many)

    @property
    def cuts(self) -> tuple[int | None, int | None]:
        """The last rank of each ranking that is in, where the rule takes the worst part of both."""
        if self.rule is None or self.rule.rule != "worst-on-both":
            return None, None
        sizes = (self.n_deprivation, self.n_need)
        first, second = (cut(self.rule, n) if n is not None else self.rule.count for n in sizes)
        return first, second

    @property
    def part(self) -> str:
        """The part of a ranking that is taken: 'tenth', 'fifth', '15 %' or '300'; '' when the rule is not known."""
        if self.rule is None:
            return ""
        if self.rule.count is not None:
            return f"{self.rule.count:,}"
        share = self.rule.share or 0.0
        named = {0.5: "half", 0.25: "quarter", 0.2: "fifth", 0.1: "tenth", 0.05: "twentieth"}
        return named.get(round(share, 6), f"{share * 100:.3g} %")
