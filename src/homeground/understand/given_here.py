"""What one place was given, beside groups of places: sums of what arrived, and the part of its report that tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from homeground.document.tree import Block, Bullets, Chart, DataTable, Paragraph, Section
from homeground.drawing import compare
from homeground.money import in_words
from homeground.understand.giving.series import SERIES
from homeground.understand.grants import Grants
from homeground.understand.profile_report import Chapter
from homeground.understand.side_by_side import GROUPS, all_of, bars, named
from homeground.words import capital, clean, count, in_100

__all__ = ["HERE", "GivenHere", "funders_point", "given_chapter", "given_here", "of_place"]

HERE = "here: "
"""What stands before the cohort of areas that lie in the place."""

_HEADINGS = {"recipient": "By where registered", "best": "Best place known", "low": "At least", "high": "At most"}
_MOST = 8
_MEANINGS = {
    "who": "the place, or the group of places beside it",
    "series": "how grants were put in places: where recipients are registered, the best place known, its two bounds",
    "gbp": "pounds",
    "people": "people who live there",
    "gbp_per_head": "pounds for each of them",
    "real_gbp_per_head": "the same in the prices of one year",
    "grants": "number of grants; one that went to several places counts there in parts",
    "grants_per_10000": "grants for 10,000 people",
    "year": "year of award; empty where not known",
    "funder": "who gave it",
    "theme": "what it was for",
}


@dataclass(frozen=True)
class GivenHere:
    """What a place and the groups beside it were given.

    Attributes
    ----------
    sums : polars.DataFrame
        ``who`` (`homeground.understand.side_by_side.GROUPS`), ``series``
        (`homeground.understand.giving.series.SERIES`), ``gbp``, ``people``, ``gbp_per_head``,
        ``real_gbp_per_head``, ``grants``, ``grants_per_10000``; null where the series is not known.
    by_year, by_theme : polars.DataFrame
        ``who``, ``year`` or ``theme``, ``gbp``, ``grants``, ``gbp_per_head``, by the main series.
    by_funder : polars.DataFrame
        ``funder``, ``gbp``, ``grants`` of the place alone, most first.
    main : str
        The series that sentences tell: ``best``, or ``recipient`` where no grant says where it went.
    whole : str
        What all places together are called.
    """

    sums: pl.DataFrame
    by_year: pl.DataFrame
    by_theme: pl.DataFrame
    by_funder: pl.DataFrame
    main: str
    whole: str


def of_place(table: pl.DataFrame, shares: Mapping[str, float]) -> pl.DataFrame:
    """Return areas with those of a place apart, so that a place made of parts of areas is counted as exactly as any.

    An area that lies wholly in the place stays one row; one that lies partly in it becomes two, with its people split.

    Parameters
    ----------
    table : polars.DataFrame
        ``area_code``, ``population``, ``cohort``, and what else there is.
    shares : mapping of str to float
        For each area of the place the share (0 to 1) of its people who live in it.

    Returns
    -------
    polars.DataFrame
        The same columns and ``of`` (the area it was) and ``inside`` (share of that area's people, 0 to 1).

    Examples
    --------
    >>> areas = pl.DataFrame({"area_code": ["a", "b"], "population": [10.0, 40.0], "cohort": ["x", None]})
    >>> of_place(areas, {"b": 0.25}).select("area_code", "population", "cohort").rows()
    [('a', 10.0, 'x'), ('b', 30.0, None), ('b (here)', 10.0, 'here: not placed')]
    """
    own = pl.DataFrame(
        {"area_code": list(shares), "inside": list(shares.values())},
        schema={"area_code": pl.String, "inside": pl.Float64},
    )
    joined = table.join(own, on="area_code", how="left", maintain_order="left").with_columns(
        pl.col("inside").fill_null(0.0), of=pl.col("area_code")
    )
    cut = (pl.col("inside") > 0) & (pl.col("inside") < 1)
    here = joined.filter(pl.col("inside") > 0).with_columns(
        area_code=pl.when(cut).then(pl.col("area_code") + " (here)").otherwise("area_code"),
        population=pl.col("population") * pl.col("inside"),
        cohort=pl.lit(HERE) + pl.col("cohort").fill_null("not placed"),
    )
    rest = joined.filter(pl.col("inside") < 1).with_columns(
        population=pl.col("population") * (1 - pl.col("inside")), inside=1 - pl.col("inside")
    )
    return pl.concat([rest, here], how="vertical_relaxed").sort("area_code")


def given_here(found: Grants, groups: Mapping[str, str], *, whole: str, called: str = "") -> GivenHere:
    """Return the sums of a place and of the groups beside it.

    Parameters
    ----------
    found : Grants
        Over areas whose cohort says by `HERE` which of them lie in the place; see `of_place`.
    groups : mapping of str to str
        For each cohort which of `GROUPS` it is; others are in no group.
    whole : str
        The cohort that stands for all places together.
    called : str
        What they are called; as the cohort when left out.
    """
    rows = [("whole", whole)]
    for cohort in dict.fromkeys(found.by_cohort["cohort"].to_list()):
        if cohort.startswith(HERE):
            rows.append(("place", cohort))
        group = groups.get(cohort.removeprefix(HERE))
        if group:
            rows.append((group, cohort))
    who = pl.DataFrame(rows, schema={"who": pl.Enum(list(GROUPS)), "cohort": pl.String}, orient="row")
    known = found.by_cohort.with_columns(
        gbp=_column(found.by_cohort, "gbp"), grants=_column(found.by_cohort, "grants"),
        _real=_column(found.by_cohort, "real_gbp_per_head") * pl.col("population"),
        series=pl.col("series").cast(pl.Enum(list(SERIES))),
    )  # fmt: skip
    sums = (
        known.join(who, on="cohort")
        .group_by("who", "series")
        .agg(_known_sum("gbp"), pl.col("population").sum().alias("people"), _known_sum("_real"), _known_sum("grants"))
        .sort("who", "series")
    )
    lived = pl.when(pl.col("people") > 0)
    sums = sums.select(
        "who", "series", "gbp", "people",
        gbp_per_head=lived.then(pl.col("gbp") / pl.col("people")),
        real_gbp_per_head=lived.then(pl.col("_real") / pl.col("people")),
        grants="grants",
        grants_per_10000=lived.then(pl.col("grants") / pl.col("people") * 10_000),
    )  # fmt: skip
    main = "best" if sums.filter(pl.col("series") == "best")["gbp"].count() else "recipient"
    people = sums.filter(pl.col("series") == main).select("who", "people")

    def cut(table: pl.DataFrame, by: str) -> pl.DataFrame:
        own = table.filter(pl.col("series").cast(pl.String) == main).join(who, on="cohort")
        own = own.group_by("who", by).agg(pl.col("gbp").sum(), pl.col("grants").sum()).join(people, on="who")
        a_head = pl.when(pl.col("people") > 0).then(pl.col("gbp") / pl.col("people"))
        return own.select("who", by, "gbp", "grants", gbp_per_head=a_head).sort("who", by)

    funders = cut(found.by_funder, "funder").filter(pl.col("who") == "place").select("funder", "gbp", "grants")
    return GivenHere(
        sums, cut(found.by_year, "year"), cut(found.by_theme, "theme"),
        funders.filter(pl.col("gbp") > 0).sort("gbp", "funder", descending=[True, False]), main, called or whole,
    )  # fmt: skip


def _column(table: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64) if name in table.columns else pl.lit(None, dtype=pl.Float64)


def _known_sum(name: str) -> pl.Expr:
    """Return a sum that is null where any part of it is: what is not known in part is not known."""
    return pl.when(pl.col(name).is_null().any()).then(None).otherwise(pl.col(name).sum()).alias(name)


def given_chapter(
    here: GivenHere,
    *,
    place: str,
    files: Sequence[str],
    notes: Sequence[str] = (),
    more: Sequence[str] = (),
    price_year: int | None = None,
    pictures: str = "",
) -> Chapter:
    """Return the part of a report that tells what a place was given.

    Parameters
    ----------
    here : GivenHere
    place : str
        Its name.
    files : sequence of str
        The names of the files that it rests on.
    notes : sequence of str
        What a careful reader should know.
    more : sequence of str
        Further points about the place alone.
    price_year : int, optional
        Whose prices the real figures are in.
    pictures : str
        The folder where the chart lies as a picture, '' where there is none.
    """
    place = clean(place)
    rows = {(row["who"], row["series"]): row for row in here.sums.iter_rows(named=True)}
    called = named(here.sums["who"].unique().to_list(), place=place, whole=clean(here.whole))
    points = [*_series(rows), *_in_prices(rows, here.main, price_year), *(clean(text) for text in more)]
    blocks: list[Block] = [Paragraph(" ".join(_sentences(rows, here, called))), Bullets(tuple(points))]
    chart = _chart(rows, here, called, pictures)
    blocks += [chart] if chart is not None else []
    rest = (
        f"This rests on {count(len(files), 'file')} of grants: {'; '.join(clean(name) for name in files)}. Other "
        "funders and years would give other figures."
    )
    blocks.append(Paragraph(rest, quiet=True))
    inner = [Section("What it was given: the numbers", _tables(rows, here, called, place), anchor="given-numbers")]
    if notes:
        told = Bullets(tuple(clean(text) for text in notes))
        inner.append(Section("What a careful reader should know about grants", (told,), anchor="given-notes"))
    section = Section("What it was given", tuple(blocks), tuple(inner), anchor="given")
    return Chapter(section, "Given", here.sums, _MEANINGS)


_Rows = Mapping[tuple[str, str], Mapping[str, object]]


def _figure(rows: _Rows, who: str, series: str, what: str = "gbp_per_head") -> float | None:
    value = rows.get((who, series), {}).get(what)
    return None if value is None else float(str(value))


def _pounds(value: float | None) -> str:
    return "not known" if value is None else in_words(round(100 * value))


def _sentences(rows: _Rows, here: GivenHere, called: Mapping[str, str]) -> list[str]:
    mine, period = _figure(rows, "place", here.main), _period(here)
    if mine is None:
        return ["How much this place was given is not known from these files."]
    if not mine and not _figure(rows, "whole", here.main):
        return [f"No grant of these files reached this place, or any place of {called['whole']}."]
    if not mine:
        text = f"No grant of these files reached this place{period}."
    else:
        grants, pounds = (_figure(rows, "place", here.main, what) or 0 for what in ("grants", "gbp"))
        many = f"{_some(grants)} grants" if round(grants, 1) != 1 else "one grant"
        text = f"The files tell of {many}, {in_words(round(100 * pounds))} in all{period}: {_pounds(mine)} a head."
    others = [
        f"{_pounds(value)} in {name}"
        for who, name in called.items()
        if who != "place" and (value := _figure(rows, who, here.main)) is not None
    ]
    said = [text]
    if others:
        said.append(f"That compares with {all_of(others)}.")
    per = [_figure(rows, who, here.main, "grants_per_10000") for who in ("place", "whole")]
    if per[0] is not None and per[1] is not None:
        whole = called["whole"]
        said.append(f"For every 10,000 people there were {per[0]:,.1f} grants here, {per[1]:,.1f} in {whole}.")
    return said


def _some(grants: float) -> str:
    return f"{round(grants):,}" if abs(grants - round(grants)) < 0.05 else f"{grants:,.1f}"


def _period(here: GivenHere) -> str:
    years = here.by_year.filter(pl.col("who") == "whole")["year"].drop_nulls().sort()
    if not len(years):
        return ""
    first, last = int(years[0]), int(years[-1])
    return f" in {first}" if first == last else f" from {first} to {last}"


def _series(rows: _Rows) -> list[str]:
    said = []
    registered = _figure(rows, "place", "recipient")
    if registered is not None:
        said.append(f"By where groups are registered: {_pounds(registered)} a head. A group may work somewhere else.")
    if _figure(rows, "place", "best") is not None:
        said.append(f"By the best place known for each grant: {_pounds(_figure(rows, 'place', 'best'))} a head.")
        least, most = (_pounds(_figure(rows, "place", bound)) for bound in ("low", "high"))
        said.append(f"What surely arrived here is at least {least} a head, and at most {most}.")
    return said


def _in_prices(rows: _Rows, main: str, price_year: int | None) -> list[str]:
    real = _figure(rows, "place", main, "real_gbp_per_head")
    if real is None or price_year is None:
        return ["These are pounds as they were paid, not corrected for rising prices."]
    return [f"In the prices of {price_year} that is {_pounds(real)} a head."]


def _chart(rows: _Rows, here: GivenHere, called: Mapping[str, str], pictures: str) -> Chart | None:
    values = {who: _figure(rows, who, here.main) for who in called}
    mine, all_ = values.get("place"), values.get("whole")
    if mine is None:
        return None
    low, high = (_figure(rows, "place", bound) if here.main == "best" else None for bound in ("low", "high"))
    drawn = bars(called, values, _pounds, (low, high))
    title = f"{called['place']} was given {_pounds(mine)} a head"
    if all_ is not None:
        way = "as much as" if _pounds(mine) == _pounds(all_) else "more than" if mine > all_ else "less than"
        title = f"{called['place']} was given {way} {called['whole']}: {_pounds(mine)} a head against {_pounds(all_)}"
    table = DataTable(
        "Pounds a head" + _period(here), ("Place", "Pounds a head"),
        tuple((capital(name), _pounds(values[who])) for who, name in called.items()), frozenset({"Pounds a head"}),
        folded="Show the numbers",
    )  # fmt: skip
    caption = "Pounds a head" + _period(here) + "." + (" Thin line: at least and at most." if low is not None else "")
    address = f"{pictures}/given.svg" if pictures else ""
    return Chart("given", compare(title, drawn), caption, table, (caption, "Source: files of grants."), address)


def _tables(rows: _Rows, here: GivenHere, called: Mapping[str, str], place: str) -> tuple[Block, ...]:
    series = [name for name in SERIES if any(_figure(rows, who, name) is not None for who in called)]
    heads = ("Place", *(_HEADINGS[name] for name in series))
    pounds = tuple(
        (capital(name), *(_pounds(_figure(rows, who, one)) for one in series)) for who, name in called.items()
    )
    most = [name for name in ("recipient", "best") if name in series]
    grants = tuple(
        (capital(name), *(_per(_figure(rows, who, one, "grants_per_10000")) for one in most))
        for who, name in called.items()
    )
    period = _period(here)
    tables = [
        DataTable(f"Pounds a head{period}", heads, pounds, frozenset(heads[1:])),
        DataTable(f"Grants for 10,000 people{period}", (heads[0], *(_HEADINGS[name] for name in most)), grants,
                  frozenset(_HEADINGS[name] for name in most)),
        _across(here.by_year, "year", "Year", "Pounds a head, year by year", called),
        _across(here.by_theme, "theme", "What for", "Pounds a head by what grants were for", called),
    ]  # fmt: skip
    if here.by_funder.height:
        first = here.by_funder.head(_MOST)
        others = here.by_funder.slice(_MOST)
        cells = [(clean(who), _pounds(gbp), _some(many)) for who, gbp, many in first.iter_rows()]
        if others.height:
            rest = f"{count(others.height, 'other funder')} together"
            pounds_, grants_ = (float(others[name].sum()) for name in ("gbp", "grants"))
            cells.append((rest, _pounds(pounds_), _some(grants_)))
        caption = f"Who gave it: {count(here.by_funder.height, 'funder')} of {place}"
        tables.append(DataTable(caption, ("Funder", "Pounds", "Grants"), tuple(cells), frozenset({"Pounds", "Grants"})))
    return tuple(table for table in tables if table.rows)


def _per(value: float | None) -> str:
    return "not known" if value is None else f"{value:,.1f}"


def _across(table: pl.DataFrame, by: str, heading: str, caption: str, called: Mapping[str, str]) -> DataTable:
    cells = {(row["who"], row[by]): row["gbp_per_head"] for row in table.iter_rows(named=True)}
    keys = sorted({key for _, key in cells}, key=lambda key: (key is None, key))
    titles = tuple(capital(name) for name in called.values())
    rows = tuple(
        (
            capital(str(key)) if key is not None else "Not known",
            *(_pounds(cells.get((who, key), 0.0)) for who in called),
        )
        for key in keys
    )
    return DataTable(caption, (heading, *titles), rows, frozenset(titles))


def funders_point(funders: int, largest_share: float | None) -> str:
    """Return how many gave, and how much hangs on one of them.

    Examples
    --------
    >>> funders_point(3, 0.62)
    'It came from 3 funders; the largest gave 62 in 100 of the pounds.'
    >>> funders_point(1, 1.0)
    'It came from 1 funder.'
    """
    if funders < 2 or largest_share is None:
        return f"It came from {count(funders, 'funder')}."
    return f"It came from {count(funders, 'funder')}; the largest gave {in_100(largest_share)} of the pounds."
