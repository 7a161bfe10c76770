"""Words that come in a file: a survey's answers, minutes, an e-mail. Looked at first, then taken in, each once."""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
import tempfile
import uuid
from datetime import datetime, time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from homeground_web.audit import log
from homeground_web.listen import analysis, languages, letters, noting
from homeground_web.listen.hiding import hide
from homeground_web.listen.models import Brought, Campaign, Conversation

__all__ = ["COLUMNS", "CannotRead", "counted", "look_into", "odd", "take_in"]

COLUMNS = ("text", "language", "street", "people")
"""What a column of a file may hold."""
_MOST_ROWS = 5_000
_SPACE = uuid.UUID("6f1d6a54-3f0e-4c1e-9f3b-9f3f0f4a7c11")
_LIKELY = {
    "text": ("text", "note", "notes", "comment", "comments", "said", "answer", "response", "words"),
    "language": ("language", "lang"), "street": ("street", "road"), "people": ("people", "persons", "how many"),
}  # fmt: skip
_SHOWN = 20  # oddities told one by one
_DOOR = re.compile(
    r"(?i)^\W*(?:(?:flat|apartment|apt|unit|house|number|no)\b\.?\s*)?\d+\s?[a-z]?\b[\s,]*|[\s,(]*(?:\b(?:number|no)\b\.?\s*)?\d+\s?[a-z]?\W*$"
)
_QUOTED = re.compile(r"^(?:>.*|On .{0,200} wrote:|-{2,}\s?Original Message.*|From: .*)$", re.IGNORECASE)


class CannotRead(Exception):
    """A file from which no words can be taken; the message says why and what to do."""


def look_into(
    campaign: Campaign, name: str, data: bytes, *, minutes: bool, consent: str, said: Any, by: Any
) -> Brought:
    """Read a file without taking it in. What is personal is hidden before anything is kept.

    Raises
    ------
    CannotRead
        If it holds no words, or is no such file.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    kind = "meeting" if minutes else "mail" if name.lower().endswith(".eml") else "file"
    if kind == "mail":
        headings, rows, when = _mail(data)
        said = said or when
    elif kind == "meeting":
        headings, rows = ["text"], [{"text": line} for line in _lines(data)]
    else:
        headings, rows = _table(name, data)
    if not rows:
        raise CannotRead(_("There are no words in it."))
    if len(rows) > _MOST_ROWS:
        text = _("It has %(rows)s rows. Bring at most %(most)s at a time.")
        raise CannotRead(text % {"rows": len(rows), "most": _MOST_ROWS})
    safe = [{key: _safe(str(value), campaign) if value else "" for key, value in row.items()} for row in rows]
    chosen: dict[str, Any] = {"consent": consent, "said": said.isoformat() if said else "", "columns": _guess(headings)}
    Brought.objects.filter(campaign=campaign, sha256=sha256).delete()
    return Brought.objects.create(
        campaign=campaign, kind=kind, name=Path(name).name[:200], sha256=sha256, rows=safe, headings=headings,
        chosen=chosen, user_id=by.pk,
    )  # fmt: skip


def _safe(value: str, campaign: Campaign) -> str:
    """Return a cell with what is personal hidden; of an address alone, the street stays and its numbers go."""
    hidden = hide(value, campaign)
    if (
        set(hidden.counts) != {"address"}
        or len(value) > 80
        or not re.fullmatch(r"[\s,.]*\[[^]]*\][\s,.]*", hidden.text)
    ):
        return hidden.text
    street = value
    while (shorter := _DOOR.sub("", street)) != street:
        street = shorter
    again = hide(street, campaign)
    return hidden.text if again.counts else again.text


def _lines(data: bytes) -> list[str]:
    return [line.strip(" \t•*-–") for line in data.decode("utf-8", "replace").splitlines() if line.strip(" \t•*-–")]


def _table(name: str, data: bytes) -> tuple[list[str], list[dict[str, Any]]]:
    ending = Path(name).suffix.lower()
    if ending not in (".csv", ".tsv", ".xlsx", ".txt"):
        raise CannotRead(_("Bring a CSV, TSV, XLSX, TXT or EML file. This is “%(ending)s”.") % {"ending": ending})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"words{ending}"
        path.write_bytes(data)
        try:
            return analysis.read_table(path)
        except analysis.HomegroundError as error:
            raise CannotRead(str(error).replace(str(path), name)) from None


class _Words(HTMLParser):
    """Keeps of a page what is read, with a new line after each block."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Leave out scripts and styles."""
        self.silent += tag in ("script", "style")
        if tag in ("br", "p", "div", "li"):
            self.kept.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End them."""
        self.silent -= tag in ("script", "style") and self.silent > 0

    def handle_data(self, data: str) -> None:
        """Keep words."""
        if not self.silent:
            self.kept.append(data)


def _mail(data: bytes) -> tuple[list[str], list[dict[str, Any]], Any]:
    """Return the words of an e-mail, without what it quotes, its closing and the name of who sent it."""
    letter = email.message_from_bytes(data, policy=email.policy.default)
    body = letter.get_body(preferencelist=("plain", "html"))
    if body is None or not letter.keys():
        raise CannotRead(_("This is no e-mail with words in it. Save it as an .eml file."))
    try:
        text = str(body.get_content())
    except (LookupError, ValueError, KeyError):
        raise CannotRead(_("The words of this e-mail cannot be read. Paste them instead.")) from None
    if body.get_content_subtype() == "html":
        reader = _Words()
        reader.feed(text)
        text = "".join(reader.kept)
    kept: list[str] = []
    for line in text.splitlines():
        if line.strip() in ("--", "-- "):  # the sender's own lines at the foot
            break
        if not _QUOTED.match(line.strip()):
            kept.append(line.rstrip())
    words = letters.without_names("\n".join(letters.without_closing(kept)).strip(), letters.sender_names(letter))
    when = getattr(letter["date"], "datetime", None) if letter["date"] else None
    return ["text"], [{"text": words}] if words else [], when.date() if when else None


def _guess(headings: list[str]) -> dict[str, str]:
    """Return which heading holds what, as far as their names say so."""
    plain = {heading.strip().lower(): heading for heading in headings}
    found = {what: next((plain[one] for one in names if one in plain), "") for what, names in _LIKELY.items()}
    if not found["text"] and len(headings) == 1:
        found["text"] = headings[0]
    return found


def odd(brought: Brought, columns: dict[str, str]) -> list[str]:
    """Return what will not be taken in as it stands, in words: texts that are too long, languages that nobody knows."""
    # A table counts its rows from the headings, as a spreadsheet does.
    first = 2 if brought.kind == "file" and not brought.name.lower().endswith(".txt") else 1
    told: list[str] = []
    strange: dict[str, list[int]] = {}
    for row_number, row in enumerate(brought.rows, first):
        text = (row.get(columns["text"]) or "").strip()
        if len(text) > noting.LONGEST:
            words = _("Row %(row)s is longer than %(most)s characters. What comes after is left out.")
            told.append(words % {"row": row_number, "most": noting.LONGEST})
        value = str(row.get(columns.get("language") or "") or "").strip()
        if text and value and not languages.code_of(value):
            strange.setdefault(value, []).append(row_number)
    for value, numbers in strange.items():
        words = _("“%(value)s” is no language that we know (row %(rows)s). The words count as another language.")
        rows = ", ".join(map(str, numbers[:_SHOWN])) + (" …" if len(numbers) > _SHOWN else "")
        told.append(words % {"value": value[:40], "rows": rows})
    if len(told) > _SHOWN:
        told[_SHOWN:] = [_("And %(many)s more like these.") % {"many": len(told) - _SHOWN}]
    return told


@transaction.atomic
def take_in(brought: Brought, columns: dict[str, str], *, by: Any, consent: str = "") -> dict[str, int]:
    """Make conversations of the rows of a file that was looked into; the same file again adds nothing.

    Parameters
    ----------
    consent : str
        What the people allowed, if not what was chosen when the file was brought. Where it is a quote with the street,
        a row without a street counts as a plain quote.

    Returns
    -------
    dict
        ``taken``, ``there`` (from an earlier time), ``empty``; of those taken ``cut`` (too long) and ``strange`` (in a
        language that we do not know).
    """
    counts = {"taken": 0, "there": 0, "empty": 0, "cut": 0, "strange": 0}
    consent = consent if consent in Conversation.Consent.values else brought.chosen["consent"]
    said = brought.chosen.get("said") or ""
    when = timezone.now()
    if said:
        when = timezone.make_aware(datetime.combine(datetime.fromisoformat(said).date(), time(12)))
    for row_number, row in enumerate(brought.rows):
        text = (row.get(columns["text"]) or "").strip()
        if not text:
            counts["empty"] += 1
            continue
        street = _street(row.get(columns.get("street") or ""))
        named = consent == Conversation.Consent.STREET
        language = _language(row.get(columns.get("language") or ""))
        words = noting.Words(
            id=uuid.uuid5(_SPACE, f"{brought.campaign_id}:{brought.sha256}:{row_number}"), text=text[: noting.LONGEST],
            consent=Conversation.Consent.QUOTE if named and not street else consent,
            language=language or languages.OTHER, street=street,
            people=_people(row.get(columns.get("people") or "")),
            said=when,
        )  # fmt: skip
        came = noting.note(brought.campaign, words, source=brought.kind, user_id=by.pk, batch=brought.sha256)
        counts["taken" if came == noting.Came.TAKEN else "there"] += 1
        if came == noting.Came.TAKEN:
            counts["cut"] += len(text) > noting.LONGEST
            counts["strange"] += not language
    log.write("brought in", brought.campaign, user=by, place_id=brought.campaign.place_id, after=counts)
    brought.delete()
    return counts


def _language(value: Any) -> str:
    """Return a code: English where nothing is told, nothing where what is told is no language that we know."""
    told = str(value or "").strip()
    return languages.code_of(told) if told else "en"


def _street(value: Any) -> str:
    told = str(value or "").strip()[:80]
    return "" if "[" in told else told


def _people(value: Any) -> int:
    told = str(value or "").strip()
    return int(told) if told.isdecimal() and 1 <= int(told[:6]) <= noting.MOST_PEOPLE else 1


def counted(campaign: Campaign, sha256: str) -> int:
    """Return how many conversations came from a file before."""
    return Conversation.objects.filter(campaign=campaign, batch=sha256).count()
