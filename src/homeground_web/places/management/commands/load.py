"""homeground-web load FOLDER: read a folder of files as the next load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from homeground_web.jobs.work import Refused
from homeground_web.places import loading


class Command(BaseCommand):
    """Read a folder as the next load, say what would change, and with --show let the public see it."""

    help = "read a folder of files; with --show, let the public see it"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--plan", default="", help="a shipped plan, such as england; else the folder's own")
        parser.add_argument("--if-changed", action="store_true", help="do nothing when the public sees just this")
        parser.add_argument("--show", action="store_true", help="let the public see it when it holds")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say how it goes."""
        folder = options["folder"].expanduser().resolve()
        try:
            if options["if_changed"] and loading.is_shown(folder, plan=options["plan"]):
                self.stdout.write("The public sees just these files already: nothing was loaded.")
                return
            load = loading.begin(folder, plan=options["plan"])
            loading.prepare(load, self._say)
            load.refresh_from_db()
            self._tell(load)
            if options["show"]:
                loading.swap(load)
                self.stdout.write(f"The public sees '{load.title}' now.")
            else:
                self.stdout.write(f"It is load {load.pk}. To let the public see it: homeground-web show {load.pk}")
        except Refused as error:
            raise CommandError(str(error)) from None

    def _say(self, said: str, share: float | None = None) -> None:
        shown = "    " if share is None else f"{100 * share:3.0f}%"
        self.stdout.write(f"  {shown}  {said}")

    def _tell(self, load: Any) -> None:
        areas = ", ".join(f"{many:,} {node}" for node, many in load.summary["areas"].items())
        self.stdout.write(f"Loaded: {areas}.")
        for problem in load.problems:
            self.stdout.write(f"  Not read: {problem['file']}: {problem['text']}")
        for found in load.preview["lists"]:
            moves = f"{found['joining']:,} join, {found['leaving']:,} leave"
            self.stdout.write(f"  List of {found['node']}: {found['size']:,} areas; {moves}.")
