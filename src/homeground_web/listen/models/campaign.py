"""A time of listening in a place: the question, the patches, who walks them, and whom it wants to hear."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

__all__ = ["Campaign", "Patch", "Walker"]


class Campaign(models.Model):
    """One time of listening. The question is open: a blank sheet, with no agenda set beforehand.

    ``asked`` names what is asked about the person (see `homeground_web.listen.bands`), all of it optional; ``targets``
    holds for each question the share of people in each band, from the census: whom would a fair hearing hear?
    """

    place = models.ForeignKey("places.Place", on_delete=models.CASCADE, related_name="campaigns")
    title = models.CharField(_("title"), max_length=120)
    question = models.CharField(_("question"), max_length=300)
    opens = models.DateTimeField()
    closes = models.DateTimeField(null=True, blank=True)
    languages = models.JSONField(default=list)  # codes
    asked = models.JSONField(default=list)
    targets = models.JSONField(default=dict)
    targets_from = models.CharField(max_length=200, blank=True, default="")
    people_wanted = models.PositiveIntegerField(null=True, blank=True)
    streets = models.TextField(blank=True, default="")  # the place's own, one on a line: house numbers before them hide
    names = models.TextField(blank=True, default="")  # to hide wherever they stand, one on a line
    worry_to_id = models.BigIntegerField(null=True, blank=True)  # the one account that reads worries
    policy = models.TextField(blank=True, default="")
    keep_until = models.DateField()
    forgotten = models.DateTimeField(null=True, blank=True)
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        """Newest first."""

        ordering = ("-opens", "-id")
        indexes = (models.Index(fields=["place", "-opens"]),)

    def __str__(self) -> str:
        return self.title

    def is_open(self, now: object = None) -> bool:
        """Return whether words are asked for now; later ones are taken too, and marked."""
        now = now or timezone.now()
        return bool(self.opens <= now and (self.closes is None or now < self.closes))  # type: ignore[operator]

    def takes_words(self, today: date | None = None) -> bool:
        """Return whether words may still be sent: not when the day has passed until which they are kept."""
        return (today or timezone.localdate()) <= self.keep_until


class Patch(models.Model):
    """A few streets that one walk covers."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="patches")
    name = models.CharField(_("name"), max_length=120)
    streets = models.TextField(blank=True, default="")  # one on a line
    doors = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        """By name."""

        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class Walker(models.Model):
    """An ambassador who walks a patch."""

    patch = models.ForeignKey(Patch, on_delete=models.CASCADE, related_name="walkers")
    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")

    class Meta:
        """Once each."""

        constraints = (models.UniqueConstraint(fields=["patch", "user"], name="one_walker_of_a_patch"),)
