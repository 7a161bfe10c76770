"""Who agrees with whom: opinion groups from votes on short statements, the ground all share, and what divides.

The published method of Polis: each vote is agree (1), pass (0) or disagree (-1); a vote not given counts as the mean of
its statement; people are laid out along the two directions in which they differ most (principal components), those who
voted on few statements stretched outwards by the square root of the share they saw; groups are k-means of two to five,
the number with the clearest edges (silhouette).

Source: Small et al. (2021), Polis: Scaling deliberation by mapping high dimensional opinion spaces, Recerca 26(2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from homeground.errors import BadTable, BadValue
from homeground.provenance import Note
from homeground.stats import FloatArray, IntArray
from homeground.tables import require_columns

__all__ = ["Groups", "find_groups"]

_FEWEST_VOTES = 7
_MOST_GROUPS = 5
_TRIES = 20
_ROUNDS = 200
_SURE = 1.2816  # one-sided 90 %, as Polis asks


@dataclass(frozen=True)
class Groups:
    """Groups of people who vote alike, and what they say.

    Attributes
    ----------
    people : polars.DataFrame
        ``person``, ``votes``, ``x``, ``y`` (where they stand), ``group`` (0, 1, …, the largest first; null for those
        who voted on too few statements to say).
    statements : polars.DataFrame
        For each: ``statement``, ``agree``, ``disagree``, ``passed``, ``seen``, ``shared`` (0 to 1: how surely every
        group agrees, the group-informed consensus), ``shared_against``, ``divides`` (0 to 1: the widest gap between
        the shares that agree in two groups), ``direction_1``, ``direction_2`` (its weight in the two directions).
    by_group : polars.DataFrame
        ``group``, ``statement``, ``agree``, ``disagree``, ``seen``, ``share_agree`` (with one vote each way added),
        ``times`` (how many times as likely to agree as others) and ``stands_for`` (``agree``, ``disagree`` or null:
        what marks the group at 90 % in both tests).
    explained : tuple of two floats
        Share of all differences that each direction shows.
    silhouette : float
        How clear the edges between groups are, -1 to 1; nan with one group.
    notes : tuple of Note
        What a reader must know.
    """

    people: pl.DataFrame
    statements: pl.DataFrame
    by_group: pl.DataFrame
    explained: tuple[float, float]
    silhouette: float
    notes: tuple[Note, ...]


def find_groups(
    votes: pl.DataFrame,
    *,
    rejected: tuple[int | str, ...] = (),
    fewest_votes: int = _FEWEST_VOTES,
    groups: int | None = None,
    seed: int = 0,
) -> Groups:
    """Return the opinion groups among people who voted on statements.

    Parameters
    ----------
    votes : polars.DataFrame
        ``person``, ``statement``, ``vote``: 1 agree, 0 pass, -1 disagree. Where somebody voted twice on a statement,
        the last row counts.
    rejected : tuple
        Statements that moderators took out: they take no part.
    fewest_votes : int
        Who voted on fewer is not put in a group.
    groups : int, optional
        How many groups; without it the number from two to five with the clearest edges.
    seed : int
        Start of the random numbers of k-means. Same seed, same groups.

    Raises
    ------
    BadValue
        If a vote is not 1, 0 or -1.
    BadTable
        If fewer than three people or two statements have votes enough.

    Examples
    --------
    >>> rows = [(p, s, 1 if (p < 4) == (s < 2) else -1) for p in range(8) for s in range(4)]
    >>> votes = pl.DataFrame(rows, schema=["person", "statement", "vote"], orient="row")
    >>> find_groups(votes, fewest_votes=4).people["group"].to_list()
    [0, 0, 0, 0, 1, 1, 1, 1]
    """
    people, statements, matrix, taken = _matrix(votes, rejected)
    given = np.isfinite(matrix)
    count = given.sum(axis=1)
    # Votes on what was taken out later were votes too.
    enough = (taken >= min(fewest_votes, len(statements))) & (count > 0)
    if enough.sum() < 3 or len(statements) < 2:
        raise BadTable(
            f"{int(enough.sum())} people voted on at least {fewest_votes} of {len(statements)} statements: too few "
            "to look for groups",
            remedy="Ask more people, or ask for fewer votes of each.",
        )
    mean = np.nanmean(np.where(given, matrix, np.nan), axis=0)
    centred = np.where(given, matrix, mean) - mean
    _, strength, directions = np.linalg.svd(centred, full_matrices=False)
    directions = _signed(directions[:2])
    explained = strength**2 / max((strength**2).sum(), 1e-12)
    spread = np.sqrt(len(statements) / np.maximum(count, 1))
    where = (centred @ directions.T) * spread[:, None]
    label, clear = _grouped(where[enough], groups, seed)
    group = np.full(len(people), -1)
    group[enough] = label
    by_group, shared, against, divides = _by_group(matrix, group, statements)
    told = [Note("Groups are made from votes alone; nobody was asked who they are.", kind="info")]
    if (out := int((~enough).sum())) > 0:
        told.append(
            Note(
                f"{out} of {len(people)} people voted on fewer than {fewest_votes} statements and stand in no group.",
                kind="missing",
            )
        )
    if np.isfinite(clear) and clear < 0.25:
        told.append(
            Note(
                f"The edges between the groups are not clear (silhouette {clear:.2f} of 1): read them as a slope.",
                kind="estimated",
            )
        )
    return Groups(
        people=pl.DataFrame(
            {
                "person": people, "votes": count, "x": where[:, 0], "y": where[:, 1],
                "group": pl.Series([None if g < 0 else int(g) for g in group], dtype=pl.Int64),
            }
        ),
        statements=pl.DataFrame(
            {
                "statement": statements,
                "agree": (matrix == 1).sum(axis=0), "disagree": (matrix == -1).sum(axis=0),
                "passed": (matrix == 0).sum(axis=0), "seen": given.sum(axis=0),
                "shared": shared, "shared_against": against, "divides": divides,
                "direction_1": directions[0], "direction_2": directions[1],
            }
        ),
        by_group=by_group,
        explained=(float(explained[0]), float(explained[1])),
        silhouette=clear,
        notes=tuple(told),
    )  # fmt: skip


def _matrix(
    votes: pl.DataFrame, rejected: tuple[int | str, ...]
) -> tuple[list[object], list[object], FloatArray, IntArray]:
    require_columns(votes, ["person", "statement", "vote"])
    odd = votes.with_row_index("row").filter(~pl.col("vote").is_in([-1, 0, 1]) | pl.col("vote").is_null())
    if odd.height:
        row, vote = odd.select("row", "vote").row(0)
        raise BadValue(
            f"a vote is {vote!r}, and can be 1 (agree), 0 (pass) or -1 (disagree)", row=row + 2, column="vote",
            remedy="Leave out what was not voted on.",
        )  # fmt: skip
    last = votes.unique(["person", "statement"], keep="last", maintain_order=True)
    votes_of = dict(last.group_by("person").len().iter_rows())
    last = last.filter(~pl.col("statement").cast(pl.String).is_in([str(one) for one in rejected]))
    people, statements = (last[name].unique().sort().to_list() for name in ("person", "statement"))
    at = {person: row for row, person in enumerate(people)}
    to = {statement: column for column, statement in enumerate(statements)}
    matrix = np.full((len(people), len(statements)), np.nan)
    for person, statement, vote in last.select("person", "statement", "vote").iter_rows():
        matrix[at[person], to[statement]] = vote
    return people, statements, matrix, np.array([votes_of[person] for person in people], dtype=np.int64)


def _signed(directions: FloatArray) -> FloatArray:
    """Fix the sign, which the method leaves open: the largest weight of each direction is positive."""
    if len(directions) < 2:
        directions = np.vstack([directions, np.zeros_like(directions[0])])
    largest = directions[np.arange(2), np.abs(directions).argmax(axis=1)]
    return directions * np.where(largest < 0, -1.0, 1.0)[:, None]


def _grouped(where: FloatArray, groups: int | None, seed: int) -> tuple[IntArray, float]:
    different = len(np.unique(where.round(12), axis=0))
    tried = [groups] if groups else range(2, min(_MOST_GROUPS, different, len(where) - 1) + 1)
    best, clear = np.zeros(len(where), dtype=np.int64), float("nan")
    for number in tried:
        label = _k_means(where, min(number, different), np.random.default_rng([seed, number]))
        edges = _silhouette(where, label)
        if not np.isfinite(clear) or edges > clear:
            best, clear = label, edges
    sizes = np.bincount(best)
    # The largest group is 0; of equal ones the one whose first member comes first.
    order = sorted(range(len(sizes)), key=lambda g: (-sizes[g], int(np.flatnonzero(best == g)[0])))
    return np.array([order.index(g) for g in best.tolist()]), clear


def _k_means(where: FloatArray, number: int, random: np.random.Generator) -> IntArray:
    best, least = np.zeros(len(where), dtype=np.int64), np.inf
    for _ in range(_TRIES):
        centre = where[[random.integers(len(where))]]
        while len(centre) < number:  # k-means++: the next centre far from those there are
            far = ((where[:, None] - centre[None]) ** 2).sum(axis=2).min(axis=1)
            chance = far / far.sum() if far.sum() > 0 else None
            centre = np.vstack([centre, where[random.choice(len(where), p=chance)]])
        label = np.zeros(len(where), dtype=np.int64)
        for _ in range(_ROUNDS):
            away = ((where[:, None] - centre[None]) ** 2).sum(axis=2)
            new = away.argmin(axis=1)
            moved = np.array([where[new == g].mean(axis=0) if (new == g).any() else centre[g] for g in range(number)])
            if (new == label).all() and np.allclose(moved, centre):
                break
            label, centre = new, moved
        inside = float(((where - centre[label]) ** 2).sum())
        if inside < least - 1e-12:
            best, least = label, inside
    _, best = np.unique(best, return_inverse=True)
    return best


def _silhouette(where: FloatArray, label: IntArray) -> float:
    """Return how much nearer people are to their own group than to the next (Rousseeuw 1987), on average."""
    number = int(label.max()) + 1
    if number < 2:
        return float("nan")
    sums = np.zeros((len(where), number))
    for start in range(0, len(where), 512):
        away = np.sqrt(((where[start : start + 512, None] - where[None]) ** 2).sum(axis=2))
        for g in range(number):
            sums[start : start + 512, g] = away[:, label == g].sum(axis=1)
    sizes = np.bincount(label, minlength=number)
    each = np.arange(len(where))
    own = sums[each, label] / np.maximum(sizes[label] - 1, 1)
    other = sums / sizes
    other[each, label] = np.inf
    nearest = other.min(axis=1)
    value = (nearest - own) / np.maximum(np.maximum(nearest, own), 1e-12)
    return float(np.where(sizes[label] > 1, value, 0.0).mean())


def _by_group(
    matrix: FloatArray, group: IntArray, statements: list[object]
) -> tuple[pl.DataFrame, FloatArray, FloatArray, FloatArray]:
    number = int(group.max()) + 1
    agree = np.array([(matrix[group == g] == 1).sum(axis=0) for g in range(number)], dtype=np.float64)
    against = np.array([(matrix[group == g] == -1).sum(axis=0) for g in range(number)], dtype=np.float64)
    seen = np.array([np.isfinite(matrix[group == g]).sum(axis=0) for g in range(number)], dtype=np.float64)
    likely, unlikely = (agree + 1) / (seen + 2), (against + 1) / (seen + 2)
    others = [np.delete(np.arange(number), g) for g in range(number)]
    rest_agree = np.array([agree[o].sum(axis=0) for o in others])
    rest_against = np.array([against[o].sum(axis=0) for o in others])
    rest_seen = np.array([seen[o].sum(axis=0) for o in others])
    marks_agree = _marks(agree, seen, rest_agree, rest_seen)
    marks_against = _marks(against, seen, rest_against, rest_seen)
    times = likely / ((rest_agree + 1) / (rest_seen + 2))
    stands = np.where(marks_agree, "agree", np.where(marks_against, "disagree", ""))
    table = pl.DataFrame(
        {
            "group": np.repeat(np.arange(number), len(statements)),
            "statement": list(statements) * number,
            "agree": agree.ravel().astype(np.int64), "disagree": against.ravel().astype(np.int64),
            "seen": seen.ravel().astype(np.int64), "share_agree": likely.ravel(), "times": times.ravel(),
            "stands_for": pl.Series([word or None for word in stands.ravel().tolist()], dtype=pl.String),
        }
    )  # fmt: skip
    widest = likely.max(axis=0) - likely.min(axis=0)
    return table, likely.prod(axis=0), unlikely.prod(axis=0), widest


def _marks(said: FloatArray, seen: FloatArray, rest_said: FloatArray, rest_seen: FloatArray) -> np.ndarray:
    """Return where a group says something more than half of the time, and more than the others, both at 90 %."""
    alone = 2 * np.sqrt(seen + 1) * ((said + 1) / (seen + 1) - 0.5)
    p1, p2 = (said + 1) / (seen + 1), (rest_said + 1) / (rest_seen + 1)
    both = (said + rest_said + 2) / (seen + rest_seen + 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        beside = (p1 - p2) / np.sqrt(both * (1 - both) * (1 / (seen + 1) + 1 / (rest_seen + 1)))
    return (alone > _SURE) & (np.nan_to_num(beside) > _SURE)
