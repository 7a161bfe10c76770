"""homeground-web tidy: give back the room that loads take which nobody can go back to."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from homeground_web.places.tidying import tidy


class Command(BaseCommand):
    """Give back room."""

    help = "take out stored files of loads older than the one before the present, and files that nothing names"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how old a file must be, and whether only to look."""
        parser.add_argument("--hours", type=float, default=24.0, help="leave files younger than this (default 24)")
        parser.add_argument("--look", action="store_true", help="only say what would be taken out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Tidy."""
        try:
            older_than = dt.timedelta(hours=options["hours"])
        except (OverflowError, ValueError):
            raise CommandError(f"--hours {options['hours']} is no number of hours.") from None
        if older_than < dt.timedelta(0):
            raise CommandError("--hours is 0 or more.")
        found = tidy(older_than=older_than, really=not options["look"])
        verb = "Would take out" if options["look"] else "Took out"
        self.stdout.write(
            f"{verb} {found.files:,} stored files, {found.freed / 1e6:,.1f} MB, of {found.loads:,} older loads and of "
            "nothing. The load that the public sees and the one before it stay whole."
        )
