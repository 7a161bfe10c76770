"""What all tests share: where the real data is, and an honest word when it is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
