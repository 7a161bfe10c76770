"""FIND as a Django app."""

from django.apps import AppConfig


class FindConfig(AppConfig):
    """Which places are on the list, and how sure is it?"""

    name = "homeground_web.find"
    label = "find"

    def ready(self) -> None:
        """Put our panels, steps and navigation where they belong."""
        from homeground_web.find import lists, panels  # noqa: F401  they register themselves
