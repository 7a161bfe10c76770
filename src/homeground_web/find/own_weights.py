"""Weights that somebody typed: read kindly, and what the list becomes with them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

__all__ = ["Field", "Typed", "fields_of", "read"]

_MOST = 1_000_000
_LONGEST = 20


@dataclass(frozen=True)
class Field:
    """One number to type: what it is called in the address, what people read, and what stands in it."""

    name: str
    title: str
    usual: str
    exact: float
    role: str
    text: str = ""
    error: str = ""


@dataclass(frozen=True)
class Typed:
    """What somebody typed: the fields with what is wrong, and the weights by index where nothing is."""

    fields: tuple[Field, ...]
    weights: dict[str, list[float]] = field(default_factory=dict)
    asked: bool = False

    @property
    def errors(self) -> list[dict[str, str]]:
        """What is wrong, for the summary at the top of the page."""
        return [{"text": one.error, "href": f"#{one.name}"} for one in self.fields if one.error]

    def of(self, role: str) -> list[Field]:
        """Return the fields of one index."""
        return [one for one in self.fields if one.role == role]


def fields_of(method: Mapping[str, Any]) -> list[Field]:
    """Return a field for each part of each index that has parts, with the weight that it has."""
    return [
        Field(
            f"{index['role'][0]}-{part['id']}", part["title"], f"{100 * part['weight']:.6g}", 100 * part["weight"],
            index["role"],
        )
        for index in method["indices"]
        for part in index["parts"]
    ]  # fmt: skip


def read(fields: list[Field], given: Mapping[str, str]) -> Typed:
    """Return what was typed. A field that is not in the address has its usual number."""
    told: list[Field] = []
    weights: dict[str, list[float]] = {}
    for one in fields:
        text = given.get(one.name, one.usual).strip()[:_LONGEST]
        value, error = _number(text, one)
        told.append(Field(one.name, one.title, one.usual, one.exact, one.role, text, error))
        weights.setdefault(one.role, []).append(value)
    for role, values in weights.items():
        if not any(values) and not any(one.error for one in told if one.role == role):
            told = [_all_nought(one) if one.role == role and one.name == _first(fields, role) else one for one in told]
    wrong = any(one.error for one in told)
    return Typed(tuple(told), {} if wrong else weights, any(one.name in given for one in fields))


def _first(fields: list[Field], role: str) -> str:
    return next(one.name for one in fields if one.role == role)


def _all_nought(one: Field) -> Field:
    error = _("At least one part must count. Give one of them a number above 0.")
    return Field(one.name, one.title, one.usual, one.exact, one.role, one.text, error)


def _number(text: str, one: Field) -> tuple[float, str]:
    if text == one.usual:
        return one.exact, ""
    try:
        value = float(text.replace(",", ".").rstrip("%"))
    except ValueError:
        return 0.0, _("%(title)s: write a number, such as 20.") % {"title": one.title}
    if not math.isfinite(value) or value > _MOST:
        return 0.0, _("%(title)s: write a smaller number, such as 20.") % {"title": one.title}
    if value < 0:
        return 0.0, _("%(title)s: a weight cannot be below 0. Write 0 to leave it out.") % {"title": one.title}
    return value, ""
