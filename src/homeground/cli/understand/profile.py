"""``homeground understand profile``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeground.cli.common import data_option, emit, json_option, quiet_option, say, tell_notes

if TYPE_CHECKING:
    from homeground.journey.profile import Desk
    from homeground.understand.profile import Profile
    from homeground.understand.profile_report import Chapter

__all__ = ["profile"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("place", required=False)
@data_option
@click.option("--kind", help="Only areas of this kind and year: ward17, lsoa21, msoa21, authority24 …")
@click.option("--name", default="", help="What to call a place of several areas.")
@click.option("--preset", multiple=True, help="Lists of places to set it beside (default: those shipped).")
@click.option("--cohort", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="A finished list (area_code, cohort) to set it beside, in place of the presets.")  # fmt: skip
@click.option("--theme", "themes", multiple=True, help="Only this theme; may be given more than once.")
@click.option("--grants", multiple=True, type=_FILE, metavar="FILE",
              help="Files of grants: the report tells what the place was given; repeat it.")  # fmt: skip
@click.option("--places", multiple=True, metavar="KIND=FILE",
              help="Lists of places to meet: the report tells what is within reach; repeat it.")  # fmt: skip
@click.option("--postcodes", type=_FILE, help="Postcode lookup (ONS Postcode Directory layout) for both.")
@click.option("--centroids", type=_FILE, help="Where people live in each area: codes, coordinates (else from --data).")
@click.option("--each", help="A profile of every place of a list: ward17, lsoa21, or a file of areas.")
@click.option("--format", "ending", default="html", show_default=True, help="With --each: the format of the files.")
@click.option("--fresh", is_flag=True, help="Read all files again, and keep nothing.")
@click.option("--out", type=click.Path(path_type=Path),
              help="Where to write; the ending chooses the format. With --each: a folder.")  # fmt: skip
@json_option
@quiet_option
def profile(
    place: str | None,
    data: Path | None,
    each: str | None,
    out: Path | None,
    ending: str,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Say what a place is like, beside left-behind places, other deprived places and England.

    PLACE is a code, a name, a file with area codes, or an outline (GeoJSON). Every figure comes with its limits, its
    rank, its change and a sentence; what is missing and what is hidden are told apart. With files of grants and lists
    of places to meet it also says what the place was given, and what is within reach.

    \b
    Example:
      homeground understand profile "Bispham, Blackpool" --data my-downloads
      homeground understand profile E05001644 --data my-downloads --out bispham.html
      homeground understand profile our-outline.geojson --name "Sandhaven" --data my-downloads --out sandhaven.csv
      homeground understand profile E05001644 --data my-downloads --grants grants.json --postcodes ONSPD.csv \\
        --places libraries=libraries.csv --places halls=halls.csv --out bispham.pdf
      homeground understand profile --each ward17 --data my-downloads --out reports --format html
    """
    from homeground.errors import BadSpecification
    from homeground.journey.profile import PRESETS, prepare

    if data is None:
        raise BadSpecification("it is not said where the figures are", remedy="Give the folder: --data my-downloads.")
    if (place is None) == (each is None):
        raise BadSpecification("give one place, or --each", remedy='Such as: homeground understand profile "Bispham".')
    if each is not None and (options["grants"] or options["places"]):
        raise BadSpecification(
            "--grants and --places go with one place, not with --each", remedy="Make the report of one place at a time."
        )
    _check_out(out, each, ending)
    desk = prepare(
        data,
        presets=options["preset"] or PRESETS,
        cohort=options["cohort"],
        cached=not options["fresh"],
        progress=lambda text: say(f"… {text}", quiet=quiet),
    )
    if each is not None:
        _many(desk, each, out, ending, options["themes"], as_json=as_json, quiet=quiet)
        return
    found = desk.profile(str(place), kind=options["kind"], name=options["name"], themes=options["themes"])
    found, chapters = _with_chapters(found, desk, out, options, quiet=quiet)
    written = _write(found, out, desk, chapters) if out is not None else []
    if as_json:
        emit(_summary(found, written) | {chapter.section.anchor: chapter.table.to_dicts() for chapter in chapters})
    else:
        _tell(found, chapters, quiet=quiet, out=out)
    tell_notes(found.notes, quiet=quiet)


def _with_chapters(
    found: Profile, desk: Desk, out: Path | None, options: dict[str, Any], *, quiet: bool
) -> tuple[Profile, tuple[Chapter, ...]]:
    """Return the profile with the sources of what else is told, and its chapters."""
    import datetime as dt
    from dataclasses import replace

    from homeground.cli.understand.reaching import place_lists
    from homeground.journey.profile import PRESETS
    from homeground.journey.profile_chapters import chapter_of_grants, chapter_of_places

    pictures = f"{out.stem}-charts" if out is not None and out.suffix.lower() == ".html" else ""
    made = []
    if options["grants"]:
        say("… reading the grants", quiet=quiet)
        today = dt.date.today()  # noqa: DTZ011  the reader's own day
        made.append(
            chapter_of_grants(
                desk, found.place, options["grants"], presets=options["preset"] or PRESETS, cohort=options["cohort"],
                postcodes=options["postcodes"], today=today, pictures=pictures,
            )
        )  # fmt: skip
    if options["places"]:
        say("… measuring what is within reach", quiet=quiet)
        lists = place_lists(options["places"], options)
        made.append(chapter_of_places(desk, found.place, lists, centroids=options["centroids"], pictures=pictures))
    sources = (*found.sources, *(source for one in made for source in one.sources))
    return replace(found, sources=tuple(dict.fromkeys(sources))), tuple(one.chapter for one in made)


def _check_out(out: Path | None, each: str | None, ending: str) -> None:
    from homeground.errors import BadSpecification
    from homeground.journey.profile_report import check_report

    if each is not None:
        if out is None:
            raise BadSpecification("--each needs a folder to write into", remedy="Give --out FOLDER.")
        check_report(out / f"place.{ending.lstrip('.')}")
    elif out is not None:
        check_report(out)


def _write(found: Profile, out: Path, desk: Desk, chapters: tuple[Chapter, ...]) -> list[Path]:
    import datetime as dt

    from homeground.journey.profile_report import write_profile

    today = dt.date.today()  # noqa: DTZ011  the reader's own day
    return write_profile(found, out, data=desk.data, made_on=today, more=chapters)


def _many(
    desk: Desk, each: str, out: Path | None, ending: str, themes: tuple[str, ...], *, as_json: bool, quiet: bool
) -> None:
    import datetime as dt

    from homeground.journey.profile import profiles_of
    from homeground.journey.profile_report import write_many

    assert out is not None
    node, codes = profiles_of(desk, each)
    written = 0
    today = dt.date.today()  # noqa: DTZ011  the reader's own day
    made = write_many(desk.each(node, codes, themes=themes), out, ending, data=desk.data, made_on=today)
    with click.progressbar(made, length=len(codes), label="Reports", file=_stderr(quiet)) as reports:
        for files in reports:
            written += len(files)
    if as_json:
        emit({"places": len(codes), "kind": node, "out": out, "files": written})
    say(f"Written: {len(codes):,} profiles into {out}", quiet=quiet)


def _stderr(quiet: bool) -> Any:
    import io
    import sys

    return io.StringIO() if quiet else sys.stderr


def _tell(found: Profile, chapters: tuple[Chapter, ...], *, quiet: bool, out: Path | None) -> None:
    from homeground.document.tree import Bullets, Paragraph
    from homeground.words import people

    place = found.place
    where = f", {place.authority_name}" if place.authority_name and place.authority_name != place.name else ""
    many = f": {people(place.population)} live here" if place.population == place.population else ""
    say(f"{place.name}{where}{many}.", quiet=quiet)
    for sentence in found.headlines:
        say(f"  * {sentence}", quiet=quiet)
    theme = ""
    for row in found.table.iter_rows(named=True):
        if row["theme"] != theme:
            theme = row["theme"]
            say(f"\n{theme.capitalize()}", quiet=quiet)
        change = row["change_sentence"]
        say(f"  {row['sentence']}{' ' + change if change else ''}", quiet=quiet)
    for chapter in chapters:
        say(f"\n{chapter.section.title}", quiet=quiet)
        for block in chapter.section.blocks:
            for text in (
                (block.text,) if isinstance(block, Paragraph) else block.items if isinstance(block, Bullets) else ()
            ):
                say(f"  {text}", quiet=quiet)
    if out is not None:
        say(f"\nWritten: {out}", quiet=quiet)
        if chapters and out.suffix.lower() not in (".html", ".pdf", ".docx", ".xlsx"):
            say("What it was given and what is within reach stand in reports and workbooks alone.", quiet=quiet)


def _summary(found: Profile, written: list[Path]) -> dict[str, Any]:
    place = found.place
    return {
        "place": {
            "name": place.name,
            "code": place.code,
            "kind": place.kind,
            "boundary_year": place.boundary_year,
            "population": place.population,
            "estimated_share": place.estimated_share,
            "authority": place.authority,
            "authority_name": place.authority_name,
            "parts": place.parts.to_dicts(),
        },
        "cohort": found.cohort,
        "among": found.among,
        "headlines": found.headlines,
        "indicators": found.table.to_dicts(),
        "beside": found.beside.to_dicts(),
        "over_time": found.over_time.to_dicts(),
        "nearest": found.nearest.to_dicts(),
        "notes": [note.text for note in found.notes],
        "sources": found.sources,
        "out": written,
    }
