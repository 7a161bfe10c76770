"""How a list was decided, in words: the rule line by line, weights, tests, certainty and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from homeground_web.shell.wording import kind_word, kinds_word, number

__all__ = [
    "Example", "agreement", "apart_words", "examples", "index_title", "lines", "part_word", "questions",
    "rows_of_weights", "rule_words",
]  # fmt: skip

_STRONG, _SOME = 0.7, 0.3


@dataclass(frozen=True)
class Example:
    """One place of the list worked through: its two ranks, and whether it is inside both lines."""

    area: Any
    sentences: tuple[str, ...]


def part_word(share: float | None, count: int | None = None) -> str:
    """Return what a share is called: the worst tenth."""
    if count is not None:
        return _("the worst %(count)s") % {"count": number(count)}
    named = {0.1: _("the worst tenth"), 0.2: _("the worst fifth"), 0.25: _("the worst quarter"), 0.5: _("half")}
    share = 0.1 if share is None else share
    return named.get(round(share, 6), _("the worst %(share)s%%") % {"share": number(100 * share)})


def index_title(role: str) -> str:
    """Return the question that an index answers."""
    return (
        _("How deprived is it?") if role == "deprivation" else _("How much does it lack where people meet and join in?")
    )


def questions(method: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the questions that a list asks, each with the parts of its answer; '' where these are not known."""
    return [
        (index_title(index["role"]), ", ".join(part["title"].lower() for part in index["parts"]))
        for index in method["indices"]
    ]


def _order(role: str) -> str:
    return _("by deprivation") if role == "deprivation" else _("by community need")


def rule_words(method: Mapping[str, Any]) -> str:
    """Return the rule in one or two sentences."""
    rule, part = method["rule"], part_word(method["rule"]["share"], method["rule"]["count"])
    places = kinds_word(method["kind"])
    if rule["rule"] == "worst-on-both":
        return _("The list takes %(places)s that are in %(part)s of both orders.") % {"places": places, "part": part}
    said = {
        "sum": _("Both ranks are put on one scale and added."),
        "product": _("The two ranks are multiplied."),
        "worst-of-two": _("Each place counts by the worse of its two ranks."),
    }[rule["rule"]]
    return said + " " + _("The list takes %(part)s by the result.") % {"part": part}


def lines(method: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield what each part of the file says: the part, and plain words."""
    places = kinds_word(method["kind"])
    if method["year"]:
        yield "[areas]", _("The list is about %(places)s, with the boundaries of %(year)s.") % {
            "places": places, "year": method["year"]
        }  # fmt: skip
    else:
        yield "[areas]", _("The list is about %(places)s.") % {"places": places}
    for index in method["indices"]:
        role = index["role"]
        yield f"[{role}]", _("One order is “%(title)s”. It ranks %(n)s areas. Number 1 has the most need.") % {
            "title": index["title"], "n": number(method["ranked"][role])
        }  # fmt: skip
        for step in index["carried"]:
            yield f"[[{role}.carried]]", _step(step)
    yield "[rule]", rule_words(method) + _last(method)
    part = part_word(method["other_deprived_share"])
    other = _("A place in %(part)s of deprivation that is not on the list is “other deprived”.") % {"part": part}
    yield "other_deprived_share", other
    for name, value in method["filters"].items():
        yield f"[filters] {name}", _filter(name, value)


def _step(step: Mapping[str, Any]) -> str:
    people = " " + _("Places with more people count more.") if step["weighted"] else ""
    return {
        "keep-rank": _("Where boundaries changed, the new area keeps the rank of the old one."),
        "mean-score": _("A larger area has the mean of the scores of the small areas in it."),
        "mean-exponential": _("A larger area has the mean of the ranks in it. Bad ranks count more than good ones."),
    }[step["by"]] + people


def _last(method: Mapping[str, Any]) -> str:
    last = method["last"]
    if not last:
        return ""
    return " " + _("That is up to number %(deprivation)s by deprivation, and %(need)s by community need.") % {
        "deprivation": number(last["deprivation"]), "need": number(last["need"])
    }  # fmt: skip


def _filter(name: str, value: Any) -> str:
    said = {
        "minimum_population": _("A place with fewer than %(value)s people is not taken."),
        "cap": _("At most %(value)s are taken in one larger area."),
        "cap_by": _("The larger area is what the column “%(value)s” says."),
        "exclude": _("These are not taken: %(value)s."),
        "exclude_file": _("The places in the file %(value)s are not taken."),
    }
    shown = ", ".join(value) if isinstance(value, list) else number(value) if isinstance(value, int | float) else value
    return said.get(name, "%(value)s") % {"value": shown}


def rows_of_weights(index: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return for each part of an index its share of the weight and of what moves the result, as per cent."""
    tested = index["audit"] or {}
    really = {title: effective for title, _nominal, effective in tested.get("adds", [])}
    return [
        (
            part["title"], f"{number(100 * part['share'], 1)}%",
            "–" if really.get(part["title"]) is None else f"{number(100 * really[part['title']], 1)}%",
        )
        for part in index["parts"]
    ]  # fmt: skip


def agreement(index: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how each two parts of an index agree, the strongest first: their names, and how in words."""
    pairs = (index["audit"] or {}).get("agree", [])
    told = sorted((pair for pair in pairs if pair[2] is not None), key=lambda pair: (-pair[2], pair[0], pair[1]))
    return [(_("%(a)s and %(b)s") % {"a": a, "b": b}, f"{_how(value)} ({number(value, 2)})") for a, b, value in told]


def _how(value: float) -> str:
    if value >= _STRONG:
        return _("say nearly the same")
    if value >= _SOME:
        return _("agree in part")
    return _("say different things") if value > -_SOME else _("pull against each other")


def apart_words(source: str) -> str:
    """Return what was done differently when a list was made again."""
    return {
        "weights": _("other weights"), "noise": _("figures a little off, as small counts can be"),
        "normalisation": _("other scales for the parts"), "threshold": _("the line a little higher or lower"),
        "rule": _("another rule"), "edition": _("another edition"),
    }.get(source, source)  # fmt: skip


def examples(method: Mapping[str, Any], inside: Any, outside: Any) -> list[Example]:
    """Return two places worked through: one on the list, and one that misses it by one order."""
    return [Example(area, tuple(_worked(method, area))) for area in (inside, outside) if area is not None]


def _worked(method: Mapping[str, Any], area: Any) -> Iterable[str]:
    ranks = {"deprivation": area.deprivation_rank, "need": area.need_rank}
    kind = kind_word(method["kind"])
    yield _("Take %(name)s, a %(kind)s.") % {"name": area.name, "kind": kind}
    yield _("It is number %(a)s of %(an)s by deprivation, and number %(b)s of %(bn)s by community need.") % {
        "a": number(ranks["deprivation"]), "an": number(method["ranked"]["deprivation"]),
        "b": number(ranks["need"]), "bn": number(method["ranked"]["need"]),
    }  # fmt: skip
    last = method["last"]
    if not last:
        return
    yield _("The line is drawn at number %(a)s and at number %(b)s.") % {
        "a": number(last["deprivation"]), "b": number(last["need"])
    }  # fmt: skip
    beyond = [_order(role) for role in ranks if ranks[role] > last[role]]
    if not beyond:
        yield _("It is inside both lines. So it is on the list.")
    else:
        yield _("It is outside the line %(order)s. So it is not on the list.") % {"order": _(" and ").join(beyond)}
