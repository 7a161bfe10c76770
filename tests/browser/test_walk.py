"""The whole way of somebody's words, in a real browser: doorstep, sending, hiding, sorting, a quote for everybody.

The walk is recorded: set HOMEGROUND_WALK to a folder, and `walk.zip` in it opens with ``playwright show-trace``.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.web.listening import NUMBER
from tests.web.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PHONE, _SCREEN = {"width": 390, "height": 844}, {"width": 1200, "height": 900}
_HERE = f"/our/our-patch/listen/{NUMBER}"
_WORDS = "The Quibble bus never comes after six. Ring Joan on 07700 900123."
_READY = "async () => { await navigator.serviceWorker.ready }"


def test_words_go_from_a_doorstep_to_a_public_quote(chromium: Any, shown_site: Site, tmp_path: Path) -> None:
    """Without signal at the door; number and name hidden; a second person; a theme; a quote; the code shows it all."""
    ambassador, board = (shown_site.signed_in(f"{who}@example.org") for who in ("ambassador", "board"))
    with shown_site.served("--processes", "1") as served:
        walked = chromium.new_context(viewport=_PHONE)
        walked.set_default_timeout(30_000)
        walked.tracing.start(screenshots=True, snapshots=True)
        walked.add_cookies([{**ambassador, "url": served}])
        code = at_the_door(walked, served)
        walked.clear_cookies()
        walked.add_cookies([{**board, "url": served}])
        at_the_table(walked, served)
        walked.clear_cookies()
        for_everybody(walked, served, code)
        folder = Path(os.environ.get("HOMEGROUND_WALK") or tmp_path)
        walked.tracing.stop(path=folder / "walk.zip")
        assert (folder / "walk.zip").stat().st_size > 10_000
        walked.close()


def at_the_door(walked: Any, served: str) -> str:
    """Note it without signal, then look through and send; return the code on the card."""
    page = walked.new_page()
    page.goto(f"{served}/our/our-patch/doorstep/")
    page.wait_for_selector("[data-view=doors]:not([hidden])")
    page.evaluate(_READY)
    walked.set_offline(True)
    page.click("[data-talked]")
    page.fill("#words", _WORDS)
    page.check("#consent-2" if page.locator("#consent-2").count() else "input[name=consent][value=quote]")
    page.click("[data-save]")
    page.wait_for_selector("[data-view=code]:not([hidden])")
    code = str(page.inner_text("#code"))
    page.click("[data-next]")
    walked.set_offline(False)
    page.click("[data-open=look]")
    page.get_by_text("[phone number hidden]").first.wait_for()
    page.click("#send")
    page.locator("#strip").get_by_text("No notes on this phone").wait_for()
    page.close()
    return code


def at_the_table(walked: Any, served: str) -> None:
    """Give it a second look, sort it, name the heap, and show it."""
    page = walked.new_page()
    page.set_viewport_size(_SCREEN)
    page.goto(f"{served}{_HERE}/look")
    words = page.locator("article", has_text="Quibble")
    assert "Ring [name hidden] on [phone number hidden]" in words.inner_text()
    words.get_by_role("button", name="It is safe to show").click()
    page.goto(f"{served}{_HERE}/sort")
    page.get_by_role("button", name="Suggest heaps").click()
    page.wait_for_url(re.compile(r"/sort/\d+(#.*)?$"))
    mine = page.locator("li", has_text="Quibble").first
    mine.locator("input[type=checkbox]").check()
    heap = mine.locator("xpath=ancestor::form")
    if heap.locator("[name=theme][type=hidden]").count():
        heap.locator("summary").click()
    heap.locator("[name=name]").fill("Buses in the evening")
    heap.locator("button[value=split], button[value=new]").first.click()
    page.get_by_role("heading", name="Buses in the evening").wait_for()
    page.get_by_role("button", name="Show the themes to everybody").click()
    page.wait_for_url(re.compile(r"/said(#.*)?$"))
    page.close()


def for_everybody(walked: Any, served: str, code: str) -> None:
    """Read the quote without an account; find the theme by the code."""
    page = walked.new_page()
    page.goto(f"{served}/our/our-patch/said")
    text = page.locator("main").inner_text()
    assert "Buses in the evening" in text and "The Quibble bus never comes after six." in text
    assert "900123" not in page.content() and "Joan" not in page.content()
    page.goto(f"{served}/code")
    page.fill("input[name=code]", code)
    page.click("main form button")
    assert "Buses in the evening" in page.locator("main").inner_text()
    page.close()
