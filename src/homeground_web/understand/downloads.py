"""Tables as files to take away: CSV with its description beside it, JSON and GeoJSON with theirs inside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import shapely
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from homeground_web.places.models import Area, Load
from homeground_web.runs.models import Run
from homeground_web.shell import freshness
from homeground_web.understand import analysis

__all__ = [
    "ENDINGS", "KINDS", "Told", "described", "described_rows", "feature_collection", "give", "outlines", "refused",
    "sources_of",
]  # fmt: skip

ENDINGS = ("csv", "csv-metadata.json", "json", "geojson")
KINDS = {
    "csv": "text/csv; charset=utf-8", "csv-metadata.json": "application/csvm+json", "json": "application/json",
    "geojson": "application/geo+json",
}  # fmt: skip
_CHUNK = 500
_PRECISE = 6  # decimals of a degree, about 10 cm


@dataclass(frozen=True)
class Told:
    """What travels with a table."""

    name: str
    title: str
    sources: Sequence[Mapping[str, Any]]
    notes: Sequence[str] = ()
    descriptions: Mapping[str, str] = field(default_factory=dict)


def sources_of(run: Run, measures: Sequence[analysis.Measure]) -> list[dict[str, Any]]:
    """Return the sources that figures are from, each once."""
    used = {measure.source_id for measure in measures}
    return [source for source in run.sources if source["id"] in used]


def described(measures: Sequence[analysis.Measure]) -> dict[str, str]:
    """Return what the columns of a table of areas hold."""
    told = {
        "area_code": _("code of the area"), "area_name": _("name of the area"),
        "authority_code": _("code of the council"), "authority_name": _("name of the council"),
        "people": _("how many people live there"),
        "group": _("left-behind, other-deprived, or empty"),
        "probability": _("how likely the area belongs on the list of left-behind places, 0 to 1"),
    }  # fmt: skip
    good = {"worse": _("higher is worse"), "better": _("higher is better")}
    for measure in measures:
        how = analysis.HOW[measure.interval]
        parts = (measure.title, measure.unit, measure.period, good.get(measure.higher_is, ""), measure.quality)
        told[measure.id] = ", ".join(part for part in parts if part)
        told[f"{measure.id}__low"] = _("lower limit of the figure: ") + how
        told[f"{measure.id}__high"] = _("upper limit of the figure: ") + how
        told[f"{measure.id}__rank"] = _("place in the order of all areas; 1 is the most need")
        told[f"{measure.id}__state"] = _("known, missing, suppressed to protect people, or too many")
    return told


def described_rows() -> dict[str, str]:
    """Return what the columns of a table hold that has a row for each place and figure."""
    return {
        "area_code": _("code of the area"), "area_name": _("name of the area"), "indicator": _("id of the figure"),
        "title": _("what the figure is called"), "value": _("the figure; empty where there is none"),
        "low": _("lower limit of the figure"), "high": _("upper limit of the figure"),
        "rank": _("place in the order of all areas; 1 is the most need"), "ranked": _("how many areas have a rank"),
        "percentile": _("per cent of areas that do better"),
        "state": _("known, missing or suppressed to protect people"),
        "higher_is": _("which way is good; empty where neither is"),
        "level_name": _("the larger area that the figure is of, where it is of one"),
        "source_id": _("id of the source"),
    }  # fmt: skip


def refused(lines: Sequence[str]) -> HttpResponse:
    """Say why no file is given."""
    text = "\n".join([_("No file was made, because:"), *(f"- {line}" for line in lines)])
    return HttpResponse(text + "\n", status=400, content_type="text/plain; charset=utf-8")


def give(
    request: HttpRequest, ending: str, table: pl.DataFrame, told: Told, tag: str, *, load: Load, node: str
) -> HttpResponseBase:
    """Return a table as a file, or 'nothing changed' to somebody who has it.

    `tag` tells what the table is of; with the data that the public sees it makes the ETag.
    """
    seen = f"{freshness.token()}:{get_language()}:{ending}:{told.name}:{tag}"
    etag = f'"{hashlib.sha256(seen.encode()).hexdigest()[:32]}"'
    if etag in request.headers.get("If-None-Match", ""):
        response: HttpResponseBase = HttpResponseNotModified()
    elif ending == "geojson":
        response = StreamingHttpResponse(feature_collection(table, told, load, node), content_type=KINDS[ending])
    else:
        name = f"{told.name}.{'csv' if ending.startswith('csv') else 'json'}"
        made = analysis.written(
            table, name, title=told.title, sources=told.sources, notes=told.notes, descriptions=told.descriptions
        )
        response = HttpResponse(made[f"{told.name}.{ending}"], content_type=KINDS[ending])
    if ending == "csv":
        beside = request.get_full_path().replace(".csv", ".csv-metadata.json", 1)
        response.headers["Link"] = f'<{beside}>; rel="describedby"; type="application/csvm+json"'
    response.headers["Content-Disposition"] = f'attachment; filename="{told.name}.{ending}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def feature_collection(table: pl.DataFrame, told: Told, load: Load, node: str) -> Iterator[str]:
    """Yield the text of a GeoJSON file (RFC 7946), area by area: so all of England fits through a small machine."""
    head = {
        "type": "FeatureCollection", "title": told.title, "sources": list(told.sources), "notes": list(told.notes),
        "columns": {name: told.descriptions[name] for name in table.columns if name in told.descriptions},
    }  # fmt: skip
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "features": ['
    between = "\n"
    for start in range(0, table.height, _CHUNK):
        rows = table.slice(start, _CHUNK).rows(named=True)
        codes = [row["area_code"] for row in rows]
        stored = dict(Area.objects.filter(load=load, node=node, code__in=codes).values_list("code", "outline"))
        for row, shape in zip(rows, outlines([stored.get(code) for code in codes]), strict=True):
            properties = json.dumps(row, ensure_ascii=False, allow_nan=False)
            code = json.dumps(row["area_code"])
            yield f'{between}{{"type": "Feature", "id": {code}, "properties": {properties}, "geometry": {shape}}}'
            between = ",\n"
    yield "\n]}\n"


def outlines(stored: Sequence[bytes | None]) -> list[str]:
    """Return outlines as GeoJSON: outer rings against the clock, inner ones with it; null where there is none."""
    shapes = shapely.from_wkb([None if outline is None else bytes(outline) for outline in stored])
    shapes = shapely.set_precision(shapes, 10**-_PRECISE, mode="pointwise")
    turned = shapely.reverse(shapely.normalize(shapes))  # GEOS puts outer rings with the clock
    return [text or "null" for text in shapely.to_geojson(turned)]
