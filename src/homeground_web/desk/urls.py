"""Addresses of the desk."""

from __future__ import annotations

from django.urls import path

from homeground_web.desk import lists, views

urlpatterns = [
    path("desk", views.home, name="desk"),
    path("desk/folders/new", views.new_folder, name="desk-new-folder"),
    path("desk/folders/<int:number>", views.folder, name="desk-folder"),
    path("desk/loads/<int:number>", views.load, name="desk-load"),
    path("desk/jobs/<uuid:number>", views.job, name="desk-job"),
    path("desk/lists/new", lists.new, name="desk-new-list"),
    path("desk/results", lists.results, name="desk-results"),
    path("desk/results/<int:number>", lists.result, name="desk-result"),
]
