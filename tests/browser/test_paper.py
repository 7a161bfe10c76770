"""Paper forms as they come out of a printer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_MANY = 3
_EVERYTHING = """
from homeground_web.listen import bands
from homeground_web.listen.models import Campaign
Campaign.objects.filter(pk=901).update(asked=list(bands.QUESTIONS))
told = len(bands.QUESTIONS)
"""
_CUT = """[...document.querySelectorAll('.hg-paper')].map(form => [
    form.scrollHeight - form.clientHeight, form.querySelector('.hg-paper__lines').clientHeight])"""


@pytest.fixture(scope="module")
def served(shown_site: Site) -> Iterator[str]:
    """The address of a site where a place listens and asks all that may be asked."""
    assert shown_site.told(_EVERYTHING) == 4
    with shown_site.served("--processes", "1", "--no-worker") as address:
        yield address


@pytest.mark.parametrize("language", ["en-gb", "cy"])
def test_each_form_fills_one_page(chromium: Any, shown_site: Site, served: str, tmp_path: Path, language: str) -> None:
    """With all questions: nothing is cut off, the slip is on the same sheet, and there is room to write."""
    context = chromium.new_context(viewport={"width": 658, "height": 980})
    cookie = shown_site.signed_in("administrator@example.org")
    context.add_cookies([{**cookie, "url": served}, {"name": "django_language", "value": language, "url": served}])
    page = context.new_page()
    page.goto(f"{served}/our/our-patch/listen/901/paper?many={_MANY}")
    printed = page.pdf(path=tmp_path / "forms.pdf", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == _MANY
    page.emulate_media(media="print")
    found = page.evaluate(_CUT)
    assert [cut for cut, _lines in found] == [0] * _MANY
    assert min(lines for _cut, lines in found) > 190  # six lines
    context.close()
