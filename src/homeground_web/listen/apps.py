"""LISTEN as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ListenConfig(AppConfig):
    """What do people here say?"""

    name = "homeground_web.listen"
    label = "listen"

    def ready(self) -> None:
        """Put our panels and addresses where they belong."""
        from homeground_web.listen import panels  # noqa: F401  they register themselves
        from homeground_web.runs import backup
        from homeground_web.shell import navigation

        def erase_again() -> None:
            from homeground_web.listen.taking_back import erase_again as again

            again()

        backup.register(erase_again)
        navigation.register(navigation.Entry("listen", _("Your code"), "code"))
