"""The tutorial's first list: every line that a reader types works, and gives the output that is shown."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.slow
def test_what_is_typed_gives_what_is_shown(tmp_path: Path) -> None:
    """All commands of the page in one folder, one after another, as a reader would; outputs as shown, exit code 0."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    done = 0
    for typed, shown in steps():
        said = ""
        for line in typed:
            run = subprocess.run(
                shlex.split(line),
                cwd=tmp_path,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=120,
            )
            said += run.stdout
            done += 1
            assert run.returncode == 0, f"{line}\n{run.stdout}"
        if shown is not None:
            assert as_shown(shown).fullmatch(said), f"{typed}\nshown:\n{shown}\nsaid:\n{said}"
    assert done >= 9
    assert (tmp_path / "report.html").stat().st_size > 10_000
