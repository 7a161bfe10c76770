"""homeground-web worker: do the long work, until stopped."""

from __future__ import annotations

import os
import signal
import threading
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    """Take jobs from the queue, one at a time, until stopped (Ctrl-C). Several workers may run on PostgreSQL."""

    help = "do the long work (loads, reports), until stopped"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether another process started it beside itself."""
        parser.add_argument(
            "--beside", action="store_true", help="end when standard input closes, as with whoever started it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the worker."""
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background starts us deaf to it
        if options["beside"]:
            threading.Thread(target=_end_with_input, daemon=True).start()
        self.stdout.write(f"Waiting for jobs ({settings.JOBS}). Ctrl-C ends this.")
        import_module(f"homeground_web.jobs.by_{settings.JOBS}").run_worker()


def _end_with_input() -> None:
    """Wait until nobody holds the other end, even if whoever did was killed; then end as on Ctrl-C."""
    while os.read(0, 1 << 10):  # not by sys.stdin, which this process could not shut down while it is read
        pass
    os.kill(os.getpid(), signal.SIGINT)
