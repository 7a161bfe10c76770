"""What holds for every page that is a file by itself: each test file of one makes its own `address` and takes these."""

from __future__ import annotations

from typing import Any

import pytest


class ReportRules:
    """Without scripts, on a small phone, in the dark, by keyboard, and by axe's rules."""

    def test_the_page_is_read_without_scripts_and_asks_for_nothing(self, view: Any, address: str) -> None:
        """With JavaScript off the whole page is there; the file itself is all that is asked for."""
        page = view(address)
        assert page.locator("h1").count() == 1
        assert page.locator("h2:visible").count() >= 6
        assert [url for url in page.asked if not url.startswith("data:")] == [address]

    def test_a_name_that_looks_like_a_script_runs_nowhere(self, view: Any, address: str) -> None:
        """With JavaScript on, the title is still the title."""
        page = view(address, scripts=True)
        assert page.title() != "broken"
        assert page.locator("script").count() == 0

    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    @pytest.mark.parametrize("width", [320, 1200])
    def test_axe_finds_nothing_to_complain_about(
        self, view: Any, axe: str, address: str, width: int, dark: bool
    ) -> None:
        """No violation of WCAG 2.2 AA or of good practice, with every part of the page opened."""
        page = view(address, scripts=True, width=width, dark=dark)
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        page.evaluate(axe)
        found = page.evaluate("axe.run({resultTypes: ['violations', 'incomplete']})")
        told = [f"{one['id']}: {one['help']} {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
        assert told == []
        assert len(found["passes"]) > 10

    @pytest.mark.parametrize("width", [320, 390, 640, 1200])
    def test_nothing_makes_the_page_scroll_sideways(self, view: Any, address: str, width: int) -> None:
        """At 320 px (which is 1280 px at 400 %), with names of 300 letters and everything opened."""
        page = view(address, scripts=True, width=width)
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, page.evaluate(
            "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".slice(0, 3).map(e => e.outerHTML.slice(0, 200))"
        )

    def test_twice_the_text_size_still_fits(self, view: Any, address: str) -> None:
        """Letters at 200 % on a screen of 640 px: nothing is cut off at the side."""
        page = view(address, scripts=True, width=640)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640

    def test_the_keyboard_reaches_every_link_and_every_part_that_opens(self, view: Any, address: str) -> None:
        """Tab goes to each link and summary in the order of the page, each can be seen, and Enter opens a part."""
        page = view(address, scripts=True)
        wanted = page.evaluate(
            "[...document.querySelectorAll('a[href], summary, [tabindex=\"0\"]')]"
            ".filter(e => e.checkVisibility()).length"
        )
        seen = set()
        for _ in range(wanted + 2):
            page.keyboard.press("Tab")
            place = page.evaluate(
                "[...document.querySelectorAll('a[href], summary, [tabindex=\"0\"]')].indexOf(document.activeElement)"
            )
            if place >= 0:
                seen.add(place)
                box = page.evaluate("document.activeElement.getBoundingClientRect().toJSON()")
                assert box["width"] > 1
                assert box["height"] > 1
        assert len(seen) >= wanted
        closed = page.query_selector("details:not([open]) > summary")
        if closed is not None:
            closed.focus()
            page.keyboard.press("Enter")
            assert closed.evaluate("summary => summary.parentElement.open")
