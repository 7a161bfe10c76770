"""A document as a neutral tree: what is said, in which order, and nothing about how it looks.

One tree is written as a page (`homeground.document.as_html`), as a PDF (`homeground.document.as_typst`) and as a Word
document (`homeground.sources.documents`); all three hold the same words in the same order, those of `words`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from homeground.drawing import Drawing
from homeground.errors import BadSpecification
from homeground.words import clean

__all__ = [
    "Block",
    "Bullets",
    "Callout",
    "Chart",
    "DataTable",
    "Document",
    "Figures",
    "Link",
    "Paragraph",
    "Section",
    "check",
    "day",
    "drawings",
    "words",
]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `quiet` ones are set smaller, and `lead` stands in front in bold."""

    text: str
    lead: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list; `key` ones are the few sentences that matter most. An item may have a lead in bold: (lead, text)."""

    items: tuple[str | tuple[str, str], ...]
    key: bool = False


@dataclass(frozen=True)
class Figures:
    """Key numbers, each with its words: (number, words)."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DataTable:
    """A table of words and figures as they are to be read.

    Attributes
    ----------
    caption : str
        What it shows, with period and unit; its own on every table.
    headings : tuple of str
    rows : tuple of tuples of str
        The first cell names its row; '' is written as "no figure".
    numeric : frozenset of str
        Headings of columns that are set to the right.
    folded : str
        In a page the table lies behind these words, such as "Show the numbers"; '' shows it openly.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[str] = frozenset()
    folded: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart with how to read it, and its numbers.

    Attributes
    ----------
    name : str
        Name of its files, such as ``health-early-death``.
    drawing : Drawing
    caption : str
        Unit, period, which way is worse, how to read it.
    table : DataTable
    below : tuple of str
        Source, period and licence, for the picture alone.
    address : str
        Where the picture lies, '' where it does not.
    """

    name: str
    drawing: Drawing
    caption: str
    table: DataTable
    below: tuple[str, ...] = ()
    address: str = ""

    def get(self) -> str:
        """Return the words that lead to its picture, '' where there is none."""
        return f"Get this chart: {clean(self.address).rpartition('/')[2]}" if self.address else ""


@dataclass(frozen=True)
class Callout:
    """What must not be missed."""

    text: str
    warning: bool = False


@dataclass(frozen=True)
class Link:
    """Words that lead to an address; on paper the words alone."""

    words: str
    address: str
    after: str = ""


Block = Paragraph | Bullets | Figures | DataTable | Chart | Callout | Link


@dataclass(frozen=True)
class Section:
    """A part of a document: a heading, what stands under it, and parts of its own (one level)."""

    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    anchor: str = ""


@dataclass(frozen=True)
class Document:
    """A document.

    Attributes
    ----------
    title : str
    lede : str
        One sentence that says what this is.
    sections : tuple of Section
    language : str
    ending : tuple of str
        What ends it: when and how it was made.
    made_on : datetime.date, optional
        The day to write into the file's properties.
    """

    title: str
    lede: str
    sections: tuple[Section, ...]
    language: str = "en-GB"
    ending: tuple[str, ...] = ()
    made_on: dt.date | None = None


def check(document: Document) -> None:
    """Raise where a document could not be read by everybody: no title, a heading without words, a table out of shape.

    Raises
    ------
    BadSpecification

    Examples
    --------
    >>> check(Document("", "", ()))
    Traceback (most recent call last):
    ...
    homeground.errors.BadSpecification: a document needs a title. Give title='…'.
    """
    if not clean(document.title):
        raise BadSpecification("a document needs a title", remedy="Give title='…'.")
    for section in _every(document.sections):
        if not clean(section.title):
            raise BadSpecification("a section has no heading", remedy="Give every section a title.")
        for block in section.blocks:
            table = block.table if isinstance(block, Chart) else block
            if isinstance(table, DataTable):
                _check_table(table)


def _check_table(table: DataTable) -> None:
    if not clean(table.caption) or not table.headings or not all(clean(name) for name in table.headings):
        raise BadSpecification("a table has no caption, or a column without heading", remedy="Name both.")
    wrong = [row for row in table.rows if len(row) != len(table.headings)]
    if wrong:
        raise BadSpecification(
            f"'{clean(table.caption)}' has {len(wrong[0])} cells in a row under {len(table.headings)} headings",
            remedy="Give one cell for each heading; '' where there is no figure.",
        )


def _every(sections: Sequence[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _every(section.sections)


def drawings(document: Document) -> list[Chart]:
    """Return all charts, in order.

    Examples
    --------
    >>> drawings(Document("A", "", ()))
    []
    """
    return [block for section in _every(document.sections) for block in section.blocks if isinstance(block, Chart)]


def day(date: dt.date) -> str:
    """Return a date as it is said.

    Examples
    --------
    >>> day(dt.date(2026, 3, 1))
    '1 March 2026'
    """
    return f"{date.day} {date:%B %Y}"


def words(document: Document) -> list[str]:
    """Return everything that is said, piece by piece, in the order of reading; pictures apart.

    Examples
    --------
    >>> words(Document("Sandhaven", "A ward.", (Section("Health", (Paragraph("It is well."),)),)))
    ['Sandhaven', 'A ward.', 'Health', 'It is well.']
    """
    said = [document.title, document.lede]
    for section in _every(document.sections):
        said.append(section.title)
        for block in section.blocks:
            said += _words(block)
    return [text for text in (clean(piece) for piece in (*said, *document.ending)) if text]


def _words(block: Block) -> list[str]:
    match block:
        case Paragraph():
            return [block.lead, block.text]
        case Bullets():
            return [piece for item in block.items for piece in ((item,) if isinstance(item, str) else item)]
        case Figures():
            return [piece for number, said in block.pairs for piece in (said, number)]
        case DataTable():
            cells = [cell if clean(cell) else "no figure" for row in block.rows for cell in row]
            return [block.caption, *block.headings, *cells]
        case Chart():
            return [block.drawing.title, block.caption, block.get(), *_words(block.table)]
        case Callout():
            return [block.text]
        case Link():
            return [block.words, block.after]
