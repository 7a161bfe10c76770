"""Figures in plain English: what a report says about a list of places, and about one place.

The words follow one house rule: round as a person would say it, never further than the figure allows, and say which way
is worse. `"100 in 100"` is said only of what happened every time.
"""

from __future__ import annotations

import math
import re
import unicodedata

__all__ = ["BANDS", "a_few", "band", "capital", "clean", "count", "in_100", "ordinal", "people", "share", "short_name"]

#: How sure a place on the list is: least probability (0 to 1), name, and what that means.
BANDS: tuple[tuple[float, str, str], ...] = (
    (0.95, "Sure", "in at least 95 of 100 re-runs"),
    (0.75, "Likely", "in 75 to 94 of 100 re-runs"),
    (0.0, "On the edge", "in fewer than 75 of 100 re-runs"),
)

# Characters that steer the direction of text or cannot be seen: harmless in a name's own box, misleading in a sentence.
_STEERING = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")


def clean(text: object, *, most: int | None = None) -> str:
    """Return a name as it can stand in a sentence: no control or steering characters, single spaces.

    Parameters
    ----------
    text : object
        A name from a file; None gives ''.
    most : int, optional
        Shorten to this many characters, with an ellipsis.

    Examples
    --------
    >>> clean("  St\\u202e Ann's\\x00 ")
    "St Ann's"
    >>> clean("Llanfairpwllgwyngyll", most=9)
    'Llanfair…'
    """
    if text is None:
        return ""
    whole = str(text)
    if whole.isascii() and whole.isprintable():  # nearly all names: nothing in them to take out
        said = " ".join(whole.split())
        return said if most is None or len(said) <= most else said[: most - 1].rstrip() + "…"
    visible = "".join(
        " " if unicodedata.category(letter) == "Cc" else letter
        for letter in _STEERING.sub("", whole)
        if unicodedata.category(letter) != "Cs"
    )
    said = " ".join(visible.split())
    return said if most is None or len(said) <= most else said[: most - 1].rstrip() + "…"


def count(n: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count(1, "ward"), count(1305, "area"), count(0, "authority", "authorities")
    ('1 ward', '1,305 areas', 'no authorities')
    """
    noun = one if n == 1 else (many or one + "s")
    return f"{n:,} {noun}" if n else f"no {noun}"


def people(n: float) -> str:
    """Return a number of people as a person would say it.

    Examples
    --------
    >>> people(2373827), people(7214), people(9), people(1)
    ('about 2.4 million people', 'about 7,200 people', '9 people', '1 person')
    """
    if n >= 999_500:
        return f"about {_two_figures(n / 1e6)} million people"
    if n >= 100:
        step = 10 ** (math.floor(math.log10(n)) - 1)
        return f"about {round(n / step) * step:,.0f} people"
    return "1 person" if round(n) == 1 else f"{round(n):,} people"


def _two_figures(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:,.0f}"


def share(part: float, whole: float) -> str:
    """Return a part of a whole as "about 1 in N" or "about N in 10", '' when it cannot be said.

    Examples
    --------
    >>> share(2_373_827, 55_619_430), share(3, 4), share(0, 4), share(4, 4), share(1, 0)
    ('about 1 in 23', 'about 8 in 10', 'none', 'all', '')
    """
    if not whole > 0 or not 0 <= part <= whole:
        return ""
    if part == 0:
        return "none"
    if part == whole:
        return "all"
    if part / whole <= 1 / 3:
        return f"about 1 in {whole / part:,.0f}"
    tenths = round(10 * part / whole)
    return "nearly all" if tenths == 10 else "about half" if tenths == 5 else f"about {tenths} in 10"


def in_100(probability: float) -> str:
    """Return a probability (0 to 1) as so many in 100; never 0 or 100 unless it is exactly that.

    Examples
    --------
    >>> in_100(0.97), in_100(1.0), in_100(0.999), in_100(0.002), in_100(0.0)
    ('97 in 100', '100 in 100', 'more than 99 in 100', 'fewer than 1 in 100', '0 in 100')
    """
    if 0.99 < probability < 1:
        return "more than 99 in 100"
    if 0 < probability < 0.01:
        return "fewer than 1 in 100"
    # Rounded down above a half and up below it, so that 94.6 is not said to be 95.
    return (
        f"{math.floor(probability * 100 + 1e-9) if probability >= 0.5 else math.ceil(probability * 100 - 1e-9)} in 100"
    )


def band(probability: float) -> str:
    """Return how sure a place on the list is, in words: the name of one of `BANDS`.

    Examples
    --------
    >>> band(0.97), band(0.8), band(0.3)
    ('Sure', 'Likely', 'On the edge')
    """
    return next(name for least, name, _ in BANDS if probability >= least - 1e-12)


def ordinal(n: int) -> str:
    """Return 1st, 2nd, 3rd, 1,011th …

    Examples
    --------
    >>> [ordinal(n) for n in (1, 2, 3, 11, 1022)]
    ['1st', '2nd', '3rd', '11th', '1,022nd']
    """
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{ending}"


def capital(text: str) -> str:
    """Return a text as it begins a sentence or a heading: the first letter large, all others as they are.

    Examples
    --------
    >>> capital("all places together"), capital("")
    ('All places together', '')
    """
    return text[:1].upper() + text[1:]


def short_name(name: str) -> str:
    """Return the name of an authority as it is said in a sentence.

    Examples
    --------
    >>> short_name("Kingston upon Hull, City of"), short_name("Bury")
    ('Kingston upon Hull', 'Bury')
    """
    return re.sub(r", (City|County) of$", "", name)


def a_few(items: list[str], *, most: int = 3) -> str:
    """Return up to `most` items as "a, b and c"; the rest is left to the table.

    Examples
    --------
    >>> a_few(["Hull", "Blackpool", "Knowsley", "Leeds"])
    'Hull, Blackpool and Knowsley'
    """
    some = items[:most]
    return " and ".join([", ".join(some[:-1]), some[-1]] if len(some) > 1 else some)
