"""Files of everything: all figures of a kind of area, made with each load, with a data package that describes them."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl
from django.utils.translation import gettext_lazy as _

from homeground_web.api import analysis
from homeground_web.places.loading import Loading, Step, register_step
from homeground_web.places.models import Area
from homeground_web.runs.actions import Computed, record
from homeground_web.runs.models import Run
from homeground_web.runs.store import hash_of
from homeground_web.understand import queries as figures_of
from homeground_web.understand.analysis import write
from homeground_web.understand.downloads import described

__all__ = ["KIND", "PACKAGE"]

KIND = "bulk"
PACKAGE = "datapackage.json"
_MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet", "gpkg": "application/geopackage+sqlite3"}
_TYPES: dict[Any, str] = {pl.String: "string", pl.Float64: "number", pl.Int32: "integer", pl.Int64: "integer"}


def _run(loading: Loading) -> None:
    for node in loading.each("writing files to take away"):
        found = figures_of.run_of(loading.load.pk, node)
        if found is not None:
            _of(loading, node, found)


def _of(loading: Loading, node: str, profiles: Run) -> None:
    began = time.monotonic()
    measures = figures_of.guide_of(profiles).measures
    kept = [one for one in measures if one.source_id not in analysis.held_back()]
    table = _table(loading, node, profiles, kept)
    used = {one.source_id for one in kept}
    sources = [source for source in profiles.sources if source["id"] in used]
    notes = list(profiles.notes)
    if len(kept) < len(measures):
        notes.append(
            f"{len(measures) - len(kept)} figures are left out, because their publisher does not let them be passed on."
        )
    told: dict[str, Any] = {"title": f"All figures of all areas ({node})", "sources": sources, "notes": notes}
    with tempfile.TemporaryDirectory() as folder:
        files = _write(table, Path(folder), node, _outlines(loading, node), told, described(kept))
        package = Path(folder) / PACKAGE
        package.write_text(_package(node, table, files, told, described(kept)), encoding="utf-8")
        record(
            Computed(
                kind=f"{KIND} {node}", title=told["title"], inputs=[], parameters={"node": node},
                sources=sources, notes=notes, summary={"areas": table.height, "figures": len(kept)},
                command="homeground-web load FOLDER",
                seconds=time.monotonic() - began,
                files={path.name: (path, words) for path, words in files} | {PACKAGE: (package, "what the files hold")},
            ),
            load=loading.load,
            state=Run.State.PUBLISHED,
        )  # fmt: skip


def _table(loading: Loading, node: str, profiles: Run, kept: list[Any]) -> pl.DataFrame:
    """Return the figures that may be passed on; columns that hold nothing at all are left out."""
    whole = figures_of.figures_of(profiles)
    names = [f"{one.id}{part}" for one in kept for part in ("", "__low", "__high", "__rank", "__state")]
    first = ["area_code", "area_name", "authority_code", "authority_name", "people"]
    full = [name for name in names if whole[name].null_count() < whole.height]
    standing = Area.objects.filter(load=loading.load, node=node).values_list("code", "group", "probability")
    about = pl.DataFrame(
        list(standing), schema={"area_code": pl.String, "group": pl.String, "probability": pl.Float64}, orient="row"
    )
    joined = whole.select(*first, *full).join(about, on="area_code", how="left", maintain_order="left")
    return joined.select(*first, "group", "probability", *full).with_columns(pl.col(pl.Enum).cast(pl.String))


def _outlines(loading: Loading, node: str) -> pl.DataFrame | None:
    rows = Area.objects.filter(load=loading.load, node=node).exclude(outline=None).values_list("code", "outline")
    found = [(code, bytes(outline)) for code, outline in rows.iterator(chunk_size=2000)]
    return pl.DataFrame(found, schema={"area_code": pl.String, "geometry": pl.Binary}, orient="row") if found else None


def _write(
    table: pl.DataFrame, folder: Path, node: str, outlines: pl.DataFrame | None, told: dict[str, Any],
    descriptions: dict[str, str],
) -> list[tuple[Path, str]]:  # fmt: skip
    made = []
    words = {"csv": "for spreadsheets", "parquet": "for data tools", "gpkg": "with outlines, for maps"}
    for ending, said in words.items():
        if ending == "gpkg" and outlines is None:
            continue
        paths = write(
            table, folder / f"{node}.{ending}", **told, descriptions=descriptions,
            outlines=outlines if ending == "gpkg" else None,
        )  # fmt: skip
        made += [(path, said if path.suffix == f".{ending}" else "what the columns hold") for path in paths]
    return made


def _package(
    node: str, table: pl.DataFrame, files: list[tuple[Path, str]], told: dict[str, Any], descriptions: dict[str, str]
) -> str:
    """Return a description as the Frictionless data package standard has it."""
    fields = [
        {"name": name, "type": _TYPES.get(dtype, "string"), "description": descriptions.get(name, "")}
        for name, dtype in table.schema.items()
    ]
    resources = [
        {
            "name": f"{node}-{path.suffix[1:]}", "path": path.name, "format": path.suffix[1:],
            "mediatype": _MEDIA[path.suffix[1:]], "bytes": path.stat().st_size, "hash": f"sha256:{hash_of(path)}",
            "description": said, "schema": {"fields": fields, "primaryKey": ["area_code"]},
        }
        for path, said in files if path.suffix[1:] in _MEDIA
    ]  # fmt: skip
    licences = dict.fromkeys(source.get("licence", "") for source in told["sources"])
    whole = {
        "name": f"homeground-{node}", "title": told["title"], "profile": "data-package", "version": "1",
        "sources": [{"title": one["title"], "path": one.get("address", "")} for one in told["sources"]],
        "licenses": [{"title": licence} for licence in licences if licence], "notes": told["notes"],
        "resources": resources,
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True)


register_step(Step("bulk", _("writing files to take away"), order=90, weight=6, run=_run))
