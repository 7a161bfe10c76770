"""homeground-web secret: make a secret key."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Print a new secret key for HOMEGROUND_SECRET_KEY; nothing is kept."""

    help = "print a new secret key, for HOMEGROUND_SECRET_KEY"
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(secrets.token_urlsafe(60))
