"""Addresses of places: stable, readable, by code."""

from __future__ import annotations

from django.urls import path

from homeground_web.places import changes, our, views

urlpatterns = [
    path("", views.home, name="home"),
    path("look-up", views.look_up, name="look-up"),
    path("near-me", views.near_me, name="near-me"),
    path("places/<slug:code>", views.place, name="place"),
    path("our", our.ours, name="ours"),
    path("our/new", our.new, name="our-new"),
    path("our/<slug:slug>", our.our, name="our"),
    path("our/<slug:slug>/working", our.working, name="our-working"),
    path("our/<slug:slug>/edit", our.edit, name="our-edit"),
    path("our/<slug:slug>/in/<slug:language>", our.translate, name="our-translate"),
    path("our/<slug:slug>/people", our.people, name="our-people"),
    path("our/<slug:slug>/stages", our.stages, name="our-stages"),
    path("our/<slug:slug>/log", changes.log_page, name="our-log"),
    path("our/<slug:slug>/log.csv", changes.log_csv, name="our-log-csv"),
    path("our/<slug:slug>/feedback", our.read_feedback, name="our-feedback"),
]
