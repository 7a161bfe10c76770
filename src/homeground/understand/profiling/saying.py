"""A figure in a sentence: what it is, how it stands beside England, and which way is worse."""

from __future__ import annotations

import math

from homeground.understand.profiling.figures import Measure
from homeground.words import capital, clean, count

__all__ = [
    "change_sentence",
    "estimated_sentence",
    "figure",
    "parts_sentence",
    "places",
    "plain",
    "position",
    "sentence",
    "without_figure",
]

_KINDS = {
    "lsoa": "neighbourhoods", "msoa": "areas of some 8,000 people", "ward": "wards", "authority": "council areas",
    "region": "regions", "area": "small areas",
}  # fmt: skip


_FEW = 20  # so few places are counted, not told in 100


def places(kind: str) -> str:
    """Return the word for several areas of a kind."""
    return _KINDS.get(kind, kind + "s")


def figure(value: float, measure: Measure) -> str:
    """Return a figure as a person would say it, with its unit.

    Examples
    --------
    >>> figure(34.21, Measure("a", "A", "housing", "share", "x", unit="per cent"))
    '34%'
    >>> figure(2.345, Measure("a", "A", "housing", "value", "x", unit="km by road"))
    '2.3 km by road'
    """
    if measure.kind == "rank":
        return f"{value:.0f} on a scale of 0 (most need) to 100 (least)"
    if measure.unit.startswith("per cent"):
        rest = measure.unit.removeprefix("per cent").strip()
        shown = f"{value:.0f}%" if value >= 10 or value == round(value) else f"{value:.1f}%"
        return f"{shown} {rest}".strip()
    if measure.unit.startswith("pounds"):
        rest = measure.unit.removeprefix("pounds").strip(" ,")
        return f"£{value:,.2f} {rest}".strip()
    return f"{plain(value)} {measure.unit}".strip()


def plain(value: float) -> str:
    """Return a number with two figures, and thousands commas."""
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    places_after = max(0, 1 - size) if abs(value) < 100 else 0
    return f"{value:,.{places_after}f}".replace("-", "\N{MINUS SIGN}")


def sentence(
    measure: Measure,
    value: float,
    *,
    england: float | None,
    sure: bool | None,
    rank: int | None,
    of: int,
    better: float | None,
    kind: str,
    level: str,
    whole: str = "England",
) -> str:
    """Return what a figure says, in one or two sentences.

    Parameters
    ----------
    england : float or None
        The figure of all of England.
    sure : bool or None
        Whether the difference from England is beyond the figure's own limits; None where it has none.
    rank, of, better
        As `homeground.understand.profiling.standing.ordered` gives them.
    kind : str
        What the place is ranked among.
    level : str
        Name of the larger area that the figure is of, '' when it is of the place.
    whole : str
        What all places together are called.
    """
    where = f" This is the figure for all of {clean(level)}." if level else ""
    if measure.level and not level:
        where = " It is the figure of the whole council area."
    if measure.kind == "rank":
        return _rank_sentence(measure, value, (rank, of, better), kind, where)
    said = measure.says.format(value=figure(value, measure)) if measure.says else ""
    if not said:
        said = f"{clean(measure.title)}: {figure(value, measure)}."
    said = capital(said)
    if england is not None and math.isfinite(england):
        said += f" {_beside(value, england, measure, sure=sure, whole=whole)}"
    if better is not None and rank is not None and of > _FEW:
        said += f" {position(better, measure.higher_is, kind)}"
    if measure.higher_is:
        said += f" Higher is {measure.higher_is}."
    return said + where


def _beside(value: float, england: float, measure: Measure, *, sure: bool | None, whole: str) -> str:
    there = figure(england, measure)
    if measure.unit.startswith("("):
        there = plain(england)
    if plain(value) == plain(england):
        return f"In {whole} it is the same, {there}."
    if sure is False:
        return f"In {whole} it is {there}; the difference is too small to be sure of."
    return f"That is {'more' if value > england else 'less'} than in {whole} ({there})."


def position(better: float, higher_is: str, kind: str) -> str:
    """Return where a place stands, from the share (per cent) of places that do better.

    Examples
    --------
    >>> position(93.4, "worse", "ward")
    'About 93 in 100 wards do better.'
    >>> position(8.0, "better", "lsoa")
    'It does better than about 92 in 100 neighbourhoods.'
    """
    word = places(kind)
    if not higher_is:
        return f"It is higher here than in about {_of_100(better)} in 100 {word}."
    if better >= 50:
        return f"About {_of_100(better)} in 100 {word} do better."
    return f"It does better than about {_of_100(100 - better)} in 100 {word}."


def _of_100(share: float) -> int:
    return min(99, max(1, round(share)))


def _rank_sentence(
    measure: Measure, value: float, standing: tuple[int | None, int, float | None], kind: str, where: str
) -> str:
    title = clean(measure.title)
    rank, of, better = standing
    if better is None or rank is None:
        return f"{title}: {figure(value, measure)}.{where}"
    word = places(kind)
    need = measure.unit or "deprivation"
    if of <= _FEW:
        said = f"{title}: number {rank} of {of} {word}, where number 1 has the most {need}."
    elif better >= 50:
        said = f"{title}: about {_of_100(better)} in 100 {word} are better off."
    else:
        said = f"{title}: it is better off than about {_of_100(100 - better)} in 100 {word}."
    return f"{said} It stands at {value:.0f}, where 0 is the most {need} and 100 the least.{where}"


def without_figure(measure: Measure, *, hidden: float, too_many: bool = False) -> str:
    """Return what is said where there is no figure: hidden and missing are two things.

    Examples
    --------
    >>> without_figure(Measure("a", "Burglary", "community", "value", "x"), hidden=1.0)
    'Burglary: the figure is hidden, because so few people are counted that someone could be recognised.'
    """
    if too_many:
        return (
            f"{clean(measure.title)}: no share can be told. More are counted than are thought to live here; the two "
            "numbers come from different sources."
        )
    if hidden > 0:
        return (
            f"{clean(measure.title)}: the figure is hidden, because so few people are counted that someone could be "
            "recognised."
        )
    return f"{clean(measure.title)}: there is no figure for this place."


def change_sentence(measure: Measure, before: float, edition: str, now: float) -> str:
    """Return how a figure changed since an edition that it may be compared with."""
    if measure.kind == "rank":
        moved = now - before
        if abs(moved) < 0.5:
            return f"Since {edition} its position is the same ({now:.0f} of 100)."
        way = "down" if moved < 0 else "up"
        word = "worse" if moved < 0 else "better"
        return (
            f"Since {edition} it moved {way} from {before:.0f} to {now:.0f} of 100, which is {word} against other "
            "places; it does not say whether life itself got better."
        )
    one, other = figure(before, measure), figure(now, measure)
    if one == other:
        return f"Since {edition} it is much the same ({other})."
    way = "up" if now > before else "down"
    word = ""
    if measure.higher_is:
        word = ", which is " + ("worse" if (now > before) == (measure.higher_is == "worse") else "better")
    return f"Since {edition} it went {way} from {one} to {other}{word}."


def parts_sentence(hidden: float, missing: float) -> str:
    """Return what is said of a figure that is known for a part of the people only, '' when it is known for all."""
    said = []
    if hidden > 0.005:
        said.append(f"{100 * hidden:.0f}% of the people live where it is hidden")
    if missing > 0.005:
        said.append(f"{100 * missing:.0f}% live where there is no figure")
    return f"It rests on a part of the place: {' and '.join(said)}." if said else ""


def estimated_sentence(share: float, parts: int) -> str:
    """Return what is said of a figure that was apportioned, '' when it was not."""
    if share < 0.005:
        return ""
    return f"{100 * share:.0f}% of it is estimated: {count(parts, 'small area')} lie only partly in the place."
