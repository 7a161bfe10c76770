"""What an explanation of one place holds, and how it is said in plain English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from homeground.find.doubting.model import IndexModel, ListModel
from homeground.find.doubting.telling import worst
from homeground.provenance import Note
from homeground.words import a_few, clean, ordinal

__all__ = ["Explanation", "IndexExplanation", "explained"]


@dataclass(frozen=True)
class IndexExplanation:
    """Why a place has the rank that it has in one index, and what would change that.

    Scores and contributions are in points of the index; higher is more need. Where a place has several areas (a ward of
    several LSOAs), the value of a part is the mean over its people, and a rank of a part is that of an area with this
    value.

    Attributes
    ----------
    role, title : str
        ``deprivation`` or ``need``, and the name of the index.
    score, rank, n : float, float, int
        Of the place; rank 1 of `n` is the most need.
    last_rank : int or None
        The last rank with which the place is on the list, everything else held; None where no rank would do.
    inside : bool
        Whether its rank is good for the list.
    line : float or None
        The score that the place needs to have that rank.
    line_code : str
        The place that holds the line: the last one in, if this place is out; the first one out, if it is in.
    parts : polars.DataFrame
        ``part, title, weight, value, rank, contribution, average, above_average, line_contribution, above_line``: what
        each part adds, what it adds in the average place and in the place at the line. Contributions add up to the
        score.
    changes : polars.DataFrame
        ``part, title, value, value_needed, rank, rank_needed, possible``: what one part alone would have to be for the
        place to change sides, the others held.
    weights : polars.DataFrame
        ``part, title, weight, weight_needed, possible``: the nearest weight of one part with which the place changes
        sides, the other weights shrinking or growing in proportion. Empty where it cannot be told (see `notes`).
    contrast : polars.DataFrame or None
        ``part, title, weight, value, other_value, difference``: the difference to the other place, part by part.
    notes : tuple of Note
    """

    role: str
    title: str
    score: float
    rank: float
    n: int
    last_rank: int | None
    inside: bool
    line: float | None
    line_code: str
    parts: pl.DataFrame
    changes: pl.DataFrame
    weights: pl.DataFrame
    contrast: pl.DataFrame | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """Why a place is on the list or not, and what would change it.

    Attributes
    ----------
    area_code, area_name : str
    selected : bool
    indices : tuple of IndexExplanation
        Those that can be explained exactly; `notes` says why another cannot.
    against : str or None
        The place it is contrasted with.
    sentences : tuple of str
        The same in plain English.
    notes : tuple of Note
    """

    area_code: str
    area_name: str
    selected: bool
    indices: tuple[IndexExplanation, ...]
    against: str | None
    sentences: tuple[str, ...]
    notes: tuple[Note, ...] = ()


_WHAT = {"deprivation": "deprivation", "need": "community need"}


def explained(
    model: ListModel,
    name: str,
    names: Mapping[str, str],
    indices: list[IndexExplanation],
    *,
    code: str,
    against: str | None,
    selected: bool,
) -> Iterator[str]:
    """Yield what explains one place, in plain sentences: where it stands, why, and what would change it."""
    name = clean(name) or code
    ranks = [(role, index.ranks[model.places.index(code)], index.n) for role, index in _roles(model)]
    stands = " and ".join(f"{ordinal(round(rank))} of {n:,} for {_WHAT[role]}" for role, rank, n in ranks)
    yield f"{name} is {'' if selected else 'not '}on the list. It is {stands} (1st is the most need)."
    for found in indices:
        yield _why(found)
        # A place that is out has nothing to lose in an index where it is far enough up.
        if selected or not found.inside:
            yield _what_part(found, name, _crossing(model, found))
            if found.weights.height:
                yield _what_weight(found, name, _crossing(model, found))
        if found.contrast is not None and against is not None:
            yield _contrasted(found, name, clean(names.get(against, against)) or against)


def _crossing(model: ListModel, found: IndexExplanation) -> str:
    """Return what crossing the line is called: to fall out of the worst tenth for deprivation, to come into it …"""
    if model.rule.rule != "worst-on-both":
        return "leave the list" if found.inside else "come onto the list"
    of = f"{worst(model.rule)[0]} for {_WHAT[found.role]}" if model.need is not None else worst(model.rule)[0]
    return f"fall out of {of}" if found.inside else f"come into {of}"


def _roles(model: ListModel) -> list[tuple[str, IndexModel]]:
    return list(zip(("deprivation", "need"), model.indices, strict=False))


def _points(value: float) -> str:
    return f"{value:+.1f}".replace("-", "\u2212")


def _why(found: IndexExplanation) -> str:
    parts = found.parts.sort("contribution", descending=True)
    first = parts.row(0, named=True)
    most = f"{first['title']} adds most, {first['contribution']:.1f} of {found.score:.1f} points"
    said = f"{_WHAT[found.role].capitalize()}: {most}"
    if parts.height == 1:
        return said + "."
    apart = parts.sort("above_average", descending=True)
    up = [
        f"{row['title']} ({_points(row['above_average'])})"
        for row in apart.iter_rows(named=True)
        if row["above_average"] > 0
    ]
    down = [
        f"{row['title']} ({_points(row['above_average'])})"
        for row in apart.reverse().iter_rows(named=True)
        if row["above_average"] < 0
    ]
    more = [f"{a_few(up, most=2)} put it above the average place" if up else ""]
    more += [f"{a_few(down, most=2)} below" if down else ""]
    return f"{said}. {', '.join(text for text in more if text)}."


def _what_part(found: IndexExplanation, name: str, cross: str) -> str:
    if found.last_rank is None or found.line is None:
        return f"No rank for {_WHAT[found.role]} alone would make {name} {cross}."
    possible = found.changes.filter("possible")
    if not possible.height:
        return f"No single part could make {name} {cross}: it is too far {'ahead' if found.inside else 'behind'}."
    ranked = possible.filter(pl.col("rank_needed").is_not_null() & pl.col("rank").is_not_null())
    if ranked.height:
        row = ranked.sort((pl.col("rank_needed") - pl.col("rank")).abs()).row(0, named=True)
        now, then = ordinal(round(row["rank"])), ordinal(round(row["rank_needed"]))
    else:
        row = possible.sort((pl.col("value_needed") - pl.col("value")).abs()).row(0, named=True)
        now, then = f"{row['value']:.4g}", f"{row['value_needed']:.4g}"
    return f"Smallest change that would make it {cross}: {row['title']} from {now} to {then}, everything else as it is."


def _what_weight(found: IndexExplanation, name: str, cross: str) -> str:
    possible = found.weights.filter("possible")
    if not possible.height:
        return f"No weight of any one part would make {name} {cross}."
    row = possible.sort((pl.col("weight_needed") - pl.col("weight")).abs()).row(0, named=True)
    total = found.weights["weight"].sum()
    now, then = 100 * row["weight"] / total, 100 * row["weight_needed"] / total
    digits = 1 if abs(now - then) >= 0.1 else 3
    return (
        f"It would {cross} if {row['title']} counted for {'more' if then > now else 'less'} than {then:.{digits}f} % "
        f"of the whole, not {now:.{digits}f} %, and the other parts kept their proportions."
    )


def _contrasted(found: IndexExplanation, name: str, other: str) -> str:
    assert found.contrast is not None
    total = found.contrast["difference"].sum()
    parts = found.contrast.sort(pl.col("difference").abs(), descending=True)
    said = [f"{row['title']} {_points(row['difference'])}" for row in parts.iter_rows(named=True)]
    side = "for deprivation" if found.role == "deprivation" else "for community need"
    more = "more" if total >= 0 else "fewer"
    return f"{name} has {abs(total):.1f} points {more} than {other} {side}: {a_few(said, most=len(said))}."
