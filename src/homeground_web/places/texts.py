"""Words about a place in other languages: put by people, with the original always a click away."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from homeground_web.audit import log
from homeground_web.places.models import Place, PlaceText
from homeground_web.shell import freshness

__all__ = ["Said", "others", "said_in", "translate"]


@dataclass(frozen=True)
class Said:
    """The words about a place as they are shown.

    ``original`` is the code of the language they were written in, '' when these are the original words; ``is_old``
    says that the original has changed since.
    """

    text: str
    language: str
    original: str = ""
    is_old: bool = False


def said_in(place: Place, language: str) -> Said:
    """Return the words about a place in a language, or the original where nobody has put them into it."""
    found = None if language == place.about_language else place.texts.filter(language=language).first()
    if found is None:
        return Said(place.about, place.about_language)
    return Said(found.about, language, place.about_language, is_old=found.of != _hash(place.about))


def others(place: Place) -> list[dict[str, Any]]:
    """Return the languages that the words can be put into, and how each stands: none, done or old."""
    there = {text.language: text.of == _hash(place.about) for text in place.texts.all()}
    return [
        {"code": code, "called": called, "state": "none" if code not in there else "done" if there[code] else "old"}
        for code, called in settings.LANGUAGES
        if code != place.about_language
    ]


@transaction.atomic
def translate(place: Place, language: str, text: str, *, user: Any) -> PlaceText:
    """Keep the words about a place in another language; the log keeps that it was done, and not the words."""
    told = {"about": text.strip(), "of": _hash(place.about), "user_id": getattr(user, "pk", None)}
    made, _ = PlaceText.objects.update_or_create(place=place, language=language, defaults=told)
    log.write("translated", made, user=user, place_id=place.pk, after={"language": language})
    freshness.move_on()
    return made


def _hash(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()
