"""The one hook between stages: a later stage puts a panel on an earlier stage's page, without the page knowing it.

A page names a spot (``place``, ``home``, ``area-list`` …). An app registers panels for it when it starts::

    panels.register(Panel("sure", spot="place", order=20, template="find/panel_sure.html", load=queries.sure))

`load` is given what the page is about and returns what the template needs, or None when there is nothing to show: then
the panel is not there, and nothing announces it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from markupsafe import Markup

__all__ = ["Panel", "Shown", "register", "registered", "shown"]


@dataclass(frozen=True)
class Panel:
    """One part of a page, brought by a stage.

    Attributes
    ----------
    name : str
        Its anchor on the page.
    spot : str
        The page it belongs on.
    order : int
        Small numbers stand first.
    template : str
    load : callable
        ``load(request, about)`` returns the template's variables, or None when there is nothing to show.
    title : lazy str
        For the page's list of contents; '' to stand outside of it.
    """

    name: str
    spot: str
    order: int
    template: str
    load: Callable[[HttpRequest, Any], Mapping[str, Any] | None] = field(compare=False)
    title: Any = field(default="", compare=False)


@dataclass(frozen=True)
class Shown:
    """A panel as it stands on one page."""

    name: str
    title: Any
    html: Markup


_PANELS: dict[tuple[str, str], Panel] = {}


def register(panel: Panel) -> None:
    """Put a panel on a page. A second one of the same name takes the first one's place."""
    _PANELS[panel.spot, panel.name] = panel


def registered(spot: str) -> list[Panel]:
    """Return the panels of a spot in their order."""
    return sorted((panel for panel in _PANELS.values() if panel.spot == spot), key=lambda p: (p.order, p.name))


def shown(spot: str, request: HttpRequest, about: Any) -> list[Shown]:
    """Return the panels of a spot that have something to show, written out."""
    found = []
    for panel in registered(spot):
        variables = panel.load(request, about)
        if variables is not None:
            html = render_to_string(panel.template, {"about": about, **variables}, request)
            found.append(Shown(panel.name, panel.title, Markup(html)))  # noqa: S704  a template escaped it already
    return found
