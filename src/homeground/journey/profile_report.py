"""A profile as files: the ending chooses what is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import polars as pl

from homeground.document.as_html import to_html
from homeground.document.tree import drawings
from homeground.errors import BadSpecification
from homeground.journey.profile import MEANINGS, table_of, write_table_of
from homeground.provenance import Note
from homeground.sources.documents import need_extra, to_docx, to_pdf
from homeground.sources.whole import check_target, put_whole
from homeground.sources.writers import known_format, write_workbook, writing_csv
from homeground.understand.profile import Profile
from homeground.understand.profile_report import Chapter, Download, draft

__all__ = ["FORMATS", "check_report", "write_many", "write_profile"]

#: Formats of the report for people, beside the tables of `homeground.sources.writers.FORMATS`.
FORMATS: Mapping[str, str] = {".html": "page", ".pdf": "PDF/UA", ".docx": "Word"}


def check_report(out: Path) -> None:
    """Raise early what would go wrong late: an ending that stands for nothing, a missing extra, a closed folder.

    Examples
    --------
    >>> check_report(Path("place.rtf"))
    Traceback (most recent call last):
    ...
    homeground.errors.BadSpecification: place.rtf: the ending '.rtf' stands for no format that can be written. \
Use one of .html, .pdf, .docx, .xlsx, .csv, .json, .parquet.
    """
    ending = out.suffix.lower()
    if ending in FORMATS:
        check_target(out)
        if ending != ".html":
            need_extra(ending[1:])
        return
    if ending not in (".xlsx", ".csv", ".json", ".parquet", ".gz", ".tsv"):
        raise BadSpecification(
            f"the ending '{ending}' stands for no format that can be written" if ending else "the name has no ending",
            remedy="Use one of .html, .pdf, .docx, .xlsx, .csv, .json, .parquet.",
            file=out,
        )
    known_format(out)


def write_profile(
    found: Profile,
    out: Path,
    *,
    data: Path | None = None,
    made_on: dt.date | None = None,
    contact: str = "",
    more: tuple[Chapter, ...] = (),
) -> list[Path]:
    """Write a profile in the format that the ending of `out` stands for.

    With a page, the figures as CSV and every chart as SVG lie beside it; a workbook has a sheet for each table.

    Parameters
    ----------
    found : Profile
    out : Path
    data : Path, optional
        The folder that the figures came from: its name stands in the command that makes the report again.
    made_on : datetime.date, optional
        The day to print; none when left out.
    contact : str
        Whom to tell when something is wrong.
    more : tuple of Chapter
        What else is known of the place: parts of the report, sheets of the workbook. Tables hold the figures alone.

    Returns
    -------
    list of Path
        Every file written.
    """
    check_report(out)
    ending = out.suffix.lower()
    if ending == ".xlsx":
        return _write_workbook(found, out, more)
    if ending not in FORMATS:
        return write_table_of(found, out)
    return put_whole(_made(found, out, data=data, made_on=made_on, contact=contact, more=more))


def write_many(
    profiles: Iterable[Profile],
    folder: Path,
    ending: str,
    *,
    data: Path | None = None,
    made_on: dt.date | None = None,
    contact: str = "",
) -> Iterator[list[Path]]:
    """Write a file for each profile, named for its code, and yield what was written, place by place.

    While one report is put on the disk, the next one is made.
    """
    ending = f".{ending.lstrip('.').lower()}"
    check_report(folder / f"place{ending}")
    if ending not in FORMATS:
        for found in profiles:
            yield write_profile(found, folder / f"{found.place.code}{ending}", data=data)
        return
    # One worker only: two would get in each other's way where a folder is made or taken away.
    with ThreadPoolExecutor(max_workers=1) as disk:
        waiting: Future[list[Path]] | None = None
        for found in profiles:
            out = folder / f"{found.place.code}{ending}"
            files = _made(found, out, data=data, made_on=made_on, contact=contact)
            if waiting is not None:
                yield waiting.result()
            waiting = disk.submit(put_whole, files)
        if waiting is not None:
            yield waiting.result()


def _made(
    found: Profile, out: Path, *, data: Path | None, made_on: dt.date | None, contact: str,
    more: tuple[Chapter, ...] = (),
) -> list[tuple[Path, bytes]]:  # fmt: skip
    again = _command(found, data, out, more)
    if out.suffix.lower() == ".html":
        return _page(found, out, made_on=made_on, contact=contact, command=again, more=more)
    document = draft(found, made_on=made_on, contact=contact, command=again, more=more)
    return [(out, to_pdf(document) if out.suffix.lower() == ".pdf" else to_docx(document))]


def _command(found: Profile, data: Path | None, out: Path, more: tuple[Chapter, ...]) -> str:
    place = found.place.code or "FILE"
    folder = data.name if data is not None and data.name else "FOLDER"
    asked = "".join(f" {chapter.asked}" for chapter in more if chapter.asked)
    return f"homeground understand profile {place} --data {folder}{asked} --out {out.name}"


def _page(
    found: Profile, out: Path, *, made_on: dt.date | None, contact: str, command: str, more: tuple[Chapter, ...]
) -> list[tuple[Path, bytes]]:
    beside = out.with_suffix(".csv")
    folder = f"{out.stem}-charts"
    download = Download(beside.name, "every figure with its limits, comparators, sentence, source, period and licence")
    document = draft(
        found, made_on=made_on, contact=contact, command=command, downloads=(download,), pictures=folder, more=more
    )
    charts = [
        (out.parent / folder / f"{chart.name}.svg", chart.drawing.alone(below=chart.below).encode())
        for chart in drawings(document)
    ]
    table, told = table_of(found)
    return [(out, to_html(document).encode()), *writing_csv(table, beside, **told), *charts]


def _write_workbook(found: Profile, out: Path, more: tuple[Chapter, ...]) -> list[Path]:
    title = f"Profile of {found.place.name}"
    tables: dict[str, tuple[str, pl.DataFrame]] = {
        "Figures": (f"{title}: every figure", found.table),
        "Comparators": (f"{title}: the same figures of other places", found.beside),
        "Over time": (f"{title}: editions side by side", found.over_time),
        **{chapter.sheet: (f"{title}: {chapter.section.title}", chapter.table) for chapter in more},
        "Nearest": ("Places like this one", found.nearest),
        "Parts": ("The areas that it is made of", found.place.parts),
    }
    notes = [*found.notes, Note(f"Ranked among {found.among}."), *(Note(text) for text in found.headlines)]
    kept = {label: pair for label, pair in tables.items() if pair[1].height}
    meanings = {name: meaning for chapter in more for name, meaning in chapter.meanings.items()} | _MEANINGS | MEANINGS
    return write_workbook(kept, out, title=title, sources=found.sources, notes=notes, descriptions=meanings)


_MEANINGS = {
    "comparator": "what it is set beside: left-behind, other-deprived, england, authority, nearest",
    "areas": "how many areas the comparator has",
    "people": "how many people live there",
    "edition": "year of the edition",
    "comparable": "whether it may be set beside the newest edition",
    "reason": "why not",
    "area_code": "code of the area",
    "area_name": "name of the area",
    "distance": "0 for a twin; in standard deviations of the traits",
    "boundary_kind": "kind of area",
    "boundary_year": "year of the boundaries",
    "share": "share of the area's people (0 to 1) who live in the place",
}
