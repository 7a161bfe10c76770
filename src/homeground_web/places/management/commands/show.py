"""homeground-web show LOAD: let the public see a load that is ready; --back goes to the one before."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from homeground_web.jobs.work import Refused
from homeground_web.places import loading
from homeground_web.places.models import Load


class Command(BaseCommand):
    """Let the public see a load."""

    help = "let the public see a load that is ready; with --back, the one before"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the number of the load."""
        parser.add_argument("load", type=int, nargs="?")
        parser.add_argument("--back", action="store_true", help="go back to the load before")

    def handle(self, *args: Any, **options: Any) -> None:
        """Swap."""
        try:
            if options["back"]:
                load = loading.take_back()
            else:
                load = self._named(options["load"])
                loading.swap(load)
        except Refused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"The public sees '{load.title}' now.")

    def _named(self, number: int | None) -> Load:
        found = Load.objects.filter(pk=number).first()
        if found is None:
            there = ", ".join(f"{load.pk} ({load.title}, {load.state})" for load in Load.objects.all()[:10]) or "none"
            raise CommandError(f"There is no load {number}. There are: {there}.")
        return found
