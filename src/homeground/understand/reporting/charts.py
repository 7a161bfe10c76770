"""The charts of a report: a figure beside its comparators, and over its editions."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from homeground.document.tree import Chart, DataTable
from homeground.drawing import Drawing, Line, Point, Row, compare, over_years
from homeground.understand.profile import Profile
from homeground.understand.reporting.numbers import between, gap, named_unit, shown
from homeground.words import capital, clean

__all__ = ["COMPARED", "beside_chart", "change_chart", "named"]

#: Comparators that are drawn, in order, and how they are called; the others stand in the table.
COMPARED = (
    ("left-behind", "Left behind places"),
    ("other-deprived", "Other deprived places"),
    ("authority", ""),
    ("england", ""),
)


def named(row: Mapping[str, object], found: Profile) -> str:
    """Return whose figure it is: the place, or the larger area that it is of."""
    return clean(row["level_name"]) or clean(found.place.name)


def beside_chart(
    row: Mapping[str, object], beside: Mapping[str, Mapping[str, object]], *, place: str, pictures: str
) -> Chart:
    """Return a figure as bars beside its comparators, with a table that has the nearest places too."""
    unit = str(row["unit"])
    rows = [Row(place, _number(row["value"]), _says(row, unit), _number(row["low"]), _number(row["high"]), colour=1)]
    cells = [(place, _says(row, unit), between(row["low"], row["high"], unit) or "no limits")]
    for name, title in (*COMPARED, ("nearest", "")):
        other = beside.get(name)
        if other is None or (name == "authority" and row["level_name"]):
            continue
        called = title or capital(clean(other["title"]))
        low, high = (None, None) if name == "england" else (other["low"], other["high"])
        cells.append((called, shown(other["value"], unit) or gap(""), between(low, high, unit) or "no limits"))
        if name != "nearest":
            value = _number(other["value"])
            rows.append(Row(called, value, shown(value, unit) or gap(""), _number(low), _number(high)))
    whole = 100.0 if row["kind"] == "rank" else None
    title = _title(row, beside.get("england", {}), place)
    caption = _caption(row)
    called = ", ".join(
        text for text in (f"{clean(row['title'])}: {named_unit(row) or 'no unit'}", clean(row["period"])) if text
    )
    table = DataTable(
        called, ("Place", "Figure", "Between"),
        tuple(cells), frozenset({"Figure", "Between"}), folded="Show the numbers",
    )  # fmt: skip
    return _chart(row, compare(title, rows, longest=whole), caption, table, "", pictures)


def change_chart(
    row: Mapping[str, object], history: Sequence[Mapping[str, object]], *, place: str, pictures: str
) -> Chart | None:
    """Return the editions of a figure as a line, None where fewer than three may be compared."""
    if sum(bool(entry["comparable"]) for entry in history) < 3:
        return None
    unit = str(row["unit"])
    points = tuple(
        Point(_year(str(entry["edition"]), at), str(entry["edition"]), float(str(entry["value"])),
              shown(entry["value"], unit), bool(entry["comparable"]))
        for at, entry in enumerate(history)
    )  # fmt: skip
    fit = [point for point in points if point.comparable]
    first, last = fit[0], fit[-1]
    way = "Higher" if last.value > first.value else "Lower"
    title = f"{way} in {place} than in {first.label}: {last.says} after {first.says}"
    if first.says == last.says:
        title = f"Much the same in {place} as in {first.label}: {last.says}"
    whole = 100.0 if row["kind"] == "rank" else None
    drawing = over_years(title, [Line(place, points)], most=whole)
    cells = tuple(
        (str(entry["edition"]), shown(entry["value"], unit), "yes" if entry["comparable"] else clean(entry["reason"]))
        for entry in history
    )
    table = DataTable(
        f"{clean(row['title'])} over the years: {named_unit(row) or 'no unit'}",
        ("Edition", "Figure", "Can be compared"), cells, frozenset({"Figure"}), folded="Show the numbers",
    )  # fmt: skip
    return _chart(row, drawing, _caption(row, period=False), table, "-over-time", pictures)


def _chart(
    row: Mapping[str, object], drawing: Drawing, caption: str, table: DataTable, ending: str, pictures: str
) -> Chart:
    name = re.sub(r"[^a-z0-9-]+", "-", str(row["indicator"]).lower()).strip("-") + ending
    below = (
        caption,
        f"Period: {clean(row['period'])}. Licence: {clean(row['licence'])}. Source: {clean(row['source'])}.",
    )
    return Chart(name, drawing, caption, table, below, f"{pictures}/{name}.svg" if pictures else "")


def _title(row: Mapping[str, object], england: Mapping[str, object], place: str) -> str:
    """Return a sentence with the finding, made from the figures."""
    unit = str(row["unit"])
    here, there = shown(row["value"], unit), shown(england.get("value"), unit)
    whole = clean(england.get("title")) or "England"
    if not here:
        return f"There is no figure for {place}"
    if not there:
        return f"{place}: {here}"
    if row["kind"] == "rank":
        return f"{place} stands at {here} of 100, {whole} at {there}"
    if here == there:
        return f"The same in {place} as in {whole}: {here}"
    if row["sure"] is False:
        return f"{place} is close to {whole}: {here} and {there}"
    higher = float(str(row["value"])) > float(str(england["value"]))
    return f"{'Higher' if higher else 'Lower'} in {place} than in {whole}: {here} against {there}"


def _caption(row: Mapping[str, object], *, period: bool = True) -> str:
    unit = named_unit(row)
    pieces = [
        f"{capital(unit)}." if unit else "",
        f"{capital(clean(row['period']))}." if period and clean(row["period"]) else "",
    ]
    pieces.append(f"Higher is {row['higher_is']}." if row["higher_is"] else "Neither way is better.")
    if row["low"] is not None:
        pieces.append("Thin lines: limits that hold 95 times in 100.")
    return " ".join(piece for piece in pieces if piece)


def _says(row: Mapping[str, object], unit: str) -> str:
    return shown(row["value"], unit) or gap(row["state"])


def _number(value: object) -> float | None:
    number = float("nan") if value is None else float(str(value))
    return number if math.isfinite(number) else None


def _year(edition: str, at: int) -> float:
    found = re.match(r"\d{4}", edition)
    return float(found.group()) if found else float(at)
