"""Figures as they stand in a table: short, with the unit in the heading or beside the name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from homeground.document.tree import DataTable
from homeground.understand.profiling.saying import plain
from homeground.words import capital, clean

__all__ = ["between", "gap", "named_unit", "numbers_table", "shown", "whole_of"]


def shown(value: object, unit: str) -> str:
    """Return a figure with its sign of unit, '' where there is none."""
    number = float("nan") if value is None else float(str(value))
    if not math.isfinite(number):
        return ""
    if unit == "people":
        return f"{number:,.0f}"
    if unit.startswith("per cent"):
        return f"{plain(number)}%"
    return f"£{number:,.2f}" if unit.startswith("pounds") else plain(number)


def gap(state: object) -> str:
    """Return what stands where there is no figure."""
    return "hidden to protect people" if state == "suppressed" else "no figure"


def between(low: object, high: object, unit: str) -> str:
    """Return limits in words, '' where there are none."""
    return f"{shown(low, unit)} to {shown(high, unit)}" if low is not None and high is not None else ""


def named_unit(row: Mapping[str, object]) -> str:
    """Return the unit in words: '0 is the most deprivation, 100 the least' for a position."""
    unit = clean(row["unit"]).strip("()")
    if row["kind"] == "rank":
        return f"position from 0 (the most {unit or 'deprivation'}) to 100 (the least)"
    return unit


def whole_of(beside: Mapping[str, Mapping[str, Mapping[str, object]]]) -> str:
    """Return what all places together are called, as a heading."""
    titles = (clean(others["england"]["title"]) for others in beside.values() if "england" in others)
    return capital(next(titles, "England"))


def numbers_table(
    rows: Sequence[Mapping[str, object]], beside: Mapping[str, Mapping[str, Mapping[str, object]]], caption: str
) -> DataTable:
    """Return every figure of a theme with its limits, England, its rank and the way that is worse."""
    whole = whole_of(beside)
    headings = ("Figure", "Unit", "Here", "Between", whole, "Rank (1 is worst)", "Which way", "Period")
    cells = []
    for row in rows:
        unit = str(row["unit"])
        england = beside.get(str(row["indicator"]), {}).get("england", {})
        rank = f"{row['rank']:,} of {row['ranked']:,}" if row["rank"] is not None else ""
        way = f"higher is {row['higher_is']}" if row["higher_is"] else "neither is better"
        area = f" ({clean(row['level_name'])})" if row["level_name"] else ""
        cells.append(
            (
                clean(row["title"]) + area,
                "position, 0 to 100" if row["kind"] == "rank" else named_unit(row) or "no unit",
                shown(row["value"], unit) or gap(row["state"]),
                between(row["low"], row["high"], unit) or "no limits",
                shown(england.get("value"), unit),
                rank or "not ranked",
                way,
                clean(row["period"]) or "not given",
            )
        )
    numeric = frozenset({"Here", "Between", whole, "Rank (1 is worst)"})
    return DataTable(caption, headings, tuple(cells), numeric, folded="Show the numbers")
