"""What the frame keeps: how fresh the pages are, and what readers told us about a page."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Feedback", "Freshness"]


class Freshness(models.Model):
    """One row: its number moves on whenever what the public sees has changed."""

    number = models.PositiveBigIntegerField(default=0)
    invented = models.BooleanField(default=False)


class Feedback(models.Model):
    """Something a reader told us about a page. Who it was is not asked."""

    page = models.CharField(_("page"), max_length=300)
    text = models.TextField(_("what is wrong, or what would help"), max_length=2000)
    language = models.CharField(max_length=10)
    place_id = models.BigIntegerField(null=True, blank=True)
    written = models.DateTimeField(auto_now_add=True)
    answered = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("what was done about it"), max_length=500, blank=True, default="")

    class Meta:
        """Newest first."""

        ordering = ("-written", "-id")
        indexes = (models.Index(fields=["place_id", "-written"]),)
