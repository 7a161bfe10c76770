"""``homeground understand compare``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeground.cli.common import (
    data_option,
    emit,
    json_option,
    out_option,
    quiet_option,
    say,
    seed_option,
    tell_notes,
)

if TYPE_CHECKING:
    from homeground.understand.compare import Comparison
    from homeground.understand.drift import Drift

__all__ = ["compare"]


@click.command()
@click.option("--preset", required=True, help="Name of a shipped list (find cohort --list) or a cohort file (.toml).")
@data_option
@click.option("--indicators", help="Names of indicators, with commas between them; all that there are when left out.")
@click.option("--theme", multiple=True, help="Only the indicators of this theme.")
@click.option("--cluster", type=click.Choice(["authority", "msoa"]), default="authority", show_default=True,
              help="What neighbours share: areas of one are not taken for independent.")  # fmt: skip
@click.option("--correction", type=click.Choice(["holm", "bh", "none"]), default="holm", show_default=True,
              help="For the number of comparisons.")  # fmt: skip
@click.option("--level", type=float, default=0.95, show_default=True, help="How sure the intervals are to be.")
@click.option("--draws", type=click.IntRange(0), default=999, show_default=True, help="Draws of the wild bootstrap.")
@seed_option
@click.option("--drift", is_flag=True, help="Instead: how left-behind places moved against others that started alike.")
@click.option("--first", default="2019", show_default=True, help="With --drift: the edition to start from.")
@click.option("--last", default="2025", show_default=True, help="With --drift: the edition to end with.")
@click.option("--carry", is_flag=True, help="With --drift: carry areas whose code changed through official lookups.")
@out_option
@json_option
@quiet_option
def compare(
    preset: str,
    data: Path | None,
    out: Path | None,
    as_json: bool,
    quiet: bool,
    drift: bool,
    **options: Any,
) -> None:
    """Compare left-behind places with others, in every indicator.

    Each difference from other deprived places and from England has an interval and a test that know that neighbours are
    alike, and a sentence that says which way is worse.

    \b
    Example:
      homeground understand compare --preset left-behind-lsoas-2023 --data my-downloads --out differences.csv
      homeground understand compare --preset left-behind-lsoas-2023 --data my-downloads --drift --json
    """
    from homeground.errors import BadSpecification

    if data is None:
        raise BadSpecification("it is not said where the data lies", remedy="Give the folder: --data my-downloads.")
    if out is not None:
        from homeground.sources.writers import known_format

        if known_format(out) in ("gpkg", "geojson"):
            raise BadSpecification("a comparison has no shapes", remedy="Write it as .csv, .parquet, .xlsx or .json.")
    _refuse_mixed(options, drift=drift)
    found = _drift(preset, data, options) if drift else _compare(preset, data, options)
    notes = [*found.notes]
    if out is not None:
        notes += _write(found, out)
    if as_json:
        emit({**_summary(found), "notes": [note.text for note in notes], "sources": found.sources, "out": out})
    else:
        for line in _words(found):
            say(line, quiet=quiet)
        if out is None:
            click.echo(_first(found), nl=False)
        else:
            say(f"Written: {out}", quiet=quiet)
    tell_notes(notes, quiet=quiet)


def _refuse_mixed(options: dict[str, Any], *, drift: bool) -> None:
    from homeground.errors import BadSpecification

    if drift and (options["indicators"] or options["theme"]):
        raise BadSpecification("--drift takes the domains of the panel", remedy="Leave out --indicators and --theme.")
    if not drift and options["carry"]:
        raise BadSpecification("--carry goes with --drift", remedy="Add --drift, or leave it out.")


def _compare(preset: str, data: Path, options: dict[str, Any]) -> Comparison:
    from homeground.journey.compare import compare_cohorts

    asked = [name.strip() for name in (options["indicators"] or "").split(",") if name.strip()]
    return compare_cohorts(
        preset,
        data=data,
        indicators=asked,
        themes=options["theme"],
        **{name: options[name] for name in ("cluster", "correction", "level", "draws", "seed")},
    )


def _drift(preset: str, data: Path, options: dict[str, Any]) -> Drift:
    from homeground.journey.drift import drift_of

    chosen = {name: options[name] for name in ("first", "last", "carry", "cluster", "level")}
    return drift_of(preset, data=data, **chosen)


def _write(found: Comparison | Drift, out: Path) -> list[Any]:
    from homeground.sources.writers import write_table, writing_notes

    title = "Left-behind places beside others" if hasattr(found, "cohorts") else "Drift of left-behind places"
    write_table(found.table, out, title=title, sources=found.sources, notes=found.notes, descriptions=_MEANINGS)
    return list(writing_notes(found.table, out))


_MEANINGS = {
    "indicator": "name of the indicator",
    "comparison": "whom left-behind places are compared with",
    "higher_is": "whether a higher figure is worse or better; empty where neither is",
    "left_behind": "in a comparison: mean of left-behind places; in a drift: how many of them",
    "other": "mean of those they are compared with",
    "difference": "left-behind places less the others; in a drift in percentile points, negative is worse",
    "low": "lower end of the interval",
    "high": "upper end of the interval",
    "standard_error": "cluster-robust standard error",
    "df": "degrees of freedom",
    "p_value": "two-sided, against no difference",
    "p_adjusted": "corrected for the number of comparisons",
    "p_bootstrap": "by the wild cluster bootstrap, not corrected",
    "standard_error_naive": "standard error as if areas were independent",
    "standard_error_cr1": "cluster-robust standard error with the plain small-sample factor",
    "p_naive": "as if areas were independent",
    "inflation": "cluster-robust over naive standard error",
    "verdict": "clear difference, cannot tell, not compared or no figures",
    "way": "worse or better, where one of them is known; higher or lower otherwise",
    "reason": "why it was not compared, or is not like for like",
    "matching": "how places that started alike were found: bins, or local lines",
    "unmatched": "left-behind places that started where nobody else did",
    "like_for_like": "whether both editions measure the same, and the list was chosen before the last",
    "sentence": "what it says, in words",
}


def _summary(found: Comparison | Drift) -> dict[str, Any]:
    from homeground.understand.compare import Comparison

    rows = found.table.to_dicts()
    verdicts = dict(sorted(found.table["verdict"].value_counts().iter_rows()))
    if isinstance(found, Comparison):
        return {
            "indicators": found.table["indicator"].n_unique(),
            "tests": found.tests,
            "verdicts": verdicts,
            "cluster": found.cluster,
            "clusters": found.clusters,
            "correction": found.correction,
            "level": found.level,
            "draws": found.draws,
            "seed": found.seed,
            "differences": rows,
            "cohorts": found.cohorts.to_dicts(),
            "likeness": found.likeness.to_dicts(),
        }
    return {
        "first": found.first,
        "last": found.last,
        "editions": found.editions,
        "areas": {"followed": found.areas, "lost": found.lost},
        "left_behind": {"followed": found.left_behind, "lost": found.left_behind_lost},
        "level": found.level,
        "verdicts": verdicts,
        "headline": found.headline,
        "drift": rows,
        "path": found.path.to_dicts(),
    }


def _words(found: Comparison | Drift) -> list[str]:
    from homeground.understand.compare import Comparison

    if not isinstance(found, Comparison):
        return [found.headline["sentence"]]
    lines = []
    for (name,), part in found.table.group_by("comparison", maintain_order=True):
        verdicts = dict(part["verdict"].value_counts().iter_rows())
        clear = part.filter(verdict="clear difference")["way"].to_list()
        ways = ", ".join(f"{clear.count(way):,} {way}" for way in dict.fromkeys(sorted(clear, reverse=True)))
        rest = ", ".join(f"{many:,} {what}" for what, many in sorted(verdicts.items()) if what != "clear difference")
        lines.append(
            f"Beside {name}: {len(clear):,} of {part.height:,} indicators clearly differ"
            f"{f' ({ways})' if ways else ''}{f'; {rest}' if rest else ''}."
        )
    return lines


def _first(found: Comparison | Drift) -> str:
    shown = [name for name in _SHOWN if name in found.table.columns]
    return found.table.select(shown).write_csv()


_SHOWN = ("indicator", "domain", "comparison", "against", "where", "matching", "difference", "low", "high", "verdict",
          "way")  # fmt: skip
