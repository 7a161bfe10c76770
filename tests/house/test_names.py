"""Every public name is exported, documented and shown at work."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import homeground

MODULES = sorted(
    ["homeground", *(module.name for module in pkgutil.walk_packages(homeground.__path__, prefix="homeground."))]
)
WITH_NAMES = [name for name in MODULES if hasattr(importlib.import_module(name), "__all__")]
# Rooms and the front door are doors only: one names the module behind them.
DOORS = {
    "homeground.cli", "homeground.find", "homeground.journey", "homeground.listen", "homeground.sources",
    "homeground.understand",
}  # fmt: skip
# The front of a room: the module named for a command, from which people call the same verb in Python.
FRONT = {
    f"homeground.find.{verb}" for verb in ("audit", "certainty", "cohort", "index", "report", "rules", "summaries")
} | {
    f"homeground.understand.{verb}"
    for verb in ("access", "compare", "drift", "grants", "profile", "profile_report", "sites")
}
FRONT |= {f"homeground.listen.{verb}" for verb in ("groups", "redact", "suggest", "themes")}


def kind_and_name(name: str) -> tuple[int, str]:
    """Return the key that ruff sorts by: constants, then classes, then the rest."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def public_functions(module: ModuleType) -> list[str]:
    """Return the functions that a module exports and defines, but for the commands of the command line."""
    return [name for name in module.__all__ if inspect.isfunction(getattr(module, name))]


def test_there_is_something_to_look_at() -> None:
    """Guard the tests below against looking at nothing."""
    assert {"homeground.areas", "homeground.find.index", "homeground.cli.main"} <= set(WITH_NAMES)


@pytest.mark.parametrize("name", [name for name in MODULES if name not in DOORS])
def test_every_module_says_what_is_public(name: str) -> None:
    """``__all__`` is there, sorted, without repeats, and each name in it exists."""
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} has no docstring"
    public = module.__all__
    assert public == sorted(set(public), key=kind_and_name)
    assert [missing for missing in public if not hasattr(module, missing)] == []


@pytest.mark.parametrize("name", WITH_NAMES)
def test_every_name_without_an_underscore_is_exported(name: str) -> None:
    """A function or class is public and in ``__all__``, or ours and begins with an underscore."""
    module = importlib.import_module(name)
    defined = {
        key
        for key, thing in vars(module).items()
        if (inspect.isclass(thing) or inspect.isfunction(thing)) and thing.__module__ == name
    }
    assert {key for key in defined if not key.startswith("_")} - set(module.__all__) == set()


@pytest.mark.parametrize("name", WITH_NAMES)
def test_every_public_function_and_class_has_a_docstring(name: str) -> None:
    """Public methods and properties of public classes too."""
    module = importlib.import_module(name)
    silent = []
    for public in module.__all__:
        thing = getattr(module, public)
        is_ours = getattr(thing, "__module__", "") == name
        if not (is_ours and (inspect.isclass(thing) or inspect.isfunction(thing))):
            continue
        own = inspect.getdoc(thing) or ""
        # A dataclass without a docstring gets its signature for one.
        if not own or own.startswith(f"{public}("):
            silent.append(public)
        if inspect.isclass(thing):
            members = {k: v for k, v in vars(thing).items() if not k.startswith("_")}
            silent += [
                f"{public}.{member}"
                for member, value in members.items()
                if (inspect.isfunction(value) or isinstance(value, (property, classmethod, staticmethod)))
                and not inspect.getdoc(value)
            ]
    assert silent == []


@pytest.mark.parametrize("name", [name for name in WITH_NAMES if name in FRONT or name.count(".") == 1])
def test_every_function_that_people_call_has_an_example(name: str) -> None:
    """On the ground and at the front of a room; the examples run, for pytest reads the docstrings of src."""
    module = importlib.import_module(name)
    documented = {public: inspect.getdoc(getattr(module, public)) or "" for public in public_functions(module)}
    without = [public for public, text in documented.items() if ">>>" not in text]
    assert without == []


def test_no_module_is_named_for_nothing() -> None:
    """A shared helper belongs to the ground it stands on; only the command line has a file for what commands share."""
    nothing = {"utils", "util", "helpers", "misc", "common", "shared", "core", "base"}
    found = [name for name in MODULES if name.rsplit(".", 1)[-1] in nothing]
    assert found == ["homeground.cli.common"]
