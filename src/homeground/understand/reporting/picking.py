"""Which figures of a theme get a chart: those that tell most about the place."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["MOST", "charted"]

MOST = 2
"""Charts for each theme: more tire the reader, and all figures stand in the table."""


def charted(rows: Sequence[dict[str, object]], *, most: int = MOST) -> set[str]:
    """Return the indicators of a theme that get a chart.

    The rule: only figures that are known and of the place itself (of a larger area only where there are no others); the
    first one that is a position in an index, then those whose standing is furthest from the middle. Ties go to the one
    that comes first.
    """
    fit = [row for row in rows if row["state"] == "known" and row["percentile"] is not None]
    own = [row for row in fit if not row["level_name"]] or fit
    first = [row for row in own if row["kind"] == "rank"][:1]
    ids = {str(row["indicator"]) for row in first}
    rest = [row for row in own if str(row["indicator"]) not in ids and row["kind"] != "rank"]
    rest.sort(key=lambda row: -abs(float(str(row["percentile"])) - 50))
    return ids | {str(row["indicator"]) for row in rest[: most - len(ids)]}
