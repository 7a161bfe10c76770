"""``homeground find audit``"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeground.cli.common import data_option, emit, json_option, quiet_option, say, seed_option, tell_notes

if TYPE_CHECKING:
    from homeground.find.audit import Audit

__all__ = ["audit"]

_LEVELS = {"act": "Change it or defend it", "look": "Look at it", "fine": "This holds"}


@click.command()
@click.option("--method", required=True, help="Name of a shipped method (find index --list) or a method file (.toml).")
@click.option("--input", type=click.Path(path_type=Path), help="One table with all the columns the method names.")
@click.option("--area-column", help="Heading of the area codes in --input.")
@data_option
@click.option("--out", type=click.Path(path_type=Path), help="Where to write the report; it ends in .html.")
@click.option(
    "--tables",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the tables, one CSV per test (default: beside --out, <name>-tables).",
)
@click.option(
    "--samples",
    type=click.IntRange(8, 16_384),
    default=512,
    show_default=True,
    help="Base sample of the sensitivity analysis, raised to a power of two; more is surer and slower.",
)
@seed_option
@json_option
@quiet_option
def audit(
    method: str,
    input: Path | None,
    area_column: str | None,
    data: Path | None,
    out: Path | None,
    tables: Path | None,
    samples: int,
    seed: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Test an index as the OECD/JRC handbook asks: nine tests, in words, with every number behind them.

    Coverage, skew, correlations, reliability, effective weights, dominance, removal tests, Sobol sensitivity and rank
    bands. Without --out the findings are printed.

    \b
    Example:
      homeground find audit --method iod2025 --data my-downloads --out audit.html
      homeground find audit --method my.toml --input table.csv --area-column code --out audit.html --samples 1024
    """
    from homeground.journey.audit import audit_index, check_targets, write_audit

    check_targets(out, tables)
    found = audit_index(
        method,
        data=None if input else data,
        input=input,
        area_column=area_column,
        samples=samples,
        seed=seed,
        progress=lambda text: say(f"  {text}", quiet=quiet),
    )
    written = write_audit(found, out, tables=tables, command=_command(method, input, area_column, samples, seed))
    if as_json:
        emit(_summary(found, written))
    elif out is None and tables is None:
        for number, finding in enumerate(found.findings, 1):
            click.echo(f"{number}. {_LEVELS[finding.level]}: {finding}")
        for item in found.not_done:
            click.echo(f"Not done: {item.test}{f', {item.part}' if item.part else ''}: {item.why}.")
    else:
        count = sum(finding.level == "act" for finding in found.findings)
        say(f"{len(found.findings)} findings, {count} to change or defend. The first:", quiet=quiet)
        for finding in found.findings[:3]:
            say(f"- {finding}", quiet=quiet)
        say(f"Written: {out or tables}", quiet=quiet)
    tell_notes(found.notes, quiet=quiet)


def _command(method: str, input: Path | None, area_column: str | None, samples: int, seed: int) -> str:
    # Only names: the page is passed on, and the folders of one machine are nobody's business.
    words = ["homeground", "find", "audit", "--method", Path(method).name]
    words += ["--input", input.name] if input else ["--data", "FOLDER"]
    words += ["--area-column", area_column] if area_column else []
    words += ["--samples", str(samples), "--seed", str(seed), "--out", "audit.html"]
    return shlex.join(words)


def _summary(found: Audit, written: list[Path]) -> dict[str, Any]:
    level = [finding.level for finding in found.findings]
    shown = found.sensitivity
    return {
        "method": found.method.name,
        "title": found.title,
        "areas": found.areas,
        "scored": found.scored,
        "samples": found.samples,
        "runs": shown.runs if shown else 0,
        "seed": found.seed,
        "counts": {name: level.count(name) for name in _LEVELS},  # type: ignore[arg-type]
        "findings": [
            {"test": each.test, "level": each.level, "text": each.text, "todo": each.todo} for each in found.findings
        ],
        "not_done": [{"test": each.test, "part": each.part, "why": each.why} for each in found.not_done],
        "mean_rank_shift": shown.mean_rank_shift[0] if shown else None,
        "worst_tenth_turnover": shown.turnover[0] if shown else None,
        "tables": {name: table.height for name, table in found.tables.items()},
        "notes": [note.text for note in found.notes],
        "sources": found.sources,
        "written": written,
    }
