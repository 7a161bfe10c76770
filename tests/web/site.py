"""A site of its own for tests that need the real thing: its own home, its own commands, its own server."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_COMMAND = "from homeground_web.commands import main; main()"
_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 60.0  # seconds
_SIGN_IN = """
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from homeground_web.people.models import User
user = User.objects.filter(email={email!r}).first() or User.objects.create_superuser({email!r})
user.emailaddress_set.get_or_create(email=user.email, defaults={{"verified": True, "primary": True}})
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
told = {{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key}}
"""


_SIGN = "told: "
_INSIDE = f"""
import json, sys, traceback
import django
django.setup()
from django.db import connections
for line in sys.stdin:
    names = {{}}
    try:
        exec(json.loads(line), names)
        answer = [True, names["told"]]
    except Exception:
        answer = [False, traceback.format_exc()]
    connections.close_all()
    print({_SIGN!r} + json.dumps(answer, default=str), flush=True)
"""


class Site:
    """A site with its own home, run by its own commands."""

    def __init__(self, home: Path, database: str = "", **settings: str) -> None:
        self.env = {
            **os.environ, "PYTHONPATH": str(_ROOT), "HOMEGROUND_HOME": str(home), "HOMEGROUND_DATABASE": database,
            "DJANGO_SETTINGS_MODULE": "homeground_web.config.settings", **settings,
        }  # fmt: skip
        self._inside: subprocess.Popen[str] | None = None

    def type(self, *words: object, code: int = 0) -> str:
        """Type a command; return what it says."""
        ended = subprocess.run(_line(words), env=self.env, capture_output=True, text=True, check=False)
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    def start(self, *words: object, alone: bool = False) -> subprocess.Popen[bytes]:
        """Start a command that stays; `alone` in a group of processes of its own, as a terminal does."""
        return subprocess.Popen(_line(words), env=self.env, stdout=subprocess.DEVNULL, start_new_session=alone)

    def told(self, code: str) -> Any:
        """Run some Python inside the site; return what it leaves in `told`, as JSON carries it.

        One process does so for all that is asked of a site: to start Django takes longer than most answers.
        """
        if self._inside is None or self._inside.poll() is not None:
            line = [sys.executable, "-c", _INSIDE]
            self._inside = subprocess.Popen(
                line, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        assert self._inside.stdin is not None and self._inside.stdout is not None
        self._inside.stdin.write(json.dumps(code) + "\n")
        self._inside.stdin.flush()
        answer = next((line for line in self._inside.stdout if line.startswith(_SIGN)), "")
        assert answer, "the process inside the site ended"
        fine, said = json.loads(answer.removeprefix(_SIGN))
        assert fine, said
        return said

    def signed_in(self, email: str) -> dict[str, Any]:
        """Return the session cookie of an administrator."""
        return dict(self.told(_SIGN_IN.format(email=email)))

    @contextmanager
    def served(self, *options: str) -> Iterator[str]:
        """Serve the site; give its address."""
        port = free_port()
        server = self.start("serve", "--port", port, *options)
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=_PATIENCE)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def _line(words: Sequence[object]) -> list[str]:
    return [sys.executable, "-c", _COMMAND, *map(str, words)]


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until a site answers."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{address}/alive", timeout=2):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
    raise AssertionError("the server did not answer")
