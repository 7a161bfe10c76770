"""Ways through the site as people take them: by keyboard alone, without scripts, and signing in with a code."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PHONE = {"width": 390, "height": 844}


class _Post(socketserver.StreamRequestHandler):
    """A post office that takes every letter and keeps it."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        letter: list[str] | None = None
        while line := self.rfile.readline().decode():
            if letter is not None:
                if line.strip() == ".":
                    self.server.letters.append("".join(letter))  # type: ignore[attr-defined]
                    letter = None
                    self.wfile.write(b"250 kept\r\n")
                else:
                    letter.append(line)
                continue
            word = line[:4].upper()
            if word == "DATA":
                letter = []
                self.wfile.write(b"354 go on\r\n")
            elif word == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 yes\r\n")


@pytest.fixture(scope="module")
def letters() -> Iterator[Any]:
    """Letters that the site sent, and where its post office is."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Post) as office:
        office.letters = []  # type: ignore[attr-defined]
        threading.Thread(target=office.serve_forever, daemon=True).start()
        yield office
        office.shutdown()


@pytest.fixture(scope="module")
def served(shown_site: Site, letters: Any) -> Iterator[str]:
    """The address of a site that shows the invented district and sends its letters to us."""
    shown_site.env |= {
        "HOMEGROUND_EMAIL_HOST": "127.0.0.1", "HOMEGROUND_EMAIL_PORT": str(letters.server_address[1]),
        "HOMEGROUND_EMAIL_PLAIN": "1",
    }  # fmt: skip
    with shown_site.served("--processes", "1") as address:
        yield address


def tab_to(page: Any, wanted: str, *, most: int = 120) -> None:
    """Press Tab until what has the focus matches; each stop must be seen to have it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"the keyboard never came to {wanted}")


def test_a_place_is_found_and_read_by_keyboard_alone(chromium: Any, served: str) -> None:
    """The skip link first; the field; the place; why; 'show the numbers'; 'something wrong', written and sent."""
    page = chromium.new_page(viewport=_PHONE)
    page.goto(served)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "govuk-skip-link"
    tab_to(page, "input[name=q]")
    page.keyboard.type("Sturbeck Farm")
    page.keyboard.press("Enter")
    page.wait_for_selector("a[href='/places/ZW088']")
    tab_to(page, "main a[href='/places/ZW088']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/places/ZW088")
    tab_to(page, "summary")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle + document.activeElement.tagName")
    assert "SUMMARY" in outline
    page.keyboard.press("Enter")
    assert page.locator("#sure details[open] li").first.is_visible()
    tab_to(page, ".hg-indicator summary")
    page.keyboard.press("Enter")
    assert page.locator("details[open] table").first.is_visible()
    tab_to(page, "a[href^='/feedback']", most=600)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/feedback\?"))
    tab_to(page, "textarea")
    page.keyboard.type("The hall has moved.")
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Thank you")
    page.close()


def test_everything_a_resident_does_works_without_scripts(chromium: Any, served: str) -> None:
    """Look up by postcode, read, explore, sort, compare, and say that something is wrong."""
    context = chromium.new_context(java_script_enabled=False, viewport=_PHONE)
    page = context.new_page()
    page.goto(served)
    page.fill("input[name=q]", "XQ1 1AA")
    page.click("main button[type=submit], main form button")
    page.wait_for_url("**/places/*")
    assert "XQ1" not in page.url
    assert page.locator("h1").inner_text()
    page.goto(f"{served}/explore?area=ward21")
    assert page.locator("tbody tr").count() == 50
    page.locator("th a").first.click()
    assert "sort=" in page.url
    page.goto(f"{served}/compare?place=ZW022&place=ZW088")
    assert page.locator("table").count() >= 1
    page.goto(f"{served}/feedback?page=/places/ZW022")
    page.fill("textarea", "The hall has moved.")
    page.click("main form button")
    assert "Thank you" in page.content()
    context.close()


def test_somebody_signs_in_with_a_code_and_opens_the_desk(
    chromium: Any, served: str, shown_site: Site, letters: Any
) -> None:
    """No password: an address, a letter, a code; then the account's page leads to the desk."""
    shown_site.signed_in("administrator@example.org")  # the account is there
    context = chromium.new_context(viewport=_PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/accounts/")
    page.fill("input[name=login]", "administrator@example.org")
    page.click("main form button")
    page.wait_for_selector("input[name=code]")
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", letters.letters[-1], re.MULTILINE)
    assert code, letters.letters[-1]
    page.fill("input[name=code]", code.group(1))
    page.click("main form button")
    page.wait_for_url("**/accounts/")
    page.click("text=Your desk")
    assert page.locator("h1").inner_text() == "Your desk"
    context.close()


def test_files_are_brought_and_looked_into_at_the_desk(
    chromium: Any, served: str, shown_site: Site, tmp_path: Any
) -> None:
    """A real worker reads them; the page follows by itself and says what is wrong."""
    strange = tmp_path / "strange.csv"
    strange.write_text("colour,size\nred,3\n", encoding="utf-8")
    context = chromium.new_context(viewport=_PHONE)
    context.add_cookies([{**shown_site.signed_in("administrator@example.org"), "url": served}])
    page = context.new_page()
    page.goto(f"{served}/desk/folders/new")
    page.fill("input[name=title]", "A strange file")
    page.set_input_files("input[name=files]", str(strange))
    page.click("main form button")
    page.wait_for_url("**/desk/folders/*", timeout=60_000)
    page.wait_for_selector("text=Nobody knows what this table is", timeout=60_000)
    assert "strange.csv" in page.locator("main").inner_text()
    context.close()
