"""Addresses of FIND: how the lists are decided."""

from __future__ import annotations

from django.urls import path

from homeground_web.find import views

urlpatterns = [
    path("method", views.method_index, name="method-index"),
    path("method/<slug:node>", views.method, name="method"),
    path("method/<slug:node>/weights", views.weights, name="method-weights"),
    path("method/<slug:node>/list.<str:ending>", views.download, name="method-list"),
]
