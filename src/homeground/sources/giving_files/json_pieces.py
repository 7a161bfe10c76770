"""The grants of a JSON file, piece by piece: a file of any size is never held in memory as a whole.

The marks that give JSON its structure are looked at, with NumPy, to find where the list of grants begins. From there on
it is guessed where some thousands of grants end, by what stood between two grants before. The guess counts only when
all bytes up to there decode as a list of objects: read from the start of a grant, JSON leaves no doubt where an object
ends. Where no guess holds, the marks are looked at again. The grants themselves are decoded by a library.
"""

from __future__ import annotations

import functools
import json
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeground.errors import BadTable, MissingExtra

__all__ = ["Piece", "Shell", "pieces", "where_not_json"]

_CHUNK = 12 << 20
_MOST_OBJECT = 16 << 20  # a grant larger than this is none
_DEEPEST = 64
_GUESSES = 4
_LONGEST_KEY = 200  # bytes from the beginning of a grant to its first colon
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"{}[]")
_MARKS = np.zeros(256, dtype=bool)
_MARKS[[ord(mark) for mark in '"{}[]']] = True


@dataclass
class Piece:
    """Some grants in a row: their bytes, with the commas between.

    Attributes
    ----------
    first : int
        How many grants stand before in the file.
    content : bytes
    starts, ends : ndarray of int
        Where each grant begins and ends in `content`; found when they are asked for, unless given.
    many : int
        How many grants there are.
    at : int
        Where `content` begins in the file; below nought when the bounds were given.
    length : int
        How many bytes `content` has, where it is to be read from the file by somebody else.
    """

    first: int
    content: bytes
    bounds: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None
    many: int = -1
    at: int = -1
    length: int = 0

    def __post_init__(self) -> None:
        if self.many < 0:
            self.many = len(self.starts)

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each grant begins."""
        return self._bounds()[0]

    @property
    def ends(self) -> NDArray[np.int64]:
        """Where each grant ends."""
        return self._bounds()[1]

    def grant(self, place: int) -> bytes:
        """Return the bytes of one grant."""
        return self.content[int(self.starts[place]) : int(self.ends[place])]

    def _bounds(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if self.bounds is None:
            lengths = [memoryview(raw).nbytes for raw in _decoders().bytes_of.decode(b"[" + self.content + b"]")]
            starts, end = [], 0
            for length in lengths:
                starts.append(start := self.content.index(b"{", end))
                end = start + length
            found = np.array(starts, dtype=np.int64)
            self.bounds = (found, found + np.array(lengths, dtype=np.int64))
        return self.bounds


@dataclass(frozen=True)
class _Decoders:
    """What tells where the objects of a list end: how many there are, and the bytes of each."""

    number_of: Any
    bytes_of: Any
    errors: tuple[type[BaseException], ...]


@functools.cache
def _decoders() -> _Decoders:
    try:
        import msgspec
    except ImportError:
        raise MissingExtra.named("grants", for_what="read grants in the 360Giving standard") from None
    any_object = msgspec.defstruct("AnyObject", [], gc=False)
    return _Decoders(
        msgspec.json.Decoder(list[any_object]),  # type: ignore[valid-type]
        msgspec.json.Decoder(list[msgspec.Raw]),
        (msgspec.DecodeError, UnicodeDecodeError, RecursionError),
    )


@dataclass
class Shell:
    """What stands around the grants: publisher, licence and the like."""

    around: dict[str, Any]
    grants: int = 0


def pieces(path: Path, shell: Shell, *, size: int = _CHUNK) -> Iterator[Piece]:
    """Yield the grants of a JSON file in their order; `shell` is filled when the last one was yielded.

    Raises
    ------
    BadTable
        If the file is not JSON (naming line and column), is cut short, has no list called "grants", is nested too
        deeply, or holds something larger than a grant can be.
    """
    if path.stat().st_size == 0:
        raise BadTable("the file is empty", remedy="Download it again.", file=path)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        scanner = _Scanner(path, whole, shell)
        yield from scanner.run(size)


class _Scanner:
    """Where in the structure of the file the scan has come to."""

    def __init__(self, path: Path, whole: mmap.mmap, shell: Shell) -> None:
        self.path, self.whole, self.shell = path, whole, shell
        self.depth = 0
        self.in_text = False
        self.level: int | None = None  # depth inside the list of grants
        self.done = False
        self.opened = -1  # where the grant begins that is not at its end yet
        self.last_end = -1  # where the grant before ends, or the list begins
        self.head = b""
        self.tail_from = 0

    def run(self, size: int) -> Iterator[Piece]:
        """Go through the file once."""
        end = len(self.whole)
        start = 3 if self.whole[:3] == b"\xef\xbb\xbf" else 0
        place = start
        while place < end and not self.done:
            guessed = self._guessed(size)
            if guessed is not None:
                yield guessed
                place = self.last_end
                self._let_go(place)
                continue
            if self.opened >= place:
                self.opened = -1  # the marks from here on show it again
            stop = min(place + size, end)
            # A chunk must not end inside an escape: step back over backslashes.
            while stop < end and stop > place + 1 and self.whole[stop - 1 : stop] == b"\\":
                stop -= 1
            chunk = self.whole[place:stop]
            begins, ends = self._look(np.frombuffer(chunk, dtype=np.uint8), place, start)
            yield from self._cut(begins, ends)
            place = stop
            self._let_go(self.opened if self.opened >= 0 else place)
            waiting = self.opened if self.opened >= 0 else place
            if place - waiting > _MOST_OBJECT:
                raise BadTable(
                    f"grant {self.shell.grants + 1:,} is larger than {_MOST_OBJECT >> 20} MB",
                    remedy="No grant is: check the file.",
                    file=self.path,
                    row=self.shell.grants + 1,
                )
        if self.level is None and not self.done:
            self._no_list(start)
        if not self.done:
            raise BadTable(
                f"the file ends in the middle, after {self.shell.grants:,} whole grants",
                remedy="It was cut short: download it again.",
                file=self.path,
            )
        self._check_between(self.last_end, self.tail_from, b"")
        self._around()

    def _guessed(self, size: int) -> Piece | None:
        """Return the next grants, up to where one ends for certain; None when that cannot be guessed.

        The scan then stands behind them, between two grants.
        """
        if self.level is None or self.opened < 0 or self.opened + size >= len(self.whole):
            return None
        begin = self.opened
        key = self.whole.find(b":", begin, begin + _LONGEST_KEY)
        if key < 0:
            return None
        between = self.whole[self.last_end - 1 : key + 1]
        there = self.whole[begin : begin + size]
        cut = len(there)
        for _ in range(_GUESSES):
            cut = there.rfind(between, 0, cut)
            if cut < 0:
                return None
            content = there[: cut + 1]
            many = _number_of(content)
            if many:
                break
        else:
            return None
        if _may_be_deep(content, _DEEPEST - self.level):
            return None
        self._check_between(self.last_end, begin, b",")
        first = self.shell.grants
        self.shell.grants += many
        self.last_end = begin + cut + 1
        self.opened = self.last_end + len(between) - 1 - (key + 1 - begin)
        self.depth, self.in_text = self.level, False
        return Piece(first, content, many=many, at=begin)

    def _let_go(self, before: int) -> None:
        """Give back the memory of what was read: a mapped file would count as long as it is looked at."""
        page = before - before % mmap.ALLOCATIONGRANULARITY
        if page and hasattr(mmap, "MADV_DONTNEED"):
            self.whole.madvise(mmap.MADV_DONTNEED, 0, page)

    def _look(self, chunk: NDArray[np.uint8], offset: int, start: int) -> tuple[list[int], list[int]]:
        """Return where grants begin and end in a chunk, as places in the file."""
        at = np.flatnonzero(_MARKS[chunk])
        if not len(at):
            return [], []
        marks = chunk[at]
        quotes = marks == ord('"')
        escaped = np.flatnonzero(chunk == ord("\\"))
        if len(escaped):
            quotes &= ~_after_odd(escaped, len(chunk))[at]
        inside = (np.cumsum(quotes, dtype=np.int32) + int(self.in_text)) & 1
        outside = (inside == 0) & (marks != ord('"'))
        self.in_text = bool(inside[-1])
        at, marks = at[outside], marks[outside]
        opens = (marks == ord("{")) | (marks == ord("["))
        depth = self.depth + np.cumsum(np.where(opens, np.int32(1), np.int32(-1)), dtype=np.int32)
        self.depth = int(depth[-1]) if len(depth) else self.depth
        if len(depth) and int(depth.max()) > _DEEPEST:
            raise BadTable(
                f"the file is nested more than {_DEEPEST} deep", remedy="No grant is: check the file.", file=self.path
            )
        if self.level is None:
            self._find_list(at, marks, depth, offset, start)
            if self.level is None:
                return [], []
        here = at + offset
        within = here >= self.tail_from
        at, marks, depth, opens, here = at[within], marks[within], depth[within], opens[within], here[within]
        closed = np.flatnonzero((marks == ord("]")) & (depth == self.level - 1))
        if len(closed):
            first = int(closed[0])
            self.done, self.tail_from = True, int(here[first])
            at, marks, depth, opens, here = (part[:first] for part in (at, marks, depth, opens, here))
        begins = here[(marks == ord("{")) & (depth == self.level + 1)]
        ends = here[(marks == ord("}")) & (depth == self.level)] + 1
        return begins.tolist(), ends.tolist()

    def _find_list(
        self, at: NDArray[np.intp], marks: NDArray[np.uint8], depth: NDArray[np.int32], offset: int, start: int
    ) -> None:
        """Find the list of grants: the one called "grants", or the file itself when it is a list."""
        for place in np.flatnonzero((marks == ord("[")) & (depth <= 2)).tolist():
            where = int(at[place]) + offset
            alone = depth[place] == 1 and not self.whole[start:where].strip()
            before = self.whole[max(start, where - 200) : where].rstrip()
            named = depth[place] == 2 and before.endswith(b":") and before[:-1].rstrip().endswith(b'"grants"')
            if alone or named:
                self.level = int(depth[place])
                self.head = self.whole[start:where]
                self.tail_from = self.last_end = where + 1
                return

    def _cut(self, begins: list[int], ends: list[int]) -> Iterator[Piece]:
        if self.opened >= 0:
            begins = [self.opened, *begins]
        self.opened = begins[len(ends)] if len(begins) > len(ends) else -1
        begins = begins[: len(ends)]
        if not begins:
            return
        for begin, end in zip(begins, ends, strict=True):
            self._check_between(self.last_end, begin, b"," if self.shell.grants or begin != begins[0] else b"")
            self.last_end = end
        base = begins[0]
        first = self.shell.grants
        self.shell.grants += len(begins)
        bounds = (np.array(begins, dtype=np.int64) - base, np.array(ends, dtype=np.int64) - base)
        yield Piece(first, self.whole[base : ends[-1]], bounds)

    def _check_between(self, start: int, end: int, allowed: bytes) -> None:
        """Refuse what stands between two grants unless it is one comma; at either end nothing may stand.

        Each grant is decoded by itself, so nobody else looks here.
        """
        found = self.whole[start:end].strip(b" \t\r\n")
        if found == allowed:
            return
        there = start + len(self.whole[start:end]) - len(self.whole[start:end].lstrip(b" \t\r\n"))
        line, column = self._position(there)
        shown = found[:40].decode("utf-8", errors="replace")
        what = "a comma is missing between two grants"
        if found.strip(b", \t\r\n"):
            what = f"'{shown}' stands in the list of grants and is no grant"
        elif found:
            what = "there is a comma too many in the list of grants"
        raise BadTable(
            f"the file is not a list of grants: {what}: line {line} column {column}", remedy=_MEND, file=self.path
        )

    def _position(self, place: int) -> tuple[int, int]:
        """Return line and column of a place in the file, counted from 1."""
        lines, begins = 1, 0
        for at in range(0, place, _CHUNK):
            part = self.whole[at : min(at + _CHUNK, place)]
            lines += part.count(b"\n")
            last = part.rfind(b"\n")
            begins = at + last + 1 if last >= 0 else begins
        return lines, place - begins + 1

    def _around(self) -> None:
        """Parse what stands around the grants, so that it is known to be JSON too."""
        tail = self.whole[self.tail_from :]
        text = self.head + b"[" + tail
        if len(text) > _MOST_OBJECT:
            raise BadTable("what stands around the grants is too large", remedy="Check the file.", file=self.path)
        try:
            found = json.loads(text.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise BadTable(f"the file is not JSON around the grants ({error})", remedy=_MEND, file=self.path) from None
        self.shell.around = {k: v for k, v in found.items() if k != "grants"} if isinstance(found, dict) else {}

    def _no_list(self, start: int) -> None:
        problem = where_not_json(self.whole[start : start + _MOST_OBJECT])
        if problem:
            raise BadTable(f"the file is not JSON: {problem}", remedy=_MEND, file=self.path)
        raise BadTable(
            "the file has no list called 'grants', so it is no file in the 360Giving standard",
            remedy='A file of grants reads {"grants": [ … ]}.',
            file=self.path,
        )


def _number_of(content: bytes) -> int:
    """Return how many objects these bytes are, with commas between; 0 when they are anything else."""
    try:
        return len(_decoders().number_of.decode(b"[" + content + b"]"))
    except _decoders().errors:
        return 0


def _may_be_deep(content: bytes, most: int) -> bool:
    """Return whether anything may be nested deeper than `most`: brackets in texts are counted too."""
    brackets = np.frombuffer(content.translate(None, _NO_BRACKETS), dtype=np.uint8)
    # In ASCII an opening bracket is two below its closing one, and only one of the two has this bit.
    depth = np.cumsum(np.where(brackets & 4, np.int8(-1), np.int8(1)), dtype=np.int32)
    return bool(len(depth)) and int((depth - np.minimum.accumulate(depth)).max()) >= most


_MEND = "Mend it there, or download the file again."


def _after_odd(escaped: NDArray[np.intp], size: int) -> NDArray[np.bool_]:
    """Return which of `size` places stand behind an odd number of backslashes."""
    breaks = np.flatnonzero(np.diff(escaped) != 1)
    first = escaped[np.concatenate(([0], breaks + 1))]
    last = escaped[np.concatenate((breaks, [len(escaped) - 1]))]
    found = np.zeros(size + 1, dtype=bool)
    found[last[(last - first) % 2 == 0] + 1] = True
    return found


def where_not_json(content: bytes) -> str:
    """Return what is wrong with JSON and where, '' when nothing is.

    Examples
    --------
    >>> where_not_json(b'{"a": 1,}')
    'Expecting property name enclosed in double quotes: line 1 column 9'
    """
    try:
        json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return f"byte {error.start + 1:,} is not UTF-8"
    except json.JSONDecodeError as error:
        return f"{error.msg}: line {error.lineno} column {error.colno}"
    except RecursionError:
        return "it is nested too deeply"
    return ""
