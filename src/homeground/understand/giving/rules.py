"""The rules by which awards are counted, joined and placed: one frozen set, its numbers given by whoever calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Rules"]


@dataclass(frozen=True)
class Rules:
    """How awards are counted, joined and placed.

    Attributes
    ----------
    near_days : int
        Two awards are one grant if funder, recipient and amount agree and the dates lie no further apart.
    name_threshold : float
        How alike two names must be, 0 to 100.
    join_near : bool
        Whether such near repeats are joined at all.
    local_most_authorities : int
        In how many authorities a recipient may work and still be local.
    endowment_least_years, endowment_spend_years : int
        From which length an award is an endowment, and over how many years one is spent that does not say.
    spend_endowments : bool
        Whether endowments are spread over their years.
    individuals : bool
        Whether grants to individuals are counted.
    cold_share, cold_probability : float
        A cold spot got less than this share of what is expected, with more than this probability.
    cold_most_shape : float
        At most how alike areas are taken to be: as if so many expected grants had been seen.
    size_bands_gbp : tuple of int
        Upper ends of the size bands.
    loan_words, withdrawn_words : tuple of str
        Words that tell loans, and awards that were never paid.
    themes : mapping of str to tuple of str
        Words that tell a theme; the first that fits counts.
    programmes : mapping of str to str
        A theme for each programme; it comes before the words.

    Examples
    --------
    >>> Rules.of({"near_days": 3}).near_days
    3
    """

    near_days: int = 7
    name_threshold: float = 92.0
    join_near: bool = True
    local_most_authorities: int = 1
    endowment_least_years: int = 10
    endowment_spend_years: int = 10
    spend_endowments: bool = False
    individuals: bool = False
    cold_share: float = 0.5
    cold_probability: float = 0.9
    cold_most_shape: float = 5.0
    size_bands_gbp: tuple[int, ...] = (1000, 10000, 100000, 1000000)
    loan_words: tuple[str, ...] = ("loan", "loans", "repayable")
    withdrawn_words: tuple[str, ...] = ("withdrawn", "cancelled")
    themes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    programmes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Mapping[str, Any], **choices: Any) -> Rules:
        """Return the rules of a parameter file, with what was chosen otherwise."""
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        return cls(**{**given, **choices})
