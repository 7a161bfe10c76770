"""The 360Giving standard: its fields, their headings in spreadsheets, and its rules as a JSON Schema."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from homeground.errors import MissingExtra

__all__ = ["DAY", "Rule", "Standard", "broken_rules", "schema", "standard"]

DAY = r"^[0-9]{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])$"
"""What a day looks like in the standard."""

_MONTH = r"^[0-9]{4}(-(0[1-9]|1[012]))?$"


@dataclass(frozen=True)
class Standard:
    """What ``standards/360giving.toml`` says.

    Attributes
    ----------
    version, title, licence, address : str
    tables : dict
        By table (``Grant``, ``Organization`` …): field to ``{"title", "is", "required"}``.
    needs, needs_one_of : tuple of str
    currencies, countries, place_types : frozenset of str
    regrant_types, scope_types : dict of str to str
    """

    version: str
    title: str
    licence: str
    address: str
    tables: dict[str, dict[str, dict[str, Any]]]
    needs: tuple[str, ...]
    needs_one_of: tuple[str, ...]
    currencies: frozenset[str]
    countries: frozenset[str]
    place_types: frozenset[str]
    regrant_types: dict[str, str]
    scope_types: dict[str, str]


@dataclass(frozen=True)
class Rule:
    """One rule that a grant breaks: JSON Schema's keyword, the path to the field, and what stands there."""

    keyword: str
    path: tuple[str | int, ...]
    message: str
    value: Any


@functools.cache
def standard() -> Standard:
    """Return the standard as it ships with Homeground."""
    file = resources.files("homeground.sources").joinpath("standards/360giving.toml")
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    codes = told.pop("codes")
    regrant, scope = told.pop("regrant_types"), told.pop("scope_types")
    head = {name: told.pop(name) for name in ("version", "title", "licence", "address")}
    needs, one_of = told.pop("needs"), told.pop("needs_one_of")
    return Standard(
        **head,
        tables=told,
        needs=tuple(needs),
        needs_one_of=tuple(one_of),
        currencies=frozenset(codes["currency"]),
        countries=frozenset(codes["country"]),
        place_types=frozenset(codes["place_types"]),
        regrant_types=regrant,
        scope_types=scope,
    )


@functools.cache
def schema() -> dict[str, Any]:
    """Return the rules for one grant as a JSON Schema (2020-12), to be checked with formats on."""
    known = standard()
    made = _object(known.tables["Grant"])
    made["oneOf"] = [{"required": [*known.needs, other]} for other in known.needs_one_of]
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["$defs"] = {name: _object(fields) for name, fields in known.tables.items() if name != "Grant"}
    return made


def _object(fields: dict[str, dict[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "object",
        "properties": {name: _field(str(said["is"])) for name, said in fields.items()},
    }
    required = [name for name, said in fields.items() if said.get("required")]
    return {**made, "required": required} if required else made


def _field(kind: str) -> dict[str, Any]:
    listed = re.fullmatch(r"\[(.+)\](\+?)", kind)
    if listed:
        many = {"type": "array", "items": _field(listed[1])}
        return {**many, "minItems": 1} if listed[2] else many
    optional = kind.endswith("?")
    plain = kind.removesuffix("?")
    days = [{"format": "date-time"}, {"pattern": DAY}]
    simple: dict[str, dict[str, Any]] = {
        "text": {"type": "string"},
        "number": {"type": "number"},
        "number from 0": {"type": "number", "minimum": 0},
        "date": {"type": "string", "oneOf": days},
        "event date": {"type": "string", "oneOf": [*days, {"pattern": _MONTH}]},
        "date-time": {"type": "string", "format": "date-time"},
        "uri": {"type": "string", "format": "uri"},
        "currency": {"type": "string", "enum": sorted(standard().currencies)},
        "country": {"type": "string", "enum": sorted(standard().countries)},
    }
    other = {"type": "string", "enum": plain.split("|")} if "|" in plain else {"$ref": f"#/$defs/{plain}"}
    made = simple.get(plain, other)
    return {**made, "type": [made["type"], "null"]} if optional and "type" in made else made


@functools.cache
def _validator() -> Any:
    try:
        import jsonschema_rs
    except ImportError:
        raise MissingExtra.named("grants", for_what="check grants against the 360Giving standard") from None
    return jsonschema_rs.Draft202012Validator(schema(), validate_formats=True)


def broken_rules(grant: Any) -> list[Rule]:
    """Return the rules that a grant (as parsed from JSON) breaks; empty when it holds to the standard.

    Examples
    --------
    >>> [(rule.keyword, rule.path) for rule in broken_rules({"id": "360G-x-1", "url": "not an address"})]
    [('oneOf', ()), ('format', ('url',))]
    """
    checker = _validator()
    found = []
    for error in checker.iter_errors(grant):
        steps = [step for step in error.schema_path if isinstance(step, str)]
        found.append(Rule(steps[-1] if steps else "", tuple(error.instance_path), str(error.message), error.instance))
    return sorted(found, key=lambda rule: ([str(step) for step in rule.path], rule.keyword))
