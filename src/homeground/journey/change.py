"""From two editions and a folder to what changed between them, and because of what."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from homeground.areas import area_key
from homeground.cohort_file import CohortFile
from homeground.errors import BadSpecification, MissingDataset
from homeground.find.change import Change, Split, change
from homeground.find.doubting.exchange import EditionData, with_domain
from homeground.find.index import build
from homeground.find.rules import Rule, RuleName
from homeground.journey.certainty import method_of
from homeground.journey.cohort import build_cohort
from homeground.journey.gathering import code_heading
from homeground.journey.index import build_from, method_table
from homeground.method import Method
from homeground.provenance import Note
from homeground.sources import methods, presets
from homeground.sources.folder import open_dataset, open_file
from homeground.tables import listed, numbers

__all__ = ["change_between"]

_PAIR = ("from_code", "to_code")


def change_between(
    old: str | Path,
    new: str | Path,
    *,
    data: Path | None = None,
    input_old: Path | None = None,
    input_new: Path | None = None,
    area_column: str | None = None,
    lookup: Path | None = None,
    need: str | Path | None = None,
    need_input: Path | None = None,
    rule: RuleName | None = None,
    share: float | None = None,
    count: int | None = None,
    split: Split = "auto",
    inside: bool = True,
) -> Change:
    """Return what changed between two editions, and because of what; see `homeground.find.change.change`.

    Parameters
    ----------
    old, new : str or Path
        Presets or cohort files (their deprivation rankings are compared, the need ranking of the new one joins them),
        or methods (shipped or files).
    data : Path, optional
        Folder with the official files.
    input_old, input_new, need_input : Path, optional
        Tables of one's own for methods that name no data sets.
    area_column : str, optional
        Heading of the area codes in these.
    lookup : Path, optional
        The lookup between the two boundaries: columns from_code and to_code, or old codes in the first column of
        codes and new ones in the second. The official one is looked for in the folder when left out.
    need : str or Path, optional
        Method of a second index, which stays as it is, for the list.
    rule, share, count
        How places are chosen; both worst tenths by default.
    split : {'auto', 'full', 'boundary'}
    inside : bool
        Take a domain apart where both editions have a shipped method for it, so that a change of method inside it
        shows.

    Returns
    -------
    Change
    """
    # Both names are looked up before anything is read.
    recipes = [_recipe(name) for name in (old, new)]
    tables = (input_old, input_new)
    sides = [_edition(recipe, data, table, area_column) for recipe, table in zip(recipes, tables, strict=True)]
    chosen = Rule(rule or "worst-on-both", share=share, count=count)
    ranking, n_need = None, None
    notes: list[Note] = []
    made = _preset_or_none(new)
    if made is not None:
        given = Rule(made.rule.rule, share=made.rule.share, count=made.rule.count)
        if rule is None and share is None and count is None:
            chosen = given
        found = build_cohort(made, data=data)
        ranking = found.table.select("area_code", rank="need_rank")
        n_need = found.n_need
    elif need is not None:
        recipe = methods.load(need)
        gathered = method_table(recipe, data=None if need_input else data, input=need_input, area_column=area_column)
        ranking = build_from(recipe, gathered).table.select("area_code", "rank")
    if inside:
        sides, notes = _taken_apart(sides, data)
    pairs = _lookup_between(sides, data, lookup)
    areas = sides[1].method.areas
    names: dict[str, str] = {}
    if areas.name and areas.name in sides[1].table.columns:
        names = dict(sides[1].table.select(sides[1].area_column, areas.name).drop_nulls().iter_rows())
    changed = change(
        sides[0], sides[1], lookup=pairs, split=split, rule=chosen, need=ranking, n_need=n_need, names=names
    )
    return replace(changed, notes=(*changed.notes, *notes))


def _preset_or_none(name: str | Path) -> CohortFile | None:
    if str(name) in presets.shipped():
        return presets.load(name)
    if str(name) in methods.shipped() or Path(name).suffix.lower() != ".toml":
        return None
    try:
        return presets.load(name)
    except BadSpecification:
        # Not a cohort file: then it is a method, and if it is not, the method says what is wrong with it.
        return None


def _recipe(name: str | Path) -> Method:
    made = _preset_or_none(name)
    method = methods.load(name) if made is None else method_of(made.deprivation)
    if method is None:
        raise BadSpecification(
            f"'{name}' takes a finished ranking, and no method is known for it",
            remedy="Name a method instead: a shipped one or a method file.",
        )
    return method


def _edition(method: Method, data: Path | None, table: Path | None, area_column: str | None) -> EditionData:
    gathered = method_table(method, data=None if table else data, input=table, area_column=area_column)
    people = None
    heading = method.areas.population
    if heading and heading in gathered.table.columns:
        counts = numbers(gathered.table, heading, missing_codes=gathered.missing_codes, file=gathered.file)
        codes = gathered.table[gathered.area_column].cast(pl.String)
        people = pl.DataFrame({"area_code": codes, "people": pl.Series(counts, nan_to_null=True)})
    return EditionData(
        name=method.name,
        method=method,
        table=gathered.table,
        area_column=gathered.area_column,
        people=people,
        missing_codes=gathered.missing_codes,
        file=gathered.file,
        sources=gathered.sources,
    )


def _taken_apart(sides: list[EditionData], data: Path | None) -> tuple[list[EditionData], list[Note]]:
    """Take those domains apart for which both editions have a shipped method."""
    notes = []
    for part in sides[1].method.index.parts:
        names = [f"{side.method.name}-{part.replace('_', '-')}" for side in sides]
        if not set(names) <= set(methods.shipped()) or any(part not in side.method.parts for side in sides):
            continue
        opened = []
        for side, name in zip(sides, names, strict=True):
            method = with_domain(side.method, part, methods.load(name))
            gathered = method_table(method, data=data) if data is not None else None
            table = side.table if gathered is None else gathered.table
            if not set(method.columns()) <= set(table.columns):
                break
            opened.append(replace(side, method=method, table=table))
        if len(opened) == len(sides):
            notes.append(_rebuilt(sides, opened, part))
            sides = opened
    return sides, notes


def _rebuilt(before: list[EditionData], after: list[EditionData], part: str) -> Note:
    furthest = 0.0
    for one, two in zip(before, after, strict=True):
        scores = [
            build(side.method, side.table, area_column=side.area_column, missing_codes=side.missing_codes).table[
                "score"
            ]
            for side in (one, two)
        ]
        furthest = max(furthest, float((scores[0] - scores[1]).abs().max() or 0.0))  # type: ignore[arg-type]
    label = before[1].method.label(part)
    text = (
        f"{label} was made from its published sub-domains in both editions, so that a change of their weights counts "
        f"as method. That moves no score of either edition by more than {furthest:.3f} points."
    )
    return Note(text, kind="estimated")


def _lookup_between(sides: list[EditionData], data: Path | None, lookup: Path | None) -> pl.DataFrame | None:
    old, new = (side.method.areas for side in sides)
    if lookup is not None:
        opened = open_file(lookup)
        given = _PAIR
        known = [column.name for column in opened.dataset.columns if column.holds == "code"] if opened.dataset else []
        if len(known) == len(given) and set(known) <= set(opened.table.columns):
            given = (known[0], known[1])
        elif not set(given) <= set(opened.table.columns):
            first = code_heading(opened.table, file=opened.file)
            given = (first, code_heading(opened.table.drop(first), file=opened.file))
        pairs = opened.table.select(
            from_code=pl.col(given[0]).cast(pl.String), to_code=pl.col(given[1]).cast(pl.String)
        )
        return pairs.drop_nulls().unique(maintain_order=True)
    if old.year is None or new.year is None or (old.kind, old.year) == (new.kind, new.year):
        return None
    name = f"lookup-{old.kind}{old.year % 100:02d}-{new.kind}{new.year % 100:02d}"
    if data is None:
        raise BadSpecification(
            f"the editions are by {old.kind} of {old.year} and {new.kind} of {new.year}",
            remedy=f"Give the lookup between them: --lookup FILE, or --data FOLDER with '{name}'.",
        )
    try:
        opened = open_dataset(data, name)
    except (BadSpecification, MissingDataset) as error:
        raise type(error)(
            f"the editions are by {old.kind} of {old.year} and {new.kind} of {new.year}: {error.problem}",
            remedy=f"Give the lookup between them as a file: --lookup FILE. {error.remedy}",
            file=error.file,
        ) from None
    columns = [c for c in opened.table.columns if (key := area_key(c)) is not None]
    found = {(key.kind, key.year): c for c in columns if (key := area_key(c)) is not None}
    wanted = [found.get((areas.kind, areas.year)) for areas in (old, new)]
    if None in wanted:
        raise BadSpecification(
            f"'{name}' does not say which columns are {old.kind} {old.year} and {new.kind} {new.year} "
            f"(it has {listed(opened.table.columns)})",
            remedy="Give the lookup as a file: --lookup FILE.",
        )
    pairs = opened.table.select(from_code=pl.col(str(wanted[0])), to_code=pl.col(str(wanted[1])))
    return pairs.drop_nulls().unique(maintain_order=True)
