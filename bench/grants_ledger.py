"""Time the ledger of a million made-up awards: from the awards table to the figures of cohorts.

Type: python bench/grants_ledger.py [rows]
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import time

import numpy as np
import polars as pl

from homeground.money import WHOLE
from homeground.understand.grants import Atlas, Rules, grants

AREAS, FUNDERS, RECIPIENTS, LARGE = 33_755, 250, 300_000, 309


def made_up(rows: int) -> tuple[pl.DataFrame, pl.DataFrame, Atlas]:
    """Return awards, locations and an atlas of as many areas as England has LSOAs."""
    rng = np.random.default_rng(7)
    days = rng.integers(0, 365 * 15, rows).astype("timedelta64[D]")
    dates = np.datetime64(dt.date(2008, 1, 1)) + days
    recipient = rng.integers(0, RECIPIENTS, rows)
    words = np.resize(["Hall", "Club", "Friends", "Trust", "Youth", "Garden", "Arts", "Sport"], RECIPIENTS)
    named = pl.Series([f"{word} community association of {i}" for i, word in enumerate(words)])
    awards = pl.DataFrame(
        {
            "award": np.arange(rows, dtype=np.uint32),
            "grant_id": pl.Series(rng.integers(0, int(rows * 50), rows)).cast(pl.String),
            "amount_pence": rng.choice([50_000, 100_000, 250_000, 500_000, 999_900, 1_000_000], rows)
            + rng.integers(0, 2, rows) * rng.integers(0, 99_999, rows),
            "award_date": dates,
            "funder_id": pl.Series([f"GB-CHC-{i}" for i in range(FUNDERS)])[rng.integers(0, FUNDERS, rows)],
            "recipient_name": named[recipient],
            "recipient_id": pl.Series([f"GB-CHC-9{i}" for i in range(RECIPIENTS)])[recipient],
            "recipient_postcode": pl.Series([f"AA{i} 1AA" for i in range(AREAS)])[recipient % AREAS],
            "title": named[recipient],
            "description": ["A project that brings people of all ages together over food and music"] * rows,
        }
    )
    # A third of recipients has no identifier.
    awards = awards.with_columns(
        pl.col("award_date").cast(pl.Date),
        award_year=pl.col("award_date").cast(pl.Date).dt.year(),
        recipient_id=pl.when(pl.Series(recipient % 3 > 0)).then("recipient_id"),
        funder_name="funder_id",
    )
    codes = [f"E{i + 1000000:08}" for i in range(AREAS)]
    large = [f"L{i % LARGE}" for i in range(AREAS)]
    with_place = rng.random(rows) < 0.6
    small = rng.random(rows) < 0.6
    place = rng.integers(0, AREAS, rows)
    geo = np.where(small, np.array(codes)[place], np.array(large)[place])
    locations = pl.DataFrame({"award": np.arange(rows, dtype=np.uint32), "geo_code": geo}).filter(pl.Series(with_place))
    locations = locations.with_columns(role=pl.lit("beneficiary"), name=pl.lit(None, dtype=pl.String))
    areas = pl.DataFrame(
        {
            "area_code": codes, "population": rng.integers(1000, 3000, AREAS).astype(np.float64),
            "cohort": np.where(np.arange(AREAS) % 15 == 0, "left behind", "rest of England"),
            "need_decile": np.arange(AREAS) % 10 + 1, "region": [f"R{i % 9}" for i in range(AREAS)],
        }
    )  # fmt: skip
    own = pl.DataFrame({"code": codes, "area_code": codes, "parts": [WHOLE] * AREAS})
    inside = pl.DataFrame({"code": large, "area_code": codes})
    n = pl.len().over("code").cast(pl.Int64)
    at = pl.int_range(pl.len()).over("code")
    inside = inside.with_columns(parts=WHOLE // n + (at < WHOLE % n).cast(pl.Int64))
    known = pl.DataFrame(
        {"code": [*codes, *sorted(set(large))], "size": ["small"] * AREAS + ["large"] * LARGE}
    ).with_columns(authority=pl.lit(None, dtype=pl.String))
    postcodes = pl.DataFrame({"postcode": [f"AA{i}1AA" for i in range(AREAS)], "code": codes})
    names = pl.DataFrame(schema={"name": pl.String, "code": pl.String})
    return awards, locations, Atlas(areas, pl.concat([own, inside]), known, names, postcodes)


def main(rows: int) -> None:
    """Make the awards, run, and print seconds and memory."""
    awards, locations, atlas = made_up(rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    themes = {"food": ("food", "cook"), "music": ("music",), "sport": ("sport", "football")}
    start = time.perf_counter()
    found = grants(awards, locations, atlas=atlas, rules=Rules(themes=themes))
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{rows:,} awards, {AREAS:,} areas: {took:.2f} s; peak {peak:.2f} GB (inputs {before:.2f} GB)")
    print(found.ledger["class"].value_counts().sort("class"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
