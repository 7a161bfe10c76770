"""Up to four places side by side: figure by figure, in words first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from homeground_web.places import queries as places
from homeground_web.places.models import Area, Load
from homeground_web.runs.models import PlaceResult
from homeground_web.understand import analysis, charts, queries
from homeground_web.understand.life import said_of, theme_titles, unit_of

__all__ = ["MOST", "Chosen", "Compared", "choose", "compared", "table_of"]

MOST = 4
_MORE, _LESS = 60.0, 40.0  # per cent of areas: 'most' begins where clearly more than half are


@dataclass(frozen=True)
class Chosen:
    """The places that are compared, their figures, and what could not be met."""

    areas: tuple[Area, ...]
    reads: tuple[analysis.Read, ...]
    kinds: tuple[queries.Kind, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """A figure of one place: the figure, its limits, and how it stands among all."""

    said: str
    between: str
    stands: str


@dataclass(frozen=True)
class Line:
    """One figure of all places that are compared."""

    id: str
    title: str
    unit: str
    sentence: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Compared:
    """A theme: a sentence for each place, a chart of the figure that sets them apart the most, then every figure."""

    id: str
    title: str
    sentences: tuple[str, ...]
    chart: charts.Rows | None
    chart_title: str
    lines: tuple[Line, ...]


def choose(load: Load, codes: Sequence[str]) -> Chosen:
    """Return the places of some codes, in their order; a code given twice counts once, and a fifth is left out."""
    wanted = list(dict.fromkeys(code.strip().upper()[:20] for code in codes[: 20 * MOST] if code.strip()))
    problems = []
    if len(wanted) > MOST:
        problems.append(_("You chose %(many)s places. Four can be compared, so these are the first four.") % {
            "many": len(wanted)
        })  # fmt: skip
        wanted = wanted[:MOST]
    kinds = queries.kinds_of(load)
    order = {node: place for place, node in enumerate(places.nodes(load))}
    there: dict[str, Area] = {}
    for area in Area.objects.filter(load=load, code__in=wanted, node__in=list(kinds)).defer("outline"):
        if area.code not in there or order[area.node] < order[there[area.code].node]:
            there[area.code] = area
    runs = [kinds[area.node].run for area in there.values()]
    stored = PlaceResult.objects.filter(run__in=runs, code__in=list(there)).values_list("node", "code", "body")
    bodies = {(node, code): bytes(body) for node, code, body in stored}
    areas, reads, of = [], [], []
    for code in wanted:
        area = there.get(code)
        if area is None or (area.node, code) not in bodies:
            problems.append(_("There is no place with the code “%(code)s”. Look it up by its name.") % {"code": code})
            continue
        kind = kinds[area.node]
        areas.append(area)
        of.append(kind)
        reads.append(analysis.guide_at(kind.guide).read(bodies[area.node, code]))
    if len({area.node for area in areas}) > 1:
        problems.append(_("These are areas of different kinds. Compare their figures with care."))
    return Chosen(tuple(areas), tuple(reads), tuple(of), tuple(problems))


def table_of(chosen: Chosen) -> pl.DataFrame:
    """Return all figures of all places that are compared: a row for each place and figure."""
    tables = [
        read.table.select(
            pl.lit(area.code).alias("area_code"), pl.lit(area.name).alias("area_name"), "indicator", "title", "theme",
            "unit", "higher_is", "value", "low", "high", "rank", "ranked", "state", "percentile", "level_name",
            "period", "source_id", "licence", "quality",
        )
        for area, read in zip(chosen.areas, chosen.reads, strict=True)
    ]  # fmt: skip
    return pl.concat(tables)


def compared(chosen: Chosen) -> list[Compared]:
    """Return the themes of the places, each with what a reader should see first."""
    figures: dict[str, list[dict[str, Any] | None]] = {}
    for place, read in enumerate(chosen.reads):
        for row in read.table.iter_rows(named=True):
            figures.setdefault(row["indicator"], [None] * len(chosen.reads))[place] = row
    by_theme: dict[str, list[list[dict[str, Any] | None]]] = {}
    for rows in figures.values():
        by_theme.setdefault(_first(rows)["theme"], []).append(rows)
    titles = theme_titles()
    order = [*titles, *(theme for theme in by_theme if theme not in titles)]
    names = [area.name for area in chosen.areas]
    return [_theme(theme, titles.get(theme, theme), by_theme[theme], names) for theme in order if theme in by_theme]


def _first(rows: Sequence[dict[str, Any] | None]) -> dict[str, Any]:
    return next(row for row in rows if row is not None)


def _theme(theme: str, title: str, figures: list[list[dict[str, Any] | None]], names: list[str]) -> Compared:
    apart = max(figures, key=_apart)
    chart, chart_title = None, ""
    if len(names) > 1 and _apart(apart) > 0:
        told = [
            (name, said_of(row["value"], row), row["value"], row["low"], row["high"])
            for name, row in zip(names, apart, strict=True)
            if row is not None
        ]
        chart_title = _first(apart)["title"]
        chart = charts.rows(chart_title, told)
    sentences = tuple(_sentence(name, [rows[place] for rows in figures]) for place, name in enumerate(names))
    return Compared(
        theme.replace(" ", "-"), title, tuple(text for text in sentences if text), chart, chart_title,
        tuple(_line(rows, names) for rows in figures),
    )  # fmt: skip


def _apart(rows: Sequence[dict[str, Any] | None]) -> float:
    """Return how far places stand apart in a figure: the span of their places among all areas, in per cent."""
    known = [row["percentile"] for row in rows if row is not None and row["percentile"] is not None]
    return max(known) - min(known) if len(known) > 1 else -1.0


def _sentence(name: str, rows: Sequence[dict[str, Any] | None]) -> str:
    """Return how a place stands in a theme: 'Sandgrove: better than most in 2 of 6 figures, worse than most in 3.'"""
    judged = [row for row in rows if row and row["percentile"] is not None and row["higher_is"] in ("better", "worse")]
    if not judged:
        return ""
    worse = sum(row["percentile"] >= _MORE for row in judged)
    better = sum(row["percentile"] <= _LESS for row in judged)
    words = {"name": name, "better": better or _("none"), "worse": worse or _("none"), "many": len(judged)}
    return _("%(name)s: better than most in %(better)s of %(many)s figures, worse than most in %(worse)s.") % words


def _line(rows: Sequence[dict[str, Any] | None], names: list[str]) -> Line:
    first = _first(rows)
    cells = tuple(_cell(row) for row in rows)
    return Line(first["indicator"], first["title"], unit_of(first), _difference(rows, names), cells)


def _cell(row: dict[str, Any] | None) -> Cell:
    if row is None or row["value"] is None:
        hidden = row is not None and row["state"] == "suppressed"
        return Cell(_("hidden to protect people") if hidden else _("no figure"), "", "")
    between = ""
    if row["low"] is not None and row["high"] is not None and row["low"] < row["high"]:
        between = _("between %(low)s and %(high)s") % {
            "low": said_of(row["low"], row), "high": said_of(row["high"], row)
        }  # fmt: skip
    return Cell(said_of(row["value"], row), between, _stands(row))


def _stands(row: dict[str, Any]) -> str:
    """Return how a place stands among all: rank 1 is the most need, or the highest where neither way is good."""
    at, good = row["percentile"], row["higher_is"] in ("better", "worse")
    if at is None:
        return ""
    if at >= _MORE:
        return _("worse than most") if good else _("higher than most")
    if at <= _LESS:
        return _("better than most") if good else _("lower than most")
    return _("about the middle")


def _difference(rows: Sequence[dict[str, Any] | None], names: list[str]) -> str:
    known = [
        (row["value"], name, row) for row, name in zip(rows, names, strict=True) if row and row["value"] is not None
    ]
    if len(known) < 2:
        return ""
    most = max(known, key=lambda one: one[0])
    least = min(known, key=lambda one: one[0])
    words = {
        "most": most[1], "high": said_of(most[0], most[2]), "least": least[1], "low": said_of(least[0], least[2]),
    }  # fmt: skip
    if words["high"] == words["low"]:
        return _("They are level.")
    text = _("Highest in %(most)s (%(high)s), lowest in %(least)s (%(low)s).") % words
    limits = (least[2]["high"], most[2]["low"])
    if None not in limits and limits[0] >= limits[1]:
        return text + " " + _("The difference may be chance.")
    return text
