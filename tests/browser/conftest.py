"""A browser for the tests: the machine's own Chromium, found or missed aloud, and the rules of axe-core."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
_QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def _missing(what: str, remedy: str) -> None:
    """Fail in CI, where it must be there; skip elsewhere, and say what to type."""
    (pytest.fail if IN_CI else pytest.skip)(f"{what} is not here. {remedy}")


def _chromium() -> str:
    places = [os.environ.get("HOMEGROUND_CHROMIUM") or ""]
    places += [shutil.which(name) or "" for name in ("chromium", "chromium-browser", "google-chrome")]
    return next((place for place in places if place and Path(place).exists()), "")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running Chromium."""
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
