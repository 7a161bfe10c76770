"""A folder of files that somebody uploaded, before it becomes a load."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models

__all__ = ["Folder"]


class Folder(models.Model):
    """Files on their way: what they are is found out in a job, and kept here."""

    title = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    made = models.DateTimeField(auto_now_add=True)
    looked = models.DateTimeField(null=True)
    found = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    missing = models.JSONField(default=list)

    class Meta:
        """Newest first."""

        ordering = ("-made", "-id")

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> Path:
        """Where its files lie."""
        return Path(settings.UPLOADS) / f"folder-{self.pk}"
