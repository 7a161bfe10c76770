"""The report of an audit: one page that a person who is no statistician can read, with every number behind it."""

from __future__ import annotations

from dataclasses import dataclass, field

import jinja2
from markupsafe import Markup

from homeground import chart
from homeground.find.audit import TESTS, Audit
from homeground.find.auditing import charts as audit_charts
from homeground.find.auditing.columns import FILES
from homeground.find.auditing.material import Finding
from homeground.find.auditing.shown import shown
from homeground.page import details, render_page, templates_of
from homeground.tables import listed
from homeground.words import capital, clean, count

__all__ = ["render_audit"]

_LEVELS = {"act": "Change it or defend it", "look": "Look at it", "fine": "This holds"}
_FIRST = 7  # findings at the top of the page
_MOST_ROWS = 40  # of a table on the page; the file beside it has all

_ASKS = {
    "coverage": "Does every area have a figure, and do the figures tell areas apart? A column with many gaps, or with "
    "the same value nearly everywhere, can rank nobody.",
    "distribution": "Is an indicator so lopsided that a handful of extreme areas stretch the scale and squeeze "
    "all others "
    "together?",
    "correlations": "Parts should be about one subject without repeating each other. Do two say the same, so "
    "that it counts "
    "twice? Do two pull against each other, so that they cancel out?",
    "reliability": "If the parts of a group are meant to measure one thing, they should rise and fall "
    "together. Do they?",
    "effective_weights": "A weight is what was intended. How much a part counts also depends on how it goes "
    "with the others. "
    "How much of the score’s differences does each part account for?",
    "dominance": "Would one part alone give nearly the same ranking? Which areas are in the worst tenth because of one "
    "part only?",
    "removal": "If one part were taken out, how far would areas move, and how much of the worst tenth would be "
    "replaced?",
    "sensitivity": "Those who made the index had to choose weights, a scale, a way to combine and what to put "
    "in. Had they "
    "chosen otherwise, all at once, how far would areas move, and which choice matters most?",
    "rank_bands": "A rank looks exact. Over all those other choices, between which ranks does each area stay?",
}

_HOW = {
    "coverage": "Gaps are counted in the column as it was read, before anything is filled in. A gap in more "
    "than 1 area in 20, "
    "one value in more than 1 area in 10, or ties for most areas is worth a word.",
    "distribution": "Skew says how lopsided values are (0 is even), kurtosis how far-flung (0 is a bell "
    "curve). The handbook "
    "asks to treat an indicator when skew is beyond 2, up or down, and kurtosis beyond 3.5, both at once.",
    "correlations": "A correlation runs from -1 (opposite) over 0 (nothing in common) to 1 (the same). "
    "Spearman’s compares ranks, "
    "Pearson’s the values as they go up into the index. Above .92 is too much alike. Variance inflation above 10 means "
    "that nine tenths of a part can be told from the others beside it.",
    "reliability": "Cronbach’s alpha, of parts with equal spread: it is high when parts go together and when "
    "there are many. "
    "0.70 is the usual line. A group of unlike needs may rightly have a low alpha.",
    "effective_weights": "Influence is the share of the differences in the score that vanishes when the part "
    "is known: areas are put "
    "in up to 100 equal groups by the part, and the differences between groups compared with all differences (the "
    "correlation ratio, or first-order effect, of Paruolo, Saisana and Saltelli, 2013). The shares of all "
    "parts are then made "
    "to add up to 100%. ‘Share of variance’ is the plain alternative: weight times covariance over variance.",
    "dominance": "Areas are ranked by each part alone and compared with the index. What a part adds is its "
    "weight times its "
    "value; where values can be below zero, it is counted from the lowest.",
    "removal": "The part is left out, the weights of its neighbours are scaled up in proportion (not estimated "
    "again), and "
    "everything above is made again.",
    "sensitivity": "All choices are varied at once, many times (a Sobol sequence, in Saltelli’s design). "
    "‘Alone’ is the share of "
    "the variation that a choice explains by itself (first-order index), ‘with others’ what it is involved in "
    "(total index). Totals add up to more than 100% when choices act together. Estimated by SciPy; intervals "
    "by resampling "
    "the re-runs (bootstrap, 95%).",
    "rank_bands": "From the two independent halves of the re-runs: the 5th and 95th percentile of each area’s "
    "rank. The band says "
    "how far the ranking hangs on choices; it does not hold errors in the figures themselves.",
}


@dataclass
class _Section:
    """One test on the page."""

    id: str
    heading: str
    asks: str
    how: str
    found: list[Finding]
    undone: list[str]
    charts: list[Markup] = field(default_factory=list)
    tables: list[tuple[str, Markup]] = field(default_factory=list)
    extra: Markup = field(default_factory=Markup)


def render_audit(audit: Audit, *, folder: str = "", command: str = "") -> str:
    """Return the report of an audit as one HTML page that needs no script, network or other file.

    Parameters
    ----------
    audit : Audit
    folder : str
        Name of the folder where the tables lie, to be told to the reader; '' when they are not written.
    command : str
        What was typed, so that others can do it again.

    Returns
    -------
    str
        A whole document. The same for the same audit.

    Examples
    --------
    >>> import polars as pl
    >>> from homeground.find.audit import audit
    >>> from homeground.find.index import build
    >>> from homeground.method import parse_method
    >>> method = parse_method({
    ...     "name": "two", "title": "Two things", "index": {"parts": ["a", "b"], "weights": "equal"},
    ...     "parts": {"a": {"column": "a", "transform": "z"}, "b": {"column": "b", "transform": "z"}},
    ... })
    >>> table = pl.DataFrame({"area_code": list("pqrstuvw"), "a": list(range(8)), "b": [3, 1, 4, 1, 5, 9, 2, 6]})
    >>> page = render_audit(audit(build(method, table), samples=8))
    >>> "<h1>Audit: Two things</h1>" in page, "What matters most" in page
    (True, True)
    """
    sections = [_section(audit, name, heading) for name, heading, _ in TESTS]
    first = [finding for finding in audit.findings if finding.level != "fine"]
    rest = len(first) - _FIRST
    body = _template().render(
        sections=sections,
        levels=_LEVELS,
        headings={name: heading for name, heading, _ in TESTS},
        figures=_figures(audit),
        first=first[:_FIRST],
        more=f"{count(rest, 'more finding asks', 'more findings ask')} for a look." if rest > 0 else "",
        undone=_undone(audit),
        notes=[clean(note.text) for note in audit.notes],
        seed=audit.seed,
        command=command,
        sources=[_source(source) for source in audit.sources],
        files=[(name, words) for name, words in FILES.items() if name in audit.tables] if folder else [],
        folder=folder,
    )
    contents = [("first", "What matters most")]
    contents += [("undone", "What could not be tested")] if 'id="undone"' in body else []
    contents += [(section.id, section.heading) for section in sections]
    return render_page(
        title=f"Audit: {clean(audit.title)}",
        lede="Nine tests of whether this index measures what it says, evenly and surely: what each asks, what was "
        "found, what to do.",
        body=Markup(body),  # noqa: S704  made by our template, which escapes what it fills in
        contents=[*contents, ("made", "How this was made")],
        style=chart.STYLE + _STYLE,
    )


_STYLE = """
.findings .fine{border-color:var(--line)}
.findings .act{border-color:var(--bad)}
.findings p{margin:0 0 .625rem}
.findings p:last-child{margin:0}
.level{display:block;font-size:1rem;margin-bottom:.3rem}
.act .level{color:var(--bad)}
"""


def _template() -> jinja2.Template:
    environment = templates_of("homeground.find")
    environment.globals["details"] = details
    return environment.get_template("audit.html.jinja")


def _figures(audit: Audit) -> list[tuple[str, str]]:
    level = [finding.level for finding in audit.findings]
    return [
        (f"{audit.scored:,}", "areas with a score"),
        (f"{len(audit.method.leaves()):,}", "columns that it is made of"),
        (f"{level.count('act'):,}", "findings to change or defend"),
        (f"{level.count('look'):,}", "findings to look at"),
    ]


def _source(source: object) -> dict[str, str]:
    kept = {name: clean(getattr(source, name)) for name in ("title", "publisher", "period", "licence", "address")}
    kept["licence"] = kept["licence"].rstrip(".")
    return kept | {"address": kept["address"] if kept["address"].startswith(("http://", "https://")) else ""}


def _undone(audit: Audit) -> list[str]:
    return [f"{heading} {capital(words)}" for name, heading, _ in TESTS for words in _undone_of(audit, name)]


def _undone_of(audit: Audit, test: str) -> list[str]:
    tables = next(tables for name, _, tables in TESTS if name == test)
    said: dict[str, list[str]] = {}
    for item in audit.not_done:
        if item.test == test or item.test in tables:
            title = ""
            if item.part:
                title = audit.title if item.part == "index" else audit.method.label(item.part)
            said.setdefault(item.why, []).append(clean(title))
    return [f"{why}{_which(titles)}." for why, titles in said.items()]


def _which(titles: list[str]) -> str:
    named = list(dict.fromkeys(title for title in titles if title))
    return f" ({listed(named, most=8)})" if named else ""


def _section(audit: Audit, name: str, heading: str) -> _Section:
    section = _Section(
        id=name,
        heading=heading,
        asks=_ASKS[name],
        how=_HOW[name],
        found=[finding for finding in audit.findings if finding.test == name],
        undone=[capital(words) for words in _undone_of(audit, name)],
    )
    draw = audit_charts.CHARTS.get(name)
    if draw is not None:
        section.charts = [figure for figure in draw(audit) if figure]
    section.tables = shown(audit, name)
    if name == "sensitivity" and audit.sensitivity is not None:
        items = [Markup("<li><strong>{}.</strong> {}</li>").format(s.title, s.says) for s in audit.sensitivity.sources]
        section.extra = Markup("<p>What was varied, all at once:</p><ul>{}</ul>").format(Markup("").join(items))
    return section
