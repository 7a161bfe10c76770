"""The invented district as tests load it: whole, but for how often its lists are drawn; made once for a whole run."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web.site import Site

__all__ = ["district_folder_of", "put_home", "small_district"]


def small_district(folder: Path, *, draws: int = 100) -> Path:
    """Write the district into a folder; return the folder."""
    from examples.district.generate import generate

    generate(folder)
    plan = folder / "homeground-load.toml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("draws = 1000", f"draws = {draws}"), encoding="utf-8")
    return folder


def district_folder_of(factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the district, the same for all processes that test: copy it before you change it."""
    return _once(factory, "district", small_district)


def put_home(factory: pytest.TempPathFactory, home: Path) -> Site:
    """Return a site at `home` that shows the district, on SQLite: loaded once for all processes that test, and copied.

    The pages that the examples of `tests.web.pages` lead to are not made yet.
    """

    def load(made: Path) -> None:
        site = Site(made)
        site.type("migrate", "--verbosity", "0")
        site.type("load", district_folder_of(factory), "--show")

    shutil.copytree(_once(factory, "shown-home", load), home)
    return Site(home)


def _once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder of the whole run; who comes first makes it, and others wait."""
    root = factory.getbasetemp()
    root = root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root
    folder, whole = root / name, root / f"{name}.whole"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder
