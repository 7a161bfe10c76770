"""What people said, from files to safe notes, themes, suggestions and opinion groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from homeground.errors import BadTable, BadValue, HomegroundError
from homeground.listen.embedding import embed
from homeground.listen.groups import Groups, find_groups
from homeground.listen.redact import Redacted, redact
from homeground.listen.suggest import Suggestions, suggest
from homeground.listen.themes import Grain, Themes, find_themes
from homeground.provenance import Source
from homeground.sources.language_model import open_model
from homeground.sources.readers import read
from homeground.sources.said import Said, open_said
from homeground.words import count

__all__ = ["Heard", "groups_of", "made_safe", "suggestions_for", "themes_of"]

_MATRIX = ("participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree")
_ROW = "row of the file"
_LONGEST = 100_000  # characters of one note: what one person said in a whole evening
_LONG = {"voter-id": "person", "comment-id": "statement", "vote": "vote"}
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Heard:
    """What was read, and by what: beside a result.

    Attributes
    ----------
    said : Said
    sources : tuple of Source
        The language model, where one took part.
    """

    said: Said
    sources: tuple[Source, ...] = ()


def made_safe(
    path: Path, *, column: str | None = None, streets: Path | None = None, names: Path | None = None
) -> tuple[Heard, Redacted]:
    """Read a file of notes and hide the personal details in it.

    Parameters
    ----------
    path : Path
        A table with a column of text, or a plain text with a note on each line.
    column : str, optional
        The heading of the text.
    streets, names : Path, optional
        Plain texts or tables: the place's own streets, and further names to hide, one on each line.
    """
    said = open_said(path, column)
    lists = [
        [] if one is None else [text for text in open_said(one).notes["text"].to_list() if text]
        for one in (streets, names)
    ]
    return Heard(said), redact(said.notes, streets=lists[0], names=lists[1])


def themes_of(
    path: Path,
    *,
    column: str | None = None,
    grain: Grain = "middle",
    seed: int = 0,
    model: bool | Path = True,
    progress: Progress | None = None,
) -> tuple[Heard, Themes]:
    """Read a file of notes and propose themes.

    Parameters
    ----------
    model : bool or Path
        Use the language model where it is installed; do not; or use the one in this folder.
    grain, seed
        As `find_themes`.
    """  # fmt: skip
    said = _heard(path, column)
    meaning, sources = _meaning(model, progress)
    try:
        found = find_themes(said.notes, meaning=meaning, grain=grain, seed=seed)
    except HomegroundError as error:
        raise _named(error, path, said) from None
    return Heard(said, sources), found


def _heard(path: Path, column: str | None) -> Said:
    """Return what people said, where no note is longer than anybody speaks."""
    said = open_said(path, column)
    long = said.notes.filter(pl.col("text").str.len_chars() > _LONGEST)
    if long.height:
        note, text = long.row(0)
        raise BadValue(
            f"this note has {len(text):,} characters, and the longest may have {_LONGEST:,}", file=path,
            row=note + (1 if path.suffix.lower() == ".txt" else 2), column=said.column,
            remedy="A note is what one person said: cut it into notes, one on a row.",
        )  # fmt: skip
    return said


def _named(error: HomegroundError, path: Path, said: Said) -> HomegroundError:
    """Return the error with the file, and the heading that stands there for the text."""
    column = said.column if error.column == "text" else error.column
    return type(error)(error.problem, remedy=error.remedy, file=path, row=error.row, column=column)


def suggestions_for(
    path: Path,
    confirmed: Path,
    *,
    column: str | None = None,
    model: bool | Path = True,
    progress: Progress | None = None,
) -> tuple[Heard, Suggestions]:
    """Read notes and what people confirmed (``note``, ``theme``), and suggest a theme for the rest."""
    said = _heard(path, column)
    table = read(confirmed, infer=False, columns=["note", "theme"]).table
    table.columns = ["note", "theme"]
    odd = table.with_row_index("row").filter(pl.col("note").cast(pl.Int64, strict=False).is_null())
    if odd.height:
        row, value = odd.select("row", "note").row(0)
        raise BadValue(
            f"'{value or ''}' is no row number", file=confirmed, row=row + 2, column="note",
            remedy="Count the rows of the file of notes from 0.",
        )  # fmt: skip
    meaning, sources = _meaning(model, progress)
    try:
        found = suggest(said.notes, table.with_columns(pl.col("note").cast(pl.Int64)), meaning=meaning)
    except HomegroundError as error:
        raise error.at(file=confirmed) from None
    return Heard(said, sources), found


def groups_of(
    path: Path, *, statements: Path | None = None, groups: int | None = None, fewest_votes: int = 7, seed: int = 0
) -> tuple[Groups, dict[str, str]]:
    """Read votes as Polis exports them and find the opinion groups; return them, and the words of the statements.

    Parameters
    ----------
    path : Path
        ``votes.csv`` (a row for each vote) or ``participants-votes.csv`` (a row for each person).
    statements : Path, optional
        ``comments.csv``: the words of the statements; what moderators rejected takes no part.
    groups, fewest_votes, seed
        As `find_groups`.
    """
    votes = _votes(path)
    rejected: tuple[str, ...] = ()
    words: dict[str, str] = {}
    if statements is not None:
        table = read(statements, infer=False, columns=["comment-id", "comment-body", "moderated"]).table
        table.columns = ["id", "body", "moderated"]
        words = {str(key): (body or "").strip() for key, body in table.select("id", "body").iter_rows()}
        rejected = tuple(str(key) for key in table.filter(pl.col("moderated") == "-1")["id"].to_list())
    try:
        return find_groups(votes, rejected=rejected, fewest_votes=fewest_votes, groups=groups, seed=seed), words
    except HomegroundError as error:
        raise error.at(file=path) from None


def _votes(path: Path) -> pl.DataFrame:
    table = read(path, infer=False).table.with_row_index(_ROW, 2)
    is_long = set(_LONG) <= set(table.columns)
    if is_long:
        if "timestamp" in table.columns:  # rows are not in order of time, and the last vote counts
            table = table.sort(pl.col("timestamp").cast(pl.Int64, strict=False), maintain_order=True, nulls_last=False)
        votes = table.select(_ROW, *(pl.col(old).alias(new) for old, new in _LONG.items()))
    elif "participant" in table.columns:
        asked = [name for name in table.columns if name not in (*_MATRIX, _ROW)]
        if not asked:
            raise BadTable(
                "there is no column of votes", file=path, remedy="Each statement has a column, named by its number."
            )
        votes = table.unpivot(asked, index=[_ROW, "participant"], variable_name="statement", value_name="vote")
        votes = votes.rename({"participant": "person"}).filter(pl.col("vote").fill_null("").str.strip_chars() != "")
    else:
        raise BadTable(
            "these are not votes as Polis exports them", file=path,
            remedy="votes.csv has comment-id, voter-id and vote; participants-votes.csv has participant and a column "
            "for each statement.",
        )  # fmt: skip
    whole = votes.with_columns(pl.col("vote").str.strip_chars().cast(pl.Float64, strict=False).alias("number"))
    odd = whole.filter(pl.col("number").is_null() | ~pl.col("number").is_in([-1.0, 0.0, 1.0]))
    if odd.height:
        row, person, statement, vote = odd.sort(_ROW).select(_ROW, "person", "statement", "vote").row(0)
        raise BadValue(
            f"{count(odd.height, 'vote')} of neither 1 (agree) nor 0 (pass) nor -1 (disagree): first '{vote or ''}', "
            f"of person {person} on statement {statement}",
            file=path, row=row, column="vote" if is_long else str(statement),
            remedy="Leave the cell empty where somebody did not vote.",
        )  # fmt: skip
    for heading, told in _LONG.items():
        if told == "vote":
            continue
        nobody = whole.filter(pl.col(told).cast(pl.String).fill_null("").str.strip_chars() == "").sort(_ROW)
        if nobody.height:
            raise BadValue(
                f"{count(nobody.height, 'vote')} without a {told}", file=path, row=nobody[_ROW][0],
                column=heading if is_long else "participant",
                remedy="Write whose vote it is and on which statement, or take the row out.",
            )  # fmt: skip
    return pl.DataFrame(
        {
            "person": _number(whole["person"]),
            "statement": _number(whole["statement"]),
            "vote": whole["number"].cast(pl.Int64),
        }
    )


def _number(keys: pl.Series) -> pl.Series:
    """Return a column as whole numbers where all of it is, so that 10 comes after 9."""
    whole = keys.cast(pl.Int64, strict=False)
    return whole if whole.null_count() == 0 else keys


def _meaning(
    model: bool | Path,  # noqa: FBT001  ours, and handed on
    progress: Progress | None,
) -> tuple[Callable[[Sequence[str]], NDArray[np.float32]] | None, tuple[Source, ...]]:
    opened = None if model is False else open_model(None if model is True else model)
    if opened is None:
        return None, ()
    given: Any = partial(embed, weights=opened.weights, tokens=opened.tokens, progress=progress)
    return given, (opened.source,)
