"""Addresses of UNDERSTAND: the explorer, comparing, what machines read of a place, and map tiles."""

from __future__ import annotations

from django.urls import path

from homeground_web.understand import compare_views, explore_views, place_data, report_views, tiles
from homeground_web.understand.downloads import ENDINGS

urlpatterns = [
    path("explore", explore_views.page, name="explore"),
    path("explore/colours.json", explore_views.colours, name="explore-colours"),
    *(
        path(f"explore.{ending}", explore_views.download, {"ending": ending}, name=f"explore-{ending}")
        for ending in ENDINGS
    ),
    path("compare", compare_views.compare, name="compare"),
    path("compare/add", compare_views.add, name="compare-add"),
    *(
        path(f"compare.{ending}", compare_views.download, {"ending": ending}, name=f"compare-{ending}")
        for ending in ENDINGS
        if ending != "geojson"
    ),
    *(
        path(f"places/<slug:code>.{ending}", place_data.place_data, {"ending": ending}, name=f"place-{ending}")
        for ending in place_data.ENDINGS
    ),
    path("places/<slug:code>/report", report_views.report, name="place-report"),
    path("places/<slug:code>/report.<str:ending>", report_views.download, name="place-report-file"),
    path("our/<slug:slug>/report", report_views.our_report, name="our-report"),
    path("our/<slug:slug>/report.<str:ending>", report_views.our_download, name="our-report-file"),
    path("reports/<uuid:number>", report_views.waits, name="report-waits"),
    path("tiles/<slug:sha>.pmtiles", tiles.tiles, name="tiles"),
]
