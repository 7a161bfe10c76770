"""Everything the page of a place tells, for machines: the same address with .json, .csv or .geojson."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from homeground_web.people.gate import needs
from homeground_web.places import queries as places
from homeground_web.places.models import Area
from homeground_web.runs.models import Run
from homeground_web.shell import freshness
from homeground_web.understand import analysis, downloads, queries

__all__ = ["ENDINGS", "place_data", "told_of"]

ENDINGS = ("json", "csv", "csv-metadata.json", "geojson")


@require_safe
@needs("read")
@freshness.public
def place_data(request: HttpRequest, code: str, ending: str) -> HttpResponse:
    """Give what is known about a place."""
    load = places.current()
    area = places.area_of(load, code) if load else None
    found = queries.profile_of(area) if area else None
    if area is None or found is None:
        raise Http404
    read, run = found
    if ending == "json":
        content = json.dumps(told_of(area, read, run), ensure_ascii=False, allow_nan=False, indent=1)
    elif ending == "geojson":
        content = _feature(area, read, run)
    else:
        made = analysis.written(
            _table(area, read), f"{area.code}.csv", title=area.name, sources=_sources(run, read),
            notes=run.notes, descriptions=downloads.described_rows(),
        )  # fmt: skip
        content = made[f"{area.code}.{ending}"].decode()
    response = HttpResponse(content, content_type=downloads.KINDS[ending])
    response.headers["Content-Disposition"] = f'inline; filename="{area.code}.{ending}"'
    if ending == "csv":
        beside = request.path.replace(".csv", ".csv-metadata.json")
        response.headers["Link"] = f'<{beside}>; rel="describedby"; type="application/csvm+json"'
    return response


def _sources(run: Run, read: analysis.Read) -> list[dict[str, Any]]:
    used = set(read.table["source_id"])
    return [source for source in run.sources if source["id"] in used]


def told_of(area: Area, read: analysis.Read, run: Run) -> dict[str, Any]:
    """Return everything the page of a place tells, as plain values; what is not known is null."""
    return {
        "area": _about(area),
        "headlines": list(read.headlines),
        "figures": read.table.to_dicts(),
        "comparators": read.beside.to_dicts(),
        "over_time": read.over_time.to_dicts(),
        "nearest": [{"code": code, "name": name, "distance": far} for code, name, far in read.nearest],
        "sources": _sources(run, read),
        "notes": list(run.notes),
        "computed": run.computed.isoformat(),
        "made_with": f"Homeground {run.library_version}",
    }


def _about(area: Area) -> dict[str, Any]:
    return {
        "code": area.code, "name": area.name, "kind": area.kind, "boundary_year": area.boundary_year,
        "authority_code": area.authority or None, "authority_name": area.authority_name or None,
        "people": area.population, "cohort": area.cohort or None, "group": area.group or None,
        "deprivation_rank": area.deprivation_rank, "need_rank": area.need_rank,
        "probability": area.probability, "how_sure": area.sure_sentence or None,
    }  # fmt: skip


def _table(area: Area, read: analysis.Read) -> pl.DataFrame:
    """Return a row for each figure, the figures of others beside it."""
    table = read.table
    for comparator in read.beside["comparator"].unique(maintain_order=True):
        other = read.beside.filter(pl.col("comparator") == comparator)
        table = table.join(
            other.select("indicator", pl.col("value").alias(f"value_{comparator}")), on="indicator", how="left",
            maintain_order="left",
        )  # fmt: skip
    return table.select(pl.lit(area.code).alias("area_code"), pl.lit(area.name).alias("area_name"), pl.all())


def _feature(area: Area, read: analysis.Read, run: Run) -> str:
    figures = {row["indicator"]: row["value"] for row in read.table.iter_rows(named=True)}
    titles = {row["indicator"]: row["title"] for row in read.table.iter_rows(named=True)}
    head = {
        "type": "Feature", "id": area.code, "properties": {**_about(area), "figures": figures},
        "titles": titles, "sources": _sources(run, read), "notes": list(run.notes),
    }  # fmt: skip
    shape = downloads.outlines([area.outline])[0]
    return json.dumps(head, ensure_ascii=False, allow_nan=False)[:-1] + f', "geometry": {shape}}}\n'
