"""How long it takes to compare cohorts in many indicators, beside a loop over statsmodels, in the same run.

33,755 invented areas in 296 authorities, 60 indicators, three comparisons each. statsmodels fits a weighted regression
on dummies with clustered errors (CR1) for each indicator; we give CR2 with Satterthwaite's degrees of freedom, the
naive error and the likeness of neighbours as well, with and without the wild cluster bootstrap of 999 draws. The two
must agree on CR1 first.

    python3 bench/compare.py [--areas N] [--indicators N] [--runs N]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from homeground.understand.compare import Measure, compare

COHORTS = ["left behind", "other deprived", "rest of England"]


def made_up(areas: int, indicators: int) -> pl.DataFrame:
    """Return invented areas, alike within authorities."""
    rng = np.random.default_rng(1)
    authority = rng.integers(0, 296, areas)
    group = rng.choice(3, size=areas, p=[0.04, 0.06, 0.9])
    columns: dict[str, Any] = {
        "area_code": [f"a{i:05}" for i in range(areas)],
        "cohort": np.array(COHORTS)[group],
        "cluster": np.char.add("E", authority.astype(str)),
        "population": rng.integers(1000, 3000, areas),
    }
    for place in range(indicators):
        columns[f"i{place}"] = rng.normal(size=296)[authority] + 0.2 * group + rng.normal(size=areas)
    return pl.DataFrame(columns)


def by_statsmodels(table: pl.DataFrame, names: list[str]) -> list[float]:
    """Return the CR1 error of left behind less other deprived, one regression after the other."""
    import statsmodels.api as sm

    group = table["cohort"].replace_strict({name: i for i, name in enumerate(COHORTS)}).to_numpy()
    clusters = np.unique(table["cluster"].to_numpy().astype(str), return_inverse=True)[1]
    dummies, weights = np.eye(3)[group], table["population"].to_numpy().astype(float)
    share = np.bincount(group, weights=weights) / weights.sum()
    errors = []
    for name in names:
        model = sm.WLS(table[name].to_numpy(), dummies, weights=weights)
        fit = model.fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True)
        found = [fit.t_test(row) for row in ([1, -1, 0], [1, 0, -1], np.array([1.0, 0, 0]) - share)]
        errors.append(float(np.squeeze(found[0].sd)))
    return errors


def best(what: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Return the shortest time of several runs, and what came of it."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        result = what()
        times.append(time.perf_counter() - began)
    return min(times), result


def main() -> int:
    """Time both and print them."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--areas", type=int, default=33755)
    asked.add_argument("--indicators", type=int, default=60)
    asked.add_argument("--runs", type=int, default=3)
    options = asked.parse_args()
    table = made_up(options.areas, options.indicators)
    names = [f"i{place}" for place in range(options.indicators)]
    measures = [Measure(name) for name in names]
    plain, found = best(lambda: compare(table, measures, draws=0), options.runs)
    drawn, _ = best(lambda: compare(table, measures), options.runs)
    peer, errors = best(lambda: by_statsmodels(table, names), options.runs)
    ours = found.table.filter(pl.col("comparison") == "other deprived")["standard_error_cr1"].to_numpy()
    apart = float(np.abs(ours - np.array(errors)).max())
    print(f"{options.areas:,} areas, {options.indicators} indicators, three comparisons each; best of {options.runs}")
    print(f"  homeground, without bootstrap   {plain:6.2f} s")
    print(f"  homeground, 999 draws           {drawn:6.2f} s")
    print(
        f"  statsmodels, CR1 only           {peer:6.2f} s   ({peer / plain:.1f} and {peer / drawn:.1f} times as long)"
    )
    print(f"  largest difference of CR1: {apart:.1e}")
    return 0 if apart < 1e-8 else 1


if __name__ == "__main__":
    sys.exit(main())
