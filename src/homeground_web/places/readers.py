"""What readers told us about pages: found by the pages it is about, and answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from homeground_web.audit import log
from homeground_web.shell.models import Feedback

__all__ = ["about", "answer"]


def about(pages: Sequence[str]) -> QuerySet[Feedback]:
    """Return what was said about pages, newest first."""
    return Feedback.objects.filter(page__in=list(pages))


@transaction.atomic
def answer(said: Feedback, text: str, *, user: Any, place_id: int | None) -> None:
    """Note what was done about it; the words themselves are not put into the log."""
    said.answered, said.answer = timezone.now(), text.strip()[:500]
    said.save(update_fields=["answered", "answer"])
    log.write("answered", said, user=user, place_id=place_id)
