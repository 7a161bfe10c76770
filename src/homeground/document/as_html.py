"""A document as one page: no script, no network, readable on a phone, in the dark and on paper."""

from __future__ import annotations

from markupsafe import Markup

from homeground import drawing
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
from homeground.page import details, html_table, render_page
from homeground.words import clean

__all__ = ["to_html"]

_STYLE = """
.lead{font-weight:700}
figure{margin-bottom:.3125rem}
figure+details{margin-bottom:1.875rem}
@media print{svg.drawing{max-width:12cm}main a[href^="http"].whole::after{content:none}}
"""


def to_html(document: Document) -> str:
    """Return the page.

    Raises
    ------
    BadSpecification
        See `homeground.document.tree.check`.

    Examples
    --------
    >>> page = to_html(Document("Sandhaven", "A ward.", (Section("Health", (Paragraph("It is <well>."),)),)))
    >>> "It is &lt;well&gt;." in page, "<script" in page
    (True, False)
    """
    check(document)
    anchors = [section.anchor or f"part-{number}" for number, section in enumerate(document.sections, 1)]
    body = Markup("\n").join(
        _section(section, anchor, 2) for section, anchor in zip(document.sections, anchors, strict=True)
    )
    return render_page(
        title=clean(document.title),
        lede=clean(document.lede),
        body=body,
        language=document.language,
        contents=[(anchor, clean(section.title)) for anchor, section in zip(anchors, document.sections, strict=True)],
        footer=Markup("").join(Markup("<p>{}</p>").format(clean(text)) for text in document.ending if clean(text)),
        style=drawing.STYLE + _STYLE,
    )


def _section(section: Section, anchor: str, level: int) -> Markup:
    heading = Markup('<h{0} id="{1}">{2}</h{0}>').format(level, anchor, clean(section.title))
    parts = [heading, *(_block(block) for block in section.blocks)]
    parts += [
        _section(inner, inner.anchor or f"{anchor}-{number}", level + 1)
        for number, inner in enumerate(section.sections, 1)
    ]
    return Markup("\n").join(parts)


def _block(block: Block) -> Markup:
    match block:
        case Paragraph():
            css = Markup(' class="small"') if block.quiet else ""
            return Markup("<p{}>{}{}</p>").format(css, _lead(block.lead), clean(block.text))
        case Bullets():
            return _bullets(block)
        case Figures():
            return Markup('<dl class="figures">{}</dl>').format(
                Markup("").join(
                    Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(clean(said), clean(number))
                    for number, said in block.pairs
                )
            )
        case DataTable():
            return _table(block)
        case Chart():
            return _chart(block)
        case Callout():
            css = "inset warning" if block.warning else "inset"
            return Markup('<div class="{}"><p>{}</p></div>').format(css, clean(block.text))
        case Link():
            after = Markup(" {}").format(clean(block.after)) if clean(block.after) else ""
            # An address that stands in the words is not printed a second time.
            whole = Markup(' class="whole"') if block.address and block.address in block.words else ""
            return Markup('<p><a href="{}"{}>{}</a>{}</p>').format(
                _safe(block.address), whole, clean(block.words), after
            )


def _bullets(block: Bullets) -> Markup:
    tag, css = ("ol", Markup(' class="key"')) if block.key else ("ul", "")
    items = Markup("").join(
        Markup("<li>{}</li>").format(
            clean(item) if isinstance(item, str) else Markup("{}{}").format(_lead(item[0]), clean(item[1]))
        )
        for item in block.items
    )
    return Markup("<{0}{1}>{2}</{0}>").format(tag, css, items) if block.items else Markup("")


def _lead(text: str) -> Markup:
    return Markup('<span class="lead">{}</span> ').format(clean(text)) if clean(text) else Markup("")


def _table(block: DataTable) -> Markup:
    table = html_table(
        [[clean(cell) or None for cell in row] for row in block.rows],
        caption=clean(block.caption),
        headings=[clean(name) for name in block.headings],
        numeric=[clean(name) for name in block.headings if name in block.numeric],
    )
    return details(block.folded, table) if block.folded else table


def _chart(block: Chart) -> Markup:
    where = Markup("")
    if block.address:
        where = Markup(' <a href="{}">{}</a>').format(_safe(block.address), block.get())
    return Markup('<figure><p class="chart-title">{}</p>{}<figcaption>{}{}</figcaption></figure>{}').format(
        clean(block.drawing.title), block.drawing.inline(), clean(block.caption), where, _table(block.table)
    )


def _safe(address: str) -> str:
    """Return an address that cannot run anything: one of the web, or a file beside the page."""
    said = clean(address)
    return said if said.startswith(("https://", "http://")) or ":" not in said else ""
