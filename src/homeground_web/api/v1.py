"""The open interface, version 1: read-only, without a key. `frame` holds what all operations share."""

# mypy: disable-error-code="type-arg"
# (Query and Path are generic in annotations, and called here; ninja reads annotations, so they are no texts)

import json
from typing import Annotated, Any
from urllib.parse import urlencode

import polars as pl
from django.db.models import Q
from django.http import Http404, HttpRequest
from ninja import Path, Query
from pydantic import StringConstraints

from homeground_web.api import analysis, schemas
from homeground_web.api.changes import changes_after
from homeground_web.api.frame import api, get
from homeground_web.find import queries as lists_of
from homeground_web.places import queries as places
from homeground_web.places.loading import fold
from homeground_web.places.models import Area, Load
from homeground_web.runs.models import Run
from homeground_web.understand import queries as figures_of
from homeground_web.understand.downloads import outlines

__all__ = ["api"]

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,20}$")]
KindName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,20}$")]
FigureId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,80}$")]
Words = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]
_BIG = 2**62
_COUNT, _START = Query(100, ge=1, le=1000), Query("", pattern=r"^[A-Za-z0-9_-]{0,20}$")


@get("/shown", answer=schemas.Shown)
def shown(request: HttpRequest) -> Any:
    """What the public sees now."""
    load = _load()
    nodes = places.nodes(load)
    return {"title": load.title, "since": load.swapped, "is_invented": load.invented, "kinds": nodes}


@get("/kinds", answer=schemas.Kinds)
def kinds(request: HttpRequest) -> Any:
    """Kinds of area, the one residents know first."""
    load = _load()
    return {"items": [{"kind": node, "areas": load.summary["areas"][node]} for node in places.nodes(load)]}


@get("/areas", answer=schemas.Areas)
def areas(
    request: HttpRequest,
    kind: KindName = Query("", description="such as ward24; the first of /kinds when left out"),
    authority: Code | None = Query(None, description="code of the council"),
    group: str = Query("", pattern="^(left-behind|other-deprived|)$"),
    name: Words = Query("", description="words of the name"),
    sure_at_least: float | None = Query(None, ge=0, le=1, allow_inf_nan=False),
    after: str = _START,
    limit: int = _COUNT,
) -> Any:  # fmt: skip
    """Areas of a kind, those that fit."""
    load = _load()
    node = _node(load, kind)
    wanted = Q(load=load, node=node, code__gt=after)
    wanted &= Q(authority=authority) if authority else Q()
    wanted &= Q(group=group) if group else Q()
    wanted &= Q(probability__gte=sure_at_least) if sure_at_least is not None else Q()
    for word in fold(name).split():
        wanted &= Q(plain_name__contains=word)
    found = list(Area.objects.filter(wanted).defer("outline").order_by("code")[: limit + 1])
    return _page(request, [_area(area) for area in found], limit)


@get("/areas/{code}", answer=schemas.Area)
def area(request: HttpRequest, code: Path[Code]) -> Any:
    """One area."""
    return _area(_one(code))


@get("/areas/{code}/figures", answer=schemas.FiguresOfArea)
def figures_of_area(request: HttpRequest, code: Path[Code]) -> Any:
    """All figures of one area, with limits, rank and what they compare with."""
    one = _one(code)
    found = figures_of.profile_of(one)
    if found is None:
        raise Http404("There are no figures of this area.")
    read, run = found
    beside: dict[str, dict[str, Any]] = {}
    for row in read.beside.iter_rows(named=True):
        beside.setdefault(row["indicator"], {})[row["comparator"]] = row["value"]
    rows = [row for row in read.table.iter_rows(named=True) if row["source_id"] not in analysis.held_back()]
    names = ("title", "theme", "value", "low", "high", "state", "rank", "ranked", "sentence", "period", "source_id")
    items = [
        {
            "id": row["indicator"], **{name: row[name] for name in names}, "unit": row["unit"] or "",
            "higher_is": row["higher_is"] or "", "compared_with": beside.get(row["indicator"], {}),
        }
        for row in rows
    ]  # fmt: skip
    return {
        "code": one.code, "name": one.name, "items": items, "held_back": read.table.height - len(rows),
        "sources": _sources(run, {row["source_id"] for row in rows}),
    }  # fmt: skip


@get("/areas/{code}/outline", answer=schemas.Feature)
def outline(request: HttpRequest, code: Path[Code]) -> Any:
    """The outline of an area as GeoJSON, in degrees."""
    one = _one(code)
    shape = json.loads(outlines([one.outline])[0])
    about = {"code": one.code, "name": one.name, "boundary_year": one.boundary_year}
    return {"id": one.code, "properties": about, "geometry": shape}


@get("/figures", answer=schemas.Figures)
def figures(request: HttpRequest, kind: KindName = Query("")) -> Any:
    """Which figures are kept of a kind of area."""
    run, measures = _measures(kind)
    return {
        "items": [_figure(one) for one in measures],
        "sources": _sources(run, {one.source_id for one in measures}),
    }


@get("/figures/{id}", answer=schemas.Values)
def values(
    request: HttpRequest, id: Path[FigureId], kind: KindName = Query(""), after: str = _START, limit: int = _COUNT
) -> Any:
    """One figure of all areas of a kind."""
    run, measures = _measures(kind)
    measure = next((one for one in measures if one.id == id), None)
    if measure is None:
        raise Http404(f"There is no figure '{id}'. See /figures for those there are.")
    if measure.source_id in analysis.held_back():
        raise Http404(f"The publisher of '{id}' does not let it be passed on. Its page shows it.")
    columns = {"area_code": "code", id: "value"} | {f"{id}__{n}": n for n in ("low", "high", "rank", "state")}
    table = figures_of.figures_of(run).select(pl.col(old).alias(new) for old, new in columns.items())
    rows = table.filter(pl.col("code") > after).sort("code").head(limit + 1).to_dicts()
    return {"figure": _figure(measure), **_page(request, rows, limit)}


@get("/lists", answer=schemas.Lists)
def lists(request: HttpRequest) -> Any:
    """The lists of left-behind places."""
    found = lists_of.list_runs(_load().pk)
    return {
        "items": [
            {
                "kind": run.kind.removeprefix("list "), "title": run.title, "members": run.summary["members"],
                "areas": run.summary["areas"], "run": run.pk,
            }
            for run in found
        ]
    }  # fmt: skip


@get("/lists/{kind}", answer=schemas.Members)
def list_of_places(request: HttpRequest, kind: Path[KindName], after: str = _START, limit: int = _COUNT) -> Any:
    """The places on a list, and how sure each is."""
    load = _load()
    run = lists_of.list_run(load.pk, kind)
    if run is None:
        raise Http404(f"There is no list of '{kind}'. See /lists for those there are.")
    on_it = Area.objects.filter(load=load, node=kind, group="left-behind", code__gt=after).defer("outline")
    rows = [
        {"code": one.code, "name": one.name, "probability": one.probability, "how_sure": one.sure_sentence}
        for one in on_it.order_by("code")[: limit + 1]
    ]
    return {"title": run.title, **_page(request, rows, limit)}


@get("/runs", answer=schemas.Runs)
def runs(request: HttpRequest, before: int = Query(_BIG, ge=0, le=_BIG), limit: int = _COUNT) -> Any:
    """Published results, newest first."""
    found = _open_runs().filter(pk__lt=before).order_by("-pk")
    rows = [_run(run) for run in found.defer("inputs", "notes", "sources", "summary")[: limit + 1]]
    return _page(request, rows, limit, key="id", by="before")


@get("/runs/{number}", answer=schemas.RunFull)
def run(request: HttpRequest, number: int = Path(ge=0, le=_BIG)) -> Any:
    """One result with all it rests on."""
    found = _open_runs().filter(pk=number).first()
    if found is None:
        raise Http404("There is no published result of that number.")
    return {
        **_run(found), "command": found.command, "version": found.library_version, "parameters": found.parameters,
        "inputs": found.inputs, "sources": found.sources, "notes": found.notes,
    }  # fmt: skip


@get("/changes", answer=schemas.Changes)
def changes(request: HttpRequest, after: int = Query(0, ge=0, le=_BIG), limit: int = _COUNT) -> Any:
    """What the public sees differently since: data shown or taken back, results published or withdrawn."""
    return _page(request, changes_after(after, limit + 1), limit, key="id")


def _open_runs() -> Any:
    """Return published results about areas; those about a neighbourhood of one's own may not be public."""
    own = Q(kind__startswith="own ") | Q(kind__startswith="report ")
    return Run.objects.filter(load=_load(), state=Run.State.PUBLISHED).exclude(own)


def _load() -> Load:
    load = places.current()
    if load is None:
        raise Http404("There are no data yet.")
    return load


def _node(load: Load, kind: str) -> str:
    there = places.nodes(load)
    if kind and kind not in there:
        raise Http404(f"There is no kind '{kind}'. There are: {', '.join(there)}.")
    return kind or there[0]


def _one(code: str) -> Area:
    found = places.area_of(_load(), code)
    if found is None:
        raise Http404(f"There is no area '{code}'.")
    return found


def _area(one: Area) -> dict[str, Any]:
    return {
        "code": one.code, "name": one.name, "kind": one.node, "boundary_year": one.boundary_year,
        "authority_code": one.authority, "authority_name": one.authority_name, "people": one.population,
        "group": one.group, "deprivation_rank": one.deprivation_rank, "need_rank": one.need_rank,
        "probability": one.probability, "how_sure": one.sure_sentence,
    }  # fmt: skip


def _measures(kind: str) -> tuple[Run, Any]:
    load = _load()
    node = _node(load, kind)
    run = figures_of.run_of(load.pk, node)
    if run is None:
        raise Http404(f"There are no figures of '{node}'.")
    return run, figures_of.guide_of(run).measures


def _figure(one: Any) -> dict[str, Any]:
    return {
        "id": one.id, "title": one.title, "theme": one.theme, "unit": one.unit, "higher_is": one.higher_is,
        "period": one.period, "source_id": one.source_id, "licence": one.licence,
        "may_be_passed_on": one.source_id not in analysis.held_back(),
    }  # fmt: skip


def _sources(run: Run, used: set[str]) -> list[dict[str, Any]]:
    return [source for source in run.sources if source["id"] in used]


def _run(found: Run) -> dict[str, Any]:
    return {
        "id": found.pk, "kind": found.kind, "title": found.title, "computed": found.computed,
        "result_hash": found.result_hash,
    }  # fmt: skip


def _page(
    request: HttpRequest, rows: list[dict[str, Any]], limit: int, *, key: str = "code", by: str = "after"
) -> dict[str, Any]:
    """Return a page of rows, one more of which were asked for, with the address of the next where there is one."""
    if len(rows) <= limit:
        return {"items": rows, "next": None}
    query = {**{name: request.GET[name] for name in request.GET}, by: rows[limit - 1][key], "limit": limit}
    return {"items": rows[:limit], "next": f"{request.path}?{urlencode(query)}"}
