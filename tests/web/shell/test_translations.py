"""The words of the pages in other languages: gathered with the code, whole, marked where nobody fluent has read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from django.test import Client

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from tools import translations  # noqa: E402

LANGUAGES = translations.LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_just_the_phrases_of_the_code(language: str) -> None:
    """What is new is in it, what is gone is out; type python3 dev.py words."""
    there = {(one.id, one.context) for one in translations.read(language) if one.id}
    wanted = {(one.id, one.context) for one in translations.gather() if one.id}
    assert there == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_programs_read_is_made_of_the_catalogue(language: str) -> None:
    """And so are the counts that pages show."""
    path = translations.path_of(language)
    assert path.with_suffix(".mo").read_bytes() == translations.as_mo(path.read_bytes())
    assert path.read_bytes() == translations.as_po(language, translations.renewed(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_names_what_its_phrase_names(language: str) -> None:
    """No figure is lost, and none is asked for that is not there."""
    assert translations.wrong(translations.read(language)) == []


def test_welsh_is_whole() -> None:
    """Every phrase."""
    assert translations.missing("cy") == []


def test_a_wrong_name_in_a_translation_is_found() -> None:
    """The check can fail."""
    catalog = translations._empty()
    catalog.add("About %(many)s people", string="Tua %(pobl)s")
    assert len(translations.wrong(catalog)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "direction"), [("cy", "ltr"), ("ar", "rtl")])
def test_a_page_in_another_language_says_so(client: Client, language: str, direction: str) -> None:
    """Language and direction for screen readers, how much is unread, and English a click away."""
    page = client.get("/", headers={"Accept-Language": language}).content.decode()
    assert f'<html lang="{language}" dir="{direction}"' in page
    assert "Read this page in English" in page


@pytest.mark.django_db
def test_what_has_been_read_is_not_marked(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The remark goes when a person has read it all."""
    from homeground_web.shell import wording

    monkeypatch.setattr(wording, "unread", lambda _: (0, 9, 9))
    page = client.get("/", headers={"Accept-Language": "cy"}).content.decode()
    assert "Read this page in English" not in page


@pytest.mark.django_db
def test_sentences_that_come_with_figures_are_marked_as_english(client: Client) -> None:
    """So that a screen reader says them in English, from left to right; on an English page there is no mark."""
    arabic = client.get("/places/ZW022", headers={"Accept-Language": "ar"}).content.decode()
    assert '<li lang="en" dir="ltr">' in arabic
    assert '<li lang="en" dir="ltr">' not in client.get("/places/ZW022").content.decode()
