"""Words on their way in that are no conversations yet: a paper form typed once, a file looked into."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

__all__ = ["Brought", "Typed"]


class Typed(models.Model):
    """A paper form as one person typed it. A second person types it too; where both agree it becomes a conversation."""

    campaign = models.ForeignKey("listen.Campaign", on_delete=models.CASCADE, related_name="typed")
    receipt = models.CharField(max_length=64)  # SHA-256 of the code printed on the form
    user_id = models.BigIntegerField()
    told = models.JSONField()  # as the form was filled in, personal details hidden
    when = models.DateTimeField(default=timezone.now)

    class Meta:
        """A form once by each person."""

        constraints = (models.UniqueConstraint(fields=["receipt", "user_id"], name="typed_once_by_each"),)


class Brought(models.Model):
    """A file of words that was looked into and waits for somebody to say yes. Its words are safe already."""

    campaign = models.ForeignKey("listen.Campaign", on_delete=models.CASCADE, related_name="brought")
    kind = models.CharField(max_length=10)  # file, meeting, mail
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.JSONField(default=list)
    headings = models.JSONField(default=list)
    chosen = models.JSONField(default=dict)  # what each heading holds
    user_id = models.BigIntegerField(null=True)
    when = models.DateTimeField(default=timezone.now)

    class Meta:
        """Newest first."""

        ordering = ("-when", "-id")
