"""Every command explains itself: at the terminal, with an example that works as typed, and in the manual."""

from __future__ import annotations

import re

import click
import pytest
from click.testing import CliRunner

from homeground.cli.main import Stage, homeground
from tests.house.commands import ROOT, every_command, problem_with, typed_lines

COMMANDS = every_command()
LEAVES = {words: command for words, command in COMMANDS.items() if not isinstance(command, click.Group)}
MANUAL = ROOT / "docs" / "reference" / "cli"


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words or "homeground")
def test_every_command_has_help_with_an_example_that_can_be_typed(words: str) -> None:
    """``--help`` ends well, and its Example block calls this very command with options that exist."""
    result = CliRunner().invoke(homeground, [*words.split(), "--help"])
    assert result.exit_code == 0, result.output
    _, found, example = (COMMANDS[words].help or "").partition("Example")
    assert found, f"homeground {words} --help shows no example"
    lines = typed_lines(example)
    assert any(line.startswith(f"homeground {words}".strip()) for line in lines), f"no line types 'homeground {words}'"
    assert [problem_with(line, COMMANDS) for line in lines] == [None] * len(lines)


@pytest.mark.parametrize("words", LEAVES)
def test_every_option_says_what_it_does(words: str) -> None:
    """An option without help is an option that nobody finds."""
    silent = [
        parameter.opts[0]
        for parameter in LEAVES[words].params
        if isinstance(parameter, click.Option) and not parameter.hidden and not parameter.help
    ]
    assert silent == []


@pytest.mark.parametrize("words", LEAVES)
def test_every_command_has_a_manual_entry_that_shows_it(words: str) -> None:
    """The entry has the command's name as its title, and an example that types it."""
    page = MANUAL / f"{words.replace(' ', '-')}.md"
    assert page.exists(), f"homeground {words} has no manual entry docs/reference/cli/{page.name}"
    text = page.read_text(encoding="utf-8")
    assert f"homeground {words}" in text.splitlines()[0], "the title does not name the command"
    assert any(line.startswith(f"homeground {words}") for line in typed_lines(text)), "no example types the command"


def test_every_manual_entry_has_its_command() -> None:
    """An entry whose command is gone sends people nowhere."""
    orphans = {page.stem for page in MANUAL.glob("*.md")} - {words.replace(" ", "-") for words in LEAVES} - {"index"}
    assert orphans == set()


def test_the_short_help_of_a_lazy_command_begins_as_its_own_help_does() -> None:
    """The list in ``homeground find --help`` is written apart, so that it loads nothing; both must say the same."""
    told: dict[str, tuple[str, str]] = {}
    for words, group in COMMANDS.items():
        if isinstance(group, Stage):
            for name, (_, _, one_line) in group.lazy.items():
                own = (COMMANDS[f"{words} {name}".strip()].help or "").strip().splitlines()[0]
                told[f"{words} {name}".strip()] = (one_line, own)
    assert told
    apart = {
        words: (short, own) for words, (short, own) in told.items() if not own.startswith(re.split(r"[.,:]", short)[0])
    }
    assert apart == {}


@pytest.mark.parametrize("words", LEAVES)
def test_an_unknown_option_ends_with_exit_code_2(words: str) -> None:
    """A script can tell wrong usage from a check that did not hold."""
    result = CliRunner().invoke(homeground, [*words.split(), "--no-such-option"])
    assert result.exit_code == 2
    assert "--no-such-option" in result.output
