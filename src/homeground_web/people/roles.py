"""Giving and taking roles, and inviting people into them. Every change is in the log, by numbers alone."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from homeground_web.audit import log
from homeground_web.people.models import Invitation, Membership, Role, User
from homeground_web.shell import freshness

__all__ = [
    "EVERYWHERE", "IN_A_PLACE", "BadInvitation", "LastOne", "accept", "find", "give", "invite", "is_good", "show",
    "take", "withdraw",
]  # fmt: skip

IN_A_PLACE = (
    Role.RESIDENT, Role.AMBASSADOR, Role.BOARD_MEMBER, Role.CHAIR, Role.LIAISON_OFFICER, Role.COUNCIL_OFFICER,
    Role.FUNDER,
)  # fmt: skip
"""Roles that somebody has in a place."""
EVERYWHERE = (Role.ANALYST, Role.COUNCIL_OFFICER, Role.FUNDER, Role.ADMINISTRATOR)
"""Roles that somebody has in the whole installation."""
_GOOD_FOR = timedelta(days=14)


class BadInvitation(ValueError):
    """An invitation that cannot be taken; the message says why."""


class LastOne(ValueError):
    """The last chair of a place, or the last administrator, would lose the role."""


@transaction.atomic
def give(user: User, role: str, place_id: int | None, *, by: Any) -> Membership:
    """Give somebody a role in a place, or without a place in the whole installation."""
    membership, new = Membership.objects.get_or_create(user=user, place_id=place_id, role=role)
    if new:
        log.write("gave a role", membership, user=by, place_id=place_id, after={"person": user.pk, "role": role})
    return membership


@transaction.atomic
def take(membership: Membership, *, by: Any, sure: bool = False) -> None:
    """Take a role.

    Raises
    ------
    LastOne
        If a place would be without a chair, or the installation without an administrator, unless `sure`.
    """
    last = membership.role in (Role.CHAIR, Role.ADMINISTRATOR) and not (
        Membership.objects.filter(place_id=membership.place_id, role=membership.role).exclude(pk=membership.pk).exists()
    )
    if last and not sure:
        raise LastOne(membership.role)
    told = {"person": membership.user_id, "role": membership.role}
    log.write("took a role", membership, user=by, place_id=membership.place_id, before=told)
    membership.delete()


@transaction.atomic
def show(membership: Membership) -> None:
    """Let one's own name stand on the page of the place, or take it off: only oneself can say so."""
    membership.is_shown = not membership.is_shown
    membership.save(update_fields=["is_shown"])
    told = {"shown": membership.is_shown}
    log.write("chose about own name", membership, user=membership.user, place_id=membership.place_id, after=told)
    freshness.move_on()


@transaction.atomic
def invite(email: str, role: str, place_id: int | None, *, where: str, link: Any, by: Any) -> Invitation:
    """Invite somebody by e-mail; an earlier invitation of the same kind is withdrawn.

    Parameters
    ----------
    where : str
        What the place is called, for the message.
    link : callable
        Given the secret, the full address of the page where the invitation is taken.
    """
    secret = secrets.token_urlsafe(24)
    email = email.strip().lower()
    for old in Invitation.objects.filter(email=email, role=role, place_id=place_id, taken=None, withdrawn=None):
        withdraw(old, by=by)
    made = Invitation.objects.create(
        email=email, role=role, place_id=place_id, secret_hash=_hash(secret), invited_by=by,
        expires=timezone.now() + _GOOD_FOR,
    )  # fmt: skip
    log.write("invited", made, user=by, place_id=place_id, after={"role": role})
    told = {"role": Role(role).label, "where": where, "site": settings.SITE_NAME}
    subject = _("%(site)s: will you be %(role)s in %(where)s?") % told
    lines = [
        _("Hello,"),
        _("you are asked to be %(role)s in %(where)s.") % told,
        _("To say yes, open this page within 14 days. It asks for this e-mail address, and for no password:"),
        link(secret),
        _("If you do not know what this is about, do nothing."),
    ]
    transaction.on_commit(lambda: send_mail(subject, "\n\n".join(lines), None, [email]))
    return made


def find(secret: str) -> Invitation | None:
    """Return the invitation that a link's secret belongs to."""
    return Invitation.objects.filter(secret_hash=_hash(secret)).select_related("place", "invited_by").first()


def is_good(invitation: Invitation, now: datetime | None = None) -> bool:
    """Return whether an invitation can still be taken."""
    return invitation.taken is None and invitation.withdrawn is None and invitation.expires > (now or timezone.now())


@transaction.atomic
def accept(invitation: Invitation, user: User, now: datetime | None = None) -> Membership:
    """Take an invitation: once, in time, with the e-mail address it was sent to.

    Raises
    ------
    BadInvitation
        If it was taken or withdrawn, is too old, or was sent to somebody else.
    """
    kept = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not is_good(kept, now):
        raise BadInvitation(_("This invitation was used already, taken back, or is older than 14 days."))
    addresses = {user.email.lower()} | {
        str(address).lower() for address in user.emailaddress_set.filter(verified=True).values_list("email", flat=True)
    }
    if kept.email.lower() not in addresses:
        raise BadInvitation(_("This invitation was sent to another e-mail address. Sign in with that one."))
    kept.taken = now or timezone.now()
    kept.save(update_fields=["taken"])
    log.write("took up", kept, user=user, place_id=kept.place_id, after={"role": kept.role})
    return give(user, kept.role, kept.place_id, by=user)


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Any) -> None:
    """Take an invitation back: its link works no more."""
    Invitation.objects.filter(pk=invitation.pk).update(withdrawn=timezone.now())
    log.write("took back", invitation, user=by, place_id=invitation.place_id, before={"role": invitation.role})


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
