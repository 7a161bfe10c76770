"""One page about a list of places: what it says in words, how sure it is, a map, every place, and where it comes from.

The page is one HTML file that needs nothing else: no script, no request, no outside font (`homeground.page`). What
stands in a file (names, notes, licences) is escaped and cannot become part of the page.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import jinja2
import polars as pl
from markupsafe import Markup

from homeground import page, words
from homeground.find.map import MAP_STYLE, legend
from homeground.find.reporting import method_words
from homeground.find.reporting.listing import NEAR, Listing, Terms, make_listing
from homeground.find.reporting.maps import Maps, draw_maps, map_notes, meanings
from homeground.find.reporting.saying import says
from homeground.provenance import Note, Source

__all__ = [
    "HOW_SURE",
    "THE_MAP",
    "About",
    "Absent",
    "Download",
    "Draft",
    "Reruns",
    "draft_report",
    "finish_report",
    "render_report",
]

THE_MAP = "The map"
HOW_SURE = "How sure it is"
"""What an `Absent` is called that belongs to a section of the page, and is told there."""

_OPEN = 12  # groups of places stand open from the start when the list is this short
_LETTERS = 25  # from this many groups on, an alphabet leads to them
_MOST_PLACES = 3_000  # places with a row of their own on the page; beyond, those with the most need
_MOST_OUTSIDE = 1_000  # the same for places outside the list
_MOST_MISSING = 300  # the same for each reason why areas could not be placed
_CODES = 60  # area codes shown with a note; all of them are in the data


@dataclass(frozen=True)
class About:
    """What the page is about and how it was made.

    Attributes
    ----------
    title : str
        Name of the list.
    description, reference : str
        What it is and where the rule was published, in plain words.
    command : str
        The line that makes the page again.
    made_on : datetime.date or None
        The day to print; never taken from a clock here.
    version : str
        Of Homeground.
    contact : str
        Whom to tell when something is wrong.
    cautions : tuple of str
        What stands in the way of passing the page on, such as a licence.
    invented : bool
        Whether the places do not exist; then the page says so at the top.
    """

    title: str
    description: str = ""
    reference: str = ""
    command: str = ""
    made_on: dt.date | None = None
    version: str = ""
    contact: str = ""
    cautions: tuple[str, ...] = ()
    invented: bool = False


@dataclass(frozen=True)
class Reruns:
    """How the list was made again to see how sure it is.

    Attributes
    ----------
    draws : int
        How many times.
    seed : int
        Start of the random numbers.
    varied : tuple of str
        What was varied: ``weights``, ``noise``, ``normalisation``, ``threshold``, ``rule``, ``edition``.
    size : tuple of int, optional
        How many places the list had, from the 5th to the 95th percentile.
    """

    draws: int
    seed: int = 0
    varied: tuple[str, ...] = ()
    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class Download:
    """A file beside the page: its name (as linked), format, size in bytes and what it holds."""

    file: str
    format: str
    size: int
    holds: str = ""


@dataclass(frozen=True)
class Absent:
    """A file, or the map, that could not be made: what, why, and what to type."""

    what: str
    why: str
    remedy: str = ""


_Told = TypeVar("_Told", About, Download, Absent)


def render_report(
    cohort: pl.DataFrame,
    *,
    about: About,
    terms: Terms | None = None,
    certainty: pl.DataFrame | None = None,
    reruns: Reruns | None = None,
    boundaries: pl.DataFrame | None = None,
    outlines: pl.DataFrame | None = None,
    crs: str | None = None,
    notes: Sequence[Note] = (),
    sources: Sequence[Source] = (),
    attributions: Mapping[str, str] | None = None,
    downloads: Sequence[Download] = (),
    absent: Sequence[Absent] = (),
) -> str:
    """Return the page about a list of places, as one HTML document.

    Parameters
    ----------
    cohort : polars.DataFrame
        One row per area: ``area_code``, ``selected``, and where they are known ``area_name``, ``deprivation_rank`` and
        ``need_rank`` (1 is the most need), ``cohort``, ``reason``, ``larger_area``, ``larger_area_name`` and
        ``population``.
    about : About
    terms : Terms, optional
        What the areas and the two rankings are called, and the rule.
    certainty : polars.DataFrame, optional
        ``area_code``, ``probability`` (0 to 1 that the place is on the list), ``sentence``, ``probability_<source>``.
        The same columns may stand in `cohort` instead.
    reruns : Reruns, optional
        How those probabilities were made.
    boundaries : polars.DataFrame, optional
        ``area_code`` and ``geometry`` (well-known binary). Without it the page has no map and says so.
    outlines : polars.DataFrame, optional
        The same of larger areas, drawn beneath when there are too many areas to draw them all.
    crs : str, optional
        Coordinates of both, such as ``EPSG:4326``; told from the numbers when it is not said.
    notes, sources : sequence
        Everything a reader must be told, and what the page rests on.
    attributions : mapping of str to str, optional
        The words that a licence asks for, by the id of the source.
    downloads, absent : sequence
        Files beside the page, and those that could not be made.

    Returns
    -------
    str
        The same for the same arguments.

    Raises
    ------
    BadTable, WrongBoundaries
        If a table is not what it should be; the message names row and column.

    Examples
    --------
    >>> cohort = pl.DataFrame({"area_code": ["X01"], "area_name": ["Moorend"], "selected": [True]})
    >>> text = render_report(cohort, about=About("Places to start with", made_on=dt.date(2025, 5, 3)))
    >>> "Moorend is on the list." in text, "3 May 2025" in text
    (True, True)
    """
    draft = draft_report(
        cohort, about=about, terms=terms, certainty=certainty, boundaries=boundaries, outlines=outlines, crs=crs
    )
    return finish_report(
        draft,
        reruns=reruns,
        notes=notes,
        sources=sources,
        attributions=attributions,
        downloads=downloads,
        absent=absent,
    )


@dataclass(frozen=True)
class Draft:
    """A page before its data files are written: every table checked, every map drawn.

    Attributes
    ----------
    about : About
    listing : Listing
    maps : Maps
    """

    about: About
    listing: Listing
    maps: Maps


def draft_report(
    cohort: pl.DataFrame,
    *,
    about: About,
    terms: Terms | None = None,
    certainty: pl.DataFrame | None = None,
    boundaries: pl.DataFrame | None = None,
    outlines: pl.DataFrame | None = None,
    crs: str | None = None,
) -> Draft:
    """Return the part of `render_report` that can fail: what is wrong with a table shows before anything is written.

    Parameters and errors are those of `render_report`.

    Examples
    --------
    >>> draft_report(pl.DataFrame({"area_code": ["X01"], "selected": ["perhaps"]}), about=About("Places"))
    Traceback (most recent call last):
    ...
    homeground.errors.BadValue: row 2, column 'selected': 'perhaps' is neither true nor false. Write true or false.
    """
    about = _cleaned(about)
    listing = make_listing(cohort, terms=terms or Terms(), certainty=certainty)
    return Draft(about, listing, draw_maps(listing, boundaries, title=about.title, outlines=outlines, crs=crs))


def finish_report(
    draft: Draft,
    *,
    reruns: Reruns | None = None,
    notes: Sequence[Note] = (),
    sources: Sequence[Source] = (),
    attributions: Mapping[str, str] | None = None,
    downloads: Sequence[Download] = (),
    absent: Sequence[Absent] = (),
) -> str:
    """Return the page of a draft; the parameters are those of `render_report`.

    Examples
    --------
    >>> draft = draft_report(pl.DataFrame({"area_code": ["X01"], "selected": [True]}), about=About("Places"))
    >>> "report.csv" in finish_report(draft, downloads=[Download("report.csv", "CSV", 42)])
    True
    """
    about, listing, picture = draft.about, draft.listing, draft.maps.whole
    shown_places = _most_in_need(listing.listed)
    groups = _groups(listing, shown_places, draft.maps.small)
    shown = {
        "about": about,
        "listing": listing,
        "terms": listing.terms,
        "named_so": "left behind" in f"{about.title} {about.description}".lower().replace("-", " "),
        "says": list(says(listing)),
        "svg": Markup(picture.svg) if picture else "",  # noqa: S704  made by our own map, every name in it escaped
        "legend": Markup(legend(picture.kinds, meanings=meanings(listing))) if picture else "",  # noqa: S704
        "map_notes": list(map_notes(picture, listing)),
        "reruns": reruns,
        "doubts": method_words.doubts(reruns.varied if reruns else ()),
        "not_varied": method_words.not_varied(reruns.varied if reruns else ()),
        "bands": _bands(listing),
        "by_source": _by_source(listing),
        "groups": groups,
        "unshown": listing.listed.height - shown_places.height,
        "letters": _letters(groups),
        "method": method_words.method(listing),
        "example": method_words.example(listing),
        "notes": _notes(listing, notes),
        "sources": [_source(source, attributions or {}) for source in dict.fromkeys(sources)],
        "downloads": [(item, _size(item.size)) for item in map(_cleaned, downloads)],
        "no_map": draft.maps,
        "absent": [_cleaned(item) for item in absent],
        "made_on": f"{about.made_on.day} {about.made_on:%B %Y}" if about.made_on else "",
    }
    environment = _environment()
    body = Markup(environment.get_template("report.html.jinja").render(shown))  # noqa: S704  the template escapes
    foot = Markup(environment.get_template("report-foot.html.jinja").render(shown))  # noqa: S704
    return page.render_page(
        title=words.clean(about.title) or "The places on the list",
        body=body,
        lede=_lede(listing, about),
        contents=list(_contents(listing)),
        footer=foot,
        style=MAP_STYLE + environment.get_template("report.css.jinja").render(),
    )


def _cleaned(given: _Told) -> _Told:
    """Return a record with every text fit to stand in a sentence."""
    texts: dict[str, Any] = {key: words.clean(value) for key, value in vars(given).items() if isinstance(value, str)}
    return replace(given, **texts)


@functools.cache
def _environment() -> jinja2.Environment:
    environment = page.templates_of("homeground.find")
    environment.filters["table"] = _plain_table
    environment.filters["sentence"] = lambda text: f"{text[:1].upper()}{text[1:].rstrip('.')}."
    environment.filters["sentence_end"] = lambda text: f"{text[:1].lower()}{text[1:].rstrip('.')}."
    environment.filters["reasons"] = _reasons
    environment.globals.update(
        MOST_OUTSIDE=_MOST_OUTSIDE,
        THE_MAP=THE_MAP,
        HOW_SURE=HOW_SURE,
        in_100=words.in_100,
        count=words.count,
        ordinal=words.ordinal,
        whole=_whole,
        NEAR=NEAR,
        details=page.details,
    )
    return environment


def _plain_table(rows: Sequence[Sequence[object]], caption: str, headings: Sequence[str]) -> Markup:
    return page.html_table(rows, caption=caption, headings=headings)


def _whole(value: float | None) -> str:
    """Return a rank or a count with commas; ranks may be halves."""
    if value is None:
        return ""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def _size(size: int) -> str:
    if size < 1_000:
        return words.count(size, "byte")
    return f"{size / 1e6:,.1f} MB" if size >= 999_500 else f"{size / 1e3:,.0f} kB"


def _lede(listing: Listing, about: About) -> str:
    made = f"Made on {about.made_on.day} {about.made_on:%B %Y}." if about.made_on else ""
    invented = "Every place on this page is invented." if about.invented else ""
    kind = listing.terms.explained
    return " ".join(part for part in (invented, kind, made) if part)


def _contents(listing: Listing) -> Iterator[tuple[str, str]]:
    yield "says", "What this says"
    yield "map", "Where they are"
    yield "sure", "How sure is it?"
    yield "places", "Every place on the list"
    if listing.outside.height:
        yield "outside", "Just outside the list"
    if listing.unplaced.height or listing.left_out.height:
        yield "not-placed", "Not placed or left out"
    yield "method", "How the list is made"
    yield "data", "Get the data"
    yield "sources", "Where this comes from"


def _most_in_need(places: pl.DataFrame) -> pl.DataFrame:
    """Return the places that get a row: all, or of a very long list those with the most need."""
    if places.height <= _MOST_PLACES:
        return places
    need = (pl.col("deprivation_rank").fill_null(0) + pl.col("need_rank").fill_null(0)).rank("ordinal")
    return places.filter(need <= _MOST_PLACES)


def _reasons(places: pl.DataFrame) -> list[tuple[str, list[dict[str, Any]], int]]:
    """Return the places by the reason why they are not placed, and how many more there are of each."""
    told = places.with_columns(reason=pl.col("reason").fill_null("a rank is missing"))
    return [
        (str(reason), list(held.head(_MOST_MISSING).iter_rows(named=True)), max(0, held.height - _MOST_MISSING))
        for (reason,), held in told.group_by("reason", maintain_order=True)
    ]


def _groups(listing: Listing, shown: pl.DataFrame, small_maps: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the places of the list by larger area, as the page shows them."""
    groups: list[dict[str, Any]] = []
    short = listing.listed.height <= _OPEN
    for (larger,), places in shown.group_by("larger", maintain_order=True):
        sure = int((places["probability"] >= words.BANDS[0][0] - 1e-12).sum())
        known = places["probability"].count()
        groups.append(
            {
                "name": larger,
                "letter": str(larger)[:1].upper() if larger else "",
                "places": list(places.iter_rows(named=True)),
                "said": listing.terms.counted(places.height)
                + (f", {f'{sure:,}' if sure else 'none'} sure" if known else ""),
                # Made by our own map, every name in it escaped.
                "svg": Markup(small_maps.get(str(larger), "")),  # noqa: S704
                "open": short,
            }
        )
    for number, group in enumerate(groups):
        first = number == 0 or groups[number - 1]["letter"] != group["letter"]
        group["anchor"] = f"at-{number}" if first else ""
    return groups


def _letters(groups: list[dict[str, Any]]) -> list[tuple[str, str]]:
    if len(groups) < _LETTERS:
        return []
    return [(group["anchor"], group["letter"] or "#") for group in groups if group["anchor"]]


def _bands(listing: Listing) -> Markup:
    """Return the table of how many places are how sure, each row with a bar."""
    chance = listing.outside["probability"]
    rows = [
        *listing.bands(),
        ("Just outside", "not on the list, but in at least 25 of 100 re-runs", int((chance >= NEAR).sum())),
        ("Now and then", "not on the list, but in 5 to 24 of 100 re-runs", int((chance < NEAR).sum())),
    ]
    most = max(n for _, _, n in rows) or 1
    bar = Markup(
        '{}<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="{}" width="{}" height="6"/></svg>'
    )
    return page.html_table(
        [
            (name, bar.format(meaning, "c1" if place < len(words.BANDS) else "c2", f"{100 * n / most:.1f}"), n)
            for place, (name, meaning, n) in enumerate(rows)
        ],
        caption="Places by how sure their place on the list is",
        headings=["How sure", "What that means", "Places"],
    )


def _by_source(listing: Listing) -> list[tuple[str, int, int]]:
    return [
        (method_words.DOUBTS.get(source, (source.replace("_", " "), ""))[0], unsure, outside)
        for source, unsure, outside in listing.sources_of_doubt.iter_rows()
    ]


def _notes(listing: Listing, notes: Sequence[Note]) -> list[dict[str, Any]]:
    told = list(dict.fromkeys(notes))
    if listing.strangers:
        text = f"{words.count(listing.strangers, 'area')} with a probability could not be found on the list."
        told.append(Note(text, kind="missing"))
    return [
        {
            "text": words.clean(note.text),
            "first": note.kind in ("missing", "estimated", "excluded"),
            "areas": [words.clean(code) for code in note.areas[:_CODES]],
            "more": max(0, len(note.areas) - _CODES),
        }
        for note in told
    ]


def _source(source: Source, attributions: Mapping[str, str]) -> dict[str, str]:
    held = {key: words.clean(value) for key, value in vars(source).items()}
    said = words.clean(attributions.get(source.id, ""))
    held["attribution"] = said if said != held["licence"] else ""
    held["link"] = held["address"] if held["address"].lower().startswith(("https://", "http://")) else ""
    return held
