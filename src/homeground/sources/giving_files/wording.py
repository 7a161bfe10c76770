"""What is wrong with a grant, where, and how to mend it, in plain words."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from typing import Any

from homeground.sources.giving_files.standard import Rule, standard

__all__ = ["field_of", "said", "title_of"]


def field_of(path: tuple[str | int, ...]) -> str:
    """Return the path of a field as people write it: ``recipientOrganization/0/id``."""
    return "/".join(str(step) for step in path)


def title_of(path: tuple[str | int, ...]) -> str:
    """Return what spreadsheets call a field.

    Examples
    --------
    >>> title_of(("recipientOrganization", 0, "id")), title_of(("awardDate",))
    ('Recipient Org:Identifier', 'Award Date')
    """
    tables = standard().tables
    table: str | None = "Grant"
    words = []
    for step in path:
        if isinstance(step, int) or table is None:
            continue
        said_ = tables[table].get(step)
        if said_ is None:
            words.append(str(step))
            table = None
            continue
        words.append(str(said_["title"]))
        inner = re.sub(r"[\[\]+?]", "", str(said_["is"]))
        table = inner if inner in tables else None
    return ":".join(words)


def said(rule: Rule, grant: Any) -> tuple[str, str, str]:
    """Return field, problem and remedy of a broken rule."""
    title, field = title_of(rule.path), field_of(rule.path)
    value = _shown(rule.value)
    if rule.keyword == "oneOf" and not rule.path:
        return _needs(grant)
    last = str(rule.path[-1]) if rule.path else ""
    if rule.keyword == "oneOf" or (rule.keyword == "format" and "ate" in last):
        kind = "date and time" if rule.keyword == "format" else "date"
        form = "2014-12-04T00:00:00Z" if rule.keyword == "format" else "2014-12-04"
        return field, f"the {title} '{value}' is not a {kind} that the standard knows", _date_remedy(rule.value, form)
    if rule.keyword == "format":
        return (
            field,
            f"the {title} '{value}' is not a web address",
            "Write it whole, such as https://www.example.org/ .",
        )
    if rule.keyword == "enum":
        return field, f"the {title} '{value}' is not among the codes of the standard", _code_remedy(last)
    if rule.keyword == "type":
        return field, f"the {title} holds {_kind(rule.value)} ('{value}')", _type_remedy(rule)
    if rule.keyword == "required":
        lacking = re.search(r"[\"'](\w+)[\"']", rule.message)
        name = title_of((*rule.path, lacking[1])) if lacking else title
        return (
            field_of((*rule.path, lacking[1])) if lacking else field,
            f"the {name} is missing",
            "Fill it in: the standard needs it.",
        )
    if rule.keyword == "minItems":
        return field, f"there is no {title}", "Name at least one."
    if rule.keyword == "minimum":
        return field, f"the {title} is {value}, below nought", "Give months, 0 or more."
    return field, f"the {title} breaks a rule of the standard: {rule.message[:160]}", "See the standard's reference."


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _needs(grant: Any) -> tuple[str, str, str]:
    known = standard()
    if not isinstance(grant, dict):
        return "", f"this is {_kind(grant)}, not a grant", "Give one object with the fields of a grant."
    lacking = [name for name in known.needs if name not in grant]
    recipients = [name for name in known.needs_one_of if name in grant]
    if len(recipients) > 1 and not lacking:
        return (
            "recipientIndividual", "both an organisation and a person are named as the recipient",
            "Keep the one who received the grant.",
        )  # fmt: skip
    if not recipients:
        lacking.append("recipientOrganization")
    titles = [title_of((name,)) for name in lacking]
    field = lacking[0] if lacking else ""
    many = "are" if len(titles) > 1 else "is"
    return field, f"{', '.join(titles)} {many} missing", "Fill in every field that the standard needs."


def _date_remedy(value: Any, form: str) -> str:
    text = str(value).strip()
    slashes = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T].*)?", text)
    clock = "T00:00:00Z" if "T" in form else ""
    if slashes:
        day, month, year = (int(part) for part in slashes.groups())
        with contextlib.suppress(ValueError):  # there may be no such day: then none is suggested
            return f"Write it as {dt.date(year, month, day).isoformat()}{clock}."
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) and clock:
        return f"Write it as {text}{clock}."
    return f"Write it as {form}."


def _code_remedy(last: str) -> str:
    if last == "currency":
        return "Use the three letters of the currency, such as GBP."
    if last == "countryCode":
        return "Use the two letters of the country, such as GB."
    return "Use one of the codes that the standard lists."


def _kind(value: Any) -> str:
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "an object"


def _type_remedy(rule: Rule) -> str:
    if isinstance(rule.value, str) and "number" in rule.message:
        cleaned = re.sub(r"[£$€,\s]", "", rule.value)
        return f"Write the number alone: {cleaned}." if re.fullmatch(r"-?\d+(\.\d+)?", cleaned) else "Give a number."
    if rule.value is None:
        return "Leave the field out, or fill it in."
    if "array" in rule.message:
        return "Give a list, in [ ]."
    if "string" in rule.message:
        return "Give text."
    return "Give what the standard asks for here."
