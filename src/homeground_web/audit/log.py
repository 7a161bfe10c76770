"""Writing a line of the log, and finding out whether somebody changed one behind the program's back."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from homeground_web.audit.models import Entry

__all__ = ["broken_seals", "write"]

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_LOCK = 4_213_007  # one number for all writers of the log, on PostgreSQL
_CHUNK = 2000


def write(
    verb: str,
    thing: Any,
    *,
    user: Any = None,
    place_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Entry:
    """Write one line: every action calls this once, in its own transaction.

    Parameters
    ----------
    verb : str
        What was done, in the past tense: ``swapped``, ``invited``.
    thing : model
        What it was done to; only its kind and number are kept.
    user : User, optional
        Who did it; only the number is kept. None for the system itself.
    before, after : mapping, optional
        What changed. No names, addresses or free text of people.

    Raises
    ------
    ValueError
        If something in it looks like an e-mail address.
    """
    kept = {"before": dict(before or {}), "after": dict(after or {})}
    if _ADDRESS.search(json.dumps(kept, ensure_ascii=False, default=str)):
        raise ValueError("a line of the log must hold no e-mail address; name people by their number")
    kept = json.loads(json.dumps(kept, default=str))
    with transaction.atomic():
        if connection.vendor == "postgresql":  # SQLite has one writer at a time by itself
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = Entry.objects.order_by("-id").values_list("seal", flat=True).first() or ""
        line = Entry(
            when=timezone.now(),
            user_id=getattr(user, "pk", None),
            place_id=place_id,
            verb=verb,
            object_kind=thing._meta.label_lower,
            object_id=str(thing.pk),
            **kept,
        )
        line.seal = _seal(line, last)
        line.save()
    return line


def _seal(line: Entry, last: str) -> str:
    told = [
        last, line.when.isoformat(), line.user_id, line.place_id, line.verb, line.object_kind, line.object_id,
        line.before, line.after,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def broken_seals() -> list[int]:
    """Return the numbers of lines whose seal does not fit: they, or the line before, were changed or taken out."""
    broken, last = [], ""
    for line in Entry.objects.order_by("id").iterator(chunk_size=_CHUNK):
        if line.seal != _seal(line, last):
            broken.append(line.pk)
        last = line.seal
    return broken
