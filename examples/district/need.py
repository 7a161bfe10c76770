"""How much need of each kind an invented place has: the hidden numbers from which its indicators are drawn.

Ten kinds of need: the seven domains of deprivation and three of community need. Each sort of place has its profile.
What the profiles give is then turned, as little as possible, until the ten kinds of need go together as in England.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from examples.district.land import FloatArray, IntArray

DOMAINS = (
    "income", "employment", "education", "health", "crime", "barriers", "living", "civic", "connectedness", "engaged",
)  # fmt: skip

# Rank correlations (Spearman) between the domains over the 33,755 small areas of England: the first seven as in the
# Indices of Deprivation 2025, the last three as in the Community Needs Index 2023. Rounded to two decimals.
ENGLAND = np.array([
    [1.00, 0.94, 0.85, 0.81, 0.80, 0.16, 0.19, -0.12, 0.28, 0.59],
    [0.94, 1.00, 0.86, 0.88, 0.78, 0.08, 0.16, -0.08, 0.39, 0.57],
    [0.85, 0.86, 1.00, 0.78, 0.69, 0.15, 0.05, 0.05, 0.42, 0.64],
    [0.81, 0.88, 0.78, 1.00, 0.76, -0.05, 0.14, -0.10, 0.39, 0.62],
    [0.80, 0.78, 0.69, 0.76, 1.00, -0.02, 0.27, -0.20, 0.19, 0.55],
    [0.16, 0.08, 0.15, -0.05, -0.02, 1.00, 0.10, 0.09, 0.19, -0.12],
    [0.19, 0.16, 0.05, 0.14, 0.27, 0.10, 1.00, -0.45, -0.03, -0.17],
    [-0.12, -0.08, 0.05, -0.10, -0.20, 0.09, -0.45, 1.00, 0.15, 0.08],
    [0.28, 0.39, 0.42, 0.39, 0.19, 0.19, -0.03, 0.15, 1.00, 0.09],
    [0.59, 0.57, 0.64, 0.62, 0.55, -0.12, -0.17, 0.08, 0.09, 1.00],
])  # fmt: skip

# How closely each domain keeps its order from the edition of 2019 to that of 2025 (rank correlation in England; for
# the last three no pair of editions on the same boundaries exists, and the value is a guess).
FROM_2019_TO_2025 = np.array([0.955, 0.956, 0.943, 0.925, 0.841, 0.60, 0.793, 0.85, 0.90, 0.90])

# What an index sees of the hidden need once it has been through counts, surveys and suppression.
_SEEN = np.array([0.985, 0.975, 0.955, 0.955, 0.955, 0.88, 0.88, 0.92, 0.93, 0.93])

# What drawing the indicators adds to single correlations (found by running the generator), taken off beforehand.
_DRIFT = {
    ("living", "income"): 0.06, ("living", "employment"): 0.05, ("living", "education"): 0.04,
    ("living", "health"): 0.04, ("living", "crime"): 0.06, ("living", "connectedness"): -0.05,
    ("living", "engaged"): 0.12,
    ("engaged", "income"): 0.05, ("engaged", "employment"): 0.06, ("engaged", "barriers"): 0.05,
    ("barriers", "crime"): 0.05, ("barriers", "civic"): -0.06, ("crime", "connectedness"): -0.05,
}  # fmt: skip

# Profiles in the order of DOMAINS, then: how urban, how young (-1 old to 1 young). Higher is more need.
_PROFILES = {
    "centre":         (0.9, 0.8, 0.5, 0.9, 1.7, 0.0, 1.1, -1.6, -0.8, 0.6, 1.6, 0.9),
    "inner":          (1.1, 1.0, 1.0, 0.9, 1.2, 0.2, 1.3, -0.7, -0.4, 0.7, 1.3, 0.5),
    "docks":          (1.2, 1.2, 1.1, 1.2, 1.2, 0.2, 0.7, 0.1, 0.1, 1.0, 1.0, 0.2),
    "interwar":       (-0.3, -0.2, -0.2, -0.1, -0.1, -0.4, -0.2, 0.4, -0.3, 0.0, 0.6, 0.0),
    "comfortable":    (-1.3, -1.2, -1.1, -1.0, -0.9, -0.3, -0.7, 0.5, -0.4, -1.0, 0.3, -0.2),
    "new":            (-0.7, -0.7, -0.4, -0.7, -0.4, 0.5, -1.4, 1.2, 0.0, -0.3, 0.1, 0.6),
    "estate":         (1.7, 1.7, 1.7, 1.4, 1.2, 0.4, -0.3, 1.1, 0.9, 1.6, 0.5, 0.4),
    "coalfield_town": (0.6, 0.8, 0.8, 0.9, 0.6, -0.2, 0.2, -0.4, 0.3, 0.5, 0.6, 0.0),
    "pit_village":    (0.8, 1.0, 1.0, 1.1, 0.3, 0.2, -0.2, 0.5, 1.1, 0.8, -0.2, -0.1),
    "resort_front":   (1.2, 1.4, 0.8, 1.3, 1.4, -0.3, 1.4, -0.8, 0.4, 0.7, 0.9, -0.3),
    "resort_back":    (1.0, 1.2, 1.1, 1.1, 0.4, 0.4, 0.0, 0.8, 1.1, 1.0, -0.1, -0.8),
    "market_town":    (-0.3, -0.4, -0.4, -0.3, -0.3, -0.2, 0.4, -1.0, 0.0, -0.8, 0.1, -0.3),
    "village":        (-0.9, -0.9, -0.6, -0.9, -1.1, 1.1, 0.7, -0.3, 0.8, -1.0, -1.4, -0.5),
}  # fmt: skip

# Spread around the profile: between the wards of a kind, and between the areas of a ward.
_BETWEEN_WARDS, _WITHIN_WARDS = 0.3, 0.5
# How much harder need of both kinds falls where both are high. Without it the two worst tenths would share a third of
# their areas; in England they share 37 %, in the coalfield and coast regions 40 to 50 %.
_BOTH_AT_ONCE = 0.3


def hidden_need(kinds: list[str], ward: IntArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return the need of each area in 2025 and in 2019, standard normal, higher is worse.

    Two arrays of shape (n_areas, 10), in the order of `DOMAINS`.

    Parameters
    ----------
    kinds : list of str
        The kind of each ward.
    ward : ndarray of shape (n_areas,)
        The ward of each area.
    """
    profile = np.array([_PROFILES[kind][: len(DOMAINS)] for kind in kinds])
    wanted = _as_seen(ENGLAND)
    half = np.linalg.cholesky(wanted)
    of_ward = profile + _BETWEEN_WARDS * rng.standard_normal(profile.shape) @ half.T
    of_area = of_ward[ward] + _WITHIN_WARDS * rng.standard_normal((len(ward), len(DOMAINS))) @ half.T
    now = turn_to(of_area, wanted)
    both = np.maximum(now[:, :4].mean(axis=1) + now[:, 7:].mean(axis=1), 0.0)
    now = turn_to(now * (1 + _BOTH_AT_ONCE * both[:, None]), wanted)
    # What has changed since is itself shared between kinds of need and, in part, by the whole ward.
    shock = rng.standard_normal((len(kinds), len(DOMAINS)))[ward] + rng.standard_normal((len(ward), len(DOMAINS)))
    shock = shock / np.sqrt(2.0) @ half.T
    kept = np.minimum(FROM_2019_TO_2025 / _SEEN, 0.995)
    then = turn_to(kept * now + np.sqrt(1 - kept**2) * shock, wanted)
    return now, then


def setting(kinds: list[str], ward: IntArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return how urban and how young each area is: two arrays of shape (n_areas,), about -2 to 2."""
    of_kind = np.array([_PROFILES[kind][len(DOMAINS) :] for kind in kinds])[ward]
    drawn = of_kind + rng.normal(0, [0.35, 0.3], of_kind.shape)
    return drawn[:, 0], drawn[:, 1]


def _as_seen(ranks: FloatArray) -> FloatArray:
    # From rank to moment correlations, made a little stronger for what the indicators will blur.
    seen, ranks = np.sqrt(_SEEN), ranks.copy()
    for (one, other), drift in _DRIFT.items():
        i, j = DOMAINS.index(one), DOMAINS.index(other)
        ranks[[i, j], [j, i]] -= drift
    strong = 2 * np.sin(np.pi * ranks / 6) / np.outer(seen, seen)
    np.fill_diagonal(strong, 1.0)
    values, vectors = np.linalg.eigh(strong)
    mended = (vectors * np.maximum(values, 0.01)) @ vectors.T
    size = np.sqrt(np.diag(mended))
    return np.asarray(mended / np.outer(size, size))


def turn_to(values: FloatArray, correlation: FloatArray) -> FloatArray:
    """Return `values`, made normal column by column and given exactly this correlation with the least change.

    Parameters
    ----------
    values : ndarray of shape (n, k)
    correlation : ndarray of shape (k, k)
        Positive definite.

    Source
    ------
    ZCA-cor whitening: Kessy, Lewin and Strimmer, Optimal whitening and decorrelation, The American Statistician (2018).

    Examples
    --------
    >>> turned = turn_to(np.random.default_rng(1).random((50, 2)), np.array([[1.0, 0.5], [0.5, 1.0]]))
    >>> float(np.corrcoef(turned.T)[0, 1].round(6))
    0.5
    """
    n = len(values)
    by_place = np.array([NormalDist().inv_cdf((place + 0.5) / n) for place in range(n)])
    normal = by_place[values.argsort(axis=0).argsort(axis=0)] / by_place.std()
    turned = normal @ _root(np.corrcoef(normal.T), -0.5) @ _root(correlation, 0.5)
    return np.asarray((turned - turned.mean(axis=0)) / turned.std(axis=0))


def _root(matrix: FloatArray, power: float) -> FloatArray:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * values**power) @ vectors.T)
