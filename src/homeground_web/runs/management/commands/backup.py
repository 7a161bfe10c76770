"""homeground-web backup FILE: the database, the stored results and the uploads in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from homeground_web.runs import backup


class Command(BaseCommand):
    """Write a backup while the site runs."""

    help = "write the database, the stored results and the uploads into one file, while the site runs"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        path = options["file"].expanduser().resolve()
        try:
            manifest = backup.write(path)
        except (backup.Damaged, OSError) as error:
            raise CommandError(str(error)) from None
        size = path.stat().st_size / 1e6
        self.stdout.write(
            f"Written: {path} ({len(manifest['files']):,} files, {size:,.1f} MB). Keep it where only you can read it."
        )
