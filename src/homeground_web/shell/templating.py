"""The environment of our templates: GOV.UK macros, translation, addresses, and how numbers are said."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.html import json_script
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader, PrefixLoader
from markupsafe import Markup, escape

from homeground_web.shell import freshness, navigation, wording

__all__ = ["context", "environment"]


def environment(**options: Any) -> Environment:
    """Return the environment that Django's Jinja2 backend asks for."""
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    options["loader"] = ChoiceLoader([options["loader"], govuk])
    options["undefined"] = ChainableUndefined  # GOV.UK's macros ask for parameters of parameters that nobody gave
    made = Environment(  # noqa: S701  Django's backend switches autoescape on
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"], trim_blocks=True, lstrip_blocks=True, **options
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        _gettext, translation.ngettext, newstyle=True, pgettext=translation.pgettext
    )
    made.globals.update(
        site_name=settings.SITE_NAME, static=static, url=_url, kind_word=wording.kind_word,
        kinds_word=wording.kinds_word, table_row=_table_row,
    )  # fmt: skip
    made.filters.update(
        number=wording.number,
        json_data=json_script,
        about=wording.about,
        money=wording.money,
        date=lambda when: formats.date_format(when, "j F Y"),
        moment=lambda when: formats.date_format(timezone.localtime(when), "j F Y, H:i"),
    )
    return made


def _gettext(phrase: str) -> str:
    """Return a phrase in the reader's language: a page asks for hundreds, many of them again and again."""
    return _kept(phrase, translation.get_language() or "")


@lru_cache(maxsize=20_000)
def _kept(phrase: str, language: str) -> str:
    return str(translation.gettext(phrase))


def _table_row(cells: Iterable[Any]) -> Markup:
    return _row(*cells)


@lru_cache(maxsize=1 << 14, typed=True)  # typed: a text and markup of the same signs are not the same
def _row(first: Any, *others: Any) -> Markup:
    """Return a row of a table of numbers; those of groups of places stand on the page of every place."""
    cells = "".join(f'<td class="govuk-table__cell govuk-table__cell--numeric">{escape(cell)}</td>' for cell in others)
    head = f'<th scope="row" class="govuk-table__header">{escape(first)}</th>'
    return Markup(f'<tr class="govuk-table__row">{head}{cells}</tr>')  # noqa: S704  all cells are escaped above


def _url(name: str, **parts: Any) -> str:
    return reverse(name, kwargs=parts or None)


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what every page has: navigation, language, and whether the data are invented."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return {
        "here": request.path if getattr(request, "typed_here", False) else request.get_full_path(),
        "navigation": navigation.entries(request),
        "language": language,
        "unread": wording.unread(language),
        # For sentences that come with the figures: the library writes them in English.
        "in_english": "" if language.startswith("en") else Markup(' lang="en" dir="ltr"'),
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "languages": settings.LANGUAGES,
        "site_name": settings.SITE_NAME,
        "footer": navigation.footer(),
        "invented": freshness.last_invented if getattr(request, "went_wrong", False) else freshness.invented,
        "contact": settings.CONTACT,
        "user": getattr(request, "user", None),
        "messages": partial(get_messages, request),
        "doors": partial(navigation.doors, request),
        "site_address": _site_address(request),
    }


def _site_address(request: HttpRequest) -> str:
    """Return the address of the site; '' for a host that is not ours, so that the page that refuses it can be shown."""
    try:
        return request.build_absolute_uri("/").rstrip("/")
    except DisallowedHost:
        return ""
