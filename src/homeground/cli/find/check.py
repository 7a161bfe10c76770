"""``homeground find check``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeground.cli.common import data_option, emit, json_option, out_option, quiet_option, say

if TYPE_CHECKING:
    import polars as pl

    from homeground.find.published import Check
    from homeground.sources.folder import Scan

__all__ = ["check"]


@click.command()
@click.option("--method", help="Name of a shipped method or a method file: built first, then compared.")
@click.option("--input", type=click.Path(path_type=Path), help="Table to build --method from (default: --data).")
@click.option("--scores", type=click.Path(path_type=Path), help="An index already built, instead of --method.")
@click.option(
    "--published", type=click.Path(path_type=Path), help="Published table (default: the method's, in --data)."
)
@click.option("--area-column", help="Heading of the area codes in --input, and in --published unless named apart.")
@click.option("--published-area-column", help="Heading of the area codes in --published.")
@click.option("--score-column", help="Heading of the score in --published.")
@click.option("--rank-column", help="Heading of the rank in --published.")
@click.option("--decile-column", help="Heading of the decile in --published.")
@click.option("--max-error", type=float, help="Fail (exit code 1) if any score is further off than this.")
@click.option(
    "--min-equal-ranks", type=click.FloatRange(0, 1), help="Fail if a smaller share (0 to 1) of ranks is equal."
)
@data_option
@out_option
@json_option
@quiet_option
def check(
    method: str | None,
    input: Path | None,
    scores: Path | None,
    published: Path | None,
    area_column: str | None,
    published_area_column: str | None,
    score_column: str | None,
    rank_column: str | None,
    decile_column: str | None,
    max_error: float | None,
    min_equal_ranks: float | None,
    data: Path | None,
    out: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compare an index with the published scores, area by area.

    Exit code 1 when a limit that you gave (--max-error, --min-equal-ranks) does not hold.

    \b
    Example:
      homeground find check --method iod2025 --data my-downloads
      homeground find check --scores scores.parquet --published official.csv --score-column Score --rank-column Rank
    """
    from homeground.errors import BadSpecification
    from homeground.find import published as engine
    from homeground.journey.index import build_index, published_of
    from homeground.sources.folder import scan
    from homeground.sources.methods import load
    from homeground.sources.writers import known_format, write_table

    if (method is None) == (scores is None):
        raise BadSpecification(
            "give either --method or --scores", remedy="One of the two is compared with the published."
        )
    if out is not None:
        known_format(out)
    folder: Path | Scan | None = data
    headings = {"score": score_column, "rank": rank_column, "decile": decile_column}
    if published is not None:
        theirs = _published_file(published, published_area_column or area_column, headings)
    elif method is not None and data is not None:
        # One look at the folder serves both sides.
        folder = scan(data)
        theirs, _ = published_of(load(method), folder)
    else:
        raise BadSpecification(
            "nothing published to compare with", remedy="Give --published FILE, or --method and --data FOLDER."
        )
    if method is not None:
        ours = build_index(method, data=None if input else folder, input=input, area_column=area_column).table
    else:
        assert scores is not None
        ours = _index_file(scores)
    found = engine.check(ours, theirs)
    held = _holds(found, max_error, min_equal_ranks)
    if out is not None:
        write_table(found.worst, out, title="The ten areas furthest from the published index")
    if as_json:
        emit(
            {
                "areas": found.areas,
                "max_abs_error": found.max_abs_error,
                "mean_abs_error": found.mean_abs_error,
                "equal_ranks": found.equal_ranks,
                "equal_deciles": found.equal_deciles,
                "only_here": found.only_here,
                "only_published": found.only_published,
                "held": held,
            }
        )
    else:
        for line in _in_words(found):
            click.echo(line)
    if not held:
        say("The check did not hold.", quiet=quiet)
        raise SystemExit(1)


def _published_file(path: Path, area_column: str | None, headings: dict[str, str | None]) -> pl.DataFrame:
    import polars as pl

    from homeground.errors import BadSpecification
    from homeground.sources.folder import open_file
    from homeground.tables import numbers, require_columns

    opened = open_file(path)
    code = area_column or (opened.dataset.area_column if opened.dataset else "area_code")
    named = {key: heading or key for key, heading in headings.items() if heading or key in opened.table.columns}
    if not named:
        raise BadSpecification(
            "no published column was named", remedy="Give --score-column, --rank-column or --decile-column."
        )
    require_columns(opened.table, [code, *named.values()], file=path)
    codes = opened.dataset.missing_codes if opened.dataset else ()
    columns = [opened.table[code].cast(pl.String).alias("area_code")]
    for key, heading in named.items():
        values = numbers(opened.table, heading, missing_codes=codes, file=path)
        columns.append(pl.Series(key, values, nan_to_null=True))
    return pl.DataFrame(columns)


def _index_file(path: Path) -> pl.DataFrame:
    from homeground.sources.readers import read_table
    from homeground.tables import require_columns

    table = read_table(path)
    require_columns(table, ["area_code"], file=path)
    return table


def _holds(found: Check, max_error: float | None, min_equal_ranks: float | None) -> bool:
    if max_error is not None and not (found.max_abs_error is not None and found.max_abs_error <= max_error):
        return False
    return min_equal_ranks is None or (found.equal_ranks is not None and found.equal_ranks >= min_equal_ranks)


def _in_words(found: Check) -> list[str]:
    lines = [f"{found.areas:,} areas compared."]
    if found.max_abs_error is not None:
        lines.append(
            f"Scores: largest difference {found.max_abs_error:.6f}, mean difference {found.mean_abs_error:.6f}."
        )
    for name, share in (("Ranks", found.equal_ranks), ("Deciles", found.equal_deciles)):
        if share is not None:
            lines.append(f"{name}: {share:.4%} are the same.")
    for apart, where in ((found.only_here, "this index"), (found.only_published, "the published one")):
        if apart:
            lines.append(f"{len(apart):,} areas stand only in {where} (first: {apart[0]}).")
    return lines
