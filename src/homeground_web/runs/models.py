"""A run: one computed result with all it was computed from, and the files and rows that hold it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["PlaceResult", "Run", "RunFile"]


class Run(models.Model):
    """One computed result. Its bytes are the same whenever it is computed again from the same inputs.

    ``inputs`` are the files it read (name, SHA-256, bytes); ``parameters`` everything that was chosen; ``sources``
    the data sets with publisher, period and licence; ``notes`` what a careful reader should know, missing data above
    all.
    """

    class State(models.TextChoices):
        """Who sees it."""

        DRAFT = "draft", _("not published")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    load = models.ForeignKey("places.Load", on_delete=models.CASCADE, related_name="runs", null=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    inputs = models.JSONField(default=list)
    parameters = models.JSONField(default=dict)
    sources = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    summary = models.JSONField(default=dict)
    command = models.TextField(_("the command that computes the same"), default="", blank=True)
    library_version = models.CharField(max_length=40)
    result_hash = models.CharField(max_length=64, default="")
    seconds = models.FloatField(default=0.0)
    user_id = models.BigIntegerField(null=True)
    computed = models.DateTimeField()

    class Meta:
        """Newest first."""

        ordering = ("-computed", "-id")
        indexes = (models.Index(fields=["load", "kind", "state"]),)

    def __str__(self) -> str:
        return self.title


class RunFile(models.Model):
    """A file that a run wrote, in the store under its own hash."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    holds = models.CharField(max_length=300, default="")
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()

    class Meta:
        """One file of a name in a run."""

        constraints = (models.UniqueConstraint(fields=["run", "name"], name="one_file_of_a_name"),)


class PlaceResult(models.Model):
    """What a run says of one area, packed: `homeground_web.understand.analysis` reads it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="places")
    node = models.CharField(max_length=20)
    code = models.CharField(max_length=20)
    body = models.BinaryField()

    class Meta:
        """One row for a run and an area."""

        constraints = (models.UniqueConstraint(fields=["run", "node", "code"], name="one_result_of_an_area"),)
