"""Days as people choose them: the field of a form, and where a day begins and ends here."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

__all__ = ["day_field", "end_of", "start_of"]


def day_field(label: Any, *, required: bool = True, help_text: Any = "", wrong: Any = "") -> forms.DateField:
    """Return a field for a day; `wrong` says what to do where there is none, or what was typed is none."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    told = {"required": wrong, "invalid": wrong} if wrong else None
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget, error_messages=told)


def start_of(day: date) -> datetime:
    """Return the first moment of a day."""
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of(day: date) -> datetime:
    """Return the last second of a day."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))
