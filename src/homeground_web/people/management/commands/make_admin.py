"""homeground-web make-admin EMAIL: make the first administrator, who invites everybody else."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from homeground_web.people import roles
from homeground_web.people.models import Role, User


class Command(BaseCommand):
    """Let somebody do everything. There is no password: one signs in by a code that comes by e-mail."""

    help = "let somebody do everything: an account without a password, with the role of administrator"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account where there is none, and give the role."""
        email = options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"'{email}' is no e-mail address. Write one such as ada@example.org.") from None
        user = _administrator(email)
        host = next((host.lstrip(".") for host in settings.ALLOWED_HOSTS), "localhost")
        address = f"https://{host}" if settings.PRODUCTION else "http://localhost:8000"
        self.stdout.write(f"{user.email} is administrator now. To sign in: open {address}{reverse('account_login')},")
        if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
            self.stdout.write("type that address, then the code. No mail server is set: the code stands where")
            self.stdout.write("homeground-web serve writes its own lines.")
        else:
            self.stdout.write("type that address, then the code that comes by e-mail.")


@transaction.atomic
def _administrator(email: str) -> User:
    user = User.objects.filter(email=email).first() or User.objects.create_user(email)
    # The operator vouches for the address, so nobody need confirm it before the first sign-in.
    user.emailaddress_set.update_or_create(email=email, defaults={"verified": True, "primary": True})
    roles.give(user, Role.ADMINISTRATOR, None, by=None)
    return user
