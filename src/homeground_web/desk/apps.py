"""The analyst's desk as a Django app."""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """Load data, run methods, publish results."""

    name = "homeground_web.desk"
    label = "desk"

    def ready(self) -> None:
        """Show the desk on the account's page of those who may use it."""
        from homeground_web.people import gate
        from homeground_web.shell import navigation

        def may_use(request: HttpRequest) -> bool:
            return gate.may(request.user, "desk.use")

        navigation.register_door(navigation.Door(_("Your desk"), "desk", may_use))
