"""Every page of the platform in a real browser: axe's rules, a small phone, the dark, large type, and no script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.pages import KINDS, address_of
from tests.web.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_WIDE, _PHONE, _SMALL = {"width": 1200, "height": 900}, {"width": 390, "height": 844}, {"width": 320, "height": 640}
_TWICE = {"width": 640, "height": 512}  # a window of 1,280 px at 200 %
_LOW = """[...document.querySelectorAll('main button, main select, main input:not([type=radio], [type=checkbox])')]
    .filter(e => e.offsetParent && e.type !== 'hidden' && getComputedStyle(e).position !== 'absolute')
    .map(e => [e.outerHTML.slice(0, 120), e.getBoundingClientRect().height])
    .filter(([, height]) => height < 39.5)"""


@pytest.fixture(scope="module")
def served(shown_site: Site) -> Iterator[str]:
    """The address of a site that shows the invented district."""
    with shown_site.served("--processes", "1", "--no-worker") as address:
        yield address


@pytest.fixture(scope="module")
def signed_in(shown_site: Site) -> dict[str, Any]:
    """The cookie of somebody who may do everything."""
    return shown_site.signed_in("administrator@example.org")


def opened(chromium: Any, served: str, kind: str, cookie: dict[str, Any] | None, **options: Any) -> Any:
    """Open a page, signed in where it asks for it; hand back the page."""
    context = chromium.new_context(**options)
    if cookie and KINDS[kind].who != "anyone":
        context.add_cookies([{**cookie, "url": served}])
    page = context.new_page()
    page.told = []
    page.on("console", lambda message: page.told.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.told.append(str(error)))
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    answer = page.goto(served + address_of(KINDS[kind]))
    assert answer.status == KINDS[kind].status, (kind, answer.status)
    if options.get("java_script_enabled", True):
        page.wait_for_selector("#opening", state="detached")  # the doorstep's own page is drawn by its script
    return page


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_can_be_used_by_everybody(
    chromium: Any, axe: str, served: str, signed_in: dict[str, Any], kind: str
) -> None:
    """By axe's rules, light and dark; on phones and at 200 %; by a thumb; within the site's own strict rules."""
    page = opened(chromium, served, kind, signed_in, viewport=_WIDE)
    page.evaluate(axe)
    wrong = {"light": broken(page)}
    page.emulate_media(color_scheme="dark")
    wrong["dark"] = broken(page)
    for name, view in (("a small phone", _SMALL), ("a phone", _PHONE), ("twice the size", _TWICE)):
        page.set_viewport_size(view)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrong[f"runs out sideways on {name}"] = [over] if over > 0 else []
    page.set_viewport_size(_PHONE)
    wrong["too low for a thumb"] = page.evaluate(_LOW)
    status = str(KINDS[kind].status)
    wrong["complaints"] = [text for text in page.told if status == "200" or status not in text]
    wrong["asked of others"] = [url for url in page.asked if not url.startswith((served, "data:", "blob:"))]
    assert {name: found for name, found in wrong.items() if found} == {}
    page.context.close()


def broken(page: Any) -> list[Any]:
    """Return the rules of axe that a page breaks, and where."""
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"][:3]]) for rule in found["violations"]]


@pytest.mark.parametrize("kind", ["home", "ward", "explore", "compare", "sign in", "our place"])
def test_a_page_turns_round_for_languages_from_right_to_left(
    chromium: Any, axe: str, served: str, signed_in: dict[str, Any], kind: str
) -> None:
    """In Arabic: nothing runs out sideways, and no rule is broken."""
    page = opened(chromium, served, kind, signed_in, viewport=_SMALL, locale="ar")
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    page.evaluate(axe)
    assert broken(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_reads_without_a_script(chromium: Any, served: str, signed_in: dict[str, Any], kind: str) -> None:
    """The main part has words, a heading, and says who to tell when something is wrong."""
    page = opened(chromium, served, kind, signed_in, viewport=_PHONE, java_script_enabled=False)
    assert page.locator("h1").count() == 1
    assert len(page.locator("main").inner_text()) > 40
    page.context.close()
