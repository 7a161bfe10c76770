"""homeground-web restore FILE: put back what a backup holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from homeground_web.runs import backup


class Command(BaseCommand):
    """Put back what a backup holds, in place of what is there. Stop the site first."""

    help = "put back what a backup holds, in place of what is there (stop the site first)"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="replace what is there without asking")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, then put it back."""
        path = options["file"].expanduser().resolve()
        if not options["yes"]:
            raise CommandError("This replaces all there is. Stop the site, then type the same line with --yes.")
        try:
            manifest = backup.restore(path)
        except (backup.Damaged, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Restored what was written on {manifest['made'][:16].replace('T', ' at ')}.")
