"""UNDERSTAND as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnderstandConfig(AppConfig):
    """What is it like there, and what has the place been given?"""

    name = "homeground_web.understand"
    label = "understand"

    def ready(self) -> None:
        """Put our panels, steps and navigation where they belong."""
        from homeground_web.shell import navigation

        # They register themselves.
        from homeground_web.understand import giving, map_files, own, panels, profiles, reaching  # noqa: F401

        navigation.register(navigation.Entry("understand", _("Explore"), "explore"))
