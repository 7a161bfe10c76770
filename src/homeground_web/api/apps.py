"""The open interface as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    """What machines read."""

    name = "homeground_web.api"
    label = "api"

    def ready(self) -> None:
        """Put our step and our pages where they belong."""
        from homeground_web.api import bulk  # noqa: F401  it registers itself
        from homeground_web.shell import navigation

        navigation.register_footer("data", _("Get all the data"), order=40)
        navigation.register_footer("api", _("For programs (API)"), order=50)
