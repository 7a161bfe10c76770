"""A JSON file of grants, piece by piece."""

from __future__ import annotations

import datetime as dt
import gc
import json
import multiprocessing
import os
import re
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from homeground.errors import BadTable
from homeground.provenance import Note
from homeground.sources.giving_files import from_json
from homeground.sources.giving_files.checking import EMAIL, doubtful
from homeground.sources.giving_files.json_pieces import Piece, Shell, pieces, where_not_json
from homeground.sources.giving_files.mending import fitting
from homeground.sources.giving_files.pile import Pile
from homeground.sources.giving_files.standard import Rule, broken_rules, standard
from homeground.sources.giving_files.wording import field_of, title_of
from homeground.tables import listed
from homeground.words import count

__all__ = ["read_json"]

_LARGE = 64 << 20  # bytes: above this a second process is worth its start
_PROCESSES = 2
_LOOKED_AT = 1_000


def read_json(pile: Pile) -> None:
    """Read a JSON file: a large one in two processes."""
    shell = Shell({})
    extra: Counter[str] = Counter()

    # The grants of the first pieces are looked at for fields beyond the standard, all others are only read.
    def looked_at() -> Iterator[Piece]:
        for piece in pieces(pile.path, shell):
            if piece.first < _LOOKED_AT:
                _unknown_fields(piece, extra)
            pile.rows += piece.many
            yield piece

    if pile.path.stat().st_size < _LARGE:
        for piece in looked_at():
            _take_piece(pile, piece)
    else:
        _side_by_side(pile, looked_at())
    around = shell.around
    pile.licence = _text(around.get("license"))
    publisher = around.get("publisher")
    pile.publisher = _text(publisher.get("name") if isinstance(publisher, dict) else publisher)
    if not pile.rows:
        raise BadTable("the list of grants is empty", remedy="Check that the download is complete.")
    _tell_unknown(pile, extra)


def _side_by_side(pile: Pile, there: Iterator[Piece]) -> None:
    """Read the pieces of a large file in two processes; the order is that of the file."""
    pl.thread_pool_size()  # polars settles here how many threads this process has: not one, as the helpers
    context = multiprocessing.get_context("spawn")
    with _one_thread_each(), ProcessPoolExecutor(_PROCESSES, mp_context=context) as pool:
        waiting: deque[Future[Pile]] = deque()
        for piece in there:
            waiting.append(pool.submit(_piled, pile.path, pile.mend, pile.today, _sent(piece)))
            if len(waiting) > _PROCESSES:
                pile.take(waiting.popleft().result())
        while waiting:
            pile.take(waiting.popleft().result())


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes that start here use one thread each: together they use the machine."""
    had = os.environ.get("POLARS_MAX_THREADS")
    os.environ["POLARS_MAX_THREADS"] = "1"
    try:
        yield
    finally:
        if had is None:
            del os.environ["POLARS_MAX_THREADS"]
        else:
            os.environ["POLARS_MAX_THREADS"] = had


def _sent(piece: Piece) -> Piece:
    """Return a piece as it is sent to a helper: without its bytes where the helper can read them itself."""
    return piece if piece.at < 0 else replace(piece, content=b"", length=len(piece.content))


def _piled(path: Path, mend: bool, today: dt.date, piece: Piece) -> Pile:  # noqa: FBT001  crosses to another process
    """Return a pile with the grants of one piece."""
    gc.disable()  # a helper makes millions of plain values and no cycles
    if piece.at >= 0:
        with path.open("rb") as file:
            file.seek(piece.at)
            piece.content = file.read(piece.length)
    pile = Pile(path, mend=mend, today=today)
    _take_piece(pile, piece)
    return pile


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _take_piece(pile: Pile, piece: Piece) -> None:
    batch, odd = from_json.batch_of(piece)
    doubt = doubtful(batch)
    failed: list[tuple[int, Any, list[Rule]]] = []
    kept: list[tuple[int, dict[str, Any]]] = []
    keep = np.ones(batch.table.height, dtype=bool)
    for at in np.flatnonzero(doubt.to_numpy()).tolist():
        row = int(batch.rows[at])
        grant = _parsed(pile, piece, row)
        rules = broken_rules(grant) if grant is not None else []
        if grant is None or rules:
            keep[at] = False
            failed.append((row, grant, rules))
    for place in odd:
        row = piece.first + place + 1
        grant = _parsed(pile, piece, row)
        rules = broken_rules(grant) if grant is not None else []
        if grant is not None and not rules:
            # The standard allows what our own types do not: the grant is good, and read by its plain data.
            kept.append((row, fitting(grant)))
            continue
        failed.append((row, grant, rules))
    pile.know(batch)
    pile.add(batch, pl.Series(keep, dtype=pl.Boolean))
    if kept:
        more = from_json.grants_from(kept)
        pile.know(more)
        pile.add(more, pl.Series([True] * more.table.height))
    if not batch.once:
        _tell_twice(pile, piece)
    _find_addresses(pile, piece)
    seen = set(batch.rows.tolist()) if failed else set()
    strange = [(row, grant) for row, grant, _ in failed if isinstance(grant, dict) and row not in seen]
    pile.know(from_json.loosely(strange))
    pile.set_aside(failed)
    pile.tell_rules(failed)


def _tell_twice(pile: Pile, piece: Piece) -> None:
    """Tell fields that stand twice in one object: the last is read, whatever the first says."""
    if not from_json.names_twice(b"[" + piece.content + b"]"):
        return
    for place in range(piece.many):
        for name in from_json.names_twice(piece.grant(place)):
            problem = f"'{name}' stands twice in one object; the last of the two is read"
            pile.tell(piece.first + place + 1, name, problem, "Keep the one that is right.", "name-twice", kind="told")


def _find_addresses(pile: Pile, piece: Piece) -> None:
    """Tell e-mail addresses in fields that are no field for one, whatever they are called."""
    signs = np.flatnonzero(np.frombuffer(piece.content, dtype=np.uint8) == ord("@"))
    there = np.unique(np.searchsorted(piece.starts, signs, side="right") - 1) if len(signs) else signs
    if len(there) > _LOOKED_AT:
        text = (
            f"{pile.path.name}: e-mail addresses were looked for in {_LOOKED_AT:,} of {len(there):,} grants with an @"
        )
        pile.notes.append(Note(f"{text} (from grant {piece.first + 1:,}).", kind="info"))
    for place in there[:_LOOKED_AT].tolist():
        try:
            grant = from_json.parsed(piece.grant(place))
        except (ValueError, RecursionError):
            continue
        for path in _addresses(grant, ()):
            if path not in (("title",), ("description",)) and "email" not in str(path[-1]).lower():
                field_ = field_of(path)
                problem = f"'{title_of(path)}' holds an e-mail address"
                remedy = "Take it out before you publish: it may be somebody's own."
                pile.tell(piece.first + place + 1, field_, problem, remedy, "email", kind="told")


def _addresses(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yield the paths of texts that hold an e-mail address."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _addresses(item, (*path, name))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _addresses(item, (*path, at))
    elif isinstance(value, str) and "@" in value and re.search(EMAIL, value):
        yield path


def _parsed(pile: Pile, piece: Piece, row: int) -> Any:
    place = row - piece.first - 1
    content = piece.grant(place)
    try:
        return from_json.parsed(content)
    except (ValueError, RecursionError) as error:
        problem = where_not_json(content)
        line, column = _where(pile.path, piece, place, error)
        raise BadTable(
            f"the file is not JSON: {problem.split(': line')[0] or error}: line {line} column {column}",
            remedy="Mend it there, or download the file again.",
            row=row,
        ) from None


def _where(path: Path, piece: Piece, place: int, error: BaseException) -> tuple[int, int]:
    """Return line and column of a fault in the whole file."""
    with path.open("rb") as file:
        whole = file.read() if path.stat().st_size < 1 << 28 else b""
    start = whole.find(piece.grant(place))
    inside = error.pos if isinstance(error, json.JSONDecodeError) else 0
    before = whole[:start] + piece.content[int(piece.starts[place]) :][:inside]
    line = before.count(b"\n") + 1
    return line, len(before) - (before.rfind(b"\n") + 1) + 1


def _unknown_fields(piece: Piece, extra: Counter[str]) -> None:
    known = standard().tables["Grant"]
    for start, end in list(zip(piece.starts.tolist(), piece.ends.tolist(), strict=True))[:_LOOKED_AT]:
        try:
            grant = from_json.parsed(piece.content[start:end])
        except (ValueError, RecursionError):
            continue
        extra.update(name for name in grant if name not in known)


def _tell_unknown(pile: Pile, extra: Counter[str]) -> None:
    if extra:
        names = listed([f"'{name}'" for name in sorted(extra)], most=8)
        text = f"{pile.path.name} has {count(len(extra), 'field')} beyond the standard, which are not read: {names}."
        pile.notes.append(Note(text))
