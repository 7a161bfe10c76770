"""What may be asked about a person: all of it optional, none of it exact. The bands are those of the census of 2021."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

__all__ = ["QUESTIONS", "Band", "Counts", "Question", "known", "questions_of"]


@dataclass(frozen=True)
class Band:
    """One answer."""

    key: str
    title: Any = field(compare=False)


@dataclass(frozen=True)
class Counts:
    """A table that counts people or homes by band: its name in the catalogue, and the headings of each band.

    A band without headings is what the others leave of `whole`.
    """

    dataset: str
    bands: tuple[tuple[str, tuple[str, ...]], ...]
    whole: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question about a person."""

    key: str
    title: Any = field(compare=False)
    bands: tuple[Band, ...]
    counted: tuple[Counts, ...] = ()  # the first that is there is taken


def _ages(first: int, last: int, *more: str) -> tuple[str, ...]:
    return (*(str(age) for age in range(first, last + 1)), *more)


_CENSUS = "census2021-lsoa21"
_AGES = Counts(
    "population-lsoa11-age",
    (("16-24", _ages(16, 24)), ("25-44", _ages(25, 44)), ("45-64", _ages(45, 64)), ("65+", _ages(65, 89, "90+"))),
)
_HOMES = Counts(
    _CENSUS,
    (
        ("own", ("tenure: Owned: Owns outright", "tenure: Owned: Owns with a mortgage or loan",
                 "tenure: Shared ownership: Shared ownership")),
        ("social", ("tenure: Social rented: Other social rented",
                    "tenure: Social rented: Rents from council or Local Authority")),
        ("private", ("tenure: Private rented: Other private rented",
                     "tenure: Private rented: Private landlord or letting agency")),
        ("other", ("tenure: Lives rent free",)),
    ),
)  # fmt: skip
# The invented district counts homes too.
_HOMES_INVENTED = Counts(
    "invented-census-2021",
    (("own", ("households_owning",)), ("social", ("households_social_rented",)),
     ("private", ("households_private_rented",)), ("other", ())),
    ("households",),
)  # fmt: skip
_GROUPS = Counts(
    _CENSUS,
    (
        ("white", ("ethnic_group: White",)),
        ("asian", ("ethnic_group: Asian, Asian British or Asian Welsh",)),
        ("black", ("ethnic_group: Black, Black British, Black Welsh, Caribbean or African",)),
        ("mixed", ("ethnic_group: Mixed or Multiple ethnic groups",)),
        ("other", ("ethnic_group: Other ethnic group",)),
    ),
)

QUESTIONS = {
    one.key: one
    for one in (
        Question(
            "age", _("How old are you?"),
            (
                Band("16-24", _("16 to 24")), Band("25-44", _("25 to 44")), Band("45-64", _("45 to 64")),
                Band("65+", _("65 or older")),
            ),
            (_AGES,),
        ),
        Question(
            "home", _("What kind of home is it?"),
            (
                Band("own", _("We own it")), Band("social", _("We rent it from the council or a housing association")),
                Band("private", _("We rent it from somebody else")), Band("other", _("Something else")),
            ),
            (_HOMES, _HOMES_INVENTED),
        ),
        Question(
            "ethnic", _("Which group do you feel part of?"),
            (
                Band("white", _("White")), Band("asian", _("Asian")), Band("black", _("Black")),
                Band("mixed", _("Mixed")), Band("other", _("Another group")),
            ),
            (_GROUPS,),
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
