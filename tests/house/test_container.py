"""The container: what its file copies is there and let through, and what it installs exists."""

from __future__ import annotations

import re
import tomllib

import yaml

from tests.house.commands import ROOT

FILE = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
IGNORE = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
PAGE = (ROOT / "docs" / "how-to" / "run-in-a-container.md").read_text(encoding="utf-8")


def copied() -> list[str]:
    """Return what is copied from the repository."""
    lines = [line.split()[1:-1] for line in FILE.splitlines() if line.startswith("COPY ") and "--from" not in line]
    return [path for line in lines for path in line]


def test_all_that_is_copied_is_there() -> None:
    """A file that was renamed would break the image, and nobody would see it before an operator does."""
    assert copied()
    assert [path for path in copied() if not (ROOT / path).exists()] == []


def test_all_that_is_copied_is_let_through_and_nothing_else() -> None:
    """The list of what is left out lets just those through."""
    assert "*" in IGNORE
    assert sorted(line[1:] for line in IGNORE if line.startswith("!")) == sorted(copied())


def test_all_that_the_package_is_built_from_is_copied() -> None:
    """Code, names and licence."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = {project["project"]["readme"], *project["project"]["license-files"], "pyproject.toml"}
    assert needed <= set(copied())


def test_the_extras_it_names_exist() -> None:
    """By the names of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = {extra for found in re.findall(r"'\.\[([a-z,]+)\]'", FILE) for extra in found.split(",")}
    assert named == {"web"}
    assert named <= set(project["project"]["optional-dependencies"])


def test_the_line_that_parts_the_lock_is_in_the_lock() -> None:
    """What is above it runs, what is below it tests."""
    assert "/^# ---- Below/" in FILE
    assert re.search(r"^# ---- Below", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)


def test_it_does_not_run_as_root() -> None:
    """It has a user of its own."""
    last = FILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (\S+)$", last, re.MULTILINE) == ["homeground"]


def test_its_python_is_one_that_the_package_supports() -> None:
    """By the package's own bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    versions = set(re.findall(r"^FROM python:(\d\.\d+)-slim", FILE, re.MULTILINE))
    assert len(versions) == 1
    assert f"Programming Language :: Python :: {versions.pop()}" in project["project"]["classifiers"]


def test_the_question_whether_it_is_well_is_good_python() -> None:
    """It is typed into a file that no linter reads."""
    asked = re.search(r'CMD \["python", "-c", "(.+?)"\]', FILE)
    assert asked
    compile(asked.group(1), "healthcheck", "exec")


def test_the_compose_file_runs_site_worker_and_database() -> None:
    """All three, with the same settings."""
    block = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert block
    told = yaml.safe_load(block.group(1))
    assert set(told["services"]) == {"database", "migrate", "site", "worker"}
    used = {volume.split(":")[0] for one in told["services"].values() for volume in one["volumes"] if volume[0] != "."}
    assert used == set(told["volumes"])
