"""``homeground find cohort``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeground.cli.common import data_option, emit, json_option, out_option, quiet_option, say, tell_notes

if TYPE_CHECKING:
    import polars as pl

    from homeground.cohort_file import CohortFile
    from homeground.find.cohort import Cohort

__all__ = ["cohort"]

_RULES = ["worst-on-both", "sum", "product", "worst-of-two"]
_SHOWN = ["area_code", "area_name", "deprivation_rank", "need_rank", "selected", "cohort"]


@click.command()
@click.option("--preset", help="Name of a shipped list (see --list) or a cohort file (.toml).")
@data_option
@click.option("--deprivation", type=click.Path(path_type=Path), help="A table with the deprivation of each area.")
@click.option("--deprivation-column", help="Heading of its rank or score.")
@click.option("--need", type=click.Path(path_type=Path), help="A table with the community need of each area.")
@click.option("--need-column", help="Heading of its rank or score.")
@click.option("--holds", type=click.Choice(["rank", "score"]), default="rank", show_default=True,
              help="What the columns hold: ranks (1 is the most need) or scores (higher is more need).")  # fmt: skip
@click.option("--need-holds", type=click.Choice(["rank", "score"]), help="What --need-column holds, if it differs.")
@click.option("--area-column", help="Heading of the area codes in both tables.")
@click.option("--need-area-column", help="Heading of the area codes in --need, if it differs.")
@click.option("--name-column", help="Heading of the area names, in either table.")
@click.option("--population-column", help="Heading of the number of people, in either table.")
@click.option("--deprivation-of", type=click.IntRange(1), help="How many areas the deprivation ranks are of.")
@click.option("--need-of", type=click.IntRange(1), help="How many areas the need ranks are of.")
@click.option("--tied", type=click.IntRange(0), default=0, show_default=True,
              help="How many rows may repeat the rank of another row.")  # fmt: skip
@click.option("--rule", type=click.Choice(_RULES), help="How the two rankings are brought together.")
@click.option("--share", type=float, help="The worst share to take, above 0 to 1 (0.1: the worst tenth).")
@click.option("--count", type=int, help="How many to take, instead of a share.")
@click.option("--level", help="Make the list for larger areas that the preset knows: msoa, ward.")
@click.option("--areas", type=click.Path(path_type=Path),
              help="Areas to choose among; with a second column, the areas of your own they make up.")  # fmt: skip
@click.option("--minimum-population", type=float, help="Choose no area with fewer people.")
@click.option("--exclude", multiple=True, help="Code of an area not to choose, or a file of codes.")
@click.option("--cap", type=int, help="Choose at most this many in one larger area.")
@click.option("--cap-by", help="Column with the larger area (default: larger_area).")
@click.option("--other-deprived-share", type=float, help="The worst share that is 'other deprived'.")
@click.option("--rest", help="What all other areas are called (default: the preset's).")
@out_option
@json_option
@quiet_option
@click.option("--list", "list_presets", is_flag=True, is_eager=True, expose_value=False,
              callback=lambda context, _, wanted: _list(context, wanted), help="Name the shipped lists.")  # fmt: skip
def cohort(
    preset: str | None,
    data: Path | None,
    out: Path | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """List the left-behind places.

    Of every other place it says why it is not among them: each area is left behind, other deprived, rest of England, or
    not placed, with the reason. Rank 1 is the most need.

    \b
    Example:
      homeground find cohort --preset left-behind-wards-2019 --data my-downloads --out wards.csv
      homeground find cohort --preset left-behind-lsoas-2025 --data my-downloads --share 0.2 --json
      homeground find cohort --deprivation a.csv --deprivation-column imd --need a.csv --need-column cni --count 9
    """
    from homeground.journey.cohort import build_cohort

    if out is not None:
        from homeground.sources.writers import known_format

        known_format(out)
    chosen = {name: options[name] for name in _CHOICES}
    found = build_cohort(_asked_for(preset, options), data=data, **chosen)
    notes, written = list(found.notes), None
    if out is not None:
        notes, written = _write(found, out, data)
    if as_json:
        emit(_summary(found, [note.text for note in notes], written))
        tell_notes(notes, quiet=quiet)
        return
    for line in _words(found):
        say(line, quiet=quiet)
    if out is None:
        click.echo(_first(found).write_csv(), nl=False)
        say("These are the 20 with the most need. Write all areas with --out FILE.", quiet=quiet)
    else:
        say(f"Written: {out}", quiet=quiet)
    tell_notes(notes, quiet=quiet)


_CHOICES = (
    "rule", "share", "count", "level", "areas", "minimum_population", "exclude", "cap", "cap_by",
    "other_deprived_share", "rest",
)  # fmt: skip
_TABLES = ("deprivation", "deprivation_column", "need", "need_column")


def _asked_for(preset: str | None, options: dict[str, Any]) -> CohortFile | str:
    """Return the preset that was named, or the cohort file that stands for two tables."""
    from homeground.errors import BadSpecification
    from homeground.journey.cohort import own_cohort
    from homeground.sources import presets

    given = [name for name in _TABLES if options[name] is not None]
    if preset is not None:
        if given:
            raise BadSpecification(
                f"--preset and --{given[0].replace('_', '-')} are both given", remedy="Give a preset, or two tables."
            )
        return preset
    if not given:
        raise BadSpecification(
            "it is not said which list",
            remedy=f"Give --preset NAME ({', '.join(presets.shipped())}), or two tables: --deprivation and --need.",
        )
    missing = [f"--{name.replace('_', '-')}" for name in _TABLES if options[name] is None]
    if missing:
        raise BadSpecification(f"with two tables {missing[0]} is needed too", remedy=f"Add {missing[0]}.")
    return own_cohort(
        options["deprivation"],
        options["need"],
        deprivation_column=options["deprivation_column"],
        need_column=options["need_column"],
        deprivation_holds=options["holds"],
        need_holds=options["need_holds"] or options["holds"],
        area_column=options["area_column"],
        need_area_column=options["need_area_column"],
        deprivation_of=options["deprivation_of"],
        need_of=options["need_of"],
        tied=options["tied"],
        name_column=options["name_column"],
        population_column=options["population_column"],
    )


def _write(found: Cohort, out: Path, data: Path | None) -> tuple[list[Any], Path]:
    from homeground.journey.cohort import boundaries_of
    from homeground.sources.writers import known_format, write_table, writing_notes

    drawn = boundaries_of(found, data) if known_format(out) in ("gpkg", "geojson") else None
    shapes, crs = drawn or (None, "EPSG:4326")
    notes = [*found.notes, *writing_notes(found.table, out, boundaries=shapes)]
    write_table(
        found.table,
        out,
        title=found.title,
        sources=found.sources,
        notes=found.notes,
        boundaries=shapes,
        crs=crs,
        descriptions=_MEANINGS,
    )
    return notes, out


_MEANINGS = {
    "area_code": "code of the area",
    "area_name": "name of the area",
    "deprivation_rank": "rank by deprivation; 1 is the most deprived",
    "need_rank": "rank by community need; 1 is the most need",
    "selected": "whether the area is on the list",
    "cohort": "the list, other deprived (worst share of deprivation, not on the list), the rest, or not placed",
    "reason": "why the area could not be placed, or was left out by an exclusion, the minimum population or a cap",
    "larger_area": "code of the larger area it lies in",
    "larger_area_name": "name of the larger area",
    "population": "people who live there",
    "combined_need": "what the rule puts areas in order by; higher is more need",
    "boundary_year": "year of the boundaries behind the codes",
}


def _summary(found: Cohort, notes: list[str], out: Path | None) -> dict[str, Any]:
    from homeground.find.cohort import OTHER_DEPRIVED

    counts = dict(found.table["cohort"].value_counts().iter_rows())
    return {
        "cohort": found.name,
        "title": found.title,
        "rule": {"rule": found.rule.rule, "share": found.rule.share, "count": found.rule.count},
        "ranked": {"deprivation": found.n_deprivation, "need": found.n_need},
        "areas": found.table.height,
        "selected": len(found.selected),
        "other_deprived": counts.get(OTHER_DEPRIVED, 0),
        "rest": counts.get(found.rest, 0),
        "not_placed": list(found.unplaced),
        "not_on_the_list": list(found.uncovered),
        "people": found.people,
        "notes": notes,
        "sources": found.sources,
        "out": out,
    }


def _words(found: Cohort) -> list[str]:
    from homeground.find.cohort import NOT_PLACED

    rows = dict(found.table["cohort"].value_counts().iter_rows())
    people = f", with {found.people:,} people" if found.people is not None else ""
    lines = [f"{found.title}: {len(found.selected):,} of {found.table.height:,} areas{people}."]
    others = [f"{rows[name]:,} {name}" for name in rows if name not in (found.label, NOT_PLACED)]
    lines.append(f"The others: {'; '.join(sorted(others))}; {len(found.unplaced):,} not placed.")
    return lines


def _first(found: Cohort) -> pl.DataFrame:
    order = ["selected", "combined_need", "area_code"]
    ordered = found.table.sort(order, descending=[True, True, False], nulls_last=True)
    return ordered.select(*_SHOWN, "reason").head(20)


def _list(context: click.Context, wanted: bool) -> None:
    if not wanted:
        return
    from homeground.sources import presets

    for name in presets.shipped():
        click.echo(f"{name:28} {presets.load(name).title}")
    context.exit(0)
