"""What all tests share: the real data and a browser, and an honest word when one is not there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# No test asserts a time, so a slow machine fails none; and CI tries the same examples every time.
settings.register_profile("homeground", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "homeground")

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
_DEFAULT = ROOT.parent / "shared" / "data"
_QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real public data, or a skip that says where it was looked for."""
    folder = Path(os.environ.get("HOMEGROUND_TEST_DATA", _DEFAULT))
    if not (folder / "england").is_dir():
        pytest.skip(f"no real data at {folder} (set HOMEGROUND_TEST_DATA)")
    return folder


@pytest.fixture(scope="session")
def england(real_data: Path) -> Path:
    """The folder of real data about England."""
    return real_data / "england"


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output."""
        parsed: dict[str, Any] = json.loads(self.out)
        return parsed


@pytest.fixture
def homeground(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command line in this process: ``homeground("find", "index", …)``."""
    from homeground.cli.main import main

    def run(*arguments: object) -> Ran:
        capfd.readouterr()
        code = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


def _missing(what: str, remedy: str) -> None:
    """Fail in CI, where it must be there; skip elsewhere, and say what to type."""
    (pytest.fail if IN_CI else pytest.skip)(f"{what} is not here. {remedy}")


def _chromium() -> str:
    places = [os.environ.get("HOMEGROUND_CHROMIUM") or ""]
    places += [shutil.which(name) or "" for name in ("chromium", "chromium-browser", "google-chrome")]
    return next((place for place in places if place and Path(place).exists()), "")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A running Chromium, closed after each file: its event loop must not be there when Dask starts its own."""
    path = _chromium()
    if not path:
        _missing("Chromium", "Type: sudo apt-get install chromium")
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: python3 dev.py test does it")
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    script = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        _missing("axe-core", "Type: npm ci")
    return script.read_text(encoding="utf-8")


@pytest.fixture
def empty_postgres(tmp_path: Path) -> Iterator[str]:
    """The address of an empty PostgreSQL database, dropped afterwards; `python3 dev.py test` starts the server."""
    server = os.environ.get("HOMEGROUND_TEST_POSTGRES", "")
    if not server:
        _missing("PostgreSQL", "Type: python3 dev.py test (it starts a server when PostgreSQL is installed)")
    import psycopg

    name = f"homeground_{os.getpid()}_{abs(hash(str(tmp_path))):x}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
        yield server.rsplit("/", 1)[0] + f"/{name}"
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload]
