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

from homeground import page
from homeground.errors import MissingExtra
from homeground.find import method_words, words
from homeground.find.listing import NEAR, Listing, Terms, make_listing
from homeground.find.map import KINDS, MAP_STYLE, Drawing, around, draw, legend, usable_boundaries
from homeground.provenance import Note, Source
from homeground.tables import check_areas

__all__ = ["HOW_SURE", "THE_MAP", "About", "Absent", "Download", "Reruns", "render_report"]

THE_MAP = "The map"
HOW_SURE = "How sure it is"
"""What an `Absent` is called that belongs to a section of the page, and is told there."""

_MOST_SHAPES = 1_500  # with more areas than this, only places on the list and near it are drawn
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
    about, downloads = _cleaned(about), [_cleaned(item) for item in downloads]
    absent = tuple(_cleaned(item) for item in absent)
    listing = make_listing(cohort, terms=terms or Terms(), certainty=certainty)
    picture, absent = _picture(listing, about, boundaries, outlines, crs, absent)
    shown_places = _most_in_need(listing.listed)
    groups = _groups(listing, shown_places)
    if picture and boundaries is not None and outlines is not None:
        _draw_groups(groups, listing, boundaries, outlines, crs)
    shown = {
        "about": about,
        "listing": listing,
        "terms": listing.terms,
        "says": list(_says(listing)),
        "picture": picture,
        "svg": Markup(picture.svg) if picture else "",  # noqa: S704  made by our own map, every name in it escaped
        "legend": Markup(legend(picture.kinds, meanings=_meanings(listing))) if picture else "",  # noqa: S704
        "map_notes": list(_map_notes(picture, listing)),
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
        "downloads": [(item, _size(item.size)) for item in downloads],
        "absent": absent,
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
        style=MAP_STYLE + _STYLE,
    )


def _cleaned(given: _Told) -> _Told:
    """Return a record with every text fit to stand in a sentence."""
    texts: dict[str, Any] = {key: words.clean(value) for key, value in vars(given).items() if isinstance(value, str)}
    return replace(given, **texts)


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("homeground.find"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
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


def _says(listing: Listing) -> Iterator[str]:
    """Yield three to five sentences that say what the list says."""
    terms, chosen, everywhere = listing.terms, listing.listed, listing.table.height
    where = f" in {terms.where}" if terms.where else ""
    if not chosen.height:
        yield f"No {terms.one} is on this list: none of {terms.counted(everywhere)}{where} meets the rule."
        yield "A list stays empty when its rule asks for too much, or when figures are missing. Try a larger share."
    elif chosen.height == everywhere:
        yield f"All {terms.counted(everywhere)}{where} are on this list, so it does not tell one place from another."
    else:
        yield f"{chosen.height:,} of {terms.counted(everywhere)}{where} {method_words.meets(terms, chosen.height)}."
    yield from _says_people(listing)
    yield from _says_where(listing)
    if chosen.height:
        yield _says_sure(listing)
    missing = listing.unplaced.height
    if missing:
        verb = "They are" if missing > 1 else "It is"
        yield f"{terms.counted(missing)} could not be placed, because a figure is missing. {verb} named on this page."


def _says_people(listing: Listing) -> Iterator[str]:
    chosen, known = listing.listed["people"], listing.table["people"]
    if not len(chosen) or chosen.null_count() == len(chosen):
        return
    count = float(chosen.sum())
    part = "" if known.null_count() else words.share(count, float(known.sum()))
    where = listing.terms.where or f"all the {listing.terms.many}"
    whole = f", {part} of everyone in {where}" if part.startswith("about") else ""
    gaps = chosen.null_count()
    unsaid = f" That leaves out {listing.terms.counted(gaps)} for which the number is not known." if gaps else ""
    yield f"{words.people(count).capitalize()} live in them{whole}.{unsaid}"


def _says_where(listing: Listing) -> Iterator[str]:
    chosen = listing.listed.drop_nulls("larger")
    if not chosen.height:
        return
    every = listing.table["larger"].drop_nulls().n_unique()
    places = chosen.group_by("larger").len().sort(["len", "larger"], descending=[True, False])
    if places.height == 1:
        yield f"They are all in {places['larger'][0]}."
        return
    most = places.head(3).filter(pl.col("len") > 1)
    named = words.a_few([f"{words.short_name(name)} ({n:,})" for name, n in most.iter_rows()])
    noun = listing.terms.larger_many
    yield f"They lie in {places.height:,} of {every:,} {noun}." + (f" The most are in {named}." if named else "")


def _says_sure(listing: Listing) -> str:
    held = listing.listed["probability"].drop_nulls()
    if not len(held):
        return "How sure the list is has not been worked out for this page."
    sure = int((held >= words.BANDS[0][0] - 1e-12).sum())
    verb, them = ("is", "it") if sure == 1 else ("are", "them")
    out = int((held < 0.5).sum())
    near = int((listing.outside["probability"] >= NEAR).sum())
    text = (
        f"{sure:,} of them {verb} sure: made again, the list keeps {them} at least 95 times in 100."
        if sure
        else ("None of them is sure: made again, the list keeps not one of them 95 times in 100.")
    )
    doubts = [f"{out:,} on the list {'is' if out == 1 else 'are'} out more often than in"] if out else []
    doubts += [f"{near:,} just outside would come in at least 1 time in 4"] if near else []
    return f"{text} {' and '.join(doubts)}." if doubts else text


def _picture(
    listing: Listing,
    about: About,
    boundaries: pl.DataFrame | None,
    outlines: pl.DataFrame | None,
    crs: str | None,
    absent: tuple[Absent, ...],
) -> tuple[Drawing | None, tuple[Absent, ...]]:
    if boundaries is None:
        return None, absent
    try:
        shapes = usable_boundaries(boundaries)
        check_areas(shapes)
        areas = listing.table.join(shapes, on="area_code", how="left", maintain_order="left")
        beneath = None
        if areas["geometry"].count() > _MOST_SHAPES:
            areas = areas.filter(pl.col("kind").is_in(["listed", "edge", "near"]))
            beneath = outlines
        if not areas["geometry"].count():
            why = "none of the areas of the list has a boundary in the file that was given"
            return None, (*absent, Absent(THE_MAP, why, "Give the boundaries of the same areas and year."))
        areas = areas.with_columns(label=pl.struct(areas.columns).map_elements(_hover, return_dtype=pl.String))
        picture = draw(
            areas.with_columns(larger_area=pl.col("larger").map_elements(words.short_name, return_dtype=pl.String)),
            title=f"Map: {words.clean(about.title)}",
            description=_described(listing),
            outlines=beneath,
            crs=crs,
            labels=8,
        )
    except MissingExtra as error:
        return None, (*absent, Absent(THE_MAP, error.problem, error.remedy))
    return picture, absent


def _hover(row: dict[str, Any]) -> str:
    where = f", {row['larger']}" if row["larger"] else ""
    sure = f": {words.in_100(row['probability'])}" if row["probability"] is not None else ""
    return f"{words.clean(row['name'], most=80)}{words.clean(where, most=60)}{sure}"


def _described(listing: Listing) -> str:
    where = " ".join(_says_where(listing))
    return f"{listing.terms.counted(listing.listed.height)} on the list. {where} The table below names every one."


def _meanings(listing: Listing) -> dict[str, str]:
    said = dict(KINDS)
    if listing.knows_doubt:
        said["listed"] = "On the list, in at least 75 of 100 re-runs"
        said["edge"] = "On the list, in fewer than 75 of 100 re-runs"
        said["near"] = "Not on the list, but in at least 25 of 100 re-runs"
    return said


def _map_notes(picture: Drawing | None, listing: Listing) -> Iterator[str]:
    if picture is None:
        return
    if picture.marks:
        yield "A place too small to see at this size is drawn as a mark."
    if picture.missing:
        yield f"{listing.terms.counted(len(picture.missing))} could not be drawn: {words.a_few(list(picture.missing))}."
    if picture.mended:
        yield f"{words.count(picture.mended, 'boundary', 'boundaries')} crossed themselves and were mended first."


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


def _groups(listing: Listing, shown: pl.DataFrame) -> list[dict[str, Any]]:
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
                "svg": "",
                "open": short,
            }
        )
    for number, group in enumerate(groups):
        first = number == 0 or groups[number - 1]["letter"] != group["letter"]
        group["anchor"] = f"at-{number}" if first else ""
    return groups


def _draw_groups(
    groups: list[dict[str, Any]], listing: Listing, boundaries: pl.DataFrame, outlines: pl.DataFrame, crs: str | None
) -> None:
    """Give each group a small map of its places in the larger areas they lie in, where there is one."""
    if listing.listed.height > _MOST_PLACES or len(groups) < 2 or not any(group["name"] for group in groups):
        return
    seen = listing.table.filter(pl.col("kind").is_in(["listed", "edge", "near"]))
    areas = seen.join(usable_boundaries(boundaries), on="area_code", how="inner", maintain_order="left")
    beneath = usable_boundaries(outlines)
    areas = areas.with_columns(around=pl.Series(around(areas, beneath), dtype=pl.List(pl.Int64)))
    areas = areas.with_columns(label=pl.struct(areas.columns).map_elements(_hover, return_dtype=pl.String))
    for number, group in enumerate(groups):
        held = areas.filter((pl.col("larger") == group["name"]) if group["name"] else pl.lit(value=False))
        rows = sorted(set(held["around"].explode().drop_nulls().to_list()))
        if not held.height or not 1 <= len(rows) <= 3:
            continue
        name = words.clean(group["name"])
        picture = draw(
            held,
            title=f"Map of {name}",
            description=f"{group['said']} on the list, inside the boundary.",
            outlines=beneath[rows],
            crs=crs,
            name=f"map-{number}",
            width=260,
            most_bytes=8_000,
        )
        group["svg"] = Markup(picture.svg)  # noqa: S704  made by our own map, every name in it escaped


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


_STYLE = """
@media(min-width:60rem){.map-box{display:grid;grid-template-columns:minmax(0,36rem) minmax(0,1fr);gap:0 1.875rem;
align-items:start;grid-template-rows:auto 1fr}.map-box>.map{grid-row:1/3}
.map-box .legend{flex-direction:column;margin:0}}
@media print{.map-box{display:block}}
.stack{margin:0 0 1.25rem}
.stack th[scope=row]{font-weight:400;min-width:12rem;overflow-wrap:anywhere}
.stack td{white-space:normal}
.whole{display:inline-block}
.between{display:block;color:var(--muted);font-size:.85em}
.said{display:block;color:var(--muted);margin-top:.15rem;overflow-wrap:anywhere}
.code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.85em;color:var(--muted);
overflow-wrap:anywhere}
@media(max-width:44rem){.stack,.stack tbody,.stack tr,.stack td,.stack th[scope=row]{display:block;width:100%}
.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stack tr{border-bottom:1px solid var(--line);padding:.75rem 0}
.stack th,.stack td{border:0;padding:.1rem 0}
.stack td,.stack td.n{text-align:start}
.stack td::before{content:attr(data-name) ": ";color:var(--muted)}}
.group{margin:0;border-top:1px solid var(--line)}
.group summary{width:auto;font-weight:700;text-decoration:none;overflow-wrap:anywhere}
.group summary bdi{text-decoration:underline}
.group summary .many{display:inline-block;margin-inline-start:.5rem;font-weight:400;color:var(--muted)}
.group summary:focus-visible .many{color:inherit}
.mini{margin:.3rem 0 .6rem}.mini .map{max-width:17rem;border:0}
.why{font-weight:700;margin-bottom:.5rem}
.group>.stack{margin-top:.3rem}
.letters ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem;padding:0}
.letters li{margin:0}
.letters a{display:inline-flex;min-width:2.75rem;min-height:2.75rem;align-items:center;justify-content:center;
border:1px solid var(--line)}
.bar{display:block;width:100%;max-width:20rem;height:.6rem;margin-top:.3rem}
.plain li{overflow-wrap:anywhere}
.source dl{margin:0 0 .6rem}
.source dl>div{display:flex;flex-wrap:wrap;gap:0 .6rem}
.source dt{color:var(--muted)}
.source dd{margin:0;overflow-wrap:anywhere;min-width:0}
@media print{.letters,.mini{display:none}.group summary,thead{break-after:avoid}.scroll table{break-inside:avoid}
.bar rect{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
