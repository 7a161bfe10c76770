"""Every address has an example that the browser tests open, or a reason why it is no page."""

from __future__ import annotations

from tests.web.pages import KINDS, NO_PAGES, named_views


def test_every_page_is_opened_in_a_browser() -> None:
    """Nothing is left out because somebody forgot it, and nothing is listed that is not there."""
    opened = {kind.view for kind in KINDS.values()}
    assert set(named_views()) == opened | set(NO_PAGES)
    assert not opened & set(NO_PAGES)
