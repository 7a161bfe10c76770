"""The frame of a page for people: one HTML file that needs no script, no network and no other file.

It follows the patterns of GOV.UK Frontend (spacing, type scale, skip link, focus) without its crown or typeface, with
light and dark colours, room for 320 px and 200 % zoom, and A4 in print. A strict content security policy in the page
forbids scripts and requests outside, whatever stands in it.

Text that is not `markupsafe.Markup` is escaped, everywhere. Compose bodies with ``Markup("<p>{}</p>").format(text)``,
which escapes what it fills in. The style sheet offers these classes:

``inset``
    a box for what must not be missed; ``warning`` beside it for bad news
``key``
    on ``ol`` or ``ul``: the few sentences that matter most
``figures``
    on ``dl``: large numbers with their words, one box for each
``small``
    quieter, smaller text
``swatch c1`` … ``swatch c4``
    a small square in a colour of the charts, which SVG takes as ``class="c1"``; draw an SVG in a ``figure`` some 400
    units wide, so that its words can be read on a phone
``hidden``
    words for a screen reader only
"""

from __future__ import annotations

import base64
import functools
import hashlib
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import jinja2
from markupsafe import Markup
from markupsafe import escape as _escape

from homeground.errors import BadSpecification

__all__ = ["details", "escape", "html_table", "render_page", "templates_of"]

_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
_RIGHT_TO_LEFT = ("ar", "fa", "he", "ps", "sd", "ug", "ur", "yi")


def escape(value: object) -> Markup:
    """Return `value` as text that is safe inside HTML; `Markup` is left as it is, control characters are dropped.

    Examples
    --------
    >>> escape("Fish & <chips>")
    Markup('Fish &amp; &lt;chips&gt;')
    """
    return value if isinstance(value, Markup) else _escape(str(value).translate(_CONTROL))


def details(summary: str, body: str, *, opened: bool = False) -> Markup:
    """Return a part of the page that opens on request, such as the numbers behind a figure; in print it is always open.

    Parameters
    ----------
    summary : str
        What one clicks on: "Show the numbers".
    body : Markup or str
        What appears.
    opened : bool
        Whether it is open from the start.

    Examples
    --------
    >>> details("Show the numbers", "12 of 90")
    Markup('<details><summary>Show the numbers</summary><div class="inside">12 of 90</div></details>')
    """
    return Markup('<details{}><summary>{}</summary><div class="inside">{}</div></details>').format(
        Markup(" open") if opened else "", escape(summary), escape(body)
    )


def html_table(
    rows: Iterable[Sequence[object]],
    *,
    caption: str,
    headings: Sequence[str],
    numeric: Collection[str] | None = None,
    decimals: int | Mapping[str, int] = 2,
    row_headings: bool = True,
) -> Markup:
    """Return a table that a screen reader can follow and a phone can scroll.

    Parameters
    ----------
    rows : iterable of sequences
        Cells as numbers, text or `Markup`. None and NaN are shown as "no figure", whole numbers with thousands commas,
        true and false as "yes" and "no".
    caption : str
        What the table shows, with period and unit. Give every table on a page its own.
    headings : sequence of str
        One per column.
    numeric : collection of str, optional
        Headings of columns set to the right; those that hold numbers only when left out.
    decimals : int or mapping of str to int
        Places after the point of numbers that are not whole, for all columns or by heading.
    row_headings : bool
        Whether the first cell names its row.

    Raises
    ------
    BadSpecification
        If a row has more or fewer cells than there are headings, or `numeric` names a heading that is not there.

    Examples
    --------
    >>> rows = [["Moorend", 7200], ["Sandhaven", None]]
    >>> print(html_table(rows, caption="People, 2024", headings=["Place", "People"]))
    <div class="scroll" role="region" aria-label="People, 2024" tabindex="0"><table class="named">
    <caption><span>People, 2024</span></caption>
    <thead><tr><th scope="col">Place</th><th scope="col" class="n">People</th></tr></thead>
    <tbody><tr><th scope="row">Moorend</th><td class="n">7,200</td></tr>
    <tr><th scope="row">Sandhaven</th><td class="n"><span class="none">no figure</span></td></tr></tbody></table></div>
    """
    cells = [list(row) for row in rows]
    _check_cells(cells, headings, numeric)
    right = set(_numeric_headings(cells, headings) if numeric is None else numeric)
    places = decimals if isinstance(decimals, Mapping) else dict.fromkeys(headings, decimals)
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(_align(name in right), escape(name)) for name in headings
    )
    body = Markup("\n").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                (
                    Markup('<th scope="row"{}>{}</th>') if row_headings and place == 0 else Markup("<td{}>{}</td>")
                ).format(_align(name in right), _cell(value, places.get(name, 2)))
                for place, (name, value) in enumerate(zip(headings, row, strict=True))
            )
        )
        for row in cells
    )
    return Markup(
        '<div class="scroll" role="region" aria-label="{0}" tabindex="0"><table{3}>\n'
        "<caption><span>{0}</span></caption>\n"
        "<thead><tr>{1}</tr></thead>\n<tbody>{2}</tbody></table></div>"
    ).format(escape(caption), head, body, Markup(' class="named"') if row_headings else "")


def _check_cells(cells: list[list[object]], headings: Sequence[str], numeric: Collection[str] | None) -> None:
    for number, row in enumerate(cells, 1):
        if len(row) != len(headings):
            raise BadSpecification(
                f"row {number} of the table has {len(row)} cells under {len(headings)} headings",
                remedy="Give one cell for each heading; None where there is no figure.",
            )
    unknown = [name for name in numeric or () if name not in headings]
    if unknown:
        raise BadSpecification(f"no heading is called '{unknown[0]}'", remedy=f"There are: {', '.join(headings)}.")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _numeric_headings(cells: list[list[object]], headings: Sequence[str]) -> list[str]:
    found = []
    for place, name in enumerate(headings):
        values = [row[place] for row in cells if not _is_missing(row[place])]
        if values and all(_is_number(value) for value in values):
            found.append(name)
    return found


def _align(right: bool) -> Markup:  # noqa: FBT001  a private word of html_table
    return Markup(' class="n"') if right else Markup("")


def _cell(value: object, places: int) -> Markup:
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()  # a number of NumPy
    if _is_missing(value):
        return Markup('<span class="none">no figure</span>')
    if isinstance(value, bool):
        return escape("yes" if value else "no")
    if isinstance(value, int):
        return escape(f"{value:,}".replace("-", "\N{MINUS SIGN}"))
    if isinstance(value, float):
        text = f"{value:,.{places}f}"
        return escape(text.lstrip("-") if not text.strip("-0.,") else text.replace("-", "\N{MINUS SIGN}"))
    return escape(value)


def render_page(
    *,
    title: str,
    body: str,
    lede: str = "",
    language: str = "en",
    contents: Sequence[tuple[str, str]] = (),
    footer: str = "",
    style: str = "",
) -> str:
    """Return a whole HTML document.

    Parameters
    ----------
    title : str
        The heading of the page and the name of its tab.
    body : Markup
        Everything under the heading. Plain text is escaped.
    lede : str
        One sentence under the heading that says what this is.
    language : str
        Language of the page, such as ``en`` or ``cy``.
    contents : sequence of (str, str)
        ``(id, words)`` of the sections to list at the top; each id must stand in `body`.
    footer : str
        What ends the page: where this comes from, last updated.
    style : str
        More style rules. Style sheets inside `body` are blocked by the page's policy; style attributes are not.

    Returns
    -------
    str
        The same for the same arguments. It holds no script and asks for nothing outside itself.

    Raises
    ------
    BadSpecification
        If the title is empty, the language is no language tag, or an entry of `contents` leads nowhere.

    Examples
    --------
    >>> page = render_page(title="Sandhaven & Moorend", body=Markup("<p>Two places.</p>"))
    >>> page.startswith("<!doctype html>"), "<h1>Sandhaven &amp; Moorend</h1>" in page
    (True, True)
    """
    if not title.strip():
        raise BadSpecification("a page needs a title", remedy="Give title='…'.")
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
        raise BadSpecification(f"'{language}' is not a language", remedy="Use a tag such as 'en' or 'cy'.")
    inside = escape(body)
    for anchor, words in contents:
        if f'id="{escape(anchor)}"' not in inside:
            raise BadSpecification(
                f"the contents lead to '{words}', but no part of the page has id=\"{anchor}\"",
                remedy="Give the section that id, or take the entry out.",
            )
    sheet = Markup("\n" + _STYLE.strip() + "\n" + _rules(style))  # noqa: S704  ours, and checked to hold no tag
    return _template().render(
        title=escape(title),
        body=inside,
        lede=escape(lede),
        language=language,
        direction="rtl" if language.lower().split("-")[0] in _RIGHT_TO_LEFT else "ltr",
        contents=[(escape(anchor), escape(words)) for anchor, words in contents],
        footer=escape(footer),
        style=sheet,
        style_hash=base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode(),
        mark=_MARK,
    )


def _rules(style: str) -> str:
    if "<" in style:
        raise BadSpecification("the extra style rules hold a '<'", remedy="Give style rules only, without tags.")
    return style


def templates_of(package: str | None = None) -> jinja2.Environment:
    """Return the Jinja environment of a room: every text escaped, and a name that is not given is an error.

    Parameters
    ----------
    package : str, optional
        The package whose folder ``templates`` is read, such as ``homeground.find``.

    Examples
    --------
    >>> templates_of().from_string("<p>{{ name }}</p>").render(name="Sand & Sea")
    '<p>Sand &amp; Sea</p>'
    """
    return jinja2.Environment(
        loader=None if package is None else jinja2.PackageLoader(package),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


@functools.cache
def _template() -> jinja2.Template:
    return templates_of().from_string(_FRAME)


_MARK = Markup(
    '<svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">'
    '<path class="roof" d="M3 17 16 5l13 12"/><path class="ground" d="M3 27c4-5 9-5 13-2s9 2 13-3"/></svg>'
)

_FRAME = """\
<!doctype html>
<html lang="{{ language }}" dir="{{ direction }}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
style-src-elem 'sha256-{{ style_hash }}'; style-src-attr 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>{{ title }}</title>
<style>{{ style }}</style>
</head>
<body>
<a class="skip" href="#main">Skip to main content</a>
<header><div class="wrap"><span class="brand">{{ mark }}Homeground</span></div></header>
<main id="main" class="wrap" tabindex="-1">
<h1>{{ title }}</h1>
{% if lede %}
<p class="lede">{{ lede }}</p>
{% endif %}
{% if contents %}
<nav class="contents" aria-label="On this page"><h2>On this page</h2>
<ol{% if contents | length > 5 %} class="many"{% endif %}>
{% for anchor, words in contents %}
<li><a href="#{{ anchor }}">{{ words }}</a></li>
{% endfor %}
</ol></nav>
{% endif %}
{{ body }}
</main>
<footer><div class="wrap">
{% if footer %}
<div>{{ footer }}</div>
{% endif %}
<p>Made with Homeground. This page is one file: it works without the internet and sends nothing anywhere.</p>
</div></footer>
</body>
</html>
"""

# Sizes are in rem, so that the reader's own text size counts. Spacing and type follow GOV.UK Frontend (5 10 15 20 30 40
# 50 and 16 19 24 36 48 px); chart colours are those of the Analysis Function.
_STYLE = """
:root{--ink:#1d2021;--muted:#4b5257;--line:#b9b2a4;--paper:#fff;--sand:#f7f3eb;--accent:#0f5c57;--bad:#942514;
--focus:#ffdd00;--on-focus:#0b0c0c;--shade:rgba(29,32,33,.28);
--c1:#12436d;--c2:#28a197;--c3:#801650;--c4:#f46a25}
@media screen and (prefers-color-scheme:dark){:root{--ink:#f1efe9;--muted:#b9bfc2;--line:#5a6166;--paper:#16191b;
--sand:#22282a;--accent:#7fd1c7;--bad:#ff9d8a;--shade:rgba(0,0,0,.75);--c1:#6bace6;--c2:#5fd3c6;--c3:#e58ac0;--c4:#f9a06f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
font-size:1.1875rem;line-height:1.47;color:var(--ink);background:var(--paper);overflow-wrap:break-word}
.wrap{max-width:62rem;margin-inline:auto;padding-inline:.9375rem}
@media(min-width:40rem){.wrap{padding-inline:1.875rem}}
.skip{position:absolute;inset-inline-start:-999rem;padding:.625rem .9375rem}
.skip:focus{position:static;display:block}
header{border-bottom:4px solid var(--accent)}
.brand{display:inline-flex;align-items:center;gap:.6rem;padding:.625rem 0;font-weight:700}
.brand .roof,.brand .ground{fill:none;stroke:var(--accent);stroke-width:4;stroke-linecap:round;stroke-linejoin:round}
.brand .ground{stroke:var(--c2)}
main{padding-top:1.875rem;padding-bottom:1.25rem}
main:focus{outline:none}
h1,h2,h3,h4{line-height:1.15;margin:0}
h1,h2{text-wrap:balance}
h1{font-size:2rem;margin-bottom:.9375rem}
h2{font-size:1.6875rem;margin:2.5rem 0 .9375rem}
h3{font-size:1.3125rem;margin:1.875rem 0 .625rem}
h4{font-size:1.1875rem;margin:1.25rem 0 .3125rem}
@media(min-width:40rem){h1{font-size:3rem;margin-bottom:1.25rem}h2{font-size:2.25rem;margin-top:3.125rem}h3{font-size:1.5rem}}
p,ul,ol,dl{margin:0 0 1.25rem}
p,li,dd{max-width:44rem}
li{margin-bottom:.3125rem}
.lede{font-size:1.3125rem;color:var(--muted);line-height:1.35}
@media(min-width:40rem){.lede{font-size:1.5rem}}
a{color:var(--accent);text-decoration-thickness:max(1px,.0625rem);text-underline-offset:.15em}
a:hover{text-decoration-thickness:max(3px,.1875rem)}
a:focus-visible,summary:focus-visible,.skip:focus{outline:3px solid transparent;color:var(--on-focus);
background:var(--focus);box-shadow:0 -2px var(--focus),0 4px var(--on-focus);text-decoration:none}
.scroll:focus-visible{outline:3px solid var(--on-focus);box-shadow:0 0 0 6px var(--focus);outline-offset:0}
.contents{margin:0 0 1.875rem;padding:.9375rem 0 0;border-top:1px solid var(--line)}
.contents h2{font-size:1.1875rem;margin:0 0 .625rem}
.contents ol{list-style:none;margin:0;padding:0}
.contents li{margin:0}
.contents a{display:inline-block;padding:.55rem 0;min-height:2.75rem}
@media(min-width:40rem){.contents .many{columns:2;column-gap:1.875rem}.contents li{break-inside:avoid}}
.inset{background:var(--sand);border-inline-start:6px solid var(--accent);padding:.9375rem 1.125rem;margin:0 0 1.25rem;
max-width:47rem}
.inset.warning{border-color:var(--bad)}
.inset>:first-child{margin-top:0}.inset>:last-child{margin-bottom:0}
.key{list-style:none;padding:0}
.key li{background:var(--sand);border-inline-start:6px solid var(--accent);padding:.9375rem 1.125rem;margin:0 0 .625rem;
font-size:1.25rem;line-height:1.4;max-width:47rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,12rem),1fr));gap:.9375rem}
.figures>div{background:var(--sand);padding:.9375rem 1.125rem;display:flex;flex-direction:column-reverse;
justify-content:flex-end}
.figures dt{color:var(--muted);font-size:1rem}
.figures dd{margin:0;font-size:2rem;font-weight:700;line-height:1.15;font-variant-numeric:tabular-nums}
.small{font-size:1rem;color:var(--muted)}
figure{margin:0 0 1.25rem}
figure svg{display:block;width:100%;max-width:40rem;height:auto}
figcaption{font-size:1rem;color:var(--muted);margin-top:.625rem;max-width:44rem}
svg text{font-family:inherit;fill:var(--ink)}
svg .c1{fill:var(--c1)}svg .c2{fill:var(--c2)}svg .c3{fill:var(--c3)}svg .c4{fill:var(--c4)}
.swatch{display:inline-block;width:.9em;height:.9em;margin-inline-end:.4em;vertical-align:-.08em;background:currentColor;
forced-color-adjust:none;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.swatch.c1{background:var(--c1)}.swatch.c2{background:var(--c2)}.swatch.c3{background:var(--c3)}.swatch.c4{background:var(--c4)}
blockquote{margin:0 0 1.25rem;padding:.2rem 0 .2rem 1rem;border-inline-start:4px solid var(--c2)}
.scroll{overflow-x:auto;container-type:inline-size;margin:0 0 1.875rem;
background:linear-gradient(90deg,var(--paper) 40%,transparent) 0 0/3rem 100% no-repeat local,
linear-gradient(270deg,var(--paper) 40%,transparent) 100% 0/3rem 100% no-repeat local,
linear-gradient(90deg,var(--shade),transparent) 0 0/.9rem 100% no-repeat scroll,
linear-gradient(270deg,var(--shade),transparent) 100% 0/.9rem 100% no-repeat scroll}
table{border-collapse:collapse;width:100%;font-size:1rem;line-height:1.3}
@media(min-width:40rem){table{font-size:1.1875rem}}
caption{text-align:start;font-weight:700;padding:0 0 .625rem}
caption span{display:inline-block;position:sticky;inset-inline-start:0;max-width:min(44rem,100cqi)}
th,td{text-align:start;vertical-align:top;padding:.625rem 1.25rem .625rem 0;border-bottom:1px solid var(--line)}
thead th{vertical-align:bottom;font-weight:700}
tbody th{font-weight:400;min-width:8rem}
@media(min-width:22rem) and (max-width:40rem){.named th:first-child{position:sticky;inset-inline-start:0;
background:var(--paper)}}
th:last-child,td:last-child{padding-inline-end:0}
th.n,td.n{text-align:end;font-variant-numeric:tabular-nums}
td.n{white-space:nowrap}
.none{color:var(--muted);font-style:italic}
details{margin:0 0 1.25rem}
summary{cursor:pointer;color:var(--accent);text-decoration:underline;text-underline-offset:.15em;min-height:2.75rem;
padding:.55rem 0;width:fit-content}
.inside{border-inline-start:5px solid var(--line);padding:.9375rem 0 .3125rem 1.25rem}
.inside>:last-child{margin-bottom:0}
code,kbd,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.9em}
code{overflow-wrap:anywhere}
pre{background:var(--sand);padding:.9375rem;white-space:pre-wrap;overflow-wrap:anywhere;margin:0 0 1.25rem}
.hidden{position:absolute;width:1px;height:1px;margin:-1px;padding:0;overflow:hidden;clip-path:inset(50%);
white-space:nowrap}
footer{margin-top:1.875rem;background:var(--sand);border-top:1px solid var(--line);padding:1.25rem 0 1.875rem;
font-size:1rem}
footer p:last-child{margin-bottom:0}
@media print{@page{size:A4;margin:18mm 15mm}
body{font-size:10.5pt}h1{font-size:22pt}h2{font-size:16pt;margin-top:18pt}h3{font-size:12.5pt}
table,.small,figcaption,footer{font-size:9pt}
.wrap{max-width:none;padding-inline:0}.skip,.skip:focus,.contents{display:none}header{border-bottom-width:2px}
h1,h2,h3,h4,caption{break-after:avoid}tr,figure,.inset,.key li,.figures>div{break-inside:avoid}
thead{display:table-header-group}
.scroll{overflow:visible;background:none}td.n{white-space:normal}th,td{padding-inline-end:.5rem}
caption span{position:static;max-width:none}
details::details-content{content-visibility:visible;block-size:auto}
summary{color:inherit;text-decoration:none;font-weight:700;list-style:none}
main a[href^="http"]::after{content:" (" attr(href) ")";overflow-wrap:anywhere;font-size:.85em}
footer{background:none}}
"""
