"""What may be asked about a person: all of it optional, none of it exact. The bands are those of the census of 2021."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

__all__ = ["QUESTIONS", "Band", "Question", "known", "questions_of"]


@dataclass(frozen=True)
class Band:
    """One answer; `figures` are the figures of a place's profile that say what share of people it fits, of 100."""

    key: str
    title: Any = field(compare=False)
    figures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question about a person."""

    key: str
    title: Any = field(compare=False)
    bands: tuple[Band, ...]


QUESTIONS = {
    one.key: one
    for one in (
        Question(
            "age", _("How old are you?"),
            (
                Band("16-24", _("16 to 24")), Band("25-44", _("25 to 44")), Band("45-64", _("45 to 64")),
                Band("65+", _("65 or older")),
            ),
        ),
        Question(
            "home", _("What kind of home is it?"),
            (
                Band("own", _("We own it"), ("own-home", "invented-owned-2021")),
                Band("social", _("We rent it from the council or a housing association"),
                     ("social-rent", "invented-social-rent-2021")),
                Band("private", _("We rent it from somebody else"), ("private-rent",)),
                Band("other", _("Something else")),
            ),
        ),
        Question(
            "ethnic", _("Which group do you feel part of?"),
            (
                Band("white", _("White")), Band("asian", _("Asian")), Band("black", _("Black")),
                Band("mixed", _("Mixed")), Band("other", _("Another group")),
            ),
        ),
        Question(
            "years", _("How long have you lived here?"),
            (Band("0-2", _("Less than 3 years")), Band("3-9", _("3 to 9 years")), Band("10+", _("10 years or more"))),
        ),
    )
}  # fmt: skip


def questions_of(keys: list[str]) -> list[Question]:
    """Return questions by their keys; a key that is none is left out."""
    return [QUESTIONS[key] for key in keys if key in QUESTIONS]


def known(about: object, asked: list[str]) -> dict[str, str]:
    """Return of what was answered only what was asked and is a band."""
    if not isinstance(about, dict):
        return {}
    return {
        question.key: str(about[question.key])
        for question in questions_of(asked)
        if about.get(question.key) in {band.key for band in question.bands}
    }
