"""Which places a rule takes at given ranks, with exclusions and a cap: on plain arrays, for many repetitions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from homeground.find.rules import Rule, combined_need, cut, select
from homeground.stats import FloatArray, IntArray

__all__ = ["choose"]


def choose(
    deprivation_rank: FloatArray,
    need_rank: FloatArray | None,
    *,
    rule: Rule,
    n_deprivation: int,
    n_need: int,
    eligible: NDArray[np.bool_] | None = None,
    cap: int | None = None,
    larger_area: IntArray | None = None,
) -> NDArray[np.bool_]:
    """Return which places a rule takes, with exclusions and a cap; what `homeground.find.cohort` does, on arrays.

    Without `need_rank` the rule takes the worst share of the one index.

    Examples
    --------
    >>> ranks = np.array([1.0, 2.0, 3.0, 4.0])
    >>> choose(ranks, ranks, rule=Rule("sum", count=2), n_deprivation=4, n_need=4, cap=1,
    ...        larger_area=np.array([0, 0, 1, 1]))
    array([ True, False,  True, False])
    """
    sizes = {"n_deprivation": n_deprivation, "n_need": n_need}
    plain = cap is None or larger_area is None
    if plain and eligible is None and need_rank is not None:
        return select(deprivation_rank, need_rank, rule=rule, **sizes)
    if rule.rule == "worst-on-both":
        may = deprivation_rank <= cut(rule, n_deprivation)
        may = may if need_rank is None else may & (need_rank <= cut(rule, n_need))
        may = may if eligible is None else may & eligible
        if plain:
            return np.asarray(may)
        wanted = len(may)
        score = -deprivation_rank
        if need_rank is not None:
            score = combined_need(deprivation_rank, need_rank, rule=rule, **sizes)
    else:
        assert need_rank is not None
        score = combined_need(deprivation_rank, need_rank, rule=rule, **sizes)
        may = np.isfinite(score) if eligible is None else np.isfinite(score) & eligible
        wanted = cut(rule, int(np.isfinite(score).sum()))
    rows = np.flatnonzero(may)
    if cap is not None and larger_area is not None:
        return _capped(score, rows, wanted, cap, larger_area)
    taken = np.zeros(len(score), dtype=bool)
    taken[rows[np.argsort(-score[rows], kind="stable")[:wanted]]] = True
    return taken


def _capped(score: FloatArray, rows: IntArray, wanted: int, cap: int, larger_area: IntArray) -> NDArray[np.bool_]:
    line = rows[np.argsort(-score[rows], kind="stable")]
    groups = larger_area[line]
    # The place of each in its group, in the order of need: a stable sort by group keeps that order.
    by_group = np.argsort(groups, kind="stable")
    ordered = groups[by_group]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(ordered) else np.empty(0, np.int64)
    lengths = np.diff(np.append(starts, len(ordered)))
    position = np.empty(len(line), dtype=np.int64)
    position[by_group] = np.arange(len(ordered)) - np.repeat(starts, lengths)
    taken = np.zeros(len(score), dtype=bool)
    taken[line[(position < cap) | (groups < 0)][:wanted]] = True
    return taken
