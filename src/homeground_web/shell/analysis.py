"""The stair from the frame down to the library: how hard a text is to read."""

from __future__ import annotations

from dataclasses import dataclass

from homeground.plain import Reading, read

__all__ = ["Piece", "Reading", "pieces", "read"]


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; `kind` is '' where nothing is to be said of it."""

    text: str
    kind: str = ""
    instead: str = ""


def pieces(text: str, found: Reading) -> list[Piece]:
    """Return a text cut at the words that are told, so that a page can mark them; long sentences are not marked."""
    cut, at = [], 0
    for one in found.findings:
        if one.kind == "long sentence" or one.start < at:
            continue
        if one.start > at:
            cut.append(Piece(text[at : one.start]))
        cut.append(Piece(one.text, one.kind, one.instead))
        at = one.end
    return [*cut, Piece(text[at:])] if at < len(text) else cut
