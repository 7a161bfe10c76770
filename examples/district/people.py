"""Who lives in the invented district: residents by single year of age, households, homes and a small census."""

from __future__ import annotations

import numpy as np

from examples.district.land import FloatArray, IntArray
from examples.district.need import DOMAINS

AGES = 91  # 0 to 89, and 90 with everybody older

_USUAL, _SPREAD, _FEWEST, _MOST = 1_492.0, 0.17, 1_040, 2_900
# People in 2025 for each person in 2019, by kind of place.
_GROWTH = {"new": 1.35, "centre": 1.12, "comfortable": 1.04, "village": 1.03, "pit_village": 0.98, "resort_front": 0.97}


def residents(kinds: list[str], ward: IntArray, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Return how many people live in each area in 2025 and in 2019."""
    now = _USUAL * np.exp(rng.normal(0, _SPREAD, len(ward)))
    growth = np.array([_GROWTH.get(kind, 1.01) for kind in kinds])[ward] * np.exp(rng.normal(0, 0.03, len(ward)))
    now = np.clip(now, _FEWEST, _MOST)
    return np.rint(now).astype(np.int64), np.rint(now / growth).astype(np.int64)


def by_age(total: IntArray, young: FloatArray, rng: np.random.Generator) -> IntArray:
    """Return people by single year of age, an array of shape (n_areas, 91) whose rows add up to `total`.

    Parameters
    ----------
    young : ndarray of shape (n_areas,)
        From -1 (retired people by the sea) to 1 (students and young families).
    """
    age = np.arange(AGES)

    def bump(middle: float, width: float) -> FloatArray:
        shape = np.exp(-(((age - middle) / width) ** 2) / 2)
        return np.asarray(shape / shape.sum())

    children, twenties, middle, older = bump(8, 7), bump(24, 6), bump(44, 13), bump(70, 10)
    lean = np.clip(young, -1.5, 1.5)
    mix = np.column_stack([0.21 + 0.05 * lean, 0.13 + 0.06 * lean, 0.40 + 0.01 * lean, 0.26 - 0.12 * lean])
    chance = np.clip(mix, 0.02, None) @ np.vstack([children, twenties, middle, older])
    # Older people leave the register as real ones do: fewer at each age past 75.
    chance = chance * np.where(age > 75, np.exp(-(((age - 75) / 12.0) ** 2)), 1.0)
    chance = chance / chance.sum(axis=1, keepdims=True)
    return np.asarray(rng.multinomial(total, chance), dtype=np.int64)


def households(total: IntArray, young: FloatArray, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Return households and homes (a few stand empty) of each area."""
    size = np.clip(2.32 + 0.18 * young + rng.normal(0, 0.08, len(total)), 1.7, 3.1)
    living = np.rint(total / size).astype(np.int64)
    empty = rng.uniform(0.02, 0.07, len(total))
    return living, np.rint(living * (1 + empty)).astype(np.int64)


def census(
    need: FloatArray,
    urban: FloatArray,
    young: FloatArray,
    total: IntArray,
    living: IntArray,
    rng: np.random.Generator,
) -> dict[str, IntArray]:
    """Return a small census of each area: tenure, cars, language, disability, people who live alone."""
    poor, unwell = need[:, DOMAINS.index("income")], need[:, DOMAINS.index("health")]
    noise = rng.standard_normal((6, len(total)))
    social = 0.9 * poor + 0.3 * noise[0]
    private = 0.3 * poor + 0.5 * urban + 0.4 * young + 0.5 * noise[1]
    weights = np.exp(np.column_stack([np.full(len(total), 0.55), -1.15 + 0.85 * social, -1.05 + 0.55 * private]))
    tenure = rng.multinomial(living, weights / weights.sum(axis=1, keepdims=True))

    def counted(out_of: IntArray, at: float, score: FloatArray) -> IntArray:
        return np.asarray(rng.binomial(out_of, 1 / (1 + np.exp(-(at + score)))), dtype=np.int64)

    return {
        "households": living,
        "households_owning": tenure[:, 0],
        "households_social_rented": tenure[:, 1],
        "households_private_rented": tenure[:, 2],
        "households_without_car": counted(living, -1.35, 0.75 * poor + 0.35 * urban + 0.15 * noise[2]),
        "households_of_one_person": counted(living, -0.85, 0.15 * poor - 0.2 * young + 0.1 * noise[3]),
        "residents_disabled": counted(total, -1.55, 0.3 * unwell - 0.15 * young + 0.08 * noise[4]),
        "residents_main_language_not_english": counted(total, -3.6, 0.2 * poor + 0.75 * urban + 0.4 * noise[5]),
    }
