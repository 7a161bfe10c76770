"""``homeground data list``"""

from __future__ import annotations

from pathlib import Path

import click

from homeground.cli.common import data_option, emit, json_option

__all__ = ["list_datasets"]


@click.command("list")
@data_option
@json_option
def list_datasets(data: Path | None, as_json: bool) -> None:
    """List the data sets that Homeground knows.

    With a folder, the data sets that its own catalogue files (*.dataset.toml) add are listed too.

    \b
    Example:
      homeground data list
      homeground data list --json
    """
    from dataclasses import asdict

    from homeground.sources.datasets import datasets

    known = datasets(data)
    if as_json:
        emit({"datasets": [asdict(entry) for entry in known.values()]})
        return
    width = max(len(id) for id in known)
    for kind in dict.fromkeys(entry.kind for entry in sorted(known.values(), key=lambda entry: _order(entry.kind))):
        click.echo(f"\n{_TITLES.get(kind, kind.capitalize())}")
        for entry in known.values():
            if entry.kind == kind:
                marks = ("  [pull]" if entry.download else "") + (
                    "" if entry.redistributable else "  [not to be passed on]"
                )
                click.echo(f"  {entry.id:{width}}  {entry.title}{marks}")
    click.echo("\n[pull]: homeground data pull NAME downloads it. For the others, --json has the publisher's page.")


_TITLES = {
    "index": "Indices",
    "indicators": "Indicators behind indices",
    "summary": "Summaries for larger areas",
    "trends": "Indices over time",
    "lookup": "Lookups between areas",
    "population": "People",
    "boundaries": "Boundaries and centres",
    "profile": "Who lives there",
    "outcomes": "Outcomes",
    "funding": "Funding",
    "table": "Other tables",
}


def _order(kind: str) -> int:
    return [*_TITLES].index(kind) if kind in _TITLES else len(_TITLES)
