"""What headings, words and tags in a list of places mean, from the dated file ``standards/places-to-meet.toml``."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Sequence
from importlib import resources
from typing import Any

from homeground.sources.datasets import matching_key

__all__ = ["closed_words", "heading_for", "osm_tags", "status_heading", "year_heading"]


@functools.cache
def _said() -> dict[str, Any]:
    file = resources.files("homeground.sources").joinpath("standards/places-to-meet.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def heading_for(what: str, headings: Sequence[str]) -> str | None:
    """Return the heading that stands for `what` (``longitude``, ``postcode``, ``name`` …), or None.

    Examples
    --------
    >>> heading_for("latitude", ["Name", "LAT"]), heading_for("wkt", ["Name"])
    ('LAT', None)
    """
    by_key = {matching_key(heading): heading for heading in reversed(headings)}
    known = [matching_key(word) for word in _said()["columns"][what]]
    return next((by_key[key] for key in known if key in by_key), None)


def status_heading(headings: Sequence[str]) -> str | None:
    """Return the heading that says whether a place is open; of several years the latest.

    Examples
    --------
    >>> status_heading(["name", "operation_22", "operation_23"])
    'operation_23'
    """
    best: tuple[int, str] | None = None
    words = [matching_key(word) for word in _said()["closed"]["status_headings"]]
    for heading in headings:
        match = re.fullmatch(r"(.*?)[ _]*(\d{2}|\d{4})?", heading.strip().lower())
        assert match is not None
        if matching_key(match[1]) in words:
            year = int(match[2] or 0)
            found = (year + 2000 if 0 < year < 100 else year, heading)
            best = found if best is None or found[0] > best[0] else best
    return best[1] if best else None


def year_heading(headings: Sequence[str]) -> str | None:
    """Return the heading with the year or date in which a place closed, or None.

    Examples
    --------
    >>> year_heading(["Year opened", "Year closed"])
    'Year closed'
    """
    keys = [matching_key(word) for word in _said()["closed"]["year_headings"]]
    return next((heading for heading in headings if matching_key(heading) in keys), None)


def closed_words() -> tuple[str, ...]:
    """Return the words with which the status of a closed place begins, in small letters."""
    return tuple(_said()["closed"]["words"])


def osm_tags() -> dict[tuple[str, str], str]:
    """Return which kind of place each tag of OpenStreetMap stands for.

    Examples
    --------
    >>> osm_tags()["amenity", "doctors"]
    'surgery'
    """
    kinds = {kind: tags for kind, tags in _said()["openstreetmap"].items() if kind != "reference"}
    pairs = [(tuple(tag.split("=", 1)), kind) for kind, tags in kinds.items() for tag in tags]
    return {(pair[0], pair[1]): kind for pair, kind in pairs}
