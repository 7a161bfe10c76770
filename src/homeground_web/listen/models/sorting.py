"""Making sense of what was said, together: points, and the steps people took, none of which is ever changed."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

__all__ = ["Point", "Sorting", "Step"]


class Sorting(models.Model):
    """One time of sorting: which conversations took part, and by what the first heaps were proposed."""

    campaign = models.ForeignKey("listen.Campaign", on_delete=models.CASCADE, related_name="sortings")
    grain = models.CharField(max_length=10, default="middle")
    made = models.DateTimeField(default=timezone.now)
    by_id = models.BigIntegerField(null=True)
    told = models.JSONField(default=dict)  # library, model, notes, whether the order of sizes is sure
    asked = models.JSONField(default=dict)  # theme: suggestions, the least sure first
    shown = models.JSONField(null=True)  # the themes as they were shown to everybody
    shown_when = models.DateTimeField(null=True)

    class Meta:
        """Newest first."""

        ordering = ("-made", "-id")


class Point(models.Model):
    """One thing that somebody said: a span of a conversation."""

    sorting = models.ForeignKey(Sorting, on_delete=models.CASCADE, related_name="points")
    conversation = models.ForeignKey("listen.Conversation", on_delete=models.CASCADE, related_name="points")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    class Meta:
        """In the order of the words."""

        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["sorting", "conversation", "start"], name="one_point_from_a_spot"),
        )

    @property
    def text(self) -> str:
        """Its words: they are kept once, in the conversation."""
        return self.conversation.text[self.start : self.end]


class _Steps(models.QuerySet):  # type: ignore[type-arg]
    def update(self, **_: Any) -> NoReturn:
        raise TypeError("steps are only ever added to")


class Step(models.Model):
    """One thing somebody did while sorting. Steps are never changed; one that is undone is followed by another."""

    class Verb(models.TextChoices):
        """What was done."""

        PROPOSE = "propose", _("proposed")
        NEW = "new", _("made a heap")
        NAME = "name", _("named")
        CONFIRM = "confirm", _("confirmed")
        PUT = "put", _("put under")
        TAKE = "take", _("took out of")
        MOVE = "move", _("moved to")
        MERGE = "merge", _("put together")
        SPLIT = "split", _("parted")
        NO_THEME = "no-theme", _("is no theme")
        SECOND = "second", _("sorted some anew, without seeing the heaps")
        UNDO = "undo", _("took back")

    sorting = models.ForeignKey(Sorting, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=10, choices=Verb)
    told = models.JSONField(default=dict)  # numbers of themes and points, and names of themes
    user_id = models.BigIntegerField(null=True)
    when = models.DateTimeField(default=timezone.now)

    objects = _Steps.as_manager()

    class Meta:
        """In their order; a number once."""

        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["sorting", "number"], name="one_step_of_a_number"),)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new step; refuse to write an old one again."""
        if self.pk is not None:
            raise TypeError("steps are only ever added to")
        super().save(*args, **kwargs)
