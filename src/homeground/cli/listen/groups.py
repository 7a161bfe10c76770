"""``homeground listen groups``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeground.cli.common import emit, json_option, quiet_option, say, seed_option, tell_notes

if TYPE_CHECKING:
    from homeground.listen.groups import Groups

__all__ = ["groups"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_MOST = 5


@click.command()
@click.argument("votes", type=_FILE)
@click.option("--statements", type=_FILE, help="comments.csv of Polis: the words, and what moderators rejected.")
@click.option(
    "--groups", "number", type=click.IntRange(2, 5), help="How many groups (default: the clearest of 2 to 5)."
)
@click.option("--fewest-votes", type=click.IntRange(1), default=7, show_default=True,
              help="Who voted on fewer statements stands in no group.")  # fmt: skip
@seed_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False),
              help="Folder for people.csv, statements.csv and by_group.csv.")  # fmt: skip
@json_option
@quiet_option
def groups(
    votes: Path,
    statements: Path | None,
    number: int | None,
    fewest_votes: int,
    seed: int,
    out: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Find who votes alike on statements, what all groups share and what divides them.

    VOTES is votes.csv or participants-votes.csv as Polis exports them: 1 agree, 0 pass, -1 disagree.

    \b
    Example:
      homeground listen groups votes.csv --statements comments.csv --out groups
    """
    from homeground.journey.listening import groups_of
    from homeground.sources.writers import write_table

    found, words = groups_of(votes, statements=statements, groups=number, fewest_votes=fewest_votes, seed=seed)
    if out is not None:
        for name, title in (
            ("people", "Where people stand"),
            ("statements", "Statements"),
            ("by_group", "Group by group"),
        ):
            write_table(getattr(found, name), out / f"{name}.csv", title=title, notes=found.notes)
    if as_json:
        emit(_summary(found, words, out))
    else:
        for line in _lines(found, words):
            click.echo(line)
    if out is not None:
        say(f"Written: {out}", quiet=quiet)
    tell_notes(found.notes, quiet=quiet)


def _said(statement: object, words: dict[str, str]) -> str:
    return words.get(str(statement)) or f"statement {statement}"


def _lines(found: Groups, words: dict[str, str]) -> list[str]:
    sizes = found.people["group"].drop_nulls().value_counts().sort("group").iter_rows()
    lines = ["What all groups share:"]
    shared = found.statements.sort("shared", descending=True).head(_MOST)
    lines += [f"  {_said(row['statement'], words)}" for row in shared.iter_rows(named=True)]
    lines.append("What divides:")
    divides = found.statements.sort("divides", descending=True).head(_MOST)
    lines += [f"  {_said(row['statement'], words)}" for row in divides.iter_rows(named=True)]
    for group, people in sizes:
        lines.append(f"People who stand together ({people}):")
        marks = found.by_group.filter(group=group).drop_nulls("stands_for").sort("times", descending=True).head(_MOST)
        lines += [f"  {row['stands_for']}: {_said(row['statement'], words)}" for row in marks.iter_rows(named=True)]
    return lines


def _summary(found: Groups, words: dict[str, str], out: Path | None) -> dict[str, Any]:
    sizes = found.people["group"].drop_nulls().value_counts().sort("group")
    return {
        "people": found.people.to_dicts(),
        "groups": [{"group": group, "people": people} for group, people in sizes.iter_rows()],
        "statements": [{**row, "text": words.get(str(row["statement"]))} for row in found.statements.to_dicts()],
        "by_group": found.by_group.to_dicts(),
        "explained": found.explained,
        "silhouette": found.silhouette,
        "notes": [note.text for note in found.notes],
        "out": out,
    }
