"""Numbers as a person would say them, in the reader's language."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from functools import lru_cache

from django.conf import settings
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

__all__ = ["about", "kind_word", "kinds_word", "money", "number", "unread"]


@lru_cache(maxsize=16)
def unread(language: str) -> tuple[int, int, int] | None:
    """Return of a language how many phrases nobody fluent has read, are translated, and there are; None for English."""
    if language.startswith("en"):
        return None
    path = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "counts.json"
    told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return told.get("unread", 0), told.get("translated", 0), told.get("phrases", 0)


def number(value: float | None, places: int | None = None) -> str:
    """Return a number with separators; with `places` decimals, else as few as it needs (two figures below 100)."""
    if value is None or not math.isfinite(value):
        return _("not known")
    if places is None:
        size = math.floor(math.log10(abs(value))) if value else 0
        places = 0 if abs(value) >= 100 or value == round(value) else max(0, 1 - size)
    return _written(round(value, places), places)


def about(value: float | None) -> str:
    """Return a count of people rounded as one would say it: to two figures below 1,000, to hundreds above."""
    if value is None or not math.isfinite(value):
        return _("not known")
    if value < 100:
        return number(round(value))
    step = 10 if value < 1000 else 100 if value < 100_000 else 1000
    return number(step * round(value / step))


def money(value: float | Decimal | None, places: int = 0) -> str:
    """Return pounds: £1,234, or £7.77 with two places."""
    if value is None or not math.isfinite(value):
        return _("not known")
    return "£" + _written(value, places)


def _written(value: float | Decimal, places: int) -> str:
    """Return a number as `django.utils.formats.number_format` writes it: a page has hundreds, so its signs are kept."""
    text = f"{value:,.{places}f}"
    if text.startswith("-") and not any(sign in "123456789" for sign in text):
        text = text[1:]
    group, point = _signs(get_language() or "")
    return text if (group, point) == (",", ".") else text.translate({ord(","): group, ord("."): point})


@lru_cache(maxsize=32)
def _signs(language: str) -> tuple[str, str]:
    return str(formats.get_format("THOUSAND_SEPARATOR", language)), str(
        formats.get_format("DECIMAL_SEPARATOR", language)
    )


def kind_word(kind: str) -> str:
    """Return what an area of a kind is called by people."""
    return {
        "ward": _("ward"), "lsoa": _("neighbourhood"), "area": _("neighbourhood"), "msoa": _("larger neighbourhood"),
        "authority": _("council area"), "region": _("region"), "country": _("country"), "place": _("neighbourhood"),
    }.get(kind, kind)  # fmt: skip


def kinds_word(kind: str) -> str:
    """Return what several areas of a kind are called."""
    return {
        "ward": _("wards"), "lsoa": _("neighbourhoods"), "area": _("neighbourhoods"),
        "msoa": _("larger neighbourhoods"), "authority": _("council areas"), "region": _("regions"),
        "country": _("countries"),
    }.get(kind, kind)  # fmt: skip
