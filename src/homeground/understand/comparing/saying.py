"""What a comparison says, in sentences: rounded as far as the interval allows, and with the way that is worse."""

from __future__ import annotations

import math

from homeground.words import clean

__all__ = ["CANNOT_TELL", "CLEAR", "NOT_COMPARED", "NO_FIGURES", "difference_sentence", "drift_sentence", "figure",
           "places_in", "way"]  # fmt: skip

CLEAR = "clear difference"
CANNOT_TELL = "cannot tell"
NOT_COMPARED = "not compared"
NO_FIGURES = "no figures"


def figure(value: float, *, decimals: int) -> str:
    """Return a number with thousands commas and a true minus sign.

    Examples
    --------
    >>> figure(-1234.567, decimals=1), figure(-0.0001, decimals=2)
    ('−1,234.6', '0.00')
    """
    if not math.isfinite(value):
        return "no figure"
    text = f"{abs(value):,.{decimals}f}"
    return f"−{text}" if value < 0 and float(text.replace(",", "")) != 0 else text


def places_in(low: float, high: float, difference: float) -> int:
    """Return how many decimals an interval (or, without one, a difference) allows: two figures of its width."""
    width = abs(high - low) if math.isfinite(high - low) and high != low else abs(difference)
    if not width > 0 or not math.isfinite(width):
        return 2
    return min(max(1 - math.floor(math.log10(width)), 0), 6)


def way(difference: float, higher_is: str) -> str:
    """Return which way a difference goes: worse or better where that is known, higher or lower where not.

    Examples
    --------
    >>> way(2.0, "worse"), way(2.0, "better"), way(-2.0, "")
    ('worse', 'better', 'lower')
    """
    if not math.isfinite(difference) or difference == 0:
        return ""
    if higher_is in ("worse", "better"):
        return higher_is if difference > 0 else {"worse": "better", "better": "worse"}[higher_is]
    return "higher" if difference > 0 else "lower"


def difference_sentence(
    title: str,
    *,
    unit: str,
    label: str,
    other: str,
    ours: float,
    theirs: float,
    difference: float,
    low: float,
    high: float,
    verdict: str,
    higher_is: str,
    level: float,
    reason: str = "",
) -> str:
    """Return what one comparison says.

    Examples
    --------
    >>> print(difference_sentence("Out of work", unit="%", label="left behind", other="England", ours=20.14,
    ...     theirs=10.02, difference=10.12, low=9.1, high=11.1, verdict=CLEAR, higher_is="worse", level=0.95))
    Out of work (%): 20.1 in left behind places, 10.0 in England: 10.1 more (95 % interval 9.1 to 11.1). \
That is worse, and a clear difference.
    """
    told = clean(unit)
    name = clean(title) + (f" {told}" if told.startswith("(") else f" ({told})" if told else "")
    if reason:
        return f"{name}: not compared with {_where(other)}, because {reason}."
    digits = places_in(low, high, difference)
    more = "more" if difference > 0 else "less" if difference < 0 else "no difference"
    size = figure(abs(difference), decimals=digits)
    said = f"{size} {more}" if difference else more
    interval = f"{level * 100:g} % interval {figure(low, decimals=digits)} to {figure(high, decimals=digits)}"
    sure = f" ({interval})" if math.isfinite(low) else ""
    where = _where(other)
    start = (
        f"{name}: {figure(ours, decimals=digits)} in {label} places, {figure(theirs, decimals=digits)} in {where}: "
        f"{said}{sure}."
    )
    if verdict != CLEAR:
        return f"{start} We cannot tell it from no difference."
    direction = way(difference, higher_is)
    if direction in ("worse", "better"):
        return f"{start} That is {direction}, and a clear difference."
    return f"{start} That is a clear difference; neither way is called good."


def _where(other: str) -> str:
    if other.startswith("rest of"):
        return f"the {other}"
    return other if other == "England" or other.endswith(("areas", "places")) else f"{other} places"


def drift_sentence(
    *,
    domain: str,
    label: str,
    against: str,
    first: str,
    last: str,
    difference: float,
    low: float,
    high: float,
    verdict: str,
    level: float,
    not_like: str = "",
) -> str:
    """Return what one drift says: percentile 0 is the most deprived, so down is worse.

    Examples
    --------
    >>> print(drift_sentence(domain="Health", label="left behind", against="other places", first="2019", last="2025",
    ...     difference=-2.6, low=-3.1, high=-2.1, verdict=CLEAR, level=0.95))
    Health: by 2025, left behind places stood 2.6 percentile points lower (more deprived) than other places that \
started at the same percentile in 2019 (95 % interval −3.1 to −2.1): they fell further behind, a clear difference.
    """
    digits = 1 if abs(high - low) > 0.25 or not math.isfinite(high - low) else 2
    side = "lower (more deprived)" if difference < 0 else "higher (less deprived)"
    interval = f"{level * 100:g} % interval {figure(low, decimals=digits)} to {figure(high, decimals=digits)}"
    sure = f" ({interval})" if math.isfinite(low) else ""
    said = (
        f"{domain}: by {last}, {label} places stood {figure(abs(difference), decimals=digits)} percentile points "
        f"{side} than {against} that started at the same percentile in {first}{sure}"
    )
    if not_like:
        return f"{said}. This is not a like-for-like change: {not_like}."
    if verdict != CLEAR:
        return f"{said}: we cannot tell it from no difference."
    return f"{said}: they {'fell further behind' if difference < 0 else 'caught up'}, a clear difference."
