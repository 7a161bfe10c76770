"""How we decide: the lists, how each was made, and trying one's own weights."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from homeground_web.find import analysis, deciding, own_weights, queries
from homeground_web.find.lists import LIST
from homeground_web.people.gate import needs
from homeground_web.places import queries as places
from homeground_web.places.models import Load
from homeground_web.runs.files import file_of
from homeground_web.runs.models import Run
from homeground_web.shell import freshness
from homeground_web.shell.wording import number

__all__ = ["download", "method", "method_index", "weights"]

_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_MOST_SHOWN = 200


@require_GET
@needs("read")
@freshness.public
def method_index(request: HttpRequest) -> HttpResponse:
    """Say in two hundred words how places come onto a list, with one place worked through."""
    load = places.current()
    runs = queries.list_runs(load.pk) if load else []
    order = places.nodes(load) if load else []
    runs.sort(key=lambda run: order.index(_node(run)))
    shown = [(run, _node(run), queries.method_of(run)) for run in runs]
    first = next(((run, node, made) for run, node, made in shown if made), None)
    told: dict[str, Any] = {"load": load, "lists": shown, "rule": "", "examples": [], "draws": 0, "questions": []}
    if first is not None and load is not None:
        run, node, made = first
        told |= {
            "rule": deciding.rule_words(made), "draws": run.summary["draws"], "questions": deciding.questions(made),
            "examples": deciding.examples(made, *queries.example_areas(load.pk, node)),
        }  # fmt: skip
    return render(request, "find/method_index.html", told)


@require_GET
@needs("read")
@freshness.public
def method(request: HttpRequest, node: str) -> HttpResponse:
    """Show how one list was made: rule, weights, tests, certainty, sources, limits, how to make it again."""
    load, run = _list(node)
    made = queries.method_of(run)
    told: dict[str, Any] = {"load": load, "run": run, "node": node, "method": made, "preview": _preview(load, node)}
    if made is not None:
        told |= {
            "rule": deciding.rule_words(made), "lines": list(deciding.lines(made)), "indices": _indices(made),
            "near": queries.near_the_line(load.pk, node), "moves": _moves(load, node, made),
            "apart": [deciding.apart_words(one["source"]) for one in run.summary["apart"]],
            "alone": [_alone(one) for one in run.summary["apart"]],
        }  # fmt: skip
    return render(request, "find/method.html", told)


def _node(run: Run) -> str:
    return run.kind.partition(" ")[2]


def _alone(one: dict[str, Any]) -> tuple[str, ...]:
    told = (number(one[name]) for name in ("sure", "below_half", "outsiders"))
    return deciding.apart_words(one["source"]), *told


def _list(node: str) -> tuple[Load, Run]:
    load = places.current()
    run = queries.list_run(load.pk, node) if load else None
    if load is None or run is None:
        raise Http404
    return load, run


def _indices(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "index": index, "question": deciding.index_title(index["role"]), "weights": deciding.rows_of_weights(index),
            "agree": deciding.agreement(index),
        }
        for index in made["indices"]
    ]  # fmt: skip


def _preview(load: Load, node: str) -> dict[str, Any] | None:
    """Return who joined and left since the load before, None when there was none before."""
    if not load.preview.get("against"):
        return None
    found = next((one for one in load.preview.get("lists", []) if one["node"] == node), None)
    return {"against": load.preview["against"], **found} if found else None


def _moves(load: Load, node: str, made: dict[str, Any]) -> list[dict[str, Any]]:
    moves = (made["change"] or {}).get("moves", [])
    areas = places.by_code(load, node, [code for code, *_rest in moves])
    return [
        {"area": areas.get(code), "code": code, "move": move, "sentence": sentence}
        for code, move, _because, sentence in moves
    ]


@require_GET
@needs("read")
def weights(request: HttpRequest, node: str) -> HttpResponse:
    """Let a reader try other weights: who joins the list, who leaves it, and whether one place is in or out."""
    load, run = _list(node)
    made, kept = queries.method_of(run), queries.engine_of(run)
    told: dict[str, Any] = {"load": load, "run": run, "node": node, "method": made, "groups": []}
    if made is None or kept is None or not (fields := own_weights.fields_of(made)):
        return render(request, "find/weights.html", told)
    typed = own_weights.read(fields, request.GET)
    about = places.area_of(load, request.GET.get("place", "")[:20])
    about = about if about is not None and about.node == node else None
    groups = [
        (deciding.index_title(index["role"]), index["title"], typed.of(index["role"]))
        for index in made["indices"]
        if index["parts"]
    ]
    told |= {"typed": typed, "place": about, "place_code": about.code if about else "", "groups": groups}
    if typed.asked and not typed.errors:
        told |= _made_again(load, node, kept, typed, about)
    return render(request, "find/weights.html", told, status=400 if typed.errors else 200)


def _made_again(load: Load, node: str, kept: analysis.Kept, typed: own_weights.Typed, about: Any) -> dict[str, Any]:
    found = analysis.reweigh(kept, typed.weights)
    areas = places.by_code(load, node, [*found.joins[:_MOST_SHOWN], *found.leaves[:_MOST_SHOWN]])
    address = urlencode(
        {one.name: one.text for one in typed.fields} | ({"place": about.code} if about is not None else {})
    )
    return {
        "found": found, "address": f"{reverse('method-weights', args=[node])}?{address}", "most": _MOST_SHOWN,
        "joins": [areas[code] for code in found.joins[:_MOST_SHOWN] if code in areas],
        "leaves": [areas[code] for code in found.leaves[:_MOST_SHOWN] if code in areas],
        "inside": about is not None and about.code in found.members,
        "was_inside": about is not None and about.group == "left-behind",
        "ranks": found.ranks.get(about.code) if about is not None else None,
    }  # fmt: skip


@require_GET
@needs("read")
@freshness.public
def download(request: HttpRequest, node: str, ending: str) -> HttpResponse:
    """Hand out the list, every area with how sure it is, as CSV or JSON."""
    _load, run = _list(node)
    path = file_of(run, LIST)
    if path is None or ending not in _TYPES:
        raise Http404
    return HttpResponse(
        analysis.list_at(path, ending), content_type=_TYPES[ending],
        headers={"Content-Disposition": f'attachment; filename="list-{node}.{ending}"'},
    )  # fmt: skip
