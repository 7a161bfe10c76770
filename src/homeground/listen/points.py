"""Cutting what somebody said into single points, with where each stood."""

from __future__ import annotations

import re
from itertools import pairwise

import polars as pl

from homeground.tables import require_columns

__all__ = ["split_points"]

_FEWEST = 4  # words that can stand as a point of their own
# The end of a sentence, a new line, a bullet or a semicolon. Not the points of '2.30 pm', 'e.g.' or 'Mr. Bold'.
_END = re.compile(
    r"(?:(?<!\b[A-Z])(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\be\.g)(?<!\bi\.e)[.!?…。！？؟]+[\"'”’)]*(?=\s|$)|[。！？]|[;\n\r]+|\s[•·–—-]\s)"
)
_WORD = re.compile(r"\w+")


def split_points(notes: pl.DataFrame) -> pl.DataFrame:
    """Return the single points of each note: one claim a row, with its place in the note.

    Parameters
    ----------
    notes : polars.DataFrame
        ``note`` (number of the note) and ``text``. A note without words has no points.

    Returns
    -------
    polars.DataFrame
        ``note``, ``start``, ``end`` (characters, the end not in it) and ``text``, in the order of the notes. What is
        too short to stand alone (fewer than four words) stays with what was said before it.

    Examples
    --------
    >>> import polars as pl
    >>> said = pl.DataFrame({"note": [0], "text": ["The park is lovely in spring. There is no bus after six."]})
    >>> split_points(said)["text"].to_list()
    ['The park is lovely in spring.', 'There is no bus after six.']
    """
    require_columns(notes, ["note", "text"])
    rows: list[tuple[int, int, int, str]] = []
    for note, text in notes.select("note", "text").iter_rows():
        rows.extend((note, start, end, text[start:end]) for start, end in _spans(text or ""))
    return pl.DataFrame(
        rows, schema={"note": notes.schema["note"], "start": pl.Int64, "end": pl.Int64, "text": pl.String}, orient="row"
    )


def _spans(text: str) -> list[tuple[int, int]]:
    cuts = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    spans: list[tuple[int, int]] = []
    for start, end in pairwise(cuts):
        piece = text[start:end]
        first = start + len(piece) - len(piece.lstrip())
        last = start + len(piece.rstrip())
        if first >= last or not _WORD.search(text[first:last]):
            continue
        if spans and (_short(text[first:last]) or _short(text[slice(*spans[-1])])):
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return spans


def _short(piece: str) -> bool:
    # Scripts without blanks between words are measured by characters, each of which says more.
    dense = sum("\u2e80" <= sign <= "\uffdc" for sign in piece)
    return dense < 2 * _FEWEST and len(_WORD.findall(piece)) < _FEWEST
