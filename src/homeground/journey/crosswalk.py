"""Every official code that can lead to the areas of a result, built from the lookups of a folder.

The small areas between are LSOAs of 2011 or 2021, whichever the result's areas are made of. A code that covers several
areas is split by the people who live there; a large one (an authority, a county, a region) by people times need.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from homeground.errors import MissingDataset
from homeground.money import parts_of_whole
from homeground.provenance import Note, Source
from homeground.sources.folder import Scan, open_dataset
from homeground.understand.giving.where import OUTSIDE

__all__ = ["Crosswalk", "build_crosswalk"]

# The columns of each lookup that start from a base: heading, whether it is a small or a large area, and its name.
_SYSTEMS: dict[str, list[tuple[str, str, list[tuple[str, str, str]]]]] = {
    "lsoa11": [
        ("lookup-lsoa11-ward17", "LSOA11CD", [("WD17CD", "small", ""), ("LAD17CD", "large", "LAD17NM")]),
        ("lookup-lsoa11-ward19", "LSOA11CD", [("WD19CD", "small", ""), ("LAD19CD", "large", "LAD19NM")]),
        ("lookup-lsoa11-msoa11", "lsoa11_code", [("msoa11_code", "small", "")]),
        ("lookup-lsoa11-lsoa21", "LSOA11CD", [("LAD22CD", "large", "LAD22NM")]),
    ],
    "lsoa21": [
        ("lookup-lsoa21-ward24", "lsoa21_code",
         [("ward24_code", "small", ""), ("ltla24_code", "large", "ltla24_name")]),
        ("lookup-lsoa21-msoa21", "LSOA21CD",
         [("MSOA21CD", "small", ""), ("LAD22CD", "large", "LAD22NM"), ("RGN22CD", "large", "")]),
    ],
}  # fmt: skip
# Where the areas of a result are found: base, lookup, heading of the base, heading of the area.
_LEVELS = {
    ("lsoa", 2011): ("lsoa11", "", "", ""),
    ("lsoa", 2021): ("lsoa21", "", "", ""),
    ("ward", 2017): ("lsoa11", "lookup-lsoa11-ward17", "LSOA11CD", "WD17CD"),
    ("ward", 2019): ("lsoa11", "lookup-lsoa11-ward19", "LSOA11CD", "WD19CD"),
    ("ward", 2024): ("lsoa21", "lookup-lsoa21-ward24", "lsoa21_code", "ward24_code"),
    ("msoa", 2011): ("lsoa11", "lookup-lsoa11-msoa11", "lsoa11_code", "msoa11_code"),
    ("msoa", 2021): ("lsoa21", "lookup-lsoa21-msoa21", "LSOA21CD", "MSOA21CD"),
    ("authority", 2017): ("lsoa11", "lookup-lsoa11-ward17", "LSOA11CD", "LAD17CD"),
    ("authority", 2019): ("lsoa11", "lookup-lsoa11-ward19", "LSOA11CD", "LAD19CD"),
    ("authority", 2022): ("lsoa21", "lookup-lsoa21-msoa21", "LSOA21CD", "LAD22CD"),
    ("authority", 2024): ("lsoa21", "lookup-lsoa21-ward24", "lsoa21_code", "ltla24_code"),
}  # fmt: skip
_AUTHORITY = {
    "lsoa11": ("lookup-lsoa11-ward17", "LSOA11CD", "LAD17CD"),
    "lsoa21": ("lookup-lsoa21-msoa21", "LSOA21CD", "LAD22CD"),
}
_OTHER = {"lsoa11": "lsoa21", "lsoa21": "lsoa11"}


@dataclass(frozen=True)
class Crosswalk:
    """How codes lead to areas.

    Attributes
    ----------
    table, codes, names : polars.DataFrame
        As `homeground.understand.grants.Atlas` takes them.
    base : str
        ``lsoa11`` or ``lsoa21``; '' where no lookup leads to the areas.
    regions : polars.DataFrame
        ``area_code``, ``region``: the region that most of its people live in.
    sources : tuple of Source
    notes : tuple of Note
    """

    table: pl.DataFrame
    codes: pl.DataFrame
    names: pl.DataFrame
    base: str
    regions: pl.DataFrame
    sources: tuple[Source, ...] = ()
    notes: tuple[Note, ...] = ()


class _Desk:
    """The lookups of a folder, opened once and told."""

    def __init__(self, folder: Scan) -> None:
        self.folder = folder
        self.sources: list[Source] = []

    def pairs(self, dataset: str, first: str, second: str, *more: str) -> pl.DataFrame | None:
        """Return the columns ``a`` and ``b`` (and more as they are) of a lookup, None when the folder lacks it."""
        if not self.folder.has(dataset):
            return None
        opened = open_dataset(self.folder, dataset, columns=[first, second, *more])
        self.sources.append(opened.source)
        return (
            opened.table.select(pl.col(first).alias("a"), pl.col(second).alias("b"), *more)
            .drop_nulls(["a", "b"])
            .unique(maintain_order=True)
        )


def build_crosswalk(areas: pl.DataFrame, *, kind: str, year: int | None, folder: Scan | None) -> Crosswalk:
    """Return how every code that the lookups of a folder know leads to `areas`.

    Parameters
    ----------
    areas : polars.DataFrame
        ``area_code``, ``population``, and ``need`` (a weight above nought; 1 where nothing is known).
    kind, year : str, int or None
        What the areas are.
    folder : Scan, optional
        The data folder.

    Raises
    ------
    MissingDataset
        If the folder lacks the lookup from LSOAs to the areas.
    """
    level = _LEVELS.get((kind, year)) if year is not None else None
    own = areas.select(code="area_code", area_code="area_code", weight=pl.lit(1.0), size=pl.lit("small"))
    if folder is None or level is None:
        note = Note(
            "No lookups were given: only codes of the areas themselves can be placed (see --data).", kind="missing"
        )
        return _made(own, pl.DataFrame(schema={"code": pl.String, "authority": pl.String}), "", notes=(note,))
    desk = _Desk(folder)
    base, dataset, first, second = level
    to_area = _identity(areas) if not dataset else desk.pairs(dataset, first, second)
    if to_area is None:
        raise MissingDataset(
            f"the folder lacks the lookup '{dataset}', which leads to the areas",
            remedy="See: homeground data pull --help.",
            file=folder.folder,
        )
    to_area = to_area.select(base="a", area_code="b")
    people = _people(desk, base)
    members, names = _members(desk, base)
    known = _known(members, to_area, people, areas)
    authority = desk.pairs(*_AUTHORITY[base])
    inside = _authorities(members, authority)
    return _made(
        pl.concat([own, known.join(own, on="code", how="anti").select(own.columns)]),
        inside,
        base,
        names=names,
        sources=tuple(desk.sources),
        regions=_regions(desk, base, to_area, people),
    )


def _identity(areas: pl.DataFrame) -> pl.DataFrame:
    return areas.select(a="area_code", b="area_code")


def _people(desk: _Desk, base: str) -> pl.DataFrame:
    """Return the people of each small area: ``base``, ``people``; empty where the folder does not say."""
    if base == "lsoa11" and desk.folder.has("population-lsoa11"):
        opened = open_dataset(desk.folder, "population-lsoa11", columns=["LSOA11CD", "mid_year", "total_population"])
        desk.sources.append(opened.source)
        latest = opened.table.sort("mid_year").group_by("LSOA11CD", maintain_order=True).last()
        return latest.select(base="LSOA11CD", people=pl.col("total_population").cast(pl.Float64))
    if base == "lsoa21" and desk.folder.has("census2021-lsoa21"):
        opened = open_dataset(desk.folder, "census2021-lsoa21", columns=["lsoa21_code", "total_residents"])
        desk.sources.append(opened.source)
        return opened.table.select(base="lsoa21_code", people=pl.col("total_residents").cast(pl.Float64))
    return pl.DataFrame(schema={"base": pl.String, "people": pl.Float64})


def _members(desk: _Desk, base: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the small areas of every code (``code``, ``base``, ``size``), and what authorities are called."""
    pieces: list[pl.DataFrame] = []
    names: list[pl.DataFrame] = []
    changed = desk.pairs("lookup-lsoa11-lsoa21", "LSOA11CD", "LSOA21CD")
    for start in (base, _OTHER[base]):
        across = None
        if start != base:
            if changed is None:
                continue
            across = changed.select(code="a", base="b") if start == "lsoa11" else changed.select(code="b", base="a")
            pieces.append(across.with_columns(size=pl.lit("small")))
        for dataset, heading, columns in _SYSTEMS[start]:
            for column, size, name in columns:
                pairs = desk.pairs(dataset, heading, column, *([name] if name else []))
                if pairs is None:
                    continue
                rows = pairs.select(code="b", base="a").unique(maintain_order=True)
                if across is not None:
                    rows = rows.join(across, left_on="base", right_on="code").select("code", base="base_right")
                pieces.append(rows.unique(maintain_order=True).with_columns(size=pl.lit(size)))
                if name:
                    names.append(
                        pairs.select(name=pl.col(name).str.to_lowercase(), code="b").unique(maintain_order=True)
                    )
    seen: list[pl.DataFrame] = []
    for piece in pieces:
        fresh = piece if not seen else piece.join(pl.concat(seen).select("code").unique(), on="code", how="anti")
        seen.append(fresh)
    found = pl.concat(seen) if seen else pl.DataFrame(schema={"code": pl.String, "base": pl.String, "size": pl.String})
    found = pl.concat([found, _larger(desk, found)])
    return found, _one_name(names)


def _larger(desk: _Desk, members: pl.DataFrame) -> pl.DataFrame:
    """Return counties, combined authorities and regions, and authorities by former codes, through their authorities."""
    pieces = []
    for column in ("UTLACD", "CAUTHCD", "RGNCD", "LADCD"):
        from_column = "LADCD_ACTIVE" if column == "LADCD" else "LADCD"
        pairs = desk.pairs("lookup-lad-all", from_column, column) if from_column != column else None
        if pairs is not None:
            rows = pairs.join(members.select("code", "base"), left_on="a", right_on="code").select(
                code="b", base="base"
            )
            pieces.append(rows)
    if not pieces:
        return members.clear()
    found = pl.concat(pieces).unique(maintain_order=True).with_columns(size=pl.lit("large"))
    return found.join(members.select("code").unique(), on="code", how="anti")


def _one_name(names: list[pl.DataFrame]) -> pl.DataFrame:
    """Return names that mean one authority; those of the base's own year come first."""
    if not names:
        return pl.DataFrame(schema={"name": pl.String, "code": pl.String})
    every = [piece.filter(~pl.col("name").is_duplicated()) for piece in names]
    return pl.concat(every).unique("name", keep="first", maintain_order=True)


def _known(members: pl.DataFrame, to_area: pl.DataFrame, people: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Return ``code``, ``area_code``, ``weight``, ``size``: people, times need for large codes."""
    # A small area itself is a code too.
    every = pl.concat(
        [to_area.select(code="base", base="base", size=pl.lit("small")), members]
    ).unique(["code", "base"], keep="first", maintain_order=True)  # fmt: skip
    joined = every.join(to_area, on="base").join(people, on="base", how="left")
    joined = joined.join(areas.select("area_code", "need"), on="area_code", how="left")
    lived = pl.col("people").fill_null(1.0 if people.height == 0 else 0.0)
    need = pl.when(pl.col("size") == "large").then(pl.col("need").fill_null(1.0)).otherwise(1.0)
    inside = pl.col("area_code").is_in(areas["area_code"].implode())
    joined = joined.with_columns(
        weight=lived * need, area_code=pl.when(inside).then("area_code").otherwise(pl.lit(OUTSIDE))
    )
    return joined.group_by("code", "area_code").agg(pl.col("weight").sum(), pl.col("size").first())


def _authorities(members: pl.DataFrame, authority: pl.DataFrame | None) -> pl.DataFrame:
    """Return the authority that each code lies in, where it lies in one only."""
    if authority is None:
        return pl.DataFrame(schema={"code": pl.String, "authority": pl.String})
    own = authority.select(code="a", authority="b")
    through = members.join(authority.select(base="a", authority="b"), on="base").select("code", "authority")
    pairs = pl.concat([own, through]).unique()
    return pairs.filter(pl.len().over("code") == 1)


def _regions(desk: _Desk, base: str, to_area: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    region = desk.pairs("lookup-lsoa21-msoa21", "LSOA21CD", "RGN22CD")
    changed = desk.pairs("lookup-lsoa11-lsoa21", "LSOA21CD", "LSOA11CD")
    if region is None or (base == "lsoa11" and changed is None):
        return pl.DataFrame(schema={"area_code": pl.String, "region": pl.String})
    if base == "lsoa11" and changed is not None:
        region = changed.join(region, on="a").select(a="b", b="b_right").unique("a", maintain_order=True)
    joined = to_area.join(region.select(base="a", region="b"), on="base").join(people, on="base", how="left")
    sums = joined.group_by("area_code", "region").agg(pl.col("people").sum())
    most = sums.sort("area_code", "people", "region", descending=[False, True, False])
    return most.unique("area_code", keep="first", maintain_order=True).select("area_code", "region")


def _made(
    rows: pl.DataFrame,
    inside: pl.DataFrame,
    base: str,
    *,
    names: pl.DataFrame | None = None,
    regions: pl.DataFrame | None = None,
    sources: tuple[Source, ...] = (),
    notes: tuple[Note, ...] = (),
) -> Crosswalk:
    parts = parts_of_whole(rows, by="code").filter(pl.col("parts") > 0).select("code", "area_code", "parts")
    codes = rows.group_by("code").agg(pl.col("size").first()).join(inside, on="code", how="left").sort("code")
    no_regions = pl.DataFrame(schema={"area_code": pl.String, "region": pl.String})
    no_names = pl.DataFrame(schema={"name": pl.String, "code": pl.String})
    return Crosswalk(
        parts,
        codes,
        no_names if names is None else names,
        base,
        no_regions if regions is None else regions,
        tuple(dict.fromkeys(sources)),
        notes,
    )
