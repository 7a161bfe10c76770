"""Places as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    """Areas, neighbourhoods, postcodes."""

    name = "homeground_web.places"
    label = "places"

    def ready(self) -> None:
        """Show the neighbourhoods that people work with at the foot of every page."""
        from homeground_web.shell import navigation

        navigation.register_footer("ours", _("Our places"), order=10)
