"""The site of the demo: the invented district loaded into the platform, and served."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable
from pathlib import Path

from examples.demo_listen import CODE, SLUG

_COMMAND = "from homeground_web.commands import main; main()"
_ROOT = Path(__file__).resolve().parents[1]
_DJANGO = {"DJANGO_SETTINGS_MODULE": "homeground_web.config.settings", "PYTHONPATH": str(_ROOT)}
_LISTEN = "import django; django.setup(); from examples.demo_listen import listen; listen()"
_PATIENCE = 40.0  # seconds until the first answer, and until the end


def prepare(home: Path, data: Path, tell: Callable[[str], None]) -> None:
    """Make the database in `home` and load the folder `data` into it, unless it shows just that already.

    Raises
    ------
    RuntimeError
        If a command of the platform fails; its own words are above.
    """
    tell("13. The site: anybody can look a place up, on any phone.")
    _run(home, "migrate", "--verbosity", "0")
    _run(home, "load", str(data), "--show", "--if-changed")
    tell("14. Listening: an invented neighbourhood is asked, sorts what it said, and agrees what comes first.")
    done = subprocess.run([sys.executable, "-c", _LISTEN], env={**_with(home), **_DJANGO}, check=False)
    if done.returncode:
        raise RuntimeError("the invented neighbourhood could not be heard: see above.")


def serve(home: Path, port: int, tell: Callable[[str], None], *, screen: bool) -> int:
    """Serve the site on this computer alone until Ctrl-C; open it where there is a screen."""
    port = port if port and _is_free(port) else _any_port()
    address = f"http://127.0.0.1:{port}/"
    if screen:
        threading.Thread(target=_open_when_up, args=(address,), daemon=True).start()
    tell("")
    tell(f"On the first page, type a place ('Sturbeck Farm') or a postcode ('XQ1 1AA'): both are invented. {address}")
    tell(f"What people say there: {address}our/{SLUG}/said. What became of some words: code {CODE}, at {address}code.")
    tell(f"To sit at the board's table: {address}accounts/, as board@example.org. The code appears in this window.")
    server = subprocess.Popen(_line("serve", "--port", str(port)), env=_with(home))
    asked = threading.Event()
    # Said for Ctrl-C too: whoever was started in the background of a shell was told to ignore it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    while not asked.wait(0.2) and server.poll() is None:
        pass
    code = _end(server) if asked.is_set() else server.wait()
    tell("\nEnded. The site's data stay where they are.")
    return code


def _end(server: subprocess.Popen[bytes]) -> int:
    """End the server, which ends its worker; a terminal may have told it already, and not every end is clean."""
    server.terminate()
    try:
        server.wait(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    return 0


def _run(home: Path, *words: str) -> None:
    done = subprocess.run(_line(*words), env=_with(home), check=False)
    if done.returncode:
        raise RuntimeError(f"homeground-web {words[0]} did not work: see above.")


def _line(*words: str) -> list[str]:
    return [sys.executable, "-c", _COMMAND, *words]


def _with(home: Path) -> dict[str, str]:
    """Return the environment with the demo's own home, and no setting of another installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HOMEGROUND_", "DJANGO_"))}
    cache = os.environ.get("HOMEGROUND_CACHE", "")
    return {**kept, "HOMEGROUND_HOME": str(home.resolve()), **({"HOMEGROUND_CACHE": cache} if cache else {})}


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def _open_when_up(address: str) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=2):
                webbrowser.open(address)
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.3)
