"""An invented postcode directory, in the layout of the ONS Postcode Directory.

Outward codes begin with XQ: no postcode area of the United Kingdom does. Coordinates lie on the invented grid.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from examples.district.land import FloatArray
from examples.district.places_to_meet import on_the_grid

__all__ = ["EACH", "postcodes"]

EACH = 6  # postcodes in each small area
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # the letters that an inward code may hold


def postcodes(keys: pl.DataFrame, middles: FloatArray, rng: np.random.Generator) -> pl.DataFrame:
    """Return the directory: `EACH` postcodes for each area, two in a hundred no longer in use.

    Parameters
    ----------
    keys : polars.DataFrame
        Codes of area, ward and authority.
    middles : ndarray of shape (n_areas, 2)
        A point in each area, in longitude and latitude.
    """
    of = np.repeat(np.arange(keys.height), EACH)
    number = np.arange(len(of))
    ward = keys["invented_ward_code"].str.slice(2).cast(pl.Int64).gather(of).to_numpy()
    within = number - np.array([number[ward == w].min() for w in range(1, ward.max() + 1)])[ward - 1]
    inward = [
        f"{1 + w // 400 % 9}{_LETTERS[w // 20 % 20]}{_LETTERS[w % 20]}" for w in within
    ]  # fmt: skip
    plain = [f"XQ{w} {rest}" for w, rest in zip(ward, inward, strict=True)]
    at = middles[of]
    grid = on_the_grid(at).astype(int)
    return pl.DataFrame(
        {
            "pcds": plain,
            "dointr": ["200001"] * len(of),
            "doterm": np.where(rng.random(len(of)) < 0.02, "202106", ""),
            "oseast1m": grid[:, 0],
            "osnrth1m": grid[:, 1],
            "lsoa21cd": keys.to_series(0).gather(of),
            "osward": keys["invented_ward_code"].gather(of),
            "oslaua": keys["invented_authority_code"].gather(of),
            "lat": at[:, 1].round(6),
            "long": at[:, 0].round(6),
            "invented": ["no real postcode"] * len(of),
        }
    )
