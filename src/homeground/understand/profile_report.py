"""The report of a place: a profile as a document to read, print, file and argue with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from homeground.document.tree import (
    Block,
    Bullets,
    Callout,
    DataTable,
    Document,
    Link,
    Paragraph,
    Section,
    day,
)
from homeground.understand.profile import Profile
from homeground.understand.reporting.charts import beside_chart, change_chart, named
from homeground.understand.reporting.numbers import numbers_table, shown, whole_of
from homeground.understand.reporting.picking import charted
from homeground.words import capital, clean, count, people

__all__ = ["THEMES", "Chapter", "Download", "draft"]

#: Themes in the words of the report; one that is not here is called by its own name.
THEMES: Mapping[str, str] = {
    "economy": "Work and money",
    "health": "Health",
    "education": "Learning",
    "housing": "Homes",
    "connectivity": "Getting about",
    "community": "Community",
    "cost of living": "The cost of living",
    "people": "The people who live here",
}

_KINDS = {
    "ward": "A ward", "lsoa": "A neighbourhood", "msoa": "An area of some 8,000 people", "authority": "A council area",
    "region": "A region", "list": "A place made of several areas", "drawn": "A place drawn on a map",
}  # fmt: skip
_MAY_NOT = "may not be passed"


@dataclass(frozen=True)
class Download:
    """A file beside the page: its name, and what it holds."""

    name: str
    holds: str


@dataclass(frozen=True)
class Chapter:
    """What else is known of a place than figures of areas: a part of the report, and a sheet of its workbook.

    Attributes
    ----------
    section : Section
        As it is read. Its texts are the caller's: they have been through `homeground.words.clean`.
    sheet : str
        The name of the sheet.
    table : polars.DataFrame
        The same figures as numbers.
    meanings : mapping of str to str
        What its columns hold.
    asked : str
        What the line that makes the report again says of it, such as ``--grants grants.json``.
    """

    section: Section
    sheet: str
    table: pl.DataFrame
    meanings: Mapping[str, str] = field(default_factory=dict)
    asked: str = ""


@dataclass(frozen=True)
class _Told:
    """What the report is made of, side by side."""

    found: Profile
    beside: Mapping[str, dict[str, dict[str, object]]]
    history: Mapping[str, list[dict[str, object]]]
    rows: list[dict[str, object]]


def draft(
    found: Profile,
    *,
    made_on: dt.date | None = None,
    contact: str = "",
    command: str = "",
    downloads: tuple[Download, ...] = (),
    pictures: str = "",
    more: tuple[Chapter, ...] = (),
) -> Document:
    """Return the report of a place as a document.

    Parameters
    ----------
    found : Profile
    made_on : datetime.date, optional
        The day to print on it.
    contact : str
        Whom to tell when something is wrong.
    command : str
        The line that makes it again.
    downloads : tuple of Download
        Files that lie beside it.
    pictures : str
        The folder beside it where every chart lies as a picture, '' where there is none.
    more : tuple of Chapter
        What stands after the themes.

    Returns
    -------
    Document
        The same for the same arguments.

    Examples
    --------
    >>> from homeground.understand.profile import _example, place_of, profile, standings
    >>> figures = _example()
    >>> among = standings(figures, "lsoa21", cohort=None)
    >>> found = profile(figures, place_of(figures, "lsoa21", {"a": 1.0}), among=among)
    >>> [section.title for section in draft(found).sections][:3]
    ['What matters most', 'Which list is it on?', 'Homes']
    """
    told = _told(found)
    titles = list(dict.fromkeys(str(row["theme"]) for row in told.rows))
    sections = [
        _headlines(told),
        _list(found),
        *(_theme(told, theme, pictures) for theme in titles),
        *(chapter.section for chapter in more),
        _gaps(found),
        _nearest(found),
        _parts(found),
        _how_sure(told),
        _sources(found),
        _get(found, downloads, command),
        _wrong(contact),
    ]
    ending = [f"Made on {day(made_on)} from the figures that its sources name."] if made_on else []
    return Document(
        clean(found.place.name),
        _lede(found),
        tuple(section for section in sections if section is not None),
        ending=tuple(ending),
        made_on=made_on,
    )


def _told(found: Profile) -> _Told:
    beside: dict[str, dict[str, dict[str, object]]] = {}
    for row in found.beside.iter_rows(named=True):
        beside.setdefault(row["indicator"], {})[row["comparator"]] = row
    history: dict[str, list[dict[str, object]]] = {}
    for row in found.over_time.iter_rows(named=True):
        history.setdefault(row["indicator"], []).append(row)
    titles = {source.id: f"{source.title}. {source.publisher}".strip(". ") for source in found.sources}
    rows = [row | {"source": titles.get(row["source_id"], row["source_id"])} for row in found.table.to_dicts()]
    return _Told(found, beside, history, rows)


def _lede(found: Profile) -> str:
    place = found.place
    said = _KINDS.get(place.kind, "A place")
    if place.authority_name and place.authority_name != place.name:
        said += f" in {clean(place.authority_name)}"
    if place.population == place.population:
        said += f". {people(place.population).capitalize()} live here"
    return said + "."


def _small(whole: str) -> str:
    """Return what all places together are called, as it stands within a sentence."""
    return whole if whole == "England" else whole[:1].lower() + whole[1:]


def _headlines(told: _Told) -> Section:
    found, whole = told.found, _small(whole_of(told.beside))
    if not found.headlines:
        text = f"No figure of this place differs surely enough from {whole} to stand here."
        return Section("What matters most", (Paragraph(text),), anchor="headlines")
    title = "Three things that matter" if len(found.headlines) == 3 else "What matters most"
    how = f"Chosen by rule: the largest differences from {whole} that are sure, and at least one strength."
    return Section(title, (Bullets(found.headlines, key=True), Paragraph(how, quiet=True)), anchor="headlines")


def _list(found: Profile) -> Section | None:
    name, cohort = clean(found.place.name), found.cohort.lower()
    if cohort.startswith("left"):
        text = (
            f"{name} is on the list of places that need help first. It is among the tenth of places with the most "
            "deprivation, and among those where community life has the least to stand on."
        )
        why = (
            "Research calls such places 'left behind'. The word is about what a place was denied, not about its people."
        )
        return Section("Which list is it on?", (Paragraph(text), Paragraph(why, quiet=True)), anchor="list")
    if "deprived" in cohort:
        text = (
            f"{name} is not on the list of places with both needs. It counts among the other deprived places: incomes, "
            "health or homes are poor, but community life has more to stand on than in the places on the list."
        )
    elif cohort:
        text = (
            f"{name} is not on the list of places with both needs, high deprivation and high community need. It counts "
            f"among the {clean(found.cohort)}."
        )
    else:
        text = "No list was made for places of this kind, so it is not said whether this place is on one."
    return Section("Which list is it on?", (Paragraph(text),), anchor="list")


def _theme(told: _Told, theme: str, pictures: str) -> Section:
    rows = [row for row in told.rows if row["theme"] == theme]
    main = charted(rows)
    inner = [_indicator(told, row, pictures) for row in rows if row["indicator"] in main]
    rest = [row for row in rows if row["indicator"] not in main]
    if rest:
        items = tuple((f"{clean(row['title'])}.", _says(row)) for row in rest)
        title = "More figures" if inner else "What is known"
        inner.append(Section(title, (Bullets(items),), anchor=f"{_slug(theme)}-more"))
    title = THEMES.get(theme, theme.capitalize())
    whole = _small(whole_of(told.beside))
    caption = f"{title}: every figure of {clean(told.found.place.name)}, with its limits, {whole} and its standing"
    numbers = numbers_table(rows, told.beside, caption)
    inner.append(Section(f"{title}: the numbers", (numbers,), anchor=f"{_slug(theme)}-numbers"))
    return Section(title, (), tuple(inner), anchor=_slug(theme))


def _slug(text: str) -> str:
    return "theme-" + "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in text.lower())


def _sentence(row: dict[str, object]) -> str:
    """Return the sentence of a figure as it stands under its title, which is not said twice."""
    said = str(row["sentence"])
    if row["kind"] != "rank":
        return said
    return capital(said.removeprefix(f"{clean(row['title'])}: "))


def _says(row: dict[str, object]) -> str:
    pieces = [_sentence(row), str(row["change_sentence"] or "")]
    reason = str(row["no_trend_because"] or "")
    if reason and not reason.startswith("There is only one"):
        pieces.append(f"Is it changing? That cannot be said. {reason}")
    return " ".join(piece for piece in pieces if piece)


def _indicator(told: _Told, row: dict[str, object], pictures: str) -> Section:
    id = str(row["indicator"])
    chart = beside_chart(row, told.beside.get(id, {}), place=named(row, told.found), pictures=pictures)
    blocks: list[Block] = [Paragraph(_sentence(row)), chart]
    change, refused = str(row["change_sentence"] or ""), str(row["no_trend_because"] or "")
    if change:
        blocks.append(Paragraph(change, lead="Is it changing?"))
    elif refused:
        blocks.append(Paragraph(f"That cannot be said. {refused}", lead="Is it changing?"))
    line = change_chart(row, told.history.get(id, []), place=named(row, told.found), pictures=pictures)
    if line is not None and change:
        blocks.append(line)
    careful = " ".join(text for text in (clean(row["quality"]), _share(row)) if text)
    source = clean(row["source"])
    where = f"Source: {source}. Period: {clean(row['period'])}. Licence: {clean(row['licence'])}." if source else ""
    blocks.append(Paragraph(" ".join(text for text in (careful, where) if text), quiet=True))
    return Section(clean(row["title"]), tuple(blocks), anchor=f"figure-{id}")


def _share(row: dict[str, object]) -> str:
    part = float(str(row["estimated_share"] or 0))
    return f"{100 * part:.0f}% of this figure is estimated." if part >= 0.005 else ""


def _gaps(found: Profile) -> Section:
    words = {"suppressed": "Hidden to protect people.", "missing": "Missing."}
    items = [
        (words[state], "; ".join(clean(title) for title in titles) + ".")
        for state in ("suppressed", "missing")
        if (titles := found.table.filter(pl.col("state") == state)["title"].to_list())
    ]
    text = (
        "Three things look different in this report: 0 means that there is none. 'Hidden' means that the publisher "
        "does not say, because so few people are counted that someone could be recognised. 'No figure' means that "
        "nobody has counted it here, or that the file is not at hand."
    )
    if not items:
        nothing = f"There is a figure for all {count(found.table.height, 'indicator')}."
        return Section("What is not known", (Paragraph(nothing), Paragraph(text, quiet=True)), anchor="gaps")
    return Section("What is not known", (Bullets(tuple(items)), Paragraph(text, quiet=True)), anchor="gaps")


def _nearest(found: Profile) -> Section | None:
    if not found.nearest.height:
        return None
    rows = tuple(
        (clean(row["area_name"]) or row["area_code"], row["area_code"], f"{row['distance']:.2f}")
        for row in found.nearest.iter_rows(named=True)
    )
    table = DataTable(
        f"The {count(len(rows), 'place')} most like {clean(found.place.name)}",
        ("Place", "Code", "Distance"),
        rows,
        frozenset({"Distance"}),
    )
    text = (
        "These places are alike in deprivation, in community need, in the number of people and in how rural they are, "
        "as far as each is known. The distance is 0 for a twin; each of the four counts the same."
    )
    return Section("Places like this one", (Paragraph(text), table), anchor="nearest")


def _parts(found: Profile) -> Section | None:
    place = found.place
    if place.parts.height < 2 and place.estimated_share < 0.005:
        return None
    rows = tuple(
        (row["area_code"], f"{100 * row['share']:.0f}%", shown(row["people"], "people"))
        for row in place.parts.iter_rows(named=True)
    )
    text = f"This place is put together from {count(len(rows), 'area')}."
    if place.estimated_share >= 0.005:
        text += (
            f" {100 * place.estimated_share:.0f}% of its people live in areas that lie only partly in it; their "
            "number, and their part of every figure, is an estimate."
        )
    else:
        text += " All of them lie wholly in it: nothing is estimated by sharing out."
    table = DataTable(
        f"The areas that make up {clean(place.name)}, boundaries of {place.boundary_year}",
        ("Area", "Share of its people", "People"),
        rows,
        frozenset({"Share of its people", "People"}),
        folded="Show the areas" if len(rows) > 12 else "",
    )
    return Section("What it is made of", (Paragraph(text), table), anchor="parts")


def _how_sure(told: _Told) -> Section:
    found = told.found
    coarse = sorted({clean(row["level_name"]) for row in told.rows if row["level_name"]})
    limits = (
        "'Between' gives the limits that hold 95 times in 100. Where none are given, everybody was counted, or it is a "
        "model whose limits are not published."
    )
    items: list[tuple[str, str]] = [
        ("Ranks.", f"This place is ranked among {clean(found.among)}. 1 is the worst."),
        ("Limits.", limits),
        (
            "Places in comparison.",
            "The limits of left behind and other deprived places say how much such places differ among themselves.",
        ),
    ]
    if coarse:
        items.append(
            (
                "Larger areas.",
                f"Some figures are of {' and '.join(coarse[:3])} as a whole: no smaller ones are published.",
            )
        )
    items += [("Note.", clean(note.text)) for note in found.notes]
    return Section("How sure is it?", (Bullets(tuple(items)),), anchor="how-sure")


def _not_to_be_passed_on(found: Profile) -> list[Block]:
    rows = found.table.iter_rows(named=True)
    if any(_MAY_NOT in str(row["quality"]) or _MAY_NOT in str(row["licence"]) for row in rows):
        text = (
            "This report holds figures of the Community Needs Index, made by OCSI for Local Trust. They may not be "
            "passed on: take them out before you publish the report or give away its data."
        )
        return [Callout(text, warning=True)]
    return []


def _sources(found: Profile) -> Section:
    rows = tuple(
        tuple(clean(text) or "not given" for text in (source.title, source.publisher, source.period, source.licence))
        for source in found.sources
    )
    table = DataTable("The publications that this report rests on", ("Source", "Publisher", "Period", "Licence"), rows)
    links = tuple(
        Link(f"{clean(source.title)}: {clean(source.address)}", source.address)
        for source in found.sources
        if source.address.startswith("http")
    )
    return Section(
        "Where this comes from", (table,) if rows else (Paragraph("No source is named."),),
        (Section("Publishers’ pages", links, anchor="publishers"),) if links else (), anchor="sources",
    )  # fmt: skip


def _get(found: Profile, downloads: tuple[Download, ...], command: str) -> Section:
    blocks = _not_to_be_passed_on(found)
    blocks += [Link(file.name, file.name, f": {clean(file.holds)}") for file in downloads]
    code = found.place.code or "FILE"
    again = clean(command) or f"homeground understand profile {code} --data FOLDER --out report.html"
    text = (
        "Name an ending to choose: .html for a page, .pdf for print, .docx for Word, .xlsx for a spreadsheet, .csv, "
        ".json or .parquet for the figures alone."
    )
    blocks += [Paragraph(again, lead="The command that makes this report:"), Paragraph(text)]
    return Section("Get the report and its data", tuple(blocks), anchor="get")


def _wrong(contact: str) -> Section:
    whom = f"Tell {clean(contact)}." if clean(contact) else "Tell whoever gave you this report."
    text = (
        f"You know this place better than a table does. {whom} Say which figure, what you know instead, and how you "
        "know it."
    )
    return Section("Something wrong?", (Paragraph(text),), anchor="wrong")
