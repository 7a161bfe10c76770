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
_RULES = ["worst-on-both", "sum", "product", "worst-of-two"]
_DRAWS = 200


@click.command()
@click.option("--preset", help="Name of a shipped list (find cohort --list) or a cohort file (.toml).")
@data_option
@click.option("--rule", type=click.Choice(_RULES), help="With --preset: how the two rankings are brought together.")
@click.option("--share", type=float, help="With --preset: the worst share to take, above 0 to 1.")
@click.option("--count", type=int, help="With --preset: how many to take, instead of a share.")
@click.option("--level", help="With --preset: make the list for larger areas that it knows: msoa, ward.")
@click.option("--minimum-population", type=float, help="With --preset: choose no area with fewer people.")
@click.option("--exclude", multiple=True, help="With --preset: code of an area not to choose, or a file of codes.")
@click.option("--cap", type=int, help="With --preset: choose at most this many in one larger area.")
@click.option("--cap-by", help="With --preset: column with the larger area (default: larger_area).")
@click.option("--vary", help="What is in doubt, as find certainty takes it (default: weights,threshold).")
@click.option("--spec", type=_FILE, help="What is in doubt, as a file (.toml), instead of --vary.")
@click.option("--draws", type=click.IntRange(1, 1_000_000), help="How often the list is made again (default: 200).")
@click.option("--no-certainty", is_flag=True, help="Do not work out how sure the list is.")
@seed_option
@click.option("--cohort", type=_FILE, help="Instead of a preset: a finished list, as find cohort writes it.")
@click.option("--certainty", "certainty_file", type=_FILE, help="With --cohort: the table that find certainty wrote.")
@click.option("--boundaries", type=_FILE, help="With --cohort: boundaries of the areas, for the map.")
@click.option("--boundary-code-column", help="Heading of the area codes in --boundaries.")
@click.option("--outlines", type=_FILE, help="With --cohort: boundaries of larger areas to draw beneath.")
@click.option("--deprivation-of", type=click.IntRange(1), help="With --cohort: how many areas have a deprivation rank.")
@click.option("--need-of", type=click.IntRange(1), help="With --cohort: how many areas have a need rank.")
@click.option("--title", help="Name of the list (default: the preset's, or the name of the file).")
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
      homeground find report --preset left-behind-lsoas-2025 --data my-downloads --vary weights,rule --out report.html
      homeground find report --cohort wards.csv --boundaries wards.gpkg --out report.html --formats csv,xlsx
    """
    from homeground.journey.report import plan_files, write_report

    asked = [kind.strip().lower() for kind in formats.split(",") if kind.strip()]
    wanted = [] if asked == ["none"] else asked
    plan_files(out, wanted)
    day = made_on.date() if made_on else dt.datetime.now().astimezone().date()
    material = _material(options, quiet=quiet)
    command = _command(options, out=out, formats=formats, day=day)
    written = write_report(material, out, formats=wanted, made_on=day, command=command, contact=options["contact"])
    if as_json:
        emit(_summary(material, written))
        tell_notes(material.notes, quiet=quiet)
        return
    for caution in material.about.cautions:
        say(f"Mind: {caution}", quiet=quiet)
    for missing in written.absent:
        say(f"Not there: {missing.what}. {missing.why}. {missing.remedy}", quiet=quiet)
    for item in written.downloads:
        say(f"Written: {out.with_name(item.file)}", quiet=quiet)
    say(f"Written: {out}", quiet=quiet)
    tell_notes(material.notes, quiet=quiet)


_CHOICES = ("rule", "share", "count", "level", "minimum_population", "exclude", "cap", "cap_by")
_WITH_PRESET = (*_CHOICES, "vary", "spec", "draws", "no_certainty")
_WITH_COHORT = ("certainty_file", "boundaries", "boundary_code_column", "outlines", "deprivation_of", "need_of")


def _material(options: dict[str, Any], *, quiet: bool) -> Material:
    from dataclasses import replace

    from homeground.errors import BadSpecification
    from homeground.journey.report import from_tables
    from homeground.sources import presets

    finished = options["cohort"] is not None
    if (options["preset"] is None) == (options["cohort"] is None):
        problem = "--preset and --cohort are both given" if finished else "it is not said which list"
        raise BadSpecification(problem, remedy=f"Give --preset NAME ({', '.join(presets.shipped())}) or --cohort FILE.")
    stray = [name for name in (_WITH_PRESET if finished else _WITH_COHORT) if options[name] not in (None, (), False)]
    if stray:
        ways = ("--preset", "--cohort") if finished else ("--cohort", "--preset")
        raise BadSpecification(f"{_flag(stray[0])} goes with {ways[0]}, not with {ways[1]}", remedy="Leave it out.")
    if not finished:
        material = _computed(options, quiet=quiet)
        title = options["title"] or ""
        return replace(material, about=replace(material.about, title=title)) if title else material
    return from_tables(
        options["cohort"],
        certainty=options["certainty_file"],
        data=options["data"],
        boundaries=options["boundaries"],
        boundary_code_column=options["boundary_code_column"],
        outlines=options["outlines"],
        title=options["title"] or "",
        deprivation_of=options["deprivation_of"],
        need_of=options["need_of"],
    )


def _computed(options: dict[str, Any], *, quiet: bool) -> Material:
    from homeground.cli.find.doubting import spec_from
    from homeground.errors import BadSpecification
    from homeground.journey.report import from_preset

    if options["data"] is None:
        raise BadSpecification("a preset needs the official files", remedy="Say where they are: --data FOLDER.")
    doubted = options["vary"] is not None or options["spec"] is not None
    if options["no_certainty"] and (doubted or options["draws"]):
        raise BadSpecification("--no-certainty is given, and what to draw", remedy="Give one of the two.")
    spec = None
    if doubted:
        draws = options["draws"] if options["spec"] is not None else options["draws"] or _DRAWS
        spec = spec_from({**options, "draws": draws, "edition": ()})
    draws = None if options["no_certainty"] else spec.draws if spec else options["draws"] or _DRAWS
    if draws:
        say(f"Making the list again {draws:,} times to see how sure it is …", quiet=quiet)
    return from_preset(
        options["preset"],
        data=options["data"],
        draws=draws,
        seed=options["seed"],
        spec=spec,
        **{name: options[name] for name in _CHOICES},
    )


def _flag(name: str) -> str:
    return f"--{name.removesuffix('_file').replace('_', '-')}"


def _command(options: dict[str, Any], *, out: Path, formats: str, day: dt.date) -> str:
    """Return the line that makes the same page again."""
    words = ["homeground", "find", "report"]
    for name, value in options.items():
        if value in (None, "", (), False) or name == "seed":
            continue
        if value is True:
            words.append(_flag(name))
            continue
        for item in value if isinstance(value, tuple) else (value,):
            words += [_flag(name), _short(item)]
    if options["preset"] is not None and not options["no_certainty"]:
        drawn = [] if options["draws"] or options["spec"] is not None else ["--draws", str(_DRAWS)]
        given = click.get_current_context().get_parameter_source("seed") is not click.core.ParameterSource.DEFAULT
        words += drawn if options["spec"] is not None and not given else [*drawn, "--seed", str(options["seed"])]
    return shlex.join([*words, "--formats", formats, "--date", day.isoformat(), "--out", _short(out)])


def _short(value: object) -> str:
    """Return a path as it can be published: a relative one as it is, of an absolute one the last part only."""
    path = Path(str(value))
    return path.name or str(value) if path.is_absolute() else str(value)


def _summary(material: Material, written: Written) -> dict[str, Any]:
    import polars as pl

    table = written.table
    chosen = table.filter("selected")
    people = chosen["population"] if "population" in table.columns else pl.Series([None])
    unplaced = table.filter(pl.col("cohort") == "not placed") if "cohort" in table.columns else table.clear()
    return {
        "title": material.about.title,
        "out": written.page,
        "bytes": written.size,
        "files": [{"file": item.file, "format": item.format, "bytes": item.size} for item in written.downloads],
        "absent": [{"what": item.what, "why": item.why, "remedy": item.remedy} for item in written.absent],
        "areas": table.height,
        "selected": chosen.height,
        "people": None if people.null_count() or not len(people) else int(people.sum()),
        "not_placed": unplaced["area_code"].to_list(),
        "how_sure": dict(table["how_sure"].drop_nulls().value_counts().iter_rows()),
        "draws": material.reruns.draws if material.reruns else None,
        "seed": material.reruns.seed if material.reruns else None,
        "varied": material.reruns.varied if material.reruns else None,
        "map": material.boundaries is not None and all(item.what != "The map" for item in written.absent),
        "cautions": material.about.cautions,
        "notes": [note.text for note in material.notes],
        "sources": material.sources,
    }
