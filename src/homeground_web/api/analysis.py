"""The stair from the open interface down to the library: what may be passed on, and by which version."""

from __future__ import annotations

from functools import lru_cache

from homeground.sources.datasets import datasets

__all__ = ["held_back"]


@lru_cache(maxsize=1)
def held_back() -> frozenset[str]:
    """Return the ids of data sets whose publisher does not let anybody pass them on."""
    return frozenset(known.id for known in datasets().values() if not known.redistributable)
