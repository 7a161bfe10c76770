"""Make the invented district: about 600 small areas in 90 wards and 6 authorities, on a coast and a coalfield.

    python examples/district/generate.py --out my-district

Everything is invented: places, names, codes, people, figures. The same seed gives the same files, byte for byte.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tomllib
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely
import shapely.ops

if __package__ in (None, ""):
    # Run as a script, Python looks beside this file only; the modules beside it are found from the checkout.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from examples.district import change, grants, indicators, land, need, people, places_to_meet, postcodes, standing
from examples.district.land import FloatArray, IntArray

__all__ = ["SEED", "District", "generate", "make", "write"]

SEED = 29
HERE = Path(__file__).resolve().parent
NOTICE = (
    "INVENTED. This district does not exist: its places, names, codes, people and figures were made up by a computer "
    "program for demonstrations and tests. Nothing here describes a real place or a real person. The map is drawn in "
    "the middle of the Atlantic Ocean, where there is no land. Codes begin with Z, as no real code of an area does."
)
LICENCE = "Invented for demonstration; no real place"
_NEIGHBOURHOOD = ("Sandgrove", "Coldrakes")
_EDITIONS = {2019: 2011, 2025: 2021}  # edition -> boundary year


@dataclass
class District:
    """The invented district in memory.

    Attributes
    ----------
    seed : int
    tables : dict of str to polars.DataFrame
        By file name.
    maps : dict of str to tuple
        By file name: polygons, and a table with one row for each.
    need : dict of int to ndarray
        By edition: the hidden need of each area, for tests of methods that try to find it.
    files : dict of str to bytes
        By file name: grants, in the formats they are published in.
    """

    seed: int
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    maps: dict[str, tuple[land.Geometries, pl.DataFrame]] = field(default_factory=dict)
    need: dict[int, FloatArray] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass
class _Pieces:
    """The finest pieces of the map: what both generations of boundaries are made of."""

    authorities: list[dict[str, Any]]
    wards: list[dict[str, Any]]
    authority_of_ward: IntArray
    ward: IntArray
    cells: land.Geometries
    need: dict[int, FloatArray]
    urban: FloatArray
    young: FloatArray
    residents: dict[int, IntArray]
    generation: dict[int, change.Generation]

    @property
    def kinds(self) -> list[str]:
        return [ward["kind"] for ward in self.wards]


def stream(seed: int, subject: str) -> np.random.Generator:
    """Return the random numbers of one subject, so that a new subject leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32(subject.encode())])


def make(seed: int = SEED) -> District:
    """Return the invented district of one seed."""
    pieces = _pieces(seed)
    district = District(seed)
    _lay_out_maps(pieces, district)
    for edition, year in _EDITIONS.items():
        _lay_out_edition(pieces, edition, year, district)
    _lay_out_places(pieces, district)
    _lay_out_understand(pieces, district)
    return district


def _pieces(seed: int) -> _Pieces:
    named = tomllib.loads((HERE / "places.toml").read_text(encoding="utf-8"))["authorities"]
    wards = [ward for authority in named for ward in authority["wards"]]
    kinds, counts = [ward["kind"] for ward in wards], [ward["areas"] for ward in wards]
    centres = np.array([[ward["x"], ward["y"]] for ward in wards])
    shore = land.draw_outline(stream(seed, "shore"))
    points, ward = land.scatter(centres, kinds, counts, shore, stream(seed, "points"))
    cells = land.tessellate(points, shore)
    now, then = need.hidden_need(kinds, ward, stream(seed, "need"))
    urban, young = need.setting(kinds, ward, stream(seed, "setting"))
    residents, residents_then = people.residents(kinds, ward, stream(seed, "residents"))
    pairs = change.choose_pairs(kinds, ward, land.neighbours(cells), stream(seed, "changes"))
    for a, b in pairs[1]:
        for piece in (a, b):
            # Areas are merged when too few people are left in them.
            residents[piece], residents_then[piece] = round(residents[piece] * 0.55), round(residents_then[piece] * 0.7)
    old, new = change.generations(ward, [w["name"] for w in wards], *pairs)
    return _Pieces(
        authorities=named,
        wards=wards,
        authority_of_ward=np.repeat(np.arange(len(named)), [len(a["wards"]) for a in named]),
        ward=ward,
        cells=cells,
        need={2025: now, 2019: then},
        urban=urban,
        young=young,
        residents={2025: residents, 2019: residents_then},
        generation={2011: old, 2021: new},
    )


def _area_columns(pieces: _Pieces, year: int) -> dict[str, list[str]]:
    areas = pieces.generation[year]
    return {
        f"invented_area_code_{year}": areas.codes,
        f"invented_area_name_{year}": areas.names,
        **_ward_columns(pieces, areas.ward),
    }


def _ward_columns(pieces: _Pieces, ward: IntArray) -> dict[str, list[str]]:
    authority = pieces.authority_of_ward[ward]
    return {
        "invented_ward_code": [f"ZW{w + 1:03d}" for w in ward],
        "invented_ward_name": [pieces.wards[w]["name"] for w in ward],
        "invented_authority_code": [f"ZA{a + 1:02d}" for a in authority],
        "invented_authority_name": [pieces.authorities[a]["name"] for a in authority],
    }


def _lay_out_maps(pieces: _Pieces, district: District) -> None:
    for year, areas in pieces.generation.items():
        columns = pl.DataFrame(_area_columns(pieces, year))
        district.maps[f"invented-areas-{year}.geojson"] = (land.merge(pieces.cells, areas.group), columns)
        district.tables[f"invented-lookup-{year}.csv"] = columns
    wards = pl.DataFrame(_ward_columns(pieces, np.arange(len(pieces.wards))))
    district.maps["invented-wards.geojson"] = (land.merge(pieces.cells, pieces.ward), wards)
    authorities = wards.select("invented_authority_code", "invented_authority_name").unique(maintain_order=True)
    of_piece = pieces.authority_of_ward[pieces.ward]
    district.maps["invented-authorities.geojson"] = (land.merge(pieces.cells, of_piece), authorities)
    district.tables["invented-changes-2011-2021.csv"] = _changes(pieces)


def _changes(pieces: _Pieces) -> pl.DataFrame:
    old, new = pieces.generation[2011], pieces.generation[2021]
    rows = pl.DataFrame({"old": old.group, "new": new.group, "people": pieces.residents[2019]})
    pairs = rows.group_by("old", "new", maintain_order=True).agg(pl.col("people").sum()).sort("old", "new")
    split, merged = pl.len().over("old") > 1, pl.len().over("new") > 1
    return pairs.select(
        pl.Series("invented_area_code_2011", [old.codes[i] for i in pairs["old"]]),
        pl.Series("invented_area_code_2021", [new.codes[i] for i in pairs["new"]]),
        pl.when(split).then(pl.lit("S")).when(merged).then(pl.lit("M")).otherwise(pl.lit("U")).alias("change"),
        (pl.col("people") / pl.col("people").sum().over("old")).round(4).alias("share_of_people"),
    )


def _lay_out_edition(pieces: _Pieces, edition: int, year: int, district: District) -> None:
    areas, residents = pieces.generation[year], pieces.residents[edition]
    groups, count = areas.group, len(areas.codes)

    def total(values: IntArray) -> IntArray:
        return np.asarray(np.bincount(groups, values, count).round().astype(np.int64))

    def mean(values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(groups, values * residents, count) / np.bincount(groups, residents, count))

    hidden = np.column_stack([mean(column) for column in pieces.need[edition].T])
    urban, young, everyone = mean(pieces.urban), mean(pieces.young), total(residents)
    ages = people.by_age(everyone, young, stream(district.seed, f"ages {edition}"))
    living, homes = people.households(everyone, young, stream(district.seed, f"households {edition}"))
    authority = pieces.authority_of_ward[areas.ward]
    at = indicators.Setting(edition, groups, hidden, urban, ages, living, homes, areas.ward, authority)
    keys = pl.DataFrame(_area_columns(pieces, year))
    district.need[edition] = hidden
    missing = []
    for subject, draw in (("deprivation", indicators.deprivation), ("community-need", indicators.community_need)):
        name = f"invented-{subject}-{edition}.csv"
        sheet = draw(at, stream(district.seed, f"{subject} {edition}"), stream(district.seed, f"{subject} lasting"))
        gaps = sheet.missing
        district.tables[name] = keys.hstack(
            [_column(h, values, gaps.get(h, {})) for h, values in sheet.columns.items()]
        )
        missing.append(_reasons(keys, name, sheet))
    district.tables[f"invented-missing-{edition}.csv"] = pl.concat(missing)
    by_age = [pl.Series(f"age_{age}", ages[:, age]) for age in range(people.AGES)]
    district.tables[f"invented-people-{edition}.csv"] = keys.hstack(
        [pl.Series("residents", everyone), pl.Series("households", living), pl.Series("homes", homes), *by_age]
    )
    if year == 2021:
        counted = people.census(hidden, urban, young, everyone, living, stream(district.seed, "census"))
        district.tables["invented-census-2021.csv"] = keys.hstack(
            [pl.Series("residents", everyone), *(pl.Series(name, values) for name, values in counted.items())]
        )


def _column(heading: str, values: FloatArray | IntArray, missing: dict[int, str]) -> pl.Series:
    column = pl.Series(heading, values)
    if missing:
        text = column.cast(pl.String).to_list()
        for row, code in missing.items():
            text[row] = code
        column = pl.Series(heading, text)
    return column


def _reasons(keys: pl.DataFrame, file: str, sheet: indicators.Sheet) -> pl.DataFrame:
    codes = keys.to_series(0).to_list()
    rows = [
        (codes[row], file, heading, code, indicators.REASONS[code])
        for heading, cells in sheet.missing.items()
        for row, code in sorted(cells.items())
    ]
    headings = [keys.columns[0], "file", "column", "written_as", "reason"]
    return pl.DataFrame(rows, schema=dict.fromkeys(headings, pl.String), orient="row")


def _lay_out_places(pieces: _Pieces, district: District) -> None:
    now = np.bincount(pieces.ward, pieces.residents[2025]).astype(np.int64)
    at = land.to_degrees(np.array([[ward["x"], ward["y"]] for ward in pieces.wards])).round(5)
    district.tables["invented-places.csv"] = pl.DataFrame(
        {
            "invented_place_name": [ward["name"] for ward in pieces.wards],
            "kind": [kind.replace("_", " ") for kind in pieces.kinds],
            "longitude": at[:, 0],
            "latitude": at[:, 1],
            **_ward_columns(pieces, np.arange(len(pieces.wards))),
            "residents_2025": now,
        }
    )


def _lay_out_understand(pieces: _Pieces, district: District) -> None:
    """Lay out what UNDERSTAND needs: where people live and meet, and places of one's own."""
    shapes, keys = district.maps["invented-areas-2021.geojson"]
    hidden = district.need[2025]
    civic = hidden[:, [need.DOMAINS.index(name) for name in ("civic", "connectedness", "engaged")]].mean(axis=1)
    groups = pieces.generation[2021].group
    ground = places_to_meet.Ground(
        keys=keys,
        shapes=shapes,
        people=district.tables["invented-people-2025.csv"]["residents"].to_numpy(),
        need=civic,
        urban=np.bincount(groups, pieces.urban) / np.bincount(groups),
    )
    district.tables["invented-centroids-2021.csv"] = places_to_meet.centroids(ground, stream(district.seed, "centres"))
    for kind in places_to_meet.KINDS:
        drawn = places_to_meet.places_to_meet(ground, kind, stream(district.seed, f"places {kind}"))
        district.tables[f"invented-{kind}.csv"] = drawn
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes)).round(6)
    directory = postcodes.postcodes(keys, middles, stream(district.seed, "postcodes"))
    district.tables["invented-postcodes.csv"] = directory
    poor = hidden[:, need.DOMAINS.index("income")]
    behind = 1 / (1 + np.exp(-2.5 * (np.minimum(poor, civic) - 1.0)))
    giving = grants.Giving(keys, ground.people, behind, directory["pcds"].to_list())
    district.files = grants.files_of(grants.draw_grants(giving, stream(district.seed, "grants")))
    district.tables["invented-sites.csv"] = places_to_meet.candidates(ground, stream(district.seed, "sites"))
    mine = keys.filter(pl.col("invented_ward_name").is_in(_NEIGHBOURHOOD)).select(area_code=pl.nth(0)).head(9)
    district.tables["invented-neighbourhood.csv"] = mine.with_columns(
        share=pl.Series([1.0] * (mine.height - 1) + [0.5]), note=pl.lit("invented; no real place")
    )
    outline = _draw_neighbourhood(district)
    district.maps["invented-outline.geojson"] = (
        np.array([outline], dtype=object), pl.DataFrame({"invented_name": ["Between the wards (invented)"]}),
    )  # fmt: skip


def _draw_neighbourhood(district: District) -> shapely.Polygon:
    """Return an outline that crosses wards and the border of two authorities: a ring around a point on that border."""
    authorities, _ = district.maps["invented-authorities.geojson"]
    wards, _ = district.maps["invented-wards.geojson"]
    border = shapely.intersection(authorities[0], shapely.union_all(authorities[1:]))
    middle = shapely.centroid(wards[[shapely.intersects(ward, border) for ward in wards]][0])
    at = shapely.get_coordinates(shapely.ops.nearest_points(border, middle)[0])[0]
    turn = np.linspace(0, 2 * np.pi, 17)[:-1]
    ring = at + np.column_stack([0.048 * np.cos(turn), 0.028 * np.sin(turn)]) * (1 + 0.2 * np.sin(3 * turn))[:, None]
    return shapely.normalize(shapely.Polygon(np.round(ring, 5)))


def write(district: District, folder: Path) -> list[Path]:
    """Write the district into a folder, with the files by which Homeground knows it and its methods; return the paths.

    Files of the same names are replaced; anything else in the folder is left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    notice = f"{NOTICE}\n\nLicence: {LICENCE}.\nMade by examples/district/generate.py with seed {district.seed}.\n"
    written = [_put(folder / "INVENTED.md", notice)]
    for name, table in district.tables.items():
        written.append(_put(folder / name, table.write_csv(line_terminator="\n")))
    for name, (polygons, table) in district.maps.items():
        written.append(_put(folder / name, _geojson(name, polygons, table)))
    for name, content in district.files.items():
        written.append(_put(folder / name, content))
    recipes = [
        *(HERE / "catalogue").glob("*.dataset.toml"),
        *HERE.glob("district-*.toml"),
        HERE / "homeground-load.toml",
    ]
    written += [_put(folder / file.name, file.read_text(encoding="utf-8")) for file in sorted(recipes)]
    for edition, year in _EDITIONS.items():
        name = f"invented-indices-{edition}.csv"
        built = standing.standing(folder, edition, district.tables[f"invented-lookup-{year}.csv"])
        written.append(_put(folder / name, built.write_csv(line_terminator="\n")))
    return written


def _put(path: Path, content: str | bytes) -> Path:
    half = path.with_name(f".{path.name}.part")
    half.write_bytes(content.encode() if isinstance(content, str) else content)
    shutil.move(half, path)
    return path


def _geojson(name: str, polygons: land.Geometries, table: pl.DataFrame) -> str:
    features = [
        json.dumps(
            {
                "type": "Feature",
                "properties": row,
                "geometry": {"type": "Polygon", "coordinates": [[list(xy) for xy in _ring(polygon)]]},
            },
            ensure_ascii=False,
        )
        for polygon, row in zip(polygons, table.iter_rows(named=True), strict=True)
    ]
    head = json.dumps({"type": "FeatureCollection", "name": name.removesuffix(".geojson"), "description": NOTICE})
    return head[:-1] + ', "features": [\n' + ",\n".join(features) + "\n]}\n"


def _ring(polygon: shapely.Polygon) -> list[tuple[float, float]]:
    # GeoJSON wants the outer ring counter-clockwise; a small area of the district has no holes.
    assert not polygon.interiors
    return list(shapely.get_coordinates(polygon.exterior).tolist())[::-1]


def generate(folder: Path, *, seed: int = SEED) -> District:
    """Make the invented district and write it into `folder`."""
    district = make(seed)
    write(district, folder)
    return district


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and make the district."""
    parser = argparse.ArgumentParser(description="Make the invented district. None of its places exists.")
    parser.add_argument("--out", type=Path, default=Path("invented-district"), help="folder to write into")
    parser.add_argument("--seed", type=int, default=SEED, help=f"start of the random numbers (default {SEED})")
    options = parser.parse_args(arguments)
    if options.seed < 0:
        parser.error("--seed is a whole number from 0")
    district = generate(options.out, seed=options.seed)
    people_now = district.tables["invented-people-2025.csv"]["residents"].sum()
    areas = district.tables["invented-lookup-2021.csv"].height
    sys.stdout.write(f"Invented {areas} small areas with {people_now:,} people in {options.out}. None of it is real.\n")


if __name__ == "__main__":
    main()
