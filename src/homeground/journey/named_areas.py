"""What people name by hand: areas to choose among, areas of their own, and areas to leave out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from homeground.areas import kind_of
from homeground.cohort_file import CohortFile
from homeground.errors import BadSpecification, BadValue, UnknownArea
from homeground.journey.gathering import code_heading
from homeground.sources.folder import open_file
from homeground.tables import check_areas

__all__ = ["excluded", "exclusion_files", "is_file", "own_areas"]

_GROUPS = ("neighbourhood_code", "neighbourhood", "custom_code", "custom_area_code", "to_code", "group")


def own_areas(path: Path) -> tuple[pl.Series, pl.DataFrame | None, str]:
    """Return the codes of a table of areas, the areas they belong to where it names them, and by which column."""
    opened = open_file(path)
    table = opened.table
    code = table.columns[0] if table.width == 1 else code_heading(table, file=opened.file)
    codes = table[code].cast(pl.String).str.strip_chars()
    rest = [name for name in table.columns if name != code]
    names = [name for name in rest if name.lower().endswith(("name", "nm"))]
    others = [name for name in rest if name not in names]
    group = next((name for name in _GROUPS if name in rest), None) or next(iter(others), None)
    if group is None:
        # A name that several areas share is the name of something larger; a name for each is its own.
        group = next((name for name in names if table[name].n_unique() < table.height), None)
    if group is None:
        check_areas(pl.DataFrame([codes]), code, file=opened.file)
        return codes, None, ""
    label = next((name for name in names if name != group and table[name].n_unique() <= table[group].n_unique()), group)
    pairs = pl.DataFrame(
        {
            "from_code": codes,
            "to_code": table[group].cast(pl.String).str.strip_chars(),
            "to_name": table[label].cast(pl.String),
        }
    )
    for heading, column in ((code, "from_code"), (group, "to_code")):
        blank = (pairs[column].is_null() | (pairs[column] == "")).arg_true()
        if len(blank):
            raise BadValue(
                "the cell is empty",
                remedy="Name the area, and the larger one that it belongs to, in every row.",
                file=opened.file,
                row=int(blank[0]) + 2,
                column=heading,
            )
    check_areas(pl.DataFrame([codes]), code, file=opened.file)
    return codes, pairs, group


def exclusion_files(made: CohortFile, data: Path | None) -> list[Path]:
    """Return the file of exclusions that a cohort file names, if it names one."""
    name = made.filters.exclude_file
    if name is None:
        return []
    return [data / name if data else Path(name)]


def excluded(items: Iterable[str | Path], known: pl.Series) -> list[str]:
    """Return the codes to leave out: codes as given, and those in files."""
    every = set(known.to_list())
    found: dict[str, None] = {}
    for item in items:
        path = Path(item)
        if not is_file(path):
            code = str(item).strip()
            if isinstance(item, Path) or (code not in every and (path.suffix or path.name != str(item))):
                raise BadSpecification(
                    "there is no such file of areas to leave out", remedy="Check the path, or give a code.", file=path
                )
            if code not in every:
                raise UnknownArea(
                    f"the area {code}, which is to be left out, is not on the list of areas",
                    remedy="Correct the code, or use one of the boundary year of the list.",
                )
            found[code] = None
            continue
        codes = _codes_in(path)
        wrong = (~codes.is_in(list(every))).arg_true()
        if len(wrong):
            raise UnknownArea(
                f"{len(wrong):,} of {len(codes):,} areas to leave out are not on the list of areas "
                f"(first: {codes[int(wrong[0])]})",
                remedy="Correct the codes, or use those of the boundary year of the list.",
                file=path,
                row=int(wrong[0]) + 2,
                column=codes.name,
            )
        found.update(dict.fromkeys(codes.to_list()))
    return list(found)


def is_file(path: Path) -> bool:
    """Return whether a text that may be a path, or a code or a name, is a file."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long for a name, or no name at all: then it is no file
        return False


def _codes_in(path: Path) -> pl.Series:
    opened = open_file(path)
    table = opened.table
    code = table.columns[0] if table.width == 1 else code_heading(table, file=opened.file)
    codes = table[code].cast(pl.String).str.strip_chars().drop_nulls()
    # A bare list has no heading: then its first code stands where the heading would.
    return pl.concat([pl.Series(code, [code]), codes]) if kind_of(code) else codes
