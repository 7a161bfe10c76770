"""What a form sent, read without trust."""

from __future__ import annotations

from django.http import HttpRequest

__all__ = ["NONE", "number"]

NONE = -1  # no row has it, and no form asks for it
_LONGEST = 17  # digits; no database counts further


def number(request: HttpRequest, name: str) -> int:
    """Return a whole number from a form; NONE when it is not one."""
    told = str(request.POST.get(name, ""))
    return int(told) if told.isdecimal() and len(told) <= _LONGEST else NONE
