"""The tutorial's first list: every line that a reader types works, and gives the output that is shown."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from homeground.cli.main import homeground

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "tutorial" / "first-list.md"
_BLOCK = re.compile(r"(?P<why><!-- not run: .+? -->\n)?```(?P<kind>sh|text)\n(?P<text>.*?)```", re.DOTALL)


def steps() -> list[tuple[list[str], str | None]]:
    """Return the typed lines of each block that is to be run, and the output shown for it."""
    found: list[tuple[list[str], str | None]] = []
    for block in _BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if block["kind"] == "sh":
            found.append(([] if block["why"] else block["text"].strip().splitlines(), None))
        else:
            found[-1] = (found[-1][0], block["text"])
    return [step for step in found if step[0]]


def as_shown(shown: str) -> re.Pattern[str]:
    """Return a pattern for an output in which a line `…` stands for any lines, and `…` in a line for any words.

    >>> bool(as_shown("a\\n…\\nb …\\n").fullmatch("a\\nx\\ny\\nb c\\n"))
    True
    >>> bool(as_shown("a\\n").fullmatch("a\\nb\\n"))
    False
    """
    lines = [
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in shown.rstrip("\n").split("\n")
    ]
    return re.compile("".join(lines))


def type_it(line: str, folder: Path) -> tuple[int, str]:
    """Do what typing `line` in `folder` does, and return its exit code and what it says."""
    words = shlex.split(line)
    if words[0] == "homeground":
        # In this process: nine new ones would spend their time on imports.
        answer = CliRunner().invoke(homeground, words[1:], prog_name="homeground")
        failed = f"{answer.exception!r}" if answer.exit_code else ""
        return answer.exit_code, answer.output + failed
    assert words[0] == "python"
    run = subprocess.run(
        [sys.executable, *words[1:]], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    return run.returncode, run.stdout + run.stderr


@pytest.mark.slow
def test_what_is_typed_gives_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All commands of the page in one folder, one after another, as a reader would; outputs as shown, exit code 0."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    done = 0
    for typed, shown in steps():
        said = ""
        for line in typed:
            status, output = type_it(line, tmp_path)
            said += output
            done += 1
            assert status == 0, f"{line}\n{output}"
        if shown is not None:
            assert as_shown(shown).fullmatch(said), f"{typed}\nshown:\n{shown}\nsaid:\n{said}"
    assert done >= 9
    assert (tmp_path / "report.html").stat().st_size > 10_000
