"""``homeground listen …``"""

from __future__ import annotations

import click

from homeground.cli.main import Stage

__all__ = ["listen"]


@click.group(
    cls=Stage,
    lazy={
        "redact": ("homeground.cli.listen.redact", "redact", "Hide personal details in what people said."),
        "themes": ("homeground.cli.listen.themes", "themes", "Propose themes, each with its quotes."),
        "suggest": ("homeground.cli.listen.suggest", "suggest", "Suggest where notes belong."),
        "groups": ("homeground.cli.listen.groups", "groups", "Find who votes alike on statements."),
    },
)
def listen() -> None:
    """LISTEN: what do people here say, what do they share, what divides them?

    \b
    Example:
      homeground listen redact notes.csv --text-column said --out safe.csv
      homeground listen themes safe.csv --text-column said --out themes.json
    """
