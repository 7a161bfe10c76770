"""What a place has been given, in words: the sentences, the chart and the numbers of its panel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from homeground_web.shell.wording import money, number
from homeground_web.understand import charts

__all__ = ["GivenHere", "beside", "given_here", "group_title"]

_WHOLE_POUNDS = 10
_MOST_FROM_ONE = 0.5
_OF_100 = 100


@dataclass(frozen=True)
class GivenHere:
    """What the panel shows: sentences in their order, the chart, the numbers."""

    sentences: tuple[str, ...]
    series: tuple[str, ...]
    cautions: tuple[str, ...]
    chart: charts.Rows | None
    headings: tuple[str, ...]
    numbers: tuple[tuple[str, ...], ...]
    by_year: tuple[tuple[str, ...], ...]
    year_headings: tuple[str, ...]
    period: str


def given_here(name: str, row: Mapping[str, Any], summary: Mapping[str, Any]) -> GivenHere:
    """Return what the panel of a place says, from its stored row and what all places have in common."""
    main = "best" if row["best_gbp_per_head"] is not None else "recipient"
    groups = beside(summary)
    period = _period(summary["years"])
    told = [(name, _pounds(row[f"{main}_gbp_per_head"]), row[f"{main}_gbp_per_head"], *_bounds(row, summary))]
    told += [(called, _pounds(group[main][0]), group[main][0], None, None) for called, group in groups if main in group]
    return GivenHere(
        tuple(_sentences(row, main, groups, period)), tuple(_series(row, summary)), tuple(_cautions(row, summary)),
        charts.rows(_("Pounds a head"), told) if row[f"{main}_gbp_per_head"] is not None else None,
        _headings(), tuple(_numbers(name, row, groups, summary)), *_years(summary, row["cohort"]), period,
    )  # fmt: skip


def group_title(group: str, summary: Mapping[str, Any]) -> str:
    """Return what people read for a group of places."""
    titles = {"left-behind": _("Left-behind places"), "other-deprived": _("Other deprived places")}
    if group in titles:
        return titles[group]
    return _("England") if summary["whole"] == "England" else _("All places on this site")


def beside(summary: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the groups that a place is set beside: with itself four, which is the most a chart holds."""
    chosen = [*summary.get("beside", ()), *(group for group in summary["groups"] if group["group"] != "rest")]
    return [(group_title(group["group"], summary), group) for group in chosen]


def _period(years: list[int]) -> str:
    if not years:
        return ""
    first, last = years
    return str(first) if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}


def _pounds(value: float | None) -> str:
    return money(value, 0 if value is None or value == 0 or value >= _WHOLE_POUNDS else 2)


def _bounds(row: Mapping[str, Any], summary: Mapping[str, Any]) -> tuple[float | None, float | None]:
    if not summary["places_of_work_known"]:
        return None, None
    return row["low_gbp_per_head"], row["high_gbp_per_head"]


def _sentences(
    row: Mapping[str, Any], main: str, groups: Iterable[tuple[str, Mapping[str, Any]]], period: str
) -> Iterable[str]:
    mine = row[f"{main}_gbp_per_head"]
    if mine is None:
        yield _("How much a head was given here is not known.")
        return
    if not mine:
        yield _("From %(period)s no grant in these files reached this place.") % {"period": period}
    else:
        yield _("From %(period)s funders gave %(pounds)s a head here.") % {"period": period, "pounds": _pounds(mine)}
    others = [(called, group[main]) for called, group in groups if main in group]
    if others:
        listed = _(" and ").join(
            _("%(pounds)s in %(places)s") % {"pounds": _pounds(pair[0]), "places": _small(called)}
            for called, pair in others[-2:]
        )
        yield _("That compares with %(others)s.") % {"others": listed}
        here, there = row[f"{main}_grants_per_10000"], others[-1][1][1]
        if here is not None and there is not None:
            yield _("There were %(here)s grants for every 10,000 people here, against %(there)s in %(places)s.") % {
                "here": number(here), "there": number(there), "places": _small(others[-1][0])
            }  # fmt: skip


def _small(called: str) -> str:
    return called if called == _("England") else called[0].lower() + called[1:]


def _series(row: Mapping[str, Any], summary: Mapping[str, Any]) -> Iterable[str]:
    said = {name: _pounds(row[f"{name}_gbp_per_head"]) for name in ("recipient", "best", "low", "high")}
    if row["recipient_gbp_per_head"] is None:
        yield _("By where groups are registered: not known.")
    else:
        yield _("By where groups are registered: %(recipient)s a head. A group may work somewhere else.") % said
    if row["best_gbp_per_head"] is not None:
        yield _("By the best place we know for each grant: %(best)s a head.") % said
    if not summary["places_of_work_known"]:
        yield _("These files do not say where groups work. So what surely arrived here is not known.")
    else:
        yield _("At least %(low)s a head surely arrived here. At most it was %(high)s.") % said


def _cautions(row: Mapping[str, Any], summary: Mapping[str, Any]) -> Iterable[str]:
    main = "best" if row["best_gbp_per_head"] is not None else "recipient"
    real = row[f"{main}_real_gbp_per_head"]
    if summary["price_year"] and real is not None:
        yield _("In the prices of %(year)s that is %(pounds)s a head.") % {
            "year": summary["price_year"], "pounds": _pounds(real)
        }  # fmt: skip
    else:
        yield _("These are pounds as they were paid. They are not corrected for rising prices.")
    if row["cold_spot"]:
        yield _("It got clearly fewer than half the grants that places of like need got.")
    if row["funders"]:
        yield ngettext(
            "The grants came from one funder.", "The grants came from %(count)s funders.", row["funders"]
        ) % {"count": row["funders"]}  # fmt: skip
    if row["funders"] and row["funders"] > 1 and (row["largest_share"] or 0) > _MOST_FROM_ONE:
        yield _("One of them gave %(share)s of every 100 pounds.") % {"share": number(_in_100(row["largest_share"]))}
    lost = summary["not_placed"]
    if lost["grants"]:
        yield _("%(grants)s could not be put in any place. They hold %(money)s.") % {
            "grants": _of_each(lost["grants"], _("grants")), "money": _of_each(lost["money"], _("pounds"))
        }  # fmt: skip


def _in_100(share: float) -> int:
    return max(1, min(_OF_100 - 1, round(_OF_100 * share)))


def _of_each(share: float, what: str) -> str:
    if share < 1 / _OF_100:
        return _("Fewer than 1 of every 100 %(what)s") % {"what": what}
    return _("%(n)s of every 100 %(what)s") % {"n": _in_100(share), "what": what}


def _headings() -> tuple[str, ...]:
    return (
        _("Place"), _("By where registered"), _("Best place known"), _("At least"), _("At most"),
        _("Grants, by where registered"), _("Grants, best place known"),
    )  # fmt: skip


def _numbers(
    name: str, row: Mapping[str, Any], groups: Iterable[tuple[str, Mapping[str, Any]]], summary: Mapping[str, Any]
) -> Iterable[tuple[str, ...]]:
    order = ("recipient", "best", "low", "high")
    sure = summary["places_of_work_known"]  # else the least is not nought but not known

    def shown(value: float | None, of: Any) -> str:
        return "–" if value is None else str(of(value))

    def pounds(series: str, value: float | None) -> str:
        return "–" if value is None or (series == "low" and not sure) else money(value, 2)

    def grants(value: float) -> str:
        return number(value, 1)

    yield (
        name,
        *(pounds(series, row[f"{series}_gbp_per_head"]) for series in order),
        *(shown(row[f"{series}_grants_per_10000"], grants) for series in ("recipient", "best")),
    )
    for called, group in groups:
        yield (
            called,
            *(pounds(series, group[series][0] if series in group else None) for series in order),
            *(shown(group[series][1] if series in group else None, grants) for series in ("recipient", "best")),
        )


def _years(summary: Mapping[str, Any], cohort: str | None) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Return pounds a head year by year, of the place's own group and of all places, and the headings."""
    wanted = [group for group in summary["groups"] if group["cohort"] == cohort or group["group"] == "whole"]
    by = {(name, year): pounds for name, year, pounds, _grants in summary["by_year"]}
    years = sorted({year for _name, year in by})
    rows = []
    for year in years:
        values = (by.get((group["cohort"], year)) for group in wanted)
        rows.append((str(year), *("–" if value is None else money(value, 2) for value in values)))
    titles = tuple(
        _("Places of the same group") if group["group"] == "rest" else group_title(group["group"], summary)
        for group in wanted
    )
    return tuple(rows), (_("Year"), *titles)
