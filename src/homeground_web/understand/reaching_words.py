"""What is within reach of a place, in words: the nearest of each kind, and how many people have none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from homeground_web.shell.wording import about, number
from homeground_web.understand import charts
from homeground_web.understand.giving_words import group_title

__all__ = ["METRES_A_MINUTE", "ReachHere", "kind_title", "reach_here"]

METRES_A_MINUTE = 80
"""How fast somebody walks who is well, in metres; said on the page."""
_ANY = "any"
_FAR_METRES = 10_000


@dataclass(frozen=True)
class ReachHere:
    """What the panel shows."""

    sentences: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    chart: charts.Rows | None
    numbers: tuple[tuple[str, ...], ...]
    number_headings: tuple[str, ...]


def kind_title(kind: str) -> str:
    """Return what people read for a kind of place to meet."""
    known = {
        "libraries": _("Libraries"), "halls": _("Halls"), "community-centres": _("Community centres"),
        "warm-spaces": _("Warm spaces"), "pubs": _("Pubs"), "parks": _("Parks"), _ANY: _("Any place to meet"),
    }  # fmt: skip
    return known.get(kind, kind.replace("-", " ").replace("_", " ").capitalize())


def reach_here(name: str, row: Mapping[str, Any], summary: Mapping[str, Any]) -> ReachHere:
    """Return what the panel of a place says, from its stored row and what all places have in common."""
    groups = [group for group in summary["groups"] if group["group"] != "rest"]
    far = "nearest_km" if summary["centre"] else "mean_nearest_km"
    told = [(name, _metres(row[f"{far}_{_ANY}"]), row[f"{far}_{_ANY}"], None, None)]
    told += [
        (group_title(group["group"], summary), _metres(group["kinds"][_ANY][0]), group["kinds"][_ANY][0], None, None)
        for group in groups
    ]
    if summary["centre"]:
        sentences, headings, rows = _from_centre(row, summary["kinds"])
    else:
        sentences, headings, rows = _of_people(row, summary["kinds"])
    return ReachHere(
        tuple(sentences), headings, tuple(rows), charts.rows(_("How far the nearest place to meet is"), told),
        tuple(_numbers(name, row, far, groups, summary)),
        (_("Kind"), name, *(group_title(group["group"], summary) for group in groups)),
    )  # fmt: skip


_Told = tuple[Iterable[str], tuple[str, ...], Iterable[tuple[str, ...]]]


def _from_centre(row: Mapping[str, Any], kinds: list[str]) -> _Told:
    """Return the words for an area that is measured from where its people live on average."""
    sentences = [_nearest(row)]
    none = [kind_title(kind).lower() for kind in kinds if kind != _ANY and not row[f"within_2km_{kind}"]]
    if none:
        sentences.append(_("Within 2 km there are none of these: %(kinds)s.") % {"kinds": ", ".join(none)})
    rows = [
        (
            kind_title(kind), row[f"nearest_place_{kind}"] or "–", _far(row[f"nearest_km_{kind}"]),
            number(row[f"within_0.8km_{kind}"]), number(row[f"within_2km_{kind}"]),
        )
        for kind in kinds
    ]  # fmt: skip
    return sentences, (
        _("Kind"), _("Nearest"), _("How far"), _("Within 800 m"), _("Within 2 km")
    ), rows  # fmt: skip


def _nearest(row: Mapping[str, Any]) -> str:
    km = row[f"nearest_km_{_ANY}"]
    if km is None:
        return _("How far the nearest place to meet is, is not known.")
    return _("The nearest place to meet is %(place)s: %(metres)s away, about %(minutes)s minutes on foot.") % {
        "place": row[f"nearest_place_{_ANY}"], "metres": _metres(km), "minutes": _minutes(km)
    }  # fmt: skip


def _of_people(row: Mapping[str, Any], kinds: list[str]) -> _Told:
    """Return the words for a larger area, whose people live in several small ones."""
    km, people = row[f"mean_nearest_km_{_ANY}"], row["population"]
    sentences = []
    if km is None:
        sentences.append(_("How far the nearest place to meet is, is not known."))
    else:
        sentences.append(
            _("The nearest place to meet is %(metres)s away on average, about %(minutes)s minutes on foot.")
            % {"metres": _metres(km), "minutes": _minutes(km)}
        )
    lacking = max((kind for kind in kinds if kind != _ANY), key=lambda kind: row[f"beyond_2km_{kind}"] or 0)
    beyond = row[f"beyond_2km_{lacking}"]
    if beyond:
        sentences.append(
            _("%(kinds)s are furthest: %(beyond)s of %(people)s people live more than 2 km from any.")
            % {"kinds": kind_title(lacking), "beyond": about(beyond), "people": about(people)}
        )
    elif beyond == 0:
        sentences.append(_("Nobody here lives more than 2 km from any kind of place to meet."))
    rows = [
        (
            kind_title(kind), _far(row[f"mean_nearest_km_{kind}"]), number(row[f"places_{kind}"]),
            about(row[f"beyond_0.8km_{kind}"]), about(row[f"beyond_2km_{kind}"]),
        )
        for kind in kinds
    ]  # fmt: skip
    return sentences, (
        _("Kind"), _("How far on average"), _("Here"), _("People with none within 800 m"),
        _("People with none within 2 km"),
    ), rows  # fmt: skip


def _metres(km: float | None) -> str:
    if km is None:
        return _("not known")
    metres = 1000 * km
    if metres >= 1000:
        return _("%(km)s km") % {"km": number(km, 1 if metres < _FAR_METRES else 0)}
    return _("%(metres)s m") % {"metres": number(10 * round(metres / 10))}


def _far(km: float | None) -> str:
    if km is None:
        return _("not known")
    return _("%(metres)s (%(minutes)s min)") % {"metres": _metres(km), "minutes": _minutes(km)}


def _minutes(km: float | None) -> str:
    return _("not known") if km is None else number(max(1, round(1000 * km / METRES_A_MINUTE)))


def _numbers(
    name: str, row: Mapping[str, Any], far: str, groups: list[Mapping[str, Any]], summary: Mapping[str, Any]
) -> Iterable[tuple[str, ...]]:
    for kind in summary["kinds"]:
        mine = row[f"{far}_{kind}"]
        yield (
            kind_title(kind),
            "–" if mine is None else number(mine, 2),
            *("–" if group["kinds"][kind][0] is None else number(group["kinds"][kind][0], 2) for group in groups),
        )
