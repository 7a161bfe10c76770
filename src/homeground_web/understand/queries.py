"""What UNDERSTAND's pages read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from homeground_web.places import queries as places
from homeground_web.places.models import Load
from homeground_web.runs import store
from homeground_web.runs.files import file_of
from homeground_web.runs.models import PlaceResult, Run
from homeground_web.shell.wording import kinds_word
from homeground_web.understand import analysis
from homeground_web.understand.map_files import KIND as MAP_KIND
from homeground_web.understand.map_files import MAP, STANDING
from homeground_web.understand.profiles import FIGURES, GUIDE, KIND

__all__ = ["Kind", "any_run", "figures_of", "guide_of", "kinds_of", "profile_of", "row_of", "run_of"]


@dataclass(frozen=True)
class Kind:
    """A kind of area that can be explored: its files in the store, and the run its figures are of.

    ``standing`` and ``map_sha`` are None where a load was made without a map.
    """

    node: str
    run: Run
    guide: Path
    figures: Path
    standing: Path | None
    map_sha: str | None

    @property
    def title(self) -> str:
        """What several of them are called, with the year of their boundaries: 'wards of 2021'."""
        plain, year = re.fullmatch(r"(.*?)(\d\d)?", self.node).groups()  # type: ignore[union-attr]
        kinds = kinds_word(plain)
        return _("%(kinds)s (boundaries of %(year)s)") % {"kinds": kinds, "year": f"20{year}"} if year else kinds

    @property
    def plain_title(self) -> str:
        """What several of them are called."""
        return kinds_word(self.node.rstrip("0123456789"))


def kinds_of(load: Load) -> dict[str, Kind]:
    """Return the kinds of area of a load that have figures, the one residents know first."""
    wanted = {f"{kind} {node}": node for node in places.nodes(load) for kind in (KIND, MAP_KIND)}
    runs = Run.objects.filter(load=load, kind__in=list(wanted), state=Run.State.PUBLISHED).prefetch_related("files")
    files: dict[str, dict[str, str]] = {}
    of: dict[str, Run] = {}
    for run in runs:
        node = wanted[run.kind]
        files.setdefault(node, {}).update({file.name: file.sha256 for file in run.files.all()})
        if run.kind.startswith(f"{KIND} "):
            of[node] = run
    found = {}
    for node in places.nodes(load):
        has = files.get(node, {})
        if node in of and GUIDE in has and FIGURES in has:
            standing = store.path_of(has[STANDING]) if STANDING in has else None
            found[node] = Kind(
                node, of[node], store.path_of(has[GUIDE]), store.path_of(has[FIGURES]), standing, has.get(MAP)
            )
    return found


def run_of(load_id: int, node: str) -> Run | None:
    """Return the published run that holds the profiles of a kind of area."""
    found = Run.objects.filter(load_id=load_id, kind=f"{KIND} {node}", state=Run.State.PUBLISHED)
    return found.defer("inputs", "parameters").first()


def profile_of(area: Any) -> tuple[analysis.Read, Run] | None:
    """Return the stored profile of an area and the run it is of; None when there is none."""
    run = run_of(area.load_id, area.node)
    if run is None:
        return None
    body = PlaceResult.objects.filter(run=run, node=area.node, code=area.code).values_list("body", flat=True).first()
    guide = file_of(run, GUIDE)
    if body is None or guide is None:
        return None
    return analysis.guide_at(guide).read(bytes(body)), run


def row_of(area: Any, kind: str) -> tuple[dict[str, Any], Run] | None:
    """Return what the published run of a kind says of an area, by column, and the run; None where there is none."""
    found = PlaceResult.objects.select_related("run").filter(
        run__load_id=area.load_id, run__kind=f"{kind} {area.node}", run__state=Run.State.PUBLISHED, node=area.node,
        code=area.code,
    ).first()  # fmt: skip
    return (analysis.read_row(found.run.summary["columns"], bytes(found.body)), found.run) if found else None


def any_run(load_id: int, kind: str) -> bool:
    """Return whether a load has a published run of a kind for any areas."""
    return Run.objects.filter(load_id=load_id, kind__startswith=f"{kind} ", state=Run.State.PUBLISHED).exists()


def guide_of(run: Run) -> analysis.Guide:
    """Return what the profiles of a run have in common: indicators, groups, authorities."""
    return analysis.guide_at(_stored(run, GUIDE))


def figures_of(run: Run) -> pl.DataFrame:
    """Return the figures of all areas of a run, a row for each; `Everywhere.table` tells the columns."""
    return analysis.figures_at(_stored(run, FIGURES))


def _stored(run: Run, name: str) -> Path:
    found = file_of(run, name)
    if found is None:
        raise LookupError(f"run {run.pk} has no {name}")
    return found
