"""The stair from runs down to the library: which version of it computes."""

from __future__ import annotations

import homeground

__all__ = ["version"]


def version() -> str:
    """Return the version of the library."""
    return homeground.__version__
