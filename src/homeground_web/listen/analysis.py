"""The stair from LISTEN on the web down to the library: hiding, points, themes, suggestions, opinion groups, files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import polars as pl

from homeground import __version__
from homeground.errors import HomegroundError
from homeground.journey.counted import counted
from homeground.listen import agreement as agreement_of
from homeground.listen.embedding import embed
from homeground.listen.groups import find_groups
from homeground.listen.redact import Found, find_details, hide_details
from homeground.listen.suggest import ENOUGH, suggest
from homeground.listen.themes import FEWEST, GRAINS, find_themes, order_is_sure
from homeground.sources.folder import scan
from homeground.sources.language_model import open_model
from homeground.sources.said import open_said
from homeground.understand.profile import place_of
from homeground_web.places.analysis import desk_of

__all__ = [
    "ENOUGH", "FEWEST", "GRAINS", "Found", "HomegroundError", "OpinionGroups", "Proposal", "alpha", "find_details",
    "hide_details", "opinion_groups", "order_is_sure", "proposal", "read_table", "suggestions", "who_lives",
]  # fmt: skip


_WHOLE = ""


def who_lives(
    folder: Path, presets: tuple[str, ...], node: str, parts: Mapping[str, float],
    tables: Sequence[tuple[str, Mapping[str, Sequence[str]], Sequence[str]]],
) -> tuple[dict[str, float], str] | None:  # fmt: skip
    """Return how many people or homes of a place there are in each band, and the title of the table that counts them.

    The first of `tables` (a name in the catalogue, headings by band, headings of all together) that is in the folder
    and whole is taken; None when there is none. A band without headings is what the others leave of all together.
    """
    there = scan(folder)
    tables = [table for table in tables if there.has(table[0])]
    figures = desk_of(folder, presets).figures if tables else None
    if figures is None or node not in figures.codes:
        return None
    for name, bands, whole in tables:
        groups = {band: headings for band, headings in bands.items() if headings}
        if whole:
            groups[_WHOLE] = whole
        try:
            place = place_of(figures, node, dict(parts))
            found = counted(figures, place, where=there, dataset=name, groups=groups)
        except HomegroundError:
            # No lookup leads there, the areas are of an older load, or the table is damaged: the board can type shares.
            continue
        counts = {group: count for group, count in found.counts.items() if count is not None}
        if len(counts) == len(groups):
            left = counts.pop(_WHOLE, 0.0) - sum(counts.values())
            return {band: counts.get(band, max(0.0, left)) for band in bands}, found.source.title
    return None


@lru_cache(maxsize=1)
def _model() -> Any:
    return open_model(None)


def _meaning() -> Callable[[Sequence[str]], Any] | None:
    opened = _model()
    return None if opened is None else partial(embed, weights=opened.weights, tokens=opened.tokens)


def _notes(texts: Mapping[Any, str]) -> pl.DataFrame:
    return pl.DataFrame({"note": range(len(texts)), "text": list(texts.values())})


@dataclass(frozen=True)
class Proposal:
    """Heaps as the words themselves suggest them.

    ``themes`` are dictionaries: terms, central (position in `points`), stability. ``points`` are
    (whose text, start, end, theme or None). ``told`` says what they stand on.
    """

    themes: tuple[dict[str, Any], ...]
    points: tuple[tuple[Any, int, int, int | None], ...]
    told: dict[str, Any]


def proposal(texts: Mapping[Any, str], grain: str) -> Proposal:
    """Return heaps for texts.

    Raises
    ------
    HomegroundError
        If there are too few.
    """
    keys = list(texts)
    meaning = _meaning()
    found = find_themes(_notes(texts), meaning=meaning, grain=grain, seed=0)  # type: ignore[arg-type]
    themes = tuple(
        {"terms": row["terms"], "central": row["central"], "stability": row["stability"]}
        for row in found.themes.iter_rows(named=True)
    )  # fmt: skip
    rows = found.points.select("note", "start", "end", "theme").iter_rows()
    told = {
        "version": __version__, "grain": grain, "model": "" if meaning is None else _model().source.title,
        "notes": [note.text for note in found.notes], "order_is_sure": found.order_is_sure,
    }  # fmt: skip
    return Proposal(themes, tuple((keys[note], start, end, theme) for note, start, end, theme in rows), told)


def suggestions(texts: Mapping[int, str], confirmed: Sequence[tuple[int, str]]) -> list[tuple[int, str, float]]:
    """Return for points that nobody put anywhere the likeliest theme and how sure that is, the least sure first."""
    keys = list(texts)
    at = {key: number for number, key in enumerate(keys)}
    people = pl.DataFrame(
        {"note": [at[point] for point, _ in confirmed], "theme": [theme for _, theme in confirmed]},
        schema={"note": pl.Int64, "theme": pl.String},
    )
    found = suggest(_notes(texts), people, meaning=_meaning())
    return [(keys[note], theme, sure) for note, theme, sure in found.table.iter_rows()]


@dataclass(frozen=True)
class OpinionGroups:
    """Opinion groups as plain values; see `homeground.listen.groups.Groups`."""

    people: tuple[dict[str, Any], ...]
    statements: tuple[dict[str, Any], ...]
    by_group: tuple[dict[str, Any], ...]
    silhouette: float
    notes: tuple[str, ...]


def opinion_groups(votes: Sequence[tuple[str, int, int]], fewest: int) -> OpinionGroups:
    """Return the groups among people who voted.

    Raises
    ------
    HomegroundError
        If too few did.
    """
    table = pl.DataFrame(votes, schema={"person": pl.String, "statement": pl.Int64, "vote": pl.Int64}, orient="row")
    found = find_groups(table, fewest_votes=fewest, seed=0)
    return OpinionGroups(
        tuple(found.people.to_dicts()), tuple(found.statements.to_dicts()), tuple(found.by_group.to_dicts()),
        found.silhouette, tuple(note.text for note in found.notes),
    )  # fmt: skip


def alpha(rows: Sequence[tuple[int, str, int]]) -> float:
    """Return how far sorters agree: (thing, sorter, theme) for each that somebody put somewhere."""
    return agreement_of.agreement(
        pl.DataFrame(rows, schema={"thing": pl.Int64, "sorter": pl.String, "theme": pl.Int64}, orient="row")
    )


def called_alike(names: Mapping[int, int], others: Mapping[int, int]) -> dict[int, int]:
    """Return how others sorted, with heaps called by the names of those that hold most of the same."""
    return agreement_of.called_alike(names, others)


def read_table(path: Path) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the headings and rows of a table with words in it, all as text.

    Raises
    ------
    HomegroundError
        If it is none; the words say where.
    """
    from homeground.sources.readers import read

    if path.suffix.lower() == ".txt":
        said = open_said(path)
        return ["text"], [{"text": text} for text in said.notes["text"].to_list()]
    table = read(path, infer=False, narrow=True).table
    return list(table.columns), table.cast(pl.String, strict=False).to_dicts()
