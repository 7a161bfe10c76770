"""Neighbourhoods that people work with: made of areas or of an outline, worked out in a job, changed in the open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from homeground_web.audit import log
from homeground_web.jobs.work import Refused
from homeground_web.people import roles
from homeground_web.people.models import Role
from homeground_web.places import analysis, queries
from homeground_web.places.models import Area, Load, Partner, Place, PlacePart
from homeground_web.shell import freshness

__all__ = ["change", "make", "register", "slug_of", "work_out"]

_AFTER: list[Callable[[Place, Load, Path, Callable[..., None]], None]] = []


def register(after: Callable[[Place, Load, Path, Callable[..., None]], None]) -> None:
    """Let a later stage work out its own part of a neighbourhood, given the file that says what it is made of."""
    _AFTER.append(after)


def slug_of(name: str) -> str:
    """Return an address for a name that no other neighbourhood has."""
    plain = slugify(name)[:70] or "place"
    found, number = plain, 1
    while Place.objects.filter(slug=found).exists() or found == "new":
        number += 1
        found = f"{plain}-{number}"
    return found


@transaction.atomic
def make(name: str, *, codes: list[str], outline: str, user: Any) -> Place:
    """Make a neighbourhood that has yet to be worked out; whoever makes it becomes its liaison officer.

    Parameters
    ----------
    codes : list of str
        Area codes, of one kind; empty when there is an outline.
    outline : str
        GeoJSON with a polygon; '' when there are codes.
    """
    made = Place.Made.DRAWN if outline else Place.Made.AREA if len(codes) == 1 else Place.Made.UNION
    place = Place.objects.create(slug=slug_of(name), name=name, made=made, asked={"codes": codes, "outline": outline})
    log.write("made", place, user=user, place_id=place.pk, after={"made": made, "areas": len(codes)})
    roles.give(user, Role.LIAISON_OFFICER, place.pk, by=user)
    return place


def work_out(place: Place, say: Callable[..., None]) -> None:
    """Find out which areas a neighbourhood is made of and how many people live there.

    Raises
    ------
    Refused
        If there are no data, a code is not among the areas, or the outline cannot be used; the words say which.
    """
    load = queries.current()
    if load is None or not Path(load.folder).is_dir():
        raise Refused("The files that the figures came from are not there. Ask an analyst to load them anew.")
    say("finding the areas", 0.1)
    with analysis.asked_file(place.name, place.asked) as path:
        try:
            found = analysis.own_place(Path(load.folder), tuple(load.plan.get("presets", ())), path, place.name)
        except analysis.HomegroundError as error:
            raise Refused(str(error)) from None
        with transaction.atomic():
            place.parts.all().delete()
            PlacePart.objects.bulk_create(
                PlacePart(place=place, node=found.node, code=code, share=share, people=people)
                for code, share, people in found.parts
            )
            place.population, place.estimated_share = found.people, found.estimated
            place.outline = found.outline or _together(load, place)
            place.save(update_fields=["population", "estimated_share", "outline"])
            log.write("worked out", place, place_id=place.pk, after={"areas": len(found.parts)})
        for after in _AFTER:
            after(place, load, path, say)
    freshness.move_on()


def _together(load: Load, place: Place) -> bytes | None:
    codes = list(place.parts.values_list("code", flat=True))
    node = place.parts.values_list("node", flat=True).first() or ""
    areas = Area.objects.filter(load=load, node=node, code__in=codes).exclude(outline=None)
    shapes = list(areas.values_list("outline", flat=True))
    return analysis.together(shapes) if shapes else None


@transaction.atomic
def change(place: Place, values: Mapping[str, Any], partners: list[tuple[str, str, str]], *, user: Any) -> None:
    """Change what a neighbourhood's page says, and its partners.

    The log keeps which entries changed, and not the contact's name, address or number.
    """
    changed = sorted(name for name, value in values.items() if getattr(place, name) != value)
    for name in changed:
        setattr(place, name, values[name])
    place.save(update_fields=changed or None)
    before = set(place.partners.values_list("name", "what", "address"))
    if before != set(partners):
        changed.append("partners")
        place.partners.all().delete()
        Partner.objects.bulk_create(Partner(place=place, name=n, what=w, address=a) for n, w, a in partners)
    if changed:
        log.write("changed", place, user=user, place_id=place.pk, after={"fields": changed})
        freshness.move_on()
