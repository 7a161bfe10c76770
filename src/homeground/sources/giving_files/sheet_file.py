"""A CSV file or a workbook of grants, in portions of rows."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from homeground.errors import BadTable, HomegroundError
from homeground.provenance import Note
from homeground.sources import readers
from homeground.sources.cells import Reading
from homeground.sources.giving_files import from_sheets
from homeground.sources.giving_files.checking import doubtful, personal_cells
from homeground.sources.giving_files.from_sheets import Heading
from homeground.sources.giving_files.pile import Pile
from homeground.sources.giving_files.standard import Rule, broken_rules, standard
from homeground.sources.giving_files.wording import field_of, title_of
from homeground.sources.workbooks import check_unpacked
from homeground.tables import listed
from homeground.words import count

__all__ = ["read_sheet", "read_workbook"]

_ROWS = 50_000


def read_workbook(pile: Pile) -> None:
    """Read the sheets of a workbook that hold grants."""
    layers = readers.headings(pile.path)
    best = []
    for layer, names in layers:
        known, _ = from_sheets.headings_of(names)
        if layer.lower() == "meta":
            _meta(pile, layer)
            continue
        paths = {heading.path[0] for heading in known}
        if {"id", "amountAwarded"} <= paths or len(paths) >= 4 or (known and layer.lower() == "grants"):
            best.append((len(known), layer))
    if not best and _pasted(pile):
        return
    if not best:
        there = listed([f"'{layer}'" for layer, _ in layers], most=5) or "no sheets with a table"
        raise BadTable(
            f"no sheet has the headings of grants (there are: {there})",
            remedy="A sheet of grants has Identifier, Title, Amount Awarded, Award Date, … in its first row.",
        )
    for _, layer in sorted(best, key=lambda item: [name for name, _ in layers].index(item[1])):
        read_sheet(pile, readers.read(pile.path, layer=layer, infer=False))


def _pasted(pile: Pile) -> bool:
    """Read a workbook whose first column holds whole lines of a CSV file; return whether it is one."""
    import fastexcel  # slow to load, and needed by workbooks alone

    check_unpacked(pile.path)
    try:
        sheet = fastexcel.read_excel(pile.path).load_sheet(0, header_row=None, dtypes="string").to_polars()
    except fastexcel.FastExcelError as error:
        raise BadTable(f"the workbook is damaged ({str(error)[:80]})", remedy="Save it again as XLSX.") from None
    lines = sheet.to_series(0).drop_nulls().to_list() if sheet.width else []
    rows = list(csv.reader(lines))
    if len(rows) < 2 or len(rows[0]) < 3 or any(len(row) != len(rows[0]) for row in rows):
        return False
    pile.notes.append(Note(f"{pile.path.name} holds the lines of a CSV file in one column; they are read as such."))
    read_sheet(pile, Reading(pl.DataFrame(rows[1:], schema=rows[0], orient="row"), 2))
    return True


def _meta(pile: Pile, layer: str) -> None:
    try:
        table = readers.read(pile.path, layer=layer, infer=False).table
    except HomegroundError:
        return
    cells = [[str(cell) for cell in row if cell is not None] for row in [tuple(table.columns), *table.iter_rows()]]
    for row in cells:
        for name, value in itertools.pairwise(row):
            if name.strip().lower() in ("license", "licence"):
                pile.licence = value
            if name.strip().lower() in ("publisher:name", "publisher name"):
                pile.publisher = value


def read_sheet(pile: Pile, reading: Reading) -> None:
    """Read one table of grants."""
    headings, others = from_sheets.headings_of(reading.table.columns)
    paths = {heading.path for heading in headings}
    if not paths:
        raise BadTable(
            f"the headings are not those of grants (there are: {listed(reading.table.columns, most=5)})",
            remedy="A table of grants has Identifier, Title, Amount Awarded, Award Date, … in its first row.",
        )
    pile.notes += reading.notes
    lacking = _lacking(paths)
    for field_ in lacking:
        steps = tuple(int(step) if step.isdigit() else step for step in field_.split("/"))
        pile.tell(
            reading.first_row - 1,
            field_,
            f"the column '{title_of(steps)}' is missing",
            "Add it: the standard needs it for every grant.",
            f"required {field_}",
        )
    if others:
        names = listed([f"'{name}'" for name in others], most=8)
        text = f"{pile.path.name} has {count(len(others), 'column')} beyond the standard, which are not read: {names}."
        pile.notes.append(Note(text))
    looked_at = _where_people_may_stand(headings) | {name: name for name in others}
    pile.problems.append(personal_cells(reading.table, looked_at, file=pile.path.name, first_row=reading.first_row))
    pile.rows += reading.table.height
    # A portion after another: texts without blanks are a second copy of the sheet.
    for start in range(0, reading.table.height, _ROWS):
        part = from_sheets.tidy(reading.table[start : start + _ROWS], headings)
        rows = np.arange(start, start + part.height, dtype=np.int64) + reading.first_row
        _take_rows(pile, part, headings, rows, frozenset(lacking))


def _where_people_may_stand(headings: list[Heading]) -> dict[str, str]:
    """Return the headings under which nobody's address or number belongs, with their fields.

    Title and description are looked at in every format; an organisation may give its own address and number.
    """
    meant = ("title", "description")
    own = ("email", "telephone")
    return {
        heading.name: field_of(heading.path)
        for heading in headings
        if heading.path[0] not in meant and heading.path[-1] not in own and heading.holds.removesuffix("?") == "text"
    }


def _lacking(paths: set[tuple[str | int, ...]]) -> list[str]:
    """Return the fields that every grant needs and no column gives."""
    needs = [name for name in standard().needs if name != "fundingOrganization"]
    found = [name for name in needs if (name,) not in paths]
    groups = [("fundingOrganization", 0, ("id", "name"))]
    groups.append(("recipientOrganization", 0, ("id", "name")))
    if any(path[0] == "recipientIndividual" for path in paths):
        groups.pop()
    for table, at, fields in groups:
        found += [f"{table}/{at}/{name}" for name in fields if (table, at, name) not in paths]
    return found


def _take_rows(
    pile: Pile, part: pl.DataFrame, headings: list[Any], rows: np.ndarray[Any, np.dtype[np.int64]], told: frozenset[str]
) -> None:
    batch = from_sheets.batch_of_rows(part, headings, rows)
    doubt = doubtful(batch).to_numpy()
    keep = np.ones(part.height, dtype=bool)
    failed: list[tuple[int, Any, list[Rule]]] = []
    for at in np.flatnonzero(doubt).tolist():
        grant = from_sheets.grant_of_row(part.row(at, named=True), headings)
        rules = broken_rules(grant)
        if rules:
            keep[at] = False
            failed.append((int(rows[at]), grant, rules))
    pile.know(batch)
    pile.add(batch, pl.Series(keep, dtype=pl.Boolean))
    pile.set_aside(failed)
    pile.tell_rules(_but_for(failed, told), without=told)


def _but_for(failed: list[tuple[int, Any, list[Rule]]], told: frozenset[str]) -> Iterator[tuple[int, Any, list[Rule]]]:
    """Yield what is wrong with grants beside the columns that the whole sheet lacks."""
    if not told:
        yield from failed
        return
    for row, grant, _rules in failed:
        filled = json.loads(json.dumps(grant))
        for field_ in told:
            _fill(filled, field_.split("/"))
        left = broken_rules(filled)
        if left:
            yield row, filled, left


def _fill(grant: dict[str, Any], steps: list[str]) -> None:
    """Put something valid where a whole sheet has nothing, so that only the other faults of a row are left."""
    stand_in: dict[str, Any] = {"amountAwarded": 0, "awardDate": "2000-01-01", "currency": "GBP"}
    if len(steps) == 1:
        grant.setdefault(steps[0], stand_in.get(steps[0], "-"))
        return
    items = grant.setdefault(steps[0], [{}])
    if isinstance(items, list) and items and isinstance(items[0], dict):
        items[0].setdefault(steps[2], "-")
