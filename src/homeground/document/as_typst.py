"""A document as the source of a PDF, in the language of typst, made for PDF/UA-1.

All text is handed over as strings, never as markup, so that no sign in a name (``#``, ``*``, ``$``, ``@``) means
anything. Only the typefaces that come with typst are used: the file is the same on every machine.
"""

from __future__ import annotations

import re

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
)
from homeground.words import clean

__all__ = ["FONT", "picture", "to_typst"]

FONT = "Libertinus Serif"
"""The typeface, which comes with typst."""

_WEB = re.compile(r"https?://[^\s]+$")
_SHORT = 8  # rows of a table that is not broken

_LOOKS = """
#let ink = rgb("#1d2021")
#let accent = rgb("#0f5c57")
#let sand = rgb("#f7f3eb")
#let quiet = rgb("#4b5257")
#let hair = rgb("#b9b2a4")
#let t(s) = s
#set page(paper: "a4", margin: (x: 20mm, top: 18mm, bottom: 20mm), numbering: "1", footer: context align(end,
  text(9pt, fill: quiet, counter(page).display("1 / 1", both: true))))
#set text(font: "Libertinus Serif", size: 11pt, fill: ink, hyphenate: false, fallback: true)
#set par(leading: 0.62em, spacing: 0.95em)
#set list(spacing: 0.75em, marker: text(fill: accent, sym.bullet))
#show heading: set block(sticky: true)
#show heading.where(level: 1): set text(24pt, fill: accent)
#show heading.where(level: 2): set text(16pt, fill: accent)
#show heading.where(level: 2): set block(above: 1.7em, below: 0.8em)
#show heading.where(level: 3): set text(12.5pt)
#show heading.where(level: 3): set block(above: 1.4em, below: 0.7em)
#set table(stroke: (x, y) => (bottom: 0.5pt + hair), inset: (x: 4pt, y: 3.5pt))
#show table: set text(9pt)
#show table: set par(leading: 0.5em)
#show figure.where(kind: table): set block(breakable: true)
#show figure.where(kind: table): set align(start)
#show figure.where(kind: image): set align(start)
#set figure(numbering: none, supplement: none, gap: 0.6em)
#show figure.caption: set text(9.5pt)
#show figure.caption: set align(start)
#set figure.caption(separator: none)
#show figure.where(kind: table): set figure.caption(position: top)
#let inset(body, colour: accent) = block(fill: sand, stroke: (left: 3pt + colour), inset: 9pt, width: 100%, body)
""".strip()


def to_typst(document: Document) -> str:
    """Return the source.

    Raises
    ------
    BadSpecification
        See `homeground.document.tree.check`.

    Examples
    --------
    >>> source = to_typst(Document("Sandhaven", "A ward.", (Section("Health", (Paragraph("#panic()"),)),)))
    >>> '#par(t("#panic()"))' in source
    True
    """
    check(document)
    made = document.made_on
    date = f"datetime(year: {made.year}, month: {made.month}, day: {made.day})" if made else "none"
    language, _, region = document.language.partition("-")
    lines = [
        f"#set document(title: {_string(document.title)}, author: {_string('Homeground')}, date: {date})",
        f"#set text(lang: {_string(language.lower())}{f', region: {_string(region)}' if len(region) == 2 else ''})",
        _LOOKS,
        f"#heading(level: 1, {_t(document.title)})",
    ]
    if clean(document.lede):
        lines.append(f"#par(text(13pt, fill: quiet, {_t(document.lede)}))")
    for section in document.sections:
        lines += _section(section, 2)
    lines += [f"#par(text(9.5pt, fill: quiet, {_t(text)}))" for text in document.ending if clean(text)]
    return "\n".join(lines) + "\n"


def picture(svgs: list[str]) -> str:
    """Return the source of one page for each picture, without margins.

    Examples
    --------
    >>> picture(["<svg/>"]).count("#image")
    1
    """
    looks = "#set page(width: 640pt, height: auto, margin: 0pt)"
    pages = [f'#image(bytes({_string(svg, raw=True)}), format: "svg", width: 640pt)' for svg in svgs]
    return looks + "\n" + "\n#pagebreak()\n".join(pages) + "\n"


def _section(section: Section, level: int) -> list[str]:
    lines = [f"#heading(level: {level}, {_t(section.title)})"]
    lines += [_block(block) for block in section.blocks]
    for inner in section.sections:
        lines += _section(inner, level + 1)
    return lines


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            inner = _led(block.lead, block.text)
            return f"#par(text(9.5pt, fill: quiet, {inner}))" if block.quiet else f"#par({inner})"
        case Bullets():
            items = [_t(item) if isinstance(item, str) else _led(*item) for item in block.items]
            if block.key:
                return "\n".join(f"#inset(par(text(12pt, {item})))" for item in items)
            return f"#list({', '.join(items)})" if items else ""
        case Figures():
            return "\n".join(
                f'#par({_t(said)} + [ ] + text(18pt, weight: "bold", {_t(number)}))' for number, said in block.pairs
            )
        case DataTable():
            return _table(block)
        case Chart():
            return _chart(block)
        case Callout():
            colour = 'rgb("#942514")' if block.warning else "accent"
            return f"#inset(colour: {colour}, par({_t(block.text)}))"
        case Link():
            return f"#par({_linked(block)}{' + [ ] + ' + _t(block.after) if clean(block.after) else ''})"


def _linked(block: Link) -> str:
    address = clean(block.address)
    return f"link({_string(address)}, {_t(block.words)})" if _WEB.match(address) else _t(block.words)


def _led(lead: str, text: str) -> str:
    return f"strong({_t(lead)}) + [ ] + {_t(text)}" if clean(lead) else _t(text)


def _table(block: DataTable) -> str:
    right = [name in block.numeric for name in block.headings]
    wide = ", ".join("auto" if is_right else "1fr" for is_right in right)
    align = ", ".join("right + top" if is_right else "left + top" for is_right in right)
    head = ", ".join(f"strong({_t(name)})" for name in block.headings)
    rows = "".join(
        "  " + ", ".join(_t(cell) if clean(cell) else f"emph({_t('no figure')})" for cell in row) + ",\n"
        for row in block.rows
    )
    # A short table stays on one page; a long one breaks, and its headings are repeated.
    kept = "#block(breakable: false, width: 100%, " if len(block.rows) <= _SHORT else "#("
    return (
        f"{kept}figure(kind: table, caption: strong({_t(block.caption)}),\n"
        f"  table(columns: ({wide},), align: ({align},),\n"
        f"  table.header({head}),\n{rows})))"
    )


def _chart(block: Chart) -> str:
    svg = block.drawing.alone(font=FONT, titled=False)
    where = f" + [ ] + {_t(block.get())}" if block.address else ""
    image = f'image(bytes({_string(svg, raw=True)}), format: "svg", width: 12.5cm, alt: {_string(block.drawing.alt)})'
    return (
        f"#block(sticky: true, below: 0.5em, par(strong({_t(block.drawing.title)})))\n"
        f"#figure(kind: image, {image}, caption: {_t(block.caption) if clean(block.caption) else 'none'}{where})\n"
        f"{_table(block.table)}"
    )


def _t(text: str) -> str:
    return f"t({_string(text)})"


def _string(text: str, *, raw: bool = False) -> str:
    said = text if raw else clean(text)
    return '"' + said.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
