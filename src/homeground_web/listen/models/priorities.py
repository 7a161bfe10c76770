"""What a meeting agreed comes first, and what was done about it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

__all__ = ["Deed", "Meeting", "Priority"]


class Meeting(models.Model):
    """A meeting at which priorities were agreed: when, where, how many came, and who was missing."""

    campaign = models.ForeignKey("listen.Campaign", on_delete=models.CASCADE, related_name="meetings")
    held = models.DateField(_("day"))
    where = models.CharField(_("where"), max_length=200)
    present = models.PositiveIntegerField(_("how many people came"))
    missing = models.TextField(_("who was missing"), blank=True, default="")
    user_id = models.BigIntegerField(null=True)
    written = models.DateTimeField(default=timezone.now)

    class Meta:
        """Newest first."""

        ordering = ("-held", "-id")


class Priority(models.Model):
    """One priority, from themes: it keeps which, and so its quotes."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="priorities")
    title = models.CharField(_("priority"), max_length=140)
    why = models.TextField(_("why"), blank=True, default="")
    sorting = models.ForeignKey("listen.Sorting", on_delete=models.RESTRICT, null=True, related_name="priorities")
    themes = models.JSONField(default=list)  # numbers of themes of that sorting
    support = models.PositiveIntegerField(_("how many were for it"))
    against = models.PositiveIntegerField(_("how many were against it"), default=0)
    dissent = models.TextField(_("what those against it said"), blank=True, default="")
    place_in_order = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """In the order that was agreed."""

        ordering = ("place_in_order", "id")
        verbose_name_plural = "priorities"

    def __str__(self) -> str:
        return self.title


class Deed(models.Model):
    """What was done, or will not be done and why: 'you said, we did'."""

    class State(models.TextChoices):
        """How far it is."""

        PLANNED = "planned", _("planned")
        BEGUN = "begun", _("begun")
        DONE = "done", _("done")
        NOT = "not", _("will not be done")

    priority = models.ForeignKey(Priority, on_delete=models.CASCADE, related_name="deeds")
    text = models.CharField(_("what was done"), max_length=500)
    state = models.CharField(max_length=10, choices=State)
    when = models.DateField(_("day"))
    who = models.CharField(_("who does it"), max_length=120, blank=True, default="")
    user_id = models.BigIntegerField(null=True)

    class Meta:
        """Newest first."""

        ordering = ("-when", "-id")
