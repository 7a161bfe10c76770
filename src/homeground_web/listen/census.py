"""Who lives here, by band: what a fair hearing is held against. From the place's figures, or typed by the board."""

from __future__ import annotations

from typing import Any

import polars as pl

from homeground_web.listen import bands
from homeground_web.places.models import Load, Place
from homeground_web.runs.models import Run
from homeground_web.runs.store import path_of

__all__ = ["targets"]


def targets(place: Place, asked: list[str]) -> tuple[dict[str, dict[str, float]], str]:
    """Return for each question the share of people or homes in each band, 0 to 1, and where that comes from.

    Only bands that a figure of the place fits have one; what is left of a question whose bands are otherwise known goes
    to 'something else' where there is such a band.
    """
    run = Run.objects.filter(kind=f"own {place.pk}", state=Run.State.PUBLISHED, load__state=Load.State.CURRENT).first()
    file = run.files.filter(name="table.parquet").first() if run else None
    if run is None or file is None:
        return {}, ""
    table = pl.read_parquet(path_of(file.sha256))
    if not {"indicator", "value"} <= set(table.columns):
        return {}, ""
    values: dict[str, Any] = dict(table.select("indicator", "value").iter_rows())
    found: dict[str, dict[str, float]] = {}
    for question in bands.questions_of(asked):
        shares = {
            band.key: float(values[figure]) / 100
            for band in question.bands
            for figure in band.figures
            if values.get(figure) is not None
        }
        if shares and sum(shares.values()) <= 1.001:
            found[question.key] = shares
    return found, run.title if found else ""
