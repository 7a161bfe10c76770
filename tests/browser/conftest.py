"""A whole site for browser tests: the invented district, loaded and shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.site import Site


@pytest.fixture(scope="module")
def shown_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with the district shown, on SQLite."""
    from examples.district.generate import generate

    folder: Path = tmp_path_factory.mktemp("district")
    generate(folder)
    plan = folder / "homeground-load.toml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("draws = 1000", "draws = 100"), encoding="utf-8")
    site = Site(tmp_path_factory.mktemp("site") / "home")
    site.type("migrate", "--verbosity", "0")
    site.type("load", folder, "--show")
    site.told("from tests.web.pages import furnish\nfurnish()\ntold = 1")
    return site
