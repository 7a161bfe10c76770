"""Life in a place, theme by theme: for each figure its sentence, its chart and its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from homeground_web.shell.wording import number
from homeground_web.understand import analysis, charts

__all__ = ["Indicator", "Theme", "said_of", "theme_titles", "themes", "unit_of"]

_BESIDE = ("left-behind", "other-deprived", "england")  # with the place itself four, which is the most a chart holds


@dataclass(frozen=True)
class Indicator:
    """One figure of a place."""

    id: str
    title: str
    sentence: str
    change: str
    no_trend: str
    chart: charts.Rows | None
    numbers: tuple[tuple[str, ...], ...]
    state: str
    period: str
    quality: str
    source_id: str


@dataclass(frozen=True)
class Theme:
    """A theme of life with its figures."""

    id: str
    title: str
    indicators: tuple[Indicator, ...]


def theme_titles() -> dict[str, str]:
    """Return what each theme is called, in the order of a page."""
    return {
        "economy": _("Work and money"), "cost of living": _("Cost of living"), "health": _("Health"),
        "education": _("Learning"), "housing": _("Homes"), "connectivity": _("Getting about"),
        "community": _("Community"), "people": _("People"),
    }  # fmt: skip


def themes(area: Any, read: analysis.Read | analysis.OwnRead) -> list[Theme]:
    """Return the themes of a place that have figures."""
    beside: dict[str, dict[str, Any]] = {}
    for row in read.beside.iter_rows(named=True):
        beside.setdefault(row["indicator"], {})[row["comparator"]] = row
    found: dict[str, list[Indicator]] = {}
    names = {"left-behind": _("Left-behind places"), "other-deprived": _("Other deprived places")}
    for row in read.table.iter_rows(named=True):
        found.setdefault(row["theme"], []).append(_indicator(area, row, beside.get(row["indicator"], {}), names))
    titles = theme_titles()
    order = [*titles, *(theme for theme in found if theme not in titles)]
    return [Theme(id.replace(" ", "-"), titles.get(id, id), tuple(found[id])) for id in order if id in found]


def _indicator(
    area: Any, row: dict[str, Any], beside: dict[str, dict[str, Any]], names: Mapping[str, str]
) -> Indicator:
    told = [(area.name, said_of(row["value"], row), row["value"], row["low"], row["high"])]
    for comparator in _BESIDE:
        other = beside.get(comparator)
        if other is not None and other["value"] is not None:
            name = names.get(comparator, other["title"])
            told.append((name, said_of(other["value"], row), other["value"], None, None))
    language = get_language()
    numbers = [_numbers(area.name, row["value"], row["low"], row["high"], language)]
    numbers += [
        _numbers(other["title"], other["value"], other["low"], other["high"], language) for other in beside.values()
    ]
    return Indicator(
        row["indicator"], row["title"], row["sentence"], row["change_sentence"] or "", row["no_trend_because"] or "",
        charts.rows(row["title"], told) if row["value"] is not None else None, tuple(numbers), row["state"],
        row["period"], row["quality"], row["source_id"],
    )  # fmt: skip


def said_of(value: float | None, row: Mapping[str, Any]) -> str:
    """Return a figure in words; `row` tells its ``unit`` and ``kind``."""
    if value is None:
        return _("not known")
    unit = row["unit"]
    if row["kind"] == "rank":
        return number(round(value))
    if unit.startswith("per cent"):
        return f"{number(value)}%"
    return f"£{number(value)}" if unit.startswith("pounds") else number(value)


def unit_of(row: Mapping[str, Any]) -> str:
    """Return the unit of a figure in words, '' when it has none; `row` tells its ``unit`` and ``kind``."""
    if row["kind"] == "rank":
        return _("0 is the most need, 100 the least")
    unit = str(row["unit"])
    return unit[1:-1] if unit.startswith("(") and unit.endswith(")") else unit


@lru_cache(maxsize=1 << 14)
def _numbers(
    name: str, value: float | None, low: float | None, high: float | None, _language: str | None
) -> tuple[str, ...]:
    """Return a row of numbers in words; those of groups of places stand on the page of every place."""

    def shown(value: float | None) -> str:
        return "–" if value is None else number(value + 0.0, 2)

    between = f"{shown(low)} – {shown(high)}" if low is not None else "–"
    return name, shown(value), between
