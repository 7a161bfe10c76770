"""``homeground find report``"""

from __future__ import annotations

import datetime as dt
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeground.cli.common import data_option, emit, json_option, quiet_option, say, seed_option, tell_notes

if TYPE_CHECKING:
    from homeground.journey.report import Material, Written

__all__ = ["report"]

_FILE = click.Path(path_type=Path)


@click.command()
@click.option("--preset", help="Name of a shipped list (find cohort --list) or a cohort file (.toml).")
@data_option
@click.option("--cohort", type=_FILE, help="Instead of a preset: a finished list, as find cohort writes it.")
@click.option("--certainty", "certainty_file", type=_FILE, help="With --cohort: the table find certainty wrote.")
@click.option("--boundaries", type=_FILE, help="With --cohort: boundaries of the areas, for the map.")
@click.option("--boundary-code-column", help="Heading of the area codes in --boundaries.")
@click.option("--outlines", type=_FILE, help="With --cohort: boundaries of larger areas to draw beneath.")
@click.option(
    "--deprivation-of", type=click.IntRange(1), help="With --cohort: how many areas the deprivation ranks are of."
)
@click.option("--need-of", type=click.IntRange(1), help="With --cohort: how many areas the need ranks are of.")
@click.option("--title", help="Name of the list (default: the preset's, or the name of the file).")
@click.option(
    "--draws", type=click.IntRange(1), default=200, show_default=True, help="How often the list is made again."
)
@click.option("--no-certainty", is_flag=True, help="Do not work out how sure the list is.")
@seed_option
@click.option("--formats", default="csv,parquet,gpkg,xlsx", show_default=True,
              help="Data files beside the page, with commas between; 'none' for none.")  # fmt: skip
@click.option("--contact", default="", help="Whom to tell when something on the page is wrong.")
@click.option("--date", "made_on", type=click.DateTime(["%Y-%m-%d"]), help="The day to print (default: today).")
@click.option("--out", type=_FILE, required=True, help="The page to write; its name ends in .html.")
@json_option
@quiet_option
def report(out: Path, formats: str, made_on: dt.datetime | None, as_json: bool, quiet: bool, **options: Any) -> None:
    """Write the list as one readable page, with map and data.

    The page is one HTML file without scripts. It works without the internet, on a phone and on paper.

    \b
    Example:
      homeground find report --preset left-behind-wards-2019 --data my-downloads --out report.html
      homeground find report --cohort wards.csv --boundaries wards.gpkg --out report.html --formats csv,xlsx
    """
    from homeground.journey.report import plan_files, write_report

    wanted = (
        []
        if formats.strip().lower() == "none"
        else [kind.strip().lower() for kind in formats.split(",") if kind.strip()]
    )
    plan_files(out, wanted)
    day = made_on.date() if made_on else dt.datetime.now().astimezone().date()
    material = _material(options, quiet=quiet)
    command = _command(options, out=out, formats=formats, day=day)
    written = write_report(material, out, formats=wanted, made_on=day, command=command, contact=options["contact"])
    tell_notes(material.notes, quiet=quiet)
    if as_json:
        emit(_summary(material, written, options))
        return
    for missing in written.absent:
        say(f"Not there: {missing.what}. {missing.why}. {missing.remedy}", quiet=quiet)
    for item in written.downloads:
        say(f"Written: {out.with_name(item.file)}", quiet=quiet)
    say(f"Written: {out}", quiet=quiet)


_WITH_COHORT = ("certainty_file", "boundaries", "boundary_code_column", "outlines", "deprivation_of", "need_of")


def _material(options: dict[str, Any], *, quiet: bool) -> Material:
    from dataclasses import replace

    from homeground.errors import BadSpecification
    from homeground.journey.report import from_preset, from_tables
    from homeground.sources import presets

    if (options["preset"] is None) == (options["cohort"] is None):
        problem = "it is not said which list" if options["preset"] is None else "--preset and --cohort are both given"
        raise BadSpecification(problem, remedy=f"Give --preset NAME ({', '.join(presets.shipped())}) or --cohort FILE.")
    title = options["title"] or ""
    if options["cohort"] is not None:
        return from_tables(
            options["cohort"],
            certainty=options["certainty_file"],
            boundaries=options["boundaries"],
            boundary_code_column=options["boundary_code_column"],
            outlines=options["outlines"],
            title=title,
            deprivation_of=options["deprivation_of"],
            need_of=options["need_of"],
        )
    alone = [_flag(name) for name in _WITH_COHORT if options[name] is not None]
    if alone:
        raise BadSpecification(f"{alone[0]} goes with --cohort, not with --preset", remedy="Leave it out.")
    if options["data"] is None:
        raise BadSpecification("a preset needs the official files", remedy="Say where they are: --data FOLDER.")
    draws = None if options["no_certainty"] else options["draws"]
    if draws:
        say(f"Making the list again {draws:,} times to see how sure it is …", quiet=quiet)
    material = from_preset(options["preset"], data=options["data"], draws=draws, seed=options["seed"])
    return replace(material, about=replace(material.about, title=title)) if title else material


def _flag(name: str) -> str:
    return f"--{name.removesuffix('_file').replace('_', '-')}"


def _command(options: dict[str, Any], *, out: Path, formats: str, day: dt.date) -> str:
    """Return the line that makes the same page again."""
    words = ["homeground", "find", "report"]
    for name, value in options.items():
        if value in (None, "", False) or name in ("draws", "seed", "no_certainty"):
            continue
        words += [_flag(name), _short(value)]
    if options["preset"] is not None:
        counted = ["--draws", str(options["draws"]), "--seed", str(options["seed"])]
        words += ["--no-certainty"] if options["no_certainty"] else counted
    return shlex.join([*words, "--formats", formats, "--date", day.isoformat(), "--out", _short(out)])


def _short(value: object) -> str:
    """Return a path as it can be published: a relative one as it is, of an absolute one the last part only."""
    return value.name or str(value) if isinstance(value, Path) and value.is_absolute() else str(value)


def _summary(material: Material, written: Written, options: dict[str, Any]) -> dict[str, Any]:
    import polars as pl

    table = written.table
    chosen = table.filter("selected")
    people = chosen["population"] if "population" in table.columns else None
    sure = dict(table["how_sure"].drop_nulls().value_counts().iter_rows())
    unplaced = (
        table.filter(pl.col("cohort") == "not placed")["area_code"].to_list() if "cohort" in table.columns else []
    )
    return {
        "title": material.about.title,
        "out": written.page,
        "bytes": written.size,
        "files": [{"file": item.file, "format": item.format, "bytes": item.size} for item in written.downloads],
        "absent": [{"what": item.what, "why": item.why, "remedy": item.remedy} for item in written.absent],
        "areas": table.height,
        "selected": chosen.height,
        "people": int(people.sum()) if people is not None and len(people) and not people.null_count() else None,
        "not_placed": unplaced,
        "how_sure": sure,
        "draws": material.reruns.draws if material.reruns else None,
        "seed": options["seed"] if material.reruns else None,
        "map": material.boundaries is not None,
        "notes": [note.text for note in material.notes],
        "sources": material.sources,
    }
