"""One document, three renderings: page, PDF/UA and Word, with the same words in the same order."""

from __future__ import annotations

import datetime as dt
import html
import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from homeground.document.as_html import to_html
from homeground.document.as_typst import to_typst
from homeground.document.tree import (
    Bullets,
    Callout,
    Chart,
    DataTable,
    Document,
    Figures,
    Link,
    Paragraph,
    Section,
    words,
)
from homeground.drawing import Row, compare
from homeground.errors import BadSpecification
from homeground.sources.documents import to_docx, to_pdf
from homeground.understand.profile_report import draft
from homeground.words import clean
from tests.homeground.understand.told import HOSTILE, a_profile, hostile

pypdf = pytest.importorskip("pypdf")
docx = pytest.importorskip("docx")
pytest.importorskip("typst")

DAY = dt.date(2026, 3, 1)
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

# Letters, signs that mean something to HTML, typst and Word, other scripts, and steering characters.
TEXT = st.text(
    st.one_of(
        st.sampled_from("abc #*$@<>&\"'\\`_=/~[]{}()-\u202e\u200bé中ع\t"),
        st.characters(exclude_categories=("Cs", "Cn", "Co")),
    ),
    max_size=12,
)
NAME = TEXT.filter(lambda text: bool(clean(text)))


@st.composite
def tables(draw: st.DrawFn) -> DataTable:
    """A table of up to three columns and rows."""
    headings = draw(st.lists(NAME, min_size=1, max_size=3, unique_by=clean))
    rows = draw(st.lists(st.lists(TEXT, min_size=len(headings), max_size=len(headings)).map(tuple), max_size=3))
    numeric = frozenset(draw(st.sets(st.sampled_from(headings))))
    return DataTable(draw(NAME), tuple(headings), tuple(rows), numeric, draw(st.sampled_from(["", "Show the numbers"])))


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """A chart of one or two bars."""
    rows = draw(st.lists(st.tuples(TEXT, st.one_of(st.none(), st.floats(-9, 9)), TEXT), min_size=1, max_size=2))
    drawing = compare(draw(NAME), [Row(*row) for row in rows])
    return Chart("a", drawing, draw(TEXT), draw(tables()), address=draw(st.sampled_from(["", "charts/a.svg"])))


BLOCKS = st.one_of(
    st.builds(Paragraph, TEXT, TEXT, st.booleans()),
    st.builds(Bullets, st.lists(st.one_of(TEXT, st.tuples(TEXT, TEXT)), max_size=3).map(tuple), st.booleans()),
    st.builds(Figures, st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=2).map(tuple)),
    st.builds(Callout, TEXT, st.booleans()),
    st.builds(Link, NAME, st.sampled_from(["https://example.org/", "javascript:x", "a.csv"]), TEXT),
    tables(),
    charts(),
)
INNER = st.builds(Section, NAME, st.lists(BLOCKS, max_size=3).map(tuple))
SECTIONS = st.builds(
    Section, NAME, st.lists(BLOCKS, max_size=3).map(tuple), st.lists(INNER, max_size=2).map(tuple)
)  # fmt: skip
DOCUMENTS = st.builds(
    Document,
    NAME,
    TEXT,
    st.lists(SECTIONS, max_size=2).map(tuple),
    st.just("en-GB"),
    st.lists(TEXT, max_size=1).map(tuple),
)


def squeezed(texts: list[str]) -> str:
    """The words without spaces: renderings differ in where they break lines."""
    return "".join("".join(texts).split())


def words_of_page(page: str) -> str:
    """What a page says between its main heading and its end, but for its contents, pictures and what folds."""
    main = page[page.index("<h1>") : page.index("<p>Made with Homeground.")]
    for part in ("nav", "svg", "summary"):
        main = re.sub(rf"<{part}[ >].*?</{part}>", "", main, flags=re.DOTALL)
    return squeezed([html.unescape(re.sub(r"<[^>]*>", "", main))])


def words_of_typst(source: str) -> str:
    """The strings that the source shows, in order."""
    shown = re.findall(r't\("((?:[^"\\]|\\.)*)"\)', source)
    return squeezed([re.sub(r"\\(.)", r"\1", text) for text in shown])


def pieces(paper: Any) -> Iterator[str]:
    """Paragraphs and cells of a Word document in the order of the file."""
    for block in paper.iter_inner_content():
        if hasattr(block, "rows"):
            yield from (cell.text for row in block.rows for cell in row.cells)
        else:
            yield block.text


def words_of_docx(data: bytes) -> str:
    """Everything a Word document says."""
    return squeezed(list(pieces(docx.Document(io.BytesIO(data)))))


@settings(max_examples=25, suppress_health_check=_SLOW)
@given(DOCUMENTS)
def test_page_source_and_word_hold_the_same_words_in_the_same_order(document: Document) -> None:
    """Whatever stands in the tree, hostile signs and other scripts among it."""
    wanted = squeezed(words(document))
    assert words_of_page(to_html(document)) == wanted
    assert words_of_typst(to_typst(document)) == wanted
    assert words_of_docx(to_docx(document)) == wanted


@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(DOCUMENTS)
def test_every_tree_makes_a_pdf(document: Document) -> None:
    """No text stops typst, or makes it refuse PDF/UA."""
    assert to_pdf(document).startswith(b"%PDF")


@pytest.fixture(scope="module")
def pdf() -> Any:
    """The report of a made-up place as a PDF."""
    return pypdf.PdfReader(io.BytesIO(to_pdf(draft(a_profile(), made_on=DAY))))


def test_the_pdf_says_that_it_is_accessible(pdf: Any) -> None:
    """Tagged, with title and language, and PDF/UA-1 in its XMP."""
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == "Sandhaven"
    xmp = root["/Metadata"].get_data().decode()
    assert re.search(r'pdfuaid:part(>|=")1', xmp)


def tags(node: Any) -> Iterator[tuple[str, Any]]:
    """Every tag of a PDF with its node."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for inner in node:
            yield from tags(inner)
    elif isinstance(node, dict) and ("/S" in node or "/K" in node):
        if "/S" in node:
            yield str(node["/S"]), node
        if "/K" in node:
            yield from tags(node["/K"])


def test_headings_tables_and_pictures_are_tagged(pdf: Any) -> None:
    """Headings go down one step at a time, every table has marked headings, and every picture has words."""
    found = list(tags(pdf.trailer["/Root"]["/StructTreeRoot"]))
    levels = [int(tag[2:]) for tag, _ in found if re.fullmatch(r"/H\d", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert sum(tag == "/TH" for tag, _ in found) > 10
    pictures = [node for tag, node in found if tag == "/Figure"]
    charts = [block for part in draft(a_profile()).sections for inner in part.sections for block in inner.blocks]
    assert len(pictures) == sum(isinstance(block, Chart) for block in charts)
    assert all("Sandhaven" in str(node["/Alt"]) or "Exshire" in str(node["/Alt"]) for node in pictures)


def test_the_sentences_stand_in_the_text_of_the_pdf(pdf: Any) -> None:
    """So that one can search and copy."""
    text = squeezed([page.extract_text() for page in pdf.pages])
    for sentence in a_profile().headlines:
        assert squeezed([sentence]) in text


def test_no_name_means_anything_to_typst_or_word() -> None:
    """Hostile names come out as they went in, but for what steers or cannot be seen."""
    document = draft(hostile(), made_on=DAY)
    text = squeezed([page.extract_text() for page in pypdf.PdfReader(io.BytesIO(to_pdf(document))).pages])
    word = words_of_docx(to_docx(document))
    for name in HOSTILE:
        assert squeezed([clean(name)]) in text
        assert squeezed([clean(name)]) in word
    assert "\u202e" not in text + word


def test_the_same_document_gives_the_same_bytes() -> None:
    """PDF and Word hold no moment but the day that they were given."""
    document = draft(a_profile(), made_on=DAY)
    assert to_pdf(document) == to_pdf(document)
    assert to_docx(document) == to_docx(document)
    with zipfile.ZipFile(io.BytesIO(to_docx(document))) as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_the_word_document_can_be_followed_without_seeing_it() -> None:
    """Real headings, title and language, heading rows marked and repeated, words for every picture."""
    document = draft(a_profile(), made_on=DAY)
    paper = docx.Document(io.BytesIO(to_docx(document)))
    styles = [line.style.name for line in paper.paragraphs]
    assert styles[0] == "Title"
    headings = [line.text for line in paper.paragraphs if line.style.name == "Heading 1"]
    assert headings == [section.title for section in document.sections]
    assert "Heading 2" in styles
    assert (paper.core_properties.title, paper.core_properties.language) == ("Sandhaven", "en-GB")
    assert 'w:lang w:val="en-GB"' in paper.styles.element.xml
    assert len(paper.tables) > 5
    assert all("w:tblHeader" in table.rows[0]._tr.xml for table in paper.tables)
    assert all("w:tblHeader" not in row._tr.xml for table in paper.tables for row in table.rows[1:])
    drawn = [shape._inline.docPr.get("descr") for shape in paper.inline_shapes]
    assert len(drawn) > 3
    assert all(drawn)


def test_a_document_out_of_shape_is_refused_by_all() -> None:
    """A row that is too short."""
    table = DataTable("A", ("One", "Two"), (("a",),))
    document = Document("A", "", (Section("B", (table,)),))
    for write in (to_html, to_typst, to_pdf, to_docx):
        with pytest.raises(BadSpecification, match="1 cells in a row under 2 headings"):
            write(document)
