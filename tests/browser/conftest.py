"""A whole site for browser tests: the invented district, loaded and shown."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.district import put_home
from tests.web.site import Site

pytest.register_assert_rewrite("tests.browser.report_rules")


@pytest.fixture(scope="module")
def shown_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with the district shown, on SQLite, and what the examples of pages are about."""
    site = put_home(tmp_path_factory, tmp_path_factory.mktemp("site") / "home")
    site.told("from tests.web.pages import furnish\nfurnish()\ntold = 1")
    return site


@pytest.fixture
def view(chromium: Any, request: pytest.FixtureRequest) -> Any:
    """Return a page of Chromium, with JavaScript off unless the test asks for it, and a list of what it asked for."""

    def open_at(
        address: str, *, width: int = 1200, scripts: bool = False, dark: bool = False, paper: bool = False
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            bypass_csp=False,
        )
        request.addfinalizer(context.close)
        page = context.new_page()
        page.asked = []
        page.on("request", lambda wanted: page.asked.append(wanted.url))
        if paper:
            page.emulate_media(media="print")
        page.goto(address)
        return page

    return open_at
