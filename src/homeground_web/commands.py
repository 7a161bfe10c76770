"""The line `homeground-web`: what an operator types."""

from __future__ import annotations

import os
import sys

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Run a command of the platform; `homeground-web help` lists them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeground_web.config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    given = list(sys.argv[1:] if arguments is None else arguments)
    if given:
        given[0] = given[0].replace("-", "_") if not given[0].startswith("-") else given[0]  # make-admin, check-log
    try:
        execute_from_command_line(["homeground-web", *given])
    except ImproperlyConfigured as error:  # what the environment says cannot be followed
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(2)
    except KeyboardInterrupt:  # Ctrl-C, also while it starts: nothing to tell
        sys.exit(130)
