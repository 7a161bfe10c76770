"""Grants decoded from JSON into a batch: by typed structures where they fit, one by one where they do not."""

from __future__ import annotations

import functools
import gc
import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
import polars as pl

from homeground.errors import MissingExtra
from homeground.sources.giving_files.frame import COLUMNS, LOCATIONS, TEXT, Batch
from homeground.sources.giving_files.json_pieces import Piece
from homeground.sources.giving_files.standard import standard

__all__ = ["NotTyped", "batch_of", "grants_from", "loosely", "names_twice", "parsed"]

_SHOWN = (
    "id", "title", "description", "currency", "amountAwarded", "awardDate", "fundingOrganization",
    "recipientOrganization", "recipientIndividual", "beneficiaryLocation", "grantProgramme", "plannedDates", "url",
    "dateModified", "dataSource", "regrantType", "locationScope", "fromOpenCall",
)  # fmt: skip
_TOP = {
    "grant_id": "id", "title": "title", "description": "description", "currency": "currency", "award_date": "awardDate",
    "url": "url", "date_modified": "dateModified", "data_source": "dataSource", "regrant_type": "regrantType",
    "location_scope": "locationScope", "from_open_call": "fromOpenCall", "amount": "amountAwarded",
}  # fmt: skip
_SELDOM = ("url", "dataSource", "regrantType", "locationScope", "fromOpenCall")
_AT_ONCE = 512
_BLANKS = np.frombuffer(b" \t\n\r", dtype=np.uint8)
_HOLDERS = (
    "fundingOrganization", "recipientOrganization", "recipientIndividual", "beneficiaryLocation", "grantProgramme",
    "plannedDates",
)  # fmt: skip
_HIDDEN = {
    "Location": ("dateModified",), "Organization": ("dateModified",), "Person": (),
    "GrantProgramme": ("url", "dateModified"), "Event": ("dateModified",),
}  # fmt: skip
_HIDDEN_OF_FUNDERS = ("url", "dateModified", "location")


class NotTyped(ValueError):
    """A grant has a field of another type than the standard's, or is not JSON."""


@dataclass(frozen=True)
class _Kit:
    """Typed structures for the tables of the standard, and what decodes them."""

    one: Any
    many: Any
    plain: Any
    rare: Any
    nothing_rare: tuple[None, ...]
    errors: tuple[type[BaseException], ...]
    again: Any
    parts: Any
    nobody: Any
    nothing: Any
    never: Any
    loose: Any


@functools.cache
def _kit() -> _Kit:
    """Return the structures, made from the tables of the standard.

    A field that is absent is None in them. Where the standard does not allow null, the type does not either, so that
    null is refused in decoding, and the grant is looked at alone; so is one with a field that is not shown and whose
    form counts: it is held as it was written.
    """
    try:
        import msgspec
    except ImportError:
        raise MissingExtra.named("grants", for_what="read grants in the 360Giving standard") from None
    tables = standard().tables
    made: dict[str, Any] = {}

    def holds(kind: str) -> Any:
        plain = kind.removesuffix("?")
        if plain.startswith("["):
            inner = plain.strip("[]+")
            return list[made[inner]] if inner in made else msgspec.Raw  # type: ignore[valid-type]
        if plain in made:
            return made[plain]
        simple = float if plain.startswith("number") else None if "ate" in plain or plain == "uri" else str
        if simple is None:
            return msgspec.Raw
        return simple | None if kind.endswith("?") and plain != "country" else simple

    def struct(
        table: str,
        *,
        shown: dict[str, Any],
        needed: Collection[str] = (),
        plain: bool = False,
        but: Collection[str] = (),
    ) -> Any:
        fields: list[Any] = []
        for name, said in tables[table].items():
            if name in but:
                continue
            kind = shown.get(name) or holds(str(said["is"]))
            fields.append((name, kind) if name in needed else (name, kind, None))
        if table == "Grant" and not plain:
            fields.append(("status", msgspec.Raw, None))
        return msgspec.defstruct(table, fields, gc=False, kw_only=True, forbid_unknown_fields=plain, omit_defaults=True)

    made["Location"] = struct("Location", shown={})
    made["Organization"] = struct("Organization", shown={"url": str}, needed=("id", "name"))
    made["Person"] = struct("Person", shown={}, needed=("id", "name"))
    made["GrantProgramme"] = struct("GrantProgramme", shown={})
    made["Event"] = struct("Event", shown={"startDate": str, "endDate": str})
    dates: dict[str, Any] = {
        "awardDate": str,
        "url": str,
        "dateModified": str,
        "dataSource": str | None,
        "fromOpenCall": str,
    }
    rare = [name for name in tables["Grant"] if name not in _SHOWN]
    grant = struct("Grant", shown=dates | dict.fromkeys(rare, msgspec.Raw), needed=standard().needs)
    nobody, nothing, never = made["Organization"](id=None, name=None), made["GrantProgramme"](), made["Event"]()
    # Plain grants have no field but those that the table shows, so that nobody needs to look for others.
    for name, but in _HIDDEN.items():
        kept = {"url": str} if name == "Organization" else {"startDate": str, "endDate": str}
        needed = ("id", "name") if name in ("Organization", "Person") else ()
        made[name] = struct(name, shown=kept, needed=needed, plain=True, but=but)
    funder = struct("Organization", shown={}, needed=("id", "name"), plain=True, but=_HIDDEN_OF_FUNDERS)
    dates |= {"fundingOrganization": list[funder]}  # type: ignore[valid-type]
    plain = struct("Grant", shown=dates, needed=standard().needs, plain=True, but=rare)
    return _Kit(
        one=msgspec.json.Decoder(grant),
        many=msgspec.json.Decoder(list[grant]),  # type: ignore[valid-type]
        plain=msgspec.json.Decoder(list[plain]),  # type: ignore[valid-type]
        rare=attrgetter(*rare),
        nothing_rare=(None,) * len(rare),
        errors=(msgspec.DecodeError, UnicodeDecodeError),
        again=msgspec.json.encode,
        parts=msgspec.structs.astuple,
        nobody=nobody,
        nothing=nothing,
        never=never,
        loose=msgspec.json.Decoder(),
    )


def parsed(content: bytes) -> Any:
    """Return one grant as plain data, the last of repeated names kept.

    Raises
    ------
    ValueError
        If it is not JSON, or holds NaN or Infinity.
    """

    def refuse(word: str) -> Any:
        raise ValueError(f"{word} is no number in JSON")

    return json.loads(content.decode("utf-8"), parse_constant=refuse)


@contextmanager
def _no_sweeping() -> Iterator[None]:
    """Keep Python from looking for cycles among millions of plain values: there are none."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def batch_of(piece: Piece) -> tuple[Batch, list[int]]:
    """Return the grants of a piece that have the standard's types, and the places in it of those that have not."""
    with _no_sweeping():
        odd: list[int] = []
        rows = np.arange(piece.first + 1, piece.first + 1 + piece.many, dtype=np.int64)
        with suppress(*_kit().errors):
            plain: list[Any] = _kit().plain.decode(b"[" + piece.content + b"]")
            return _seen(*_batch(plain, rows, plain=True), plain, piece.content), odd
        try:
            grants: list[Any] = _kit().many.decode(b"[" + piece.content + b"]")
        except _kit().errors:
            grants, kept = [], []
            for at in range(piece.many):
                try:
                    grants.append(_kit().one.decode(piece.grant(at)))
                    kept.append(piece.first + at + 1)
                except _kit().errors:
                    odd.append(at)
            rows = np.array(kept, dtype=np.int64)
        return _seen(*_batch(grants, rows), grants, piece.content), odd


def _seen(batch: Batch, holders: int, grants: list[Any], content: bytes) -> Batch:
    """Return the batch, marked where a field may stand twice: fewer names were decoded than were written.

    `holders` is how many fields of the grants hold lists. Names with a null, and such that the standard does not know,
    are not decoded either: then it is not known.
    """
    written = _names_in(content)
    filled = batch.table.drop("look", "details"), batch.places.drop("at", "role")
    shown = holders
    shown += sum(table.height * table.width - sum(table.null_count().row(0)) for table in filled if table.height)
    return replace(batch, once=written == shown or written == _names_in(_kit().again(grants)))


def _names_in(content: bytes) -> int:
    """Return how many names of fields there are, -1 where bytes alone do not tell.

    Examples
    --------
    >>> _names_in(b'{"id": "a", "title": "x \\\\": y"}'), _names_in(b'{"id" : 1}'), _names_in(b'{"id": "a\\\\\\\\": 1}')
    (2, -1, -1)
    """
    marks = np.frombuffer(content, dtype=np.uint8)
    at = np.flatnonzero(marks[3:] == ord(":")) + 3  # no name ends earlier than in {"":
    before, second, third = (marks[at - back] for back in (1, 2, 3))
    quoted = before == ord('"')
    escaped = quoted & (second == ord("\\"))
    # A blank before the colon, or a backslash at the end of a text: then it is not known.
    if (np.isin(before, _BLANKS) & (second == ord('"'))).any() or (escaped & (third == ord("\\"))).any():
        return -1
    return int(quoted.sum() - escaped.sum())


def names_twice(content: bytes) -> list[str]:
    """Return the names that stand twice in one object of a grant.

    Examples
    --------
    >>> names_twice(b'{"id": "a", "title": "t", "id": "b"}')
    ['id']
    """
    found: dict[str, None] = {}

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            times = Counter(name for name, _ in pairs)
            found.update(dict.fromkeys(name for name in made if times[name] > 1))
        return made

    try:
        json.loads(content, object_pairs_hook=look)
    except (ValueError, RecursionError):
        return []  # what is no JSON is told elsewhere
    return list(found)


def grants_from(told: Sequence[tuple[int, Any]]) -> Batch:
    """Return a batch of grants that are given as ``(row, plain data)``.

    Raises
    ------
    NotTyped
        If a field has another type than the standard's.
    """
    with _no_sweeping():
        try:
            grants = _kit().many.decode(json.dumps([grant for _, grant in told]).encode())
        except _kit().errors as error:
            raise NotTyped(str(error)) from None
        return _batch(grants, np.array([row for row, _ in told], dtype=np.int64))[0]


def loosely(told: Sequence[tuple[int, Any]]) -> Batch:
    """Return a batch of grants that break the standard, with what can be read of them: only to tell what it holds."""
    rows: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    for at, (_, grant) in enumerate(told):
        row: dict[str, Any] = {
            name: value for name, field in _TOP.items() if isinstance(value := grant.get(field), str)
        }
        amount = grant.get("amountAwarded")
        row["amount"] = float(amount) if isinstance(amount, (int, float)) and not isinstance(amount, bool) else None
        for field, name in (("fundingOrganization", "funder"), ("recipientOrganization", "recipient_org")):
            items = grant.get(field)
            first = items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
            row |= {f"{name}_{part}": first[part] for part in ("id", "name") if isinstance(first.get(part), str)}
        rows.append(row)
        there = grant.get("beneficiaryLocation")
        for place in there if isinstance(there, list) else ():
            if isinstance(place, dict):
                said = {"geo_code": place.get("geoCode"), "geo_code_type": place.get("geoCodeType")}
                places.append({"at": at, **{name: value for name, value in said.items() if isinstance(value, str)}})
    table = pl.DataFrame(rows, schema=COLUMNS)
    return Batch(np.array([row for row, _ in told], dtype=np.int64), table, pl.DataFrame(places, schema=LOCATIONS))


def _batch(grants: list[Any], rows: np.ndarray[Any, np.dtype[np.int64]], *, plain: bool = False) -> tuple[Batch, int]:
    """Return grants as a batch, and how many of their fields hold lists; `plain` if they have only what is shown."""
    if not grants:
        return Batch(rows, pl.DataFrame(schema=COLUMNS), pl.DataFrame(schema=LOCATIONS)), 0
    kit, n = _kit(), len(grants)
    top = _fields(grants)
    columns: dict[str, Any] = {name: top[field] for name, field in _TOP.items()}
    columns |= {name: None for name, field in _TOP.items() if field in _SELDOM and top[field].count(None) == n}
    look = np.zeros(n, dtype=bool)
    details = None

    def look_for(items: list[Any], *fields: str) -> None:
        if not plain:
            _look_for(items, look, *fields)

    if not plain:
        look |= np.fromiter((told != kit.nothing_rare for told in map(kit.rare, grants)), dtype=bool, count=n)
        details = [detail is not None for detail in top["toIndividualsDetails"]]
        columns["status"] = [None if told is None else _word(told) for told in top["status"]]
        columns["funding_type"] = [None if told is None else _titles(told) for told in top["fundingType"]]
    first = _firsts(top["fundingOrganization"], kit.nobody, look, needed=True)
    told = _fields(first, "id", "name")
    columns["funder_id"], columns["funder_name"] = told["id"], told["name"]
    look_for(first, "url", "dateModified", "location")
    recipients = top["recipientOrganization"]
    first = _firsts(recipients, kit.nobody, look)
    told = _fields(first, "id", "name", "postalCode", "organisationType", "url", "location")
    columns["recipient_org_id"], columns["recipient_org_name"] = told["id"], told["name"]
    for name, field in (("postcode", "postalCode"), ("type", "organisationType"), ("url", "url")):
        columns[f"recipient_{name}"] = told[field]
    there = told["location"]
    look_for(first, "dateModified")
    people = top["recipientIndividual"]
    if people.count(None) < n:
        some = _fields([one or kit.nobody for one in people], "id", "name")
        columns["recipient_ind_id"], columns["recipient_ind_name"] = some["id"], some["name"]
    first = _firsts(top["grantProgramme"], kit.nothing, look)
    told = _fields(first, "title", "code")
    columns["programme"], columns["programme_code"] = told["title"], told["code"]
    look_for(first, "url", "dateModified")
    first = _firsts(top["plannedDates"], kit.never, look)
    told = _fields(first, "startDate", "endDate", "duration")
    for name, field in (("start_date", "startDate"), ("end_date", "endDate"), ("duration", "duration")):
        columns[name] = told[field]
    look_for(first, "dateModified")
    table = pl.DataFrame([_column(name, columns.get(name), COLUMNS[name], n) for name in (*TEXT, "amount", "duration")])
    found = [
        _places(top["beneficiaryLocation"], "beneficiary", look, plain=plain),
        _places(_of_recipients(recipients, there, look), "recipient", look, plain=plain),
    ]
    places = pl.concat(found).sort("at", maintain_order=True) if found[1].height else found[0]
    detailed = _column("details", details or [False], pl.Boolean, n)
    batch = Batch(rows, table.with_columns(pl.Series("look", look), detailed), places)
    return batch, sum(n - top[name].count(None) for name in _HOLDERS)


def _fields(items: Sequence[Any], *names: str) -> dict[str, Sequence[Any]]:
    """Return fields of typed structures as columns; all of them where none is named.

    All fields of some hundred structures are taken at once: while they are near at hand, that costs a quarter of going
    through all structures for one field after another.
    """
    kinds: set[Any] = set(map(type, items))
    if len(kinds) > 1:
        return {name: list(map(attrgetter(name), items)) for name in names}
    held, parts = kinds.pop().__struct_fields__, _kit().parts
    columns: list[list[Any]] = [[] for _ in held]
    for start in range(0, len(items), _AT_ONCE):
        for column, some in zip(columns, zip(*map(parts, items[start : start + _AT_ONCE]), strict=True), strict=True):
            column.extend(some)
    return dict(zip(held, columns, strict=True))


def _column(name: str, values: Sequence[Any] | None, dtype: Any, n: int) -> pl.Series:
    """Return the values as a column of `n` rows; one value or none stands for all of them."""
    if values is None or (len(values) == 1 and n > 1):
        return pl.Series(name, values or [None], dtype=dtype).new_from_index(0, n)
    return pl.Series(name, values, dtype=dtype)


def _firsts(lists: Sequence[Any], nothing: Any, look: Any, *, needed: bool = False) -> list[Any]:
    """Return the first item of each list; where there are several, or none where one is needed, the grant is marked."""
    # The usual cases, one item or no list in any grant, must cost next to nothing: there are millions.
    absent = lists.count(None)
    if not absent and list(map(len, lists)).count(1) == len(lists):
        return list(map(itemgetter(0), lists))
    if absent == len(lists):
        look |= needed
        return [nothing] * len(lists)
    several = (needed if items is None else len(items) != 1 for items in lists)
    look |= np.fromiter(several, dtype=bool, count=len(lists))
    return [items[0] if items else nothing for items in lists]


def _look_for(items: list[Any], look: Any, *fields: str) -> None:
    nothing: Any = (None,) * len(fields) if len(fields) > 1 else None
    found = list(map(attrgetter(*fields), items))
    if found.count(nothing) < len(found):
        look |= np.fromiter((told != nothing for told in found), dtype=bool, count=len(found))


def _of_recipients(lists: Sequence[Any], told: Sequence[Any], look: Any) -> Sequence[list[Any] | None]:
    """Return where recipients are, where they say so; `told` is where the first of each is."""
    if told.count(None) == len(told) and not look.any():
        return told
    return [
        [place for one in items for place in one.location or ()]
        if items and any(one.location for one in items)
        else None
        for items in lists
    ]


def _places(given: Sequence[Any], role: str, look: Any, *, plain: bool = False) -> pl.DataFrame:
    if given.count(None) == len(given):
        return pl.DataFrame(schema=LOCATIONS)
    lengths = np.fromiter((len(items) if items else 0 for items in given), dtype=np.int64, count=len(given))
    if not lengths.any():
        return pl.DataFrame(schema=LOCATIONS)
    flat = list(chain.from_iterable(items for items in given if items))
    at = np.repeat(np.arange(len(given), dtype=np.uint32), lengths)
    held = _fields(flat)
    dated: Sequence[Any] = () if plain else held["dateModified"]
    if dated.count(None) < len(dated):
        look[at[np.fromiter((told is not None for told in dated), dtype=bool, count=len(dated))]] = True
    fields = {
        "geo_code": "geoCode", "geo_code_type": "geoCodeType", "name": "name", "country_code": "countryCode",
        "latitude": "latitude", "longitude": "longitude",
    }  # fmt: skip
    columns = {name: pl.Series(name, held[f], dtype=LOCATIONS[name]) for name, f in fields.items()}
    roles = pl.Series("role", [role], dtype=pl.String).new_from_index(0, len(flat))
    return pl.DataFrame({"at": at, "role": roles, **columns}, schema=LOCATIONS)


def _word(raw: Any) -> str | None:
    text = bytes(raw).decode("utf-8", errors="replace").strip().strip('"')
    return None if text in ("null", "") else text


def _titles(raw: Any) -> str | None:
    told = _kit().loose.decode(raw)
    items = told if isinstance(told, list) else []
    titles = [item.get("title") or item.get("code") for item in items if isinstance(item, dict)]
    return "; ".join(str(title) for title in titles if title) or None
