"""Addresses of the frame."""

from __future__ import annotations

from django.urls import path

from homeground_web.shell import plain, views

urlpatterns = [
    path("alive", views.alive, name="alive"),
    path("language/<slug:code>", views.language, name="language"),
    path("feedback", views.feedback, name="feedback"),
    path("plain-words", plain.plain_words, name="plain-words"),
]
