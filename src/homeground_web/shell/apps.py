"""The frame as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShellConfig(AppConfig):
    """The frame of every page."""

    name = "homeground_web.shell"
    label = "shell"
    verbose_name = _("Frame")

    def ready(self) -> None:
        """Make the table of the shared cache together with the others."""
        from django.core.management import call_command
        from django.db.models.signals import post_migrate

        from homeground_web.shell import navigation

        navigation.register_footer("plain-words", _("Is it plain? Check a text"), order=80)

        def make(**_: object) -> None:
            call_command("createcachetable", verbosity=0)

        post_migrate.connect(make, sender=self, weak=False)
