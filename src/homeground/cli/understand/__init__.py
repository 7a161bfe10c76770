"""``homeground understand …``"""

from __future__ import annotations

import click

from homeground.cli.main import Stage

__all__ = ["understand"]


@click.group(
    cls=Stage,
    lazy={
        "profile": ("homeground.cli.understand.profile", "profile", "Say what a place is like."),
        "grants": ("homeground.cli.understand.grants", "grants", "Say what places were given, and where less arrived."),
        "compare": ("homeground.cli.understand.compare", "compare", "Compare left-behind places with others."),
        "access": (
            "homeground.cli.understand.access",
            "access",
            "Say what is within reach: how far, how many, shared by whom.",
        ),
        "sites": ("homeground.cli.understand.sites", "sites", "Say where the next places should go."),
    },
)
def understand() -> None:
    """UNDERSTAND: what is it like there, what was it given, what is within reach?

    \b
    Example:
      homeground understand profile "Bispham, Blackpool" --data my-downloads
      homeground understand compare --preset left-behind-lsoas-2023 --data my-downloads --out differences.csv
    """
