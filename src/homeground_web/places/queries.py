"""What the pages of places read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from homeground_web.places.loading import fold
from homeground_web.places.models import Area, Load, Postcode

__all__ = ["Found", "area_of", "around", "by_code", "current", "named", "near", "nodes", "others_here", "search"]

_POSTCODE = re.compile(r"^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$")
_MOST = 20
_CLOSE = 0.72
_HAIR = 1e-6  # degrees: sums of fractions are not exact
_BARE = ("outline",)  # large: read only where a map is drawn


@dataclass(frozen=True)
class Found:
    """What a search came to: areas, and whether it was read as a postcode."""

    areas: tuple[Area, ...]
    postcode: bool = False
    close: bool = False  # no name has these words; these are near


def current() -> Load | None:
    """Return the load that the public sees."""
    return Load.objects.filter(state=Load.State.CURRENT).first()


def nodes(load: Load) -> list[str]:
    """Return the kinds of area of a load, the one residents know first."""
    return list(load.summary.get("nodes", []))


def area_of(load: Load, code: str) -> Area | None:
    """Return an area by its code; of two boundary years the first kind of the load."""
    found = {area.node: area for area in Area.objects.filter(load=load, code=code)}
    return next((found[node] for node in nodes(load) if node in found), None)


def by_code(load: Load, node: str, codes: Iterable[str]) -> dict[str, Area]:
    """Return areas of a kind by their codes, without outlines."""
    areas = Area.objects.filter(load=load, node=node, code__in=list(codes)).defer(*_BARE)
    return {area.code: area for area in areas}


def search(load: Load, asked: str) -> Found:
    """Return the areas that a person may mean: by code, by postcode, by name. What was typed is not kept."""
    plain = fold(asked)
    squeezed = re.sub(r"[^A-Z0-9]", "", asked.upper())
    if _POSTCODE.match(squeezed):
        return Found(tuple(_of_postcode(load, squeezed)), postcode=True)
    exact = area_of(load, squeezed)
    if exact is not None:
        return Found((exact,))
    if not plain:
        return Found(())
    areas = Area.objects.filter(load=load).defer(*_BARE)
    words = Q()
    for word in plain.split():
        words &= Q(plain_name__contains=word)
    found = _in_order(load, areas.filter(words)[: 10 * _MOST], plain)
    return Found(tuple(found[:_MOST])) if found else Found(tuple(_close(load, plain)), close=True)


def _of_postcode(load: Load, postcode: str) -> list[Area]:
    codes = Postcode.objects.filter(load=load, postcode=postcode).values_list("codes", flat=True).first()
    if codes is None:
        return []
    areas = {(a.node, a.code): a for a in Area.objects.filter(load=load, code__in=codes.split(",")).defer(*_BARE)}
    order = nodes(load)
    return [areas[key] for key in sorted(areas, key=lambda key: (order.index(key[0]), key[1]))]


def _in_order(load: Load, areas: Iterable[Area], plain: str) -> list[Area]:
    """Put the whole name first, then beginnings, then the kind that residents know."""
    order = {node: place for place, node in enumerate(nodes(load))}

    def key(area: Area) -> tuple[Any, ...]:
        name = area.plain_name
        return (name != plain, not name.startswith(plain), order.get(area.node, 99), name, area.code)

    return sorted(areas, key=key)


def _close(load: Load, plain: str) -> list[Area]:
    """Return areas whose names look like what was typed: 'sangrove' finds Sandgrove."""
    kinds = [node for node in nodes(load) if not node.startswith(("lsoa", "area"))] or nodes(load)
    names = Area.objects.filter(load=load, node__in=kinds).values_list("plain_name", flat=True).distinct()
    # Only names that share a beginning or an ending can be close enough to be worth comparing.
    likely = [name for name in names if name[:2] == plain[:2] or name[-3:] == plain[-3:] or name[1:4] == plain[1:4]]
    chosen = difflib.get_close_matches(plain, likely, n=8, cutoff=_CLOSE)
    if not chosen:
        return []
    areas = Area.objects.filter(load=load, node__in=kinds, plain_name__in=chosen).defer(*_BARE)
    return _in_order(load, areas, chosen[0])


def near(load: Load, lon: float, lat: float, *, but: str = "") -> list[Area]:
    """Return the areas of each kind, `but` one, that a spot lies in, or is nearest to."""
    kinds = [node for node in nodes(load) if node != but]
    if not kinds:
        return []
    boxes = Q()
    for node in kinds:
        boxes |= Q(load=load, node=node, west__lte=lon, **_no_further_west(load, node, lon))
    around_it = Area.objects.filter(boxes, east__gte=lon, south__lte=lat, north__gte=lat)
    far = (F("lon") - lon) * (F("lon") - lon) + (F("lat") - lat) * (F("lat") - lat)
    best: dict[str, Area] = {}
    for area in around_it.annotate(far=far).order_by("far", "code").defer(*_BARE):
        best.setdefault(area.node, area)
    return [best[node] for node in kinds if node in best]


def _no_further_west(load: Load, node: str, lon: float) -> dict[str, float]:
    """Return the condition that spares the database the boxes that end before `lon`: it knows their western edges."""
    widest = load.summary.get("widest", {}).get(node)
    return {} if widest is None else {"west__gte": lon - widest - _HAIR}


def others_here(load: Load, area: Area) -> list[Area]:
    """Return the areas of other kinds around the middle of an area: its ward, its council."""
    if area.lon is None or area.lat is None:
        return []
    return near(load, area.lon, area.lat, but=area.node)


def around(load: Load, area: Area, most: int = 40) -> QuerySet[Area]:
    """Return the areas of the same kind whose box touches an area's, itself among them, with outlines."""
    if area.west is None:
        return Area.objects.none()
    wide, high = (area.east - area.west) * 0.35, (area.north - area.south) * 0.35
    touching = Area.objects.filter(
        load=load, node=area.node, west__lte=area.east + wide, east__gte=area.west - wide,
        south__lte=area.north + high, north__gte=area.south - high,
        **_no_further_west(load, area.node, area.west - wide),
    )  # fmt: skip
    return touching.order_by("code")[:most]


def named(load: Load, asked: str) -> list[str]:
    """Return the codes of the areas that have just this code or name, the kind residents know first alone."""
    exact = area_of(load, asked.upper().strip())
    if exact is not None:
        return [exact.code]
    same = list(Area.objects.filter(load=load, plain_name=fold(asked)).values_list("node", "code"))
    order = nodes(load)
    first = min((order.index(node) for node, _ in same), default=-1)
    return sorted(code for node, code in same if order.index(node) == first)
