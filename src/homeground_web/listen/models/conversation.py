"""What somebody said, how it may be used, and what is left of it when it was taken back."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

__all__ = ["Conversation", "Gone", "Removal", "Translation"]


class Conversation(models.Model):
    """One conversation. Its number is made where it was noted, so that sending it twice changes nothing.

    ``text`` holds no personal detail that `homeground.listen.redact` finds: those are hidden before the row is written,
    and what was hidden is kept nowhere. ``told`` is a keyed hash of what was sent, to tell a repeat from a clash.
    """

    class Consent(models.TextChoices):
        """How the words may be used."""

        THEMES = "themes", _("only to see what many people say")
        QUOTE = "quote", _("quoted without details")
        STREET = "street", _("quoted with the street")

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("waiting for a second look")
        GOOD = "good", _("looked at")
        HELD = "held", _("kept out")

    class Source(models.TextChoices):
        """How it came."""

        DOORSTEP = "doorstep", _("on a doorstep")
        WEB = "web", _("by web form")
        PAPER = "paper", _("by paper form")
        MEETING = "meeting", _("at a meeting")
        FILE = "file", _("from a file")
        MAIL = "mail", _("by e-mail")

    id = models.UUIDField(primary_key=True)
    campaign = models.ForeignKey("listen.Campaign", on_delete=models.CASCADE, related_name="conversations")
    patch = models.ForeignKey("listen.Patch", on_delete=models.SET_NULL, null=True, related_name="conversations")
    text = models.TextField()
    language = models.CharField(max_length=10)
    street = models.CharField(max_length=80, blank=True, default="")
    people = models.PositiveSmallIntegerField(default=1)
    consent = models.CharField(max_length=10, choices=Consent)
    about = models.JSONField(default=dict)  # question: band
    source = models.CharField(max_length=10, choices=Source)
    user_id = models.BigIntegerField(null=True)  # the ambassador, or who typed or brought it
    said = models.DateTimeField()
    received = models.DateTimeField(default=timezone.now)
    is_late = models.BooleanField(default=False)
    receipt = models.CharField(max_length=64, unique=True, null=True)  # SHA-256 of the code
    told = models.CharField(max_length=64)
    hidden = models.JSONField(default=dict)  # kind: how many
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    looked_by = models.BigIntegerField(null=True)
    looked = models.DateTimeField(null=True)
    batch = models.CharField(max_length=64, blank=True, default="")  # of an import: SHA-256 of its file

    class Meta:
        """Oldest first; read by campaign and state."""

        ordering = ("received", "id")
        indexes = (
            models.Index(fields=["campaign", "state", "received"]),
            models.Index(fields=["campaign", "batch"]),
        )

    @property
    def may_be_quoted(self) -> bool:
        """Whether its words may stand on a public page."""
        return self.consent != self.Consent.THEMES and self.state == self.State.GOOD

    @property
    def consent_now(self) -> str:
        """How the words may be used as they stand here: with the street only where one is kept."""
        named = self.consent == self.Consent.STREET and not self.street
        return str(self.Consent.QUOTE if named else self.consent)


class Translation(models.Model):
    """The words in another language, as a person put them; the original stays beside it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(max_length=10)
    text = models.TextField()
    user_id = models.BigIntegerField(null=True)
    looked_by = models.BigIntegerField(null=True)  # somebody else who read it; nobody else sees it before
    written = models.DateTimeField(default=timezone.now)

    class Meta:
        """One for a language."""

        constraints = (models.UniqueConstraint(fields=["conversation", "language"], name="one_translation_each"),)


class Gone(models.Model):
    """A conversation that was erased: its number, so that a late repeat does not bring it back; no word of it."""

    class Why(models.TextChoices):
        """Why it is gone."""

        TAKEN_BACK = "taken back", _("taken back by the person")
        ASKED = "asked", _("erased because somebody asked")

    id = models.UUIDField(primary_key=True)
    campaign_id = models.BigIntegerField()
    receipt = models.CharField(max_length=64, blank=True, default="", db_index=True)
    why = models.CharField(max_length=12, choices=Why)
    when = models.DateTimeField(default=timezone.now)


class Removal(models.Model):
    """Something that was kept out: why, told to the author by their code, and to all without the words."""

    campaign = models.ForeignKey("listen.Campaign", on_delete=models.CASCADE, related_name="removals")
    kind = models.CharField(max_length=12)  # conversation or statement
    number = models.CharField(max_length=40)
    reason = models.CharField(max_length=20)
    to_author = models.CharField(max_length=500, blank=True, default="")
    user_id = models.BigIntegerField(null=True)
    when = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True)  # put back

    class Meta:
        """Newest first."""

        ordering = ("-when", "-id")
        indexes = (models.Index(fields=["kind", "number"]),)
