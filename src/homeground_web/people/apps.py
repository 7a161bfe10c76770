"""People as a Django app."""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Accounts, roles, and the gate."""

    name = "homeground_web.people"
    label = "people"

    def ready(self) -> None:
        """Show the pages for people with a role on their account's page."""
        from homeground_web.people import gate
        from homeground_web.shell import navigation

        def may_administer(request: HttpRequest) -> bool:
            return gate.may(request.user, "people.administer")

        navigation.register_door(navigation.Door(_("People with a role for the whole site"), "people", may_administer))
