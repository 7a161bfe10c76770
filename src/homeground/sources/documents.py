"""A document as PDF and as Word: the only place that calls typst and python-docx.

The PDF is PDF/UA-1: title, language, headings, tables with marked headings, and words for every picture; typst refuses
to write it where one of them is missing. Only the typefaces that come with typst are used.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
import zipfile
from typing import Any

from homeground.document.as_typst import FONT, picture, to_typst
from homeground.document.tree import (
    Block,
    Bullets,
    Callout,
    Chart,
    DataTable,
    Document,
    Figures,
    Link,
    Paragraph,
    Section,
    check,
    drawings,
)
from homeground.errors import BadSpecification, MissingExtra
from homeground.words import clean

__all__ = ["need_extra", "to_docx", "to_pdf"]

_MOMENT = (2000, 1, 1, 0, 0, 0)  # a zip file stores a time; the same document must give the same bytes
_LACKING = re.compile(r'the text `?"(.*?)"`? could not be displayed')
_BOX = "\N{WHITE SQUARE}"
_SCRIPTS = 4  # tries; after that every letter beyond the Latin ones becomes a box
_PLAIN = re.compile("[^\\x20-\\x7e\\n\u00a1-\u024f\u2010-\u2026\u2212\u25a1\u20ac]")
_NEVER = dt.datetime(2000, 1, 1)  # noqa: DTZ001  python-docx takes times without a zone


def need_extra(kind: str) -> None:
    """Raise `MissingExtra` if what writes a ``pdf`` or a ``docx`` is not installed."""
    _typst()
    if kind == "docx":
        _docx()


def _typst() -> Any:
    try:
        import typst
    except ImportError:
        raise MissingExtra.named("documents", for_what="write a PDF or a Word document") from None
    return typst


def _docx() -> Any:
    try:
        import docx
    except ImportError:
        raise MissingExtra.named("documents", for_what="write a Word document") from None
    return docx


def to_pdf(document: Document) -> bytes:
    """Return the bytes of a PDF/UA-1.

    Raises
    ------
    BadSpecification
        See `homeground.document.tree.check`; or typst refuses the document, in its words.
    MissingExtra
        If typst is not installed.
    """
    return _compiled(to_typst(document), format="pdf", pdf_standards=["ua-1"])[0]


def _compiled(source: str, **options: Any) -> list[bytes]:
    """Return what typst makes of `source`, with its own typefaces; with the system's where those lack a letter.

    PDF/UA allows no letter that cannot be shown. Where no typeface has it, an empty box stands for every letter of its
    script, as it would on a screen.
    """
    typst = _typst()
    for system, boxed in ((False, False), *[(True, True)] * _SCRIPTS, (True, False)):
        fonts = typst.Fonts(include_system_fonts=system, include_embedded_fonts=True)
        try:
            made = typst.Compiler(source.encode(), font_paths=fonts).compile(**options)
        except typst.TypstError as error:
            lacking = _LACKING.search(str(error))
            if lacking is None:
                raise BadSpecification(
                    f"the document cannot be made: {clean(error, most=300)}", remedy="Write it as .html, and tell us."
                ) from error
            if boxed:
                source = _boxed(source, lacking.group(1))
            elif system:
                break
            continue
        return list(made) if isinstance(made, list) else [made]
    return _compiled(_PLAIN.sub(_BOX, source), **options)


def _boxed(source: str, shown: str) -> str:
    """Return `source` with a box for every letter of the scripts of `shown`, which typst quotes as Rust does."""
    quoted = re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found.group(1), 16)), shown)
    scripts = {_script(letter) for letter in quoted if not letter.isascii()}
    return "".join(_BOX if not letter.isascii() and _script(letter) in scripts else letter for letter in source)


def _script(letter: str) -> str:
    """Return the first word of a letter's name, such as ARABIC; '' for all that have none."""
    return unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]


def to_docx(document: Document) -> bytes:
    """Return the bytes of a Word document.

    Headings are real headings, heading rows are marked and repeated on every page, pictures have words of their own.

    Raises
    ------
    BadSpecification
        See `homeground.document.tree.check`.
    MissingExtra
        If python-docx, or typst, which draws the pictures, is not installed.
    """
    check(document)
    paper = _paper(document)
    charts = drawings(document)
    svgs = [chart.drawing.alone(font=FONT, titled=False) for chart in charts]
    images = _compiled(picture(svgs), format="png", ppi=144.0) if svgs else []
    pictures = {id(chart): image for chart, image in zip(charts, images, strict=True)}
    paper.add_paragraph(clean(document.title), style="Title")
    if clean(document.lede):
        paper.add_paragraph(clean(document.lede), style="Subtitle")
    for section in document.sections:
        _section(paper, section, 1, pictures)
    for text in document.ending:
        paper.add_paragraph(clean(text), style="Caption")
    buffer = io.BytesIO()
    paper.save(buffer)
    return _timeless(buffer.getvalue())


def _paper(document: Document) -> Any:
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    paper = _docx().Document()
    about = paper.core_properties
    about.title, about.language, about.author = clean(document.title), document.language, "Homeground"
    about.comments, about.last_modified_by = "", "Homeground"
    moment = dt.datetime.combine(document.made_on, dt.time()) if document.made_on else _NEVER
    about.created = about.modified = moment
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(20)
    page.top_margin = page.bottom_margin = Mm(18)
    styles = paper.styles
    fonts = styles.element.find(".//" + qn("w:rPrDefault")).find(qn("w:rPr"))
    language = fonts.find(qn("w:lang"))
    if language is None:
        language = fonts.makeelement(qn("w:lang"), {})
        fonts.append(language)
    language.set(qn("w:val"), document.language)
    for name, size in (
        ("Normal", 11),
        ("Title", 26),
        ("Subtitle", 13),
        ("Heading 1", 18),
        ("Heading 2", 13.5),
        ("Caption", 9.5),
    ):
        style = styles[name]
        style.font.name, style.font.size, style.font.italic = "Arial", Pt(size), False
        wanted = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            wanted.set(qn(script), "Arial")
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            wanted.attrib.pop(qn(theme), None)
        style.font.color.rgb = (
            RGBColor(0x0F, 0x5C, 0x57) if name in ("Title", "Heading 1", "Heading 2") else RGBColor(0x1D, 0x20, 0x21)
        )
    styles["Normal"].paragraph_format.space_after = Pt(7)
    styles["Heading 1"].paragraph_format.space_before = Pt(20)
    styles["Heading 2"].paragraph_format.space_before = Pt(13)
    return paper


def _section(paper: Any, section: Section, level: int, pictures: dict[int, bytes]) -> None:
    paper.add_heading(clean(section.title), level)
    for block in section.blocks:
        _block(paper, block, pictures)
    for inner in section.sections:
        _section(paper, inner, level + 1, pictures)


def _block(paper: Any, block: Block, pictures: dict[int, bytes]) -> None:
    match block:
        case Paragraph():
            _runs(paper.add_paragraph(style="Caption" if block.quiet else None), block.lead, block.text)
        case Bullets():
            for item in block.items:
                lead, text = ("", item) if isinstance(item, str) else item
                _runs(paper.add_paragraph(style="Intense Quote" if block.key else "List Bullet"), lead, text)
        case Figures():
            for number, said in block.pairs:
                line = paper.add_paragraph(f"{clean(said)} ")
                line.add_run(clean(number)).bold = True
        case DataTable():
            _table(paper, block)
        case Chart():
            _chart(paper, block, pictures[id(block)])
        case Callout():
            paper.add_paragraph(clean(block.text), style="Intense Quote")
        case Link():
            paper.add_paragraph(" ".join(text for text in (clean(block.words), clean(block.after)) if text))


def _runs(line: Any, lead: str, text: str) -> None:
    if clean(lead):
        line.add_run(f"{clean(lead)} ").bold = True
    line.add_run(clean(text))


def _table(paper: Any, block: DataTable) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    caption = paper.add_paragraph(style="Caption")
    caption.add_run(clean(block.caption)).bold = True
    caption.paragraph_format.keep_with_next = True
    table = paper.add_table(rows=1 + len(block.rows), cols=len(block.headings), style="Light List")
    looks = table._tbl.tblPr.find(qn("w:tblLook"))  # noqa: SLF001  python-docx has no word for it
    for name, value in (
        ("firstRow", "1"),
        ("firstColumn", "1"),
        ("lastRow", "0"),
        ("lastColumn", "0"),
        ("noHBand", "0"),
    ):
        looks.set(qn(f"w:{name}"), value)
    described = OxmlElement("w:tblCaption")
    described.set(qn("w:val"), clean(block.caption))
    table._tbl.tblPr.append(described)  # noqa: SLF001
    lines = [block.headings, *(tuple(clean(cell) or "no figure" for cell in row) for row in block.rows)]
    for row, texts in zip(table.rows, lines, strict=True):
        rules = row._tr.get_or_add_trPr()  # noqa: SLF001
        rules.append(OxmlElement("w:cantSplit"))
        if texts is block.headings:
            rules.append(OxmlElement("w:tblHeader"))
        for name, cell, text in zip(block.headings, row._tr.tc_lst, texts, strict=True):  # noqa: SLF001
            line = cell.p_lst[0]
            run = line.add_r()
            run.text = clean(text)
            run.get_or_add_rPr().get_or_add_sz().val = Pt(9)
            if name in block.numeric:
                line.get_or_add_pPr().get_or_add_jc().val = WD_ALIGN_PARAGRAPH.RIGHT
    paper.add_paragraph().paragraph_format.space_after = Pt(2)


def _chart(paper: Any, block: Chart, image: bytes) -> None:
    from docx.shared import Mm

    title = paper.add_paragraph()
    title.add_run(clean(block.drawing.title)).bold = True
    title.paragraph_format.keep_with_next = True
    line = paper.add_paragraph()
    line.paragraph_format.keep_with_next = True
    line.add_run().add_picture(io.BytesIO(image), width=Mm(125))
    drawn = paper.inline_shapes[-1]._inline.docPr  # noqa: SLF001
    drawn.set("descr", clean(block.drawing.alt))
    drawn.set("title", clean(block.drawing.title))
    under = " ".join(text for text in (clean(block.caption), block.get()) if text)
    if under:
        paper.add_paragraph(under, style="Caption")
    _table(paper, block.table)


def _timeless(data: bytes) -> bytes:
    """Return the same zip file with one moment for every part."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return made.getvalue()
