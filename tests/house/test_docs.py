"""What the docs and the README show can be typed and run."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from tests.house.commands import ROOT, every_command, problem_with, typed_lines

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
# A block that cannot run here says why on the line above it: <!-- not run: needs a server -->
BLOCK = re.compile(
    r"^(?P<why><!-- not run: .+? -->\n+)?(?P<indent> *)```(?P<kind>\w*)[^\n]*\n(?P<text>.*?)^(?P=indent)```",
    re.MULTILINE | re.DOTALL,
)
PYTHON_PAGES = [page for page in PAGES if re.search(r"^ *```python", page.read_text(encoding="utf-8"), re.MULTILINE)]
VERBS = {"demo", "test", "lint", "bench", "docs", "lock"}


def name(page: Path) -> str:
    """Return a page's name for the report."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[tuple[str, str, bool]]:
    """Return the fenced blocks of a page: kind, text without its indent, whether it is to be run."""
    found = []
    for match in BLOCK.finditer(page.read_text(encoding="utf-8")):
        text = re.sub(rf"^{match['indent']}", "", match["text"], flags=re.MULTILINE)
        found.append((match["kind"], text, match["why"] is None))
    return found


def test_there_are_pages_in_each_mode() -> None:
    """Tutorial, how-to, reference, explanation, decisions: none is empty."""
    for mode in ("tutorial", "how-to", "reference", "explanation", "decisions"):
        assert list((ROOT / "docs" / mode).glob("*.md")), f"docs/{mode} has no page"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_typed_line_names_commands_and_options_that_exist(page: Path) -> None:
    """Lines in blocks and in running text; `homeground` and `python3 dev.py` alike."""
    commands = every_command()
    text = page.read_text(encoding="utf-8")
    lines = [line for _, block, _ in blocks(page) for line in typed_lines(block)]
    lines += [line for inline in re.findall(r"(?<!`)`(homeground [^`\n]+)`(?!`)", text) for line in typed_lines(inline)]
    problems = {line: problem for line in lines if (problem := problem_with(line, commands))}
    assert problems == {}
    assert set(re.findall(r"python3 dev\.py ([a-z]+)", text)) <= VERBS


@pytest.mark.parametrize("page", PYTHON_PAGES, ids=name)
def test_python_examples_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The Python blocks of a page run from top to bottom, in a folder where `my-downloads` holds the official files."""
    run = [text for kind, text, wanted in blocks(page) if kind == "python" and wanted]
    if any("my-downloads" in text for text in run):
        (tmp_path / "my-downloads").symlink_to(request.getfixturevalue("england"))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__docs__"}
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    for number, text in enumerate(run, start=1):
        title = f"{name(page)}, Python block {number}"
        if ">>>" not in text:
            exec(compile(text, title, "exec"), names)
            continue
        test = doctest.DocTestParser().get_doctest(text, names, title, str(page), 0)
        heard: list[str] = []
        failed = doctest.DocTestRunner(optionflags=flags).run(test, out=heard.append, clear_globs=False).failed
        names.update(test.globs)
        assert failed == 0, "".join(heard)


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent == ROOT], ids=name)
def test_links_from_the_root_pages_resolve(page: Path) -> None:
    """Mkdocs checks the links inside docs; the README and its neighbours are checked here."""
    links = re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_runner_would_see_a_broken_example(tmp_path: Path) -> None:
    """Guard the tests above: blocks are found, indented ones too, and excused ones are left out."""
    page = tmp_path / "page.md"
    shell = "- item\n\n    ```sh\n    homeground dance\n    ```\n"
    page.write_text(f"```python\n1 / 0\n```\n\n{shell}\n<!-- not run: slow -->\n```python\nx\n```\n")
    assert blocks(page) == [("python", "1 / 0\n", True), ("sh", "homeground dance\n", True), ("python", "x\n", False)]
    assert problem_with("homeground dance", every_command()) == "'homeground' has no command 'dance'"
