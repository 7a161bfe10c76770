"""The log of every write: append-only, each line sealed with the one before it."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

__all__ = ["CannotChange", "Entry"]


class CannotChange(RuntimeError):
    """A line of the log was to be changed or taken out."""


class _Lines(models.QuerySet):  # type: ignore[type-arg]
    def update(self, **_: Any) -> NoReturn:
        raise CannotChange("the log is only ever added to")

    def delete(self) -> NoReturn:
        raise CannotChange("the log is only ever added to")


class Entry(models.Model):
    """One write: who (a number, never a name), what, when, and what it was before and after.

    ``before`` and ``after`` hold no personal data: actions pass identifiers and states, `homeground_web.audit.log`
    refuses text that looks like an e-mail address. ``seal`` is SHA-256 over the line and the seal of the line before,
    so that a line that was changed behind the program's back is found (`homeground-web check-log`).
    """

    when = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    place_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    seal = models.CharField(max_length=64, unique=True)

    objects = _Lines.as_manager()

    class Meta:
        """Newest first; read by place or by object."""

        ordering = ("-id",)
        indexes = (
            models.Index(fields=["place_id", "-id"]),
            models.Index(fields=["object_kind", "object_id", "-id"]),
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new line; refuse to write an old one again."""
        if self.pk is not None:
            raise CannotChange("the log is only ever added to")
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise CannotChange("the log is only ever added to")
