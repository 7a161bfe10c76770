"""What lies in the repository: locked, small, free of anybody's machine, and of one version."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import homeground
from tests.house.commands import ROOT

LOCKS = ("requirements.lock", "bench/requirements.lock")
# Spelt in pieces, so that this file holds none of them.
REGISTRIES = [".".join(parts) for parts in (["pypi", "org"], ["pythonhosted", "org"], ["registry", "npmjs", "org"])]
SOMEBODYS_PATH = re.compile(r"(?<![\w.~])/(?:root|home|work|tmp|Users)/[\w.]|[A-Z]:\\\\?Users\\")


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Every file that git keeps."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so there is no list of what it keeps")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts(files: list[Path]) -> dict[str, str]:
    """Return the text of each file that is text."""
    found = {}
    for path in files:
        try:
            found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def test_no_file_is_over_a_megabyte(tracked: list[Path]) -> None:
    """Real data stays outside. The map's program (MapLibre, one file as its makers build it) is a little larger."""
    assert [path.name for path in tracked if path.stat().st_size > 1_000_000] == ["map.js"]


def test_no_file_names_somebodys_folder_or_a_registry(tracked: list[Path]) -> None:
    """What is kept works on any machine, behind any mirror."""
    found = {}
    for name, text in texts(tracked).items():
        hits = [match.group() for match in SOMEBODYS_PATH.finditer(text)]
        hits += [host for host in REGISTRIES if host in text]
        if hits:
            found[name] = hits
    assert found == {}


def test_the_search_for_somebodys_folder_finds_it() -> None:
    """Guard the test above."""
    assert SOMEBODYS_PATH.search("open('" + "/ho" + "me/ada/x.csv')")
    assert not SOMEBODYS_PATH.search("docs/home/index.md, ~/home/x and src/root/x")


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_one_version_and_its_hashes(name: str) -> None:
    """Pip refuses anything else; and there is no address anywhere in the lock."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "file:" not in text
    assert not re.search(r"(?<!\w)/\w", text)
    entries = re.findall(r"^(?!#)\S.*\n(?:[ \t].*\n)*", text, re.MULTILINE)
    assert len(entries) > 10
    for entry in entries:
        assert re.match(r"[a-z0-9][a-z0-9.-]*==[^\s;]+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


def test_the_lock_holds_all_that_pyproject_asks_for_in_versions_that_fit() -> None:
    """What Homeground runs on stands above the parting line, what tests it below."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    above, line, below = text.partition("# ---- Below")
    assert line
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = [need for needs in project["project"]["optional-dependencies"].values() for need in needs]
    groups = project["dependency-groups"]
    for part, needs in (
        (above, [*project["project"]["dependencies"], *extras, *groups["build"]]),
        (above + below, [*groups["test"], *groups["docs"]]),
    ):
        versions: dict[str, list[str]] = {}
        for package, version in re.findall(r"^([a-z0-9][a-z0-9.-]*)==([^\s;]+)", part, re.MULTILINE):
            versions.setdefault(package, []).append(version)
        for need in map(Requirement, needs):
            if need.name != "homeground":
                assert versions.get(need.name.lower()), f"{need.name} is not in the lock: python3 dev.py lock"
                assert all(need.specifier.contains(version) for version in versions[need.name.lower()]), need


def test_the_npm_lock_names_no_server() -> None:
    """It has versions and fingerprints only."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: data for name, data in lock["packages"].items() if name}
    assert packages
    assert all("resolved" not in data and data["integrity"] for data in packages.values())


def test_the_version_is_written_once(tracked: list[Path]) -> None:
    """In the package; the build reads it from there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in project["project"]
    assert Version(metadata.version("homeground")) == Version(homeground.__version__)
    python = {name: text for name, text in texts(tracked).items() if name.endswith((".py", ".toml", ".yml"))}
    holding = [name for name, text in python.items() if f'"{homeground.__version__}"' in text]
    assert holding == ["src/homeground/__init__.py"]


def test_the_changelog_has_a_place_for_what_is_new() -> None:
    """Unreleased comes first, and changes are told under Added, Changed, Fixed, Removed."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert releases[0] == "[Unreleased]"
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= {"Added", "Changed", "Fixed", "Removed"}


def test_the_licence_is_whole() -> None:
    """Apache 2.0, all of it, and the same that the package declares."""
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert metadata.metadata("homeground")["License-Expression"] == "Apache-2.0"
