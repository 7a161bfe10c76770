"""What the tests of the house share: the tree of commands, and what a typed line names in it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from homeground.cli.main import homeground

ROOT = Path(__file__).resolve().parents[2]


def every_command() -> dict[str, click.Command]:
    """Return all commands and groups by the words that call them: ``find cohort``; ``""`` is homeground itself."""

    def walk(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
        yield " ".join(words), command
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                child = command.get_command(context, name)
                assert child is not None, f"homeground {' '.join((*words, name))} is listed but cannot be loaded"
                yield from walk(child, (*words, name))

    return dict(walk(homeground, ()))


def typed_lines(text: str) -> list[str]:
    r"""Return the lines of `text` that type a homeground command, with lines that end in ``\`` joined.

    >>> typed_lines("Example:\n  $ homeground data scan x \\\n     --json\n  homeground is a library.")
    ['homeground data scan x --json']
    """
    joined = re.sub(r"\\\n\s*", "", text)
    found = []
    for line in joined.splitlines():
        words = line.strip().removeprefix("$ ").strip()
        if re.match(r"homeground(\s+(-|[a-z]+\b)|$)", words) and not re.search(r"[.:]$", words):
            found.append(words)
    return found


def problem_with(line: str, commands: dict[str, click.Command]) -> str | None:
    """Return what is wrong with a typed line: a command, option or choice that does not exist; None if nothing is.

    >>> problem_with("homeground find dance", every_command())
    "'homeground find' has no command 'dance'"
    >>> problem_with("homeground find index --loud", every_command())
    "'homeground find index': No such option '--loud'. Did you mean '--out'?"
    """
    words = [
        word for word in shlex.split(re.split(r"\s[|>]\s", line)[0], comments=True)[1:] if word not in ("…", "...")
    ]
    path = ""
    while isinstance(commands[path], click.Group) and words and not words[0].startswith("-"):
        here, word = path, words.pop(0)
        path = f"{path} {word}".strip()
        if path not in commands:
            return f"'{'homeground ' + here if here else 'homeground'}' has no command '{word}'"
    command, name = commands[path], f"homeground {path}".strip()
    try:
        given, left, _ = command.make_parser(click.Context(command)).parse_args(words)
    except click.UsageError as error:
        return f"'{name}': {error.format_message()}"
    if left and not isinstance(command, click.Group):
        return f"'{name}' takes no {left[0]!r}"
    for parameter in command.params:
        chosen = given.get(str(parameter.name))
        if isinstance(parameter.type, click.Choice):
            for word in chosen if isinstance(chosen, (list, tuple)) else [chosen]:
                if isinstance(word, str) and word not in parameter.type.choices:
                    return f"'{name}': {parameter.opts[0]} has no choice {word!r}"
    return None
