"""What all tests share: where the real data is, and an honest word when it is not there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# No test asserts a time, so a slow machine fails none; and CI tries the same examples every time.
settings.register_profile("homeground", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "homeground")

_DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"


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
