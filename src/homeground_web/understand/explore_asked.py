"""What a reader asks the explorer for: read from the address, with a plain word for each wish that cannot be met."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from django.utils.translation import gettext as _

__all__ = ["GROUPS", "PER_PAGE", "SORTS", "Asked", "Problem", "asked_of"]

GROUPS = ("everywhere", "left-behind", "other-deprived")
SORTS = ("figure", "name", "council", "people", "sure")
ORDERS = ("down", "up")
PER_PAGE = 50
_LONGEST = 60
_NAMES = {
    "node": "area", "council": "council", "group": "group", "sure": "sure", "figure": "figure", "least": "from",
    "most": "to", "people_least": "people_from", "people_most": "people_to", "sort": "sort", "order": "order",
    "page": "page",
}  # fmt: skip
"""What each wish is called in the address."""


@dataclass(frozen=True)
class Problem:
    """A wish that cannot be met: which field it is, and what is wrong and what to do."""

    field: str
    text: str


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Attributes
    ----------
    node : str
        The kind of area, such as ``ward21``.
    council : str
        Code of an authority; '' for all.
    group : {'everywhere', 'left-behind', 'other-deprived'}
    sure : float or None
        Per cent: how likely a place must at least be to belong on the list.
    figure : str
        Id of the figure that is shown.
    least, most : float or None
        Limits of the figure, both within.
    people_least, people_most : float or None
        Limits of the number of people, both within.
    sort : {'figure', 'name', 'council', 'people', 'sure'}
    order : {'down', 'up'}
        The largest first, or the smallest.
    page : int
        From 1.
    """

    node: str
    figure: str
    council: str = ""
    group: str = "everywhere"
    sure: float | None = None
    least: float | None = None
    most: float | None = None
    people_least: float | None = None
    people_most: float | None = None
    sort: str = "figure"
    order: str = "down"
    page: int = 1

    def query(self, **changed: object) -> str:
        """Return the address's part after '?', with some wishes changed; what is not asked for is left out."""
        other = replace(self, **changed) if changed else self  # type: ignore[arg-type]
        said = {}
        for field in fields(other):
            value = getattr(other, field.name)
            if field.name in ("node", "figure", "sort", "order") or value != field.default:
                said[_NAMES[field.name]] = _plain(value)
        return urlencode(said)


def _plain(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else repr(value)
    return str(value)


def asked_of(
    given: Mapping[str, str], *, nodes: Sequence[str], figures: Mapping[str, Sequence[str]], councils: Sequence[str],
    defaults: Mapping[str, str],
) -> tuple[Asked, list[Problem]]:  # fmt: skip
    """Return what an address asks for, and what of it cannot be met: that is left out, and told.

    Parameters
    ----------
    given : mapping of str to str
        The parameters of the address; those that are not known are passed over.
    nodes : sequence of str
        Kinds of area that there are.
    figures : mapping of str to sequence of str
        Ids of the figures that there are of each kind of area.
    councils : sequence of str
        Codes of authorities.
    defaults : mapping of str to str
        For each figure, the order it is shown in when none is asked for.
    """
    reading = _Reading(given)
    node = reading.choice("area", nodes, nodes[0], _("Choose a kind of area from the list."))
    figure = reading.choice("figure", figures[node], figures[node][0], _("Choose a figure from the list."))
    least, most = reading.range("from", "to", floor=None)
    people_least, people_most = reading.range("people_from", "people_to", floor=0.0)
    sort = reading.choice("sort", SORTS, "figure", _("Choose a column by its heading."))
    usual = defaults.get(figure, "down") if sort == "figure" else "up" if sort in ("name", "council") else "down"
    asked = Asked(
        node=node,
        figure=figure,
        council=reading.choice("council", ["", *councils], "", _("Choose a council from the list.")),
        group=reading.choice("group", GROUPS, "everywhere", _("Choose which places from the list.")),
        sure=reading.number("sure", floor=0.0, ceiling=100.0),
        least=least,
        most=most,
        people_least=people_least,
        people_most=people_most,
        sort=sort,
        order=reading.choice("order", ORDERS, usual, _("Choose the order by a heading of the table.")),
        page=reading.page(),
    )
    return asked, reading.problems


class _Reading:
    """Parameters on their way to wishes; what is wrong is noted and left out."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.problems: list[Problem] = []

    def _text(self, name: str) -> str:
        return str(self.given.get(name, "")).strip()

    def _wrong(self, name: str, text: str) -> None:
        self.problems.append(Problem(name, text))

    def choice(self, name: str, there: Sequence[str], usual: str, remedy: str) -> str:
        text = self._text(name)
        if not text or text in there:
            return text or usual
        self._wrong(name, _("We do not know “%(text)s”.") % {"text": text[:_LONGEST]} + " " + remedy)
        return usual

    def number(self, name: str, *, floor: float | None, ceiling: float | None = None) -> float | None:
        text = self._text(name)
        if not text:
            return None
        try:
            value = float(text.replace(",", "").rstrip("%")) if len(text) <= _LONGEST and "_" not in text else math.nan
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self._wrong(name, _("“%(text)s” is not a number. Write one such as 1,200 or 12.5.") % {"text": text[:20]})
            return None
        if floor is not None and value < floor:
            self._wrong(name, _("%(text)s is too small. Write 0 or more.") % {"text": text[:20]})
            return None
        if ceiling is not None and value > ceiling:
            self._wrong(name, _("%(text)s is too large. Write 100 or less.") % {"text": text[:20]})
            return None
        return value

    def range(self, first: str, last: str, *, floor: float | None) -> tuple[float | None, float | None]:
        least, most = self.number(first, floor=floor), self.number(last, floor=floor)
        if least is not None and most is not None and least > most:
            self._wrong(first, _("“From” is larger than “to”. Write the smaller number first."))
            return None, None
        return least, most

    def page(self) -> int:
        text = self._text("page")
        if not text:
            return 1
        if text.isascii() and text.isdigit() and len(text) <= 9 and int(text) >= 1:
            return int(text)
        self._wrong("page", _("“%(text)s” is not the number of a page. This is the first.") % {"text": text[:20]})
        return 1
