"""What the open interface answers with."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

__all__ = [
    "Area", "Areas", "Change", "Changes", "Feature", "Figure", "FigureOfArea", "Figures", "FiguresOfArea", "Kind",
    "Kinds", "ListOfPlaces", "Lists", "Member", "Members", "RunFull", "RunShort", "Runs", "Shown", "Source", "Value",
    "Values",
]  # fmt: skip


class Source(Schema):
    """A publication that figures rest on."""

    id: str
    title: str
    publisher: str = ""
    period: str = ""
    licence: str = ""
    address: str = ""


class Shown(Schema):
    """What the public sees now."""

    title: str
    since: datetime | None
    is_invented: bool = Field(description="whether no place and no figure in it is real")
    kinds: list[str]


class Kind(Schema):
    """A kind of area."""

    kind: str = Field(description="kind and boundary year, such as ward24")
    areas: int


class Kinds(Schema):
    """All kinds of area."""

    items: list[Kind]


class Area(Schema):
    """An area."""

    code: str
    name: str
    kind: str
    boundary_year: int | None
    authority_code: str
    authority_name: str
    people: float | None
    group: str = Field(description="left-behind, other-deprived, or empty")
    deprivation_rank: int | None = Field(description="1 is the most deprived")
    need_rank: int | None = Field(description="1 is the most community need")
    probability: float | None = Field(description="how likely the area belongs on the list, 0 to 1")
    how_sure: str = Field(description="the same in a sentence")


class Areas(Schema):
    """A page of areas, in the order of their codes."""

    items: list[Area]
    next: str | None = Field(description="address of the next page; null on the last")


class Figure(Schema):
    """A figure that is kept of each area."""

    id: str
    title: str
    theme: str
    unit: str
    higher_is: Literal["better", "worse", ""]
    period: str
    source_id: str
    licence: str
    may_be_passed_on: bool


class Figures(Schema):
    """All figures of a kind of area."""

    items: list[Figure]
    sources: list[Source]


class FigureOfArea(Schema):
    """One figure of one area."""

    id: str
    title: str
    theme: str
    value: float | None
    low: float | None
    high: float | None
    state: str = Field(description="known, missing, suppressed to protect people, or too many")
    rank: int | None = Field(description="1 is the most need")
    ranked: int | None = Field(description="of how many")
    unit: str
    higher_is: str
    sentence: str
    period: str
    source_id: str
    compared_with: dict[str, float | None]


class FiguresOfArea(Schema):
    """All figures of one area."""

    code: str
    name: str
    items: list[FigureOfArea]
    held_back: int = Field(description="how many are left out, because their publisher does not let them be passed on")
    sources: list[Source]


class Value(Schema):
    """One figure of one area."""

    code: str
    value: float | None
    low: float | None
    high: float | None
    rank: int | None
    state: str


class Values(Schema):
    """A page of one figure, in the order of codes."""

    figure: Figure
    items: list[Value]
    next: str | None


class Feature(Schema):
    """An outline as GeoJSON has it."""

    type: Literal["Feature"] = "Feature"
    id: str
    properties: dict[str, Any]
    geometry: dict[str, Any] | None


class ListOfPlaces(Schema):
    """A list of places."""

    kind: str
    title: str
    members: int
    areas: int
    run: int


class Lists(Schema):
    """All lists."""

    items: list[ListOfPlaces]


class Member(Schema):
    """A place that is on a list."""

    code: str
    name: str
    probability: float | None
    how_sure: str


class Members(Schema):
    """A page of a list, in the order of codes."""

    title: str
    items: list[Member]
    next: str | None


class RunShort(Schema):
    """A computed result."""

    id: int
    kind: str
    title: str
    computed: datetime
    result_hash: str


class Runs(Schema):
    """A page of results, newest first."""

    items: list[RunShort]
    next: str | None


class RunFull(RunShort):
    """A computed result with all it rests on."""

    command: str = Field(description="what computes the same bytes from the same files")
    version: str
    parameters: dict[str, Any]
    inputs: list[dict[str, Any]]
    sources: list[Source]
    notes: list[str]


class Change(Schema):
    """Something the public sees differently since."""

    id: int
    when: datetime
    what: str
    title: str


class Changes(Schema):
    """A page of changes, oldest first."""

    items: list[Change]
    next: str | None
