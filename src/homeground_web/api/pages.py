"""Pages about the data: all of it to take away, how machines read it, and what changed."""

from __future__ import annotations

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from homeground_web.api.bulk import KIND, PACKAGE
from homeground_web.api.changes import newest
from homeground_web.api.frame import api
from homeground_web.people.gate import needs
from homeground_web.places import queries as places
from homeground_web.runs.giving import give
from homeground_web.runs.models import Run, RunFile
from homeground_web.shell import freshness

__all__ = ["about_api", "all_data", "changes_feed", "data_file"]

_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json", "parquet": "application/vnd.apache.parquet",
          "gpkg": "application/geopackage+sqlite3"}  # fmt: skip


@require_GET
@needs("read")
@freshness.public
def all_data(request: HttpRequest) -> HttpResponse:
    """Show the files of everything."""
    load = places.current()
    kinds = [_kind(node, run) for node in places.nodes(load) if (run := _bulk(load.pk, node))] if load else []
    return render(request, "api/data.html", {"kinds": kinds, "load": load})


def _bulk(load_id: int, node: str) -> Run | None:
    return Run.objects.filter(load_id=load_id, kind=f"{KIND} {node}", state=Run.State.PUBLISHED).first()


def _kind(node: str, run: Run) -> dict[str, Any]:
    order = {"csv": 0, "parquet": 1, "gpkg": 2, "json": 3}
    files = [
        {
            "name": one.name, "holds": one.holds, "size": one.size, "ending": one.name.rpartition(".")[2],
            "href": reverse("data-file", kwargs={"node": node, "name": one.name}),
        }
        for one in run.files.all()
    ]  # fmt: skip
    files.sort(key=lambda one: (order.get(str(one["ending"]), 9), str(one["name"])))
    return {"node": node, "kind": re.sub(r"\d+$", "", node), "run": run, "files": files}


@require_safe
@needs("read")
def data_file(request: HttpRequest, node: str, name: str) -> HttpResponseBase:
    """Give one of the files; its ETag is its hash, and a download that broke off can go on."""
    load = places.current()
    run = _bulk(load.pk, node) if load else None
    stored = RunFile.objects.filter(run=run, name=name).first() if run else None
    if stored is None:
        raise Http404
    content_type = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    shown = name if name != PACKAGE else f"{node}-{name}"
    response = give(request, stored.sha256, content_type, keep="public, max-age=300", name=shown)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_GET
@needs("read")
@freshness.public
def about_api(request: HttpRequest) -> HttpResponse:
    """Show how machines read the data, made from the schema itself."""
    operations = []
    for path, methods in api.get_openapi_schema()["paths"].items():
        for told in methods.values():
            parts = [
                {"name": one["name"], "where": one["in"], "needed": one.get("required", False),
                 "text": one.get("description") or one["schema"].get("description", "")}
                for one in told.get("parameters", [])
            ]  # fmt: skip
            operations.append({"path": path, "says": told["summary"], "parts": parts})
    area = places.current()
    example = reverse("api-v1:areas") + "?group=left-behind&limit=3"
    return render(request, "api/about.html", {"operations": operations, "load": area, "example": example})


@require_GET
@needs("read")
@freshness.public
def changes_feed(request: HttpRequest) -> HttpResponse:
    """Give the newest changes as an Atom feed."""
    feed = Atom1Feed(
        title=_("What changed"), link=request.build_absolute_uri(reverse("home")),
        description=_("Data shown or taken back, results published or withdrawn"),
        feed_url=request.build_absolute_uri(),
    )  # fmt: skip
    for one in newest(100):
        feed.add_item(
            title=f"{one['what']}: {one['title']}", link=request.build_absolute_uri(reverse("data")),
            description="", unique_id=f"urn:homeground:change:{one['id']}", pubdate=one["when"],
            updateddate=one["when"],
        )  # fmt: skip
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
