"""``homeground find …``"""

from __future__ import annotations

import click

from homeground.cli.main import Stage

__all__ = ["find"]


@click.group(
    cls=Stage,
    lazy={
        "index": ("homeground.cli.find.index", "index", "Build an index from a method file and a table."),
        "check": ("homeground.cli.find.check", "check", "Compare an index with the published scores."),
        "cohort": ("homeground.cli.find.cohort", "cohort", "List the left-behind places."),
        "certainty": ("homeground.cli.find.certainty", "certainty", "Say how sure the list is, place by place."),
        "audit": ("homeground.cli.find.audit", "audit", "Test an index as the OECD/JRC handbook asks."),
        "report": ("homeground.cli.find.report", "report", "Write the list as one readable page, with map and data."),
    },
)
def find() -> None:
    """FIND: which places are doubly disadvantaged, and how sure are we?

    \b
    Example:
      homeground find cohort --preset left-behind-wards-2019 --data my-downloads --out wards.csv
    """
