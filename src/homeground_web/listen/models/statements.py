"""Short statements that residents made of points, and what others think of them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

__all__ = ["Statement", "Vote"]


class Statement(models.Model):
    """One short statement, from a point or from somebody's own head."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("waiting for a look")
        SHOWN = "shown", _("open to all")
        HELD = "held", _("kept out")

    campaign = models.ForeignKey("listen.Campaign", on_delete=models.CASCADE, related_name="statements")
    text = models.CharField(_("statement"), max_length=140)
    language = models.CharField(max_length=10, default="en-gb")
    point = models.ForeignKey("listen.Point", on_delete=models.SET_NULL, null=True, related_name="statements")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    receipt = models.CharField(max_length=64, blank=True, default="", db_index=True)
    user_id = models.BigIntegerField(null=True)
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        """In the order they came; the same words once in a campaign."""

        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["campaign", "text"], name="one_statement_of_the_same_words"),)


class Vote(models.Model):
    """What somebody thinks of a statement. ``person`` is a hash of a random number in their browser: nobody's name."""

    AGREE, PASS, DISAGREE = 1, 0, -1

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="votes")
    person = models.CharField(max_length=64)
    value = models.SmallIntegerField(choices=((AGREE, _("agree")), (PASS, _("pass")), (DISAGREE, _("disagree"))))
    when = models.DateTimeField(default=timezone.now)

    class Meta:
        """One of a person on a statement; it may change."""

        constraints = (models.UniqueConstraint(fields=["statement", "person"], name="one_vote_of_a_person"),)
        indexes = (models.Index(fields=["person"]),)
