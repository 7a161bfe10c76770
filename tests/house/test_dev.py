"""dev.py: what a newcomer types first."""

from __future__ import annotations

import ast
import builtins
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.house.commands import ROOT


@pytest.fixture
def dev() -> ModuleType:
    """dev.py, imported anew."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_needs_the_standard_library_alone() -> None:
    """A bare Python can run it."""
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"))
    asked = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    asked |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in asked} <= set(sys.stdlib_module_names)


def test_an_old_python_can_read_it_far_enough_to_be_told() -> None:
    """The file parses on Python 3.8, so that its person gets a sentence instead of a syntax error."""
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 8))
    assert any(isinstance(node, ast.If) for node in tree.body), "the guard at the end of the file"


def test_it_works_from_any_folder(tmp_path: Path) -> None:
    """Nothing depends on where it is typed."""
    done = subprocess.run(
        [sys.executable, ROOT / "dev.py", "bench", "--list"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert {path.stem for path in (ROOT / "bench").glob("[!_]*.py")} == {
        line.split()[0] for line in done.stdout.splitlines()
    }


@pytest.mark.parametrize("words", [[], ["dance"], ["lint", "--no-such-option"]], ids=" ".join)
def test_wrong_usage_ends_with_exit_code_2(words: list[str]) -> None:
    """As the commands of the library do."""
    done = subprocess.run([sys.executable, ROOT / "dev.py", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2


def test_ci_runs_what_people_run() -> None:
    """The server types nothing of its own."""
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = [line for line in script.read_text(encoding="utf-8").splitlines() if line]
    assert lines[:2] == ["#!/usr/bin/env bash", "set -euo pipefail"]
    assert lines[-1] == "exec python3 dev.py test"


def test_lock_entries_keep_every_version_of_a_package(dev: ModuleType) -> None:
    """A package may have one version for each Python; both belong to its name."""
    lock = (
        "# head\na==1 ; x \\\n    --hash=sha256:1\na==2 ; y \\\n    --hash=sha256:2\nB-c==3 \\\n    --hash=sha256:3\n"
    )
    assert list(dev.entries(lock)) == ["a", "b-c"]
    assert dev.entries(lock)["a"].count("--hash") == 2


def test_nothing_is_installed_twice(dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run installs nothing; a changed lock installs again; tests come on top of the run part."""
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"a==1\n{dev.PARTING}\nb==1\n")
    (tmp_path / "pyproject.toml").write_text("")
    done: list[str] = []
    for name, value in {"ROOT": tmp_path, "VENV": tmp_path, "STAMP": tmp_path / "stamp.json", "LOCK": lock}.items():
        monkeypatch.setattr(dev, name, value)
    monkeypatch.setattr(dev, "make_venv", lambda: None)
    monkeypatch.setattr(dev, "install_packages", lambda _, what: done.append(what))

    dev.install(tests=False)
    assert done == ["what Homeground runs on (1 packages)", "Homeground itself"]
    dev.install(tests=False)
    assert len(done) == 2
    dev.install(tests=True)
    assert done[2:] == ["the tools that test it (1 packages)", "the language model (1 packages)"]
    lock.write_text(f"a==2\n{dev.PARTING}\nb==1\n")
    dev.install(tests=True)
    assert done[4:] == ["what Homeground runs on (1 packages)", "Homeground itself"]


def test_an_install_that_broke_off_is_done_again(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stamp is set after the work, not before."""
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"a==1\n{dev.PARTING}\n")
    (tmp_path / "pyproject.toml").write_text("")
    for name, value in {"ROOT": tmp_path, "VENV": tmp_path, "STAMP": tmp_path / "stamp.json", "LOCK": lock}.items():
        monkeypatch.setattr(dev, name, value)
    monkeypatch.setattr(dev, "make_venv", lambda: None)

    def broken(arguments: list[str], what: str) -> None:
        raise dev.Stop(f"no line to the index: {what} {arguments}")

    monkeypatch.setattr(dev, "install_packages", broken)
    with pytest.raises(dev.Stop):
        dev.install(tests=False)
    assert "run" not in dev.read_stamp()


def test_a_python_without_venv_is_told_the_one_line_to_type(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian and Ubuntu ship Python without it."""
    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(dev, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(dev, "STAMP", tmp_path / ".venv" / "stamp.json")
    monkeypatch.setattr(dev, "working_uv", lambda: None)
    monkeypatch.setattr(dev.shutil, "which", lambda name: "apt-get" if name == "apt-get" else None)
    real = builtins.__import__

    def without(name: str, *args: object, **kwargs: object) -> object:
        if name == "ensurepip":
            raise ImportError(name)
        return real(name, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(dev.Stop, match=r"sudo apt-get install -y python3\.\d+-venv"):
        dev.make_venv()


def test_no_network_is_said_in_plain_words(dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed, that it is needed once, and what to do."""
    monkeypatch.setattr(dev, "working_uv", lambda: None)
    monkeypatch.setattr(dev, "start", lambda *_, **__: 0)
    monkeypatch.setattr(dev, "patiently", lambda *_, **__: (1, "ERROR: Temporary failure in name resolution"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(dev.Stop, match="could not be reached") as caught:
        dev.install_packages([], "the tools")
    assert "works offline" in str(caught.value) or "work offline" in str(caught.value)


def test_a_folder_that_is_no_environment_is_left_alone(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """.venv with somebody's files in it is never deleted."""
    folder = tmp_path / ".venv"
    folder.mkdir()
    (folder / "precious.txt").write_text("keep me")
    for name, value in {"VENV": folder, "PYTHON": folder / "bin" / "python", "STAMP": folder / "stamp.json"}.items():
        monkeypatch.setattr(dev, name, value)
    with pytest.raises(dev.Stop, match="Move it away"):
        dev.make_venv()
    assert (folder / "precious.txt").read_text() == "keep me"


def test_a_check_that_fails_is_named_and_the_others_still_run(
    dev: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """One red light does not hide another."""
    checks = dev.Checks()
    checks.run("first", [sys.executable, "-c", "raise SystemExit(3)"])
    checks.run("second", [sys.executable, "-c", ""])
    checks.skipped.append("browser tests: no Chromium")
    assert checks.close(61) == 1
    last = capsys.readouterr().out.strip().splitlines()[-2:]
    assert last == ["Skipped: browser tests: no Chromium", "FAILED after 1 min 1 s: first. Held: second."]


def test_skipped_tests_are_counted_by_reason(dev: ModuleType, tmp_path: Path) -> None:
    """The last lines say what did not run, and why."""
    report = tmp_path / "pytest.xml"
    skip = '<testcase name="t"><skipped message="no real data"/></testcase>'
    report.write_text(f"<testsuites><testsuite>{skip}{skip}<testcase name='u'/></testsuite></testsuites>")
    assert dev.skipped_tests(report) == ["2 tests: no real data"]


def test_a_missing_browser_fails_in_ci_only(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person is told; a server must not pass what it did not run."""
    monkeypatch.setattr(dev, "chromium", lambda: "")
    monkeypatch.setattr(dev, "fetch_chromium", lambda: "no way to install it")
    for in_ci in (False, True):
        monkeypatch.setattr(dev, "IN_CI", in_ci)
        checks = dev.Checks()
        assert dev.find_or_fetch_chromium(checks) == ""
        assert bool(checks.failed) is in_ci
        assert "no way to install it" in checks.skipped[0]
