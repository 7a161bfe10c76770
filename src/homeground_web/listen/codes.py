"""The code on a resident's card: with it they see, change or take back their words. Only its hash is kept."""

from __future__ import annotations

import hashlib
import re
import secrets

__all__ = ["hash_of", "made", "plain"]

_LETTERS = "BCDFGHJKLMNPRSTVWXYZ"  # no vowels, so that no code is a word
_DIGITS = "23456789"
_FORM = re.compile(rf"([{_LETTERS}]{{3}})([{_DIGITS}]{{3}})([{_LETTERS}]{{3}})")


def made() -> str:
    """Return a new code, such as KTR-482-MPX: one of 32,768 million."""
    first, last = ("".join(secrets.choice(_LETTERS) for _ in range(3)) for _ in range(2))
    return f"{first}-{''.join(secrets.choice(_DIGITS) for _ in range(3))}-{last}"


def plain(typed: str) -> str:
    """Return a code as it is kept, however it was typed; '' when it is none."""
    found = _FORM.fullmatch(re.sub(r"[\W_]", "", typed.upper()))
    return "-".join(found.groups()) if found else ""


def hash_of(code: str) -> str:
    """Return what is kept of a code."""
    return hashlib.sha256(code.encode()).hexdigest()
