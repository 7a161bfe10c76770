"""Charts that stand in a page and alone: bars beside each other, and lines over the years, as SVG.

One list of marks is drawn twice. In a page, lengths across are in percent and down in rem, so that the words keep the
reader's size at any width, and the colours are the page's, light and dark. Alone, for a file, a PDF or a Word document,
everything is in pixels and the colours stand in the picture.

The colours are those of the Analysis Function for categories, in its order, as in its package afcharts; no chart takes
more than four of them, and every bar and line carries its own words, so that nothing is said by colour alone.
Source: Government Analysis Function, "Data visualisation: colours in charts".
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from homeground.errors import BadSpecification
from homeground.words import clean

__all__ = ["PALETTE", "STYLE", "Drawing", "Line", "Mark", "Point", "Row", "compare", "over_years"]

#: Dark blue, turquoise, dark pink, orange: at least 3 to 1 against white.
PALETTE = ("#12436d", "#28a197", "#801650", "#f46a25")

#: Style rules that a page with these drawings needs.
STYLE = """
figure svg.drawing{height:auto;max-width:40rem;overflow:visible}
svg.drawing text{font-size:1rem}
svg.drawing .b{font-weight:700}
svg.drawing .q{fill:var(--muted);font-style:italic}
svg.drawing .rule{stroke:var(--line);stroke-width:1}
svg.drawing .halo{stroke:var(--paper);stroke-width:6}
svg.drawing .reach{stroke:var(--ink);stroke-width:2}
svg.drawing .gone{fill:none;stroke:var(--muted);stroke-width:1.5;stroke-dasharray:4 4}
svg.drawing .open{fill:var(--paper);stroke:var(--ink);stroke-width:2}
svg.drawing .l1{stroke:var(--c1);stroke-width:3}svg.drawing .l2{stroke:var(--c2);stroke-width:3;stroke-dasharray:9 4}
svg.drawing .l3{stroke:var(--c3);stroke-width:3;stroke-dasharray:3 4}
svg.drawing .l4{stroke:var(--c4);stroke-width:3;stroke-dasharray:12 4 3 4}
.chart-title{font-weight:700;margin:0 0 .3125rem;max-width:44rem}
"""

_ALONE = """
text{font-size:16px;fill:#1d2021}.b{font-weight:700}.q{fill:#4b5257;font-style:italic}.s{font-size:13px;fill:#4b5257}
.c1{fill:#12436d}.c2{fill:#28a197}.c3{fill:#801650}.c4{fill:#f46a25}
.rule{stroke:#b9b2a4;stroke-width:1}.halo{stroke:#fff;stroke-width:6}.reach{stroke:#1d2021;stroke-width:2}
.gone{fill:none;stroke:#4b5257;stroke-width:1.5;stroke-dasharray:4 4}
.open{fill:#fff;stroke:#1d2021;stroke-width:2}
.l1{stroke:#12436d;stroke-width:3}.l2{stroke:#28a197;stroke-width:3;stroke-dasharray:9 4}
.l3{stroke:#801650;stroke-width:3;stroke-dasharray:3 4}.l4{stroke:#f46a25;stroke-width:3;stroke-dasharray:12 4 3 4}
"""

_WIDTH, _EDGE, _REM = 640.0, 12.0, 16.0  # pixels of a drawing that stands alone
_LONGEST = 76.0  # percent: the longest bar, so that its figure fits behind it
_DEEP = 3.1  # rem: a line of words and a bar
_LABEL = 40  # letters that fit on a phone
_ACROSS = 70  # letters that fit across a drawing that stands alone


@dataclass(frozen=True)
class Mark:
    """One mark: ``text``, ``line``, ``rect`` or ``circle``; x in percent of the width, y in rem from the top."""

    kind: str
    css: str
    x: float
    y: float
    x2: float = 0.0
    y2: float = 0.0
    text: str = ""
    anchor: str = "start"
    shift: float = 0.0


@dataclass(frozen=True)
class Row:
    """One bar of a comparison.

    Attributes
    ----------
    label, says : str
        What it is, and its figure in words, or why there is none ("hidden to protect people").
    value : float or None
        None where there is no figure: an empty dashed box is drawn. Nought is drawn as a line on the base.
    low, high : float, optional
        Its limits, drawn as a thin line with ends.
    colour : int
        1 to 4; give the place that the chart is about 1.
    """

    label: str
    value: float | None
    says: str
    low: float | None = None
    high: float | None = None
    colour: int = 2


@dataclass(frozen=True)
class Point:
    """One edition of a line: where it stands across, what it is called, its figure, and whether it may be joined."""

    at: float
    label: str
    value: float
    says: str
    comparable: bool = True


@dataclass(frozen=True)
class Line:
    """The figures of one thing over the years."""

    label: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Drawing:
    """A chart that can be drawn in a page or alone.

    Attributes
    ----------
    title : str
        A sentence with the finding.
    alt : str
        Everything it shows, in words.
    marks : tuple of Mark
    height : float
        In rem.
    """

    title: str
    alt: str
    marks: tuple[Mark, ...]
    height: float

    def inline(self) -> Markup:
        """Return the SVG for a page whose style sheet has `STYLE`."""
        drawn = Markup("").join(_mark(mark, _in_page) for mark in self.marks)
        return Markup(
            '<svg class="drawing" role="img" aria-label="{}" width="100%" height="{:.2f}rem">{}</svg>'
        ).format(self.alt, self.height, drawn)

    def alone(self, *, below: Sequence[str] = (), font: str = "", titled: bool = True) -> str:
        """Return a whole SVG file.

        Parameters
        ----------
        below : sequence of str
            Lines under the chart: source, period, licence.
        font : str
            Name of the typeface; the reader's own when left out.
        titled : bool
            Whether the title stands above the chart.
        """
        head = _wrapped(clean(self.title), _ACROSS - 6) if titled else []
        foot = [line for text in below for line in _wrapped(clean(text), _ACROSS + 12)]
        top = 1.35 * len(head) + (0.5 if head else 0.0)
        height = top + self.height + 0.4 + 1.1 * len(foot)
        marks = [Mark("text", "b", 0, 1.0 + 1.35 * place, text=line) for place, line in enumerate(head)]
        marks += [
            replace(mark, y=mark.y + top, y2=mark.y2 if mark.kind == "rect" else mark.y2 + top) for mark in self.marks
        ]
        under = top + self.height + 1.0
        marks += [Mark("text", "s", 0, under + 1.1 * place, text=line) for place, line in enumerate(foot)]
        tall = height * _REM + 2 * _EDGE
        family = (
            f"'{font}'"
            if font
            else "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',sans-serif"
        )
        drawn = Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" width="{0:.0f}" height="{1:.0f}" viewBox="0 0 {0:.0f} {1:.0f}" '
            'role="img" font-family="{2}"><title>{3}</title><desc>{4}</desc><style>{5}</style>'
            '<rect width="{0:.0f}" height="{1:.0f}" fill="#fff"/>{6}</svg>\n'
        ).format(
            _WIDTH, tall, family, clean(self.title), clean(self.alt), Markup(_ALONE.strip()),  # noqa: S704  ours
            Markup("").join(_mark(mark, _in_pixels) for mark in marks),
        )  # fmt: skip
        return str(drawn)


def _in_page(x: float, y: float) -> tuple[str, str]:
    return f"{x:.2f}%", f"{y:.2f}rem"


def _in_pixels(x: float, y: float) -> tuple[str, str]:
    return f"{_EDGE + x / 100 * (_WIDTH - 2 * _EDGE):.1f}", f"{_EDGE + y * _REM:.1f}"


def _mark(mark: Mark, place: Callable[[float, float], tuple[str, str]]) -> Markup:
    """Return one mark as SVG; put together by hand, for there are tens of thousands, and only words can hold a sign."""
    alone = place is _in_pixels
    x, y = place(mark.x, mark.y)
    if mark.kind == "text":
        dx = "" if not mark.shift else f' dx="{mark.shift * _REM:.1f}"' if alone else f' dx="{mark.shift:.2f}rem"'
        anchor = f' text-anchor="{mark.anchor}"' if mark.anchor != "start" else ""
        drawn = f'<text class="{mark.css}" x="{x}" y="{y}"{anchor}{dx}>{escape(clean(mark.text))}</text>'
    elif mark.kind == "circle":
        drawn = f'<circle class="{mark.css}" cx="{x}" cy="{y}" r="{"6" if alone else ".36rem"}"/>'
    elif mark.kind == "line":
        x2, y2 = place(mark.x2, mark.y2)
        drawn = f'<line class="{mark.css}" x1="{x}" y1="{y}" x2="{x2}" y2="{y2}"/>'
    else:
        wide, high = place(mark.x2, mark.y2)
        if alone:
            wide, high = f"{mark.x2 / 100 * (_WIDTH - 2 * _EDGE):.1f}", f"{mark.y2 * _REM:.1f}"
        drawn = f'<rect class="{mark.css}" x="{x}" y="{y}" width="{wide}" height="{high}"/>'
    return Markup(drawn)  # noqa: S704  numbers and our own words, but for the text, which is escaped


def _wrapped(text: str, most: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word[:most])
    return lines


def compare(title: str, rows: Sequence[Row], *, longest: float | None = None) -> Drawing:
    """Return bars under each other, each with its words: a place beside the places it is compared with.

    Parameters
    ----------
    title : str
        A sentence with the finding.
    rows : sequence of Row
        All in one unit. Figures below nought are drawn to the left of the base.
    longest : float, optional
        The figure that fills the width, such as 100 for a share; the largest one when left out.

    Raises
    ------
    BadSpecification
        If there is no row, or a colour is not one of the four.

    Examples
    --------
    >>> drawing = compare("More here", [Row("Sandhaven", 18, "18%", colour=1), Row("England", 13, "13%")])
    >>> drawing.alt, drawing.alone().startswith("<svg")
    ('Sandhaven: 18%; England: 13%', True)
    """
    if not rows:
        raise BadSpecification("a chart needs at least one row", remedy="Leave the chart out where nothing is known.")
    _check_colours([row.colour for row in rows])
    known = [value for row in rows for value in (row.value, row.low, row.high) if value is not None]
    least, most = min([0.0, *known]), max([0.0, *known, longest or 0.0])
    stretch = _LONGEST / max(most - least, 1e-12)
    base = -least * stretch
    marks: list[Mark] = []
    for place, row in enumerate(rows):
        marks += _bar(row, place * _DEEP, base, stretch)
    return Drawing(title, "; ".join(f"{clean(row.label)}: {row.says}" for row in rows), tuple(marks), _DEEP * len(rows))


def _check_colours(colours: Sequence[int]) -> None:
    if any(not 1 <= colour <= len(PALETTE) for colour in colours):
        raise BadSpecification(
            "a chart shows at most four categories", remedy="Leave some to the table, or draw two charts."
        )


def _bar(row: Row, top: float, base: float, stretch: float) -> list[Mark]:
    strong = "b" if row.colour == 1 else ""
    marks = [Mark("text", strong, 0, top + 1.0, text=clean(row.label, most=_LABEL))]
    marks.append(Mark("line", "rule", base, top + 1.35, base, top + 2.55))
    if row.value is None:
        marks.append(Mark("rect", "gone", base, top + 1.5, 12.0, 0.9))
        return [*marks, Mark("text", "q", base + 12.0, top + 2.25, text=row.says, shift=0.5)]
    end = base + row.value * stretch
    left, wide = min(base, end), abs(end - base)
    marks.append(Mark("rect", f"c{row.colour}", left, top + 1.45, wide or 0.4, 1.0))
    furthest = max(base, end)
    if row.low is not None and row.high is not None:
        low, high = base + row.low * stretch, base + row.high * stretch
        furthest = max(furthest, high)
        for css in ("halo", "reach"):
            marks.append(Mark("line", css, low, top + 1.95, high, top + 1.95))
            marks += [Mark("line", css, x, top + 1.65, x, top + 2.25) for x in (low, high)]
    return [*marks, Mark("text", strong, furthest, top + 2.3, text=row.says, shift=0.5)]


def over_years(title: str, lines: Sequence[Line], *, least: float = 0.0, most: float | None = None) -> Drawing:
    """Return lines over the years, each point with its figure; what may not be compared is not joined.

    Parameters
    ----------
    title : str
        A sentence with the finding.
    lines : sequence of Line
        At most four. The words of each stand at its end, but for one alone, which the title names.
    least, most : float
        The figures at the foot and at the top of the scale; from nought to the largest when left out.

    Raises
    ------
    BadSpecification
        If there are more than four lines, or none with a point.

    Examples
    --------
    >>> line = Line("Sandhaven", (Point(2019, "2019", 27, "27"), Point(2025, "2025", 34, "34")))
    >>> over_years("Up from 27 to 34", [line], most=100).alt
    'Sandhaven: 27 in 2019, 34 in 2025'
    """
    _check_colours(range(1, len(lines) + 1))
    points = [point for line in lines for point in line.points]
    if not points:
        raise BadSpecification("a line needs at least one point", remedy="Leave the chart out where nothing is known.")
    first, last = min(point.at for point in points), max(point.at for point in points)
    least = min(least, *(point.value for point in points))
    top = max([point.value for point in points] + ([most] if most is not None else []))
    room = 88.0 if len(lines) == 1 else 62.0

    def at(point: Point) -> tuple[float, float]:
        across = 6.0 + (room * (point.at - first) / (last - first) if last > first else room / 2)
        return across, 1.6 + 5.4 * (1 - (point.value - least) / max(top - least, 1e-12))

    marks = [Mark("line", "rule", 0, 7.4, 100, 7.4)]
    for place, line in enumerate(lines, 1):
        marks += _line(line, place, at, named=len(lines) > 1)
    shown: dict[float, str] = {}
    for point in points:
        shown.setdefault(point.at, point.label)
    centres = [
        (6.0 + (room * (when - first) / (last - first) if last > first else room / 2), shown[when])
        for when in sorted(shown)
    ]
    marks += [Mark("text", "", x, 8.6, text=clean(label, most=12), anchor="middle") for x, label in _apart(centres)]
    said = "; ".join(
        f"{clean(line.label)}: " + ", ".join(f"{point.says} in {point.label}" for point in line.points)
        for line in lines
    )
    return Drawing(title, said, tuple(marks), 9.1)


def _apart(centres: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Keep the words along the foot that do not touch on a phone: the last one always, then those that fit."""
    kept: list[tuple[float, str]] = []
    for x, label in reversed(centres):
        if not kept or kept[-1][0] - x >= 1.6 + 3.1 * max(len(label), 3):
            kept.append((x, label))
    return kept[::-1]


def _line(line: Line, place: int, at: Callable[[Point], tuple[float, float]], *, named: bool) -> list[Mark]:
    marks: list[Mark] = []
    spots = [(*at(point), point) for point in line.points]
    for (x, y, one), (x2, y2, other) in itertools.pairwise(spots):
        if one.comparable and other.comparable:
            marks.append(Mark("line", f"l{place}", x, y, x2, y2))
    words = {x for x, _ in _apart([(x, point.says) for x, _, point in spots])}
    for x, y, point in spots:
        marks.append(Mark("circle", f"c{place}" if point.comparable else "open", x, y))
        if x in words and not (named and point is line.points[-1]):
            marks.append(Mark("text", "b" if point.comparable else "q", x, y - 0.7, text=point.says, anchor="middle"))
    if named and spots:
        x, y, point = spots[-1]
        marks.append(Mark("text", "b", x, y + 0.35, text=clean(f"{line.label}: {point.says}", most=28), shift=0.6))
    return [mark for mark in marks if math.isfinite(mark.y)]
