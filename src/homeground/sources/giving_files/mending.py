"""Faults that can be mended without guessing, and only those."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from homeground.sources.giving_files.standard import Rule, standard

__all__ = ["Reading", "day_first", "fitting", "mended"]

_SLASHES = re.compile(r"^\s*(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?\s*$")
_DAY = re.compile(r"^\s*(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2})?))?\s*$")

Reading = dict[str, bool]
"""By field name: whether every date with slashes in it must stand day first."""


def day_first(values: dict[str, list[str]]) -> Reading:
    """Return for which fields all dates with slashes must be day first: none fits month first, and all fit day first.

    Examples
    --------
    >>> day_first({"awardDate": ["04/12/2014", "31/01/2015"], "startDate": ["04/12/2014"]})
    {'awardDate': True, 'startDate': False}
    """
    found = {}
    for field, texts in values.items():
        parts = [match.groups() for text in texts if (match := _SLASHES.match(text))]
        fits = all(1 <= int(day) <= 31 and 1 <= int(month) <= 12 for day, month, _ in parts)
        found[field] = bool(parts) and fits and any(int(day) > 12 for day, _, _ in parts)
    return found


def mended(grant: dict[str, Any], rules: Sequence[Rule], reading: Reading) -> list[str]:
    """Mend what can be mended in `grant` itself; return what was done, in words, one for each fault mended."""
    done = []
    for rule in rules:
        if not rule.path:
            continue
        holder: Any = grant
        for step in rule.path[:-1]:
            holder = holder[step]
        last = rule.path[-1]
        found = _mend(rule, str(last), holder[last] if not isinstance(holder, list) else holder[int(last)], reading)
        if found is None:
            continue
        new, what = found
        if new is _LEFT_OUT:
            del holder[last]
        else:
            holder[last] = new
        done.append(what)
    return done


_LEFT_OUT = object()


def _mend(rule: Rule, field: str, value: Any, reading: Reading) -> tuple[Any, str] | None:
    if value is None and rule.keyword == "type":
        return _LEFT_OUT, f"{field}: an empty value was left out"
    if not isinstance(value, str):
        return None
    if rule.keyword in ("oneOf", "format") and "ate" in field:
        day = _as_day(field, value, reading)
        if day is None:
            return None
        clock = "T00:00:00Z" if rule.keyword == "format" else ""
        return day + clock, f"{field}: '{value}' was read as {day}"
    if rule.keyword == "type" and "number" in rule.message:
        cleaned = re.sub(r"^[£\s]+", "", value.strip())
        if re.fullmatch(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d{1,2})?", cleaned):
            number = float(cleaned.replace(",", ""))
            return (int(number) if number.is_integer() else number), f"{field}: '{value}' was read as {number:g}"
        return None
    if rule.keyword == "enum" and field == "currency":
        code = "GBP" if value.strip() == "£" else value.strip().upper()
        return (code, f"{field}: '{value}' was read as {code}") if code in standard().currencies else None
    return None


def _as_day(field: str, value: str, reading: Reading) -> str | None:
    plain = _DAY.match(value)
    if plain:
        return plain[1]
    slashes = _SLASHES.match(value)
    if slashes and reading.get(field):
        day, month, year = (int(part) for part in slashes.groups())
        return f"{year:04d}-{month:02d}-{day:02d}"
    return None


def fitting(grant: dict[str, Any]) -> dict[str, Any]:
    """Return a valid grant without the fields that are not shown and that our types are stricter about."""
    known = set(standard().tables["Grant"])
    return {name: value for name, value in grant.items() if name in known}
