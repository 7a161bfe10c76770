"""One file of grants: what kind it is, and what can be mended in it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import polars as pl

from homeground.errors import BadTable
from homeground.provenance import Note
from homeground.sources import readers
from homeground.sources.giving_files import from_json
from homeground.sources.giving_files.checking import PROBLEMS
from homeground.sources.giving_files.json_file import read_json
from homeground.sources.giving_files.mending import day_first, fitting, mended
from homeground.sources.giving_files.pile import Pile
from homeground.sources.giving_files.sheet_file import read_sheet, read_workbook
from homeground.sources.giving_files.standard import Rule, broken_rules
from homeground.words import count

__all__ = ["read_file"]


def read_file(pile: Pile) -> None:
    """Read the file of a pile.

    Raises
    ------
    BadTable
        If it cannot be read at all.
    """
    with pile.path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise BadTable("the file is empty (0 bytes)", remedy="Download or export it again.")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") and head[2:200].replace(b"\0", b"").lstrip()[:1] in (b"{", b"["):
        raise BadTable("the JSON is written in UTF-16", remedy="JSON is UTF-8: save it again as that.")
    if head[:2] == b"\x1f\x8b" and ".json" in pile.path.name.lower():
        raise BadTable("the JSON is packed (gzip)", remedy="Unpack it first.")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text[:1] in (b"{", b"["):
        pile.format = "json"
        read_json(pile)
    elif head[:2] == b"PK" or pile.path.suffix.lower() in (".xlsx", ".xlsm"):
        pile.format = "xlsx"
        read_workbook(pile)
    else:
        pile.format = "csv"
        read_sheet(pile, readers.read(pile.path, infer=False))
    _mend(pile)


def _mend(pile: Pile) -> None:
    """Mend what can be mended without guessing, and keep grants that lack only what no figure needs."""
    if not pile.failed:
        return
    reading = day_first(_dates_of(pile.failed))
    done: Counter[str] = Counter()
    kept: list[tuple[int, dict[str, Any]]] = []
    told: list[tuple[Any, ...]] = []
    for row, grant, rules in pile.failed:
        if not isinstance(grant, dict):
            continue
        words = mended(grant, rules, reading)
        lacking = _unneeded(grant) if broken_rules(grant) else []
        if lacking is None or not isinstance(grant.get("amountAwarded"), (int, float)):
            continue
        kept.append((row, fitting(grant)))
        pile.lost[str(grant.get("currency")), round(float(grant["amountAwarded"]) * 100)] -= 1
        done.update([word.split(":")[0] for word in words] + [f"{name} is missing" for name in lacking])
        for word in (*words, *(f"{name}: it is missing, and no figure needs it" for name in lacking)):
            name, _, what = word.partition(": ")
            told.append((pile.path.name, row, name, f"mended: {what}", _TOO, "told", "mended"))
    pile.failed = []
    if not kept:
        return
    batch = from_json.grants_from(kept)
    pile.add(batch, pl.Series([True] * batch.table.height), mended_=True)
    pile.problems.append(pl.DataFrame(told, schema=PROBLEMS, orient="row"))
    what = ", ".join(f"{name} ({times:,})" for name, times in sorted(done.items()))
    pile.notes.append(Note(f"{pile.path.name}: {count(len(kept), 'grant')} were mended: {what}.", kind="assumed"))


_TOO = "Mend it in the file itself too."


def _unneeded(grant: dict[str, Any]) -> list[str] | None:
    """Fill what a grant lacks and no figure needs; return the names of it, None when it lacks more than that."""
    lacking = []
    trial = json.loads(json.dumps(grant))
    for name in ("title", "description"):
        if name not in trial:
            trial[name] = ""
            lacking.append(name)
    if "id" not in trial:
        trial["id"] = ""
        lacking.append("id")
    for table in ("recipientOrganization", "fundingOrganization"):
        items = trial.get(table)
        first = items[0] if isinstance(items, list) and items else None
        if isinstance(first, dict) and ("id" in first) != ("name" in first):
            name = "name" if "id" in first else "id"
            first[name] = ""
            lacking.append(f"{table}/0/{name}")
    if not lacking or broken_rules(trial):
        return None
    grant.update(trial)
    return lacking


def _dates_of(failed: list[tuple[int, Any, list[Rule]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for _, _, rules in failed:
        for rule in rules:
            if rule.path and isinstance(rule.value, str) and "ate" in str(rule.path[-1]):
                found.setdefault(str(rule.path[-1]), []).append(rule.value)
    return found
