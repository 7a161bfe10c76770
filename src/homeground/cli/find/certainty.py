"""``homeground find certainty``"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeground.cli.common import data_option, emit, json_option, out_option, quiet_option, say, seed_option, tell_notes
from homeground.cli.find.changing import do_change
from homeground.cli.find.doubting import spec_from

if TYPE_CHECKING:
    import polars as pl

    from homeground.find.certainty import Apart, Certainty
    from homeground.find.doubting.doubt import CertaintySpec
    from homeground.find.doubting.explanation import Explanation
    from homeground.journey.certainty import Ready

__all__ = ["certainty"]

_RULES = ["worst-on-both", "sum", "product", "worst-of-two"]
_FILE = click.Path(path_type=Path)


@click.command()
@click.option("--preset", help="Name of a shipped list (see find cohort --list) or a cohort file (.toml).")
@data_option
@click.option("--deprivation-method", help="Instead of a preset: a shipped method or a method file.")
@click.option("--need-method", help="Method of the second index; without it the list is the worst share of the first.")
@click.option("--input", "input_", type=_FILE, help="Table with the columns of these methods.")
@click.option("--need-input", type=_FILE, help="Table of --need-method, if it is another.")
@click.option("--deprivation", type=_FILE, help="Instead of methods: a table with a finished ranking of deprivation.")
@click.option("--deprivation-column", help="Heading of its rank or score.")
@click.option("--need", type=_FILE, help="A table with a finished ranking of community need.")
@click.option("--need-column", help="Heading of its rank or score.")
@click.option("--holds", type=click.Choice(["rank", "score"]), default="rank", show_default=True,
              help="What these columns hold: ranks (1 is the most need) or scores (higher is more need).")  # fmt: skip
@click.option("--area-column", help="Heading of the area codes in tables of your own.")
@click.option("--name-column", help="Heading of the area names in tables of your own.")
@click.option("--rule", type=click.Choice(_RULES), help="How the two indices are brought together.")
@click.option("--share", type=float, help="The worst share to take, above 0 to 1 (0.1: the worst tenth).")
@click.option("--count", type=int, help="How many to take, instead of a share.")
@click.option("--level", help="Make the list for larger areas that the preset knows: msoa, ward.")
@click.option("--minimum-population", type=float, help="Choose no area with fewer people.")
@click.option("--exclude", multiple=True, help="Code of an area not to choose, or a file of codes.")
@click.option("--cap", type=int, help="Choose at most this many in one larger area.")
@click.option("--cap-by", help="Column with the larger area (default: larger_area).")
@click.option("--vary", help="What is in doubt, e.g. weights,threshold=0.08-0.12 (default: weights,threshold).")
@click.option("--spec", type=_FILE, help="What is in doubt, as a file (.toml), instead of --vary.")
@click.option("--edition", multiple=True, help="A further preset or cohort file to draw the edition from.")
@click.option("--draws", type=click.IntRange(1, 1_000_000), help="Number of re-runs (default: 1000).")
@seed_option
@click.option("--executor", type=click.Choice(["serial", "processes", "dask"]), default="serial", show_default=True,
              help="Who computes; the result is the same to the last bit.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1), help="Number of processes or Dask workers.")
@click.option("--address", help="Address of a Dask scheduler that runs already.")
@click.option("--explain", metavar="CODE", help="Explain one place: what adds most, what would move it.")
@click.option("--against", metavar="CODE", help="Contrast it with this place.")
@click.option("--change", nargs=2, metavar="FROM TO",
              help="Split the change between two presets, or methods, into data, method and boundaries.")  # fmt: skip
@click.option("--from-input", type=_FILE, help="Table of the FROM method (that of TO is --input).")
@click.option("--lookup", type=_FILE, help="Lookup from the areas of FROM to those of TO.")
@click.option("--split", type=click.Choice(["auto", "full", "boundary"]), default="auto", show_default=True,
              help="full: refuse if data and method cannot be told apart.")  # fmt: skip
@out_option
@json_option
@quiet_option
@click.option("--schema", is_flag=True, is_eager=True, expose_value=False,
              callback=lambda context, _, wanted: _schema(context, wanted),
              help="Print the JSON Schema of --spec files.")  # fmt: skip
def certainty(out: Path | None, as_json: bool, quiet: bool, **options: Any) -> None:
    """Say how sure the list is, place by place; why a place is on it; what changed.

    The list is drawn up again with other weights, figures, scales, lines, rules or editions. The probability of a place
    (0 to 1) is the share of these re-runs in which it is on the list.

    \b
    --vary takes any of these, with commas between them and a setting after "=":
      weights             =CONCENTRATION (100), =domains, =indicators, or several: =50/domains/indicators
      noise               sampling error that the methods know; =SIZE states one where nothing is published
      normalisation       =exponential-rank/rank-to-normal/percentile/z/min-max
      threshold           =0.08-0.12 (a fifth below and above the given share by default)
      rule                =sum/product/worst-on-both/worst-of-two
      edition             with --edition, or =PRESET/PRESET

    \b
    Example:
      homeground find certainty --preset left-behind-wards-2019 --data my-downloads --out certainty.csv
      homeground find certainty --preset left-behind-wards-2019 --data my-downloads --vary weights,rule --json
      homeground find certainty --preset left-behind-wards-2019 --data my-downloads --explain E05001648
      homeground find certainty --change left-behind-lsoas-2023 left-behind-lsoas-2025 --data my-downloads
    """
    from homeground.errors import BadSpecification

    if out is not None:
        from homeground.sources.writers import known_format

        known_format(out)
    if options["against"] and not options["explain"]:
        raise BadSpecification("--against is given without --explain", remedy="Say which place: --explain CODE.")
    if options["change"]:
        do_change(options, out, as_json=as_json, quiet=quiet)
        return
    asked = options["vary"] or options["spec"] or options["draws"] or options["edition"]
    spec = spec_from(options) if asked or not options["explain"] else None
    ready = _ready(options, spec)
    explained = _explained(ready, options)
    if spec is None:
        _only_explained(explained, ready, out, as_json=as_json, quiet=quiet)
        return
    _do_draws(ready, spec, options, explained, out, as_json=as_json, quiet=quiet)


def _schema(context: click.Context, wanted: bool) -> None:
    if not wanted:
        return
    from homeground.find.doubting.doubt import specification_schema

    emit(specification_schema())
    context.exit(0)


# Which list.


def _ready(options: dict[str, Any], spec: CertaintySpec | None) -> Ready:
    from homeground.errors import BadSpecification
    from homeground.journey.certainty import own_list, preset_list
    from homeground.journey.cohort import own_cohort
    from homeground.sources import presets

    ways = [name for name in ("preset", "deprivation_method", "deprivation") if options[name] is not None]
    if len(ways) > 1:
        named = " and ".join(f"--{way.replace('_', '-')}" for way in ways)
        raise BadSpecification(f"{named} are given together", remedy="Name the list in one way.")
    if not ways:
        raise BadSpecification(
            "it is not said which list",
            remedy=f"Give --preset NAME ({', '.join(presets.shipped())}), or --deprivation-method with --input.",
        )
    noise = spec is not None and spec.noise is not None and spec.noise.published
    chosen = {name: options[name] for name in ("rule", "share", "count")}
    filters = {name: options[name] for name in ("level", "minimum_population", "exclude", "cap", "cap_by")}
    if ways == ["deprivation_method"]:
        unused = [name for name, value in filters.items() if value]
        if unused:
            raise BadSpecification(
                f"--{unused[0].replace('_', '-')} goes with a preset or a cohort file only",
                remedy="Write a cohort file that takes your methods, or leave it out.",
            )
        return own_list(
            options["deprivation_method"],
            options["need_method"],
            input=options["input_"],
            need_input=options["need_input"],
            data=options["data"],
            area_column=options["area_column"],
            name_column=options["name_column"],
            noise=noise,
            **chosen,
        )
    preset = options["preset"]
    if ways == ["deprivation"]:
        needed = ("deprivation_column", "need", "need_column")
        missing = [f"--{name.replace('_', '-')}" for name in needed if options[name] is None]
        if missing:
            raise BadSpecification(f"with two tables {missing[0]} is needed too", remedy=f"Add {missing[0]}.")
        preset = own_cohort(
            options["deprivation"],
            options["need"],
            deprivation_column=options["deprivation_column"],
            need_column=options["need_column"],
            deprivation_holds=options["holds"],
            need_holds=options["holds"],
            area_column=options["area_column"],
            name_column=options["name_column"],
        )
    editions = list(options["edition"])
    if spec is not None and spec.edition is not None:
        editions += [name for name in spec.edition.choices if name in presets.shipped() and name != preset]
    return preset_list(preset, data=options["data"], editions=editions, noise=noise, **chosen, **filters)


# The draws.


def _do_draws(
    ready: Ready,
    spec: CertaintySpec,
    options: dict[str, Any],
    explained: Explanation | None,
    out: Path | None,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    from homeground.journey.certainty import certainty_of

    found = certainty_of(
        ready,
        spec,
        executor=options["executor"],
        workers=options["workers"],
        address=options["address"],
        progress=None if quiet else _progress(),
    )
    notes = list(found.notes)
    if out is not None:
        notes = _write(found, ready, options["data"], out)
    if as_json:
        result = _summary(found, ready, [note.text for note in notes], out)
        emit({**result, "explanation": _as_dict(explained)} if explained is not None else result)
        tell_notes(notes, quiet=quiet)
        return
    for line in _words(found, ready):
        say(line, quiet=quiet)
    if explained is not None:
        row = found.table.filter(found.table["area_code"] == explained.area_code)
        for sentence in (*explained.sentences, row["sentence"][0]):
            click.echo(sentence)
    elif out is None:
        click.echo(_least_sure(found).write_csv(), nl=False)
        say("These are the 20 least sure places on the list. Write all places with --out FILE.", quiet=quiet)
    if out is not None:
        say(f"Written: {out}", quiet=quiet)
    tell_notes(notes, quiet=quiet)


def _progress() -> Callable[[int, int], None]:
    """Return what tells how far a long run is: nothing in the first two seconds, then at most every two."""
    start = last = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done in (0, total) or now - last < 2:
            return
        last = now
        left = (now - start) / done * (total - done)
        say(f"{done:,} of {total:,} re-runs done, about {max(left, 1):,.0f} s to go")

    return tell


_MEANINGS = {
    "area_code": "code of the area",
    "area_name": "name of the area",
    "deprivation_rank": "rank by the first index; 1 is the most need",
    "need_rank": "rank by community need; 1 is the most need",
    "selected": "whether the area is on the list as it stands",
    "cohort": "what the area is on the list as it stands",
    "probability": "share of the re-runs (0 to 1) in which the area is on the list",
    "probability_error": "Monte Carlo standard error of the probability",
    "deprivation_rank_low": "5th percentile of the rank over the re-runs",
    "deprivation_rank_high": "95th percentile of the rank over the re-runs",
    "need_rank_low": "5th percentile of the rank over the re-runs",
    "need_rank_high": "95th percentile of the rank over the re-runs",
    "sentence": "the same in words",
}


def _write(found: Certainty, ready: Ready, data: Path | None, out: Path) -> list[Any]:
    from homeground.journey.cohort import boundaries_of
    from homeground.sources.writers import known_format, write_table, writing_notes

    drawn = None
    if known_format(out) in ("gpkg", "geojson") and ready.found is not None:
        drawn = boundaries_of(ready.found, data)
    shapes, crs = drawn or (None, "EPSG:4326")
    meanings = {
        name: _MEANINGS.get(name, f"probability with {name.removeprefix('probability_')} alone in doubt")
        for name in found.table.columns
    }
    write_table(
        found.table,
        out,
        title=f"How sure: {ready.title}",
        sources=found.sources,
        notes=found.notes,
        boundaries=shapes,
        crs=crs,
        descriptions=meanings,
    )
    return [*found.notes, *writing_notes(found.table, out, boundaries=shapes)]


def _counts(apart: Apart) -> dict[str, Any]:
    return {
        "sure": apart.sure,
        "unsure": apart.below_half,
        "outsiders": apart.outsiders,
        "size": {"low": apart.size[0], "high": apart.size[1]},
    }


def _summary(found: Certainty, ready: Ready, notes: list[str], out: Path | None) -> dict[str, Any]:
    return {
        "title": ready.title,
        "draws": found.spec.draws,
        "seed": found.spec.seed,
        "varied": list(found.spec.sources),
        "places": found.table.height,
        "members": found.members,
        **_counts(found.together),
        "apart": {apart.source: _counts(apart) for apart in found.apart},
        "specification": found.spec.model_dump(mode="json", exclude_none=True),
        "notes": notes,
        "sources": found.sources,
        "out": out,
    }


def _words(found: Certainty, ready: Ready) -> list[str]:
    lines = [f"{ready.title}: {found.members:,} of {found.table.height:,} places are on the list."]
    for apart in (found.together, *(found.apart if len(found.apart) > 1 else ())):
        lead = "All in doubt together" if apart.source == "all" else f"{apart.source.capitalize()} alone"
        lines.append(
            f"{lead}: {apart.sure:,} of them are in at least 95 of 100 re-runs, {apart.below_half:,} in fewer than 50; "
            f"{apart.outsiders:,} others in more than 5. The list has {apart.size[0]:,} to {apart.size[1]:,} places "
            "(5th to 95th percentile)."
        )
    return lines


def _least_sure(found: Certainty) -> pl.DataFrame:
    columns = ["area_code", "area_name", "deprivation_rank", "need_rank", "probability", "sentence"]
    there = [name for name in columns if name in found.table.columns]
    return found.table.filter("selected").sort("probability", "area_code").select(there).head(20)


# One place.


def _explained(ready: Ready, options: dict[str, Any]) -> Explanation | None:
    if options["explain"] is None:
        return None
    from homeground.journey.certainty import explain_place

    return explain_place(ready, options["explain"].strip(), against=options["against"] and options["against"].strip())


def _only_explained(
    explained: Explanation | None, ready: Ready, out: Path | None, *, as_json: bool, quiet: bool
) -> None:
    assert explained is not None
    if out is not None:
        from homeground.sources.writers import write_table

        title = f"{explained.area_name}: why it is {'' if explained.selected else 'not '}on the list"
        notes = (*ready.notes, *explained.notes)
        write_table(_part_rows(explained), out, title=title, sources=ready.sources, notes=notes)
    tell_notes(explained.notes, quiet=quiet)
    if as_json:
        emit({**_as_dict(explained), "out": out})
        return
    for sentence in explained.sentences:
        click.echo(sentence)
    if out is not None:
        say(f"Written: {out}", quiet=quiet)


def _part_rows(explained: Explanation) -> pl.DataFrame:
    """Return one row for each index and part: what it adds, what it would have to be, and the contrast."""
    import polars as pl

    tables = []
    for found in explained.indices:
        rows = found.parts.join(found.changes.select("part", "value_needed", "rank_needed", "possible"), on="part")
        weights = found.weights.select("part", "weight_needed")
        rows = rows.join(weights, on="part", how="left", maintain_order="left")
        if found.contrast is not None:
            rows = rows.join(found.contrast.select("part", "other_value", "difference"), on="part")
        tables.append(rows.select(pl.lit(found.role).alias("index"), pl.all()))
    return pl.concat(tables) if tables else pl.DataFrame({"index": []}, schema={"index": pl.String})


def _as_dict(explained: Explanation) -> dict[str, Any]:
    return {
        "area_code": explained.area_code,
        "area_name": explained.area_name,
        "selected": explained.selected,
        "against": explained.against,
        "sentences": list(explained.sentences),
        "indices": [
            {
                "index": found.role,
                "title": found.title,
                "score": found.score,
                "rank": found.rank,
                "of": found.n,
                "last_rank": found.last_rank,
                "inside": found.inside,
                "line": found.line,
                "line_code": found.line_code,
                "parts": found.parts.to_dicts(),
                "changes": found.changes.to_dicts(),
                "weights": found.weights.to_dicts(),
                "contrast": None if found.contrast is None else found.contrast.to_dicts(),
                "notes": [note.text for note in found.notes],
            }
            for found in explained.indices
        ],
        "notes": [note.text for note in explained.notes],
    }
