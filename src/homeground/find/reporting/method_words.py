"""How a list is made, in some 200 plain words, with the sum done for one real place of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from homeground import words
from homeground.find.reporting.listing import Listing, Terms
from homeground.find.rules import combined_need

__all__ = ["DOUBTS", "doubts", "example", "meets", "method", "not_varied"]

#: Each source of doubt: what it is called, and what is done to it in a re-run.
DOUBTS: dict[str, tuple[str, str]] = {
    "weights": ("How much each part counts", "how much each part of an index counts"),
    "noise": ("Error in the figures", "the figures that come from samples"),
    "normalisation": ("How figures are put on one scale", "how figures are put on one scale"),
    "threshold": ("Where the line is drawn", "where the line is drawn"),
    "rule": ("How the two rankings are brought together", "how the two rankings are brought together"),
    "edition": ("Which year's figures are used", "which year's figures are used"),
    "boundary": ("Where boundaries run", "where boundaries run"),
}


def doubts(varied: Sequence[str]) -> str:
    """Return what was varied in the re-runs, as part of a sentence; '' when nothing is known of it.

    Examples
    --------
    >>> doubts(["weights", "threshold"])
    'how much each part of an index counts and where the line is drawn'
    """
    return words.a_few([DOUBTS.get(name, (name, name))[1] for name in varied], most=len(varied) or 1) if varied else ""


def not_varied(varied: Sequence[str]) -> str:
    """Return what was held fast in the re-runs, as part of a sentence; '' when nothing is known of it.

    Examples
    --------
    >>> not_varied(["weights", "noise", "normalisation", "threshold", "rule"])
    "which year's figures are used"
    """
    left = [name for name in DOUBTS if name not in varied and name != "boundary"] if varied else []
    return words.a_few([DOUBTS[name][1] for name in left], most=len(left)) if left else ""


def meets(terms: Terms, n: int) -> str:
    """Return what the places on the list have in common: 'are in the worst tenth for … and also …'.

    Examples
    --------
    >>> meets(Terms(), 2)
    'are on this list'
    """
    verb = "is" if n == 1 else "are"
    if terms.rule is None:
        return f"{verb} on this list"
    if terms.rule.rule == "worst-on-both":
        part = f"worst {terms.part}"
        return f"{verb} in the {part} for deprivation and also in the {part} for community need"
    how = {
        "sum": "the two rankings are added, with most weight on the extremes",
        "product": "the two ranks are multiplied",
        "worst-of-two": "each place is counted by the worse of its two ranks",
    }[terms.rule.rule]
    return f"{'has' if n == 1 else 'have'} the most need when {how}"


def method(listing: Listing) -> list[str]:
    """Return the method in a few paragraphs."""
    terms = listing.terms
    sizes = [f" and ranks {n:,} areas" if n else "" for n in (terms.n_deprivation, terms.n_need)]
    given = f"The first is “{terms.deprivation}”{sizes[0]}. The second is “{terms.need}”{sizes[1]}."
    if terms.deprivation == "deprivation" and terms.need == "community need":
        given = "The first is about deprivation, the second about community need."
    return [
        f"We start from two rankings. {given} In both, rank 1 is the place with the most need.",
        _rule(terms),
        "An area that lacks one of the two ranks cannot be placed. It is named on this page and not counted as either.",
        (
            "The list is about areas, not about everyone in them. Many people here are doing well, and many people who "
            "are not live elsewhere. A rank says who has more need, not how much more."
        ),
    ]


def _rule(terms: Terms) -> str:
    rule = terms.rule
    if rule is None:
        return "The table that this page was made from says which places are chosen; it does not say by which rule."
    if rule.rule == "worst-on-both":
        lines = [f"ranks 1 to {line:,}" for line in terms.cuts if line is not None]
        exact = f": {lines[0]} of the first and {lines[1]} of the second" if len(lines) == 2 else ""
        return f"A place is on the list if it is in the worst {terms.part} of both{exact}."
    many = f"the {rule.count:,} places" if rule.count is not None else f"the worst {terms.part}"
    how = {
        "sum": "Each rank becomes a score from 0 to 100 on a scale that gives most weight to the places with the most "
        f"need. The two scores are added, and {many} with the highest sum are chosen.",
        "product": f"The two ranks of a place are multiplied, and {many} with the smallest product are chosen.",
        "worst-of-two": f"A place counts by the worse of its two ranks, and {many} with the most need are chosen.",
    }
    return how[rule.rule]


def example(listing: Listing) -> dict[str, Any] | None:
    """Return the sum for one real place of the list: its name, its steps and the place's own words; None without ranks.

    The place is the one in the middle of the list by its two ranks, among those that are sure where that is known.
    """
    ranked = listing.listed.drop_nulls(["deprivation_rank", "need_rank"])
    sure = ranked.filter(pl.col("probability") >= words.BANDS[0][0])
    ranked = sure if sure.height else ranked
    if not ranked.height:
        return None
    place = ranked.sort(pl.col("deprivation_rank") + pl.col("need_rank"), "area_code").row(
        ranked.height // 2, named=True
    )
    return {"name": place["name"], "larger": place["larger"], "steps": _steps(place, listing.terms), "row": place}


def _steps(place: dict[str, Any], terms: Terms) -> list[str]:
    ranks = place["deprivation_rank"], place["need_rank"]
    steps = []
    for rank, size, line, what in zip(
        ranks, (terms.n_deprivation, terms.n_need), terms.cuts, ("deprivation", "community need"), strict=True
    ):
        of = f" of {size:,}" if size else ""
        inside = f" That is within the first {line:,}." if line is not None and rank <= line else ""
        steps.append(f"For {what} its rank is {_rank(rank)}{of}.{inside}")
    rule = terms.rule
    if rule is None:
        return steps
    if rule.rule == "worst-on-both":
        steps.append("It is within both, so it is on the list.")
    elif rule.rule == "product":
        steps.append(f"The two ranks multiplied give {ranks[0] * ranks[1]:,.0f}, one of the smallest products.")
    elif terms.n_deprivation and terms.n_need:
        score = float(
            combined_need(
                np.array([ranks[0]]),
                np.array([ranks[1]]),
                rule=rule,
                n_deprivation=terms.n_deprivation,
                n_need=terms.n_need,
            )[0]
        )
        if rule.rule == "sum":
            steps.append(f"On the scale from 0 to 100 the two ranks become scores that add up to {score:.1f} of 200.")
        else:
            steps.append(f"By the worse of the two it has more need than {score:.1f} % of places.")
    return steps


def _rank(rank: float) -> str:
    return f"{rank:,.0f}" if float(rank).is_integer() else f"{rank:,.1f}"
