"""What life is like in a place: every figure with its interval, its standing, its change and a plain sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from homeground.errors import BadSpecification, UnknownArea
from homeground.provenance import Note, Source
from homeground.understand.profiling import saying
from homeground.understand.profiling.columns import BESIDE, COLUMNS
from homeground.understand.profiling.figures import Figures, FloatArray, Measure, Native, Sums
from homeground.understand.profiling.headlines import headlines
from homeground.understand.profiling.intervals import HOW
from homeground.understand.profiling.nearest import nearest, traits
from homeground.understand.profiling.standing import (
    Group,
    Standings,
    group_of,
    group_values,
    limits,
    ordered,
    standings,
    values_of,
)
from homeground.understand.profiling.trend import changes, over_time
from homeground.words import count

__all__ = ["Place", "Profile", "newest_of", "newest_rows", "place_of", "profile", "shares_of", "standings"]

NEAREST = 10
_WITHIN = 0.99  # a share above this is all: lookups and outlines are rough


@dataclass(frozen=True)
class Place:
    """A place: one area, or a list of them, or what lies inside an outline.

    Attributes
    ----------
    name, code : str
        The code is '' where the place has none.
    kind : str
        ``ward``, ``lsoa`` … for one area; ``list`` or ``drawn``.
    node : str
        The areas it is made of, such as ``lsoa21``; for one area its own kind.
    boundary_year : int or None
        Year of those boundaries.
    population : float
        People who live there, NaN where not known.
    parts : polars.DataFrame
        ``area_code``, ``boundary_kind``, ``boundary_year``, ``share`` (of the area's people, 0 to 1), ``people``.
    estimated_share : float
        Share of its people who live in areas that lie in it only partly: their number is apportioned.
    authority : str
        Code of the authority where most of its people live, '' where not known.
    authority_name : str
    notes : tuple of Note
    """

    name: str
    code: str
    kind: str
    node: str
    boundary_year: int | None
    population: float
    parts: pl.DataFrame
    estimated_share: float
    authority: str = ""
    authority_name: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Profile:
    """What is known about a place.

    Attributes
    ----------
    place : Place
    table : polars.DataFrame
        One row for each indicator: ``indicator``, ``title``, ``theme``, ``unit``, ``value``, ``state`` (``known``,
        ``missing``, ``suppressed``), ``low``, ``high``, ``interval`` (in words), ``rank`` (1 is the worst), ``ranked``
        (of how many), ``percentile`` (per cent of areas that do better), ``higher_is``, ``level`` (kind of area the
        figure is of), ``level_name`` ('' when it is of the place itself), ``sentence``, ``change_sentence``,
        ``no_trend_because``, ``source_id``, ``period``, ``licence``, ``quality``, ``estimated_share``, ``sure``
        (whether it differs from England beyond its limits; null where it has none), ``kind``.
    beside : polars.DataFrame
        ``indicator``, ``comparator`` (``left-behind``, ``other-deprived``, ``england``, ``authority``, ``nearest``),
        ``title``, ``value``, ``low``, ``high`` (limits from how the areas differ), ``areas``, ``people``.
    over_time : polars.DataFrame
        ``indicator``, ``edition``, ``value``, ``comparable`` (with the newest), ``reason`` (why not).
    nearest : polars.DataFrame
        ``area_code``, ``area_name``, ``distance``: the places most like it.
    headlines : tuple of str
        The three sentences that matter.
    cohort : str
        What the place counts among, '' where no list was given or it is not one of its areas.
    among : str
        What it is ranked among, in words.
    notes, sources
    """

    place: Place
    table: pl.DataFrame
    beside: pl.DataFrame
    over_time: pl.DataFrame
    nearest: pl.DataFrame
    headlines: tuple[str, ...] = ()
    cohort: str = ""
    among: str = ""
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = field(default_factory=tuple)


def place_of(
    figures: Figures,
    node: str,
    shares: Mapping[str, float],
    *,
    name: str = "",
    kind: str = "",
    notes: tuple[Note, ...] = (),
) -> Place:
    """Return the place that is made of (shares of) areas.

    Parameters
    ----------
    figures : Figures
    node : str
        The kind and year of the areas, such as ``lsoa21``.
    shares : mapping of str to float
        For each area the share of its people, above 0 to 1, who live in the place.
    name, kind : str
        For a place that is not one whole area: its name, and ``list`` or ``drawn``.

    Returns
    -------
    Place

    Raises
    ------
    UnknownArea
        If a code is not among the areas of `node`.
    BadSpecification
        If there is no area, or a share is not above 0 to 1.

    Examples
    --------
    >>> place_of(_example(), "lsoa21", {"a": 1.0}).population
    100.0
    >>> place_of(_example(), "lsoa21", {"a": 1.0, "b": 0.5}, name="Around the green").population
    200.0
    """
    if not shares:
        raise BadSpecification("the place holds no area", remedy="Name at least one area, or draw a larger outline.")
    codes = list(shares)
    rows = figures.place_in(node, codes)
    strange = np.flatnonzero(rows < 0)
    if len(strange):
        raise UnknownArea(
            f"{len(strange):,} of {count(len(codes), 'area')} are not among those of {node} "
            f"(first: {codes[strange[0]]})",
            remedy="Correct the codes; all must be of one kind and one boundary year.",
        )
    weights = np.array([float(shares[code]) for code in codes])
    if not ((weights > 0) & (weights <= 1)).all():
        raise BadSpecification("a share of an area is not above 0 to 1", remedy="Give shares such as 0.25.")
    single = len(codes) == 1 and weights[0] == 1.0
    people = figures.people_of(node)[rows]
    whole = float(np.nansum(people * weights)) if np.isfinite(people).any() else float("nan")
    cut = (weights > 0) & (weights < 1)
    estimated = float(np.nansum(people[cut] * weights[cut]) / whole) if whole > 0 else 0.0
    parts = pl.DataFrame(
        {
            "area_code": codes,
            "boundary_kind": [figures.kinds[node]] * len(codes),
            "boundary_year": pl.Series([figures.years[node]] * len(codes), dtype=pl.Int64),
            "share": weights,
            "people": pl.Series(people * weights, nan_to_null=True),
        }
    )
    authority, called, share = _authority(figures, node, rows, weights)
    if 0 < share < _WITHIN:
        text = f"{100 * share:.0f}% of its people live in {called}; the others live in other council areas."
        notes = (*notes, Note(text, kind="assumed"))
    own = figures.names[node][rows[0]] or codes[0]
    return Place(
        name=name or (own if single else f"{count(len(codes), 'area')} together"),
        code=codes[0] if single else "",
        kind=kind or (figures.kinds[node] if single else "list"),
        node=node,
        boundary_year=figures.years[node],
        population=whole,
        parts=parts.sort("area_code"),
        estimated_share=estimated,
        authority=authority,
        authority_name=called,
        notes=notes,
    )


def _authority(figures: Figures, node: str, rows: NDArray[np.intp], weights: FloatArray) -> tuple[str, str, float]:
    """Return the authority, of the latest year, where most of a place's people live, and the share (0 to 1) who do."""
    spine = figures.spine
    nodes = [name for name, kind in figures.kinds.items() if kind == "authority" and figures.leads(name, spine)]
    if not nodes or not figures.leads(node, spine) or figures.kinds[node] in ("region", "country"):
        return "", "", 0.0
    latest = max(nodes, key=lambda name: (figures.years[name] or 0, name))
    if latest == node and len(rows) == 1:
        return figures.codes[node][rows[0]], figures.names[node][rows[0]], 1.0
    lived = sparse.csr_array(_row(figures, node, rows, weights) @ figures.between(node, spine))
    people = np.nan_to_num(figures.people_of(spine))
    shared = np.asarray(figures.between(latest, spine) @ (np.asarray(lived.todense()).ravel() * people))
    if not shared.any():
        return "", "", 0.0
    best = int(np.argmax(shared))
    return figures.codes[latest][best], figures.names[latest][best], float(shared[best] / shared.sum())


def shares_of(figures: Figures, place: Place) -> sparse.csr_array:
    """Return the share of the people of each area of a place's kind who live in it, as one row.

    Examples
    --------
    >>> figures = _example()
    >>> shares_of(figures, place_of(figures, "lsoa21", {"b": 0.5})).toarray().tolist()
    [[0.0, 0.5]]
    """
    rows = figures.place_in(place.node, place.parts["area_code"].to_list())
    return _row(figures, place.node, rows, place.parts["share"].to_numpy())


def _row(figures: Figures, node: str, rows: NDArray[np.intp], weights: FloatArray) -> sparse.csr_array:
    return sparse.csr_array((weights, (np.zeros(len(rows), dtype=np.intp), rows)), shape=(1, len(figures.codes[node])))


def profile(
    figures: Figures,
    place: Place,
    *,
    among: Standings,
    themes: tuple[str, ...] = (),
    k: int = NEAREST,
) -> Profile:
    """Return what is known about a place.

    Parameters
    ----------
    figures : Figures
    place : Place
        See `place_of`.
    among : Standings
        The areas it is ranked among and the groups it is set beside: those of its own kind for one area, the smallest
        ones for a place made of parts ("if it were one of them"). See `standings`.
    themes : tuple of str
        Only these themes; all when empty.
    k : int
        How many places like this one.

    Returns
    -------
    Profile

    Examples
    --------
    >>> figures = _example()
    >>> among = standings(figures, "lsoa21", cohort=None)
    >>> found = profile(figures, place_of(figures, "lsoa21", {"a": 1.0}), among=among)
    >>> found.table.select("indicator", "value", "rank", "ranked").row(0)
    ('renting', 40.0, 1, 2)
    """
    base = shares_of(figures, place)
    like, nearest_group = _nearest(figures, place, among, base, k)
    authority = _authority_group(figures, among, place)
    groups = [*among.groups, *(group for group in (authority, nearest_group) if group is not None)]
    table, beside = _table(figures, place, among, base, groups)
    history = over_time(table, among.measures)
    newest = newest_of(table, among.measures)
    told = changes(newest, history, among.measures)
    newest = newest.join(told, on="indicator", how="left", maintain_order="left")
    if themes:
        newest = newest.filter(pl.col("theme").is_in(list(themes)))
    beside = beside.filter(pl.col("indicator").is_in(newest["indicator"].to_list()))
    used = [figures.sources[id] for id in dict.fromkeys(newest["source_id"].to_list()) if id in figures.sources]
    single = place.node == among.node and place.code != ""
    word = saying.places(figures.kinds[among.node])
    return Profile(
        place,
        newest.drop("edition", "series"),
        beside,
        history,
        like,
        headlines(newest),
        _cohort_of(figures, place),
        word if single else f"{word}, as if it were one of them",
        (*place.notes, *figures.notes, *_gaps(newest)),
        tuple(used),
    )


def _nearest(
    figures: Figures, place: Place, among: Standings, base: sparse.csr_array, k: int
) -> tuple[pl.DataFrame, Group | None]:
    names, table = traits(figures, among)
    if place.node == among.node:
        rows = figures.place_in(place.node, place.parts["area_code"].to_list())
        weights = place.parts["share"].to_numpy() * np.nan_to_num(figures.people_of(place.node)[rows], nan=1.0)
        own = np.average(table[rows], axis=0, weights=weights) if len(names) and weights.sum() > 0 else np.empty(0)
        without = frozenset(rows.tolist())
    else:
        spread = sparse.csr_array(base @ figures.between(place.node, among.node))
        people = np.nan_to_num(figures.people_of(among.node)[spread.indices], nan=1.0) * spread.data
        own = (
            np.average(table[spread.indices], axis=0, weights=people)
            if len(names) and people.sum() > 0
            else np.empty(0)
        )
        without = frozenset(spread.indices.tolist())
    found = nearest(figures, among, own, k=k, without=without)
    if not found.height:
        return found, None
    rows = figures.place_in(among.node, found["area_code"].to_list())
    return found, group_of(figures, among, rows, "nearest", f"the {found.height} places most like it")


def _authority_group(figures: Figures, among: Standings, place: Place) -> Group | None:
    if not place.authority or place.kind in ("authority", "region"):
        return None
    key = f"authority {place.authority}"
    if key not in among.made:
        among.made[key] = _authority_figures(figures, among, place)
    found: Group | None = among.made[key]
    return found


def _authority_figures(figures: Figures, among: Standings, place: Place) -> Group | None:
    nodes = [n for n, kind in figures.kinds.items() if kind == "authority" and place.authority in figures.codes[n]]
    natives = list(among.sums)
    key = ("authority", place.authority, place.authority_name, *natives)
    if key not in figures.kept:
        figures.kept[key] = _group_of_authority(figures, natives, nodes, place)
    found: Group | None = figures.kept[key]
    return found


def _group_of_authority(figures: Figures, natives: list[str], nodes: list[str], place: Place) -> Group | None:
    fit = [node for node in nodes if all(figures.leads(node, name) for name in natives)]
    if not fit:
        return None
    node = max(fit, key=lambda name: (figures.years[name] or 0, name))
    row = figures.place_in(node, [place.authority])
    found = group_values(figures, natives, node, row, "authority", place.authority_name or place.authority)
    unknown = np.full_like(found.low, np.nan)
    return Group(found.id, found.title, found.value, unknown, unknown, found.areas, found.people)


def _table(
    figures: Figures, place: Place, among: Standings, base: sparse.csr_array, groups: list[Group]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    england = next(group for group in among.groups if group.id == "england")
    rows: list[dict[str, object]] = []
    beside: list[dict[str, object]] = []
    for name, (_, columns) in among.sums.items():
        native = figures.natives[name]
        added = figures.sums(base, place.node, name)
        values, (low, high) = values_of(added, native.measures)[0], limits(added, native.measures)
        touched = sparse.csr_array(base @ figures.between(place.node, name))
        level = _level(figures, name, touched, coarse=bool(added.coarse[0]))
        for at, measure in enumerate(native.measures):
            where = columns.start + at
            row = _row_of(measure, values[at], float(low[0, at]), float(high[0, at]), added, at)
            others, kind = among.values[:, where], figures.kinds[among.node]
            if level:
                others, kind = values_of(native, native.measures)[:, at], native.kind
            rank, of, better = ordered(others, values[at], measure.higher_is)
            named = level or (place.authority_name if measure.level else "")
            row |= {"rank": rank, "ranked": of, "percentile": better, "level": measure.level or native.kind}
            row["level_name"] = named
            row["estimated_share"] = float(added.estimated[0])
            row["sure"] = _sure(row, float(england.value[where]))
            row["sentence"] = _sentence(row, measure, (england.title, float(england.value[where])), kind, added, at)
            rows.append(row)
            beside += [_beside(measure, group, where) for group in groups]
    return pl.DataFrame(rows, schema=COLUMNS), pl.DataFrame(beside, schema=BESIDE)


def _level(figures: Figures, node: str, touched: sparse.csr_array, *, coarse: bool) -> str:
    """Return the names of the larger areas that a figure is of, '' when it is of the place itself."""
    if not coarse:
        return ""
    order = np.argsort(-touched.data, kind="stable")
    names = [
        figures.names[node][touched.indices[place]] or figures.codes[node][touched.indices[place]] for place in order
    ]
    return " and ".join(names[:3])


def _row_of(measure: Measure, value: float, low: float, high: float, added: Sums, at: int) -> dict[str, object]:
    hidden, missing = _share(added.hidden[0, at]), _share(added.missing[0, at])
    known = bool(np.isfinite(value))
    veiled = hidden > 0 and not _too_many(added, at)
    parts = saying.parts_sentence(hidden, missing) if known else ""
    return {
        "indicator": measure.id,
        "title": measure.title,
        "theme": measure.theme,
        "unit": measure.unit,
        "value": value if known else None,
        "state": "known" if known else "suppressed" if veiled else "missing",
        "low": low if known and np.isfinite(low) else None,
        "high": high if known and np.isfinite(high) else None,
        "interval": HOW[measure.interval],
        "higher_is": measure.higher_is,
        "source_id": measure.source_id,
        "period": measure.period,
        "licence": measure.licence,
        "quality": " ".join(text for text in (measure.quality, parts) if text),
        "kind": measure.kind,
        "edition": measure.edition,
        "series": measure.series,
    }


def _too_many(added: Sums, at: int) -> bool:
    """Return whether more are counted than there are people to be counted."""
    return bool(added.above[0, at] > added.below[0, at])


def _share(value: float) -> float:
    """Return a share as a plain number, nought where nobody is."""
    return float(value) if value == value else 0.0  # noqa: PLR0124  only NaN differs from itself


def _sure(row: dict[str, object], england: float) -> bool | None:
    low, high = row["low"], row["high"]
    if low is None or high is None or not np.isfinite(england):
        return None
    return not (float(str(low)) <= england <= float(str(high)))


def _sentence(
    row: dict[str, object], measure: Measure, whole: tuple[str, float], kind: str, added: Sums, at: int
) -> str:
    if row["value"] is None:
        hidden = _share(added.hidden[0, at])
        return saying.without_figure(measure, hidden=hidden, too_many=_too_many(added, at))
    sure = row["sure"]
    rank, better = row["rank"], row["percentile"]
    return saying.sentence(
        measure,
        float(str(row["value"])),
        england=whole[1],
        sure=None if sure is None else bool(sure),
        rank=None if rank is None else int(str(rank)),
        of=int(str(row["ranked"])),
        better=None if better is None else float(str(better)),
        kind=kind,
        level=str(row["level_name"]),
        whole=whole[0],
    )


def _beside(measure: Measure, group: Group, where: int) -> dict[str, object]:
    def shown(value: float) -> float | None:
        return float(value) if np.isfinite(value) else None

    return {
        "indicator": measure.id,
        "comparator": group.id,
        "title": group.title,
        "value": shown(group.value[where]),
        "low": shown(group.low[where]),
        "high": shown(group.high[where]),
        "areas": int(group.areas[where]),
        "people": group.people,
    }


def newest_of(table: pl.DataFrame, measures: tuple[Measure, ...]) -> pl.DataFrame:
    """Keep the newest edition of each series that has a figure, and say so where a newer one has none.

    Parameters
    ----------
    table : polars.DataFrame
        All editions of all figures of a place: as `Profile.table`, with ``edition`` and ``series``.
    measures : tuple of Measure
        The order of the themes.

    Examples
    --------
    >>> empty = pl.DataFrame(schema=COLUMNS)
    >>> newest_of(empty, ()).height
    0
    """
    return pl.DataFrame(newest_rows(table.to_dicts(), measures), schema=table.schema)


def newest_rows(rows: list[dict[str, Any]], measures: tuple[Measure, ...]) -> list[dict[str, Any]]:
    """Return the rows that `newest_of` keeps: a place has a few hundred, and pages are made from them in haste.

    Examples
    --------
    >>> old = {"indicator": "a19", "series": "a", "edition": "2019", "state": "known", "theme": "t", "sentence": "Low."}
    >>> new = {**old, "indicator": "a25", "edition": "2025", "state": "suppressed", "sentence": ""}
    >>> newest_rows([old, new], ())[0]["sentence"]
    'Low. The figure of 2025 is hidden to protect people; this is that of 2019.'
    """
    order = {theme: place for place, theme in enumerate(dict.fromkeys(measure.theme for measure in measures))}
    series: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for place, row in enumerate(rows):
        series.setdefault(row["series"] or row["indicator"], []).append((place, row))
    kept: list[tuple[int, int, dict[str, Any]]] = []
    for editions in series.values():
        _, last = max(editions, key=lambda told: told[1]["edition"])
        place, row = max(editions, key=lambda told: (told[1]["state"] == "known", told[1]["edition"]))
        if row["state"] == "known" and row["edition"] != last["edition"]:
            gap = "hidden to protect people" if last["state"] == "suppressed" else "missing"
            said = f"{row['sentence']} The figure of {last['edition']} is {gap}; this is that of {row['edition']}."
            row = {**row, "sentence": said}
        kept.append((order.get(row["theme"], len(order)), place, row))
    return [row for _, _, row in sorted(kept, key=lambda told: told[:2])]


def _cohort_of(figures: Figures, place: Place) -> str:
    table = figures.cohorts.get(place.node)
    if table is None or not place.code:
        return ""
    found = table.filter(pl.col("area_code") == place.code)
    return str(found["cohort"][0]) if found.height else ""


def _gaps(table: pl.DataFrame) -> list[Note]:
    """Count what is missing and what is hidden: the two are told apart."""
    notes = []
    for state, words in (("suppressed", "hidden to protect people"), ("missing", "missing")):
        without = table.filter(pl.col("state") == state)["title"].to_list()
        if without:
            verb = "is" if len(without) == 1 else "are"
            text = f"{count(len(without), 'figure')} of {table.height} {verb} {words}: {'; '.join(without)}."
            notes.append(Note(text, kind="missing"))
    return notes


def _example() -> Figures:
    """Return two areas with one figure, for the examples."""
    measure = Measure(
        "renting",
        "Renting from the council",
        "housing",
        "share",
        "lsoa21",
        unit="per cent",
        higher_is="worse",
        per=100.0,
    )
    nan = np.full((2, 1), np.nan)
    native = Native(
        "lsoa21", "lsoa", 2021, ("a", "b"), ("Alder", "Birch"), np.array([100.0, 200.0]), (measure,),
        np.array([[20.0], [10.0]]), np.array([[50.0], [80.0]]), np.zeros((2, 1), dtype=bool), nan, nan,
    )  # fmt: skip
    return Figures(
        {"lsoa21": native}, (), {"lsoa21": native.codes}, {"lsoa21": native.names}, {"lsoa21": 2021}, {"lsoa21": "lsoa"}
    )
