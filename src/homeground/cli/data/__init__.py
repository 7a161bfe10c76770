"""``homeground data …``"""

from __future__ import annotations

import click

from homeground.cli.main import Stage

__all__ = ["data"]


@click.group(
    cls=Stage,
    lazy={
        "list": ("homeground.cli.data.list", "list_datasets", "List the data sets that Homeground knows."),
        "scan": ("homeground.cli.data.scan", "scan", "Say which known data sets a folder holds, and what is missing."),
        "pull": ("homeground.cli.data.pull", "pull", "Download a data set from its publisher."),
        "convert": (
            "homeground.cli.data.convert",
            "convert",
            "Move figures to other boundaries through an official lookup.",
        ),
    },
)
def data() -> None:
    """Find, fetch and convert the official files.

    \b
    Example:
      homeground data scan my-downloads
    """
