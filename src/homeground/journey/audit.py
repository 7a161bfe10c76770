"""From a method and a folder (or one table) to the audit of an index, and its report and tables on the disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from homeground.errors import BadSpecification
from homeground.find.audit import Audit, audit
from homeground.find.auditing.columns import COLUMNS, FILES
from homeground.find.auditing.page import render_audit
from homeground.journey.index import build_index
from homeground.method import Method
from homeground.sources.writers import known_format, write_table, write_text

__all__ = ["audit_index", "check_targets", "write_audit"]


def audit_index(
    method: Method | str | Path,
    *,
    data: Path | None = None,
    input: Path | None = None,
    area_column: str | None = None,
    samples: int = 512,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Audit:
    """Build an index and return its audit.

    Parameters
    ----------
    method, data, input, area_column
        As `homeground.journey.index.build_index`.
    samples, seed, progress
        As `homeground.find.audit.audit`.

    Raises
    ------
    BadMethod, MissingDataset, BadTable, WrongBoundaries, BadSpecification
        With the file, row and column where it went wrong, and what to do.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "mine.toml").write_text('''
    ... name = "mine"
    ... [index]
    ... parts = ["poor", "ill"]
    ... weights = "equal"
    ... [parts.poor]
    ... column = "poor"
    ... transform = "z"
    ... [parts.ill]
    ... column = "ill"
    ... transform = "z"
    ... ''')
    ...     rows = "".join(f"X{i},{i},{i * 7 % 11}\\n" for i in range(11))
    ...     _ = Path(folder, "mine.csv").write_text("area_code,poor,ill\\n" + rows)
    ...     found = audit_index(Path(folder, "mine.toml"), input=Path(folder, "mine.csv"), samples=8)
    ...     files = write_audit(found, Path(folder, "report.html"))
    >>> files[-1].name, "removal.csv" in [file.name for file in files]
    ('report.html', True)
    """
    index = build_index(method, data=data, input=input, area_column=area_column)
    return audit(index, samples=samples, seed=seed, progress=progress)


def check_targets(out: Path | None, tables: Path | None) -> Path | None:
    """Return the folder for the tables, once it is sure that report and tables can be written.

    Parameters
    ----------
    out : Path or None
        The report, ending ``.html``.
    tables : Path or None
        The folder; beside `out` as ``<name>-tables`` when left out.

    Raises
    ------
    BadSpecification
        If `out` does not end in ``.html``.
    CannotWrite
        If either could not be written.
    """
    if out is not None and out.suffix.lower() not in (".html", ".htm"):
        raise BadSpecification(
            f"the report is a web page, and '{out.name}' does not say so",
            remedy=f"Write --out {out.with_suffix('.html').name}; tables go to a folder: --tables FOLDER.",
        )
    folder = tables if tables is not None else out.with_name(f"{out.stem}-tables") if out is not None else None
    if folder is not None:
        known_format(folder / "findings.csv")
    if out is not None:
        known_format(out.with_suffix(".csv"))
    return folder


def write_audit(found: Audit, out: Path | None, *, tables: Path | None = None, command: str = "") -> list[Path]:
    """Write the report, and one CSV file per table, and return their paths, the report last.

    Parameters
    ----------
    found : Audit
    out : Path or None
        The report, ending ``.html``; None writes tables only.
    tables : Path, optional
        The folder for the tables; ``<name>-tables`` beside the report when left out.
    command : str
        What was typed, for the reader who wants to do it again.

    Raises
    ------
    BadSpecification, CannotWrite
        As `check_targets`. Every file is written whole or not at all.
    """
    folder = check_targets(out, tables)
    page = render_audit(found, folder=folder.name if folder else "", command=command) if out is not None else ""
    written = []
    if folder is not None:
        for name, words in FILES.items():
            if name in found.tables:
                table = found.tables[name]
                about = {column: COLUMNS[column] for column in table.columns}
                title = f"Audit of {found.title}: {words}"
                path = folder / f"{name}.csv"
                written += write_table(table, path, title=title, sources=found.sources, descriptions=about)
    if out is not None:
        write_text(out, page)
        written.append(out)
    return written
