"""Small charts as inline SVG: bars and intervals, one row each, labelled directly, readable on a phone and in print.

Lengths across are in percent and down in rem, so that a chart is as wide as its page while its words keep the
reader's own size. Colours come from the page (classes ``c1`` and ``c2``); no chart says anything by colour alone.
Each stands in a figure with its title; give the numbers in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from homeground.words import clean

__all__ = ["STYLE", "Bar", "Span", "bars", "spans"]

# Charts that also stand alone, as files and on paper, are in `homeground.drawing`.

#: Style rules that a page with these charts needs.
STYLE = """
figure svg.chart{height:auto;max-width:44rem;overflow:visible}
svg.chart text{font-size:1rem}
svg.chart .line{stroke:var(--line);stroke-width:1}
svg.chart .halo{stroke:var(--paper);stroke-width:7}
svg.chart .mark{stroke:var(--ink);stroke-width:3}
svg.chart .limit{stroke:var(--ink);stroke-width:2;stroke-dasharray:5 4}
svg.chart .reach{stroke:var(--c1);stroke-width:5}
svg.chart .whisker{stroke:var(--ink);stroke-width:2}
svg.chart .more{fill:none;stroke:var(--c1);stroke-width:2}
svg.chart .dot{fill:var(--paper);stroke:var(--ink);stroke-width:3}
.chart-title{font-weight:700;margin:0 0 .625rem;max-width:44rem}
"""

_ROW = 3.1  # rem: a line of words and a bar
_WIDE = 70.0  # percent: the longest bar, so that its figure fits behind it
_WORDS = 25.0  # percent: about what a bar's figure takes up on a phone
_LABEL = 42  # letters that fit on a phone


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes
    ----------
    label, says : str
        What it is, and its figure in words.
    value : float
        Its length; below zero it is drawn as zero.
    mark : float, optional
        An upright line to compare it with.
    outer : float, optional
        An outlined bar around it, at least as long.
    low, high : float, optional
        An interval, drawn as a thin line with ends.
    """

    label: str
    value: float
    says: str
    mark: float | None = None
    outer: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Span:
    """One interval on a common scale, with a dot."""

    label: str
    low: float
    dot: float
    high: float
    says: str


def bars(
    title: str,
    rows: Sequence[Bar],
    *,
    caption: str = "",
    limit: tuple[float, str] | None = None,
    longest: float | None = None,
) -> Markup:
    """Return a figure of horizontal bars.

    Parameters
    ----------
    title : str
        What the chart shows, as a sentence ("Barriers counts for a tenth of what its weight says").
    rows : sequence of Bar
    caption : str
        How to read it.
    limit : tuple of (float, str), optional
        A dashed line across all bars, with its name.
    longest : float, optional
        The value that fills the scale; the longest bar's when left out.

    Examples
    --------
    >>> figure = bars("Income counts most", [Bar("Income", 0.4, "40%"), Bar("Crime & fear", 0.1, "10%")])
    >>> "Crime &amp; fear" in figure, 'role="img"' in figure
    (True, True)
    """
    lengths = [value for row in rows for value in (row.value, row.mark, row.outer, row.high) if value is not None]
    scale = _WIDE / max([*lengths, *([limit[0]] if limit else []), longest or 0.0, 1e-9])
    line = None if limit is None else limit[0] * scale
    drawn = Markup("").join(_bar(row, place, scale, line) for place, row in enumerate(rows))
    foot = 0.0
    if limit is not None and line is not None:
        foot = 1.4
        drawn += Markup('<text x="{:.2f}%" y="{:.2f}rem" text-anchor="{}">{}</text>').format(
            line, _ROW * len(rows) + 1.0, "end" if line > 50 else "start", limit[1]
        )
    return _figure(title, drawn, _ROW * len(rows) + foot, caption, [f"{row.label}: {row.says}" for row in rows])


def _bar(row: Bar, place: int, scale: float, limit: float | None) -> Markup:
    top = place * _ROW
    width = max(row.value, 0.0) * scale
    ends = [width]
    drawn = Markup('<text x="0" y="{:.2f}rem">{}</text>').format(top + 1.0, clean(row.label, most=_LABEL))
    drawn += Markup('<line class="line" x1="0" x2="0" y1="{:.2f}rem" y2="{:.2f}rem"/>').format(top + 1.35, top + 2.55)
    drawn += Markup('<rect class="c1" x="0" y="{:.2f}rem" width="{:.2f}%" height="1rem"/>').format(top + 1.45, width)
    if row.outer is not None:
        ends.append(row.outer * scale)
        drawn += Markup('<rect class="more" x="0" y="{:.2f}rem" width="{:.2f}%" height="1rem"/>').format(
            top + 1.45, max(row.outer, 0.0) * scale
        )
    if row.low is not None and row.high is not None:
        ends.append(row.high * scale)
        drawn += _whisker(max(row.low, 0.0) * scale, row.high * scale, top + 1.95)
    if row.mark is not None:
        ends.append(row.mark * scale)
        drawn += _upright("mark", row.mark * scale, top)
    if limit is not None:
        drawn += _upright("limit", limit, top)
        if max(ends) <= limit < max(ends) + _WORDS:  # the figure would stand on the line
            ends.append(limit)
    return drawn + Markup('<text x="{:.2f}%" dx=".5rem" y="{:.2f}rem">{}</text>').format(max(ends), top + 2.3, row.says)


def _upright(kind: str, x: float, top: float) -> Markup:
    # The halo keeps a dark line visible on a dark bar.
    return Markup("").join(
        Markup('<line class="{0}" x1="{1:.2f}%" x2="{1:.2f}%" y1="{2:.2f}rem" y2="{3:.2f}rem"/>').format(
            name, x, top + 1.25, top + 2.65
        )
        for name in ("halo", kind)
    )


def _whisker(low: float, high: float, y: float) -> Markup:
    ends = Markup("").join(
        Markup('<line class="whisker" x1="{0:.2f}%" x2="{0:.2f}%" y1="{1:.2f}rem" y2="{2:.2f}rem"/>').format(
            x, y - 0.25, y + 0.25
        )
        for x in (low, high)
    )
    return ends + Markup('<line class="whisker" x1="{:.2f}%" x2="{:.2f}%" y1="{:.2f}rem" y2="{:.2f}rem"/>').format(
        low, high, y, y
    )


def spans(title: str, rows: Sequence[Span], *, lowest: float, highest: float, caption: str = "") -> Markup:
    """Return a figure of intervals with a dot each, on one scale from `lowest` to `highest`.

    Examples
    --------
    >>> 'class="dot"' in spans("Ranks", [Span("Area", 2, 5, 9, "5, between 2 and 9")], lowest=1, highest=10)
    True
    """
    stretch = 100.0 / max(highest - lowest, 1e-9)
    drawn = Markup("")
    for place, row in enumerate(rows):
        top = place * _ROW
        low, dot, high = ((value - lowest) * stretch for value in (row.low, row.dot, row.high))
        drawn += Markup('<text x="0" y="{:.2f}rem">{}</text>').format(
            top + 1.0, f"{clean(row.label, most=_LABEL)}: {row.says}"
        )
        drawn += Markup('<line class="line" x1="0" x2="100%" y1="{0:.2f}rem" y2="{0:.2f}rem"/>').format(top + 1.95)
        drawn += Markup('<line class="reach" x1="{:.2f}%" x2="{:.2f}%" y1="{:.2f}rem" y2="{:.2f}rem"/>').format(
            low, high, top + 1.95, top + 1.95
        )
        drawn += Markup('<circle class="dot" cx="{:.2f}%" cy="{:.2f}rem" r=".35rem"/>').format(dot, top + 1.95)
    return _figure(title, drawn, _ROW * len(rows), caption, [f"{row.label}: {row.says}" for row in rows])


def _figure(title: str, drawn: Markup, height: float, caption: str, words: list[str]) -> Markup:
    under = Markup("<figcaption>{}</figcaption>").format(caption) if caption else Markup("")
    return Markup(
        '<figure><p class="chart-title">{}</p>'
        '<svg class="chart" role="img" aria-label="{}" width="100%" height="{:.2f}rem">{}</svg>{}</figure>'
    ).format(title, clean("; ".join(words)), height, drawn, under)
