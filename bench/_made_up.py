"""The made-up nation that the benches work on: 33,755 areas, 60 rates in seven domains, 296 authorities."""

from __future__ import annotations

import numpy as np
import polars as pl

AREAS, AUTHORITIES = 33_755, 296
DOMAINS = {"income": 8, "employment": 8, "education": 9, "health": 9, "crime": 9, "barriers": 8, "living": 9}
WEIGHTS = [0.225, 0.225, 0.135, 0.135, 0.093, 0.093, 0.093]


def made_up_table(seed: int = 1) -> pl.DataFrame:
    """Return counts for 60 indicators that hang together as real ones do."""
    rng = np.random.default_rng(seed)
    authority = np.sort(rng.integers(0, AUTHORITIES, AREAS))
    common = rng.standard_normal(AUTHORITIES)[authority] * 0.5 + rng.standard_normal(AREAS)
    columns: dict[str, object] = {
        "area_code": [f"Z{i:08d}" for i in range(AREAS)],
        "authority": [f"ZA{a:04d}" for a in authority],
        "people": rng.integers(1_000, 3_000, AREAS),
    }
    for domain, count in DOMAINS.items():
        factor = common * 0.8 + rng.standard_normal(AREAS) * 0.6
        for i in range(count):
            below = rng.integers(300, 2_000, AREAS)
            rate = 1 / (1 + np.exp(-(-2 + 0.6 * (0.7 * factor + 0.7 * rng.standard_normal(AREAS)))))
            columns[f"{domain}_{i}_above"] = rng.binomial(below, rate)
            columns[f"{domain}_{i}_below"] = below
    return pl.DataFrame(columns)
