"""What importing does: nothing. No network, no Django, no heavy library before it is needed; and the stair is whole."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from tests.house.commands import ROOT
from tests.house.sealed import beyond_the_core, run

SOURCE = ROOT / "src" / "homeground"
IMPORT_ALL = """
import importlib, pkgutil, homeground
names = [module.name for module in pkgutil.walk_packages(homeground.__path__, prefix="homeground.")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""


def contracts() -> list[dict[str, Any]]:
    """Return the import contracts of pyproject.toml."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = data["tool"]["importlinter"]["contracts"]
    return found


def test_every_module_imports_with_sockets_closed_and_without_django() -> None:
    """The library can be read in a sealed room."""
    done = run(IMPORT_ALL)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20


def test_every_module_imports_with_the_core_alone() -> None:
    """An optional part is asked for when it is used, never when a module is read."""
    done = run(IMPORT_ALL, absent=beyond_the_core())
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20


def test_the_closed_socket_is_really_closed() -> None:
    """Guard the test above: reaching out in that Python fails."""
    done = run("import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')")
    assert done.returncode != 0
    assert "reached for the network" in done.stderr


@pytest.mark.parametrize("words", [[], ["find"], ["data"], ["find", "cohort"], ["data", "scan"]], ids=" ".join)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    """``--help`` answers at once, because no table library is loaded for it."""
    arguments = json.dumps([*words, "--help"])
    done = run(
        "import atexit\n"
        "heavy = ('polars', 'numpy', 'scipy', 'pydantic', 'jinja2', 'pandas', 'statsmodels', 'shapely')\n"
        "atexit.register(lambda: print('LOADED', [name for name in heavy if name in sys.modules]))\n"
        f"from homeground.cli.main import main; main({arguments})"
    )
    assert done.returncode == 0, done.stderr
    assert "Usage: homeground" in done.stdout
    assert done.stdout.rstrip().endswith("LOADED []")


def test_the_contracts_know_every_file_of_the_library() -> None:
    """A new ground file or room without a place on the stair would escape the contracts."""
    stair = next(contract for contract in contracts() if contract["type"] == "layers")
    placed = {name.strip() for layer in stair["layers"] for name in layer.split("|")}
    doors = {f"homeground.{path.stem}" for path in SOURCE.glob("*.py")} - {"homeground.__init__"}
    doors |= {f"homeground.{path.parent.name}" for path in SOURCE.glob("*/__init__.py")}
    assert doors == placed


def test_only_sources_journey_and_cli_may_touch_files() -> None:
    """Every other file of the library stands in the contract that forbids opening files or the network."""
    contract = next(contract for contract in contracts() if "Only sources" in contract["name"])
    stair = next(contract for contract in contracts() if contract["type"] == "layers")
    placed = {name.strip() for layer in stair["layers"] for name in layer.split("|")}
    assert set(contract["source_modules"]) == placed - {"homeground.sources", "homeground.journey", "homeground.cli"}
