"""Who lives here, by band: what a fair hearing is held against. Counted in the files of a load, or typed by a board."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from homeground_web.listen import analysis, bands
from homeground_web.listen.models import Campaign
from homeground_web.places import queries
from homeground_web.places.models import Place

__all__ = ["fill", "targets"]

_LONGEST = 200  # letters
_FOUR = 4  # digits: nobody is heard more exactly


def targets(place: Place, asked: list[str]) -> tuple[dict[str, dict[str, float]], str]:
    """Return for each question the share of people or homes in each band, 0 to 1, and where that comes from.

    A question has shares where a table of the load counts all of its bands in every area of the place.
    """
    load = queries.current()
    parts = dict(place.parts.values_list("code", "share"))
    node = place.parts.values_list("node", flat=True).first()
    if load is None or node is None or not Path(load.folder).is_dir():
        return {}, ""
    found, titles = {}, []
    for question in bands.questions_of(asked):
        told = analysis.who_lives(
            Path(load.folder), tuple(load.plan.get("presets", ())), node, parts,
            [(one.dataset, dict(one.bands), one.whole) for one in question.counted],
        )  # fmt: skip
        whole = sum(told[0].values()) if told else 0.0
        if told is None or not whole:
            continue
        counts, title = told
        found[question.key] = {band.key: round(counts[band.key] / whole, _FOUR) for band in question.bands}
        titles.append(title)
    return found, "; ".join(dict.fromkeys(titles))


def fill(campaign: Campaign, added: list[str] | None = None) -> int:
    """Count who lives here for a time of listening, unless the board typed it; return for how many questions.

    Parameters
    ----------
    added : list of str, optional
        Questions that were added later: only they are counted, and what is known by others stays.
    """
    found, source = targets(campaign.place, campaign.asked if added is None else added)
    with transaction.atomic():
        now = Campaign.objects.select_for_update().get(pk=campaign.pk)
        new = {question: shares for question, shares in found.items() if question not in now.targets}
        if new and (added is not None or not now.targets):
            sources = dict.fromkeys(one for one in (*now.targets_from.split("; "), *source.split("; ")) if one)
            now.targets, now.targets_from = {**now.targets, **new}, "; ".join(sources)[:_LONGEST]
            now.save(update_fields=["targets", "targets_from"])
    return len(found)
