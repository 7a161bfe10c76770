"""Accounts, roles per place, invitations, phases. Residents need none of them to read, to comment or to vote."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

__all__ = ["Invitation", "Membership", "Phase", "Role", "User"]


class Role(models.TextChoices):
    """What somebody is in a place. `homeground_web.people.gate` says what each may do."""

    RESIDENT = "resident", _("resident")
    AMBASSADOR = "ambassador", _("ambassador")
    BOARD_MEMBER = "board_member", _("board member")
    CHAIR = "chair", _("chair")
    LIAISON_OFFICER = "liaison_officer", _("liaison officer")
    COUNCIL_OFFICER = "council_officer", _("council officer")
    FUNDER = "funder", _("funder")
    ANALYST = "analyst", _("analyst")
    ADMINISTRATOR = "administrator", _("administrator")


class _Users(BaseUserManager):  # type: ignore[type-arg]
    def create_user(self, email: str, password: str | None = None, **values: Any) -> User:
        """Make an account. Without a password, which is the rule, one signs in by e-mailed code or passkey."""
        user = self.model(email=self.normalize_email(email).lower(), **values)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **values: Any) -> User:
        """Make an account that may do everything everywhere."""
        return self.create_user(email, password, is_superuser=True, is_staff=True, **values)


class User(AbstractBaseUser, PermissionsMixin):
    """An account: an e-mail address and a name to be called by."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True, default="")
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    objects = _Users()

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Return the name to be called by."""
        return str(self)


class Membership(models.Model):
    """A role somebody has in a place; without a place, in the whole installation (analyst, administrator)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    place = models.ForeignKey(
        "places.Place", on_delete=models.CASCADE, related_name="memberships", null=True, blank=True
    )
    role = models.CharField(max_length=20, choices=Role)
    since = models.DateTimeField(default=timezone.now)
    is_shown = models.BooleanField(_("my name and role may stand on the page of the place"), default=False)

    class Meta:
        """One row for a person, a place and a role."""

        constraints = (
            models.UniqueConstraint(fields=["user", "place", "role"], name="one_membership_of_a_role"),
            models.UniqueConstraint(
                fields=["user", "role"], condition=models.Q(place__isnull=True), name="one_role_in_the_installation"
            ),
        )
        indexes = (models.Index(fields=["place", "role"]),)


class Invitation(models.Model):
    """Somebody asked to take a role: a link that works once, for a while. Only the hash of its secret is kept."""

    email = models.EmailField(_("e-mail address"))
    place = models.ForeignKey(
        "places.Place", on_delete=models.CASCADE, related_name="invitations", null=True, blank=True
    )
    role = models.CharField(max_length=20, choices=Role)
    secret_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    sent = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    taken = models.DateTimeField(null=True, blank=True)
    withdrawn = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering = ("-sent", "-id")


class Phase(models.Model):
    """When a stage is open in a place. Outside of it, what `matrix.toml` ties to that stage may not be done."""

    place = models.ForeignKey("places.Place", on_delete=models.CASCADE, related_name="phases")
    stage = models.CharField(max_length=12)
    opens = models.DateTimeField()
    closes = models.DateTimeField(null=True, blank=True)

    class Meta:
        """In order of time."""

        ordering = ("opens", "id")
        indexes = (models.Index(fields=["place", "stage", "opens"]),)
