"""homeground-web serve: answer requests, and on SQLite do the long work beside it."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

_PATIENCE = 10.0  # seconds
_MOST = 8  # processes, where nobody says more: a container sees all cores of its host, and may have few


class Command(BaseCommand):
    """Serve the site. On SQLite one command is enough: it starts a worker for long work too."""

    help = "serve the site; on SQLite with a worker for long work beside it"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to listen, and how many processes answer."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        # A process that makes one page keeps those it has accepted waiting: with one for each core, all may wait for
        # the same one while the other idles.
        parser.add_argument(
            "--processes", type=int, default=min(_MOST, 2 * (os.cpu_count() or 1)),
            help=f"how many processes answer (default: two for each core, at most {_MOST}); each takes about 170 MB",
        )  # fmt: skip
        parser.add_argument("--no-worker", action="store_true", help="start no worker for long work")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until stopped."""
        if MigrationExecutor(connection).migration_plan(MigrationExecutor(connection).loader.graph.leaf_nodes()):
            raise CommandError("The database is not up to date. Type: homeground-web migrate")
        connection.close()
        # Until the server has handlers of its own, being asked to end must not leave the worker behind. Said for
        # Ctrl-C too: whoever was started in the background of a shell was told to ignore it.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _end)
        if settings.PRODUCTION:
            call_command("collectstatic", interactive=False, verbosity=0)
        worker = None if options["no_worker"] or settings.POSTGRES else _worker()
        self.stdout.write(f"Homeground is at http://{options['host']}:{options['port']}/  (Ctrl-C ends this)")
        self.stdout.flush()
        try:
            _granian(options["host"], options["port"], options["processes"])
        finally:
            if worker is not None:
                _end_worker(worker)


def _end(*_: Any) -> None:
    raise KeyboardInterrupt


def _worker() -> subprocess.Popen[bytes]:
    line = [sys.executable, "-c", "from homeground_web.commands import main; main(['worker', '--beside'])"]
    return subprocess.Popen(  # noqa: S603  ourselves
        line, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=os.environ.copy()
    )


def _end_worker(worker: subprocess.Popen[bytes]) -> None:
    """Let it put down its job; do not wait for ever. A job cut short is taken up again at the next start."""
    if worker.stdin is not None:
        worker.stdin.close()
    for harder in (worker.terminate, worker.kill):
        try:
            worker.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            harder()
    worker.wait()


def _granian(host: str, port: int, processes: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    logging.getLogger("_granian").addFilter(lambda record: "CPU cores available" not in record.getMessage())
    server = Granian(
        "homeground_web.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=4,
        backpressure=256,
        log_level=LogLevels.warning,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=5,  # Ctrl-C reaches the workers too, and one that is told twice may wait for ever
    )
    try:
        server.serve()
    except SystemExit:
        # A process that was told before it had handlers of its own has died of it: when asked to end, no failure.
        if not server.interrupt_signal:
            raise
