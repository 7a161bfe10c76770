"""From a list of places and a folder to how sure the list is, and why a place is on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from homeground.cohort_file import CohortFile, CohortRanking
from homeground.errors import WrongBoundaries
from homeground.find.beside import check_same_boundaries
from homeground.find.certainty import Certainty, certainty
from homeground.find.cohort import Cohort, cohort
from homeground.find.doubting.doubt import CertaintySpec
from homeground.find.doubting.explanation import Explanation
from homeground.find.doubting.model import IndexModel, Leg, ListModel, index_model
from homeground.find.doubting.workers import Executor, Progress
from homeground.find.explain import explain, explain_each
from homeground.find.index import BuiltIndex, build
from homeground.find.rules import Rule, RuleName
from homeground.journey.cohort import build_cohort
from homeground.journey.gathering import Desk, told_of
from homeground.journey.index import MethodTable, build_from, method_table
from homeground.method import Method, parse_method
from homeground.provenance import Note, Source
from homeground.sources import methods, presets
from homeground.tables import numbers, require_columns

__all__ = ["Ready", "certainty_of", "explain_place", "explain_places", "method_of", "own_list", "preset_list"]


@dataclass(frozen=True)
class Ready:
    """A list of places made ready to be drawn up again.

    Attributes
    ----------
    editions : dict of str to ListModel
        By name of the cohort; the first is the list that is asked about.
    listing : polars.DataFrame or None
        The list as it stands; None where it is what the models give.
    title, label, rest : str
    names : dict of str to str
        Name of each place, by code.
    found : Cohort or None
        The list with all that is known of its areas.
    notes, sources : tuple
    """

    editions: Mapping[str, ListModel]
    listing: pl.DataFrame | None
    title: str
    label: str
    rest: str
    names: Mapping[str, str] = field(default_factory=dict)
    found: Cohort | None = None
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def model(self) -> ListModel:
        """The list that is asked about."""
        return next(iter(self.editions.values()))


def preset_list(
    preset: str | Path | CohortFile,
    *,
    data: Path | None = None,
    editions: Sequence[str | Path] = (),
    rule: RuleName | None = None,
    share: float | None = None,
    count: int | None = None,
    level: str | None = None,
    minimum_population: float | None = None,
    exclude: Sequence[str | Path] = (),
    cap: int | None = None,
    cap_by: str | None = None,
    noise: bool = False,
) -> Ready:
    """Return the list of a preset or cohort file, made ready to be drawn up again.

    The rankings of a cohort file are columns that somebody published. What they are made of is looked up among the
    shipped methods; a ranking that no method is known for stays as it is, and only threshold, rule and edition can be
    in doubt.

    Parameters
    ----------
    preset : str, Path or CohortFile
    data : Path, optional
        Folder with the official files.
    editions : sequence of str or Path
        Further presets or cohort files for the same places, when the edition is in doubt.
    rule, share, count, level, minimum_population, exclude, cap, cap_by
        In place of what the preset says, as for `homeground.journey.cohort.build_cohort`.
    noise : bool
        Whether sampling errors are needed, which takes the columns they come from.

    Returns
    -------
    Ready

    Raises
    ------
    BadSpecification, MissingDataset, BadTable, WrongBoundaries
        With the file, row and column where it went wrong, and what to do.
    """
    choices: dict[str, Any] = {
        "rule": rule, "share": share, "count": count, "level": level, "minimum_population": minimum_population,
        "exclude": exclude, "cap": cap, "cap_by": cap_by,
    }  # fmt: skip
    made = preset if isinstance(preset, CohortFile) else presets.load(preset)
    found = build_cohort(preset, data=data, **choices)
    places = found.table["area_code"]
    models = {made.name: _list_model(made, found, places, data, choices, noise=noise)}
    notes, sources = list(found.notes), list(found.sources)
    for other in editions:
        also = presets.load(other)
        if also.name in models:
            continue
        theirs = build_cohort(other, data=data, **choices)
        _check_same_places(made, places, also, theirs.table["area_code"])
        models[also.name] = _list_model(also, theirs, places, data, choices, noise=noise)
        notes += [replace(note, text=f"{also.name}: {note.text}") for note in theirs.notes]
        sources += theirs.sources
    table = found.table
    named = table.filter(pl.col("area_name").is_not_null()) if "area_name" in table.columns else table.clear()
    names = dict(named.select("area_code", "area_name").iter_rows()) if named.height else {}
    return Ready(
        editions=models,
        listing=table,
        title=found.title,
        label=found.label,
        rest=found.rest,
        names=names,
        found=found,
        notes=tuple(dict.fromkeys(notes)),
        sources=tuple(dict.fromkeys(sources)),
    )


def _check_same_places(made: CohortFile, places: pl.Series, also: CohortFile, theirs: pl.Series) -> None:
    shared = int(theirs.is_in(places.to_list()).sum())
    if 2 * shared < len(places):
        raise WrongBoundaries(
            f"the editions '{made.name}' and '{also.name}' are lists of different places: {shared:,} of "
            f"{len(places):,} are in both",
            remedy="Editions are compared place by place: name a cohort for the same areas and boundary year.",
        )


def _list_model(
    made: CohortFile, found: Cohort, places: pl.Series, data: Path | None, choices: Mapping[str, Any], *, noise: bool
) -> ListModel:
    level = choices["level"]
    desk = Desk(made, data, level=level)
    sides = [_side_model(desk, made, what, places, data, level, noise=noise) for what in ("deprivation", "need")]
    by_place = pl.DataFrame({"area_code": places}).join(found.table, on="area_code", how="left", maintain_order="left")
    # A reason other than a cap, for a place that has both ranks, is a reason not to choose it under any ranks.
    kept = by_place["reason"].is_null() | by_place["reason"].str.starts_with("over the cap")
    placed = by_place["deprivation_rank"].is_not_null() & by_place["need_rank"].is_not_null()
    eligible = (kept | ~placed).to_numpy()
    cap = made.filters.cap if choices["cap"] is None else choices["cap"]
    groups = None
    if cap is not None:
        column = by_place[choices["cap_by"] or made.filters.cap_by or "larger_area"]
        number = column.rank("dense").cast(pl.Int64).fill_null(0) - 1
        groups = number.to_numpy().astype(np.int64)
    return ListModel(
        places=tuple(places.to_list()),
        deprivation=sides[0],
        need=sides[1],
        rule=found.rule,
        eligible=None if eligible.all() else eligible,
        cap=cap,
        larger_area=groups,
    )


def _side_model(
    desk: Desk, made: CohortFile, what: str, places: pl.Series, data: Path | None, level: str | None, *, noise: bool
) -> IndexModel:
    wanted: CohortRanking = getattr(made, what)
    method = method_of(wanted)
    gathered: MethodTable | None = None
    if method is not None:
        gathered = method_table(method, data=data)
        built = build_from(method, gathered)
    else:
        built = _as_read(desk, what, wanted)
    legs = []
    listing = desk.areas()
    for place, step in enumerate(wanted.carried):
        pairs, _ = desk.lookup(step)
        own = desk.open(wanted) if wanted.method is None else None
        people = None if step.weight is None else desk.people(step.weight, own)
        last = place == len(wanted.carried) - 1
        targets = listing.table["area_code"] if last and listing is not None else None
        if last and made.areas.starts_with:
            pairs = pairs.filter(pl.col("to_code").str.starts_with(made.areas.starts_with))
        legs.append(Leg(pairs, step.by, people, targets))
    if level is not None and (listing is None or level != listing.kind):
        _, pairs = desk.areas_of_level(desk.level(level))
        people = None
        if listing is not None and "population" in listing.table.columns:
            people = listing.table.select("area_code", people=pl.col("population").cast(pl.Float64))
        legs.append(Leg(pairs, "mean-exponential", people))
    table = gathered if noise else None
    return index_model(
        built,
        places,
        *legs,
        table=None if table is None else table.table,
        missing_codes=() if table is None else table.missing_codes,
        file=None if table is None else table.file,
        n=wanted.ranked,
    )


def method_of(wanted: CohortRanking) -> Method | None:
    """Return the method behind a published ranking: the one it names, or the shipped one that reproduces the column."""
    if wanted.method is not None:
        return methods.load(wanted.method)
    if wanted.dataset is None:
        return None
    for name in methods.shipped():
        method = methods.load(name)
        published = method.published
        if published is None or published.dataset != wanted.dataset:
            continue
        if wanted.column in (published.score, published.rank):
            return method
    return None


def _as_read(desk: Desk, what: str, wanted: CohortRanking) -> BuiltIndex:
    """Return a finished ranking as an index of one part: there is nothing in it to vary but noise that one states."""
    opened = desk.open(wanted)
    assert wanted.column is not None
    code = desk.codes(opened, wanted.code)
    missing = tuple(opened.dataset.missing_codes) if opened.dataset else ()
    values = numbers(opened.table, wanted.column, missing_codes=missing, file=opened.file)
    part: dict[str, Any] = {"column": "ranking", "title": wanted.title or wanted.column, "missing": "leave-out"}
    # A part of a larger ranking cannot be checked as a whole one; its ranks are put back below.
    partial = wanted.holds == "rank" and wanted.ranked is not None
    if wanted.holds == "rank" and not partial:
        part |= {"holds": "rank", "tied": len(values)}
    else:
        part |= {"holds": "score", "higher_is": "better" if partial else wanted.higher_is}
    title = wanted.title or what
    recipe = parse_method(
        {"name": title, "title": title, "index": {"parts": ["ranking"], "weights": "equal"}, "parts": {"ranking": part}}
    )
    codes = opened.table[code].cast(pl.String).str.strip_chars()
    table = pl.DataFrame({"area_code": codes, "ranking": pl.Series(values, nan_to_null=True)})
    with told_of(opened.file):
        built = build(recipe, table, file=opened.file, sources=(opened.source,))
    return replace(built, table=built.table.with_columns(rank=table["ranking"])) if partial else built


def own_list(
    deprivation: str | Path | Method,
    need: str | Path | Method | None = None,
    *,
    input: Path | None = None,
    need_input: Path | None = None,
    data: Path | None = None,
    area_column: str | None = None,
    name_column: str | None = None,
    rule: RuleName | None = None,
    share: float | None = None,
    count: int | None = None,
    noise: bool = False,
) -> Ready:
    """Return a list by methods of one's own, made ready to be drawn up again.

    Parameters
    ----------
    deprivation : str, Path or Method
        Name of a shipped method, a method file, or a method.
    need : str, Path or Method, optional
        The second index. Without it the list is the worst share of the first.
    input, need_input : Path, optional
        The table with the columns of both methods, and a second one for `need`.
    data : Path, optional
        Folder with the official files, for methods that name data sets.
    area_column, name_column : str, optional
        Headings of codes and names.
    rule, share, count
        How places are chosen; both worst tenths by default.
    noise : bool
        Whether sampling errors are needed.

    Returns
    -------
    Ready

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> recipe = parse_method({"name": "poor", "index": {"parts": ["a", "b"], "weights": "equal"},
    ...     "parts": {"a": {"column": "a"}, "b": {"column": "b"}}})
    >>> with TemporaryDirectory() as folder:
    ...     table = Path(folder, "mine.csv")
    ...     _ = table.write_text("area_code,a,b\\nx,3,1\\ny,2,1\\nz,0,1\\n")
    ...     ready = own_list(recipe, input=table, count=1)
    >>> ready.model.places, ready.model.point()[2]
    (('x', 'y', 'z'), array([ True, False, False]))
    """
    chosen = Rule(rule or "worst-on-both", share=share, count=count)
    recipes = [_load(deprivation)] + ([] if need is None else [_load(need)])
    gathered = [
        method_table(recipe, data=None if table is not None else data, input=table, area_column=area_column)
        for recipe, table in zip(recipes, (input, need_input or input), strict=False)
    ]
    built = [build_from(recipe, table) for recipe, table in zip(recipes, gathered, strict=True)]
    codes = [index.table["area_code"] for index in built]
    if len(codes) > 1:
        with told_of(gathered[1].file):
            check_same_boundaries(codes[0], codes[1])
    places = pl.concat(codes).unique().sort()
    models = [
        index_model(
            index,
            places,
            table=table.table if noise else None,
            missing_codes=table.missing_codes,
            file=table.file,
        )
        for index, table in zip(built, gathered, strict=True)
    ]
    names = _names(recipes, gathered, name_column)
    title = " and ".join(recipe.title or recipe.name for recipe in recipes)
    notes = tuple(dict.fromkeys(note for index in built for note in index.notes))
    sources = tuple(dict.fromkeys(source for index in built for source in index.sources))
    listing, label = None, "left behind" if need is not None else "worst"
    if need is not None:
        areas = pl.DataFrame({"area_code": places, "area_name": [names.get(code) for code in places]}, strict=False)
        found = cohort(
            *[index.table.select("area_code", "rank") for index in built],
            rule=chosen,
            areas=areas.cast({"area_name": pl.String}),
            title=title,
            rest="rest of the areas",
        )
        listing, notes = found.table, tuple(dict.fromkeys((*notes, *found.notes)))
    model = ListModel(tuple(places.to_list()), models[0], models[1] if need is not None else None, chosen)
    return Ready(
        editions={title: model},
        listing=listing,
        title=title,
        label=label,
        rest="rest of the areas",
        names=names,
        notes=notes,
        sources=sources,
    )


def _load(method: str | Path | Method) -> Method:
    return method if isinstance(method, Method) else methods.load(method)


def _names(recipes: Sequence[Method], gathered: Sequence[MethodTable], wanted: str | None) -> dict[str, str]:
    for recipe, table in zip(recipes, gathered, strict=True):
        if wanted is not None and wanted not in table.table.columns and table is gathered[0]:
            require_columns(table.table, [wanted], file=table.file)
        heading = wanted or recipe.areas.name or "area_name"
        if heading in table.table.columns:
            rows = table.table.select(pl.col(table.area_column, heading).cast(pl.String)).drop_nulls()
            return dict(rows.iter_rows())
    return {}


def certainty_of(
    ready: Ready,
    spec: CertaintySpec,
    *,
    executor: Executor = "serial",
    workers: int | None = None,
    address: str | None = None,
    progress: Progress | None = None,
) -> Certainty:
    """Return how sure a list is, place by place; see `homeground.find.certainty.certainty`."""
    return certainty(
        ready.editions,
        spec,
        listing=ready.listing,
        names=ready.names,
        label=ready.label,
        rest=ready.rest,
        executor=executor,
        workers=workers,
        address=address,
        progress=progress,
        notes=ready.notes,
        sources=ready.sources,
    )


def explain_places(ready: Ready, codes: Iterable[str]) -> Iterator[Explanation]:
    """Yield the explanation of each place; see `homeground.find.explain.explain_each`."""
    return explain_each(ready.model, codes, names=ready.names)


def explain_place(ready: Ready, code: str, *, against: str | None = None) -> Explanation:
    """Return why a place is on the list or not; see `homeground.find.explain.explain`."""
    return explain(ready.model, code, against=against, names=ready.names)
