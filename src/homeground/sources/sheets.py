"""Workbooks as government statisticians make them: cover, contents, notes, columns, and one table on each sheet.

Layout and looks are those of gptables (the UK Government Analysis Function). The table itself is written cell by cell,
so that a cell is only ever what it is: text that looks like a formula or a link stays text.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from homeground.errors import BadTable, BadValue, MissingExtra

__all__ = ["to_workbook", "to_xlsx"]

_MOST_ROWS, _MOST_COLUMNS, _MOST_LETTERS = 1_048_576, 16_384, 32_767
# A workbook stores when it was made; the same table must give the same bytes.
_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_RESULTS = "Results"


def to_xlsx(table: pl.DataFrame, about: Mapping[str, Any]) -> bytes:
    """Return the bytes of a workbook with one table of results.

    Raises
    ------
    BadTable
        If the table has more rows or columns than a sheet holds.
    BadValue
        If a cell has more letters than a cell holds.
    MissingExtra
        If gptables is not installed.
    """
    return to_workbook({_RESULTS: (about["title"], table)}, about)


def to_workbook(tables: Mapping[str, tuple[str, pl.DataFrame]], about: Mapping[str, Any]) -> bytes:
    """Return the bytes of a workbook with a sheet for each table: name of the sheet, then title and table.

    Raises
    ------
    BadTable, BadValue, MissingExtra
        As `to_xlsx`.
    """
    try:
        from gptables import Cover
        from gptables.core.wrappers import GPWorkbook
    except ImportError:
        raise MissingExtra.named("sheets", for_what="write an XLSX workbook") from None
    for _, table in tables.values():
        _check_size(table)
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = GPWorkbook(buffer, options=options)
    book.set_properties({"title": about["title"], "created": _MOMENT})
    inner = _inner_sheets(about)
    cover = Cover(cover_label="Cover", title=_plain(about["title"]), intro=_intro(tables), about=_sources(about))
    book.add_worksheet("Cover").write_cover(cover)
    results = {
        label: _page(pl.DataFrame({"x": ["y"]}), title, f"{_name(label)}_table", "")
        for label, (title, _) in tables.items()
    }
    contents = book.make_table_of_contents({**inner, **results})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gptables warns of empty cells in its own sheets; ours say what they mean
        book._update_annotations(inner)  # noqa: SLF001  what gptables itself does before it writes a sheet
        for label, page in {"Contents": contents, **inner}.items():
            book.add_worksheet(label).write_gptable(page, auto_width=True)
    for label, (title, table) in tables.items():
        _write_results(book, label, title, table)
    book.close()
    return buffer.getvalue()


def _name(label: str) -> str:
    return label.lower().replace(" ", "_")


def _check_size(table: pl.DataFrame) -> None:
    if table.height > _MOST_ROWS - 10 or table.width > _MOST_COLUMNS:
        raise BadTable(
            f"a sheet cannot hold {table.height:,} rows by {table.width:,} columns", remedy="Write .csv or .parquet."
        )
    for name in table.columns:
        if table[name].dtype != pl.String:
            continue
        long = (table[name].str.len_chars() > _MOST_LETTERS).fill_null(value=False).arg_true()
        if len(long):
            raise BadValue(
                f"the text has more than the {_MOST_LETTERS:,} letters that a cell of a workbook holds",
                remedy="Write .csv or .parquet.",
                row=int(long[0]) + 2,
                column=name,
            )


def _intro(tables: Mapping[str, tuple[str, pl.DataFrame]]) -> list[str]:
    if len(tables) == 1:
        table = next(iter(tables.values()))[1]
        holds = f"one table of results with {table.height:,} rows and {table.width:,} columns."
    else:
        holds = f"{len(tables)} tables, each on a sheet of its own: {', '.join(tables)}."
    return [
        f"This workbook holds {holds}",
        "The sheet Columns says what each column is. The sheet Notes says what a reader must know.",
        "An empty cell means that there is no figure.",
    ]


def _sources(about: Mapping[str, Any]) -> list[str]:
    lines = []
    for source in about["sources"]:
        lines.append(f"Source: {source['title']}")
        labels = {
            "publisher": "Publisher",
            "period": "Period",
            "licence": "Licence",
            "address": "Address",
            "file": "File",
        }
        lines += [f"{label}: {source[key]}" for key, label in labels.items() if key in source]
    return [_plain(line) for line in [*lines, f"Made with: {about['made_with']}"]]


def _inner_sheets(about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sheets between contents and results: notes, the areas they are about, and the columns."""
    notes = about["notes"] or [{"text": "There are no notes.", "kind": "info", "areas": []}]
    numbered = pl.DataFrame(
        {"Note": [f"Note {n}" for n in range(1, len(notes) + 1)], "Text": [_plain(note["text"]) for note in notes]}
    )
    sheets = {"Notes": _page(numbered, "Notes", "notes_table", "This worksheet contains one table.")}
    areas = [(f"Note {n}", _plain(area)) for n, note in enumerate(notes, 1) for area in note["areas"]]
    if areas:
        table = pl.DataFrame(areas, schema=["Note", "Area code"], orient="row")
        sheets["Areas noted"] = _page(
            table, "Areas that the notes are about", "areas_table", "This worksheet contains one table."
        )
    columns = pl.DataFrame(
        {
            "Column": [_plain(column["name"]) for column in about["columns"]],
            "Holds": [column["type"] for column in about["columns"]],
            "What it is": [_plain(column.get("description", "No description")) for column in about["columns"]],
        }
    )
    sheets["Columns"] = _page(columns, "What each column is", "columns_table", "This worksheet contains one table.")
    return sheets


def _page(table: pl.DataFrame, title: str, name: str, instructions: str) -> Any:
    import pandas as pd
    from gptables import GPTable

    return GPTable(
        table=pd.DataFrame(table.to_dict(as_series=False)),
        table_name=name,
        title=_plain(title),
        subtitles=[],
        instructions=instructions,
        index_columns={},
    )


def _plain(text: str) -> str:
    """Return `text` without what gptables reads as markup: note marks and links; never empty, never signs alone."""
    text = text.replace("](", "] (").replace("$$", "$ $")[:_MOST_LETTERS]
    return text if any(letter.isascii() and letter.isalnum() for letter in text) else f"'{text}' (signs only)"


def _write_results(book: Any, label: str, title: str, table: pl.DataFrame) -> None:
    """Write the table of results in the layout and looks of gptables: title, one line of help, then the table."""
    sheet, theme = book.add_worksheet(label), book.theme
    sheet.write_string(0, 0, title[:_MOST_LETTERS], book.add_format(theme.title_format))
    help_line = "This worksheet contains one table. An empty cell means that there is no figure."
    sheet.write_string(1, 0, help_line, book.add_format(theme.instructions_format))
    top = 2
    head = book.add_format({**theme.column_heading_format, "align": "left"})
    head_right = book.add_format({**theme.column_heading_format, "align": "right"})
    for place, name in enumerate(table.columns):
        series = table[name]
        text = series.dtype in (pl.String, pl.Date, pl.Boolean)
        style = book.add_format({**theme.data_format, "align": "left" if text else "right"})
        sheet.write_string(top, place, name, head if text else head_right)
        write = sheet.write_string if series.dtype in (pl.String, pl.Date) else sheet.write
        values = (series.cast(pl.String) if series.dtype == pl.Date else series).to_list()
        for row, value in enumerate(values, top + 1):
            if value is not None:
                write(row, place, value, style)
        sheet.set_column(place, place, _width(name, series))
    if table.height:
        headings = [{"header": name} for name in table.columns]
        sheet.add_table(
            top, 0, top + table.height, table.width - 1,
            {"columns": headings, "style": None, "autofilter": False, "header_row": True,
             "name": f"{_name(label)}_table"},
        )  # fmt: skip
    sheet.freeze_panes(top + 1, 1)


def _width(name: str, series: pl.Series) -> float:
    lengths = series.cast(pl.String).str.len_chars().fill_null(0).to_list()
    return float(min(max(len(name), 8, *lengths) * 1.2 + 2, 60))
