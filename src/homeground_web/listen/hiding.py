"""Hiding what is personal at the door of the site, before anything is written down or read by anybody else."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from homeground_web.listen import analysis
from homeground_web.listen.models import Campaign

__all__ = ["RESTORABLE", "Hidden", "hide", "kind_said", "lines", "pieces", "plain", "streets_of"]

RESTORABLE = ("name", "address")
"""What a person may show again: words that look like a name or an address and are none. Numbers stay hidden."""


@dataclass(frozen=True)
class Hidden:
    """A text made safe, and how many details of each kind were hidden; the details themselves are not kept."""

    text: str
    counts: dict[str, int]
    found: tuple[analysis.Found, ...]


def lines(text: str) -> list[str]:
    """Return the lines of a list that somebody typed."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def streets_of(campaign: Campaign) -> list[str]:
    """Return the streets that a campaign names: the place's own, and those of its patches; asked for once."""
    found: list[str] | None = campaign.__dict__.get("_streets")
    if found is None:
        patches = campaign.patches.values_list("streets", flat=True)
        found = list(dict.fromkeys(street for typed in (campaign.streets, *patches) for street in lines(typed)))
        campaign.__dict__["_streets"] = found
    return found


def hide(text: str, campaign: Campaign | None, kept: Iterable[tuple[int, int]] = ()) -> Hidden:
    """Return a text with what is personal hidden.

    Parameters
    ----------
    kept : pairs of int
        Start and end of details that the person wants shown: only names and addresses can be.
    """
    text = plain(text)
    streets = streets_of(campaign) if campaign else []
    names = lines(campaign.names) if campaign else []
    shown = set(kept)
    found = analysis.find_details(text, streets=streets, names=names)
    hidden = [one for one in found if one.kind not in RESTORABLE or (one.start, one.end) not in shown]
    return Hidden(analysis.hide_details(text, hidden), dict(Counter(one.kind for one in hidden)), found)


def plain(text: str) -> str:
    """Return a text in one form: composed signs, plain line ends, none of the signs that no screen shows."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = (sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def pieces(text: str, hidden: Hidden) -> list[dict[str, Any]]:
    """Return a text cut where details stand, so that a page can mark them."""
    text, last = plain(text), 0
    cut: list[dict[str, Any]] = []
    for one in hidden.found:
        cut.append({"text": text[last : one.start]})
        cut.append(
            {
                "text": text[one.start : one.end], "kind": one.kind, "said": kind_said(one.kind),
                "span": f"{one.start}-{one.end}", "may_show": one.kind in RESTORABLE,
            }
        )  # fmt: skip
        last = one.end
    return [*cut, {"text": text[last:]}]


def kind_said(kind: str) -> str:
    """Return what a kind of detail is called."""
    return {
        "email": _("e-mail address"), "phone": _("phone number"), "nhs_number": _("NHS number"),
        "national_insurance": _("National Insurance number"), "birth": _("date of birth"), "bank": _("bank details"),
        "postcode": _("postcode"), "plate": _("number plate"), "passport": _("passport number"),
        "address": _("address"), "name": _("name"),
    }.get(kind, kind)  # fmt: skip
