"""Area codes: their kinds, their boundary years, and how figures move from one set of boundaries to another."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from homeground.errors import BadTable, BadValue, DuplicateAreas, UnknownArea, WrongBoundaries

__all__ = ["AreaKey", "Conversion", "area_key", "check_codes", "convert", "kind_of", "with_shares"]

_KINDS = {
    "E00": "oa", "W00": "oa", "E01": "lsoa", "W01": "lsoa", "E02": "msoa", "W02": "msoa", "E05": "ward", "W05": "ward",
    "E06": "authority", "E07": "authority", "E08": "authority", "E09": "authority", "W06": "authority",
    "S12": "authority", "N09": "authority", "E12": "region", "E92": "country", "W92": "country", "S92": "country",
    "N92": "country",
}  # fmt: skip
_WORDS = {
    "lsoa": "lsoa", "msoa": "msoa", "oa": "oa", "ward": "ward", "wd": "ward", "lad": "authority", "ltla": "authority",
    "local authority district": "authority", "rgn": "region", "region": "region", "lba": "ward",
}  # fmt: skip
_HEADING = re.compile(
    r"^\s*(lsoa|msoa|oa|ward|wd|lad|ltla|local authority district|rgn|region)"
    r"\s*(\d{2})?\s*_?\s*(?:cd|code)?\s*(?:\((\d{4})\))?\s*$",
    re.IGNORECASE,
)
# The last code of each generation of lower-layer areas in England: a code above it belongs to a later one.
_LAST_LSOA = {2001: "E01032482", 2011: "E01033768", 2021: "E01035762"}


@dataclass(frozen=True)
class AreaKey:
    """What a column of area codes holds.

    Attributes
    ----------
    kind : str
        ``lsoa``, ``msoa``, ``ward``, ``authority``, ``region`` …
    year : int or None
        Boundary year; None where the heading does not say.
    """

    kind: str
    year: int | None


def area_key(heading: str) -> AreaKey | None:
    """Return what a column heading says of its codes, or None when it names no area code.

    Examples
    --------
    >>> area_key("LSOA code (2011)"), area_key("WD17CD"), area_key("ltla24_code")
    (AreaKey(kind='lsoa', year=2011), AreaKey(kind='ward', year=2017), AreaKey(kind='authority', year=2024))
    >>> area_key("Income Rank") is None
    True
    """
    match = _HEADING.match(heading)
    if not match or not (match[2] or match[3] or "cod" in heading.lower() or heading.lower().endswith("cd")):
        return None
    year = int(match[3]) if match[3] else 2000 + int(match[2]) if match[2] else None
    return AreaKey(_WORDS[match[1].lower()], year)


def kind_of(code: str) -> str | None:
    """Return the kind of a nine-character code of the Office for National Statistics, or None.

    Examples
    --------
    >>> kind_of("E05000026"), kind_of("nowhere")
    ('ward', None)
    """
    return _KINDS.get(code[:3]) if len(code) == 9 and code[3:].isdigit() else None


def check_codes(codes: pl.Series, key: AreaKey, *, file: str | None = None, official: bool = True) -> None:
    """Raise if `codes` cannot be what `key` says: another kind of area, or a later boundary year.

    Only codes of the official form are judged (``E01000001``); codes of your own are left alone unless `official` says
    that the table must hold official ones.

    Raises
    ------
    BadValue
        If a code has not the form of its kind.
    WrongBoundaries
        If codes of another kind or boundary year stand among them.

    Examples
    --------
    >>> check_codes(pl.Series(["E01033769"]), AreaKey("lsoa", 2011))
    Traceback (most recent call last):
    ...
    homeground.errors.WrongBoundaries: row 2: E01033769 is not an LSOA of 2011: it was created later \
(1 of 1 codes). Use the file of the same boundary year, or convert it first: homeground data convert.
    """
    text = codes.cast(pl.String)
    form = text.str.contains(r"^[EWSNK]\d{8}$")
    if official and key.kind in set(_KINDS.values()):
        wrong = (~form).arg_true()
        if len(wrong):
            form_of_kind = next(prefix for prefix, kind in _KINDS.items() if kind == key.kind) + "000001"
            raise BadValue(
                f"'{text[int(wrong[0])]}' is not a code of the form {form_of_kind} "
                f"({len(wrong):,} of {len(text):,} codes)",
                remedy="Check that the column holds codes, not names, and that none was cut short.",
                file=file,
                row=int(wrong[0]) + 2,
                column=codes.name or None,
            )
    prefixes = [prefix for prefix, kind in _KINDS.items() if kind == key.kind]
    if prefixes:
        other = (form & ~text.str.slice(0, 3).is_in(prefixes)).arg_true()
        if len(other):
            found = text[int(other[0])]
            raise WrongBoundaries(
                f"{found} is {_article(kind_of(found) or 'area')}, not {_article(key.kind)} "
                f"({len(other):,} of {len(text):,} codes)",
                remedy=f"Use a table with one row for each {_say(key.kind)}.",
                file=file,
                row=int(other[0]) + 2,
            )
    if key.kind == "lsoa" and key.year in _LAST_LSOA:
        later = (text.str.starts_with("E01") & (text > _LAST_LSOA[key.year])).arg_true()
        if len(later):
            raise WrongBoundaries(
                f"{text[int(later[0])]} is not an LSOA of {key.year}: it was created later "
                f"({len(later):,} of {len(text):,} codes)",
                remedy="Use the file of the same boundary year, or convert it first: homeground data convert.",
                file=file,
                row=int(later[0]) + 2,
            )


def _say(kind: str) -> str:
    return kind.upper() if kind in ("lsoa", "msoa", "oa") else kind


def _article(kind: str) -> str:
    return f"{'an' if _say(kind)[0] in 'aeioAEIOLM' else 'a'} {_say(kind)}"


@dataclass(frozen=True)
class Conversion:
    """A table moved to other boundaries, and what that took.

    Attributes
    ----------
    table : polars.DataFrame
        ``area_code`` (the new areas) and the value columns, then ``estimated_share``: the share, 0 to 1, of the new
        area's weight that comes from old areas which were split between several new ones.
    uncovered : tuple of str
        New areas that no old area leads to: listed, never dropped in silence. They are not in `table`.
    unmatched : tuple of str
        Old areas in the table that the lookup does not know.
    estimated : int
        How many new areas rest at least partly on a split.
    beyond : tuple of str
        New areas in `table` that are not among the targets ('beyond' the list that was asked for).
    partial : tuple of str
        New areas for which the lookup names old areas that the table lacks: their figures rest on a part of them.
    weightless : tuple of str
        Old areas whose weight is missing. They count in no mean, unless all areas that lead to the same one lack it.
    incomplete : tuple of str
        New areas for which at least one old area lacks a figure: means are of those known, totals of those counted.
    """

    table: pl.DataFrame
    uncovered: tuple[str, ...]
    unmatched: tuple[str, ...]
    estimated: int
    beyond: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    weightless: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()


def convert(
    table: pl.DataFrame,
    lookup: pl.DataFrame,
    *,
    means: tuple[str, ...] = (),
    totals: tuple[str, ...] = (),
    weight: str | None = None,
    targets: pl.Series | None = None,
    unmatched: str = "refuse",
) -> Conversion:
    """Move figures to other boundaries through a lookup, weighted by people.

    An old area that goes whole to one new area takes its figures there; several that go to one are added up (totals) or
    averaged (means, weighted by people); one that was split gives each part its own mean, and a share of its totals.
    Missing figures stay missing: a total of nothing known is missing, not nought.

    Parameters
    ----------
    table : polars.DataFrame
        ``area_code`` (old areas, each once), the columns named in `means` and `totals`, and `weight`.
    lookup : polars.DataFrame
        ``from_code``, ``to_code``: one row per pair, a best-fit or a many-to-many change lookup; optionally ``share``,
        the share (0 to 1) of the old area that goes to the new one (see `with_shares`). Without it an old area is split
        equally.
    means : tuple of str
        Columns to average (scores, rates), weighted by `weight`.
    totals : tuple of str
        Columns to share out and add up (people, counts).
    weight : str, optional
        Column of people; areas count equally without it.
    targets : polars.Series, optional
        All new areas there should be, so that those that receive nothing can be listed.
    unmatched : {'refuse', 'report'}
        What to do with areas that the lookup lacks.

    Returns
    -------
    Conversion

    Raises
    ------
    UnknownArea
        If the lookup lacks areas of the table and `unmatched` is 'refuse', or lacks all of them.
    DuplicateAreas
        If an area stands in the table twice.
    BadTable
        If shares do not add up to 1, or a weight is negative.

    Examples
    --------
    >>> old = pl.DataFrame({"area_code": ["a", "b"], "rate": [10.0, 40.0], "people": [100, 200]})
    >>> lookup = pl.DataFrame({"from_code": ["a", "b"], "to_code": ["W", "W"]})
    >>> convert(old, lookup, means=("rate",), totals=("people",), weight="people").table
    shape: (1, 4)
    ┌───────────┬──────┬────────┬─────────────────┐
    │ area_code ┆ rate ┆ people ┆ estimated_share │
    │ ---       ┆ ---  ┆ ---    ┆ ---             │
    │ str       ┆ f64  ┆ f64    ┆ f64             │
    ╞═══════════╪══════╪════════╪═════════════════╡
    │ W         ┆ 30.0 ┆ 300.0  ┆ 0.0             │
    └───────────┴──────┴────────┴─────────────────┘
    """
    if unmatched not in ("refuse", "report"):
        raise BadTable(f"unmatched = '{unmatched}'", remedy="Use 'refuse' or 'report'.")
    pairs = _pairs(lookup)
    _check_old(table, weight)
    strangers = table.join(pairs, left_on="area_code", right_on="from_code", how="anti")["area_code"].to_list()
    if strangers and (unmatched == "refuse" or len(strangers) == table.height):
        also = ", or pass unmatched='report'" if len(strangers) < table.height else ""
        raise UnknownArea(
            f"{len(strangers):,} of {table.height:,} areas are not in the lookup (first: {strangers[0]})",
            remedy=f"Use the lookup of the same boundary year{also}.",
        )
    joined = _joined(table, pairs, (*means, *totals), weight)
    people = pl.col("_people")
    weighed = [_weighted_mean(name) for name in means]
    added = [
        pl.when(pl.col(name).count() > 0).then((pl.col(name) * pl.col("_share")).sum()).alias(name) for name in totals
    ]
    split = (pl.when("_split").then("_w").otherwise(0.0).sum() / pl.col("_w").sum()).fill_nan(0.0)
    lacking = pl.any_horizontal([pl.col(name).is_null().any() for name in (*means, *totals)] or [pl.lit(value=False)])
    moved = (
        joined.group_by("to_code")
        .agg(*weighed, *added, split.alias("estimated_share"), lacking.alias("_lacking"))
        .sort("to_code")
        .rename({"to_code": "area_code"})
    )
    kept = [name for name in table.columns if name in {*means, *totals}]
    here = moved["area_code"]
    there = pairs.join(table, left_on="from_code", right_on="area_code", how="anti")["to_code"]
    uncovered: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    if targets is not None:
        uncovered = tuple(targets.filter(~targets.is_in(here.to_list())).to_list())
        beyond = tuple(here.filter(~here.is_in(targets.to_list())).to_list())
    return Conversion(
        moved.select("area_code", *kept, "estimated_share"),
        uncovered,
        tuple(strangers),
        int((moved["estimated_share"] > 0).sum()),
        beyond,
        tuple(here.filter(here.is_in(there.unique().to_list())).to_list()),
        tuple(joined.filter(people.is_null())["area_code"].unique(maintain_order=True).to_list()),
        tuple(moved.filter("_lacking")["area_code"].to_list()),
    )


def _check_old(table: pl.DataFrame, weight: str | None) -> None:
    again = (~table["area_code"].is_first_distinct()).arg_true()
    if len(again):
        raise DuplicateAreas(
            f"the area {table['area_code'][int(again[0])]} stands here a second time "
            f"({len(again):,} rows repeat another)",
            remedy="Keep one row for each area.",
            row=int(again[0]) + 2,
            column="area_code",
        )
    if weight is None:
        return
    negative = (table[weight].cast(pl.Float64) < 0).fill_null(value=False).arg_true()
    if len(negative):
        row = int(negative[0])
        raise BadValue(f"{table[weight][row]} people", remedy="A weight is nought or more.", row=row + 2, column=weight)


def _pairs(lookup: pl.DataFrame) -> pl.DataFrame:
    """Return each pair once, with ``_share`` and whether the old area was split."""
    pairs = lookup.filter(pl.col("from_code").is_not_null() & pl.col("to_code").is_not_null())
    pairs = pairs.unique(["from_code", "to_code"], maintain_order=True)
    parts = pl.len().over("from_code")
    if "share" not in pairs.columns:
        return pairs.select("from_code", "to_code", _share=1.0 / parts, _split=parts > 1)
    pairs = pairs.select("from_code", "to_code", _share=pl.col("share").cast(pl.Float64), _split=parts > 1)
    sums = pairs.group_by("from_code", maintain_order=True).agg(pl.col("_share").sum(), least=pl.col("_share").min())
    wrong = sums.filter(((pl.col("_share") - 1).abs() > 1e-6) | (pl.col("least") < 0) | pl.col("_share").is_null())
    if wrong.height:
        first, total = wrong["from_code"][0], wrong["_share"][0] or 0.0
        raise BadTable(
            f"the shares of {first} add up to {total:g} ({wrong.height:,} such areas)",
            remedy="The shares of an old area are nought or more and add up to 1.",
        )
    return pairs


def _joined(table: pl.DataFrame, pairs: pl.DataFrame, columns: tuple[str, ...], weight: str | None) -> pl.DataFrame:
    figures = [pl.col(name).cast(pl.Float64).fill_nan(None) for name in dict.fromkeys(columns)]
    people = pl.col(weight).cast(pl.Float64).fill_nan(None) if weight else pl.lit(1.0)
    return (
        table.select("area_code", *figures, people.alias("_people"))
        .join(pairs, left_on="area_code", right_on="from_code")
        .with_columns(_w=pl.col("_people") * pl.col("_share"))
    )


def with_shares(lookup: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Return a change lookup with the share of each old area that goes to each new one, by the people living there.

    Parameters
    ----------
    lookup : polars.DataFrame
        ``from_code``, ``to_code``.
    people : polars.DataFrame
        ``area_code`` (new areas) and ``people``. Where several old areas make up a new one, its people are taken to
        come from them in equal parts, as nothing tells otherwise.

    Returns
    -------
    polars.DataFrame
        ``from_code``, ``to_code``, ``share`` (0 to 1, adding up to 1 for each old area). An old area is split equally
        where people of a new area are unknown, or where nobody lives.

    Examples
    --------
    >>> lookup = pl.DataFrame({"from_code": ["a", "a", "b"], "to_code": ["x", "y", "z"]})
    >>> people = pl.DataFrame({"area_code": ["x", "y", "z"], "people": [300, 100, 50]})
    >>> with_shares(lookup, people)["share"].to_list()
    [0.75, 0.25, 1.0]
    """
    pairs = lookup.select("from_code", "to_code").drop_nulls().unique(maintain_order=True)
    there = people.select(to_code="area_code", _people=pl.col("people").cast(pl.Float64).fill_nan(None))
    parts = (
        pairs.join(there, on="to_code", how="left", maintain_order="left")
        .with_columns(_part=pl.col("_people") / pl.len().over("to_code"))
        .with_columns(
            _all=pl.col("_part").sum().over("from_code"), _gaps=pl.col("_part").null_count().over("from_code")
        )
    )
    known = (pl.col("_gaps") == 0) & (pl.col("_all") > 0)
    equal = 1.0 / pl.len().over("from_code")
    return parts.select(
        "from_code", "to_code", share=pl.when(known).then(pl.col("_part") / pl.col("_all")).otherwise(equal)
    )


def _weighted_mean(name: str) -> pl.Expr:
    value = pl.col(name)
    has = value.is_not_null()
    # Where nobody lives in any of the old areas, the new one still gets the plain mean of what is known.
    weight = pl.when(has).then("_w").otherwise(0.0)
    plain = (value * pl.col("_share")).sum() / pl.when(has).then("_share").otherwise(0.0).sum()
    mean = (value * pl.col("_w")).sum() / weight.sum()
    return pl.when(weight.sum() > 0).then(mean).when(has.any()).then(plain).otherwise(None).alias(name)
