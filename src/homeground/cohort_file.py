"""What a cohort file may say: which areas, which two rankings, how each gets to these areas, and the rule.

A cohort file is to a list of places what a method file is to an index: everything that decides the list stands in it,
in words that can be read aloud, and anybody can write another. The same words are used in the file, in Python and in
the JSON Schema.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from homeground.errors import BadSpecification

__all__ = [
    "CohortAreas",
    "CohortFile",
    "CohortFilters",
    "CohortLevel",
    "CohortLookup",
    "CohortRanking",
    "CohortRule",
    "CohortStep",
    "People",
    "parse_cohort_file",
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class _Table(_Strict):
    dataset: str | None = Field(None, description="catalogue name of the data set it stands in")
    file: str | None = Field(
        None, description="a file of your own, looked for in the data folder, instead of 'dataset'"
    )


class CohortLookup(_Table):
    """A lookup from the areas of one table to those of another."""

    from_: str = Field(alias="from", description="heading of the old area codes in the lookup")
    to: str = Field(description="heading of the new area codes in the lookup")


class People(_Table):
    """Where the number of people stands."""

    code: str | None = Field(None, description="heading of the area codes; the data set's own when left out")
    column: str = Field(description="heading of the number of people")
    through: CohortLookup | None = Field(
        None, description="the lookup through which people in smaller areas are added up"
    )


class CohortStep(CohortLookup):
    """One step that carries a ranking to other areas through a lookup."""

    by: Literal["keep-rank", "mean-score", "mean-exponential"] = Field(
        description="keep the rank (renumbered, split or merged areas); mean of the scores, or of the ranks on the "
        "exponential scale, weighted by people, then ranked among the new areas"
    )
    weight: People | None = Field(None, description="people in the old areas; these count equally without it")


class CohortRanking(_Table):
    """One of the two rankings."""

    title: str = Field("", description="the name that people read")
    method: str | None = Field(None, description="name of a method whose index is built, instead of a data set or file")
    code: str | None = Field(None, description="heading of the area codes; the data set's own when left out")
    column: str | None = Field(None, description="heading of the rank or score; of a method: 'rank' or 'score'")
    holds: Literal["rank", "score"] = Field("rank", description="what the column holds; rank 1 is the most need")
    higher_is: Literal["worse", "better"] = Field("worse", description="polarity of a column of scores")
    ranked: int | None = Field(None, gt=0, description="how many areas a column of ranks ranks, if more than it holds")
    tied: int = Field(0, ge=0, description="rows that repeat the rank of another row; a data set says so itself")
    carried: tuple[CohortStep, ...] = Field(
        (), description="the steps that carry it to the areas of the list, in order"
    )


class CohortAreas(_Table):
    """The areas that the list is about."""

    kind: str = Field("area", description="lsoa, msoa, ward, authority, or any word for areas of your own")
    year: int | None = Field(None, description="boundary year of the area codes")
    plural: str = Field("areas", description="the word for several of them")
    code: str | None = Field(None, description="heading of the area codes; the data set's own when left out")
    name: str | None = Field(None, description="heading of the area names")
    larger_area: str | None = Field(None, description="heading of the codes of the larger areas")
    larger_area_name: str | None = Field(None, description="heading of their names")
    starts_with: str = Field("", description="take only codes that begin with this ('E' for England)")
    population: People | None = Field(None, description="people in each area")


class CohortLevel(CohortLookup):
    """Larger areas that the list can be made for instead (``--level``)."""

    kind: str = Field("area", description="what the larger areas are")
    year: int | None = Field(None, description="their boundary year")
    plural: str = Field("areas", description="the word for several of them")
    name: str | None = Field(None, description="heading of their names")
    larger_area: str | None = Field(None, description="heading of the codes of areas larger still")
    larger_area_name: str | None = Field(None, description="heading of the names of those")


class CohortRule(_Strict):
    """How places are chosen."""

    rule: Literal["worst-on-both", "sum", "product", "worst-of-two"] = Field(
        "worst-on-both", description="how the two rankings are brought together"
    )
    share: float | None = Field(None, gt=0, le=1, description="the worst share of the areas, 0.1 is the worst tenth")
    count: int | None = Field(None, ge=1, description="how many, instead of a share")


class CohortFilters(_Strict):
    """Which places are not chosen although the rule would take them."""

    minimum_population: float | None = Field(None, ge=0, description="fewer people: not chosen")
    exclude: tuple[str, ...] = Field((), description="codes of areas that are not chosen")
    exclude_file: str | None = Field(None, description="a file with such codes, looked for in the data folder")
    cap: int | None = Field(None, ge=1, description="at most so many in one larger area")
    cap_by: str | None = Field(None, description="column with the larger area; 'larger_area' when left out")


class CohortFile(_Strict):
    """A whole cohort file.

    Attributes
    ----------
    name, title, description, reference : str
        What it is, for people; `reference` is where the rule was published.
    label, rest : str
        What the chosen places and all other places are called in the column ``cohort``.
    datasets : tuple of str
        Catalogue names of the data sets without which the list cannot be made. A data set that the file names
        elsewhere and that is not among them is used when it is there.
    other_deprived_share : float
        The worst share of deprivation that makes an area 'other deprived' when it is not chosen.
    areas, deprivation, need, rule, filters, levels
        See the classes of those names.
    """

    name: str
    title: str = ""
    description: str = ""
    reference: str = ""
    label: str = "left behind"
    rest: str = "rest of England"
    datasets: tuple[str, ...] = ()
    other_deprived_share: float = Field(0.1, gt=0, le=1)
    areas: CohortAreas = Field(default_factory=CohortAreas)
    deprivation: CohortRanking
    need: CohortRanking
    rule: CohortRule = Field(default_factory=CohortRule)
    filters: CohortFilters = Field(default_factory=CohortFilters)
    levels: dict[str, CohortLevel] = Field(default_factory=dict)


def parse_cohort_file(data: dict[str, Any], *, file: str | None = None) -> CohortFile:
    """Return the cohort that `data` (a cohort file as a dict) describes, checked whole.

    Raises
    ------
    BadSpecification
        If a word is unknown or missing, a ranking comes from nowhere or from two places, both a share and a count are
        given, or scores are averaged that the ranking does not have. The message says what to write.

    Examples
    --------
    >>> parse_cohort_file({
    ...     "name": "ours",
    ...     "deprivation": {"file": "ours.csv", "column": "deprivation"},
    ...     "need": {"file": "ours.csv", "column": "need"},
    ... }).rule.rule
    'worst-on-both'
    >>> parse_cohort_file({"name": "ours", "deprivation": {"file": "a.csv", "colum": "x"}, "need": {"file": "a.csv"}})
    Traceback (most recent call last):
    ...
    homeground.errors.BadSpecification: the cohort file has an unknown entry 'deprivation.colum'. Did you mean
    'column'?
    """
    try:
        made = CohortFile.model_validate(data)
    except ValidationError as error:
        raise _in_our_words(error, file) from None
    for what, remedy in _problems(made):
        raise BadSpecification(what, remedy=remedy, file=file)
    return made


def _problems(made: CohortFile) -> Iterator[tuple[str, str]]:
    if made.rule.share is not None and made.rule.count is not None:
        yield "[rule] gives both a share and a count", "Give one of the two."
    if made.filters.cap is None and made.filters.cap_by is not None:
        yield "[filters] says what to cap by, but gives no cap", "Add cap = 2, say."
    for where, ranking in (("deprivation", made.deprivation), ("need", made.need)):
        given = [ranking.dataset, ranking.file, ranking.method]
        if sum(source is not None for source in given) != 1:
            yield f"[{where}] must come from one place", "Give it one of: dataset, file, method."
        if ranking.method is None and not ranking.column:
            yield f"[{where}] does not say which column", "Add column = 'heading'."
        if ranking.method is not None and ranking.column not in (None, "rank", "score"):
            yield f"[{where}] takes '{ranking.column}' from a method", "A method gives 'rank' or 'score'."
        yield from _step_problems(where, ranking)
    for where, table in _tables(made):
        if isinstance(table, CohortLookup) and table.dataset is None and table.file is None:
            yield f"[{where}] names no lookup", "Give it a dataset or a file."
        if table.dataset is not None and table.file is not None:
            yield f"[{where}] names a data set and a file", "Give one of the two."


def _step_problems(where: str, ranking: CohortRanking) -> Iterator[tuple[str, str]]:
    for place, step in enumerate(ranking.carried):
        scores = step.by == "mean-score"
        if scores and place > 0:
            yield f"[{where}] averages scores in a later step", "Use by = 'mean-exponential' there."
        if scores and ranking.holds != "score":
            yield f"[{where}] averages scores, but its column holds ranks", "Take a column of scores: holds = 'score'."
        if not scores and place == 0 and ranking.holds == "score" and step.by == "keep-rank":
            yield f"[{where}] is to keep its ranks, but its column holds scores", "Take the column of ranks."
        weight = step.weight
        if place > 0 and weight is not None and weight.dataset is None and weight.file is None:
            yield f"[{where}] takes people in a later step from its own table", "Give the weight a dataset or a file."


def _tables(made: CohortFile) -> Iterator[tuple[str, _Table]]:
    yield "areas", made.areas
    if made.areas.population is not None:
        yield "areas.population", made.areas.population
        if made.areas.population.through is not None:
            yield "areas.population.through", made.areas.population.through
    for where, ranking in (("deprivation", made.deprivation), ("need", made.need)):
        for step in ranking.carried:
            yield f"{where}.carried", step
            if step.weight is not None:
                yield f"{where}.carried.weight", step.weight
    for name, level in made.levels.items():
        yield f"levels.{name}", level


def _in_our_words(error: ValidationError, file: str | None) -> BadSpecification:
    first = error.errors(include_url=False)[0]
    path = [str(step) for step in first["loc"]]
    where, given = ".".join(path), first.get("input")
    if first["type"] == "extra_forbidden":
        known = _words_at(path[:-1])
        near = difflib.get_close_matches(path[-1], known, n=1)
        remedy = f"Did you mean '{near[0]}'?" if near else f"It may hold: {', '.join(known)}."
        return BadSpecification(f"the cohort file has an unknown entry '{where}'", remedy=remedy, file=file)
    if first["type"] == "missing":
        return BadSpecification(f"the cohort file lacks '{where}'", remedy=f"Add {where} = … to it.", file=file)
    if first["type"] == "literal_error":
        expected = first.get("ctx", {}).get("expected", "")
        return BadSpecification(f"'{where}' is {given!r}, which is unknown", remedy=f"Use {expected}.", file=file)
    hint = ""
    if path[-1].endswith("share") and isinstance(given, (int, float)) and 1 < given <= 100:
        hint = f"A share is above 0 and up to 1: for {given:g} % write {given / 100:g}."
    said = str(first["msg"])
    return BadSpecification(
        f"'{where}' is {given!r}: {said[:1].lower()}{said[1:]}",
        remedy=hint or "See the reference of cohort files.",
        file=file,
    )


def _words_at(path: list[str]) -> list[str]:
    kinds: dict[str, type[BaseModel]] = {
        "areas": CohortAreas, "population": People, "through": CohortLookup, "weight": People, "deprivation":
        CohortRanking, "need": CohortRanking, "carried": CohortStep, "rule": CohortRule, "filters": CohortFilters,
        "levels": CohortLevel,
    }  # fmt: skip
    holder: type[BaseModel] = CohortFile
    for step in path:
        holder = kinds.get(step, holder)
    return sorted(field.alias or name for name, field in holder.model_fields.items())
