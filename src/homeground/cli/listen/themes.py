"""``homeground listen themes``"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeground.cli.common import emit, json_option, quiet_option, say, seed_option, tell_notes
from homeground.cli.listen.reading import chosen_model, column_option, model_options, reader

if TYPE_CHECKING:
    import polars as pl

    from homeground.journey.listening import Heard
    from homeground.listen.themes import Themes

__all__ = ["themes"]


@click.command()
@click.argument("notes", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@column_option
@click.option("--grain", type=click.Choice(["coarser", "middle", "finer"]), default="middle", show_default=True,
              help="How many themes: there is no right number.")  # fmt: skip
@model_options
@seed_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the themes (.json).")
@json_option
@quiet_option
def themes(
    notes: Path,
    column: str | None,
    grain: Any,
    model: Path | None,
    no_model: bool,
    seed: int,
    out: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Propose themes from what people said, each with its quotes; nothing is left out.

    People decide: confirm, merge, split or rename what is proposed, then see `homeground listen suggest`.

    \b
    Example:
      homeground listen themes notes.csv --text-column said --out themes.json
    """
    from homeground.errors import BadSpecification
    from homeground.journey.listening import themes_of
    from homeground.sources.writers import write_text

    if out is not None and out.suffix.lower() != ".json":
        raise BadSpecification(
            f"--out: {out} does not end in .json", remedy="Themes hold quotes, so write them as JSON."
        )
    heard, found = themes_of(
        notes, column=column, grain=grain, seed=seed, model=chosen_model(model, no_model=no_model),
        progress=reader(quiet=quiet),
    )  # fmt: skip
    result = _told(notes, heard, found, seed)
    if out is not None:
        write_text(out, json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    if as_json:
        emit({**result, "out": out})
    else:
        for one in result["themes"]:
            click.echo(f"{one['people']:>5} people  {one['label']}  “{one['quotes'][0]['text']}”")
        click.echo(f"{len(result['alone']):>5} things that one person said")
    if not found.order_is_sure:
        say("Some themes are about equally large: do not rank them.", quiet=quiet)
    if out is not None:
        say(f"Written: {out}", quiet=quiet)
    tell_notes([*heard.said.told, *found.notes], quiet=quiet)


def _told(file: Path, heard: Heard, found: Themes, seed: int) -> dict[str, Any]:
    quotes = _quotes(found.points)
    return {
        "file": file.name,
        "notes": heard.said.notes.height,
        "notes_with_words": found.points["note"].n_unique(),
        "points": found.points.height,
        "grain": found.grain,
        "seed": seed,
        "model": heard.sources[0].id if heard.sources else None,
        "order_is_sure": found.order_is_sure,
        "themes": [
            {**{name: value for name, value in row.items() if name != "central"}, "quotes": quotes[row["theme"]]}
            for row in found.themes.iter_rows(named=True)
        ],
        "alone": quotes.get(None, []),
        "note_themes": found.note_themes.to_dicts(),
        "told": [note.text for note in (*heard.said.told, *found.notes)],
    }


def _quotes(points: pl.DataFrame) -> dict[int | None, list[dict[str, Any]]]:
    """Return the quotes of each theme, the most central first."""
    found: dict[int | None, list[dict[str, Any]]] = {}
    for row in points.sort(["closeness", "note", "start"], descending=[True, False, False]).iter_rows(named=True):
        found.setdefault(row.pop("theme"), []).append(row)
    return found
