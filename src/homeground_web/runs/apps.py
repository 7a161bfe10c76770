"""Runs as a Django app."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """What was computed, from what."""

    name = "homeground_web.runs"
    label = "runs"
