"""Finding personal details in what people said, and hiding them before anybody else reads it.

United Kingdom forms: postcode, telephone, e-mail, NHS number (with its check digit), National Insurance number,
passport, date of birth, sort code, account and payment card, registration plate, house number with street, and names
where the words around them say that a name stands there. Nothing finds all names: a second person looks before
anything is public.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import polars as pl

from homeground.listen.naming import names_in
from homeground.listen.written import details_in, on_streets
from homeground.tables import require_columns

__all__ = ["KINDS", "Found", "Redacted", "find_details", "hide_details", "redact"]

# Kind: what stands in its place. The order decides where two overlap: the earlier wins.
KINDS = {
    "email": "[e-mail hidden]",
    "phone": "[phone number hidden]",
    "nhs_number": "[NHS number hidden]",
    "national_insurance": "[National Insurance number hidden]",
    "passport": "[passport number hidden]",
    "birth": "[date of birth hidden]",
    "bank": "[bank details hidden]",
    "postcode": "[postcode hidden]",
    "plate": "[number plate hidden]",
    "address": "[address hidden]",
    "name": "[name hidden]",
}
_HYPHENS = {"\u2010": "-", "\u2011": "-"}


@dataclass(frozen=True)
class Found:
    """One personal detail: its ``kind``, and where it stands (``start``, ``end``: characters, the end not in it)."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Redacted:
    """Notes with what is personal hidden.

    Attributes
    ----------
    notes : polars.DataFrame
        As given, with ``text`` made safe.
    details : polars.DataFrame
        ``note``, ``kind``, ``start``, ``end`` in the text as given. It does not hold the detail itself.
    """

    notes: pl.DataFrame
    details: pl.DataFrame


def redact(notes: pl.DataFrame, *, streets: Sequence[str] = (), names: Sequence[str] = ()) -> Redacted:
    """Hide the personal details in notes.

    Parameters
    ----------
    notes : polars.DataFrame
        ``note`` and ``text``; further columns stay as they are.
    streets : sequence of str
        The place's own streets: a house number before or after one is hidden, however it is written.
    names : sequence of str
        Further names to hide wherever they stand, such as those of ambassadors.

    Examples
    --------
    >>> said = pl.DataFrame({"note": [0], "text": ["Ring Joan on 07700 900123, she is at 12 Mill Lane."]})
    >>> redact(said).notes["text"].item()
    'Ring [name hidden] on [phone number hidden], she is at [address hidden].'
    """
    require_columns(notes, ["note", "text"])
    rows: list[tuple[object, str, int, int]] = []
    texts: list[str | None] = []
    for note, text in notes.select("note", "text").iter_rows():
        found = find_details(text or "", streets=streets, names=names)
        rows.extend((note, one.kind, one.start, one.end) for one in found)
        texts.append(None if text is None else hide_details(text, found))
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "note": notes.schema["note"],
        "kind": pl.String,
        "start": pl.Int64,
        "end": pl.Int64,
    }
    return Redacted(
        notes.with_columns(text=pl.Series(texts, dtype=pl.String)), pl.DataFrame(rows, schema=schema, orient="row")
    )


def find_details(text: str, *, streets: Sequence[str] = (), names: Sequence[str] = ()) -> tuple[Found, ...]:
    """Return the personal details in a text, in order, none inside another.

    Examples
    --------
    >>> [found.kind for found in find_details("Born 3 May 1961, NHS 943 476 5919, at SW1A 1AA")]
    ['birth', 'nhs_number', 'postcode']
    """
    order = list(KINDS)
    seen, starts, ends = _seen(text)
    spans = {*details_in(seen), *on_streets(seen, streets), *names_in(seen, [_seen(name)[0] for name in names])}
    every = sorted(
        (Found(kind, starts[start], ends[end - 1]) for kind, start, end in spans),
        key=lambda one: (order.index(one.kind), one.start, -one.end),
    )
    kinds = [""] * len(text)
    for one in every:
        kinds[one.start : one.end] = [taken or one.kind for taken in kinds[one.start : one.end]]
    return tuple(_stretches(text, kinds))


def hide_details(text: str, found: Iterable[Found]) -> str:
    """Return a text with what was found in it hidden; of `find_details` all, or those that somebody chose.

    Examples
    --------
    >>> text = "Ring 07700 900123."
    >>> hide_details(text, find_details(text))
    'Ring [phone number hidden].'
    """
    pieces, last = [], 0
    for one in found:
        pieces += [text[last : one.start], KINDS[one.kind]]
        last = one.end
    return "".join([*pieces, text[last:]])


def _stretches(text: str, kinds: list[str]) -> Iterator[Found]:
    """Join what lies side by side and is of one kind; blanks and commas at the ends stay."""
    place = 0
    for kind, run in groupby(kinds):
        start, place = place, place + len(list(run))
        words = text[start:place]
        if kind and any(sign.isalnum() for sign in words):
            begins = place - len(words.lstrip(" ,;\n\t"))
            yield Found(kind, begins, start + len(words.rstrip(" ,;\n\t")))


def _seen(text: str) -> tuple[str, list[int], list[int]]:
    """Return a text as it looks, and where each of its signs begins and ends in the text as given.

    Signs without width go, accents join their letters, and wide figures and odd blanks become plain ones: a telephone
    number with an unseen sign inside is still one.
    """
    if text.isascii():
        return text, list(range(len(text))), list(range(1, len(text) + 1))
    signs: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for place, sign in enumerate(text):
        if unicodedata.category(sign) == "Cf":
            continue
        if signs and unicodedata.combining(sign):
            joined = unicodedata.normalize("NFC", signs[-1] + sign)
            signs[-1] = joined if len(joined) == 1 else signs[-1]
            ends[-1] = place + 1
            continue
        plain = unicodedata.normalize("NFKC", sign)
        signs.append(_HYPHENS.get(sign) or (plain if len(plain) == 1 else sign))
        starts.append(place)
        ends.append(place + 1)
    return "".join(signs), starts, ends
