"""What is within reach, all of England at once: Homeground beside PySAL's ``access`` and a plain loop.

A made-up nation of 33,755 areas and 15,000 places, laid out in towns and countryside. The job: for each area the
nearest place, the number within 0.8 km and 2 km, and the two-step floating catchment of 2 km. The issue asks for 2
seconds at most. All must give the same figures. PySAL takes a table of distances and makes the catchment from it; that
table is made for it with SciPy and timed apart. The plain way loops over areas.

    python3 dev.py bench access [--areas N --places N --runs N]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

KM = 2.0


def made_up(areas: int, places: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return areas and places: three quarters of both in towns."""
    rng = np.random.default_rng(1)
    towns = rng.uniform((150_000, 100_000), (600_000, 600_000), (120, 2))
    size = rng.pareto(1.2, 120) + 0.2

    def scattered(n: int) -> np.ndarray[Any, Any]:
        of = rng.choice(120, n, p=size / size.sum())
        spread = 1500 * np.sqrt(size[of])[:, None]
        inside = towns[of] + rng.standard_normal((n, 2)) * spread
        outside = rng.uniform((150_000, 100_000), (600_000, 600_000), (n, 2))
        return np.where(rng.random((n, 1)) < 0.75, inside, outside)

    here, there = scattered(areas), scattered(places)
    table = pl.DataFrame(
        {
            "area_code": [f"Z{i:08d}" for i in range(areas)],
            "easting": here[:, 0],
            "northing": here[:, 1],
            "population": rng.integers(1_000, 3_000, areas),
        }
    )
    listed = pl.DataFrame(
        {
            "place": [f"P{i:06d}" for i in range(places)],
            "kind": ["halls"] * places,
            "easting": there[:, 0],
            "northing": there[:, 1],
        }
    )
    return table, listed


def ours(areas: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Homeground: everything."""
    from homeground.understand.access import access

    return access(areas, places, within=(0.8, KM), catchment=KM).table


def distances(areas: pl.DataFrame, places: pl.DataFrame) -> Any:
    """Return the table of distances that PySAL wants, by SciPy."""
    import pandas as pd
    from scipy.spatial import cKDTree

    here = cKDTree(areas.select("easting", "northing").to_numpy())
    there = cKDTree(places.select("easting", "northing").to_numpy())
    found = here.sparse_distance_matrix(there, KM * 1000, output_type="ndarray")
    return pd.DataFrame({"origin": found["i"], "dest": found["j"], "cost": found["v"] / 1000})


def pysal(areas: pl.DataFrame, places: pl.DataFrame, costs: Any) -> Any:
    """PySAL: the catchment only, from the table of distances."""
    import pandas as pd
    from access.fca import two_stage_fca

    demand = pd.DataFrame({"geoid": range(areas.height), "demand": areas["population"].to_numpy()})
    supply = pd.DataFrame({"supply": np.ones(places.height)}, index=pd.RangeIndex(places.height, name="geoid"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return two_stage_fca(demand, supply, costs, max_cost=KM, demand_index="geoid", demand_name="demand")


def plain(areas: pl.DataFrame, places: pl.DataFrame, rows: int) -> Any:
    """The plain way on the first `rows` areas: a loop, NumPy for distances; nearest and counts only."""
    here = areas.select("easting", "northing").to_numpy()[:rows]
    there = places.select("easting", "northing").to_numpy()
    found = []
    for east, north in here:
        way = np.hypot(there[:, 0] - east, there[:, 1] - north) / 1000
        found.append((way.min(), int((way <= 0.8).sum()), int((way <= KM).sum())))
    return found


def timed(job: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Return the best time of `runs`, and what came out."""
    best, out = np.inf, None
    for _ in range(runs):
        began = time.perf_counter()
        out = job()
        best = min(best, time.perf_counter() - began)
    return best, out


def main() -> int:
    """Time them and print the ratios."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--areas", type=int, default=33_755)
    asked.add_argument("--places", type=int, default=15_000)
    asked.add_argument("--runs", type=int, default=3)
    options = asked.parse_args()
    # This file is named as PySAL's package is: its folder must not come first.
    sys.path[:] = [place for place in sys.path if Path(place or ".").resolve() != Path(__file__).resolve().parent]
    areas, places = made_up(options.areas, options.places)
    mine, table = timed(lambda: ours(areas, places), options.runs)
    prepared, costs = timed(lambda: distances(areas, places), 2)
    theirs, series = timed(lambda: pysal(areas, places, costs), options.runs)
    part = min(1_000, areas.height)
    loop, rows = timed(lambda: plain(areas, places, part), 1)
    catchment = 1000 * series.reindex(range(areas.height)).fillna(0.0).to_numpy()
    off = float(np.abs(catchment - table["catchment_halls"].to_numpy()).max())
    first = table.head(part)
    same = np.allclose([row[0] for row in rows], first["nearest_km_halls"].to_numpy())
    same &= [row[2] for row in rows] == first["within_2km_halls"].to_list()
    whole = loop * areas.height / part
    print(f"{areas.height:,} areas x {places.height:,} places, {len(costs):,} pairs, load {os.getloadavg()[0]:.1f}")
    print(f"  Homeground, everything                      {mine:8.2f} s   (asked for: 2 s)")
    print(f"  PySAL access, catchment from its distances  {theirs:8.2f} s   {theirs / mine:6.1f} x ours")
    print(f"    and making those distances with SciPy     {prepared:8.2f} s")
    print(f"  plain loop, nearest and counts only         {whole:8.2f} s   {whole / mine:6.1f} x ours")
    print(f"    (reckoned from {part:,} areas)")
    print(f"  largest difference of catchments to PySAL   {off:8.1e}")
    print(f"  plain loop agrees: {same}")
    return 0 if same and off < 1e-9 else 1


if __name__ == "__main__":
    sys.exit(main())
