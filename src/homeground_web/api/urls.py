"""Addresses of the open interface and of the data to take away."""

from __future__ import annotations

from django.urls import path

from homeground_web.api import pages
from homeground_web.api.v1 import api

urlpatterns = [
    path("data", pages.all_data, name="data"),
    path("data/changes.atom", pages.changes_feed, name="data-changes"),
    path("data/<slug:node>/<str:name>", pages.data_file, name="data-file"),
    path("api", pages.about_api, name="api"),
    path("api/v1/", api.urls),
]
