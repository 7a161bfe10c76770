"""homeground-web check-log: has anybody changed the log behind the program's back?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from homeground_web.audit import log
from homeground_web.audit.models import Entry


class Command(BaseCommand):
    """Check the seal of every line of the log; end with an error when one does not fit."""

    help = "check the seal of every line of the log"

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, and say the newest seal: who writes it down can prove later that no line was taken off the end."""
        broken = log.broken_seals()
        if broken:
            numbers = ", ".join(map(str, broken[:10]))
            raise CommandError(
                f"{len(broken):,} seals do not fit (lines {numbers}). These lines, or the one before each, were "
                "changed or taken out. Keep this database as it is, and compare it with a backup."
            )
        last = Entry.objects.order_by("-id").first()
        self.stdout.write(f"All {Entry.objects.count():,} lines are as they were written.")
        if last is not None:
            self.stdout.write(f"The newest is {last.pk}, sealed {last.seal}.")
