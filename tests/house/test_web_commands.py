"""What the docs type of `homeground-web` can be typed: commands and options exist; each of ours is told somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class

from tests.house.commands import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_LINE = re.compile(r"homeground-web +([a-z][^`\n&\"]*)")
_CONTAINER = re.compile(r"(?:site|homeground) ((?:restore|secret|migrate)\b[^`\n]*)")


def typed(page: Path) -> list[str]:
    """Return what a page types after `homeground-web`, or gives to the container."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```(?:sh|ini|text)[^\n]*\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`(?:sudo )?(homeground-web [^`\n]+)`", text)
    found = [match.group(1) for part in (*blocks, *inline) for match in _LINE.finditer(part)]
    return found + [match.group(1) for part in blocks for match in _CONTAINER.finditer(part) if "podman" in part]


def problem_with(line: str) -> str | None:
    """Return what is wrong with a typed line; None if nothing is."""
    words = shlex.split(line, comments=True)
    name = words[0].replace("-", "_")
    if name not in get_commands():
        return f"there is no command '{words[0]}'"
    app: Any = get_commands()[name]
    parser = load_command_class(app, name).create_parser("homeground-web", name)
    known = {option for action in parser._actions for option in action.option_strings}
    strange = [word for word in words[1:] if word.startswith("-") and word.split("=")[0] not in known]
    return f"'{words[0]}' has no option {strange}" if strange else None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_typed_line_names_a_command_and_options_that_exist(page: Path) -> None:
    """In every page of the docs."""
    problems = {line: problem for line in typed(page) if (problem := problem_with(line))}
    assert problems == {}


def test_every_command_of_ours_is_told_to_the_operator() -> None:
    """None is there that nobody hears of."""
    ours = {name for name, app in get_commands().items() if str(app).startswith("homeground_web.")}
    text = (ROOT / "docs" / "how-to" / "deploy.md").read_text(encoding="utf-8")
    told = text + (ROOT / "docs" / "how-to" / "load-england.md").read_text(encoding="utf-8")
    assert {name for name in ours if f"homeground-web {name.replace('_', '-')}" not in told} == set()


def test_every_setting_is_told_to_the_operator() -> None:
    """The table in the how-to has them all."""
    settings = "".join(
        (ROOT / "src" / "homeground_web" / "config" / f"{name}.py").read_text(encoding="utf-8")
        for name in ("settings", "environment")
    )
    text = (ROOT / "docs" / "how-to" / "deploy.md").read_text(encoding="utf-8")
    read = set(re.findall(r"[\"'`](HOMEGROUND_[A-Z_]+)[\"'`]", settings))
    assert {name for name in read if f"| `{name}` |" not in text} == set()


def test_the_search_finds_a_command_or_option_that_is_none() -> None:
    """Guard the tests above."""
    assert problem_with("dance --now") == "there is no command 'dance'"
    assert problem_with("load FOLDER --loud") == "'load' has no option ['--loud']"
