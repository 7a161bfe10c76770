"""A job: what is to be done, how far it is, and how it ended. The queue carries only its number."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Job"]


class Job(models.Model):
    """One piece of long work."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("waiting to start")
        RUNNING = "running", _("at work")
        DONE = "done", _("done")
        FAILED = "failed", _("did not work")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    said = models.CharField(_("what it is doing"), max_length=300, default="", blank=True)
    share = models.FloatField(_("how much is done, 0 to 1"), null=True, blank=True)
    result = models.JSONField(default=dict)
    error = models.TextField(default="", blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    user_id = models.BigIntegerField(null=True, blank=True)
    place_id = models.BigIntegerField(null=True, blank=True)
    put = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True, blank=True)
    heard = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first; found by state."""

        ordering = ("-put",)
        indexes = (models.Index(fields=["state", "heard"]),)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in (self.State.DONE, self.State.FAILED)
