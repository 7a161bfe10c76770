"""A core install does its part, and says which line to type where an optional part is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.house.sealed import beyond_the_core, run

METHOD = """
name = "two things"
[index]
parts = ["poor", "unwell"]
weights = "equal"
[parts.poor]
column = "poor"
transform = "percentile"
[parts.unwell]
column = "unwell"
transform = "percentile"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a small method and its table."""
    (tmp_path / "my.toml").write_text(METHOD, encoding="utf-8")
    (tmp_path / "my.csv").write_text("code,poor,unwell\na,0.1,0.2\nb,0.4,0.3\nc,0.2,0.9\n", encoding="utf-8")
    return tmp_path


def index(folder: Path, out: str) -> tuple[int, str, str]:
    """Type ``homeground find index`` in a core install; return exit code, output and messages."""
    words = [
        "find",
        "index",
        "--method",
        "my.toml",
        "--input",
        "my.csv",
        "--area-column",
        "code",
        "--out",
        out,
        "--json",
    ]
    code = f"from homeground.cli.main import main\nmain({words!r})"
    done = run(code, absent=beyond_the_core(), folder=folder)
    return done.returncode, done.stdout, done.stderr


def test_the_core_is_really_alone() -> None:
    """Guard the tests below: what the extras bring is absent, what the core needs is there."""
    absent = beyond_the_core()
    assert {"statsmodels", "pandas", "pyogrio", "shapely", "gptables", "dask", "distributed", "pytest"} <= absent
    assert not {"polars", "numpy", "scipy", "click", "pydantic", "fastexcel", "jinja2"} & absent


@pytest.mark.parametrize("out", ["scores.csv", "scores.parquet", "scores.json"])
def test_the_core_builds_and_writes_an_index(folder: Path, out: str) -> None:
    """The verbs that need no extra run without one."""
    code, output, messages = index(folder, out)
    assert code == 0, messages
    assert json.loads(output)["areas"] == 3
    assert (folder / out).stat().st_size > 0


@pytest.mark.parametrize(("out", "extra"), [("scores.xlsx", "sheets"), ("scores.gpkg", "geo")])
def test_a_missing_extra_ends_with_the_line_to_type(folder: Path, out: str, extra: str) -> None:
    """Exit code 2, the extra's name, and nothing written."""
    code, output, messages = index(folder, out)
    assert (code, output) == (2, "")
    assert f"pip install 'homeground[{extra}]'" in messages
    assert "Traceback" not in messages
    assert not (folder / out).exists()


def test_factor_weights_without_statsmodels_say_what_to_type() -> None:
    """From Python it is an error of the family, and an ImportError too."""
    done = run(
        "import numpy as np\n"
        "from homeground.errors import MissingExtra\n"
        "from homeground.find.weights import factor_weights\n"
        "try:\n    factor_weights(np.random.default_rng(1).standard_normal((4, 50)))\n"
        "except MissingExtra as error:\n    assert isinstance(error, ImportError); print(error)\n",
        absent=beyond_the_core(),
    )
    assert done.returncode == 0, done.stderr
    assert "pip install 'homeground[stats]'" in done.stdout


@pytest.mark.parametrize("executor", ["serial", "dask"])
def test_draws_run_here_without_dask_and_on_dask_with_it_only(tmp_path: Path, executor: str) -> None:
    """Certainty needs no extra in one process; asked for Dask, it says what to type."""
    rows = "".join(f"a{place},{place},{31 - place}\n" for place in range(1, 31))
    (tmp_path / "ranks.csv").write_text(f"code,poor,lonely\n{rows}", encoding="utf-8")
    both = "--deprivation ranks.csv --deprivation-column poor --need ranks.csv --need-column lonely --area-column code"
    line = f"find certainty {both} --share 0.6 --vary threshold=0.5-0.7 --draws 50 --out sure.csv --executor {executor}"
    code = f"from homeground.cli.main import main\nmain({line.split()!r})"
    done = run(code, absent=beyond_the_core(), folder=tmp_path)
    if executor == "serial":
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "sure.csv").exists()
    else:
        assert done.returncode == 2
        assert "pip install 'homeground[scale]'" in done.stderr
        assert not (tmp_path / "sure.csv").exists()
