"""The tests can be read: each says its law, and none depends on a clock."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.commands import ROOT

FILES = sorted((ROOT / "tests").rglob("test_*.py"))


def name(path: Path) -> str:
    """Return a file's name for the report."""
    return path.relative_to(ROOT).as_posix()


def functions_that_test(path: Path) -> list[ast.FunctionDef]:
    """Return the test functions of a file."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_test_explains_its_law_in_a_sentence(path: Path) -> None:
    """The name states the law; the docstring explains it."""
    tests = functions_that_test(path)
    assert tests, "a test file without a test"
    silent = [test.name for test in tests if not (ast.get_docstring(test) or "").strip()]
    assert silent == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_test_can_fail(path: Path) -> None:
    """A test asserts something, expects an error, or calls a helper that does."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    helpers = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and asserts(node)}
    silent = []
    for test in functions_that_test(path):
        called = {ast.unparse(node.func).split(".")[-1] for node in ast.walk(test) if isinstance(node, ast.Call)}
        expects = any(name.startswith(("assert_", "raises")) for name in called)
        if not (asserts(test) or expects or called & helpers):
            silent.append(test.name)
    assert silent == []


def asserts(function: ast.FunctionDef) -> bool:
    """Whether a function asserts or raises something by itself."""
    return any(isinstance(node, (ast.Assert, ast.Raise)) for node in ast.walk(function))
