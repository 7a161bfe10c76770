"""``homeground understand grants``"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeground.cli.common import data_option, emit, json_option, quiet_option, say, seed_option, tell_notes

if TYPE_CHECKING:
    from homeground.journey.grants import Choices, GrantsOfFiles

__all__ = ["grants"]

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@data_option
@click.option("--preset", help="A cohort to compare: the name of a shipped list or a cohort file (.toml).")
@click.option("--cohort", type=_FILE, help="A finished cohort: a table with area_code and cohort.")
@click.option("--left-behind-column", help="Heading that marks the published list, to take the preset's place.")
@click.option("--level", help="The areas of the result: ward17, lsoa21, msoa21, lad24 …")
@click.option("--population", type=_FILE, help="People of each area: area_code, population, and year if several.")
@click.option("--postcodes", type=_FILE, help="Postcode lookup in the layout of the ONS Postcode Directory.")
@click.option("--deflator", type=_FILE, help="GDP deflator in place of the shipped one: year, index.")
@click.option("--price-year", type=int, help="Whose prices real figures are in (default: the deflator's last year).")
@click.option("--themes", type=_FILE, help="Your own themes: a table with programme and theme.")
@click.option("--funder", "funders", multiple=True, help="Keep awards of this funder only (identifier or name).")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Keep awards from this date on.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Keep awards up to this date.")
@click.option("--areas", "areas", multiple=True, help="Export only awards that land in this area (code).")
@click.option("--keep-good", is_flag=True, help="Go on with the rows that are right, and tell the others.")
@click.option("--mend", is_flag=True, help="Repair what can be repaired without guessing.")
@click.option("--spend-endowments", is_flag=True, help="Spread endowments over the years in which they are spent.")
@click.option("--keep-near-repeats", is_flag=True, help="Do not join awards that only nearly repeat one another.")
@click.option("--count-individuals", is_flag=True, help="Count grants to people too.")
@click.option("--constant-panel", is_flag=True, help="Only funders that published in every year.")
@click.option("--export", type=click.Path(path_type=Path), help="Write the awards as 360Giving (.json, .csv).")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the ledger and the tables.")
@seed_option
@json_option
@quiet_option
def grants(files: tuple[Path, ...], out: Path | None, as_json: bool, quiet: bool, **options: Any) -> None:
    """Say what places were given, and where less arrived.

    From 360Giving files, or a table already summed by area, year and funder: each grant counted once, money passed on
    counted where it arrived, placed in three series (by recipient, by the best place known, and the bounds), a head and
    per 10,000 people, by cohort; and the places that received clearly less than others with the same need.

    \b
    Example:
      homeground understand grants awards.json --preset left-behind-wards-2019 --data my-downloads --out grants
      homeground understand grants a.csv b.xlsx --cohort wards.csv --postcodes onspd.csv --keep-good --json
    """
    import datetime as dt

    from homeground.journey.grants import build_grants
    from homeground.journey.grants_out import summary, write_folder, write_problems

    chosen = _choices(options)
    places = ("data", "preset", "cohort", "left_behind_column", "level", "population", "postcodes", "deflator")
    found = build_grants(
        list(files),
        choices=chosen,
        programmes=_programmes(options["themes"]),
        today=dt.datetime.now(tz=dt.UTC).date(),
        **{name: options[name] for name in places},
    )
    if found.grants is None:
        if out is not None:
            say(f"Written: {write_problems(found.problems, out)}", quiet=quiet)
        if as_json:
            emit(summary(found))
        _refuse(found)
        return
    written = write_folder(found, out) if out is not None else []
    exported = _export(found, options["export"], chosen)
    if as_json:
        emit(summary(found))
    for line in _words(found):
        say(line, quiet=quiet)
    if written:
        say(f"Written: {len(written)} files in {out}", quiet=quiet)
    if exported:
        say(f"Written: {', '.join(str(path) for path in exported)}", quiet=quiet)
    tell_notes(found.grants.notes, quiet=quiet)


def _choices(options: dict[str, Any]) -> Choices:
    from homeground.journey.grants import Choices

    return Choices(
        keep_good=options["keep_good"],
        mend=options["mend"],
        funders=options["funders"],
        since=options["since"].date() if options["since"] else None,
        until=options["until"].date() if options["until"] else None,
        areas=options["areas"],
        spend_endowments=options["spend_endowments"],
        join_near=not options["keep_near_repeats"],
        constant_panel=options["constant_panel"],
        individuals=options["count_individuals"],
        price_year=options["price_year"],
        seed=options["seed"],
    )


def _programmes(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    from homeground.sources.folder import open_file
    from homeground.tables import require_columns

    opened = open_file(path)
    require_columns(opened.table, ["programme", "theme"], file=opened.file)
    return {str(programme): str(theme) for programme, theme in opened.table.select("programme", "theme").iter_rows()}


def _export(found: GrantsOfFiles, target: Path | None, choices: Choices) -> list[Path]:
    if target is None:
        return []
    from homeground.journey.grants_out import export

    return export(found, target, areas=choices.areas)


def _refuse(found: GrantsOfFiles) -> None:
    from homeground.words import count

    first = found.problems.filter(found.problems["kind"] == "error").head(5)
    click.echo(
        f"Error: {count(found.errors, 'problem')} in {count(len(found.files), 'file')}; {found.good:,} of "
        f"{found.rows:,} grants are right. Mend them (--out DIR writes problems.csv), or say --mend, or go on without "
        "them: --keep-good.",
        err=True,
    )
    for row in first.iter_rows(named=True):
        where = f"{row['file']}, row {row['row']}{', ' if row['field'] else ''}{row['field']}"
        click.echo(f"  {where}: {row['problem']}. {row['remedy']}", err=True)
    sys.exit(2)


def _words(found: GrantsOfFiles) -> list[str]:
    """Return the findings in sentences."""
    from homeground.money import in_words
    from homeground.words import count

    made = found.grants
    assert made is not None
    total = found.amounts.get("GBP", "0.00")
    some_files = count(len(found.files), "file")
    lines = [f"{found.good:,} grants with £{total} in {some_files}; {in_words(made.counted_pence)} counts."]
    if made.by_cohort.width == 0:
        return [*lines, "Nothing says where to look: give --preset, --cohort or --population to see places."]
    for series, said in (("recipient", "by where recipients are registered"), ("best", "by the best place known")):
        some = made.by_cohort.filter(made.by_cohort["series"] == series)
        figures = [
            f"{row['cohort']} £{row['gbp_per_head']:,.2f} a head and {row['grants_per_10000']:.2f} grants per 10,000"
            for row in some.iter_rows(named=True)
            if row["gbp_per_head"] is not None
        ]
        if figures:
            lines.append(f"Less is worse; {said}: {'; '.join(figures)}.")
    cold = made.table.filter("cold_spot").sort("cold_spot_probability", descending=True)
    lines += cold["cold_spot_sentence"].head(3).to_list()
    return lines
