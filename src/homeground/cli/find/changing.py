"""What ``homeground find certainty --change FROM TO`` does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeground.cli.common import emit, say, tell_notes

if TYPE_CHECKING:
    from homeground.find.change import Change

__all__ = ["do_change"]


def do_change(options: dict[str, Any], out: Path | None, *, as_json: bool, quiet: bool) -> None:
    """Split the change between two editions, and say, print or write it."""
    from homeground.errors import BadSpecification
    from homeground.journey.change import change_between

    clash = [name for name in ("preset", "vary", "spec", "explain", "deprivation_method") if options[name] is not None]
    if clash:
        raise BadSpecification(
            f"--change and --{clash[0].replace('_', '-')} are given together",
            remedy="Ask for the change between editions by itself.",
        )
    old, new = options["change"]
    found = change_between(
        old,
        new,
        data=options["data"],
        input_old=options["from_input"],
        input_new=options["input_"],
        area_column=options["area_column"],
        lookup=options["lookup"],
        need=options["need_method"],
        need_input=options["need_input"],
        rule=options["rule"],
        share=options["share"],
        count=options["count"],
        split=options["split"],
    )
    if out is not None:
        from homeground.sources.writers import write_table

        write_table(found.table, out, title=f"What changed: {old} to {new}", sources=found.sources, notes=found.notes)
    tell_notes(found.notes, quiet=quiet)
    if as_json:
        emit(_change_summary(found, old, new, out))
        return
    for line in _change_words(found):
        say(line, quiet=quiet)
    if out is None:
        moved = found.table.filter(found.table["move"].is_in(["joins", "leaves"])).sort("move", "area_code")
        click.echo(moved.drop("selected_from", "selected_to").head(20).write_csv(), nl=False)
        say("These are 20 of the places that moved. Write all places with --out FILE.", quiet=quiet)
    else:
        say(f"Written: {out}", quiet=quiet)


def _mean_effects(found: Change, what: str) -> dict[str, float]:
    return {cause: float(found.table[f"{what}_{cause}"].abs().mean() or 0.0) for cause in found.causes}  # type: ignore[arg-type]


def _change_summary(found: Change, old: str, new: str, out: Path | None) -> dict[str, Any]:
    return {
        "from": old,
        "to": new,
        "causes": list(found.causes),
        "areas": found.table.height,
        "listed_from": int(found.table["selected_from"].sum()),
        "listed_to": int(found.table["selected_to"].sum()),
        "joins": list(found.joins),
        "leaves": list(found.leaves),
        "reasons": found.reasons.to_dicts(),
        "mean_abs_score_effect": _mean_effects(found, "score"),
        "mean_abs_rank_effect": _mean_effects(found, "rank"),
        "notes": [note.text for note in found.notes],
        "sources": found.sources,
        "out": out,
    }


def _change_words(found: Change) -> list[str]:
    effects = _mean_effects(found, "score")
    said = ", ".join(f"{cause.replace('_', ' ')} {value:.2f}" for cause, value in effects.items())
    lines = [
        f"{len(found.joins):,} places join the list and {len(found.leaves):,} leave it.",
        f"The score of a place moved on average by these points, up or down, because of: {said}.",
    ]
    for row in found.reasons.iter_rows(named=True):
        cause = row["because"].replace("_", " ")
        lines.append(
            f"{row['areas']:,} {row['move'].replace('s', '', 1) if row['areas'] == 1 else row['move']}: {cause}."
        )
    return lines
