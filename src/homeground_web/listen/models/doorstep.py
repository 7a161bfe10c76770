"""What happened at doors, and worries about somebody."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

__all__ = ["Knock", "Worry"]


class Knock(models.Model):
    """One knock at one door of a patch; which door is not kept. Its number is made on the phone."""

    class Outcome(models.TextChoices):
        """What came of it."""

        TALKED = "talked", _("talked")
        NO_ANSWER = "no-answer", _("no answer")
        NOT_TODAY = "not-today", _("not today")
        STOP = "stop", _("asked to stop")

    id = models.UUIDField(primary_key=True)
    campaign = models.ForeignKey("listen.Campaign", on_delete=models.CASCADE, related_name="knocks")
    patch = models.ForeignKey("listen.Patch", on_delete=models.SET_NULL, null=True, related_name="knocks")
    outcome = models.CharField(max_length=10, choices=Outcome)
    user_id = models.BigIntegerField(null=True)
    when = models.DateTimeField()
    received = models.DateTimeField(default=timezone.now)

    class Meta:
        """Counted by patch."""

        indexes = (models.Index(fields=["campaign", "patch", "outcome"]),)


class Worry(models.Model):
    """Somebody may not be safe. Only the one named person of the campaign reads it."""

    id = models.UUIDField(primary_key=True)
    campaign = models.ForeignKey("listen.Campaign", on_delete=models.CASCADE, related_name="worries")
    conversation_id = models.UUIDField(null=True)
    text = models.TextField()
    user_id = models.BigIntegerField(null=True)
    to_id = models.BigIntegerField()
    when = models.DateTimeField()
    received = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        """Newest first."""

        ordering = ("-received", "id")
        verbose_name_plural = "worries"
