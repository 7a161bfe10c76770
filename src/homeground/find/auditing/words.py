"""How an audit says figures: shares, places, correlations and names, as a person would."""

from __future__ import annotations

from homeground.words import clean

__all__ = ["number", "per_cent", "places", "quoted", "signed"]


def per_cent(share: float) -> str:
    """Return a share as a person would say it.

    Examples
    --------
    >>> per_cent(0.3712), per_cent(0.0093), per_cent(0.00001), per_cent(0.996)
    ('37%', '0.9%', 'less than 0.1%', '99.6%')
    """
    if 0 < share < 0.001:
        return "less than 0.1%"
    if 0.999 < share < 1:
        return "more than 99.9%"
    digits = 1 if 0 < share < 0.095 or 0.99 < share < 1 else 0
    return f"{share:.{digits}%}"


def signed(value: float) -> str:
    """Return a correlation with two places and a true minus sign.

    Examples
    --------
    >>> signed(-0.047), signed(0.9)
    ('−0.05', '0.90')
    """
    return f"{value:.2f}".replace("-", "−")


def places(moved: float) -> str:
    """Return a number of places of a ranking as a person would say it.

    Examples
    --------
    >>> places(1176.4), places(1), places(0.3)
    ('1,176 places', '1 place', '0.3 places')
    """
    said = f"{moved:,.0f}" if moved >= 10 or moved == round(moved) else f"{moved:.1f}"
    return f"{said} place" if said == "1" else f"{said} places"


def quoted(names: list[str], *, most: int = 3) -> str:
    """Return names in quotation marks, a few of them, and how many more there are.

    Examples
    --------
    >>> quoted(["Income", "Crime"]), quoted(["a", "b", "c", "d", "e"])
    ('‘Income’ and ‘Crime’', '‘a’, ‘b’, ‘c’ and 2 more')
    """
    said = [f"‘{clean(name, most=70)}’" for name in names]
    if len(said) > most:
        return f"{', '.join(said[:most])} and {len(said) - most:,} more"
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def number(value: object) -> float:
    """Return a cell of a table as a number, NaN where it is none.

    Examples
    --------
    >>> number(3), number(None)
    (3.0, nan)
    """
    return float(value) if isinstance(value, (int, float)) else float("nan")
