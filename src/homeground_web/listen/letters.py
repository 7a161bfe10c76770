"""What is left of an e-mail when the closing words and the name of who sent it are taken away."""

from __future__ import annotations

import re
from email.message import EmailMessage

from homeground_web.listen import analysis

__all__ = ["sender_names", "without_closing", "without_names"]

_LAST = 15  # lines in which a closing may stand
_CLOSING = re.compile(
    r"(?:(?:kind|kindest|best|warm|warmest)\s+(?:regards|wishes)|regards|with\s+(?:kind|best|warm)\s+(?:regards|wishes)|"
    r"with\s+(?:many\s+)?thanks|yours\s+(?:sincerely|faithfully|truly|etc)|sincerely|all\s+the\s+best|all\s+best|"
    r"cofion(?:\s+(?:cynnes|gorau))?|yn\s+gywir|yr\s+eiddoch|dymuniadau\s+gorau|sent\s+from\s+my|get\s+outlook\s+for)\b",
    re.IGNORECASE,
)
# These words also begin a sentence, so a name at most may follow them.
_THANKS = re.compile(
    r"(?i:(?:many\s+)?thanks|thank\s+you|cheers|ta|best|diolch(?:\s+yn\s+fawr)?|hwyl)(?:\s+(?i:again|in\s+advance|very\s+much))?"
    r"[\s,.!–-]*(?:[^\W\d_a-z][\w’'.-]*[\s,.]*){0,3}$"
)
_GROUP_TEXT = """
    action and association board centre charity church city club committee community company council county district
    estate forum friends group hall hello home house info library limited ltd mail newsletter no-reply noreply of office
    parish partnership patch school service services society support team the town trust ward
"""
_GROUP = frozenset(_GROUP_TEXT.split())


def without_closing(lines: list[str]) -> list[str]:
    """Return the lines of a letter up to 'Kind regards', 'Diolch' or the like; a letter of nothing else stays whole."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for number in filled[-_LAST:]:
        line = lines[number].strip()
        if number > filled[0] and (_CLOSING.match(line) or _THANKS.match(line)):
            return lines[:number]
    return lines


def sender_names(letter: EmailMessage) -> list[str]:
    """Return the names of who sent a letter: whole, and each part; of a group or office only the whole."""
    found: list[str] = []
    for header in ("from", "sender", "reply-to"):
        for address in getattr(letter[header], "addresses", ()):
            shown = address.display_name.strip()
            parts = re.findall(r"[^\W\d_][\w’'-]+", "" if "@" in shown else shown)
            typed = re.findall(r"[^\W\d_]{2,}", address.username)
            if shown and "@" not in shown:
                found.append(shown)
            for words in (parts, typed if len(typed) > 1 or not parts else []):
                if words and not _GROUP & {word.lower() for word in words}:
                    found += [" ".join(words), *(word for word in words if len(word) > 1)]
    return list(dict.fromkeys(found))


def without_names(text: str, names: list[str]) -> str:
    """Return a text with names hidden: whole ones however they are typed, a part of one only with a capital."""
    found: list[analysis.Found] = []
    end = 0
    whole = sorted((name for name in names if " " in name), key=len, reverse=True)
    parts = sorted({form for name in names if " " not in name for form in (name.title(), name.upper())}, key=len)
    choices = [rf"(?i:{re.escape(name)})" for name in whole] + [re.escape(name) for name in reversed(parts)]
    for match in re.finditer(rf"\b(?:{'|'.join(choices)})\b", text) if choices else ():
        if match.start() >= end:
            found.append(analysis.Found("name", *match.span()))
            end = match.end()
    return analysis.hide_details(text, found)
