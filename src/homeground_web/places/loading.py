"""Loading a folder: read as NEXT, checked, told in words what would change, then swapped to CURRENT. PREVIOUS stays.

Each stage adds its own part (`register_facts`, `register_step`): places know nothing of lists, profiles or grants.
Facts of areas come first, so that each area is written once; what is computed follows. Nothing the public sees
changes before `swap`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from homeground_web.audit import log
from homeground_web.jobs.work import Refused
from homeground_web.places import analysis
from homeground_web.places.models import Area, Load, Postcode
from homeground_web.places.plan import BadPlan, Plan, read_plan
from homeground_web.runs.analysis import version
from homeground_web.runs.models import PlaceResult
from homeground_web.shell import freshness

__all__ = [
    "Loading", "Step", "begin", "fold", "is_shown", "prepare", "register_facts", "register_step", "swap", "take_back",
]  # fmt: skip

_BATCH = 2000
_NAMED = 200  # as many places are named that join or leave a list; all are counted

Facts = Mapping[tuple[str, str], Mapping[str, Any]]
"""By node and code: values of `Area`'s columns."""


@dataclass
class Loading:
    """A load on its way: what each step is given."""

    load: Load
    plan: Plan
    folder: Path
    desk: Any
    nodes: list[str]
    say: Callable[..., None]
    summary: dict[str, Any] = field(default_factory=dict)

    def each(self, words: str, nodes: Sequence[str] | None = None) -> Iterator[str]:
        """Yield each kind of area (in the order of `nodes`, where they are given), and say which one is at work."""
        order = self.nodes if nodes is None else nodes
        for place, node in enumerate(order):
            self.say(f"{words}: {node}", place / len(order))
            yield node


@dataclass(frozen=True)
class Step:
    """Something that is computed for a load: its words while it runs, and what share of the time it takes."""

    name: str
    said: Any
    order: int
    weight: float
    run: Callable[[Loading], None] = field(compare=False)


_STEPS: dict[str, Step] = {}
_FACTS: dict[str, Callable[[Loading], Facts]] = {}


def register_step(step: Step) -> None:
    """Add a step that runs when the areas are there."""
    _STEPS[step.name] = step


def register_facts(name: str, facts: Callable[[Loading], Facts]) -> None:
    """Add what fills further columns of areas before they are written."""
    _FACTS[name] = facts


def fold(name: str) -> str:
    """Return a name as it is looked up: small letters, no accents, single blanks, no signs."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    kept = "".join(sign if sign.isalnum() else " " for sign in plain.lower().replace("'", "").replace("&", " and "))
    return " ".join(kept.split())


def begin(folder: Path, *, plan: str = "", title: str = "", user: Any = None) -> Load:
    """Note that a folder is to be loaded; return the load, which is NEXT and empty.

    Raises
    ------
    Refused
        If the folder is not there, or its plan cannot be followed.
    """
    wanted = _plan_of(folder, plan)
    load = Load.objects.create(
        title=title or wanted.title or folder.name, folder=str(folder), plan=wanted.as_dict(), invented=wanted.invented,
        user_id=getattr(user, "pk", None),
    )  # fmt: skip
    log.write("began", load, user=user, after={"state": load.state})
    return load


def _plan_of(folder: Path, named: str) -> Plan:
    if not folder.is_dir():
        raise Refused(f"{folder} is no folder. Give the folder that holds the files.")
    try:
        return read_plan(folder, named)
    except BadPlan as error:
        raise Refused(str(error)) from None


def prepare(load: Load, say: Callable[..., None]) -> None:
    """Fill a load and check it. When anything fails, the load is FAILED and emptied, and nothing else has changed."""
    try:
        _fill(load, say)
    except Exception as error:
        _empty(load)
        Load.objects.filter(pk=load.pk).update(state=Load.State.FAILED, summary={"error": str(error)})
        log.write("failed", load, after={"state": Load.State.FAILED})
        if isinstance(error, analysis.HomegroundError | BadPlan):
            raise Refused(str(error)) from error
        raise


def _fill(load: Load, say: Callable[..., None]) -> None:
    _empty(load)  # what a killed worker left of it
    folder, plan = Path(load.folder), Plan.from_dict(load.plan)
    say("looking into the folder", 0.01)
    looked = analysis.look_into(folder)
    say("reading the figures", 0.03)
    desk = analysis.desk_of(folder, plan.presets)
    nodes = analysis.nodes_of(desk, plan.areas)
    if not nodes:
        there = ", ".join(desk.figures.codes)
        raise Refused(f"The plan asks for areas that the folder does not have. It has: {there}.")
    loading = Loading(load, plan, folder, desk, nodes, say)
    load.summary = loading.summary  # runs take the files they rest on from here
    loading.summary["files"] = _files(folder, plan, looked)
    say("making the lists of places", 0.1)
    facts: dict[tuple[str, str], dict[str, Any]] = {}
    for more in _FACTS.values():
        for key, values in more(loading).items():
            facts.setdefault(key, {}).update(values)
    _areas(loading, facts)
    _postcodes(loading)
    _steps(loading)
    load.problems = [*looked.problems]
    load.preview = _preview(load)
    load.ready = timezone.now()
    load.save(update_fields=["summary", "problems", "preview", "ready"])
    log.write("prepared", load, after={"state": load.state, "areas": loading.summary["areas"]})


def _files(folder: Path, plan: Plan, looked: analysis.Looked) -> list[dict[str, Any]]:
    recognised = [str(entry["file"]) for entry in looked.found]
    return analysis.hashes(folder, [*recognised, *plan.named_files(folder)])


def is_shown(folder: Path, *, plan: str = "") -> bool:
    """Return whether the public sees just this: the same files by their hashes, the same plan and version of the sums.

    Raises
    ------
    Refused
        If the folder is not there, or its plan cannot be followed.
    """
    wanted = _plan_of(folder, plan)
    current = Load.objects.filter(state=Load.State.CURRENT).first()
    if current is None or Plan.from_dict(current.plan) != wanted:
        return False
    if current.summary.get("version") != version():
        return False
    return bool(current.summary.get("files") == _files(folder, wanted, analysis.look_into(folder)))


def _areas(loading: Loading, facts: Facts) -> None:
    counts = {}
    for place, node in enumerate(loading.nodes):
        loading.say(f"writing areas: {node}", 0.15 + 0.1 * place / len(loading.nodes))
        rows = analysis.area_rows(loading.desk, node)
        counts[node] = 0
        while batch := list(islice(rows, _BATCH)):
            Area.objects.bulk_create(_area(loading.load, row, facts.get((node, row.code), {})) for row in batch)
            counts[node] += len(batch)
    # The nodes in a list of their own: PostgreSQL keeps no order of keys.
    loading.summary |= {"areas": counts, "nodes": loading.nodes, "version": version()}
    # In degrees: who looks for boxes around a spot by their western edges need look no further west.
    wide = Area.objects.filter(load=loading.load).values_list("node").annotate(widest=Max(F("east") - F("west")))
    loading.summary["widest"] = {node: widest for node, widest in wide if widest is not None}


def _area(load: Load, row: Any, facts: Mapping[str, Any]) -> Area:
    west, south, east, north = row.box or (None, None, None, None)
    lon, lat = row.inside or (None, None)
    return Area(
        load=load, node=row.node, kind=row.kind, boundary_year=row.boundary_year, code=row.code, name=row.name,
        plain_name=fold(row.name), population=row.population, outline=row.outline, west=west, south=south, east=east,
        north=north, lon=lon, lat=lat, **facts,
    )  # fmt: skip


def _postcodes(loading: Loading) -> None:
    named = loading.plan.postcodes
    if not named:
        return
    path = loading.folder / named
    if not path.is_file():
        raise Refused(f"The plan names {named} for postcodes, which is not in the folder.")
    loading.say("writing postcodes", 0.26)
    rows, many = analysis.postcode_rows(path), 0
    while batch := list(islice(rows, 5 * _BATCH)):
        Postcode.objects.bulk_create(
            Postcode(load=loading.load, postcode=postcode, codes=",".join(codes)) for postcode, codes in batch
        )
        many += len(batch)
    loading.summary["postcodes"] = many


def _steps(loading: Loading) -> None:
    steps = sorted(_STEPS.values(), key=lambda step: (step.order, step.name))
    whole, done = sum(step.weight for step in steps) or 1.0, 0.0
    say = loading.say
    for step in steps:
        start, size = 0.3 + 0.68 * done / whole, 0.68 * step.weight / whole

        def said(text: str, share: float | None = None, *, start: float = start, size: float = size) -> None:
            say(text, start + size * (share or 0.0))

        loading.say = said
        said(str(step.said))
        step.run(loading)
        done += step.weight
    loading.say = say


def _preview(load: Load) -> dict[str, Any]:
    """Return what a swap would change: how many areas, and who joins and leaves each list."""
    current = Load.objects.filter(state=Load.State.CURRENT).first()
    found: dict[str, Any] = {"against": current.title if current else "", "lists": []}
    for node in load.summary["nodes"]:
        now = dict(Area.objects.filter(load=load, node=node, group="left-behind").values_list("code", "name"))
        before = (
            dict(Area.objects.filter(load=current, node=node, group="left-behind").values_list("code", "name"))
            if current
            else {}
        )
        if now or before:
            joins = sorted(name for code, name in now.items() if code not in before)
            leaves = sorted(name for code, name in before.items() if code not in now)
            told = {"node": node, "size": len(now), "joining": len(joins), "leaving": len(leaves)}
            found["lists"].append({**told, "joins": joins[:_NAMED], "leaves": leaves[:_NAMED]})
    return found


def swap(load: Load, *, user: Any = None) -> None:
    """Let the public see a load that is ready; what it saw becomes PREVIOUS."""
    with transaction.atomic():
        load.refresh_from_db()
        if load.ready is None or load.state not in (Load.State.NEXT, Load.State.PREVIOUS):
            raise Refused(f"'{load.title}' is not ready to be shown.")
        for old in Load.objects.select_for_update().filter(state=Load.State.PREVIOUS).exclude(pk=load.pk):
            _move(old, Load.State.OLD, user)
        for old in Load.objects.select_for_update().filter(state=Load.State.CURRENT):
            _move(old, Load.State.PREVIOUS, user)
        load.swapped = timezone.now()
        load.save(update_fields=["swapped"])
        _move(load, Load.State.CURRENT, user)
        freshness.move_on(invented=load.invented)
    for old in Load.objects.filter(state=Load.State.OLD, areas__isnull=False).distinct():
        _thin(old)


def take_back(*, user: Any = None) -> Load:
    """Go back to the load before the present one; return it."""
    before = Load.objects.filter(state=Load.State.PREVIOUS).first()
    if before is None:
        raise Refused("There is no load before this one to go back to.")
    swap(before, user=user)
    return before


def _move(load: Load, state: Any, user: Any) -> None:
    was, load.state = load.state, state
    load.save(update_fields=["state"])
    log.write("moved", load, user=user, before={"state": was}, after={"state": state})


def _thin(load: Load) -> None:
    """Take out the many rows of a load; its own row, its runs and their files stay on record."""
    for rows in (Area.objects.filter(load=load), Postcode.objects.filter(load=load)):
        rows._raw_delete(rows.db)  # nothing hangs on them, so none need be read first
    results = PlaceResult.objects.filter(run__load=load)
    results._raw_delete(results.db)


def _empty(load: Load) -> None:
    """Take out all that hangs on a load; its own row stays."""
    _thin(load)
    load.runs.all().delete()
