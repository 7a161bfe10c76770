"""The explorer, put together: what is asked, what fits, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from homeground_web.places.models import Load
from homeground_web.shell.wording import number
from homeground_web.understand import analysis, queries
from homeground_web.understand.explore_asked import Asked, Problem, asked_of
from homeground_web.understand.explore_rows import Answer, answer, breaks_of
from homeground_web.understand.life import said_of, theme_titles, unit_of

__all__ = ["Explored", "explore", "figure_lists", "legend", "sentence"]


@dataclass(frozen=True)
class Explored:
    """What was asked for, what of it could not be met, and what fits."""

    asked: Asked
    problems: list[Problem]
    kinds: dict[str, queries.Kind]
    measure: analysis.Measure
    measures: tuple[analysis.Measure, ...]
    councils: dict[str, str]
    answer: Answer

    @property
    def kind(self) -> queries.Kind:
        """The kind of area that is shown."""
        return self.kinds[self.asked.node]

    @property
    def unit(self) -> dict[str, Any]:
        """Unit and kind of the figure, as `said_of` wants them."""
        return asdict(self.measure)

    @property
    def title(self) -> str:
        """The figure with its unit: 'Time to 5,000 jobs (minutes)'."""
        unit = unit_of(self.unit)
        return f"{self.measure.title} ({unit})" if unit else self.measure.title

    @property
    def has_list(self) -> bool:
        """Whether there is a list of places for this kind of area: else nobody knows how sure it is."""
        return self.answer.whole["probability"].null_count() < self.answer.whole.height

    @property
    def breaks(self) -> tuple[float, ...]:
        """The limits of the five steps, of all areas of the kind: a colour means the same whatever is asked."""
        return breaks_of(self.answer.whole[self.asked.figure])


def explore(load: Load, given: Mapping[str, str]) -> Explored | None:
    """Return what fits an address's wishes; None when the load has no figures."""
    kinds = queries.kinds_of(load)
    if not kinds:
        return None
    measures = {node: analysis.newest(analysis.guide_at(kind.guide)) for node, kind in kinds.items()}
    kinds = {node: kind for node, kind in kinds.items() if measures[node]}
    chosen = str(given.get("area", "")).strip()
    node = chosen if chosen in kinds else next(iter(kinds))
    councils = _councils(kinds[node])
    asked, problems = asked_of(
        given,
        nodes=list(kinds),
        figures={node: [measure.id for measure in found] for node, found in measures.items()},
        councils=list(councils),
        defaults={m.id: "up" if m.higher_is == "better" else "down" for m in measures[node]},
    )
    found = answer(kinds[node].figures, kinds[node].standing, asked)
    if asked.page > found.pages:
        problems.append(Problem("page", _("There are %(many)s pages. This is the last.") % {"many": found.pages}))
    measure = next(m for m in measures[node] if m.id == asked.figure)
    return Explored(asked, problems, kinds, measure, measures[node], councils, found)


def _councils(kind: queries.Kind) -> dict[str, str]:
    """Return the authorities that areas of a kind lie in, by code, in the order of their names."""
    table = analysis.columns_at(kind.figures, ("authority_code", "authority_name")).unique()
    named = table.filter(pl.col("authority_code") != "").sort("authority_name", "authority_code")
    return dict(named.iter_rows())


def figure_lists(measures: tuple[analysis.Measure, ...]) -> list[tuple[str, list[analysis.Measure]]]:
    """Return the figures to choose from, by theme in the order of a page."""
    titles = theme_titles()
    order = [*titles, *(m.theme for m in measures if m.theme not in titles)]
    found = [(titles.get(theme, theme), [m for m in measures if m.theme == theme]) for theme in dict.fromkeys(order)]
    return [(title, chosen) for title, chosen in found if chosen]


def sentence(found: Explored) -> str:
    """Return what is shown, in one sentence: '31 of 90 wards fit what you ask for.'"""
    fits, whole = found.answer.table.height, found.answer.whole.height
    words = {"fits": number(fits), "whole": number(whole), "kinds": found.kind.plain_title}
    if fits == whole:
        return _("All %(whole)s %(kinds)s are shown.") % words
    if not fits:
        return _("None of the %(whole)s %(kinds)s fits all that you ask for. Ask for less.") % words
    return (
        ngettext(
            "%(fits)s of %(whole)s %(kinds)s fits what you ask for.",
            "%(fits)s of %(whole)s %(kinds)s fit what you ask for.",
            fits,
        )
        % words
    )


def legend(found: Explored) -> list[dict[str, Any]]:
    """Return the steps of the map's colours, the lowest first: number and words."""
    breaks = found.breaks
    if not breaks or breaks[0] == breaks[-1]:
        return []
    names = (_("Lowest fifth"), _("Second fifth"), _("Middle fifth"), _("Fourth fifth"), _("Highest fifth"))
    said = [said_of(value, found.unit) for value in breaks]
    return [
        {
            "step": at + 1,
            "name": names[at],
            "between": _("%(low)s to %(high)s") % {"low": said[at], "high": said[at + 1]},
        }
        for at in range(5)
    ]
