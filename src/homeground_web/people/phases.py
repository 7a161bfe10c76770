"""Opening and closing stages: when something may be done is data, and every change of it is in the log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from homeground_web.audit import log
from homeground_web.people.models import Phase

__all__ = ["close_stage", "open_stage"]


@transaction.atomic
def open_stage(place_id: int, stage: str, opens: datetime, closes: datetime | None, *, by: Any) -> Phase:
    """Open a stage in a place from a moment on, until another where that is known."""
    phase = Phase.objects.create(place_id=place_id, stage=stage, opens=opens, closes=closes)
    told = {"stage": stage, "opens": opens.isoformat(), "closes": closes.isoformat() if closes else ""}
    log.write("opened a stage", phase, user=by, place_id=place_id, after=told)
    return phase


@transaction.atomic
def close_stage(phase: Phase, *, by: Any, now: datetime | None = None) -> None:
    """Close a stage now; one that has not opened yet never does."""
    now = now or timezone.now()
    if phase.closes is not None and phase.closes <= now:
        return
    before = phase.closes.isoformat() if phase.closes else ""
    if phase.opens > now:
        log.write("took out a stage", phase, user=by, place_id=phase.place_id, before={"stage": phase.stage})
        phase.delete()
        return
    phase.closes = now
    phase.save(update_fields=["closes"])
    log.write(
        "closed a stage", phase, user=by, place_id=phase.place_id, before={"closes": before},
        after={"stage": phase.stage, "closes": now.isoformat()},
    )  # fmt: skip
